"""A training table, what its columns are, where they come from and what was left out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from riskmodels.records.quality import QualityReport
from riskmodels.records.selection import Selection

__all__ = [
    "BuildReport",
    "LineageEntry",
    "ModelColumn",
    "Monotone",
    "PeriodCount",
    "TimeTravelCheck",
    "TrainingTable",
    "UnlinkedGroup",
]

Monotone = Literal["increasing", "decreasing"]


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
    """What became of the population at one as-of date; ``rows`` are those a model may learn from.

    ``positives`` had the outcome, or any amount at all. ``not_looked`` counts those whose outcome nobody knows because
    nobody looked.
    """

    as_of: datetime.date
    population: int
    excluded: int
    immature: int
    censored: int
    competing: int
    treated: int
    rows: int
    positives: int | None
    not_looked: int = 0


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
        ``entity`` (pseudonym, int64), ``as_of`` (datetime64), ``treated`` and ``competing`` (bool), ``weight``
        (float64, inverse probability of not being censored, at least 1; for an amount, times the share of the horizon
        that the entity was watched for). Unique in (entity, as_of); sorted by as_of, entity.
    digest : str
        SHA-256 of all data above; equal digests mean equal tables.
    unit : str or None
        Unit of the outcome for ``task="amount"``, such as ``"GBP per week"``.
    strata : Series, shape (n_rows,), or None
        For ``task="amount"``: within which group prediction intervals are made, as text.
    totals_by : DataFrame, shape (n_rows, n_places), or None
        For ``task="amount"``: what totals are given by, such as ward and support reason, as text.
    selection : Selection or None
        Who was looked at, where the outcome is known only for those.
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
    unit: str | None = None
    strata: pd.Series[str] | None = field(default=None, repr=False)
    totals_by: pd.DataFrame | None = field(default=None, repr=False)
    selection: Selection | None = field(default=None, repr=False)

    @property
    def rows(self) -> int:
        """Count the rows."""
        return len(self.spine)

    @property
    def weighed(self) -> bool:
        """Say whether the weights make those who were looked at stand for the whole population."""
        return self.selection is not None and self.selection.weighed
