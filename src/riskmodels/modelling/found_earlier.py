"""The same visits, made in the model's order: how much sooner what was found would have been found.

Chicago judged its model of restaurant inspections so (2014): the visits of a period and their days stay as they were,
and only who is visited when changes. What was found is found on another day; the mean difference is what the order is
worth, whatever was not visited. Some are found later, and who they are is said by group.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.modelling.resampling import percentile_interval, proportion_interval
from riskmodels.modelling.rows import FloatArray
from riskmodels.records import Interval
from riskmodels.records.selection import FoundEarlier

__all__ = ["LEAST_FOUND", "found_earlier"]

LEAST_FOUND = 10
"""Fewest found, in all or in a group, for a figure to be given."""

_REPLICATES = 1000


def found_earlier(
    looked_on: npt.NDArray[np.datetime64], y: FloatArray, score: FloatArray, audit: pd.DataFrame, *, seed: int
) -> FoundEarlier:
    """Put the visits of one as-of date in the order of a score, and see what is found when.

    Parameters
    ----------
    looked_on : date array, shape (n_visits,)
        Day of each visit, one for each entity.
    y : float array, shape (n_visits,)
        1 where the visit found the outcome.
    score : float array, shape (n_visits,)
        The model's; equal scores are put in an order drawn at random.
    audit : DataFrame, shape (n_visits, n_characteristics)
        Characteristics to say by who would be found later.
    """
    days = looked_on.astype("datetime64[D]").astype(np.int64).astype(np.float64)
    found = y > 0
    if int(found.sum()) < LEAST_FOUND:
        return FoundEarlier(Interval(None), Interval(None), {})
    random = np.random.Generator(np.random.PCG64(seed))
    lot = random.random(len(days))
    groups = _groups(audit, found)
    earlier = _earlier(days, score, lot)
    value = _figures(earlier, found, groups)
    resampled = np.empty((_REPLICATES, len(value)))
    for replicate in range(_REPLICATES):
        drawn = random.integers(0, len(days), len(days))
        again = _earlier(days[drawn], score[drawn], lot[drawn])
        resampled[replicate] = _figures(again, found[drawn], {name: here[drawn] for name, here in groups.items()})
    shares = {
        name: proportion_interval(float(value[place]), resampled[:, place], trials=float((found & here).sum()))
        for place, (name, here) in enumerate(groups.items(), start=2)
    }
    return FoundEarlier(
        percentile_interval(float(value[0]), resampled[:, 0]),
        proportion_interval(float(value[1]), resampled[:, 1], trials=float(found.sum())),
        shares,
    )


def _earlier(days: FloatArray, score: FloatArray, lot: FloatArray) -> FloatArray:
    """Give how many days earlier each visit is made when the highest score goes first. Shape (n_visits,)."""
    then = np.empty(len(days))
    then[np.lexsort((lot, -score))] = np.sort(days)
    return days - then


def _figures(
    earlier: FloatArray, found: npt.NDArray[np.bool_], groups: dict[tuple[str, str], npt.NDArray[np.bool_]]
) -> FloatArray:
    """Give the mean of days earlier, the share found later, and that share by group; NaN where nobody was found."""
    later = earlier < 0
    parts = [found & here for here in groups.values()]
    shares = [float(later[part].mean()) if part.any() else np.nan for part in (found, *parts)]
    return np.array([float(earlier[found].mean()) if found.any() else np.nan, *shares])


def _groups(audit: pd.DataFrame, found: npt.NDArray[np.bool_]) -> dict[tuple[str, str], npt.NDArray[np.bool_]]:
    """Give the rows of each group of which enough were found to say something."""
    groups = {}
    for name in audit.columns:
        values = audit[name].astype(str).to_numpy()
        for group in sorted(set(values)):
            here = np.asarray(values == group, dtype=bool)
            if int((found & here).sum()) >= LEAST_FOUND:
                groups[str(name), str(group)] = here
    return groups
