"""Facts of a model of amounts that passes every check of the gate: to be spoiled."""

from __future__ import annotations

from typing import Any

from riskmodels.governance.facts import CandidateFacts
from tests.unit.governance.candidate_facts import facts_of

__all__ = ["amount_facts_of", "measured"]


def measured(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
    """Give a figure with the ends of its interval as plain data."""
    return {"value": value, "low": low, "high": high}


def amount_facts_of(*, root_digest: str = "0" * 64, **changes: Any) -> CandidateFacts:
    """Give facts of an amount that pass, with changes; see :func:`~tests.unit.governance.candidate_facts.facts_of`.

    ``figures`` and ``gain`` change the chosen estimator's figures and what it saves of the error of today's practice.
    """
    figures = {
        "mean_absolute_error": measured(61.2, 55.1, 67.9),
        "mean_tweedie_deviance": measured(9.1, 8.2, 10.1),
        "mean_error": measured(-1.4, -7.0, 4.1),
        "total_error": measured(-0.008, -0.041, 0.024),
        "coverage": measured(0.908, 0.889, 0.926),
        "mean_interval_width": measured(310.0, 300.0, 320.0),
    } | changes.pop("figures", {})
    today = {
        "mean_absolute_error": measured(80.3, 72.0, 88.0),
        "mean_tweedie_deviance": measured(13.9, 12.2, 15.8),
        "mean_error": measured(3.4, -3.0, 9.1),
        "total_error": measured(0.02, -0.02, 0.06),
    }
    gain = changes.pop("gain", measured(0.34, 0.28, 0.4))
    model = {
        "name": "care_demand",
        "purpose": "commissioning",
        "outcome_says": "Cost of care: the mean weekly cost of long-term support",
        "baseline": "weekly_cost",
        "capacity": 0,
        "task": "amount",
        "unit": "GBP per week",
        "nominal_coverage": 0.9,
        "horizon_days": 182,
        "mean_amount": measured(172.0, 160.0, 184.0),
        "watched_until": "date of death",
        "strata": [
            {
                "stratum": "Residential",
                "coverage": measured(0.9, 0.86, 0.93),
                "mean_width": measured(500.0, 480.0, 520.0),
            },
            {
                "stratum": "Home care",
                "coverage": measured(0.91, 0.88, 0.94),
                "mean_width": measured(250.0, 240.0, 260.0),
            },
        ],
        "metrics": {"lightgbm": figures, "baseline": today},
        "differences": {
            "chosen_minus_baseline": {"mean_absolute_error": measured(-19.1, -25.0, -13.0), "deviance_reduction": gain}
        },
    } | changes.pop("model", {})
    periods = [
        {
            "as_of": day,
            "mean_observed": measured(170.0, 160.0, 180.0),
            "mean_absolute_error": measured(62.0, 56.0, 68.0),
            "deviance_reduction": measured(saved, saved - 0.05, saved + 0.05),
            "coverage": measured(0.9, 0.87, 0.93),
        }
        for day, saved in (("2025-07-01", 0.31), ("2026-01-01", 0.34))
    ]
    return facts_of(root_digest=root_digest, **{"model": model, "periods": periods} | changes)
