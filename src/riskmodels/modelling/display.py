"""Show a trained model: a table for the terminal, plain data for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from riskmodels.records import Interval, TrainedModel

__all__ = ["as_json", "evaluation_table"]

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

_TITLES = {"baseline": "Today's practice", "interpretable": "Interpretable", "lightgbm": "LightGBM"}


def evaluation_table(model: TrainedModel) -> Table:
    """Lay out the held-out figures of the three estimators, with 95% intervals, for the terminal.

    The chosen estimator is marked in words, not by colour alone.
    """
    evaluation = model.evaluation
    when = ", ".join(f"{day.day} {day:%B %Y}" for day in evaluation.held_out)
    table = Table(
        box=SIMPLE_HEAD,
        padding=(0, 1),
        collapse_padding=True,
        pad_edge=False,
        title=(
            f"{model.case_name}: held out {when}, {evaluation.rows:,} rows, {evaluation.positives:,} with the outcome, "
            f"list of {evaluation.capacity:,}"
        ),
        caption=(
            "Measured on rows that nothing was learned from, with 95% intervals. ROC AUC: 0.5 is guessing, 1 perfect. "
            "Calibration slope: 1 is right. Outcome less chance: below 0, probabilities are too high."
        ),
    )
    table.add_column("Measure", no_wrap=True)
    for name in evaluation.metrics:
        chosen = name == model.chosen
        title = _TITLES.get(name, name) + ("\n(chosen)" if chosen else "")
        table.add_column(title, justify="right", no_wrap=True, style="bold" if chosen else "")
    for metric, title in _SHOWN.items():
        cells = [_two_lines(figures[metric]) for figures in evaluation.metrics.values()]
        table.add_row(title, *cells)
    return table


def _two_lines(interval: Interval) -> str:
    value, _, rest = interval.as_text().partition(" (")
    return f"{value}\n{rest.rstrip(')')}" if rest else value


def as_json(model: TrainedModel) -> dict[str, Any]:
    """Give the model's figures as plain data, for ``run --json``.

    ``rows`` and ``base_rate`` are those of the held-out period, which all ``metrics`` are measured on; what was learned
    from is under ``learned_from``.
    """
    evaluation = model.evaluation
    held_out = {
        "as_of": [day.isoformat() for day in evaluation.held_out],
        "rows": evaluation.rows,
        "positives": evaluation.positives,
        "base_rate": evaluation.base_rate.value,
        "capacity": evaluation.capacity,
    }
    return {
        "model": model.case_name,
        "digest": model.digest,
        "rows": evaluation.rows,
        "base_rate": evaluation.base_rate.value,
        "metrics": _figures(evaluation.metrics),
        "differences": _figures(evaluation.differences),
        "chosen": model.chosen,
        "choice_reason": model.choice_reason,
        "held_out": held_out,
        "learned_from": {"as_of": [day.isoformat() for day in model.learned_from], "rows": model.rows},
        "calibrators": dict(model.calibrators),
        "notes": [*model.notes, *evaluation.notes],
    }


def _figures(tables: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, dict[str, float | None]]]:
    return {
        name: {metric: _interval(interval) for metric, interval in figures.items()} for name, figures in tables.items()
    }


def _interval(interval: Interval) -> dict[str, float | None]:
    return {"value": interval.value, "low": interval.low, "high": interval.high}
