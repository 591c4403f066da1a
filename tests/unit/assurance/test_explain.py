from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from riskmodels.assurance.explain import CaseExplanations, explain_cases, explanation
from riskmodels.assurance.explain_display import cases_as_json, explanation_as_json, explanation_html, in_words
from riskmodels.assurance.scored import ScoredRows, score_held_out
from riskmodels.errors import AssuranceError
from riskmodels.modelling import train
from riskmodels.policy import ModelPolicy
from riskmodels.records import BuildReport, ModelColumn, QualityReport, TrainedModel, TrainingTable
from riskmodels.records.explanation import Explanation

ENTITIES, PERIODS = 500, 5
BOTH = ("lightgbm", "interpretable")
KINDS = ("card", "cash", "debit")
COLUMNS = (
    ModelColumn("owed", "owed", "Rent owed, in weeks of rent", "weeks", "owed", monotone="increasing"),
    ModelColumn("paid", "paid", "Paid by the tenant", "GBP", "paid"),
    ModelColumn("benefit", "benefit", "Housing benefit is in payment", None, "benefit", kind="flag"),
    *(ModelColumn(f"way={k}", "way", "Usual way of paying", None, "way", kind="onehot", category=k) for k in KINDS),
    ModelColumn("noise", "noise", "Years since the tenancy began", "years", "noise"),
)


def make_table() -> TrainingTable:
    rng = np.random.default_rng(11)
    frames = []
    for month in pd.date_range("2023-01-01", periods=PERIODS, freq="MS"):
        way = rng.integers(0, 3, ENTITIES)
        frame = pd.DataFrame({"owed": rng.normal(size=ENTITIES) * 3, "paid": rng.exponential(size=ENTITIES) * 200})
        frame["benefit"] = (rng.random(ENTITIES) < 0.3).astype(float)
        for place, kind in enumerate(KINDS):
            frame[f"way={kind}"] = (way == place).astype(float)
        frame["noise"] = rng.random(ENTITIES) * 9
        line = -1.5 + 0.5 * frame["owed"] - 0.003 * frame["paid"] + 0.9 * (way == 1)
        frame["y"] = (rng.random(ENTITIES) < 1 / (1 + np.exp(-line))).astype(float)
        frame.loc[rng.random(ENTITIES) < 0.1, "paid"] = np.nan
        frames.append(frame.assign(entity=np.arange(ENTITIES, dtype=np.int64), as_of=month))
    data = pd.concat(frames, ignore_index=True)
    entity = data["entity"].to_numpy()
    return TrainingTable(
        case_name="made_up",
        purpose="early_intervention",
        task="risk",
        outcome_says="Serious arrears",
        horizon_days=28,
        baseline="owed",
        harms=("missed_need",),
        definition={},
        definition_digest="d" * 64,
        columns=COLUMNS,
        X=data[[one.name for one in COLUMNS]],
        outcome=data["y"],
        audit=pd.DataFrame({"sex": np.where(entity % 2, "F", "M"), "faith": np.where(entity < 6, "rare", "common")}),
        spine=data[["entity", "as_of"]].assign(treated=False, competing=False, weight=1.0),
        report=BuildReport(pd.Timestamp("2024-01-01").to_pydatetime(), (), QualityReport(()), None, None),
        lineage=(),
        digest="e" * 64,
    )


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    return make_table()


@pytest.fixture(scope="module")
def trained(table: TrainingTable) -> TrainedModel:
    return train(table, ModelPolicy(capacity=60, capacity_reason="Two officers", seed=7))


@pytest.fixture(scope="module", params=BOTH)
def model(request: pytest.FixtureRequest, trained: TrainedModel) -> TrainedModel:
    return dataclasses.replace(trained, chosen=request.param)


@pytest.fixture(scope="module")
def rows(table: TrainingTable, model: TrainedModel) -> ScoredRows:
    return score_held_out(table, model)


@pytest.fixture(scope="module")
def found(rows: ScoredRows, model: TrainedModel) -> Explanation:
    return explanation(rows, model, disclosure_number=10, seed=1)


def cases_of(rows: ScoredRows, model: TrainedModel, some: slice, **rest: object) -> CaseExplanations:
    fixed = {"background": rows.X, "disclosure_number": 10, "seed": 1}
    return explain_cases(rows.X.iloc[some], model, **{**fixed, **rest})  # type: ignore[arg-type]


@pytest.mark.parametrize(("some", "most"), [(slice(3, 4), 1e-6), (slice(0, None), 1e-5)])
def test_contributions_add_up_to_the_score(rows: ScoredRows, model: TrainedModel, some: slice, most: float) -> None:
    cases = cases_of(rows, model, some)
    score = model.estimators[model.chosen].raw_score(rows.X.iloc[some])
    assert np.abs(cases.contributions.sum(axis=1).to_numpy() + cases.base_value - score).max() <= most
    assert ["owed", "paid", "benefit", "way", "noise"] == list(cases.contributions.columns)  # one-hot is one feature


def test_the_linear_models_contributions_are_what_moving_a_feature_to_its_mean_costs(
    rows: ScoredRows, trained: TrainedModel
) -> None:
    linear = dataclasses.replace(trained, chosen="interpretable")
    one = linear.estimators["interpretable"]
    added = cases_of(rows, linear, slice(0, 20)).contributions["owed"].to_numpy()
    for place in range(20):
        swapped = pd.concat([rows.X.iloc[[place]]] * len(rows), ignore_index=True)
        swapped["owed"] = rows.X["owed"].to_numpy()
        mean = one.raw_score(swapped).mean()
        assert added[place] == pytest.approx(one.raw_score(rows.X.iloc[[place]])[0] - mean, abs=1e-9)


def test_what_drives_the_risk_leads_and_noise_does_not(found: Explanation) -> None:
    order = [one.feature for one in found.importances]
    assert "owed" == order[0]
    assert order.index("noise") >= 3
    assert 1 == pytest.approx(sum(one.share for one in found.importances))


def test_small_groups_are_withheld_with_what_would_give_them_back(found: Explanation) -> None:
    shown = {(one.characteristic, one.group): one.mean_absolute for one in found.groups}
    assert shown[("sex", "F")] is not None
    assert shown[("faith", "rare")] is None  # six people
    assert shown[("faith", "common")] is None  # else "rare" follows from everybody's figure


def test_stability_and_faithfulness_are_measured(found: Explanation) -> None:
    stability, faithful = found.stability, found.faithfulness
    assert stability is not None
    assert faithful is not None
    assert stability.kept["owed"] == 1
    assert (faithful.fell.value or 0) > 0.9 > (faithful.random_fell.value or 0)
    assert (faithful.mean_fall.low or 0) > (faithful.random_mean_fall.high or 0)


def test_no_mark_stands_for_few_people(found: Explanation, rows: ScoredRows) -> None:
    counts = pd.Series([mark.feature for mark in found.marks]).value_counts()
    assert len(counts) == len(found.importances)
    assert int(counts.max()) * found.disclosure_number <= len(np.unique(rows.entity))


def test_reasons_speak_of_the_case_and_never_of_what_is_hidden(rows: ScoredRows, model: TrainedModel) -> None:
    top = int(np.argmax(rows.score))
    cases = cases_of(rows, model, slice(top, top + 1))
    (reasons,) = cases.reasons(3, people="tenants")
    assert reasons[0].text.startswith("Rent owed is ")
    assert reasons[0].text.endswith(" weeks, higher than for most tenants.")
    assert all(one.raises for one in reasons)
    (without,) = cases_of(rows, model, slice(top, top + 1), never_name=frozenset({"owed"})).reasons(5)
    assert "owed" not in {one.feature for one in without}


def test_the_same_seed_explains_alike(rows: ScoredRows, model: TrainedModel) -> None:
    one, two = (explanation(rows, model, disclosure_number=10, seed=4, sample=300) for _ in range(2))
    assert explanation_as_json(one) == explanation_as_json(two)
    assert one.rows < len(rows)
    assert one.marks == two.marks


def test_displays_say_what_was_measured(found: Explanation, rows: ScoredRows, model: TrainedModel) -> None:
    page, data = explanation_html(found), json.loads(json.dumps(explanation_as_json(found), allow_nan=False))
    assert "withheld" in page
    assert "Rent owed, in weeks of rent" in page
    assert model.chosen == data["estimator"]
    assert [True, True] == [one["withheld"] for one in data["groups"] if one["characteristic"] == "faith"]
    assert any("the score falls in" in line for line in in_words(found))
    (case,) = cases_as_json(cases_of(rows, model, slice(0, 1)))
    assert {"raises", "lowers"} == case.keys()


def test_frames_that_cannot_be_explained_are_clear_errors(rows: ScoredRows, model: TrainedModel) -> None:
    for wrong, words in (
        (rows.X.drop(columns="paid"), "1 of the model's 7 columns are not there"),
        (rows.X.head(0), "there are no rows"),
        (rows.X.assign(paid="12"), "columns that are not numbers: paid"),
    ):
        for frames in ({"X": wrong, "background": rows.X}, {"X": rows.X, "background": wrong}):
            with pytest.raises(AssuranceError, match=words):
                explain_cases(**frames, model=model, disclosure_number=10, seed=1)  # type: ignore[arg-type]
    with pytest.raises(AssuranceError, match=r"have no value in any of 500 rows: owed"):
        explain_cases(rows.X, model, background=rows.X.assign(owed=np.nan), disclosure_number=10, seed=1)


def test_infinite_inputs_are_refused_without_a_value(rows: ScoredRows, model: TrainedModel) -> None:
    with pytest.raises(AssuranceError, match="infinite values in: owed"):
        explain_cases(rows.X.assign(owed=np.inf), model, background=rows.X, disclosure_number=10, seed=1)


def test_rows_that_cannot_be_explained_are_clear_errors(rows: ScoredRows, model: TrainedModel) -> None:
    with pytest.raises(AssuranceError, match="scores differ from the chosen estimator's"):
        explanation(dataclasses.replace(rows, score=rows.score + 0.1), model, disclosure_number=10, seed=1)
    with pytest.raises(AssuranceError, match="there are 500 people"):
        explanation(rows, model, disclosure_number=501, seed=1)
    with pytest.raises(AssuranceError, match="'baseline' cannot be explained"):
        cases_of(rows, model, slice(0, 1), estimator="baseline")
