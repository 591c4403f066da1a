"""What a run of a model of amounts measured, as facts that its author signs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodels.governance.facts import Measured, PeriodFacts, StratumFacts, TotalsFacts
from riskmodels.records import Interval, TrainedModel, TrainingTable
from riskmodels.records.amount_model import AmountPeriod

__all__ = ["amount_periods", "amount_terms", "figures_of", "measured_of", "totals_facts"]


def amount_terms(table: TrainingTable, model: TrainedModel, *, fewest: int) -> dict[str, Any]:
    """Give the fields of a model's facts that only an amount has; nothing for a risk.

    Parameters
    ----------
    table : TrainingTable
        What was learned from: its definition says what ends a person's watching.
    model : TrainedModel
        What was learned.
    fewest : int
        Fewest rows that a stratum is given for.
    """
    if model.task == "risk":
        return {}
    seen = model.amount_evaluation
    return {
        "task": model.task,
        "unit": seen.unit,
        "nominal_coverage": seen.nominal_coverage,
        "mean_amount": measured_of(seen.mean_amount),
        "strata": tuple(
            StratumFacts(
                stratum=one.stratum, coverage=measured_of(one.coverage), mean_width=measured_of(one.mean_width)
            )
            for one in seen.strata
            if one.may_show(fewest)
        ),
        "watched_until": _watched_until(table),
    }


def amount_periods(model: TrainedModel, *, fewest: int) -> tuple[PeriodFacts, ...]:
    """Give what was measured at each date that was scored out of time; what came is left out where few had anything."""
    scored = [one for one in model.amount_evaluation.periods if one.deviance_reduction is not None]
    return tuple(_period(one, fewest) for one in scored)


def _period(one: AmountPeriod, fewest: int) -> PeriodFacts:
    return PeriodFacts(
        as_of=one.as_of,
        mean_observed=measured_of(one.mean_observed) if one.positives >= fewest else None,
        mean_absolute_error=measured_of(one.mean_absolute_error),
        deviance_reduction=measured_of(one.deviance_reduction),
        coverage=measured_of(one.coverage),
    )


def totals_facts(model: TrainedModel) -> TotalsFacts | None:
    """Give how far past forecasts of totals were out; None where none are given."""
    found = model.amount_evaluation.totals if model.task == "amount" else None
    if found is None:
        return None
    return TotalsFacts(
        by=found.by,
        origins=len(found.origins),
        error=found.overall.error,
        seasonal_naive=found.overall.seasonal_naive,
        ratio=measured_of(found.ratio),
        coverage=found.overall.coverage,
        nominal_coverage=found.nominal_coverage,
        places=len(found.places),
        worse=len(found.worse),
    )


def _watched_until(table: TrainingTable) -> str | None:
    outcome = table.definition.get("outcome")
    named = outcome.get("competes_with") if isinstance(outcome, Mapping) else None
    return None if not named else str(named).replace("_", " ").lower()


def figures_of(figures: Mapping[str, Interval]) -> dict[str, Measured]:
    """Give figures by metric as facts."""
    return {name: measured_of(one) for name, one in figures.items()}


def measured_of(one: Interval | None) -> Measured:
    """Give a figure as a fact; what was not measured has no value."""
    return Measured(value=None) if one is None else Measured(value=one.value, low=one.low, high=one.high)
