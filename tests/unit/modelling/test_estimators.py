from __future__ import annotations

from collections.abc import Callable

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import TrainingError
from riskmodels.modelling.baseline import LAST, baseline_score, fit_ladder
from riskmodels.modelling.boosting import (
    LEAST_IN_LEAF,
    LightGBMEstimator,
    grow,
    parameters,
    settings_to_try,
    smallest_leaf,
)
from riskmodels.modelling.interpretable import InterpretableEstimator
from riskmodels.modelling.reproducibility import tree_text
from riskmodels.modelling.rows import read_table
from riskmodels.records import TrainedModel, TrainingTable

MakeTable = Callable[..., TrainingTable]


def test_a_declared_direction_holds_everywhere(model: TrainedModel, table: TrainingTable) -> None:
    frame = table.X.iloc[:300]
    steps = np.linspace(-4, 4, 41)
    scores = np.stack([model.estimators["lightgbm"].raw_score(frame.assign(arrears=step)) for step in steps])
    assert (np.diff(scores, axis=0) >= 0).all()
    assert (scores[-1] > scores[0]).all()


def test_no_leaf_rests_on_fewer_people_than_the_disclosure_number(make_table: MakeTable) -> None:
    """LightGBM's own setting lets smaller leaves through; the trees grown in the end hold none."""
    table = make_table(entities=100, periods=3, heavy=True)
    rows = read_table(table)
    settings = settings_to_try(100)[0]
    trusting = lgb.train(
        parameters(table.columns, settings, seed=1), lgb.Dataset(rows.X, rows.y, weight=rows.weight), num_boost_round=60
    )
    assert smallest_leaf(trusting) < LEAST_IN_LEAF
    booster, used = grow(rows, table.columns, settings, rounds=60, seed=1)
    assert smallest_leaf(booster) >= LEAST_IN_LEAF
    assert used["min_data_in_leaf"] > settings["min_data_in_leaf"]


def test_the_trees_text_holds_no_parameters(model: TrainedModel) -> None:
    estimator = model.estimators["lightgbm"]
    assert isinstance(estimator, LightGBMEstimator)
    text = tree_text(estimator)
    assert f"Tree={model.rounds - 1}" in text
    assert f"Tree={model.rounds}\n" not in text
    assert "num_threads" not in text
    assert "num_threads" in estimator.booster.model_to_string()


def test_coefficients_read_as_terms_that_add_up_to_the_score(model: TrainedModel, table: TrainingTable) -> None:
    estimator = model.estimators["interpretable"]
    assert isinstance(estimator, InterpretableEstimator)
    terms = estimator.coefficients().set_index("term")["log_odds"]
    assert {"arrears at rank 0.00", "arrears at rank 0.33", "arrears at rank 0.67", "flag", "paid missing"} <= set(
        terms.index
    )
    pair = pd.concat([table.X.iloc[[0]].assign(flag=flag) for flag in (0.0, 1.0)])
    assert pytest.approx(terms["flag"]) == np.diff(estimator.raw_score(pair))[0]
    assert terms["flag"] > 0
    assert terms["arrears at rank 0.00"] < terms["arrears at rank 0.33"] < terms["arrears at rank 0.67"]


def test_a_frame_without_a_column_is_refused_by_every_estimator(model: TrainedModel, table: TrainingTable) -> None:
    for one in model.estimators.values():
        with pytest.raises(TrainingError, match=r"not in the frame: .*arrears"):
            one.raw_score(table.X.drop(columns="arrears"))


def test_the_baseline_ranks_by_the_figure_itself_either_way_and_the_missing_come_last() -> None:
    figure = np.array([3.0, np.nan, -1.0, 1e9])
    assert [3.0, LAST, -1.0, 1e9] == baseline_score(figure, 1.0).tolist()
    assert [1, 3, 0, 2] == np.argsort(baseline_score(figure, -1.0)).tolist()


def test_a_ladder_gives_middle_ranks_and_is_level_beyond_its_ends() -> None:
    ladder = fit_ladder(np.array([1.0, 2.0, 2.0, 5.0, LAST]))
    assert [0.0, 0.125, 0.5, 0.875, 0.875] == ladder.rank(np.array([LAST, -9.0, 2.0, 5.0, 99.0])).tolist()
    assert [0.0, 0.5] == fit_ladder(np.array([LAST])).rank(np.array([LAST, 1.0])).tolist()
