from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pandera.errors
import pytest

from riskmodels.errors import DefinitionError
from riskmodels.lake import (
    ColumnRef,
    Day,
    Extract,
    History,
    Money,
    Text,
    column,
    current_only,
    events,
    key,
    ordered,
    snapshots,
)
from tests.lakes import arrow, typed
from tests.unit.lake.examples import INDEX, Payments, Persons, Tenancies


def declared(**changes: Any) -> type[Extract]:
    """Declare an extract with one column of each of two kinds, changed as asked."""
    names = changes.pop("names", ("thing_id", "seen_on"))
    first_line = {
        "source": INDEX,
        "folder": "things",
        "row": (names[0],),
        "history": events(names[1], known_after="1 day"),
    }
    body = {names[0]: key("thing", "Key"), names[1]: column("Day")}
    annotations = {names[0]: Text, names[1]: Day}
    return type(
        "Things", (Extract,), {"__annotations__": annotations, "__module__": __name__, **body}, **first_line | changes
    )


def test_a_contract_says_what_its_columns_are() -> None:
    amount = Payments.columns()["amount_gbp"]
    assert ("money", "How much", "GBP", 0, False) == (amount.kind, amount.says, amount.unit, amount.ge, amount.nullable)
    assert "tenancy" == Payments.columns()["tenancy_id"].key_of
    assert "tenancy_id" == Payments.key_column("tenancy")
    assert Payments.key_column("person") is None
    assert Persons.columns()["date_of_birth"].birth_date
    assert "sex" == Persons.columns()["sex"].protected
    assert ("Rent", "data", 0.5) == (Payments.source().name, Payments.role(), Payments.tolerance())


def test_a_column_named_on_its_class_remembers_its_extract() -> None:
    reference = Payments.method
    assert isinstance(reference, ColumnRef)
    assert ("method", Payments) == (str(reference), reference.extract)


def test_a_rule_between_columns_can_be_read() -> None:
    assert ["started_on is not after ended_on"] == [rule.name for rule in Tenancies.rules()]


def test_pandera_reads_the_same_contract() -> None:
    rows = typed(Payments, [{"payment_id": "p1", "amount_gbp": "1"}, {"payment_id": "p2", "amount_gbp": "-1"}])
    frame = arrow(Payments, rows).to_pandas(types_mapper=pd.ArrowDtype)
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        Payments.schema().validate(frame, lazy=True)
    assert [1] == caught.value.failure_cases["index"].tolist()
    assert 1 == len(Payments.schema().validate(frame.iloc[:1], lazy=True))


@pytest.mark.parametrize("missing", ["source", "folder", "row", "history"])
def test_a_contract_without_its_first_line_is_refused(missing: str) -> None:
    with pytest.raises(DefinitionError, match="does not give its source, folder, row and history"):
        declared(**{missing: None})


@pytest.mark.parametrize(
    "changes",
    [
        {"row": ("thing_idd",)},
        {"history": events("thing_idd", known_after="1 day")},
        {"history": events("seen_on", known_time="thing_idd")},
        {"history": events("seen_on", known_after="1 day", deleted="thing_idd")},
        {"history": current_only("seen_on", known_after="1 day", fixed=("thing_idd",))},
        {"rules": [ordered("seen_on", "thing_idd")]},
    ],
    ids=["row", "event", "known", "deleted", "fixed", "rule"],
)
def test_a_column_that_is_not_declared_is_refused_with_the_nearest_name(changes: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError) as caught:
        declared(**changes)
    assert "extract Things names the column 'thing_idd', which it does not declare" == caught.value.found
    assert caught.value.expected.endswith("did you mean 'thing_id'?")


@pytest.mark.parametrize("name", ["row", "source", "history", "validate", "_order"])
def test_a_name_that_contracts_keep_for_themselves_is_refused(name: str) -> None:
    with pytest.raises(DefinitionError, match=f"declares a column '{name}'"):
        declared(names=(name, "seen_on"))


@pytest.mark.parametrize("text", ["", "soon", "3", "-1 day", "3 months", "1.5 days"])
def test_a_delay_that_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match="is not a length of time"):
        events("seen_on", known_after=text)


def test_a_history_has_one_known_time() -> None:
    for both_or_neither in ({}, {"known_time": "loaded_at", "known_after": "1 day"}):
        with pytest.raises(DefinitionError, match="both known_time and known_after, or neither"):
            events("seen_on", **both_or_neither)


def test_a_history_knows_whether_its_known_time_is_assumed() -> None:
    assert History("events", "seen_on", None, 14) == events("seen_on", known_after="2 weeks")
    assert events("seen_on", known_after="2 weeks").known_time_assumed
    assert not snapshots("cut_on").known_time_assumed
    assert ("cut_on", "cut_on") == (snapshots("cut_on").event_time, snapshots("cut_on").known_time)
    assert "began_on" == snapshots("cut_on", event_time="began_on").event_time


def test_bounds_keep_their_type() -> None:
    class Bounded(Extract, source=INDEX, folder="b", row=("on",), history=events("on", known_after="1 day")):
        """Bounds of several types."""

        on: Day = column("Day", ge=datetime.date(2020, 1, 1))
        pounds: Money = column("Money", le=10)

    assert datetime.date(2020, 1, 1) == Bounded.columns()["on"].ge
    assert 10 == Bounded.columns()["pounds"].le
