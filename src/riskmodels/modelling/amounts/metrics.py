"""What is measured of an estimator of amounts: sums over rows, so that many weightings of them are one product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from riskmodels.modelling.amounts.deviance import tweedie_deviances
from riskmodels.modelling.rows import FloatArray

__all__ = ["AMOUNT_METRICS", "MeasuredAmounts", "deviance_reduction"]

AMOUNT_METRICS: Mapping[str, str] = {
    "mean_absolute_error": "Mean distance between what was expected and what came (0 is perfect)",
    "mean_tweedie_deviance": "Mean miss, each against the spread usual at such an amount (0 is perfect)",
    "mean_error": "Expected less observed, on average (0 is right; below 0 says too little)",
    "total_error": "The same, as a share of what came in all",
    "coverage": "Share whose amount lay inside the stated range",
    "mean_interval_width": "How wide the stated range is on average",
}


@dataclass(frozen=True, eq=False)
class MeasuredAmounts:
    """One estimator on one set of rows: what is needed to measure it under any weights.

    Attributes
    ----------
    y, expected : float array, shape (n_rows,)
        Amounts that came, and that were expected.
    low, high : float array, shape (n_rows,), or None
        Ends of prediction intervals; None where the estimator has none.
    power : float
        Power of the Tweedie variance.
    """

    y: FloatArray
    expected: FloatArray
    power: float
    low: FloatArray | None = None
    high: FloatArray | None = None

    def figures(self, W: FloatArray) -> dict[str, FloatArray]:
        """Give every metric that there is, each of shape (n_weightings,)."""
        error = self.expected - self.y
        columns = [np.abs(error), tweedie_deviances(self.y, self.expected, self.power), error, self.y]
        if self.low is not None and self.high is not None:
            held = (self.low <= self.y) & (self.y <= self.high)
            columns += [held.astype(np.float64), self.high - self.low]
        sums = W @ np.stack(columns, axis=1)
        total = W.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            means = sums / total[:, None]
            found = {
                "mean_absolute_error": means[:, 0],
                "mean_tweedie_deviance": means[:, 1],
                "mean_error": means[:, 2],
                "total_error": sums[:, 2] / sums[:, 3],
            }
        if means.shape[1] > 4:  # the two of an interval follow
            found |= {"coverage": means[:, 4], "mean_interval_width": means[:, 5]}
        return found


def deviance_reduction(one: FloatArray, other: FloatArray) -> FloatArray:
    """Give the share of the other's mean deviance that the one saves. Shape as theirs."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - one / other, dtype=np.float64)
