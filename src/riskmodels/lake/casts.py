"""How a column as found becomes the column as declared: which types will do, and the SQL that casts them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.types as is_type

from riskmodels.errors import ExtractUnreadable
from riskmodels.lake.contracts import ColumnSpec
from riskmodels.lake.sources import ExtractFiles
from riskmodels.lake.sql import quoted

__all__ = ["SQL_TYPES", "TYPE_FAULTS", "typed"]

SQL_TYPES = {
    "key": "VARCHAR",
    "text": "VARCHAR",
    "money": "DECIMAL(12,2)",
    "whole": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "day": "DATE",
    "moment": "TIMESTAMP",
}

# What a cell that cannot be cast is called, in quality reports and quarantine files.
TYPE_FAULTS = {
    "key": "not a text",
    "text": "not a text",
    "money": "not an amount of money",
    "whole": "not a whole number",
    "number": "not a number",
    "flag": "not true or false",
    "day": "not a date",
    "moment": "not a date and time",
}

_EXPECTED = {
    "key": "text or whole numbers",
    "text": "text",
    "money": "DECIMAL(12,2), another decimal, whole numbers or double",
    "whole": "whole numbers",
    "number": "double, decimal or whole numbers",
    "flag": "boolean",
    "day": "a date, or a timestamp",
    "moment": "a timestamp, or a date",
}

# Texts: a cast alone would take "1.6" for 2, "epoch" for a day, and the offset of a zone for nothing.
_WHOLE = r"\s*[+-]?[0-9]+\s*"
_DATED = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?"
_ZONED = r".*:.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)"


def typed(spec: ColumnSpec, files: ExtractFiles) -> tuple[str, bool]:
    """Write the SQL that gives a column its declared type, null where a cell cannot have it.

    Returns
    -------
    tuple of (str, bool)
        The SQL, and whether a cell that is not null can come out null: then it is a bad one.
    """
    name = quoted(spec.name)
    if spec.name in files.as_text:
        return _from_text(spec, name)
    found = _plain(files.columns[spec.name])
    if not _will_do(spec, found):
        raise ExtractUnreadable(
            f"column {spec.name!r} of {files.place} is of type {found}",
            expected=f"{_EXPECTED[spec.kind]}, as the contract declares ({spec.kind})",
            next_step="Write the column with the declared type, or correct the contract in features/extracts.py.",
            who="the owner of the extract",
        )
    return _from_type(spec, name, found)


def _plain(found: pa.DataType) -> pa.DataType:
    return found.value_type if is_type.is_dictionary(found) else found


def _is_text(found: pa.DataType) -> bool:
    return bool(is_type.is_string(found) or is_type.is_large_string(found) or is_type.is_string_view(found))


def _will_do(spec: ColumnSpec, found: pa.DataType) -> bool:
    whole = is_type.is_integer(found) or (is_type.is_decimal(found) and found.scale == 0)
    number = whole or is_type.is_decimal(found) or is_type.is_floating(found)
    calendar = is_type.is_date(found) or is_type.is_timestamp(found)
    will_do = {
        "key": _is_text(found) or is_type.is_integer(found),
        "text": _is_text(found),
        "money": number,
        "whole": whole,
        "number": number,
        "flag": is_type.is_boolean(found),
        "day": calendar,
        "moment": calendar,
    }
    return is_type.is_null(found) or bool(will_do[spec.kind])


def _from_text(spec: ColumnSpec, name: str) -> tuple[str, bool]:
    wanted = SQL_TYPES[spec.kind]
    if spec.kind in ("key", "text"):
        return f"CAST({name} AS VARCHAR)", False
    if spec.kind in ("day", "moment"):
        zoned = f"TRY_CAST({name} AS TIMESTAMPTZ) AT TIME ZONE 'Europe/London'"
        moment = f"CASE WHEN regexp_full_match({name}, '{_ZONED}') THEN {zoned} ELSE TRY_CAST({name} AS TIMESTAMP) END"
        return f"CASE WHEN regexp_full_match({name}, '{_DATED}') THEN CAST({moment} AS {wanted}) END", True
    if spec.kind == "whole":
        return f"CASE WHEN regexp_full_match({name}, '{_WHOLE}') THEN TRY_CAST({name} AS {wanted}) END", True
    if spec.kind == "number":
        return _finite(f"TRY_CAST({name} AS DOUBLE)"), True
    return f"TRY_CAST({name} AS {wanted})", True


def _from_type(spec: ColumnSpec, name: str, found: pa.DataType) -> tuple[str, bool]:
    wanted = SQL_TYPES[spec.kind]
    if is_type.is_null(found):
        return f"CAST(NULL AS {wanted})", False
    if spec.kind in ("day", "moment"):
        zoned = is_type.is_timestamp(found) and found.tz is not None
        moment = f"(CAST({name} AS TIMESTAMPTZ) AT TIME ZONE 'Europe/London')" if zoned else name
        return _finite(f"TRY_CAST({moment} AS {wanted})"), True
    if spec.kind == "number":
        return _finite(f"CAST({name} AS DOUBLE)"), True
    if is_type.is_floating(found):  # asked for by name: a file's least and greatest leave out what is not a number
        return f"CASE WHEN isfinite({name}) THEN TRY_CAST({name} AS {wanted}) END", True
    return f"TRY_CAST({name} AS {wanted})", spec.kind in ("money", "whole")


def _finite(sql: str) -> str:
    """Take endless dates and numbers, and what is not a number, for cells that cannot be read."""
    return f"CASE WHEN isfinite({sql}) THEN {sql} END"
