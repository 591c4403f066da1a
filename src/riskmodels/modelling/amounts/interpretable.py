"""An amount that people can read: a Tweedie regression on where a person stands among others, and on today's amount.

The preparation is that of the interpretable model of a risk: ranks with straight lines between four knots, flags and
one-hot columns as they are, an indicator of what is missing. Today's amount, and the amounts of its family, go in once
more as logarithms, since an amount that goes on is a multiple of what it was, with an indicator of those who have
nothing. (The logarithm is the inverse hyperbolic sine: the same but for a constant above a few pounds, and defined at 0
and below.) Each term multiplies the expected amount (log link).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import TweedieRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_limits

from riskmodels.modelling.interpretable import ROWS_FOR_RANKS, fit_preparation
from riskmodels.modelling.rows import FloatArray, Rows, inputs
from riskmodels.records import ModelColumn

__all__ = [
    "PENALTIES",
    "InterpretableAmountEstimator",
    "fit_amount_pipeline",
    "fit_amount_preparation",
    "fit_tweedie",
    "log_amount",
]

PENALTIES = (0.01, 0.001, 0.0001)
"""Strengths of the L2 penalty (scikit-learn's ``alpha``, on amounts in units of their mean); the first is simplest."""


@dataclass(frozen=True, eq=False)
class InterpretableAmountEstimator:
    """Regularised Tweedie regression with a log link, as a scikit-learn pipeline.

    Attributes
    ----------
    columns : tuple of str
        The model's inputs.
    pipeline : Pipeline
        Preparation, and a ``TweedieRegressor`` whose ``coef_`` and ``intercept_`` give the log of the amount.
    factor : float
        What its amounts are multiplied by, so that they are right in sum on later periods.
    """

    columns: tuple[str, ...]
    pipeline: Pipeline
    factor: float
    name: ClassVar[str] = "interpretable"

    def raw_score(self, X: pd.DataFrame) -> FloatArray:
        """Give the log of the expected amount before calibration. Shape (n_rows,)."""
        return log_amount(self.pipeline, inputs(X, self.columns))

    def amount(self, X: pd.DataFrame) -> FloatArray:
        """Give the expected amount. Shape (n_rows,)."""
        return self.calibrated(self.raw_score(X))

    def calibrated(self, score: FloatArray) -> FloatArray:
        """Give the expected amount that goes with each raw score. Shape (n_rows,)."""
        return np.asarray(self.factor * np.exp(score), dtype=np.float64)

    @property
    def says(self) -> str:
        """The calibration in words."""
        return f"amounts of the regression times {self.factor:.4f}"

    def multipliers(self) -> pd.DataFrame:
        """Give what each term multiplies the expected amount by: columns ``term`` and ``times``."""
        terms = [str(term) for term in self.pipeline[:-1].get_feature_names_out(list(self.columns))]
        return pd.DataFrame({"term": terms, "times": np.exp(self.pipeline[-1].coef_)})


def fit_amount_preparation(rows: Rows, columns: Sequence[ModelColumn], *, today: int | None) -> ColumnTransformer:
    """Learn the preparation of the interpretable model, and beside it the logarithms of today's amount and its family.

    Parameters
    ----------
    today : int or None
        Place of the column that holds today's amount; None leaves the logarithms out.
    """
    plain = fit_preparation(rows, columns)
    if today is None:
        return plain
    family = columns[today].family
    grown = [place for place, one in enumerate(columns) if one.family == family and one.kind == "number"]
    none = ("fill", SimpleImputer(strategy="constant", fill_value=0.0))
    logs = Pipeline([none, ("log", FunctionTransformer(np.arcsinh, feature_names_out="one-to-one"))])
    nothing = Pipeline([none, ("nothing", MissingIndicator(missing_values=0.0, features="all"))])
    parts = [(name, part, places) for name, part, places in plain.transformers]
    with threadpool_limits(1, user_api="blas"):
        whole = ColumnTransformer([*parts, ("grown", logs, grown), ("nothing", nothing, grown)])
        return whole.fit(rows.X[:: -(-len(rows) // ROWS_FOR_RANKS)])


def fit_tweedie(prepared: FloatArray, rows: Rows, *, penalty: float, power: float) -> TweedieRegressor:
    """Fit the regression on prepared inputs, weighted by the rows' fitting weight.

    It is fitted to amounts in units of their mean, so that the penalty is the same for pounds and for hours; the mean
    is put back into the intercept.
    """
    unit = float(np.average(rows.y, weights=rows.fitting_weight))
    model = TweedieRegressor(power=power, link="log", alpha=penalty, solver="newton-cholesky", max_iter=100)
    with threadpool_limits(1, user_api="blas"):
        model.fit(prepared, rows.y / unit, sample_weight=rows.fitting_weight)
    model.intercept_ = model.intercept_ + np.log(unit)
    return model


def fit_amount_pipeline(
    rows: Rows, columns: Sequence[ModelColumn], *, today: int | None, penalty: float, power: float
) -> Pipeline:
    """Fit preparation and regression, as one pipeline."""
    preparation = fit_amount_preparation(rows, columns, today=today)
    model = fit_tweedie(preparation.transform(rows.X), rows, penalty=penalty, power=power)
    return Pipeline([("prepare", preparation), ("model", model)])


def log_amount(pipeline: Pipeline, X: FloatArray) -> FloatArray:
    """Give the pipeline's log of the amount, on one thread so that the sums come out the same each time."""
    model = pipeline[-1]
    with threadpool_limits(1, user_api="blas"):
        return np.asarray(pipeline[:-1].transform(X) @ model.coef_ + model.intercept_, dtype=np.float64)
