"""The columns of the care extracts and their code lists: those of the Client Level Data return, old and new."""

from __future__ import annotations

from riskmodels.lake.demo.care.people import SUPPORT_REASONS
from riskmodels.lake.demo.forms import Codes, Constant, Form, Key

__all__ = [
    "ACHIEVED",
    "ASSESSMENTS",
    "CARE_EXTRACTS",
    "CLIENT_TYPES",
    "COMPONENTS",
    "DELIVERY",
    "EVENT_TYPES",
    "FREQUENCIES",
    "FUNDING",
    "HOMES",
    "METHODS",
    "OUTCOMES",
    "PERSON",
    "PER_WEEK",
    "REVIEWS",
    "ROUTES",
    "SERVICES",
    "TRUTH_FILE",
    "YES_NO",
    "code",
]

TRUTH_FILE = "care_truth.parquet"
PERSON = Key("S")

EVENT_TYPES = ("Request", "Assessment", "Service", "Review")
# Codes of Release 1 stand last in each list; submissions before October 2025 use them.
CLIENT_TYPES = ("Service User", "Unpaid Carer", "Carer")
SERVICES = (
    "Long Term Support: Nursing Care",
    "Long Term Support: Residential Care",
    "Long Term Support: Community",
    "Short Term Support: ST-Max",
    "Unpaid Carer Support: Direct to Unpaid Carer",
    "Carer Support: Direct to Carer",
)
COMPONENTS = (
    "Reablement",
    "Long Term Nursing Care",
    "Long Term Residential Care",
    "Home Support",
    "Day Support",
    "Meals",
    "Equipment",
    "Direct Payment",
    "Community Supported Living",
    "Extra Care Housing",
    "Other Unpaid Carer Support",
    "Domiciliary Care",
    "Other Carer Support",
)
DELIVERY = ("Direct Payment", "CASSR Managed Personal Budget", "CASSR Commissioned Support")
FREQUENCIES = (
    "Per Session", "Hourly", "Daily", "Weekly", "Fortnightly", "4-weekly", "Monthly", "Quarterly", "Annually",
    "One-off", "Four-weekly",
)  # fmt: skip
# How often such a cost is paid in a week; for sessions, hours and days the units planned in a week say it.
PER_WEEK = {"Weekly": 1.0, "Fortnightly": 1 / 2, "4-weekly": 1 / 4, "Monthly": 12 / 52, "Annually": 1 / 52}
ROUTES = (
    "Planned Entry (Transition)",
    "Discharge from Hospital",
    "Diversion from Hospital Services",
    "Self-Funder with Depleted Funds",
    "Community / Other Route",
    "Prison",
)
ASSESSMENTS = (
    "Short Term Assessment",
    "Long Term Assessment: Initial",
    "Long Term Assessment: Reassessment",
    "Transition Assessment",
    "Unpaid Carer Assessment",
    "Carer Assessment",
)
REVIEWS = (
    "Planned: Long Term Support",
    "Planned: First Review after Support began",
    "Unplanned: Hospital",
    "Unplanned: Carer related",
    "Unplanned: Safeguarding Concern",
    "Unplanned: Provider Failure",
    "Unplanned: Other Reason",
)
METHODS = ("Face to face", "By telephone or video", "By post or email", "Other")
ACHIEVED = ("Fully", "Partially", "Not achieved", "Not recorded")
OUTCOMES = (
    "Progress to Reablement/ST-Max",
    "Progress to Assessment, Review or Reassessment",
    "Continuation of Support or Services",
    "Progress to Support Planning or Services",
    "NFA: Support ended as planned",
    "NFA: Responsibility moved to another LA",
    "NFA: Support declined",
    "NFA: Information and advice or signposting",
    "NFA: Deceased",
    "NFA: Support ended for other reason",
)
HOMES = (
    "Owner Occupier or Shared Ownership",
    "Tenant",
    "Tenant - Private Landlord",
    "Settled Mainstream Housing with Family / Friends",
    "Supported Accommodation / Supported Lodgings / Supported Group Home",
    "Sheltered / Extra Care Housing",
    "Registered Care Home",
    "Registered Nursing Home",
)
FUNDING = ("Fully Council Funded", "Part Client Funded", "Joint with NHS")
YES_NO = ("Yes", "No", "Unknown")
_REASONS = (*SUPPORT_REASONS, "Unknown")

CARE_EXTRACTS: dict[str, dict[str, Form]] = {
    "client_level_data": {
        "Event_Reference": Key("V", 9),
        "LA_Person_Unique_Identifier": PERSON,
        "NHS_Number": Constant("NHS NUMBER NOT READ"),
        "Postcode": Constant("POSTCODE NOT READ"),
        "Event_Type": Codes(EVENT_TYPES),
        "Event_Start_Date": "day",
        "Event_End_Date": "day",
        "Event_Outcome": Codes(OUTCOMES),
        "Client_Type": Codes(CLIENT_TYPES),
        "Primary_Support_Reason": Codes(_REASONS),
        "Request_Route_of_Access": Codes(ROUTES),
        "Assessment_Type": Codes(ASSESSMENTS),
        "Service_Type": Codes(SERVICES),
        "Service_Component": Codes(COMPONENTS),
        "Delivery_Mechanism": Codes(DELIVERY),
        "Planned_Units_Per_Week": "millionths",
        "Unit_Cost": "pence",
        "Cost_Frequency_Unit_Type": Codes(FREQUENCIES),
        "Review_Reason": Codes(REVIEWS),
        "Method_of_Review": Codes(METHODS),
        "Review_Outcomes_Achieved": Codes(ACHIEVED),
        "Total_Hrs_Caring_Per_Week": "millionths",
        "Has_Unpaid_Carer": Codes(YES_NO),
        "Accommodation_Status": Codes(HOMES),
        "Client_Funding_Status": Codes(FUNDING),
        "Date_of_Death": "day",
        "lsoa21": Codes(()),
        "Reporting_Period_End": "day",
        "Submission_Cut": "day",
        "Is_Withdrawn": "flag",
    },
    "client_level_data_people": {
        "LA_Person_Unique_Identifier": PERSON,
        "NHS_Number": Constant("NHS NUMBER NOT READ"),
        "Reporting_Period_End": "day",
        "Client_Type": Codes(CLIENT_TYPES),
        "Primary_Support_Reason": Codes(_REASONS),
        "Accommodation_Status": Codes(HOMES),
        "Client_Funding_Status": Codes(FUNDING),
        "Has_Unpaid_Carer": Codes(YES_NO),
        "Date_of_Death": "day",
        "Moved_Away_On": "day",
        "lsoa21": Codes(()),
        "Submission_Cut": "day",
    },
    "unpaid_carers": {
        "Carer_Link_Reference": Key("K"),
        "LA_Person_Unique_Identifier": PERSON,
        "Carer_Identifier": PERSON,
        "Carer_Name": Constant("NAME NOT READ"),
        "Total_Hrs_Caring_Per_Week": "millionths",
        "Caring_Start_Date": "day",
        "Caring_End_Date": "day",
        "Last_Carer_Assessment": "day",
        "Submission_Cut": "day",
    },
}


def code(listed: tuple[str, ...], text: str) -> int:
    """Give the number of a code in its list."""
    return listed.index(text)
