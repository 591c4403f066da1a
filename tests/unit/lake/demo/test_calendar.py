"""The rent calendar opens on Mondays, has years of 52 and 53 weeks, and exactly four rent-free weeks in each."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from riskmodels.lake.demo.calendar import BURN_IN_WEEKS, day_number, day_of, first_rent_monday, rent_calendar
from riskmodels.lake.demo.clocks import DAY, in_order, known_next_night


@pytest.fixture(scope="module")
def calendar():
    return rent_calendar(12, datetime.date(2026, 3, 31))


def test_weeks_open_on_mondays_and_the_lake_begins_where_it_should(calendar) -> None:
    assert {0} == {day_of(int(monday)).weekday() for monday in calendar.mondays}
    assert datetime.date(2014, 4, 1) == calendar.first_day
    assert datetime.date(2014, 4, 7) == day_of(int(calendar.mondays[calendar.first_recorded]))
    assert BURN_IN_WEEKS == calendar.first_recorded


@pytest.mark.parametrize(("year", "weeks"), [(2019, 53), (2022, 52), (2023, 52), (2024, 53), (2025, 52)])
def test_some_rent_years_have_fifty_three_mondays(calendar, year: int, weeks: int) -> None:
    inside = calendar.rent_year == year
    assert {weeks} == set(calendar.weeks_in_rent_year[inside])
    if year < 2025:
        assert weeks == inside.sum()
        assert 4 == calendar.rent_free[inside].sum()


def test_the_rent_year_opens_on_the_first_monday_of_april(calendar) -> None:
    opens = {day_of(int(monday)) for monday in calendar.mondays[calendar.opens_rent_year]}
    assert {first_rent_monday(year) for year in range(2012, 2026)} == opens


def test_a_day_of_the_month_is_found_in_its_week(calendar) -> None:
    week = int(np.flatnonzero(calendar.mondays == day_number(datetime.date(2024, 2, 26)))[0])
    assert (3, 4, -1) == tuple(calendar.month_day_offset[week][[29, 1, 15]])


def test_a_leap_day_can_end_a_lake() -> None:
    assert datetime.date(2023, 3, 1) == rent_calendar(1, datetime.date(2024, 2, 29)).first_day


def test_rows_are_known_in_the_night_after_they_were_noted() -> None:
    noted = np.arange(19_000, 19_400)
    known = known_next_night(noted)
    nights = known // DAY - noted
    assert {1, 3} == set(nights)  # 3 where a load failed
    assert ((known % DAY) < DAY // 6).all()


def test_a_late_version_puts_off_those_that_follow_it() -> None:
    minute = 60_000_000
    known = np.array([50, 10, 20, 30]) * minute
    rows = np.array([7, 7, 8, 7])
    assert [50, 51, 20, 52] == (in_order(known, rows) // minute).tolist()
