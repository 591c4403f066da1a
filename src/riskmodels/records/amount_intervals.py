"""Prediction intervals as plain numbers: from an expected amount and a stratum to the ends of its interval."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["AmountIntervals", "IntervalCell"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class IntervalCell:
    """How far amounts fell from what was expected, among people of one stratum with similar expected amounts.

    Attributes
    ----------
    stratum : str or None
        The stratum; None is everybody whose stratum has no cells of its own.
    above : float
        Expected amounts from this one on, up to the next cell's of the same stratum; the first cell's is 0.
    low : float or None
        Standardised distance below which 5% fell; None where so many had nothing at all that the interval begins at 0.
    high : float
        Standardised distance above which 5% fell; 10% where the interval begins at 0.
    people : int
        How many people's amounts set the two.
    """

    stratum: str | None
    above: float
    low: float | None
    high: float
    people: int


@dataclass(frozen=True)
class AmountIntervals:
    """Intervals that hold a stated share of people: ``expected + distance * expected ** power``, never below 0.

    Attributes
    ----------
    nominal_coverage : float
        Share of people whose amount they are made to hold, in (0, 1).
    power : float
        How fast the spread grows with the expected amount: half the power of the Tweedie variance.
    cells : tuple of IntervalCell
        By stratum (None last) and rising ``above``; always some with stratum None.
    """

    nominal_coverage: float
    power: float
    cells: tuple[IntervalCell, ...] = field(repr=False)

    @property
    def strata(self) -> tuple[str, ...]:
        """Name the strata that have cells of their own."""
        return tuple(dict.fromkeys(cell.stratum for cell in self.cells if cell.stratum is not None))

    def people(self, stratum: str) -> int:
        """Give the fewest people behind any cell of a stratum, or of the rest where it has no cells of its own."""
        here = stratum if stratum in self.strata else None
        return min(cell.people for cell in self.cells if cell.stratum == here)

    def ends(self, expected: FloatArray, strata: npt.NDArray[np.str_]) -> tuple[FloatArray, FloatArray]:
        """Give the ends of each interval: ``0 <= low <= expected <= high``. Each of shape (n_rows,).

        Parameters
        ----------
        expected : float array, shape (n_rows,)
            Expected amounts, at least 0.
        strata : text array, shape (n_rows,)
            The stratum of each row.
        """
        low, high = np.zeros(len(expected)), np.zeros(len(expected))
        own = np.array(self.strata, dtype=np.str_)
        spread = np.power(expected, self.power)
        for stratum in (*self.strata, None):
            rows = ~np.isin(strata, own) if stratum is None else strata == stratum
            cells = [cell for cell in self.cells if cell.stratum == stratum]
            edges = np.array([cell.above for cell in cells[1:]])
            place = np.searchsorted(edges, expected[rows], side="right")
            below = np.array([-np.inf if cell.low is None else cell.low for cell in cells])
            above = np.array([cell.high for cell in cells])
            with np.errstate(invalid="ignore"):  # nothing expected, times without end
                lower = np.where(np.isinf(below[place]), 0.0, expected[rows] + below[place] * spread[rows])
            low[rows] = np.clip(lower, 0.0, expected[rows])
            high[rows] = np.maximum(expected[rows] + above[place] * spread[rows], expected[rows])
        return low, high
