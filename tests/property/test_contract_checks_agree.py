"""The declared checks, compiled to SQL and to pandera, keep exactly the same rows, and read the same codes."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pandera.errors
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.lake import (
    Day,
    Extract,
    Flag,
    Lake,
    Moment,
    Money,
    Number,
    Source,
    Text,
    Whole,
    birth_date,
    column,
    events,
    key,
    ordered,
    together,
)

SOURCE = Source("Test", "Tester", "Test", "None", "None", ("testing",), "None")
at = datetime.datetime.fromisoformat
NAN, INF = float("nan"), float("inf")
CODES = ("one", "two's", 'three "3"', "four\n")


class Everything(
    Extract,
    source=SOURCE,
    folder="everything",
    row=("number",),
    history=events("happened_on", known_time="loaded_at"),
    rules=[
        ordered("happened_on", "ended_on"),
        ordered("least", "most"),
        ordered("loaded_at", "left_at"),
        together("any_number", "form"),
        together("ended_on", "renamed_code"),
    ],
    tolerance=1.0,
):
    """A contract with every kind of column and every kind of rule."""

    number: Whole = column("Number of the row")
    person: Text = key("person", "A key", nullable=True, pattern="[0-9a-c]{1,3}|x.?")
    area: Text = key("area", "A place", pattern=r"\d\w*")
    code: Text = column("A code", values=CODES)
    maybe_code: Text = column("A code, or none", nullable=True, values=CODES)
    renamed_code: Text = column(
        "A code, some renamed", nullable=True, values=CODES, mapped={"it's one": "one", "2": "four\n"}
    )
    mended_code: Text = column(
        "A code, or invalid", nullable=True, values=CODES, mapped={"1": "one"}, otherwise="Invalid"
    )
    form: Text = column("A form", nullable=True, pattern=r"a|b+c?")
    pounds: Money = column("Money", ge=0, le=Decimal("1000.50"))
    most_pounds: Money = column("Money up to a fraction", nullable=True, le=99.995)
    least: Number = column("Number", nullable=True, ge=-1.5, le=0.1)
    most: Number = column("Number without bounds", nullable=True)
    any_number: Number = column("Number without bounds and rules", nullable=True)
    whole: Whole = column("Whole", nullable=True, ge=-2, le=2.5)
    flag: Flag = column("Flag")
    happened_on: Day = column("Day, which as a clock is never empty", nullable=True, ge=datetime.date(2000, 1, 1))
    ended_on: Day = column("Day", nullable=True, le=datetime.date(2030, 1, 1))
    born_on: Day = birth_date("Birth date", nullable=True)
    loaded_at: Moment = column("Moment")
    left_at: Moment = column("Moment", nullable=True, ge=at("2001-01-01"), le=at("2030-01-01 12:00:00"))


TYPES = {
    "text": pa.string(),
    "key": pa.string(),
    "money": pa.decimal128(12, 2),
    "number": pa.float64(),
    "whole": pa.int64(),
    "flag": pa.bool_(),
    "day": pa.date32(),
    "moment": pa.timestamp("us"),
}

# Cells at and around each rule's edge, by column.
EDGES: dict[str, list[Any]] = {
    "person": ["", "a", "abc", "abcd", "x\n", "x", "xy", "٣", "x\ny", None],
    "area": ["7", "7a", "7é", "٣", "7\n", "7 ", "", None],
    "code": [*CODES, "four", "ONE", None],
    "maybe_code": [*CODES, "x", None],
    "renamed_code": [*CODES, "it's one", "2", "Invalid", "ONE", "", None],
    "mended_code": [*CODES, "1", "2", "Invalid", "ONE", "", None],
    "form": ["a", "bc", "b", "bbbc", "a\n", "ab", "", None],
    "pounds": [Decimal("0.00"), Decimal("-0.01"), Decimal("1000.50"), Decimal("1000.51"), None],
    "most_pounds": [Decimal("99.99"), Decimal("100.00"), None],
    "least": [NAN, INF, -INF, 0.1, 0.1 + 2**-56, -1.5, -1.6, -0.0, None],
    "most": [NAN, INF, -INF, 0.05, 0.04, None],
    "any_number": [NAN, INF, -INF, 0.0, None],
    "whole": [-2, -3, 2, 3, 2**63 - 1, -(2**63), None],
    "flag": [None, False],
    "happened_on": [
        datetime.date(2000, 1, 1),
        datetime.date(1999, 12, 31),
        datetime.date(2012, 5, 1),
        datetime.date(2012, 5, 2),
        datetime.date(9999, 12, 31),
        datetime.date(1, 1, 1),
        None,
    ],
    "ended_on": [datetime.date(2030, 1, 1), datetime.date(2030, 1, 2), None],
    "born_on": [datetime.date(1900, 1, 1), datetime.date(1899, 12, 31), None],
    "loaded_at": [
        at("2011-05-02 03:04:05"),
        at("2011-05-02 03:04:06"),
        at("0001-01-01"),
        at("9999-12-31"),
        None,
    ],
    "left_at": [at("2030-01-01 12:00:00"), at("2030-01-01 12:00:01"), None],
}

BY_KIND: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=4),
    "key": st.text(max_size=4),
    "money": st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2),
    "number": st.floats(),
    "whole": st.integers(-(2**63), 2**63 - 1),
    "flag": st.booleans(),
    "day": st.dates(datetime.date(1890, 1, 1), datetime.date(2040, 1, 1)),
    "moment": st.datetimes(at("1950-01-01"), at("2040-01-01")),
}

# Rows that break nothing; one or two of their cells are then changed.
SOUND: dict[str, Any] = {
    "person": "1a",
    "area": "7a",
    "code": "one",
    "maybe_code": "two's",
    "renamed_code": "it's one",
    "mended_code": "1",
    "form": "bc",
    "pounds": Decimal("12.30"),
    "most_pounds": Decimal("99.99"),
    "least": 0.05,
    "most": 0.5,
    "any_number": -1e300,
    "whole": 1,
    "flag": True,
    "happened_on": datetime.date(2010, 5, 1),
    "ended_on": datetime.date(2012, 5, 1),
    "born_on": datetime.date(1960, 2, 29),
    "loaded_at": at("2010-05-02 03:04:05"),
    "left_at": at("2011-05-02 03:04:05"),
}


@st.composite
def some_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(1, 10))):
        changed = draw(st.lists(st.sampled_from(sorted(SOUND)), max_size=2, unique=True))
        kinds = {name: Everything.columns()[name].kind for name in changed}
        found.append(
            SOUND | {name: draw(st.one_of(st.sampled_from(EDGES[name]), BY_KIND[kind])) for name, kind in kinds.items()}
        )
    return found


def table_of(found: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([(name, TYPES[spec.kind]) for name, spec in Everything.columns().items()])
    return pa.Table.from_pylist([{"number": number, **row} for number, row in enumerate(found)], schema=schema)


Kept = dict[int, tuple[str | None, str | None]]  # number of the row, and what its two codes were read as


def kept_by_pandera(table: pa.Table) -> Kept:
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    try:
        read = Everything.schema().validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        index = errors.failure_cases["index"]
        assert index.notna().all(), "a check failed for the whole frame, not for a row"
        read = frame.drop(index=list(set(index)))
        read = Everything.schema().validate(read) if len(read) else read
    return kept(pa.Table.from_pandas(read))


def kept_by_sql(table: pa.Table) -> Kept:
    with TemporaryDirectory() as folder:
        (Path(folder) / "everything").mkdir()
        pq.write_table(table, Path(folder) / "everything" / "rows.parquet")
        with Lake.open(folder, [Everything], pseudonym_key=b"k" * 32, threads=1) as lake:
            name = lake.prepare(Everything)
            return kept(lake.query(f"select number, renamed_code, mended_code from {name}"))


def kept(table: pa.Table) -> Kept:
    columns = [table.column(name).to_pylist() for name in ("number", "renamed_code", "mended_code")]
    return {number: (renamed, mended) for number, renamed, mended in zip(*columns, strict=True)}


@settings(max_examples=60, deadline=None)
@given(some_rows())
def test_sql_keeps_exactly_the_rows_that_pandera_keeps(found: list[dict[str, Any]]) -> None:
    table = table_of(found)
    assert kept_by_pandera(table) == kept_by_sql(table)


def test_sql_and_pandera_agree_at_the_edge_of_every_rule() -> None:
    table = table_of([SOUND | {name: cell} for name, cells in EDGES.items() for cell in cells])
    kept = kept_by_pandera(table)
    assert kept == kept_by_sql(table)
    assert 0 < len(kept) < table.num_rows


def test_a_row_with_every_cell_sound_is_kept() -> None:
    assert {0: ("one", "one")} == kept_by_sql(table_of([SOUND]))
