"""What befalls people who need care, week by week: where they may go next, how likely, and what each setting costs.

Rates and costs are made up, in the manner of England's published activity and finance returns for adult social care:
about two thirds of people with long-term support live at home, one in four has a learning disability, and a week of
long-term support costs some 700 pounds on average in London. They are for a demonstration and are not statistics.
"""

from __future__ import annotations

import datetime

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.calendar import day_of

__all__ = [
    "BASE_COST",
    "CARERS",
    "COMMUNITY",
    "FRAILTIES",
    "GROUPS",
    "GROUP_SHARES",
    "LONG_TERM",
    "SCALE_POWER",
    "STARTS",
    "STATES",
    "blue_review",
    "chances",
    "is_step_up",
    "price",
    "season",
]

STATES = (
    "waiting", "none", "reablement", "home care 1", "home care 2", "home care 3", "extra care", "residential",
    "nursing", "direct payment", "supported living 1", "supported living 2", "dead", "moved",
)  # fmt: skip
LONG_TERM = tuple(range(3, 12))
COMMUNITY = (3, 4, 5, 9, 10, 11)
GROUPS = ("older", "learning disability", "mental health", "physical disability")
GROUP_SHARES = (0.55, 0.23, 0.12, 0.10)
# How much faster than others things move for a person: few go fast, and records tell it only in part.
FRAILTIES = (0.35, 1.0, 3.0)
CARERS = 2  # with an unpaid carer, or without
# Cost of a week of each state at the prices of April 2022, by group.
_HOME = (168.0, 336.0, 624.0)
BASE_COST = np.array(
    [
        [0, 0, 0, *_HOME, 330, 1010, 1160, 310, 620, 900, 0, 0],
        [0, 0, 0, *_HOME, 480, 1850, 1900, 430, 820, 1620, 0, 0],
        [0, 0, 0, 120, 250, 420, 360, 1020, 1180, 190, 430, 790, 0, 0],
        [0, 0, 0, *_HOME, 390, 1240, 1420, 470, 700, 1250, 0, 0],
    ]
)
# A person's own scale counts in full where hours are planned, and less where a home has a price for everybody.
SCALE_POWER = np.array([0, 0, 0, 1, 1, 1, 0.6, 0.35, 0.35, 1, 0.8, 0.8, 0, 0])
# Where a person's first long-term support is, for those who have it on the first day: by group and state.
STARTS = np.array(
    [
        [0, 0.05, 0.02, 0.24, 0.22, 0.11, 0.05, 0.17, 0.08, 0.06, 0, 0, 0, 0],
        [0, 0.01, 0, 0.05, 0.03, 0.01, 0.01, 0.19, 0.01, 0.25, 0.34, 0.10, 0, 0],
        [0, 0.14, 0, 0.34, 0.10, 0.03, 0.01, 0.12, 0.02, 0.05, 0.15, 0.04, 0, 0],
        [0, 0.03, 0.01, 0.22, 0.19, 0.12, 0.02, 0.03, 0.02, 0.34, 0.02, 0, 0, 0],
    ]
)
# Chance in a week of a move from one state to another, by group: from, to, chance.
_MOVES: dict[str, str] = {
    "older": """
        waiting none .08 | waiting reablement .09 | waiting home_care_1 .05 | waiting home_care_2 .03
        waiting home_care_3 .008 | waiting residential .012 | waiting nursing .006 | waiting direct_payment .01
        none waiting .005 | none dead .004 | reablement none .10 | reablement home_care_1 .06
        reablement home_care_2 .025 | reablement residential .006 | home_care_1 home_care_2 .009*
        home_care_1 residential .0014* | home_care_1 none .004 | home_care_1 dead .0024*
        home_care_2 home_care_3 .0080* | home_care_2 residential .0030* | home_care_2 nursing .0007*
        home_care_2 extra_care .0010 | home_care_2 home_care_1 .0018 | home_care_2 dead .0036*
        home_care_3 residential .0065* | home_care_3 nursing .0030* | home_care_3 home_care_2 .0012
        home_care_3 dead .0065* | extra_care residential .0030* | extra_care nursing .0010*
        extra_care dead .0042* | residential nursing .0030* | residential dead .0075* | nursing dead .0110*
        direct_payment home_care_2 .0020* | direct_payment residential .0020* | direct_payment dead .0026*
    """,
    "learning disability": """
        waiting direct_payment .07 | waiting supported_living_1 .06 | waiting home_care_1 .02 | waiting none .02
        waiting supported_living_2 .01 | none waiting .004 | direct_payment supported_living_1 .0022*
        direct_payment home_care_1 .0006 | home_care_1 supported_living_1 .0020* | home_care_1 none .0010
        home_care_1 home_care_2 .0014* | home_care_2 supported_living_1 .0016*
        supported_living_1 supported_living_2 .0007* | supported_living_2 supported_living_1 .0006
        supported_living_2 residential .0007* | home_care_3 residential .0012*
        residential supported_living_2 .0005 | residential nursing .0001* | extra_care residential .0008*
        supported_living_1 dead .0003* | supported_living_2 dead .0004* | residential dead .0007*
        nursing dead .002* | direct_payment dead .0002* | home_care_1 dead .0003* | home_care_2 dead .0003*
        home_care_3 dead .0004*
    """,
    "mental health": """
        waiting none .12 | waiting home_care_1 .10 | waiting supported_living_1 .012
        waiting direct_payment .008 | none waiting .010* | home_care_1 none .011 | home_care_1 home_care_2 .006*
        home_care_2 home_care_1 .010 | home_care_2 home_care_3 .003* | home_care_3 home_care_2 .009
        home_care_1 supported_living_1 .0014* | home_care_3 residential .0024* | supported_living_1 none .0035
        supported_living_1 supported_living_2 .0016* | supported_living_2 supported_living_1 .0025
        supported_living_2 residential .0016* | residential supported_living_1 .0024 | direct_payment none .0030
        home_care_1 dead .0004* | home_care_2 dead .0005* | residential dead .0012* | nursing dead .0060*
        supported_living_1 dead .0004* | direct_payment dead .0004* | extra_care residential .001*
    """,
    "physical disability": """
        waiting none .08 | waiting reablement .05 | waiting home_care_1 .05 | waiting direct_payment .05
        waiting home_care_2 .02 | none waiting .004 | reablement none .09 | reablement home_care_1 .06
        reablement home_care_2 .02 | home_care_1 home_care_2 .0040* | home_care_2 home_care_3 .0030*
        home_care_1 none .0025 | home_care_3 residential .0016* | home_care_3 nursing .0008*
        direct_payment none .0010 | direct_payment home_care_2 .0010* | home_care_1 dead .0010*
        home_care_2 dead .0014* | home_care_3 dead .0026* | direct_payment dead .0010* | residential dead .0040*
        nursing dead .0080* | extra_care residential .0010*
    """,
}
_MOVES_AWAY = 0.0005
_CARER_LOST = np.array([0, 0.001, 0.003, 0.003, 0.005, 0.008, 0.004, 0, 0, 0.003, 0.001, 0.001, 0, 0])
_WITHOUT_CARER = 1.7  # how much likelier a step up is once nobody cares at home
# Chance in a week of a review that was not planned and has no change of support as its cause.
_UNPLANNED_REVIEW = np.array([0, 0, 0, 0.004, 0.006, 0.009, 0.005, 0.003, 0.004, 0.003, 0.003, 0.005, 0, 0])
_OF_REVIEWS = 1.4  # how much more than other things such reviews go with frailty
# Rises of what providers are paid, each April.
_RISES = {2022: 1.055, 2023: 1.065, 2024: 1.06, 2025: 1.06, 2026: 1.055}
_USUAL_RISE = 1.04


def _state(word: str) -> int:
    return STATES.index(word.replace("_", " "))


def blue_review(state: Ints, frailty: Floats | float) -> Floats:
    """Give the chance in a week of a review out of the blue: some people's support is never quiet for long."""
    return np.asarray(_UNPLANNED_REVIEW[state] * frailty**_OF_REVIEWS)


def chances(group: int, *, frailty: float, season_now: float) -> Floats:
    """Give the chance in a week of each move, for one group: from and to are ``2 * state + (1 without a carer)``.

    Moves marked with a star go faster with frailty, in winter, and upwards without a carer.
    """
    moves = np.zeros((len(STATES), CARERS, len(STATES), CARERS))
    dead, gone = _state("dead"), _state("moved")
    for line in _MOVES[GROUPS[group]].replace("\n", "|").split("|"):
        if not line.strip():
            continue
        origin, target, chance = line.split()
        rate = float(chance.rstrip("*")) * (frailty * season_now if chance.endswith("*") else 1.0)
        for carer in range(CARERS):
            alone = _WITHOUT_CARER if carer and chance.endswith("*") and target != "dead" else 1.0
            moves[_state(origin), carer, _state(target), carer] += rate * alone
    for state in range(len(STATES)):
        if state not in (dead, gone):
            moves[state, :, gone, :] += _MOVES_AWAY * np.eye(CARERS)
            moves[state, 0, state, 1] += _CARER_LOST[state]
    flat = moves.reshape(len(STATES) * CARERS, -1)
    np.fill_diagonal(flat, 0.0)
    np.fill_diagonal(flat, 1.0 - flat.sum(axis=1))
    return flat


def is_step_up(origin: Ints, target: Ints, cost: Floats) -> Flags:
    """Say which moves are to more support: both with long-term support, and the second dearer.

    ``cost`` has a row for each move and a column for each state.
    """
    rows = np.arange(len(origin))
    both = np.isin(origin, LONG_TERM) & np.isin(target, LONG_TERM)
    return np.asarray(both & (cost[rows, target] > cost[rows, origin]))


def season(day: int) -> float:
    """Give how much faster things go at a time of the year: winters are hard."""
    return 1.3 if day_of(day).month in (12, 1, 2) else 1.0


def price(day: int) -> float:
    """Give what providers are paid on a day, as a multiple of April 2022."""
    on = day_of(day)
    year = on.year if on >= datetime.date(on.year, 4, 1) else on.year - 1
    factor = 1.0
    for one in range(2023, year + 1):
        factor *= _RISES.get(one, _USUAL_RISE)
    for one in range(year + 1, 2023):
        factor /= _RISES.get(one, _USUAL_RISE)
    return factor
