"""Which groups there are: characteristics as codes, pairs of them, and the nine that the Equality Act names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.records.bias import CharacteristicHeld, GroupKey, NotMeasured

__all__ = ["MOST_LEVELS", "NINE", "UNKNOWN", "WITHHELD", "Grouping", "groupings", "held_of_the_nine", "pairs"]

IntArray = npt.NDArray[np.int64]

UNKNOWN, WITHHELD = "Unknown", "Withheld"
MOST_LEVELS = 50

# Equality Act 2010 s4, with the words that tell which of them a characteristic records.
NINE: Mapping[str, tuple[str, ...]] = {
    "age": ("age",),
    "disability": ("disability", "disabled"),
    "gender reassignment": ("reassignment", "trans", "transgender"),
    "marriage and civil partnership": ("marriage", "marital", "partnership"),
    "pregnancy and maternity": ("pregnancy", "pregnant", "maternity"),
    "race": ("race", "ethnic", "ethnicity", "nationality"),
    "religion or belief": ("religion", "belief", "faith"),
    "sex": ("sex",),
    "sexual orientation": ("orientation", "sexuality"),
}


@dataclass(frozen=True, eq=False)
class Grouping:
    """A way of putting rows into groups: by one characteristic, or by two at once.

    Attributes
    ----------
    names : tuple of str
        The characteristics.
    keys : tuple of group keys
        Every group, in order; of two characteristics every combination, empty ones included.
    code : int array, shape (n_rows,)
        Place of each row's group in ``keys``; -1 for rows left out under a notice.
    """

    names: tuple[str, ...]
    keys: tuple[GroupKey, ...]
    code: IntArray


def groupings(audit: pd.DataFrame) -> tuple[tuple[Grouping, ...], tuple[NotMeasured, ...]]:
    """Give the characteristics that people can be grouped by, and those that they cannot, with the reason.

    Parameters
    ----------
    audit : DataFrame, shape (n_rows, n_characteristics)
        As text. What is missing counts as ``"Unknown"``, which is a group; ``"Withheld"`` is left out.
    """
    found: list[Grouping] = []
    not_measured: list[NotMeasured] = []
    for name in audit.columns:
        code, levels = _levels(audit[name])
        reason = _too_few_or_many(levels)
        if reason:
            not_measured.append(NotMeasured(str(name), reason))
            continue
        kept = [level for level in levels if level != WITHHELD]
        place = np.array([kept.index(level) if level != WITHHELD else -1 for level in levels], dtype=np.int64)
        found.append(Grouping((str(name),), tuple(((str(name), level),) for level in kept), place[code]))
    return tuple(found), tuple(not_measured)


def pairs(singles: tuple[Grouping, ...]) -> tuple[Grouping, ...]:
    """Give every pair of characteristics as a grouping."""
    return tuple(
        Grouping(
            one.names + other.names,
            tuple(a + b for a in one.keys for b in other.keys),
            np.where((one.code < 0) | (other.code < 0), -1, one.code * len(other.keys) + other.code),
        )
        for one, other in combinations(singles, 2)
    )


def held_of_the_nine(audit: pd.DataFrame, held: Mapping[str, str] | None) -> tuple[CharacteristicHeld, ...]:
    """Give all nine characteristics of the Equality Act 2010 s4: what records each, and for what share of rows.

    Parameters
    ----------
    audit : DataFrame
        As in ``groupings``.
    held : mapping of str to str, optional
        Which of the nine a characteristic records, where its contract says; otherwise its name tells.
    """
    records = {str(name): _protected(str(name), held or {}) for name in audit.columns}
    found = []
    for protected in NINE:
        names = tuple(name for name, which in records.items() if which == protected)
        found.append(CharacteristicHeld(protected, names, tuple(_recorded(audit[name]) for name in names)))
    return tuple(found)


def _levels(column: pd.Series[str]) -> tuple[IntArray, list[str]]:
    code, levels = pd.factorize(column, sort=False)
    words = [str(level) for level in levels]
    code = code.astype(np.int64)
    if (code < 0).any():
        if UNKNOWN not in words:
            words.append(UNKNOWN)
        code = np.where(code < 0, words.index(UNKNOWN), code)
    # In order of name, the unknown last, so that the order of rows changes nothing.
    order = sorted(range(len(words)), key=lambda place: (words[place] in (UNKNOWN, WITHHELD), words[place]))
    rank = np.empty(max(len(order), 1), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[code], [words[place] for place in order]


def _too_few_or_many(levels: list[str]) -> str:
    known = [level for level in levels if level not in (UNKNOWN, WITHHELD)]
    if not known:
        return "It is not recorded for anybody here."
    if len([level for level in levels if level != WITHHELD]) == 1:
        return "Everybody is in one group, so there is nobody to compare with."
    if len(levels) > MOST_LEVELS:
        return (
            f"It has {len(levels):,} groups, over the {MOST_LEVELS} that can be compared. Declare it in broader groups."
        )
    return ""


def _protected(name: str, held: Mapping[str, str]) -> str | None:
    if name in held:
        said = held[name].lower().replace("_", " ")
        return said if said in NINE else _by_words(said)
    return _by_words(name.lower().replace("_", " "))


def _by_words(name: str) -> str | None:
    words = set(name.split())
    return next((protected for protected, marks in NINE.items() if words & set(marks)), None)


def _recorded(column: pd.Series[str]) -> float:
    return float((column.notna() & ~column.isin([UNKNOWN, WITHHELD])).mean())
