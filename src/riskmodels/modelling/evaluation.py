"""Read the held-out period once, and say how well each estimator did there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodels.modelling.metrics import METRICS, Measured, area, cumulative, measured, ranking
from riskmodels.modelling.resampling import (
    REPLICATES,
    draws,
    percentile_interval,
    proportion_interval,
    shifted_interval,
)
from riskmodels.modelling.rows import FloatArray, Rows
from riskmodels.modelling.tempering import kish
from riskmodels.records import GroupFigures, Interval

__all__ = ["DIFFERENCES", "Scored", "area_interval", "compare", "group_figures", "rate_interval"]

DIFFERENCES = (
    "roc_auc",
    "average_precision",
    "precision_at_capacity",
    "recall_at_capacity",
    "brier_score_loss",
    "log_loss",
)
"""Metrics whose differences between estimators are given, with paired intervals."""

_PUSHED_BY_RESAMPLING = ("average_precision", "calibration_error")
_PROPORTIONS = ("precision_at_capacity", "recall_at_capacity", "called_high_who_were", "called_low_who_were_not")


@dataclass(frozen=True, eq=False)
class Scored:
    """Rows with each estimator's raw score and probability, each of shape (n_rows,)."""

    rows: Rows
    score: Mapping[str, FloatArray]
    probability: Mapping[str, FloatArray]


def compare(
    scored: Scored, pairs: Mapping[str, tuple[str, str]], *, capacity: int, seed: int, weighed: bool = False
) -> tuple[dict[str, dict[str, Interval]], dict[str, dict[str, Interval]]]:
    """Measure every estimator, and the differences within pairs, all on the same resamples of entities.

    Parameters
    ----------
    scored : Scored
        Held-out rows.
    pairs : mapping of str to (str, str)
        By the difference's name, the estimator and the one to take off.
    capacity : int
        Length of the list.
    weighed : bool
        Whether rows stand for many people each, so that a list is told from few of them.

    Returns
    -------
    metrics, differences
        By estimator (or pair), then by metric, with 95% intervals.
    """
    rows = scored.rows
    ready = {
        name: measured(scored.score[name], scored.probability[name], rows.y, weight=rows.weight, capacity=capacity)
        for name in scored.score
    }
    values = {name: _one(one.figures(rows.weight[None, :])) for name, one in ready.items()}
    resampled = _resample(ready, rows, seed=seed)
    trials = {name: _worth(rows, one, capacity) if weighed else _trials(rows, capacity) for name, one in ready.items()}
    metrics = {
        name: {
            metric: _interval(metric, values[name][metric], resampled[name][metric], trials[name]) for metric in METRICS
        }
        for name in ready
    }
    differences = {
        pair: {metric: _difference(values, resampled, one=first, other=second, metric=metric) for metric in DIFFERENCES}
        for pair, (first, second) in pairs.items()
    }
    return metrics, differences


def group_figures(rows: Rows, score: FloatArray, *, seed: int) -> GroupFigures:
    """Count some rows and say how often the outcome happened among them and how well they were ranked."""
    if len(rows) == 0:
        return GroupFigures(0, 0, Interval(None), Interval(None))
    return GroupFigures(
        len(rows), int(rows.y.sum()), rate_interval(rows, seed=seed), area_interval(rows, score, seed=seed)
    )


def area_interval(rows: Rows, score: FloatArray, *, seed: int, replicates: int = REPLICATES) -> Interval:
    """Give the ROC AUC of a score with its interval."""
    ranked = ranking(score)
    value = float(area(*cumulative(rows.weight[None, :], rows.y, ranked))[0])
    areas = [
        area(*cumulative(W, rows.y, ranked)) for W in draws(rows.entity, rows.weight, seed=seed, replicates=replicates)
    ]
    return percentile_interval(value, np.concatenate(areas))


def rate_interval(rows: Rows, *, seed: int) -> Interval:
    """Give the weighted share with the outcome, with its interval."""
    with np.errstate(invalid="ignore"):
        rates = np.concatenate([W @ rows.y / W.sum(axis=1) for W in draws(rows.entity, rows.weight, seed=seed)])
    return proportion_interval(float(np.average(rows.y, weights=rows.weight)), rates, trials=len(rows))


def _resample(ready: Mapping[str, Measured], rows: Rows, *, seed: int) -> dict[str, dict[str, FloatArray]]:
    found: dict[str, list[dict[str, FloatArray]]] = {name: [] for name in ready}
    for W in draws(rows.entity, rows.weight, seed=seed):
        for name, one in ready.items():
            found[name].append(one.figures(W))
    return {
        name: {metric: np.concatenate([part[metric] for part in parts]) for metric in METRICS}
        for name, parts in found.items()
    }


def _one(figures: Mapping[str, FloatArray]) -> dict[str, float | None]:
    return {name: float(value[0]) if np.isfinite(value[0]) else None for name, value in figures.items()}


def _trials(rows: Rows, capacity: int) -> dict[str, float]:
    listed = min(float(capacity), float(len(rows)))
    return {
        "precision_at_capacity": listed,
        "called_high_who_were": listed,
        "called_low_who_were_not": len(rows) - listed,
        "recall_at_capacity": float(rows.y.sum()),
    }


def _worth(rows: Rows, one: Measured, capacity: int) -> dict[str, float]:
    """Count what shares are told from where rows stand for many: as rows of equal weight, not as those stood for."""
    order = one.ranking.order
    listed = int(np.searchsorted(np.cumsum(rows.weight[order]), capacity)) + 1
    on, off = kish(rows.weight[order[:listed]]), kish(rows.weight[order[listed:]])
    return {
        "precision_at_capacity": on,
        "called_high_who_were": on,
        "called_low_who_were_not": off,
        "recall_at_capacity": kish(rows.weight[rows.y > 0]),
    }


def _interval(metric: str, value: float | None, resampled: FloatArray, trials: Mapping[str, float]) -> Interval:
    if metric in _PROPORTIONS:
        return proportion_interval(value, resampled, trials=trials[metric])
    if metric in _PUSHED_BY_RESAMPLING:
        return shifted_interval(value, resampled, least=0.0)
    return percentile_interval(value, resampled)


def _difference(
    values: Mapping[str, Mapping[str, float | None]],
    resampled: Mapping[str, Mapping[str, FloatArray]],
    *,
    one: str,
    other: str,
    metric: str,
) -> Interval:
    first, second = values[one][metric], values[other][metric]
    if first is None or second is None:
        return Interval(None)
    apart: npt.NDArray[np.float64] = resampled[one][metric] - resampled[other][metric]
    return percentile_interval(first - second, apart)
