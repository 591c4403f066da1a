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
    RowRule,
    Source,
    Text,
    Together,
    Whole,
    birth_date,
    column,
    key,
    ordered,
    together,
)
from riskmodels.lake.history import History, current_only, events, snapshots
from riskmodels.lake.lake import Lake
from riskmodels.lake.pseudonyms import pseudonym_key
from riskmodels.lake.quality import Fault, faults_by_owner

__all__ = [
    "ColumnRef",
    "ColumnSpec",
    "Day",
    "Extract",
    "Fault",
    "Flag",
    "History",
    "Lake",
    "Moment",
    "Money",
    "Number",
    "Ordered",
    "RowRule",
    "Source",
    "Text",
    "Together",
    "Whole",
    "birth_date",
    "column",
    "current_only",
    "events",
    "faults_by_owner",
    "key",
    "ordered",
    "pseudonym_key",
    "snapshots",
    "together",
]
