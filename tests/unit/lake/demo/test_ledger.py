"""The ledgers add up, and behave as a landlord's do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

SIGN = {"charge": 1, "reversal": 1, "refund": 1, "payment": -1, "benefit": -1, "write_off": -1, "adjustment": -1}


@pytest.fixture(scope="module")
def balances(lake) -> pd.DataFrame:
    rows = lake.good(lake.contracts["RentBalances"]).copy()
    for name in ("balance_gbp", "expected_benefit_gbp", "written_off_13w_gbp", "weekly_rent_gbp"):
        rows[name] = np.rint(rows[name].astype(float) * 100).astype(int)  # pence
    rows["week_ending"] = pd.to_datetime(rows["week_ending"].astype("datetime64[ns]"))
    rows["tenancy_id"] = rows["tenancy_id"].astype(str)
    return rows.sort_values(["tenancy_id", "week_ending"]).reset_index(drop=True)


@pytest.fixture(scope="module")
def postings(lake) -> pd.DataFrame:
    rows = lake.good(lake.contracts["RentTransactions"])
    rows = rows[~rows["is_deleted"].astype(bool) & ~rows["tenancy_id"].str.startswith("T9")].copy()
    rows["pence"] = np.rint(rows["amount_gbp"].astype(float) * 100).astype(int)
    day = pd.to_datetime(rows["posted_on"].astype("datetime64[ns]"))
    rows["week_ending"] = day + pd.to_timedelta(6 - day.dt.day_of_week, unit="D")
    rows["tenancy_id"], rows["kind"] = rows["tenancy_id"].astype(str), rows["kind"].astype(str)
    return rows


@pytest.fixture(scope="module")
def settled(lake) -> pd.Timestamp:
    """The last Sunday by which all that is late has come."""
    return pd.Timestamp(lake.made.last_day) - pd.Timedelta(days=80)


def test_balances_are_the_sum_of_postings_to_the_penny(balances, postings, settled) -> None:
    signed = postings["pence"] * postings["kind"].map(SIGN)
    moved = signed.groupby([postings["tenancy_id"], postings["week_ending"]]).sum()
    follows = balances.groupby("tenancy_id")["week_ending"].diff() == pd.Timedelta(days=7)
    change = balances.groupby("tenancy_id")["balance_gbp"].diff()
    wanted = pd.MultiIndex.from_frame(balances[["tenancy_id", "week_ending"]])
    expected = moved.reindex(wanted, fill_value=0).to_numpy()
    checked = follows & (balances["week_ending"] <= settled)
    assert checked.sum() > 80_000
    assert 0 == (change[checked].to_numpy() != expected[checked]).sum()


def test_write_offs_are_held_for_thirteen_weeks(balances, postings, settled) -> None:
    off = postings[postings["kind"] == "write_off"]
    assert len(off) > 10
    for row in off[off["week_ending"] + pd.Timedelta(weeks=14) <= settled].head(20).itertuples():
        of_one = balances[balances["tenancy_id"] == row.tenancy_id].set_index("week_ending")["written_off_13w_gbp"]
        if row.week_ending + pd.Timedelta(weeks=13) in of_one.index:
            later = off[(off["tenancy_id"] == row.tenancy_id) & (off["week_ending"] > row.week_ending)]
            assert row.pence <= of_one[row.week_ending]
            assert row.pence <= of_one[row.week_ending + pd.Timedelta(weeks=12)]
            if later.empty:
                assert 0 == of_one[row.week_ending + pd.Timedelta(weeks=13)]


def test_housing_benefit_saws_up_for_four_weeks_and_down_again(balances) -> None:
    in_arrears = balances[balances["expected_benefit_gbp"] > 0]
    weeks_due = (
        (in_arrears["expected_benefit_gbp"] / in_arrears["weekly_rent_gbp"]).round().value_counts(normalize=True)
    )
    assert 0.9 < weeks_due[weeks_due.index <= 4].sum()
    one = balances.groupby("tenancy_id")["expected_benefit_gbp"].apply(lambda due: (due.diff() < 0).sum())
    assert (one > 15).sum() > 50  # paid a dozen times a year or more


def test_a_rent_year_with_fifty_three_mondays_is_charged_fifty_three_times(lake, postings) -> None:
    accounts = lake.rows("rent_accounts").drop(index=lake.bad(lake.contracts["RentAccounts"]))
    year = pd.to_datetime(accounts["effective_on"].astype("datetime64[ns]"))
    within = accounts[(year >= "2024-04-01") & (year < "2025-04-07")]
    assert {49, 53} == set(within["rent_weeks_per_year"])
    charges = postings[postings["kind"] == "charge"]
    week = charges["week_ending"]
    charges = charges[(week >= "2024-04-01") & (week < "2025-04-07")].groupby("tenancy_id").size()
    weeks = within.drop_duplicates("tenancy_id").set_index("tenancy_id")["rent_weeks_per_year"]
    tenancies = lake.good(lake.contracts["Tenancies"])
    began, ended = (tenancies[day].astype("datetime64[ns]") for day in ("started_on", "ended_on"))
    ran = tenancies[(began < "2024-04-01") & ~(ended < "2025-04-07")]["tenancy_id"].astype(str)
    full = charges[charges.index.isin(ran)]
    assert len(full) > 1000
    assert full.to_dict() == weeks.reindex(full.index).astype(int).to_dict()


def test_rent_rises_each_april_and_lies_where_london_rents_do(balances) -> None:
    last = balances[balances["week_ending"] == "2025-04-06"].set_index("tenancy_id")["weekly_rent_gbp"]
    first = balances[balances["week_ending"] == "2025-04-13"].set_index("tenancy_id")["weekly_rent_gbp"]
    rise = (first / last).dropna()
    assert rise.between(1.026, 1.028).all()
    assert 9000 <= balances["weekly_rent_gbp"].min()
    assert balances["weekly_rent_gbp"].max() <= 24_000


def test_help_with_the_rent_moves_from_housing_benefit_to_universal_credit(lake) -> None:
    awards = lake.good(lake.contracts["BenefitAwards"])
    kinds = awards[awards["started_on"].astype("datetime64[ns]") >= pd.Timestamp(lake.made.first_day)]["kind"]
    assert {"housing_benefit", "universal_credit", "universal_credit_managed"} == set(kinds)
    assert (kinds == "universal_credit").sum() > 100
    assert awards["weekly_amount_gbp"].astype(float).max() <= 240


def test_about_one_tenancy_in_sixteen_ends_in_a_year(lake) -> None:
    tenancies = lake.good(lake.contracts["Tenancies"])
    assert 0.045 < tenancies["ended_on"].notna().sum() / 1200 / 2 < 0.08
    began = pd.to_datetime(tenancies["started_on"].astype("datetime64[ns]"))
    assert 0.75 < (began < pd.Timestamp(lake.made.first_day)).mean() < 0.95
