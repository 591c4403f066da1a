"""Facts of a candidate that passes every check of the gate, and the policy that it was made under: to be spoiled."""

from __future__ import annotations

import datetime
from typing import Any

from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.wire import sha256
from riskmodels.policy import AssurancePolicy, Comparison, ModelPolicy
from riskmodels.promotion_policy import PromotionPolicy

AT = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
"""The moment that everything is judged for."""

MODEL = "rent_arrears"
DOCUMENTS = ("card", "statement", "dpia", "equality", "atrs", "canvas", "processing_record", "sources")


def ago(**how_long: float) -> datetime.datetime:
    """Give a moment before :data:`AT`, such as ``ago(days=1)``."""
    return AT - datetime.timedelta(**how_long)


def digest_of(words: str) -> str:
    """Give a digest to stand for something that is named only."""
    return sha256(words.encode())


def policy_of(**changes: Any) -> ModelPolicy:
    """Give a policy that :func:`facts_of` satisfies, with changes to its fields."""
    comparison = Comparison(
        characteristic="sex", group="female", metric="missed", tolerance=0.1, reason="One in ten is the most we bear"
    )
    held: dict[str, Any] = {
        "capacity": 50,
        "capacity_reason": "Ten officers, five calls each",
        "assurance": AssurancePolicy(comparisons=(comparison,)),
        "promotion": PromotionPolicy(),
    }
    return ModelPolicy(**held | changes)


def facts_of(*, root_digest: str, **changes: Any) -> CandidateFacts:
    """Give facts that pass every check, with changes: ``facts_of(root_digest=..., model={"capacity": 60})``.

    A change that is a mapping changes the fields that it names; any other replaces the whole.
    """
    held = _facts() | {"root_digest": root_digest}
    for name, change in changes.items():
        held[name] = {**held[name], **change} if isinstance(change, dict) and name != "documents" else change
    held["documents"] = {**_facts()["documents"], **changes.get("documents", {})}
    return CandidateFacts.model_validate({name: one for name, one in held.items() if one is not None})


def _measured(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def _facts() -> dict[str, Any]:
    return {
        "made_at": ago(days=2),
        "model": _model_facts(),
        "periods": [{"as_of": "2025-11-01", "roc_auc": _measured(0.79, 0.75, 0.83)}],
        "data": [
            {
                "extract": "rent_payments",
                "source": "housing_system",
                "rows": 60_000,
                "bad_share": 0.001,
                "tolerance": 0.01,
                "moving": True,
                "newest": "2025-12-31",
            }
        ],
        "leakage": {"time_travel_rows": 500, "shuffled_passed": True},
        "bias": _bias_facts(),
        "proxies": {"strength": {"sex": _measured(0.55, 0.52, 0.58)}},
        "explanation": {
            "largest_gap": 1e-9,
            "largest_difference": 1e-8,
            "checked_rows": 1000,
            "stability": _measured(0.9, 0.8, 1.0),
            "leading": ["arrears now", "missed payments"],
        },
        "monotone": {"declared": ["arrears now"], "checked_rows": 1000},
        "disclosure": {"number": 10, "round_to": 5, "smallest_shown": 15},
        "sources": [_source_facts()],
        "documents": {
            name: {
                "digest": digest_of(name),
                "rests_on": digest_of("rests on"),
                "rests_on_now": digest_of("rests on"),
                "review_by": "2026-12-01",
            }
            for name in DOCUMENTS
        },
        "transparency": {
            "privacy_notice": "https://council.example/privacy",
            "complaint_route": "https://council.example/complain",
            "objection_route": "https://council.example/object",
            "human_review": "A rent officer reads the whole file",
            "may_override": "Any name on the list, with a reason",
            "training": "Two hours before first use, and yearly",
        },
        "benefit": "Benefit not shown",
        "files": [
            {"path": "manifest.json", "sha256": digest_of("manifest"), "bytes": 900},
            {"path": "model.txt", "sha256": digest_of("model"), "bytes": 90_000},
        ],
    }


def _model_facts() -> dict[str, Any]:
    return {
        "name": MODEL,
        "purpose": "homelessness_prevention",
        "outcome_says": "owes eight weeks' rent or more",
        "chosen": "lightgbm",
        "baseline": "arrears now",
        "bundle_digest": digest_of("bundle"),
        "reproducibility_digest": digest_of("trees"),
        "definition_digest": digest_of("definition"),
        "table_digest": digest_of("table"),
        "platform": {"python": "3.11", "lightgbm": "4.6"},
        "rows": 20_000,
        "positives": 900,
        "capacity": 50,
        "horizon_days": 90,
        "learned_from": ["2025-06-01", "2025-07-01"],
        "held_out": ["2026-01-01"],
        "metrics": {
            "lightgbm": {
                "roc_auc": _measured(0.81, 0.78, 0.84),
                "calibration_slope": _measured(1.02, 0.9, 1.1),
                "calibration_error": _measured(0.01, 0.005, 0.02),
            }
        },
        "differences": {"chosen_minus_baseline": {"roc_auc": _measured(0.06, 0.03, 0.09)}},
    }


def _bias_facts() -> dict[str, Any]:
    return {
        "comparisons": [
            {
                "characteristic": "sex",
                "group": "female",
                "metric": "missed",
                "tolerance": 0.1,
                "difference": _measured(0.01, -0.03, 0.05),
                "verdict": "pass",
                "people_needed": 400,
            }
        ],
        "held": {"sex": "recorded for 97%"},
    }


def _source_facts() -> dict[str, Any]:
    return {
        "extract": "rent_payments",
        "source": "housing_system",
        "read_for": "model",
        "registered": True,
        "purposes": ["homelessness_prevention"],
        "regime": "UK GDPR",
        "lawful_basis": "public task",
        "gateway": "Housing Act 1996 s179",
        "retention": "six years",
    }
