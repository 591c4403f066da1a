"""The benchmarks run, agree, and say what they measured; how fast anything is, is not a test's business."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
TINY = ("--quick", "--tenancies", "30", "--dates", "3", "--events", "4000", "--repeats", "1")
SHAPE = {"work", "against", "ratio", "goal", "met", "ours", "theirs", "unit", "note"}


@pytest.fixture
def agreement(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("feature_sides.agreement")


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """Give what the features benchmark says of a lake too small to time anything."""
    command = [sys.executable, str(BENCHMARKS / "features.py"), *TINY, "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (ran.returncode, "" if ran.returncode == 0 else ran.stderr)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_the_features_benchmark_gives_one_object_for_each_comparison(lines: list[dict[str, Any]]) -> None:
    assert all(SHAPE == line.keys() for line in lines)
    assert [0.909, 5.0, None, None, 50.0] == [line["goal"] for line in lines[:5]]
    assert all((line["met"] is None) == (line["goal"] is None or line["ratio"] is None) for line in lines)


def test_what_was_not_measured_has_no_number(lines: list[dict[str, Any]]) -> None:
    (line,) = [line for line in lines if line["against"] == "Featuretools"]

    assert (None, None, None) == (line["ratio"], line["theirs"], line["met"])
    assert "not measured" in line["note"]


def test_growth_is_measured_from_once_to_ten_times_the_events(lines: list[dict[str, Any]]) -> None:
    assert ["GB", "GB", "s", "s"] == [line["unit"] for line in lines[5:]]
    assert all(line["ours"] > 0 for line in lines[5:])


def _table(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({"entity": [1, 2], "as_of": [5, 5], **columns})


def test_a_difference_between_contestants_is_found_and_named(agreement: ModuleType) -> None:
    ours = _table(seen=[1.0, 2.0], slope=[0.5, None], kind=["card", None])

    assert [] == agreement.differences(ours, ours.iloc[::-1], exact=["seen", "kind"])
    assert ["seen: 1 of 2 rows"] == agreement.differences(
        ours, ours.assign(seen=[1.0, 2.0 + 1e-12], slope=[0.5 + 1e-12, None]), exact=["seen", "kind"]
    )
    assert ["slope: 1 of 2 rows"] == agreement.differences(ours, ours.assign(slope=[0.5, 0.0]), exact=["seen"])
    assert ["kind: 1 of 2 rows"] == agreement.differences(ours, ours.assign(kind=["card", "cash"]), exact=["seen"])
    assert ["the rows themselves: 2 and 1"] == agreement.differences(ours, ours.head(1), exact=["seen"])
