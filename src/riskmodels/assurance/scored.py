"""Held-out people with the score that would put them on the list: what every audit looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import AssuranceError
from riskmodels.modelling.amounts.rows import EVERYBODY
from riskmodels.records import TrainedModel, TrainingTable

__all__ = [
    "FloatArray",
    "HeldOut",
    "ScoredAmounts",
    "ScoredRows",
    "picked_share",
    "raw_score_of",
    "score_amounts",
    "score_held_out",
    "scored",
]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Rows of the held-out period with one estimator's raw score.

    Attributes
    ----------
    X : DataFrame, shape (n_rows, n_columns)
        The model's inputs.
    score : float array, shape (n_rows,)
        Raw score: log-odds of a risk, log of an expected amount.
    outcome, weight : float array, shape (n_rows,)
        What happened, and the inverse probability of not being censored.
    entity : int array, shape (n_rows,)
        Pseudonyms.
    as_of : datetime array, shape (n_rows,)
        The date of each row.
    audit : DataFrame, shape (n_rows, n_characteristics)
        Protected characteristics as text.
    treated : bool array, shape (n_rows,)
        Whether the entity was contacted inside the outcome's window.
    """

    X: pd.DataFrame
    score: FloatArray
    outcome: FloatArray
    weight: FloatArray
    entity: npt.NDArray[np.int64]
    as_of: npt.NDArray[np.datetime64]
    audit: pd.DataFrame
    treated: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True, eq=False)
class ScoredRows(HeldOut):
    """Held-out people with their risk, and their place on the list.

    Attributes
    ----------
    probability : float array, shape (n_rows,)
        Calibrated probability; lists rank by the raw score.
    picked : float array, shape (n_rows,)
        Chance of being on the list, in [0, 1]: a fraction only for those tied at its end.
    capacity : int
        Length of the list at one date.
    """

    probability: FloatArray
    picked: FloatArray
    capacity: int


@dataclass(frozen=True, eq=False)
class ScoredAmounts(HeldOut):
    """Held-out people with the amount that is expected for them. There is no list: an amount ranks nobody.

    Attributes
    ----------
    expected : float array, shape (n_rows,)
        Expected amount, at least 0, in ``unit``.
    low, high : float array, shape (n_rows,), or None
        Ends of each row's prediction interval.
    unit : str
        Such as ``"GBP per week"``.
    nominal_coverage : float
        Share of amounts that prediction intervals are made to hold, in (0, 1).
    power : float
        Power of the Tweedie variance, in (1, 2): how a miss counts.
    """

    expected: FloatArray
    low: FloatArray | None
    high: FloatArray | None
    unit: str
    nominal_coverage: float
    power: float


def picked_share(score: FloatArray, capacity: int, *, stands_for: FloatArray | None = None) -> FloatArray:
    """Give each row's chance of being on a list of the highest scores; those tied at its end share what is left.

    Parameters
    ----------
    score : float array, shape (n_rows,)
        Raw scores of one date.
    capacity : int
        Length of the list; everybody is on it when there are fewer rows.
    stands_for : float array, shape (n_rows,), optional
        How many people each row stands for; one each when not given.

    Raises
    ------
    AssuranceError
        If a score is missing or infinite.
    """
    wrong = int((~np.isfinite(score)).sum())
    if wrong:
        raise AssuranceError(
            f"{wrong:,} of {len(score):,} scores are missing or infinite",
            expected="a finite score for every row",
            next_step="Find out which input makes the estimator fail, and score again.",
            who="the data scientist who trained the model",
        )
    if stands_for is not None:
        return _picked_of_many(score, capacity, stands_for)
    if len(score) <= capacity:
        return np.ones(len(score))
    end = np.partition(score, len(score) - capacity)[len(score) - capacity]
    above, tied = score > end, score == end
    return np.where(above, 1.0, np.where(tied, (capacity - above.sum()) / tied.sum(), 0.0))


def _picked_of_many(score: FloatArray, capacity: int, stands_for: FloatArray) -> FloatArray:
    """Pick from rows that stand for many: down the scores until the people they stand for fill the list."""
    values, place = np.unique(-score, return_inverse=True)
    people = np.bincount(place, weights=stands_for, minlength=len(values))
    before = np.cumsum(people) - people
    return np.asarray(np.clip((capacity - before) / people, 0.0, 1.0)[place], dtype=np.float64)


def raw_score_of(estimator: Any, X: pd.DataFrame) -> FloatArray:
    """Give what an estimator's contributions add up to: log-odds of a risk, the logarithm of an expected amount."""
    raw = estimator.raw_score(X) if hasattr(estimator, "raw_score") else np.log(estimator.amount(X))
    return np.asarray(raw, dtype=np.float64)


def score_held_out(table: TrainingTable, model: TrainedModel, estimator: str | None = None) -> ScoredRows:
    """Score the held-out period of a table with the model's chosen estimator, or another of its three.

    Parameters
    ----------
    table : TrainingTable
        What the model was trained and judged on.
    model : TrainedModel
        The model.
    estimator : str, optional
        ``"baseline"``, ``"interpretable"`` or ``"lightgbm"``; the chosen one when not given.

    Raises
    ------
    AssuranceError
        If the table is not the one that the model was trained on, its parts differ in length, or an input or a score
        is not a number.
    """
    here, one = _held_out(table, model), model.estimators[estimator or model.chosen]
    shared, capacity = _shared(table, here, one), model.risk_evaluation.capacity
    picked = np.empty(int(here.sum()))
    for day in np.unique(shared["as_of"]):
        on_day = shared["as_of"] == day
        stands_for = shared["weight"][on_day] if table.weighed else None
        picked[on_day] = picked_share(shared["score"][on_day], capacity, stands_for=stands_for)
    probability = np.asarray(one.probability(shared["X"]), dtype=np.float64)
    return ScoredRows(**shared, probability=probability, picked=picked, capacity=capacity)


def score_amounts(table: TrainingTable, model: TrainedModel, estimator: str | None = None) -> ScoredAmounts:
    """Give the held-out period of a table of amounts, with what the chosen estimator expects (or another of the three).

    Prediction intervals are the chosen estimator's; another one has none.

    Parameters
    ----------
    table : TrainingTable
        What the model was trained and judged on.
    model : TrainedModel
        The model.
    estimator : str, optional
        ``"baseline"``, ``"interpretable"`` or ``"lightgbm"``; the chosen one when not given.

    Raises
    ------
    AssuranceError
        As ``score_held_out``.
    """
    here, name = _held_out(table, model), estimator or model.chosen
    one: Any = model.estimators[name]
    shared, low, high = _shared(table, here, one), None, None
    expected = np.asarray(one.amount(shared["X"]), dtype=np.float64)
    if model.intervals is not None and name == model.chosen:
        strata = np.full(len(here), EVERYBODY) if table.strata is None else table.strata.to_numpy(dtype=np.str_)
        low, high = model.intervals.ends(expected, strata[here])
    return ScoredAmounts(
        **shared,
        expected=expected,
        low=low,
        high=high,
        unit=model.amount_evaluation.unit,
        nominal_coverage=model.amount_evaluation.nominal_coverage,
        power=float(model.settings["power"]),
    )


def scored(table: TrainingTable, model: TrainedModel, estimator: str | None = None) -> ScoredRows | ScoredAmounts:
    """Score the held-out period of a table of a risk or of amounts."""
    return (score_amounts if table.task == "amount" else score_held_out)(table, model, estimator)


def _held_out(table: TrainingTable, model: TrainedModel) -> npt.NDArray[np.bool_]:
    """Find the rows of the held-out period, of a table that the model was trained on and whose parts fit together."""
    if table.digest != model.table_digest:
        raise AssuranceError(
            f"the table is not the one that the model of {model.case_name} was trained on",
            expected="the same table, by its digest",
            next_step="Audit the model with the table it was trained on, or train again.",
            who="the data scientist who trained the model",
        )
    _check_parts(table)
    days = pd.DatetimeIndex([pd.Timestamp(day) for day in model.evaluation.held_out])
    return np.asarray(table.spine["as_of"].isin(days))


def _shared(table: TrainingTable, here: npt.NDArray[np.bool_], estimator: Any) -> dict[str, Any]:
    """Give what held-out rows have whatever is foretold."""
    X = table.X.loc[here].reset_index(drop=True)
    return {
        "X": X,
        "score": raw_score_of(estimator, X),
        "outcome": np.asarray(table.outcome, dtype=np.float64)[here],
        "weight": np.asarray(table.spine["weight"], dtype=np.float64)[here],
        "entity": table.spine["entity"].to_numpy(dtype=np.int64)[here],
        "as_of": table.spine["as_of"].to_numpy()[here],
        "audit": table.audit.loc[here].reset_index(drop=True),
        "treated": table.spine["treated"].to_numpy(dtype=bool)[here],
    }


def _check_parts(table: TrainingTable) -> None:
    parts = {"inputs": table.X, "outcome": table.outcome, "characteristics": table.audit, "spine": table.spine}
    lengths = {name: len(part) for name, part in parts.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {rows:,}" for name, rows in lengths.items())
        raise AssuranceError(
            f"the parts of the table differ in length: {told}",
            expected="one row of each part for each person and date",
            next_step="Build the table again and train on that.",
            who="the data scientist who trained the model",
        )
    endless = [str(name) for name in table.X.columns if np.isinf(table.X[name].to_numpy(dtype=np.float64)).any()]
    if endless:
        raise AssuranceError(
            f"infinite values in {', '.join(endless[:5])}",
            expected="finite numbers, or missing",
            next_step="Guard the division in the feature's definition with nullif(..., 0), and train again.",
            who="the data scientist who trained the model",
        )
