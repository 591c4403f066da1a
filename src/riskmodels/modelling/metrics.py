"""What is measured of an estimator, for many weightings of the same rows at once.

Every function takes ``W``, shape (n_weightings, n_rows), and gives one figure a weighting; a figure that is not defined
(no positives, an empty list) is NaN here and ``None`` in the records, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from riskmodels.modelling.calibration import log_losses
from riskmodels.modelling.rows import FloatArray

__all__ = ["BINS", "METRICS", "Measured", "Ranking", "equal_bins", "measured", "ranking"]

METRICS: Mapping[str, str] = {
    "roc_auc": "Chance that a person with the outcome scores above one without (0.5 is guessing, 1 is perfect)",
    "average_precision": "Precision averaged over the list as it gets longer (the base rate is guessing, 1 is perfect)",
    "precision_at_capacity": "Share of the list that had the outcome",
    "recall_at_capacity": "Share of those with the outcome who were on the list",
    "lift_at_capacity": "How many times more common the outcome was on the list than among everybody",
    "called_high_who_were": "Of those called high risk (on the list), how many had the outcome",
    "called_low_who_were_not": "Of those called low risk (not on the list), how many did not have it",
    "brier_score_loss": "Mean squared error of the probability (0 is perfect)",
    "log_loss": "Mean surprise at the outcome, in nats (0 is perfect)",
    "calibration_slope": "1 is right; below 1, probabilities are too extreme, above 1 too timid",
    "calibration_in_the_large": "Share with the outcome less mean probability (0 is right, below 0 too high)",
    "calibration_error": "Mean gap between probability and outcome over ten equal groups (0 is perfect)",
}

BINS = 10
LEAST_IN_BIN = 10

_SMALLEST = 1e-15
_FLAT = 1e-12
_SETTLED = 1e-10
_SINGULAR = 1e14


@dataclass(frozen=True, eq=False)
class Ranking:
    """Rows in falling order of score, with the places where one score ends and the next begins."""

    order: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Measured:
    """One estimator on one set of rows: what is needed to measure it under any weights.

    Attributes
    ----------
    y : float array, shape (n_rows,)
        Outcome, 0 or 1.
    probability : float array, shape (n_rows,)
        Calibrated probability.
    ranking : Ranking
        Rows by raw score.
    share : float
        Capacity as a share of the weight of all rows, in (0, 1].
    bins : int array, shape (n_rows,)
        Group of similar probability that each row is in.
    slope_start : (float, float) or None
        Intercept and slope of the outcome on the probability's log-odds; None where not defined.
    """

    y: FloatArray
    probability: FloatArray
    ranking: Ranking
    share: float
    bins: npt.NDArray[np.int64]
    slope_start: tuple[float, float] | None

    def figures(self, W: FloatArray) -> dict[str, FloatArray]:
        """Give every metric, each of shape (n_weightings,), in the order of ``METRICS``."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = {**self._ranked(W), **self._calibrated(W)}
        return {name: found[name] for name in METRICS}

    def _ranked(self, W: FloatArray) -> dict[str, FloatArray]:
        selected, hits = cumulative(W, self.y, self.ranking)
        total, positives = selected[:, -1], hits[:, -1]
        here = np.diff(hits, axis=1, prepend=0.0)
        running = np.divide(hits, selected, out=np.zeros_like(hits), where=selected > 0)
        found = positives_at(selected, hits, self.share)
        listed = self.share * total
        precision = found / listed
        rest = total - listed if self.share < 1 else np.full_like(total, np.nan)
        return {
            "roc_auc": area(selected, hits),
            "average_precision": (here * running).sum(axis=1) / positives,
            "precision_at_capacity": precision,
            "recall_at_capacity": found / positives,
            "lift_at_capacity": precision / (positives / total),
            "called_high_who_were": precision,
            "called_low_who_were_not": 1 - (positives - found) / rest,
        }

    def _calibrated(self, W: FloatArray) -> dict[str, FloatArray]:
        total = W.sum(axis=1)
        gap = self.y - self.probability
        by_bin = W @ (np.eye(int(self.bins.max()) + 1)[self.bins] * gap[:, None])
        return {
            "brier_score_loss": W @ gap**2 / total,
            "log_loss": W @ log_losses(self.y, self.probability) / total,
            "calibration_slope": self._slopes(W),
            "calibration_in_the_large": W @ gap / total,
            "calibration_error": np.abs(by_bin).sum(axis=1) / total,
        }

    def _slopes(self, W: FloatArray) -> FloatArray:
        """One Newton step from the sample's own slope: what is left out is of the order of 1 / n_rows."""
        if self.slope_start is None:
            return np.full(len(W), np.nan)
        intercept, slope = self.slope_start
        z = _log_odds(self.probability)
        fitted = expit(intercept + slope * z)
        residual, curvature = self.y - fitted, fitted * (1 - fitted)
        sums = W @ np.stack([residual, residual * z, curvature, curvature * z, curvature * z * z], axis=1)
        g1, g2, h11, h12, h22 = sums.T
        return np.asarray(slope + (h11 * g2 - h12 * g1) / (h11 * h22 - h12 * h12), dtype=np.float64)


def measured(
    score: FloatArray, probability: FloatArray, y: FloatArray, *, weight: FloatArray, capacity: int
) -> Measured:
    """Get one estimator's scores ready to be measured.

    Parameters
    ----------
    score, probability, y, weight : float array, shape (n_rows,)
        Raw score, calibrated probability, outcome, and the weight of each row.
    capacity : int
        Length of the list; with weights, people of the population that the rows stand for.
    """
    share = min(1.0, capacity / float(weight.sum()))
    start = cox_line(probability, y, weight=weight)
    return Measured(y, probability, ranking(score), share, equal_bins(probability), start)


def ranking(score: FloatArray) -> Ranking:
    """Sort rows by falling score; rows with the same score stay one group."""
    order = np.argsort(-score, kind="stable").astype(np.int64)
    falling = score[order]
    return Ranking(order, np.append(np.flatnonzero(falling[1:] != falling[:-1]), len(score) - 1).astype(np.int64))


def cumulative(W: FloatArray, y: FloatArray, ranked: Ranking) -> tuple[FloatArray, FloatArray]:
    """Give weight and weight with the outcome down to the end of each score. Each (n_weightings, n_scores)."""
    falling = W[:, ranked.order]
    selected = np.cumsum(falling, axis=1)[:, ranked.ends]
    hits = np.cumsum(falling * y[ranked.order], axis=1)[:, ranked.ends]
    return selected, hits


def area(selected: FloatArray, hits: FloatArray) -> FloatArray:
    """Give the area under the ROC curve; equal scores count half (Hanley and McNeil 1982). Shape (n_weightings,)."""
    missed = selected - hits
    negatives, positives = missed[:, -1:], hits[:, -1]
    here = np.diff(hits, axis=1, prepend=0.0)
    negatives_here = np.diff(missed, axis=1, prepend=0.0)
    won = (here * (negatives - missed + 0.5 * negatives_here)).sum(axis=1)
    with np.errstate(invalid="ignore"):  # NaN where everybody, or nobody, has the outcome
        return np.asarray(won / (positives * negatives[:, 0]), dtype=np.float64)


def positives_at(selected: FloatArray, hits: FloatArray, share: float) -> FloatArray:
    """Give the weight with the outcome expected in the top share, people with equal scores drawn at random.

    Drawing ``m`` of ``g`` people with equal scores, ``p`` of them with the outcome, finds ``m * p / g`` on average: so
    the expectation over all orders of the ties is a straight line across them. Shape (n_weightings,).
    """
    target = share * selected[:, -1]
    last = np.minimum((selected < target[:, None]).sum(axis=1), selected.shape[1] - 1)
    rows = np.arange(len(selected))
    before = np.where(last > 0, selected[rows, last - 1], 0.0)
    found = np.where(last > 0, hits[rows, last - 1], 0.0)
    width = selected[rows, last] - before
    part = np.divide(target - before, width, out=np.zeros_like(width), where=width > 0)
    return np.asarray(found + np.clip(part, 0.0, 1.0) * (hits[rows, last] - found), dtype=np.float64)


def equal_bins(probability: FloatArray, bins: int = BINS) -> npt.NDArray[np.int64]:
    """Put rows into groups of similar probability and about equal size, at least 10 rows each. Shape (n_rows,).

    Rows with the same probability are never parted.
    """
    many = max(1, min(bins, len(probability) // LEAST_IN_BIN))
    values, place, counts = np.unique(probability, return_inverse=True, return_counts=True)
    group = np.zeros(len(values), dtype=np.int64)
    current, filled, seen = 0, 0, 0
    for step, count in enumerate(counts.tolist()):
        if filled >= LEAST_IN_BIN and seen >= (current + 1) * len(probability) / many:
            current, filled = current + 1, 0
        group[step] = current
        filled, seen = filled + count, seen + count
    if filled < LEAST_IN_BIN and current > 0:
        group[group == current] = current - 1
    return group[place].astype(np.int64)


def cox_line(probability: FloatArray, y: FloatArray, *, weight: FloatArray) -> tuple[float, float] | None:
    """Fit the outcome on the probability's log-odds (Cox 1958): intercept and slope, or None where not defined.

    Not defined when every probability is the same, one outcome only occurs, or the probability separates them.
    """
    z = _log_odds(probability)
    if np.ptp(z) < _FLAT or np.ptp(y[weight > 0]) == 0:
        return None
    line = np.array([0.0, 1.0])
    design = np.stack([np.ones_like(z), z], axis=1)
    for _ in range(100):
        fitted = expit(design @ line)
        hessian = design.T @ (design * (weight * fitted * (1 - fitted))[:, None])
        if np.linalg.cond(hessian) > _SINGULAR:
            return None
        step = np.linalg.solve(hessian, design.T @ (weight * (y - fitted)))
        line = line + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 2.0))
        if float(np.abs(step).max()) < _SETTLED:
            return float(line[0]), float(line[1])
    return None


def _log_odds(probability: FloatArray) -> FloatArray:
    return np.asarray(logit(np.clip(probability, _SMALLEST, 1 - _SMALLEST)), dtype=np.float64)
