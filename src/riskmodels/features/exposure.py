"""Who dies is watched for the days lived: an average over those days, and a weight for how many they were.

As in insurance pricing, where a policy that ran half a year counts half: the average per week alone would let one week
of a person who dies in it weigh as much as half a year of another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_DAYS", "averaged", "days_watched"]

LEAST_DAYS = 7
"""Fewest days that an average is taken over (a shorter horizon: all of it), so that one dear day is not a dear week."""


def days_watched(until: NDArray[np.float64], competing: NDArray[np.bool_], horizon_days: int) -> NDArray[np.float64]:
    """Give the days each row was watched for: the horizon, or the whole days up to the competing event, at least 7.

    Parameters
    ----------
    until : array, shape (n_rows,)
        Days from ``as_of`` to the competing event; below 0 where it came before and was learned of later.
    competing : array, shape (n_rows,)
        Whether it came inside the horizon.
    """
    lived = np.where(competing, np.floor(np.maximum(until, 0.0)), float(horizon_days))
    return np.asarray(np.maximum(lived, min(LEAST_DAYS, horizon_days)), dtype=np.float64)


def averaged(
    amount: NDArray[np.float64], watched: NDArray[np.float64], weight: NDArray[np.float64], horizon_days: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the average while watched, and the weight times the share of the horizon watched.

    Their product, times the horizon, is the weight times the amount: what was spent is not changed by who died.
    """
    return amount / watched, weight * watched / horizon_days
