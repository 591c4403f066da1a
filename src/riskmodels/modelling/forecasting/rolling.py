"""The backtest: from each past quarter, the forecast that would have been made then, beside what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodels.modelling.forecasting.carried import carry_forward, last_known, seasonal_naive, sizes
from riskmodels.modelling.forecasting.intervals import ENOUGH_FOR_QUANTILES, quantile_ends, recency, student_ends
from riskmodels.modelling.forecasting.panel import QUARTERS_A_YEAR
from riskmodels.modelling.forecasting.scale import scales
from riskmodels.modelling.rows import FloatArray

__all__ = ["LONGEST_GAP", "Forecasts", "add_bounds", "forecast_from", "forecast_sums_from", "together"]

LONGEST_GAP = 2
FIRST_ORIGIN = QUARTERS_A_YEAR + 1

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Forecasts, one element each; every array has shape (n_forecasts,).

    Attributes
    ----------
    place, origin, target : int array
        Numbers of the place, of the first quarter not known, and of the quarter that is forecast.
    lead : int array
        Quarters from the place's last known quarter to the target.
    expected, naive, seasonal : float array
        The forecast and the two simple ones; NaN where there is none.
    scale, size : float array
        The unit of the forecast's error among those of many places, and the place's size, its unit among few.
    actual : float array
        What came, NaN where it is not known.
    low, high : float array
        Ends of the interval, NaN without one.
    """

    place: IntArray
    origin: IntArray
    target: IntArray
    lead: IntArray
    expected: FloatArray
    scale: FloatArray
    size: FloatArray
    naive: FloatArray
    seasonal: FloatArray
    actual: FloatArray
    low: FloatArray
    high: FloatArray

    def part(self, here: npt.NDArray[np.bool_]) -> Forecasts:
        """Give those that are marked."""
        return Forecasts(**{name: array[here] for name, array in vars(self).items()})

    @property
    def compared(self) -> npt.NDArray[np.bool_]:
        """Mark those for which all methods have a forecast, and something came."""
        four = self.actual + self.expected + self.naive + self.seasonal
        return np.asarray(np.isfinite(four))


def forecast_from(values: FloatArray, origin: int, horizon: int) -> Forecasts:
    """Forecast each place from what was known before ``origin``, 1 to ``horizon`` quarters on.

    Parameters
    ----------
    values : float array, shape (n_places, n_quarters)
        All totals; those from ``origin`` on are read as ``actual`` alone.
    origin : int
        The first quarter not known.
    horizon : int
        Quarters from there.
    """
    known = values[:, :origin]
    last, value = last_known(known)
    gap = origin - 1 - last
    by_lead = carry_forward(known, horizon + LONGEST_GAP)
    steps = np.arange(horizon)
    lead = gap[:, None] + steps + 1
    usable = np.broadcast_to(((last >= 0) & (gap <= LONGEST_GAP))[:, None], lead.shape)
    expected = np.take_along_axis(by_lead, np.minimum(lead, horizon + LONGEST_GAP) - 1, axis=1)
    return _flat(
        values,
        origin,
        lead,
        expected=np.where(usable, expected, np.nan),
        scale=np.broadcast_to(scales(known)[:, None], lead.shape),
        size=np.broadcast_to(sizes(known)[:, None], lead.shape),
        naive=np.where(usable, value[:, None], np.nan),
        seasonal=seasonal_naive(known, horizon),
    )


def forecast_sums_from(
    values: FloatArray, sums: FloatArray, members: Sequence[Sequence[int]], origin: int, horizon: int
) -> Forecasts:
    """Forecast sums over places: the expected totals of the places added up; errors are in shares of the sums' size.

    Parameters
    ----------
    values : float array, shape (n_places, n_quarters)
    sums : float array, shape (n_sums, n_quarters)
        NaN where any of the places is missing.
    members : sequence of sequences of int, shape (n_sums,)
        Numbers of the places in each sum.
    """
    parts = forecast_from(values, origin, horizon)
    known = sums[:, :origin]
    last, value = last_known(known)
    lead = (origin - 1 - last)[:, None] + np.arange(horizon) + 1
    expected = parts.expected.reshape(len(values), horizon)
    return _flat(
        sums,
        origin,
        lead,
        expected=np.array([expected[list(which)].sum(axis=0) for which in members]),
        scale=np.broadcast_to(scales(known)[:, None], lead.shape),
        size=np.broadcast_to(sizes(known)[:, None], lead.shape),
        naive=np.broadcast_to(value[:, None], lead.shape),
        seasonal=seasonal_naive(known, horizon),
    )


def _flat(values: FloatArray, origin: int, lead: IntArray, **figures: FloatArray) -> Forecasts:
    places, horizon = lead.shape
    actual = np.full((places, horizon), np.nan)
    there = min(horizon, values.shape[1] - origin)
    actual[:, :there] = values[:, origin : origin + there]
    nothing = np.full(places * horizon, np.nan)
    return Forecasts(
        place=np.repeat(np.arange(places), horizon),
        origin=np.full(places * horizon, origin),
        target=np.tile(origin + np.arange(horizon), places),
        lead=lead.ravel(),
        actual=actual.ravel(),
        low=nothing,
        high=nothing,
        **{name: np.asarray(array, dtype=np.float64).ravel() for name, array in figures.items()},
    )


def together(parts: Sequence[Forecasts]) -> Forecasts:
    """Put forecasts one after another."""
    return Forecasts(**{name: np.concatenate([vars(one)[name] for one in parts]) for name in vars(parts[0])})


def add_bounds(forecasts: Forecasts, past: Forecasts, *, nominal: float) -> Forecasts:
    """Give forecasts their intervals, each from errors that were known at its own origin.

    Parameters
    ----------
    forecasts : Forecasts
        From any origins.
    past : Forecasts
        The backtest. Of it, only quarters before a forecast's origin count.
    nominal : float
        Share of totals that an interval is made to hold, in (0, 1).
    """
    low, high = forecasts.low.copy(), forecasts.high.copy()
    for origin in np.unique(forecasts.origin):
        here = forecasts.origin == origin
        known = past.part((past.target < origin) & np.isfinite(past.actual + past.expected))
        for lead in np.unique(forecasts.lead[here]):
            which = here & (forecasts.lead == lead)
            own = known.part(known.lead == lead)
            few = len(own.place) < ENOUGH_FOR_QUANTILES
            ends = _few_ends(known, lead, nominal) if few else _many_ends(own, int(origin), nominal)
            if ends is None:
                continue
            unit = forecasts.size[which] if few else forecasts.scale[which]
            low[which] = np.maximum(0.0, forecasts.expected[which] + ends[0] * unit)
            high[which] = forecasts.expected[which] + ends[1] * unit
    return Forecasts(**{**vars(forecasts), "low": low, "high": high})


def _many_ends(own: Forecasts, origin: int, nominal: float) -> tuple[float, float]:
    errors = (own.actual - own.expected) / own.scale
    return quantile_ends(errors, recency((origin - own.origin).astype(np.float64)), nominal=nominal)


def _few_ends(known: Forecasts, lead: int, nominal: float) -> tuple[float, float] | None:
    """Give the ends of a lead's errors in units of size, from those of all leads.

    Errors of other leads are brought to this one by the square root of the leads: what is carried forward errs like a
    walk. A quarter's errors at different places are not independent, so they count as many as their quarters.
    """
    sized = known.part(known.size > 0)
    if not len(sized.lead):
        return None
    errors = (sized.actual - sized.expected) / sized.size * np.sqrt(lead / sized.lead)
    apart = len(np.unique(sized.target[sized.lead == sized.lead.min()]))
    return student_ends(errors, nominal=nominal, apart=apart)
