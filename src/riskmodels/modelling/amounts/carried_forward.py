"""Today's practice: what a person has today goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from riskmodels.modelling.rows import FloatArray, Rows, inputs
from riskmodels.records import ModelColumn

__all__ = ["BaselineAmountEstimator", "carried_forward", "fit_baseline_amount"]

_LEAST_SHARE = 0.001


@dataclass(frozen=True, eq=False)
class BaselineAmountEstimator:
    """Carries today's amount forward; who has nothing, or less than the floor, is expected to have the floor.

    Attributes
    ----------
    column : str
        The column that holds today's amount.
    floor : float
        What those with nothing today (or no figure) came to on average in development periods, above 0.
    """

    column: str
    floor: float
    name: ClassVar[str] = "baseline"

    def raw_score(self, X: pd.DataFrame) -> FloatArray:
        """Give the log of the expected amount. Shape (n_rows,)."""
        return np.log(self.amount(X))

    def amount(self, X: pd.DataFrame) -> FloatArray:
        """Give the expected amount. Shape (n_rows,)."""
        return carried_forward(inputs(X, [self.column])[:, 0], self.floor)

    def calibrated(self, score: FloatArray) -> FloatArray:
        """Give the expected amount that goes with each raw score. Shape (n_rows,)."""
        return np.exp(score)

    @property
    def says(self) -> str:
        """The estimator in words."""
        return f"{self.column} carried forward, at least {self.floor:,.2f}"


def carried_forward(today: FloatArray, floor: float) -> FloatArray:
    """Give today's amounts, those missing or below the floor raised to it. Shape (n_rows,)."""
    return np.asarray(np.fmax(today, floor), dtype=np.float64)


def fit_baseline_amount(column: ModelColumn, position: int, learn: Rows) -> BaselineAmountEstimator:
    """Learn the floor: the mean amount of those with nothing today, at least a thousandth of everybody's.

    Parameters
    ----------
    column : ModelColumn
        The column of today's amount.
    position : int
        Its place among the columns of ``learn.X``.
    learn : Rows
        What to learn from.
    """
    least = _LEAST_SHARE * float(np.average(learn.y, weights=learn.weight))
    without = ~(learn.X[:, position] > 0)
    mean = float(np.average(learn.y[without], weights=learn.weight[without])) if without.any() else 0.0
    return BaselineAmountEstimator(column.name, max(mean, least))
