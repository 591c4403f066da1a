"""Read the held-out period once and put the evaluation of amounts together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.modelling.amounts.crossfit import CrossFittedAmounts
from riskmodels.modelling.amounts.metrics import MeasuredAmounts, deviance_reduction
from riskmodels.modelling.amounts.notes import held_out_notes, mean_or_median
from riskmodels.modelling.amounts.rows import AmountRows
from riskmodels.modelling.metrics import equal_bins
from riskmodels.modelling.periods import Plan
from riskmodels.modelling.resampling import draws, percentile_interval, proportion_interval
from riskmodels.modelling.rows import FloatArray
from riskmodels.records import (
    AmountBin,
    AmountEstimator,
    AmountEvaluation,
    AmountGroup,
    AmountPeriod,
    Interval,
    StratumIntervals,
)
from riskmodels.records.amount_intervals import AmountIntervals

__all__ = ["PAIRS", "compare_amounts", "judge_amounts", "mean_of", "strata_of"]

PAIRS: Mapping[str, tuple[str, str]] = {
    "chosen_minus_baseline": ("chosen", "baseline"),
    "lightgbm_minus_interpretable": ("lightgbm", "interpretable"),
}
_DIFFERENCES = ("mean_absolute_error", "mean_tweedie_deviance")

Resampled = Mapping[str, Mapping[str, FloatArray]]


def judge_amounts(
    rows: AmountRows,
    plan: Plan,
    fitted: CrossFittedAmounts,
    *,
    estimators: Mapping[str, AmountEstimator],
    intervals: AmountIntervals,
    columns: Sequence[str],
    chosen: str,
    unit: str,
    seed: int,
    progress: Callable[[float], None],
) -> AmountEvaluation:
    """Score the held-out period with every estimator and measure them.

    Parameters
    ----------
    rows : AmountRows
        The whole table.
    plan : Plan
        What each as-of date is for.
    fitted : CrossFittedAmounts
        Out-of-time amounts of development periods, for the figures by period.
    estimators : mapping of str to AmountEstimator
        Fitted on development periods.
    intervals : AmountIntervals
        The chosen estimator's.
    chosen : str
        The candidate.
    progress : callable
        Told the share done, in [0, 1].
    """
    held_out = rows.at(plan.held_out)
    frame = pd.DataFrame(held_out.X, columns=list(columns))
    expected = {name: one.amount(frame) for name, one in estimators.items()}
    ready = {name: MeasuredAmounts(held_out.y, values, fitted.power) for name, values in expected.items()}
    low, high = intervals.ends(expected[chosen], held_out.stratum)
    ready[chosen] = dataclasses.replace(ready[chosen], low=low, high=high)
    metrics, differences = compare_amounts(ready, held_out, chosen, seed=seed)
    progress(0.4)
    periods = _periods(
        rows,
        plan,
        fitted,
        chosen,
        {plan.held_out: (expected[chosen], expected["baseline"])},
        intervals=intervals,
        seed=seed,
    )
    progress(0.8)
    found = AmountEvaluation(
        held_out=(plan.held_out,),
        rows=len(held_out),
        positives=int((held_out.y > 0).sum()),
        unit=unit,
        mean_amount=mean_of(held_out, held_out.y, seed=seed),
        nominal_coverage=intervals.nominal_coverage,
        metrics=metrics,
        differences=differences,
        periods=periods,
        competing=_group(held_out, expected[chosen], held_out.competing, seed=seed),
        others=_group(held_out, expected[chosen], ~held_out.competing, seed=seed),
        calibration={name: _bins(values, held_out, seed=seed) for name, values in expected.items()},
        strata=strata_of(held_out, low, high, intervals, seed=seed),
        notes=(
            *held_out_notes(rows, plan, held_out, unit),
            *mean_or_median(differences["chosen_minus_baseline"]["mean_absolute_error"], unit),
        ),
    )
    progress(1.0)
    return found


def compare_amounts(
    ready: Mapping[str, MeasuredAmounts],
    rows: AmountRows,
    chosen: str,
    *,
    pairs: Mapping[str, tuple[str, str]] = PAIRS,
    seed: int,
) -> tuple[dict[str, dict[str, Interval]], dict[str, dict[str, Interval]]]:
    """Measure every estimator, and the differences within pairs, all on the same resamples of entities."""
    values = {name: one.figures(rows.weight[None, :]) for name, one in ready.items()}
    resampled = _resampled(ready, rows, seed=seed)
    metrics = {
        name: {
            metric: _interval(metric, float(value[0]), resampled[name][metric], len(rows))
            for metric, value in found.items()
        }
        for name, found in values.items()
    }
    differences = {}
    for pair, names in pairs.items():
        one, other = (chosen if name == "chosen" else name for name in names)
        differences[pair] = {
            metric: percentile_interval(
                float(values[one][metric][0] - values[other][metric][0]),
                resampled[one][metric] - resampled[other][metric],
            )
            for metric in _DIFFERENCES
        } | {"deviance_reduction": _saved(values, resampled, one, other)}
    return metrics, differences


def _saved(values: Resampled, resampled: Resampled, one: str, other: str) -> Interval:
    name = "mean_tweedie_deviance"
    return percentile_interval(
        float(deviance_reduction(values[one][name], values[other][name])[0]),
        deviance_reduction(resampled[one][name], resampled[other][name]),
    )


def _resampled(
    ready: Mapping[str, MeasuredAmounts], rows: AmountRows, *, seed: int
) -> dict[str, dict[str, FloatArray]]:
    parts: dict[str, list[dict[str, FloatArray]]] = {name: [] for name in ready}
    for W in draws(rows.entity, rows.weight, seed=seed):
        for name, one in ready.items():
            parts[name].append(one.figures(W))
    return {
        name: {metric: np.concatenate([part[metric] for part in found]) for metric in found[0]}
        for name, found in parts.items()
    }


def _interval(metric: str, value: float, resampled: FloatArray, trials: int) -> Interval:
    if metric == "coverage":
        return proportion_interval(value, resampled, trials=trials)
    return percentile_interval(value, resampled)


def mean_of(rows: AmountRows, what: FloatArray, *, seed: int) -> Interval:
    """Give the weighted mean of something over rows, with its interval; none where there is no row."""
    if len(rows) == 0:
        return Interval(None)
    with np.errstate(invalid="ignore"):
        means = np.concatenate([W @ what / W.sum(axis=1) for W in draws(rows.entity, rows.weight, seed=seed)])
    return percentile_interval(float(np.average(what, weights=rows.weight)), means)


def _group(rows: AmountRows, expected: FloatArray, part: npt.NDArray[np.bool_], *, seed: int) -> AmountGroup:
    here = rows.where(part)
    return AmountGroup(
        len(here),
        int((here.y > 0).sum()),
        mean_of(here, here.y, seed=seed),
        mean_of(here, expected[part] - here.y, seed=seed),
    )


def _bins(expected: FloatArray, rows: AmountRows, *, seed: int) -> tuple[AmountBin, ...]:
    """Group people of similar expected amounts, at least 10 to a group, and compare with what came."""
    bins = equal_bins(expected)
    found = []
    for number in range(int(bins.max()) + 1):
        here = rows.where(bins == number)
        mean = float(np.average(expected[bins == number], weights=here.weight))
        found.append(AmountBin(len(here), mean, mean_of(here, here.y, seed=seed)))
    return tuple(found)


def strata_of(
    rows: AmountRows, low: FloatArray, high: FloatArray, intervals: AmountIntervals, *, seed: int
) -> tuple[StratumIntervals, ...]:
    """Say for each stratum how many people set the width of its intervals, and how often they held."""
    held = ((low <= rows.y) & (rows.y <= high)).astype(np.float64)
    found = []
    for stratum in np.unique(rows.stratum).tolist():
        part = rows.stratum == stratum
        here = rows.where(part)
        with np.errstate(invalid="ignore"):
            shares = np.concatenate(
                [W @ held[part] / W.sum(axis=1) for W in draws(here.entity, here.weight, seed=seed)]
            )
        share = proportion_interval(float(np.average(held[part], weights=here.weight)), shares, trials=len(here))
        width = mean_of(here, (high - low)[part], seed=seed)
        found.append(StratumIntervals(stratum, intervals.people(stratum), share, width, len(here)))
    return tuple(found)


def _periods(
    rows: AmountRows,
    plan: Plan,
    fitted: CrossFittedAmounts,
    chosen: str,
    held_out: Mapping[object, tuple[FloatArray, FloatArray]],
    *,
    intervals: AmountIntervals,
    seed: int,
) -> tuple[AmountPeriod, ...]:
    judged = dict(held_out)
    for fold in plan.folds:
        here = fitted.judged.as_of == np.datetime64(fold.judged, "D")
        judged[fold.judged] = (fitted.amounts(chosen)[here], fitted.amounts("baseline")[here])
    found = []
    for day in (moment.item() for moment in np.unique(rows.as_of)):
        part = rows.at(day)
        one = AmountPeriod(
            day,
            "held_out" if day == plan.held_out else "gap" if day in plan.gap else "development",
            len(part),
            int((part.y > 0).sum()),
            mean_of(part, part.y, seed=seed),
        )
        if day in judged:
            expected, today = judged[day]
            low, high = intervals.ends(expected, part.stratum)
            ready = {
                "chosen": MeasuredAmounts(part.y, expected, fitted.power, low, high),
                "baseline": MeasuredAmounts(part.y, today, fitted.power),
            }
            values = {name: each.figures(part.weight[None, :]) for name, each in ready.items()}
            resampled = _resampled(ready, part, seed=seed)
            own = {
                name: _interval(name, float(value[0]), resampled["chosen"][name], len(part))
                for name, value in values["chosen"].items()
            }
            one = dataclasses.replace(
                one,
                mean_expected=float(np.average(expected, weights=part.weight)),
                mean_absolute_error=own["mean_absolute_error"],
                coverage=own["coverage"],
                deviance_reduction=_saved(values, resampled, "chosen", "baseline"),
            )
        found.append(one)
    return tuple(found)
