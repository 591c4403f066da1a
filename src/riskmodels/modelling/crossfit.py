"""Settle every choice on development periods: learn from the past, judge on a later period, pool what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from riskmodels.modelling.baseline import baseline_score, direction
from riskmodels.modelling.boosting import race, settings_to_try, tree_score
from riskmodels.modelling.calibration import log_losses
from riskmodels.modelling.interpretable import (
    PENALTIES,
    fit_linear,
    fit_pipeline,
    fit_preparation,
    linear_score,
)
from riskmodels.modelling.metrics import area, cumulative, ranking
from riskmodels.modelling.periods import Plan
from riskmodels.modelling.rows import FloatArray, Rows
from riskmodels.modelling.tempering import tempered
from riskmodels.records import ModelColumn

__all__ = ["CrossFitted", "cross_fit", "period_auc"]

ROWS_TO_CHOOSE = 40_000
"""Most rows that a fold learns from while hyperparameters are compared; past it, whole entities are drawn."""

FOLDS_TO_CHOOSE = 2
"""Folds, the latest, that hyperparameters are compared on; trees, calibrators and estimators are settled on all."""

ROWS_TO_SCORE = 150_000
"""Most rows that a fold learns from for the out-of-time scores; the final fit uses every row."""

Fold = tuple[Rows, Rows]
Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class CrossFitted:
    """What development periods say: out-of-time scores, and the settings that did best.

    Attributes
    ----------
    judged : Rows
        Rows of the periods judged, oldest first.
    scores : mapping of str to float array, shape (n_judged,)
        By estimator, scores by models that had seen only the past.
    roc_auc : mapping of str to float
        By estimator, ROC AUC within a period, averaged over periods by their weight.
    penalty : float
        Inverse strength of the interpretable model's L2 penalty.
    settings : mapping of str to Any
        LightGBM's hyperparameters.
    rounds : int
        LightGBM's number of trees.
    powers : mapping of str to float
        By estimator, the power of the weights to learn by; empty where they are learned by as they are.
    """

    judged: Rows
    scores: Mapping[str, FloatArray]
    roc_auc: Mapping[str, float]
    penalty: float
    settings: Mapping[str, Any]
    rounds: int
    powers: Mapping[str, float] = field(default_factory=dict)


def cross_fit(
    rows: Rows,
    plan: Plan,
    columns: Sequence[ModelColumn],
    *,
    baseline: str,
    seed: int,
    powers: Sequence[float] = (),
    progress: Progress,
) -> CrossFitted:
    """Judge all three estimators out of time on the plan's folds.

    Parameters
    ----------
    rows : Rows
        The whole table; only development periods are read.
    plan : Plan
        What to learn from and judge on.
    baseline : str
        Name of the column that people are ranked by today.
    powers : sequence of float
        Powers of the weights to choose from for learning; without any, rows are learned from as they are weighted.
    progress : callable
        Told the share done, in [0, 1].
    """
    folds = [(rows.up_to(fold.learn_up_to), rows.at(fold.judged)) for fold in plan.folds]
    few = [(learn.thinned(ROWS_TO_CHOOSE, seed=seed), later) for learn, later in folds[-FOLDS_TO_CHOOSE:]]
    most = [(learn.thinned(ROWS_TO_SCORE, seed=seed), later) for learn, later in folds]
    judged = joined([later for _, later in folds])
    position = [column.name for column in columns].index(baseline)
    choices = tuple(powers) or (None,)
    penalty, power = _choose_penalty(few, columns, choices, progress=lambda done: progress(0.2 * done))
    linear = _linear_scores(_tempered(most, power), columns, penalty, progress=lambda done: progress(0.2 + 0.2 * done))
    settings, trees_power = _choose_settings(
        few, columns, choices, seed=seed, progress=lambda done: progress(0.4 + 0.3 * done)
    )
    learned = _tempered(most, trees_power)
    together = race(learned, columns, settings, seed=seed, progress=lambda done: progress(0.7 + 0.3 * done))
    trees = np.concatenate(
        [
            tree_score(booster, later.X, together.rounds)
            for booster, (_, later) in zip(together.boosters, most, strict=True)
        ]
    )
    progress(1.0)
    scores = {
        "baseline": baseline_score(judged.X[:, position], direction(columns[position])),
        "interpretable": linear,
        "lightgbm": trees,
    }
    aucs = {name: period_auc(score, judged) for name, score in scores.items()}
    used = {"interpretable": power, "lightgbm": trees_power}
    kept = {name: one for name, one in used.items() if one is not None}
    return CrossFitted(judged, scores, aucs, penalty, settings, together.rounds, kept)


def _tempered(folds: Sequence[Fold], power: float | None) -> list[Fold]:
    return [(tempered(learn, power), later) for learn, later in folds]


def period_auc(score: FloatArray, rows: Rows) -> float:
    """Average the ROC AUC within each as-of date, by weight: a list ranks the people of one date.

    Dates with one outcome only are left out; NaN when no date is left.
    """
    total, weights = 0.0, 0.0
    for day in np.unique(rows.as_of):
        here = rows.as_of == day
        value = float(area(*cumulative(rows.weight[None, here], rows.y[here], ranking(score[here])))[0])
        if np.isfinite(value):
            weight = float(rows.weight[here].sum())
            total, weights = total + weight * value, weights + weight
    return total / weights if weights else float("nan")


def joined(parts: Sequence[Rows]) -> Rows:
    """Put rows of several periods below each other."""
    return Rows(
        np.concatenate([part.X for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.entity for part in parts]),
        np.concatenate([part.as_of for part in parts]),
        np.concatenate([part.treated for part in parts]),
    )


def _choose_penalty(
    folds: Sequence[Fold], columns: Sequence[ModelColumn], powers: Sequence[float | None], *, progress: Progress
) -> tuple[float, float | None]:
    """Give the penalty and the power of the weights with the lowest pooled log loss on later periods."""
    choices = [(penalty, power) for power in powers for penalty in PENALTIES]
    losses = np.zeros(len(choices))
    for number, (learn, later) in enumerate(folds):
        preparation = fit_preparation(learn, columns)
        prepared, ahead = preparation.transform(learn.X), preparation.transform(later.X)
        for place, (penalty, power) in enumerate(choices):
            chance = fit_linear(prepared, tempered(learn, power), penalty=penalty).predict_proba(ahead)[:, 1]
            losses[place] += float(later.weight @ log_losses(later.y, chance))
            progress((number + (place + 1) / len(choices)) / len(folds))
    return choices[int(np.argmin(losses))]


def _linear_scores(
    folds: Sequence[Fold], columns: Sequence[ModelColumn], penalty: float, *, progress: Progress
) -> FloatArray:
    """Give the interpretable model's out-of-time scores."""
    scores = []
    for number, (learn, later) in enumerate(folds):
        scores.append(linear_score(fit_pipeline(learn, columns, penalty=penalty), later.X))
        progress((number + 1) / len(folds))
    return np.concatenate(scores)


def _choose_settings(
    folds: Sequence[Fold],
    columns: Sequence[ModelColumn],
    powers: Sequence[float | None],
    *,
    seed: int,
    progress: Progress,
) -> tuple[dict[str, Any], float | None]:
    """Give LightGBM's settings, and the power of the weights, with the lowest pooled log loss on later periods.

    The power is chosen with the simplest trees, and the trees at that power.
    """
    settings = settings_to_try(min(len(learn) for learn, _ in folds))
    tries, losses = len(powers) + len(settings) - 1, []
    for number, power in enumerate(powers):
        progress(number / tries)
        losses.append(race(_tempered(folds, power), columns, settings[0], seed=seed).loss)
    best = powers[int(np.argmin(losses))]
    of_settings = [min(losses)]
    for number, one in enumerate(settings[1:]):
        progress((len(powers) + number) / tries)
        of_settings.append(race(_tempered(folds, best), columns, one, seed=seed).loss)
    return settings[int(np.argmin(of_settings))], best
