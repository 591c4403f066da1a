from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from riskmodels.errors import ScoringError
from riskmodels.registry.bundles.bundle_parts import InputColumn
from riskmodels.scoring.inputs import flags, from_arrow, from_mapping, from_pandas

SECRET = 73.125


def column(name: str, **changes: Any) -> InputColumn:
    held: dict[str, Any] = {
        "name": name,
        "feature": name,
        "says": name,
        "unit": None,
        "family": name,
        "kind": "number",
        "category": None,
        "monotone": None,
        "least": 0.0,
        "most": 100.0,
        "range_from": "seen",
        "may_be_missing": True,
    }
    return InputColumn(**held | changes)


COLUMNS = (column("arrears"), column("paid"), column("flag", least=0.0, most=1.0, may_be_missing=False))


def right(rows: int = 3) -> dict[str, Any]:
    return {"arrears": [SECRET] * rows, "paid": [None] + [2] * (rows - 1), "flag": [True] + [False] * (rows - 1)}


def as_pandas(data: dict[str, Any]) -> Any:
    return from_pandas(pd.DataFrame({name: pd.Series(held) for name, held in data.items()}), COLUMNS)


def as_arrow(data: dict[str, Any]) -> Any:
    return from_arrow(pa.table(data), COLUMNS)


def as_mapping(data: dict[str, Any]) -> Any:
    return from_mapping({name: held[0] for name, held in data.items()}, COLUMNS)


WAYS = pytest.mark.parametrize("way", [as_pandas, as_arrow, as_mapping])
FRAMES = pytest.mark.parametrize("way", [as_pandas, as_arrow])


@WAYS
def test_columns_come_in_the_contract_s_order_with_gaps_as_not_a_number(way: Callable[..., Any]) -> None:
    data = right()
    found = way({name: data[name] for name in ("flag", "paid", "arrears")})
    assert np.float64 == found.dtype
    assert np.array_equal([SECRET, np.nan, 1.0], found[0], equal_nan=True)


def test_what_pandas_and_arrow_call_numbers_are_numbers() -> None:
    frame = pd.DataFrame(
        {
            "arrears": pd.array([1, None], dtype="Int64"),
            "paid": np.array([1, 2], dtype=np.uint8),
            "flag": pd.array([True, None], dtype="boolean"),
        }
    )
    assert np.array_equal([[1, 1, 1], [np.nan, 2, np.nan]], from_pandas(frame, COLUMNS), equal_nan=True)
    table = pa.table(
        {
            "arrears": pa.array([Decimal("1.25"), None], pa.decimal128(9, 2)),
            "paid": pa.array([None, None], pa.null()),
            "flag": pa.chunked_array([pa.array([True]), pa.array([None], pa.bool_())]),
        }
    )
    expected = [[1.25, np.nan, 1], [np.nan, np.nan, np.nan]]
    assert np.array_equal(expected, from_arrow(table, COLUMNS), equal_nan=True)


@WAYS
def test_all_that_is_wrong_is_said_at_once_by_column_and_rule(way: Callable[..., Any]) -> None:
    data = {"arrears": ["S"] * 3, "pid": [1.0] * 3, "flag": [np.inf] * 3}
    with pytest.raises(ScoringError) as caught:
        way(data)
    assert "4 columns" in caught.value.found
    assert "arrears does not hold numbers: its type is" in caught.value.found
    assert "paid is missing" in caught.value.found
    assert "pid is not a column of the model; did you mean 'paid'?" in caught.value.found
    assert "flag holds infinite values" in caught.value.found


BAD: tuple[Any, ...] = ("MRS SMITH", datetime.date(1950, 3, 4), "73.125", b"73")


@WAYS
@pytest.mark.parametrize("value", BAD, ids=lambda value: type(value).__name__)
def test_what_is_no_number_is_never_read_as_one_nor_shown(way: Callable[..., Any], value: Any) -> None:
    with pytest.raises(ScoringError, match="paid does not hold numbers") as caught:
        way({**right(), "paid": [value] * 3})
    said = str(caught.value)
    assert not any(part in said for part in ("SMITH", "1950", "73", str(SECRET)))


@FRAMES
def test_one_infinite_value_in_many_is_found_and_not_shown(way: Callable[..., Any]) -> None:
    data = right(1000)
    data["arrears"][777] = -np.inf
    with pytest.raises(
        ScoringError, match="1 column of the 1,000 rows cannot be scored: arrears holds infinite"
    ) as caught:
        way(data)
    assert str(SECRET) not in str(caught.value)


def test_a_column_that_is_there_twice_is_refused() -> None:
    frame = pd.DataFrame([[1.0, 2.0, 0.0, 9.0]], columns=["arrears", "paid", "flag", "paid"])
    with pytest.raises(ScoringError, match="1 column of the 1 rows cannot be scored: paid is there more than once"):
        from_pandas(frame, COLUMNS)
    table = pa.Table.from_arrays([pa.array([1.0])] * 4, names=["arrears", "paid", "flag", "flag"])
    with pytest.raises(ScoringError, match="flag is there more than once"):
        from_arrow(table, COLUMNS)


def test_complex_numbers_and_dates_are_no_numbers() -> None:
    frame = pd.DataFrame({"arrears": [1j], "paid": pd.to_datetime(["2024-01-01"]), "flag": pd.Series([1.0])})
    with pytest.raises(ScoringError, match="2 columns"):
        from_pandas(frame, COLUMNS)


def test_a_hundred_unknown_columns_do_not_fill_the_screen() -> None:
    frame = pd.DataFrame({**{f"other_{number}": [1.0] for number in range(100)}, "x" * 500: [1.0]})
    with pytest.raises(ScoringError) as caught:
        from_pandas(frame, COLUMNS)
    assert "104 columns" in caught.value.found
    assert "and 54 more" in caught.value.found
    assert "x" * 81 not in caught.value.found


def test_no_rows_give_no_scores() -> None:
    frame = pd.DataFrame({name: pd.Series([], dtype=float) for name in ("arrears", "paid", "flag")})
    found = from_pandas(frame, COLUMNS)
    assert (0, 3) == found.shape
    assert [] == flags(found, COLUMNS)


def test_what_is_unusual_is_flagged_row_by_row_and_nothing_is_changed() -> None:
    X = np.array([[1.0, 2.0, 0.0], [101.0, -1.0, 0.0], [np.nan, np.nan, np.nan], [0.0, 100.0, 1.0]])
    before = X.copy()
    assert [
        (),
        ("arrears is outside its usual range", "paid is outside its usual range"),
        ("flag is missing, and never was before",),
        (),
    ] == flags(X, COLUMNS)
    assert np.array_equal(before, X, equal_nan=True)


def test_without_a_known_range_nothing_is_outside_it() -> None:
    assert [()] == flags(np.array([[1e300]]), (column("arrears", least=None, most=None, range_from=None),))


def test_flags_are_quick_on_many_rows() -> None:
    import time

    X = np.random.default_rng(1).normal(50, 60, size=(200_000, 3))
    begun = time.perf_counter()
    found = flags(X, COLUMNS)
    assert time.perf_counter() - begun < 5.0
    assert 200_000 == len(found)
    expected = [(row < 0).any() or (row[:2] > 100).any() or row[2] > 1 for row in X[:500]]
    assert expected == [bool(one) for one in found[:500]]
