"""Totals of people's costs: those here, those not yet here, ranges that hold, and nobody given away."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import TrainingError
from riskmodels.modelling import train
from riskmodels.modelling.forecasting import draw_errors, draw_totals
from riskmodels.modelling.forecasting.origins import totals_at
from riskmodels.modelling.forecasting.people import read_people
from riskmodels.modelling.forecasting.shown_places import places_shown
from riskmodels.modelling.forecasting.starters import expected_starters, starters_after
from riskmodels.modelling.totals import expected_on_each_date, forecast_totals, people_of, with_totals
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.records.totals import TotalsBacktest
from tests.unit.modelling.made_up_amounts import make_amounts
from tests.unit.modelling.made_up_people import HORIZON_DAYS, WARDS, make_people

BY = ["ward", "reason"]


def forecast(people: pd.DataFrame) -> TotalsBacktest:
    return forecast_totals(people, by=BY, unit="GBP per week", horizon_days=HORIZON_DAYS)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return make_people(seed=1)


@pytest.fixture(scope="module")
def found(people: pd.DataFrame) -> TotalsBacktest:
    return forecast(people)


@pytest.fixture(scope="module")
def several() -> list[TotalsBacktest]:
    return [forecast(make_people(seed=seed, people=400)) for seed in range(8)]


def test_ranges_of_places_hold_nine_times_in_ten(several: list[TotalsBacktest]) -> None:
    counts = [one.overall for one in several]
    held = sum(one.covered for one in counts) / sum(one.ranged for one in counts)
    assert 0.85 <= held <= 0.95


def test_ranges_of_the_whole_hold_as_often_or_more(several: list[TotalsBacktest]) -> None:
    sums = [found.sums[-1] for found in several]
    assert {()} == {one.place for one in sums}
    assert sum(one.covered for one in sums) / sum(one.ranged for one in sums) >= 0.85


def test_totals_beat_the_same_quarters_a_year_before(found: TotalsBacktest) -> None:
    assert found.overall.error < found.overall.seasonal_naive
    assert found.ratio.high is not None
    assert found.ratio.high < 1


def test_what_is_expected_and_every_end_is_0_or_above(found: TotalsBacktest) -> None:
    for one in found.forecasts:
        assert one.low is not None
        assert one.high is not None
        assert 0 <= one.low <= one.expected <= one.high


def test_parts_add_up_to_the_whole_and_ranges_do_not(found: TotalsBacktest) -> None:
    coming = found.forecast_frame()
    whole = coming[(coming["ward"] == "All") & (coming["reason"] == "All")].iloc[0]
    parts = coming[(coming["ward"] != "All") & (coming["reason"] != "All")]
    assert whole["expected"] == pytest.approx(parts["expected"].sum())
    assert whole["high"] - whole["low"] < (parts["high"] - parts["low"]).sum()


def test_equal_rows_in_any_order_give_equal_totals(people: pd.DataFrame, found: TotalsBacktest) -> None:
    again = forecast(people.sample(frac=1.0, random_state=2)).forecast_frame()
    pd.testing.assert_frame_equal(found.forecast_frame(), again, rtol=1e-9)
    assert dataclasses.asdict(found) == dataclasses.asdict(forecast(people.copy()))


def test_nothing_that_comes_after_a_date_moves_what_was_forecast_on_it(people: pd.DataFrame) -> None:
    days = sorted(people["as_of"].unique())
    changed = people.copy()
    later = changed["as_of"] > days[9]
    changed.loc[later, ["today", "expected"]] *= 3
    not_over = changed["as_of"] > days[7]  # horizons that end after the tenth date
    changed.loc[not_over, "observed"] *= 5
    changed.loc[not_over, "lived"] = 1.0
    one, other = (totals_at(read_people(rows, BY), HORIZON_DAYS)[9] for rows in (people, changed))
    assert np.array_equal(one.expected, other.expected)
    assert np.array_equal(one.spread, other.spread)
    assert not np.array_equal(one.observed, other.observed)


def rows_by_hand() -> pd.DataFrame:
    """Three dates 91 days apart. Ann is there throughout; Bob comes by the second date, Cy by the third."""
    listed = [
        (1, "2024-01-01", 100.0, 110.0, 1.0, "A"),
        (1, "2024-04-01", 100.0, 110.0, 1.0, "A"),
        (2, "2024-04-01", 40.0, 40.0, 0.5, "B"),
        (1, "2024-07-01", 120.0, np.nan, np.nan, "A"),
        (2, "2024-07-01", 60.0, np.nan, np.nan, "B"),
        (3, "2024-07-01", 80.0, np.nan, np.nan, "B"),
    ]
    rows = pd.DataFrame(listed, columns=["entity", "as_of", "today", "observed", "lived", "place"])
    return rows.assign(expected=rows["today"], stands_for=1.0, stratum="All")


def test_new_starters_are_those_at_later_dates_who_were_not_there() -> None:
    came = starters_after(read_people(rows_by_hand(), ["place"]), 0, 182)
    assert came is not None
    assert [[0, 2], [0, 0]] == came.people.tolist()
    # Straight lines from 0 by 40 to 140 (60 and 80), over two quarters of equal length: 40 / 2 + 140 / 4.
    assert [0, 55] == came.amount[0].tolist()


def test_a_horizon_that_no_date_reaches_to_the_end_of_has_no_total() -> None:
    rows = read_people(rows_by_hand(), ["place"])
    assert starters_after(rows, 1, 182) is None
    totals = totals_at(rows, 182)
    assert [110, 55] == totals[0].observed.tolist()
    assert np.isnan(totals[1].observed).all()


def test_those_under_25_are_counted_by_themselves() -> None:
    came = starters_after(read_people(rows_by_hand().assign(young=[0, 0, 0, 0, 0, 1]), ["place"]), 0, 182)
    assert came is not None
    assert [[0, 1], [0, 1]] == came.people.tolist()
    assert [[0, 35], [0, 20]] == came.amount.tolist()


def test_a_place_where_few_came_leans_on_everybody() -> None:
    rows = read_people(rows_by_hand(), ["place"])
    came = starters_after(rows, 0, 182)
    assert came is not None
    expected = expected_starters([came], np.array([1.0, 0.0]), apart=1.0)
    assert 0 < expected.people[0, 0] < 2
    assert 2 == pytest.approx(expected.people[0].sum())
    assert 27.5 == pytest.approx(expected.amount[0, 0] / expected.people[0, 0])


def test_of_a_stratum_those_who_die_and_those_who_do_not_are_told_apart_by_reason(people: pd.DataFrame) -> None:
    totals = totals_at(read_people(people, BY), HORIZON_DAYS)
    cells = read_people(people, BY).cells
    judged = [one for one in totals if np.isfinite(one.expected + one.observed).all()]
    for reason in ("Learning", "Physical"):
        which = [number for number, cell in enumerate(cells) if cell[1] == reason]
        said, came = (sum(getattr(one, name)[which].sum() for one in judged) for name in ("expected", "observed"))
        assert 1 == pytest.approx(said / came, abs=0.04)


def test_no_place_that_is_shown_has_too_few_people(people: pd.DataFrame, found: TotalsBacktest) -> None:
    newest = people[people["as_of"] == people["as_of"].max()]
    counted = newest.groupby(BY).size()
    assert counted.min() < 10
    assert found.pooled > 0
    shown = {tuple(group for _, group in one.place) for one in found.forecasts if len(one.place) == 2}
    assert shown
    assert not {cell for cell, many in counted.items() if many < 10} & shown


@pytest.mark.parametrize("seed", range(30))
def test_no_total_less_its_shown_parts_leaves_too_few_people(seed: int) -> None:
    draw = np.random.default_rng(seed)
    cells = [(f"w{one}", f"r{other}") for one in range(4) for other in range(4)]
    people = np.where(draw.random(16) < 0.4, draw.integers(0, 10, 16), draw.integers(10, 80, 16)).tolist()
    shown = places_shown(cells, people, by=BY, number=10)
    wards, reasons, _ = shown.sums
    covered = sorted(cell for which in shown.finest.values() for cell in which)
    assert list(range(16)) == covered
    for places in (shown.finest, wards, reasons):
        assert all(sum(people[cell] for cell in which) >= 10 for which in places.values())
    alone = {which[0] for which in shown.finest.values() if len(which) == 1}
    for which in (*wards.values(), *reasons.values()):
        left = sum(people[cell] for cell in which if cell not in alone)
        assert left == 0 or left >= 10
    sums = [*shown.finest.values(), *wards.values(), *reasons.values()]
    known = np.array([[cell in which for cell in range(16)] for which in sums], dtype=float)
    rank = np.linalg.matrix_rank(known)
    for cell in range(16):  # a cell that follows from the sums adds nothing to what they say
        if 0 < people[cell] < 10:
            assert rank < np.linalg.matrix_rank(np.vstack([known, np.eye(16)[cell]]))


def test_a_borough_with_too_few_people_has_no_totals(people: pd.DataFrame) -> None:
    some = people["entity"].isin(people["entity"].unique()[:5])
    with pytest.raises(TrainingError, match="fewer than 10 people"):
        forecast(people[some])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.drop(columns="today"), "not there: today"),
        (lambda rows: pd.concat([rows, rows]), "twice at one date"),
        (lambda rows: rows.assign(today=-1.0), "below 0"),
        (lambda rows: rows.assign(today=np.nan), "without the amount"),
        (lambda rows: rows[rows["as_of"] < "2020-12-01"], "no past forecast"),
        (lambda rows: rows.assign(expected=np.nan), "no past forecast"),
    ],
    ids=["column", "twice", "below 0", "no cost", "short", "no model"],
)
def test_what_cannot_be_summed_is_refused(people: pd.DataFrame, change: object, words: str) -> None:
    assert callable(change)
    with pytest.raises(TrainingError, match=words):
        forecast(change(people))


def test_totals_are_drawn_and_shown_in_words(found: TotalsBacktest) -> None:
    figure, words = draw_totals(found, of="ward", title="Cost of support")
    assert 1 == len(figure.axes)
    assert "Alperton" in words
    assert "Worse than seasonal-naive" in draw_errors(found)[1]
    assert "Sum: everything" in found._repr_html_()


def test_it_is_said_where_a_simple_forecast_was_nearer(found: TotalsBacktest) -> None:
    nearer = sum(1 for one in found.places if one.error > one.naive)
    assert (
        f"Of {len(found.places)} places, the same two quarters a year before were nearer in {len(found.worse)}, "
        in (said := found.notes[-2])
    )
    assert said.endswith(f"today's amounts carried on in {nearer}.")


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    made = make_amounts(people=120, periods=10, horizon_days=56, dispersion=3.0).table
    spine = made.spine
    wards = pd.Series(np.array(WARDS[:3])[(spine["entity"] % 3).to_numpy()], name="ward")
    every_quarter = made.spine["as_of"].dt.month.to_numpy() % 2 == 1
    assert every_quarter.all()
    return dataclasses.replace(made, totals_by=pd.DataFrame({"ward": wards}))


def test_the_weight_of_who_died_is_parted_into_time_lived_and_people_stood_for(table: TrainingTable) -> None:
    people = people_of(table, np.zeros(table.rows))
    died = table.spine["competing"].to_numpy()
    assert (people.loc[~died, "lived"] == 1).all()
    assert (people.loc[died, "lived"] < 1).mean() > 0.9
    assert (people["lived"] * people["stands_for"]).to_numpy() == pytest.approx(table.spine["weight"].to_numpy())


@pytest.fixture(scope="module")
def model(table: TrainingTable) -> TrainedModel:
    return train(table, ModelPolicy(capacity=1, capacity_reason="Nobody is listed", seed=7))


def test_a_model_of_amounts_is_given_its_totals(table: TrainingTable, model: TrainedModel) -> None:
    found = with_totals(model, table).amount_evaluation
    assert found.totals is not None
    assert ("ward",) == found.totals.by
    assert "GBP per week" == found.totals.unit
    last = table.spine["as_of"].max().date()
    assert {last} == {one.begins for one in found.totals.forecasts}


def test_a_table_with_few_dates_gives_a_note_and_no_totals(table: TrainingTable, model: TrainedModel) -> None:
    late = (table.spine["as_of"] > pd.Timestamp("2023-04-15")).to_numpy()
    places, strata = table.totals_by, table.strata
    assert places is not None
    assert strata is not None
    few = dataclasses.replace(
        table,
        X=table.X[late].reset_index(drop=True),
        outcome=table.outcome[late].reset_index(drop=True),
        audit=table.audit[late].reset_index(drop=True),
        spine=table.spine[late].reset_index(drop=True),
        totals_by=places[late].reset_index(drop=True),
        strata=strata[late].reset_index(drop=True),
    )
    found = with_totals(model, few).amount_evaluation
    assert found.totals is None
    assert "Totals by ward are not given: no past forecast can be compared" in found.notes[-1]


def test_a_model_without_places_is_given_back(table: TrainingTable, model: TrainedModel) -> None:
    assert with_totals(model, dataclasses.replace(table, totals_by=None)) is model


def test_each_date_is_told_by_a_model_of_what_was_over_by_then(table: TrainingTable, model: TrainedModel) -> None:
    expected = expected_on_each_date(table, model)
    first = table.spine["as_of"] == table.spine["as_of"].min()
    assert np.isnan(expected[first]).all()
    last = (table.spine["as_of"] == table.spine["as_of"].max()).to_numpy()
    assert np.isfinite(expected[last]).all()
    later_worse = dataclasses.replace(table, outcome=table.outcome.where(~last, table.outcome * 9))
    assert np.array_equal(expected, expected_on_each_date(later_worse, model), equal_nan=True)


def test_a_table_without_places_is_refused() -> None:
    made = make_amounts(people=50, periods=3).table
    with pytest.raises(TrainingError, match="anything to give totals by"):
        people_of(made, np.zeros(made.rows))
