"""Lengths of time and series of dates."""

from __future__ import annotations

import datetime

import pytest

from riskmodels.errors import DefinitionError, SettingsError
from riskmodels.features.windows import Window, days, monthly, weeks


def test_weeks_are_seven_days_and_keep_their_words() -> None:
    assert (Window(28, "4w", "4 weeks"), Window(7, "1w", "week")) == weeks(4, 1)
    assert (Window(1, "1d", "day"), Window(90, "90d", "90 days")) == days(1, 90)


@pytest.mark.parametrize("length", [0, -1, 2.0, "3", True])
def test_only_positive_whole_numbers_are_lengths(length: object) -> None:
    with pytest.raises(DefinitionError, match="not a length of time"):
        weeks(length)  # type: ignore[arg-type]


def test_monthly_gives_the_first_day_of_each_month_both_ends_included() -> None:
    assert (
        datetime.date(2023, 11, 1),
        datetime.date(2023, 12, 1),
        datetime.date(2024, 1, 1),
    ) == monthly("2023-11", "2024-01")


def test_monthly_may_take_the_last_day_and_leave_months_out() -> None:
    assert (datetime.date(2023, 12, 31), datetime.date(2024, 2, 29)) == monthly(
        "2023-12", "2024-02", every_months=2, day="last"
    )


def test_one_month_is_a_series_of_one() -> None:
    assert (datetime.date(2024, 2, 1),) == monthly("2024-02", "2024-02")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2024-02", "2024-01"),
        ("2024-13", "2024-14"),
        ("2024-00", "2024-01"),
        ("January", "2024-01"),
        ("2024-1", "2024-02"),
    ],
)
def test_months_must_be_months_in_order(first: str, last: str) -> None:
    with pytest.raises(SettingsError):
        monthly(first, last)


@pytest.mark.parametrize("step", [0, -1])
def test_a_step_of_months_is_positive(step: int) -> None:
    with pytest.raises(SettingsError):
        monthly("2024-01", "2024-03", every_months=step)
