"""Turn a score into a probability: a smooth curve, unless steps are clearly closer.

A sigmoid (Platt 1999) has two numbers and keeps every distinction that the score makes. Isotonic regression (Zadrozny
and Elkan 2002) follows any rising shape but gives many people the same probability. So the sigmoid is used unless
isotonic does better on people it was not fitted on, by more than chance, and still tells people apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from riskmodels.modelling.rows import FloatArray

__all__ = ["LEAST_DISTINCT", "Calibrator", "IsotonicCalibrator", "SigmoidCalibrator", "choose_calibrator", "log_losses"]

LEAST_DISTINCT = 20
"""Fewest distinct probabilities that isotonic regression must leave, or half of the score's own values if fewer."""

_STANDARD_ERRORS = 2.0
_HALVES = 2
_SMALLEST = 1e-15


@dataclass(frozen=True, eq=False)
class SigmoidCalibrator:
    """``1 / (1 + exp(-(intercept + slope * score)))``; ``slope`` is at least 0, so the order of people stays."""

    intercept: float
    slope: float

    def probability(self, score: FloatArray) -> FloatArray:
        """Give the probability for each score. Shape (n_rows,)."""
        return np.asarray(expit(self.intercept + self.slope * score), dtype=np.float64)

    @property
    def says(self) -> str:
        """The calibrator in words."""
        return f"sigmoid of the score (intercept {self.intercept:.4f}, slope {self.slope:.4f})"


@dataclass(frozen=True, eq=False)
class IsotonicCalibrator:
    """A rising line through ``scores`` and ``probabilities``, level beyond its ends."""

    scores: FloatArray
    probabilities: FloatArray

    def probability(self, score: FloatArray) -> FloatArray:
        """Give the probability for each score. Shape (n_rows,)."""
        return np.asarray(np.interp(score, self.scores, self.probabilities), dtype=np.float64)

    @property
    def says(self) -> str:
        """The calibrator in words."""
        return f"isotonic regression on the score ({len(np.unique(self.probabilities))} levels)"


Calibrator = SigmoidCalibrator | IsotonicCalibrator


def log_losses(y: FloatArray, probability: FloatArray) -> FloatArray:
    """Give each row's log loss in nats, with probabilities kept off 0 and 1 by 1e-15. Shape (n_rows,)."""
    p = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


def choose_calibrator(
    score: FloatArray, y: FloatArray, *, weight: FloatArray, entity: npt.NDArray[np.int64]
) -> Calibrator:
    """Fit both on out-of-time scores and keep the one that does better on other people.

    Each is fitted on one half of the entities and judged on the other, both ways. Isotonic is kept when its log loss
    and its Brier score are both lower by more than two standard errors (of entities' mean differences) and it leaves
    at least 20 distinct probabilities (or half as many as there are scores).

    Parameters
    ----------
    score : float array, shape (n_rows,)
        Out-of-time scores of development periods.
    y, weight : float array, shape (n_rows,)
        Outcome, 0 or 1, and the weight of each row.
    entity : int array, shape (n_rows,)
        Number of the entity; all rows of one fall in the same half.
    """
    sigmoid, isotonic = fit_sigmoid(score, y, weight=weight), fit_isotonic(score, y, weight=weight)
    if len(np.unique(isotonic.probability(score))) < min(LEAST_DISTINCT, len(np.unique(score)) / 2):
        return sigmoid
    half = entity % _HALVES == 0
    gain = np.zeros((2, len(y)))
    for learn, judge in ((half, ~half), (~half, half)):
        if min(y[learn].sum(), (1 - y[learn]).sum(), judge.sum()) < 1:
            return sigmoid
        smooth = fit_sigmoid(score[learn], y[learn], weight=weight[learn]).probability(score[judge])
        steps = fit_isotonic(score[learn], y[learn], weight=weight[learn]).probability(score[judge])
        gain[0, judge] = log_losses(y[judge], smooth) - log_losses(y[judge], steps)
        gain[1, judge] = (y[judge] - smooth) ** 2 - (y[judge] - steps) ** 2
    by_entity = np.stack([np.bincount(entity, weights=row * weight) for row in gain])
    spread = np.sqrt((by_entity**2).sum(axis=1))
    return isotonic if bool((by_entity.sum(axis=1) > _STANDARD_ERRORS * spread).all()) else sigmoid


def fit_sigmoid(score: FloatArray, y: FloatArray, *, weight: FloatArray) -> SigmoidCalibrator:
    """Fit Platt's sigmoid by Newton's method, with his targets that keep probabilities off 0 and 1.

    A score that falls with risk, or is the same for all, gives slope 0: everybody the base rate.
    """
    positives, negatives = float((weight * y).sum()), float((weight * (1 - y)).sum())
    target = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    rate = float((weight * target).sum() / weight.sum())
    level = SigmoidCalibrator(float(np.log(rate / (1 - rate))), 0.0)
    centre, scale = float(np.average(score, weights=weight)), float(np.std(score))
    if scale == 0:
        return level
    z = (score - centre) / scale
    a, b = level.intercept, 0.0
    for _ in range(100):
        p = expit(a + b * z)
        residual, curvature = weight * (target - p), weight * p * (1 - p)
        h11, h12, h22 = float(curvature.sum()), float((curvature * z).sum()), float((curvature * z * z).sum())
        g1, g2 = float(residual.sum()), float((residual * z).sum())
        determinant = h11 * h22 - h12 * h12
        if determinant <= 0:
            break
        step_a, step_b = (h22 * g1 - h12 * g2) / determinant, (h11 * g2 - h12 * g1) / determinant
        shrink = min(1.0, 5.0 / max(abs(step_a), abs(step_b), 5.0))
        a, b = a + shrink * step_a, b + shrink * step_b
        if max(abs(step_a), abs(step_b)) < 1e-10:
            break
    if b <= 0:
        return level
    return SigmoidCalibrator(a - b * centre / scale, b / scale)


def fit_isotonic(score: FloatArray, y: FloatArray, *, weight: FloatArray) -> IsotonicCalibrator:
    """Fit isotonic regression; its ends are kept off 0 and 1 by half a row in all."""
    edge = 0.5 / len(y)
    fitted = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip").fit(score, y, sample_weight=weight)
    return IsotonicCalibrator(
        np.asarray(fitted.X_thresholds_, dtype=np.float64), np.asarray(fitted.y_thresholds_, dtype=np.float64)
    )
