from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from riskmodels.errors import ExtractUnreadable
from riskmodels.lake import Day, Extract, Flag, Lake, Moment, Money, Number, Text, Whole, column, events
from tests.lakes import SECRET
from tests.unit.lake.examples import INDEX

at = datetime.datetime.fromisoformat
day = datetime.date.fromisoformat


class Sorts(
    Extract, source=INDEX, folder="sorts", row=("place",), history=events("on", known_after="1 day"), tolerance=1
):
    """One column of each type."""

    place: Whole = column("Row")
    on: Day = column("Day")
    text: Text = column("Text", nullable=True)
    money: Money = column("Money", nullable=True)
    whole: Whole = column("Whole", nullable=True)
    number: Number = column("Number", nullable=True)
    flag: Flag = column("Flag", nullable=True)
    day: Day = column("Day", nullable=True)
    moment: Moment = column("Moment", nullable=True)


EMPTY = {
    "text": pa.string(),
    "money": pa.decimal128(12, 2),
    "whole": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "day": pa.date32(),
    "moment": pa.timestamp("us"),
}


def read(folder: Path, name: str, cells: pa.Array, *, as_csv: bool = False) -> tuple[list[Any], dict[str, int]]:
    """Read a column whose cells are found in this type: the cells of rows that are kept, and the rules broken."""
    rows = len(cells)
    columns = {other: pa.nulls(rows, kind) for other, kind in EMPTY.items()}
    table = pa.table({"place": range(rows), "on": [day("2024-01-01")] * rows, **columns, name: cells})
    (folder / "sorts").mkdir()
    if as_csv:
        pa.csv.write_csv(table, folder / "sorts" / "all.csv")
    else:
        pq.write_table(table, folder / "sorts" / "all.parquet")
    with Lake.open(folder, [Sorts], pseudonym_key=SECRET, threads=1) as lake:
        kept = lake.query(f"select {name} from {lake.prepare(Sorts)} order by place").column(name)
        return kept.to_pylist(), dict(lake.quality([Sorts]).extracts[0].quarantined)


LONDON_SUMMER = pa.array([at("2024-07-01 09:00+00:00"), at("2024-01-01 23:30+00:00")], pa.timestamp("us", "UTC"))
FITS = [
    ("text", pa.array(["a", None], pa.large_string()), ["a", None]),
    ("text", pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    ("money", pa.array([1, -2], pa.int32()), [Decimal("1.00"), Decimal("-2.00")]),
    ("money", pa.array([1.125, -0.004, 2.675]), [Decimal("1.13"), Decimal("0.00"), Decimal("2.68")]),
    ("money", pa.array([Decimal("1.2345")], pa.decimal128(19, 4)), [Decimal("1.23")]),
    ("whole", pa.array([1, 255], pa.uint8()), [1, 255]),
    ("whole", pa.array([Decimal(12)], pa.decimal128(38, 0)), [12]),
    ("number", pa.array([3, None], pa.int16()), [3.0, None]),
    ("number", pa.array([0.5], pa.float32()), [0.5]),
    ("number", pa.array([Decimal("0.25")], pa.decimal128(5, 2)), [0.25]),
    ("day", pa.array([day("2024-02-29")], pa.date64()), [day("2024-02-29")]),
    ("day", pa.array([at("2024-02-29 00:00"), at("2024-02-29 13:00")], pa.timestamp("ns")), [day("2024-02-29")] * 2),
    ("day", LONDON_SUMMER, [day("2024-07-01"), day("2024-01-01")]),
    ("day", pa.array([at("2024-06-30 23:30+00:00")], pa.timestamp("us", "UTC")), [day("2024-07-01")]),
    ("moment", pa.array([day("2024-02-29")]), [at("2024-02-29 00:00")]),
    ("moment", pa.array([at("2024-02-29 01:02:03")], pa.timestamp("s")), [at("2024-02-29 01:02:03")]),
    ("moment", LONDON_SUMMER, [at("2024-07-01 10:00"), at("2024-01-01 23:30")]),
    ("moment", pa.nulls(2), [None, None]),
    ("money", pa.nulls(1), [None]),
]


@pytest.mark.parametrize(
    ("name", "cells", "expected"), FITS, ids=[f"{cells.type} as {name}" for name, cells, _ in FITS]
)
def test_a_type_that_loses_nothing_is_taken(tmp_path: Path, name: str, cells: pa.Array, expected: list[Any]) -> None:
    assert (expected, {}) == read(tmp_path, name, cells)


MISFITS = [
    ("text", pa.array([1])),
    ("money", pa.array(["1.00"])),
    ("money", pa.array([True])),
    ("whole", pa.array([1.0])),
    ("whole", pa.array([Decimal("1.5")])),
    ("number", pa.array(["1.5"])),
    ("flag", pa.array(["true"])),
    ("flag", pa.array([1])),
    ("day", pa.array(["2024-01-01"])),
    ("day", pa.array([20240101])),
    ("moment", pa.array([1704067200])),
    ("moment", pa.array([datetime.time(1)])),
]


@pytest.mark.parametrize(("name", "cells"), MISFITS, ids=[f"{cells.type} as {name}" for name, cells in MISFITS])
def test_another_type_is_refused_with_what_was_found_and_expected(tmp_path: Path, name: str, cells: pa.Array) -> None:
    with pytest.raises(ExtractUnreadable) as caught:
        read(tmp_path, name, cells)
    assert f"column '{name}' of {tmp_path}/sorts is of type {cells.type}" == caught.value.found
    assert f"({name})" in caught.value.expected


TOO_LARGE = [
    ("money", pa.array([1e10, 1.0]), [Decimal("1.00")], "not an amount of money"),
    ("money", pa.array([float("nan"), 1.0]), [Decimal("1.00")], "not an amount of money"),
    ("whole", pa.array([2**63, 1], pa.uint64()), [1], "not a whole number"),
    ("number", pa.array([float("inf"), float("nan"), 1.0]), [1.0], "not a number"),
]


@pytest.mark.parametrize(("name", "cells", "kept", "rule"), TOO_LARGE)
def test_a_cell_beyond_its_type_is_a_bad_row(
    tmp_path: Path, name: str, cells: pa.Array, kept: list[Any], rule: str
) -> None:
    assert (kept, {f"{name}: {rule}": len(cells) - len(kept)}) == read(tmp_path, name, cells)


TEXTS = [
    ("text", ["a", "NA", None, "null"], ["a", "NA", None, "null"], None),
    ("money", ["1.50", " 2 ", "£3", "1,000.00", "ten"], [Decimal("1.50"), Decimal("2.00")], "not an amount of money"),
    ("whole", ["12", "-3", "1.6", "0x1f", "1e3", "9223372036854775808"], [12, -3], "not a whole number"),
    ("number", ["1.5", "1e3", "nan", "inf", "x"], [1.5, 1000.0], "not a number"),
    ("flag", ["true", "False", "1", "0", "perhaps"], [True, False, True, False], "not true or false"),
    (
        "day",
        ["2024-02-29", "2024-02-29 10:00:00", "2024-06-30T23:30:00Z", "29/02/2024", "2023-02-29", "epoch", "infinity"],
        [day("2024-02-29"), day("2024-02-29"), day("2024-07-01")],
        "not a date",
    ),
    (
        "moment",
        ["2024-02-29", "2024-07-01T10:00:00", "2024-07-01T09:00:00Z", "2024-07-01 11:00:00+02:00", "today", "10:00"],
        [at("2024-02-29"), at("2024-07-01 10:00"), at("2024-07-01 10:00"), at("2024-07-01 10:00")],
        "not a date and time",
    ),
]


@pytest.mark.parametrize(("name", "cells", "kept", "rule"), TEXTS, ids=[text[0] for text in TEXTS])
def test_a_text_that_cannot_be_cast_is_a_bad_row(
    tmp_path: Path, name: str, cells: list[str | None], kept: list[Any], rule: str | None
) -> None:
    broken = {f"{name}: {rule}": len(cells) - len(kept)} if rule else {}
    assert (kept, broken) == read(tmp_path, name, pa.array(cells, pa.string()), as_csv=True)
