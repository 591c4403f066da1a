"""Outcomes that are seen only where somebody looked: who was looked at, who was not, and what follows for figures."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.records.figures import Interval

__all__ = ["FoundEarlier", "RouteFigures", "Selection", "SelectionFigures"]


@dataclass(frozen=True, eq=False)
class Selection:
    """Who was looked at, for an outcome that is known only where somebody looked.

    Attributes
    ----------
    at_random : bool array, shape (n_rows,)
        Rows of the training table that were looked at because a draw said so.
    looked_on : datetime64[D] array, shape (n_rows,)
        Day of the look that settled each row's outcome.
    others : DataFrame, shape (n_others, n_columns)
        Inputs of a random part of the rows of the population that nobody looked at, columns as in ``TrainingTable.X``.
    others_spine : DataFrame, shape (n_others, 3)
        ``entity``, ``as_of`` and ``stands_for`` (rows of the population that each row stands for, at least 1).
    weighed : bool
        Whether the table's weights already allow for who was looked at.
    propensity_roc_auc : float or None
        How well the features tell who is looked at, in [0, 1]; 0.5 is a draw. None before it was weighed.
    trimmed_share : float or None
        Share of rows whose weight was cut back to the largest that is allowed.
    effective_rows : float or None
        Rows that the weighted table is worth (Kish).
    """

    at_random: npt.NDArray[np.bool_] = field(repr=False)
    looked_on: npt.NDArray[np.datetime64] = field(repr=False)
    others: pd.DataFrame = field(repr=False)
    others_spine: pd.DataFrame = field(repr=False)
    weighed: bool = False
    propensity_roc_auc: float | None = None
    trimmed_share: float | None = None
    effective_rows: float | None = None


@dataclass(frozen=True)
class RouteFigures:
    """How well the chosen estimator ranks those who were looked at by one route: at random, or for another reason.

    ``rows`` and ``positives`` count each entity once, at however many dates the same look settled its outcome.
    """

    route: str
    rows: int
    positives: int
    base_rate: Interval
    roc_auc: Interval


@dataclass(frozen=True)
class FoundEarlier:
    """What the same visits, made in the model's order, would have found sooner (Chicago's measure, 2014).

    Attributes
    ----------
    mean_days_earlier : Interval
        Over places that were found; below 0 they would have been found later.
    share_found_later : Interval
        Share of the found places that the model's order would have reached later than today's.
    later_by_group : mapping of (str, str) to Interval
        The same share by characteristic and group.
    """

    mean_days_earlier: Interval
    share_found_later: Interval
    later_by_group: dict[tuple[str, str], Interval] = field(repr=False)


@dataclass(frozen=True, eq=False)
class SelectionFigures:
    """What the held-out period says, given that outcomes are known only where somebody looked.

    Attributes
    ----------
    population, looked_at : int
        Rows of the population in the held-out period, and those that somebody looked at.
    routes : tuple of RouteFigures
        At random, and otherwise. The former assume only that those not reached are like those reached.
    found_per_100_visits : mapping of str to Interval
        By estimator, ``"baseline"`` being today's practice: places found in 100 visits to the top of the list, weighted
        for who was looked at.
    bounds_per_100_visits : mapping of str to (float, float)
        By estimator: the least and the most that 100 visits to the top of the list of the whole population can find,
        whatever nobody looked at is like (Manski 1989).
    found_earlier : FoundEarlier
        The same visits in the model's order.
    rests_on : str
        What the figures rest on, in words: random looks, weights, or bounds alone.
    """

    population: int
    looked_at: int
    routes: tuple[RouteFigures, ...]
    found_per_100_visits: dict[str, Interval]
    bounds_per_100_visits: dict[str, tuple[float, float]]
    found_earlier: FoundEarlier
    rests_on: str
