from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from riskmodels.assurance.attempts import (
    Justification,
    refuse_group_thresholds,
    refuse_protected_inputs,
    refuse_thresholds_named,
    with_and_without,
)
from riskmodels.assurance.proxies import find_proxies
from riskmodels.assurance.scored import score_held_out
from riskmodels.errors import AssuranceError
from riskmodels.modelling import train
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from tests.unit.assurance.panels import make_panel, sexes

ADVICE = Justification("age", "Care at the end of life differs with age", "advice-17.json")


@pytest.fixture(scope="module")
def plain() -> TrainingTable:
    return make_panel(entities=800)


@pytest.fixture(scope="module")
def model(plain: TrainingTable) -> TrainedModel:
    return train(plain, ModelPolicy(capacity=100, capacity_reason="Two officers", seed=7))


def told(name: str, values: np.ndarray | None = None) -> TrainingTable:
    given = values if values is not None else np.random.default_rng(1).normal(size=800)
    return make_panel(entities=800, extra={name: given})


def with_age(table: TrainingTable, ages: np.ndarray) -> TrainingTable:
    bands = np.where(ages < 35, "18 to 34", np.where(ages < 65, "35 to 64", "65 and over"))
    listed = [{"name": "sex", "protected": "sex"}, {"name": "age_band", "protected": "age"}]
    return dataclasses.replace(
        table,
        audit=table.audit.assign(age_band=np.tile(bands, 4)),
        definition={**table.definition, "audit_by": listed},
    )


def test_ordinary_inputs_pass(plain: TrainingTable) -> None:
    assert () == refuse_protected_inputs(plain)


@pytest.mark.parametrize(
    "name", ["sex", "tenant_gender", "ethnic_group", "religion", "nationality", "marital_status", "is_pregnant"]
)
def test_a_protected_characteristic_as_input_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(AssuranceError, match="Equality Act 2010 s13") as refused:
        refuse_protected_inputs(told(name))
    assert name in refused.value.found
    assert "equality lead" in refused.value.who


@pytest.mark.parametrize("name", ["property_age", "wage", "average_paid", "arrears_age_weeks", "orientation", "stage"])
def test_words_that_only_look_alike_are_not_refused(name: str) -> None:
    assert () == refuse_protected_inputs(told(name))


def test_no_justification_helps_race_sex_or_religion() -> None:
    excuse = Justification("sex", "It predicts well", "advice-1.json")
    with pytest.raises(AssuranceError, match="cannot be justified"):
        refuse_protected_inputs(told("sex"), justifications=[excuse])


def test_a_coded_copy_of_a_characteristic_is_refused_under_any_name(plain: TrainingTable) -> None:
    codes = np.where(sexes(plain) == "Male", 3.0, np.where(sexes(plain) == "Female", 7.0, np.nan))
    with pytest.raises(AssuranceError, match=r"'blue'.*'sex'"):
        refuse_protected_inputs(told("blue", codes))


def test_an_exact_proxy_of_the_report_is_refused(plain: TrainingTable) -> None:
    mixed = np.where(np.random.default_rng(2).random(800) < 0.01, 0.5, 1.0) * (sexes(plain) == "Male")
    flipped = np.where(np.random.default_rng(3).random(800) < 0.01, 1.0 - mixed, mixed)
    table = told("title", flipped)
    assert () == refuse_protected_inputs(table)
    report = find_proxies(table, least_group=20, seed=1, resamples=200)
    with pytest.raises(AssuranceError, match="exact proxy"):
        refuse_protected_inputs(table, proxies=report)


def test_age_is_refused_without_a_complete_justification() -> None:
    with pytest.raises(AssuranceError, match="without a justification"):
        refuse_protected_inputs(told("age"))
    for empty in (dataclasses.replace(ADVICE, reason=" "), dataclasses.replace(ADVICE, signed_advice="")):
        with pytest.raises(AssuranceError, match="without a justification"):
            refuse_protected_inputs(told("age"), justifications=[empty])


def test_age_passes_with_a_reason_and_signed_advice_and_unused_ones_are_not_given_back() -> None:
    other = Justification("disability", "Need comes with it", "advice-18.json")
    assert (ADVICE,) == refuse_protected_inputs(told("age"), justifications=[ADVICE, other])


def test_a_justification_of_another_feature_does_not_help() -> None:
    with pytest.raises(AssuranceError, match="without a justification"):
        refuse_protected_inputs(told("tenant_age"), justifications=[ADVICE])


def test_a_column_that_settles_the_age_band_counts_as_age() -> None:
    ages = np.random.default_rng(4).integers(18, 90, 800).astype(float)
    table = with_age(told("years_known", ages), ages)
    with pytest.raises(AssuranceError, match=r"'years_known'.*age"):
        refuse_protected_inputs(table)
    excuse = dataclasses.replace(ADVICE, feature="years_known")
    assert (excuse,) == refuse_protected_inputs(table, justifications=[excuse])


def test_thresholds_by_group_are_refused_and_one_for_all_is_given_back() -> None:
    assert 0.4 == refuse_thresholds_named({"Female": 0.4, "Male": 0.4}, "sex")
    with pytest.raises(AssuranceError, match="s13"):
        refuse_thresholds_named({"Female": 0.4, "Male": 0.5}, "sex")
    with pytest.raises(AssuranceError):
        refuse_thresholds_named({}, "sex")


def test_a_list_cut_at_another_score_for_a_group_is_refused(plain: TrainingTable, model: TrainedModel) -> None:
    rows = score_held_out(plain, model)
    refuse_group_thresholds(rows)
    male = (rows.audit["sex"] == "Male").to_numpy()
    cut = np.where(male, np.quantile(rows.score, 0.7), np.quantile(rows.score, 0.9))
    with pytest.raises(AssuranceError, match="at 1 of 1 dates"):
        refuse_group_thresholds(dataclasses.replace(rows, picked=(rows.score >= cut).astype(float)))


def test_ties_at_the_end_of_the_list_are_no_second_threshold() -> None:
    table = make_panel(entities=400)
    flat = train(
        dataclasses.replace(table, X=table.X.round(0)),
        ModelPolicy(capacity=50, capacity_reason="Two officers", seed=7),
    )
    rows = score_held_out(dataclasses.replace(table, X=table.X.round(0)), flat, "baseline")
    assert ((rows.picked > 0) & (rows.picked < 1)).any()
    refuse_group_thresholds(rows)


def test_results_with_and_without_an_excused_input() -> None:
    ages = np.random.default_rng(4).integers(18, 90, 800).astype(float)
    table = with_age(told("age", ages), ages)
    line = (ages - 50) / 12
    drawn = np.random.default_rng(5).random(table.rows) < 1 / (1 + np.exp(-np.tile(line, 4) + 1))
    table = dataclasses.replace(table, outcome=pd.Series(drawn.astype(float)))
    model = train(table, ModelPolicy(capacity=150, capacity_reason="Two officers", seed=7))
    shown = with_and_without(table, model, ["age"], characteristic="age_band", metric="missed", least_group=30, seed=1)
    assert shown.accuracy_change["roc_auc"].high is not None
    assert shown.accuracy_change["roc_auc"].high < -0.1
    assert ["18 to 34", "35 to 64", "65 and over"] == [one.group for one, _ in shown.disparities]
    old, old_untold = shown.disparities[2]
    assert old.difference.value is not None
    assert old_untold.difference.value is not None
    assert old.difference.value < old_untold.difference.value  # told their age, the model misses fewer of the old


@pytest.mark.parametrize(("features", "characteristic"), [(["nonsense"], "sex"), ([], "sex"), (["paid"], "religion")])
def test_with_and_without_what_is_not_there_is_an_error(
    plain: TrainingTable, model: TrainedModel, features: list[str], characteristic: str
) -> None:
    with pytest.raises(AssuranceError, match="audited"):
        with_and_without(plain, model, features, characteristic=characteristic, metric="missed", least_group=10, seed=1)


def test_no_message_tells_a_persons_value(plain: TrainingTable) -> None:
    with pytest.raises(AssuranceError) as refused:
        refuse_protected_inputs(told("blue", np.where(sexes(plain) == "Male", 331.0, 772.0)))
    assert "331" not in str(refused.value)
    assert "772" not in str(refused.value)
