"""The rules of the definition language, read slowly: plain loops over plain rows, one question at a time.

Nothing here is shared with the compiler. A snippet is said twice (:class:`Said`): once in SQL, for the definition, and
once as a Python function of the row, for this file.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from riskmodels.lake import Extract
from tests.lakes import Row, moment, pseudonym

Rows = Mapping[type[Extract], Sequence[Row]]
Read = Callable[[Row, datetime.datetime], Any]


@dataclass(frozen=True)
class Said:
    """One snippet, said in SQL and in Python. ``exact`` is False where it gives a binary fraction."""

    sql: str
    read: Read
    exact: bool = True

    def __repr__(self) -> str:
        return f"Said({self.sql!r})"


@dataclass(frozen=True)
class Asked:
    """One feature, as it was asked for."""

    builder: str
    name: str
    extract: type[Extract]
    value: Said | None = None
    where: Said | None = None
    of: Said | None = None
    over: int | None = None
    how: str | None = None


@dataclass(frozen=True)
class Whole:
    """What the oracle needs to know of a use case: who lives where, and the name of the entity's key."""

    homes: type[Extract]
    entity: str = "tenancy_id"
    area: str = "area"


# Clocks and versions


def happened(extract: type[Extract], row: Row) -> datetime.datetime:
    """Tell when the row's fact happened."""
    return moment(row[extract.history().event_time])


def learned(extract: type[Extract], row: Row) -> datetime.datetime:
    """Tell when the lake knew this version of the row."""
    history = extract.history()
    if history.known_time is not None:
        return moment(row[history.known_time])
    return happened(extract, row) + datetime.timedelta(days=history.known_after_days or 0)


def withdrawn(extract: type[Extract], row: Row) -> bool:
    """Tell whether this version takes the row back."""
    name = extract.history().deleted
    return name is not None and row[name] is True


def key_of_row(extract: type[Extract], row: Row) -> tuple[Any, ...]:
    """Give the row's key as the lake hands it on: keys of people and things as pseudonyms, places as they stand."""
    columns = extract.columns()
    return tuple(
        pseudonym(row[name], kind) if (kind := columns[name].key_of) not in (None, "area") else row[name]
        for name in extract.row()
    )


def place_in_time(extract: type[Extract], row: Row) -> tuple[Any, ...]:
    """Say which of two rows is newer: by event time, then known time, then key."""
    return (happened(extract, row), learned(extract, row), *key_of_row(extract, row))


def visible(extract: type[Extract], rows: Iterable[Row], as_of: datetime.datetime | None) -> list[Row]:
    """List the rows that were visible at ``as_of`` (today, without), each in the version that counted then."""
    newest: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        if as_of is not None and not (happened(extract, row) < as_of and learned(extract, row) < as_of):
            continue
        key = key_of_row(extract, row)
        if key not in newest or learned(extract, row) > learned(extract, newest[key]):
            newest[key] = row
    return sorted(
        (row for row in newest.values() if not withdrawn(extract, row)), key=lambda row: place_in_time(extract, row)
    )


def holds(condition: Said | None, row: Row, as_of: datetime.datetime) -> bool:
    """Tell whether a row meets a condition; one that cannot be told (null) picks nothing."""
    return condition is None or condition.read(row, as_of) is True


# Features


def feature(asked: Asked, lake: Rows, whole: Whole, entity: str, as_of: datetime.datetime) -> float | str | None:
    """Answer one feature for one entity at one moment."""
    extract = asked.extract
    seen = visible(extract, lake[extract], as_of)
    if asked.over is not None:
        start = as_of - datetime.timedelta(days=asked.over)
        seen = [row for row in seen if start <= happened(extract, row) < as_of]
    if asked.builder == "nearby":
        return _nearby(asked, seen, lake, whole, entity, as_of)
    own = [row for row in seen if _belongs(extract, row, lake, whole, entity, as_of)]
    if asked.builder == "share":
        return _share(own, asked.where, asked.of, as_of)
    picked = [row for row in own if holds(asked.where, row, as_of)]
    if asked.builder == "count":
        return float(len(picked))
    if asked.builder == "ever":
        return 1.0 if picked else 0.0
    if asked.builder == "days_since":
        return float((as_of.date() - happened(extract, picked[-1]).date()).days) if picked else None
    if asked.value is None:
        raise ValueError(f"{asked.builder} needs a value")
    values = [(happened(extract, row).date(), asked.value.read(row, as_of)) for row in picked]
    if asked.builder in ("latest", "attribute"):
        return _plain(values[-1][1]) if values else None
    return _of_values(asked.builder, [(day, value) for day, value in values if value is not None])


def _belongs(extract: type[Extract], row: Row, lake: Rows, whole: Whole, entity: str, as_of: datetime.datetime) -> bool:
    if whole.entity in extract.columns():
        return bool(row[whole.entity] == entity)
    area = area_of(lake, whole, entity, as_of)
    return area is not None and row[extract.key_column("area")] == area


def area_of(lake: Rows, whole: Whole, entity: str, as_of: datetime.datetime) -> str | None:
    """Say in which area an entity lay, by its newest visible row."""
    own = [row for row in visible(whole.homes, lake[whole.homes], as_of) if row[whole.entity] == entity]
    return own[-1][whole.area] if own else None


def _plain(value: Any) -> float | str | None:
    return value if value is None or isinstance(value, str) else float(value)


def _share(rows: Sequence[Row], where: Said | None, of: Said | None, as_of: datetime.datetime) -> float | None:
    among = [row for row in rows if holds(of, row, as_of)]
    return sum(holds(where, row, as_of) for row in among) / len(among) if among else None


def _of_values(builder: str, dated: Sequence[tuple[datetime.date, Any]]) -> float | None:
    values = [value for _, value in dated]
    if builder == "distinct":
        return float(len(set(values)))
    if builder == "lowest":
        return float(min(values)) if values else None
    if builder == "highest":
        return float(max(values)) if values else None
    numbers = [exactly(value) for value in values]
    if builder == "total":
        return float(sum(numbers))
    if builder == "mean":
        return float(sum(numbers) / len(numbers)) if numbers else None
    if builder == "spread":
        return _spread(numbers)
    if builder == "trend":
        return _slope_per_week([(day.toordinal(), exactly(value)) for day, value in dated])
    raise ValueError(f"the oracle knows no builder {builder!r}")


def exactly(value: Any) -> Fraction:
    """Take a value as an exact number; a binary fraction is rounded to a millionth first."""
    if isinstance(value, float):
        return Fraction(round(Fraction(value) * 10**6), 10**6)
    return Fraction(value)


def _spread(numbers: Sequence[Fraction]) -> float | None:
    if len(numbers) < 2:
        return None
    middle = sum(numbers) / len(numbers)
    return math.sqrt(sum((number - middle) ** 2 for number in numbers) / (len(numbers) - 1))


def _slope_per_week(points: Sequence[tuple[int, Fraction]]) -> float | None:
    if len({day for day, _ in points}) < 2:
        return None
    middle_day = Fraction(sum(day for day, _ in points), len(points))
    middle = sum(value for _, value in points) / len(points)
    above = sum((day - middle_day) * (value - middle) for day, value in points)
    below = sum((day - middle_day) ** 2 for day, _ in points)
    return float(7 * above / below)


def _nearby(
    asked: Asked, seen: Sequence[Row], lake: Rows, whole: Whole, entity: str, as_of: datetime.datetime
) -> float | None:
    own_area = area_of(lake, whole, entity, as_of)
    if own_area is None:
        return None
    others = {row[whole.entity] for row in seen} - {None, entity}
    neighbours = {other for other in others if area_of(lake, whole, other, as_of) == own_area}
    theirs = [row for row in seen if row[whole.entity] in neighbours]
    if asked.how == "share":
        return _share(theirs, asked.where, None, as_of)
    picked = [row for row in theirs if holds(asked.where, row, as_of)]
    if asked.how == "count":
        return float(len(picked))
    if asked.value is None:
        raise ValueError(f"nearby {asked.how} needs a value")
    values = [asked.value.read(row, as_of) for row in picked]
    numbers = [exactly(value) for value in values if value is not None]
    if asked.how == "total":
        return float(sum(numbers))
    return float(sum(numbers) / len(numbers)) if numbers else None
