"""Rule: a derived feature is computed from other features, and is null where any part of it is null,
unless the definition deals with the null by coalesce or is null."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.features import count, derived, ever, latest, total
from riskmodels.features.builders import Features
from tests.borough import Balances, Payments
from tests.spec.rulebook import Rulebook, plain

PARTS: tuple[Features, ...] = (
    total(Payments, "amount_gbp", name="paid", says="Paid"),
    count(Payments, name="payments", says="Payments"),
    latest(Balances, "balance_gbp", name="owed", says="Owed"),
    ever(Payments, "kind = 'cash'", name="cash", says="Paid in cash"),
)
TABLES = {
    "payments": """
        | tenancy_id | paid_at    | kind | amount_gbp |
        | t1         | 2024-01-01 | cash | 30         |
        | t1         | 2024-01-02 | card | 10         |
    """,
    "balances": """
        | tenancy_id | week_ending | balance_gbp |
        | t1         | 2024-01-07  | 100         |
        | t2         | 2024-01-07  | 100         |
    """,
}


@pytest.mark.parametrize(
    ("expression", "t1", "t2", "t3"),
    [
        ("paid / payments", 20.0, None, None),  # t2 and t3 paid nothing: division by zero is null
        ("paid / nullif(owed, 0)", 0.4, 0.0, None),
        ("owed - paid", 60.0, 100.0, None),
        ("coalesce(owed, 0) - paid", 60.0, 100.0, 0.0),
        ("owed > 50", 1.0, 1.0, None),
        ("greatest(owed - 70, paid)", 40.0, 30.0, None),
        ("case when cash then paid else 0 end", 40.0, 0.0, 0.0),
        ("case when owed > 50 then 1 else 0 end", 1.0, 1.0, None),
        ("case when owed is null then -1 else owed end", 100.0, 100.0, -1.0),
        ("case when not cash and payments = 0 then 1 else 0 end", 0.0, 1.0, 1.0),
    ],
)
def test_what_a_derived_feature_gives(
    rules: Rulebook, expression: str, t1: float, t2: float | None, t3: float | None
) -> None:
    made = derived(expression, name="made", says="Made of others")
    frame = rules.frame(*PARTS, made, as_of="2024-02-01", about=("t1", "t2", "t3"), **TABLES)

    assert {"t1": t1, "t2": t2, "t3": t3} == {name: plain(frame.loc[name, "made"]) for name in ("t1", "t2", "t3")}


def test_derived_features_may_build_on_each_other_in_any_order(rules: Rulebook) -> None:
    features: tuple[Any, ...] = (
        derived("twice + 1", name="more", says="More"),
        derived("paid * 2", name="twice", says="Twice"),
        *PARTS,
    )
    frame = rules.frame(*features, as_of="2024-02-01", **TABLES)

    assert (80.0, 81.0) == (plain(frame.loc["t1", "twice"]), plain(frame.loc["t1", "more"]))
