"""A list as a file: it runs nothing, says beside every place what a list is not, and is its owner's alone."""

from __future__ import annotations

import csv
import datetime
import json
import stat
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from riskmodels.errors import OutputError
from riskmodels.policy import WorklistPolicy
from riskmodels.worklists.choosing import KINDS
from riskmodels.worklists.making import NOT_EVIDENCE, Worklist
from riskmodels.worklists.writing import safe_cell, write_worklist


def made(**changes: Any) -> Worklist:
    frame = pd.DataFrame(
        {
            "place": [1, 2],
            "reference": ["990000000001", "=HYPERLINK(1)"],
            "where": ["Kilburn", "+Dollis Hill"],
            "kind": [KINDS["score"], KINDS["exploration"]],
            "chance": [1.0, 0.0123456789],
            "band": ["high", ""],
            "reasons": ["Complaints about noise: 4", KINDS["exploration"]],
            "flags": ["", "@rooms is outside its usual range"],
        }
    )
    known: dict[str, Any] = {
        "frame": frame,
        "case_name": "unlicensed_property",
        "purpose": "housing_licensing",
        "basis": "the model",
        "as_of": datetime.date(2026, 3, 1),
        "version": 2,
        "approved_until": datetime.date(2027, 3, 1),
        "conditions": (),
        "population": 900,
        "excluded": 3,
        "left_off": {},
        "still_waiting": 0,
        "kept_off_first": 0,
        "waiting_too_long": 0,
        "policy": WorklistPolicy(how="Letter, then a visit by consent", hand_over="Tell homelessness prevention first"),
        "seed": "unlicensed_property 2026-03-01 2",
        "points": {"990000000001": (-0.2, 51.55)},
    }
    return Worklist(**(known | changes))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_spreadsheet_runs_nothing_of_it(tmp_path: Path) -> None:
    write_worklist(made(), tmp_path / "list.csv")
    cells = [cell for row in rows(tmp_path / "list.csv") for cell in row.values()]
    assert [] == [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=HYPERLINK(1)" in cells
    assert "990000000001" in cells


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "\n=1", "\uff1d1"])
def test_what_begins_as_a_formula_is_shown_as_text(cell: str) -> None:
    assert f"'{cell}" == safe_cell(cell)


def test_numbers_stay_numbers() -> None:
    assert -3 == safe_cell(-3)


def test_every_place_says_what_a_list_is_not_and_what_to_do(tmp_path: Path) -> None:
    write_worklist(made(), tmp_path / "list.csv")
    for row in rows(tmp_path / "list.csv"):
        assert NOT_EVIDENCE == row["remember"]
        assert ("Letter, then a visit by consent", "Tell homelessness prevention first") == (
            row["how to approach"],
            row["hand over"],
        )
        assert "" == row["outcome"]
        assert "unlicensed_property version 2" == row["model"]


def test_a_map_has_points_where_they_are_known(tmp_path: Path) -> None:
    write_worklist(made(), tmp_path / "list.geojson")
    told = json.loads((tmp_path / "list.geojson").read_text())
    assert "FeatureCollection" == told["type"]
    assert [{"type": "Point", "coordinates": [-0.2, 51.55]}, None] == [one["geometry"] for one in told["features"]]
    assert 0.012346 == told["features"][1]["properties"]["chance"]
    assert "band" not in told["features"][0]["properties"]


@pytest.mark.parametrize("name", ["list.csv", "list.geojson"])
def test_an_empty_list_is_written_too(tmp_path: Path, name: str) -> None:
    write_worklist(made(frame=made().frame.head(0)), tmp_path / name)
    assert "99000" not in (tmp_path / name).read_text(encoding="utf-8")


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    write_worklist(made(), tmp_path / "list.csv")
    assert 0o600 == stat.S_IMODE((tmp_path / "list.csv").stat().st_mode)


@pytest.mark.parametrize("name", ["list.xls", "list"])
def test_another_ending_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=r"\.csv or \.geojson"):
        write_worklist(made(), tmp_path / name)
    assert [] == list(tmp_path.iterdir())


def test_what_is_told_of_it_names_no_place() -> None:
    told = json.dumps(made().as_json())
    assert "990000000001" not in told
    assert {"first": 0, "score": 1, "band": 0, "exploration": 1} == made().by_kind
