"""The use case: one file's worth of decisions, checked when it is made."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from riskmodels.features.audit import Characteristic, as_characteristic
from riskmodels.features.builders import Feature, Features
from riskmodels.features.checks import check_case, resolve_derived
from riskmodels.features.expressions import Snippet
from riskmodels.features.outcomes import Outcome, Rows
from riskmodels.lake.contracts import Extract

if TYPE_CHECKING:
    from riskmodels.lake import Lake
    from riskmodels.records import TrainingTable

__all__ = ["FeatureList", "Harm", "UseCase"]

Harm = Literal["missed_need", "burden"]

_TIMELESS_BUILDERS = ("attribute", "derived", "nearby")


class FeatureList(tuple[Feature, ...]):
    """The features of a use case, in order. ``sql()`` shows how they are computed."""

    case: UseCase

    @property
    def names(self) -> tuple[str, ...]:
        """Name the features."""
        return tuple(feature.name for feature in self)

    def sql(self, dialect: str = "duckdb") -> str:
        """Show the queries that compute the features, one for each extract, as they are run."""
        from riskmodels.features.compile import features_sql

        return features_sql(self.case, dialect=dialect)

    def _repr_html_(self) -> str:
        from riskmodels.features.display import features_html

        return features_html(self)


@dataclass(frozen=True, init=False)
class UseCase:
    """What is predicted, for whom, from what, for which purpose, and how it will be judged.

    Parameters
    ----------
    name : str
        Lower case letters, digits and underscores; also the name of the model.
    says : str
        The use case in one sentence for a lay reader.
    purpose : str
        Must be among the purposes of every extract that population, outcome and features read. An extract read only to
        audit may serve ``equality_monitoring`` instead.
    entity : str
        Key column of the population's extract: what one row is about.
    population : Rows
        ``where(Extract, condition, having=condition on features)``; the newest visible row of each entity counts.
    outcome : Outcome
        ``ever(Extract, condition, within=..., says=...)``, or an amount: ``running(Extract, value, ...)``.
    features : sequence of builders
        What the model may know.
    audit_by : sequence of columns or characteristics
        What the model is tested against. Never its inputs.
    baseline : str
        Feature that ranks people today. The model must beat it.
    harms : sequence of {"missed_need", "burden"}
        What goes wrong when it errs: someone in need is missed, or someone is picked without cause.
    lead : str, optional
        Condition on the links extract that picks the lead of several people linked to one entity.
    intervals_within : str, optional
        For an amount: the categorical feature within whose categories prediction intervals are made.
    totals_by : sequence of columns or characteristics, optional
        For an amount: what its totals are given by, such as ward and support reason. Read apart, as ``audit_by`` is,
        and under the use case's own purpose.

    Raises
    ------
    DefinitionError
        If anything in it cannot be. It says what, and offers the nearest right name.
    """

    name: str
    says: str
    purpose: str
    entity: str
    population: Rows
    outcome: Outcome
    features: FeatureList
    audit_by: tuple[Characteristic, ...]
    baseline: str
    harms: tuple[Harm, ...]
    lead: str | None
    having: Snippet | None
    intervals_within: str | None
    totals_by: tuple[Characteristic, ...]

    def __init__(
        self,
        *,
        name: str,
        says: str,
        purpose: str,
        entity: str,
        population: Rows,
        outcome: Outcome,
        features: Iterable[Feature | Features],
        audit_by: Sequence[Characteristic | str],
        baseline: str,
        harms: Sequence[Harm],
        lead: str | None = None,
        intervals_within: str | None = None,
        totals_by: Sequence[Characteristic | str] = (),
    ) -> None:
        flat = [feature for given in features for feature in ((given,) if isinstance(given, Feature) else given)]
        resolved, having = resolve_derived(flat, population.having)
        listed = FeatureList(resolved)
        listed.case = self
        values: dict[str, Any] = {
            "name": name,
            "says": says,
            "purpose": purpose,
            "entity": str(entity),
            "population": population,
            "outcome": outcome,
            "features": listed,
            "audit_by": tuple(as_characteristic(given) for given in audit_by),
            "baseline": baseline,
            "harms": tuple(harms),
            "lead": lead,
            "having": having,
            "intervals_within": intervals_within,
            "totals_by": tuple(as_characteristic(given) for given in totals_by),
        }
        for attribute, value in values.items():
            object.__setattr__(self, attribute, value)
        check_case(self)

    @property
    def entity_kind(self) -> str:
        """Say what kind of thing the entity is: ``"tenancy"``, ``"uprn"``, ``"person"``."""
        return self.population.extract.columns()[self.entity].key_of or ""

    @property
    def horizon_days(self) -> int:
        """Give the length of the outcome's window in days."""
        return self.outcome.within.days

    def feature(self, name: str) -> Feature:
        """Give the feature of a name."""
        return next(feature for feature in self.features if feature.name == name)

    def extracts(self) -> tuple[type[Extract], ...]:
        """List the extracts that population, outcome, help, looks, features and totals read."""
        beside = (self.outcome.treated_by, self.outcome.looked)
        used = [self.population.extract, self.outcome.extract, *(rows.extract for rows in beside if rows is not None)]
        used += [feature.extract for feature in self.features if feature.extract is not None]
        used += [feature.area.extract for feature in self.features if feature.area is not None]
        used += [each.extract for each in self.totals_by]
        return tuple(dict.fromkeys(used))

    def moving_extracts(self) -> tuple[type[Extract], ...]:
        """List the extracts that must be fresh: read by date, and with new rows expected all the time."""
        beside = (self.outcome.treated_by, self.outcome.looked)
        read = [self.population.extract, self.outcome.extract, *(rows.extract for rows in beside if rows is not None)]
        read += [one.extract for one in self.features if one.extract and one.builder not in _TIMELESS_BUILDERS]
        return tuple(one for one in dict.fromkeys(read) if one.moving())

    @property
    def digest(self) -> str:
        """Give the SHA-256 of the definition: equal digests mean equal definitions."""
        from riskmodels.features.serialise import digest

        return digest(self)

    def to_dict(self) -> dict[str, Any]:
        """Give the definition as plain data that JSON can hold."""
        from riskmodels.features.serialise import to_dict

        return to_dict(self)

    def build(
        self,
        lake: Lake,
        as_of: Sequence[datetime.date],
        *,
        time_travel_sample: int = 200,
        progress: Callable[[str, float], None] | None = None,
    ) -> TrainingTable:
        """Build the table to train and judge on: features, outcomes and audit characteristics at each as-of date.

        Parameters
        ----------
        lake : Lake
            The extracts to read.
        as_of : sequence of date
            Dates at which to look at the population; see :func:`~riskmodels.features.monthly`.
        time_travel_sample : int
            Rows to rebuild without the future and with a scrambled one; 0 leaves the check out.
        progress : callable, optional
            Called with a stage and the share done, in [0, 1].

        Raises
        ------
        BuildError
            If the lake holds too little history for the horizon, the population is empty, or a future row was read.
        LakeError
            If an extract is missing, unreadable or holds too many bad rows.
        """
        from riskmodels.features.build import build

        return build(self, lake, as_of, time_travel_sample=time_travel_sample, progress=progress)

    def _repr_html_(self) -> str:
        from riskmodels.features.display import case_html

        return case_html(self)
