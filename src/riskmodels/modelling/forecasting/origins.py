"""Totals by cell at each date: what was to be expected, what came, and what the simple forecasts would have said."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodels.modelling.forecasting.people import PeopleRows
from riskmodels.modelling.forecasting.starters import SLACK_DAYS, Starters, expected_starters, starters_after
from riskmodels.modelling.rows import FloatArray

__all__ = ["OriginTotals", "apart", "known_before", "totals_at"]

Flags = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

_YEAR_DAYS = 365
_WORTH = 10.0


@dataclass(frozen=True, eq=False)
class OriginTotals:
    """Totals of one date's horizon by cell; arrays have shape (n_cells,) and NaN where there is nothing to say.

    Attributes
    ----------
    date : int
        Number of the date.
    people : float array
        People present.
    expected : float array
        Expected amount a week, over the whole horizon, new starters among it.
    spread : float array
        The square of what the total would be out by if each person were out by as much as is expected of them.
    observed : float array
        What came.
    naive : float array
        Today's amounts carried on.
    seasonal : float array
        What came in the horizon a year before.
    starters : Starters or None
        Those expected.
    """

    date: int
    people: FloatArray
    expected: FloatArray
    spread: FloatArray
    observed: FloatArray
    naive: FloatArray
    seasonal: FloatArray
    starters: Starters | None


def totals_at(rows: PeopleRows, horizon_days: int) -> tuple[OriginTotals, ...]:
    """Work out the totals at every date, each expected with what was known on it."""
    numbers = range(len(rows.dates))
    came = [starters_after(rows, number, horizon_days) for number in numbers]
    present = [_present(rows, number) for number in numbers]
    observed = [_observed(present[number], came[number]) for number in numbers]
    sums: dict[int, tuple[float, float]] = {}
    found: list[OriginTotals] = []
    for number in numbers:
        here = rows.date == number
        past = known_before(rows.dates, number, horizon_days)
        people = np.bincount(rows.cell[here], minlength=len(rows.cells)).astype(np.float64)
        today = rows.total(rows.today, here)
        seen = [_as_of_now(came[before], found[before], people, today) for before in past]
        starters = _starters(seen, people, apart(rows.dates, past, horizon_days))
        of_present, spread = _of_present(rows, number, past)
        sums[number] = float(of_present.sum()), float(present[number].sum())
        factor = _right_in_sum([sums[before] for before in past])
        expected, spread = _with_starters(factor * of_present, factor**2 * spread, starters)
        before = _a_year_before(rows.dates, number)
        found.append(
            OriginTotals(
                date=number,
                people=people,
                expected=expected,
                spread=spread,
                observed=observed[number],
                naive=today,
                seasonal=np.full(len(people), np.nan) if before is None else observed[before],
                starters=starters,
            )
        )
    return tuple(found)


def known_before(dates: Sequence[datetime.date], number: int, horizon_days: int) -> list[int]:
    """List the dates whose whole horizon was over at a date."""
    slack = datetime.timedelta(days=horizon_days - SLACK_DAYS)
    return [before for before in range(number) if dates[before] + slack <= dates[number]]


def apart(dates: Sequence[datetime.date], some: Sequence[int], horizon_days: int) -> float:
    """Say how many of some dates' horizons do not overlap: 0 for none."""
    if not some:
        return 0.0
    return 1.0 + (dates[max(some)] - dates[min(some)]).days / horizon_days


def _as_of_now(came: Starters | None, then: OriginTotals, people: FloatArray, today: FloatArray) -> Starters | None:
    """Bring new people of an earlier date to today's number of people and today's prices."""
    if came is None or not then.people.sum() > 0 or not then.naive.sum() > 0:
        return came
    more = float(people.sum() / then.people.sum())
    return Starters(came.people * more, came.amount * float(today.sum() / then.naive.sum()))


def _starters(seen: Sequence[Starters | None], people: FloatArray, not_overlapping: float) -> Starters | None:
    known = [one for one in seen if one is not None]
    return expected_starters(known, people, apart=not_overlapping) if known else None


def _of_present(rows: PeopleRows, number: int, past: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Give what those present are expected to cost as long as they live, and the sum of the squares."""
    here = rows.date == number
    each = rows.expected * _lived(rows, past)
    return rows.total(each, here), rows.total(each**2 * rows.stands_for, here)


def _right_in_sum(past: Sequence[tuple[float, float]]) -> float:
    """Give what amounts must be multiplied by to add up to what came, on dates that are over; 1 without any."""
    both = [(said, came) for said, came in past if np.isfinite(said + came)]
    said, came = sum(one for one, _ in both), sum(one for _, one in both)
    return came / said if said > 0 and came > 0 else 1.0


def _with_starters(
    of_present: FloatArray, spread: FloatArray, starters: Starters | None
) -> tuple[FloatArray, FloatArray]:
    if starters is None or bool(np.isnan(of_present).any()):
        return np.full(len(of_present), np.nan), np.full(len(of_present), np.nan)
    mean = np.divide(starters.amount, starters.people, out=np.zeros_like(starters.amount), where=starters.people > 0)
    # People who come in numbers as Poisson says, each with an amount that spreads as far as its mean.
    new = (2 * starters.people * mean**2).sum(axis=0)
    return of_present + starters.amount.sum(axis=0), spread + new


def _lived(rows: PeopleRows, past: Sequence[int]) -> FloatArray:
    """Give the share of the horizon that each row's person is to be expected to live, from dates that are over.

    People of one stratum differ: of those in a home, the old die and the young do not. So the mean is over the stratum
    within the last of what totals are given by, such as the support reason, leaning on the stratum where few are known.
    Shape (n_rows,).
    """
    over = np.isin(rows.date, past) & np.isfinite(rows.lived)
    last = np.unique([cell[-1] for cell in rows.cells], return_inverse=True)[1]
    within = rows.stratum * (int(last.max()) + 1) + last[rows.cell]
    usual = _mean_lived(rows, rows.stratum, over, np.full(len(rows.cell), _usually_lived(rows, over)))
    return _mean_lived(rows, within, over, usual)


def _usually_lived(rows: PeopleRows, over: Flags) -> float:
    weight = float(rows.stands_for[over].sum())
    return float((rows.stands_for * rows.lived)[over].sum()) / weight if weight > 0 else 1.0


def _mean_lived(rows: PeopleRows, group: IntArray, over: Flags, usual: FloatArray) -> FloatArray:
    many = int(group.max()) + 1
    weight = np.bincount(group[over], weights=rows.stands_for[over], minlength=many)
    lived = np.bincount(group[over], weights=(rows.stands_for * rows.lived)[over], minlength=many)
    return np.asarray((lived[group] + _WORTH * usual) / (weight[group] + _WORTH))


def _present(rows: PeopleRows, number: int) -> FloatArray:
    """Give what came of those present; NaN where it is not known of everybody."""
    here = rows.date == number
    if bool(np.isnan((rows.observed * rows.lived)[here]).any()):
        return np.full(len(rows.cells), np.nan)
    return rows.total(rows.observed * rows.lived, here)


def _observed(present: FloatArray, came: Starters | None) -> FloatArray:
    return np.full(len(present), np.nan) if came is None else np.asarray(present + came.amount.sum(axis=0))


def _a_year_before(dates: Sequence[datetime.date], number: int) -> int | None:
    """Give the date nearest to a year before, within two weeks of it."""
    wanted = dates[number] - datetime.timedelta(days=_YEAR_DAYS)
    distance = [abs((day - wanted).days) for day in dates[:number]]
    if not distance or min(distance) > SLACK_DAYS:
        return None
    return int(np.argmin(distance))
