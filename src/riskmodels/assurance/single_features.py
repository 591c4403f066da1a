"""What one feature alone says, whatever the shape of what it says: how well it tells some rows from the rest.

The feature's values become at most 64 codes (one-hot columns of a feature together one code, missing a code of its
own). Half of the entities say how often each code goes with the thing asked about, and the other half are ranked by
that, so that a feature which says nothing comes out at 0.5 and one that says it backwards does not hide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from riskmodels.modelling.metrics import area, cumulative, ranking
from riskmodels.modelling.resampling import draws, percentile_interval
from riskmodels.records import Interval, ModelColumn

__all__ = [
    "MOST_CODES",
    "coded",
    "feature_area",
    "feature_concordance",
    "feature_interval",
    "halves",
    "purity",
    "says_of",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MOST_CODES = 64
_PRIOR_ROWS = 5.0
_STEPS = 256


def coded(X: FloatArray, columns: Sequence[ModelColumn]) -> dict[str, IntArray]:
    """Turn each feature into codes 0, 1, 2, ... in the order of its values, missing last.

    Parameters
    ----------
    X : float array, shape (n_rows, n_columns)
        Inputs, missing as NaN.
    columns : sequence of ModelColumn
        What the columns are.

    Returns
    -------
    dict of str to int array, shape (n_rows,)
        By feature.
    """
    places: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        places.setdefault(column.feature, []).append(place)
    return {feature: _codes(X[:, own[0]]) if len(own) == 1 else _joint(X[:, own]) for feature, own in places.items()}


def _codes(values: FloatArray) -> IntArray:
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(len(values), dtype=np.int64)
    distinct = np.unique(known)
    if len(distinct) > MOST_CODES - 1:
        distinct = np.unique(np.quantile(known, np.linspace(0, 1, MOST_CODES)[:-1], method="lower"))
    found = np.searchsorted(distinct, values, side="right") - 1
    return np.where(np.isnan(values), len(distinct), found).astype(np.int64)


def _joint(values: FloatArray) -> IntArray:
    return np.unique(np.nan_to_num(values, nan=-1.0), axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def halves(entity: IntArray, *, seed: int) -> BoolArray:
    """Draw half of the entities; True for their rows. Shape (n_rows,)."""
    place = np.unique(entity, return_inverse=True)[1]
    many = int(place.max()) + 1
    drawn: BoolArray = np.random.Generator(np.random.PCG64(seed)).permutation(many) < many / 2
    return drawn[place]


def feature_area(codes: IntArray, y: FloatArray, weight: FloatArray, half: BoolArray) -> float:
    """Give the ROC AUC of one feature's codes, each half of the entities ranked by what the other half says.

    NaN where a half lacks rows of one kind. 0.5 is nothing, 1 is without fail.
    """
    values = []
    for learn in (half, ~half):
        score = _rates(codes, y, weight, learn)
        later = ~learn
        hits = np.bincount(codes[later], weights=(weight * y)[later], minlength=len(score))
        rest = np.bincount(codes[later], weights=(weight * (1 - y))[later], minlength=len(score))
        values.append(_area(score, hits, rest))
    return float(np.mean(values))


def _rates(codes: IntArray, y: FloatArray, weight: FloatArray, learn: BoolArray) -> FloatArray:
    """Say how often each code goes with ``y``, drawn a little towards the overall rate where rows are few."""
    many = int(codes.max()) + 1
    total = np.bincount(codes[learn], weights=weight[learn], minlength=many)
    hits = np.bincount(codes[learn], weights=(weight * y)[learn], minlength=many)
    base = hits.sum() / max(total.sum(), 1e-300)
    return np.asarray((hits + _PRIOR_ROWS * base) / (total + _PRIOR_ROWS), dtype=np.float64)


def _area(score: FloatArray, hits: npt.NDArray[Any], rest: npt.NDArray[Any]) -> float:
    levels, place = np.unique(score, return_inverse=True)
    up = np.bincount(place, weights=hits, minlength=len(levels))
    down = np.bincount(place, weights=rest, minlength=len(levels))
    return _concordance(np.stack([down, up]))


def feature_concordance(
    codes: IntArray, y: FloatArray, half: BoolArray, *, entity: IntArray, seed: int, resamples: int = 0
) -> Interval:
    """Give the share of pairs of people with unequal amounts that one feature alone ranks rightly, as above by halves.

    It is the ROC AUC where the outcome is a yes or no. Amounts are taken in 256 steps of equally many rows.

    Parameters
    ----------
    resamples : int
        Of entities, behind the 95% interval; none, no interval.
    """
    cuts = np.unique(np.quantile(y, np.linspace(0, 1, _STEPS + 1)[1:-1]))
    step = np.searchsorted(cuts, y, side="left")
    values, drawn = [], []
    for learn in (half, ~half):
        later = ~learn
        levels, level = np.unique(_rates(codes, y, np.ones(len(y)), learn)[codes[later]], return_inverse=True)
        cell, shape = step[later] * len(levels) + level, (len(cuts) + 1, len(levels))
        values.append(_concordance(np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)))
        if resamples:
            chunks = draws(entity[later], np.ones(int(later.sum())), seed=seed, replicates=resamples)
            tables = (np.bincount(cell, one, shape[0] * shape[1]).reshape(shape) for W in chunks for one in W)
            drawn.append(np.array([_concordance(table) for table in tables]))
    value = float(np.mean(values))
    return percentile_interval(value, np.mean(drawn, axis=0)) if drawn else Interval(value)


def _concordance(table: npt.NDArray[Any]) -> float:
    """Count pairs rightly ranked, ties by half, of a table of steps of the amount by levels of the score."""
    below = np.cumsum(table, axis=0) - table  # with less, by level
    rightly = np.cumsum(below, axis=1) - 0.5 * below
    pairs = float((table.sum(axis=1) * below.sum(axis=1)).sum())
    return float((table * rightly).sum() / pairs) if pairs > 0 else float("nan")


def feature_interval(
    codes: IntArray, y: FloatArray, entity: IntArray, half: BoolArray, *, seed: int, resamples: int
) -> Interval:
    """Give the ROC AUC of one feature alone with its 95% interval by resampling entities."""
    parts = []
    for learn in (half, ~half):
        later = ~learn
        score = _rates(codes, y, np.ones(len(y)), learn)[codes[later]]
        ranked, kind = ranking(score), y[later]
        found = [
            area(*cumulative(W, kind, ranked))
            for W in draws(entity[later], np.ones(int(later.sum())), seed=seed, replicates=resamples)
        ]
        parts.append(np.concatenate(found))
    return percentile_interval(feature_area(codes, y, np.ones(len(y)), half), np.mean(parts, axis=0))


def purity(hits: int, trials: int, *, tests: int, level: float = 0.05) -> Interval:
    """Give a share with its exact interval (Clopper and Pearson 1934), wide enough for many tests (Bonferroni).

    Parameters
    ----------
    hits, trials : int
        How many of how many.
    tests : int
        Comparisons that the level is shared by, so that one in twenty searches raises a false alarm at most.
    """
    if trials == 0:
        return Interval(None)
    tail = level / max(tests, 1) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, trials - hits + 1))
    high = 1.0 if hits == trials else float(beta.ppf(1 - tail, hits + 1, trials - hits))
    return Interval(hits / trials, low, high)


def says_of(columns: Sequence[ModelColumn]) -> Mapping[str, str]:
    """Give each feature in words."""
    return {column.feature: column.says for column in columns}
