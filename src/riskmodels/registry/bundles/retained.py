"""Keep what a model was trained on, so that somebody else can make it again: private, whole, and sealed by its digest.

It is pseudonymised personal data: only its owner may read it. Nothing else of a run holds rows.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, TypeAdapter, ValidationError

from riskmodels.atomic import new_folder, whole_file
from riskmodels.errors import RegistryError, UntrustedError
from riskmodels.features.seal import digest_of
from riskmodels.governance.wire import Record, canonical, sha256
from riskmodels.policy import ModelPolicy
from riskmodels.records import BuildReport, LineageEntry, ModelColumn, TrainingTable
from riskmodels.records.selection import Selection

__all__ = ["read_retained", "read_retained_policies", "retain"]

_FACTS = "table.json"
_FRAMES = ("X", "outcome", "audit", "spine")
_APART = ("strata", "totals_by", "looks", "others", "others_spine")
_POLICIES = "policies"
_A_DAY = 24 * 60 * 60

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _SelectionFacts(Record):
    """Of who was looked at: what is not rows."""

    weighed: bool
    propensity_roc_auc: float | None
    trimmed_share: float | None
    effective_rows: float | None


class _Facts(Record):
    """Everything of a table but its rows, and the SHA-256 of the files that hold those."""

    schema_version: Literal["1"] = "1"
    case_name: str
    purpose: str
    task: Literal["risk", "amount"]
    outcome_says: str
    horizon_days: int
    baseline: str
    harms: tuple[str, ...]
    definition: dict[str, Any]
    definition_digest: Digest
    digest: Digest
    files: dict[str, Digest]
    columns: Any
    report: Any
    lineage: Any
    unit: str | None = None
    selection: _SelectionFacts | None = None


_COLUMNS = TypeAdapter(tuple[ModelColumn, ...])
_REPORT = TypeAdapter(BuildReport)
_LINEAGE = TypeAdapter(tuple[LineageEntry, ...])


def retain(folder: Path, table: TrainingTable, policy: ModelPolicy) -> Path:
    """Keep a table and the policy that a model was trained under, whole or not at all.

    Parameters
    ----------
    folder : Path
        Where: usually ``<state>/retained/<case>/<table digest>``. A table that is kept there already is left as it is,
        and the policy is added.
    table : TrainingTable
        The table.
    policy : ModelPolicy
        What was asked of the model: seed, margin and capacity shape what comes out.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        If it cannot be written.
    UntrustedError
        If another table is kept there, or the table does not have the digest that it says it has.
    """
    if digest_of(table) != table.digest:
        raise _untrusted("the table to keep does not have the digest that it says it has", "a table as it was built")
    if folder.is_dir() and any(folder.iterdir()):
        if read_retained(folder).digest != table.digest:
            raise _untrusted(f"{folder} keeps another table", "a folder of the table's own")
    else:
        with new_folder(folder) as draft:
            draft.path.chmod(0o700)
            _remove_left_over(draft.path, folder)
            _write_table(draft.path, table)
            read_retained(draft.path)  # what could not be read back must not be kept
    text = canonical(policy)
    path = folder / _POLICIES / f"{sha256(text)}.json"
    if not path.exists():
        with whole_file(path, private=True) as kept:
            kept.write_bytes(text)
    return folder


def read_retained(folder: Path) -> TrainingTable:
    """Read a table that was kept; it has the digest that it had, or there is an error.

    Raises
    ------
    RegistryError
        If it is not there, or a file is missing, cut short or damaged.
    UntrustedError
        If its rows or its definition are not those that were kept.
    """
    facts = _read_facts(folder)
    there = [*_FRAMES, *(name for name in _APART if f"{name}.parquet" in facts.files)]
    frames = {name: _read_frame(folder, name, facts) for name in there}
    try:
        columns, report, lineage = (
            _COLUMNS.validate_python(facts.columns),
            _REPORT.validate_python(facts.report),
            _LINEAGE.validate_python(facts.lineage),
        )
    except ValidationError:
        raise _damaged(folder / _FACTS, "does not describe a table") from None
    table = TrainingTable(
        case_name=facts.case_name,
        purpose=facts.purpose,
        task=facts.task,
        outcome_says=facts.outcome_says,
        horizon_days=facts.horizon_days,
        baseline=facts.baseline,
        harms=facts.harms,
        definition=facts.definition,
        definition_digest=facts.definition_digest,
        columns=columns,
        X=frames["X"],
        outcome=frames["outcome"].iloc[:, 0],
        audit=frames["audit"],
        spine=frames["spine"],
        report=report,
        lineage=lineage,
        digest=facts.digest,
        unit=facts.unit,
        strata=frames["strata"].iloc[:, 0] if "strata" in frames else None,
        totals_by=frames.get("totals_by"),
        selection=_selection(folder, frames, facts),
    )
    if digest_of(table) != facts.digest:
        raise _untrusted(f"the rows kept in {folder} are not those that the digest was taken of", "the table as built")
    if sha256(canonical(facts.definition)) != facts.definition_digest:
        raise _untrusted(f"the definition kept in {folder} is not the one that its digest was taken of", "as built")
    return table


def read_retained_policies(folder: Path) -> Mapping[str, ModelPolicy]:
    """Read the policies that models of a kept table were trained under, by the SHA-256 of each.

    Raises
    ------
    RegistryError
        If one cannot be read.
    UntrustedError
        If one was changed.
    """
    found = {}
    for path in sorted((folder / _POLICIES).glob("*.json")):
        data = _bytes_of(path)
        if sha256(data) != path.stem:
            raise _untrusted(f"{path} was changed since it was kept", "the policy that the model was trained under")
        try:
            found[path.stem] = ModelPolicy.model_validate_json(data)
        except ValidationError:
            raise _damaged(path, "is no policy of this version of riskmodels") from None
    return found


def _frames_of(table: TrainingTable) -> dict[str, pd.DataFrame]:
    """Give everything of a table that has rows."""
    frames = {"X": table.X, "outcome": table.outcome.to_frame(), "audit": table.audit, "spine": table.spine}
    if table.strata is not None:
        frames["strata"] = table.strata.to_frame()
    if table.totals_by is not None:
        frames["totals_by"] = table.totals_by
    if table.selection is not None:
        seen = table.selection
        frames["looks"] = pd.DataFrame({"at_random": seen.at_random, "looked_on": seen.looked_on})
        frames["others"], frames["others_spine"] = seen.others, seen.others_spine
    return frames


def _selection(folder: Path, frames: Mapping[str, pd.DataFrame], facts: _Facts) -> Selection | None:
    said = facts.selection
    if said is None:
        return None
    if not {"looks", "others", "others_spine"} <= frames.keys():
        raise _damaged(folder / _FACTS, "speaks of looks that are not there")
    looks = frames["looks"]
    return Selection(
        at_random=looks["at_random"].to_numpy(dtype=bool),
        looked_on=looks["looked_on"].to_numpy().astype("datetime64[D]"),
        others=frames["others"],
        others_spine=frames["others_spine"],
        weighed=said.weighed,
        propensity_roc_auc=said.propensity_roc_auc,
        trimmed_share=said.trimmed_share,
        effective_rows=said.effective_rows,
    )


def _selection_facts(seen: Selection | None) -> _SelectionFacts | None:
    if seen is None:
        return None
    return _SelectionFacts(
        weighed=seen.weighed,
        propensity_roc_auc=seen.propensity_roc_auc,
        trimmed_share=seen.trimmed_share,
        effective_rows=seen.effective_rows,
    )


def _write_table(folder: Path, table: TrainingTable) -> None:
    files = {}
    frames = _frames_of(table)
    for name, frame in frames.items():
        path = folder / f"{name}.parquet"
        with _private(path) as file:
            pq.write_table(_as_arrow(frame), file)
        files[path.name] = sha256(path.read_bytes())
    facts = _Facts(
        case_name=table.case_name,
        purpose=table.purpose,
        task=table.task,
        outcome_says=table.outcome_says,
        horizon_days=table.horizon_days,
        baseline=table.baseline,
        harms=table.harms,
        definition=dict(table.definition),
        definition_digest=table.definition_digest,
        digest=table.digest,
        files=files,
        columns=_COLUMNS.dump_python(table.columns, mode="json"),
        report=_REPORT.dump_python(table.report, mode="json"),
        lineage=_LINEAGE.dump_python(table.lineage, mode="json"),
        unit=table.unit,
        selection=_selection_facts(table.selection),
    )
    with _private(folder / _FACTS) as file:
        file.write(canonical(facts))


def _private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _as_arrow(frame: pd.DataFrame) -> pa.Table:
    """Hand a frame to Arrow without turning what is not a number into nothing: the bits are part of the digest."""
    arrays = {}
    for name in frame.columns:
        values = frame[name]
        plain = isinstance(values.dtype, np.dtype) and values.dtype.kind in "biufM"
        arrays[str(name)] = pa.array(values.to_numpy(), from_pandas=False) if plain else pa.array(values.astype(str))
    rows = {"rows": str(len(frame))}
    return pa.table(arrays).replace_schema_metadata(rows) if arrays else pa.table({"": pa.nulls(len(frame))})


def _read_frame(folder: Path, name: str, facts: _Facts) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    data = _bytes_of(path)
    if sha256(data) != facts.files.get(path.name):
        raise _damaged(path, "was cut short or changed")
    try:
        arrow = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        raise _damaged(path, "is not Parquet") from None
    if arrow.column_names == [""]:
        return pd.DataFrame(index=pd.RangeIndex(arrow.num_rows))
    return pd.DataFrame({one: arrow[one].to_pandas() for one in arrow.column_names})


def _read_facts(folder: Path) -> _Facts:
    if not folder.is_dir():
        raise RegistryError(
            f"nothing is kept at {folder}",
            expected="the inputs that riskmodels kept when the model was trained",
            next_step="Do this where the model was trained, or have the folder brought here on an encrypted disk.",
            who="the data scientist who trained the model",
        )
    path = folder / _FACTS
    try:
        return _Facts.model_validate(json.loads(_bytes_of(path)))
    except (ValueError, RecursionError):
        raise _damaged(path, "does not describe a table") from None


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _damaged(path, "is missing") from None
    except OSError as error:
        raise _damaged(path, f"cannot be read: {(error.strerror or type(error).__name__).lower()}") from None


def _remove_left_over(draft: Path, folder: Path) -> None:
    """Remove drafts of the same table that a killed run left behind a day or more before: they hold people's data."""
    now = draft.stat().st_mtime
    for left in folder.parent.glob(f".{folder.name}-*"):
        with contextlib.suppress(OSError):  # it is another run's, which has just finished
            if now - left.stat().st_mtime > _A_DAY:
                shutil.rmtree(left)


def _damaged(path: Path, why: str) -> RegistryError:
    return RegistryError(
        f"{path} {why}",
        expected="the inputs as they were kept",
        next_step="Bring the folder back from a backup. The model cannot be made again without it.",
        who="whoever looks after the workspace's machine",
    )


def _untrusted(found: str, expected: str) -> UntrustedError:
    return UntrustedError(
        found,
        expected=expected,
        next_step="Do not say that the model was made again. Find out who changed the inputs.",
        who="the data scientist who trained the model",
    )
