"""Rule: one row in, one row out: (entity, as_of) is unique, and no row is ever lost."""

from __future__ import annotations

import pytest

from riskmodels.errors import BuildError
from riskmodels.features import count, latest, nearby, total
from riskmodels.features.build import build_features
from tests.borough import Balances, Homes, Payments, Places
from tests.lakes import moment, pseudonym, spine
from tests.spec.rulebook import Rulebook, case_of

FEATURES = (
    count(Payments, name="seen", says="Payments"),
    total(Payments, "amount_gbp", name="paid", says="Paid"),
    latest(Balances, "balance_gbp", name="owed", says="Owed"),
    latest(Places, "decile", name="decile", says="Deprivation"),
    nearby(Payments, how="count", within=Homes.area, name="around", says="Payments around"),
)


def test_every_row_asked_for_is_answered_sorted_by_date_and_entity(rules: Rulebook) -> None:
    asked = [(name, day) for day in ("2024-03-01", "2024-02-01") for name in ("t2", "t1", "nobody")]
    payments = """
        | tenancy_id | paid_at    |
        | t1         | 2024-01-01 |
        | t1         | 2024-01-02 |
    """
    with rules.lake(payments=payments) as lake:
        built = build_features(case_of(*FEATURES), lake, spine(asked))

    assert sorted((moment(day), pseudonym(name)) for name, day in asked) == list(
        zip(built["as_of"].dt.to_pydatetime(), built["entity"], strict=True)
    )
    assert ["entity", "as_of", "seen", "paid", "owed", "decile", "around", "weeks_seen"] == list(built.columns)
    assert {"float64"} == {str(built[name].dtype) for name in built.columns[2:]}


def test_a_spine_that_repeats_itself_is_refused_with_the_number_of_repeats(rules: Rulebook) -> None:
    asked = [
        ("t1", "2024-02-01"),
        ("t1", "2024-02-01"),
        ("t2", "2024-02-01"),
        ("t2", "2024-02-01"),
        ("t2", "2024-03-01"),
    ]

    with rules.lake() as lake, pytest.raises(BuildError) as refusal:
        build_features(case_of(*FEATURES), lake, spine(asked))

    assert "2" in refusal.value.found
    assert str(pseudonym("t1")) not in str(refusal.value)


def test_nothing_asked_is_nothing_answered(rules: Rulebook) -> None:
    with rules.lake() as lake:
        built = build_features(case_of(*FEATURES), lake, spine([]))

    assert 0 == len(built)
    assert "around" in built


def test_a_lake_can_be_asked_again(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    |
        | t1         | 2024-01-01 |
    """
    with rules.lake(payments=payments) as lake:
        case = case_of(*FEATURES)
        first = build_features(case, lake, spine([("t1", "2024-02-01")]))
        other = build_features(case, lake, spine([("t1", "2023-02-01"), ("t2", "2024-02-01")]))
        again = build_features(case, lake, spine([("t1", "2024-02-01")]))

    assert first.equals(again)
    assert [0.0, 0.0] == other["seen"].tolist()
