"""How well a model's inputs predict each protected characteristic, which of them do it, and what removing them costs.

A model that is never told a person's sex may still hold it, in what it is told. This does not make it unlawful: it
makes the audit of outcomes necessary (Equality Act 2010 s19). A single feature that is as good as the characteristic
itself is another matter: a criterion that cannot be told from the characteristic is treated as the characteristic
(s13; *James v Eastleigh*, *Lee v Ashers*), and raises an alarm here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from riskmodels.assurance.price import accuracy_change, without_features
from riskmodels.assurance.scored import scored
from riskmodels.assurance.single_features import coded, feature_area, feature_interval, halves, purity, says_of
from riskmodels.errors import AssuranceError
from riskmodels.modelling.metrics import Ranking, area, cumulative, ranking
from riskmodels.modelling.resampling import draws, percentile_interval
from riskmodels.modelling.rows import inputs
from riskmodels.records import Interval, TrainedModel, TrainingTable
from riskmodels.records.proxies import (
    CharacteristicProxies,
    ExactProxy,
    FeatureStrength,
    GroupProxies,
    PriceOfRemoving,
    ProxyReport,
)

__all__ = ["EXACT", "IMPLIES", "find_proxies", "price_of_removing", "protected_by"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Progress = Callable[[str, float], None]

EXACT = 0.95
"""ROC AUC from which one feature alone is called an exact proxy: it is wrong about one pair of people in twenty."""

IMPLIES = 0.95
"""Share in the group, at the low end of its interval, from which a value of a feature is said to imply the group."""

NOT_A_GROUP = ("Unknown", "Withheld", "Prefer not to say")
MOST_LEVELS = 50
MOST_ROWS = 20_000
ROWS_OF_ONE = 3
FEATURES_NAMED = 5
RESAMPLES = 400

_FEW_CODES = 12
_COMMON = 0.8


@dataclass(frozen=True, eq=False)
class _Sample:
    """Thinned rows: inputs, codes of each feature, entity, and which half of the entities each row is in."""

    X: FloatArray
    codes: Mapping[str, IntArray]
    says: Mapping[str, str]
    entity: IntArray
    half: BoolArray

    def where(self, keep: BoolArray) -> _Sample:
        codes = {feature: values[keep] for feature, values in self.codes.items()}
        return _Sample(self.X[keep], codes, self.says, self.entity[keep], self.half[keep])


def find_proxies(
    table: TrainingTable,
    *,
    least_group: int,
    seed: int,
    exact: float = EXACT,
    resamples: int = RESAMPLES,
    progress: Progress | None = None,
) -> ProxyReport:
    """Measure how well the inputs tell each group of each characteristic from everybody else.

    Entities are split in two halves: each half is judged by what was learned from the other, so nobody is in both.
    Boosted trees (scikit-learn's HistGradientBoostingClassifier) see all features together; each feature is then
    taken alone. People whose group is not known are left out, and counted. Higher is worse. Alarms are raised of
    protected characteristics alone: a measure used beside them, such as tenure, may be an input.

    Parameters
    ----------
    table : TrainingTable
        Inputs and characteristics. At most 20,000 of its rows are used, of at most 3 dates an entity.
    least_group : int
        Fewest entities that a group, and the rest, must have in what is learned from and judged on together.
    exact : float
        ROC AUC of one feature alone, in (0.5, 1], from which it is called an exact proxy.
    resamples : int
        Resamples of entities behind each interval.
    progress : callable, optional
        Told the stage and the share of it done, in [0, 1].

    Raises
    ------
    AssuranceError
        If the characteristics are not one row for each row of inputs, or a limit makes no sense.
    """
    _check(table, least_group=least_group, exact=exact)
    tell: Progress = progress if progress is not None else lambda stage, done: None
    chosen = _thinned(table, seed=seed)
    X = inputs(table.X.iloc[chosen], [column.name for column in table.columns])
    entity = table.spine["entity"].to_numpy(dtype=np.int64)[chosen]
    sample = _Sample(X, coded(X, table.columns), says_of(table.columns), entity, halves(entity, seed=seed))
    protected = protected_by(table)
    found: list[CharacteristicProxies] = []
    alarms: list[ExactProxy] = []
    for number, name in enumerate(table.audit.columns):
        tell("Looking for proxies", number / len(table.audit.columns))
        groups = table.audit[name].astype(str).to_numpy()[chosen]
        asked = _Asked(str(name), protected.get(str(name)), least_group, exact, seed, resamples)
        one, raised = _measure(asked, sample, groups)
        found.append(one)
        # A measure used beside the Act's characteristics, such as a home's tenure, may be an input as well.
        alarms += raised if asked.protected is not None else []
    tell("Looking for proxies", 1.0)
    alarms.sort(key=lambda alarm: -(alarm.figure.value or 0.0))
    return ProxyReport(table.case_name, tuple(found), tuple(alarms), exact, least_group, _notes(table, len(chosen)))


def price_of_removing(
    table: TrainingTable, model: TrainedModel, features: Collection[str], *, seed: int
) -> PriceOfRemoving:
    """Say what a model loses on the held-out period when it is no longer told some features.

    The chosen estimator is fitted again with the settings it has; train in full before it is used.

    Raises
    ------
    AssuranceError
        If a feature is not one of the model's, or none would be left.
    """
    known = {column.feature for column in table.columns}
    strange = sorted(set(features) - known)
    if strange or not features or not known - set(features):
        raise AssuranceError(
            f"asked to remove {len(set(features))} of {len(known)} features, {len(strange)} of which the model lacks"
            + (f": {', '.join(strange[:5])}" if strange else ""),
            expected="one or more of the model's features, and not all of them",
            next_step="Name features as the use case names them.",
            who="the data scientist who owns the use case",
        )
    before, after = scored(table, model), without_features(table, model, features)
    figures = accuracy_change(before, after, seed=seed)
    return PriceOfRemoving(tuple(sorted(set(features))), figures.before, figures.after, figures.change)


def protected_by(table: TrainingTable) -> dict[str, str | None]:
    """Give, by the name of each characteristic, which protected characteristic it records, as the definition says."""
    return {str(one["name"]): one.get("protected") for one in table.definition.get("audit_by", ())}


@dataclass(frozen=True)
class _Asked:
    """What is asked of one characteristic."""

    name: str
    protected: str | None
    least_group: int
    exact: float
    seed: int
    resamples: int

    def nothing(self, why: str, unknown: float) -> CharacteristicProxies:
        return CharacteristicProxies(self.name, self.protected, Interval(None), unknown_share=unknown, not_measured=why)


def _measure(
    asked: _Asked, sample: _Sample, groups: npt.NDArray[np.object_]
) -> tuple[CharacteristicProxies, list[ExactProxy]]:
    known = ~np.isin(groups, NOT_A_GROUP)
    people = np.unique(sample.entity)
    unknown = float(1 - len(np.unique(sample.entity[known])) / len(people)) if len(people) else 0.0
    levels = np.unique(groups[known])
    if len(levels) == 0:
        return asked.nothing("It is not held for anybody.", unknown), []
    if len(levels) == 1:
        return asked.nothing(
            "Everybody whose group is known is in the same one: there is nothing to tell apart.", unknown
        ), []
    if len(levels) > MOST_LEVELS:
        why = (
            f"It has {len(levels):,} values in the sample: more than {MOST_LEVELS} are an identifier or free text, not "
            "groups. Put them into groups first."
        )
        return asked.nothing(why, unknown), []
    here = sample.where(known)
    sizes = {str(level): len(np.unique(here.entity[groups[known] == level])) for level in levels}
    total = len(np.unique(here.entity))
    enough = [name for name, size in sizes.items() if asked.least_group <= size <= total - asked.least_group]
    small = tuple(name for name in sizes if name not in enough)
    if not enough:
        why = f"No group has both {asked.least_group:,} people in it and {asked.least_group:,} outside it."
        return asked.nothing(why, unknown), []
    enough.sort(key=lambda name: (-sizes[name], name))
    return _groups(asked, here, groups[known], enough, sizes, small, unknown)


def _groups(
    asked: _Asked,
    sample: _Sample,
    groups: npt.NDArray[np.object_],
    enough: list[str],
    sizes: Mapping[str, int],
    small: tuple[str, ...],
    unknown: float,
) -> tuple[CharacteristicProxies, list[ExactProxy]]:
    label = np.full(len(groups), len(enough), dtype=np.int64)
    for place, name in enumerate(enough):
        label[groups == name] = place
    columns = [1] if len(enough) == 2 and not small else list(range(len(enough)))  # two groups are one question
    together, macro = _together(asked, sample, label, columns)
    found: list[GroupProxies] = []
    alarms: list[ExactProxy] = []
    implied: list[ExactProxy] = []
    for place in range(len(enough)):
        own = (label == place).astype(np.float64)
        alone = _alone(sample, own)
        interval = together[place] if place in together else together[columns[0]]
        found.append(GroupProxies(enough[place], sizes[enough[place]], interval, alone[:FEATURES_NAMED]))
        if place in columns:
            alarms += _exact(asked, sample, own, enough[place], alone)
        implied += _implied(asked, sample, own, enough[place])
    measured = CharacteristicProxies(asked.name, asked.protected, macro, tuple(found), small, unknown_share=unknown)
    exact = {alarm.feature for alarm in alarms}
    return measured, alarms + [alarm for alarm in implied if alarm.feature not in exact]


def _together(
    asked: _Asked, sample: _Sample, label: IntArray, columns: list[int]
) -> tuple[dict[int, Interval], Interval]:
    """Give each group's ROC AUC by all features together, and their mean, on the same resamples."""
    parts = [part for part in (_judged(asked, sample, label, learn) for learn in (sample.half, ~sample.half)) if part]
    if len(parts) < 2:
        return dict.fromkeys(columns, Interval(None)), Interval(None)
    values: list[FloatArray] = []
    resampled: list[FloatArray] = []
    for part in parts:
        values.append(part.areas(np.ones((1, len(part.entity))), columns)[:, 0])
        chunks = draws(part.entity, np.ones(len(part.entity)), seed=asked.seed, replicates=asked.resamples)
        resampled.append(np.concatenate([part.areas(W, columns) for W in chunks], axis=1))
    value, spread = np.mean(values, axis=0), np.mean(resampled, axis=0)
    each = {place: percentile_interval(float(value[row]), spread[row]) for row, place in enumerate(columns)}
    return each, percentile_interval(float(np.mean(value)), spread.mean(axis=0))


@dataclass(frozen=True, eq=False)
class _Judged:
    """One half's rows, ranked for every group by what the other half taught."""

    entity: IntArray
    label: IntArray
    rankings: Mapping[int, Ranking]

    def areas(self, W: FloatArray, columns: list[int]) -> FloatArray:
        """Give the ROC AUC by group and weighting. Shape (n_groups, n_weightings)."""
        kinds = [(self.label == place).astype(np.float64) for place in columns]
        return np.array(
            [area(*cumulative(W, kind, self.rankings[place])) for kind, place in zip(kinds, columns, strict=True)]
        )


def _judged(asked: _Asked, sample: _Sample, label: IntArray, learn: BoolArray) -> _Judged | None:
    later = ~learn
    if len(np.unique(label[learn])) < 2 or not later.any():
        return None
    trees = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=8, learning_rate=0.1, early_stopping=False, random_state=asked.seed
    )
    with threadpool_limits(1):  # the same sums in the same order, whatever the machine
        trees.fit(sample.X[learn], label[learn])
        chance = trees.predict_proba(sample.X[later])
    place_of = {int(kind): place for place, kind in enumerate(trees.classes_)}
    scores = {
        kind: chance[:, place_of[kind]] if kind in place_of else np.zeros(int(later.sum()))
        for kind in range(int(label.max()) + 1)
    }
    return _Judged(sample.entity[later], label[later], {kind: ranking(score) for kind, score in scores.items()})


def _alone(sample: _Sample, own: FloatArray) -> tuple[FeatureStrength, ...]:
    weight = np.ones(len(own))
    found = [
        FeatureStrength(feature, sample.says[feature], feature_area(codes, own, weight, sample.half))
        for feature, codes in sample.codes.items()
    ]
    known = [one for one in found if np.isfinite(one.roc_auc)]
    return tuple(sorted(known, key=lambda one: (-one.roc_auc, one.feature)))


def _exact(
    asked: _Asked, sample: _Sample, own: FloatArray, group: str, alone: tuple[FeatureStrength, ...]
) -> list[ExactProxy]:
    found = []
    for one in (strength for strength in alone if strength.roc_auc >= asked.exact):
        interval = feature_interval(
            sample.codes[one.feature], own, sample.entity, sample.half, seed=asked.seed, resamples=asked.resamples
        )
        words = (
            f"“{one.says}” by itself tells {group} ({asked.name}) from everybody else: its ROC AUC is "
            f"{interval.as_text()}, and {asked.exact:g} or more counts as the characteristic itself. A model that is "
            "told it is told the characteristic (Equality Act 2010 s13). Take it out of the inputs."
        )
        found.append(
            ExactProxy(asked.name, asked.protected, group, one.feature, one.says, "tells_apart", interval, words)
        )
    return found


def _implied(asked: _Asked, sample: _Sample, own: FloatArray, group: str) -> list[ExactProxy]:
    """Find values of a flag or category that nearly nobody outside the group has."""
    first = np.unique(sample.entity, return_index=True)[1]  # one row an entity: they are independent
    if own[first].mean() > _COMMON:
        return []
    few = {feature: codes[first] for feature, codes in sample.codes.items() if codes.max() < _FEW_CODES}
    tests = sum(int(codes.max()) + 1 for codes in few.values())
    found = []
    for feature, codes in few.items():
        many = np.bincount(codes)
        hits = np.bincount(codes, weights=own[first]).astype(np.int64)
        shares = [purity(int(hit), int(all_), tests=tests) for hit, all_ in zip(hits, many, strict=True)]
        certain = [
            share
            for share, all_ in zip(shares, many, strict=True)
            if all_ >= asked.least_group and share.low is not None and share.low >= IMPLIES
        ]
        if certain:
            words = (
                f"At least {IMPLIES:.0%} of those with one of the values of “{sample.says[feature]}” are in the group "
                f"{group} ({asked.name}). For them the model is told the characteristic (Equality Act 2010 s13). Take "
                "it out of the inputs."
            )
            found.append(
                ExactProxy(
                    asked.name, asked.protected, group, feature, sample.says[feature], "implies", certain[0], words
                )
            )
    return found


def _thinned(table: TrainingTable, *, seed: int) -> IntArray:
    """Draw rows: at most 3 an entity, and whole entities until there are about 20,000."""
    spread = np.random.Generator(np.random.PCG64(seed)).permutation(table.rows)
    mixed = pd.Series(table.spine["entity"].to_numpy()[spread])
    each = int(np.clip(MOST_ROWS // mixed.nunique(), 1, ROWS_OF_ONE))  # rather more people than more of their dates
    kept = spread[(mixed.groupby(mixed).cumcount() < each).to_numpy()]
    entity = table.spine["entity"].to_numpy()[kept]
    if len(kept) > MOST_ROWS:
        distinct = pd.Series(entity).drop_duplicates().to_numpy()
        kept = kept[np.isin(entity, distinct[: max(1, len(distinct) * MOST_ROWS // len(kept))])]
    return np.sort(kept).astype(np.int64)


def _check(table: TrainingTable, *, least_group: int, exact: float) -> None:
    if len(table.audit) != table.rows or len(table.X) != table.rows:
        raise AssuranceError(
            f"{len(table.audit):,} rows of characteristics and {len(table.X):,} of inputs, for {table.rows:,} rows",
            expected="one row of characteristics and of inputs for each row of the table",
            next_step="Build the training table again and audit that.",
            who="the data scientist who owns the use case",
        )
    if least_group < 2 or not 0.5 < exact <= 1 or table.rows == 0:
        raise AssuranceError(
            f"{table.rows:,} rows, a least group of {least_group} and a threshold of {exact:g}",
            expected="at least one row, a least group of 2 or more and a threshold above 0.5 and up to 1",
            next_step="Correct the limits that the audit is asked for.",
            who="the data scientist who owns the use case",
        )


def _notes(table: TrainingTable, used: int) -> tuple[str, ...]:
    if not len(table.audit.columns):
        return ("The table is audited by no characteristic, so nothing was measured.",)
    notes = [
        "0.5 is guessing and 1 is without fail. People whose group is not known, was withheld or who preferred not to "
        "say are left out.",
        "A feature alone is read in fine steps and all together by few, small trees, so one alone can come out higher.",
    ]
    if used < table.rows:
        notes.append(f"Measured on {used:,} of {table.rows:,} rows, drawn by entity.")
    return tuple(notes)
