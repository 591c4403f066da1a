"""People who are not there yet: how many came within a horizon before, and what they cost, place by place.

Whoever is present at a later date and was not at the first one is new. What new people cost within the horizon is read
off the dates in between: today's amounts at each, joined by straight lines (the trapezoidal rule). Those who come and
go between two dates are not seen. A place with few is told by the whole: its number leans on its share of everybody,
its mean cost on everybody's, each as if it had seen ``WORTH`` more people than it did.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodels.modelling.forecasting.people import PeopleRows
from riskmodels.modelling.rows import FloatArray

__all__ = ["KINDS", "SLACK_DAYS", "Starters", "expected_starters", "starters_after"]

KINDS = ("new starters", "new starters under 25, those who turn 18 among them")
SLACK_DAYS = 15  # months and quarters are not all as long as the horizon's share of them
WORTH = 10.0


@dataclass(frozen=True, eq=False)
class Starters:
    """New people within a horizon, by kind and cell; arrays have shape (n_kinds, n_cells).

    Attributes
    ----------
    people : float array
        How many.
    amount : float array
        What they cost, a week over the whole horizon.
    """

    people: FloatArray
    amount: FloatArray


def starters_after(rows: PeopleRows, origin: int, horizon_days: int) -> Starters | None:
    """Find who came within the horizon after a date; None where the dates do not reach so far."""
    first = rows.dates[origin]
    later = [
        number
        for number, day in enumerate(rows.dates)
        if first < day <= first + datetime.timedelta(days=horizon_days + SLACK_DAYS)
    ]
    if not later or (rows.dates[later[-1]] - first).days < horizon_days - SLACK_DAYS:
        return None
    weight = np.zeros(len(rows.dates))
    weight[later] = _shares([(rows.dates[number] - first).days for number in later], horizon_days)
    here = np.isin(rows.date, later) & ~np.isin(rows.entity, rows.entity[rows.date == origin])
    seen = pd.DataFrame(
        {
            "entity": rows.entity[here],
            "date": rows.date[here],
            "cell": rows.cell[here],
            "kind": rows.young[here].astype(np.int64),
            "people": rows.stands_for[here],
            "amount": (rows.today * rows.stands_for)[here] * weight[rows.date[here]],
        }
    ).sort_values(["entity", "date"], kind="stable")
    seen["kind"] = seen.groupby("entity")["kind"].transform("max")
    shape = (len(KINDS), len(rows.cells))
    once = seen.drop_duplicates("entity")
    return Starters(_summed(once, "people", shape), _summed(seen, "amount", shape))


def expected_starters(past: Sequence[Starters], present: FloatArray, *, apart: float) -> Starters:
    """Say who is to be expected within a horizon, from what came within earlier ones.

    Parameters
    ----------
    past : sequence of Starters
        At least one.
    present : float array, shape (n_cells,)
        People there are now.
    apart : float
        How many of the earlier horizons do not overlap.
    """
    people = np.mean([one.people for one in past], axis=0)
    amount = np.mean([one.amount for one in past], axis=0)
    whole, cost = people.sum(axis=1, keepdims=True), amount.sum(axis=1, keepdims=True)
    usual = np.divide(cost, whole, out=np.zeros_like(cost), where=whole > 0)
    share = present / max(1.0, float(present.sum()))
    number = whole * (apart * people + WORTH * share) / (apart * whole + WORTH)
    mean = (apart * amount + WORTH * usual) / (apart * people + WORTH)
    return Starters(number, number * mean)


def _shares(days: Sequence[int], horizon_days: int) -> FloatArray:
    """Give how much of the horizon each later date speaks for, by the trapezoidal rule from nothing on the first."""
    at = np.minimum(np.array([0, *days], dtype=np.float64), horizon_days)
    at[-1] = horizon_days
    steps = np.diff(at)
    return np.asarray((steps + np.append(steps[1:], 0.0)) / 2 / horizon_days)


def _summed(seen: pd.DataFrame, column: str, shape: tuple[int, int]) -> FloatArray:
    place = seen["kind"].to_numpy() * shape[1] + seen["cell"].to_numpy()
    summed = np.bincount(place, weights=seen[column].to_numpy(dtype=np.float64), minlength=shape[0] * shape[1])
    return summed.astype(np.float64).reshape(shape)
