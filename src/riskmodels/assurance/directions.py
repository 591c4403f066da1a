"""Move one input at a time and watch the score: risk is to go the way that the definition declares."""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.assurance.scored import HeldOut, raw_score_of
from riskmodels.records import ModelColumn, TrainedModel
from riskmodels.records.directions import Directions

__all__ = ["check_directions"]

_STEPS = 9
_ROUNDING = 1e-9


def check_directions(rows: HeldOut, model: TrainedModel, *, sample: int = 300, seed: int = 0) -> Directions:
    """Check every declared direction of the chosen estimator on held-out rows.

    Parameters
    ----------
    rows : ScoredRows or ScoredAmounts
        Held-out rows.
    model : TrainedModel
        The model; its columns say which directions are declared.
    sample : int
        Rows to look at. In each, one column is moved through nine of its quantiles while all others stay.
    seed : int
        Of the sample.
    """
    declared = [column for column in model.columns if column.monotone is not None]
    if not declared or len(rows) == 0:
        return Directions(tuple(column.name for column in declared), 0)
    chosen = np.random.default_rng(seed).choice(len(rows), size=min(sample, len(rows)), replace=False)
    people = rows.X.iloc[np.sort(chosen)].reset_index(drop=True)
    wrong = tuple(column.name for column in declared if _moves_the_other_way(column, people, rows.X, model))
    return Directions(tuple(column.name for column in declared), len(people), wrong)


def _moves_the_other_way(
    column: ModelColumn, people: pd.DataFrame, everybody: pd.DataFrame, model: TrainedModel
) -> bool:
    known = everybody[column.name].dropna()
    steps = np.unique(known.quantile(np.linspace(0, 1, _STEPS)).to_numpy()) if len(known) else np.empty(0)
    if len(steps) < 2:
        return False
    moved = people.loc[people.index.repeat(len(steps))].reset_index(drop=True)
    moved[column.name] = np.tile(steps, len(people))
    scores = raw_score_of(model.estimators[model.chosen], moved).reshape(len(people), len(steps))
    sign = 1.0 if column.monotone == "increasing" else -1.0
    return bool((sign * np.diff(scores, axis=1) < -_ROUNDING).any())
