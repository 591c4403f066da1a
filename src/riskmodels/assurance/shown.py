"""An audit as others may see it (small counts withheld), and in full for the auditor alone."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodels.assurance import bias_display, bias_plots, checks_display, explain_display, explain_plots
from riskmodels.records.assurance import Assurance
from riskmodels.records.bias import BiasAudit
from riskmodels.records.explanation import Explanation
from riskmodels.records.proxies import PlainTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["as_json", "bias_tables", "draw_plots", "explanation_tables", "in_full", "tables"]

_FEW_CHARACTERISTICS = 2
_IN_THE_FILE = (
    "Every pair of characteristics was audited as well. To show so many small groups, most figures of whole groups "
    "would have to be withheld; the pairs are in the auditor's file."
)


def as_json(found: Assurance) -> dict[str, Any]:
    """Give an audit as plain data that may leave the audit, for ``run --json``."""
    shown: dict[str, Any] = {
        "bias": bias_display.as_json(found.bias, intersections=_few(found.bias)),
        "proxies": checks_display.as_json(found.proxies),
        "leakage": checks_display.as_json(found.leakage),
        "explanation": explain_display.explanation_as_json(found.explanation),
    }
    if found.directions is not None:
        shown["directions"] = dataclasses.asdict(found.directions) | {"passed": found.directions.passed}
    if found.exceptions:
        shown["allowed_by_exception"] = [checks_display.as_json(one) for one in found.exceptions]
    if found.mitigation is not None:
        shown["mitigation"] = checks_display.as_json(found.mitigation)
    return shown


def tables(found: Assurance) -> tuple[PlainTable, ...]:
    """Lay an audit out as tables that may leave the audit."""
    return (
        *bias_tables(found.bias),
        *(table for one in found.exceptions for table in checks_display.plain_tables(one)),
        *(checks_display.plain_tables(found.mitigation) if found.mitigation is not None else ()),
        *checks_display.plain_tables(found.proxies),
        *explanation_tables(found.explanation),
        *checks_display.plain_tables(found.leakage),
        *([found.directions.cells()] if found.directions is not None else []),
    )


def bias_tables(audit: BiasAudit) -> tuple[PlainTable, ...]:
    """Lay the bias audit out, safe to leave the audit, with what to know below."""
    both = _few(audit)
    shown = [
        PlainTable(caption, tuple(head), tuple(map(tuple, rows)))
        for caption, head, rows in bias_display.tables(audit, intersections=both)
    ]
    notes = audit.notes if both else (*audit.notes, _IN_THE_FILE)
    return (*shown[:-1], dataclasses.replace(shown[-1], notes=notes))


def _few(audit: BiasAudit) -> bool:
    """Say whether there are so few intersections that showing them does not cost the figures of whole groups."""
    return len({name for one in audit.groups for name, _ in one.key}) <= _FEW_CHARACTERISTICS


def explanation_tables(found: Explanation, *, top: int = 15) -> tuple[PlainTable, ...]:
    """Lay out what a model goes by, with what was measured of the explanation itself below."""
    rows = tuple((one.says, f"{one.mean_absolute:.3f}", f"{one.share:.0%}") for one in found.importances[:top])
    head = ("Feature", f"Moves the score by ({found.scale}, on average)", "Share of all")
    caption = f"What the {found.estimator} model goes by most"
    return (PlainTable(caption, head, rows, tuple(explain_display.in_words(found))),)


def draw_plots(found: Assurance) -> dict[str, dict[str, tuple[Figure, str]]]:
    """Draw every plot, by the part it belongs to, each with its alternative text."""
    return {"bias": bias_plots.draw(found.bias), "explanation": explain_plots.draw_explanation(found.explanation)}


def in_full(found: Assurance) -> dict[str, Any]:
    """Give every figure as plain data, small counts too: for the auditor's private file."""
    return {field.name: _plain(getattr(found, field.name)) for field in dataclasses.fields(found)}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        # Weights are of single people; what a caller's own audit gave is the caller's.
        return {name: _plain(one) for name, one in held.items() if name not in ("learning_weight", "audited")}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(one) for one in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    return value
