"""Do the audit's intervals keep what they say? Audits of made-up lists where the truth is known.

People come afresh for every audit, at risk for reasons of their own that last, and a list is made of the highest scores
at each date. The audits go through the counting, resampling and interval code that every audit goes through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from riskmodels.assurance.counts import count_rows, pool
from riskmodels.assurance.disparities import Compared, compare
from riskmodels.assurance.intervals import LEAST_PEOPLE, LEAST_PEOPLE_OF_PANEL
from riskmodels.assurance.verdicts import Evidence, people_needed
from riskmodels.records import Interval
from tests.unit.assurance.scored_rows import deciding

pytestmark = [pytest.mark.slow, pytest.mark.long]

AUDITS = 1000
RESAMPLES = 200


@dataclass(frozen=True)
class World:
    """A world to draw audits from: group sizes, dates, and what is taken off the first group's scores."""

    group: int
    rest: int
    periods: int
    base: float
    lasting: float
    against: float = 0.0

    def audit(self, seed: int, *, as_if_strangers: bool = False) -> dict[str, Compared]:
        """Audit once; ``as_if_strangers`` takes every row for a person of its own."""
        rng = np.random.default_rng(seed)
        people = self.group + self.rest
        person = np.repeat(np.arange(people), self.periods)
        line = self.base + self.lasting * rng.normal(size=people)[person]
        outcome = (rng.random(len(person)) < 1 / (1 + np.exp(-line))).astype(float)
        group = (person >= self.group).astype(np.int64)
        score = line + 0.6 * rng.normal(size=len(person)) - self.against * (group == 0)
        by_date = score.reshape(people, self.periods)
        picked = (by_date >= np.sort(by_date, axis=0)[-people // 10]).astype(float).ravel()
        weight, probability = np.ones(len(person)), np.full(len(person), 0.5)
        if as_if_strangers:
            person = np.arange(len(person))
        rows = count_rows(person, outcome, picked, weight, probability)
        return compare(rows, pool(rows, group, 2), seed=seed, resamples=RESAMPLES)


# About the fewest people that an interval is given for, and more. What is compared is whether they are enough: those
# audits in which they are not say "not enough evidence" and no interval.
ONE_ROW_EACH = [World(140, 860, 1, -1.8, 1.0), World(600, 1400, 1, -1.8, 1.0)]
PANELS = [World(115, 885, 12, -3.0, 1.5), World(300, 900, 12, -3.0, 1.5)]


@pytest.mark.parametrize(
    ("world", "least"),
    [
        pytest.param(ONE_ROW_EACH[0], LEAST_PEOPLE, id="one row each, at the minimum"),
        pytest.param(ONE_ROW_EACH[1], LEAST_PEOPLE, id="one row each, more"),
        pytest.param(PANELS[0], LEAST_PEOPLE_OF_PANEL, id="twelve dates, at the minimum"),
        pytest.param(PANELS[1], LEAST_PEOPLE_OF_PANEL, id="twelve dates, more"),
    ],
)
def test_with_equal_groups_intervals_hold_no_difference_in_93_to_97_of_100(world: World, least: int) -> None:
    inside: dict[str, list[bool]] = {"missed": [], "wrongly_picked": [], "list_share": []}
    behind = []
    for seed in range(AUDITS):
        found = world.audit(seed)
        behind.append(int(found["missed"].people[0]))
        for metric, kept in inside.items():
            low, high = found[metric].ends()
            if found[metric].enough[0]:
                kept.append(bool(low[0] <= 0 <= high[0]))
    at_minimum = world in (ONE_ROW_EACH[0], PANELS[0])
    assert np.mean(behind) < 1.35 * least if at_minimum else np.mean(behind) > 1.5 * least
    for metric, kept in inside.items():
        assert len(kept) > 0.6 * AUDITS, metric
        assert 0.93 <= np.mean(kept) <= 0.97, f"{metric}: {np.mean(kept):.3f} of {len(kept)}"


def test_on_a_panel_an_interval_of_rows_would_say_far_too_much() -> None:
    """Rows of one person are alike: the row-level interval that this audit does not give misses far too often."""
    world = World(150, 850, 12, -3.0, 3.0)
    rows, people = [], []
    for seed in range(300):
        for kept, strangers in ((people, False), (rows, True)):
            low, high = world.audit(seed, as_if_strangers=strangers)["missed"].ends()
            kept.append(low[0] <= 0 <= high[0])
    assert np.mean(rows) < 0.75
    assert np.mean(people) > 0.92


@pytest.mark.parametrize("world", [World(700, 1300, 1, -1.8, 1.0, 0.9), World(300, 900, 12, -3.0, 1.5, 1.0)])
def test_a_planted_difference_is_found_with_the_power_that_is_stated(world: World) -> None:
    """A quarter more missed, in a group of 700 of 2,000 or at twelve dates of 300 of 1,200: found in nine of ten."""
    breaches, sizes = [], []
    for seed in range(200):
        found = world.audit(seed)["missed"]
        breaches.append(found.p(0.05)[0] < 0.05)
        sizes.append(found.first[0] - found.second[0])
    assert 0.2 < np.mean(sizes) < 0.3
    assert np.mean(breaches) > 0.9


def test_no_difference_over_the_tolerance_is_hardly_ever_called_a_breach() -> None:
    world = ONE_ROW_EACH[1]
    breaches = [world.audit(seed)["missed"].p(0.02)[0] < 0.05 for seed in range(600)]
    assert np.mean(breaches) < 0.05


def test_the_people_that_a_panel_is_said_to_need_are_enough_four_times_in_five() -> None:
    small, tolerance = World(150, 3000, 12, -3.0, 1.5), deciding().tolerance
    needed = int(np.median([_needed(small, seed, tolerance) for seed in range(40)]))
    enough = World(needed, 3000, 12, -3.0, 1.5)
    passes = []
    for seed in range(120):
        low, high = enough.audit(seed)["missed"].ends()
        passes.append(low[0] >= -tolerance and high[0] <= tolerance)
    assert 0.68 < np.mean(passes) < 0.92


def _needed(world: World, seed: int, tolerance: float) -> int:
    found = world.audit(seed)
    missed, everybody = found["missed"], found["selection"]
    low, high = missed.ends()
    measured = Evidence(
        difference=Interval(float(missed.first[0] - missed.second[0]), float(low[0]), float(high[0])),
        p=1.0,
        people=int(everybody.people[0]),
        measured=int(missed.people[0]),
        all_people=int(everybody.other_people[0]),
        all_measured=int(missed.other_people[0]),
        rest_value=float(missed.second[0]),
        group_size=float(missed.first_size[0]),
        rest_size=float(missed.second_size[0]),
        least=missed.least,
    )
    return people_needed(measured, tolerance)
