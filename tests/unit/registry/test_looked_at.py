"""Who was looked at is kept with the table, worked out again, and held against what was signed."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import UntrustedError
from riskmodels.features.seal import digest_of
from riskmodels.governance.selection_facts import selection_facts
from riskmodels.governance.wire import canonical, sha256
from riskmodels.modelling import train
from riskmodels.modelling.selection import weigh
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.registry.auditing.looked_at import looked_at_again, not_looked_at_again
from riskmodels.registry.bundles.retained import read_retained, retain
from tests.unit.modelling.homes_looked_at import homes_looked_at

POLICY = ModelPolicy(capacity=100, capacity_reason="Two officers", seed=7, may_not_be_used_for=("Eviction",))


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    made = weigh(homes_looked_at(seed=11, homes=2500, others=500).table, seed=7)
    return dataclasses.replace(made, definition_digest=sha256(canonical(dict(made.definition))))


@pytest.fixture(scope="module")
def kept(table: TrainingTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return retain(tmp_path_factory.mktemp("kept") / "table", table, POLICY)


@pytest.fixture(scope="module")
def model(table: TrainingTable) -> TrainedModel:
    return train(table, POLICY)


def signed(table: TrainingTable, model: TrainedModel) -> Any:
    return SimpleNamespace(
        selection=selection_facts(table, model, fewest=10), disclosure=SimpleNamespace(number=10), model=None
    )


def test_who_was_looked_at_is_kept_bit_for_bit(table: TrainingTable, kept: Path) -> None:
    again = read_retained(kept)
    assert table.digest == again.digest == digest_of(again)
    assert table.selection is not None
    assert again.selection is not None
    assert (table.selection.at_random == again.selection.at_random).all()
    assert (table.selection.looked_on == again.selection.looked_on).all()
    pd.testing.assert_frame_equal(table.selection.others, again.selection.others)
    assert table.selection.others_spine.to_numpy().tolist() == again.selection.others_spine.to_numpy().tolist()
    figures = ("weighed", "propensity_roc_auc", "trimmed_share", "effective_rows")
    assert [getattr(table.selection, one) for one in figures] == [getattr(again.selection, one) for one in figures]


def test_the_same_model_and_the_same_figures_come_of_what_was_kept(
    table: TrainingTable, kept: Path, model: TrainedModel
) -> None:
    again = read_retained(kept)
    made = train(again, POLICY)
    assert model.digest == made.digest
    (held,) = looked_at_again(again, made, signed(table, model))
    assert held.held is True


def test_other_figures_than_were_signed_are_named(table: TrainingTable, model: TrainedModel) -> None:
    facts = signed(table, model)
    facts.selection = facts.selection.model_copy(update={"rests_on": "Nothing but the truth."})
    (held,) = looked_at_again(table, model, facts)
    assert (False, "not as signed: rests on") == (held.held, held.why)
    facts.selection = None
    assert [False] == [one.held for one in looked_at_again(table, model, facts)]
    assert () == not_looked_at_again(facts)
    assert [None] == [one.held for one in not_looked_at_again(signed(table, model))]


def test_a_look_that_was_called_random_afterwards_is_found_out(table: TrainingTable, tmp_path: Path) -> None:
    assert table.selection is not None
    claimed = dataclasses.replace(table.selection, at_random=np.ones(table.rows, dtype=bool))
    with pytest.raises(UntrustedError, match="does not have the digest"):
        retain(tmp_path / "kept", dataclasses.replace(table, selection=claimed), POLICY)


def test_no_small_count_is_a_fact(table: TrainingTable, model: TrainedModel) -> None:
    facts = selection_facts(table, model, fewest=10)
    assert facts is not None
    seen = model.risk_evaluation.selection
    assert seen is not None
    for told, known in zip(facts.routes, seen.routes, strict=True):
        few = min(known.positives, known.rows - known.positives) < 10
        assert (told.positives is None) == few
        assert (told.base_rate.value is None) == few
    assert any(one.positives is None for one in facts.routes)
    for name, (low, high) in facts.bounds_per_100_visits.items():
        least, most = seen.bounds_per_100_visits[name]
        assert low <= least <= most <= high
        assert {0} == {low % 5, high % 5}
