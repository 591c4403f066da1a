"""Who is on a list: the highest scores, a share drawn at random, spread over places, and the same again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import ScoringError
from riskmodels.worklists.choosing import Chosen, choose

N = 400
ENTITY = np.arange(N, dtype=np.int64) * 7 - 900
SCORE = np.sin(np.arange(N) * 12.9898) * 3
WARD = np.array(["A"] * 200 + ["B"] * 150 + ["C"] * 50)


def chosen(length: int = 50, seed: str = "x", **how: object) -> Chosen:
    return choose(ENTITY, SCORE, length=length, seed=seed, **how)  # type: ignore[arg-type]


def test_without_exploration_the_highest_scores_are_listed_in_order() -> None:
    made = chosen()
    assert made.frame["row"].tolist() == np.argsort(-SCORE, kind="stable")[:50].tolist()
    assert set(made.frame["kind"]) == {"score"}
    assert (made.frame["chance"] == 1).all()


@settings(max_examples=60)
@given(
    length=st.integers(1, N + 20),
    share=st.floats(0, 0.5),
    band=st.integers(0, 60),
    spread=st.booleans(),
    seed=st.text(max_size=5),
)
def test_a_list_is_whole_and_every_place_knows_its_chance(
    length: int, share: float, band: int, spread: bool, seed: str
) -> None:
    made = chosen(length, seed, explore_share=share, random_band=band, group=WARD if spread else None)
    frame = made.frame
    assert len(frame) == min(length, N) == made.by_score + made.drawn
    assert frame["row"].is_unique
    assert frame["place"].tolist() == list(range(1, len(frame) + 1))
    assert ((frame["chance"] > 0) & (frame["chance"] <= 1)).all()
    explored = frame[frame["kind"] == "exploration"]
    assert len(explored) == made.drawn
    assert made.drawn <= math.ceil(share * len(frame))
    assert (explored["chance"] >= made.drawn / max(N - made.by_score, 1) - 1e-12).all()


@given(order=st.permutations(range(N)))
@settings(max_examples=10)
def test_the_order_of_the_rows_changes_nothing(order: list[int]) -> None:
    place = np.array(order)
    again = choose(ENTITY[place], SCORE[place], length=60, explore_share=0.2, random_band=10, seed="x")
    first = choose(ENTITY, SCORE, length=60, explore_share=0.2, random_band=10, seed="x")
    assert ENTITY[place][again.frame["row"]].tolist() == ENTITY[first.frame["row"]].tolist()


def test_everybody_left_out_by_the_score_has_the_same_chance_to_be_drawn() -> None:
    lists, drawn = 300, np.zeros(N)
    for seed in range(lists):
        frame = chosen(40, str(seed), explore_share=0.25).frame
        drawn[frame.loc[frame["kind"] == "exploration", "row"]] += 1
    rest = np.argsort(-SCORE, kind="stable")[30:]
    expected = lists * 10 / len(rest)
    assert drawn[np.argsort(-SCORE, kind="stable")[:30]].sum() == 0
    assert abs(drawn[rest] - expected).max() < 5 * math.sqrt(expected)


def test_places_by_score_are_spread_as_the_population_is() -> None:
    frame = chosen(40, group=WARD).frame
    assert {ward: int((WARD[frame["row"]] == ward).sum()) for ward in "ABC"} == {"A": 20, "B": 15, "C": 5}
    best = [row for row in np.argsort(-SCORE, kind="stable") if WARD[row] == "C"][:5]
    assert set(best) <= set(frame["row"])


def test_near_the_end_of_the_list_the_order_is_drawn_and_says_so() -> None:
    order = np.argsort(-SCORE, kind="stable")
    seen = np.zeros(N)
    for seed in range(200):
        frame = chosen(50, str(seed), random_band=20).frame
        assert set(order[:40]) <= set(frame["row"])
        assert frame.loc[frame["kind"] == "band", "chance"].eq(0.5).all()
        seen[frame["row"]] += 1
    assert abs(seen[order[40:60]] - 100).max() < 40
    assert seen[order[60:]].sum() == 0


@pytest.mark.parametrize("group", [None, WARD[100:220]], ids=["whole", "by ward"])
def test_the_stated_chance_is_how_often_a_case_is_listed(group: np.ndarray | None) -> None:
    lists, few = 250, np.round(SCORE[:120])  # many equal scores
    seen, stated = np.zeros(120), np.zeros(120)
    for seed in range(lists):
        made = choose(ENTITY[:120], few, length=30, explore_share=0.2, group=group, seed=str(seed)).frame
        seen[made["row"]] += 1
        stated[made["row"]] = made["chance"]
    assert seen.sum() == 30 * lists
    assert (np.abs(seen - lists * stated) < 5 * np.sqrt(lists * np.maximum(stated * (1 - stated), 0.01))).all()


def test_equal_scores_are_settled_by_the_draw_and_not_by_the_row() -> None:
    flat = np.zeros(N)
    first = choose(ENTITY, flat, length=50, seed="a").frame["row"].tolist()
    assert first == choose(ENTITY, flat, length=50, seed="a").frame["row"].tolist()
    assert first != choose(ENTITY, flat, length=50, seed="b").frame["row"].tolist()
    assert first != list(range(50))


@pytest.mark.parametrize(
    ("entity", "score", "length", "found"),
    [
        (ENTITY[:3], SCORE[:2], 1, "3 cases have 2 scores"),
        (np.array([1, 1]), SCORE[:2], 1, "occurs more than once"),
        (ENTITY[:2], np.array([1.0, np.nan]), 1, "1 scores are missing"),
        (ENTITY[:2], SCORE[:2], 0, "the list has 0 places"),
    ],
)
def test_what_cannot_be_listed_is_refused(entity: np.ndarray, score: np.ndarray, length: int, found: str) -> None:
    with pytest.raises(ScoringError, match=found):
        choose(entity, score, length=length, seed="x")
