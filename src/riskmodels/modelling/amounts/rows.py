"""A training table of amounts as arrays, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodels.errors import TrainingError
from riskmodels.modelling.rows import FloatArray, Rows, read_rows, unusable
from riskmodels.records import TrainingTable

__all__ = ["EVERYBODY", "AmountRows", "joined", "read_amounts"]

EVERYBODY = "Everybody"
"""The one stratum of a table that has none."""


@dataclass(frozen=True, eq=False, kw_only=True)
class AmountRows(Rows):
    """Rows of a table of amounts.

    Attributes
    ----------
    competing : bool array, shape (n_rows,)
        Who had the competing event (died) inside the horizon.
    stratum : text array, shape (n_rows,)
        Within which group prediction intervals are made.
    """

    competing: npt.NDArray[np.bool_]
    stratum: npt.NDArray[np.str_]


def read_amounts(table: TrainingTable, *, learning_weight: FloatArray | None = None) -> AmountRows:
    """Check a training table of amounts and give it as arrays.

    Parameters
    ----------
    table : TrainingTable
        Task ``"amount"``.
    learning_weight : float array, shape (n_rows,), optional
        What the weights are multiplied by where a model is fitted, above 0; figures never see it.

    Raises
    ------
    TrainingError
        When its task is not an amount, it is empty, its parts do not fit together, or a value cannot be used.
    """
    if table.task != "amount":
        raise TrainingError(
            f"{table.case_name} predicts a risk (task {table.task!r})",
            expected="a use case whose outcome is an amount (task 'amount')",
            next_step="read it as a risk",
            who="The maintainers of riskmodels",
        )
    rows = read_rows(table, learning_weight=learning_weight)
    _check_amounts(rows.y)
    _check_today(rows, table)
    strata = np.full(len(rows), EVERYBODY) if table.strata is None else table.strata.to_numpy(dtype=np.str_)
    if len(strata) != len(rows):
        raise unusable(
            f"The strata have {len(strata):,} rows, for {len(rows):,}", "the stratum of each row of the table"
        )
    return AmountRows(
        **{name: getattr(rows, name) for name in Rows.__dataclass_fields__},
        competing=table.spine["competing"].to_numpy(dtype=bool),
        stratum=strata,
    )


def _check_amounts(y: FloatArray) -> None:
    endless = int((~np.isfinite(y)).sum())
    if endless:
        raise unusable(
            f"{endless:,} of {len(y):,} amounts are missing or infinite",
            "a finite amount in every row",
            "guard the division in the amount's definition with nullif(..., 0), and build the table again",
        )
    below = int((y < 0).sum())
    if below:
        raise unusable(
            f"{below:,} of {len(y):,} amounts are below 0",
            "amounts of 0 or more",
            "leave refunds and corrections out in the amount's condition, or have the contract refuse them (ge=0)",
        )
    if not y.any():
        raise unusable(
            f"all {len(y):,} amounts are 0",
            "some rows with more than nothing",
            "check what the amount is made of: its condition, and the columns that say when a row runs",
        )


def _check_today(rows: Rows, table: TrainingTable) -> None:
    today = rows.X[:, [column.name for column in table.columns].index(table.baseline)]
    below = int((today < 0).sum())
    if below:
        raise unusable(
            f"{table.baseline!r} is below 0 in {below:,} of {len(rows):,} rows; today's practice carries it forward",
            "today's amount, 0 or more",
            "name the feature that holds today's amount as the baseline",
        )


def joined(parts: Sequence[AmountRows]) -> AmountRows:
    """Put rows of several periods below each other."""
    names = [name for name in AmountRows.__dataclass_fields__ if name != "learning_weight"]
    return AmountRows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
