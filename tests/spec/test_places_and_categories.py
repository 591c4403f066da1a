"""Rule: facts about an area reach the entity through the area it lies in; categories become numbers as declared."""

from __future__ import annotations

import math

import pytest

from riskmodels.features import attribute, count, latest
from tests.borough import Homes, Payments, Places
from tests.spec.rulebook import NAMES, Rulebook, case_of, plain

HOMES = """
    | tenancy_id | area  | tenure   | started_on | recorded_at |
    | t1         | north | secure   | 2023-01-01 | 2023-01-01  |
    | t2         | south | flexible | 2023-01-01 | 2023-01-01  |
    | t2         | north | secure   | 2023-01-01 | 2024-01-20  |
    | t3         |       | secure   | 2023-01-01 | 2023-01-01  |
"""
PLACES = """
    | area  | edition | decile | published_on |
    | north | 2019    | 2      | 2019-09-01   |
    | north | 2025    | 1      | 2024-01-31   |
    | south | 2019    | 9      | 2019-09-01   |
"""
ABOUT = ("t1", "t2", "t3", "t4")


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2024-01-10", {"t1": 2.0, "t2": 9.0, "t3": None, "t4": None}),
        ("2024-01-31", {"t1": 2.0, "t2": 2.0, "t3": None, "t4": None}),  # t2 has moved
        ("2024-02-02", {"t1": 1.0, "t2": 1.0, "t3": None, "t4": None}),  # the new edition is known
    ],
)
def test_the_newest_known_facts_of_the_area_known_at_the_time_are_taken(
    rules: Rulebook, as_of: str, expected: dict[str, float | None]
) -> None:
    decile = latest(Places, "decile", name="decile", says="Deprivation of the area")

    assert expected == rules.ask(decile, as_of=as_of, about=ABOUT, homes=HOMES, places=PLACES)


def test_without_an_area_there_are_no_rows(rules: Rulebook) -> None:
    editions = count(Places, name="editions", says="Editions")

    assert {"t1": 2.0, "t2": 2.0, "t3": 0.0, "t4": 0.0} == rules.ask(
        editions, as_of="2024-03-01", about=ABOUT, homes=HOMES, places=PLACES
    )


def test_an_attribute_is_the_category_of_the_newest_visible_row(rules: Rulebook) -> None:
    tenure = attribute(Homes, "tenure", name="tenure", says="Kind of tenancy")

    assert {"t1": "secure", "t2": "flexible", "t4": None} == rules.ask(
        tenure, as_of="2024-01-10", about=("t1", "t2", "t4"), homes=HOMES
    )


def test_an_attribute_may_look_at_rows_of_one_kind_only(rules: Rulebook) -> None:
    kind = attribute(Payments, "kind", where="amount_gbp > 10", name="kind", says="How larger sums were paid")
    payments = """
        | tenancy_id | paid_at    | kind | amount_gbp |
        | t1         | 2024-01-01 | cash | 50         |
        | t1         | 2024-01-02 | card | 5          |
    """
    assert "cash" == rules.ask(kind, as_of="2024-02-01", payments=payments)


PAID = """
    | tenancy_id | paid_at    | kind |
    | t1         | 2024-01-01 | cash |
    | t2         | 2024-01-01 |      |
"""


def test_categories_become_one_column_each_and_what_is_not_known_is_null_in_all_of_them(rules: Rulebook) -> None:
    case = case_of(attribute(Payments, "kind", name="kind", says="How it was paid"))
    table = rules.build(case, "2024-02-01", cut="2024-12-31", homes=HOMES, payments=PAID)
    columns = ["kind=card", "kind=cash", "kind=refund"]
    rows = {
        NAMES[entity]: [plain(cell) for cell in cells]
        for entity, cells in zip(table.spine["entity"], table.X[columns].to_numpy(), strict=True)
    }
    unknown = [None, None, None]

    assert [*columns, "weeks_seen"] == list(table.X.columns)
    assert {"t1": [0.0, 1.0, 0.0], "t2": unknown, "t3": unknown} == rows
    assert ["onehot", "onehot", "onehot", "number"] == [column.kind for column in table.columns]
    assert ["card", "cash", "refund", None] == [column.category for column in table.columns]


def test_ordered_categories_become_their_place_in_the_order_and_null_stays_null(rules: Rulebook) -> None:
    steps = ("refund", "cash", "card")
    case = case_of(attribute(Payments, "kind", encode="ordinal", order=steps, name="kind", says="How it was paid"))
    table = rules.build(case, "2024-02-01", cut="2024-12-31", homes=HOMES, payments=PAID)
    places = dict(zip(table.spine["entity"].map(NAMES), table.X["kind"].tolist(), strict=True))

    assert 1.0 == places["t1"]
    assert math.isnan(places["t2"])
    assert math.isnan(places["t3"])
