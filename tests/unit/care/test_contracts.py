"""What the care contracts keep out, by the name of the rule, and what each code is read as."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from riskmodels.definitions import Definitions
from riskmodels.features.expressions import parse
from riskmodels.lake import Lake
from riskmodels.records import ExtractQuality
from tests.lakes import Row, lay, open_lake, typed, written

SOUND = """
    Event_Type | Service_Component | Planned_Units_Per_Week | Unit_Cost | Cost_Frequency_Unit_Type | Event_Start_Date
    Service    | Home Support      | 10.5                   | 24        | Hourly                   | 2024-01-01
"""


def events(workspace: Definitions, table: str, *, place: int = 0, **changes: object) -> list[Row]:
    """Read a table of events, each in a small area of the borough, with some cells changed."""
    rows = typed(workspace.contracts["CareEvents"], written(table))
    same = {"lsoa21": "E01000471", "Client_Type": "Service User", "Event_Reference": f"e{place}"}
    return [{**row, **same, **changes} for row in rows]


def quality(folder: Path, workspace: Definitions, rows: list[Row], name: str = "CareEvents") -> ExtractQuality:
    contract = workspace.contracts[name]
    lay(folder, {contract: rows})
    with open_lake(folder, [contract]) as lake:
        return lake.check().extracts[0]


BROKEN: dict[str, Row] = {
    "Event_Start_Date: after Event_End_Date": {"Event_End_Date": date(2023, 12, 31)},
    "Unit_Cost: without Cost_Frequency_Unit_Type": {"Cost_Frequency_Unit_Type": None},
    "Planned_Units_Per_Week: below the least": {"Planned_Units_Per_Week": -7.0},
    "Planned_Units_Per_Week: above the greatest": {"Planned_Units_Per_Week": 200.0},
    "Planned_Units_Per_Week: without Service_Component": {"Service_Component": None},
    "Event_Type: not an allowed value": {"Event_Type": "Safeguarding"},
    "Client_Type: not an allowed value": {"Client_Type": "Somebody"},
    "LA_Person_Unique_Identifier: empty": {"LA_Person_Unique_Identifier": None},
    "lsoa21: not of the right form": {"lsoa21": "NW10 4DQ"},
}
KEPT: tuple[Row, ...] = ({}, {"Event_End_Date": None}, {"Unit_Cost": -24}, {"Event_Start_Date": date(2031, 1, 1)})


def test_a_bad_row_is_quarantined_by_the_name_of_its_rule_and_odd_ones_are_kept(
    tmp_path: Path, workspace: Definitions
) -> None:
    changed = [*BROKEN.values(), *KEPT]
    rows = [row for place, cells in enumerate(changed) for row in events(workspace, SOUND, place=place, **cells)]
    found = quality(tmp_path, workspace, rows)
    assert (dict.fromkeys(BROKEN, 1), len(KEPT)) == (dict(found.quarantined), found.good)


def test_hours_below_zero_of_an_unpaid_carer_are_quarantined(tmp_path: Path, workspace: Definitions) -> None:
    contract = workspace.contracts["UnpaidCarers"]
    rows = typed(contract, written("Total_Hrs_Caring_Per_Week | Caring_Start_Date\n-3 | 2024-01-01\n3 | 2024-01-01"))
    found = quality(tmp_path, workspace, rows, "UnpaidCarers")
    assert ({"Total_Hrs_Caring_Per_Week: below the least": 1}, 1) == (dict(found.quarantined), found.good)


CODES: list[tuple[str, str | None, str | None]] = [
    ("Client_Type", "Carer", "Unpaid Carer"),
    ("Service_Component", "Domiciliary Care", "Home Support"),
    ("Cost_Frequency_Unit_Type", "Four-weekly", "4-weekly"),
    ("Service_Type", "Carer Support: Direct to Carer", "Unpaid Carer Support: Direct to Unpaid Carer"),
    ("Service_Component", "Home Support", "Home Support"),
    ("Service_Component", "Robots", "Invalid and not mapped"),
    ("Cost_Frequency_Unit_Type", "now and then", "Invalid and not mapped"),
    ("Primary_Support_Reason", None, None),
]


def test_codes_are_read_as_the_standard_says_and_counted(tmp_path: Path, workspace: Definitions) -> None:
    contract = workspace.contracts["CareEvents"]
    rows = [
        {**events(workspace, SOUND, place=place)[0], column: sent, "Event_Start_Date": date(2024, 1, place + 1)}
        for place, (column, sent, _) in enumerate(CODES)
    ]
    lay(tmp_path, {contract: rows})
    with open_lake(tmp_path, [contract]) as lake:
        found = lake.query(f'select * from {lake.prepare(contract)} order by "Event_Start_Date"').to_pylist()
        counted = sum(lake.quality([contract]).extracts[0].read_as.values())
    assert [read for *_, read in CODES] == [row[column] for row, (column, *_) in zip(found, CODES, strict=True)]
    assert counted == sum(sent != read for _, sent, read in CODES)


# As the Department converts costs, worked by hand: cost, what it is for, units planned in a week, cost of a week.
WEEKLY = [
    ("100", "Weekly", None, 100.0),
    ("100", "Fortnightly", None, 50.0),
    ("100", "4-weekly", None, 25.0),
    ("100", "Four-weekly", None, 25.0),
    ("130", "Monthly", None, 30.0),
    ("130", "Quarterly", None, 10.0),
    ("520", "Annually", None, 10.0),
    ("24", "Hourly", 10.5, 252.0),
    ("5.40", "Daily", 7.0, 37.8),
    ("62", "Per Session", 2.0, 124.0),
    ("900", "One-off", None, 0.0),
    ("-100", "Weekly", None, 100.0),
    ("-24", "Hourly", 2.0, 48.0),
    ("100", "Weekly", 3.0, 100.0),
    ("24", "Hourly", None, None),
    ("24", "now and then", 3.0, None),
    (None, None, 3.0, None),
]


def test_the_weekly_cost_is_what_the_department_makes_of_it(tmp_path: Path, workspace: Definitions) -> None:
    contract = workspace.contracts["CareEvents"]
    rows = [
        {
            **events(workspace, SOUND, place=place)[0],
            "Event_Start_Date": date(2024, 1, place + 1),
            "Unit_Cost": None if cost is None else Decimal(cost),
            "Cost_Frequency_Unit_Type": paid,
            "Planned_Units_Per_Week": units,
        }
        for place, (cost, paid, units, _) in enumerate(WEEKLY)
    ]
    lay(tmp_path, {contract: rows})
    with open_lake(tmp_path, [contract]) as lake:
        found = costs_by_day(lake, workspace)
    assert [weekly for *_, weekly in WEEKLY] == pytest.approx(found, nan_ok=True)


def costs_by_day(lake: Lake, workspace: Definitions) -> list[float | None]:
    contract, amount = workspace.contracts["CareEvents"], workspace.cases["care_demand"].outcome.amount
    assert amount is not None
    sql = amount.value.sql(lambda name: f'"{name}"')
    name = lake.prepare(contract)
    found = lake.query(f'select cast({sql} as double) as cost from {name} order by "Event_Start_Date"')
    return [None if cost is None else float(cost) for cost in found.column("cost").to_pylist()]


def test_features_and_outcome_count_cost_by_the_same_words(workspace: Definitions) -> None:
    case = workspace.cases["care_demand"]
    kinds = {name: spec.kind for name, spec in workspace.contracts["CareEvents"].columns().items()}
    assert case.outcome.amount is not None
    assert case.feature("weekly_cost").expr == parse(case.outcome.amount.value.text, kinds, place="the test")
