"""What a run leaves beside its report, to be put forward now or later: figures, tables, plots with their words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from riskmodels.errors import RegistryError
from riskmodels.governance.facts import RunFacts
from riskmodels.governance.wire import Record

__all__ = [
    "BUNDLE",
    "KEPT_FILE",
    "KeptPlot",
    "KeptRun",
    "KeptTable",
    "read_kept",
    "run_is_gone",
    "tables_of",
    "write_kept",
]

KEPT_FILE = "measured.json"
BUNDLE = "bundle"


class KeptTable(Record):
    """A table that may leave the audit, and the part of the card that it belongs to."""

    place: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


class KeptPlot(Record):
    """A plot: its file beside, the part of the card that it belongs to, its heading and what it shows in words."""

    name: str
    place: str
    title: str
    alt: str


class KeptRun(RunFacts):
    """What a run measured, and what else its card and documents are made of.

    Attributes
    ----------
    run_id : str
        The run in MLflow.
    source : str
        Where the run's bundle lies in the artefact store.
    people, areas : int or None
        Entities and areas that the table speaks for, rounded; None where not counted.
    tables, plots
        What the card shows besides the facts.
    """

    schema_version: str = "1"
    run_id: str
    source: str
    people: int | None = None
    areas: int | None = None
    tables: tuple[KeptTable, ...] = ()
    plots: tuple[KeptPlot, ...] = ()


def write_kept(folder: Path, kept: KeptRun) -> None:
    """Write what a run leaves into its folder."""
    told = json.dumps(kept.model_dump(mode="json"), indent=2, sort_keys=True, allow_nan=False)
    (folder / KEPT_FILE).write_text(told + "\n", encoding="utf-8")


def read_kept(folder: Path) -> KeptRun:
    """Read what a run left.

    Raises
    ------
    RegistryError
        If the run's folder is not here, or what it holds cannot be read.
    """
    path = folder / KEPT_FILE
    try:
        return KeptRun.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise run_is_gone(path, error) from None


def run_is_gone(path: Path, error: Exception) -> RegistryError:
    """Word that a file of a run cannot be read."""
    return RegistryError(
        f"{path} cannot be read ({type(error).__name__})",
        expected="the folder of the run that the version came from, in this workspace",
        next_step="Do this where the model was trained, or train it again: riskmodels run CASE.",
        who="the data scientist who made the candidate",
    )


def tables_of(parts: Mapping[str, Sequence[Any]]) -> tuple[KeptTable, ...]:
    """Keep tables by the part of the card that they belong to; several of one part are told apart by number."""
    return tuple(
        KeptTable(
            place=f"{place}.{number}",
            caption=one.caption,
            head=tuple(one.head),
            rows=tuple(tuple(row) for row in one.rows),
            notes=tuple(one.notes),
        )
        for place, tables in parts.items()
        for number, one in enumerate(tables, start=1)
    )
