"""The whole audit of a model of amounts, on made-up weekly costs: the same parts as of a risk, measured as amounts."""

from __future__ import annotations

import dataclasses
import datetime
import json

import numpy as np
import pandas as pd
import pytest

from riskmodels.assurance import bias_display, leaks_of_amounts
from riskmodels.assurance.directions import check_directions
from riskmodels.assurance.explain import explain_cases
from riskmodels.assurance.leaks_of_amounts import find_leaks, shuffled_run
from riskmodels.assurance.mitigation import offer
from riskmodels.assurance.proxies import price_of_removing
from riskmodels.assurance.scored import ScoredAmounts, score_amounts, scored
from riskmodels.assurance.shown import as_json, draw_plots, in_full, tables
from riskmodels.assurance.single_features import coded, feature_area, feature_concordance, halves
from riskmodels.assurance.whole import assure, refuse_inputs
from riskmodels.errors import AssuranceError
from riskmodels.modelling import train
from riskmodels.modelling.amounts.rows import read_amounts
from riskmodels.modelling.periods import plan_periods
from riskmodels.policy import AllowedByException, AssurancePolicy, ModelPolicy
from riskmodels.records import TimeTravelCheck, TrainedModel, TrainingTable
from riskmodels.records.assurance import Assurance
from riskmodels.run_report.sections import assurance_sections
from tests.unit.assurance.scored_rows import deciding
from tests.unit.modelling.made_up_amounts import make_amounts

PEOPLE, PERIODS = 600, 5
EXCEPTION = AllowedByException(feature="age", reason="Care at home changes with age", signed_advice="ethics/advice.md")


def asked() -> ModelPolicy:
    compared = (deciding("Female", "mean_error", 0.2), deciding("Female", "coverage", 0.1))
    assurance = AssurancePolicy(comparisons=compared, allowed_by_exception=(EXCEPTION,))
    return ModelPolicy(capacity=1, capacity_reason="Nobody is on a list", seed=7, assurance=assurance)


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    made = make_amounts(people=PEOPLE, periods=PERIODS).table
    rng = np.random.default_rng(5)
    person = made.spine["entity"].to_numpy() // 7
    audit = pd.DataFrame(
        {
            "sex": rng.choice(["Female", "Male"], PEOPLE)[person],
            "age_band": np.where(made.X["age"] > 64, "65 and over", "Under 65"),
        }
    )
    definition = {
        "name": "made_up_costs",
        "audit_by": [{"name": "sex", "protected": "sex"}, {"name": "age_band", "protected": "age"}],
    }
    travelled = TimeTravelCheck(20, (datetime.date(2022, 1, 1),), ())
    report = dataclasses.replace(made.report, time_travel=travelled)
    return dataclasses.replace(made, audit=audit, definition=definition, report=report)


@pytest.fixture(scope="module")
def model(table: TrainingTable) -> TrainedModel:
    return train(table, asked())


@pytest.fixture(scope="module")
def found(table: TrainingTable, model: TrainedModel) -> Assurance:
    return assure(table, model, asked())


def test_held_out_amounts_are_scored_with_their_intervals(table: TrainingTable, model: TrainedModel) -> None:
    seen, amounts = model.amount_evaluation, scored(table, model)
    assert isinstance(amounts, ScoredAmounts)
    assert len(amounts) == seen.rows
    assert amounts.low is not None
    assert amounts.high is not None
    assert (0 <= amounts.low).all()
    assert (amounts.low <= amounts.expected).all()
    assert (amounts.expected <= amounts.high).all()
    error = np.average(amounts.expected - amounts.outcome, weights=amounts.weight)
    assert seen.metrics[model.chosen]["mean_error"].value == pytest.approx(error)
    assert None is score_amounts(table, model, "baseline").low


def test_every_group_and_pair_has_error_and_coverage(found: Assurance, model: TrainedModel) -> None:
    sizes = {len(one.key) for one in found.bias.groups}
    assert {0, 1, 2} == sizes
    everybody, seen = found.bias.named(), model.amount_evaluation.metrics[model.chosen]
    assert everybody.rates["coverage"].value == pytest.approx(seen["coverage"].value)
    assert everybody.rates["mean_error"].value == pytest.approx(seen["total_error"].value)
    for group in found.bias.groups:
        assert {"mean_error", "mean_absolute_error", "coverage", "mean_amount"} == set(group.rates)
    assert ["mean_error", "coverage"] == [one.metric for one in found.bias.decisive]
    assert "fail" != found.bias.verdict


def test_a_table_without_a_leak_passes_every_search(found: Assurance) -> None:
    assert () == found.leakage.alarms
    assert () == found.leakage.not_measured
    assert found.leakage.passed
    assert "amount" == found.leakage.task
    saved = found.leakage.shuffled
    assert saved is not None
    assert saved.deviance_reduction is not None
    assert (saved.deviance_reduction.value or 0) < 0.01


def test_amounts_that_rise_and_a_column_that_tells_the_date_are_no_leak(table: TrainingTable) -> None:
    period = np.unique(table.spine["as_of"], return_inverse=True)[1]
    X = table.X.assign(hours=period.astype(float))
    rising = dataclasses.replace(table, X=X, outcome=table.outcome * 1.2**period)
    rows = read_amounts(rising)
    plan = plan_periods(rows, rising.horizon_days, amounts=True)
    assert True is shuffled_run(rows, rising.columns, plan, seed=1).passed


def test_judging_people_by_what_was_learned_from_their_own_amount_is_caught(table: TrainingTable) -> None:
    rows = read_amounts(table)
    plan = plan_periods(rows, table.horizon_days, amounts=True)
    overlapping = dataclasses.replace(plan, learned_from=(*plan.learned_from, plan.held_out))
    assert False is shuffled_run(rows, table.columns, overlapping, seed=1).passed


@pytest.mark.parametrize("leak", ["alone", "missing"])
def test_a_planted_leak_is_named(table: TrainingTable, leak: str) -> None:
    y = table.outcome.to_numpy()
    noise = np.random.default_rng(1).normal(size=len(y))
    values = y + noise if leak == "alone" else np.where(y > 0, np.nan, noise)
    name = "cost_typed_in_later"
    column = dataclasses.replace(table.columns[1], name=name, feature=name, family=name, monotone=None)
    planted = dataclasses.replace(table, X=table.X.assign(**{name: values}), columns=(*table.columns, column))
    alarms = find_leaks(planted, seed=1).alarms
    assert {name} == {one.column for one in alarms}
    assert {"single_feature" if leak == "alone" else "presence"} == {one.kind for one in alarms}
    if leak == "alone":
        assert "today's practice reaches" in alarms[0].suspicion


def test_today_s_practice_is_no_leak_however_well_it_foretells(table: TrainingTable) -> None:
    steady = dataclasses.replace(table, X=table.X.assign(cost_today=table.outcome + 0.01))
    assert "cost_today" not in {one.feature for one in find_leaks(steady, seed=1).alarms}


def test_concordance_is_the_area_of_a_yes_or_no(table: TrainingTable) -> None:
    y, entity = (table.outcome > 0).to_numpy(dtype=float), table.spine["entity"].to_numpy()
    codes, half = coded(table.X.to_numpy(), table.columns)["hours"], halves(entity, seed=1)
    area = feature_area(codes, y, np.ones(len(y)), half)
    assert feature_concordance(codes, y, half, entity=entity, seed=1).value == pytest.approx(area)


@pytest.mark.parametrize("estimator", ["lightgbm", "interpretable"])
def test_explanations_add_up_to_the_logarithm_of_the_amount(
    table: TrainingTable, model: TrainedModel, estimator: str
) -> None:
    cases = explain_cases(
        table.X.iloc[:60], model, background=table.X, disclosure_number=10, seed=1, estimator=estimator
    )
    total = cases.contributions.to_numpy().sum(axis=1) + cases.base_value
    one = model.estimators[estimator]
    assert total == pytest.approx(one.raw_score(table.X.iloc[:60]), abs=1e-6)
    amount = np.exp(total) * one.factor  # type: ignore[attr-defined]
    assert amount == pytest.approx(model.amount_estimators[estimator].amount(table.X.iloc[:60]), rel=1e-6)
    reasons = cases.reasons(2)
    assert any(reason.text.startswith("The cost today is £") for row in reasons for reason in row)


def test_the_explanation_says_what_it_adds_up_in(found: Assurance) -> None:
    assert "logarithm of the amount" == found.explanation.scale
    assert "0.7 doubles it" in found.explanation.notes[1]
    assert found.explanation.how.largest_gap < 1e-5
    assert found.explanation.stability is not None
    assert found.directions is not None
    assert (("hours",), 300) == (found.directions.declared, found.directions.rows)


def test_trees_go_the_way_that_is_declared(table: TrainingTable, model: TrainedModel) -> None:
    assert check_directions(scored(table, model), dataclasses.replace(model, chosen="lightgbm")).passed


def test_an_input_by_exception_is_shown_with_and_without(found: Assurance) -> None:
    assert ["sex", "age_band"] == [one.disparities[0][0].characteristic for one in found.exceptions]
    for one in found.exceptions:
        assert ("age",) == one.features
        assert {"mean_tweedie_deviance", "mean_absolute_error"} == set(one.accuracy_change)
        assert {"mean_error"} == {group.metric for pair in one.disparities for group in pair}
    women = found.exceptions[0].disparities[0][0]
    whole = found.bias.disparity("mean_error", ("sex", "Female")).difference
    assert (women.difference.value, women.difference.low) == pytest.approx((whole.value, whole.low))
    shown = " ".join(" ".join(row) for row in found.exceptions[0].cells().rows)
    assert "Mean Tweedie deviance" in shown
    assert "Female against the rest (mean error)" in shown


def test_an_exact_proxy_that_is_an_input_by_exception_is_set_apart(found: Assurance) -> None:
    assert found.proxies.passed
    assert {"age"} == {one.feature for one in found.proxies.excused}
    assert any("that are inputs by exception" in one.caption for one in tables(found))
    assert as_json(found)["proxies"]["excused"]


def test_the_price_of_removing_is_in_deviance(table: TrainingTable, model: TrainedModel) -> None:
    price = price_of_removing(table, model, ["setting", "hours", "cost_today"], seed=1)
    assert (price.change["mean_tweedie_deviance"].low or 0) > 0
    assert "Mean Tweedie deviance" in price.cells().rows[0][0]


def test_mitigation_in_training_is_refused_with_what_can_be_done(table: TrainingTable, model: TrainedModel) -> None:
    with pytest.raises(AssuranceError, match="price_of_removing"):
        assure(table, model, asked(), mitigate=True)
    with pytest.raises(AssuranceError, match="made for lists"):
        refuse_inputs(table, asked(), mitigate=True)
    with pytest.raises(AssuranceError, match="made for lists"):
        offer(table, asked(), model, characteristic="sex", seed=1)


def test_without_a_justification_the_input_is_refused(table: TrainingTable) -> None:
    with pytest.raises(AssuranceError, match="without a justification"):
        refuse_inputs(table, asked().model_copy(update={"assurance": AssurancePolicy()}))


def test_it_is_shown_without_a_word_of_lists(found: Assurance) -> None:
    shown = json.loads(json.dumps(as_json(found), allow_nan=False))
    json.dumps(in_full(found), allow_nan=False)
    text = " ".join(" ".join((one.caption, *one.head, *one.notes, *map(" ".join, one.rows))) for one in tables(found))
    assert "Cost is not need" in text
    assert "deviance saved" in text
    for word in ("log-odds", "On the list", "Precision of list"):
        assert word not in text
    plots = draw_plots(found)
    assert {"disparities"} == set(plots["bias"])
    assert assurance_sections(found, {part: tuple(drawn) for part, drawn in plots.items()})
    counts = [one[name] for one in shown["bias"]["groups"] for name in ("rows", "picked")]
    assert min(count for count in counts if count is not None) >= found.bias.disclosure_number


def test_search_of_leaks_says_what_it_could_not_do(table: TrainingTable) -> None:
    everybody = dataclasses.replace(table, outcome=table.outcome + 1)
    report = dataclasses.replace(table.report, time_travel=None)
    found = leaks_of_amounts.find_leaks(dataclasses.replace(everybody, report=report), seed=1)
    assert ["Time travel", "Presence"] == [one.partition(":")[0] for one in found.not_measured]
    assert not found.passed


def test_the_audit_can_be_shown_in_full_for_the_auditor(found: Assurance) -> None:
    full = bias_display.as_json(found.bias, disclosure=False)
    assert any(len(one["group"]) == 2 for one in full["groups"])
