"""Who is on the list: ties at its end share what is left, and a score that is no number is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.assurance.scored import picked_share
from riskmodels.errors import AssuranceError


def test_the_highest_scores_are_picked() -> None:
    assert picked_share(np.array([0.1, 0.9, 0.5]), 2).tolist() == [0.0, 1.0, 1.0]


def test_those_tied_at_the_end_share_the_places_left() -> None:
    assert picked_share(np.array([1.0, 0.5, 0.5, 0.5, 0.0]), 2) == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 0])


def test_a_list_longer_than_the_rows_holds_everybody() -> None:
    assert picked_share(np.array([0.1, 0.2]), 5).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_no_number_is_refused(wrong: float) -> None:
    with pytest.raises(AssuranceError, match="1 of 3 scores are missing or infinite"):
        picked_share(np.array([0.1, wrong, 0.2]), 1)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=60), st.integers(1, 80))
def test_the_shares_add_up_to_the_length_of_the_list(scores: list[int], capacity: int) -> None:
    score = np.asarray(scores, dtype=np.float64)
    picked = picked_share(score, capacity)
    assert picked.sum() == pytest.approx(min(capacity, len(score)))
    assert ((picked >= 0) & (picked <= 1)).all()


def test_rows_that_stand_for_many_fill_the_list_by_the_people_they_stand_for() -> None:
    score, stands_for = np.array([0.9, 0.5, 0.5, 0.1]), np.array([30.0, 10.0, 40.0, 20.0])
    assert picked_share(score, 30, stands_for=stands_for).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert picked_share(score, 55, stands_for=stands_for) == pytest.approx([1.0, 0.5, 0.5, 0.0])
    assert picked_share(score, 200, stands_for=stands_for).tolist() == [1.0] * 4


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=60), st.integers(1, 80))
def test_rows_that_stand_for_one_each_are_picked_as_others_are(scores: list[int], capacity: int) -> None:
    score = np.asarray(scores, dtype=np.float64)
    assert picked_share(score, capacity, stands_for=np.ones(len(score))) == pytest.approx(picked_share(score, capacity))
