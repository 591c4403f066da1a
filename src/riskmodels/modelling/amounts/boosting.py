"""LightGBM for amounts: Tweedie trees, grown and stopped as those of a risk are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import lightgbm as lgb
import numpy as np
import pandas as pd

from riskmodels.modelling.boosting import settings_to_try, tree_score
from riskmodels.modelling.rows import FloatArray, inputs

__all__ = ["LightGBMAmountEstimator", "amount_settings_to_try"]

_FINE_LEAF = 20


@dataclass(frozen=True, eq=False)
class LightGBMAmountEstimator:
    """Gradient-boosted trees for an amount.

    Attributes
    ----------
    columns : tuple of str
        The model's inputs.
    booster : Booster
        Its raw margin is the log of the amount.
    factor : float
        What its amounts are multiplied by, so that they are right in sum on later periods.
    """

    columns: tuple[str, ...]
    booster: lgb.Booster
    factor: float
    name: ClassVar[str] = "lightgbm"

    def raw_score(self, X: pd.DataFrame) -> FloatArray:
        """Give the log of the expected amount before calibration. Shape (n_rows,)."""
        return tree_score(self.booster, inputs(X, self.columns))

    def amount(self, X: pd.DataFrame) -> FloatArray:
        """Give the expected amount. Shape (n_rows,)."""
        return self.calibrated(self.raw_score(X))

    def calibrated(self, score: FloatArray) -> FloatArray:
        """Give the expected amount that goes with each raw score. Shape (n_rows,)."""
        return np.asarray(self.factor * np.exp(score), dtype=np.float64)

    @property
    def says(self) -> str:
        """The calibration in words."""
        return f"amounts of the trees times {self.factor:.4f}"


def amount_settings_to_try(rows: int, power: float, *, least: int) -> tuple[dict[str, Any], ...]:
    """List the hyperparameters to choose from, simplest trees first: those of a risk, and trees with small leaves.

    Small leaves tell today's amount more finely, of which what is to come is often a multiple.

    Parameters
    ----------
    rows : int
        Rows of the smallest set that will be learned from.
    power : float
        Power of the Tweedie variance.
    least : int
        The disclosure number: no leaf may rest on fewer rows.
    """
    shared: Mapping[str, Any] = {"objective": "tweedie", "metric": "tweedie", "tweedie_variance_power": power}
    plain = settings_to_try(rows)
    fine = {**plain[-1], "min_data_in_leaf": _FINE_LEAF}
    return tuple({**one, **shared, "min_data_in_leaf": max(one["min_data_in_leaf"], least)} for one in (*plain, fine))
