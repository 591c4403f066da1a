"""Each kind of figure is spelled one way."""

from __future__ import annotations

import datetime

import pytest

from riskmodels.governance.card.blocks import Cell, Natural
from riskmodels.governance.card.spelling import (
    bases,
    count,
    day,
    figure,
    figure_in_line,
    horizon,
    listed,
    natural,
    points,
    shortened,
    tiny,
)
from riskmodels.governance.facts import DisclosureFacts, Measured
from riskmodels.records import Interval

RULE = DisclosureFacts(number=10, round_to=5, smallest_shown=None)


def test_a_day_is_written_as_people_write_it() -> None:
    assert "1 May 2025" == day(datetime.date(2025, 5, 1))


@pytest.mark.parametrize(("days", "words"), [(91, "13 weeks"), (7, "1 week"), (90, "90 days"), (3, "3 days")])
def test_a_horizon_is_in_weeks_where_that_comes_out_even(days: int, words: str) -> None:
    assert words == horizon(days)


@pytest.mark.parametrize(
    "ends",
    [(0.771, 0.758, 0.784), (0.0427, 0.036, 0.0491), (-0.0056, -0.0081, -0.0033), (0.5, None, None), (1.0, 1, 1)],
)
def test_a_figure_is_spelled_as_the_report_of_the_run_spells_it(ends: tuple[float, float | None, float | None]) -> None:
    report = Interval(*ends).as_text().replace("interval not defined", "no interval")
    assert report == figure_in_line(Measured(value=ends[0], low=ends[1], high=ends[2]))


@pytest.mark.parametrize("nothing", [None, Measured(value=None)])
def test_a_figure_that_was_not_measured_says_so_and_is_never_0(nothing: Measured | None) -> None:
    assert Cell(text="not measured") == figure(nothing)


@pytest.mark.parametrize(
    ("number", "words"),
    [(None, "not known"), (0, "fewer than 10"), (9, "fewer than 10"), (10, "10"), (152, "150"), (2694, "2,695")],
)
def test_a_count_is_rounded_and_a_small_one_withheld(number: int | None, words: str) -> None:
    assert words == count(number, RULE)


def test_a_share_is_so_many_of_100_with_its_interval_rounded_outwards() -> None:
    assert Natural(times=37, of=100, low=29, high=45) == natural(Measured(value=0.3676, low=0.2956, high=0.4461))


def test_a_share_that_would_round_to_none_or_all_is_counted_out_of_more() -> None:
    assert Natural(times=3, of=1_000) == natural(Measured(value=0.003))
    assert Natural(times=998, of=1_000) == natural(Measured(value=0.998))


@pytest.mark.parametrize("whole", [0.0, 1.0])
def test_none_and_all_are_said_where_they_are_true(whole: float) -> None:
    assert Natural(times=round(100 * whole), of=100) == natural(Measured(value=whole))


@pytest.mark.parametrize("no_share", [None, Measured(value=None), Measured(value=1.5), Measured(value=-0.1)])
def test_what_is_not_a_share_is_not_counted(no_share: Measured | None) -> None:
    assert natural(no_share) is None


def test_two_shares_that_differ_do_not_look_the_same() -> None:
    assert 10 == bases(Measured(value=0.48), Measured(value=0.37), of=10)
    assert 100 == bases(Measured(value=0.48), Measured(value=0.46), of=10)
    assert 10 == bases(Measured(value=0.48), Measured(value=0.48), of=10)
    assert 10 == bases(Measured(value=0.48), None, of=10)


@pytest.mark.parametrize(
    ("ends", "cell"),
    [
        ((0.16, 0.11, 0.21), Cell(text="16 points more", below="11 more to 21 more")),
        ((-0.11, -0.31, 0.1), Cell(text="11 points less", below="31 less to 10 more")),
        ((0.01, 0.0, 0.02), Cell(text="1 point more", below="0 to 2 more")),
        ((0.001, None, None), Cell(text="no difference", below="no interval")),
        ((None, None, None), Cell(text="not measured")),
    ],
)
def test_a_difference_says_by_words_which_way_it_goes(ends: tuple[float | None, ...], cell: Cell) -> None:
    assert cell == points(Measured(value=ends[0], low=ends[1], high=ends[2]))


def test_a_digest_is_short_with_all_of_it_to_hand() -> None:
    assert Cell(text="a" * 12, full="a" * 64) == shortened("a" * 64)


@pytest.mark.parametrize(("gap", "words"), [(8.7e-07, "less than 0.00001"), (-0.002, "-0.00200")])
def test_a_gap_that_should_be_nothing_is_spelled_without_powers(gap: float, words: str) -> None:
    assert words == tiny(gap)


@pytest.mark.parametrize(
    ("words", "said"), [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_is_worded(words: list[str], said: str) -> None:
    assert said == listed(words)
