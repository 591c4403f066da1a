"""Rows of the population that nobody looked at: a random part of them is kept, to say who it is that one looks at.

The part is drawn by a number that only the entity and the date settle, so that a build can be made again and a larger
lake does not change who was drawn before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.features.look_ahead import Fate
from riskmodels.records.selection import Selection

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = ["MOST_AT_A_DATE", "MOST_IN_ALL", "not_looked_at", "selection_of"]

MOST_AT_A_DATE = 4_000
"""Most rows kept at one as-of date: enough to tell a propensity by, few beside the population."""

MOST_IN_ALL = 60_000
"""Most rows kept in all, shared between the dates alike."""

_KEPT = ["entity", "as_of", "known", "weight"]


def not_looked_at(fate: Fate) -> pd.DataFrame:
    """Draw rows that were watched to the horizon's end and that nobody looked at.

    Returns
    -------
    DataFrame
        ``entity, as_of, known, weight`` and ``stands_for``: how many rows of the population each stands for, those that
        left unseen included. By as_of and entity.
    """
    frame = fate.frame[~fate.frame["censored"] & ~fate.frame["looked"]]
    dates = max(1, fate.frame["as_of"].nunique())
    most = min(MOST_AT_A_DATE, max(1, MOST_IN_ALL // dates))
    drawn = [_thinned(part, most) for _, part in frame.groupby("as_of", sort=True)]
    return pd.concat(drawn, ignore_index=True) if drawn else frame[_KEPT].assign(stands_for=1.0)


def _thinned(part: pd.DataFrame, most: int) -> pd.DataFrame:
    kept = part
    if len(part) > most:
        lot = _lots(part["entity"].to_numpy(np.int64), part["as_of"].to_numpy())
        kept = part.iloc[np.sort(np.argsort(lot, kind="stable")[:most])]
    return kept[_KEPT].assign(stands_for=kept["weight"] * (len(part) / len(kept)))


def _lots(entity: npt.NDArray[np.int64], as_of: npt.NDArray[np.datetime64]) -> npt.NDArray[np.uint64]:
    """Give each row a number as good as random, the same for the same entity and date (splitmix64; Steele 2014)."""
    days = as_of.astype("datetime64[D]").astype(np.int64)
    mixed = entity.astype(np.uint64) + days.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def selection_of(case: UseCase, known: pd.DataFrame, others: pd.DataFrame, inputs: pd.DataFrame) -> Selection | None:
    """Put together who was looked at, when and why, and who was not; None where the outcome needs no look.

    Parameters
    ----------
    known : DataFrame
        Rows of the table, with ``at_random`` and ``looked_on``.
    others : DataFrame
        From :func:`not_looked_at`.
    inputs : DataFrame
        The model's inputs of the others, in the same order.
    """
    if case.outcome.looked is None:
        return None
    return Selection(
        at_random=known["at_random"].to_numpy(dtype=bool),
        looked_on=known["looked_on"].to_numpy().astype("datetime64[D]"),
        others=inputs,
        others_spine=others[["entity", "as_of", "stands_for"]].reset_index(drop=True),
    )
