"""The state of an extract in counts, from one aggregate query, and the faults that its owner can mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskmodels.errors import TooManyBadRows
from riskmodels.lake.contracts import Extract
from riskmodels.lake.engine import Engine
from riskmodels.lake.scan import BITS, Scan
from riskmodels.lake.sql import quoted
from riskmodels.lake.versions import VersionCounts
from riskmodels.records import ExtractQuality, QualityReport

__all__ = [
    "Fault",
    "count_orphans",
    "counts_sql",
    "faults_by_owner",
    "owners",
    "quality_of",
    "refuse_too_many_bad",
    "rules_of",
]


@dataclass(frozen=True)
class Fault:
    """One kind of fault in one extract: the rule that rows broke, and how many did."""

    extract: str
    rule: str
    rows: int


def faults_by_owner(report: QualityReport) -> dict[str, tuple[Fault, ...]]:
    """List, for each owner of a source, the faults in its extracts, most rows first; one without any is left out."""
    faults: dict[str, list[Fault]] = {}
    for one in report.extracts:
        counted = {
            **one.quarantined,
            "same key and known time as another version": one.duplicates,
            **{f"{link}: not found there": rows for link, rows in one.orphans.items()},
            **one.read_as,
        }
        for rule, rows in counted.items():
            if rows:
                faults.setdefault(one.owner, []).append(Fault(one.extract, rule, rows))
    return {
        owner: tuple(sorted(found, key=lambda fault: (-fault.rows, fault.extract, fault.rule)))
        for owner, found in sorted(faults.items())
    }


def counts_sql(extract: type[Extract], scan: Scan, staged: str) -> str:
    """Write the one query that counts rows by the rules they broke, empty cells, and the span of the clocks."""
    nulls = ", ".join(f"count(*) - count({quoted(name)}) AS {quoted(name)}" for name in extract.columns())
    read = "".join(
        f", count(*) FILTER ((_read_{place // BITS} >> {place % BITS}) & 1 = 1) AS _reading_{place}"
        for place in range(len(scan.readings))
    )
    return (
        f"SELECT {', '.join(scan.marks)}, count(*) AS _rows, min(_event) AS _first_event, max(_event) AS _last_event, "
        f"max(_known) AS _last_known, {nulls}{read} FROM {staged} GROUP BY {', '.join(scan.marks)}"
    )


def rules_of(group: Mapping[str, Any], scan: Scan) -> tuple[str, ...]:
    """Name the rules that the marks of a row, or of a group of rows, stand for."""
    return tuple(
        rule.name for place, rule in enumerate(scan.rules) if group[scan.marks[place // BITS]] >> (place % BITS) & 1
    )


def quality_of(
    extract: type[Extract], scan: Scan, groups: list[dict[str, Any]], versions: VersionCounts
) -> ExtractQuality:
    """Put together an extract's quality from the counted groups; orphans are counted later, across extracts."""
    quarantined = dict.fromkeys((rule.name for rule in scan.rules), 0)
    good: dict[str, Any] = {}
    read = {one.name: sum(group[f"_reading_{place}"] for group in groups) for place, one in enumerate(scan.readings)}
    for group in groups:
        broken = rules_of(group, scan)
        for rule in broken:
            quarantined[rule] += group["_rows"]
        if not broken:
            good = group
    return ExtractQuality(
        extract=extract.__name__,
        folder=extract.folder(),
        owner=extract.source().owner,
        rows=sum(group["_rows"] for group in groups),
        good=good.get("_rows", 0),
        quarantined={rule: rows for rule, rows in quarantined.items() if rows},
        nulls={name: good.get(name, 0) for name in extract.columns()},
        duplicates=versions.duplicates,
        corrected=versions.corrected,
        orphans={},
        first_event=good.get("_first_event"),
        last_event=good.get("_last_event"),
        last_known=good.get("_last_known"),
        known_time_assumed=extract.history().known_time_assumed,
        tolerance=extract.tolerance(),
        read_as={name: rows for name, rows in read.items() if rows},
    )


def refuse_too_many_bad(quality: ExtractQuality) -> None:
    """Raise TooManyBadRows when more rows broke the contract than it tolerates."""
    if not quality.over_tolerance:
        return
    rules = sorted(quality.quarantined.items(), key=lambda item: (-item[1], item[0]))
    raise TooManyBadRows(
        f"{quality.bad} of {quality.rows} rows of {quality.extract} broke its contract: "
        + "; ".join(f"{rule} ({rows})" for rule, rows in rules),
        expected=f"at most {quality.tolerance:.2%} of the rows",
        next_step="Mend the source, or deliver the extract again; the private quarantine file has the rows' keys.",
        who=quality.owner,
    )


def owners(contracts: Mapping[str, type[Extract]]) -> dict[str, type[Extract]]:
    """Give, for each kind of key, the extract that owns such keys: the one whose rows have that key alone."""
    owned: dict[str, type[Extract]] = {}
    for extract in contracts.values():
        kind = extract.columns()[extract.row()[0]].key_of
        if len(extract.row()) == 1 and kind is not None:
            owned.setdefault(kind, extract)
    return owned


def count_orphans(engine: Engine, extract: type[Extract], owned: Mapping[str, type[Extract]]) -> dict[str, int]:
    """Count the rows whose key is not in the extract that owns such keys."""
    orphans: dict[str, int] = {}
    for spec in extract.columns().values():
        owner = owned.get(spec.key_of or "")
        if owner is None or owner is extract:
            continue
        name, key = quoted(spec.name), quoted(owner.row()[0])
        sql = (
            f"SELECT count(*) AS rows FROM {quoted(extract.folder())} AS one WHERE one.{name} IS NOT NULL "
            f"AND NOT EXISTS (FROM {quoted(owner.folder())} AS owner WHERE owner.{key} = one.{name})"
        )
        orphans[f"{spec.name} -> {owner.__name__}"] = engine.query(sql).column("rows")[0].as_py()
    return orphans
