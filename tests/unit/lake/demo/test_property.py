"""The made-up borough of homes: whole, the same for the same seed, true to its contracts, and as odd as life."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.errors
import pyarrow.parquet as pq
import pytest

from riskmodels.definitions import load_definitions
from riskmodels.lake import Extract, Lake
from riskmodels.lake.demo.places import places
from riskmodels.lake.demo.property import TRUTH_FILE, write_property
from riskmodels.lake.demo.property.forms import EXTRACTS
from riskmodels.lake.demo.streams import Streams

FEATURES = Path(__file__).parents[4] / "features"
FIRST_DAY, LAST_DAY = datetime.date(2023, 4, 1), datetime.date(2026, 3, 31)
PLANTED = {"13 digits", "not in the code list", "ends before it starts", "below the least"}


def make(folder: Path, *, dwellings: int, seed: int, first_day: datetime.date = FIRST_DAY) -> dict[str, int]:
    truth = folder.with_name(f"{folder.name}.truth")
    folder.mkdir(), truth.mkdir()
    streams = Streams(seed)
    return write_property(
        folder,
        truth,
        dwellings=dwellings,
        first_day=first_day,
        last_day=LAST_DAY,
        where=places(streams.named("places")),
        streams=streams,
        tell=lambda stage, share: None,
    )


@dataclass(frozen=True)
class Homes:
    """A made-up borough, read whole."""

    path: Path
    counts: Mapping[str, int]
    contracts: Mapping[str, type[Extract]]

    def rows(self, contract: str) -> pd.DataFrame:
        """Read every row, bad ones included."""
        folder = self.path / self.contracts[contract].folder()
        tables = [pq.read_table(file, partitioning=None) for file in sorted(folder.glob("*.parquet"))]
        return pd.concat([table.to_pandas(types_mapper=pd.ArrowDtype) for table in tables], ignore_index=True)

    def bad(self, contract: str) -> pd.Index[int]:
        """Give the index of rows that break the contract."""
        try:
            self.contracts[contract].schema().validate(self.rows(contract), lazy=True)
        except pandera.errors.SchemaErrors as error:
            return pd.Index(sorted(set(error.failure_cases["index"].dropna().astype(int))))
        return pd.Index([])

    def good(self, contract: str) -> pd.DataFrame:
        """Read the newest version of each row that keeps the contract."""
        kept = self.rows(contract).drop(index=self.bad(contract))
        return kept.drop_duplicates(list(self.contracts[contract].row()), keep="last")

    def truth(self, name: str = TRUTH_FILE) -> pd.DataFrame:
        """Read what only the generator knows."""
        return pd.read_parquet(self.path.with_name(f"{self.path.name}.truth") / name)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    folder = tmp_path_factory.mktemp("property") / "lake"
    counts = make(folder, dwellings=2500, seed=7)
    declared = load_definitions(FEATURES).contracts
    mine = {name: one for name, one in declared.items() if one.folder() in EXTRACTS}
    return Homes(folder, counts, mine)


def test_the_same_seed_makes_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("first", 3), ("second", 3), ("other", 4)):
        make(tmp_path / name, dwellings=500, seed=seed, first_day=datetime.date(2025, 4, 1))
    read = {
        name: [
            hashlib.sha256(file.read_bytes()).hexdigest()
            for folder in (tmp_path / name, tmp_path / f"{name}.truth")
            for file in sorted(folder.rglob("*.parquet"))
        ]
        for name in ("first", "second", "other")
    }
    assert read["first"] == read["second"]
    assert 1 == len({len(files) for files in read.values()})
    assert 2 >= len(set(read["first"]) & set(read["other"]))  # what does not depend on chance


def test_every_contract_about_homes_has_its_extract_with_every_column(homes: Homes) -> None:
    assert set(homes.counts) == {contract.folder() for contract in homes.contracts.values()} == set(EXTRACTS)
    for name, contract in homes.contracts.items():
        assert set() == set(contract.columns()) - set(homes.rows(name).columns)
        assert homes.counts[contract.folder()] == len(homes.rows(name))


def test_what_no_contract_declares_says_not_read_but_for_the_class_that_gives_it_away(homes: Homes) -> None:
    undeclared = set()
    for name, contract in homes.contracts.items():
        rows = homes.rows(name)
        for column in set(rows.columns) - set(contract.columns()) - {"blpu_class"}:
            undeclared.add(column)
            assert [True] == rows[column].str.endswith("NOT READ").unique().tolist()
    assert {"address", "liable_name", "nationality", "licence_holder", "inspector", "complainant"} <= undeclared


def test_exactly_the_planted_rows_break_their_contract(homes: Homes) -> None:
    faults = homes.truth("property_planted_faults.parquet")
    planted = faults[faults["fault"].isin(PLANTED)].groupby("extract")["rows"].sum().to_dict()
    found = {contract.folder(): len(homes.bad(name)) for name, contract in homes.contracts.items()}
    assert planted == {folder: count for folder, count in found.items() if count}
    assert 8 <= len(planted)
    for contract in homes.contracts.values():
        assert found[contract.folder()] <= 0.6 * contract.tolerance() * homes.counts[contract.folder()]


def test_the_lake_quarantines_what_was_planted_by_the_rule_it_broke(homes: Homes) -> None:
    lake = Lake.open(homes.path, homes.contracts, pseudonym_key=b"k" * 32)
    faults = homes.truth("property_planted_faults.parquet").set_index(["extract", "fault", "column"])["rows"]
    rules = {
        ("land_properties", "13 digits", "uprn"): "uprn: not of the right form",
        ("land_properties", "not in the code list", "dwelling_class"): "dwelling_class: not an allowed value",
        ("licences", "ends before it starts", "expires_on"): "issued_on: after expires_on",
        ("energy_certificates", "13 digits", "UPRN"): "UPRN: not of the right form",
        ("inspections", "not in the code list", "outcome"): "outcome: not an allowed value",
        ("benefit_claims", "not in the code list", "kind"): "kind: not an allowed value",
    }
    by_folder = {contract.folder(): contract for contract in homes.contracts.values()}
    for (folder, fault, column), rule in rules.items():
        quality = lake.quality([by_folder[folder]]).extracts[0]
        assert faults[folder, fault, column] == quality.quarantined[rule] > 0


def test_the_lake_knew_of_everything_by_its_last_day(homes: Homes) -> None:
    for name, contract in homes.contracts.items():
        known = contract.history().known_time
        if known is not None:
            assert homes.rows(name)[known].max() < pd.Timestamp(LAST_DAY) + pd.Timedelta(days=1)


def test_a_divided_house_becomes_historical_and_its_flats_name_it(homes: Homes) -> None:
    register = homes.good("LandProperties").set_index("uprn")
    gone = register[register["logical_status"] == "8"]
    assert 3 <= len(gone)
    for uprn, house in gone.iterrows():
        flats = register[register["parent_uprn"] == uprn]
        assert 2 <= len(flats) <= 4
        assert {house["end_date"]} == set(flats["start_date"])
        assert {"1"} == set(flats["logical_status"])
    versions = homes.rows("LandProperties")
    assert (versions[versions["uprn"].isin(gone.index)].groupby("uprn").size() >= 2).all()


def test_flats_stand_in_shells_of_buildings(homes: Homes) -> None:
    register = homes.good("LandProperties").set_index("uprn")
    shells = register[register["dwelling_class"] == "PP"]
    inside = register[register["parent_uprn"].isin(shells.index)]
    assert len(shells) == inside["parent_uprn"].nunique() > 20
    assert {"RD06", "RD"} >= set(inside["dwelling_class"])


def test_licences_lapse_wait_are_refused_and_are_renewed(homes: Homes) -> None:
    licences = homes.good("Licences")
    assert {"pending", "issued", "refused", "withdrawn"} <= set(licences["status"])
    last = licences[licences["status"] == "issued"].groupby("uprn")["expires_on"].max()
    waiting = licences.loc[licences["status"] == "pending", "uprn"]
    lapsed = last[(last < LAST_DAY) & ~last.index.isin(waiting)]
    assert 5 <= len(lapsed)
    assert 0.1 < (licences[licences["status"] == "issued"].groupby("uprn").size() > 1).mean()
    assert 1 <= len(homes.good("ExemptionNotices"))


def test_designations_are_those_of_the_borough(homes: Homes) -> None:
    binds = homes.good("Designations")
    wards = dict(
        zip(places(Streams(7).named("places")).ward_code, places(Streams(7).named("places")).ward_name, strict=True)
    )
    selective = binds[binds["scheme"] == "selective"].assign(name=lambda rows: rows["ward"].map(wards))
    by_start = selective.groupby("in_force_from")["name"].agg(set)
    assert {datetime.date(2023, 4, 30)} == set(selective.loc[selective["in_force_from"] < FIRST_DAY, "in_force_until"])
    assert {"Dollis Hill", "Harlesden & Kensal Green", "Willesden Green"} == by_start[datetime.date(2023, 8, 1)]
    assert (
        set(wards.values()) - {"Wembley Park"} - by_start[datetime.date(2023, 8, 1)]
        == by_start[datetime.date(2024, 4, 1)]
    )
    assert set(wards) == set(binds.loc[binds["scheme"] == "additional", "ward"])
    spans = pd.to_datetime(binds["in_force_until"]) - pd.to_datetime(binds["in_force_from"])
    assert spans.dt.days.max() <= 5 * 366


def test_the_code_that_gives_it_away_is_written_only_after_a_visit(homes: Homes) -> None:
    versions, visits = homes.rows("LandProperties"), homes.good("Inspections")
    coded = versions[versions["blpu_class"].isin(["RH01", "RH02", "RH03"])].drop_duplicates("uprn").set_index("uprn")
    coded = coded[coded.index.str.len() == 12]  # not the rows that were planted with a reference of 13 digits
    lately = coded[coded["recorded_at"] > pd.Timestamp(FIRST_DAY) + pd.Timedelta(days=150)]
    assert 5 <= len(lately)
    first = pd.to_datetime(visits.groupby("uprn")["inspected_on"].min())
    assert (lately["recorded_at"].astype("datetime64[us]") > first.reindex(lately.index).astype("datetime64[us]")).all()
    assert not versions["dwelling_class"].isin(["RH01", "RH02", "RH03", "RD09"]).any()


def test_some_visits_were_typed_before_they_were_made_and_some_weeks_after(homes: Homes) -> None:
    visits = homes.rows("Inspections")
    lag = (visits["recorded_at"] - pd.to_datetime(visits["inspected_on"]).astype(visits["recorded_at"].dtype)).dt.days
    assert 0.01 < (lag < 0).mean() < 0.08
    assert (lag > 7).any()
    assert {"complaint", "programme", "random"} == set(visits["reason_chosen"])
    assert 0.08 < (visits["outcome"] == "no_access").mean() < 0.3


def test_about_one_in_twenty_of_those_without_a_licence_should_have_one(homes: Homes) -> None:
    truth = homes.truth()
    without = truth[~truth["has_licence"] & (truth["tenure"] != "social_let")]
    assert 0.025 < without["unlicensed"].mean() < 0.07
    assert not (truth["unlicensed"] & ~truth["is_licensable"]).any()
    assert not (truth["is_licensable"] & ~truth["is_let"]).any()
    assert truth["chance_of_visit"].between(0, 1).all()


def test_visits_find_what_is_true_and_go_where_people_complain(homes: Homes) -> None:
    truth = homes.truth().assign(month=lambda rows: pd.to_datetime(rows["as_of"]).dt.to_period("M"))
    visits = homes.good("Inspections")
    visits = visits.assign(month=pd.to_datetime(visits["inspected_on"]).dt.to_period("M"))
    seen = visits.merge(truth, on=["uprn", "month"])
    found = seen[seen["outcome"].isin(["unlicensed_hmo", "unlicensed_selective"])]
    assert 0.95 < found["unlicensed"].mean()
    chance = homes.truth().groupby("uprn")["chance_of_visit"].mean()
    complained = chance[chance.index.isin(homes.good("Complaints")["uprn"])]
    assert complained.mean() > 2 * chance.drop(complained.index).mean()


def test_about_a_tenth_of_visits_is_drawn_and_well_off_wards_are_seen_for_other_reasons(homes: Homes) -> None:
    visits = homes.good("Inspections")
    drawn = visits["reason_chosen"] == "random"
    assert 0.06 < drawn.mean() < 0.14
    areas = homes.good("LandProperties").set_index("uprn")["lsoa21"].astype("str")
    here = places(Streams(7).named("places"))
    affluence = visits["uprn"].map(areas).map(dict(zip(here.lsoa21, -here.deprivation, strict=True)))
    assert affluence[~drawn].mean() > affluence[drawn].mean() + 0.3


def test_profiles_of_areas_are_shares(homes: Homes) -> None:
    shares = homes.good("AreaProfiles").filter(like="share_").astype(float)
    assert np.allclose(1.0, shares.sum(axis=1))
    assert 181 == len(shares)
