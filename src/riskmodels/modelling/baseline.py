"""Today's practice as an estimator: rank by one figure, as officers do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from riskmodels.modelling.calibration import Calibrator, choose_calibrator
from riskmodels.modelling.rows import FloatArray, Rows, inputs
from riskmodels.records import ModelColumn

__all__ = ["BaselineEstimator", "Ladder", "baseline_score", "fit_baseline", "fit_ladder"]

LAST = float(np.finfo(np.float64).min)
"""Score of a person whose figure is missing: below everybody, as a list sorted by the figure leaves them."""

_MOST_STEPS = 1000


@dataclass(frozen=True, eq=False)
class Ladder:
    """The share of development rows that stand at or below a figure: turns any unit into a rank in [0, 1]."""

    values: FloatArray
    ranks: FloatArray

    def rank(self, score: FloatArray) -> FloatArray:
        """Give each score's rank; missing figures have rank 0. Shape (n_rows,)."""
        return np.where(score == LAST, 0.0, np.interp(score, self.values, self.ranks))


@dataclass(frozen=True, eq=False)
class BaselineEstimator:
    """Ranks by the column that people are ranked by today; its probability is a rising curve of the rank."""

    column: str
    sign: float
    ladder: Ladder
    calibrator: Calibrator
    name: ClassVar[str] = "baseline"

    def raw_score(self, X: pd.DataFrame) -> FloatArray:
        """Rank people by the figure itself; those without one come last. Shape (n_rows,)."""
        return baseline_score(inputs(X, [self.column])[:, 0], self.sign)

    def probability(self, X: pd.DataFrame) -> FloatArray:
        """Give the calibrated probability, in [0, 1]. Shape (n_rows,)."""
        return self.calibrated(self.raw_score(X))

    def calibrated(self, score: FloatArray) -> FloatArray:
        """Give the probability that goes with each raw score. Shape (n_rows,)."""
        return self.calibrator.probability(self.ladder.rank(score))


def baseline_score(figure: FloatArray, sign: float) -> FloatArray:
    """Give the score that ranks by a figure: ``sign`` is -1 where a lower figure means more risk."""
    return np.where(np.isnan(figure), LAST, sign * figure)


def direction(column: ModelColumn) -> float:
    """Say which way risk goes with a column: down only where it is declared to."""
    return -1.0 if column.monotone == "decreasing" else 1.0


def fit_ladder(score: FloatArray) -> Ladder:
    """Learn the ranks of the figures seen in development, at most 1,000 of them."""
    known = np.sort(score[score != LAST])
    if len(known) == 0:
        return Ladder(np.zeros(1), np.full(1, 0.5))
    steps = np.linspace(0, len(known) - 1, min(_MOST_STEPS, len(known))).round().astype(np.int64)
    values = np.unique(known[steps])
    below = np.searchsorted(known, values, side="left") + np.searchsorted(known, values, side="right")
    return Ladder(values, np.asarray(below / (2 * len(known)), dtype=np.float64))


def fit_baseline(column: ModelColumn, position: int, judged: Rows) -> BaselineEstimator:
    """Fit the probability of today's practice on the development periods judged out of time.

    Parameters
    ----------
    column : ModelColumn
        The column of the baseline.
    position : int
        Its place among the columns of ``judged.X``.
    judged : Rows
        Rows of the development periods judged.
    """
    sign = direction(column)
    score = baseline_score(judged.X[:, position], sign)
    ladder = fit_ladder(score)
    calibrator = choose_calibrator(ladder.rank(score), judged.y, weight=judged.weight, entity=judged.entity)
    return BaselineEstimator(column.name, sign, ladder, calibrator)
