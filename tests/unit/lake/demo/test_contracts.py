"""The demo lake keeps the workspace's contracts, but for the rows that were planted to break them."""

from __future__ import annotations

import pandas as pd

from riskmodels.lake.demo.forms import EXTRACTS, Constant
from riskmodels.lake.demo.save import NOT_IN_LIST

BREAKS = {"empty", "below the least", "above the greatest", "not in the code list", "ends before it starts"}


def test_every_contract_has_its_extract_and_every_extract_its_contract(lake) -> None:
    declared = {contract.folder(): set(contract.columns()) for contract in lake.contracts.values()}
    assert set(declared) == {folder.name for folder in lake.made.path.iterdir()}
    for folder, columns in declared.items():
        assert set() == columns - set(lake.rows(folder).columns)


def test_exactly_the_planted_rows_break_their_contract(lake) -> None:
    faults = lake.truth("planted_faults")
    planted = faults[faults["fault"].isin(BREAKS)].groupby("extract")["rows"].sum().to_dict()
    found = {contract.folder(): len(lake.bad(contract)) for contract in lake.contracts.values()}
    assert planted == {folder: count for folder, count in found.items() if count}
    assert 8 <= len(planted)


def test_bad_rows_stay_below_what_each_contract_tolerates(lake) -> None:
    for contract in lake.contracts.values():
        assert len(lake.bad(contract)) <= 0.6 * contract.tolerance() * lake.made.rows[contract.folder()]


def test_what_no_contract_declares_holds_nothing_about_anybody(lake) -> None:
    for contract in lake.contracts.values():
        extra = set(EXTRACTS[contract.folder()]) - set(contract.columns()) - {"furthest_action_ever"}
        for name in extra:
            form = EXTRACTS[contract.folder()][name]
            assert isinstance(form, Constant)
            assert form.text.endswith("NOT READ")
            assert [form.text] == lake.rows(contract.folder())[name].unique().tolist()


def test_names_addresses_and_numbers_are_there_to_be_left_unread(lake) -> None:
    extra = {name for contract in lake.contracts.values() for name in lake.rows(contract.folder()).columns}
    assert {"tenant_name", "address", "ni_number", "full_name", "phone_number"} <= extra


def test_keys_are_readable_and_join(lake) -> None:
    tenancies = lake.good(lake.contracts["Tenancies"])
    assert tenancies["tenancy_id"].str.fullmatch("T[0-9]{7}").all()
    balances = lake.good(lake.contracts["RentBalances"])
    assert set(balances["tenancy_id"]) <= set(tenancies["tenancy_id"])
    areas = lake.good(lake.contracts["Areas"])
    assert set(tenancies["lsoa21"]) <= set(areas["lsoa21"])
    people = lake.good(lake.contracts["Links"])["person_id"]
    persons = lake.good(lake.contracts["Persons"])["person_id"]
    assert 0.99 < people.isin(persons).mean()  # a person whose only row is bad is lost to the links


def test_the_lake_knew_of_everything_after_it_happened_and_by_its_last_day(lake) -> None:
    end = pd.Timestamp(lake.made.last_day) + pd.Timedelta(days=1)
    for contract in lake.contracts.values():
        known = contract.history().known_time
        if known is None:
            continue
        rows = lake.rows(contract.folder()).drop(index=lake.bad(contract))
        event = pd.to_datetime(rows[contract.history().event_time].astype("datetime64[ns]"))
        moments = rows[known].astype("datetime64[ns]")
        assert moments.max() < end
        if contract.folder() not in ("rent_accounts", "arrangements"):  # noted ahead of the day they begin
            assert (moments > event).mean() == 1.0


def test_orphans_duplicates_and_late_rows_are_as_many_as_the_truth_says(lake) -> None:
    rows = lake.rows("rent_transactions")
    faults = lake.truth("planted_faults").set_index(["extract", "fault"])["rows"]
    known = set(lake.good(lake.contracts["Tenancies"])["tenancy_id"])
    orphans = rows[rows["tenancy_id"].str.startswith("T9").fillna(False)]
    assert faults["rent_transactions", "orphan"] == len(orphans)
    assert not set(orphans["tenancy_id"]) & known
    assert faults["rent_transactions", "exact duplicate"] == rows.duplicated().sum()
    assert NOT_IN_LIST in set(rows["kind"])
    rows = rows.drop(index=lake.bad(lake.contracts["RentTransactions"])).drop(index=orphans.index, errors="ignore")
    assert faults["rent_transactions", "withdrawn later"] == rows.drop_duplicates()["is_deleted"].sum()


def test_a_version_that_ends_an_award_is_never_overtaken_by_one_that_does_not(lake) -> None:
    rows = lake.rows("benefit_awards").drop(index=lake.bad(lake.contracts["BenefitAwards"])).drop_duplicates()
    rows = rows.sort_values(["award_id", "recorded_at"])
    assert not rows.duplicated(["award_id", "recorded_at"]).any()
    ended = rows["ended_on"].notna()
    assert not (ended.groupby(rows["award_id"]).shift(1, fill_value=False) & ~ended).any()
    assert ended.sum() > 50
