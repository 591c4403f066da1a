"""What holds for a ward reaches each home through the ward that it lies in, as it does for a small area."""

from __future__ import annotations

import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from riskmodels.errors import DefinitionError
from riskmodels.features import UseCase, characteristic, count, ever, weeks, where
from riskmodels.features.present import present
from riskmodels.lake import Day, Extract, Flag, Lake, Source, Text, column, events, key
from riskmodels.lake.places import names_a_place, shared_place

OFFICE = Source("Office", "Head of housing", "Ledger", "Article 6(1)(e)", "Housing Act 2004 s3", ("help",), "6 years")


class Homes(Extract, source=OFFICE, folder="homes", row=("home_id",), history=events("built_on", known_after="1 day")):
    """Homes and where they lie."""

    home_id: Text = key("home", "Reference of the home")
    lsoa21: Text = key("area", "Small area")
    ward: Text = key("ward", "Ward")
    built_on: Day = column("Day it was built")


class Schemes(
    Extract, source=OFFICE, folder="schemes", row=("ward", "begins"), history=events("begins", known_after="1 day")
):
    """Which wards a scheme binds."""

    ward: Text = key("ward", "Ward")
    begins: Day = column("First day")
    ends: Day = column("Last day")


class Small(
    Extract, source=OFFICE, folder="small", row=("lsoa21",), history=events("published_on", known_after="1 day")
):
    """Small areas with their ward: the smallest place that both name counts."""

    lsoa21: Text = key("area", "Small area")
    ward: Text = key("ward", "Ward")
    is_poor: Flag = column("Whether it is poor")
    published_on: Day = column("Day it was published")


class Visits(
    Extract, source=OFFICE, folder="visits", row=("home_id", "made_on"), history=events("made_on", known_after="1 day")
):
    """Visits to homes."""

    home_id: Text = key("home", "Reference of the home")
    made_on: Day = column("Day of the visit")


def day(month: int, number: int = 1) -> datetime.date:
    return datetime.date(2024, month, number)


BUILT = [day(1)] * 3
ROWS = {
    "homes": {"home_id": ["a", "b", "c"], "lsoa21": ["1", "2", "3"], "ward": ["n", "n", "s"], "built_on": BUILT},
    "schemes": {"ward": ["n", "n", "s"], "begins": [day(1), day(6), day(3)], "ends": [day(5), day(12), day(4)]},
    "small": {
        "lsoa21": ["1", "2", "3"],
        "ward": ["n"] * 3,
        "is_poor": [True, False, True],
        "published_on": [day(1)] * 3,
    },
    "visits": {"home_id": ["a"], "made_on": [day(12)]},
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    for folder, columns in ROWS.items():
        (tmp_path / folder).mkdir()
        pq.write_table(pa.table(columns), tmp_path / folder / "rows.parquet")
    return Lake.open(tmp_path, [Homes, Schemes, Small, Visits], pseudonym_key=b"k" * 32)


def case(having: str | None = None) -> UseCase:
    return UseCase(
        name="homes",
        says="Homes.",
        purpose="help",
        entity="home_id",
        population=where(Homes, "built_on < as_of", having=having),
        outcome=ever(Visits, "made_on is not null", within=weeks(4), says="Visited"),
        features=[
            count(Schemes, where="ends >= as_of", name="binding", says="Schemes that bind the ward"),
            ever(Small, "is_poor", name="poor", says="The small area is poor"),
        ],
        audit_by=[characteristic(Small, "is_poor", name="poor_area", says="The small area is poor")],
        baseline="binding",
        harms=["burden"],
    )


def test_a_scheme_binds_the_homes_of_its_ward_from_when_to_when(lake: Lake) -> None:
    bound = {month: sorted(present(case(), lake, day(month)).inputs["binding"].tolist()) for month in (2, 4, 5, 6, 7)}
    # At the start of April both wards are bound; by May the south is free; on 1 June the new scheme is not yet known.
    assert {2: [0, 1, 1], 4: [1, 1, 1], 5: [0, 1, 1], 6: [0, 0, 0], 7: [0, 1, 1]} == bound


def test_a_population_can_ask_what_binds_its_ward(lake: Lake) -> None:
    assert 2 == len(present(case("binding >= 1"), lake, day(7)).entity)


def test_the_smallest_place_that_both_name_leads_there(lake: Lake) -> None:
    # By small area homes a and c are poor; by ward all or none would be.
    assert [0.0, 1.0, 1.0] == sorted(present(case(), lake, day(4)).inputs["poor"].tolist())
    assert ("lsoa21", "lsoa21") == shared_place(Homes, Small)
    assert ("ward", "ward") == shared_place(Homes, Schemes)
    assert shared_place(Homes, Visits) is None
    assert [True, True, False, False] == [names_a_place(kind) for kind in ("area", "ward", "home", None)]


def test_a_ward_is_read_as_it_stands_and_is_no_entity(lake: Lake) -> None:
    lake.prepare(Schemes)
    assert {"n", "s"} == set(lake.query("SELECT ward FROM schemes").column("ward").to_pylist())
    with pytest.raises(DefinitionError, match="the entity 'ward' is not a key of Homes"):
        UseCase(
            name="wards",
            says="Wards.",
            purpose="help",
            entity="ward",
            population=where(Homes, "built_on < as_of"),
            outcome=ever(Visits, "made_on is not null", within=weeks(4), says="Visited"),
            features=[count(Schemes, name="schemes", says="Schemes")],
            audit_by=[],
            baseline="schemes",
            harms=["burden"],
        )
