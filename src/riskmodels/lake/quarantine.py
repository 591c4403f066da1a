"""Bad rows, kept out and listed in a private file: pseudonyms of their keys, and the names of the rules they broke."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from riskmodels.errors import OutputError
from riskmodels.lake.contracts import Extract
from riskmodels.lake.places import names_a_place
from riskmodels.lake.pseudonyms import Pseudonyms
from riskmodels.lake.quality import rules_of
from riskmodels.lake.scan import Scan
from riskmodels.lake.sql import quoted

__all__ = ["bad_rows_sql", "quarantine_file", "write_quarantine"]

_DATED = ("day", "moment", "whole")


def quarantine_file(folder: Path, extract: type[Extract]) -> Path:
    """Name the private file that lists an extract's bad rows."""
    return folder / f"{extract.folder()}.parquet"


def bad_rows_sql(extract: type[Extract], scan: Scan, pseudonyms: Pseudonyms, staged: str) -> tuple[str, frozenset[str]]:
    """Write the query that gives, for each bad row, its key and its marks; and the kinds of key whose secret it needs.

    Of the row's key, keys come as pseudonyms (an area too: what stands in a bad row may be anything) and dates and
    whole numbers as they are; texts are left out.
    """
    shown: list[str] = []
    kinds: set[str] = set()
    for name in extract.row():
        spec = extract.columns()[name]
        if names_a_place(spec.key_of):
            shown.append(f"{pseudonyms.sql(quoted(name), spec.key_of or '')} AS {quoted(name)}")
            kinds.add(spec.key_of or "")
        elif spec.key_of or (spec.kind in _DATED and not spec.birth_date):
            shown.append(quoted(name))
    sql = f"SELECT {', '.join([*shown, *scan.marks])} FROM {staged} WHERE NOT ({scan.good}) ORDER BY ALL"
    return sql, frozenset(kinds)


def write_quarantine(folder: Path, extract: type[Extract], scan: Scan, bad: pa.Table) -> None:
    """Write the private file of an extract's bad rows whole or not at all; without any, an older file is removed.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    path = quarantine_file(folder, extract)
    marks = bad.select(list(scan.marks)).to_pylist()
    table = bad.drop_columns(list(scan.marks)).append_column(
        "rules_broken", pa.array([list(rules_of(mark, scan)) for mark in marks], pa.list_(pa.string()))
    )
    try:
        if bad.num_rows:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(path, table)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        fault = OutputError(
            f"the quarantine file {path} cannot be written ({type(error).__name__})",
            expected="a private folder with room in it that this user may write to",
            next_step="Free disk space, or give the right to write there.",
            who="whoever runs the machine",
        )
    else:
        return
    raise fault


def _write_whole(path: Path, table: pa.Table) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            pq.write_table(table, file)
        Path(draft).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(draft).unlink()
        raise
