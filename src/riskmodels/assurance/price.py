"""What a change to a model does on the held-out period: to its accuracy, and to how a group fares against the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodels.assurance.price_of_amounts import error_apart, intervals_of, misses
from riskmodels.assurance.scored import HeldOut, ScoredAmounts, ScoredRows, score_held_out, scored
from riskmodels.errors import AssuranceError
from riskmodels.modelling.amounts import refit_amount
from riskmodels.modelling.metrics import area, cumulative, ranking
from riskmodels.modelling.refit import refit
from riskmodels.modelling.resampling import draws, percentile_interval, proportion_interval
from riskmodels.records import Estimator, Interval, TrainedModel, TrainingTable
from riskmodels.records.mitigation import DisparityMetric, GroupDisparity

__all__ = [
    "AccuracyChange",
    "accuracy",
    "accuracy_change",
    "disparity",
    "disparity_change",
    "gap",
    "rescored",
    "without_features",
]

FloatArray = npt.NDArray[np.float64]

RESAMPLES = 1000


@dataclass(frozen=True)
class AccuracyChange:
    """``roc_auc`` and ``precision_at_capacity`` before, after, and after less before on the same resamples.

    Of amounts, ``mean_tweedie_deviance`` and ``mean_absolute_error``, of which less is better.
    """

    before: Mapping[str, Interval]
    after: Mapping[str, Interval]
    change: Mapping[str, Interval]


def rescored(table: TrainingTable, model: TrainedModel, changed: Estimator) -> ScoredRows:
    """Score the model's held-out period with a changed estimator of a risk."""
    return score_held_out(table, _changed(model, changed), "changed")


def without_features(
    table: TrainingTable, model: TrainedModel, features: Collection[str]
) -> ScoredRows | ScoredAmounts:
    """Fit the chosen estimator again without some features, and score the held-out period with it."""
    again: Any = refit_amount if table.task == "amount" else refit
    return scored(table, _changed(model, again(table, model, without=set(features))), "changed")


def _changed(model: TrainedModel, estimator: Estimator) -> TrainedModel:
    return dataclasses.replace(model, estimators={"changed": estimator})


def accuracy(rows: ScoredRows, *, seed: int, resamples: int = RESAMPLES) -> dict[str, Interval]:
    """Give ``roc_auc`` and ``precision_at_capacity`` with 95% intervals by resampling entities.

    Precision is the weighted share of the list that had the outcome; the list is the same in every resample.
    """
    return _intervals(rows, _values(rows, _plain(rows)), _resampled(rows, seed=seed, resamples=resamples))


def accuracy_change(before: HeldOut, after: HeldOut, *, seed: int, resamples: int = RESAMPLES) -> AccuracyChange:
    """Compare two scores of the same rows."""
    _check_same(before, after)
    if isinstance(before, ScoredAmounts) and isinstance(after, ScoredAmounts):
        return _change_of_misses(before, after, seed=seed, resamples=resamples)
    if not isinstance(before, ScoredRows) or not isinstance(after, ScoredRows):
        raise TypeError("a risk and an amount cannot be compared")
    values = [_values(rows, _plain(rows)) for rows in (before, after)]
    drawn = [_resampled(rows, seed=seed, resamples=resamples) for rows in (before, after)]
    change = {
        name: percentile_interval(float(values[1][name][0] - values[0][name][0]), drawn[1][name] - drawn[0][name])
        for name in values[0]
    }
    return AccuracyChange(_intervals(before, values[0], drawn[0]), _intervals(after, values[1], drawn[1]), change)


def _change_of_misses(before: ScoredAmounts, after: ScoredAmounts, *, seed: int, resamples: int) -> AccuracyChange:
    (old, old_drawn), (new, new_drawn) = (misses(rows, seed=seed, resamples=resamples) for rows in (before, after))
    change = {name: percentile_interval(new[name] - old[name], new_drawn[name] - old_drawn[name]) for name in old}
    return AccuracyChange(intervals_of(old, old_drawn), intervals_of(new, new_drawn), change)


def gap(
    rows: ScoredRows, own: npt.NDArray[np.bool_], metric: DisparityMetric, W: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give the metric in a group and among the rest, for each weighting. NaN where there is nobody to measure it on.

    ``missed`` is ``sum(w y (1 - picked)) / sum(w y)``, and ``wrongly_picked`` is
    ``sum(w (1 - y) picked) / sum(w (1 - y))``. Higher is worse for both.

    Parameters
    ----------
    own : bool array, shape (n_rows,)
        Who is in the group.
    W : float array, shape (n_weightings, n_rows)
        Weights.
    """
    among = rows.outcome if metric == "missed" else 1 - rows.outcome
    wrong = among * (1 - rows.picked if metric == "missed" else rows.picked)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (W @ (wrong * own)) / (W @ (among * own)), (W @ (wrong * ~own)) / (W @ (among * ~own))


def disparity(
    rows: HeldOut,
    characteristic: str,
    group: str,
    metric: DisparityMetric,
    *,
    seed: int,
    resamples: int = RESAMPLES,
) -> GroupDisparity:
    """Measure one group against everybody else, with a 95% interval by resampling entities.

    Raises
    ------
    AssuranceError
        If the rows are not audited by the characteristic, or nobody or everybody is in the group.
    """
    own = _members(rows, characteristic, group)
    if isinstance(rows, ScoredAmounts):
        return error_apart(rows, own, characteristic, group)
    if not isinstance(rows, ScoredRows):
        raise TypeError("the rows have neither a list nor amounts")
    value, rest = (float(one[0]) for one in gap(rows, own, metric, _plain(rows)))
    pairs = [gap(rows, own, metric, W) for W in draws(_dense(rows), rows.weight, seed=seed, replicates=resamples)]
    apart = np.concatenate([one - other for one, other in pairs])
    return GroupDisparity(
        characteristic, group, metric, _known(value), _known(rest), percentile_interval(value - rest, apart)
    )


def disparity_change(
    before: ScoredRows,
    after: ScoredRows,
    asked: GroupDisparity,
    *,
    seed: int,
    resamples: int = RESAMPLES,
) -> Interval:
    """Give how much further from 0 a disparity is after than before; below 0 is better."""
    _check_same(before, after)
    own = _members(before, asked.characteristic, asked.group)

    def moved(W: FloatArray) -> FloatArray:
        old, new = (gap(rows, own, asked.metric, W) for rows in (before, after))
        return np.asarray(np.abs(new[0] - new[1]) - np.abs(old[0] - old[1]), dtype=np.float64)

    drawn = [moved(W) for W in draws(_dense(before), before.weight, seed=seed, replicates=resamples)]
    return percentile_interval(float(moved(_plain(before))[0]), np.concatenate(drawn))


def _members(rows: HeldOut, characteristic: str, group: str) -> npt.NDArray[np.bool_]:
    held = characteristic in rows.audit.columns
    own = np.asarray(rows.audit[characteristic].astype(str) == group) if held else np.zeros(len(rows), dtype=bool)
    if not held or not own.any() or own.all():
        raise AssuranceError(
            f"the group {group!r} of {characteristic!r} is nobody or everybody in the held-out period",
            expected=f"a group of one of: {', '.join(map(str, rows.audit.columns)) or 'no characteristic at all'}",
            next_step="Name a characteristic that the table is audited by, and one of its groups.",
            who="the data scientist who owns the use case",
        )
    return own


def _plain(rows: ScoredRows) -> FloatArray:
    return rows.weight[None, :]


def _dense(rows: ScoredRows) -> npt.NDArray[np.int64]:
    return np.unique(rows.entity, return_inverse=True)[1].astype(np.int64)


def _values(rows: ScoredRows, W: FloatArray) -> dict[str, FloatArray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = (W @ (rows.outcome * rows.picked)) / (W @ rows.picked)
        return {
            "roc_auc": area(*cumulative(W, rows.outcome, ranking(rows.score))),
            "precision_at_capacity": np.asarray(precision, dtype=np.float64),
        }


def _resampled(rows: ScoredRows, *, seed: int, resamples: int) -> dict[str, FloatArray]:
    found = [_values(rows, W) for W in draws(_dense(rows), rows.weight, seed=seed, replicates=resamples)]
    return {name: np.concatenate([one[name] for one in found]) for name in found[0]}


def _intervals(
    rows: ScoredRows, values: Mapping[str, FloatArray], drawn: Mapping[str, FloatArray]
) -> dict[str, Interval]:
    value = {name: _known(float(one[0])) for name, one in values.items()}
    return {
        "roc_auc": percentile_interval(value["roc_auc"], drawn["roc_auc"]),
        "precision_at_capacity": proportion_interval(
            value["precision_at_capacity"], drawn["precision_at_capacity"], trials=float(rows.picked.sum())
        ),
    }


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _check_same(before: HeldOut, after: HeldOut) -> None:
    same = len(before) == len(after) and np.array_equal(before.entity, after.entity)
    if not same or not np.array_equal(before.as_of, after.as_of):
        raise AssuranceError(
            f"{len(before):,} rows scored before and {len(after):,} after are not the same people and dates",
            expected="two scores of the same rows",
            next_step="Score the same held-out period with both models.",
            who="the data scientist who owns the use case",
        )
