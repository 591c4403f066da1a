from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import TrainingError
from riskmodels.features.seal import digest_of
from riskmodels.modelling import train
from riskmodels.modelling.evaluation import rate_interval
from riskmodels.modelling.rows import read_table
from riskmodels.modelling.selection import balance, weigh
from riskmodels.modelling.selection_figures import draws_disagree
from riskmodels.modelling.tempering import kish, tempered
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainingTable
from tests.unit.modelling.conftest import make_table
from tests.unit.modelling.homes_looked_at import INPUTS, Homes, homes_looked_at

POLICY = ModelPolicy(capacity=100, capacity_reason="Two officers", seed=7, may_not_be_used_for=("Eviction",))


@pytest.fixture(scope="module")
def homes() -> Homes:
    return homes_looked_at(seed=3)


@pytest.fixture(scope="module")
def weighed(homes: Homes) -> TrainingTable:
    return weigh(homes.table, seed=7)


def weight_of(table: TrainingTable) -> np.ndarray:
    return table.spine["weight"].to_numpy(float)


def test_weights_add_up_to_the_population_at_each_date_and_nobody_counts_less_than_one(
    homes: Homes, weighed: TrainingTable
) -> None:
    people = weighed.spine.groupby("as_of")["weight"].sum()
    assert people.to_dict() == pytest.approx(homes.everybody.groupby("as_of").size().to_dict())
    assert weight_of(weighed).min() >= 1


def test_those_looked_at_come_to_be_like_everybody(homes: Homes, weighed: TrainingTable) -> None:
    truth, seen = homes.everybody["outcome"].mean(), homes.table.outcome.mean()
    told = rate_interval(read_table(weighed), seed=1)
    assert told.low is not None
    assert told.high is not None
    assert told.low < truth < told.high
    assert seen < told.low

    gaps = balance(weighed)
    assert [one.column for one in gaps] == list(INPUTS)
    assert max(abs(one.before) for one in gaps) > 0.8
    assert max(abs(one.after) for one in gaps) < 0.12
    assert "The complaints" == gaps[3].says


def test_what_came_of_weighing_is_said_and_the_digest_is_another(homes: Homes, weighed: TrainingTable) -> None:
    assert weighed.selection is not None
    assert weighed.weighed
    assert not homes.table.weighed
    assert 0.8 < (weighed.selection.propensity_roc_auc or 0) < 1
    assert 0 < (weighed.selection.trimmed_share or 0) <= 0.011
    assert weighed.selection.effective_rows == pytest.approx(kish(weight_of(weighed)))
    assert kish(weight_of(weighed)) < weighed.rows / 2
    assert weighed.digest == digest_of(weighed) != homes.table.digest
    claimed = dataclasses.replace(homes.table, selection=dataclasses.replace(homes.table.selection, weighed=True))  # type: ignore[type-var]
    assert digest_of(claimed) != homes.table.digest


def test_weighing_again_changes_nothing_and_the_same_seed_gives_the_same(homes: Homes, weighed: TrainingTable) -> None:
    everybody_known = make_table(entities=20, periods=1)
    assert weigh(weighed, seed=1) is weighed
    assert weigh(everybody_known, seed=1) is everybody_known
    assert weigh(homes.table, seed=7).digest == weighed.digest


def test_nobodys_own_look_has_a_part_in_their_chance(homes: Homes) -> None:
    """Where looks have nothing to do with the inputs, features must not seem to tell them."""
    random = np.random.default_rng(2)
    selection = homes.table.selection
    assert selection is not None
    noise = [pd.DataFrame(random.normal(size=(many, 5)), columns=list(INPUTS)) for many in (300, 600)]
    few = dataclasses.replace(
        homes.table,
        X=noise[0],
        outcome=homes.table.outcome[:300],
        spine=homes.table.spine[:300],
        selection=dataclasses.replace(
            selection,
            at_random=np.zeros(300, dtype=bool),
            looked_on=selection.looked_on[:300],
            others=noise[1],
            others_spine=selection.others_spine[:600].assign(stands_for=1.0),
        ),
    )
    told = weigh(few, seed=1).selection
    assert told is not None
    assert 0.42 < (told.propensity_roc_auc or 0) < 0.58


def test_where_every_look_was_drawn_all_count_alike(homes: Homes) -> None:
    selection = homes.table.selection
    assert selection is not None
    drawn = selection.at_random
    table = dataclasses.replace(
        homes.table,
        X=homes.table.X[drawn].reset_index(drop=True),
        outcome=homes.table.outcome[drawn].reset_index(drop=True),
        spine=homes.table.spine[drawn].reset_index(drop=True),
        selection=dataclasses.replace(selection, at_random=drawn[drawn], looked_on=selection.looked_on[drawn]),
    )
    made = weigh(table, seed=1)
    spread = made.spine.groupby("as_of")["weight"].agg(lambda here: here.max() - here.min())
    assert spread.max() < 1e-9


def test_where_everybody_was_looked_at_weights_stay(homes: Homes) -> None:
    selection = homes.table.selection
    assert selection is not None
    nobody = dataclasses.replace(
        selection, others=selection.others.iloc[:0], others_spine=selection.others_spine.iloc[:0]
    )
    made = weigh(dataclasses.replace(homes.table, selection=nobody), seed=1)
    assert (weight_of(made) == 1).all()
    assert made.weighed


def test_a_model_learns_better_where_most_of_it_is_and_not_where_most_is_looked_at(
    homes: Homes, weighed: TrainingTable
) -> None:
    found = {}
    for name, table in (("naive", dataclasses.replace(homes.table, selection=None)), ("weighed", weighed)):
        model = train(table, POLICY)
        score = model.estimators["interpretable"].raw_score(homes.last[list(INPUTS)])
        found[name] = homes.last["outcome"].to_numpy()[np.argsort(-score)[:100]].sum()
        assert ("power_interpretable" in model.settings) == (name == "weighed")
    assert found["weighed"] > found["naive"] + 30


def test_looks_that_follow_the_outcome_itself_show_in_the_random_ones() -> None:
    told = weigh(homes_looked_at(seed=5, hidden=1.6, drawn=0.03).table, seed=7)
    honest = weigh(homes_looked_at(seed=5, drawn=0.03).table, seed=7)
    assert told.selection is not None
    assert honest.selection is not None
    note = draws_disagree(told.selection, read_table(told), seed=1)
    assert note is not None
    assert "no feature tells" in note
    assert draws_disagree(honest.selection, read_table(honest), seed=1) is None


@pytest.mark.long
def test_the_weighted_share_is_in_its_interval_as_often_as_it_says() -> None:
    inside = 0
    for seed in range(10):
        homes = homes_looked_at(seed=seed, homes=1500, periods=1, drawn=0.04, others=200)
        told = rate_interval(read_table(weigh(homes.table, seed=1)), seed=1)
        assert told.low is not None
        assert told.high is not None
        inside += told.low <= homes.everybody["outcome"].mean() <= told.high
    assert inside >= 8


def test_tempered_weights_add_up_to_what_they_are_worth(weighed: TrainingTable) -> None:
    rows = read_table(weighed)
    assert tempered(rows, None) is rows
    plain = tempered(rows, 0.0)
    assert plain.fitting_weight == pytest.approx(np.ones(len(rows)))
    full = tempered(rows, 1.0)
    assert full.fitting_weight.sum() == pytest.approx(kish(rows.weight))
    assert full.fitting_weight / rows.weight == pytest.approx(np.full(len(rows), kish(rows.weight) / rows.weight.sum()))
    assert (full.weight == rows.weight).all()
    asked = read_table(weighed, learning_weight=np.where(rows.y > 0, 2.0, 1.0))
    half = tempered(asked, 0.5).fitting_weight / np.sqrt(rows.weight)
    assert half[rows.y > 0][0] == pytest.approx(2 * half[rows.y == 0][0])


def test_looks_of_draws_alone_and_no_other_are_no_fault_but_looks_of_everybody_else_are(homes: Homes) -> None:
    selection = homes.table.selection
    assert selection is not None
    one = selection.others_spine["as_of"] == selection.others_spine["as_of"].min()
    only = dataclasses.replace(
        selection,
        at_random=np.zeros(homes.table.rows, dtype=bool),
        others=selection.others[one][:3].reset_index(drop=True),
        others_spine=selection.others_spine[one][:3].assign(entity=[1, 1, 1]).reset_index(drop=True),
    )
    with pytest.raises(TrainingError, match="tell who is looked at"):
        weigh(dataclasses.replace(homes.table, selection=only), seed=1)
