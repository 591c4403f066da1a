"""Settle every choice on development periods: learn from the past, judge on a later period, pool what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskmodels.modelling.amounts.boosting import amount_settings_to_try
from riskmodels.modelling.amounts.carried_forward import carried_forward, fit_baseline_amount
from riskmodels.modelling.amounts.deviance import FIRST_POWER, mean_deviance, variance_power
from riskmodels.modelling.amounts.interpretable import (
    PENALTIES,
    fit_amount_pipeline,
    fit_amount_preparation,
    fit_tweedie,
    log_amount,
)
from riskmodels.modelling.amounts.rows import AmountRows, joined
from riskmodels.modelling.boosting import race, tree_score
from riskmodels.modelling.crossfit import FOLDS_TO_CHOOSE, ROWS_TO_CHOOSE, ROWS_TO_SCORE
from riskmodels.modelling.periods import Plan
from riskmodels.modelling.rows import FloatArray
from riskmodels.records import ModelColumn

__all__ = ["CrossFittedAmounts", "cross_fit_amounts", "right_in_sum"]

Fold = tuple[AmountRows, AmountRows]
Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class CrossFittedAmounts:
    """What development periods say: out-of-time scores, and the settings that did best.

    Attributes
    ----------
    judged : AmountRows
        Rows of the periods judged, oldest first.
    scores : mapping of str to float array, shape (n_judged,)
        By estimator, logs of amounts by models that had seen only the past.
    factors : mapping of str to float
        By estimator, what its amounts are multiplied by to be right in sum over the periods judged; 1 for today's
        practice, which nobody corrects.
    deviance : mapping of str to float
        By estimator, mean Tweedie deviance there, after the factor.
    power : float
        Power of the Tweedie variance, in (1, 2).
    penalty : float
        Strength of the interpretable model's L2 penalty.
    settings : mapping of str to Any
        LightGBM's hyperparameters.
    rounds : int
        LightGBM's number of trees.
    """

    judged: AmountRows
    scores: Mapping[str, FloatArray]
    factors: Mapping[str, float]
    deviance: Mapping[str, float]
    power: float
    penalty: float
    settings: Mapping[str, Any]
    rounds: int

    def amounts(self, estimator: str) -> FloatArray:
        """Give an estimator's out-of-time amounts, after the factor. Shape (n_judged,)."""
        return np.asarray(self.factors[estimator] * np.exp(self.scores[estimator]), dtype=np.float64)


def cross_fit_amounts(
    rows: AmountRows,
    plan: Plan,
    columns: Sequence[ModelColumn],
    *,
    baseline: str,
    least: int,
    seed: int,
    progress: Progress,
) -> CrossFittedAmounts:
    """Judge all three estimators out of time on the plan's folds.

    Parameters
    ----------
    rows : AmountRows
        The whole table; only development periods are read.
    plan : Plan
        What to learn from and judge on.
    baseline : str
        Name of the column that holds today's amount.
    least : int
        Fewest rows that a leaf may rest on.
    progress : callable
        Told the share done, in [0, 1].
    """
    folds = [(rows.up_to(fold.learn_up_to), rows.at(fold.judged)) for fold in plan.folds]
    few = [(learn.thinned(ROWS_TO_CHOOSE, seed=seed), later) for learn, later in folds[-FOLDS_TO_CHOOSE:]]
    most = [(learn.thinned(ROWS_TO_SCORE, seed=seed), later) for learn, later in folds]
    judged = joined([later for _, later in folds])
    today = [column.name for column in columns].index(baseline)
    power = _choose_power(few, columns, today=today)
    progress(0.1)
    penalty = _choose_penalty(few, columns, today=today, power=power)
    progress(0.3)
    linear = np.concatenate(
        [
            log_amount(fit_amount_pipeline(learn, columns, today=today, penalty=penalty, power=power), later.X)
            for learn, later in most
        ]
    )
    progress(0.4)
    choices = amount_settings_to_try(min(len(learn) for learn, _ in few), power, least=least)
    losses = [race(few, columns, settings, seed=seed).loss for settings in choices]
    settings = choices[int(np.argmin(losses))]
    together = race(most, columns, settings, seed=seed, progress=lambda done: progress(0.7 + 0.3 * done))
    trees = [
        tree_score(booster, later.X, together.rounds)
        for booster, (_, later) in zip(together.boosters, most, strict=True)
    ]
    carried = [np.log(_carried(learn, later, columns, today)) for learn, later in most]
    scores = {"baseline": np.concatenate(carried), "interpretable": linear, "lightgbm": np.concatenate(trees)}
    factors = {
        name: 1.0 if name == "baseline" else right_in_sum(np.exp(score), judged) for name, score in scores.items()
    }
    deviance = {
        name: mean_deviance(judged.y, factors[name] * np.exp(score), power, weight=judged.weight)
        for name, score in scores.items()
    }
    progress(1.0)
    return CrossFittedAmounts(judged, scores, factors, deviance, power, penalty, settings, together.rounds)


def right_in_sum(expected: FloatArray, rows: AmountRows) -> float:
    """Give what expected amounts must be multiplied by to add up to what came, by weight; 1 where nothing came."""
    came, said = float(rows.weight @ rows.y), float(rows.weight @ expected)
    return came / said if came > 0 else 1.0


def _carried(learn: AmountRows, later: AmountRows, columns: Sequence[ModelColumn], today: int) -> FloatArray:
    return carried_forward(later.X[:, today], fit_baseline_amount(columns[today], today, learn).floor)


def _choose_power(folds: Sequence[Fold], columns: Sequence[ModelColumn], *, today: int) -> float:
    """Give the power by which misses of a first interpretable model spread on later periods."""
    expected = [
        np.exp(
            log_amount(
                fit_amount_pipeline(learn, columns, today=today, penalty=PENALTIES[0], power=FIRST_POWER), later.X
            )
        )
        for learn, later in folds
    ]
    later = joined([one for _, one in folds])
    return variance_power(later.y, np.concatenate(expected), weight=later.weight)


def _choose_penalty(folds: Sequence[Fold], columns: Sequence[ModelColumn], *, today: int, power: float) -> float:
    """Give the penalty with the lowest pooled Tweedie deviance on later periods."""
    losses = np.zeros(len(PENALTIES))
    for learn, later in folds:
        preparation = fit_amount_preparation(learn, columns, today=today)
        prepared, ahead = preparation.transform(learn.X), preparation.transform(later.X)
        for place, penalty in enumerate(PENALTIES):
            model = fit_tweedie(prepared, learn, penalty=penalty, power=power)
            expected = np.exp(ahead @ model.coef_ + model.intercept_)
            losses[place] += mean_deviance(later.y, expected, power, weight=later.weight) * float(later.weight.sum())
    return PENALTIES[int(np.argmin(losses))]
