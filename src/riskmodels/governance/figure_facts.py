"""Figures as facts: with their intervals, by date, by stratum, and by who was looked at."""

from __future__ import annotations

import datetime

from riskmodels.governance.wire import Record

__all__ = ["Measured", "PeriodFacts", "RouteFacts", "SelectionFacts", "StratumFacts", "TotalsFacts"]


class Measured(Record):
    """A figure with the ends of its 95% interval; null is not measured, never 0."""

    value: float | None
    low: float | None = None
    high: float | None = None


class StratumFacts(Record):
    """How often the stated ranges of a model of amounts held within one stratum, and how wide they are."""

    stratum: str
    coverage: Measured
    mean_width: Measured


class PeriodFacts(Record):
    """How well one period that was scored out of time was ranked, and how often the outcome happened in it.

    ``base_rate`` is null where it is not given, or where too few had the outcome to say. A model of amounts has no
    ``roc_auc`` and no ``base_rate``; the other fields are its, and null for a risk.

    Attributes
    ----------
    mean_observed : Measured or None
        What came on average, in the outcome's unit.
    mean_absolute_error : Measured or None
        How far people's amounts were missed on average, in the outcome's unit.
    deviance_reduction : Measured or None
        Share of the error of today's practice (mean Tweedie deviance) that the model saves; below 0 it is worse.
    coverage : Measured or None
        Share of people whose amount lay inside the stated range.
    """

    as_of: datetime.date
    roc_auc: Measured = Measured(value=None)
    base_rate: Measured | None = None
    mean_observed: Measured | None = None
    mean_absolute_error: Measured | None = None
    deviance_reduction: Measured | None = None
    coverage: Measured | None = None


class RouteFacts(Record):
    """How well those who were looked at by one route are ranked; null counts and figures are of too few to publish."""

    route: str
    rows: int | None
    positives: int | None
    base_rate: Measured
    roc_auc: Measured


class SelectionFacts(Record):
    """What follows from outcomes being known only where somebody looked, in the held-out period.

    Attributes
    ----------
    population, looked_at : int
        Rows of the population there, and those that somebody looked at.
    found_per_100_visits : mapping of str to Measured
        By estimator, by weights for who was looked at.
    bounds_per_100_visits : mapping of str to (float, float)
        By estimator, the least and the most, whatever nobody looked at is like; widened to steps of 5.
    mean_days_earlier, share_found_later : Measured
        The same visits in the model's order, of the places that were found; shares are rounded to steps of 0.05.
    later_by_group : mapping of str to mapping of str to Measured
        Share found later, by characteristic and group.
    rests_on : str
        What the figures rest on, in words.
    propensity_roc_auc, trimmed_share, effective_rows : float or None
        How well features tell who is looked at, which share of the weights was cut back, what the rows are worth.
    """

    population: int
    looked_at: int
    routes: tuple[RouteFacts, ...]
    found_per_100_visits: dict[str, Measured]
    bounds_per_100_visits: dict[str, tuple[float, float]]
    mean_days_earlier: Measured
    share_found_later: Measured
    later_by_group: dict[str, dict[str, Measured]]
    rests_on: str
    propensity_roc_auc: float | None = None
    trimmed_share: float | None = None
    effective_rows: float | None = None


class TotalsFacts(Record):
    """How far past forecasts of totals were out, as shares of what came.

    Attributes
    ----------
    by : tuple of str
        What totals are given by, such as ``("ward", "support_reason")``.
    origins : int
        Past forecasts.
    error, seasonal_naive : float
        Of the forecasts, and of the same quarter a year before.
    ratio : Measured
        The one as a multiple of the other: above 1 is worse.
    coverage : float or None
        Share of ranges that held; null without any.
    nominal_coverage : float
        Share that they are made to hold.
    places, worse : int
        Places compared, and those where the same quarter a year before was nearer.
    """

    by: tuple[str, ...]
    origins: int
    error: float
    seasonal_naive: float
    ratio: Measured
    coverage: float | None
    nominal_coverage: float
    places: int
    worse: int
