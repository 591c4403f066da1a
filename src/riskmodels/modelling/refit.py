"""Fit a model's chosen estimator once more with something changed, to see what the change does."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import cast

import numpy as np
from threadpoolctl import threadpool_limits

from riskmodels.errors import TrainingError
from riskmodels.modelling.amounts import refit_amount
from riskmodels.modelling.boosting import LightGBMEstimator, grow
from riskmodels.modelling.interpretable import InterpretableEstimator, fit_pipeline
from riskmodels.modelling.rows import DATA_SCIENTIST, FloatArray, read_table
from riskmodels.modelling.tempering import tempered
from riskmodels.records import Estimator, TrainedModel, TrainingTable

__all__ = ["refit"]

_OWN = ("penalty", "rounds", "power_interpretable", "power_lightgbm")


def refit(
    table: TrainingTable,
    model: TrainedModel,
    *,
    learning_weight: FloatArray | None = None,
    without: Collection[str] = (),
) -> Estimator:
    """Fit the chosen estimator again on what it learned from, with the settings it has.

    Without a change it comes out bit for bit as it is. No choice is made anew, so it takes seconds where a training
    takes minutes: train in full before a changed model is used. Probabilities are by the model's own calibrator, which
    was not fitted to the changed scores.

    Parameters
    ----------
    table : TrainingTable
        What the model was trained on.
    model : TrainedModel
        The model.
    learning_weight : float array, shape (n_rows,), optional
        What the weights are multiplied by where the model is fitted.
    without : collection of str
        Features that it is not told.

    Returns
    -------
    Estimator
        Of an amount, an :class:`~riskmodels.records.AmountEstimator`.

    Raises
    ------
    TrainingError
        If no column is left, or the weights do not fit.
    """
    if model.task == "amount":
        fitted = refit_amount(table, model, learning_weight=learning_weight, without=without)
        return cast("Estimator", fitted)
    rows = read_table(table, learning_weight=learning_weight).up_to(model.learned_from[-1])
    kept = [place for place, column in enumerate(table.columns) if column.feature not in without]
    if not kept:
        raise TrainingError(
            f"all {len(table.columns)} columns would be left out",
            expected="at least one column to learn from",
            next_step="leave fewer features out",
            who=DATA_SCIENTIST,
        )
    columns = tuple(table.columns[place] for place in kept)
    names = tuple(column.name for column in columns)
    if len(kept) < len(table.columns):
        rows = dataclasses.replace(rows, X=np.ascontiguousarray(rows.X[:, kept]))
    settings = {name: value for name, value in model.settings.items() if name not in _OWN}
    chosen = model.estimators[model.chosen]
    rows = tempered(rows, model.settings.get(f"power_{model.chosen}"))
    with threadpool_limits(1, user_api="blas"):
        if isinstance(chosen, InterpretableEstimator):
            pipeline = fit_pipeline(rows, columns, penalty=model.settings["penalty"])
            return InterpretableEstimator(names, pipeline, chosen.calibrator)
        if isinstance(chosen, LightGBMEstimator):
            booster, _ = grow(rows, columns, settings, rounds=model.rounds, seed=model.seed)
            return LightGBMEstimator(names, booster, chosen.calibrator)
    raise TrainingError(
        f"the chosen estimator is of the kind {type(chosen).__name__}",
        expected="the interpretable model or LightGBM",
        next_step="hand over the model that train gave",
        who=DATA_SCIENTIST,
    )
