"""Prediction intervals from errors of past forecasts: conformal where there are many, Student's where there are few.

Errors come in units of each place's scale, so that those of all places can be pooled. Many errors give weighted
quantiles, the newer ones counting more and one more error than any seen allowed for (Tibshirani et al. 2019,
arXiv:1904.06019). Few errors, as of one sum, cannot show their own tails: they give a Student interval about 0 with as
many degrees of freedom as errors that do not overlap.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from riskmodels.modelling.rows import FloatArray

__all__ = ["ENOUGH_FOR_QUANTILES", "FEWEST_APART", "quantile_ends", "recency", "student_ends"]

ENOUGH_FOR_QUANTILES = 60
FEWEST_APART = 3.0
_HALF_LIFE = 8.0


def quantile_ends(errors: FloatArray, weights: FloatArray, *, nominal: float) -> tuple[float, float]:
    """Give the ends between which the next error lies with probability ``nominal``, from many errors.

    Parameters
    ----------
    errors : float array, shape (n_errors,)
        What came less what was expected, in units of scale.
    weights : float array, shape (n_errors,)
        How much each counts, at most 1. The next error counts 1 and is put beyond the end that is looked for.
    nominal : float
        In (0, 1).
    """
    level = (1 + nominal) / 2 * (1 + 1 / float(weights.sum()))
    return min(0.0, -_quantile(-errors, weights, level)), max(0.0, _quantile(errors, weights, level))


def student_ends(errors: FloatArray, *, nominal: float, apart: float) -> tuple[float, float] | None:
    """Give the ends between which the next error lies with probability ``nominal``, from few errors.

    Parameters
    ----------
    errors : float array, shape (n_errors,)
        What came less what was expected, in one unit.
    nominal : float
        In (0, 1).
    apart : float
        How many of the errors do not overlap with each other: the degrees of freedom.

    Returns
    -------
    (float, float) or None
        As far below 0 as above; None where there is too little to give a range by.
    """
    if apart < FEWEST_APART:
        return None
    half = float(student.ppf((1 + nominal) / 2, apart)) * float(np.sqrt(np.mean(errors**2)))
    return -half, half


def recency(age: FloatArray) -> FloatArray:
    """Weigh errors by their age in quarters: a half at two years."""
    return np.asarray(0.5 ** (age / _HALF_LIFE))


def _quantile(errors: FloatArray, weights: FloatArray, level: float) -> float:
    order = np.argsort(errors, kind="stable")
    shares = np.cumsum(weights[order]) / weights.sum()
    place = int(np.searchsorted(shares, min(level, 1.0) - 1e-12))
    return float(errors[order][min(place, len(errors) - 1)])
