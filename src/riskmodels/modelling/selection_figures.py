"""What the held-out period says where outcomes are known only for those who were looked at, and what it rests on.

Three grounds, from the firmest to the one that needs most trust. Looks that a draw asked for are few, and assume only
that those not reached are like those reached. Bounds assume nothing, and are wide: what was not looked at may all have
the outcome, or none of it (Manski 1989, J Hum Resour 24:343; 1990, AER 80:319). Weights use every look, and are right
where features and date tell all that has to do with both being looked at and the outcome.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.modelling.crossfit import CrossFitted
from riskmodels.modelling.evaluation import area_interval, rate_interval
from riskmodels.modelling.found_earlier import found_earlier
from riskmodels.modelling.metrics import cumulative, positives_at, ranking
from riskmodels.modelling.periods import Plan
from riskmodels.modelling.resampling import draws, percentile_interval
from riskmodels.modelling.rows import FloatArray, Rows
from riskmodels.records import Estimator, Evaluation, Interval, TrainingTable
from riskmodels.records.selection import RouteFigures, Selection, SelectionFigures

__all__ = [
    "AT_RANDOM",
    "LEAST_FOR_A_RANKING",
    "OTHERWISE",
    "OUT_OF_TIME",
    "bounds",
    "draws_disagree",
    "figures_of",
    "shown_bounds",
    "shown_share",
]

AT_RANDOM = "at random"
OTHERWISE = "for another reason"
OUT_OF_TIME = "at random, at all dates judged out of time"

LEAST_FOR_A_RANKING = 10
"""Fewest with the outcome, and without it, for the ROC AUC of a route."""

_REPLICATES = 400
_FEWEST_TOLD = 10
_SHOWN_IN = 5


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """The held-out date: rows looked at with equal weights, which of them a draw asked for, and the rest."""

    rows: Rows
    drawn: npt.NDArray[np.bool_]
    looked_on: npt.NDArray[np.datetime64]
    audit: pd.DataFrame
    X: pd.DataFrame
    others: pd.DataFrame
    stands_for: FloatArray


def figures_of(
    table: TrainingTable,
    rows: Rows,
    plan: Plan,
    fitted: CrossFitted,
    evaluation: Evaluation,
    *,
    estimators: Mapping[str, Estimator],
    chosen: str,
    seed: int,
) -> SelectionFigures | None:
    """Measure the held-out period once more, by who was looked at and why; None where that does not matter.

    Parameters
    ----------
    table : TrainingTable
        Weighed, or everybody's outcome is known.
    rows : Rows
        The table's.
    plan : Plan
        What each as-of date is for.
    fitted : CrossFitted
        Out-of-time scores of development periods.
    evaluation : Evaluation
        Of the held-out period, by weights.
    estimators : mapping of str to Estimator
        Fitted on development periods.
    chosen : str
        The candidate.
    """
    if table.selection is None or not table.selection.weighed:
        return None
    here = _held_out(table, table.selection, rows, plan.held_out)
    score = estimators[chosen].raw_score(here.X)
    routes = (
        _route(AT_RANDOM, here.rows, score, here.drawn, seed=seed),
        _route(OTHERWISE, here.rows, score, ~here.drawn, seed=seed),
        _out_of_time(table.selection, rows, plan, fitted, chosen, held_out=(here, score), seed=seed),
    )
    return SelectionFigures(
        population=round(float(rows.at(plan.held_out).weight.sum())),
        looked_at=len(here.rows),
        routes=routes,
        found_per_100_visits={
            name: _times_100(metrics["precision_at_capacity"]) for name, metrics in evaluation.metrics.items()
        },
        bounds_per_100_visits={
            name: bounds(
                one.raw_score(here.X),
                here.rows.y,
                one.raw_score(here.others) if len(here.others) else np.zeros(0),
                here.stands_for,
                capacity=evaluation.capacity,
            )
            for name, one in estimators.items()
        },
        found_earlier=found_earlier(here.looked_on, here.rows.y, score, here.audit, seed=seed),
        rests_on=_rests_on(routes),
    )


def bounds(
    seen: FloatArray, y: FloatArray, unseen: FloatArray, stands_for: FloatArray, *, capacity: int
) -> tuple[float, float]:
    """Give the least and the most that 100 visits to the top of the whole population's list can find.

    Parameters
    ----------
    seen, y : float array, shape (n_looked_at,)
        Score and outcome of those looked at.
    unseen, stands_for : float array, shape (n_others,)
        Score of those not looked at, and how many of the population each stands for.
    capacity : int
        Length of the list. People with equal scores are taken at random.
    """
    weight = np.concatenate([np.ones(len(seen)), stands_for])
    ranked, share = ranking(np.concatenate([seen, unseen])), min(1.0, capacity / weight.sum())
    visits = share * weight.sum()
    ends = []
    for unknown in (0.0, 1.0):
        outcome = np.concatenate([y, np.full(len(unseen), unknown)])
        found = float(positives_at(*cumulative(weight[None, :], outcome, ranked), share)[0])
        ends.append(100 * found / visits)
    return float(ends[0]), float(ends[1])


def shown_bounds(ends: tuple[float, float]) -> tuple[int, int]:
    """Widen bounds to steps of 5 in 100, so that no count of a few can be told from what is shown."""
    low, high = ends
    return math.floor(low / _SHOWN_IN) * _SHOWN_IN, min(100, math.ceil(high / _SHOWN_IN) * _SHOWN_IN)


def shown_share(share: Interval) -> Interval:
    """Round a share of a few places to steps of 0.05, for the same reason."""
    ends = (share.value, share.low, share.high)
    return Interval(*(None if one is None else round(one * 100 / _SHOWN_IN) * _SHOWN_IN / 100 for one in ends))


def draws_disagree(selection: Selection, rows: Rows, *, seed: int) -> str | None:
    """Say so where the weighted share with the outcome is not that among random looks: then features do not tell all.

    Every date is read, as the base rates of the evaluation are.
    """
    drawn = selection.at_random
    if int(rows.y[drawn].sum()) < LEAST_FOR_A_RANKING:
        return None
    plain = np.where(drawn, 1.0, 0.0)
    apart = []
    for W in draws(rows.entity, np.ones(len(rows)), seed=seed, replicates=_REPLICATES):
        with np.errstate(invalid="ignore"):
            told = (W * rows.weight) @ rows.y / (W @ rows.weight)
            apart.append(told - (W * plain) @ rows.y / (W @ plain))
    weighted, seen = float(np.average(rows.y, weights=rows.weight)), float(rows.y[drawn].mean())
    found = percentile_interval(weighted - seen, np.concatenate(apart))
    if found.low is None or found.high is None or found.low <= 0 <= found.high:
        return None
    return (
        f"Of those that a draw asked to look at, {seen:.1%} had the outcome; by the weights it is {weighted:.1%} of "
        "everybody. They differ by more than chance: who is looked at depends on something that no feature tells, so "
        "trust the figures on random looks and the bounds before those by weights."
    )


def _held_out(table: TrainingTable, selection: Selection, rows: Rows, day: datetime.date) -> _HeldOut:
    here = rows.as_of == np.datetime64(day, "D")
    part = rows.at(day)
    spine = selection.others_spine
    now = spine["as_of"].to_numpy().astype("datetime64[D]") == np.datetime64(day, "D")
    return _HeldOut(
        _plain(part),
        selection.at_random[here],
        selection.looked_on[here],
        table.audit[here].reset_index(drop=True),
        pd.DataFrame(part.X, columns=[column.name for column in table.columns]),
        selection.others[now].reset_index(drop=True),
        spine["stands_for"].to_numpy(np.float64)[now],
    )


def _plain(rows: Rows) -> Rows:
    """Give rows that count as one each."""
    ones = np.ones(len(rows))
    return Rows(rows.X, rows.y, ones, rows.entity, rows.as_of, rows.treated)


def _route(name: str, rows: Rows, score: FloatArray, part: npt.NDArray[np.bool_], *, seed: int) -> RouteFigures:
    here = rows.where(part)
    if not len(here):
        return RouteFigures(name, 0, 0, Interval(None), Interval(None))
    # One look settles the outcome at several dates: what is counted, and must not be few, is who was looked at.
    there, positives, negatives = (len(np.unique(here.entity[of])) for of in (here.y >= 0, here.y == 1, here.y == 0))
    enough = min(positives, negatives) >= LEAST_FOR_A_RANKING
    auc = area_interval(here, score[part], seed=seed) if enough else Interval(None)
    return RouteFigures(name, there, positives, rate_interval(here, seed=seed), auc)


def _out_of_time(
    selection: Selection,
    rows: Rows,
    plan: Plan,
    fitted: CrossFitted,
    chosen: str,
    *,
    held_out: tuple[_HeldOut, FloatArray],
    seed: int,
) -> RouteFigures:
    """Pool the random looks of every date that was judged by a model of its past, each ranked among its date's rows."""
    here, score = held_out
    ranks, parts, drawn = [_ranks(score)], [here.rows], [here.drawn]
    for fold in plan.folds:
        judged = fitted.judged.as_of == np.datetime64(fold.judged, "D")
        ranks.append(_ranks(fitted.scores[chosen][judged]))
        parts.append(_plain(fitted.judged.where(judged)))
        drawn.append(selection.at_random[rows.as_of == np.datetime64(fold.judged, "D")])
    pooled = Rows(
        np.concatenate([part.X for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.entity for part in parts]),
        np.concatenate([part.as_of for part in parts]),
        np.concatenate([part.treated for part in parts]),
    )
    return _route(OUT_OF_TIME, pooled, np.concatenate(ranks), np.concatenate(drawn), seed=seed)


def _ranks(score: FloatArray) -> FloatArray:
    """Give each score's place among the others, in [0, 1]; equal scores share one."""
    return np.asarray(pd.Series(score).rank(pct=True), dtype=np.float64)


def _times_100(share: Interval) -> Interval:
    return Interval(*(None if one is None else 100 * one for one in (share.value, share.low, share.high)))


def _few(count: int) -> str:
    return f"{count:,}" if count >= _FEWEST_TOLD else f"fewer than {_FEWEST_TOLD}"


def _rests_on(routes: tuple[RouteFigures, ...]) -> str:
    weights = (
        "weights for who was looked at, which are right where the features and the date tell all that has to do with "
        "both being looked at and the outcome"
    )
    held_out, _, pooled = routes
    if held_out.roc_auc.value is not None:
        return (
            f"The ranking rests on {held_out.rows:,} random looks at the held-out date, {_few(held_out.positives)} "
            f"with the outcome, which assume only that those not reached are like those reached. What a list finds "
            f"rests on {weights}."
        )
    if pooled.roc_auc.value is not None:
        return (
            f"Random looks at the held-out date are too few to judge a ranking by ({_few(held_out.rows)}, "
            f"{_few(held_out.positives)} with the outcome). Over all dates judged out of time there are "
            f"{pooled.rows:,}, {_few(pooled.positives)} with the outcome, and the ranking rests on those. What a list "
            f"finds rests on "
            f"{weights}."
        )
    if pooled.rows:
        return (
            f"Random looks are too few to judge a ranking by ({_few(pooled.rows)} over all dates judged out of time, "
            f"{_few(pooled.positives)} with the outcome): every figure rests on {weights}. Only the bounds need no "
            "assumption."
        )
    return f"No look was at random: every figure rests on {weights}. Only the bounds need no assumption."
