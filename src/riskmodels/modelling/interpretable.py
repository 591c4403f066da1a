"""A model that people can read: logistic regression on where a person stands among others.

Each amount becomes a rank among the development rows (so no outlier pulls the fit), and the log-odds run along it in
straight lines through four knots. Flags and one-hot columns go in as they are. What is missing takes the median and
has an indicator of its own. The L2 penalty is chosen in temporal cross-fitting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import QuantileTransformer, SplineTransformer
from threadpoolctl import threadpool_limits

from riskmodels.modelling.calibration import Calibrator
from riskmodels.modelling.rows import FloatArray, Rows, inputs
from riskmodels.records import ModelColumn

__all__ = ["PENALTIES", "InterpretableEstimator", "fit_linear", "fit_pipeline", "fit_preparation", "linear_score"]

PENALTIES = (0.01, 0.1, 1.0)
"""Inverse strengths of the L2 penalty (scikit-learn's ``C``) to choose from; the first is the simplest model."""

KNOTS = (0.0, 1 / 3, 2 / 3, 1.0)
"""Ranks between which the log-odds run straight."""

ROWS_FOR_RANKS = 50_000
_STEPPED = ("number", "ordinal")


@dataclass(frozen=True, eq=False)
class InterpretableEstimator:
    """Regularised logistic regression, as a scikit-learn pipeline."""

    columns: tuple[str, ...]
    pipeline: Pipeline
    calibrator: Calibrator
    name: ClassVar[str] = "interpretable"

    def raw_score(self, X: pd.DataFrame) -> FloatArray:
        """Give the log-odds before calibration. Shape (n_rows,)."""
        return linear_score(self.pipeline, inputs(X, self.columns))

    def probability(self, X: pd.DataFrame) -> FloatArray:
        """Give the calibrated probability, in [0, 1]. Shape (n_rows,)."""
        return self.calibrated(self.raw_score(X))

    def calibrated(self, score: FloatArray) -> FloatArray:
        """Give the probability that goes with each raw score. Shape (n_rows,)."""
        return self.calibrator.probability(score)

    def coefficients(self) -> pd.DataFrame:
        """Give what each term adds to the log-odds: columns ``term`` and ``log_odds``.

        ``paid_13w at rank 0.33`` is what a person adds who pays more than a third of the others, against one who pays
        most; between knots it runs straight. ``paid_13w missing`` is what not knowing adds.
        """
        terms = self.pipeline[:-1].get_feature_names_out(list(self.columns))
        return pd.DataFrame({"term": [_worded(str(term)) for term in terms], "log_odds": self.pipeline[-1].coef_[0]})


def fit_preparation(rows: Rows, columns: Sequence[ModelColumn]) -> ColumnTransformer:
    """Learn ranks, medians and which columns have gaps, from rows evenly spread over dates and entities.

    A column without any value is left to its indicator.
    """
    X = rows.X[:: -(-len(rows) // ROWS_FOR_RANKS)]
    held = [place for place in range(len(columns)) if not np.isnan(X[:, place]).all()]
    stepped = [place for place in held if columns[place].kind in _STEPPED]
    plain = [place for place in held if columns[place].kind not in _STEPPED]
    ranks = [
        ("rank", QuantileTransformer(n_quantiles=min(200, len(X)), subsample=None)),
        ("fill", SimpleImputer(strategy="median")),
        (
            "lines",
            SplineTransformer(degree=1, knots=np.tile(np.array(KNOTS)[:, None], len(stepped)), include_bias=False),
        ),
    ]
    parts: list[tuple[str, Any, list[int]]] = [
        ("missing", MissingIndicator(error_on_new=False), list(range(len(columns))))
    ]
    if stepped:
        parts.append(("stepped", Pipeline(ranks), stepped))
    if plain:
        parts.append(("plain", SimpleImputer(strategy="most_frequent"), plain))
    with threadpool_limits(1, user_api="blas"):
        return ColumnTransformer(parts).fit(X)


def fit_linear(prepared: FloatArray, rows: Rows, *, penalty: float) -> LogisticRegression:
    """Fit the logistic regression on prepared inputs, weighted by the rows' fitting weight."""
    model = LogisticRegression(C=penalty, solver="newton-cholesky", max_iter=100)
    with threadpool_limits(1, user_api="blas"):
        return model.fit(prepared, rows.y, sample_weight=rows.fitting_weight)


def fit_pipeline(rows: Rows, columns: Sequence[ModelColumn], *, penalty: float) -> Pipeline:
    """Fit preparation and logistic regression, as one pipeline."""
    preparation = fit_preparation(rows, columns)
    model = fit_linear(preparation.transform(rows.X), rows, penalty=penalty)
    return Pipeline([("prepare", preparation), ("model", model)])


def linear_score(pipeline: Pipeline, X: FloatArray) -> FloatArray:
    """Give the pipeline's log-odds, on one thread so that the sums come out the same each time."""
    with threadpool_limits(1, user_api="blas"):
        return np.asarray(pipeline.decision_function(X), dtype=np.float64)


def _worded(term: str) -> str:
    part, _, rest = term.partition("__")
    if part == "missing":
        return f"{rest.removeprefix('missingindicator_')} missing"
    if part == "plain":
        return rest
    column, _, knot = rest.rpartition("_sp_")
    return f"{column} at rank {KNOTS[int(knot)]:.2f}"
