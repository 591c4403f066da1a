"""A LightGBM model of the size that the rent use case trains, and rows to explain, both made up."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

__all__ = ["Made", "Size", "made"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """How much there is to explain: rows, columns, and trees with their leaves."""

    rows: int
    columns: int
    trees: int
    leaves: int


@dataclass(frozen=True, eq=False)
class Made:
    """The model, the rows, shape (n_rows, n_columns), and their raw scores."""

    booster: lgb.Booster
    X: FloatArray
    score: FloatArray


def made(size: Size, *, seed: int) -> Made:
    """Train on at most 20,000 of the rows; a tenth of values are missing and a third of columns are flags."""
    rng = np.random.Generator(np.random.PCG64(seed))
    X = rng.normal(size=(size.rows, size.columns))
    X[:, 2 * size.columns // 3 :] = X[:, 2 * size.columns // 3 :] > 0.5
    X[rng.random(X.shape) < 0.1] = np.nan
    known = np.nan_to_num(X)
    line = known[:, 0] + known[:, 1] * known[:, -1] + 0.3 * known[:, 2:8].sum(axis=1) - 2
    y = (rng.random(size.rows) < 1 / (1 + np.exp(-line))).astype(float)
    settings = {
        "objective": "binary",
        "num_leaves": size.leaves,
        "learning_rate": 0.04,
        "feature_fraction": 0.7,
        "lambda_l2": 5.0,
        "min_data_in_leaf": min(100, size.rows // 50),
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "seed": seed,
        "verbosity": -1,
    }
    booster = lgb.train(settings, lgb.Dataset(X[:20_000], y[:20_000]), size.trees)
    return Made(booster, X, np.asarray(booster.predict(X, raw_score=True, num_threads=1), dtype=np.float64))
