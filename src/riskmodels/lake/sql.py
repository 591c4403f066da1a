"""Names and literals, quoted for SQL."""

from __future__ import annotations

import datetime
from decimal import Decimal

__all__ = ["literal", "quoted", "text_literal"]


def quoted(name: str) -> str:
    """Quote an identifier."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def text_literal(text: str) -> str:
    """Quote a text."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def literal(value: Decimal | int | float | datetime.date | str) -> str:
    """Write a bound or a code as a literal of its own type."""
    if isinstance(value, datetime.datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, datetime.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, float):
        return f"CAST({text_literal(repr(value))} AS DOUBLE)"
    if isinstance(value, str):
        return text_literal(value)
    return str(value)
