"""How large an error of each place is an ordinary one: its size times how much it moves, leaning on all places."""

from __future__ import annotations

import numpy as np

from riskmodels.modelling.forecasting.carried import sizes
from riskmodels.modelling.rows import FloatArray

__all__ = ["scales"]

_LARGEST_MOVE = 0.3  # a break is no measure of how a place moves in ordinary quarters
_SMALLEST_MOVE = 0.005
_WORTH = 12  # changes of one place that count as much as what all places say
_LEAST_SIZE = 0.01


def scales(values: FloatArray) -> FloatArray:
    """Give the unit in which a place's errors are comparable with those of others.

    Parameters
    ----------
    values : float array, shape (n_places, n_quarters)
        What is known at the origin, NaN where missing.

    Returns
    -------
    float array, shape (n_places,)
        In the totals' unit, above 0; NaN for a place without any value.
    """
    size = sizes(values)
    usual = float(np.nanmedian(size)) if np.isfinite(size).any() else 1.0
    size = np.maximum(size, max(_LEAST_SIZE * usual, 1e-9))
    changes = np.minimum(np.abs(np.diff(values, axis=1)) / size[:, None], _LARGEST_MOVE)
    known = np.isfinite(changes)
    count = known.sum(axis=1)
    total = np.where(known, changes, 0.0).sum(axis=1)
    everywhere = float(total.sum() / max(1, count.sum()))
    move = (total + _WORTH * everywhere) / (count + _WORTH)
    return np.asarray(size * np.maximum(move, _SMALLEST_MOVE))
