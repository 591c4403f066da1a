"""Lengths of time: windows that look back, horizons that look forward, and series of as-of dates."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from typing import Literal

from riskmodels.errors import DefinitionError, SettingsError

__all__ = ["Window", "days", "monthly", "weeks"]


@dataclass(frozen=True)
class Window:
    """A length of whole days: ``[as_of - days, as_of)`` looking back, ``[as_of, as_of + days)`` looking ahead."""

    days: int
    suffix: str
    label: str


def _windows(lengths: tuple[int, ...], unit: str, days_each: int) -> tuple[Window, ...]:
    if not lengths:
        raise DefinitionError(
            f"{unit}() names no length",
            expected=f"one or more positive whole numbers, such as {unit}(4, 13)",
            next_step="Say how long the window is.",
            who="the data scientist who wrote the definition",
        )
    made = []
    for length in lengths:
        if isinstance(length, bool) or not isinstance(length, int) or length <= 0:
            raise DefinitionError(
                f"{unit}({length!r}) is not a length of time",
                expected=f"a positive whole number of {unit}",
                next_step="Correct the window in the use case's file.",
                who="the data scientist who wrote the definition",
            )
        label = f"{length} {unit}" if length > 1 else unit.removesuffix("s")
        made.append(Window(length * days_each, f"{length}{unit[0]}", label))
    return tuple(made)


def weeks(*lengths: int) -> tuple[Window, ...]:
    """Make windows of whole weeks: ``weeks(4, 13)`` is 28 days and 91 days."""
    return _windows(lengths, "weeks", 7)


def days(*lengths: int) -> tuple[Window, ...]:
    """Make windows of whole days."""
    return _windows(lengths, "days", 1)


def monthly(
    first: str, last: str, *, every_months: int = 1, day: Literal["first", "last"] = "first"
) -> tuple[datetime.date, ...]:
    """List as-of dates from one month to another, both included.

    Parameters
    ----------
    first, last : str
        Months, such as ``"2023-01"``.
    every_months : int
        Step between dates.
    day : {"first", "last"}
        Day of each month; the day begins at midnight, so what happens on that day itself is not yet known.

    Returns
    -------
    tuple of date
        In order.

    Raises
    ------
    SettingsError
        If a month is not a month, the last comes before the first, or the step is below 1.
    """
    if every_months < 1:
        raise SettingsError(
            f"the as-of dates are {every_months} months apart",
            expected="1 month or more",
            next_step="Correct every_months.",
            who="the data scientist who runs the build",
        )
    start, end = _month(first), _month(last)
    if end < start:
        raise SettingsError(
            f"the as-of dates run from {first} to {last}, which is backwards",
            expected="a first month that is not after the last",
            next_step="Swap the two months.",
            who="the data scientist who runs the build",
        )
    dates = []
    for number in range(start, end + 1, every_months):
        year, month = divmod(number, 12)
        dates.append(datetime.date(year, month + 1, 1 if day == "first" else calendar.monthrange(year, month + 1)[1]))
    return tuple(dates)


def _month(text: str) -> int:
    match = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if match is None or not 1 <= int(match[2]) <= 12:
        raise SettingsError(
            f"{text!r} is not a month",
            expected="a year and a month, such as 2023-01",
            next_step="Write the month as YYYY-MM.",
            who="the data scientist who runs the build",
        )
    return int(match[1]) * 12 + int(match[2]) - 1
