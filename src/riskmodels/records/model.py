"""A trained model, how well it did on what came later, and where its run was written down."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.html_table import html_table
from riskmodels.records.amount_intervals import AmountIntervals
from riskmodels.records.amount_model import AmountEstimator, AmountEvaluation
from riskmodels.records.figures import Interval
from riskmodels.records.selection import SelectionFigures
from riskmodels.records.table import ModelColumn

__all__ = [
    "CalibrationBin",
    "Estimator",
    "Evaluation",
    "GroupFigures",
    "PeriodFigures",
    "RankingPoint",
    "RunRecord",
    "TrainedModel",
]


class Estimator(Protocol):
    """One fitted way of ranking people."""

    @property
    def name(self) -> str:
        """``"baseline"``, ``"interpretable"`` or ``"lightgbm"``."""

    def raw_score(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Rank people: higher is more at risk. Lists are made from this. Shape (n_rows,), always finite."""

    def probability(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Give the calibrated probability of the outcome, in [0, 1], for display. Shape (n_rows,)."""

    def calibrated(self, score: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give the probability that goes with each raw score. Shape (n_rows,)."""


@dataclass(frozen=True)
class CalibrationBin:
    """People with similar probabilities: how many were expected to have the outcome, and how many had it."""

    rows: int
    mean_probability: float
    observed: Interval


@dataclass(frozen=True)
class RankingPoint:
    """What picking the top share of people finds: shares in [0, 1]; ``None`` is not defined."""

    selected: float
    recall: float | None
    false_positive_rate: float | None
    precision: float | None


@dataclass(frozen=True)
class PeriodFigures:
    """One as-of date: how often the outcome happened, and how well and how high people were scored out of time.

    ``role`` says what the period was for: ``"development"``, ``"gap"`` (its outcome was not yet known at the held-out
    date, so nothing was learned from it) or ``"held_out"``. ``roc_auc``, the mean probability and its quantiles (10%,
    50% and 90% of people) are the chosen estimator's and ``None`` where the period was not scored out of time.
    """

    as_of: datetime.date
    role: Literal["development", "gap", "held_out"]
    rows: int
    positives: int
    base_rate: Interval
    roc_auc: Interval | None = None
    mean_probability: float | None = None
    probability_quantiles: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class GroupFigures:
    """A part of the held-out people: counts, how often the outcome happened, and how well they were ranked."""

    rows: int
    positives: int
    base_rate: Interval
    roc_auc: Interval


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How well each estimator did on a period that nothing was learned from.

    Attributes
    ----------
    held_out : tuple of date
        As-of dates that were read once, for these figures.
    rows, positives : int
        People and dates there, and how many had the outcome.
    base_rate : Interval
        Weighted share with the outcome.
    capacity : int
        Length of the list, at one as-of date.
    metrics : mapping of str to mapping of str to Interval
        By estimator, then by metric. Every figure is weighted by the spine's weight; intervals are 95%, by resampling
        entities.
    differences : mapping of str to mapping of str to Interval
        ``"chosen_minus_baseline"`` and ``"lightgbm_minus_interpretable"``, with paired intervals.
    periods : tuple of PeriodFigures
        Every as-of date of the table.
    treated, untreated : GroupFigures
        Those contacted inside the outcome's window, and the rest.
    calibration, ranking : mapping of str to tuple
        Curves by estimator.
    notes : tuple of str
        What a reader must know before the figures are used, such as a shift in the base rate.
    selection : SelectionFigures or None
        What follows from outcomes being known only where somebody looked.
    """

    held_out: tuple[datetime.date, ...]
    rows: int
    positives: int
    base_rate: Interval
    capacity: int
    metrics: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Interval]] = field(repr=False)
    periods: tuple[PeriodFigures, ...] = field(repr=False)
    treated: GroupFigures = field(repr=False)
    untreated: GroupFigures = field(repr=False)
    calibration: Mapping[str, tuple[CalibrationBin, ...]] = field(repr=False)
    ranking: Mapping[str, tuple[RankingPoint, ...]] = field(repr=False)
    notes: tuple[str, ...] = ()
    selection: SelectionFigures | None = field(default=None, repr=False)

    def _repr_html_(self) -> str:
        estimators = list(self.metrics)
        names = list(self.metrics[estimators[0]])
        when = ", ".join(f"{day:%d %B %Y}" for day in self.held_out)
        rows = [[name, *(self.metrics[one][name].as_text() for one in estimators)] for name in names]
        caption = f"Held out: {when}. {self.rows:,} rows, list of {self.capacity:,}. Figures with 95% intervals"
        return html_table(caption, ["Metric", *estimators], rows, notes=self.notes)


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """Three fitted estimators, which of them is the candidate, and how well they did.

    Attributes
    ----------
    chosen : str
        ``"interpretable"``, or ``"lightgbm"`` where it was better by the policy's margin.
    choice_reason : str
        The choice in words, with figures.
    estimators : mapping of str to Estimator
        ``"baseline"``, ``"interpretable"`` and ``"lightgbm"``, fitted on ``learned_from``; of an amount they are
        :attr:`amount_estimators`.
    learned_from : tuple of date
        As-of dates whose outcome was known at the held-out date.
    rows : int
        Rows learned from.
    rounds : int
        Trees in the LightGBM model.
    settings : mapping of str to Any
        Hyperparameters, as chosen on development periods.
    calibrators : mapping of str to str
        By estimator, how its score becomes a probability, in words.
    cross_fitted : mapping of str to float
        By estimator, ROC AUC within a period (of an amount: mean Tweedie deviance), averaged over the development
        periods judged out of time.
    evaluation : Evaluation or AmountEvaluation
        How well it did on what came later: :attr:`risk_evaluation` or :attr:`amount_evaluation` by ``task``.
    digest : str
        SHA-256 of everything learned; equal for the same seed and data on the same platform.
    task : {"risk", "amount"}
        Whether it gives a chance, or an amount.
    intervals : AmountIntervals or None
        Of an amount: prediction intervals around the chosen estimator's amounts, as plain numbers.
    """

    case_name: str
    definition_digest: str
    table_digest: str
    chosen: Literal["interpretable", "lightgbm"]
    choice_reason: str
    estimators: Mapping[str, Estimator] = field(repr=False)
    columns: tuple[ModelColumn, ...] = field(repr=False)
    learned_from: tuple[datetime.date, ...]
    rows: int
    rounds: int
    settings: Mapping[str, Any] = field(repr=False)
    calibrators: Mapping[str, str] = field(repr=False)
    cross_fitted: Mapping[str, float]
    evaluation: Evaluation | AmountEvaluation = field(repr=False)
    seed: int
    digest: str
    notes: tuple[str, ...] = ()
    may_not_be_used_for: tuple[str, ...] = ()
    task: Literal["risk", "amount"] = "risk"
    intervals: AmountIntervals | None = field(default=None, repr=False)

    @property
    def amount_estimators(self) -> Mapping[str, AmountEstimator]:
        """Give the estimators of a model of an amount; a TypeError for a risk."""
        if self.task != "amount":
            raise TypeError(f"{self.case_name} predicts a risk, not an amount")
        return cast("Mapping[str, AmountEstimator]", self.estimators)

    @property
    def amount_intervals(self) -> AmountIntervals:
        """Give the prediction intervals of a model of an amount; a TypeError for a risk."""
        if self.intervals is None:
            raise TypeError(f"{self.case_name} predicts a risk, which has no prediction intervals")
        return self.intervals

    @property
    def risk_evaluation(self) -> Evaluation:
        """Give the evaluation of a model of a risk; a TypeError for an amount."""
        if not isinstance(self.evaluation, Evaluation):
            raise TypeError(f"{self.case_name} predicts an amount, not a risk")
        return self.evaluation

    @property
    def amount_evaluation(self) -> AmountEvaluation:
        """Give the evaluation of a model of an amount; a TypeError for a risk."""
        if not isinstance(self.evaluation, AmountEvaluation):
            raise TypeError(f"{self.case_name} predicts a risk, not an amount")
        return self.evaluation

    def _repr_html_(self) -> str:
        facts = [
            ["Chosen", self.choice_reason],
            ["Learned from", f"{self.rows:,} rows at {len(self.learned_from)} dates"],
            *(
                [f"{'Probability' if self.task == 'risk' else 'Amount'} of {name}", text]
                for name, text in self.calibrators.items()
            ),
            ["Digest", self.digest],
        ]
        banned = [f"May not be used for: {use}" for use in self.may_not_be_used_for]
        table = html_table(f"Model of {self.case_name}", ["What", "Found"], facts, notes=(*self.notes, *banned))
        return table + self.evaluation._repr_html_()


@dataclass(frozen=True)
class RunRecord:
    """Where a training run was written down: its identity in MLflow and the folder or URI of its files."""

    run_id: str
    experiment_id: str
    artifact_uri: str
