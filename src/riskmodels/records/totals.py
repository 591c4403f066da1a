"""Totals by place and quarter: what is expected, within which range, and how far past forecasts were out."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import pandas as pd

from riskmodels.html_table import html_table
from riskmodels.records.figures import Interval

__all__ = ["NewStarters", "Place", "SeriesBreak", "TotalErrors", "TotalForecast", "TotalsBacktest", "place_words"]

Place = tuple[tuple[str, str], ...]

_ENOUGH_FOR_PERCENTS = 20


@dataclass(frozen=True)
class TotalForecast:
    """One total that is still to come.

    Attributes
    ----------
    place : tuple of (str, str)
        What it is the total of: characteristic and group, such as ``(("ward", "Kilburn"),)``. Nothing at all is the
        whole.
    begins, ends : date
        First day, and first day no longer in it.
    lead : int
        Quarters from the last known one to the last of these.
    expected : float
        In the totals' unit, at least 0.
    low, high : float or None
        Ends of the prediction interval; None where too few past errors are known to give one.
    """

    place: Place
    begins: datetime.date
    ends: datetime.date
    lead: int
    expected: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class TotalErrors:
    """How far past forecasts of one place, or of many together, were out.

    Errors are shares of what came: the sum of what was missed, up or down, over the sum of what came. All methods are
    compared on the same quarters.

    Attributes
    ----------
    place : tuple of (str, str)
        The place; nothing at all is all places together.
    compared : int
        Forecasts compared with what came.
    error, seasonal_naive, naive : float
        Of the method; of the same quarter a year before; of the last known quarter.
    covered : int
        Of the forecasts with an interval, those where it held.
    ranged : int
        Forecasts with an interval. No error of these quarters or of later ones set its width.
    lead : int or None
        Quarters ahead, where the figures are of one lead only.
    """

    place: Place
    compared: int
    error: float
    seasonal_naive: float
    naive: float
    covered: int
    ranged: int
    lead: int | None = None

    @property
    def coverage(self) -> float | None:
        """Give the share of intervals that held; None without any."""
        return self.covered / self.ranged if self.ranged else None

    @property
    def ratio(self) -> float | None:
        """Give the error as a multiple of seasonal-naive's: above 1 is worse. None where that one was never out."""
        return self.error / self.seasonal_naive if self.seasonal_naive > 0 else None

    @property
    def worse(self) -> bool:
        """Say whether the same quarter a year before would have been nearer."""
        return self.error > self.seasonal_naive


@dataclass(frozen=True)
class SeriesBreak:
    """A jump from one known quarter to the next that no season explains."""

    place: Place
    quarter: datetime.date
    change: float


@dataclass(frozen=True)
class NewStarters:
    """People who are not there yet and are part of a forecast.

    Attributes
    ----------
    kind : str
        ``"new starters"``, or those under 25, among whom are those who turn 18, where ages are known.
    people, amount : float
        How many are expected, and what of the whole total is theirs.
    """

    kind: str
    people: float
    amount: float


@dataclass(frozen=True)
class TotalsBacktest:
    """Forecasts of totals, and how the same procedure did on quarters that it had not seen.

    Attributes
    ----------
    by : tuple of str
        What totals are given by, such as ``("partnership",)``.
    unit : str
        Their unit.
    nominal_coverage : float
        Share of totals that intervals are made to hold, in (0, 1).
    origins : tuple of date
        Days from which past forecasts were made, each with what was known then.
    overall : TotalErrors
        All places together.
    ratio : Interval
        The overall error as a multiple of seasonal-naive's, with a 95% interval from resampling places.
    by_lead : tuple of TotalErrors
        All places together, by quarters ahead.
    places : tuple of TotalErrors
        Place by place.
    sums : tuple of TotalErrors
        Sums over places, each with intervals of its own.
    forecasts : tuple of TotalForecast
        What is still to come, sums too.
    breaks : tuple of SeriesBreak
        Jumps in what is known.
    missing : int
        Quarters without a value between the first and the last of all; they stay missing.
    not_forecast : int
        Places whose last value is too old to carry forward.
    pooled : int
        Places too small to be shown, which are given together with others.
    starters : tuple of NewStarters
        Who is expected and not there yet, for totals of people.
    notes : tuple of str
        What a reader must know before the figures are used.
    """

    by: tuple[str, ...]
    unit: str
    nominal_coverage: float
    origins: tuple[datetime.date, ...]
    overall: TotalErrors
    ratio: Interval
    by_lead: tuple[TotalErrors, ...] = field(repr=False)
    places: tuple[TotalErrors, ...] = field(repr=False)
    sums: tuple[TotalErrors, ...] = field(repr=False)
    forecasts: tuple[TotalForecast, ...] = field(repr=False)
    breaks: tuple[SeriesBreak, ...] = field(default=(), repr=False)
    missing: int = 0
    not_forecast: int = 0
    pooled: int = 0
    starters: tuple[NewStarters, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def worse(self) -> tuple[TotalErrors, ...]:
        """Give the places where the same quarter a year before was nearer, worst first."""
        return tuple(sorted((one for one in self.places if one.worse), key=lambda one: -(one.ratio or float("inf"))))

    def forecast_frame(self) -> pd.DataFrame:
        """Give the forecasts, one row each, with the columns of ``by``, begins, ends, lead, expected, low, high."""
        rows = [
            {
                **dict.fromkeys(self.by, "All"),
                **dict(one.place),
                "begins": one.begins,
                "ends": one.ends,
                "lead": one.lead,
                "expected": one.expected,
                "low": one.low,
                "high": one.high,
            }
            for one in self.forecasts
        ]
        return pd.DataFrame(rows, columns=[*self.by, "begins", "ends", "lead", "expected", "low", "high"])

    def error_frame(self) -> pd.DataFrame:
        """Give the errors place by place and of sums, one row each: error, seasonal_naive, naive, ratio, coverage."""
        rows = [
            {
                **dict.fromkeys(self.by, "All"),
                **dict(one.place),
                "compared": one.compared,
                "error": one.error,
                "seasonal_naive": one.seasonal_naive,
                "naive": one.naive,
                "ratio": one.ratio,
                "coverage": one.coverage,
            }
            for one in (*self.places, *self.sums)
        ]
        columns = [*self.by, "compared", "error", "seasonal_naive", "naive", "ratio", "coverage"]
        return pd.DataFrame(rows, columns=columns)

    def _repr_html_(self) -> str:
        rows = [
            ["All places", *_cells(self.overall)],
            *([f"All places, {_ahead(one.lead or 0)} ahead", *_cells(one)] for one in self.by_lead),
            *([f"Sum: {place_words(one.place)}", *_cells(one)] for one in self.sums),
        ]
        caption = (
            f"Forecasts of totals by {', '.join(self.by)}, in {self.unit}: errors of {len(self.origins)} past "
            f"forecasts from {self.origins[0]:%d %B %Y} to {self.origins[-1]:%d %B %Y}, as shares of what came"
        )
        head = ["Totals", "Compared", "Error", "Seasonal-naive", "Naive", f"{self.nominal_coverage:.0%} intervals held"]
        return html_table(caption, head, rows, notes=self.notes)


def _cells(one: TotalErrors) -> list[str]:
    held = f"{one.covered} of {one.ranged}" if one.ranged else "not measured"
    if one.coverage is not None and one.ranged >= _ENOUGH_FOR_PERCENTS:
        held = f"{one.coverage:.1%} of {one.ranged:,}"
    return [f"{one.compared:,}", f"{one.error:.1%}", f"{one.seasonal_naive:.1%}", f"{one.naive:.1%}", held]


def _ahead(quarters: int) -> str:
    return "1 quarter" if quarters == 1 else f"{quarters} quarters"


def place_words(place: Place) -> str:
    """Word a place, such as ``Kilburn, Physical Support``; the whole is ``everything``."""
    return ", ".join(group for _, group in place) or "everything"
