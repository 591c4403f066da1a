"""Ranges of totals of people: what all share, what each adds, and what past forecasts made of it.

A total of people is out for two reasons: everybody's amounts moved together (a rise of prices, a hard winter), and each
person's own did. The first grows with the total, the second with its root. Both are measured on past dates whose
horizon was over, and their sum is the unit of an error. Many past errors in that unit give the ends as quantiles. Where
there are few, as of the whole, what each person adds gives a normal part and what all share a Student one: errors of
one date are not independent, nor are those of dates whose horizons overlap, which hold the same people, so what all
share was seen as often as there are horizons that do not overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm as normal
from scipy.stats import t as student

from riskmodels.modelling.forecasting.intervals import ENOUGH_FOR_QUANTILES, quantile_ends, recency
from riskmodels.modelling.forecasting.origins import OriginTotals
from riskmodels.modelling.rows import FloatArray
from riskmodels.records.totals import Place

__all__ = ["PlaceTotals", "ranges", "summed"]

_FEWEST_APART = 2.0


@dataclass(frozen=True, eq=False)
class PlaceTotals:
    """One date's totals by place; arrays have shape (n_places,)."""

    date: int
    expected: FloatArray
    spread: FloatArray
    observed: FloatArray
    naive: FloatArray
    seasonal: FloatArray

    @property
    def judged(self) -> bool:
        """Say whether there is a forecast and something to judge it by."""
        return bool(np.isfinite(self.expected + self.observed).all())


def summed(totals: OriginTotals, places: Mapping[Place, tuple[int, ...]]) -> PlaceTotals:
    """Add cells up to places."""
    which = [list(cells) for cells in places.values()]
    return PlaceTotals(
        totals.date,
        **{
            name: np.array([getattr(totals, name)[cells].sum() for cells in which], dtype=np.float64)
            for name in ("expected", "spread", "observed", "naive", "seasonal")
        },
    )


def ranges(
    coming: PlaceTotals,
    past: Sequence[PlaceTotals],
    finest: Sequence[PlaceTotals],
    *,
    nominal: float,
    apart: float,
    quarters_ago: Sequence[float],
) -> tuple[FloatArray, FloatArray] | None:
    """Give low and high ends of a date's totals, shape (n_places,) each; None where too little is known.

    Parameters
    ----------
    coming : PlaceTotals
        What to give ranges of.
    past, finest : sequence of PlaceTotals, shape (n_dates,)
        Judged totals of earlier dates, known by now, of the same places and of the finest ones.
    nominal : float
        In (0, 1).
    apart : float
        How many of the past horizons do not overlap.
    quarters_ago : sequence of float, shape (n_dates,)
        Age of each date.
    """
    if not past or apart < _FEWEST_APART:
        return None
    alone, shared = _parts(finest)
    units = [_unit(one, alone, shared) for one in past]
    errors = [(one.observed - one.expected) / unit for one, unit in zip(past, units, strict=True)]
    every = np.concatenate(errors)
    if len(every) >= ENOUGH_FOR_QUANTILES:
        ages = np.repeat(np.array(quarters_ago, dtype=np.float64), [len(one) for one in errors])
        ends = quantile_ends(every, recency(ages), nominal=nominal)
        below, above = (end * _unit(coming, alone, shared) for end in ends)
    else:
        above = _few(coming, alone, shared, nominal=nominal, apart=apart)
        below = -above
    return np.maximum(0.0, coming.expected + below), coming.expected + above


def _few(coming: PlaceTotals, alone: float, shared: float, *, nominal: float, apart: float) -> FloatArray:
    """Give how far totals may be out where few past ones are known.

    What each person adds was measured on many people; what all share on as many horizons as do not overlap.
    """
    level = (1 + nominal) / 2
    of_each = float(normal.ppf(level)) ** 2 * alone * coming.spread
    of_all = float(student.ppf(level, apart)) ** 2 * shared * coming.expected**2
    return np.asarray(np.sqrt(of_each + of_all))


def _parts(finest: Sequence[PlaceTotals]) -> tuple[float, float]:
    """Measure what each person adds to the square of an error, and the square of what all share beyond that."""
    shared, alone, by_chance = [], [], []
    for one in finest:
        error, total = one.observed - one.expected, float(one.expected.sum())
        together = float(error.sum()) / total if total > 0 else 0.0
        spread = float(one.spread.sum())
        shared.append(together**2)
        alone.append(float(((error - together * one.expected) ** 2).sum()) / spread if spread > 0 else 0.0)
        by_chance.append(spread / total**2 if total > 0 else 0.0)
    of_each = float(np.mean(alone))
    return of_each, max(0.0, float(np.mean(shared)) - of_each * float(np.mean(by_chance)))


def _unit(one: PlaceTotals, alone: float, shared: float) -> FloatArray:
    unit = np.sqrt(alone * one.spread + shared * one.expected**2)
    return np.asarray(np.maximum(unit, max(1e-9, 1e-3 * float(unit.max()))))
