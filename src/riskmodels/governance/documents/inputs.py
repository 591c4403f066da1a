"""What the documents are filled in with: facts of one run, as plain data; no figure comes from elsewhere."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from riskmodels.governance.documents.drift import DeclaredSource
from riskmodels.governance.facts import BiasFacts, DisclosureFacts, Measured, ModelFacts, ProxyFacts, SourceFacts

__all__ = ["DecisionsSeen", "DocumentInputs", "FeatureLine"]


class FeatureLine(NamedTuple):
    """One thing that the model knows, as an officer would say it."""

    name: str
    says: str
    unit: str | None


@dataclass(frozen=True)
class DecisionsSeen:
    """What is known of how officers used an earlier version: cases decided, and the share that followed the list."""

    cases: int
    agreed_share: float


@dataclass(frozen=True, kw_only=True)
class DocumentInputs:
    """The facts of one candidate that its documents are filled in with.

    Attributes
    ----------
    model, version : str
        Its name, and how this version is called, such as ``"version 3"``.
    definition : mapping
        The use case as plain data (``TrainingTable.definition``): purpose, population, outcome, features, audit.
    definition_digest : str
        SHA-256 of it.
    sources : tuple of SourceFacts
        Every extract that is read, with what the register says of it.
    declared : tuple of DeclaredSource
        What the contracts say, from :func:`riskmodels.governance.documents.drift.declared_sources`.
    rows, people, areas, positives : int or None
        Rows that the figures rest on, entities and areas they speak for, and rows with the outcome; None: not counted.
    learned_from, held_out : tuple of date
        As-of dates.
    metrics : mapping of str to mapping of str to Measured
        By estimator and metric, with 95% intervals.
    bias : BiasFacts
        The audit's verdicts, and how each protected characteristic is held.
    disclosure : DisclosureFacts
        The smallest count that may be shown.
    proxy_alarms : tuple of str
        Inputs found to be as good as a protected characteristic.
    capacity : int
        Length of the list at one date; 0 for an amount, from which no list is made.
    decisions : DecisionsSeen or None
        How officers used an earlier version; None: not seen yet.
    unit : str or None
        What an amount is counted in; None for a risk.
    """

    model: str
    version: str
    definition: Mapping[str, Any]
    definition_digest: str
    sources: tuple[SourceFacts, ...]
    declared: tuple[DeclaredSource, ...]
    rows: int
    people: int | None
    areas: int | None
    positives: int | None
    learned_from: tuple[datetime.date, ...]
    held_out: tuple[datetime.date, ...]
    metrics: Mapping[str, Mapping[str, Measured]]
    bias: BiasFacts
    disclosure: DisclosureFacts
    capacity: int
    horizon_days: int
    chosen: str
    proxy_alarms: tuple[str, ...] = ()
    decisions: DecisionsSeen | None = None
    unit: str | None = None

    @classmethod
    def of_run(
        cls,
        model: ModelFacts,
        *,
        version: str,
        definition: Mapping[str, Any],
        sources: tuple[SourceFacts, ...],
        declared: tuple[DeclaredSource, ...],
        bias: BiasFacts,
        proxies: ProxyFacts,
        disclosure: DisclosureFacts,
        people: int | None = None,
        areas: int | None = None,
        decisions: DecisionsSeen | None = None,
    ) -> Self:
        """Gather them from the facts that the author signs, so that documents and evidence cannot differ."""
        return cls(
            model=model.name,
            version=version,
            definition=definition,
            definition_digest=model.definition_digest,
            sources=sources,
            declared=declared,
            rows=model.rows,
            people=people,
            areas=areas,
            positives=model.positives,
            learned_from=model.learned_from,
            held_out=model.held_out,
            metrics=model.metrics,
            bias=bias,
            disclosure=disclosure,
            capacity=model.capacity,
            horizon_days=model.horizon_days,
            chosen=model.chosen,
            proxy_alarms=proxies.alarms,
            decisions=decisions,
            unit=model.unit,
        )

    @property
    def purpose(self) -> str:
        """Give the purpose."""
        return str(self.definition["purpose"])

    @property
    def says(self) -> str:
        """Give the use case in one sentence."""
        return str(self.definition["says"])

    @property
    def baseline(self) -> str:
        """Give the feature of today's practice: it ranks people, or is carried forward as the amount to expect."""
        return str(self.definition["baseline"])

    @property
    def outcome_says(self) -> str:
        """Give the outcome in words."""
        return str(self.definition["outcome"]["says"])

    @property
    def population(self) -> str:
        """Give the population as the definition has it."""
        rows = self.definition["population"]
        conditions = [str(one) for one in (rows["condition"], rows["having"]) if one]
        if len(conditions) > 1:
            conditions = [f"({one})" if re.search(r"\bor\b", one, re.IGNORECASE) else one for one in conditions]
        return f"{rows['extract']} where {' and '.join(conditions)}" if conditions else f"all of {rows['extract']}"

    @property
    def positives_are(self) -> str:
        """Say which rows are counted as positives: those with the outcome, or with an amount at all."""
        return "with the outcome" if self.unit is None else "with an amount above 0"

    @property
    def features(self) -> tuple[FeatureLine, ...]:
        """Give what the model knows, in order."""
        return tuple(FeatureLine(one["name"], one["says"], one["unit"]) for one in self.definition["features"])

    @property
    def characteristics(self) -> tuple[FeatureLine, ...]:
        """Give what the model is tested against."""
        return tuple(FeatureLine(one["name"], one["says"], one["protected"]) for one in self.definition["audit_by"])

    @property
    def characteristics_never_known(self) -> tuple[str, ...]:
        """Give in words what the model is tested against and no input reads."""
        known = set(self.characteristics_known)
        return tuple(one.says for one in self.characteristics if one.says not in known)

    @property
    def characteristics_known(self) -> tuple[str, ...]:
        """Give in words what the model is tested against although an input reads the same column."""
        read: set[str] = set().union(*(self._reads(one) for one in self.definition["features"]))
        return tuple(one["says"] for one in self.definition["audit_by"] if self._reads(one) & read)

    def _reads(self, part: Mapping[str, Any]) -> set[str]:
        """Name the declared columns that a feature or a characteristic reads, with their extract."""
        extract = part.get("extract")
        words = set(re.findall(r"\w+", " ".join(str(part.get(key) or "") for key in ("expr", "where", "of"))))
        held = [one.columns for each in self.declared for name, one in each.extracts.items() if name == extract]
        return {f"{extract}.{column}" for columns in held for column in columns if column in words}

    @property
    def special_category_columns(self) -> tuple[str, ...]:
        """Name the special category columns of the extracts that are read."""
        return self._columns("special_category")

    @property
    def protected_columns(self) -> tuple[str, ...]:
        """Name the columns of the extracts that are read which record a protected characteristic."""
        return self._columns("protected")

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that the contracts of the extracts that are read declare."""
        return self._columns("columns")

    def _columns(self, part: str) -> tuple[str, ...]:
        read = {one.extract for one in self.sources}
        held = [(name, each) for one in self.declared for name, each in one.extracts.items() if name in read]
        return tuple(f"{name}.{column}" for name, each in held for column in getattr(each, part))
