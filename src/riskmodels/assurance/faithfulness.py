"""Can the reasons be believed? Whether the leading ones stay the same, and whether the score depends on them.

Two questions, each with its own figure. *Stable*: had other people been explained, would the same features lead?
*Faithful*: is the score of a case near the top lower once its leading reason is made what is usual among people without
the outcome (deletion, as in Samek et al. 2017, doi:10.1109/TNNLS.2016.2599820), and by more than for a reason picked at
random?
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.assurance.reasons import by_feature
from riskmodels.modelling.resampling import draws, percentile_interval, proportion_interval
from riskmodels.records import Interval, ModelColumn
from riskmodels.records.explanation import Faithfulness, RankStability

__all__ = ["faithfulness", "ranking_stability", "usual_values"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

TOP = 10
CASES = 500
RESAMPLES = 200

_FEWEST_RANKS = 3
_MANY = 0.5


def ranking_stability(
    added: FloatArray, features: Sequence[str], entity: IntArray, *, seed: int, top: int = TOP
) -> RankStability | None:
    """Rank the features again in resamples of entities, and compare with their ranks here.

    Parameters
    ----------
    added : float array, shape (n_rows, n_features)
        Contributions to the score.

    Returns
    -------
    RankStability or None
        None with fewer than two people or features.
    """
    if len(np.unique(entity)) < 2 or len(features) < 2:
        return None
    size = np.abs(added)
    top = min(top, len(features) - 1)  # all of them would overlap by definition
    ranks = _ranks(size.mean(axis=0)[None, :])[0]
    leading = np.flatnonzero(ranks < top)
    again = np.concatenate(
        [
            _ranks(weights @ size / weights.sum(axis=1, keepdims=True))
            for weights in draws(entity, np.ones(len(size)), seed=seed, replicates=RESAMPLES)
        ]
    )
    leads = again[:, leading] < top
    overlap = leads.mean(axis=1)
    agreement = np.array([_spearman(ranks[leading], row[leading]) for row in again])
    return RankStability(
        resamples=len(again),
        top=top,
        overlap=percentile_interval(float(overlap.mean()), overlap),
        rank_agreement=percentile_interval(float(agreement.mean()), agreement),
        kept={features[int(place)]: float(share) for place, share in zip(leading, leads.mean(axis=0), strict=True)},
    )


def faithfulness(
    added: pd.DataFrame,
    X: pd.DataFrame,
    columns: Sequence[ModelColumn],
    score: FloatArray,
    outcome: FloatArray,
    entity: IntArray,
    raw_score: Callable[[pd.DataFrame], FloatArray],
    *,
    seed: int,
    never_name: frozenset[str] = frozenset(),
) -> Faithfulness | None:
    """Neutralise the leading reason of the cases with the highest scores, and score them again.

    Parameters
    ----------
    added : DataFrame, shape (n_rows, n_features)
        Contributions to the score.
    X : DataFrame, shape (n_rows, n_columns)
        The model's inputs, in the order of ``columns``.
    outcome : float array, shape (n_rows,)
        0 marks those whose usual values are put in: without the outcome, or with an amount that is not high.
    raw_score : callable
        The estimator's.
    never_name : frozenset of str
        Features, columns or families that are never a reason.

    Returns
    -------
    Faithfulness or None
        None where nobody is without the outcome, there are fewer than two families, or no case has a reason.
    """
    families = _families(columns, list(added.columns), never_name)
    calm = X.loc[outcome == 0]
    if len(families) < 2 or not len(calm):
        return None
    sums = np.column_stack([added.iloc[:, list(held)].sum(axis=1) for held, _ in families.values()])
    cases = np.argsort(-score, kind="stable")[:CASES]
    cases = cases[sums[cases].max(axis=1) > 0]
    if not len(cases):
        return None
    named = sums[cases].argmax(axis=1)
    generator = np.random.Generator(np.random.PCG64(seed))
    other = (named + generator.integers(1, len(families), size=len(cases))) % len(families)
    usual = usual_values(calm, columns)
    inputs = [held for _, held in families.values()]
    falls = [score[cases] - raw_score(_neutral(X.iloc[cases], inputs, pick, usual)) for pick in (named, other)]
    fell = [_share(fall, entity[cases], seed=seed) for fall in falls]
    mean = [_mean(fall, entity[cases], seed=seed) for fall in falls]
    return Faithfulness(len(cases), fell[0], mean[0], fell[1], mean[1])


def usual_values(X: pd.DataFrame, columns: Sequence[ModelColumn]) -> FloatArray:
    """Give what is usual in each column: missing where most lack it, else the median of a number or the commonest.

    The columns of one category are decided together, so that just one of them is marked. Shape (n_columns,).
    """
    usual = np.full(len(columns), np.nan)
    for held in by_feature(columns).values():
        values = X.iloc[:, list(held)].to_numpy(dtype=np.float64)
        known = values[~np.isnan(values[:, 0])]
        if len(known) <= _MANY * len(values):
            continue
        if columns[held[0]].kind == "number":
            usual[held[0]] = float(np.median(known[:, 0]))
        else:
            rows, counts = np.unique(known, axis=0, return_counts=True)
            usual[list(held)] = rows[int(counts.argmax())]
    return usual


def _families(
    columns: Sequence[ModelColumn], features: Sequence[str], never_name: frozenset[str]
) -> Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    """List the features and the columns of each family that may be named, by their places."""
    held: dict[str, tuple[list[int], list[int]]] = {}
    for place, feature in enumerate(features):
        parts = by_feature(columns)[feature]
        one = columns[parts[0]]
        if never_name.isdisjoint({feature, one.family, *(columns[part].name for part in parts)}):
            known = held.setdefault(one.family, ([], []))
            known[0].append(place)
            known[1].extend(parts)
    return {family: (tuple(some), tuple(parts)) for family, (some, parts) in held.items()}


def _neutral(X: pd.DataFrame, inputs: Sequence[tuple[int, ...]], pick: IntArray, usual: FloatArray) -> pd.DataFrame:
    """Put usual values into the columns of each case's picked family."""
    values = X.to_numpy(dtype=np.float64, copy=True)
    for family in np.unique(pick):
        places = np.array(inputs[family])
        values[np.ix_(np.flatnonzero(pick == family), places)] = usual[places]
    return pd.DataFrame(values, columns=X.columns)


def _share(fall: FloatArray, entity: IntArray, *, seed: int) -> Interval:
    fell = (fall > 0).astype(np.float64)
    return proportion_interval(float(fell.mean()), _resampled(fell, entity, seed=seed), trials=len(np.unique(entity)))


def _mean(fall: FloatArray, entity: IntArray, *, seed: int) -> Interval:
    return percentile_interval(float(fall.mean()), _resampled(fall, entity, seed=seed))


def _resampled(values: FloatArray, entity: IntArray, *, seed: int) -> FloatArray:
    """Give the mean in resamples of entities; a single entity says nothing of others."""
    if len(np.unique(entity)) < 2:
        return np.full(1, np.nan)
    ones = np.ones(len(values))
    return np.concatenate([weights @ values / weights.sum(axis=1) for weights in draws(entity, ones, seed=seed)])


def _ranks(sizes: FloatArray) -> IntArray:
    """Rank the features in each row, from 0 for the greatest. Shape (n_rows, n_features)."""
    return np.argsort(np.argsort(-sizes, axis=1, kind="stable"), axis=1, kind="stable").astype(np.int64)


def _spearman(one: IntArray, two: IntArray) -> float:
    if len(one) < _FEWEST_RANKS:
        return float("nan")
    return float(np.corrcoef(np.argsort(np.argsort(one)), np.argsort(np.argsort(two)))[0, 1])
