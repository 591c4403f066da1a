"""Unlicensed property: which homes may be let without the licence they need, so that an officer can ask and visit.

**Needing a licence** here means: the home lies in a ward that a licensing scheme binds on that day (``Designations``),
so it needs a licence if it is let in the way the scheme is about. Homes with a licence, an application that waits or an
exemption notice are left out, and so are homes of social landlords. Whether a home is let at all is what nobody knows.

**Only homes that somebody visited teach anything**, and visits follow complaints: well-off streets complain more about
less. ``looked`` says who was seen; *no access* is not a finding, and a home nobody entered is unknown, not in order.
Visits drawn at random (``at_random``) show what the list is worth with no assumption but one: that homes that opened
the door are like those that did not.

**Who responds counts as not found.** An owner who applies for a licence after a letter, or is licensed by the time of
the visit, is not found unlicensed; so the model learns less about owners who respond than about those who do not.

**Nothing follows a UPRN** that is divided or retired: a divided home's child does not inherit its parent's licence. An
officer checks the parent at the desk.

**What gives the answer away is not read.** Codes for multiple occupation (RH, RD09) are written after a find; who
inspected, names, nationality and language are not in any contract. What happened after the day is not seen, even where
it was typed before.

Letting without a licence is an offence (Housing Act 2004 s72 and s95), so inspections fall under Part 3 of the Data
Protection Act 2018. A score is kept for disclosure and is never evidence, nor a ground for entry (s239). Tenants may
lose a home when one is found: each found home is handed on to homelessness prevention.
"""

from __future__ import annotations

from riskmodels.features import (
    UseCase,
    attribute,
    characteristic,
    count,
    days_since,
    derived,
    ever,
    latest,
    nearby,
    weeks,
    where,
)

from .extracts import (
    AreaProfiles,
    Areas,
    BenefitClaims,
    Complaints,
    CouncilTaxBands,
    CouncilTaxLiabilities,
    Designations,
    EnergyCertificates,
    ExemptionNotices,
    Inspections,
    LandProperties,
    Licences,
    PlanningApplications,
    SocialHomes,
)

FOUND_UNLICENSED = "outcome in ('unlicensed_hmo', 'unlicensed_selective')"
ISSUED = "status = 'issued'"

schemes = [
    count(
        Designations,
        where="in_force_until >= as_of",
        name="schemes_binding",
        says="Licensing schemes that bind the ward",
        unit="schemes",
        family="schemes",
    ),
    ever(
        Designations,
        "scheme = 'selective' and in_force_until >= as_of",
        name="selective_binds",
        says="Selective licensing binds the ward",
        family="schemes",
    ),
]

standing = [
    ever(
        Licences,
        f"status = 'pending' or ({ISSUED} and expires_on >= as_of)",
        name="licence_covers",
        says="A licence runs, or an application waits",
        family="licence",
    ),
    ever(
        ExemptionNotices,
        "ends_on >= as_of",
        name="exempt_now",
        says="A temporary exemption notice runs",
        family="licence",
    ),
    ever(
        SocialHomes,
        "let_until is null or let_until >= as_of",
        name="social_home",
        says="The council or a registered provider lets the home",
        family="social",
    ),
]

licence_history = [
    ever(
        Licences,
        f"{ISSUED} and expires_on < as_of",
        name="licence_lapsed",
        says="A licence ran out and was not renewed",
        family="licence",
    ),
    ever(
        Licences,
        "status in ('refused', 'withdrawn', 'revoked')",
        name="licence_failed",
        says="An application was refused or withdrawn, or a licence revoked",
        family="licence",
    ),
]

complaints = [
    count(
        Complaints,
        name="complaints",
        says="Complaints about the home in the last {over}",
        over=weeks(13, 52),
        unit="complaints",
    ),
    count(
        Complaints,
        where="kind = 'waste'",
        name="waste_complaints",
        says="Complaints about waste in the last {over}",
        over=weeks(52),
        unit="complaints",
        family="complaints",
    ),
    count(
        Complaints,
        where="kind = 'noise'",
        name="noise_complaints",
        says="Complaints about noise in the last {over}",
        over=weeks(52),
        unit="complaints",
        family="complaints",
    ),
    count(
        Complaints,
        where="kind in ('pests', 'antisocial_behaviour')",
        name="other_complaints",
        says="Complaints about pests or antisocial behaviour in the last {over}",
        over=weeks(52),
        unit="complaints",
        family="complaints",
    ),
]

council_tax = [
    count(
        CouncilTaxLiabilities,
        name="liability_changes",
        says="Changes of who pays the council tax in the last {over}",
        over=weeks(52, 156),
        unit="changes",
        family="liability",
    ),
    latest(
        CouncilTaxLiabilities,
        "adults_liable",
        name="adults_liable",
        says="Adults who share the council tax bill",
        unit="people",
        family="liability",
    ),
    latest(
        CouncilTaxLiabilities,
        "liable_party <> 'resident'",
        name="owner_pays",
        says="An owner who lives elsewhere, or an organisation, pays the council tax",
        family="liability",
    ),
    latest(
        CouncilTaxLiabilities,
        "discount = 'single_person'",
        name="single_person_discount",
        says="The bill has the discount for one adult living alone",
    ),
    latest(
        CouncilTaxLiabilities,
        "exemption = 'students'",
        name="student_exemption",
        says="The home is exempt because only students live there",
    ),
    attribute(
        CouncilTaxBands,
        "band",
        name="tax_band",
        says="Council tax band",
        encode="ordinal",
        order=("A", "B", "C", "D", "E", "F", "G", "H"),
    ),
]

energy = [
    attribute(EnergyCertificates, "TENURE", name="certificate_tenure", says="Tenure on the last energy certificate"),
    ever(
        EnergyCertificates,
        "TRANSACTION_TYPE = 'rental'",
        name="certificate_for_letting",
        says="An energy certificate was made in order to let",
        family="certificate_tenure",
    ),
    latest(
        EnergyCertificates,
        "NUMBER_HABITABLE_ROOMS",
        name="rooms",
        says="Habitable rooms on the last energy certificate",
        unit="rooms",
        family="size",
    ),
    latest(
        EnergyCertificates,
        "TOTAL_FLOOR_AREA",
        name="floor_area",
        says="Floor area on the last energy certificate",
        unit="square metres",
        family="size",
    ),
    latest(
        EnergyCertificates,
        "CURRENT_ENERGY_EFFICIENCY",
        name="energy_rating",
        says="Energy rating on the last certificate",
        unit="points",
    ),
]

help_with_rent = [
    count(
        BenefitClaims,
        where="ended_on is null or ended_on >= as_of",
        name="benefit_claims_running",
        says="Housing benefit claims that run at the address",
        unit="claims",
        family="benefit",
    ),
    count(
        BenefitClaims,
        name="benefit_claims_begun",
        says="Housing benefit claims that began at the address in the last {over}",
        over=weeks(104),
        unit="claims",
        family="benefit",
    ),
]

building = [
    attribute(LandProperties, "dwelling_class", name="dwelling_class", says="Kind of dwelling"),
    latest(
        LandProperties,
        "parent_uprn is not null",
        name="part_of_a_building",
        says="The home is one of several in a building",
    ),
    ever(
        PlanningApplications,
        "kind in ('extension', 'loft_conversion') and decision = 'granted'",
        name="made_larger",
        says="An extension or loft conversion was granted in the last {over}",
        over=weeks(260),
        family="planning",
    ),
    ever(
        PlanningApplications,
        "kind in ('change_to_sharing', 'division')",
        name="asked_to_share_or_divide",
        says="Planning permission was asked for to share or divide the home in the last {over}",
        over=weeks(260),
        family="planning",
    ),
]

visits = [
    ever(
        Inspections,
        FOUND_UNLICENSED,
        name="found_before",
        says="The home was found unlicensed before",
        family="visits",
    ),
    count(
        Inspections,
        where="outcome = 'no_access'",
        name="nobody_opened",
        says="Visits at which nobody opened in the last {over}",
        over=weeks(52),
        unit="visits",
        family="visits",
    ),
    days_since(
        Inspections,
        where="outcome <> 'no_access'",
        name="since_visit",
        says="Days since somebody last saw the home from inside",
        family="visits",
    ),
]

neighbours = [
    nearby(
        Complaints,
        how="count",
        within=LandProperties.lsoa21,
        over=weeks(52),
        name="neighbours_complaints",
        says="Complaints about other homes in the small area in the last {over}",
        unit="complaints",
    ),
    nearby(
        Licences,
        how="count",
        where=f"{ISSUED} and expires_on >= as_of",
        within=LandProperties.usrn,
        name="neighbours_licensed",
        says="Other homes in the street with a licence that runs",
        unit="homes",
    ),
    nearby(
        Inspections,
        how="count",
        where=FOUND_UNLICENSED,
        within=LandProperties.usrn,
        over=weeks(104),
        name="found_nearby",
        says="Other homes in the street that were found unlicensed in the last {over}",
        unit="homes",
    ),
    nearby(
        CouncilTaxLiabilities,
        how="count",
        within=LandProperties.lsoa21,
        over=weeks(52),
        name="neighbours_moves",
        says="Changes of who pays the council tax at other homes in the small area in the last {over}",
        unit="changes",
    ),
    derived(
        "floor_area / nullif(rooms, 0)",
        name="area_per_room",
        says="Floor area for each habitable room",
        unit="square metres",
        family="size",
    ),
]

LARGEST_GROUP = (
    "case greatest(share_asian, share_black, share_mixed, share_white, share_other) "
    "when share_asian then 'Asian or Asian British' "
    "when share_black then 'Black, Black British, Caribbean or African' "
    "when share_white then 'White' else 'Mixed, multiple or other' end"
)

unlicensed_property = UseCase(
    name="unlicensed_property",
    says="Finds homes that may be let without the licence they need, so that an officer can ask and visit by consent.",
    purpose="housing_licensing",
    entity="uprn",
    population=where(
        LandProperties,
        "logical_status = '1' and dwelling_class <> 'PP'",
        having="schemes_binding >= 1 and licence_covers = 0 and exempt_now = 0 and social_home = 0",
    ),
    outcome=ever(
        Inspections,
        FOUND_UNLICENSED,
        within=weeks(26),
        looked=where(Inspections, "outcome <> 'no_access'"),
        at_random="reason_chosen = 'random'",
        says="Found unlicensed: a visit within 26 weeks finds the home let without the licence it needs",
        settles_after=weeks(4),
        censored_by="end_date",
    ),
    features=[
        *schemes,
        *standing,
        *licence_history,
        *complaints,
        *council_tax,
        *energy,
        *help_with_rent,
        *building,
        *visits,
        *neighbours,
    ],
    audit_by=[
        characteristic(Areas, "(imd_decile + 1) // 2", name="imd_quintile", says="Deprivation of the area, 1 the most"),
        characteristic(
            AreaProfiles,
            LARGEST_GROUP,
            name="area_ethnic_group",
            says="Largest ethnic group of the area (about the area, not about the people in the home)",
            protected="race",
        ),
        characteristic(EnergyCertificates, "TENURE", name="tenure", says="Tenure on the last energy certificate"),
        characteristic(
            CouncilTaxLiabilities,
            "owner_portfolio",
            name="landlord_size",
            says="Homes that the same owner has in the borough, as the tax and the licence register know",
        ),
    ],
    baseline="complaints_52w",
    harms=["burden"],
)
