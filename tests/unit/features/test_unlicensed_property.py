"""The use case on a small made-up borough: who is in it, what counts as found, and the traps it does not step in."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from riskmodels.definitions import load_definitions
from riskmodels.features import UseCase, monthly
from riskmodels.features.present import Present, present
from riskmodels.lake import Extract, Lake
from riskmodels.lake.demo import make_demo_lake
from riskmodels.records import TrainingTable

FEATURES = Path(__file__).parents[3] / "features"
AS_OF = datetime.date(2025, 6, 1)
SECRET = b"a secret of a test, 32 bytes long"


@dataclass(frozen=True)
class Borough:
    """A made-up borough, what the use case says of it on one day, and its table."""

    path: Path
    case: UseCase
    contracts: Mapping[str, type[Extract]]
    here: Present
    table: TrainingTable

    def rows(self, folder: str) -> pd.DataFrame:
        """Read an extract whole."""
        return pq.read_table(self.path / folder, partitioning=None).to_pandas()

    def references(self) -> list[str]:
        """Give the references of the homes that are in the population on the day."""
        lake = open_lake(self.path, self.contracts)
        found = lake.references(self.contracts["LandProperties"], "uprn", self.here.entity.tolist())
        return [found[one] for one in self.here.entity.tolist()]


def open_lake(path: Path, contracts: Mapping[str, type[Extract]]) -> Lake:
    return Lake.open(path, contracts, pseudonym_key=SECRET, threads=2)


@pytest.fixture(scope="module")
def borough(tmp_path_factory: pytest.TempPathFactory) -> Borough:
    made = make_demo_lake(tmp_path_factory.mktemp("homes") / "lake", households=20, years=3, seed=9, dwellings=900)
    definitions = load_definitions(FEATURES)
    case = definitions.cases["unlicensed_property"]
    lake = open_lake(made.path, definitions.contracts)
    table = case.build(lake, monthly("2024-09", "2025-06", every_months=3), time_travel_sample=0)
    return Borough(made.path, case, definitions.contracts, present(case, lake, AS_OF), table)


def changed(borough: Borough, copy: Path, folder: str, change: Callable[[pa.Table], pa.Table]) -> Present:
    """Give what the use case says once one extract is changed."""
    if not copy.exists():
        shutil.copytree(borough.path, copy)
    for file in sorted((copy / folder).rglob("*.parquet")):
        pq.write_table(change(pq.read_table(file, partitioning=None)), file)
    return present(borough.case, open_lake(copy, borough.contracts), AS_OF)


def assert_same(first: Present, second: Present) -> None:
    assert np.array_equal(first.entity, second.entity)
    pd.testing.assert_frame_equal(first.inputs, second.inputs, check_exact=True)


def test_the_population_needs_a_licence_if_let_and_has_none(borough: Borough) -> None:
    homes = set(borough.references())
    licences = borough.rows("licences")
    known = licences[licences["recorded_at"] < pd.Timestamp(AS_OF)]
    newest = known.sort_values("recorded_at").drop_duplicates("licence_id", keep="last")
    runs = newest[(newest["status"] == "issued") & (newest["expires_on"] >= AS_OF) & (newest["applied_on"] < AS_OF)]
    waits = newest[(newest["status"] == "pending") & (newest["applied_on"] < AS_OF)]
    social = borough.rows("social_homes")
    listed = social[social["landlord"].isin(["council", "registered_provider"])]
    assert set() == homes & set(runs["uprn"])
    assert set() == homes & set(waits["uprn"])
    assert set() == homes & set(listed["uprn"])
    assert 300 < len(homes) == len(borough.here.entity)


def test_shells_and_divided_houses_are_no_homes_and_the_flats_made_of_them_are(borough: Borough) -> None:
    homes, register = set(borough.references()), borough.rows("land_properties")
    register = register[register["recorded_at"] < pd.Timestamp(AS_OF)].drop_duplicates("uprn", keep="last")
    assert set() == homes & set(register.loc[register["dwelling_class"] == "PP", "uprn"])
    gone = register[register["logical_status"] == "8"]
    assert set() == homes & set(gone["uprn"])
    assert {"1"} == set(register.loc[register["uprn"].isin(homes), "logical_status"])


def test_a_home_with_a_code_for_multiple_occupation_stays_in_the_population(borough: Borough) -> None:
    register = borough.rows("land_properties")
    coded = register[register["blpu_class"].isin(["RH01", "RH02", "RH03"])]
    coded = set(coded.loc[coded["recorded_at"] < pd.Timestamp(AS_OF), "uprn"])
    lapsed_or_found = set(borough.references()) & coded
    assert 1 <= len(lapsed_or_found)
    assert not register.loc[register["uprn"].isin(lapsed_or_found), "dwelling_class"].str.startswith("RH").any()


def test_nothing_that_gives_the_answer_away_is_among_the_inputs(borough: Borough) -> None:
    read = {(one.extract, column) for one in borough.table.lineage for column in one.columns}
    columns = {column.lower() for _, column in read}
    assert set() == columns & {
        "blpu_class",
        "inspector",
        "x_coordinate",
        "y_coordinate",
        "letter_sent",
        "reason_chosen",
    }
    assert ("LandProperties", "dwelling_class") in read
    assert not [column for column in borough.here.inputs.columns if "RH" in column or "RD09" in column]
    words = ("surname", "forename", "nationality", "language", "birth", "inspector", "ethnic")
    assert not [name for name in columns | set(borough.here.inputs.columns) if any(word in name for word in words)]
    declared = {column for contract in borough.contracts.values() for column in contract.columns()}
    assert set() == declared & {"blpu_class", "inspector", "liable_name", "nationality", "licence_holder"}


def test_codes_written_after_a_find_change_nothing(borough: Borough, tmp_path: Path) -> None:
    def every_home_is_coded(rows: pa.Table) -> pa.Table:
        place = rows.column_names.index("blpu_class")
        return rows.set_column(place, "blpu_class", pa.array(["RH01"] * rows.num_rows))

    assert_same(borough.here, changed(borough, tmp_path / "lake", "land_properties", every_home_is_coded))


def test_visits_from_the_day_on_are_not_seen_even_where_they_were_typed_before(
    borough: Borough, tmp_path: Path
) -> None:
    visits = borough.rows("inspections")
    early = visits[(visits["inspected_on"] >= AS_OF) & (visits["recorded_at"] < pd.Timestamp(AS_OF))]
    typed_after = visits[(visits["inspected_on"] < AS_OF) & (visits["recorded_at"] >= pd.Timestamp(AS_OF))]

    def only_the_past(rows: pa.Table) -> pa.Table:
        happened = pc.less(rows["inspected_on"], pa.scalar(AS_OF))
        return rows.filter(pc.and_(happened, pc.less(rows["recorded_at"], pa.scalar(pd.Timestamp(AS_OF)))))

    def as_if_planned(rows: pa.Table) -> pa.Table:
        # Whatever is visited from the day on is known long before, and found unlicensed.
        ahead = pc.greater_equal(rows["inspected_on"], pa.scalar(AS_OF))
        known = pc.if_else(ahead, pa.scalar(datetime.datetime(2025, 5, 1)), rows["recorded_at"])
        found = pc.if_else(ahead, "unlicensed_hmo", rows["outcome"].cast(pa.string()))
        names = rows.column_names
        rows = rows.set_column(names.index("recorded_at"), "recorded_at", known.cast(pa.timestamp("us")))
        return rows.set_column(names.index("outcome"), "outcome", found)

    assert len(visits) > 100
    assert len(early) + len(typed_after) > 0
    assert_same(borough.here, changed(borough, tmp_path / "past", "inspections", only_the_past))
    assert_same(borough.here, changed(borough, tmp_path / "planned", "inspections", as_if_planned))


def test_applications_after_a_visit_are_not_seen_before_they_are_made(borough: Borough, tmp_path: Path) -> None:
    def only_the_past(rows: pa.Table) -> pa.Table:
        return rows.filter(pc.less(rows["recorded_at"], pa.scalar(pd.Timestamp(AS_OF))))

    assert_same(borough.here, changed(borough, tmp_path / "lake", "licences", only_the_past))


def test_only_homes_that_somebody_saw_from_inside_have_an_outcome(borough: Borough) -> None:
    table = borough.table
    assert table.selection is not None
    for period in table.report.periods:
        assert period.rows + period.not_looked + period.censored == period.population - period.excluded
        assert period.not_looked > period.rows > 0
    assert {0.0, 1.0} == set(table.outcome)
    assert table.outcome.mean() < 0.2
    visits = borough.rows("inspections")
    seen = visits[visits["outcome"] != "no_access"]
    first, last = pd.Timestamp("2024-09-01"), pd.Timestamp("2025-06-01") + pd.Timedelta(days=182)
    between = pd.to_datetime(seen["inspected_on"]).between(first, last)
    assert table.spine["entity"].nunique() <= seen.loc[between, "uprn"].nunique()


def test_neighbours_say_nothing_about_the_home_itself(borough: Borough, tmp_path: Path) -> None:
    homes = pd.Series(borough.references())
    areas = homes.map(borough.rows("land_properties").drop_duplicates("uprn").set_index("uprn")["lsoa21"].astype("str"))
    place = int(areas[areas == areas.value_counts().index[0]].index[0])  # a home among neighbours
    first = homes[place]

    def with_a_hundred_more(rows: pa.Table) -> pa.Table:
        one = rows.slice(0, 1).to_pylist()[0]
        day = AS_OF - datetime.timedelta(days=20)
        known = datetime.datetime.combine(day, datetime.time(3)) + datetime.timedelta(days=1)
        more = [
            {**one, "complaint_id": f"CP9{number:07d}", "uprn": first, "received_on": day, "kind": "noise"}
            | {"recorded_at": known}
            for number in range(100)
        ]
        plain = pa.schema(
            [
                (name, pa.string() if pa.types.is_dictionary(kind) else kind)
                for name, kind in zip(rows.schema.names, rows.schema.types, strict=True)
            ]
        )
        return pa.concat_tables([rows.cast(plain), pa.Table.from_pylist(more, schema=plain)])

    told = changed(borough, tmp_path / "lake", "complaints", with_a_hundred_more)
    before, after = borough.here.inputs.iloc[place], told.inputs.iloc[place]
    assert before["complaints_13w"] + 100 == after["complaints_13w"]
    assert before["neighbours_complaints"] == after["neighbours_complaints"]
    assert borough.here.inputs["neighbours_complaints"].sum() < told.inputs["neighbours_complaints"].sum()


def test_areas_tenure_and_landlords_are_audited_and_say_that_an_area_is_an_area(borough: Borough) -> None:
    audit = borough.table.audit
    assert ["imd_quintile", "area_ethnic_group", "tenure", "landlord_size"] == list(audit.columns)
    assert {"Unknown"} != set(audit["area_ethnic_group"])
    says = {each.name: each.says for each in borough.case.audit_by}
    assert "not about the people" in says["area_ethnic_group"]
    assert "race" == {each.name: each.protected for each in borough.case.audit_by}["area_ethnic_group"]


def test_universal_credit_has_no_place_in_the_contract(borough: Borough) -> None:
    assert ("housing_benefit",) == borough.contracts["BenefitClaims"].columns()["kind"].values  # noqa: PD011
    assert "does not name universal credit" in borough.contracts["BenefitClaims"].source().gateway
    regimes = {contract.source().regime for contract in borough.case.extracts()}
    assert {"UK GDPR", "DPA 2018 Part 3"} == regimes
    assert "DPA 2018 Part 3" == borough.contracts["Inspections"].source().regime
