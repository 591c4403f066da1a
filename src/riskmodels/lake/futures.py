"""The same lake without its future, or with another one: what proves that nothing of the future reaches a feature.

A row belongs to the future of a moment when it happened, or was known, at that moment or after.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

from riskmodels.lake.contracts import ColumnSpec, Extract
from riskmodels.lake.engine import Engine
from riskmodels.lake.sql import literal, quoted, text_literal
from riskmodels.lake.versions import good_rows_again, make_relation, shown_columns
from riskmodels.records import ExtractQuality

__all__ = ["FromAnotherLake", "known_before", "scrambled_from"]

Changed = Callable[[type[Extract], str], str]


class FromAnotherLake:
    """Makes relations from another lake's good rows, changed on the way."""

    def __init__(
        self, engine: Engine, prepare: Callable[[type[Extract]], ExtractQuality], room: str, changed: Changed
    ) -> None:
        self._engine = engine
        self._prepare = prepare
        self._room = room
        self._changed = changed

    def make(self, extract: type[Extract], room: str) -> ExtractQuality:
        """Make the extract's relation in a room; the quality is that of the lake it comes from."""
        quality = self._prepare(extract)
        name = f"{extract.folder()}?good"
        self._engine.create(room, name, self._changed(extract, good_rows_again(self._room, extract)))
        counts = make_relation(self._engine, room, extract, f"{quoted(room)}.{quoted(name)}")
        self._engine.discard(room, name)
        return dataclasses.replace(quality, duplicates=counts.duplicates, corrected=counts.corrected)


def known_before(moment: datetime.datetime) -> Changed:
    """Leave out every row of the future."""
    return lambda _, good: f"SELECT * FROM ({good}) WHERE _event < {literal(moment)} AND _known < {literal(moment)}"


def scrambled_from(moment: datetime.datetime, seed: int) -> Changed:
    """Change the rows of the future, and nothing else: other values, other keys, later clocks, some rows twice."""
    return lambda extract, good: _Scrambled(extract, moment, seed).sql(good)


class _Scrambled:
    def __init__(self, extract: type[Extract], moment: datetime.datetime, seed: int) -> None:
        self._extract = extract
        self._moment = literal(moment)
        self._seed = seed
        self._names = shown_columns(extract)

    def sql(self, good: str) -> str:
        """Write the query; chance comes from a hash of the row and the seed, so that it can be had again."""
        everything = ", ".join(["_event", "_known", "_deleted", *(quoted(name) for name in self._names)])
        future = f"_event >= {self._moment} OR _known >= {self._moment}"
        columns = ", ".join(f"{self._value(self._extract.columns()[name])} AS {quoted(name)}" for name in self._names)
        return f"""
        WITH good AS ({good}), future AS (
            SELECT *, hash({self._seed}, {everything}) AS _chance FROM good WHERE {future}
        ), moved AS (
            SELECT * REPLACE ({self._later("_event")} AS _event, {self._later("_known")} AS _known) FROM future
        ), changed AS (
            SELECT {columns}, _event, {self._known()} AS _known, {self._withdrawn()} AS _deleted, _chance FROM moved
        )
        SELECT {everything} FROM good WHERE NOT ({future})
        UNION ALL SELECT {everything} FROM changed
        UNION ALL SELECT {everything} FROM changed WHERE _chance % 7 = 0
        """

    def _later(self, clock: str) -> str:
        days = "CAST(_chance // 11 % 28 AS INTEGER)"
        return f"CASE WHEN {clock} >= {self._moment} THEN {clock} + to_days({days}) ELSE {clock} END"

    def _known(self) -> str:
        days = self._extract.history().known_after_days
        return "_known" if days is None else f"_event + INTERVAL {days} DAY"

    def _withdrawn(self) -> str:
        return "_deleted <> (_chance % 13 = 0)" if self._extract.history().deleted else "_deleted"

    def _value(self, spec: ColumnSpec) -> str:
        name, history = quoted(spec.name), self._extract.history()
        if spec.name == history.event_time:
            return f"CAST(_event AS {_sql_type(spec)})"
        if spec.name == history.known_time:
            return f"CAST(_known AS {_sql_type(spec)})"
        if spec.name == history.deleted:
            return self._withdrawn()
        if spec.key_of:
            elsewhere = f"lead({name}) OVER (ORDER BY _chance % 1009, _chance)"
            return f"CASE WHEN _chance % 2 = 0 THEN coalesce({elsewhere}, {name}) ELSE {name} END"
        changed = f"coalesce({_other_value(spec, name)}, {_some_value(spec, self._moment)})"
        return f"CASE WHEN _chance % 5 = 0 THEN NULL ELSE {changed} END" if spec.nullable else changed


def _sql_type(spec: ColumnSpec) -> str:
    return "DATE" if spec.kind == "day" else "TIMESTAMP"


def _other_value(spec: ColumnSpec, name: str) -> str:
    if spec.kind in ("money", "whole", "number"):
        return f"CASE WHEN {name} <> 0 AND {name} BETWEEN -1e9 AND 1e9 THEN -{name} ELSE 97 END"
    if spec.kind == "flag":
        return f"NOT {name}"
    if spec.birth_date:
        return f"CAST({name} + INTERVAL 11 YEAR AS DATE)"
    if spec.kind in ("day", "moment"):
        return f"CAST({name} + to_days(CAST(_chance // 17 % 400 AS INTEGER) - 200) AS {_sql_type(spec)})"
    if spec.values is None:
        return "'scrambled'"
    following = zip(spec.values, (*spec.values[1:], spec.values[0]), strict=True)
    cases = " ".join(f"WHEN {text_literal(value)} THEN {text_literal(after)}" for value, after in following)
    return f"CASE {name} {cases} END"


def _some_value(spec: ColumnSpec, moment: str) -> str:
    if spec.kind in ("money", "whole", "number"):
        return "97"
    if spec.kind == "flag":
        return "true"
    if spec.kind in ("day", "moment"):
        return f"CAST(date_trunc('year', {moment}) AS {_sql_type(spec)})"
    return text_literal(spec.values[0]) if spec.values else "'scrambled'"
