"""The quarterly return: every quarter twelve months are sent again, as they stood on the day of the cut.

So an event comes several times: open and then ended, wrong and then righted, late and then there, or mistyped and then
gone. Support that is arranged for a later day is in the system already, and is sent with a start that lies ahead.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Ints
from riskmodels.lake.demo.calendar import day_number
from riskmodels.lake.demo.care.carers import CARER_NUMBERS, Carers
from riskmodels.lake.demo.care.chances import STATES
from riskmodels.lake.demo.care.forms import CARE_EXTRACTS, CLIENT_TYPES, HOMES, code
from riskmodels.lake.demo.care.lives import DEAD, MOVED, Lives
from riskmodels.lake.demo.care.people import SUPPORT_REASONS, People
from riskmodels.lake.demo.faults import picked
from riskmodels.lake.demo.journal import NULL, Rows

__all__ = ["Register", "Submission", "all_events", "register_of", "submissions", "written_down"]

_FIRST_WRONG = 0.015  # share of support whose cost is wrong when first sent
_MISTYPED = 0.004  # share of events that were never true, and are taken out again
_HOMES_BY_STATE = {
    "residential": "Registered Care Home",
    "nursing": "Registered Nursing Home",
    "extra care": "Sheltered / Extra Care Housing",
    "supported living 1": "Supported Accommodation / Supported Lodgings / Supported Group Home",
    "supported living 2": "Supported Accommodation / Supported Lodgings / Supported Group Home",
}


@dataclass(frozen=True)
class Submission:
    """One quarter's return: the last day of its twelve months, the day of its cut, and the cut before it."""

    until: int
    cut: int
    cut_before: int


def submissions(first: int, last: int) -> list[Submission]:
    """List the returns that a lake holds: from the quarter that ended before its first day to the last one cut."""
    year = int(np.datetime64(first, "D").astype("datetime64[Y]").astype(np.int64)) + 1970
    ends = [
        day_number(datetime.date(one, month, 1)) - 1 for one in range(year - 1, year + 15) for month in (1, 4, 7, 10)
    ]
    found: list[Submission] = []
    for until in ends[ends.index(max(day for day in ends if day < first)) :]:
        cut = until + 8 + until % 5
        if cut <= last:
            found.append(Submission(until, cut, found[-1].cut if found else -(2**40)))
    return found


@dataclass(frozen=True, eq=False)
class Register:
    """What is true of each person, and when the council knew: NULL for days that never came."""

    died_on: Ints
    death_typed_on: Ints
    moved_on: Ints
    begins: Ints
    home: Ints
    funding: Ints
    reason: Ints
    carer_recorded: Flags


def register_of(people: People, lives: Lives, random: np.random.Generator) -> Register:
    """Gather what the lives say of each person, and draw the rest."""
    count = people.count
    died, moved = (np.full(count, NULL, dtype=np.int64) for _ in range(2))
    for state, days in ((DEAD, died), (MOVED, moved)):
        there = lives.state == state
        days[lives.person[there]] = lives.starts_on[there]
    begins = np.full(count, 2**40, dtype=np.int64)
    np.minimum.at(begins, lives.person, lives.starts_on)
    typed = died + random.integers(1, 35, count) + np.where(random.random(count) < 0.06, 70, 0)
    alone = random.choice(4, size=count, p=[0.34, 0.42, 0.10, 0.14])
    return Register(
        died_on=died,
        death_typed_on=np.where(died == NULL, NULL, typed),
        moved_on=moved,
        begins=begins,
        home=np.where(people.group == 1, np.where(alone == 0, 3, alone), alone).astype(np.int64),
        funding=random.choice(3, size=count, p=[0.36, 0.58, 0.06]).astype(np.int64),
        reason=np.where(random.random(count) < 0.012, len(SUPPORT_REASONS), people.reason).astype(np.int64),
        carer_recorded=random.random(count) < 0.93,
    )


def all_events(parts: list[Rows], random: np.random.Generator) -> Rows:
    """Put all events together in order, number them, and draw which are wrong at first and which were never true."""
    names = dict.fromkeys(name for part in parts for name in part)
    lengths = [len(part["person"]) for part in parts]
    rows = {
        name: np.concatenate(
            [part.get(name, np.full(length, NULL, dtype=np.int64)) for part, length in zip(parts, lengths, strict=True)]
        )
        for name in names
    }
    rows = picked(rows, np.lexsort((rows["Event_Type"], rows["person"], rows["typed_on"])))
    count = len(rows["person"])
    wrong = (rows["Unit_Cost"] != NULL) & (random.random(count) < _FIRST_WRONG)
    factor = random.choice([0.5, 1.25, 2.0], size=count)
    rows["wrong_cost"] = np.where(wrong, np.rint(rows["Unit_Cost"] * factor), NULL).astype(np.int64)
    rows["righted_on"] = np.where(wrong, rows["typed_on"] + random.integers(60, 200, count), NULL)
    rows["withdrawn_on"] = np.full(count, NULL, dtype=np.int64)
    mistyped = picked(rows, np.flatnonzero(random.random(count) < _MISTYPED))
    mistyped["withdrawn_on"] = mistyped["typed_on"] + random.integers(30, 160, len(mistyped["person"]))
    rows = {name: np.concatenate([rows[name], mistyped[name]]) for name in rows}
    rows["Event_Reference"] = np.arange(1, len(rows["person"]) + 1, dtype=np.int64)
    return rows


def written_down(
    one: Submission, events: Rows, people: People, lives: Lives, register: Register, carers: Carers
) -> Mapping[str, Rows]:
    """Give the rows of each care extract that one submission brings, true as far as the council knew."""
    ended = (events["end_typed_on"] != NULL) & (events["end_typed_on"] <= one.cut)
    ends_on = np.where(ended, events["ends_on"], NULL)
    withdrawn = (events["withdrawn_on"] != NULL) & (events["withdrawn_on"] <= one.cut)
    gone = withdrawn & (events["withdrawn_on"] > one.cut_before) & (events["typed_on"] <= one.cut_before)
    sent = (events["typed_on"] <= one.cut) & ((ends_on == NULL) | (ends_on > one.until - 365)) & (~withdrawn | gone)
    sent &= (events["starts_on"] <= one.until) | (events["Event_Type"] == 2)  # what is arranged is sent beforehand
    rows = picked({**events, "shown_end": ends_on, "gone": gone.astype(np.int64)}, np.flatnonzero(sent))
    who = np.unique(rows["person"])
    sheet = _sheet(one, who, people, lives, register)
    place = np.searchsorted(who, rows["person"])
    wrong = (rows["righted_on"] != NULL) & (rows["righted_on"] > one.cut)
    count = len(rows["person"])
    told: Rows = {
        **{name: rows[name] for name in CARE_EXTRACTS["client_level_data"] if name in rows},
        **{name: values[place] for name, values in sheet.items()},
        "Event_Start_Date": rows["starts_on"],
        "Event_End_Date": rows["shown_end"],
        "Event_Outcome": np.where(rows["shown_end"] == NULL, NULL, rows["Event_Outcome"]),
        "Unit_Cost": np.where(wrong, rows["wrong_cost"], rows["Unit_Cost"]),
        "Is_Withdrawn": rows["gone"],
        "Reporting_Period_End": np.full(count, one.until, dtype=np.int64),
        "Submission_Cut": np.full(count, one.cut, dtype=np.int64),
    }
    sheet |= {name: np.full(len(who), getattr(one, day), dtype=np.int64) for name, day in _DAYS.items()}
    return {
        "client_level_data": told,
        "client_level_data_people": sheet,
        "unpaid_carers": _carers(one, carers),
    }


_DAYS = {"Reporting_Period_End": "until", "Submission_Cut": "cut"}


def _sheet(one: Submission, who: Ints, people: People, lives: Lives, register: Register) -> Rows:
    """Give what a submission says of each person; of carers no more than that they care."""
    is_carer = who >= CARER_NUMBERS
    person = np.where(is_carer, who - CARER_NUMBERS, who)
    there = (lives.starts_on <= one.until) & ((lives.ends_on == NULL) | (lives.ends_on > one.until))
    state = np.full(people.count, STATES.index("waiting"), dtype=np.int64)
    state[lives.person[there]] = lives.state[there]
    homes = np.array([code(HOMES, _HOMES_BY_STATE[name]) if name in _HOMES_BY_STATE else NULL for name in STATES])
    home = np.where(homes[state] == NULL, register.home, homes[state])
    lost = (lives.carer_lost_on != NULL) & (lives.carer_lost_on <= one.until)
    carer = np.where(register.carer_recorded, np.where(people.has_carer & ~lost, 0, 1), 2)
    died = np.where(register.death_typed_on <= one.cut, register.died_on, NULL)
    moved = np.where((register.moved_on != NULL) & (register.moved_on <= one.until), register.moved_on, NULL)
    return {
        "LA_Person_Unique_Identifier": who + 1,
        "Client_Type": np.where(is_carer, code(CLIENT_TYPES, "Unpaid Carer"), 0),
        "Primary_Support_Reason": np.where(is_carer, len(SUPPORT_REASONS), register.reason[person]),
        "Accommodation_Status": np.where(is_carer, register.home[person], home[person]),
        "Client_Funding_Status": register.funding[person],
        "Has_Unpaid_Carer": np.where(is_carer, 1, carer[person]),
        "Date_of_Death": np.where(is_carer, NULL, died[person]),
        "Moved_Away_On": np.where(is_carer, NULL, moved[person]),
        "lsoa21": people.area[person],
    }


def _carers(one: Submission, carers: Carers) -> Rows:
    ended = (carers.ends_on != NULL) & (carers.ends_on <= one.until)
    sent = (carers.starts_on <= one.until) & (~ended | (carers.ends_on > one.until - 365))
    assessed = (carers.assessed_on != NULL) & (carers.assessed_on <= one.until)
    rows: Rows = {
        "Carer_Link_Reference": carers.person + 1,
        "LA_Person_Unique_Identifier": carers.person + 1,
        "Carer_Identifier": carers.person + CARER_NUMBERS + 1,
        "Total_Hrs_Caring_Per_Week": (carers.hours * 1_000_000).astype(np.int64),
        "Caring_Start_Date": carers.starts_on,
        "Caring_End_Date": np.where(ended, carers.ends_on, NULL),
        "Last_Carer_Assessment": np.where(assessed, carers.assessed_on, NULL),
        "Submission_Cut": np.full(len(carers.person), one.cut, dtype=np.int64),
    }
    return picked(rows, np.flatnonzero(sent))
