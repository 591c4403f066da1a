"""Which features move the score most: over everybody, within each group, and as marks that stand for several people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.assurance.groupings import groupings
from riskmodels.assurance.reasons import by_feature
from riskmodels.records import ModelColumn
from riskmodels.records.explanation import FeatureImportance, GroupImportance, Mark

__all__ = ["beeswarm", "importance_by_group", "importances"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SHOWN = 15
"""Features of the beeswarm."""

_MOST_MARKS = 150


def importances(added: FloatArray, columns: Sequence[ModelColumn]) -> tuple[FeatureImportance, ...]:
    """Give each feature's mean absolute contribution, greatest first.

    Parameters
    ----------
    added : float array, shape (n_rows, n_features)
        Contributions to the score, features in the order that ``columns`` first name them.
    """
    mean = np.abs(added).mean(axis=0)
    total = float(mean.sum())
    firsts = [columns[held[0]] for held in by_feature(columns).values()]
    found = [
        FeatureImportance(one.feature, one.says, one.family, float(size), float(size) / total if total else 0.0)
        for one, size in zip(firsts, mean, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -one.mean_absolute))


def importance_by_group(
    added: FloatArray, features: Sequence[str], audit: pd.DataFrame, entity: IntArray, *, number: int
) -> tuple[GroupImportance, ...]:
    """Give the same within each group of each characteristic; groups of few people are withheld.

    Where the groups withheld have fewer than ``number`` people between them, the next smallest is withheld too: their
    figure would follow from everybody's and the other groups'. Those under a notice not to use equality data are in no
    group and not listed. A characteristic that the bias audit does not measure (one group, recorded for nobody, or so
    many groups that they may be names) is not listed either.
    """
    found = []
    for grouping in groupings(audit)[0]:
        people = {int(place): len(np.unique(entity[grouping.code == place])) for place in np.unique(grouping.code)}
        hidden = _withheld(people, number)
        for place, ((name, group),) in enumerate(grouping.keys):
            mean = np.abs(added[grouping.code == place]).mean(axis=0)
            shown = None if place in hidden else dict(zip(features, mean.tolist(), strict=True))
            found.append(GroupImportance(name, group, shown))
    return tuple(found)


def _withheld(people: dict[int, int], number: int) -> frozenset[int]:
    """Say which groups, by place, are withheld; those under a notice (-1) always are."""
    hidden = {place for place, many in people.items() if many < number or place < 0}
    for place in sorted(people.keys() - hidden, key=lambda place: (people[place], place)):
        if not hidden or sum(people[one] for one in hidden) >= number:
            break
        hidden.add(place)
    return frozenset(hidden)


def beeswarm(
    added: FloatArray, X: pd.DataFrame, columns: Sequence[ModelColumn], entity: IntArray, *, number: int
) -> tuple[Mark, ...]:
    """Put people with similar contributions together, so that no mark stands for fewer than ``number`` of them.

    Parameters
    ----------
    added : float array, shape (n_rows, n_features)
        Contributions to the score.
    X : DataFrame, shape (n_rows, n_columns)
        The model's inputs.
    entity : int array, shape (n_rows,)
        Whose rows they are: a mark holds enough rows that ``number`` people must be behind it.
    """
    most_each = int(np.unique(entity, return_counts=True)[1].max())
    least = number * most_each
    size = max(least, -(-len(added) // _MOST_MARKS))
    places = list(by_feature(columns).items())
    leading = np.argsort(-np.abs(added).mean(axis=0), kind="stable")[:SHOWN]
    marks = []
    for place in leading.tolist():
        feature, held = places[place]
        standing = _standing(X, [columns[one] for one in held])
        order = np.argsort(added[:, place], kind="stable")
        for some in np.array_split(order, max(1, len(order) // size)):
            known = standing[some][~np.isnan(standing[some])]
            mean = float(known.mean()) if len(known) >= least else None
            marks.append(Mark(feature, float(added[some, place].mean()), mean))
    return tuple(marks)


def _standing(X: pd.DataFrame, columns: Sequence[ModelColumn]) -> FloatArray:
    """Give each value's place among the known ones, in [0, 1]; categories have none."""
    if columns[0].kind == "onehot":
        return np.full(len(X), np.nan)
    return np.asarray(X[columns[0].name].rank(pct=True), dtype=np.float64)
