"""How well a model of amounts did on what came later: errors, intervals that should hold, and totals by place."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.html_table import html_table
from riskmodels.records.figures import Interval
from riskmodels.records.totals import TotalsBacktest

__all__ = ["AmountBin", "AmountEstimator", "AmountEvaluation", "AmountGroup", "AmountPeriod", "StratumIntervals"]


class AmountEstimator(Protocol):
    """One fitted way of predicting an amount."""

    @property
    def name(self) -> str:
        """``"baseline"``, ``"interpretable"`` or ``"lightgbm"``."""

    def raw_score(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Give the log of the expected amount before calibration. Shape (n_rows,), always finite."""

    def amount(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Give the expected amount, at least 0, in the outcome's unit. Shape (n_rows,), always finite."""

    def calibrated(self, score: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give the expected amount that goes with each raw score. Shape (n_rows,)."""


@dataclass(frozen=True)
class AmountBin:
    """People with similar expected amounts: what was expected on average, and what came."""

    rows: int
    mean_expected: float
    observed: Interval


@dataclass(frozen=True)
class AmountPeriod:
    """One as-of date: how much came on average, and how far it was missed out of time.

    ``role`` is as for a risk. Figures are the chosen estimator's, in the outcome's unit, and ``None`` where the period
    was not scored out of time. ``deviance_reduction`` is the share of today's practice's mean Tweedie deviance that the
    chosen estimator saves; below 0 is worse than today's practice.
    """

    as_of: datetime.date
    role: Literal["development", "gap", "held_out"]
    rows: int
    positives: int
    mean_observed: Interval
    mean_expected: float | None = None
    mean_absolute_error: Interval | None = None
    deviance_reduction: Interval | None = None
    coverage: Interval | None = None


@dataclass(frozen=True)
class AmountGroup:
    """A part of the held-out people: counts, what came on average, and how far it was missed."""

    rows: int
    positives: int
    mean_observed: Interval
    mean_error: Interval


@dataclass(frozen=True)
class StratumIntervals:
    """Prediction intervals within one stratum: how many people set their width, and how often they held.

    ``rows`` is the fewest people that any number of its intervals rests on. ``held_out_rows`` says how many held-out
    rows the figures are of: few of them may not be shown.
    """

    stratum: str
    rows: int
    coverage: Interval
    mean_width: Interval
    held_out_rows: int | None = None

    def may_show(self, fewest: int) -> bool:
        """Say whether both those who set the width and those whom the figures are of are at least so many."""
        return self.rows >= fewest and (self.held_out_rows is None or self.held_out_rows >= fewest)


@dataclass(frozen=True, eq=False)
class AmountEvaluation:
    """How well each estimator did on a period that nothing was learned from.

    Attributes
    ----------
    held_out : tuple of date
        As-of dates that were read once, for these figures.
    rows, positives : int
        People and dates there, and how many had any amount at all.
    unit : str
        The outcome's unit, such as ``"GBP per week"``.
    mean_amount : Interval
        Weighted mean of what came.
    nominal_coverage : float
        Share of people whose amount prediction intervals are made to hold, in (0, 1).
    metrics : mapping of str to mapping of str to Interval
        By estimator, then by metric: ``mean_absolute_error``, ``mean_tweedie_deviance``, ``mean_error`` (expected less
        observed: below 0 says too little), ``total_error`` (the same as a share of what came), ``coverage`` and
        ``mean_interval_width`` (the chosen estimator's alone).
    differences : mapping of str to mapping of str to Interval
        ``"chosen_minus_baseline"`` and ``"lightgbm_minus_interpretable"``: ``mean_absolute_error``,
        ``mean_tweedie_deviance`` (below 0 is better) and ``deviance_reduction`` (a share; above 0 is better).
    periods : tuple of AmountPeriod
        Every as-of date of the table.
    competing, others : AmountGroup
        Those with a competing event (who died) inside the horizon, and the rest.
    calibration : mapping of str to tuple of AmountBin
        By estimator.
    strata : tuple of StratumIntervals
        Prediction intervals by stratum.
    notes : tuple of str
        What a reader must know before the figures are used.
    totals : TotalsBacktest or None
        Totals by place over the next two quarters, where they are forecast.
    """

    held_out: tuple[datetime.date, ...]
    rows: int
    positives: int
    unit: str
    mean_amount: Interval
    nominal_coverage: float
    metrics: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Interval]] = field(repr=False)
    periods: tuple[AmountPeriod, ...] = field(repr=False)
    competing: AmountGroup = field(repr=False)
    others: AmountGroup = field(repr=False)
    calibration: Mapping[str, tuple[AmountBin, ...]] = field(repr=False)
    strata: tuple[StratumIntervals, ...] = field(repr=False)
    notes: tuple[str, ...] = ()
    totals: TotalsBacktest | None = field(default=None, repr=False)

    def _repr_html_(self) -> str:
        estimators = list(self.metrics)
        names = list(dict.fromkeys(name for one in estimators for name in self.metrics[one]))
        when = ", ".join(f"{day:%d %B %Y}" for day in self.held_out)
        rows = [
            [name, *(self.metrics[one][name].as_text() if name in self.metrics[one] else "" for one in estimators)]
            for name in names
        ]
        caption = f"Held out: {when}. {self.rows:,} rows, in {self.unit}. Figures with 95% intervals"
        return html_table(caption, ["Metric", *estimators], rows, notes=self.notes)
