"""The two care use cases on a small made-up council: who is in them, what is foretold, and that nothing looks ahead."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from riskmodels.definitions import Definitions
from riskmodels.features import from_dict
from riskmodels.lake import Lake
from riskmodels.lake.demo import DemoLake
from riskmodels.records import TrainingTable
from tests.lakes import pseudonym

DATES = [datetime.date(2024, 8, 1), datetime.date(2025, 2, 1)]
CASES = ("care_demand", "care_review")


@pytest.fixture(scope="module")
def tables(lake: Lake, workspace: Definitions) -> Mapping[str, TrainingTable]:
    return {
        "care_demand": workspace.cases["care_demand"].build(lake, DATES, time_travel_sample=0),
        "care_review": workspace.cases["care_review"].build(lake, DATES[:1], time_travel_sample=4),
    }


@pytest.fixture(scope="module")
def truth(made: DemoLake) -> pd.DataFrame:
    found = pd.read_parquet(made.truth_path.with_name("care_truth.parquet"))
    found["entity"] = [pseudonym(person, "person") for person in found["person_id"]]
    return found.assign(as_of=pd.to_datetime(found["as_of"])).set_index(["entity", "as_of"])


def joined(table: TrainingTable, truth: pd.DataFrame) -> pd.DataFrame:
    frame = pd.concat([table.spine, table.outcome, table.X], axis=1).set_index(["entity", "as_of"])
    frame.index = frame.index.set_levels(pd.to_datetime(frame.index.levels[1]), level=1)
    return frame.join(truth, how="inner")


def test_no_feature_saw_the_future(tables: Mapping[str, TrainingTable]) -> None:
    travel = tables["care_review"].report.time_travel
    assert travel is not None
    assert ((), 4) == (travel.features_that_differ, travel.rows_checked)


@pytest.mark.parametrize("name", CASES)
def test_nearly_everybody_is_the_person_whom_the_truth_knows(
    tables: Mapping[str, TrainingTable], truth: pd.DataFrame, name: str
) -> None:
    assert len(joined(tables[name], truth)) > 0.95 * len(tables[name].X)


@pytest.mark.parametrize("name", CASES)
def test_the_definition_is_data_and_age_is_no_input(workspace: Definitions, name: str) -> None:
    case = workspace.cases[name]
    assert case.digest == from_dict(case.to_dict(), workspace.contracts).digest
    assert not [feature.name for feature in case.features if feature.extract is workspace.contracts["Persons"]]
    assert {"sex", "age_band", "ethnic_group", "support_reason", "imd_quintile"} == {one.name for one in case.audit_by}


def test_the_reason_for_support_is_an_input_of_demand_alone(workspace: Definitions) -> None:
    reads = {
        name: [one.name for one in workspace.cases[name].features if "Primary_Support_Reason" in one.columns]
        for name in CASES
    }
    assert {"care_demand": ["support_reason"], "care_review": []} == reads


def test_what_is_spent_is_what_the_truth_says_was_spent(
    tables: Mapping[str, TrainingTable], truth: pd.DataFrame
) -> None:
    found = joined(tables["care_demand"], truth)
    lived = found[found["weeks_lived"] >= 2]
    assert np.abs(lived["outcome"] - lived["weekly_cost_gbp"]).median() < 0.5
    assert lived["outcome"].mean() == pytest.approx(lived["weekly_cost_gbp"].mean(), rel=0.01)


def test_who_dies_is_watched_for_the_weeks_lived_and_is_not_no_demand(
    tables: Mapping[str, TrainingTable], truth: pd.DataFrame
) -> None:
    found = joined(tables["care_demand"], truth)
    died = found[found["competing"] & (found["weekly_cost_now_gbp"] > 0) & (found["weeks_lived"] >= 2)]
    assert len(died) > 10
    assert died["outcome"].mean() > 300
    assert died["weight"].max() < 1.1
    assert died["weight"].to_numpy() == pytest.approx(died["weeks_lived"].to_numpy() / 26, abs=0.06)


def test_todays_cost_is_what_runs_today(tables: Mapping[str, TrainingTable], truth: pd.DataFrame) -> None:
    found = joined(tables["care_demand"], truth)
    steady = found[(found["weekly_cost_now_gbp"] > 0) & (found["outcome"] > 0)]
    assert (steady["weekly_cost"] / steady["weekly_cost_now_gbp"]).median() == pytest.approx(1.0, abs=0.02)


def test_intervals_are_made_within_settings_and_totals_by_ward_and_reason(
    tables: Mapping[str, TrainingTable],
) -> None:
    table = tables["care_demand"]
    assert table.strata is not None
    assert table.totals_by is not None
    assert ("amount", "GBP per week") == (table.task, table.unit)
    assert {"Long Term Support: Community", "Long Term Support: Residential Care"} <= set(table.strata)
    assert ["ward", "support_reason"] == list(table.totals_by.columns)
    assert table.totals_by["ward"].nunique() > 10


def test_the_review_list_is_of_people_at_home_and_a_turn_comes_as_often_as_the_truth_says(
    tables: Mapping[str, TrainingTable], truth: pd.DataFrame
) -> None:
    found = joined(tables["care_review"], truth)
    assert (found["services_running"] > 0).all()
    assert (found["weeks_since_review"] <= 52).all()  # who is overdue is seen first, whatever a score would say
    at_home = found[found["chance_of_turn"].notna()]
    assert len(at_home) > 0.9 * len(found)
    assert at_home["outcome"].mean() == pytest.approx(at_home["chance_of_turn"].mean(), abs=0.08)
    likely = at_home["chance_of_turn"] > at_home["chance_of_turn"].median()
    assert at_home.loc[likely, "outcome"].mean() > 1.5 * at_home.loc[~likely, "outcome"].mean()


def test_time_since_the_last_review_counts_from_the_start_of_support_where_there_was_none(
    tables: Mapping[str, TrainingTable],
) -> None:
    rows = tables["care_review"].X
    never = rows["weeks_since_last_review"].isna()
    assert never.any()
    assert rows.loc[never, "weeks_since_review"].tolist() == rows.loc[never, "weeks_of_support"].tolist()
    assert rows.loc[~never, "weeks_since_review"].tolist() == rows.loc[~never, "weeks_since_last_review"].tolist()
