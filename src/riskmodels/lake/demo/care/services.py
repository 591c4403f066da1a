"""The rows of support: what each stay consists of, what it costs, and when each row was typed in.

A stay comes as one row for each component, and each row is closed and opened again on 1 April, when prices rise.
"""

from __future__ import annotations

import datetime

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.calendar import day_number, day_of
from riskmodels.lake.demo.care.chances import BASE_COST, COMMUNITY, SCALE_POWER, STATES, price
from riskmodels.lake.demo.care.forms import COMPONENTS, DELIVERY, FREQUENCIES, OUTCOMES, PER_WEEK, SERVICES, code
from riskmodels.lake.demo.care.lives import DEAD, MOVED, Lives
from riskmodels.lake.demo.care.people import People
from riskmodels.lake.demo.faults import picked
from riskmodels.lake.demo.journal import NULL, Rows

__all__ = ["service_rows"]

# For each state: kind of service and component.
_KIND = {
    "reablement": ("Short Term Support: ST-Max", "Reablement"),
    "home care 1": ("Long Term Support: Community", "Home Support"),
    "home care 2": ("Long Term Support: Community", "Home Support"),
    "home care 3": ("Long Term Support: Community", "Home Support"),
    "extra care": ("Long Term Support: Community", "Extra Care Housing"),
    "residential": ("Long Term Support: Residential Care", "Long Term Residential Care"),
    "nursing": ("Long Term Support: Nursing Care", "Long Term Nursing Care"),
    "direct payment": ("Long Term Support: Community", "Direct Payment"),
    "supported living 1": ("Long Term Support: Community", "Community Supported Living"),
    "supported living 2": ("Long Term Support: Community", "Community Supported Living"),
}
_SERVICE = np.array([code(SERVICES, _KIND[one][0]) if one in _KIND else NULL for one in STATES])
_COMPONENT = np.array([code(COMPONENTS, _KIND[one][1]) if one in _KIND else NULL for one in STATES])
_HOURLY = np.array([one.startswith("home care") or one == "extra care" for one in STATES])
_MOVES_IN = np.array([_KIND.get(one, ("", ""))[0].endswith("Care") or "living" in one for one in STATES])
_RATE_PER_HOUR, _REABLEMENT_GBP = 24.0, 260.0
_SECOND_ROW = 0.4  # share of the hours that a second provider gives, for the one in five who have two
# How prices are agreed, for all that is not paid by the hour: share, and the rest weekly.
_PAID = {"4-weekly": 0.18, "Monthly": 0.10, "Fortnightly": 0.03}


def service_rows(people: People, lives: Lives, first: int, last: int, random: np.random.Generator) -> Rows:
    """Give the rows of all support, true and whole: each with its days, its cost, and when start and end were typed."""
    stays = np.flatnonzero(_SERVICE[lives.state] != NULL)
    stay, starts_on, ends_on, opens = _years(lives, stays, first, last)
    habit = random.random((people.count, 4))
    parts = [_main(people, lives, stay, starts_on, ends_on, opens, habit)]
    main = parts[0]
    second = _HOURLY[lives.state[stay]] & (habit[lives.person[stay], 0] < 0.20)
    hours = main["Planned_Units_Per_Week"]
    apart = np.where(second, np.rint(hours * _SECOND_ROW / 250_000).astype(np.int64) * 250_000, 0)
    main["Planned_Units_Per_Week"] = np.where(hours == NULL, NULL, hours - apart)
    parts.append(picked({**main, "Planned_Units_Per_Week": apart}, apart > 0))
    parts += _extras(people, main, np.isin(lives.state[stay], COMMUNITY))
    parts.append(_fitted_once(main, random))
    rows = {name: np.concatenate([part[name] for part in parts]) for name in main}
    return _typed(lives, rows, first, random)


def _years(lives: Lives, stays: Ints, first: int, last: int) -> tuple[Ints, Ints, Ints, Flags]:
    """Part stays at every 1 April: which stay, first day, day after the last or NULL, and whether the stay opens."""
    years = range(day_of(first).year, day_of(last).year + 1)
    aprils = [day for day in (day_number(datetime.date(year, 4, 1)) for year in years) if first <= day <= last]
    found: list[tuple[Ints, Ints, Ints, Flags]] = []
    for opens, closes in zip([-(2**40), *aprils], [*aprils, 2**40], strict=True):
        begin, end = lives.starts_on[stays], lives.ends_on[stays]
        until = np.where(end == NULL, 2**40, end)
        here = (begin < closes) & (until > opens)
        stop = np.minimum(until, closes)[here]
        found.append(
            (
                stays[here],
                np.maximum(begin, opens)[here],
                np.where(stop == 2**40, NULL, stop),
                begin[here] >= opens,
            )
        )
    stay, starts_on, ends_on, opened = (np.concatenate([part[place] for part in found]) for place in range(4))
    order = np.lexsort((starts_on, stay))
    return stay[order], starts_on[order], ends_on[order], opened[order].astype(np.bool_)


def _main(
    people: People, lives: Lives, stay: Ints, starts_on: Ints, ends_on: Ints, opens: Flags, habit: Floats
) -> Rows:
    person, state = lives.person[stay], lives.state[stay]
    prices = {int(day): price(int(day)) for day in np.unique(starts_on)}
    at = np.array([prices[day] for day in starts_on.tolist()])
    cost = BASE_COST[people.group[person], state] * people.scale[person] ** SCALE_POWER[state]
    cost = np.where(state == STATES.index("reablement"), _REABLEMENT_GBP, cost)
    hourly = _HOURLY[state]
    hours = np.maximum(np.rint(cost / _RATE_PER_HOUR * 4).astype(np.int64), 4) * 250_000
    paid = _paid(habit[person, 1], hourly)
    direct = state == STATES.index("direct payment")
    managed = np.where(habit[person, 2] < 0.55, 1, 2)
    in_homes = np.isin(state, [STATES.index("residential"), STATES.index("nursing"), STATES.index("reablement")])
    return {
        "stay": stay,
        "person": person,
        "opens": opens.astype(np.int64),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "Service_Type": _SERVICE[state],
        "Service_Component": _COMPONENT[state],
        "Delivery_Mechanism": np.where(in_homes, NULL, np.where(direct, code(DELIVERY, "Direct Payment"), managed)),
        "Planned_Units_Per_Week": np.where(hourly, hours, NULL),
        "Unit_Cost": np.rint(np.where(hourly, _RATE_PER_HOUR, cost / _PER_WEEK[paid]) * at * 100).astype(np.int64),
        "Cost_Frequency_Unit_Type": paid,
        "price_millionths": np.rint(at * 1_000_000).astype(np.int64),
    }


_PER_WEEK = np.array([PER_WEEK.get(one, 1.0) for one in FREQUENCIES])


def _paid(habit: Floats, hourly: Flags) -> Ints:
    paid = np.full(len(habit), code(FREQUENCIES, "Weekly"), dtype=np.int64)
    below = 0.0
    for word, share in _PAID.items():
        paid[(habit >= below) & (habit < below + share)] = code(FREQUENCIES, word)
        below += share
    return np.where(hourly, code(FREQUENCIES, "Hourly"), paid)


def _extras(people: People, main: Rows, at_home: Flags) -> list[Rows]:
    made = []
    kinds = (("Day Support", "Per Session", 62.0), ("Meals", "Daily", 5.40), ("Equipment", "Annually", 0.0))
    for place, (component, paid, each) in enumerate(kinds):
        weekly = people.extras_gbp[main["person"], place]
        has = at_home & (weekly > 0)
        rows = picked(main, has)
        units = np.rint(weekly[has] / each).astype(np.int64) * 1_000_000 if each else np.full(has.sum(), NULL)
        unit_cost = np.full(has.sum(), each) if each else weekly[has] * 52
        made.append(
            {
                **rows,
                "Service_Component": np.full(len(units), code(COMPONENTS, component), dtype=np.int64),
                "Planned_Units_Per_Week": units,
                "Unit_Cost": np.rint(unit_cost * rows["price_millionths"] / 10_000).astype(np.int64),
                "Cost_Frequency_Unit_Type": np.full(len(units), code(FREQUENCIES, paid), dtype=np.int64),
            }
        )
    return made


def _fitted_once(main: Rows, random: np.random.Generator) -> Rows:
    """Give a rail or a hoist to some whose support begins: a cost that is paid once and is no weekly one."""
    chosen = (main["opens"] == 1) & (random.random(len(main["person"])) < 0.06)
    rows = picked(main, chosen)
    count = len(rows["person"])
    return {
        **rows,
        "ends_on": rows["starts_on"] + 1,
        "Service_Component": np.full(count, code(COMPONENTS, "Equipment"), dtype=np.int64),
        "Planned_Units_Per_Week": np.full(count, NULL, dtype=np.int64),
        "Unit_Cost": random.integers(4_000, 160_000, count),
        "Cost_Frequency_Unit_Type": np.full(count, code(FREQUENCIES, "One-off"), dtype=np.int64),
    }


def _typed(lives: Lives, rows: Rows, first: int, random: np.random.Generator) -> Rows:
    """Say when start and end of each row were typed: places in a home long before the move, ends often weeks late."""
    count = len(rows["person"])
    draw, delay = random.random((count, 2)), random.random((count, 2))
    moves_in = _MOVES_IN[lives.state[rows["stay"]]] & (rows["opens"] == 1)
    ahead = -np.floor(delay[:, 0] * np.where(moves_in, 42, 10)).astype(np.int64)
    usual = np.floor(delay[:, 0] * 14).astype(np.int64)
    late = 20 + np.floor(delay[:, 0] * 130).astype(np.int64)
    lag = np.where(draw[:, 0] < np.where(moves_in, 0.50, 0.35), ahead, np.where(draw[:, 0] < 0.93, usual, late))
    # The old row is closed and the new one opened by the same hand: for most before the first cut that follows.
    turn = rows["person"] * 7919 % 100
    april = np.where(turn < 90, turn % 30 - 24, turn - 84)
    yearly = np.where(rows["opens"] == 1, lag, april)
    following = lives.next_state[rows["stay"]]
    over = np.isin(following, [DEAD, MOVED])
    end_lag = np.where(over, 2 + np.floor(delay[:, 1] * 38), np.floor(delay[:, 1] * 14)).astype(np.int64)
    end_lag = np.where(draw[:, 1] < 0.07, end_lag + 60, end_lag)
    planned = ~over & (draw[:, 1] > 0.75)  # a change arranged beforehand: its day is known before it comes
    end_lag = np.where(planned, -np.floor(delay[:, 1] * 28).astype(np.int64), end_lag)
    closed_yearly = (rows["ends_on"] != NULL) & (rows["ends_on"] != lives.ends_on[rows["stay"]])
    end_lag = np.where(closed_yearly, april, end_lag)
    typed_on = np.maximum(rows["starts_on"], first - 400) + yearly
    outcome = np.full(count, code(OUTCOMES, "NFA: Support ended as planned"), dtype=np.int64)
    outcome[following == DEAD] = code(OUTCOMES, "NFA: Deceased")
    outcome[following == MOVED] = code(OUTCOMES, "NFA: Responsibility moved to another LA")
    outcome[closed_yearly] = code(OUTCOMES, "Continuation of Support or Services")
    open_ended = rows["ends_on"] == NULL
    return {
        **rows,
        "typed_on": typed_on,
        "end_typed_on": np.where(open_ended, NULL, np.maximum(rows["ends_on"] + end_lag, typed_on)),
        "Event_Outcome": np.where(open_ended, NULL, outcome),
    }
