from __future__ import annotations

import datetime

import numpy as np
import pytest

from riskmodels.errors import TrainingError
from riskmodels.modelling.periods import MOST_FOLDS, Plan, plan_periods
from riskmodels.modelling.rows import Rows


def rows_at(days: list[str], *, per_day: int = 40, positives: dict[str, int] | None = None) -> Rows:
    """Give ``per_day`` rows a day, 12 of them with the outcome unless told."""
    y = []
    for day in days:
        found = (positives or {}).get(day, 12)
        y += [1.0] * found + [0.0] * (per_day - found)
    size = len(y)
    return Rows(
        np.zeros((size, 1)),
        np.array(y),
        np.ones(size),
        np.tile(np.arange(per_day), len(days)),
        np.repeat(np.array(days, dtype="datetime64[D]"), per_day),
        np.zeros(size, dtype=bool),
    )


def plan(days: list[str], horizon_days: int, **counts: object) -> Plan:
    return plan_periods(rows_at(days, **counts), horizon_days)  # type: ignore[arg-type]


MONTHS = [f"2023-{month:02d}-01" for month in range(1, 13)]


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def test_the_last_date_is_held_out_and_only_known_outcomes_are_learned_from() -> None:
    found = plan(MONTHS, 91)
    assert day("2023-12-01") == found.held_out
    assert [day(one) for one in MONTHS[:9]] == list(found.learned_from)  # 1 September + 91 days is 1 December
    assert [day("2023-10-01"), day("2023-11-01")] == list(found.gap)


def test_every_fold_keeps_a_gap_of_the_horizon_and_uses_all_the_past_before_it() -> None:
    found = plan(MONTHS, 91)
    assert [day(one) for one in MONTHS[5:9]] == [fold.judged for fold in found.folds]
    assert ["2023-03-01", "2023-04-01", "2023-05-01", "2023-06-01"] == [
        fold.learn_up_to.isoformat() for fold in found.folds
    ]
    for fold in found.folds:
        assert fold.learn_up_to + datetime.timedelta(days=91) <= fold.judged


def test_an_outcome_known_on_the_very_day_may_be_learned_from_and_a_day_later_may_not() -> None:
    days = ["2023-01-01", "2023-01-31", "2023-03-02"]  # 30 days apart each
    assert (day("2023-01-01"), day("2023-01-31")) == plan(days, 30).learned_from
    with pytest.raises(TrainingError):
        plan(days, 31)


def test_three_dates_are_enough_when_they_are_a_horizon_apart() -> None:
    found = plan(["2005-06-30", "2005-07-31", "2005-08-31"], 31)
    assert [(day("2005-06-30"), day("2005-07-31"))] == [(fold.learn_up_to, fold.judged) for fold in found.folds]


def test_the_folds_are_the_latest_few() -> None:
    assert MOST_FOLDS == len(plan(MONTHS, 28).folds)
    assert day("2023-11-01") == plan(MONTHS, 28).folds[-1].judged


def test_too_short_a_history_says_how_many_months_are_needed() -> None:
    with pytest.raises(TrainingError, match="3 as-of dates over 59 days") as caught:
        plan(MONTHS[:3], 91)
    assert "at least 182 days apart" in caught.value.expected
    assert "about 6 months" in caught.value.expected
    assert "6 months" in caught.value.next_step


def test_one_date_only_is_refused() -> None:
    with pytest.raises(TrainingError, match="1 as-of dates over 0 days"):
        plan(MONTHS[:1], 31)


@pytest.mark.parametrize(("found", "words"), [(0, "0 of 40 rows"), (40, "40 of 40 rows")])
def test_a_held_out_period_with_one_class_only_is_refused(found: int, words: str) -> None:
    with pytest.raises(TrainingError, match=words) as caught:
        plan(MONTHS, 31, positives={MONTHS[-1]: found})
    assert "held-out" in caught.value.found


def test_periods_with_too_few_cases_are_not_judged_on() -> None:
    found = plan(MONTHS, 28, positives={"2023-10-01": 9})
    assert day("2023-10-01") not in [fold.judged for fold in found.folds]


def test_no_period_with_enough_cases_is_refused() -> None:
    with pytest.raises(TrainingError, match="9 of 40 rows") as caught:
        plan(MONTHS[:3], 28, positives={"2023-01-01": 9})
    assert "at least 10 with the outcome" in caught.value.expected
