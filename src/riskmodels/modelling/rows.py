"""A training table as arrays, checked once so that nothing after has to doubt it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import TrainingError
from riskmodels.records import TrainingTable

__all__ = ["DATA_SCIENTIST", "FloatArray", "IntArray", "Rows", "inputs", "read_rows", "read_table", "unusable"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DATA_SCIENTIST = "The data scientist who owns the use case"


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a training table, sorted by as-of date and entity.

    Attributes
    ----------
    X : float array, shape (n_rows, n_columns)
        Inputs, missing as NaN.
    y : float array, shape (n_rows,)
        Outcome, 0 or 1, or an amount.
    weight : float array, shape (n_rows,)
        Inverse probability of not being censored (of an amount, times the share of the horizon watched), above 0.
    entity : int array, shape (n_rows,)
        Number of the entity, the same at every date.
    as_of : date array, shape (n_rows,)
        Day of each row, ascending.
    treated : bool array, shape (n_rows,)
        Whether the entity was contacted inside the outcome's window.
    learning_weight : float array, shape (n_rows,), or None
        What the weight is multiplied by where a model is fitted, above 0; never where one is judged. None is 1 for all.
    """

    X: FloatArray
    y: FloatArray
    weight: FloatArray
    entity: IntArray
    as_of: npt.NDArray[np.datetime64]
    treated: npt.NDArray[np.bool_]
    learning_weight: FloatArray | None = None

    @property
    def fitting_weight(self) -> FloatArray:
        """Give the weight of each row where a model is fitted. Shape (n_rows,)."""
        return self.weight if self.learning_weight is None else self.weight * self.learning_weight

    def __len__(self) -> int:
        return len(self.y)

    def up_to(self, day: datetime.date) -> Self:
        """Give the rows of every as-of date up to and including one (views, nothing is copied)."""
        return self._between(0, int(np.searchsorted(self.as_of, np.datetime64(day, "D"), side="right")))

    def at(self, day: datetime.date) -> Self:
        """Give the rows of one as-of date."""
        ends = [int(np.searchsorted(self.as_of, np.datetime64(day, "D"), side=side)) for side in ("left", "right")]
        return self._between(ends[0], ends[1])

    def where(self, keep: npt.NDArray[np.bool_]) -> Self:
        """Give the rows for which ``keep`` is true."""
        return self._taken(keep)

    def thinned(self, most: int, *, seed: int) -> Self:
        """Give about ``most`` rows, by drawing whole entities; all of them when there are no more."""
        if len(self) <= most:
            return self
        entities = int(self.entity.max()) + 1
        kept = np.random.Generator(np.random.PCG64(seed)).permutation(entities) < entities * most / len(self)
        return self.where(kept[self.entity])

    def _between(self, start: int, stop: int) -> Self:
        return self._taken(slice(start, stop))

    def _taken(self, part: slice | npt.NDArray[np.bool_]) -> Self:
        held: dict[str, Any] = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        taken: dict[str, Any] = {name: None if one is None else one[part] for name, one in held.items()}
        return dataclasses.replace(self, **taken)


def inputs(X: pd.DataFrame, names: Sequence[str]) -> FloatArray:
    """Take a model's columns from a frame, in the model's order.

    Raises
    ------
    TrainingError
        When a column is missing, or not numeric.
    """
    missing = [name for name in names if name not in X.columns]
    if missing:
        raise TrainingError(
            f"{len(missing)} of the model's {len(names)} columns are not in the frame: {', '.join(missing[:5])}",
            expected="every column that the model was trained on",
            next_step="build the frame with the definition that the model was trained with",
            who=DATA_SCIENTIST,
        )
    wrong = [name for name in names if not pd.api.types.is_numeric_dtype(X[name])]
    if wrong:
        raise TrainingError(
            f"Columns that are not numbers: {', '.join(wrong[:5])}",
            expected="float64 columns, with missing values as NaN",
            next_step="encode them in the use case's definition (ordinal, one-hot or a flag)",
            who=DATA_SCIENTIST,
        )
    return np.ascontiguousarray(X[list(names)].to_numpy(dtype=np.float64))


def read_table(table: TrainingTable, *, learning_weight: FloatArray | None = None) -> Rows:
    """Check a training table and give it as arrays.

    Parameters
    ----------
    table : TrainingTable
        Task ``"risk"``.
    learning_weight : float array, shape (n_rows,), optional
        What the weights are multiplied by where a model is fitted, above 0; figures never see it.

    Raises
    ------
    TrainingError
        When its task is not a risk, it is empty, its parts do not fit together, or a value cannot be used.
    """
    if table.task != "risk":
        raise TrainingError(
            f"{table.case_name} predicts an amount (task {table.task!r})",
            expected="a use case whose outcome either happens or does not (task 'risk')",
            next_step="read it as amounts",
            who="The maintainers of riskmodels",
        )
    rows = read_rows(table, learning_weight=learning_weight)
    wrong = int((~np.isin(rows.y, (0.0, 1.0))).sum())
    if wrong:
        raise unusable(f"{wrong:,} of {len(rows):,} outcomes are neither 0 nor 1", "0 or 1 in every row")
    return rows


def read_rows(table: TrainingTable, *, learning_weight: FloatArray | None = None) -> Rows:
    """Check all of a training table but its outcome, whatever its task, and give it as arrays.

    Raises
    ------
    TrainingError
        As :func:`read_table`.
    """
    _check_parts(table)
    X = inputs(table.X, [column.name for column in table.columns])
    y: FloatArray = np.asarray(table.outcome, dtype=np.float64)
    weight: FloatArray = np.asarray(table.spine["weight"], dtype=np.float64)
    as_of = table.spine["as_of"].to_numpy().astype("datetime64[D]")
    _check_values(table, X, weight)
    entity = np.unique(table.spine["entity"].to_numpy(), return_inverse=True)[1].astype(np.int64)
    _check_order(entity, as_of)
    return Rows(X, y, weight, entity, as_of, table.spine["treated"].to_numpy(dtype=bool), _checked(learning_weight, y))


def _checked(learning_weight: FloatArray | None, y: FloatArray) -> FloatArray | None:
    if learning_weight is None:
        return None
    given = np.asarray(learning_weight, dtype=np.float64)
    if given.shape != y.shape:
        raise unusable(
            f"The learning weight has shape {given.shape}, for {len(y):,} rows",
            "one learning weight for each row of the table",
            "make the weights from this table, in the order of its rows",
        )
    light = int((~np.isfinite(given) | (given <= 0)).sum())
    if light:
        raise unusable(
            f"{light:,} of {len(y):,} learning weights are missing, infinite or not above 0",
            "learning weights above 0",
            "give a row that is to count for nothing a small weight, or leave the weights out",
        )
    return given


def _check_parts(table: TrainingTable) -> None:
    if not len(table.X) == len(table.outcome) == len(table.spine):
        raise unusable(
            f"The inputs have {len(table.X):,} rows, the outcome {len(table.outcome):,}, the spine {table.rows:,}",
            "one row of inputs, outcome and spine for each person and date",
        )
    if table.rows == 0:
        raise unusable(f"The training table of {table.case_name} has no rows", "rows whose outcome is known")
    names = [column.name for column in table.columns]
    if len(set(names)) != len(names) or not names:
        raise unusable(f"{len(names)} columns with {len(set(names))} names", "at least one column, each named once")
    if table.baseline not in names:
        raise unusable(
            f"The baseline {table.baseline!r} is not among the {len(names)} columns", "the name of one of the columns"
        )


def _check_values(table: TrainingTable, X: FloatArray, weight: FloatArray) -> None:
    names = [column.name for column, values in zip(table.columns, X.T, strict=True) if np.isinf(values).any()]
    if names:
        raise unusable(
            f"Infinite values in: {', '.join(names[:5])}",
            "finite numbers or missing",
            "guard the division in the feature's definition with nullif(..., 0)",
        )
    light = int((~np.isfinite(weight) | (weight <= 0)).sum())
    if light:
        raise unusable(f"{light:,} of {len(weight):,} weights are missing, infinite or not above 0", "weights above 0")
    known = np.isfinite(X[:, [column.name for column in table.columns].index(table.baseline)])
    if not known.any():
        raise unusable(
            f"The baseline {table.baseline!r} is missing in every row", "the figure that people are ranked by today"
        )


def _check_order(entity: IntArray, as_of: npt.NDArray[np.datetime64]) -> None:
    same_day = as_of[1:] == as_of[:-1]
    later = as_of[1:] > as_of[:-1]
    rising = later | (same_day & (entity[1:] > entity[:-1]))
    if not rising.all():
        raise unusable(
            f"{int((~rising).sum()):,} rows of the spine repeat a person and date or are out of order",
            "rows unique in entity and as_of, sorted by as_of and entity",
        )


def unusable(
    found: str, expected: str, next_step: str = "build the training table again and train on that"
) -> TrainingError:
    """Say that a table cannot be learned from: counts alone, never a person's value."""
    return TrainingError(found, expected=expected, next_step=next_step, who=DATA_SCIENTIST)
