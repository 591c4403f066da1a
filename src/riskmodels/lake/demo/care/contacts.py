"""Requests, assessments and reviews: what leads to support, follows from it, and foretells that it must change."""

from __future__ import annotations

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.care.chances import BASE_COST, LONG_TERM, STATES, is_step_up
from riskmodels.lake.demo.care.forms import ASSESSMENTS, OUTCOMES, REVIEWS, ROUTES, code
from riskmodels.lake.demo.care.lives import NONE, WAITING, Lives
from riskmodels.lake.demo.care.people import People
from riskmodels.lake.demo.journal import NULL, Rows

__all__ = ["CARER_REVIEWED", "REVIEWED_AT_A_STEP", "assessment_rows", "request_rows", "review_rows", "steps_up"]

REVIEWED_AT_A_STEP = 0.65  # share of steps up that a review, not planned, comes just before
_HOSPITAL_AT_A_STEP = 0.30
CARER_REVIEWED = 0.75


def steps_up(people: People, lives: Lives) -> Ints:
    """Give the stays whose next stay is with more long-term support."""
    follows = np.where(lives.next_state == NULL, lives.state, lives.next_state)
    return np.flatnonzero(is_step_up(lives.state, follows, BASE_COST[people.group[lives.person]]))


def request_rows(people: People, lives: Lives, steps: Ints, random: np.random.Generator) -> Rows:
    """Give the requests: one for each time of waiting, and one for each stay in hospital that ends in more support."""
    asks = np.flatnonzero(lives.state == WAITING)
    hospital = steps[random.random(len(steps)) < _HOSPITAL_AT_A_STEP]
    person = np.concatenate([lives.person[asks], lives.person[hospital]])
    on = np.concatenate([lives.starts_on[asks], lives.ends_on[hospital] - random.integers(0, 10, len(hospital))])
    usual = np.array([[0, 0.40, 0.14, 0.04, 0.42, 0], [0.05, 0.04, 0.02, 0.01, 0.88, 0],
                      [0, 0.14, 0.06, 0.01, 0.77, 0.02], [0, 0.30, 0.10, 0.02, 0.58, 0]])  # fmt: skip
    steps_of = usual[people.group[person]].cumsum(axis=1)
    route = np.minimum((random.random((len(person), 1)) > steps_of).sum(axis=1), len(ROUTES) - 1)
    route = np.where(people.from_school[person], code(ROUTES, "Planned Entry (Transition)"), route)
    route[len(asks) :] = code(ROUTES, "Discharge from Hospital")
    follows = np.concatenate([lives.next_state[asks], lives.next_state[hospital]])
    outcome = np.full(len(person), code(OUTCOMES, "Progress to Assessment, Review or Reassessment"), dtype=np.int64)
    outcome[follows == STATES.index("reablement")] = code(OUTCOMES, "Progress to Reablement/ST-Max")
    outcome[follows == NONE] = code(OUTCOMES, "NFA: Information and advice or signposting")
    rows = _event(person, on, 0, outcome, random)
    return {**rows, "Request_Route_of_Access": route.astype(np.int64)}


def assessment_rows(people: People, lives: Lives, random: np.random.Generator) -> Rows:
    """Give the assessments that follow a request, within some weeks; not everybody has one."""
    asks = np.flatnonzero((lives.state == WAITING) & (lives.next_state != NULL))
    asks = asks[random.random(len(asks)) < np.where(lives.next_state[asks] == NONE, 0.45, 0.92)]
    wait = lives.ends_on[asks] - lives.starts_on[asks]
    on = lives.starts_on[asks] + np.floor(wait * random.random(len(asks))).astype(np.int64)
    person = lives.person[asks]
    short = lives.next_state[asks] == STATES.index("reablement")
    kind = np.where(
        short, code(ASSESSMENTS, "Short Term Assessment"), code(ASSESSMENTS, "Long Term Assessment: Initial")
    )
    kind = np.where(people.from_school[person], code(ASSESSMENTS, "Transition Assessment"), kind)
    declined = lives.next_state[asks] == NONE
    outcome = np.where(
        declined, code(OUTCOMES, "NFA: Support declined"), code(OUTCOMES, "Progress to Support Planning or Services")
    )
    return {**_event(person, on, 1, outcome, random), "Assessment_Type": kind.astype(np.int64)}


def review_rows(people: People, lives: Lives, steps: Ints, last: int, random: np.random.Generator) -> Rows:
    """Give the reviews: at steps up, when a carer cannot go on, out of the blue; and planned ones, often late."""
    at_step = steps[random.random(len(steps)) < REVIEWED_AT_A_STEP]
    step_on = lives.ends_on[at_step] - random.integers(0, 15, len(at_step))
    step_reason = random.choice([2, 4, 5, 6], size=len(at_step), p=[0.42, 0.10, 0.08, 0.40])
    lost_before = _carer_just_lost(lives, lives.person[at_step], step_on)
    step_reason = np.where(lost_before, code(REVIEWS, "Unplanned: Carer related"), step_reason)
    lost = np.flatnonzero(lives.carer_lost_on != NULL)
    lost = lost[random.random(len(lost)) < CARER_REVIEWED]
    lost_on = lives.carer_lost_on[lost] + random.integers(0, 21, len(lost))
    blue = random.choice([2, 4, 5, 6], size=len(lives.reviewed), p=[0.25, 0.22, 0.15, 0.38])
    planned, planned_on, first = _planned(people, lives, last, random)
    person = np.concatenate([lives.person[at_step], lost, lives.reviewed, planned])
    on = np.concatenate([step_on, lost_on, lives.reviewed_on, planned_on])
    carer = np.full(len(lost), code(REVIEWS, "Unplanned: Carer related"))
    reason = np.concatenate([step_reason, carer, blue, np.where(first, 1, 0)]).astype(np.int64)
    kept = on <= last
    person, on, reason = person[kept], on[kept], reason[kept]
    outcome = np.full(len(person), code(OUTCOMES, "Continuation of Support or Services"), dtype=np.int64)
    rows = _event(person, on, 3, outcome, random)
    method = random.choice(4, size=len(person), p=[0.62, 0.27, 0.08, 0.03])
    achieved = random.choice(4, size=len(person), p=[0.40, 0.34, 0.08, 0.18])
    return {
        **rows,
        "Review_Reason": reason,
        "Method_of_Review": method.astype(np.int64),
        "Review_Outcomes_Achieved": achieved.astype(np.int64),
    }


def _carer_just_lost(lives: Lives, person: Ints, on: Ints) -> Flags:
    """Say whose carer could not go on in the eight weeks before a day."""
    lost = lives.carer_lost_on[person]
    return np.asarray((lost != NULL) & (lost <= on) & (lost > on - 56))


def _planned(people: People, lives: Lives, last: int, random: np.random.Generator) -> tuple[Ints, Ints, Flags]:
    """Give who has a planned review, when, and whether it is the first: after 6 to 10 weeks, then about every year."""
    supported = np.isin(lives.state, LONG_TERM)
    until = np.where(lives.ends_on == NULL, last, lives.ends_on)
    begins, ends = np.full(people.count, 2**40), np.full(people.count, -(2**40))
    np.minimum.at(begins, lives.person[supported], lives.starts_on[supported])
    np.maximum.at(ends, lives.person[supported], until[supported])
    # Some teams see everybody within the year; in others a review comes a year late, or never.
    pace = random.lognormal(0.0, 0.30, people.count) * np.where(random.random(people.count) < 0.16, 1.9, 1.0)
    never = random.random(people.count) < 0.05
    on = begins + random.integers(40, 80, people.count)
    gap: Floats = 360.0 * pace
    earliest = int(lives.starts_on.max(initial=last)) - 3650
    skipped = np.maximum(np.floor((earliest - on) / gap), 0).astype(np.int64)
    on = on + np.floor(skipped * gap).astype(np.int64)
    found: list[tuple[Ints, Ints, Flags]] = []
    first = skipped == 0
    while True:
        here = np.flatnonzero((on < ends) & ~never)
        if not len(here):
            break
        found.append((here, on[here], first[here]))
        on = on + np.floor(gap * random.uniform(0.85, 1.25, people.count)).astype(np.int64)
        first = np.zeros(people.count, dtype=np.bool_)
    who, when, initial = (np.concatenate([one[place] for one in found]) for place in range(3))
    return who, when, initial.astype(np.bool_)


def _event(person: Ints, on: Ints, kind: int, outcome: Ints, random: np.random.Generator) -> Rows:
    """Give what every event has; most are typed within the fortnight, some months late."""
    count = len(person)
    draw, delay = random.random(count), random.random(count)
    late = 20 + np.floor(delay * 140).astype(np.int64)
    typed_on = on + np.where(draw < 0.94, np.floor(delay * 12).astype(np.int64), late)
    return {
        "person": person.astype(np.int64),
        "Event_Type": np.full(count, kind, dtype=np.int64),
        "starts_on": on.astype(np.int64),
        "ends_on": on + random.integers(0, 6, count),
        "typed_on": typed_on,
        "end_typed_on": typed_on,
        "Event_Outcome": outcome.astype(np.int64),
    }
