from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from riskmodels.errors import TrainingError
from riskmodels.modelling import train
from riskmodels.modelling.refit import refit
from riskmodels.modelling.rows import read_table
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable

MakeTable = Callable[..., TrainingTable]


@pytest.fixture(scope="module")
def small(make_table: MakeTable) -> TrainingTable:
    return make_table(entities=400, periods=4, heavy=True)


@pytest.fixture(scope="module")
def plain(small: TrainingTable, policy: ModelPolicy) -> TrainedModel:
    return train(small, policy)


@pytest.fixture(scope="module")
def curved(make_table: MakeTable) -> TrainingTable:
    return make_table(curve=2.5, entities=1200, periods=4)


@pytest.fixture(scope="module")
def boosted(curved: TrainingTable, policy: ModelPolicy) -> TrainedModel:
    model = train(curved, policy)
    assert "lightgbm" == model.chosen
    return model


def flagged(table: TrainingTable, times: float) -> np.ndarray:
    return np.where(table.X["flag"] == 1, times, 1.0)


def test_a_learning_weight_of_one_changes_nothing_but_is_said(
    small: TrainingTable, policy: ModelPolicy, plain: TrainedModel
) -> None:
    ones = train(small, policy, learning_weight=np.ones(small.rows))
    assert plain.digest == ones.digest
    assert plain.evaluation.metrics == ones.evaluation.metrics
    assert not any("other weights" in note for note in plain.notes)
    assert any("other weights" in note for note in ones.notes)


def test_what_is_fitted_follows_the_learning_weight(
    small: TrainingTable, policy: ModelPolicy, plain: TrainedModel
) -> None:
    other = train(small, policy, learning_weight=flagged(small, 20.0))
    assert plain.digest != other.digest
    for name in ("interpretable", "lightgbm"):
        before, after = plain.estimators[name].raw_score(small.X), other.estimators[name].raw_score(small.X)
        assert not np.array_equal(before, after), name


def test_what_is_judged_does_not(small: TrainingTable, policy: ModelPolicy, plain: TrainedModel) -> None:
    other = train(small, policy, learning_weight=flagged(small, 20.0))
    assert plain.evaluation.base_rate == other.evaluation.base_rate
    assert plain.evaluation.metrics["baseline"] == other.evaluation.metrics["baseline"]
    assert plain.calibrators["baseline"] == other.calibrators["baseline"]
    assert plain.cross_fitted["baseline"] == other.cross_fitted["baseline"]


def test_probabilities_stay_those_of_people_as_they_are(make_table: MakeTable, policy: ModelPolicy) -> None:
    table = make_table(entities=1000, periods=6, persistent=0.0)
    cases = np.where(table.outcome == 1, 5.0, 1.0)  # learned from as if the outcome were five times as common
    model = train(table, policy, learning_weight=cases)
    gap = model.evaluation.metrics["interpretable"]["calibration_in_the_large"].value
    assert gap == pytest.approx(0.0, abs=0.04)


def test_the_learning_weight_is_multiplied_with_the_spines(small: TrainingTable) -> None:
    rows = read_table(small, learning_weight=flagged(small, 3.0))
    assert rows.weight.tobytes() == read_table(small).weight.tobytes()
    assert (rows.fitting_weight == rows.weight * flagged(small, 3.0)).all()
    assert (rows.where(rows.y == 1).fitting_weight == rows.fitting_weight[rows.y == 1]).all()
    day = rows.as_of[0].item()
    assert (rows.at(day).fitting_weight == rows.fitting_weight[rows.as_of == rows.as_of[0]]).all()


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
def test_a_learning_weight_that_is_not_above_0_is_an_error(
    small: TrainingTable, policy: ModelPolicy, wrong: float
) -> None:
    weight = np.ones(small.rows)
    weight[3] = wrong
    with pytest.raises(TrainingError, match="1 of 1,600 learning weights"):
        train(small, policy, learning_weight=weight)


def test_a_learning_weight_of_another_length_is_an_error(small: TrainingTable, policy: ModelPolicy) -> None:
    with pytest.raises(TrainingError, match="for 1,600 rows"):
        train(small, policy, learning_weight=np.ones(small.rows - 1))


def test_a_refit_without_a_change_is_the_model_to_the_bit(
    small: TrainingTable, plain: TrainedModel, curved: TrainingTable, boosted: TrainedModel
) -> None:
    for table, model in ((small, plain), (curved, boosted)):
        again = refit(table, model)
        assert model.chosen == again.name
        assert model.estimators[model.chosen].raw_score(table.X).tobytes() == again.raw_score(table.X).tobytes()
        assert model.estimators[model.chosen].probability(table.X).tobytes() == again.probability(table.X).tobytes()


def test_a_refit_does_not_see_what_it_is_not_told(
    small: TrainingTable, plain: TrainedModel, curved: TrainingTable, boosted: TrainedModel
) -> None:
    for table, model in ((small, plain), (curved, boosted)):
        blind = refit(table, model, without={"arrears"})
        assert np.isfinite(blind.raw_score(table.X.drop(columns="arrears"))).all()


def test_a_refit_follows_the_learning_weight(curved: TrainingTable, boosted: TrainedModel) -> None:
    other = refit(curved, boosted, learning_weight=flagged(curved, 20.0))
    assert not np.array_equal(boosted.estimators["lightgbm"].raw_score(curved.X), other.raw_score(curved.X))


def test_a_refit_without_any_column_is_an_error(small: TrainingTable, plain: TrainedModel) -> None:
    with pytest.raises(TrainingError, match="all 4 columns"):
        refit(small, plain, without={column.feature for column in small.columns})
