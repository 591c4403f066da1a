"""A candidate with every kind of finding on it, the words of people, plots and a decision: for tests of the card."""

from __future__ import annotations

import datetime
import struct
import zlib
from typing import Any

from riskmodels.governance.attestations import Conditions, Promotion, Word
from riskmodels.governance.card import Card, CardPlot, Signatory, WrittenByPeople, make_card
from riskmodels.governance.check_texts import CHECKS
from riskmodels.governance.decision import Check, Decision
from riskmodels.governance.evidence import SignedWord
from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.roles import Holder
from riskmodels.governance.wire import sha256

AT = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)

BANNED = (
    "Notices, court action, eviction or any other enforcement",
    "Allocations, transfers, lettings or the award of a discretionary payment",
    "Any decision about a person without an officer who has looked at the case",
    "Any purpose but offering help early; passing it to another service needs a new decision of the ethics board",
)

SIGNATORIES = (
    Signatory(role="data_protection_officer", title="Data protection officer", duty="advise"),
    Signatory(role="equality_lead", title="Equality lead", duty="advise"),
    Signatory(role="ethics_board", title="Chair of the data ethics board", duty="advise"),
    Signatory(role="siro", title="Senior information risk owner", duty="accept_risk"),
    Signatory(role="accountable_officer", title="Accountable officer", duty="decide"),
)


def digest_of(words: str) -> str:
    return sha256(words.encode())


def measured(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


def figures(**shift: float) -> dict[str, dict[str, float | None]]:
    """Give one estimator's figures; a shift names a metric and what is added to it."""
    held = {
        "roc_auc": (0.837, 0.806, 0.869),
        "average_precision": (0.386, 0.302, 0.469),
        "precision_at_capacity": (0.3676, 0.2956, 0.4461),
        "recall_at_capacity": (0.4791, 0.405, 0.5541),
        "lift_at_capacity": (6.554, 5.476, 7.528),
        "called_high_who_were": (0.3676, 0.2956, 0.4461),
        "called_low_who_were_not": (0.9685, 0.9605, 0.9749),
        "brier_score_loss": (0.0427, 0.036, 0.0491),
        "log_loss": (0.165, 0.142, 0.188),
        "calibration_slope": (0.994, 0.878, 1.12),
        "calibration_in_the_large": (0.0111, 0.003, 0.0189),
        "calibration_error": (0.0123, 0.0058, 0.0192),
    }
    return {name: measured(*(round(end + shift.get(name, 0.0), 6) for end in ends)) for name, ends in held.items()}


def facts_of(**changes: Any) -> CandidateFacts:
    """Give the example's facts, with changes: a mapping changes the fields that it names, else the whole."""
    held = _facts()
    for name, change in changes.items():
        held[name] = {**held[name], **change} if isinstance(change, dict) else change
    return CandidateFacts.model_validate(held)


def written_of(**changes: Any) -> WrittenByPeople:
    """Give what people wrote, with changes."""
    held: dict[str, Any] = {
        "title": "Early help with rent",
        "council": "Demo council",
        "what_it_does": "For each new list it puts council tenancies in order of how likely they are to fall into "
        "serious arrears in the next three months, going by the rent account alone. An income officer rings the "
        "tenants at the top and offers help. It decides nothing about anybody.",
        "for_whom": "Tenants whose payments have begun to slip, and who are rung today only when the debt is large.",
        "intended_use": "To choose whom income officers ring first. Help may be declined without any consequence.",
        "users": "Income officers and their team leaders. Nobody else sees the list or a score.",
        "out_of_scope": ("Tenants of housing associations, on whom it was never tested.",),
        "less_well_for": (
            "Tenants who are new, because there is little of their account to go by, and tenants whose benefit is "
            "paid late.",
        ),
        "what_could_go_wrong": (
            "Somebody who needs help is not on the list and waits longer.",
            "Somebody is rung who needed nothing, and is worried by the call.",
            "Officers come to trust the order and stop looking at the case.",
            "The list drifts into enforcement, because it is there and it is convenient.",
        ),
        "human_oversight": "An income officer opens the rent account before ringing and decides whether to ring at "
        "all. The officer may skip, postpone or add anybody without asking.",
        "how_to_complain": "The council's complaints form, the income team's mailbox or by post. You may also "
        "complain to the Information Commissioner.",
        "how_to_object": "Tell any officer or write to the mailbox. From the next list on you are left out.",
        "how_to_ask_for_a_person": "Ask any officer for somebody to explain your place and to look again.",
        "contacts": {"model team": "rent-model-team@council.example"},
        "benefit": "That a call keeps people out of arrears has not been shown. It is to be shown by comparing "
        "tenants on either side of the end of the list.",
        "privacy_notice": "https://council.example/privacy",
        "previous_process": "Officers work down a report in order of the rent owed.",
        "alternatives": ("A few fixed rules, such as two missed payments.",),
        "entities": "tenancies",
        "outcome_happened": "fell into serious arrears",
        "demo": True,
    }
    return WrittenByPeople.model_validate(held | changes)


def card_of(**changes: Any) -> Card:
    """Make the example's card, with changes to what it is made from."""
    held: dict[str, Any] = {
        "statement": written_of(),
        "plots": plots(),
        "tables": {"bias.groups": wide_table(), "example": example_rows()},
        "decision": decision_of(failed=("bias", "quorum")),
        "words": words(),
        "version": "3",
        "may_not_be_used_for": BANNED,
        "signatories": SIGNATORIES,
    }
    given = held | changes
    return make_card(given.pop("facts", None) or facts_of(), **given)


def decision_of(*, failed: tuple[str, ...] = (), **changes: Any) -> Decision:
    """Give a decision with all checks, of which those named are not passed."""
    checks = tuple(
        Check(
            name=name,
            title=words.title,
            passed=name not in failed,
            found="what was found is not as it must be" if name in failed else "as it must be",
            wanted="as the policy asks",
            why=words.why,
            next_step=words.next_step if name in failed else "Nothing.",
            who=words.who,
        )
        for name, words in CHECKS.items()
    )
    until = None if failed else datetime.date(2026, 12, 1)
    held: dict[str, Any] = {"conditions": Conditions(), "approved_until": until, "at": AT}
    return Decision("rent_arrears", not failed, checks, **held | changes)


def word(role: str = "data_protection_officer", **changes: Any) -> SignedWord:
    """Give a role's word, with changes."""
    held: dict[str, Any] = {
        "model": "rent_arrears",
        "role": role,
        "decision": "approve",
        "reasons": "It is better than today's list, and its limits are known.",
        "candidate_digest": digest_of("candidate"),
        "bundle_digest": digest_of("bundle"),
        "card_digest": digest_of("card"),
        "dpia_digest": digest_of("dpia"),
        "equality_digest": digest_of("equality"),
        "at": AT - datetime.timedelta(days=2),
        "review_by": datetime.date(2026, 12, 1),
    }
    signed = Word.model_validate(held | changes)
    return SignedWord(signed, Holder(title="Head of information governance", key="a" * 64), digest_of(role))


def words() -> tuple[SignedWord, ...]:
    """Give what two advisers said."""
    conditions = Conditions(longest_list=200, other=("Tell the board within a week of any complaint.",))
    return (
        word("data_protection_officer", decision="approve-with-conditions", conditions=conditions),
        word("equality_lead", decision="reject", reasons="Too little is known of disabled tenants."),
    )


def promotion_of(**changes: Any) -> Promotion:
    """Give the registry's countersignature."""
    held: dict[str, Any] = {
        "model": "rent_arrears",
        "version": 3,
        "alias": "champion",
        "candidate_digest": digest_of("candidate"),
        "bundle_digest": digest_of("bundle"),
        "root_digest": digest_of("root"),
        "conditions": Conditions(),
        "approved_until": datetime.date(2026, 12, 1),
        "at": AT,
        "log_head": f"7:{digest_of('entry')}",
    }
    return Promotion.model_validate(held | changes)


def plots() -> tuple[CardPlot, ...]:
    """Give two small pictures with their words."""
    return (
        CardPlot(name="calibration", title="Stated chances against what happened", alt="Ten groups of people lie "
                 "close to the line where stated chances come true.", part="figures", png=png(640, 360)),
        CardPlot(name="disparities", title="The comparisons that decide", alt="Five differences with their intervals; "
                 "one lies over its limit.", part="bias", png=png(900, 300)),
    )  # fmt: skip


def png(width: int, height: int) -> bytes:
    """Draw a plain grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\xdd" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def plain_table(caption: str, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Any:
    """Give a table as the audit hands it over."""
    from riskmodels.records.proxies import PlainTable

    return PlainTable(caption, head, rows, notes=("Small counts are withheld.",))


def wide_table() -> Any:
    """Give a table with more columns than a phone has room for."""
    head = (
        "Group",
        "Rows",
        "On the list",
        "Missed",
        "Picked wrongly",
        "Right",
        "Share of the list",
        "Share of the need",
    )
    rows = (
        ("sex: Female", "1,530", "7% (5% to 9%)", "53% (41% to 63%)", "4% (3% to 6%)", "38%", "53%", "57%"),
        ("ethnic_group: Black, Black British, Caribbean or African", "405", *["withheld"] * 6),
    )
    return plain_table("Each group: how the list treats it", head, rows)


def example_rows() -> Any:
    """Give made-up rows of what the model is told."""
    return plain_table(
        "Two made-up rows", ("Feature", "First", "Second"), (("Rent owed, in weeks of rent", "1.5", "0"),)
    )


def longest_words() -> str:
    """Give a word that is wider than a phone."""
    return "Arrears" * 30


def _facts() -> dict[str, Any]:
    return {
        "made_at": AT - datetime.timedelta(days=5),
        "model": _model_facts(),
        "periods": [
            _period("2025-06-01", measured(0.839, 0.796, 0.879), measured(0.0443, 0.0373, 0.0526)),
            _period("2025-09-01", measured(0.859, 0.826, 0.891), measured(0.0508, 0.0433, 0.0596)),
            _period("2025-12-01", measured(0.832, 0.806, 0.869), None),
        ],
        "data": [_data("Tenancies", 4363, newest="2026-03-31"), _data("RentBalances", 472_988),
                 _data("Exclusions", 7), _data("Areas", 362, moving=False, known_time_assumed=True)],
        "leakage": {"time_travel_rows": 200, "shuffled_passed": True},
        "bias": _bias_facts(),
        "proxies": {"strength": {"sex": measured(0.517, 0.496, 0.535), "age_band": measured(0.69, 0.682, 0.698)}},
        "explanation": {
            "largest_gap": 8.7e-07,
            "largest_difference": 5.2e-07,
            "checked_rows": 200,
            "stability": measured(0.95, 0.9, 1.0),
            "leading": ["Rent owed net of benefit that is due, in weeks of rent",
                        "Housing benefit paid to the account in the last 26 weeks",
                        "Share of the rent charged in the last 13 weeks that was paid"],
        },
        "monotone": {"declared": ["arrears_weeks"], "checked_rows": 300},
        "disclosure": {"number": 10, "round_to": 5, "smallest_shown": 10},
        "sources": [_source("Tenancies"), _source("RentBalances"),
                    _source("Areas", read_for="audit", purposes=["equality_monitoring"]),
                    _source("Persons", read_for="audit", registered=False)],
        "documents": _documents(),
        "transparency": {
            "privacy_notice": "https://council.example/privacy",
            "complaint_route": "https://council.example/complain",
            "objection_route": "https://council.example/object",
            "human_review": "A rent officer reads the whole file",
            "may_override": "Any name on the list, with a reason",
            "training": "Half a day before first use, and once a year",
        },
        "benefit": "Benefit not shown",
        "files": [{"path": "manifest.json", "sha256": digest_of("manifest"), "bytes": 900},
                  {"path": "model.txt", "sha256": digest_of("model"), "bytes": 90_000}],
        "root_digest": digest_of("root"),
        "log_head": f"6:{digest_of('entry 6')}",
    }  # fmt: skip


def _model_facts() -> dict[str, Any]:
    gain = {"roc_auc": measured(0.1019, 0.0676, 0.1399), "recall_at_capacity": measured(0.1117, 0.0456, 0.1706)}
    other = {"roc_auc": measured(0.0133, -0.0015, 0.0288), "recall_at_capacity": measured(0.0066, -0.0464, 0.0375)}
    return {
        "name": "rent_arrears",
        "purpose": "early_intervention",
        "outcome_says": "Serious arrears: 8 weeks' rent or more owed two weeks running (a line set by local policy)",
        "chosen": "lightgbm",
        "baseline": "arrears_weeks",
        "bundle_digest": digest_of("bundle"),
        "reproducibility_digest": digest_of("trees"),
        "definition_digest": digest_of("definition"),
        "table_digest": digest_of("table"),
        "platform": {"python": "3.11.9", "platform": "Linux x86_64", "lightgbm": "4.6.0"},
        "rows": 2694,
        "positives": 152,
        "capacity": 200,
        "horizon_days": 91,
        "learned_from": ["2025-06-01", "2025-09-01"],
        "held_out": ["2025-12-01"],
        "metrics": {
            "lightgbm": figures(),
            "baseline": figures(roc_auc=-0.1, called_high_who_were=-0.09, called_low_who_were_not=-0.0068,
                                precision_at_capacity=-0.09, recall_at_capacity=-0.11),
            "interpretable": figures(roc_auc=-0.013),
        },
        "differences": {"chosen_minus_baseline": gain, "lightgbm_minus_interpretable": other},
        "notes": ["2 as-of dates before the held-out one were not learned from: their outcome was not yet known."],
    }  # fmt: skip


def _period(as_of: str, roc_auc: Any, base_rate: Any) -> dict[str, Any]:
    return {"as_of": as_of, "roc_auc": roc_auc, "base_rate": base_rate}


def _data(extract: str, rows: int, **changes: Any) -> dict[str, Any]:
    held: dict[str, Any] = {
        "extract": extract,
        "source": "Rent accounts",
        "rows": rows,
        "bad_share": 0.0034,
        "tolerance": 0.01,
        "moving": True,
        "newest": "2026-03-31",
    }
    return held | changes


def _bias_facts() -> dict[str, Any]:
    black = "Black, Black British, Caribbean or African"
    return {
        "comparisons": [
            _comparison("sex", "Female", "missed", measured(0.01, -0.05, 0.06), "pass", 0),
            _comparison("disability", "Yes", "missed", measured(0.16, 0.11, 0.21), "fail", 0),
            _comparison("disability", "Yes", "list_share", measured(None), "not enough evidence", 3000),
            _comparison("ethnic_group", black, "missed", measured(-0.11, -0.31, 0.1), "not enough evidence", 7300),
        ],
        "breaches": [{"group": "age_band: 75 and over", "metric": "missed", "tolerance": 0.1,
                      "difference": measured(0.2, 0.13, 0.27)}],
        "held": {
            "age": "age_band: recorded for 94%",
            "disability": "disability: recorded for 82%",
            "gender reassignment": "not held",
            "marriage and civil partnership": "not held",
            "pregnancy and maternity": "not held",
            "race": "ethnic_group: recorded for 88%",
            "religion or belief": "religion: recorded for 76%",
            "sex": "sex: recorded for 95%",
            "sexual orientation": "not held",
        },
        "not_measured": ["religion: too few people are of known religion"],
    }  # fmt: skip


def _comparison(characteristic: str, group: str, metric: str, difference: Any, verdict: str, needed: int) -> Any:
    return {
        "characteristic": characteristic,
        "group": group,
        "metric": metric,
        "tolerance": 0.1,
        "difference": difference,
        "verdict": verdict,
        "people_needed": needed,
    }


def _source(extract: str, **changes: Any) -> dict[str, Any]:
    held: dict[str, Any] = {
        "extract": extract,
        "source": "Rent accounts",
        "read_for": "model",
        "registered": True,
        "purposes": ["tenancy_management", "early_intervention"],
        "regime": "UK GDPR",
        "lawful_basis": "Article 6(1)(e) public task",
        "gateway": "Housing Act 1985 s21",
        "agreement": "Sharing agreement 12",
        "agreement_ends": "2027-03-31",
        "retention": "6 years after the tenancy ends",
    }
    return held | changes


def _documents() -> dict[str, Any]:
    names = ("card", "statement", "dpia", "equality", "atrs", "canvas", "processing_record")
    held = {
        name: {"digest": digest_of(name), "rests_on": "a", "rests_on_now": "a", "review_by": "2026-12-01"}
        for name in names
    }
    held["dpia"] |= {"findings": ["C7: ethics/dpia/rent_arrears.yaml, risks.3 is empty"]}  # type: ignore[dict-item]
    held["equality"] |= {"rests_on_now": "b", "changed": ["the audit reads Persons now"]}  # type: ignore[dict-item]
    return held
