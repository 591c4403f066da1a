from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.modelling.found_earlier import LEAST_FOUND, found_earlier

FIRST = np.datetime64("2024-01-01")


def visits(many: int = 40) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Make a visit a day, of which the second half of the days find something."""
    days = FIRST + np.arange(many)
    y = (np.arange(many) >= many // 2).astype(float)
    return days, y, pd.DataFrame({"street": np.where(np.arange(many) % 4 == 0, "Poor", "Well off")})


def test_a_perfect_order_finds_half_a_period_earlier() -> None:
    days, y, audit = visits()
    found = found_earlier(days, y, y, audit, seed=1)
    assert found.mean_days_earlier.value == pytest.approx(20)
    assert found.mean_days_earlier.low is not None
    assert found.mean_days_earlier.low > 10
    assert found.share_found_later.value == 0
    assert found.share_found_later.high is not None
    assert found.share_found_later.high > 0


def test_todays_order_changes_nothing_and_the_opposite_finds_later() -> None:
    days, y, audit = visits()
    score = -np.arange(len(days), dtype=float)
    same, opposite = (found_earlier(days, y, one, audit, seed=1) for one in (score, np.where(y > 0, -1.0, 1.0)))
    assert (0, 0) == (same.mean_days_earlier.value, same.share_found_later.value)
    # What is found is found on the same days in all, so that nothing is gained on average; half are found later.
    assert opposite.mean_days_earlier.value == pytest.approx(0)
    assert 0.2 < (opposite.share_found_later.value or 0) < 0.8


def test_a_score_that_tells_nothing_draws_the_order() -> None:
    days, y, audit = visits(400)
    found = found_earlier(days, y, np.zeros(400), audit, seed=1)
    assert found.mean_days_earlier.value == pytest.approx(100, abs=15)
    early = found_earlier(days, 1 - y, np.zeros(400), audit, seed=1)
    assert early.mean_days_earlier.value == pytest.approx(-100, abs=15)


def test_groups_of_whom_too_few_were_found_get_no_figure() -> None:
    days, y, audit = visits()
    found = found_earlier(days, y, y, audit, seed=1)
    assert [("street", "Well off")] == list(found.later_by_group)
    assert found.later_by_group["street", "Well off"].value == 0


def test_too_few_found_is_said_not_measured() -> None:
    days, y, audit = visits(2 * LEAST_FOUND - 2)
    found = found_earlier(days, y, y, audit, seed=1)
    assert found.mean_days_earlier.value is None
    assert found.share_found_later.value is None
    assert {} == found.later_by_group


def test_the_same_seed_gives_the_same() -> None:
    days, y, audit = visits()
    one, two = (found_earlier(days, y, np.zeros(len(days)), audit, seed=4) for _ in range(2))
    assert one == two
