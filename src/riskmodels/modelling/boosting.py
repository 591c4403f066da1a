"""LightGBM, trained so that the same seed and data give the same trees, and no leaf stands for a handful of people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar

import lightgbm as lgb
import numpy as np
import pandas as pd

from riskmodels.modelling.calibration import Calibrator
from riskmodels.modelling.rows import FloatArray, Rows, inputs
from riskmodels.records import ModelColumn

__all__ = [
    "LEAST_IN_LEAF",
    "MOST_ROUNDS",
    "THREADS",
    "LightGBMEstimator",
    "Race",
    "grow",
    "race",
    "settings_to_try",
    "smallest_leaf",
]

LEAST_IN_LEAF = 10
"""The disclosure number: no leaf may rest on fewer people."""

MOST_ROUNDS = 1000
PATIENCE = 40
THREADS = 1
"""Threads inside one booster: one, because LightGBM's threads wait busily for each other (a shared machine ran 10 times
slower on two); folds run side by side instead."""

WORKERS = 2
STRIDE = 5

_JSON = re.compile(r'[",:\[\]{}]')
_DIRECTIONS = {None: 0, "increasing": 1, "decreasing": -1}


@dataclass(frozen=True, eq=False)
class LightGBMEstimator:
    """Gradient-boosted trees."""

    columns: tuple[str, ...]
    booster: lgb.Booster
    calibrator: Calibrator
    name: ClassVar[str] = "lightgbm"

    def raw_score(self, X: pd.DataFrame) -> FloatArray:
        """Give the log-odds before calibration. Shape (n_rows,)."""
        return tree_score(self.booster, inputs(X, self.columns))

    def probability(self, X: pd.DataFrame) -> FloatArray:
        """Give the calibrated probability, in [0, 1]. Shape (n_rows,)."""
        return self.calibrated(self.raw_score(X))

    def calibrated(self, score: FloatArray) -> FloatArray:
        """Give the probability that goes with each raw score. Shape (n_rows,)."""
        return self.calibrator.probability(score)


def tree_score(booster: lgb.Booster, X: FloatArray, rounds: int | None = None) -> FloatArray:
    """Give the raw margin after a number of rounds (all of them by default). Shape (n_rows,)."""
    return np.asarray(
        booster.predict(X, raw_score=True, num_iteration=rounds if rounds is not None else -1, num_threads=THREADS),
        dtype=np.float64,
    )


def settings_to_try(rows: int) -> tuple[dict[str, Any], ...]:
    """List the hyperparameters to choose from, simplest trees first.

    Parameters
    ----------
    rows : int
        Rows of the smallest set that will be learned from: leaves hold at least 1 row in 100 of it, up to 100 rows
        (200 for the largest trees), and never fewer than 10.
    """
    small = int(np.clip(rows // 100, LEAST_IN_LEAF, 100))
    base = {"learning_rate": 0.04, "feature_fraction": 0.7, "lambda_l2": 5.0}
    return (
        {**base, "num_leaves": 7, "min_data_in_leaf": small},
        {**base, "num_leaves": 15, "min_data_in_leaf": small},
        {**base, "num_leaves": 31, "min_data_in_leaf": 2 * small},
    )


def parameters(columns: Sequence[ModelColumn], settings: Mapping[str, Any], *, seed: int) -> dict[str, Any]:
    """Put LightGBM's parameters together: the settings, and what makes the result repeatable."""
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": THREADS,
        "seed": seed,
        "verbosity": -1,
        "feature_pre_filter": False,
        "monotone_constraints": [_DIRECTIONS[column.monotone] for column in columns],
        **settings,
    }


def grow(
    rows: Rows,
    columns: Sequence[ModelColumn],
    settings: Mapping[str, Any],
    *,
    rounds: int,
    seed: int,
    least: int = LEAST_IN_LEAF,
    progress: Callable[[float], None] | None = None,
) -> tuple[lgb.Booster, dict[str, Any]]:
    """Train a fixed number of rounds, weighted by the rows' fitting weight, with no leaf on fewer than ``least`` rows.

    LightGBM estimates a leaf's rows from their weights and curvature, so its ``min_data_in_leaf`` is not a promise: the
    true counts are read from the trees, and where one is too small all are grown again with the setting doubled.

    Returns
    -------
    booster, settings
        The trees, and the settings they were grown with in the end.
    """
    used, furthest = dict(settings), 0.0
    while True:
        chosen = parameters(columns, used, seed=seed)
        booster = lgb.Booster(params=chosen, train_set=_dataset(rows, columns, chosen))
        for done in range(rounds):
            booster.update()
            if progress is not None and done % STRIDE == 0:
                furthest = max(furthest, done / rounds)
                progress(furthest)
        if smallest_leaf(booster) >= min(least, len(rows)):
            return booster.free_dataset(), used
        used["min_data_in_leaf"] *= 2


def smallest_leaf(booster: lgb.Booster) -> float:
    """Count the training rows in the smallest leaf of any tree; infinite when no tree has a split."""
    counts = re.findall(r"^leaf_count=(.*)$", booster.model_to_string(), flags=re.MULTILINE)
    leaves = [[int(count) for count in line.split()] for line in counts]
    return min((min(tree) for tree in leaves if len(tree) > 1), default=float("inf"))


@dataclass(frozen=True, eq=False)
class Race:
    """Boosters of all folds after training side by side, and the number of rounds at which they did best together."""

    boosters: tuple[lgb.Booster, ...]
    rounds: int
    loss: float


def race(
    folds: Sequence[tuple[Rows, Rows]],
    columns: Sequence[ModelColumn],
    settings: dict[str, Any],
    *,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Race:
    """Train one booster a fold in step, and stop when their pooled log loss on later periods no longer falls.

    One number of rounds serves all folds, so it is chosen on all judged periods together.

    Parameters
    ----------
    folds : sequence of (Rows, Rows)
        What to learn from, and the later period to judge on.
    """
    chosen = parameters(columns, settings, seed=seed)
    boosters = []
    for learn, judged in folds:
        dataset = _dataset(learn, columns, chosen)
        booster = lgb.Booster(params=chosen, train_set=dataset)
        boosters.append(booster.add_valid(_dataset(judged, columns, chosen, judges=dataset), "later"))
    shares = np.array([float(judged.weight.sum()) for _, judged in folds])
    best, best_round, done = np.inf, 1, 0
    with ThreadPoolExecutor(WORKERS, initializer=_quieten) as pool:
        while done < MOST_ROUNDS and done - best_round < PATIENCE:
            losses = shares @ np.array(list(pool.map(_stride, boosters))) / shares.sum()
            for loss in losses.tolist():
                done += 1
                if loss < best:
                    best, best_round = loss, done
            if progress is not None:
                progress(done / MOST_ROUNDS)
    if progress is not None:
        progress(1.0)
    return Race(tuple(booster.free_dataset() for booster in boosters), best_round, best)


def _quieten() -> None:
    """Silence LightGBM in this thread: it keeps its log level by thread, and sets it when it reads parameters."""
    quiet = {"verbosity": -1, "num_threads": THREADS}  # the number of threads is the whole process's
    lgb.Dataset(np.zeros((2, 1)), label=np.zeros(2), params=quiet).construct()


def _stride(booster: lgb.Booster) -> list[float]:
    """Train a few rounds; give the log loss on the later period after each."""
    losses = []
    for _ in range(STRIDE):
        booster.update()
        losses.append(float(booster.eval_valid()[0][2]))
    return losses


def tree_names(columns: Sequence[ModelColumn]) -> list[str]:
    """Name the columns for LightGBM, which refuses what JSON writes with: ``Long Term Support: Community`` has one."""
    names = [_JSON.sub("_", column.name) for column in columns]
    return [name if names.count(name) == 1 else f"{name}_{place}" for place, name in enumerate(names)]


def _dataset(
    rows: Rows, columns: Sequence[ModelColumn], chosen: dict[str, Any], *, judges: lgb.Dataset | None = None
) -> lgb.Dataset:
    """Hand rows to LightGBM: to learn from, or to judge what was learned from other rows by their plain weight."""
    return lgb.Dataset(
        rows.X,
        label=rows.y,
        weight=rows.fitting_weight if judges is None else rows.weight,
        feature_name=tree_names(columns),
        reference=judges,
        params=chosen,
        free_raw_data=True,
    )
