"""The columns of each extract about homes, those that no contract declares included, and how each is written."""

from __future__ import annotations

from riskmodels.lake.demo.forms import EXTRACTS as COUNCIL
from riskmodels.lake.demo.forms import Codes, Constant, Form, Key
from riskmodels.lake.demo.property.complaining import COMPLAINTS
from riskmodels.lake.demo.property.licensing import KINDS, STATES
from riskmodels.lake.demo.property.papers import DECISIONS, EPC_KINDS, EPC_TENURES, PLANS, TRANSACTIONS
from riskmodels.lake.demo.property.schemes import SCHEMES
from riskmodels.lake.demo.property.taxing import BANDS, DISCOUNTS, EXEMPTIONS, PARTIES
from riskmodels.lake.demo.property.tenures import PORTFOLIOS
from riskmodels.lake.demo.property.visiting import OUTCOMES, REASONS

__all__ = ["CLASS_CODES", "EXTRACTS", "REFERENCES"]

# References of properties: written as the whole numbers they are, so that one of 13 digits can be planted.
REFERENCES = ("uprn", "parent_uprn", "UPRN", "usrn")

CLASS_CODES = ("RD", "RD01", "RD02", "RD03", "RD04", "RD05", "RD06", "RD07", "RD08", "RD10", "PP")
RAW_CODES = (*CLASS_CODES, "RD09", "RH01", "RH02", "RH03")

_NAME, _ADDRESS = Constant("NAME NOT READ"), Constant("ADDRESS NOT READ")

EXTRACTS: dict[str, dict[str, Form]] = {
    "land_properties": {
        "uprn": "whole",
        "parent_uprn": "whole",
        "lsoa21": Codes(()),
        "ward": Codes(()),
        "usrn": "whole",
        "logical_status": Codes(("1", "5", "6", "7", "8", "9")),
        "dwelling_class": Codes(CLASS_CODES),
        "blpu_class": Codes(RAW_CODES),
        "x_coordinate": "millionths",
        "y_coordinate": "millionths",
        "start_date": "day",
        "end_date": "day",
        "recorded_at": "moment",
        "address": _ADDRESS,
    },
    "social_homes": {
        "uprn": "whole",
        "landlord": Codes(("council", "registered_provider")),
        "let_from": "day",
        "let_until": "day",
        "recorded_at": "moment",
    },
    "council_tax_bands": {"uprn": "whole", "band": Codes(BANDS), "banded_from": "day", "recorded_at": "moment"},
    "council_tax_liabilities": {
        "liability_id": Key("CT", 8),
        "uprn": "whole",
        "liable_from": "day",
        "liable_until": "day",
        "liable_party": Codes(PARTIES),
        "adults_liable": "whole",
        "discount": Codes(DISCOUNTS),
        "exemption": Codes(EXEMPTIONS),
        "owner_portfolio": Codes(PORTFOLIOS),
        "recorded_at": "moment",
        "liable_name": _NAME,
        "nationality": Constant("NATIONALITY NOT READ"),
    },
    "energy_certificates": {
        "LMK_KEY": Key("EPC", 9),
        "UPRN": "whole",
        "LODGEMENT_DATE": "day",
        "TRANSACTION_TYPE": Codes(TRANSACTIONS),
        "TENURE": Codes(EPC_TENURES),
        "PROPERTY_TYPE": Codes(EPC_KINDS),
        "TOTAL_FLOOR_AREA": "millionths",
        "NUMBER_HABITABLE_ROOMS": "whole",
        "CURRENT_ENERGY_RATING": Codes(("A", "B", "C", "D", "E", "F", "G")),
        "CURRENT_ENERGY_EFFICIENCY": "whole",
        "recorded_at": "moment",
        "ADDRESS": _ADDRESS,
    },
    "licences": {
        "licence_id": Key("L", 7),
        "uprn": "whole",
        "kind": Codes(KINDS),
        "status": Codes(STATES),
        "applied_on": "day",
        "issued_on": "day",
        "expires_on": "day",
        "max_persons": "whole",
        "recorded_at": "moment",
        "licence_holder": _NAME,
        "manager_address": _ADDRESS,
    },
    "exemption_notices": {
        "notice_id": Key("TEN", 6),
        "uprn": "whole",
        "served_on": "day",
        "ends_on": "day",
        "recorded_at": "moment",
    },
    "designations": {
        "designation_id": Key("D", 3),
        "ward": Codes(()),
        "scheme": Codes(SCHEMES),
        "in_force_from": "day",
        "in_force_until": "day",
        "recorded_at": "moment",
    },
    "complaints": {
        "complaint_id": Key("CP", 8),
        "uprn": "whole",
        "received_on": "day",
        "kind": Codes(COMPLAINTS),
        "recorded_at": "moment",
        "complainant": _NAME,
    },
    "benefit_claims": {
        "claim_id": Key("HB", 8),
        "uprn": "whole",
        "kind": Codes(("housing_benefit",)),
        "started_on": "day",
        "ended_on": "day",
        "recorded_at": "moment",
        "ni_number": Constant("NI NUMBER NOT READ"),
    },
    "planning_applications": {
        "application_id": Key("PA", 7),
        "uprn": "whole",
        "received_on": "day",
        "kind": Codes(PLANS),
        "decision": Codes(DECISIONS),
        "decided_on": "day",
        "recorded_at": "moment",
        "applicant": _NAME,
    },
    "inspections": {
        "inspection_id": Key("I", 8),
        "uprn": "whole",
        "inspected_on": "day",
        "reason_chosen": Codes(REASONS),
        "letter_sent": "flag",
        "outcome": Codes(OUTCOMES),
        "recorded_at": "moment",
        "inspector": _NAME,
        "notes": Constant("NOTES NOT READ"),
    },
    "area_profiles": {
        "lsoa21": Codes(()),
        "share_asian": "millionths",
        "share_black": "millionths",
        "share_mixed": "millionths",
        "share_white": "millionths",
        "share_other": "millionths",
        "published_on": "day",
    },
    "exclusions": COUNCIL["exclusions"],
}
