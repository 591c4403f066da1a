"""The whole audit of a model whose people are described badly: what cannot be measured says so, and has no number."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from riskmodels.assurance.bias_display import as_html as bias_html
from riskmodels.assurance.checks_display import as_html as checks_html
from riskmodels.assurance.explain_display import explanation_html
from riskmodels.assurance.whole import assure
from riskmodels.errors import AssuranceError
from riskmodels.modelling import train
from riskmodels.policy import AssurancePolicy, ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.records.assurance import Assurance
from tests.unit.assurance.panels import make_panel
from tests.unit.assurance.scored_rows import deciding

PEOPLE, PERIODS = 1100, 3
CANNOT = ("one_level", "all_missing", "thousands")


def asked() -> ModelPolicy:
    compared = [deciding("Female"), *(deciding("anybody", characteristic=name) for name in CANNOT)]
    assurance = AssurancePolicy(comparisons=tuple(compared), resamples=200)
    return ModelPolicy(capacity=150, capacity_reason="Two officers", seed=7, assurance=assurance)


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    plain = make_panel(entities=PEOPLE, periods=PERIODS)
    odd = {
        "one_level": "Yes",
        "all_missing": np.nan,
        "thousands": np.tile([f"street {number}" for number in range(PEOPLE)], PERIODS),
    }
    return dataclasses.replace(plain, audit=plain.audit.assign(**odd))


@pytest.fixture(scope="module")
def model(table: TrainingTable) -> TrainedModel:
    return train(table, asked())


@pytest.fixture(scope="module")
def found(table: TrainingTable, model: TrainedModel) -> Assurance:
    return assure(table, model, asked())


def test_one_level_all_missing_and_thousands_of_levels_are_stated_and_compared_with_nobody(found: Assurance) -> None:
    assert sorted(CANNOT) == sorted(one.what for one in found.bias.not_measured)
    assert {"sex"} == {name for group in found.bias.groups for name, _ in group.key}
    for verdict in found.bias.decisive[1:]:
        assert ("not enough evidence", None) == (verdict.verdict, verdict.difference.value)


@pytest.mark.parametrize("name", CANNOT)
def test_proxies_of_what_cannot_be_measured_have_no_number(found: Assurance, name: str) -> None:
    odd = found.proxies.named(name)
    assert odd.not_measured
    assert odd.roc_auc.value is None
    assert () == odd.groups


def test_neither_explanations_nor_what_is_shown_list_what_may_be_names(found: Assurance) -> None:
    assert {"sex"} == {one.characteristic for one in found.explanation.groups}
    for shown in (explanation_html(found.explanation), bias_html(found.bias), checks_html(found.proxies)):
        assert "street 1" not in shown


def test_characteristics_of_another_length_are_a_clear_error(table: TrainingTable, model: TrainedModel) -> None:
    short = dataclasses.replace(table, audit=table.audit.iloc[:-3])
    with pytest.raises(AssuranceError, match="characteristics 3,297"):
        assure(short, model, asked())


def test_an_input_without_end_is_a_clear_error(table: TrainingTable, model: TrainedModel) -> None:
    broken = dataclasses.replace(table, X=table.X.assign(arrears=np.inf))
    with pytest.raises(AssuranceError, match="infinite values in arrears"):
        assure(broken, model, asked())
