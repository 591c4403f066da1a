"""The forecast: the last known quarter is carried forward, moved by as much of a season as all places share.

Each place's level follows what was last seen, without smoothing: home care's totals jump when a council changes what it
counts or buys, and stay there (see decision 21). A season is estimated from all places together, as the median change
between two quarters of a year in shares of each place's size, year by year. It is shrunk towards none by how little the
years agree on it (James and Stein's positive part): two years that disagree move nothing.
"""

from __future__ import annotations

import warnings

import numpy as np

from riskmodels.modelling.forecasting.panel import QUARTERS_A_YEAR
from riskmodels.modelling.rows import FloatArray

__all__ = ["carry_forward", "last_known", "seasonal_naive", "sizes"]


def carry_forward(values: FloatArray, leads: int) -> FloatArray:
    """Forecast each place 1 to ``leads`` quarters past its last known one.

    Parameters
    ----------
    values : float array, shape (n_places, n_quarters)
        What is known at the origin, NaN where missing.
    leads : int
        How many quarters past each place's last known quarter.

    Returns
    -------
    float array, shape (n_places, leads)
        At least 0; NaN for a place without any value.
    """
    last, value = last_known(values)
    size = sizes(values)
    moves = np.zeros((len(values), leads))
    for start in np.unique(last[last >= 0]):
        here = last == start
        for lead in range(1, leads + 1):
            moves[here, lead - 1] = _season(values, int(start), lead)
    return np.asarray(np.maximum(0.0, value[:, None] + moves * size[:, None]))


def seasonal_naive(values: FloatArray, horizon: int) -> FloatArray:
    """Give the same quarter of the newest year known, 1 to ``horizon`` quarters past the last column."""
    quarters = values.shape[1]
    back = [quarters - QUARTERS_A_YEAR + step % QUARTERS_A_YEAR for step in range(horizon)]
    return values[:, back]


def last_known(values: FloatArray) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], FloatArray]:
    """Give each place's last quarter with a value (-1 without any), and that value."""
    known = np.isfinite(values)
    last = np.where(known.any(axis=1), values.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1), -1)
    value = np.where(last >= 0, values[np.arange(len(values)), last], np.nan)
    return last.astype(np.int64), value


def sizes(values: FloatArray) -> FloatArray:
    """Give each place's size: the mean of what is known in the newest year that has anything. Shape (n_places,)."""
    last, _ = last_known(values)
    quarter = np.arange(values.shape[1])[None, :]
    newest = (quarter <= last[:, None]) & (quarter > last[:, None] - QUARTERS_A_YEAR)
    return _mean(np.where(newest, values, np.nan))


def _season(values: FloatArray, start: int, lead: int) -> float:
    """Give the change from quarter ``start`` to ``lead`` later that places share, as a share of their size."""
    lead %= QUARTERS_A_YEAR
    if lead == 0:  # the same quarter of a later year: growth would be a guess, and no season
        return 0.0
    changes = []
    for before in range(start - QUARTERS_A_YEAR, -1, -QUARTERS_A_YEAR):
        if before + lead >= values.shape[1]:
            continue
        size = sizes(values[:, : before + 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            change = (values[:, before + lead] - values[:, before]) / size
        change = change[np.isfinite(change)]
        if len(change):
            changes.append(float(np.median(change)))
    if len(changes) < 2:  # one year alone cannot say how much of it will come again
        return 0.0
    mean = float(np.mean(changes))
    noise = float(np.var(changes, ddof=1)) / len(changes)
    return mean * max(0.0, 1.0 - noise / mean**2) if mean else 0.0


def _mean(values: FloatArray) -> FloatArray:
    """Mean of each row over what is known; NaN for a row without anything."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a row without anything
        return np.asarray(np.nanmean(values, axis=1))
