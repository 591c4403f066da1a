"""The true risk is there to be found, and the trap is there to be fallen into."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from riskmodels.lake.demo.hitting import hitting_table
from riskmodels.lake.demo.risk import COPES, CRISIS, STRAINED, RiskModel


@pytest.fixture(scope="module")
def population(lake) -> pd.DataFrame:
    truth = lake.truth()
    rows = truth[(truth["net_arrears_weeks"] < 8) & truth["serious_within_13w"].notna()].copy()
    rows["outcome"] = rows["serious_within_13w"].astype(int)
    return rows


def test_serious_arrears_come_to_a_few_in_a_hundred(population) -> None:
    assert 0.025 < population["outcome"].mean() < 0.075
    by_month = population.groupby("as_of")["outcome"].mean()
    assert len(by_month) == 20  # the first month has no Sunday before it, the last three no outcome yet
    assert 0.01 < by_month.min()


def test_the_true_risk_ranks_far_better_than_arrears_do(population) -> None:
    true = roc_auc_score(population["outcome"], population["true_risk"])
    arrears = roc_auc_score(population["outcome"], population["net_arrears_weeks"])
    assert 0.86 < true < 0.94
    assert arrears < true - 0.04


def test_todays_practice_is_middling(lake, population) -> None:
    balances = lake.good(lake.contracts["RentBalances"])
    weeks = balances["balance_gbp"].astype(float) / balances["weekly_rent_gbp"].astype(float)
    sunday = pd.to_datetime(balances["week_ending"].astype("datetime64[ns]"))
    gross = pd.Series(weeks.to_numpy(), index=[balances["tenancy_id"].astype(str), sunday]).rename("gross")
    as_of = pd.to_datetime(population["as_of"])
    last_sunday = as_of - pd.to_timedelta(as_of.dt.day_of_week + 1, unit="D")
    found = gross.reindex(pd.MultiIndex.from_arrays([population["tenancy_id"].astype(str), last_sunday])).to_numpy()
    known = ~np.isnan(found)
    assert 0.99 < known.mean()
    assert 0.70 < roc_auc_score(population["outcome"][known], found[known]) < 0.82


def test_truth_and_ledger_agree_on_what_came_of_each_tenancy(lake, population) -> None:
    balances = lake.good(lake.contracts["RentBalances"]).copy()
    net = balances["balance_gbp"] - balances["expected_benefit_gbp"] + balances["written_off_13w_gbp"]
    balances["serious"] = (net >= 8 * balances["weekly_rent_gbp"]).astype(bool)
    balances["sunday"] = pd.to_datetime(balances["week_ending"].astype("datetime64[ns]"))
    as_of = pd.Timestamp("2025-03-01")
    inside = balances[(balances["sunday"] >= as_of) & (balances["sunday"] < as_of + pd.Timedelta(days=91))]
    weeks = inside.pivot_table(index="tenancy_id", columns="sunday", values="serious", aggfunc="first").fillna(False)
    running = (weeks.astype(bool) & weeks.shift(1, axis=1, fill_value=False).astype(bool)).any(axis=1)
    expected = population[pd.to_datetime(population["as_of"]) == as_of].set_index("tenancy_id")["outcome"]
    assert len(expected) > 1000
    differ = (running.reindex(expected.index, fill_value=False).astype(int) != expected).sum()
    assert 0 == differ


def test_actions_dated_back_give_the_outcome_away_to_whoever_reads_the_day_alone(lake, population) -> None:
    actions = lake.rows("rent_actions").drop(index=lake.bad(lake.contracts["RentActions"]))
    notices = actions[actions["kind"] == "notice_seeking_possession"]
    taken = pd.to_datetime(notices["taken_on"].astype("datetime64[ns]")).to_numpy()
    known = notices["recorded_at"].astype("datetime64[us]").to_numpy()
    tenancy = notices["tenancy_id"].astype(str).to_numpy()
    rates = {}
    for when, clock in (("by day alone", taken), ("by both clocks", np.maximum(taken, known))):
        flagged = pd.Series(False, index=population.index)
        for as_of, rows in population.groupby("as_of"):
            day = np.datetime64(as_of)
            recent = (clock < day) & (taken >= day - np.timedelta64(60, "D"))
            flagged[rows.index] = rows["tenancy_id"].isin(tenancy[recent])
        rates[when] = population["outcome"][flagged].mean(), int(flagged.sum())
    assert 30 < rates["by day alone"][1]
    assert rates["by both clocks"][0] + 0.15 < rates["by day alone"][0]


def test_the_dated_back_actions_are_those_the_truth_lists(lake) -> None:
    back_dated = lake.truth("back_dated_actions")
    assert (back_dated["taken_on"] <= back_dated["noted_on"]).all()
    actions = lake.rows("rent_actions")
    listed = actions[actions["action_id"].isin(back_dated["action_id"])]
    days = listed["recorded_at"].astype("datetime64[ns]") - pd.to_datetime(listed["taken_on"].astype("datetime64[ns]"))
    assert 0.9 < (days > pd.Timedelta(days=6)).mean()


def test_the_more_vulnerable_fall_sooner_and_the_helped_later() -> None:
    risk, draws = RiskModel(), (np.arange(10_000) + 0.5) / 10_000

    def fallen(vulnerability: float, helped: bool) -> float:
        count = len(draws)
        after = risk.next_state(
            np.full(count, COPES), np.full(count, vulnerability), 1.0, np.full(count, helped), draws
        )
        return float((after != COPES).mean())

    assert fallen(-1, False) < fallen(0, False) < fallen(2, False)
    assert fallen(1, True) < fallen(1, False)


def test_the_chance_of_crossing_falls_with_need_and_rises_with_trouble() -> None:
    table, need = hitting_table(RiskModel()), np.array([0.0, 2.0, 6.0, 11.0, 15.0])
    weekly, middling = np.zeros(5, dtype=int), np.zeros(5)
    by_state = [table.look_up(weekly, middling, np.full(5, state), need) for state in (COPES, STRAINED, CRISIS)]
    for chances in by_state:
        assert 1.0 == chances[0]
        assert sorted(chances, reverse=True) == list(chances)
        assert 0.0 == chances[-1]  # more than 12 payments cannot be missed in 13 weeks
    assert by_state[COPES][2] < by_state[STRAINED][2] < by_state[CRISIS][2]
