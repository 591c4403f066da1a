"""Columns of whole numbers, turned into Parquet files that are the same byte for byte every time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from riskmodels.lake.demo.arrays import Flags, Ints
from riskmodels.lake.demo.forms import Codes, Constant, Form, Key
from riskmodels.lake.demo.journal import NULL, Rows

__all__ = ["NOT_IN_LIST", "arrow_table", "save_table"]

NOT_IN_LIST = "CODE NOT IN LIST"
_SOURCE_TYPES = {"pence": pa.decimal128(12, 2), "day": pa.date32(), "moment": pa.timestamp("us")}


def arrow_table(rows: Rows, forms: Mapping[str, Form]) -> pa.Table:
    """Turn noted rows into an Arrow table in the forms of an extract."""
    length = len(next(iter(rows.values())))
    columns = {}
    for name, form in forms.items():
        if isinstance(form, Constant):
            indices = pa.array(np.zeros(length, dtype=np.int32))
            columns[name] = pa.DictionaryArray.from_arrays(indices, pa.array([form.text]))
        else:
            columns[name] = _column(rows[name], form)
    return pa.table(columns)


def save_table(table: pa.Table, file: Path) -> None:
    """Write a table with fixed settings; nothing in the file depends on when or where it was written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unique = {name for name in table.column_names if pa.types.is_string(table.schema.field(name).type)}
    pq.write_table(
        table,
        file,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in table.column_names if name not in unique],
        store_schema=False,
        row_group_size=250_000,
        data_page_version="1.0",
        version="2.6",
    )


def _column(values: Ints, form: Form) -> pa.Array:
    empty = values == NULL
    if isinstance(form, Key):
        return _keys(values, empty, form)
    if isinstance(form, Codes):
        indices = pa.array(np.where(empty, 0, values).astype(np.int32), mask=empty)
        return pa.DictionaryArray.from_arrays(indices, pa.array([*form.values, NOT_IN_LIST]))
    filled = np.where(empty, 0, values)
    if form == "pence":
        return _decimals(filled, empty)
    if form == "day":
        return pa.array(filled.astype(np.int32), mask=empty).cast(pa.date32())
    if form == "moment":
        return pa.array(filled, mask=empty).cast(pa.timestamp("us"))
    if form == "flag":
        return pa.array(filled.astype(np.bool_), mask=empty)
    if form == "millionths":
        return pa.array(filled / 1_000_000.0, mask=empty)
    return pa.array(filled, mask=empty)


def _decimals(pence: Ints, empty: Flags) -> pa.Array:
    """Lay pence out as 16-byte decimals with two places, without going through text."""
    wide = np.empty((len(pence), 2), dtype="<i8")
    wide[:, 0] = pence
    wide[:, 1] = pence >> 63
    bits = pa.py_buffer(np.packbits(~empty, bitorder="little").tobytes()) if empty.any() else None
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(pence), [bits, pa.py_buffer(wide)])


def _keys(numbers: Ints, empty: Flags, form: Key) -> pa.Array:
    """Spell references; those that come again and again are spelt once."""
    distinct, place = np.unique(numbers, return_inverse=True)
    if len(distinct) > 0.8 * len(numbers):
        return _spelt(np.where(empty, 0, numbers), empty, form)
    lacks = distinct == NULL
    spelt = _spelt(np.where(lacks, 0, distinct), np.zeros(len(distinct), dtype=np.bool_), form)
    return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32), mask=empty), spelt)


def _spelt(numbers: Ints, empty: Flags, form: Key) -> pa.Array:
    prefix = np.frombuffer(form.prefix.encode(), dtype=np.uint8)
    size = len(prefix) + form.width
    text = np.empty((len(numbers), size), dtype=np.uint8)
    text[:, : len(prefix)] = prefix
    left = numbers
    for place in range(size - 1, len(prefix) - 1, -1):
        left, digit = np.divmod(left, 10)
        text[:, place] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * size
    bits = pa.py_buffer(np.packbits(~empty, bitorder="little").tobytes()) if empty.any() else None
    return pa.Array.from_buffers(pa.string(), len(numbers), [bits, pa.py_buffer(offsets), pa.py_buffer(text)])
