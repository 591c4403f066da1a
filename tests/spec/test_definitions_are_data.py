"""Rule: a definition is data: it can be written, read back to the same digest, and shown as SQL."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from riskmodels.errors import DefinitionError
from riskmodels.features import (
    UseCase,
    age_band,
    attribute,
    characteristic,
    count,
    days,
    days_since,
    derived,
    distinct,
    ever,
    from_dict,
    highest,
    latest,
    lowest,
    mean,
    nearby,
    share,
    spread,
    total,
    trend,
    weeks,
    where,
)
from tests.borough import CONTRACTS, Balances, Homes, Payments, People, Places, Visits
from tests.spec.rulebook import case_of

EVERYTHING: tuple[Any, ...] = (
    total(
        Payments,
        "amount_gbp",
        where="kind = 'card'",
        over=weeks(4, 13),
        name="paid",
        says="Paid in the last {over}",
        unit="GBP",
    ),
    count(Payments, over=days(7), name="seen", says="Payments"),
    mean(Payments, "score", name="mean_score", says="Mean"),
    lowest(Payments, "items", name="fewest", says="Fewest"),
    highest(Payments, "amount_gbp / items", name="dearest", says="Dearest"),
    spread(Payments, "amount_gbp", name="spread_paid", says="Spread", family="paid"),
    trend(Balances, "balance_gbp", over=weeks(13), name="climb", says="Climb", monotone="increasing"),
    latest(Balances, "balance_gbp / nullif(rent_gbp, 0)", name="owed_weeks", says="Weeks owed", unit="weeks"),
    latest(Places, "decile", name="decile", says="Deprivation"),
    days_since(Visits, where="reached", name="since", says="Days since a visit"),
    ever(Payments, "due_on < as_of", over=weeks(4), name="late", says="Late"),
    distinct(Payments, "kind", name="kinds", says="Kinds"),
    share(Payments, "on_time", of="kind = 'card'", over=weeks(4), name="on_time", says="On time"),
    attribute(Homes, "tenure", name="tenure", says="Tenure"),
    attribute(
        Payments, "kind", encode="ordinal", order=("cash", "card", "refund"), monotone="decreasing", name="k", says="K"
    ),
    nearby(Payments, "amount_gbp", how="mean", within=Homes.area, over=weeks(4), name="around", says="Around"),
    derived("paid_4w / nullif(paid_13w, 0)", name="pace", says="Pace", unit="share"),
)


def full_case(**changes: Any) -> UseCase:
    return case_of(
        *EVERYTHING,
        **{
            "population": where(Homes, "ended_on is null", having="paid_4w < 100"),
            "outcome": ever(
                Balances, "balance_gbp >= 100", within=weeks(4), says="Owes 100", times_running=2,
                settles_after=days(3), censored_by="ended_on", competes_with="died_on",
                treated_by=where(Visits, "reached"),
            ),
            "audit_by": [
                People.sex, age_band(People.born_on), Places.decile,
                characteristic(People, "disabled", name="any_disabled", says="Disabled", joint="any", counts="Yes"),
            ],
            "lead": "standing = 'lead'",
            **changes,
        },
    )  # fmt: skip


def test_a_definition_survives_json_with_its_digest() -> None:
    case = full_case()
    read = from_dict(json.loads(json.dumps(case.to_dict())), CONTRACTS)

    assert case.to_dict() == read.to_dict()
    assert case.digest == read.digest
    assert 64 == len(case.digest)
    assert tuple(case.features) == tuple(read.features)
    assert case.features.sql() == read.features.sql()


def test_equal_definitions_have_equal_digests_however_they_are_spaced() -> None:
    one = case_of(count(Payments, where="kind = 'card' and amount_gbp > 10", name="x", says="X"))
    other = case_of(count(Payments, where="kind='card'  AND  amount_gbp>10", name="x", says="X"))

    assert one.digest == other.digest


@pytest.mark.parametrize(
    "changes",
    [
        {
            "features": [
                *EVERYTHING[:-1],
                derived("paid_4w / nullif(paid_13w, 1)", name="pace", says="Pace", unit="share"),
                count(Balances, name="weeks_seen", says="Weeks on record"),
            ]
        },
        {
            "features": [
                *EVERYTHING[1:-1],
                total(Payments, "amount_gbp", over=weeks(4, 12), name="paid", says="Paid"),
                count(Balances, name="weeks_seen", says="W"),
            ]
        },
        {"population": where(Homes, "ended_on is null", having="paid_4w < 101")},
        {"population": where(Homes, "ended_on is null")},
        {"outcome": ever(Balances, "balance_gbp >= 100", within=weeks(5), says="Owes 100")},
        {"audit_by": [People.sex]},
        {"purpose": "tenancy_management"},
        {"baseline": "paid_13w"},
        {"lead": None},
        {"harms": ["burden"]},
    ],
    ids=["derived", "window", "having", "no having", "horizon", "audit", "purpose", "baseline", "lead", "harms"],
)
def test_any_change_changes_the_digest(changes: dict[str, Any]) -> None:
    assert full_case().digest != full_case(**changes).digest


def test_a_changed_window_changes_the_digest() -> None:
    def over(*lengths: int) -> str:
        return case_of(count(Payments, over=days(*lengths), name="x", says="X")).digest

    assert over(7) == over(7)
    assert over(7) != over(8)


def test_what_is_read_back_is_checked_again() -> None:
    data = full_case().to_dict()
    harmful = json.loads(json.dumps(data))
    harmful["features"][0]["where"] = "amount_gbp > random()"

    with pytest.raises(DefinitionError, match="rand"):
        from_dict(harmful, CONTRACTS)
    with pytest.raises(DefinitionError, match="format"):
        from_dict({**data, "format": 99}, CONTRACTS)
    with pytest.raises(DefinitionError, match="Payments"):
        from_dict(data, {name: extract for name, extract in CONTRACTS.items() if name != "Payments"})


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (("features", 0, "where"), "amount_gbp"),
        (("features", 0, "expr"), "kind"),
        (("population", "condition"), "rent_gbp"),
        (("outcome", "condition"), "balance_gbp"),
        (("outcome", "treated_by", "condition"), "visited_on"),
        (("audit_by", 0, "expr"), "sexx"),
    ],
)
def test_what_is_read_back_must_still_be_a_condition_or_a_number(place: tuple[Any, ...], text: str) -> None:
    data = json.loads(json.dumps(full_case().to_dict()))
    part = data
    for step in place[:-1]:
        part = part[step]
    assert part[place[-1]] != text
    part[place[-1]] = text

    with pytest.raises(DefinitionError):
        from_dict(data, CONTRACTS)


def test_the_sql_names_every_feature_and_parses() -> None:
    case = full_case()
    sql = case.features.sql()
    queries = [query for query in sqlglot.parse(sql, dialect="duckdb") if query is not None]

    assert all(isinstance(query, exp.Query) for query in queries)
    assert set(case.features.names) <= {
        column.alias_or_name for query in queries for column in query.find_all(exp.Alias)
    }
    for extract in (Payments, Balances, Homes, Visits, Places):
        assert extract.folder() in sql


def test_each_extract_is_read_by_one_query() -> None:
    case = case_of(
        total(Payments, "amount_gbp", over=weeks(4, 13), name="paid", says="Paid"),
        count(Payments, where="kind = 'card'", name="cards", says="Cards"),
        latest(Balances, "balance_gbp", name="owed", says="Owed"),
    )
    queries = [query for query in sqlglot.parse(case.features.sql(), dialect="duckdb") if query is not None]
    readers = [query for query in queries if any(table.name == "payments" for table in query.find_all(exp.Table))]

    assert 1 == len(readers)


def test_the_sql_carries_over_to_spark() -> None:
    spark = full_case().features.sql(dialect="spark")

    assert [query for query in sqlglot.parse(spark, dialect="spark") if query is not None]
    assert spark != full_case().features.sql()
