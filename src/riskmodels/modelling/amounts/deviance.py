"""How a miss counts: the Tweedie deviance, which weighs it against the spread that is usual at such an amount.

Costs have a heap at nothing and a long tail, and their variance grows with their mean, as ``mean ** power`` with a
power between 1 and 2 (Jorgensen 1987, JRSS B 49:127; a sum of a random number of random payments). A squared error
would be all about the dearest few.
"""

from __future__ import annotations

import numpy as np

from riskmodels.modelling.rows import FloatArray

__all__ = ["FIRST_POWER", "POWERS", "mean_deviance", "tweedie_deviances", "variance_power"]

POWERS = (1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9)
FIRST_POWER = 1.5
"""Power of the first fit, whose misses show how the spread grows."""


def tweedie_deviances(y: FloatArray, expected: FloatArray, power: float) -> FloatArray:
    """Give each row's Tweedie deviance: 0 where the amount is what was expected. Shape (n_rows,).

    Parameters
    ----------
    y : float array, shape (n_rows,)
        Amounts, at least 0.
    expected : float array, shape (n_rows,)
        Expected amounts, above 0.
    power : float
        In (1, 2).
    """
    own = np.power(y, 2 - power) / ((1 - power) * (2 - power))
    cross = y * np.power(expected, 1 - power) / (1 - power)
    return np.asarray(2 * (own - cross + np.power(expected, 2 - power) / (2 - power)), dtype=np.float64)


def mean_deviance(y: FloatArray, expected: FloatArray, power: float, *, weight: FloatArray) -> float:
    """Give the weighted mean Tweedie deviance."""
    return float(np.average(tweedie_deviances(y, expected, power), weights=weight))


def variance_power(y: FloatArray, expected: FloatArray, *, weight: FloatArray) -> float:
    """Say how fast the spread grows with the expected amount: the power of ``POWERS`` that fits the misses best.

    Deviances of different powers have different units and cannot be compared, so the power is chosen by the pseudo-
    likelihood of the misses (Davidian and Carroll 1987, JASA 82:1079): a normal one with variance ``scale * expected **
    power``, whose scale is worked out at each power.
    """
    missed, logs = (y - expected) ** 2, np.log(expected)
    losses = []
    for power in POWERS:
        scale = float(np.average(missed / np.power(expected, power), weights=weight))
        losses.append(np.log(scale) + power * float(np.average(logs, weights=weight)))
    return POWERS[int(np.argmin(losses))]
