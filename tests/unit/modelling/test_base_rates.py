from __future__ import annotations

import datetime

import numpy as np
import pytest

from riskmodels.modelling.base_rates import base_rates, shift_note
from riskmodels.modelling.rows import Rows

DAYS = (datetime.date(2023, 1, 1), datetime.date(2023, 2, 1), datetime.date(2023, 3, 1))


def rows(*positives: int, size: int = 1000, weight: float = 1.0) -> Rows:
    y = np.concatenate([np.repeat([1.0, 0.0], [found, size - found]) for found in positives])
    days = np.repeat(np.array(DAYS[: len(positives)], dtype="datetime64[D]"), size)
    entity = np.tile(np.arange(size), len(positives))
    return Rows(np.zeros((len(y), 1)), y, np.full(len(y), weight), entity, days, np.zeros(len(y), dtype=bool))


def test_rates_by_date_are_weighted_shares_with_wilsons_interval() -> None:
    found = base_rates(rows(100, 200), seed=1)
    assert (1000, 1000) == found.rows
    assert (100, 200) == found.positives
    interval = found.interval(DAYS[0])
    assert 0.1 == interval.value
    assert (pytest.approx(0.0829, abs=2e-3), pytest.approx(0.1202, abs=2e-3)) == (interval.low, interval.high)
    assert pytest.approx(0.15) == found.pooled(DAYS[:2])[0]


def test_a_fall_is_named_with_every_figure() -> None:
    note = shift_note(base_rates(rows(61, 57, 39, size=1000), seed=1), DAYS[:2], DAYS[2])
    assert note is not None
    assert note.startswith(
        "The share with the outcome was 6.1% and 5.7% in the periods learned from and is 3.9% in the held-out period "
        "(1 March 2023): -2.0 percentage points (95% interval -"
    )
    assert "too high" in note


def test_a_rise_makes_probabilities_too_low() -> None:
    note = shift_note(base_rates(rows(100, 100, 200), seed=1), DAYS[:2], DAYS[2])
    assert note is not None
    assert "too low" in note


@pytest.mark.parametrize("last", [98, 105])
def test_chance_is_not_called_a_shift(last: int) -> None:
    assert shift_note(base_rates(rows(100, 100, last), seed=1), DAYS[:2], DAYS[2]) is None


def test_a_certain_but_small_change_is_not_worth_a_warning() -> None:
    assert shift_note(base_rates(rows(9000, 9000, 9600, size=20_000), seed=1), DAYS[:2], DAYS[2]) is None


def test_many_periods_are_worded_as_a_range() -> None:
    days = tuple(datetime.date(2023, month, 1) for month in range(1, 10))
    y = np.concatenate([np.repeat([1.0, 0.0], [found, 500 - found]) for found in (*range(50, 58), 150)])
    table = Rows(
        np.zeros((4500, 1)),
        y,
        np.ones(4500),
        np.tile(np.arange(500), 9),
        np.repeat(np.array(days, dtype="datetime64[D]"), 500),
        np.zeros(4500, dtype=bool),
    )
    note = shift_note(base_rates(table, seed=1), days[:8], days[8])
    assert note is not None
    assert "was between 10.0% and 11.4% in the periods learned from and is 30.0%" in note
