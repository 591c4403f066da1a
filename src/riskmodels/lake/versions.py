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
    repeated, numbered, ranked = f"{name}?repeated", f"{name}?numbered", f"{name}?ranked"
    steps = _Steps(extract, table, good, *(f"{quoted(room)}.{quoted(step)}" for step in (repeated, numbered, ranked)))
    engine.create(room, repeated, steps.repeated())
    engine.create(room, numbered, steps.numbered())
    engine.create(room, ranked, steps.ranked())
    engine.create(room, f"{name}?removed", steps.removed())
    counts = engine.query(steps.counts()).to_pylist()[0]
    engine.create(room, name, steps.relation())
    engine.discard(room, repeated, numbered, ranked)
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
    """The queries, in the order in which they run; rows are told apart by their place (``rowid``) in the table.

    Only places, clocks and keys are sorted; the other columns are fetched at the end.
    """

    def __init__(
        self, extract: type[Extract], table: str, good: str, repeated: str, numbered: str, ranked: str
    ) -> None:
        self._table, self._good = table, good
        self._repeated, self._numbered, self._ranked = repeated, numbered, ranked
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

    def ranked(self) -> str:
        """Rank every version that counts and does not withdraw its row, with the moment from which another holds."""
        return f"""
        WITH kept AS (
            SELECT *, min(greatest(_event, _known)) OVER (
                PARTITION BY {self._keys} ORDER BY _known ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
            ) AS _superseded_from
            FROM {self._numbered} WHERE _repeat = 1
        ), versions AS (
            SELECT _row, {self._keys}, _event, _known, _superseded_from FROM kept WHERE NOT _deleted
            UNION ALL
            SELECT rowid, {self._keys}, _event, _known, NULL FROM {self._table}
            WHERE {self._good} AND NOT _deleted AND hash({self._keys}) NOT IN (FROM {self._repeated})
        )
        SELECT _row, _superseded_from, row_number() OVER (ORDER BY {self._rank}) AS _order FROM versions
        """

    def relation(self) -> str:
        """Give the versions that count, whole, with the span in which each holds."""
        return (
            f"SELECT {self._columns}, whole._event, whole._known, "
            f"greatest(whole._event, whole._known) AS _visible_from, ranked._superseded_from, ranked._order "
            f"FROM {self._table} AS whole JOIN {self._ranked} AS ranked ON whole.rowid = ranked._row"
        )

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
