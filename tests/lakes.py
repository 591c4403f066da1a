"""Lakes for tests: rows written as tables that people read, laid down as Parquet where a lake can be opened."""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from riskmodels.lake import Extract, Lake

SECRET = bytes(range(32))
Row = dict[str, Any]

_ARROW = {
    "key": pa.string(),
    "text": pa.string(),
    "money": pa.decimal128(12, 2),
    "whole": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "day": pa.date32(),
    "moment": pa.timestamp("us"),
}


def pseudonym(text: str, kind: str = "tenancy") -> int:
    """Give the number that stands for a key once the lake has read it."""
    digest = hmac.new(SECRET, f"{kind}:{text}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def moment(text: str | datetime.date | datetime.datetime) -> datetime.datetime:
    """Read ``2024-02-01`` or ``2024-02-01 09:30`` as a moment; a day begins at midnight."""
    if isinstance(text, datetime.datetime):
        return text
    if isinstance(text, datetime.date):
        return datetime.datetime.combine(text, datetime.time())
    return datetime.datetime.fromisoformat(text)


def written(text: str) -> list[dict[str, str]]:
    """Read a table drawn with bars: a heading, then a line for each row; an empty cell stays empty."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heading, *body = cells
    for line in body:
        if len(line) != len(heading):
            raise ValueError(f"a line has {len(line)} cells and the heading {len(heading)}: {line}")
    return [dict(zip(heading, line, strict=True)) for line in body]


def typed(extract: type[Extract], cells: Iterable[Mapping[str, str]]) -> list[Row]:
    """Turn written cells into the values that the contract declares, filling what the table does not mention."""
    return [_row(extract, dict(line), place) for place, line in enumerate(cells)]


def _row(extract: type[Extract], cells: dict[str, str], place: int) -> Row:
    history, columns = extract.history(), extract.columns()
    unknown = cells.keys() - columns.keys()
    if unknown:
        raise ValueError(f"{extract.__name__} has no column {', '.join(sorted(unknown))}")
    row = {name: _value(spec.kind, cells[name]) for name, spec in columns.items() if name in cells}
    if row.get(history.event_time) is None:
        row[history.event_time] = datetime.date(2020, 1, 1)
    for name, spec in columns.items():
        if name in row:
            continue
        if name == history.known_time:
            # Not said: known as soon as it happened.
            known = moment(row[history.event_time])
            row[name] = known.date() if spec.kind == "day" else known
        elif spec.nullable:
            row[name] = None
        elif spec.values:
            row[name] = spec.values[0]
        else:
            row[name] = _plain(extract, spec.kind, place)
    return row


def _plain(extract: type[Extract], kind: str, place: int) -> Any:
    return {"key": f"{extract.folder()}-{place}", "flag": False, "number": 1.0, "text": "x", "whole": 1}.get(
        kind, Decimal(1)
    )


def _value(kind: str, text: str) -> Any:
    if text == "":
        return None
    return {
        "money": Decimal,
        "whole": int,
        "number": float,
        "flag": {"yes": True, "no": False}.get,
        "day": datetime.date.fromisoformat,
        "moment": datetime.datetime.fromisoformat,
    }.get(kind, str)(text)


def arrow(extract: type[Extract], rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Make an Arrow table of the types that the contract declares."""
    schema = pa.schema([(name, _ARROW[spec.kind]) for name, spec in extract.columns().items()])
    return pa.Table.from_pylist(list(rows), schema=schema)


def lay(folder: Path, rows: Mapping[type[Extract], Iterable[Mapping[str, Any]]]) -> None:
    """Write each extract's rows as one Parquet file below its folder."""
    for extract, given in rows.items():
        place = folder / extract.folder()
        place.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(arrow(extract, given), place / "part-0.parquet")


def open_lake(folder: Path, contracts: Mapping[str, type[Extract]], **options: Any) -> Lake:
    """Open a laid lake with the tests' secret; one thread unless told otherwise, so that many may be opened."""
    return Lake.open(str(folder), contracts, pseudonym_key=SECRET, **{"threads": 1, "memory_gb": 1.0, **options})


def spine(pairs: Iterable[tuple[str, str | datetime.date]]) -> pa.Table:
    """Ask about tenancies at moments: what a build is handed."""
    asked = list(pairs)
    return pa.table(
        {
            "entity": pa.array([pseudonym(entity) for entity, _ in asked], pa.int64()),
            "as_of": pa.array([moment(as_of) for _, as_of in asked], pa.timestamp("us")),
        }
    )
