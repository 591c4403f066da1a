"""Rule: nearby looks at the rows of all other entities that lie in the entity's area, never at its own."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.features import days, nearby
from tests.borough import Homes, Payments
from tests.spec.rulebook import Rulebook

AS_OF = "2024-02-01"
WORDS: dict[str, Any] = {"within": Homes.area, "name": "x", "says": "X"}
HOMES = """
    | tenancy_id | area  | started_on |
    | t1         | north | 2023-01-01 |
    | t2         | north | 2023-01-01 |
    | t3         | north | 2023-01-01 |
    | t4         | south | 2023-01-01 |
    | t5         |       | 2023-01-01 |
"""
PAYMENTS = """
    | tenancy_id | paid_at    | kind | amount_gbp |
    | t1         | 2024-01-10 | card | 1000       |
    | t2         | 2024-01-10 | card | 10         |
    | t2         | 2024-01-20 | cash | 20         |
    | t3         | 2024-01-25 | card |            |
    | t5         | 2024-01-10 | card | 5000       |
    | t9         | 2024-01-10 | card | 7000       |
"""
ABOUT = ("t1", "t2", "t4", "t5", "t6")


@pytest.mark.parametrize(
    ("how", "expr", "where", "t1", "t2", "alone"),
    [
        ("count", None, None, 3.0, 2.0, 0.0),
        ("count", None, "kind = 'cash'", 1.0, 0.0, 0.0),
        ("total", "amount_gbp", None, 30.0, 1000.0, 0.0),
        ("mean", "amount_gbp", None, 15.0, 1000.0, None),
        ("share", None, "kind = 'card'", 2 / 3, 1.0, None),
    ],
)
def test_each_way_of_looking_at_neighbours(
    rules: Rulebook, how: Any, expr: str | None, where: str | None, t1: float, t2: float, alone: float | None
) -> None:
    feature = nearby(Payments, expr, how=how, where=where, **WORDS)
    answers = rules.ask(feature, as_of=AS_OF, about=ABOUT, homes=HOMES, payments=PAYMENTS)

    # t4 is alone in its area; t5's area is not known; t6 is not known at all.
    assert {"t1": t1, "t2": t2, "t4": alone, "t5": None, "t6": None} == answers


def test_neighbours_without_rows_add_nothing_whatever_the_snippet_makes_of_nulls(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | kind | amount_gbp |
        | t2         | 2024-01-10 |      | 10         |
    """
    for how, expr, expected in (
        ("mean", "coalesce(amount_gbp, 50)", 10.0),
        ("total", "coalesce(amount_gbp, 50)", 10.0),
    ):
        for where in (None, "kind is null"):
            feature = nearby(Payments, expr, how=how, where=where, **WORDS)  # type: ignore[arg-type]
            assert expected == rules.ask(feature, as_of=AS_OF, homes=HOMES, payments=payments)


def test_windows_and_clocks_hold_for_neighbours_rows_too(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | loaded_at  |
        | t2         | 2024-01-24 | 2024-01-25 |
        | t2         | 2024-01-25 | 2024-01-26 |
        | t2         | 2024-01-26 | 2024-02-01 |
    """
    feature = nearby(Payments, how="count", over=days(7), **WORDS)

    assert 1.0 == rules.ask(feature, as_of=AS_OF, homes=HOMES, payments=payments)


@pytest.mark.parametrize(("as_of", "expected"), [("2024-01-15", 1.0), ("2024-02-01", 0.0)])
def test_who_is_a_neighbour_is_told_by_the_newest_row_visible_at_the_time(
    rules: Rulebook, as_of: str, expected: float
) -> None:
    homes = """
        | tenancy_id | area  | started_on | recorded_at |
        | t1         | north | 2023-01-01 | 2023-01-01  |
        | t2         | north | 2023-01-01 | 2023-01-01  |
        | t2         | south | 2023-01-01 | 2024-01-20  |
    """
    payments = """
        | tenancy_id | paid_at    |
        | t2         | 2024-01-10 |
    """
    assert expected == rules.ask(nearby(Payments, how="count", **WORDS), as_of=as_of, homes=homes, payments=payments)
