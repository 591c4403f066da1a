"""Running a build's queries in bounded memory: where an extract is very large, for some of the entities at a time.

What an entity's own rows say of it depends on no other entity, so the answers are the same however they are portioned.
"""

from __future__ import annotations

from collections.abc import Sequence

from riskmodels.features.compile import FeatureQuery, Portions
from riskmodels.features.compile.portions import entities_query, rows_query
from riskmodels.lake import Lake

__all__ = ["rows_that_fit", "run_queries"]

# Rows that one query may work on for each GiB of memory. The engine spills what does not fit: 62 million rows were seen
# to be answered in 1 GiB, with a fifth of the processor time of portions. Those are for what is larger than was tried.
_ROWS_A_GIB = 60_000_000
_UNITS = {"bytes": 0, "KiB": 1, "MiB": 2, "GiB": 3, "TiB": 4}


def rows_that_fit(lake: Lake) -> int:
    """Give how many rows of an extract one query may work on, from the memory that the lake's engine may use."""
    (limit,) = lake.query("SELECT current_setting('memory_limit') AS memory").column("memory").to_pylist()
    amount, unit = str(limit).split()
    return max(1, round(float(amount) * 1024.0 ** (_UNITS[unit] - _UNITS["GiB"]) * _ROWS_A_GIB))


def run_queries(lake: Lake, queries: Sequence[FeatureQuery], *, rows_at_once: int) -> None:
    """Run queries one after another, each into its table; those over many rows for a portion of entities at a time."""
    for query in queries:
        for extract in query.extracts:
            lake.prepare(extract)
        number = 0 if query.portions is None else _number(lake, query.portions, rows_at_once)
        if query.portions is None or number == 0:
            lake.execute(f"CREATE OR REPLACE TEMP TABLE {query.table} AS {query.sql}")
        else:
            _run_in_portions(lake, query.table, query.portions, number)


def _number(lake: Lake, portions: Portions, rows_at_once: int) -> int:
    """Count the portions that are needed; 0 where the extract is small enough to be read as it is."""
    folder, whole = portions.extract.folder(), _count(lake, portions.whole)
    if max(_count(lake, folder), whole) <= rows_at_once:
        return 0
    asked = _count(lake, f'{folder} WHERE "{portions.key}" IN (SELECT entity FROM {portions.whole})')
    return max(1, -(-max(asked, whole) // rows_at_once))


def _count(lake: Lake, source: str) -> int:
    (number,) = lake.query(f"SELECT COUNT(*) AS n FROM {source}").column("n").to_pylist()
    return int(number)


def _run_in_portions(lake: Lake, table: str, portions: Portions, of: int) -> None:
    for number in range(of):
        entities = entities_query(portions, number, of)
        lake.execute(f"CREATE OR REPLACE TEMP TABLE {portions.entities} AS {entities}")
        lake.execute(f"CREATE OR REPLACE TEMP TABLE {portions.rows} AS {rows_query(portions)}")
        into = f"INSERT INTO {table}" if number else f"CREATE OR REPLACE TEMP TABLE {table} AS"
        lake.execute(f"{into} {portions.sql}")
    lake.drop(portions.entities, portions.rows)
