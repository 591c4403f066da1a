"""Who draws on care: their reasons, their years, how fast things go for them, and how much they are given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.care.chances import COMMUNITY, FRAILTIES, GROUP_SHARES, GROUPS, STARTS
from riskmodels.lake.demo.journal import NULL
from riskmodels.lake.demo.margins import BROAD_GROUP, RELIGION_BY_GROUP, RELIGIONS, ethnic_shares
from riskmodels.lake.demo.places import Places

__all__ = ["SUPPORT_REASONS", "UNDER_SERVED", "People", "costs", "draw_people"]

SUPPORT_REASONS = (
    "Physical Support: Access and mobility only",
    "Physical Support: Personal care support",
    "Sensory Support: Support for visual impairment",
    "Sensory Support: Support for hearing impairment",
    "Support with Memory and Cognition",
    "Learning Disability Support",
    "Mental Health Support",
    "Social Support: Support for Social Isolation / Other",
)
_REASONS = np.array(
    [
        [0.12, 0.56, 0.03, 0.01, 0.24, 0, 0, 0.04],
        [0, 0, 0, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 0.93, 0.07],
        [0.16, 0.72, 0.06, 0.04, 0, 0, 0, 0.02],
    ]
)
# New people in a week for each one on the first day, by group: enough that the number stays about the same.
_ARRIVALS = np.array([0.0118, 0.0012, 0.0064, 0.0036])
_AGES = np.array(
    [[83.0, 8.0, 65.0, 102.0], [41.0, 15.0, 18.2, 86.0], [47.0, 13.0, 18.2, 84.0], [52.0, 9.0, 18.5, 66.0]]
)
_NEW_AGES = np.array(
    [[81.0, 8.0, 65.0, 101.0], [24.0, 8.0, 18.2, 60.0], [42.0, 14.0, 18.2, 80.0], [48.0, 11.0, 18.5, 65.0]]
)
_HAS_CARER = np.array([0.46, 0.62, 0.25, 0.48])
_FEMALE = np.array([0.64, 0.42, 0.46, 0.50])
_YEARS_SO_FAR = np.array([1.4, 7.0, 3.0, 3.5])
# The broad ethnic group that gets less than it needs, where unmet need is planted, and what share of it.
UNDER_SERVED, _SHARE_OF_NEED = "Black", 0.55
_YEAR = 365.25


@dataclass(frozen=True, eq=False)
class People:
    """Everybody who draws on care in the years of the lake, one element each; the number is the place plus one.

    Attributes
    ----------
    group, frailty, reason : int array
        Indices into ``GROUPS``, ``FRAILTIES`` and ``SUPPORT_REASONS``.
    arrives_on : int array
        Day of the first request; NULL for those who are known on the first day.
    first_state : int array
        Where those are on the first day.
    so_far_days : int array
        Days that this has lasted by then.
    has_carer : bool array
        Whether somebody cares at home when the person is first known.
    scale, need_scale : float array
        How much the person is given where hours are planned, 1 for most, and how much the person needs.
    extras_gbp : float array, shape (n_people, 3)
        Day support, meals and equipment in a week at home, at the prices of April 2022; 0 for most.
    birth_day, sex, ethnic_group, religion, area : int array
        As in ``Tenants``; area is an index of the small area.
    from_school : bool array
        Whether the person comes over from children's services at 18.
    """

    group: Ints
    frailty: Ints
    reason: Ints
    arrives_on: Ints
    first_state: Ints
    so_far_days: Ints
    has_carer: Flags
    scale: Floats
    need_scale: Floats
    extras_gbp: Floats
    birth_day: Ints
    sex: Ints
    ethnic_group: Ints
    religion: Ints
    area: Ints
    from_school: Flags

    @property
    def count(self) -> int:
        """Count the people."""
        return len(self.group)


def draw_people(
    known: int, first: int, last: int, where: Places, random: np.random.Generator, *, unmet_need: bool
) -> People:
    """Draw the people known on the day ``first``, and those who come by the day ``last``."""
    weeks = (last - first) / 7.0
    at_first = random.choice(len(GROUPS), size=known, p=GROUP_SHARES)
    coming = random.poisson(_ARRIVALS * np.array(GROUP_SHARES) * known * weeks)
    group = np.concatenate([at_first, np.repeat(np.arange(len(GROUPS)), coming)])
    count = len(group)
    new = np.arange(count) >= known
    arrives_on = np.where(new, first + np.floor(random.random(count) * (last - first)).astype(np.int64), NULL)
    age = _ages(group, new, random)
    from_school = new & (group == 1) & (random.random(count) < 0.55)
    age = np.where(from_school, 18.0 + 0.08 * random.random(count), age)
    so_far = np.minimum(random.exponential(_YEARS_SO_FAR[group]) * _YEAR, np.maximum(age - 18.0, 0.02) * _YEAR)
    ethnic_group = random.choice(len(BROAD_GROUP), size=count, p=np.array(ethnic_shares()))
    broad = np.array(BROAD_GROUP)[ethnic_group]
    faith = np.array([RELIGION_BY_GROUP[one] for one in BROAD_GROUP])[ethnic_group]
    need_scale = np.clip(random.lognormal(0.0, 0.30, count), 0.5, 2.4)
    given = np.where(unmet_need & (broad == UNDER_SERVED), _SHARE_OF_NEED, 1.0)
    return People(
        group=group.astype(np.int64),
        frailty=random.choice(len(FRAILTIES), size=count, p=[0.40, 0.42, 0.18]).astype(np.int64),
        reason=_pick(random.random(count), _REASONS[group]),
        arrives_on=arrives_on,
        first_state=_pick(random.random(count), STARTS[group]),
        so_far_days=np.maximum(so_far, 3).astype(np.int64),
        has_carer=random.random(count) < _HAS_CARER[group],
        scale=need_scale * given,
        need_scale=need_scale,
        extras_gbp=_extras(group, random),
        birth_day=(np.where(new, arrives_on, first) - age * _YEAR).astype(np.int64),
        sex=(random.random(count) >= _FEMALE[group]).astype(np.int64),
        ethnic_group=ethnic_group.astype(np.int64),
        religion=np.minimum(_pick(random.random(count), faith), len(RELIGIONS) - 1),
        area=_areas(count, where, random),
        from_school=from_school,
    )


def costs(people: People, base: Floats, power: Floats, *, needed: bool = False) -> Floats:
    """Give each person's weekly cost in each state at the prices of April 2022: people by states."""
    scale = people.need_scale if needed else people.scale
    cost = base[people.group] * scale[:, None] ** power
    cost[:, list(COMMUNITY)] += people.extras_gbp.sum(axis=1)[:, None]
    return np.asarray(cost)


def _ages(group: Ints, new: Flags, random: np.random.Generator) -> Floats:
    shape = np.where(new[:, None], _NEW_AGES[group], _AGES[group])
    drawn = random.normal(shape[:, 0], shape[:, 1])
    return np.where(
        (drawn < shape[:, 2]) | (drawn > shape[:, 3]), random.uniform(shape[:, 2], shape[:, 0] + shape[:, 1]), drawn
    )


def _extras(group: Ints, random: np.random.Generator) -> Floats:
    draw = random.random((len(group), 3))
    days = random.integers(1, 5, len(group))
    day_support = np.where(draw[:, 0] < np.array([0.14, 0.48, 0.08, 0.12])[group], 62.0 * days, 0.0)
    meals = np.where(draw[:, 1] < np.array([0.12, 0.0, 0.0, 0.05])[group], 7 * 5.40, 0.0)
    equipment = np.where(draw[:, 2] < np.array([0.38, 0.06, 0.02, 0.28])[group], 6.20, 0.0)
    return np.stack([day_support, meals, equipment], axis=1)


def _areas(count: int, where: Places, random: np.random.Generator) -> Ints:
    weight = np.exp(-where.rank / 22000.0) * random.lognormal(0.0, 0.4, len(where.rank))
    return random.choice(len(weight), size=count, p=weight / weight.sum()).astype(np.int64)


def _pick(draw: Floats, shares: Floats) -> Ints:
    """Pick a column for each row by its shares, which need not sum to 1."""
    steps = shares.cumsum(axis=1)
    chosen = (draw[:, None] * steps[:, -1:] > steps).sum(axis=1)
    return np.asarray(np.minimum(chosen, shares.shape[1] - 1), dtype=np.int64)
