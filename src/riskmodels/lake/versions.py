"""Which version of a row is the visible one, and when: the SQL that makes a relation from an extract's good rows.

Most rows have one version, so the work on versions is done only for the few whose key occurs more than once.
"""

from __future__ import annotations

from dataclasses import dataclass

from riskmodels.lake.contracts import Extract
from riskmodels.lake.engine import Engine
from riskmodels.lake.sql import quoted

__all__ = ["VersionCounts", "good_rows_again", "make_relation", "shown_columns"]


@dataclass(frozen=True)
class VersionCounts:
    """How many versions repeat another (same key, same known time), and how many follow the first of their row."""

    duplicates: int
    corrected: int


def shown_columns(extract: type[Extract]) -> tuple[str, ...]:
    """Name the declared columns that the extract's relation has."""
    history, columns = extract.history(), extract.columns()
    if history.manner != "current":
        return tuple(columns)
    kept = {*history.fixed, history.event_time, history.known_time, *extract.row()}
    return tuple(name for name, spec in columns.items() if spec.key_of or name in kept)


def make_relation(engine: Engine, room: str, extract: type[Extract], table: str, good: str = "true") -> VersionCounts:
    """Make the extract's relation from its good rows, and beside it the versions that the relation leaves out.

    ``table`` names a table with the declared columns, ``_event``, ``_known`` and ``_deleted``, and ``good`` is SQL that
    is true for its good rows. The relation is ``room.folder``; what it leaves out (repeats and withdrawals) is kept as
    ``room.folder?removed``.
    """
    name = extract.folder()
    repeated, numbered, spans = f"{name}?repeated", f"{name}?numbered", f"{name}?spans"
    steps = _Steps(extract, table, good, *(f"{quoted(room)}.{quoted(step)}" for step in (repeated, numbered, spans)))
    engine.create(room, repeated, steps.repeated())
    engine.create(room, numbered, steps.numbered())
    engine.create(room, spans, steps.spans())
    engine.create(room, f"{name}?removed", steps.removed())
    counts = engine.query(steps.counts()).to_pylist()[0]
    engine.create(room, name, steps.relation())
    engine.discard(room, repeated, numbered, spans)
    return VersionCounts(duplicates=counts["duplicates"], corrected=counts["corrected"])


def good_rows_again(room: str, extract: type[Extract]) -> str:
    """Write the query that gives back the good rows a relation was made from, of the columns that it shows."""
    columns = ", ".join(quoted(name) for name in shown_columns(extract))
    kept, removed = (f"{quoted(room)}.{quoted(name)}" for name in (extract.folder(), f"{extract.folder()}?removed"))
    return (
        f"SELECT {columns}, _event, _known, false AS _deleted FROM {kept} "
        f"UNION ALL SELECT {columns}, _event, _known, _deleted FROM {removed}"
    )


class _Steps:
    """The queries, in the order in which they run; rows are told apart by their place (``rowid``) in the table."""

    def __init__(self, extract: type[Extract], table: str, good: str, repeated: str, numbered: str, spans: str) -> None:
        self._table, self._good = table, good
        self._repeated, self._numbered, self._spans = repeated, numbered, spans
        self._keys = ", ".join(quoted(name) for name in extract.row())
        self._columns = ", ".join(f"whole.{quoted(name)}" for name in shown_columns(extract))
        self._all_columns = ", ".join(f"{quoted(name)} NULLS FIRST" for name in shown_columns(extract))
        self._rank = ", ".join(["_event", "_known", *(f"{quoted(name)} NULLS FIRST" for name in extract.row())])

    def repeated(self) -> str:
        """Find the hashes of keys that occur more than once (and by chance of others, which does no harm)."""
        return (
            f"SELECT hash({self._keys}) AS _hash FROM {self._table} WHERE {self._good} GROUP BY ALL HAVING count(*) > 1"
        )

    def numbered(self) -> str:
        """Give each of the versions that repeat each other a number; by a fixed rule, the first counts."""
        return (
            f"SELECT rowid AS _row, {self._keys}, _event, _known, _deleted, row_number() OVER ("
            f"PARTITION BY {self._keys}, _known ORDER BY _event, _deleted, {self._all_columns}) AS _repeat "
            f"FROM {self._table} WHERE {self._good} AND hash({self._keys}) IN (FROM {self._repeated})"
        )

    def spans(self) -> str:
        """Give the moment from which another version holds, of those that count and do not withdraw their row."""
        return f"""
        WITH kept AS (
            SELECT _row, _deleted, min(greatest(_event, _known)) OVER (
                PARTITION BY {self._keys} ORDER BY _known ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
            ) AS _superseded_from
            FROM {self._numbered} WHERE _repeat = 1
        )
        SELECT _row, _superseded_from FROM kept WHERE NOT _deleted
        """

    def relation(self) -> str:
        """Give the versions that count, whole and in order, with the span in which each holds.

        They are sorted, and counted off as they leave the sort: that spills what does not fit in memory, and a rank
        over all rows at once does not. No two of them share the clocks and the key, so that there is one order.
        """
        return f"""
        SELECT *, row_number() OVER () AS _order FROM (
            SELECT {self._columns}, whole._event, whole._known,
                greatest(whole._event, whole._known) AS _visible_from, spans._superseded_from
            FROM {self._table} AS whole LEFT JOIN {self._spans} AS spans ON whole.rowid = spans._row
            WHERE {self._good} AND CASE WHEN hash({self._keys}) IN (FROM {self._repeated})
                THEN spans._row IS NOT NULL ELSE NOT _deleted END
            ORDER BY {self._rank}
        )
        """

    def removed(self) -> str:
        """Give the versions that the relation leaves out: repeats, and those that withdraw their row."""
        return (
            f"SELECT {self._columns}, _event, _known, _deleted FROM {self._table} AS whole WHERE {self._good} AND "
            f"CASE WHEN hash({self._keys}) IN (FROM {self._repeated}) "
            f"THEN rowid IN (SELECT _row FROM {self._numbered} WHERE _deleted OR _repeat > 1) ELSE _deleted END"
        )

    def counts(self) -> str:
        """Count repeats, and versions beyond the first of their row."""
        return (
            f"SELECT count(*) FILTER (_repeat > 1) AS duplicates, "
            f"count(*) FILTER (_repeat = 1) - count(DISTINCT ({self._keys},)) AS corrected FROM {self._numbered}"
        )
