"""The code lists of Client Level Data, Release 2, and what the codes of Release 1 are read as.

Taken from the Department's published code and a vocabulary derived from it, not from the specification itself: compare
them with the specification before first use. Every list is read with "Invalid and not mapped" as its last resort,
except where the contract says that a row without a valid code is of no use.
"""

from __future__ import annotations

INVALID = "Invalid and not mapped"

CLIENT_TYPES = ("Service User", "Unpaid Carer", "Unpaid Carer known by Association")
OLD_CLIENT_TYPES = {
    "Service user": "Service User",
    "Carer": "Unpaid Carer",
    "Carer known by Association": "Unpaid Carer known by Association",
}

SUPPORT_REASONS = (
    "Physical Support: Access and mobility only",
    "Physical Support: Personal care support",
    "Sensory Support: Support for visual impairment",
    "Sensory Support: Support for hearing impairment",
    "Sensory Support: Support for dual impairment",
    "Support with Memory and Cognition",
    "Learning Disability Support",
    "Mental Health Support",
    "Social Support: Substance misuse support",
    "Social Support: Asylum seeker support",
    "Social Support: Support for Social Isolation / Other",
    "Social Support: Support to Carer",
    "Unknown",
)
OLD_SUPPORT_REASONS = {"Social Support: Support for social isolation/other": SUPPORT_REASONS[10]}

LONG_TERM = (
    "Long Term Support: Nursing Care",
    "Long Term Support: Residential Care",
    "Long Term Support: Community",
    "Long Term Support: Prison",
)
SERVICE_TYPES = (
    *LONG_TERM,
    "Short Term Support: ST-Max",
    "Short Term Support: Ongoing Low Level",
    "Short Term Support: Other Short Term",
    "Unpaid Carer Support: Direct to Unpaid Carer",
    "Unpaid Carer Support: Support involving the person cared-for",
)
OLD_SERVICE_TYPES = {
    "Carer Support: Direct to Carer": "Unpaid Carer Support: Direct to Unpaid Carer",
    "Carer Support: Support involving the person cared-for": (
        "Unpaid Carer Support: Support involving the person cared-for"
    ),
}

SERVICE_COMPONENTS = (
    "Reablement",
    "Short Term Nursing Care",
    "Short Term Residential Care",
    "Long Term Nursing Care",
    "Long Term Residential Care",
    "Home Support",
    "Day Support",
    "Meals",
    "Transport",
    "Equipment",
    "Direct Payment",
    "Shared Lives",
    "Community Supported Living",
    "Extra Care Housing",
    "Professional Support: Social Worker",
    "Professional Support: Other",
    "Learning, Education or Employment Support",
    "End of Life Care",
    "Emergency Support",
    "Other Short Term Support",
    "Other Long Term Support",
    "Unpaid Carer Respite",
    "Unpaid Carer Sitting Service",
    "Unpaid Carer Universal Services",
    "Other Unpaid Carer Support",
)
OLD_SERVICE_COMPONENTS = {
    "Domiciliary Care": "Home Support",
    "Carer Respite": "Unpaid Carer Respite",
    "Other Carer Support": "Other Unpaid Carer Support",
}

DELIVERY = ("Direct Payment", "CASSR Managed Personal Budget", "CASSR Commissioned Support")

COST_FREQUENCIES = (
    "Per Session",
    "Hourly",
    "Daily",
    "Weekly",
    "Fortnightly",
    "4-weekly",
    "Monthly",
    "Quarterly",
    "Annually",
    "One-off",
)
OLD_COST_FREQUENCIES = {"Four-weekly": "4-weekly", "Every 4 Weeks": "4-weekly", "Annual": "Annually"}

ROUTES = (
    "Planned Entry (Transition)",
    "Discharge from Hospital",
    "Diversion from Hospital Services",
    "Self-Funder with Depleted Funds",
    "Community / Other Route",
    "Prison",
)

ASSESSMENT_TYPES = (
    "Short Term Assessment",
    "Long Term Assessment: Initial",
    "Long Term Assessment: Reassessment",
    "Transition Assessment",
    "Unpaid Carer Assessment",
)
OLD_ASSESSMENT_TYPES = {"Carer Assessment": "Unpaid Carer Assessment", "Long term assessment": ASSESSMENT_TYPES[1]}

REVIEW_REASONS = (
    "Planned: Long Term Support",
    "Planned: First Review after Support began",
    "Unplanned: Hospital",
    "Unplanned: Carer related",
    "Unplanned: Safeguarding Concern",
    "Unplanned: Provider Failure",
    "Unplanned: Other Reason",
    "Review of Short Term Support",
    "Unknown",
)
OLD_REVIEW_REASONS = {"Planned": REVIEW_REASONS[0], "Unplanned": REVIEW_REASONS[6]}

OUTCOMES = (
    "Progress to Reablement/ST-Max",
    "Progress to Assessment, Review or Reassessment",
    "Admitted to Hospital",
    "Continuation of Support or Services",
    "Progress to Support Planning or Services",
    "NFA: Support ended as planned",
    "NFA: Responsibility moved to another LA",
    "NFA: Referral to NHS services or NHS funded social care",
    "NFA: Self-funded client or under 12wk disregard",
    "NFA: Referral to other service within the LA",
    "NFA: Support declined",
    "NFA: Information and advice or signposting",
    "NFA: Deceased",
    "NFA: No services offered for other reason",
    "NFA: Support ended for other reason",
    "NFA: Other",
)
OLD_OUTCOMES = {"NFA - Deceased": "NFA: Deceased", "Provision of service": OUTCOMES[4]}

HOMES = (
    "Owner Occupier or Shared Ownership",
    "Tenant",
    "Tenant - Private Landlord",
    "Settled Mainstream Housing with Family / Friends",
    "Supported Accommodation / Supported Lodgings / Supported Group Home",
    "Shared Lives",
    "Approved Premises",
    "Sheltered / Extra Care Housing",
    "Mobile Accommodation",
    "Rough Sleeper / Squatting",
    "Night Shelter / Hostel",
    "Refuge",
    "Temporary Accommodation by Council",
    "Staying with Family / Friends as Short-Term Guest",
    "Acute / Long-Term Healthcare Facility",
    "Registered Care Home",
    "Registered Nursing Home",
    "Prison / Young Offenders Institution / Detention",
    "Other Temporary Accommodation",
    "Unknown",
)

FUNDING = ("Fully Council Funded", "Part Client Funded", "Joint with NHS", "Client pays in full", "Unknown")

REVIEW_METHODS = ("Face to face", "By telephone or video", "By post or email", "Other")

ACHIEVED = ("Fully", "Partially", "Not achieved", "Not recorded")

YES_NO_UNKNOWN = ("Yes", "No", "Unknown")
