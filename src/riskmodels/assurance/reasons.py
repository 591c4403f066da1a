"""Reasons in plain words: what an officer could say about why a case stands where it does.

A sentence is made of what the feature says, its unit and the person's value: ``Rent owed is 6.2 weeks, higher than for
most others.`` Features of one family give one reason between them. Codes are never spoken, nor is anything that the
caller says must not be named; its contribution is left out of the ranking too.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.records import ModelColumn

__all__ = ["LONGEST", "Background", "Reason", "background_of", "by_feature", "reasons_of", "sentence"]

FloatArray = npt.NDArray[np.float64]

LONGEST = 139
"""Most characters in a sentence."""

_MOST = 0.5
_LAST_THING = re.compile(r"(the|a|an) ([\w']+ )*(last|first|latest|previous) \w+")
_ARTICLE = re.compile(
    "Average|Change|Credit|Fall|Greatest|Highest|Kind|Largest|Least|Longest|Lowest|Mean|Month|Most|Number|Rise|Share|"
    "Shortest|Smallest|Total|Usual"
)
_DONE = frozenset(["Charged", "Owed", "Paid", "Received", "Spent"])
_SINCE = re.compile(r"(?:Days|Weeks|Months|Years) since (.+)")
_AMONG = re.compile(r"Of .+, those .+")
_TIMES = ("days", "weeks", "months", "years")
_MONEY_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


@dataclass(frozen=True)
class Reason:
    """One reason for a score: its family, the feature named for it, the sentence, and what the family adds."""

    family: str
    feature: str
    text: str
    contribution: float

    @property
    def raises(self) -> bool:
        """Say whether it makes the score higher."""
        return self.contribution > 0


@dataclass(frozen=True, eq=False)
class Background:
    """The people that a case is compared with: each column's known values, in order, and how few may be spoken of."""

    known: Mapping[str, FloatArray]
    disclosure_number: int

    def tail(self, column: str, value: float, words: tuple[str, str], people: str) -> str:
        """Say whether a value is above or below most others', or nothing where it is neither."""
        known = self.known[column]
        if len(known) < self.disclosure_number:
            return ""
        below = np.searchsorted(known, value, side="left") / len(known)
        above = 1 - np.searchsorted(known, value, side="right") / len(known)
        if below > _MOST:
            return f", {words[0]} than for most {people}"
        return f", {words[1]} than for most {people}" if above > _MOST else ""

    def held_by(self, column: str) -> float:
        """Count those that a flag or one-hot column marks."""
        return float(self.known[column].sum())


def background_of(X: pd.DataFrame, columns: Sequence[ModelColumn], *, disclosure_number: int) -> Background:
    """Learn what is usual from people to compare with: model inputs, shape (n_rows, n_columns)."""
    values = {one.name: X[one.name].to_numpy(dtype=np.float64) for one in columns}
    return Background({name: np.sort(held[~np.isnan(held)]) for name, held in values.items()}, disclosure_number)


def by_feature(columns: Sequence[ModelColumn]) -> dict[str, tuple[int, ...]]:
    """List the places of each feature's columns, in the order that features come in."""
    places: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        places.setdefault(column.feature, []).append(place)
    return {feature: tuple(held) for feature, held in places.items()}


def reasons_of(
    values: FloatArray,
    contributions: Mapping[str, float],
    columns: Sequence[ModelColumn],
    background: Background,
    *,
    k: int,
    raises: bool = True,
    never_name: frozenset[str] = frozenset(),
    people: str = "others",
) -> tuple[Reason, ...]:
    """Give the leading reasons of one case, one for each family of features.

    Parameters
    ----------
    values : float array, shape (n_columns,)
        The case's inputs.
    contributions : mapping of str to float
        By feature: what it adds to the score.
    k : int
        Most reasons to give; fewer where fewer push that way.
    raises : bool
        Reasons that make the score higher; else those that make it lower.
    never_name : frozenset of str
        Features, columns or families that are not to be spoken of, nor to count.
    people : str
        Whom a case is compared with, as in "higher than for most tenants".
    """
    places = by_feature(columns)
    sign = 1.0 if raises else -1.0
    families: dict[str, dict[str, float]] = {}
    for feature, held in places.items():
        one = columns[held[0]]
        if not never_name.isdisjoint({feature, one.family, *(columns[place].name for place in held)}):
            continue
        families.setdefault(one.family, {})[feature] = sign * contributions[feature]
    order = sorted(families, key=lambda family: -sum(families[family].values()))
    found = []
    for family in order[:k]:
        total = sum(families[family].values())
        if total <= 0:
            break
        feature = max(families[family], key=families[family].__getitem__)
        held = places[feature]
        text = sentence([columns[place] for place in held], values[list(held)], background, people=people)
        found.append(Reason(family, feature, text, sign * total))
    return tuple(found)


def sentence(
    columns: Sequence[ModelColumn], values: FloatArray, background: Background, *, people: str = "others"
) -> str:
    """Word one feature of one case, in under 140 characters, ending with a full stop.

    Parameters
    ----------
    columns : sequence of ModelColumn
        Of one feature: one, or the several that mark its categories.
    values : float array, shape (n_columns,)
        The case's values of them; missing as NaN.
    """
    first = columns[0]
    if first.kind == "onehot":
        text, tail = _category(columns, values, background), ""
    elif first.kind == "flag":
        answer = "not on record" if np.isnan(values[0]) else "yes" if values[0] else "no"
        text, tail = f"{_plain(first.says)}: {answer}", ""
    elif np.isnan(values[0]):
        text, tail = _missing(first), ""
    elif first.kind == "ordinal":
        text = _subject(first)
        tail = background.tail(first.name, values[0], ("is higher", "is lower"), people).replace(", ", " ", 1)
        text += "" if tail else " is much as for others"
    else:
        text, words = _number(first, float(values[0]))
        tail = background.tail(first.name, values[0], words, people) if words else ""
    whole = f"{text}{tail}."
    return whole if len(whole) <= LONGEST else f"{text}."


def _plain(says: str) -> str:
    """Take away what is for the table's heading only: the unit at the end, and what is in brackets."""
    without = re.sub(r" \([^)]*\)$", "", says.strip().rstrip("."))
    return re.sub(r", in [a-z]+ of [a-z]+$", "", without).replace("_", " ")


def _subject(column: ModelColumn) -> str:
    """Make what a feature says the subject of a sentence."""
    says = _plain(column.says)
    word, _, rest = says.partition(" ")
    lowered = says[0].lower() + says[1:]
    if word in _DONE:
        said = f"The amount {lowered}"
    elif _ARTICLE.fullmatch(word):
        said = f"The {lowered}"
    elif _counts(column, says):
        said = f"The number of {lowered}"
    else:
        said = says
    return f"{said}," if ", " in rest else said


def _counts(column: ModelColumn, says: str) -> bool:
    """Say whether a feature counts things that its own words name: "Payments made", in payments."""
    words = re.findall(r"\w+", says.lower())
    if column.unit is None or column.unit not in words:
        return False
    return words[0] == column.unit or column.unit not in _TIMES


def _category(columns: Sequence[ModelColumn], values: FloatArray, background: Background) -> str:
    subject = _subject(columns[0])
    if np.isnan(values).all():
        return f"{subject} is not on record"
    marked = [column for column, value in zip(columns, values, strict=True) if value == 1]
    if not marked:
        return f"{subject} is none of the usual ones"
    category = (marked[0].category or "").replace("_", " ").strip()
    if not re.search(r"[a-z]{3}", category):  # a code, which tells an officer nothing
        return f"{subject} sets this case apart"
    if background.held_by(marked[0].name) < background.disclosure_number:
        return f"{subject} is an uncommon one"
    return f"{subject} is {category}"


def _missing(column: ModelColumn) -> str:
    says = _plain(column.says)
    since = _SINCE.fullmatch(says)
    if since:
        when = "" if _LAST_THING.fullmatch(since[1]) else "when "
        return f"There is no record of {when}{since[1]}"
    if _AMONG.fullmatch(says) or says.startswith("How much "):
        return f"{says}: not on record"
    return f"{_subject(column)} is not on record"


def _number(column: ModelColumn, value: float) -> tuple[str, tuple[str, str] | None]:
    """Word a number, and give the words for more and less of it (None: there is no more or less)."""
    says = _plain(column.says)
    if column.unit == "month" and value in range(1, 13):
        return f"{_subject(column)} is {calendar.month_name[int(value)]}", None
    amount = _amount(column, value)
    since = _SINCE.fullmatch(says)
    if since:
        return f"It is {amount} since {since[1]}", ("longer", "shorter")
    moved = re.fullmatch(r"How much (.+?) (went up and down|differ from one another)(.*)", says)
    if moved:
        return f"{moved[1][0].upper()}{moved[1][1:]} {moved[2]} by {amount}{moved[3]}", ("more", "less")
    if _AMONG.fullmatch(says):
        comma = "," if says.count(", ") > 1 else ""
        return f"{says}{comma} number {amount}", ("more", "fewer")
    counted = _subject(column).startswith("The number of")
    return f"{_subject(column)} is {amount}", ("more", "fewer") if counted else ("higher", "lower")


def _amount(column: ModelColumn, value: float) -> str:
    """Word a value with its unit, rounded to what a person would say."""
    says, unit = _plain(column.says), column.unit or ""
    each = unit.removesuffix(" per week")
    if says.startswith(("Change in ", "Change per ")):
        points = " percentage points" if each == "share" else ""
        size = f"{_rounded(100 * abs(value))}{points}" if points else _sized(column, abs(value), each)
        return f"a rise of {size}" if value > 0 else f"a fall of {size}" if value < 0 else "none"
    limit = re.search(r"\((\d+) or below: ([^)]+)\)", column.says)
    if limit and value <= float(limit[1]):
        return f"{limit[1]} ({limit[2]})"
    owed = re.search(r"\b(owed|owing|balance|arrears)\b", says.lower()) and each != "share"
    if value < 0 and owed and not says.startswith(("Rise", "How much")):
        return f"{_sized(column, -value, each)} in credit"
    return f"-{_sized(column, -value, each)}" if value < 0 else _sized(column, value, each)


def _sized(column: ModelColumn, size: float, unit: str) -> str:
    if unit == "share":
        return "under 1%" if 0 < size < 0.005 else f"{_rounded(100 * size, whole=True)}%"
    if re.fullmatch("[A-Z]{3}", unit):
        sign = _MONEY_SIGNS.get(unit, f"{unit} ")
        return f"under {sign}1" if 0 < size < 0.5 else f"{sign}{_rounded(size, whole=True)}"
    number = _rounded(size)
    says = _plain(column.says)
    counted = _AMONG.fullmatch(says) or (_counts(column, says) and not _SINCE.fullmatch(says))
    if unit in _TIMES and (not counted or _ARTICLE.fullmatch(says.partition(" ")[0])):
        of = re.search(r", in [a-z]+( of ([a-z]+))$", column.says)
        more = of[1] if of and of[2] not in says.lower() else ""
        return f"{number} {unit.removesuffix('s') if number == '1' else unit}{more}"
    return number  # the subject already says what is counted


def _rounded(size: float, *, whole: bool = False) -> str:
    """Round to a whole number from 10 up, to one place below, and to "under 0.1" where nothing would be left."""
    if whole or size >= 9.95 or float(size).is_integer():
        return f"{size:,.0f}"
    if 0 < size < 0.05:
        return "under 0.1"
    return f"{size:.1f}".removesuffix(".0")
