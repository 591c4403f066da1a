"""Where the council's knowledge of private housing comes from, who answers for it, and by what right it may be used.

Letting without a licence is an offence (Housing Act 2004 s72 and s95). Inspections investigate it, so they fall under
Part 3 of the Data Protection Act 2018 and not under UK GDPR.
"""

from __future__ import annotations

from riskmodels.lake import Source

GAZETTEER = Source(
    name="Land and property gazetteer",
    owner="Head of planning and development",
    system="Local land and property gazetteer (BS 7666)",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Localism Act 2011 s1; Housing Act 2004 s3",
    purposes=("housing_licensing",),
    retention="Kept for good: references of properties are never used again",
)

COUNCIL_TAX = Source(
    name="Council tax",
    owner="Head of revenues and benefits",
    system="Revenues and benefits system",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Housing Act 2004 s237",
    purposes=("housing_licensing",),
    retention="6 years after liability ends",
)

HOUSING_BENEFIT = Source(
    name="Housing benefit at addresses",
    owner="Head of revenues and benefits",
    system="Revenues and benefits system",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Housing Act 2004 s237, which names housing benefit and does not name universal credit",
    purposes=("housing_licensing",),
    retention="6 years after the claim ends",
)

ENERGY_REGISTER = Source(
    name="Domestic energy performance register",
    owner="Head of private sector housing",
    system="Energy performance of buildings register (Ministry of Housing, Communities and Local Government)",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Energy Performance of Buildings (England and Wales) Regulations 2012; Open Government Licence v3",
    purposes=("housing_licensing",),
    retention="20 years, as the register keeps certificates",
)

LICENCE_REGISTER = Source(
    name="Register of licences",
    owner="Head of private sector housing",
    system="Property licensing system",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Housing Act 2004 s232; SI 2006/373 regulation 11",
    purposes=("housing_licensing",),
    retention="7 years after the licence ends",
)

ENFORCEMENT = Source(
    name="Inspections under licensing schemes",
    owner="Head of private sector housing",
    system="Private sector housing case system",
    lawful_basis="DPA 2018 s35(2)(b) task of a competent authority for a law enforcement purpose",
    gateway="Housing Act 2004 s72, s95, s232, s235 and s239",
    purposes=("housing_licensing",),
    retention="6 years after the case closes",
    regime="DPA 2018 Part 3",
)

DESIGNATED = Source(
    name="Designations of licensing schemes",
    owner="Head of private sector housing",
    system="Public notices of designation",
    lawful_basis="Not personal data",
    gateway="Housing Act 2004 s56, s59, s80 and s83",
    purposes=("housing_licensing",),
    retention="Kept for good",
)

REPORTS = Source(
    name="Complaints about homes",
    owner="Head of environmental health and community safety",
    system="Environmental health and antisocial behaviour case systems",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Environmental Protection Act 1990 s79; Housing Act 2004 s3 and s4",
    purposes=("housing_licensing",),
    retention="6 years after the case closes",
)

PLANNING = Source(
    name="Planning register",
    owner="Head of planning and development",
    system="Planning application system",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Town and Country Planning Act 1990 s69",
    purposes=("housing_licensing",),
    retention="Kept for good, as the register must be",
)

SOCIAL_STOCK = Source(
    name="Homes of social landlords",
    owner="Head of housing strategy",
    system="Council stock list; yearly lists of registered providers",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Housing Act 2004 s79(3) and schedule 14, which take these homes out of licensing",
    purposes=("housing_licensing",),
    retention="6 years after the home leaves the stock",
)

CENSUS_PROFILES = Source(
    name="Census profiles of areas",
    owner="Head of data",
    system="Office for National Statistics, Census 2021 by small area (in the demo lake: made-up shares)",
    lawful_basis="Not personal data",
    gateway="Open Government Licence v3",
    purposes=("equality_monitoring",),
    retention="Kept with each census",
)
