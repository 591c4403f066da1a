"""The council's registers of the same people: protected characteristics, and whom models must leave out."""

from __future__ import annotations

import numpy as np

from riskmodels.lake.demo.arrays import Ints
from riskmodels.lake.demo.care.carers import CARER_NUMBERS, Carers
from riskmodels.lake.demo.care.chances import GROUPS
from riskmodels.lake.demo.care.forms import PERSON
from riskmodels.lake.demo.care.people import People
from riskmodels.lake.demo.clocks import known_next_night
from riskmodels.lake.demo.forms import DISABILITY, EXCLUSION_KINDS, EXTRACTS, SEXES, Form
from riskmodels.lake.demo.journal import NULL, Rows
from riskmodels.lake.demo.margins import ETHNIC_GROUPS, RELIGIONS

__all__ = ["REGISTER_FORMS", "exclusion_rows", "person_rows"]

_NOT_IN_INDEX = 0.025
_FIRST_EXCLUSION = 5_000_000
_OLDEST = -22_000  # day of birth of the oldest carer, in 1909

REGISTER_FORMS: dict[str, dict[str, Form]] = {
    "persons": {**EXTRACTS["persons"], "person_id": PERSON},
    "exclusions": {**EXTRACTS["exclusions"], "person_id": PERSON},
}


def person_rows(people: People, carers: Carers, begins: Ints, random: np.random.Generator) -> Rows:
    """Give the people and their unpaid carers as the client index has them; a few it does not know."""
    disabled = np.where(people.group == GROUPS.index("mental health"), 0.80, 0.93) > random.random(people.count)
    cared_for, count = carers.person, len(carers.person)
    partner = (random.random(count) < 0.55) & (people.group[cared_for] != GROUPS.index("learning disability"))
    years_apart = np.where(partner, random.normal(0.0, 4.0, count), np.where(people.group[cared_for] == 0, 27.0, -29.0))
    rows: Rows = {
        "person_id": np.concatenate([np.arange(people.count), CARER_NUMBERS + cared_for]) + 1,
        "registered_on": np.concatenate([begins, carers.starts_on]) - random.integers(0, 700, people.count + count),
        "date_of_birth": np.concatenate(
            [people.birth_day, np.maximum(people.birth_day[cared_for] + years_apart * 365.25, _OLDEST)]
        ).astype(np.int64),
        "sex": np.concatenate([people.sex, (random.random(count) < 0.42).astype(np.int64)]),
        "ethnic_group": np.concatenate([people.ethnic_group, people.ethnic_group[cared_for]]),
        "disability": np.where(np.concatenate([disabled, random.random(count) < 0.28]), 0, 1),
        "religion": np.concatenate([people.religion, people.religion[cared_for]]),
    }
    return _as_indexed(rows, random)


def _as_indexed(true: Rows, random: np.random.Generator) -> Rows:
    count = len(true["person_id"])
    rows = {
        **true,
        "date_of_birth": np.where(random.random(count) < 0.004, NULL, true["date_of_birth"]),
        "sex": _recorded(true["sex"], 0.002, 0.004, len(SEXES) - 2, random),
        "ethnic_group": _recorded(true["ethnic_group"], 0.02, 0.05, len(ETHNIC_GROUPS), random),
        "disability": _recorded(true["disability"], 0.01, 0.05, len(DISABILITY) - 2, random),
        "religion": _recorded(true["religion"], 0.05, 0.28, len(RELIGIONS), random),
        "recorded_at": known_next_night(true["registered_on"] + random.integers(0, 6, count)),
    }
    known = np.flatnonzero(random.random(count) >= _NOT_IN_INDEX)
    return {name: values[known] for name, values in rows.items()}


def _recorded(true: Ints, refuses: float, unknown: float, refused: int, random: np.random.Generator) -> Ints:
    draw = random.random(len(true))
    return np.where(draw < refuses, refused, np.where(draw < refuses + unknown, refused + 1, true)).astype(np.int64)


def exclusion_rows(people: People, first: int, last: int, random: np.random.Generator) -> Rows:
    """Give the exclusions: about one person in two hundred."""
    count = max(2, round(0.005 * people.count))
    starts_on = random.integers(first - 400, last - 30, count)
    rows: Rows = {
        "exclusion_id": _FIRST_EXCLUSION + np.arange(count, dtype=np.int64),
        "person_id": np.sort(random.choice(people.count, size=count, replace=False)).astype(np.int64) + 1,
        "kind": random.choice(len(EXCLUSION_KINDS), size=count, p=[0.45, 0.20, 0.15, 0.20]).astype(np.int64),
        "starts_on": starts_on,
        "ends_on": np.where(random.random(count) < 0.15, starts_on + random.integers(30, 300, count), NULL),
        "recorded_at": known_next_night(starts_on + random.integers(0, 5, count)),
    }
    empty = np.full(count, NULL, dtype=np.int64)
    return {name: rows.get(name, empty) for name in REGISTER_FORMS["exclusions"]}
