"""What only the generator knows: what each person's next 26 weeks will cost on average, and the chance of a turn.

Chances are those of the chain itself (``chances``), worked out by going back through the weeks: nothing is sampled.
"""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.calendar import day_number, month_starts
from riskmodels.lake.demo.care.chances import (
    BASE_COST,
    CARERS,
    COMMUNITY,
    FRAILTIES,
    GROUPS,
    LONG_TERM,
    SCALE_POWER,
    STATES,
    blue_review,
    is_step_up,
    price,
)
from riskmodels.lake.demo.care.contacts import CARER_REVIEWED, REVIEWED_AT_A_STEP
from riskmodels.lake.demo.care.forms import FREQUENCIES, PER_WEEK, SERVICES
from riskmodels.lake.demo.care.lives import DEAD, MOVED, Lives, kind_of, tables
from riskmodels.lake.demo.care.people import People, costs
from riskmodels.lake.demo.journal import NULL, Rows

__all__ = ["HORIZON_WEEKS", "truth_table", "weekly_cost"]

HORIZON_WEEKS = 26
_PLACES = len(STATES) * CARERS
_AT_HOME = (*COMMUNITY, STATES.index("extra care"))
_IN_A_HOME = (STATES.index("residential"), STATES.index("nursing"))


def truth_table(
    people: People, lives: Lives, services: Rows, first_day: datetime.date, last_day: datetime.date
) -> pa.Table:
    """Give a row for each person and month while the person lives here: what is, what is to be expected, what came."""
    cost, needed = (costs(people, BASE_COST, SCALE_POWER, needed=needed) for needed in (False, True))
    pages = [
        _page(people, lives, services, (cost, needed), day_number(month), day_number(last_day))
        for month in month_starts(first_day, last_day)
    ]
    page = {name: np.concatenate([one[name] for one in pages]) for name in pages[0]}
    person, state, group = page.pop("person"), page.pop("state"), page.pop("group")
    return pa.table(
        {
            "person_id": pa.array([f"S{number + 1:07d}" for number in person.tolist()]),
            "as_of": pa.array(page.pop("as_of").astype(np.int32)).cast(pa.date32()),
            "group": pa.array(np.array(GROUPS)[group].tolist()),
            "state": pa.array(np.array(STATES)[state].tolist()),
            **{name: pa.array(values) for name, values in page.items()},
        }
    )


def _page(
    people: People, lives: Lives, services: Rows, cost: tuple[Floats, Floats], as_of: int, last: int
) -> dict[str, Floats | Ints]:
    here = np.flatnonzero((lives.starts_on < as_of) & ((lives.ends_on == NULL) | (lives.ends_on >= as_of)))
    here = here[~np.isin(lives.state[here], [DEAD, MOVED])]
    person, state = lives.person[here], lives.state[here]
    lost = (lives.carer_lost_on[person] != NULL) & (lives.carer_lost_on[person] < as_of)
    place = CARERS * state + np.where(people.has_carer[person] & ~lost, 0, 1)
    weeks, alive, quiet = _ahead(as_of)
    kind = kind_of(people)[person]
    spent = weeks[kind, place]
    lived = alive[kind, place]
    total, weeks_lived = _came(lives, services, person, as_of)
    known = as_of + 7 * HORIZON_WEEKS <= last + 1
    none = np.full(len(person), np.nan)
    return {
        "person": person,
        "as_of": np.full(len(person), as_of),
        "group": people.group[person],
        "state": state,
        "weekly_cost_now_gbp": np.where(np.isin(state, LONG_TERM), cost[0][person, state] * price(as_of), 0.0),
        "expected_weekly_cost_gbp": (spent * cost[0][person]).sum(axis=1) / lived,
        "expected_weekly_need_gbp": (spent * cost[1][person]).sum(axis=1) / lived,
        "expected_weeks_lived": lived,
        "chance_of_turn": np.where(np.isin(state, _AT_HOME), 1 - quiet[kind, place], none),
        "weekly_cost_gbp": total / np.maximum(weeks_lived, 1 / 7) if known else none,
        "weeks_lived": weeks_lived if known else none,
    }


def _ahead(as_of: int) -> tuple[Floats, Floats, Floats]:
    """Look ahead from a day, for each kind and place.

    Gives the weeks to be spent in each state times their price, the weeks to be lived, and the chance of no turn.
    """
    kinds = len(GROUPS) * len(FRAILTIES)
    in_state = np.repeat(np.eye(len(STATES)), CARERS, axis=0)
    living = np.array([0.0 if place // CARERS in (DEAD, MOVED) else 1.0 for place in range(_PLACES)])
    spent = np.zeros((kinds, _PLACES, len(STATES)))
    lived = np.zeros((kinds, _PLACES))
    quiet = np.ones((kinds, _PLACES))
    no_turn = _no_turn()
    for week in reversed(range(HORIZON_WEEKS)):
        day = as_of + 7 * week
        moves = tables(day)
        spent = in_state * price(day) + moves @ spent
        lived = living + (moves @ lived[..., None])[..., 0]
        quiet = ((moves * no_turn) @ quiet[..., None])[..., 0]
    return spent, np.maximum(lived, 1e-9), quiet


def _no_turn() -> Floats:
    """Give the chance that a week's move comes with no turn: review out of turn, carer lost, move to a home."""
    origin, target = (grid.ravel() // CARERS for grid in np.indices((_PLACES, _PLACES)))
    before, after = (grid.ravel() % CARERS for grid in np.indices((_PLACES, _PLACES)))
    tables_of = []
    for group in range(len(GROUPS)):
        cost = np.broadcast_to(BASE_COST[group], (len(origin), len(STATES)))
        moved_in = np.isin(target, _IN_A_HOME) & (origin != target)
        step = np.where(is_step_up(origin, target, cost), REVIEWED_AT_A_STEP, 0.0)
        lost = np.where((after > before) & (origin == target), CARER_REVIEWED, 0.0)
        for frailty in FRAILTIES:
            blue = blue_review(origin, frailty)
            calm = np.where(moved_in, 0.0, (1 - step) * (1 - lost) * (1 - blue))
            tables_of.append(calm.reshape(_PLACES, _PLACES))
    return np.stack(tables_of)


def weekly_cost(services: Rows) -> Floats:
    """Give what each true row of long-term support costs in a week, as the Department converts it."""
    each = np.array([PER_WEEK.get(one, 1.0) for one in FREQUENCIES])[services["Cost_Frequency_Unit_Type"]]
    units = services["Planned_Units_Per_Week"]
    by_unit = np.isin(services["Cost_Frequency_Unit_Type"], [0, 1, 2])  # per session, hourly, daily
    each = np.where(by_unit, np.where(units == NULL, 0, units) / 1_000_000, each)
    long_term = np.array([one.startswith("Long Term") for one in SERVICES])[services["Service_Type"]]
    once = services["Cost_Frequency_Unit_Type"] == FREQUENCIES.index("One-off")
    return np.asarray(np.where(long_term & ~once, services["Unit_Cost"] / 100 * each, 0.0))


def _came(lives: Lives, services: Rows, person: Ints, as_of: int) -> tuple[Floats, Floats]:
    """Give what the next 26 weeks did cost in all, and the weeks lived here of them."""
    until = as_of + 7 * HORIZON_WEEKS
    ends = np.where(services["ends_on"] == NULL, 2**40, services["ends_on"])
    days = np.clip(np.minimum(ends, until) - np.maximum(services["starts_on"], as_of), 0, None)
    people = int(lives.person.max()) + 1
    total = np.bincount(services["person"], weights=weekly_cost(services) * days / 7, minlength=people)
    over: Flags = np.isin(lives.state, [DEAD, MOVED])
    left = np.full(people, until, dtype=np.int64)
    left[lives.person[over]] = lives.starts_on[over]
    return np.asarray(total[person]), np.asarray(np.clip(left[person] - as_of, 0, until - as_of) / 7.0)
