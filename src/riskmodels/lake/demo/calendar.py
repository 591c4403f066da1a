"""The rent calendar: weeks that open on Mondays, rent years of 52 or 53 of them, rent-free weeks, and the seasons."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints

__all__ = ["BURN_IN_WEEKS", "RentCalendar", "day_number", "first_rent_monday", "month_starts", "rent_calendar"]

# Weeks simulated before the lake's first day, so that accounts open with a believable past.
BURN_IN_WEEKS = 130
_EPOCH = datetime.date(1970, 1, 1)
# How much likelier trouble is to begin in each month: Christmas and the new year weigh most.
_SEASON = {12: 1.6, 1: 1.5, 2: 1.15, 8: 1.15, 9: 1.1}


@dataclass(frozen=True, eq=False)
class RentCalendar:
    """Every rent week of a simulation; arrays have one element a week. Days are numbered from 1 January 1970.

    Attributes
    ----------
    first_day, last_day : date
        The span of the lake.
    mondays : int array
        Day on which each rent week opens.
    first_recorded : int
        Index of the first week that the lake holds; those before it only give accounts a past.
    rent_year : int array
        Calendar year in which the week's rent year begins (its first Monday in April).
    opens_rent_year : bool array
        Whether the week is the first of a rent year.
    weeks_in_rent_year : int array
        52 or 53.
    rent_free : bool array
        Whether accounts on a 48-week year are charged nothing: two weeks at Christmas, two at Easter time.
    month_day_offset : int array, shape (weeks, 32)
        Days from the Monday to the given day of the month, or -1 when the week does not hold it.
    season : float array
        How much likelier trouble is to begin, 1 in an ordinary week.
    """

    first_day: datetime.date
    last_day: datetime.date
    mondays: Ints
    first_recorded: int
    rent_year: Ints
    opens_rent_year: Flags
    weeks_in_rent_year: Ints
    rent_free: Flags
    month_day_offset: Ints
    season: Floats

    @property
    def weeks(self) -> int:
        """Count the weeks, those before the lake's first day included."""
        return len(self.mondays)


def day_number(day: datetime.date) -> int:
    """Give the number of a day, counted from 1 January 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> datetime.date:
    """Give the day of a number."""
    return _EPOCH + datetime.timedelta(days=number)


def first_rent_monday(year: int) -> datetime.date:
    """Give the first Monday of April, on which the rent year opens."""
    first = datetime.date(year, 4, 1)
    return first + datetime.timedelta(days=-first.weekday() % 7)


def month_starts(first_day: datetime.date, last_day: datetime.date) -> list[datetime.date]:
    """List the first days of the months from one day to another, both included."""
    months = range(first_day.year * 12 + first_day.month - 1, last_day.year * 12 + last_day.month)
    days = [datetime.date(month // 12, month % 12 + 1, 1) for month in months]
    return [day for day in days if first_day <= day <= last_day]


def rent_calendar(years: int, ends_on: datetime.date) -> RentCalendar:
    """Lay out the rent weeks of a lake that spans some years and ends on a day."""
    after = ends_on + datetime.timedelta(days=1)
    first_day = datetime.date(after.year - years, after.month, min(after.day, 28) if after.month == 2 else after.day)
    opens = first_day + datetime.timedelta(days=-first_day.weekday() % 7)
    start = day_number(opens) - 7 * BURN_IN_WEEKS
    mondays = np.arange(start, day_number(ends_on) + 1, 7, dtype=np.int64)
    days = [day_of(int(monday)) for monday in mondays]
    rent_year = np.array([_rent_year(day) for day in days], dtype=np.int64)
    length = np.array([_weeks_in(year) for year in rent_year], dtype=np.int64)
    return RentCalendar(
        first_day=first_day,
        last_day=ends_on,
        mondays=mondays,
        first_recorded=BURN_IN_WEEKS,
        rent_year=rent_year,
        opens_rent_year=np.array([day == first_rent_monday(day.year) for day in days]),
        weeks_in_rent_year=length,
        rent_free=np.array([_is_rent_free(day) for day in days]),
        month_day_offset=np.array([_offsets(day) for day in days], dtype=np.int64),
        season=np.array([_SEASON.get((day + datetime.timedelta(days=3)).month, 1.0) for day in days]),
    )


def _rent_year(monday: datetime.date) -> int:
    return monday.year if monday >= first_rent_monday(monday.year) else monday.year - 1


def _weeks_in(year: int) -> int:
    return (first_rent_monday(year + 1) - first_rent_monday(year)).days // 7


def _is_rent_free(monday: datetime.date) -> bool:
    """Christmas week and the next; and the last two of the rent year, so that each rent year has exactly four."""
    christmas = datetime.date(monday.year if monday.month > 6 else monday.year - 1, 12, 25)
    weeks_from_christmas = (monday - (christmas - datetime.timedelta(days=christmas.weekday()))).days // 7
    closing = (first_rent_monday(_rent_year(monday) + 1) - monday).days // 7
    return weeks_from_christmas in (0, 1) or closing in (1, 2)


def _offsets(monday: datetime.date) -> list[int]:
    offsets = [-1] * 32
    for days in range(7):
        offsets[(monday + datetime.timedelta(days=days)).day] = days
    return offsets
