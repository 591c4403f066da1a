"""Codes that a standard replaced or does not know, and what they are read as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from riskmodels.errors import DefinitionError
from riskmodels.lake import Day, Extract, Money, Text, column, events, key, together
from tests.lakes import lay, open_lake, typed, written
from tests.unit.lake.examples import INDEX


class Services(
    Extract,
    source=INDEX,
    folder="services",
    row=("service_id",),
    history=events("began_on", known_after="1 day"),
    rules=[together("cost_gbp", "paid")],
    tolerance=0.5,
):
    """Services with a code list that changed."""

    service_id: Text = key("service", "Key")
    began_on: Day = column("Day it began")
    kind: Text = column(
        "Kind",
        values=("home care", "care home"),
        mapped={"domiciliary": "home care"},
        otherwise="Invalid and not mapped",
    )
    paid: Text = column("How often", nullable=True, values=("Weekly", "Monthly"), mapped={"per week": "Weekly"})
    cost_gbp: Money = column("Cost", nullable=True)


ROWS = """
    service_id | kind        | cost_gbp | paid     | began_on
    s1         | home care   | 1        | Weekly   | 2024-01-01
    s2         | domiciliary | 1        | per week | 2024-01-01
    s3         | domiciliary | 1        | yearly   | 2024-01-01
    s4         | what?       |          | Monthly  | 2024-01-01
    s5         | care home   | 1        |          | 2024-01-01
"""


def test_codes_are_read_as_the_standard_says_and_counted(tmp_path: Path) -> None:
    lay(tmp_path, {Services: typed(Services, written(ROWS))})
    with open_lake(tmp_path, [Services]) as lake:
        name = lake.prepare(Services)
        kept = lake.query(f"select kind, paid from {name} order by all").to_pylist()
        quality = lake.quality([Services]).extracts[0]
    assert [("Invalid and not mapped", "Monthly"), ("home care", "Weekly"), ("home care", "Weekly")] == [
        (row["kind"], row["paid"]) for row in kept
    ]
    assert {"paid: not an allowed value": 1, "cost_gbp: without paid": 1} == dict(quality.quarantined)
    assert {
        "kind: 'domiciliary' read as 'home care'": 2,
        "kind: not in the code list, read as 'Invalid and not mapped'": 1,
        "paid: 'per week' read as 'Weekly'": 1,
    } == dict(quality.read_as)


def test_what_invalid_codes_are_called_is_itself_an_allowed_value() -> None:
    assert ("home care", "care home", "Invalid and not mapped") == Services.columns()["kind"].values


@pytest.mark.parametrize(
    "given",
    [
        {"values": ("a", "b"), "mapped": {"c": "d"}},
        {"values": ("a", "b"), "mapped": {"a": "b"}},
        {"mapped": {"a": "b"}},
        {"otherwise": "Invalid"},
    ],
)
def test_a_mapping_that_does_not_fit_its_list_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match="maps codes"):
        column("A code", **given)
