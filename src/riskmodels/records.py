"""The frozen records that pass from one stage to the next.

Each stage takes records and returns records; none reaches into another's insides. Fields that hold data frames make a
record compare by identity; every other record compares by value.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.html_table import html_table

__all__ = [
    "BuildReport",
    "CalibrationBin",
    "Estimator",
    "Evaluation",
    "ExtractQuality",
    "GroupFigures",
    "Interval",
    "LineageEntry",
    "ModelColumn",
    "PeriodCount",
    "PeriodFigures",
    "QualityReport",
    "RankingPoint",
    "RunRecord",
    "TimeTravelCheck",
    "TrainedModel",
    "TrainingTable",
    "UnlinkedGroup",
]

Monotone = Literal["increasing", "decreasing"]


@dataclass(frozen=True)
class Interval:
    """A figure with the range it could as well be: value, and the ends of its 95% interval (None: not measured)."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def as_text(self) -> str:
        """Word it to three decimals, such as ``0.771 (0.758 to 0.784)``; what was not measured says so."""
        if self.value is None:
            return "not defined"
        if self.low is None or self.high is None:
            return f"{self.value:.3f} (interval not defined)"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class ExtractQuality:
    """What was found in one extract: counts only, never a value.

    Attributes
    ----------
    extract, folder, owner : str
        The contract's class name, its folder in the lake, the role that can mend faults.
    rows, good : int
        Rows read, and rows kept.
    quarantined : mapping of str to int
        Rows that broke each rule, by ``"column: rule"``; a row may break several.
    nulls : mapping of str to int
        Empty cells by column, among the rows kept.
    duplicates : int
        Versions of a row that repeat one with the same key and known time.
    corrected : int
        Versions beyond the first of their row: corrections and withdrawals.
    orphans : mapping of str to int
        Rows whose key is not found in the extract that owns such keys, by ``"column -> extract"``.
    first_event, last_event, last_known : datetime or None
        Span of the event clock, and the newest moment on the known clock: how fresh it is.
    known_time_assumed : bool
        Whether the known clock is an assumption of the contract.
    tolerance : float
        Share of rows, in [0, 1], that may be bad.
    """

    extract: str
    folder: str
    owner: str
    rows: int
    good: int
    quarantined: Mapping[str, int]
    nulls: Mapping[str, int]
    duplicates: int
    corrected: int
    orphans: Mapping[str, int]
    first_event: datetime.datetime | None
    last_event: datetime.datetime | None
    last_known: datetime.datetime | None
    known_time_assumed: bool
    tolerance: float

    @property
    def bad(self) -> int:
        """Count the rows that were kept out."""
        return self.rows - self.good

    @property
    def over_tolerance(self) -> bool:
        """Say whether so many rows are bad that nothing may be built on the rest."""
        return self.bad > self.tolerance * self.rows


@dataclass(frozen=True)
class QualityReport:
    """The state of a lake, extract by extract."""

    extracts: tuple[ExtractQuality, ...]


@dataclass(frozen=True)
class ModelColumn:
    """One numeric column that a model sees, and the feature that people know it by.

    Attributes
    ----------
    name : str
        Column of ``TrainingTable.X``.
    feature : str
        Feature it comes from; several one-hot columns share one.
    says, unit : str
        The feature in words, and its unit.
    family : str
        Group of related features, for explanations: usually the builder's name before the window.
    kind : {"number", "flag", "ordinal", "onehot"}
        How it was made numeric.
    category : str or None
        For one-hot: the category it marks.
    monotone : {"increasing", "decreasing"} or None
        Direction in which risk may move with it.
    """

    name: str
    feature: str
    says: str
    unit: str | None
    family: str
    kind: Literal["number", "flag", "ordinal", "onehot"] = "number"
    category: str | None = None
    monotone: Monotone | None = None


@dataclass(frozen=True)
class LineageEntry:
    """Where one feature comes from: extract, columns read, purposes that the source allows."""

    feature: str
    extract: str
    columns: tuple[str, ...]
    source: str
    purposes: tuple[str, ...]
    known_time_assumed: bool


@dataclass(frozen=True)
class PeriodCount:
    """What became of the population at one as-of date; ``rows`` are those a model may learn from."""

    as_of: datetime.date
    population: int
    excluded: int
    immature: int
    censored: int
    competing: int
    treated: int
    rows: int
    positives: int | None


@dataclass(frozen=True)
class TimeTravelCheck:
    """Whether features rebuilt without the future, and with a scrambled one, came out the same, bit for bit."""

    rows_checked: int
    as_of_dates: tuple[datetime.date, ...]
    features_that_differ: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Say whether nothing leaked."""
        return not self.features_that_differ


@dataclass(frozen=True)
class UnlinkedGroup:
    """How many rows of one group no link leads from: people missing from every audit that goes through links."""

    characteristic: str
    group: str
    rows: int
    unlinked: int


@dataclass(frozen=True)
class BuildReport:
    """What a build read, kept and left out, and what it assumes."""

    lake_cut: datetime.datetime
    periods: tuple[PeriodCount, ...]
    quality: QualityReport
    unlinked_share: float | None
    time_travel: TimeTravelCheck | None
    notes: tuple[str, ...] = ()
    unlinked_by_group: tuple[UnlinkedGroup, ...] = ()


@dataclass(frozen=True, eq=False)
class TrainingTable:
    """Features, outcomes and audit characteristics of a population at a series of dates.

    Attributes
    ----------
    X : DataFrame, shape (n_rows, n_columns)
        Numeric inputs (float64, missing as NaN), one column for each of ``columns``, in their order.
    outcome : Series, shape (n_rows,)
        What happened: 0 or 1 for ``task="risk"``, an amount for ``task="amount"``.
    audit : DataFrame, shape (n_rows, n_characteristics)
        Protected characteristics as text, ``"Unknown"`` where not held. Never part of ``X``.
    spine : DataFrame, shape (n_rows, 5)
        ``entity`` (pseudonym, int64), ``as_of`` (datetime64), ``treated`` and ``competing`` (bool), ``weight`` (float64,
        inverse probability of not being censored, at least 1). Unique in (entity, as_of) and sorted by as_of, entity.
    digest : str
        SHA-256 of all data above; equal digests mean equal tables.
    """

    case_name: str
    purpose: str
    task: Literal["risk", "amount"]
    outcome_says: str
    horizon_days: int
    baseline: str
    harms: tuple[str, ...]
    definition: Mapping[str, Any] = field(repr=False)
    definition_digest: str
    columns: tuple[ModelColumn, ...] = field(repr=False)
    X: pd.DataFrame = field(repr=False)
    outcome: pd.Series[float] = field(repr=False)
    audit: pd.DataFrame = field(repr=False)
    spine: pd.DataFrame = field(repr=False)
    report: BuildReport = field(repr=False)
    lineage: tuple[LineageEntry, ...] = field(repr=False)
    digest: str

    @property
    def rows(self) -> int:
        """Count the rows."""
        return len(self.spine)


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
    date, so nothing was learned from it) or ``"held_out"``. ``roc_auc`` and the quantiles of the probability (10%, 50%
    and 90% of people) are the chosen estimator's and ``None`` where the period was not scored out of time.
    """

    as_of: datetime.date
    role: Literal["development", "gap", "held_out"]
    rows: int
    positives: int
    base_rate: Interval
    roc_auc: Interval | None = None
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
        ``"baseline"``, ``"interpretable"`` and ``"lightgbm"``, fitted on ``learned_from``.
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
        By estimator, ROC AUC within a period, averaged over the development periods judged out of time.
    digest : str
        SHA-256 of everything learned; equal for the same seed and data on the same platform.
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
    evaluation: Evaluation = field(repr=False)
    seed: int
    digest: str
    notes: tuple[str, ...] = ()
    may_not_be_used_for: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        facts = [
            ["Chosen", self.choice_reason],
            ["Learned from", f"{self.rows:,} rows at {len(self.learned_from)} dates"],
            *([f"Probability of {name}", text] for name, text in self.calibrators.items()),
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
