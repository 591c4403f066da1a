"""The SQL that reads one extract: declared columns only, typed, pseudonymised, rows marked with what they broke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskmodels.lake.casts import TYPE_FAULTS, typed
from riskmodels.lake.codes import Reading, readings, translated
from riskmodels.lake.contracts import ColumnSpec, Extract
from riskmodels.lake.places import names_a_place
from riskmodels.lake.pseudonyms import Pseudonyms
from riskmodels.lake.sources import ExtractFiles
from riskmodels.lake.sql import literal, quoted, text_literal

__all__ = ["BITS", "Rule", "Scan", "scan_of"]

BITS = 62  # rules that one BIGINT can mark


@dataclass(frozen=True)
class Rule:
    """A declared rule: what a row that breaks it is said to be, and the SQL that is true for such a row."""

    name: str
    broken: str


@dataclass(frozen=True)
class Scan:
    """The query that reads an extract, and what its rows are marked with.

    The query gives the declared columns, ``_event``, ``_known``, ``_deleted``, and ``_broken_0``, ``_broken_1``, ...:
    bit ``i % 62`` of mark ``i // 62`` is set where the row breaks ``rules[i]``. Where the contract maps codes it also
    gives ``_read_0``, ``_read_1``, ..., marked in the same manner with the ``readings`` of the row's codes.
    """

    sql: str
    rules: tuple[Rule, ...]
    marks: tuple[str, ...]
    kinds: frozenset[str]
    readings: tuple[Reading, ...] = ()

    @property
    def good(self) -> str:
        """Give the SQL that is true for rows that broke no rule."""
        return " AND ".join(f"{mark} = 0" for mark in self.marks)


def scan_of(
    extract: type[Extract], files: ExtractFiles, pseudonyms: Pseudonyms, *, recurring: frozenset[str] = frozenset()
) -> Scan:
    """Write the query that reads an extract from its files (named ``extract_files`` in it).

    Columns named ``recurring`` are keys with few distinct values: each value's pseudonym is computed once and joined.
    """
    specs = list(extract.columns().values())
    inner: list[str] = []
    rules: list[Rule] = []
    read: list[Reading] = []
    for spec in specs:
        sql, may_fail = typed(spec, files)
        read += readings(spec, sql)
        inner.append(f"{translated(spec, sql)} AS {quoted(spec.name)}")
        if may_fail:
            inner.append(f"{quoted(spec.name)} IS NOT NULL AND ({sql}) IS NULL AS {_fault(spec)}")
        rules += _column_rules(spec, may_fail=may_fail, clock=_is_clock(spec, extract))
    rules += [Rule(rule.fault, rule.broken) for rule in extract.rules()]
    marks = _marks("_broken", [rule.broken for rule in rules])
    read_marks = _marks("_read", [one.applies for one in read]) if read else {}
    inner += [f"{sql} AS {name}" for name, sql in read_marks.items()]
    outer = [f"{_shown(spec, pseudonyms, recurring)} AS {quoted(spec.name)}" for spec in specs]
    outer += _clocks(extract)
    outer += [f"{sql} AS {name}" for name, sql in marks.items()]
    outer += list(read_marks)
    joined = " ".join(_looked_up(spec, files, pseudonyms) for spec in specs if spec.name in recurring)
    sql = f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM extract_files) AS typed {joined}"
    kinds = frozenset(spec.key_of for spec in specs if spec.key_of and not names_a_place(spec.key_of))
    return Scan(sql, tuple(rules), tuple(marks), kinds, tuple(read))


def _fault(spec: ColumnSpec) -> str:
    return quoted(f"_fault_{spec.name}")


def _is_clock(spec: ColumnSpec, extract: type[Extract]) -> bool:
    return spec.name in (extract.history().event_time, extract.history().known_time)


def _column_rules(spec: ColumnSpec, *, may_fail: bool, clock: bool) -> list[Rule]:
    name = quoted(spec.name)
    rules: list[Rule] = []
    if may_fail:
        rules.append(Rule(f"{spec.name}: {TYPE_FAULTS[spec.kind]}", _fault(spec)))
    if clock or not spec.nullable:
        unless = f" AND NOT {_fault(spec)}" if may_fail else ""
        rules.append(Rule(f"{spec.name}: empty", f"({name} IS NULL{unless})"))
    if spec.values is not None:
        allowed = ", ".join(text_literal(value) for value in spec.values)
        rules.append(Rule(f"{spec.name}: not an allowed value", f"coalesce({name} NOT IN ({allowed}), false)"))
    if spec.ge is not None:
        rules.append(Rule(f"{spec.name}: below the least", f"coalesce({name} < {literal(spec.ge)}, false)"))
    if spec.le is not None:
        rules.append(Rule(f"{spec.name}: above the greatest", f"coalesce({name} > {literal(spec.le)}, false)"))
    if spec.pattern is not None:
        form = f"coalesce(NOT regexp_full_match({name}, {text_literal(spec.pattern)}), false)"
        rules.append(Rule(f"{spec.name}: not of the right form", form))
    return rules


def _marks(name: str, conditions: Sequence[str]) -> dict[str, str]:
    marks: dict[str, str] = {}
    for start in range(0, max(len(conditions), 1), BITS):
        bits = [
            f"CASE WHEN {condition} THEN {1 << place} ELSE 0 END"
            for place, condition in enumerate(conditions[start : start + BITS])
        ]
        marks[f"{name}_{start // BITS}"] = f"CAST({' + '.join(bits) or '0'} AS BIGINT)"
    return marks


def _looked_up(spec: ColumnSpec, files: ExtractFiles, pseudonyms: Pseudonyms) -> str:
    text, name, table = typed(spec, files)[0], quoted(spec.name), quoted(f"_keys_{spec.name}")
    return (
        f"LEFT JOIN (SELECT _text, {pseudonyms.sql('_text', spec.key_of or '')} AS _pseudonym "
        f"FROM (SELECT DISTINCT {text} AS _text FROM extract_files)) AS {table} ON {table}._text = typed.{name}"
    )


def _shown(spec: ColumnSpec, pseudonyms: Pseudonyms, recurring: frozenset[str]) -> str:
    name = f"typed.{quoted(spec.name)}"
    if spec.name in recurring:
        return f"{quoted(f'_keys_{spec.name}')}._pseudonym"
    if spec.key_of and not names_a_place(spec.key_of):
        return pseudonyms.sql(name, spec.key_of)
    if spec.birth_date:
        return f"CAST(date_trunc('year', {name}) AS DATE)"
    return name


def _clocks(extract: type[Extract]) -> list[str]:
    history = extract.history()
    event = f"CAST({quoted(history.event_time)} AS TIMESTAMP)"
    known = (
        f"CAST({quoted(history.known_time)} AS TIMESTAMP)"
        if history.known_time
        else f"{event} + INTERVAL {history.known_after_days} DAY"
    )
    deleted = f"coalesce({quoted(history.deleted)}, false)" if history.deleted else "false"
    return [f"{event} AS _event", f"{known} AS _known", f"{deleted} AS _deleted"]
