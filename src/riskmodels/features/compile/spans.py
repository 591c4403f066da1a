"""Looking back without pairing every date with every row.

A row is seen at a run of as-of dates: from the first after it became visible, until the first after it was replaced or
left the window. Rows of one entity with the same run count alike, so they are added up once, and each date puts a few
such sums together. Whole numbers and decimals add up to the same, however they are grouped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from riskmodels.features.compile.clauses import indent
from riskmodels.features.compile.dates import DateRange, next_date
from riskmodels.features.windows import Window

__all__ = ["Aggregate", "Function", "seen_at", "spans_sql"]

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


def spans_sql(
    rows: str, key: str, aggregates: Sequence[Aggregate], *, dates: str, within: DateRange, window: Window | None
) -> str:
    """Write the sums of rows that are seen at the same dates: ``key, seen_from, seen_until`` and the aggregates.

    ``seen_until`` is null where the rows are seen up to the last date.
    """
    seen_from, seen_until, leaving, recent = f"COALESCE(f.as_of, {within.first})", "u.as_of", [], ""
    if window is not None:
        days = f"INTERVAL '{window.days}' DAY"
        seen_until = "LEAST(u.as_of, w.as_of)"
        leaving = [next_date("w", dates, f"e._event + {days}")]
        recent = f" AND e._event >= {within.first} - {days}"
    items = [f"{seen_from} AS seen_from", f"{seen_until} AS seen_until", *(aggregate.sql for aggregate in aggregates)]
    lines = [
        f"FROM {rows} AS e",
        next_date("f", dates, "e._visible_from"),
        next_date("u", dates, "e._superseded_from"),
        *leaving,
        f"WHERE e._visible_from < {within.last}{recent}",
        f"AND (e._superseded_from IS NULL OR e._superseded_from >= {within.first})",
        f'GROUP BY e."{key}", {seen_from}, {seen_until}',
    ]
    return f'SELECT\n  e."{key}" AS key,\n  {indent(items)}\n' + "\n".join(lines)


def seen_at(span: str, as_of: str) -> str:
    """Write the condition that the rows of a span are seen at a date."""
    return f"{span}.seen_from <= {as_of} AND ({span}.seen_until IS NULL OR {span}.seen_until > {as_of})"
