"""Read the held-out period once and put its evaluation together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from riskmodels.modelling.base_rates import BaseRates, base_rates, shift_note
from riskmodels.modelling.crossfit import CrossFitted
from riskmodels.modelling.curves import calibration_bins, ranking_points
from riskmodels.modelling.evaluation import Scored, area_interval, compare, group_figures
from riskmodels.modelling.periods import Plan
from riskmodels.modelling.rows import Rows
from riskmodels.modelling.tempering import kish
from riskmodels.records import Estimator, Evaluation, PeriodFigures

__all__ = ["judge"]

FEW_CASES = 30
"""Below so many rows with the outcome, a note says that intervals are rough."""

_QUANTILES = (0.1, 0.5, 0.9)


def judge(
    rows: Rows,
    plan: Plan,
    fitted: CrossFitted,
    *,
    estimators: Mapping[str, Estimator],
    columns: Sequence[str],
    chosen: str,
    capacity: int,
    seed: int,
    weighed: bool = False,
    progress: Callable[[float], None],
) -> Evaluation:
    """Score the held-out period with every estimator and measure them.

    Parameters
    ----------
    rows : Rows
        The whole table.
    plan : Plan
        What each as-of date is for.
    fitted : CrossFitted
        Out-of-time scores of development periods, for the figures by period.
    estimators : mapping of str to Estimator
        Fitted on development periods.
    chosen : str
        The candidate.
    capacity : int
        Length of the list; capped at the period's rows, or at the population that they stand for.
    weighed : bool
        Whether the weights make those looked at stand for everybody.
    progress : callable
        Told the share done, in [0, 1].
    """
    held_out = _scored(rows.at(plan.held_out), estimators, columns)
    listed = min(capacity, int(held_out.rows.weight.sum()) if weighed else len(held_out.rows))
    pairs = {
        "chosen_minus_baseline": (chosen, "baseline"),
        "lightgbm_minus_interpretable": ("lightgbm", "interpretable"),
    }
    metrics, differences = compare(held_out, pairs, capacity=listed, seed=seed, weighed=weighed)
    progress(0.4)
    rates = base_rates(rows, seed=seed)
    treated = held_out.rows.treated
    groups = [
        group_figures(held_out.rows.where(part), held_out.score[chosen][part], seed=seed)
        for part in (treated, ~treated)
    ]
    progress(0.6)
    periods = _periods(rows, plan, fitted, rates, held_out=held_out, estimator=estimators[chosen], seed=seed)
    progress(0.9)
    found = Evaluation(
        held_out=(plan.held_out,),
        rows=len(held_out.rows),
        positives=int(held_out.rows.y.sum()),
        base_rate=rates.interval(plan.held_out),
        capacity=listed,
        metrics=metrics,
        differences=differences,
        periods=periods,
        treated=groups[0],
        untreated=groups[1],
        calibration={
            name: calibration_bins(value, held_out.rows, seed=seed) for name, value in held_out.probability.items()
        },
        ranking={name: ranking_points(value, held_out.rows) for name, value in held_out.score.items()},
        notes=_notes(rates, plan, held_out.rows, capacity, weighed=weighed),
    )
    progress(1.0)
    return found


def _scored(rows: Rows, estimators: Mapping[str, Estimator], columns: Sequence[str]) -> Scored:
    frame = pd.DataFrame(rows.X, columns=list(columns))
    return Scored(
        rows,
        {name: one.raw_score(frame) for name, one in estimators.items()},
        {name: one.probability(frame) for name, one in estimators.items()},
    )


def _periods(
    rows: Rows,
    plan: Plan,
    fitted: CrossFitted,
    rates: BaseRates,
    *,
    held_out: Scored,
    estimator: Estimator,
    seed: int,
) -> tuple[PeriodFigures, ...]:
    judged = {plan.held_out: (held_out.rows, held_out.score[estimator.name], held_out.probability[estimator.name])}
    probability = estimator.calibrated(fitted.scores[estimator.name])
    for fold in plan.folds:
        here = fitted.judged.as_of == np.datetime64(fold.judged, "D")
        judged[fold.judged] = (fitted.judged.where(here), fitted.scores[estimator.name][here], probability[here])
    found = []
    for day, size, positives in zip(rates.days, rates.rows, rates.positives, strict=True):
        role: Literal["development", "gap", "held_out"] = "held_out" if day == plan.held_out else "development"
        if day in plan.gap:
            role = "gap"
        figures = PeriodFigures(day, role, int(size), int(positives), rates.interval(day))
        if day in judged:
            part, score, chance = judged[day]
            low, middle, high = (float(value) for value in np.quantile(chance, _QUANTILES))
            mean = float(np.average(chance, weights=part.weight))
            auc = area_interval(part, score, seed=seed)
            figures = dataclasses.replace(
                figures, roc_auc=auc, mean_probability=mean, probability_quantiles=(low, middle, high)
            )
        found.append(figures)
    return tuple(found)


def _notes(rates: BaseRates, plan: Plan, held_out: Rows, capacity: int, *, weighed: bool) -> tuple[str, ...]:
    notes = []
    shift = shift_note(rates, plan.learned_from, plan.held_out)
    if shift is not None:
        notes.append(shift)
    positives = int(held_out.y.sum())
    rarer = min(positives, len(held_out) - positives)
    if rarer < FEW_CASES:
        notes.append(
            f"Only {rarer} held-out rows {'have' if rarer == positives else 'lack'} the outcome: intervals are rough."
        )
    people = int(held_out.weight.sum()) if weighed else len(held_out)
    if capacity > people:
        who = "people that the held-out rows stand for" if weighed else "held-out rows"
        notes.append(
            f"The list could hold {capacity:,}, more than the {people:,} {who}: everybody is on it, so "
            "figures at capacity say nothing about the ranking."
        )
    missing_weight = float(held_out.weight.mean())
    if weighed:
        notes.append(
            f"Held-out rows stand for {missing_weight:.1f} each on average: the outcome is known only where somebody "
            f"looked, and weights make up for the rest. They are worth {kish(held_out.weight):,.0f} rows of equal "
            "weight."
        )
    elif missing_weight > 1:
        notes.append(
            f"Held-out rows stand for {missing_weight:.2f} people each on average: those who left before their outcome "
            "was known are made up for by weights, and every figure is weighted."
        )
    return tuple(notes)
