"""What a change to a model of amounts does on the held-out period: to how far it misses, and to groups' errors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodels.assurance.means import ComparedMeans, People
from riskmodels.assurance.scored import FloatArray, ScoredAmounts
from riskmodels.modelling.amounts.metrics import MeasuredAmounts
from riskmodels.modelling.resampling import draws, percentile_interval
from riskmodels.records import Interval
from riskmodels.records.mitigation import GroupDisparity

__all__ = ["MEASURES", "error_apart", "intervals_of", "misses"]

MEASURES = ("mean_tweedie_deviance", "mean_absolute_error")


def misses(rows: ScoredAmounts, *, seed: int, resamples: int) -> tuple[dict[str, float], dict[str, FloatArray]]:
    """Give how far amounts are missed, in each measure, and the same in resamples of entities.

    Returns
    -------
    values, resampled
        By measure: mean Tweedie deviance, and mean absolute error in the outcome's unit. Lower is better.
    """
    one = MeasuredAmounts(rows.outcome, rows.expected, rows.power)
    place = np.unique(rows.entity, return_inverse=True)[1].astype(np.int64)
    parts = [one.figures(W) for W in draws(place, rows.weight, seed=seed, replicates=resamples)]
    plain = one.figures(rows.weight[None, :])
    return (
        {name: float(plain[name][0]) for name in MEASURES},
        {name: np.concatenate([part[name] for part in parts]) for name in MEASURES},
    )


def intervals_of(values: dict[str, float], resampled: dict[str, FloatArray]) -> dict[str, Interval]:
    """Give each measure with its 95% interval."""
    return {name: percentile_interval(value, resampled[name]) for name, value in values.items()}


def error_apart(rows: ScoredAmounts, own: npt.NDArray[np.bool_], characteristic: str, group: str) -> GroupDisparity:
    """Measure one group's mean error less everybody else's, as shares of everybody's mean amount.

    Not defined where nothing came to anybody on one side. Equal error does not show that equal need is met.

    Parameters
    ----------
    own : bool array, shape (n_rows,)
        Who is in the group.
    """
    person = np.unique(rows.entity, return_inverse=True)[1].astype(np.int64)
    people = People(person, rows.weight, int(person.max()) + 1)
    everybody, error = np.ones(len(rows), dtype=bool), rows.expected - rows.outcome
    if not (rows.outcome[own] > 0).any() or not (rows.outcome[~own] > 0).any():
        return GroupDisparity(characteristic, group, "mean_error", None, None, Interval(None))
    whole = people.mean(rows.outcome, everybody)
    pair = people.mean(error, own).over(whole), people.mean(error, ~own).over(whole)
    compared = ComparedMeans.of([pair])
    low, high = (float(end[0]) for end in compared.ends())
    value = pair[0].value - pair[1].value
    found = Interval(value) if np.isnan(low) else Interval(value, low, high)
    return GroupDisparity(characteristic, group, "mean_error", pair[0].value, pair[1].value, found)
