"""The list of what MLflow's registry may do to a governed name is complete, and the store keeps to it."""

from __future__ import annotations

import inspect
from importlib import metadata

import mlflow.store.model_registry.abstract_store as abstract
import pytest

from riskmodels.registry.governed.methods import MADE_FOR, METHODS, undecided
from riskmodels.registry.governed.store import GovernedStore, SqlAlchemyStore


def test_somebody_has_decided_on_every_public_method_of_mlflows_stores() -> None:
    assert () == undecided(abstract.AbstractStore, SqlAlchemyStore, GovernedStore)


def test_a_method_that_a_new_mlflow_brings_is_undecided() -> None:
    class Newer(SqlAlchemyStore):
        def promote_everything(self) -> None:
            raise NotImplementedError

    assert ("promote_everything",) == undecided(Newer)


def test_a_registry_does_not_start_on_an_mlflow_with_an_undecided_method(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(METHODS, "set_registered_model_alias")
    with pytest.raises(Exception, match="nobody has decided on: set_registered_model_alias"):
        GovernedStore("governed+sqlite:///never.db?workspace=.")


def test_the_list_names_the_installed_mlflow() -> None:
    assert metadata.version("mlflow").rsplit(".", 1)[0] in MADE_FOR


def test_nothing_is_on_the_list_that_mlflow_does_not_have() -> None:
    public = {name for store in (abstract.AbstractStore, SqlAlchemyStore) for name in dir(store)}
    assert set() == METHODS.keys() - public


@pytest.mark.parametrize("method", sorted(name for name, rule in METHODS.items() if rule.how in ("checked", "refused")))
def test_what_is_checked_or_refused_is_not_stock_mlflows(method: str) -> None:
    assert getattr(GovernedStore, method) is not getattr(SqlAlchemyStore, method)


@pytest.mark.parametrize("method", sorted(name for name, rule in METHODS.items() if rule.how == "stock"))
def test_what_is_as_stock_is_stock_mlflows(method: str) -> None:
    assert getattr(GovernedStore, method, None) is getattr(SqlAlchemyStore, method, None)


@pytest.mark.parametrize("method", sorted(name for name, rule in METHODS.items() if rule.how == "refused"))
def test_every_argument_that_names_a_model_is_looked_at(method: str) -> None:
    parameters = set(inspect.signature(getattr(SqlAlchemyStore, method)).parameters)
    named = {name for name in parameters if name == "name" or name.endswith("_name")}
    assert named == set(METHODS[method].names)
