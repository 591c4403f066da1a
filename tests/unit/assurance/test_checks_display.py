from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from riskmodels.assurance.attempts import with_and_without
from riskmodels.assurance.checks_display import as_html, as_json, plain_tables
from riskmodels.assurance.leakage import find_leaks
from riskmodels.assurance.mitigation import offer
from riskmodels.assurance.proxies import find_proxies, price_of_removing
from riskmodels.modelling import train
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from tests.unit.assurance.panels import make_panel, sexes

POLICY = ModelPolicy(capacity=100, capacity_reason="Two officers", seed=7)


@pytest.fixture(scope="module")
def table() -> TrainingTable:
    title = (sexes(make_panel(entities=700)) == "Male").astype(float)
    odd = np.where(np.arange(700) < 5, "Tiny", np.where(np.arange(700) < 400, "<One>", "Other"))
    made = make_panel(entities=700, extra={"title": title})
    return dataclasses.replace(made, audit=made.audit.assign(odd=np.tile(odd, 4), blank="Unknown"))


@pytest.fixture(scope="module")
def plain() -> tuple[TrainingTable, TrainedModel]:
    table = make_panel(entities=700)
    return table, train(table, POLICY)


def text(shown: object) -> str:
    tables = plain_tables(shown)  # type: ignore[arg-type]
    return "\n".join(" | ".join(row) for one in tables for row in (one.head, *one.rows, one.notes))


def test_a_proxy_report_shows_what_was_and_was_not_measured(table: TrainingTable) -> None:
    report = find_proxies(table, least_group=20, seed=1, resamples=200)
    shown = text(report)
    assert "blank | all | not measured: It is not held for anybody." in shown
    assert "odd | Tiny | not measured: fewer than 20 people" in shown
    assert "The title" in shown
    assert 2 == len(plain_tables(report))
    assert "&lt;One&gt;" in as_html(report)
    assert "<One>" not in as_html(report)
    plain = as_json(report)
    assert plain == json.loads(json.dumps(plain, allow_nan=False))
    assert not plain["passed"]
    blank = next(one for one in plain["characteristics"] if one["name"] == "blank")
    assert {"value": None, "low": None, "high": None} == blank["roc_auc"]


def test_no_display_of_proxies_says_how_many_people_are_in_a_group(table: TrainingTable) -> None:
    report = find_proxies(table, least_group=20, seed=1, resamples=200)
    assert "people" not in json.dumps(as_json(report)["characteristics"][0]["groups"])


def test_a_leakage_report_shows_every_search(plain: tuple[TrainingTable, TrainedModel]) -> None:
    report = find_leaks(plain[0], seed=1)
    shown = text(report)
    assert "nothing differs in 20 rows" in shown
    assert "guessing, as it must be" in shown
    assert "none; the strongest is “The arrears”" in shown
    made = as_json(report)
    assert made == json.loads(json.dumps(made, allow_nan=False))
    assert made["passed"]


def test_a_leak_is_shown_with_its_suspicion() -> None:
    y = make_panel(entities=700).outcome.to_numpy()
    report = find_leaks(make_panel(entities=700, extra={"closed": y * 3.0}, travelled=False), seed=1)
    shown = text(report)
    assert "suspected: closed" in shown
    assert "Features rebuilt without the future | not measured" in shown
    assert "when and why it is written" in as_html(report)
    assert {"closed"} == {one["column"] for one in as_json(report)["alarms"]}


def test_an_offer_shows_before_and_after_and_never_the_weights(plain: tuple[TrainingTable, TrainedModel]) -> None:
    table, model = plain
    found = offer(table, POLICY, model, characteristic="sex", group="Male", removable=["noise"], seed=1)
    shown = text(found)
    for word in ("As it is", "Reweighing", "Fairlearn's GridSearch", "Removal of a proxy", "Not offered"):
        assert word in shown
    made = as_json(found)
    assert made == json.loads(json.dumps(made, allow_nan=False))
    assert "learning_weight" not in json.dumps(made)
    assert "learning_weight" not in repr(found)


def test_prices_are_shown_side_by_side(plain: tuple[TrainingTable, TrainedModel]) -> None:
    table, model = plain
    price = price_of_removing(table, model, ["arrears"], seed=1)
    assert "ROC AUC | 0." in text(price)
    assert ["arrears"] == as_json(price)["features"]
    shown = with_and_without(table, model, ["paid"], characteristic="sex", metric="missed", least_group=20, seed=1)
    assert "Male against the rest (missed)" in text(shown)
    assert 2 == len(as_json(shown)["disparities"])


def test_notebooks_get_a_table(table: TrainingTable, plain: tuple[TrainingTable, TrainedModel]) -> None:
    for found in (
        find_proxies(table, least_group=20, seed=1, resamples=200),
        find_leaks(plain[0], seed=1),
        price_of_removing(*plain, ["noise"], seed=1),
    ):
        assert found._repr_html_().startswith("<table><caption>")
