"""What the council may read: one contract for each extract in the lake.

Each class says what an extract holds, who answers for it, why it may be used, and its two clocks: when a thing happened
and when the lake knew. Names, addresses, NI and NHS numbers are not declared here and so are never read. This file is
the door: it declares people and places, which every service shares, and lists what each service declares of its own.
"""

from __future__ import annotations

from riskmodels.lake import (
    Day,
    Extract,
    Moment,
    Number,
    Source,
    Text,
    Whole,
    birth_date,
    column,
    events,
    key,
    ordered,
)

from ._care import CareEvents, CarePeople, UnpaidCarers
from ._property import (
    AreaProfiles,
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
from ._rent import (
    Arrangements,
    BenefitAwards,
    Contacts,
    RentAccounts,
    RentActions,
    RentBalances,
    RentTransactions,
    Tenancies,
)

__all__ = [
    "AreaProfiles",
    "Areas",
    "Arrangements",
    "BenefitAwards",
    "BenefitClaims",
    "CareEvents",
    "CarePeople",
    "Complaints",
    "Contacts",
    "CouncilTaxBands",
    "CouncilTaxLiabilities",
    "Designations",
    "EnergyCertificates",
    "Exclusions",
    "ExemptionNotices",
    "Inspections",
    "LandProperties",
    "Licences",
    "Links",
    "Persons",
    "PlanningApplications",
    "RentAccounts",
    "RentActions",
    "RentBalances",
    "RentTransactions",
    "SocialHomes",
    "Tenancies",
    "UnpaidCarers",
]

# What the client index and open geography may serve: every use case must know whom to leave out, and where people live.
EVERY_PURPOSE = (
    "tenancy_management",
    "early_intervention",
    "housing_licensing",
    "commissioning",
    "care_review",
    "equality_monitoring",
)

CLIENT_INDEX = Source(
    name="Client index",
    owner="Head of data",
    system="Master data index",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Localism Act 2011 s1",
    purposes=EVERY_PURPOSE,
    retention="6 years after the last contact",
)

OPEN_GEOGRAPHY = Source(
    name="Areas and deprivation",
    owner="Head of data",
    system="Office for National Statistics; Ministry of Housing, Communities and Local Government",
    lawful_basis="Not personal data",
    gateway="Open Government Licence v3",
    purposes=EVERY_PURPOSE,
    retention="Kept with each version",
)

ETHNIC_GROUPS = (
    "Asian or Asian British: Indian",
    "Asian or Asian British: Pakistani",
    "Asian or Asian British: Bangladeshi",
    "Asian or Asian British: Chinese",
    "Asian or Asian British: Any other Asian background",
    "Black, Black British, Caribbean or African: Caribbean",
    "Black, Black British, Caribbean or African: African",
    "Black, Black British, Caribbean or African: Any other Black, Black British, or Caribbean background",
    "Mixed or Multiple ethnic groups: White and Black Caribbean",
    "Mixed or Multiple ethnic groups: White and Black African",
    "Mixed or Multiple ethnic groups: White and Asian",
    "Mixed or Multiple ethnic groups: Any other Mixed or Multiple ethnic background",
    "White: English, Welsh, Scottish, Northern Irish or British",
    "White: Irish",
    "White: Gypsy or Irish Traveller",
    "White: Roma",
    "White: Any other White background",
    "Other ethnic group: Arab",
    "Other ethnic group: Any other ethnic group",
    "Prefer not to say",
    "Unknown",
)


class Persons(
    Extract,
    source=CLIENT_INDEX,
    folder="persons",
    row=("person_id",),
    history=events("registered_on", known_time="recorded_at"),
):
    """Protected characteristics of people, for testing models for bias and for nothing else."""

    person_id: Text = key("person", "Reference of the person")
    registered_on: Day = column("Day the person was first known to the council")
    date_of_birth: Day = birth_date("Date of birth; only the year is read", nullable=True)
    sex: Text = column("Sex", values=("Female", "Male", "Prefer not to say", "Unknown"), protected="sex")
    ethnic_group: Text = column(
        "Ethnic group (2021 Census list)", values=ETHNIC_GROUPS, protected="race", special_category=True
    )
    disability: Text = column(
        "Whether the person is disabled as the Equality Act means it",
        values=("Yes", "No", "Prefer not to say", "Unknown"),
        protected="disability",
        special_category=True,
    )
    religion: Text = column(
        "Religion or belief",
        values=(
            "No religion",
            "Christian",
            "Buddhist",
            "Hindu",
            "Jewish",
            "Muslim",
            "Sikh",
            "Other religion",
            "Prefer not to say",
            "Unknown",
        ),
        protected="religion or belief",
        special_category=True,
    )
    recorded_at: Moment = column("When the lake received this version of the row")


class Links(
    Extract,
    source=CLIENT_INDEX,
    folder="links",
    row=("link_id",),
    history=events("linked_on", known_time="recorded_at"),
    role="links",
):
    """Which person holds which tenancy: the only way from one source to another."""

    link_id: Text = key("link", "Reference of the link")
    person_id: Text = key("person", "Reference of the person")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    standing: Text = column("The person's standing in the tenancy", values=("lead", "joint"))
    method: Text = column("How the link was made", values=("exact", "probabilistic", "manual"))
    confidence: Number = column("How sure the match is", unit="probability", ge=0, le=1)
    linked_on: Day = column("Day the person and the tenancy were first linked")
    recorded_at: Moment = column("When the lake received this version of the row")


class Exclusions(
    Extract,
    source=CLIENT_INDEX,
    folder="exclusions",
    row=("exclusion_id",),
    history=events("starts_on", known_time="recorded_at"),
    role="exclusions",
    rules=[ordered("starts_on", "ends_on")],
):
    """People, tenancies and homes that models must leave out, and people whose equality data may not be used."""

    exclusion_id: Text = key("exclusion", "Reference of the exclusion")
    person_id: Text = key("person", "Reference of the person, where it is a person's", nullable=True)
    tenancy_id: Text = key("tenancy", "Reference of the tenancy, where it is a tenancy's", nullable=True)
    uprn: Text = key("uprn", "Reference of the home, where it is a home's", nullable=True, pattern="[0-9]{1,12}")
    kind: Text = column(
        "Why",
        values=("objection_article_21", "restriction_article_18", "protected_address", "equality_data_notice"),
    )
    starts_on: Day = column("Day from which it holds")
    ends_on: Day = column("Day on which it ended, empty while it holds", nullable=True)
    recorded_at: Moment = column("When the lake received this version of the row")


class Areas(
    Extract,
    source=OPEN_GEOGRAPHY,
    folder="areas",
    row=("lsoa21", "imd_version"),
    history=events("published_on", known_after="1 day"),
):
    """Small areas, their ward, and the English Indices of Deprivation with their version."""

    lsoa21: Text = key("area", "Small area (LSOA, 2021 boundaries)", pattern="E010[0-9]{5}")
    ward_code: Text = column("Ward code (2024)", pattern="E05[0-9]{6}")
    ward_name: Text = column("Ward name (2024)")
    imd_version: Text = column("Edition of the index", values=("IMD 2019", "IMD 2025"))
    imd_rank: Whole = column("National rank; 1 is the most deprived", ge=1, le=33755)
    imd_decile: Whole = column("National tenth; 1 is the most deprived", ge=1, le=10)
    published_on: Day = column("Day the index was published")
