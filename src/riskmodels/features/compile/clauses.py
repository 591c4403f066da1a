"""The few clauses that every compiled query is made of: visibility, windows, exact values."""

from __future__ import annotations

import sqlglot

from riskmodels.features.expressions import AS_OF, Snippet
from riskmodels.features.windows import Window

__all__ = ["MICRO", "exact", "indent", "picked", "pretty", "snippet_sql", "value_sql", "visible", "within"]

# Values that are not exact decimals are counted in millionths, so that sums do not depend on their order.
MICRO = 1_000_000


def visible(row: str, as_of: str) -> str:
    """Write the rule of the two clocks: happened and known strictly before ``as_of``, and not yet replaced by then."""
    return f"{row}._visible_from < {as_of} AND ({row}._superseded_from IS NULL OR {row}._superseded_from >= {as_of})"


def within(row: str, as_of: str, window: Window | None) -> str | None:
    """Write the window that looks back: ``[as_of - days, as_of)``; its end follows from visibility."""
    return None if window is None else f"{row}._event >= {as_of} - INTERVAL '{window.days}' DAY"


def snippet_sql(snippet: Snippet, row: str, as_of: str) -> str:
    """Write a snippet over a row and an as-of date."""
    return snippet.sql(lambda name: as_of if name == AS_OF else f'{row}."{name}"')


def value_sql(snippet: Snippet, row: str, as_of: str) -> str:
    """Write a snippet as a number; a flag counts 1 or 0."""
    text = snippet_sql(snippet, row, as_of)
    return f"CAST(({text}) AS BIGINT)" if snippet.gives == "flag" else f"({text})"


def exact(snippet: Snippet, row: str, as_of: str) -> tuple[str, int]:
    """Write a value that adds up exactly, and the number it must be divided by afterwards."""
    text = value_sql(snippet, row, as_of)
    if snippet.gives in ("exact", "flag"):
        return text, 1
    return f"CAST(ROUND({text} * {MICRO}) AS BIGINT)", MICRO


def picked(*conditions: str | None) -> str:
    """Write the FILTER clause of the conditions that are there, or nothing."""
    present = [f"({condition})" for condition in conditions if condition]
    return f" FILTER (WHERE {' AND '.join(present)})" if present else ""


def indent(lines: list[str]) -> str:
    """Join select items, one on a line."""
    return ",\n  ".join(lines)


def pretty(query: str, dialect: str) -> str:
    """Lay a query out for reading, in a dialect of sqlglot's."""
    return sqlglot.transpile(query, read="duckdb", write=dialect, pretty=True)[0]
