"""Models of amounts on made-up costs whose truth is known."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import numpy as np
import pytest

from riskmodels.errors import TrainingError
from riskmodels.modelling import train
from riskmodels.modelling.amounts.deviance import POWERS, tweedie_deviances, variance_power
from riskmodels.modelling.amounts.rows import read_amounts
from riskmodels.modelling.amounts.training import _choose
from riskmodels.modelling.boosting import smallest_leaf
from riskmodels.modelling.refit import refit
from riskmodels.policy import AssurancePolicy, ModelPolicy
from riskmodels.records import AmountEvaluation, TrainedModel, TrainingTable
from tests.unit.modelling.made_up_amounts import SETTINGS, MadeUp, make_amounts, tweedie

DRAWS = 40
POLICY = ModelPolicy(capacity=1, capacity_reason="Nobody is listed", seed=7)


@pytest.fixture(scope="module")
def made() -> MadeUp:
    return make_amounts(people=1200)


@pytest.fixture(scope="module")
def model(made: MadeUp) -> TrainedModel:
    return train(made.table, POLICY)


@pytest.fixture(scope="module")
def small() -> TrainingTable:
    return make_amounts(people=250, periods=4).table


@pytest.fixture(scope="module")
def small_model(small: TrainingTable) -> TrainedModel:
    return train(small, POLICY)


@pytest.fixture(scope="module")
def found(model: TrainedModel) -> AmountEvaluation:
    return model.amount_evaluation


def held_out(made: MadeUp) -> Any:
    last = made.table.spine["as_of"].max()
    return (made.table.spine["as_of"] == last).to_numpy()


def test_intervals_hold_nine_in_ten_of_what_could_have_come(made: MadeUp, model: TrainedModel) -> None:
    here = held_out(made)
    expected = model.amount_estimators[model.chosen].amount(made.table.X[here])
    assert made.table.strata is not None
    strata = made.table.strata[here].to_numpy(dtype=np.str_)
    low, high = model.amount_intervals.ends(expected, strata)
    rng = np.random.default_rng(11)
    held = np.stack([_inside(tweedie(rng, made.truth[here], 8.0), low, high) for _ in range(DRAWS)])

    assert 0.9 == pytest.approx(held.mean(), abs=0.02)
    for setting in SETTINGS:
        assert 0.9 == pytest.approx(held[:, strata == setting].mean(), abs=0.04)
    assert (0 <= low).all()
    assert (low <= expected).all()
    assert (expected <= high).all()


def _inside(amount: Any, low: Any, high: Any) -> Any:
    return (low <= amount) & (amount <= high)


def test_held_out_figures_are_better_than_today_and_right_in_sum(
    made: MadeUp, model: TrainedModel, found: AmountEvaluation
) -> None:
    saved = found.differences["chosen_minus_baseline"]["deviance_reduction"]
    error = found.metrics[model.chosen]["mean_error"]

    assert saved.low is not None
    assert saved.low > 0.2
    assert error.low is not None
    assert error.high is not None
    assert error.low <= 0 <= error.high
    truth = made.truth[held_out(made)]
    expected = model.amount_estimators[model.chosen].amount(made.table.X[held_out(made)])
    today = model.amount_estimators["baseline"].amount(made.table.X[held_out(made)])
    assert np.abs(expected - truth).mean() < 0.5 * np.abs(today - truth).mean()


def test_every_figure_is_there_with_its_interval(made: MadeUp, model: TrainedModel, found: AmountEvaluation) -> None:
    figures = {"mean_absolute_error", "mean_tweedie_deviance", "mean_error", "total_error"}
    own = {"coverage", "mean_interval_width"}

    assert list(found.metrics) == ["baseline", "interpretable", "lightgbm"]
    assert all(set(one) == (figures | own if name == model.chosen else figures) for name, one in found.metrics.items())
    for table in (found.metrics, found.differences):
        for one in table.values():
            for value in one.values():
                assert value.value is not None
                assert value.low is not None
                assert value.high is not None
                assert value.low <= value.value <= value.high
    assert (1200, "GBP per week", 0.9) == (found.rows, found.unit, found.nominal_coverage)
    assert int(made.table.outcome[held_out(made)].gt(0).sum()) == found.positives
    assert (found.rows, found.positives) == (
        found.competing.rows + found.others.rows,
        found.competing.positives + found.others.positives,
    )
    assert sorted(SETTINGS) == [one.stratum for one in found.strata]
    assert 1200 == sum(one.held_out_rows or 0 for one in found.strata)
    assert all(sum(one.rows for one in bins) == 1200 for bins in found.calibration.values())
    roles = {one.as_of: one.role for one in found.periods}
    assert ["development"] * 5 + ["held_out"] == [roles[day] for day in sorted(roles)]
    judged = [one for one in found.periods if one.deviance_reduction is not None]
    assert 5 == len(judged)
    assert all((one.deviance_reduction.value or 0) > 0 for one in judged if one.deviance_reduction)
    weight = made.table.spine["weight"][held_out(made)]
    mean = float(np.average(made.table.outcome[held_out(made)], weights=weight))
    assert mean == pytest.approx(found.mean_amount.value)
    assert found.metrics[model.chosen]["total_error"].value == pytest.approx(
        (found.metrics[model.chosen]["mean_error"].value or 0) / mean
    )


def test_a_model_says_what_it_is(model: TrainedModel, found: AmountEvaluation) -> None:
    words = " ".join((*model.notes, *found.notes))

    assert "amount" == model.task
    assert "had the competing event (such as death)" in words
    assert "prices rise each April" in words
    assert "carried forward, at least" in model.calibrators["baseline"]
    assert {"penalty", "rounds", "power", "tweedie_variance_power"} <= set(model.settings)
    assert model.settings["power"] in POWERS
    assert "mean_tweedie_deviance" in model._repr_html_()
    with pytest.raises(TypeError):
        _ = model.risk_evaluation


def test_the_same_seed_and_data_give_the_same_model(small: TrainingTable, small_model: TrainedModel) -> None:
    again = train(small, POLICY)

    assert small_model.digest == again.digest
    assert small_model.intervals == again.intervals
    assert small_model.amount_evaluation.metrics == again.amount_evaluation.metrics


def test_no_leaf_rests_on_fewer_than_the_disclosure_number_and_without_strata_there_is_one(
    small: TrainingTable,
) -> None:
    policy = ModelPolicy(capacity=1, capacity_reason="", seed=7, assurance=AssurancePolicy(disclosure_number=60))
    model = train(dataclasses.replace(small, strata=None), policy)
    trees: Any = model.amount_estimators["lightgbm"]

    assert smallest_leaf(trees.booster) >= 60
    assert ["Everybody"] == [one.stratum for one in model.amount_evaluation.strata]
    assert ("Everybody",) == model.amount_intervals.strata


def test_declared_directions_hold(made: MadeUp, model: TrainedModel) -> None:
    rows = made.table.X[held_out(made)].head(200)
    more = rows.assign(hours=rows["hours"] * 1.5)
    trees = model.amount_estimators["lightgbm"]

    assert (trees.amount(more) >= trees.amount(rows)).all()


def test_a_refit_without_a_change_is_the_same_bit_for_bit(made: MadeUp, model: TrainedModel) -> None:
    again: Any = refit(made.table, model)
    without: Any = refit(made.table, model, without=("cost_today",))
    rows = made.table.X.head(50)

    assert np.array_equal(again.amount(rows), model.amount_estimators[model.chosen].amount(rows))
    assert "cost_today" not in without.columns
    assert np.isfinite(without.amount(rows)).all()
    with pytest.raises(TrainingError, match="would be left out"):
        refit(made.table, model, without=("cost_today", "hours", "age", "setting"))


def test_the_regression_reads_amounts_of_today_s_family_as_logarithms_too(
    small: TrainingTable, small_model: TrainedModel
) -> None:
    regression: Any = small_model.amount_estimators["interpretable"]
    terms = regression.multipliers()
    below = small.X.head(20).assign(cost_today=-3.0)

    assert {"grown__cost_today", "nothing__missingindicator_cost_today"} <= set(terms["term"])
    assert "grown__hours" not in set(terms["term"])
    assert (terms["times"] > 0).all()
    assert np.isfinite(regression.amount(below)).all()  # a correction below nothing has an amount, too


def test_a_rise_in_prices_is_made_up_for_by_the_factor() -> None:
    # A factor learned as far ahead as it is used takes a steady rise of 4% every two months in its stride.
    model = train(make_amounts(people=600, rise=0.04).table, POLICY)
    error = model.amount_evaluation.metrics[model.chosen]["total_error"]

    assert error.low is not None
    assert error.high is not None
    assert error.low <= 0 <= error.high


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        (np.nan, "3 of .* amounts are missing or infinite"),
        (np.inf, "3 of .* amounts are missing or infinite"),
        (-641.5, "3 of .* amounts are below 0"),
    ],
)
def test_amounts_that_cannot_be_are_refused_and_counted(amount: float, found: str) -> None:
    table = make_amounts(people=40).table
    outcome = table.outcome.copy()
    outcome.iloc[[3, 5, 7]] = amount
    with pytest.raises(TrainingError, match=found) as refused:
        train(dataclasses.replace(table, outcome=outcome), POLICY)

    assert "641" not in str(refused.value)


def test_nothing_at_all_is_refused() -> None:
    table = make_amounts(people=40).table
    with pytest.raises(TrainingError, match="all 240 amounts are 0"):
        train(dataclasses.replace(table, outcome=table.outcome * 0), POLICY)
    late = table.outcome.where(table.spine["as_of"] != table.spine["as_of"].max(), 0.0)
    with pytest.raises(TrainingError, match=r"0 of 40 rows in the held-out period .* have any amount"):
        train(dataclasses.replace(table, outcome=late), POLICY)


def test_too_short_a_past_is_refused() -> None:
    with pytest.raises(TrainingError, match="2 as-of dates over 59 days"):
        train(make_amounts(people=40, periods=2).table, POLICY)


def test_today_below_nothing_is_refused() -> None:
    table = make_amounts(people=40).table
    with pytest.raises(TrainingError, match="'cost_today' is below 0 in 240 of 240 rows"):
        train(dataclasses.replace(table, X=table.X.assign(cost_today=-12.0)), POLICY)


def test_a_risk_is_not_read_as_an_amount_nor_an_amount_with_parts_missing() -> None:
    table = make_amounts(people=10).table
    with pytest.raises(TrainingError, match="predicts a risk"):
        read_amounts(dataclasses.replace(table, task="risk"))
    assert table.strata is not None
    with pytest.raises(TrainingError, match="strata have 59 rows"):
        read_amounts(dataclasses.replace(table, strata=table.strata.iloc[:-1]))


def test_the_gap_is_left_out_and_said() -> None:
    table = make_amounts(people=100, periods=7, horizon_days=120).table
    model = train(table, POLICY)

    assert 1 == sum(one.role == "gap" for one in model.amount_evaluation.periods)
    assert any("were not learned from" in note for note in model.notes)
    assert datetime.date(2022, 9, 1) == model.learned_from[-1]


def test_lightgbm_is_chosen_only_where_it_saves_more_than_the_margin() -> None:
    assert "lightgbm" == _choose({"lightgbm": 0.9, "interpretable": 1.0}, 0.05)[0]
    assert "interpretable" == _choose({"lightgbm": 0.96, "interpretable": 1.0}, 0.05)[0]
    assert "interpretable" == _choose({"lightgbm": 1.1, "interpretable": 1.0}, 0.0)[0]


@pytest.mark.parametrize("power", [1.1, 1.5, 1.9])
def test_the_deviance_is_that_of_scikit_learn(power: float) -> None:
    from sklearn.metrics import mean_tweedie_deviance

    rng = np.random.default_rng(3)
    y, expected = np.append(rng.gamma(1, 100, 50), 0.0), rng.gamma(2, 50, 51)

    assert mean_tweedie_deviance(y, expected, power=power) == pytest.approx(
        tweedie_deviances(y, expected, power).mean()
    )
    assert 0.0 == pytest.approx(tweedie_deviances(expected, expected, power).max(), abs=1e-9)


@pytest.mark.parametrize("power", [1.2, 1.5, 1.8])
def test_the_power_is_found_by_how_the_misses_spread(power: float) -> None:
    rng = np.random.default_rng(5)
    expected = np.exp(rng.uniform(0, 6, 20_000))
    y = expected + np.sqrt(0.5 * expected**power) * rng.normal(size=20_000)

    assert power == pytest.approx(variance_power(y, expected, weight=np.ones(20_000)), abs=0.05)


def test_weights_of_learning_are_not_those_of_judging(small: TrainingTable, small_model: TrainedModel) -> None:
    heavy = np.where(small.X["age"] > 60, 3.0, 0.3)
    other = train(small, POLICY, learning_weight=heavy)

    assert other.digest != small_model.digest
    assert other.amount_evaluation.mean_amount == small_model.amount_evaluation.mean_amount
    assert any("other weights" in note for note in other.notes)
