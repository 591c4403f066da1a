from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fairlearn.reductions import FalsePositiveRateParity, TruePositiveRateParity

from riskmodels.assurance.attempts import Justification
from riskmodels.assurance.mitigation import GRID, grid_search, multipliers, offer, reweighing
from riskmodels.assurance.price import accuracy, accuracy_change, disparity, disparity_change
from riskmodels.assurance.scored import ScoredRows, score_held_out
from riskmodels.errors import AssuranceError
from riskmodels.modelling import train
from riskmodels.modelling.refit import refit
from riskmodels.modelling.rows import read_table
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.records.mitigation import MitigationOffer
from tests.unit.assurance.panels import make_panel

Trained = tuple[TrainingTable, ModelPolicy, TrainedModel]


@pytest.fixture(scope="module")
def policy() -> ModelPolicy:
    return ModelPolicy(capacity=500, capacity_reason="Two officers", seed=7)


@pytest.fixture(scope="module")
def unequal(policy: ModelPolicy) -> Trained:
    table = make_panel(entities=2500, hidden=0.9, seed=3)
    return table, policy, train(table, policy)


@pytest.fixture(scope="module")
def offered(unequal: Trained) -> MitigationOffer:
    table, policy, model = unequal
    return offer(table, policy, model, characteristic="sex", removable=["noise"], seed=1, audit=len)


def scored(
    *, score: list[float], picked: list[float], outcome: list[float], sex: list[str], weight: list[float] | None = None
) -> ScoredRows:
    size = len(score)
    return ScoredRows(
        X=pd.DataFrame(index=range(size)),
        score=np.array(score),
        probability=np.full(size, 0.5),
        picked=np.array(picked),
        outcome=np.array(outcome),
        weight=np.array(weight or [1.0] * size),
        entity=np.arange(size, dtype=np.int64),
        as_of=np.full(size, np.datetime64("2024-01-01")),
        audit=pd.DataFrame({"sex": sex}),
        treated=np.zeros(size, dtype=bool),
        capacity=2,
    )


SMALL = {
    "score": [4.0, 3.0, 2.0, 1.0, 0.5, 0.1],
    "picked": [1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
    "outcome": [1.0, 0.0, 1.0, 1.0, 0.0, 1.0],
    "sex": ["F", "F", "M", "F", "M", "M"],
}


def test_the_group_that_is_missed_is_found_without_the_held_out_period(offered: MitigationOffer) -> None:
    assert ("sex", "Male", "missed") == (
        offered.disparity.characteristic,
        offered.disparity.group,
        offered.disparity.metric,
    )
    assert offered.disparity.difference.low is not None
    assert offered.disparity.difference.low > 0.1


def test_every_option_has_its_price_and_the_reduction_lessens_the_disparity(offered: MitigationOffer) -> None:
    assert ["reweighing", "grid_search", "removal"] == [one.name for one in offered.options]
    for one in offered.options:
        for figures in (one.accuracy, one.accuracy_change):
            assert {"roc_auc", "precision_at_capacity"} == set(figures)
            assert all(figure.low is not None and figure.high is not None for figure in figures.values())
        assert one.disparity.difference.low is not None
    reduction = offered.options[1]
    assert reduction.disparity_change.high is not None
    assert reduction.disparity_change.high < 0
    assert "4 times as much" in reduction.says


def test_what_changes_nothing_is_shown_to_change_nothing(offered: MitigationOffer) -> None:
    removal = offered.options[2]
    assert ("noise",) == removal.without
    assert removal.learning_weight is None
    assert removal.accuracy_change["roc_auc"].value == pytest.approx(0.0, abs=0.01)
    assert removal.disparity_change.low is not None
    assert removal.disparity_change.high is not None
    assert removal.disparity_change.low <= 0 <= removal.disparity_change.high


def test_the_callers_audit_is_kept_with_each(offered: MitigationOffer) -> None:
    assert [2500] * 4 == [offered.audited, *(one.audited for one in offered.options)]


def test_lotteries_and_group_thresholds_are_named_as_not_offered(offered: MitigationOffer) -> None:
    said = " ".join(offered.not_offered)
    assert "ExponentiatedGradient" in said
    assert "s13" in said


def test_learning_weights_leave_the_rest_of_the_table_alone(unequal: Trained, offered: MitigationOffer) -> None:
    table, _, model = unequal
    learned = (table.spine["as_of"] <= pd.Timestamp(model.learned_from[-1])).to_numpy()
    for one in offered.options[:2]:
        assert one.learning_weight is not None
        assert len(one.learning_weight) == table.rows
        assert (one.learning_weight[~learned] == 1).all()
        assert one.learning_weight.min() > 0
        assert one.learning_weight[learned].mean() == pytest.approx(1.0)


def test_an_option_can_be_trained_in_full(unequal: Trained, offered: MitigationOffer) -> None:
    table, policy, model = unequal
    chosen = offered.options[1]
    full = train(table, policy, learning_weight=chosen.learning_weight)
    before, after = score_held_out(table, model), score_held_out(table, full)
    assert (
        disparity_change(before, after, offered.disparity, seed=1).value or 0.0
    ) < -0.05  # what the offer promised is what the training gives


def test_scoring_needs_no_characteristic(unequal: Trained, offered: MitigationOffer) -> None:
    table, _, model = unequal
    changed = refit(table, model, learning_weight=offered.options[1].learning_weight)
    assert np.isfinite(changed.raw_score(table.X)).all()
    assert "sex" not in table.X.columns


def test_without_a_disparity_it_is_said_that_it_may_be_chance(policy: ModelPolicy) -> None:
    table = make_panel(entities=500)
    found = offer(table, policy, train(table, policy), characteristic="sex", group="Male", seed=1)
    assert any("may be chance" in note for note in found.notes)
    assert ["reweighing", "grid_search"] == [one.name for one in found.options]


def test_the_same_seed_gives_the_same_offer(unequal: Trained, offered: MitigationOffer) -> None:
    table, policy, model = unequal
    again = offer(table, policy, model, characteristic="sex", removable=["noise"], seed=1)
    assert [one.disparity for one in offered.options] == [one.disparity for one in again.options]
    assert [one.accuracy for one in offered.options] == [one.accuracy for one in again.options]


def test_a_burden_is_about_who_is_picked_wrongly(policy: ModelPolicy) -> None:
    table = make_panel(entities=500, harms=("burden",))
    found = offer(table, policy, train(table, policy), characteristic="sex", group="Male", seed=1)
    assert "wrongly_picked" == found.disparity.metric


def test_a_protected_input_is_refused_and_one_by_exception_is_not(policy: ModelPolicy) -> None:
    table = make_panel(entities=400, extra={"age": np.random.default_rng(1).normal(size=400)})
    model = train(table, policy)
    with pytest.raises(AssuranceError, match="'age'"):
        offer(table, policy, model, characteristic="sex", group="Male", seed=1)
    excuse = Justification("age", "Care differs with age", "advice-17.json")
    found = offer(table, policy, model, characteristic="sex", group="Male", justifications=[excuse], seed=1)
    assert 2 == len(found.options)


@pytest.mark.parametrize(("characteristic", "group"), [("religion", None), ("sex", "Nobody")])
def test_a_group_that_is_not_there_is_an_error(unequal: Trained, characteristic: str, group: str | None) -> None:
    table, policy, model = unequal
    with pytest.raises(AssuranceError):
        offer(table, policy, model, characteristic=characteristic, group=group, seed=1)


def test_reweighing_makes_group_and_outcome_independent() -> None:
    rng = np.random.default_rng(1)
    groups = rng.choice(["a", "b", "c"], 3000, p=[0.6, 0.3, 0.1]).astype(object)
    y = (rng.random(3000) < np.where(groups == "a", 0.1, 0.4)).astype(float)
    weight = 1 + rng.random(3000)
    both = weight * reweighing(groups, y, weight, entity=np.arange(3000))
    rates = [np.average(y[groups == one], weights=both[groups == one]) for one in "abc"]
    assert rates == pytest.approx([np.average(y, weights=weight)] * 3)
    assert both.sum() == pytest.approx(weight.sum())
    assert both[groups == "a"].sum() == pytest.approx(weight[groups == "a"].sum())


def test_reweighing_by_hand() -> None:
    groups = np.array(["a"] * 4 + ["b"] * 4, dtype=object)
    y = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
    found = reweighing(groups, y, np.ones(8), entity=np.arange(8), least=1)
    assert found == pytest.approx([2, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2])  # P(a) P(1) / P(a, 1) = 1/4 / 1/8


def test_tiny_groups_are_weighted_as_one() -> None:
    groups = np.array(["a"] * 400 + ["b"] * 400 + ["x", "y", "z"] * 10, dtype=object)
    y = (np.random.default_rng(1).random(830) < 0.3).astype(float)
    found = reweighing(groups, y, np.ones(830), entity=np.arange(830))
    assert 2 == len(np.unique(found[800:]))


@pytest.mark.filterwarnings("ignore:Setting a value ", "ignore:Setting an item ")  # Fairlearn 0.15 on pandas 3.1
@pytest.mark.parametrize(
    ("metric", "moment"), [("missed", TruePositiveRateParity), ("wrongly_picked", FalsePositiveRateParity)]
)
def test_multipliers_are_fairlearns_weights_for_the_ratios_of_the_grid(metric: str, moment: type) -> None:
    rng = np.random.default_rng(1)
    y, groups = rng.integers(0, 2, 1000), np.where(rng.random(1000) < 0.2, "group", "rest")
    loaded = moment()
    loaded.load_data(np.zeros((1000, 1)), y, sensitive_features=groups)
    grid = multipliers(loaded.prob_event, loaded.prob_group_event, loaded.index, metric)  # type: ignore[arg-type]
    objective = loaded.default_objective()
    objective.load_data(np.zeros((1000, 1)), y, sensitive_features=groups)
    about = y == (metric == "missed")
    for place, ratio in enumerate(GRID):
        signed = np.asarray(loaded.signed_weights(grid[place]) + objective.signed_weights())
        assert ((signed > 0) == (y == 1)).all()  # nobody's outcome is turned round
        weight = np.abs(signed)
        assert weight[~about] == pytest.approx(1.0)
        one, other = weight[about & (groups == "group")], weight[about & (groups == "rest")]
        assert one / other[0] == pytest.approx(ratio)
        assert weight[about].mean() == pytest.approx(1.0)


def test_the_search_counts_a_missed_group_more(unequal: Trained) -> None:
    table, _, model = unequal
    rows = read_table(table).up_to(model.learned_from[-1])
    own = table.audit["sex"].to_numpy()[: len(rows)] == "Male"
    assert 1 < grid_search(rows, table.columns, own, "missed", penalty=0.1, listed=0.2)
    assert 1 > grid_search(rows, table.columns, ~own, "missed", penalty=0.1, listed=0.2)


def test_a_disparity_by_hand() -> None:
    found = disparity(scored(**SMALL), "sex", "M", "missed", seed=1)  # type: ignore[arg-type]
    assert (1.0, 0.5) == (found.group_value, found.rest_value)  # both men missed; one of two women
    assert 0.5 == found.difference.value
    wrongly = disparity(scored(**SMALL), "sex", "F", "wrongly_picked", seed=1)  # type: ignore[arg-type]
    assert (1.0, 0.0) == (wrongly.group_value, wrongly.rest_value)


def test_a_disparity_is_weighted_and_ties_count_in_part() -> None:
    rows = scored(
        score=[2.0, 1.0, 1.0],
        picked=[1.0, 0.5, 0.5],
        outcome=[1.0, 1.0, 1.0],
        sex=["F", "F", "M"],
        weight=[1.0, 3.0, 1.0],
    )
    found = disparity(rows, "sex", "F", "missed", seed=1)
    assert (0.375, 0.5) == (found.group_value, found.rest_value)


def test_a_group_without_positives_is_not_defined_and_not_zero() -> None:
    rows = scored(**{**SMALL, "outcome": [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]})  # type: ignore[arg-type]
    found = disparity(rows, "sex", "M", "missed", seed=1)
    assert found.group_value is None
    assert found.difference.value is None


def test_the_same_scores_have_no_price() -> None:
    rows = scored(**{name: values * 10 for name, values in SMALL.items()})  # type: ignore[arg-type]
    same = accuracy_change(rows, rows, seed=1)
    assert (0.0, 0.0, 0.0) == (
        same.change["roc_auc"].value,
        same.change["roc_auc"].low,
        same.change["roc_auc"].high,
    )
    assert same.before == accuracy(rows, seed=1)
    assert 0.5 == same.before["precision_at_capacity"].value


def test_scores_of_other_people_cannot_be_compared() -> None:
    one, other = scored(**SMALL), scored(**{name: values[:5] for name, values in SMALL.items()})  # type: ignore[arg-type]
    with pytest.raises(AssuranceError, match="not the same people"):
        accuracy_change(one, other, seed=1)
