"""Extracts in: contracts, clocks, and the engines that read them."""

from riskmodels.lake.contracts import (
    ColumnRef,
    ColumnSpec,
    Day,
    Extract,
    Flag,
    Moment,
    Money,
    Number,
    Ordered,
    Source,
    Text,
    Whole,
    birth_date,
    column,
    key,
    ordered,
)
from riskmodels.lake.history import History, current_only, events, snapshots

__all__ = [
    "ColumnRef",
    "ColumnSpec",
    "Day",
    "Extract",
    "Flag",
    "History",
    "Moment",
    "Money",
    "Number",
    "Ordered",
    "Source",
    "Text",
    "Whole",
    "birth_date",
    "column",
    "current_only",
    "events",
    "key",
    "ordered",
    "snapshots",
]
