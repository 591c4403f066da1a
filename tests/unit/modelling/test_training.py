from __future__ import annotations

import dataclasses
import datetime
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import riskmodels
from riskmodels.errors import TrainingError
from riskmodels.modelling import train
from riskmodels.modelling.metrics import METRICS
from riskmodels.modelling.training import _choose
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable

MakeTable = Callable[..., TrainingTable]


def predictions(model: TrainedModel, X: pd.DataFrame) -> dict[str, bytes]:
    return {
        name: one.raw_score(X).tobytes() + one.probability(X).tobytes()
        for name, one in sorted(model.estimators.items())
    }


def test_a_model_has_three_estimators_and_every_metric_with_its_interval(model: TrainedModel) -> None:
    assert {"baseline", "interpretable", "lightgbm"} == set(model.estimators) == set(model.evaluation.metrics)
    for name, figures in model.evaluation.metrics.items():
        assert list(METRICS) == list(figures), name
        for metric, interval in figures.items():
            assert interval.value is not None, (name, metric)
            assert interval.low is not None, (name, metric)
            assert interval.high is not None, (name, metric)
            assert interval.low <= interval.value <= interval.high, (name, metric)


def test_the_model_learned_something_and_beats_todays_practice(model: TrainedModel) -> None:
    gain = model.evaluation.differences["chosen_minus_baseline"]["roc_auc"]
    assert gain.low is not None
    assert gain.low > 0


def test_a_straight_risk_is_left_to_the_interpretable_model(model: TrainedModel) -> None:
    assert "interpretable" == model.chosen
    assert "does not beat" in model.choice_reason


@pytest.mark.parametrize("lightgbm", [0.79, 0.835, 0.844])
def test_where_neither_model_beats_todays_practice_the_choice_says_so_and_crowns_no_lightgbm(lightgbm: float) -> None:
    chosen, reason = _choose({"baseline": 0.844, "interpretable": 0.78, "lightgbm": lightgbm}, 0.005)
    assert "interpretable" == chosen
    assert reason.startswith("Neither model beats today's practice on development periods")
    assert f"{lightgbm:.3f} (LightGBM) and 0.780 (interpretable) against 0.844" in reason


@pytest.mark.parametrize(("lightgbm", "chosen"), [(0.85, "lightgbm"), (0.845, "interpretable")])
def test_every_reason_gives_the_figure_of_todays_practice(lightgbm: float, chosen: str) -> None:
    found, reason = _choose({"baseline": 0.80, "interpretable": 0.842, "lightgbm": lightgbm}, 0.005)
    assert chosen == found
    assert reason.endswith("today's practice 0.800")


def test_lightgbm_is_chosen_where_it_beats_the_margin_and_only_there(
    make_table: MakeTable, policy: ModelPolicy
) -> None:
    table = make_table(curve=2.5, entities=1200, periods=4)
    model = train(table, policy)
    gain = model.cross_fitted["lightgbm"] - model.cross_fitted["interpretable"]
    assert gain > policy.margin
    assert "lightgbm" == model.chosen
    cautious = train(table, policy.model_copy(update={"margin": gain + 0.001}))
    assert "interpretable" == cautious.chosen
    assert model.digest == cautious.digest


def test_scores_of_all_estimators_can_be_used_on_any_frame_with_the_columns(
    model: TrainedModel, table: TrainingTable
) -> None:
    frame = table.X.iloc[:50][list(reversed(table.X.columns))].assign(extra=1.0)
    for one in model.estimators.values():
        assert np.isfinite(one.raw_score(frame)).all()
        chance = one.probability(frame)
        assert ((chance >= 0) & (chance <= 1)).all()
        order = np.argsort(one.raw_score(frame))
        assert (np.diff(chance[order]) >= 0).all()  # calibration never changes the order


def test_two_trainings_are_the_same_to_the_bit(model: TrainedModel, table: TrainingTable, policy: ModelPolicy) -> None:
    again = train(table, policy)
    assert model.digest == again.digest
    assert predictions(model, table.X) == predictions(again, table.X)
    assert model.evaluation.metrics == again.evaluation.metrics
    assert model.evaluation.periods == again.evaluation.periods


def test_a_training_in_another_process_is_the_same_to_the_bit(model: TrainedModel, table: TrainingTable) -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1])\n"
        "import conftest, riskmodels.modelling\n"
        "from riskmodels.policy import ModelPolicy\n"
        "table = conftest.make_table()\n"
        "policy = ModelPolicy(capacity=100, capacity_reason='x', seed=7)\n"
        "model = riskmodels.modelling.train(table, policy)\n"
        "parts = [one.raw_score(table.X).tobytes() + one.probability(table.X).tobytes()"
        " for _, one in sorted(model.estimators.items())]\n"
        "print(model.digest, hashlib.sha256(b''.join(parts)).hexdigest())\n"
    )
    here = hashlib.sha256(b"".join(predictions(model, table.X).values())).hexdigest()
    source = str(Path(riskmodels.__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        env={**os.environ, "PYTHONPATH": source, "PYTHONHASHSEED": "123", "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [model.digest, here] == ran.stdout.split()


def test_another_seed_gives_another_model(make_table: MakeTable, policy: ModelPolicy) -> None:
    table = make_table(entities=200, periods=3)
    assert train(table, policy).digest != train(table, policy.model_copy(update={"seed": 8})).digest


def test_nothing_is_learned_from_the_held_out_period_or_the_gap(make_table: MakeTable, policy: ModelPolicy) -> None:
    table = make_table(entities=400, periods=8, horizon_days=62)
    plain = train(table, policy)
    late = (table.spine["as_of"] > pd.Timestamp(plain.learned_from[-1])).to_numpy()
    assert 400 < late.sum()  # the gap is not empty
    rng = np.random.default_rng(0)
    X = table.X.copy()
    X.loc[late] = rng.normal(size=(int(late.sum()), X.shape[1]))
    outcome = table.outcome.where(~late, rng.integers(0, 2, len(table.outcome)))
    other = train(dataclasses.replace(table, X=X, outcome=outcome), policy)
    assert plain.digest == other.digest
    assert plain.cross_fitted == other.cross_fitted
    assert plain.chosen == other.chosen
    assert plain.evaluation.metrics != other.evaluation.metrics


def test_three_dates_are_enough(make_table: MakeTable, policy: ModelPolicy) -> None:
    model = train(make_table(entities=600, periods=3), policy)
    assert (datetime.date(2023, 3, 1),) == model.evaluation.held_out
    assert (datetime.date(2023, 1, 1), datetime.date(2023, 2, 1)) == model.learned_from
    assert any("One development period only" in note for note in model.notes)


def test_a_shift_in_the_base_rate_is_named_with_its_figures(make_table: MakeTable, policy: ModelPolicy) -> None:
    model = train(make_table(periods=4, shift_last=-1.0, base=-1.0), policy)
    note = next(note for note in model.evaluation.notes if note.startswith("The share with the outcome was"))
    assert "in the periods learned from" in note
    assert f"{model.evaluation.base_rate.value:.1%} in the held-out period (1 April 2023)" in note
    assert "too high" in note
    large = model.evaluation.metrics[model.chosen]["calibration_in_the_large"]
    assert large.high is not None
    assert large.high < 0


def test_a_steady_base_rate_is_not_called_a_shift(model: TrainedModel) -> None:
    assert not any("share with the outcome" in note for note in model.evaluation.notes)


def test_treated_people_are_shown_apart_and_add_up(model: TrainedModel, table: TrainingTable) -> None:
    evaluation = model.evaluation
    last = table.spine["as_of"] == table.spine["as_of"].max()
    assert int(table.spine.loc[last, "treated"].sum()) == evaluation.treated.rows
    assert evaluation.rows == evaluation.treated.rows + evaluation.untreated.rows
    assert evaluation.positives == evaluation.treated.positives + evaluation.untreated.positives
    assert evaluation.untreated.roc_auc.low is not None


def test_figures_by_period_say_what_each_was_for(make_table: MakeTable, policy: ModelPolicy) -> None:
    model = train(make_table(entities=400, periods=8, horizon_days=62), policy)
    periods = model.evaluation.periods
    assert 8 == len(periods)
    assert ["held_out"] == [one.role for one in periods[-1:]]
    assert {"gap"} == {one.role for one in periods if model.learned_from[-1] < one.as_of < periods[-1].as_of}
    assert all(one.roc_auc is None for one in periods if one.role == "gap")
    assert periods[-1].roc_auc is not None
    assert sum(one.roc_auc is not None for one in periods) >= 3
    assert model.evaluation.base_rate == periods[-1].base_rate


def test_weights_change_the_figures_and_a_note_says_so(make_table: MakeTable, policy: ModelPolicy) -> None:
    heavy = make_table(entities=500, periods=3, heavy=True)
    plain = dataclasses.replace(heavy, spine=heavy.spine.assign(weight=1.0))
    weighted, unweighted = train(heavy, policy), train(plain, policy)
    assert weighted.evaluation.base_rate != unweighted.evaluation.base_rate
    assert any("stand for" in note for note in weighted.evaluation.notes)


def test_missing_baselines_come_last_and_a_note_says_so(make_table: MakeTable, policy: ModelPolicy) -> None:
    model = train(dataclasses.replace(make_table(entities=500, periods=3), baseline="paid"), policy)
    assert any("which is missing for" in note for note in model.notes)
    score = model.estimators["baseline"].raw_score(pd.DataFrame({"paid": [np.nan, -5.0, 5.0]}))
    assert [0, 1, 2] == np.argsort(score).tolist()
    assert np.isfinite(score).all()


def test_inputs_that_say_nothing_are_worth_a_guess(make_table: MakeTable, policy: ModelPolicy) -> None:
    table = make_table(entities=600, periods=3)
    blank = train(dataclasses.replace(table, X=table.X.fillna(0.0) * 0.0), policy)
    assert 0.5 == blank.evaluation.metrics["lightgbm"]["roc_auc"].value
    assert 0.5 == blank.evaluation.metrics["baseline"]["roc_auc"].value
    assert blank.evaluation.base_rate.value == pytest.approx(
        blank.evaluation.metrics["baseline"]["precision_at_capacity"].value
    )


def test_a_column_without_any_value_is_borne(make_table: MakeTable, policy: ModelPolicy) -> None:
    table = make_table(entities=600, periods=3)
    hollow = table.X.assign(noise_0=np.nan, flag=np.nan)
    model = train(dataclasses.replace(table, X=hollow), policy)
    assert model.evaluation.metrics["interpretable"]["roc_auc"].value is not None


def test_a_list_longer_than_the_population_is_capped_and_said(make_table: MakeTable, policy: ModelPolicy) -> None:
    model = train(make_table(entities=300, periods=3), policy.model_copy(update={"capacity": 5000}))
    assert 300 == model.evaluation.capacity
    figures = model.evaluation.metrics[model.chosen]
    assert 1.0 == figures["recall_at_capacity"].value
    assert None is figures["called_low_who_were_not"].value
    assert any("everybody is on it" in note for note in model.evaluation.notes)


def test_one_class_only_is_refused(make_table: MakeTable, policy: ModelPolicy) -> None:
    table = make_table(entities=100, periods=3)
    with pytest.raises(TrainingError, match="0 of 100 rows"):
        train(dataclasses.replace(table, outcome=table.outcome * 0), policy)


def test_progress_is_told_by_stage_and_rises(make_table: MakeTable, policy: ModelPolicy) -> None:
    told: list[tuple[str, float]] = []
    train(make_table(entities=300, periods=3), policy, progress=lambda stage, done: told.append((stage, done)))
    assert [
        "Judging on later periods",
        "Fitting on all development periods",
        "Measuring on the held-out period",
    ] == list(dict(told))
    for stage in dict(told):
        shares = [done for name, done in told if name == stage]
        assert sorted(shares) == shares
        assert 0 <= shares[0]
        assert 1.0 == shares[-1]


def test_an_interruption_stops_the_training_at_once(make_table: MakeTable, policy: ModelPolicy) -> None:
    def stop(stage: str, done: float) -> None:
        if done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(make_table(entities=300, periods=3), policy, progress=stop)
