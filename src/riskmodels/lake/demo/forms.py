"""The columns of every extract in the demo lake, and how a column of whole numbers becomes what the file holds.

The columns are those of the contracts in ``features/extracts.py``, and some that no contract declares, as real lakes
have: names, addresses and the like. Those hold nothing but the words NOT READ, so that a reading of them would show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from riskmodels.lake.demo.homes import PROPERTY_TYPES
from riskmodels.lake.demo.margins import ETHNIC_GROUPS, RELIGIONS

__all__ = [
    "ACTIONS",
    "ARRANGEMENT_STATES",
    "AWARDS",
    "CHANNELS",
    "DISABILITY",
    "EXCLUSION_KINDS",
    "EXTRACTS",
    "HB",
    "LINK_METHODS",
    "METHODS",
    "SEXES",
    "TENANCY_TYPES",
    "TRANSACTIONS",
    "UC",
    "UCM",
    "Codes",
    "Constant",
    "Form",
    "Key",
    "Plain",
]

METHODS = (
    "direct_debit",
    "standing_order",
    "card",
    "cash",
    "housing_benefit",
    "universal_credit_managed",
    "third_party_deduction",
)
TRANSACTIONS = ("charge", "payment", "benefit", "reversal", "refund", "write_off", "adjustment")
AWARDS = ("none", "housing_benefit", "universal_credit", "universal_credit_managed")
HB, UC, UCM = 1, 2, 3
ARRANGEMENT_STATES = ("active", "kept", "broken")
ACTIONS = (
    "arrears_letter_1",
    "arrears_letter_2",
    "visit",
    "notice_seeking_possession",
    "court_application",
    "possession_order",
    "eviction_warrant",
)
CHANNELS = ("call", "text", "email", "visit")
TENANCY_TYPES = ("secure", "introductory", "flexible", "non_secure")
SEXES = ("Female", "Male", "Prefer not to say", "Unknown")
DISABILITY = ("Yes", "No", "Prefer not to say", "Unknown")
LINK_METHODS = ("exact", "probabilistic", "manual")
EXCLUSION_KINDS = ("objection_article_21", "restriction_article_18", "protected_address", "equality_data_notice")
NOT_STATED = ("Prefer not to say", "Unknown")


@dataclass(frozen=True)
class Key:
    """A reference: letters and a number of fixed width, such as ``T0000123``."""

    prefix: str
    width: int = 7


@dataclass(frozen=True)
class Codes:
    """A text from a code list; the number just past its end stands for a code that is not in the list."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Constant:
    """The same text in every row."""

    text: str


Plain = Literal["pence", "whole", "millionths", "day", "moment", "flag"]
Form = Key | Codes | Constant | Plain

_TENANCY, _PERSON = Key("T"), Key("P")

EXTRACTS: dict[str, dict[str, Form]] = {
    "tenancies": {
        "tenancy_id": _TENANCY,
        "uprn": Key("", 12),
        "lsoa21": Codes(()),
        "patch": Key("Patch ", 2),
        "tenancy_type": Codes(TENANCY_TYPES),
        "property_type": Codes(PROPERTY_TYPES),
        "bedrooms": "whole",
        "is_joint": "flag",
        "started_on": "day",
        "ended_on": "day",
        "recorded_at": "moment",
        "tenant_name": Constant("NAME NOT READ"),
        "address": Constant("ADDRESS NOT READ"),
        "furthest_action_ever": Codes(ACTIONS),
    },
    "rent_accounts": {
        "account_id": Key("A"),
        "tenancy_id": _TENANCY,
        "effective_on": "day",
        "weekly_rent_gbp": "pence",
        "rent_weeks_per_year": "whole",
        "payment_method": Codes(METHODS),
        "recorded_at": "moment",
        "bank_account": Constant("ACCOUNT NOT READ"),
    },
    "rent_balances": {
        "tenancy_id": _TENANCY,
        "week_ending": "day",
        "balance_gbp": "pence",
        "expected_benefit_gbp": "pence",
        "written_off_13w_gbp": "pence",
        "weekly_rent_gbp": "pence",
        "loaded_at": "moment",
    },
    "rent_transactions": {
        "transaction_id": Key("X", 9),
        "tenancy_id": _TENANCY,
        "posted_on": "day",
        "kind": Codes(TRANSACTIONS),
        "method": Codes(METHODS),
        "amount_gbp": "pence",
        "is_deleted": "flag",
        "loaded_at": "moment",
        "payer_name": Constant("NAME NOT READ"),
    },
    "benefit_awards": {
        "award_id": Key("B"),
        "tenancy_id": _TENANCY,
        "kind": Codes(AWARDS),
        "weekly_amount_gbp": "pence",
        "started_on": "day",
        "ended_on": "day",
        "recorded_at": "moment",
        "ni_number": Constant("NI NUMBER NOT READ"),
    },
    "arrangements": {
        "arrangement_id": Key("R"),
        "tenancy_id": _TENANCY,
        "agreed_on": "day",
        "weekly_amount_gbp": "pence",
        "status": Codes(ARRANGEMENT_STATES),
        "closed_on": "day",
        "recorded_at": "moment",
    },
    "rent_actions": {
        "action_id": Key("N"),
        "tenancy_id": _TENANCY,
        "taken_on": "day",
        "kind": Codes(ACTIONS),
        "recorded_at": "moment",
        "officer_name": Constant("NAME NOT READ"),
    },
    "contacts": {
        "contact_id": Key("C"),
        "tenancy_id": _TENANCY,
        "contacted_on": "day",
        "channel": Codes(CHANNELS),
        "reached": "flag",
        "recorded_at": "moment",
        "phone_number": Constant("PHONE NOT READ"),
        "notes": Constant("NOTES NOT READ"),
    },
    "persons": {
        "person_id": _PERSON,
        "registered_on": "day",
        "date_of_birth": "day",
        "sex": Codes(SEXES),
        "ethnic_group": Codes((*ETHNIC_GROUPS, *NOT_STATED)),
        "disability": Codes(DISABILITY),
        "religion": Codes((*RELIGIONS, *NOT_STATED)),
        "recorded_at": "moment",
        "full_name": Constant("NAME NOT READ"),
        "ni_number": Constant("NI NUMBER NOT READ"),
        "nhs_number": Constant("NHS NUMBER NOT READ"),
    },
    "links": {
        "link_id": Key("L"),
        "person_id": _PERSON,
        "tenancy_id": _TENANCY,
        "standing": Codes(("lead", "joint")),
        "method": Codes(LINK_METHODS),
        "confidence": "millionths",
        "linked_on": "day",
        "recorded_at": "moment",
    },
    "exclusions": {
        "exclusion_id": Key("E"),
        "person_id": _PERSON,
        "tenancy_id": _TENANCY,
        "uprn": Key("", 12),
        "kind": Codes(EXCLUSION_KINDS),
        "starts_on": "day",
        "ends_on": "day",
        "recorded_at": "moment",
    },
    "areas": {
        "lsoa21": Codes(()),
        "ward_code": Codes(()),
        "ward_name": Codes(()),
        "imd_version": Codes(("IMD 2019", "IMD 2025")),
        "imd_rank": "whole",
        "imd_decile": "whole",
        "published_on": "day",
    },
}
