from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from riskmodels.modelling import train
from riskmodels.modelling.display import as_json
from riskmodels.modelling.plots import draw_plots
from riskmodels.modelling.selection import weigh
from riskmodels.modelling.selection_figures import (
    AT_RANDOM,
    OTHERWISE,
    OUT_OF_TIME,
    bounds,
    shown_bounds,
    shown_share,
)
from riskmodels.policy import ModelPolicy
from riskmodels.records import Interval, TrainedModel, TrainingTable
from riskmodels.records.selection import SelectionFigures
from riskmodels.run_report import draw, report_html
from tests.unit.modelling.homes_looked_at import INPUTS, Homes, homes_looked_at

POLICY = ModelPolicy(capacity=100, capacity_reason="Two officers", seed=7, may_not_be_used_for=("Eviction",))


@pytest.fixture(scope="module")
def homes() -> Homes:
    return homes_looked_at(seed=11, homes=3000, others=1000)


@pytest.fixture(scope="module")
def table(homes: Homes) -> TrainingTable:
    return weigh(homes.table, seed=7)


@pytest.fixture(scope="module")
def model(table: TrainingTable) -> TrainedModel:
    return train(table, POLICY)


@pytest.fixture(scope="module")
def figures(model: TrainedModel) -> SelectionFigures:
    found = model.risk_evaluation.selection
    assert found is not None
    return found


def found_in_truth(homes: Homes, model: TrainedModel, name: str) -> float:
    """Visit the top 100 of everybody."""
    score = model.estimators[name].raw_score(homes.last[list(INPUTS)])
    return float(homes.last["outcome"].to_numpy()[np.argsort(-score, kind="stable")[:100]].sum())


def test_who_was_looked_at_is_counted(homes: Homes, figures: SelectionFigures) -> None:
    last = homes.last
    assert (len(last), int(last["looked"].sum())) == (figures.population, figures.looked_at)
    routes = {one.route: one for one in figures.routes}
    assert [AT_RANDOM, OTHERWISE, OUT_OF_TIME] == list(routes)
    drawn = last[last["at_random"]]
    assert (len(drawn), int(drawn["outcome"].sum())) == (routes[AT_RANDOM].rows, routes[AT_RANDOM].positives)
    assert routes[AT_RANDOM].rows + routes[OTHERWISE].rows == figures.looked_at
    assert routes[OUT_OF_TIME].rows > routes[AT_RANDOM].rows


def test_bounds_hold_the_truth_and_weights_come_near(
    homes: Homes, model: TrainedModel, figures: SelectionFigures
) -> None:
    for name in model.estimators:
        low, high = figures.bounds_per_100_visits[name]
        truth = found_in_truth(homes, model, name)
        # Those not looked at are a sample of a third of them, so bounds are right to a visit or two.
        assert low - 3 <= truth <= high + 3
        assert high - low > 10
    told = figures.found_per_100_visits[model.chosen]
    assert told.low is not None
    assert told.high is not None
    assert told.low - 3 <= found_in_truth(homes, model, model.chosen) <= told.high + 3
    assert (figures.found_per_100_visits["baseline"].value or 0) < (told.value or 0)


def test_what_figures_rest_on_is_said_and_noted(model: TrainedModel, figures: SelectionFigures) -> None:
    assert figures.rests_on in model.risk_evaluation.notes
    assert "random looks" in figures.rests_on.lower()
    assert any("worth" in note for note in model.risk_evaluation.notes)


def test_too_few_random_looks_get_no_ranking(homes: Homes, table: TrainingTable) -> None:
    selection = table.selection
    assert selection is not None
    none = dataclasses.replace(table, selection=dataclasses.replace(selection, at_random=np.zeros(table.rows, bool)))
    found = train(none, POLICY).risk_evaluation.selection
    assert found is not None
    assert "No look was at random" in found.rests_on
    assert (0, None, None) == (found.routes[0].rows, found.routes[0].base_rate.value, found.routes[0].roc_auc.value)


def test_the_same_visits_in_the_models_order_find_sooner(figures: SelectionFigures) -> None:
    earlier = figures.found_earlier
    assert (earlier.mean_days_earlier.value or 0) > 10
    assert 0 < (earlier.share_found_later.value or 0) < 0.5
    assert {"street"} == {name for name, _ in earlier.later_by_group}


def test_where_weights_are_not_made_there_are_no_figures(homes: Homes) -> None:
    plain = dataclasses.replace(homes.table, selection=None)
    assert train(plain, POLICY).risk_evaluation.selection is None


def test_bounds_by_hand() -> None:
    seen, y = np.array([5.0, 3.0, 1.0]), np.array([1.0, 0.0, 1.0])
    unseen, stands_for = np.array([4.0, 2.0]), np.array([2.0, 3.0])
    # The first four of the list: one found, two that nobody knows of, one not.
    assert (25.0, 75.0) == pytest.approx(bounds(seen, y, unseen, stands_for, capacity=4))
    assert (100.0, 100.0) == pytest.approx(bounds(seen, y, unseen, stands_for, capacity=1))
    assert (25.0, 87.5) == pytest.approx(bounds(seen, y, unseen, stands_for, capacity=8))
    assert (50.0, 50.0) == pytest.approx(bounds(seen, y, np.zeros(0), np.zeros(0), capacity=2))
    # All with one score: a draw, the same whatever the length.
    tied = [bounds(np.zeros(3), y, np.zeros(2), stands_for, capacity=many) for many in (1, 2, 8)]
    assert all(one == pytest.approx(other) for one, other in pairwise(tied))


def test_the_report_the_plot_and_the_json_say_it(table: TrainingTable, model: TrainedModel, tmp_path: Path) -> None:
    plots = draw_plots(model)
    assert "Today's practice" in plots["found_per_100_visits"][1]
    pictures = draw(tmp_path, {"found_per_100_visits": plots["found_per_100_visits"]})
    page = report_html(table, model, POLICY, pictures)
    assert "Who was looked at" in page
    assert "At random, at all dates judged out of time" in page
    assert "whatever is unseen" in page
    told = as_json(model)["looked_at"]
    assert set(told["bounds_per_100_visits"]) == set(model.estimators)
    assert "looked_at" not in as_json(train(dataclasses.replace(table, selection=None), POLICY))


def test_shares_and_bounds_are_shown_in_steps() -> None:
    assert (0, 90) == shown_bounds((2.7, 88.5))
    assert (5, 100) == shown_bounds((9.9, 99.1))
    assert Interval(0.1, 0.05, None) == shown_share(Interval(0.118, 0.031, None))
