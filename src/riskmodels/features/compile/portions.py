"""A query for some of the entities at a time: what it reads of an extract, and which entities belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskmodels.features.builders import Feature
from riskmodels.lake.contracts import Extract

__all__ = ["Portions", "entities_query", "portion_tables", "portions_of", "rows_query"]

_CLOCKS = ("_event", "_visible_from", "_superseded_from", "_order")


@dataclass(frozen=True)
class Portions:
    """How a query is asked of one portion of the entities.

    ``sql`` reads the table ``entities``, which holds a portion's rows of the table ``whole``, and the table ``rows``,
    which holds the portion's rows of the extract: ``columns`` alone, found by ``key``.
    """

    whole: str
    entities: str
    rows: str
    sql: str
    extract: type[Extract]
    key: str
    columns: tuple[str, ...]


def portions_of(
    extract: type[Extract], features: Sequence[Feature], key: str, *, whole: str, prefix: str, sql: str
) -> Portions:
    """Say how a query of an extract's features is asked in portions."""
    entities, rows = portion_tables(prefix)
    named = (column for feature in features for column in feature.columns)
    return Portions(whole, entities, rows, sql, extract, key, tuple(dict.fromkeys((key, *named, *_CLOCKS))))


def portion_tables(prefix: str) -> tuple[str, str]:
    """Name the tables that hold a portion's entities and its rows."""
    return f"{prefix}_portion", f"{prefix}_portion_rows"


def entities_query(portions: Portions, number: int, of: int) -> str:
    """Write the query for one portion of the entities; each of them is in one portion, with all its dates.

    Pseudonyms are as good as drawn at random, so that their remainders part them evenly.
    """
    remainder = f"(COALESCE(entity, 0) % {of} + {of}) % {of}"
    return f"SELECT * FROM {portions.whole} WHERE {remainder} = {number}"


def rows_query(portions: Portions) -> str:
    """Write the query for the rows of a portion's entities."""
    columns = ", ".join(f'r."{name}"' for name in portions.columns)
    entities = f"SELECT entity FROM {portions.entities}"
    return f'SELECT {columns} FROM {portions.extract.folder()} AS r WHERE r."{portions.key}" IN ({entities})'
