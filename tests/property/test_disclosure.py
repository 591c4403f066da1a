"""Attacks on what leaves the audit: nobody works out a withheld count, from any number of tables together.

The attacker here knows more than a reader does: the counts that are shown exactly, before they were rounded. And they
attack by another road than the defence: their unknowns are how many share *all* the characteristics, so that every
count, shown or not, is a sum of unknowns.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from riskmodels.assurance.disclosure import protect_groups
from riskmodels.records.disclosure import GroupCounts, GroupMeasure, SafeGroup

NUMBER = 10
MEASURES: tuple[GroupMeasure, ...] = ("rows", "positives", "picked", "found")
Attack = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]

cubes = st.integers(1, 3).flatmap(
    lambda many: st.tuples(
        st.lists(st.integers(2, 4 if many < 3 else 3), min_size=many, max_size=many),
        st.integers(0, 2**32 - 1),
        st.sampled_from([2, 6, 15, 60]),
    )
)


def cube(levels: Sequence[int], seed: int, mean: float) -> npt.NDArray[np.int64]:
    """Draw how many people share each group of every characteristic, outcome (0, 1) and place on the list (0, 1)."""
    random = np.random.Generator(np.random.PCG64(seed))
    rates = mean * random.gamma(0.4, 2.5, (*levels, 2, 2)) * np.array([[4.0, 1.0], [0.5, 1.0]])
    people: npt.NDArray[np.int64] = random.poisson(rates)
    return people


def chosen(shape: Sequence[int], names: Sequence[int], groups: Sequence[int]) -> npt.NDArray[np.float64]:
    here = np.zeros((*shape, 2, 2))
    where: list[slice | int] = [slice(None)] * len(shape)
    for name, group in zip(names, groups, strict=True):
        where[name] = group
    here[tuple(where)] = 1.0
    return here


def measured(here: npt.NDArray[np.float64], measure: str) -> npt.NDArray[np.float64]:
    """Give the weights of one measure's sum over the cube; ``missed`` and the like are those nobody prints."""
    out, on_list = {
        "rows": ((1, 1), (1, 1)),
        "positives": ((0, 1), (1, 1)),
        "picked": ((1, 1), (0, 1)),
        "found": ((0, 1), (0, 1)),
        "without": ((1, 0), (1, 1)),
        "outside": ((1, 1), (1, 0)),
        "missed": ((0, 1), (1, 0)),
        "wrong": ((1, 0), (0, 1)),
    }[measure]
    return here * np.outer(out, on_list)


def all_groups(people: npt.NDArray[np.int64]) -> tuple[list[GroupCounts], list[npt.NDArray[np.float64]]]:
    shape = people.shape[:-2]
    groups, places = [], []
    for size in range(min(2, len(shape)) + 1):
        for names in itertools.combinations(range(len(shape)), size):
            for combination in itertools.product(*(range(shape[name]) for name in names)):
                here = chosen(shape, names, combination)
                counts = [int((measured(here, measure) * people).sum()) for measure in MEASURES]
                texts = tuple((f"c{name}", f"g{group}") for name, group in zip(names, combination, strict=True))
                groups.append(GroupCounts(texts, *counts))
                places.append(here)
    return groups, places


def attacks(
    people: npt.NDArray[np.int64],
    safe: Sequence[SafeGroup],
    places: Sequence[npt.NDArray[np.float64]],
    wanted: Sequence[str] = (*MEASURES, "without", "missed", "wrong"),
) -> Attack:
    """Give what is shown as equations over the unknowns, its values, and the small counts as sums to be found."""
    shown, small = [], []
    for group, here in zip(safe, places, strict=True):
        for measure in MEASURES:
            weights = measured(here, measure).ravel()
            if getattr(group, measure) is not None:
                shown.append(weights)
        for either in wanted:
            weights = measured(here, either).ravel()
            if weights @ people.ravel() < NUMBER:
                small.append(weights)
    size = people.size
    equations = np.array(shown).reshape(-1, size)
    return equations, equations @ people.ravel(), np.array(small).reshape(-1, size)


def given_away(equations: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> int:
    """Count the wanted sums that are a linear combination of what is shown: these have one value only."""
    if not len(equations) or not len(wanted):
        return 0
    left = wanted.T - equations.T @ np.linalg.lstsq(equations.T, wanted.T, rcond=None)[0]
    return int((np.abs(left).max(axis=0) < 1e-8).sum())


def narrowest(
    equations: npt.NDArray[np.float64], values: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]
) -> float:
    """Give the width of the narrowest range of a wanted sum, over all non-negative unknowns."""
    widths = [np.inf]
    for weights in wanted:
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * weights, A_eq=equations if len(equations) else None, b_eq=values if len(values) else None
            )
            ends.append(np.inf if found.status == 3 else found.fun)
        widths.append(np.inf if np.inf in ends else -ends[1] - ends[0])
    return min(widths)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cubes)
def test_no_small_count_follows_by_linear_algebra(drawn: tuple[list[int], int, int]) -> None:
    people = cube(*drawn)
    groups, places = all_groups(people)
    safe = protect_groups(groups, number=NUMBER, round_to=5)
    equations, _, small = attacks(people, safe, places)
    assert 0 == given_away(equations, small)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cubes.filter(lambda drawn: len(drawn[0]) < 3))
def test_no_small_count_is_brought_within_a_narrow_range(drawn: tuple[list[int], int, int]) -> None:
    people = cube(*drawn)
    groups, places = all_groups(people)
    safe = protect_groups(groups, number=NUMBER, round_to=5)
    equations, values, small = attacks(people, safe, places)
    assert narrowest(equations, values, small) >= NUMBER - 1e-5


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cubes.filter(lambda drawn: len(drawn[0]) < 3))
def test_nor_of_amounts_how_few_lie_outside_their_intervals(drawn: tuple[list[int], int, int]) -> None:
    people = cube(*drawn)
    groups, places = all_groups(people)
    safe = protect_groups(groups, number=NUMBER, round_to=5, measures=("rows", "picked"))
    assert all(one.positives is None and one.found is None for one in safe)
    equations, values, small = attacks(people, safe, places, ("rows", "picked", "outside"))
    assert 0 == given_away(equations, small)
    assert narrowest(equations, values, small) >= NUMBER - 1e-5


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cubes)
def test_what_is_shown_is_large_and_rounded(drawn: tuple[list[int], int, int]) -> None:
    groups, _ = all_groups(cube(*drawn))
    for group, safe in zip(groups, protect_groups(groups, number=NUMBER, round_to=5), strict=True):
        for measure in MEASURES:
            shown, count = getattr(safe, measure), getattr(group, measure)
            assert shown is None or (count >= NUMBER and shown % 5 == 0 and abs(shown - count) <= 2.5)
        if safe.rate("found", "positives") is not None:
            assert group.positives - group.found >= NUMBER  # neither 0% nor 100%


@pytest.mark.parametrize("levels", [[3], [3, 4], [2, 3, 3]])
def test_the_attack_works_where_only_small_counts_are_withheld(levels: list[int]) -> None:
    """Without withholding anything beside them, the same attack gives small counts back, so it can fail."""
    people = cube(levels, seed=1, mean=15)
    groups, places = all_groups(people)
    naive = [
        SafeGroup(group.characteristics, *(c if (c := getattr(group, m)) >= NUMBER else None for m in MEASURES))
        for group in groups
    ]
    equations, values, small = attacks(people, naive, places)
    assert given_away(equations, small) > 0
    assert narrowest(equations, values, small[:20]) < NUMBER
