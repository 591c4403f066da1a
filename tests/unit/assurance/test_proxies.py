from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from riskmodels.assurance.proxies import find_proxies, price_of_removing
from riskmodels.assurance.single_features import coded, feature_area, halves, purity
from riskmodels.errors import AssuranceError
from riskmodels.modelling import train
from riskmodels.policy import ModelPolicy
from riskmodels.records import ModelColumn, TrainedModel, TrainingTable
from riskmodels.records.proxies import CharacteristicProxies
from tests.unit.assurance.panels import make_panel, sexes


def found(table: TrainingTable, name: str = "sex", *, least_group: int = 30) -> CharacteristicProxies:
    return find_proxies(table, least_group=least_group, seed=1, resamples=200).named(name)


def with_audit(table: TrainingTable, name: str, values: np.ndarray) -> TrainingTable:
    return dataclasses.replace(table, audit=table.audit.assign(**{name: values}))


@pytest.fixture(scope="module")
def plain() -> TrainingTable:
    return make_panel()


def male(table: TrainingTable) -> np.ndarray:
    return sexes(table) == "Male"


def test_features_that_say_nothing_of_a_group_come_out_at_guessing(plain: TrainingTable) -> None:
    sex = found(plain)
    assert sex.roc_auc.low is not None
    assert sex.roc_auc.high is not None
    assert sex.roc_auc.low <= 0.5 <= sex.roc_auc.high
    assert sex.not_measured is None
    assert find_proxies(plain, least_group=30, seed=1, resamples=200).passed


def test_a_feature_that_leans_towards_a_group_is_named_and_is_no_alarm(plain: TrainingTable) -> None:
    rng = np.random.default_rng(5)
    leaning = male(plain) + rng.normal(size=1500)
    report = find_proxies(make_panel(extra={"leaning": leaning}), least_group=30, seed=1, resamples=200)
    sex = report.named("sex")
    assert sex.roc_auc.low is not None
    assert sex.roc_auc.low > 0.6
    assert ["leaning"] == [group.features[0].feature for group in sex.groups if group.group == "Male"]
    assert "The leaning" == sex.groups[0].features[0].says
    assert report.passed


def test_the_known_area_lies_inside_the_interval(plain: TrainingTable) -> None:
    leaning = male(plain) + np.random.default_rng(5).normal(size=1500)
    sex = found(make_panel(extra={"leaning": leaning}))
    low, high = sex.roc_auc.low, sex.roc_auc.high
    assert low is not None
    assert high is not None
    assert low - 0.02 <= 0.760 <= high + 0.02  # the normal distribution's: Phi(1 / sqrt(2))


def test_a_measure_beside_the_act_may_be_an_input_too_and_raises_no_alarm(plain: TrainingTable) -> None:
    tenure = np.where(np.arange(len(plain.X)) % 3 == 0, "rented", "owned")
    named = {"name": "tenure", "says": "Tenure", "protected": None}
    table = with_audit(make_panel(extra={"rented": (tenure == "rented").astype(float)}), "tenure", tenure)
    both = {**table.definition, "audit_by": [*table.definition["audit_by"], named]}
    report = find_proxies(dataclasses.replace(table, definition=both), least_group=30, seed=1, resamples=200)
    assert report.passed
    assert 1.0 == report.named("tenure").roc_auc.value
    protected = {**both, "audit_by": [*table.definition["audit_by"], {**named, "protected": "race"}]}
    report = find_proxies(dataclasses.replace(table, definition=protected), least_group=30, seed=1, resamples=200)
    assert {"rented"} == {alarm.feature for alarm in report.alarms}


def test_an_exact_proxy_raises_an_alarm_that_names_it(plain: TrainingTable) -> None:
    title = np.where(male(plain), 1.0, 0.0)
    wrong = np.random.default_rng(2).random(1500) < 0.01
    report = find_proxies(
        make_panel(extra={"title": np.where(wrong, 1 - title, title)}), least_group=30, seed=1, resamples=200
    )
    assert not report.passed
    assert {"title"} == {alarm.feature for alarm in report.alarms}
    alarm = report.alarms[0]
    assert ("sex", "sex", "tells_apart") == (alarm.characteristic, alarm.protected, alarm.kind)
    assert "Equality Act 2010 s13" in alarm.suspicion
    assert "The title" in alarm.suspicion


def test_a_feature_that_says_it_backwards_or_in_the_middle_does_not_hide(plain: TrainingTable) -> None:
    bow = np.where(male(plain), 0.0, np.random.default_rng(3).choice([-5.0, 5.0], 1500))
    bow = bow + np.random.default_rng(4).normal(size=1500) * 0.1
    report = find_proxies(make_panel(extra={"bow": bow}), least_group=30, seed=1, resamples=200)
    assert "bow" in {alarm.feature for alarm in report.alarms}


def test_a_rare_flag_that_implies_a_group_is_named(plain: TrainingTable) -> None:
    lodge = male(plain) & (np.random.default_rng(6).random(1500) < 0.6)
    report = find_proxies(make_panel(extra={"lodge": lodge.astype(float)}), least_group=30, seed=1, resamples=200)
    assert {("lodge", "implies", "Male")} <= {(one.feature, one.kind, one.group) for one in report.alarms}
    shown = next(one for one in report.alarms if one.kind == "implies")
    assert "1.000" not in shown.suspicion  # that everybody is in a group is not told


def test_a_flag_of_very_few_people_implies_nothing(plain: TrainingTable) -> None:
    few = np.zeros(1500)
    few[np.flatnonzero(male(plain))[:8]] = 1.0
    assert find_proxies(make_panel(extra={"few": few}), least_group=5, seed=1, resamples=200).passed


def test_nobody_is_both_learned_from_and_judged() -> None:
    # A code of its own for each person says all about those seen before, and nothing about anybody else.
    own = np.arange(1500.0)
    sex = found(make_panel(extra={"reference": np.random.default_rng(9).permutation(own)}))
    assert sex.roc_auc.high is not None
    assert sex.roc_auc.high < 0.6


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.full(6000, "Female"), "same one"),
        (np.full(6000, "Unknown"), "not held"),
        (np.resize(["Withheld", "Unknown", "Prefer not to say"], 6000), "not held"),
        (np.arange(6000).astype(str), "identifier or free text"),
        (np.where(np.arange(6000) % 1500 < 4, "Few", "Many"), "No group has both"),
    ],
)
def test_what_cannot_be_measured_says_why_and_has_no_number(
    plain: TrainingTable, values: np.ndarray, reason: str
) -> None:
    odd = found(with_audit(plain, "odd", values), "odd")
    assert odd.not_measured is not None
    assert reason in odd.not_measured
    assert odd.roc_auc.value is None
    assert () == odd.groups


def test_a_group_too_small_is_listed_without_a_number(plain: TrainingTable) -> None:
    place = np.arange(6000) % 1500
    values = np.where(place < 5, "Tiny", np.where(place < 700, "One", "Other"))
    odd = found(with_audit(plain, "odd", values), "odd")
    assert ("Tiny",) == odd.too_small
    assert {"One", "Other"} == {group.group for group in odd.groups}


def test_people_whose_group_is_not_known_are_left_out_and_counted(plain: TrainingTable) -> None:
    sex = found(plain)
    assert sex.unknown_share == pytest.approx(np.mean(sexes(plain) == "Unknown"), abs=1e-9)
    assert "Unknown" not in {group.group for group in sex.groups}


def test_the_same_seed_gives_the_same_report(plain: TrainingTable) -> None:
    one, other = (find_proxies(plain, least_group=30, seed=3, resamples=200) for _ in range(2))
    assert one == other


def test_characteristics_of_another_length_are_an_error(plain: TrainingTable) -> None:
    with pytest.raises(AssuranceError, match="one row"):
        find_proxies(dataclasses.replace(plain, audit=plain.audit.iloc[:-1]), least_group=30, seed=1)


@pytest.mark.parametrize(("least", "exact"), [(1, 0.95), (30, 0.5), (30, 1.2)])
def test_limits_that_make_no_sense_are_an_error(plain: TrainingTable, least: int, exact: float) -> None:
    with pytest.raises(AssuranceError, match="threshold"):
        find_proxies(plain, least_group=least, seed=1, exact=exact)


def test_a_table_without_characteristics_says_that_nothing_was_measured(plain: TrainingTable) -> None:
    report = find_proxies(dataclasses.replace(plain, audit=plain.audit[[]]), least_group=30, seed=1)
    assert () == report.characteristics
    assert "nothing was measured" in report.notes[0]


def test_one_hot_columns_of_a_feature_are_taken_together() -> None:
    columns = tuple(ModelColumn(f"m_{n}", "method", "Way", None, "method", "onehot", str(n)) for n in range(3))
    kind = np.random.default_rng(1).integers(0, 3, 400)
    codes = coded(np.eye(3)[kind], columns)
    assert ["method"] == list(codes)
    assert 3 == len(np.unique(codes["method"]))
    y = (kind == 1).astype(float)
    half = halves(np.arange(400), seed=1)
    assert 1.0 == feature_area(codes["method"], y, np.ones(400), half)


def test_missing_is_a_value_of_its_own() -> None:
    y = np.random.default_rng(1).integers(0, 2, 400).astype(float)
    X = np.where(y == 1, np.nan, 3.0)[:, None]
    codes = coded(X, (ModelColumn("a", "a", "A", None, "a"),))["a"]
    assert 1.0 == feature_area(codes, y, np.ones(400), halves(np.arange(400), seed=1))


def test_a_column_without_a_value_says_nothing() -> None:
    y = np.random.default_rng(1).integers(0, 2, 400).astype(float)
    codes = coded(np.full((400, 1), np.nan), (ModelColumn("a", "a", "A", None, "a"),))["a"]
    assert 0.5 == feature_area(codes, y, np.ones(400), halves(np.arange(400), seed=1))


def test_a_share_of_everybody_has_the_rule_of_three_below_it() -> None:
    share = purity(300, 300, tests=1)
    assert share.value == 1.0
    assert share.low is not None
    assert share.low == pytest.approx(1 - 3.69 / 300, abs=0.001)  # 0.025 ** (1 / 300)
    assert purity(0, 0, tests=1).value is None


@pytest.fixture(scope="module")
def small() -> tuple[TrainingTable, ModelPolicy, TrainedModel]:
    table = make_panel(entities=600)
    policy = ModelPolicy(capacity=60, capacity_reason="Two officers", seed=7)
    return table, policy, train(table, policy)


def test_removing_what_the_model_lives_on_costs_and_removing_noise_does_not(
    small: tuple[TrainingTable, ModelPolicy, TrainedModel],
) -> None:
    table, _, model = small
    dear = price_of_removing(table, model, ["arrears"], seed=1)  # even though it is today's practice
    assert dear.change["roc_auc"].high is not None
    assert dear.change["roc_auc"].high < -0.05
    cheap = price_of_removing(table, model, ["noise"], seed=1)
    assert cheap.change["roc_auc"].low is not None
    assert cheap.change["roc_auc"].low > -0.02
    assert dear.before == cheap.before
    assert model.evaluation.metrics[model.chosen]["roc_auc"].value == pytest.approx(dear.before["roc_auc"].value)


@pytest.mark.parametrize("features", [[], ["nonsense"], ["arrears", "paid", "credit", "noise"]])
def test_a_removal_that_cannot_be_is_an_error(
    small: tuple[TrainingTable, ModelPolicy, TrainedModel], features: list[str]
) -> None:
    with pytest.raises(AssuranceError, match="asked to remove"):
        price_of_removing(small[0], small[2], features, seed=1)


def test_figures_do_not_hang_on_the_order_of_columns(plain: TrainingTable) -> None:
    turned = dataclasses.replace(plain, X=plain.X[plain.X.columns[::-1]])
    assert isinstance(turned.X, pd.DataFrame)
    assert found(plain) == found(turned)
