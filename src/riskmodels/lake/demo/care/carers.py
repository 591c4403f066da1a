"""Unpaid carers: who cares for whom, how many hours, and what the council does for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Floats, Ints
from riskmodels.lake.demo.care.forms import ASSESSMENTS, COMPONENTS, DELIVERY, FREQUENCIES, OUTCOMES, SERVICES, code
from riskmodels.lake.demo.care.people import People
from riskmodels.lake.demo.faults import picked
from riskmodels.lake.demo.journal import NULL, Rows

__all__ = ["CARER_NUMBERS", "Carers", "carer_rows", "draw_carers"]

CARER_NUMBERS = 5_000_000  # a carer has the number of the person cared for, and this added
_KNOWN_TO_COUNCIL = 0.60


@dataclass(frozen=True, eq=False)
class Carers:
    """Those who care and are known to the council, one element each; NULL for days that never came.

    Attributes
    ----------
    person : int array
        The place of the person cared for among ``People``.
    hours : float array
        Hours of care in a week.
    starts_on, ends_on, assessed_on : int array
        When the council first knew, when caring ended, and when the carer was assessed.
    """

    person: Ints
    hours: Floats
    starts_on: Ints
    ends_on: Ints
    assessed_on: Ints


def draw_carers(people: People, begins: Ints, ends: Ints, lost_on: Ints, random: np.random.Generator) -> Carers:
    """Draw the carers whom the council knows; caring ends when it cannot go on, or with the person's support."""
    person = np.flatnonzero(people.has_carer & (random.random(people.count) < _KNOWN_TO_COUNCIL))
    count = len(person)
    starts_on = begins[person] + random.integers(0, 120, count)
    ends_on = np.where(lost_on[person] != NULL, lost_on[person], ends[person])
    real = (ends_on == NULL) | (ends_on > starts_on)
    hours = np.clip(np.rint(random.lognormal(3.2, 0.7, count) * (1 + 0.3 * people.frailty[person])), 1, 120)
    assessed = starts_on + random.integers(5, 300, count)
    never = (random.random(count) < 0.35) | ((ends_on != NULL) & (assessed >= ends_on))
    found = Carers(person, hours, starts_on, ends_on, np.where(never, NULL, assessed))
    return Carers(*(getattr(found, name)[real] for name in found.__dataclass_fields__))


def carer_rows(carers: Carers, random: np.random.Generator) -> Rows:
    """Give the carers' own events: an assessment for some, and for some of those a yearly payment."""
    assessed = np.flatnonzero(carers.assessed_on != NULL)
    paid = random.random(len(assessed)) < 0.45
    count, on = len(assessed), carers.assessed_on[assessed]
    lag = random.integers(0, 20, count)
    assessment: Rows = {
        "person": carers.person[assessed] + CARER_NUMBERS,
        "Event_Type": np.full(count, 1, dtype=np.int64),
        "starts_on": on,
        "ends_on": on + random.integers(0, 6, count),
        "typed_on": on + lag,
        "end_typed_on": on + lag,
        "Event_Outcome": np.full(count, code(OUTCOMES, "Progress to Support Planning or Services"), dtype=np.int64),
        "Assessment_Type": np.full(count, code(ASSESSMENTS, "Unpaid Carer Assessment"), dtype=np.int64),
        "Total_Hrs_Caring_Per_Week": (carers.hours[assessed] * 1_000_000).astype(np.int64),
    }
    ends_on = carers.ends_on[assessed]
    starts_on = on + 14
    support: Rows = {
        **assessment,
        "Event_Type": np.full(count, 2, dtype=np.int64),
        "starts_on": starts_on,
        "ends_on": np.where(ends_on == NULL, NULL, np.maximum(ends_on, starts_on)),
        "typed_on": starts_on + lag,
        "end_typed_on": np.where(ends_on == NULL, NULL, np.maximum(ends_on, starts_on) + 20),
        "Event_Outcome": np.where(ends_on == NULL, NULL, code(OUTCOMES, "NFA: Support ended for other reason")),
        "Assessment_Type": np.full(count, NULL, dtype=np.int64),
        "Service_Type": np.full(count, code(SERVICES, "Unpaid Carer Support: Direct to Unpaid Carer"), dtype=np.int64),
        "Service_Component": np.full(count, code(COMPONENTS, "Other Unpaid Carer Support"), dtype=np.int64),
        "Delivery_Mechanism": np.full(count, code(DELIVERY, "Direct Payment"), dtype=np.int64),
        "Unit_Cost": random.integers(15_000, 60_000, count),
        "Cost_Frequency_Unit_Type": np.full(count, code(FREQUENCIES, "Annually"), dtype=np.int64),
    }
    parts = [assessment, picked(support, paid)]
    empty = {name: np.full(count, NULL, dtype=np.int64) for name in support}
    return {
        name: np.concatenate([part.get(name, empty[name][: len(part["person"])]) for part in parts]) for name in support
    }
