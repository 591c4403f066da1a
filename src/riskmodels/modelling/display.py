"""Show a trained model: a table for the terminal, plain data for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from riskmodels.modelling.selection_figures import shown_bounds
from riskmodels.records import Interval, TrainedModel
from riskmodels.records.amount_model import AmountEvaluation
from riskmodels.records.selection import SelectionFigures
from riskmodels.records.totals import TotalsBacktest

__all__ = ["as_json", "evaluation_table"]

_FEWEST = 10  # people that a group must have to be shown

_SHOWN = {
    "roc_auc": "ROC AUC",
    "average_precision": "Average precision",
    "precision_at_capacity": "Precision of list",
    "recall_at_capacity": "Recall of list",
    "lift_at_capacity": "Lift of list",
    "called_high_who_were": "Called high, were",
    "called_low_who_were_not": "Called low, weren't",
    "brier_score_loss": "Brier score",
    "log_loss": "Log loss",
    "calibration_slope": "Calibration slope",
    "calibration_in_the_large": "Outcome less chance",
    "calibration_error": "Calibration error",
}

_AMOUNTS = {
    "mean_absolute_error": "Missed by",
    "mean_error": "Expected less came",
    "total_error": "Error of the sum",
    "mean_tweedie_deviance": "Tweedie deviance",
    "coverage": "Ranges that held",
    "mean_interval_width": "Width of ranges",
}

_TITLES = {"baseline": "Today's practice", "interpretable": "Interpretable", "lightgbm": "LightGBM"}

_RISK_CAPTION = (
    "Measured on rows that nothing was learned from, with 95% intervals. ROC AUC: 0.5 is guessing, 1 perfect. "
    "Calibration slope: 1 is right. Outcome less chance: below 0, probabilities are too high."
)
_AMOUNT_CAPTION = (
    "Measured on rows that nothing was learned from, with 95% intervals. Expected less came, and error of the sum: 0 "
    "is right. Saved of today's: share of the error of today's practice (Tweedie deviance). Cost is not need."
)


def evaluation_table(model: TrainedModel) -> Table:
    """Lay out the held-out figures of the three estimators, with 95% intervals, for the terminal.

    The chosen estimator is marked in words, not by colour alone.
    """
    evaluation = model.evaluation
    when = ", ".join(f"{day.day} {day:%B %Y}" for day in evaluation.held_out)
    amount = model.task == "amount"
    found = f"{model.case_name}: held out {when}, {evaluation.rows:,} rows, {evaluation.positives:,}"
    table = Table(
        box=SIMPLE_HEAD,
        padding=(0, 1),
        collapse_padding=True,
        pad_edge=False,
        title=f"{found} with any amount, in {model.amount_evaluation.unit}"
        if amount
        else f"{found} with the outcome, list of {model.risk_evaluation.capacity:,}",
        caption=_AMOUNT_CAPTION if amount else _RISK_CAPTION,
    )
    table.add_column("Measure", no_wrap=True)
    for name in evaluation.metrics:
        chosen = name == model.chosen
        title = _TITLES.get(name, name) + ("\n(chosen)" if chosen else "")
        table.add_column(title, justify="right", no_wrap=True, style="bold" if chosen else "")
    for metric, title in (_AMOUNTS if amount else _SHOWN).items():
        cells = [_two_lines(figures[metric]) if metric in figures else "" for figures in evaluation.metrics.values()]
        table.add_row(title, *cells)
    if amount:
        saved = model.amount_evaluation.differences.get("chosen_minus_baseline", {}).get("deviance_reduction")
        own = "" if saved is None else _two_lines(saved)
        table.add_row("Saved of today's", *(own if name == model.chosen else "" for name in evaluation.metrics))
    return table


def _two_lines(interval: Interval) -> str:
    value, _, rest = interval.as_text().partition(" (")
    return f"{value}\n{rest.rstrip(')')}" if rest else value


def as_json(model: TrainedModel) -> dict[str, Any]:
    """Give the model's figures as plain data, for ``run --json``.

    ``rows`` and ``base_rate`` are those of the held-out period, which all ``metrics`` are measured on; what was learned
    from is under ``learned_from``. An amount has ``mean_amount``, its ``unit`` and how its ranges held instead.
    """
    evaluation = model.evaluation
    held_out: dict[str, Any] = {
        "as_of": [day.isoformat() for day in evaluation.held_out],
        "rows": evaluation.rows,
        "positives": evaluation.positives,
    }
    if model.task == "amount":
        own = _amounts(model.amount_evaluation)
        held_out |= own
    else:
        own = {"base_rate": model.risk_evaluation.base_rate.value}
        held_out |= own | {"capacity": model.risk_evaluation.capacity}
        looks = model.risk_evaluation.selection
        own |= {} if looks is None else {"looked_at": _looked_at(looks)}
    return {
        "model": model.case_name,
        "task": model.task,
        "digest": model.digest,
        "rows": evaluation.rows,
        **own,
        "metrics": _figures(evaluation.metrics),
        "differences": _figures(evaluation.differences),
        "chosen": model.chosen,
        "choice_reason": model.choice_reason,
        "held_out": held_out,
        "learned_from": {"as_of": [day.isoformat() for day in model.learned_from], "rows": model.rows},
        "calibrators": dict(model.calibrators),
        "notes": [*model.notes, *evaluation.notes],
    }


def _looked_at(looks: SelectionFigures) -> dict[str, Any]:
    """Give what follows from outcomes being known only where somebody looked."""
    return {
        "population": looks.population,
        "looked_at": looks.looked_at,
        "found_per_100_visits": {name: _interval(one) for name, one in looks.found_per_100_visits.items()},
        "bounds_per_100_visits": {name: list(shown_bounds(one)) for name, one in looks.bounds_per_100_visits.items()},
        "mean_days_earlier": _interval(looks.found_earlier.mean_days_earlier),
        "rests_on": looks.rests_on,
    }


def _amounts(evaluation: AmountEvaluation) -> dict[str, Any]:
    """Give what a model of amounts has in place of a base rate and a list."""
    return {
        "unit": evaluation.unit,
        "mean_amount": _interval(evaluation.mean_amount),
        "nominal_coverage": evaluation.nominal_coverage,
        "strata": {
            one.stratum: {"coverage": _interval(one.coverage), "mean_width": _interval(one.mean_width)}
            for one in evaluation.strata
            if one.may_show(_FEWEST)
        },
        **({} if evaluation.totals is None else {"totals": _totals(evaluation.totals)}),
    }


def _totals(found: TotalsBacktest) -> dict[str, Any]:
    """Give what is expected by place, and how far such forecasts were out."""
    return {
        "by": list(found.by),
        "unit": found.unit,
        "nominal_coverage": found.nominal_coverage,
        "error": found.overall.error,
        "seasonal_naive": found.overall.seasonal_naive,
        "ratio": _interval(found.ratio),
        "coverage": found.overall.coverage,
        "forecasts": [
            {
                "place": dict(one.place),
                "begins": one.begins.isoformat(),
                "ends": one.ends.isoformat(),
                "expected": one.expected,
                "low": one.low,
                "high": one.high,
            }
            for one in found.forecasts
        ],
        "notes": list(found.notes),
    }


def _figures(tables: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, dict[str, float | None]]]:
    return {
        name: {metric: _interval(interval) for metric, interval in figures.items()} for name, figures in tables.items()
    }


def _interval(interval: Interval) -> dict[str, float | None]:
    return {"value": interval.value, "low": interval.low, "high": interval.high}
