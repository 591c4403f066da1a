"""Errors of past forecasts beside those of the two simple ones, on the same quarters."""

from __future__ import annotations

import numpy as np

from riskmodels.modelling.forecasting.rolling import Forecasts
from riskmodels.modelling.resampling import draws, percentile_interval
from riskmodels.records import Interval
from riskmodels.records.totals import Place, TotalErrors

__all__ = ["errors_of", "ratio_of"]


def errors_of(usable: Forecasts, place: Place, *, lead: int | None = None) -> TotalErrors:
    """Sum up how far forecasts were out; all must be comparable, and there must be at least one."""
    came = float(usable.actual.sum())
    ranged = np.isfinite(usable.low)
    held = ranged & (usable.low <= usable.actual) & (usable.actual <= usable.high)
    return TotalErrors(
        place=place,
        compared=len(usable.place),
        error=_share(usable.expected, usable, came),
        seasonal_naive=_share(usable.seasonal, usable, came),
        naive=_share(usable.naive, usable, came),
        covered=int(held.sum()),
        ranged=int(ranged.sum()),
        lead=lead,
    )


def ratio_of(usable: Forecasts, *, seed: int) -> Interval:
    """Give the error as a multiple of seasonal-naive's; its interval resamples places, not quarters of places."""
    ours, theirs = np.abs(usable.expected - usable.actual), np.abs(usable.seasonal - usable.actual)
    if not theirs.sum() > 0:
        return Interval(None)
    sums = np.array([(ours[usable.place == one].sum(), theirs[usable.place == one].sum()) for one in _all(usable)])
    resampled = []
    for weight in draws(np.arange(len(sums)), np.ones(len(sums)), seed=seed):
        mine, other = (weight @ sums).T
        resampled.append(np.where(other > 0, mine / np.where(other > 0, other, 1.0), np.nan))
    return percentile_interval(float(ours.sum() / theirs.sum()), np.concatenate(resampled))


def _all(usable: Forecasts) -> list[int]:
    return [int(one) for one in np.unique(usable.place)]


def _share(forecast: np.ndarray[tuple[int], np.dtype[np.float64]], usable: Forecasts, came: float) -> float:
    missed = float(np.abs(forecast - usable.actual).sum())
    return missed / came if came > 0 else (0.0 if missed == 0 else float("inf"))
