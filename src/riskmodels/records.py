"""The frozen records that pass from one stage to the next.

Each stage takes records and returns records; none reaches into another's insides. Fields that hold data frames make a
record compare by identity; every other record compares by value.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

__all__ = [
    "BuildReport",
    "ExtractQuality",
    "Interval",
    "LineageEntry",
    "ModelColumn",
    "PeriodCount",
    "QualityReport",
    "TimeTravelCheck",
    "TrainingTable",
]

Monotone = Literal["increasing", "decreasing"]


@dataclass(frozen=True)
class Interval:
    """A figure with the range it could as well be: value, and the ends of its 95% interval (None: not measured)."""

    value: float | None
    low: float | None = None
    high: float | None = None


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
class BuildReport:
    """What a build read, kept and left out, and what it assumes."""

    lake_cut: datetime.datetime
    periods: tuple[PeriodCount, ...]
    quality: QualityReport
    unlinked_share: float | None
    time_travel: TimeTravelCheck | None
    notes: tuple[str, ...] = ()


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
