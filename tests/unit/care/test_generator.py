"""The made-up council: the same every time, believable, as untidy as returns are, and its truth is true."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from riskmodels.definitions import Definitions
from riskmodels.lake import Lake
from riskmodels.lake.demo import DemoLake, make_demo_lake
from riskmodels.lake.demo.care import write_care
from riskmodels.lake.demo.care.forms import CARE_EXTRACTS
from riskmodels.lake.demo.care.people import UNDER_SERVED
from riskmodels.lake.demo.forms import Codes, Constant
from riskmodels.lake.demo.places import places
from riskmodels.lake.demo.streams import Streams


def write(folder: Path, *, people: int = 200, seed: int = 3, years: int = 1, unmet_need: bool = False) -> Path:
    streams = Streams(seed)
    (folder / "truth").mkdir(parents=True)
    write_care(
        folder / "lake",
        folder / "truth",
        people=people,
        first_day=datetime.date(2026 - years, 4, 1),
        last_day=datetime.date(2026, 3, 31),
        where=places(streams.named("places")),
        streams=streams,
        tell=lambda stage, share: None,
        unmet_need=unmet_need,
    )
    return folder


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*.parquet"))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def table(folder: Path) -> pd.DataFrame:
    files = sorted(folder.rglob("*.parquet"))
    return pd.concat([pq.read_table(file, partitioning=None).to_pandas() for file in files], ignore_index=True)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("council"), people=1500, seed=4, years=3)


@pytest.fixture(scope="module")
def truth(council: Path) -> pd.DataFrame:
    return pd.read_parquet(council / "truth" / "care_truth.parquet")


@pytest.fixture(scope="module")
def returns(council: Path) -> pd.DataFrame:
    found = table(council / "lake" / "client_level_data")
    days = [name for name in found.columns if isinstance(found[name].dropna().iloc[0], datetime.date)]
    return found.assign(**{name: pd.to_datetime(found[name]) for name in days})


def test_the_same_seed_makes_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    first, again = write(tmp_path / "one"), write(tmp_path / "two")
    assert digests(first) == digests(again)
    assert digests(first) != digests(write(tmp_path / "three", seed=4))


def test_the_landlords_files_are_the_same_bytes_with_care_beside_them(tmp_path: Path) -> None:
    alone = make_demo_lake(tmp_path / "alone", households=20, years=1, seed=5)
    beside = make_demo_lake(tmp_path / "beside", households=20, years=1, seed=5, care_people=200)
    before, after = digests(alone.path), digests(beside.path)
    assert before == {file: after[file] for file in before}
    more = set(after) - set(before)
    assert {"persons/care.parquet", "exclusions/care.parquet"} <= more
    assert {file.split("/")[0] for file in more} == {*CARE_EXTRACTS, "persons", "exclusions"}


def test_unmet_need_is_planted_on_request_alone_and_only_the_under_served_cost_less(tmp_path: Path) -> None:
    left_alone, planted = write(tmp_path / "one"), write(tmp_path / "two", unmet_need=True)
    before, after = (pd.read_parquet(one / "truth" / "care_truth.parquet") for one in (left_alone, planted))
    assert before["expected_weekly_cost_gbp"].tolist() == pytest.approx(before["expected_weekly_need_gbp"].tolist())
    assert before["expected_weekly_need_gbp"].tolist() == after["expected_weekly_need_gbp"].tolist()
    at_home = after["state"].str.startswith("home care")
    group = table(planted / "lake" / "persons").set_index("person_id")["ethnic_group"].reindex(after["person_id"])
    under_served = at_home & group.str.startswith(UNDER_SERVED).to_numpy(dtype=bool, na_value=False)
    met = after["expected_weekly_cost_gbp"] / after["expected_weekly_need_gbp"]
    assert met[under_served].median() < 0.75
    others = (
        at_home & group.notna().to_numpy() & group.isin(["White: Irish", "Asian or Asian British: Indian"]).to_numpy()
    )
    assert met[others].min() == pytest.approx(1.0)


def test_the_council_is_believable(truth: pd.DataFrame) -> None:
    """Rough bounds, in the manner of England's returns: most are at home, a quarter have a learning disability."""
    now = truth[truth["as_of"] == datetime.date(2024, 10, 1)]
    supported = now[now["weekly_cost_now_gbp"] > 0]
    assert 1200 < len(supported) < 2000
    assert 550 < supported["weekly_cost_now_gbp"].mean() < 950
    in_homes = supported["state"].isin(["residential", "nursing"]).mean()
    assert 0.20 < in_homes < 0.38
    assert 0.15 < (supported["group"] == "learning disability").mean() < 0.30
    assert 0.02 < (now["state"] == "waiting").mean() < 0.10
    die = 1 - now["expected_weeks_lived"].mean() / 26
    assert 0.01 < die < 0.10


def test_what_was_to_be_expected_came_true_on_average(truth: pd.DataFrame) -> None:
    known = truth[truth["weekly_cost_gbp"].notna()]
    weight = known["weeks_lived"]
    for _, group in known.groupby(known["group"]):
        lived = weight[group.index]
        expected = np.average(group["expected_weekly_cost_gbp"], weights=group["expected_weeks_lived"])
        assert np.average(group["weekly_cost_gbp"], weights=lived) == pytest.approx(expected, rel=0.05)
    assert known["weeks_lived"].mean() == pytest.approx(known["expected_weeks_lived"].mean(), rel=0.02)


def test_prices_rise_each_april_by_new_rows(returns: pd.DataFrame) -> None:
    home = returns[
        (returns["Service_Component"] == "Home Support") | (returns["Service_Component"] == "Domiciliary Care")
    ]
    opened = home[home["Event_Start_Date"].isin([pd.Timestamp("2024-04-01"), pd.Timestamp("2025-04-01")])]
    rates = opened.groupby("Event_Start_Date")["Unit_Cost"].agg(lambda costs: costs.mode()[0])
    assert rates.is_monotonic_increasing
    assert rates.is_unique
    closed = home[home["Event_End_Date"] == pd.Timestamp("2025-04-01")]
    assert 0.9 < (closed["Event_Outcome"] == "Continuation of Support or Services").mean()


def test_one_event_comes_in_several_submissions_and_changes(returns: pd.DataFrame) -> None:
    by_event = returns.groupby("Event_Reference")
    assert by_event.size().max() >= 4
    is_open = returns["Event_End_Date"].isna().groupby(returns["Event_Reference"])
    ended_later = is_open.any() & ~is_open.all()
    righted = by_event["Unit_Cost"].min() < by_event["Unit_Cost"].max()
    assert ended_later.sum() > 200
    assert righted.sum() > 20
    assert returns["Is_Withdrawn"].sum() > 10
    first = by_event["Submission_Cut"].min()
    late = (first - by_event["Event_Start_Date"].max()).dt.days
    assert (late[first > returns["Submission_Cut"].min()] > 100).sum() > 20


def test_each_submission_is_known_by_its_cut_and_spans_twelve_months(returns: pd.DataFrame) -> None:
    cut, until = returns["Submission_Cut"], returns["Reporting_Period_End"]
    assert (cut - until).dt.days.between(1, 15).all()
    assert until.nunique() == 12
    end = returns["Event_End_Date"]
    sound = end >= returns["Event_Start_Date"]
    assert (end[sound] > until[sound] - pd.Timedelta(days=365)).all()


def test_planted_faults_are_counted_in_the_truth(made: DemoLake, lake: Lake, workspace: Definitions) -> None:
    faults = pd.read_parquet(made.truth_path.with_name("care_faults.parquet")).set_index(["extract", "fault"])["rows"]
    found = lake.quality([workspace.contracts["CareEvents"]]).extracts[0]
    named = {
        "Event_Start_Date: after Event_End_Date": "ends before it starts",
        "Unit_Cost: without Cost_Frequency_Unit_Type": "a cost without a frequency",
        "Planned_Units_Per_Week: below the least": "below the least",
        "Planned_Units_Per_Week: without Service_Component": "units of nothing",
        "Event_Type: not an allowed value": "not in the code list",
        "LA_Person_Unique_Identifier: empty": "empty",
    }
    planted = faults["client_level_data"]
    assert {rule: planted[fault] for rule, fault in named.items() if fault in planted} == dict(found.quarantined)
    assert len(found.quarantined) >= 5
    assert not found.over_tolerance
    assert planted["trap: starts after the cut"] > 0


def test_what_no_contract_declares_is_there_to_be_left_unread(workspace: Definitions, council: Path) -> None:
    for name in ("CareEvents", "CarePeople", "UnpaidCarers"):
        contract = workspace.contracts[name]
        forms = CARE_EXTRACTS[contract.folder()]
        extra = set(forms) - set(contract.columns())
        assert set(contract.columns()) <= set(forms)
        assert extra
        for column in extra:
            form = forms[column]
            assert isinstance(form, Constant)
            assert form.text.endswith("NOT READ")


def test_every_code_that_is_sent_is_in_the_contract_or_is_mapped(workspace: Definitions) -> None:
    for name in ("CareEvents", "CarePeople"):
        contract = workspace.contracts[name]
        for column, spec in contract.columns().items():
            form = CARE_EXTRACTS[contract.folder()][column]
            if isinstance(form, Codes) and column != "lsoa21":
                assert set(form.values) <= {*(spec.values or ()), *dict(spec.mapped)}, column  # noqa: PD011
