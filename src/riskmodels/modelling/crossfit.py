"""Settle every choice on development periods: learn from the past, judge on a later period, pool what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from riskmodels.modelling import boosting
from riskmodels.modelling.baseline import baseline_score, direction
from riskmodels.modelling.boosting import race, settings_to_try, tree_score
from riskmodels.modelling.calibration import log_losses
from riskmodels.modelling.interpretable import PENALTIES, fit_linear, fit_preparation, linear_score
from riskmodels.modelling.metrics import area, cumulative, ranking
from riskmodels.modelling.periods import Plan
from riskmodels.modelling.rows import FloatArray, Rows
from riskmodels.records import ModelColumn

__all__ = ["CrossFitted", "cross_fit", "period_auc"]

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
    """

    judged: Rows
    scores: Mapping[str, FloatArray]
    roc_auc: Mapping[str, float]
    penalty: float
    settings: Mapping[str, Any]
    rounds: int


def cross_fit(
    rows: Rows, plan: Plan, columns: Sequence[ModelColumn], *, baseline: str, seed: int, progress: Progress
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
    progress : callable
        Told the share done, in [0, 1].
    """
    folds = [(rows.up_to(fold.learn_up_to), rows.at(fold.judged)) for fold in plan.folds]
    judged = joined([later for _, later in folds])
    position = [column.name for column in columns].index(baseline)
    penalty, linear = _choose_penalty(folds, columns, seed=seed, progress=lambda done: progress(0.3 * done))
    settings, rounds, trees = _choose_trees(
        folds, columns, seed=seed, progress=lambda done: progress(0.3 + 0.7 * done)
    )
    scores = {
        "baseline": baseline_score(judged.X[:, position], direction(columns[position])),
        "interpretable": linear,
        "lightgbm": trees,
    }
    aucs = {name: period_auc(score, judged) for name, score in scores.items()}
    return CrossFitted(judged, scores, aucs, penalty, settings, rounds)


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
    folds: Sequence[tuple[Rows, Rows]], columns: Sequence[ModelColumn], *, seed: int, progress: Progress
) -> tuple[float, FloatArray]:
    """Give the penalty with the lowest pooled log loss, and the out-of-time scores under it."""
    scores: list[list[FloatArray]] = [[] for _ in PENALTIES]
    losses = np.zeros(len(PENALTIES))
    for number, (learn, later) in enumerate(folds):
        preparation = fit_preparation(learn, columns, seed=seed)
        prepared = preparation.transform(learn.X)
        for place, penalty in enumerate(PENALTIES):
            model = fit_linear(prepared, learn, penalty=penalty)
            score = linear_score(Pipeline([("prepare", preparation), ("model", model)]), later.X)
            scores[place].append(score)
            losses[place] += float(later.weight @ log_losses(later.y, 1 / (1 + np.exp(-score))))
            progress((number + (place + 1) / len(PENALTIES)) / len(folds))
    best = int(np.argmin(losses))
    return PENALTIES[best], np.concatenate(scores[best])


def _choose_trees(
    folds: Sequence[tuple[Rows, Rows]], columns: Sequence[ModelColumn], *, seed: int, progress: Progress
) -> tuple[dict[str, Any], int, FloatArray]:
    """Give the settings with the lowest pooled log loss, their rounds, and the out-of-time scores under them."""
    choices = settings_to_try(min(len(learn) for learn, _ in folds))
    best: boosting.Race | None = None
    chosen = choices[0]
    for number, settings in enumerate(choices):
        result = race(
            folds,
            columns,
            settings,
            seed=seed,
            progress=lambda done, number=number: progress((number + done) / len(choices)),  # type: ignore[misc]
        )
        if best is None or result.loss < best.loss:
            best, chosen = result, settings
    finished = best if best is not None else race(folds, columns, chosen, seed=seed)
    scores = [
        tree_score(booster, later.X, finished.rounds)
        for booster, (_, later) in zip(finished.boosters, folds, strict=True)
    ]
    return chosen, finished.rounds, np.concatenate(scores)
