"""The weeks themselves: where each person is, who loses a carer, and who is reviewed out of turn."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.care.chances import CARERS, FRAILTIES, GROUPS, STATES, blue_review, chances, season
from riskmodels.lake.demo.care.people import People
from riskmodels.lake.demo.journal import NULL

__all__ = ["DEAD", "MOVED", "NONE", "WAITING", "Lives", "kind_of", "live", "tables"]

WAITING, NONE = STATES.index("waiting"), STATES.index("none")
DEAD, MOVED = STATES.index("dead"), STATES.index("moved")


@dataclass(frozen=True, eq=False)
class Lives:
    """What happened, one element for each stay in a state, each carer lost and each review out of turn.

    Attributes
    ----------
    person, state, starts_on, ends_on, next_state : int array
        Stays in order of person and day; ``ends_on`` is the day of the next one, NULL where the lake ends first.
    carer_lost_on : int array
        For each person, the day the unpaid carer could not go on, NULL where that did not happen.
    reviewed, reviewed_on : int array
        Who was reviewed out of turn without a change of support, and when.
    """

    person: Ints
    state: Ints
    starts_on: Ints
    ends_on: Ints
    next_state: Ints
    carer_lost_on: Ints
    reviewed: Ints
    reviewed_on: Ints


def kind_of(people: People) -> Ints:
    """Give the number of each person's kind, group and frailty: chances are the same for all of a kind."""
    return people.group * len(FRAILTIES) + people.frailty


def tables(day: int) -> Floats:
    """Give the chances in the week of a day for every kind of person: kinds by from by to."""
    return _in_season(season(day))


@functools.cache
def _in_season(now: float) -> Floats:
    return np.stack([chances(g, frailty=f, season_now=now) for g in range(len(GROUPS)) for f in FRAILTIES])


def live(people: People, first: int, last: int, random: np.random.Generator) -> Lives:
    """Live the weeks from one day to another."""
    count = people.count
    known = people.arrives_on == NULL
    place = 2 * np.where(known, people.first_state, WAITING) + np.where(people.has_carer, 0, 1)
    begun = np.where(known, first - people.so_far_days, people.arrives_on)
    stays = [(np.arange(count), place // CARERS, begun)]
    lost_on = np.full(count, NULL, dtype=np.int64)
    reviews: list[tuple[Ints, Ints]] = []
    kind = kind_of(people)
    by_season = {season(day): tables(day).cumsum(axis=2) for day in range(first, first + 366, 7)}
    for monday in range(first, last + 1, 7):
        moving = np.flatnonzero((begun <= monday) & (place < 2 * DEAD))
        draw = random.random((count, 3))[moving]
        before = place[moving]
        now = (draw[:, :1] > by_season[season(monday)][kind[moving], before]).sum(axis=1)
        now = np.minimum(now, 2 * len(STATES) - 1)
        day = monday + 1 + np.floor(draw[:, 1] * 7).astype(np.int64)
        place[moving] = now
        changed = (now // CARERS != before // CARERS) & (day <= last)
        stays.append((moving[changed], now[changed] // CARERS, day[changed]))
        lost = (now // CARERS == before // CARERS) & (now > before) & (day <= last)
        lost_on[moving[lost]] = day[lost]
        fast = np.array(FRAILTIES)[people.frailty[moving]]
        seen = (draw[:, 2] < blue_review(before // CARERS, fast)) & (day <= last)
        reviews.append((moving[seen], day[seen]))
    return _in_order(stays, lost_on, reviews)


def _in_order(stays: list[tuple[Ints, Ints, Ints]], lost_on: Ints, reviews: list[tuple[Ints, Ints]]) -> Lives:
    person, state, starts = (np.concatenate([stay[part] for stay in stays]).astype(np.int64) for part in range(3))
    order = np.lexsort((starts, person))
    person, state, starts = person[order], state[order], starts[order]
    goes_on: Flags = np.concatenate([person[1:] == person[:-1], [False]])
    return Lives(
        person=person,
        state=state,
        starts_on=starts,
        ends_on=np.where(goes_on, np.roll(starts, -1), NULL),
        next_state=np.where(goes_on, np.roll(state, -1), NULL),
        carer_lost_on=lost_on,
        reviewed=np.concatenate([who for who, _ in reviews]).astype(np.int64),
        reviewed_on=np.concatenate([day for _, day in reviews]).astype(np.int64),
    )
