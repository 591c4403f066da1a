"""Looking back over everything without pairing every date with the whole past.

A row is seen at a run of as-of dates: from the first after it became visible, until the first after it was replaced.
Rows of one entity with the same run count alike at every date, so they are added up once, and each date puts a few such
sums together. Whole numbers and decimals add up to the same, however they are grouped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from riskmodels.features.compile.clauses import indent

__all__ = ["Aggregate", "Function", "moments_sql", "seen_at", "spans_sql"]

Function = Literal["COUNT", "SUM", "MIN", "MAX", "BIT_OR"]

_PUT_TOGETHER = {"COUNT": "SUM", "SUM": "SUM", "MIN": "MIN", "MAX": "MAX", "BIT_OR": "BIT_OR"}


@dataclass(frozen=True)
class Aggregate:
    """An aggregate over the rows seen, ``e``: its name, its function, what it is of, and its FILTER clause."""

    name: str
    function: Function
    of: str
    where: str = ""

    @property
    def sql(self) -> str:
        """Write it over rows."""
        return f"{self.function}({self.of}){self.where} AS {self.name}"

    def put_together(self, part: str) -> str:
        """Write it over parts that hold it under its name."""
        return f"{_PUT_TOGETHER[self.function]}({part}.{self.name}) AS {self.name}"


def moments_sql(spine: str) -> str:
    """Write the as-of dates, each with the one before it. Clocks are finite, so all before the first has a place."""
    before = "LAG(d.as_of, 1, TIMESTAMP '-infinity') OVER (ORDER BY d.as_of)"
    return f"SELECT d.as_of, {before} AS before FROM (SELECT DISTINCT as_of FROM {spine}) AS d"


def spans_sql(rows: str, key: str, aggregates: Sequence[Aggregate]) -> str:
    """Write the sums of rows that are seen at the same dates: ``key, seen_from, seen_until`` and the aggregates."""
    items = ["f.as_of AS seen_from", "u.as_of AS seen_until", *(aggregate.sql for aggregate in aggregates)]
    return (
        f'SELECT\n  e."{key}" AS key,\n  {indent(items)}\nFROM {rows} AS e\n'
        f"JOIN moments AS f ON e._visible_from >= f.before AND e._visible_from < f.as_of\n"
        f"LEFT JOIN moments AS u ON e._superseded_from >= u.before AND e._superseded_from < u.as_of\n"
        f'GROUP BY e."{key}", f.as_of, u.as_of'
    )


def seen_at(span: str, as_of: str) -> str:
    """Write the condition that the rows of a span are seen at a date."""
    return f"{span}.seen_from <= {as_of} AND ({span}.seen_until IS NULL OR {span}.seen_until > {as_of})"
