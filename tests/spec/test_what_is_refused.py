"""Rule: what cannot be is refused when it is written down, with what was found, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from riskmodels.errors import DefinitionError
from riskmodels.features import (
    age_band,
    attribute,
    characteristic,
    count,
    days,
    days_since,
    derived,
    distinct,
    ever,
    latest,
    mean,
    nearby,
    share,
    total,
    weeks,
    where,
)
from riskmodels.lake import Day, Extract, Text, birth_date, column, events, key
from tests.borough import (
    OFFICE,
    Accounts,
    Balances,
    Exclusions,
    Homes,
    Links,
    Payments,
    People,
    Places,
    Raids,
    Visits,
)
from tests.spec.rulebook import case_of

WORDS: dict[str, Any] = {"name": "x", "says": "X"}
PAID = total(Payments, "amount_gbp", name="paid", says="Paid")


def refusal(make: Callable[[], Any]) -> DefinitionError:
    """Give the error of a definition, having seen that it says all that an error must say."""
    with pytest.raises(DefinitionError) as caught:
        make()
    error = caught.value
    assert all((error.found, error.expected, error.next_step, error.who))
    return error


# Names


@pytest.mark.parametrize(
    "make",
    [
        lambda: total(Payments, "amount_gpb", **WORDS),
        lambda: count(Payments, where="amount_gpb > 10", **WORDS),
        lambda: share(Payments, "on_time", of="amount_gpb > 10", **WORDS),
        lambda: nearby(Payments, "amount_gpb", how="total", within=Homes.area, **WORDS),
        lambda: where(Payments, "amount_gpb > 10"),
        lambda: ever(Payments, "amount_gpb > 10", within=days(28), says="X"),
        lambda: case_of(PAID, derived("amount_gpb", **WORDS), total(Payments, "items", name="amount_gbp", says="A")),
        lambda: case_of(
            total(Payments, "items", name="amount_gbp", says="A"),
            population=where(Homes, "true", having="amount_gpb > 1"),
        ),
    ],
)
def test_an_unknown_name_is_refused_and_the_nearest_offered(make: Callable[[], Any]) -> None:
    error = refusal(make)

    assert "'amount_gpb'" in error.found
    assert "did you mean 'amount_gbp'?" in error.expected


def test_a_column_of_another_extract_is_unknown(rules: Any) -> None:
    assert "'balance_gbp'" in refusal(lambda: total(Payments, "balance_gbp", **WORDS)).found
    assert "e.amount_gbp" in refusal(lambda: total(Payments, "e.amount_gbp", **WORDS)).found


@pytest.mark.parametrize("name", ["Paid", "paid in weeks", "1st", "", "as_of", "outcome", "entity", "weight"])
def test_a_feature_needs_a_plain_name_that_is_not_taken(name: str) -> None:
    assert repr(name) in refusal(lambda: case_of(count(Payments, name=name, says="X"))).found


def test_a_name_used_twice_is_refused() -> None:
    windows = total(Payments, "amount_gbp", over=weeks(4, 13), name="paid", says="Paid")

    assert "'paid'" in refusal(lambda: case_of(PAID, count(Payments, name="paid", says="X"))).found
    assert "'paid_4w'" in refusal(lambda: case_of(windows, count(Payments, name="paid_4w", says="X"))).found


# What a snippet may do


@pytest.mark.parametrize(
    "snippet",
    [
        "now()",
        "today()",
        "current_date",
        "current_timestamp",
        "get_current_timestamp()",
        "random()",
        "uuid()",
        "setseed(0.5)",
        "nextval('s')",
        "(select 1)",
        "amount_gbp in (select 1)",
        "exists (select 1)",
        "sum(amount_gbp)",
        "max(amount_gbp)",
        "count(*)",
        "row_number() over ()",
        "lag(amount_gbp) over (order by paid_at)",
        "paid_at > cast('now' as timestamp)",
        "paid_at > 'today'::date",
        "paid_at > timestamp 'now'",
        "paid_at > date 'today'",
        "getvariable('x') > 1",
        "read_text('/etc/passwd')",
        "getenv('HOME')",
        "list_transform([1], x -> x + 1)[1]",
        "$1",
        "?",
        "*",
    ],
)
def test_clocks_chance_sub_queries_aggregates_and_the_outside_world_are_refused(snippet: str) -> None:
    for make in (
        lambda: total(Payments, snippet, **WORDS),
        lambda: count(Payments, where=f"coalesce({snippet}, true)", **WORDS),
        lambda: case_of(PAID, derived(snippet, **WORDS)),
        lambda: (
            where(Homes, "true", having="paid > 1") and case_of(PAID, population=where(Homes, "true", having=snippet))
        ),
    ):
        refusal(make)


@pytest.mark.parametrize("snippet", ["1; drop table payments", "", "amount_gbp >", "kind = 'card", "1 1", "select 1"])
def test_a_snippet_is_one_expression(snippet: str) -> None:
    refusal(lambda: total(Payments, snippet, **WORDS))
    refusal(lambda: count(Payments, where=snippet, **WORDS))


@pytest.mark.parametrize(
    "make",
    [
        lambda: total(Payments, "kind", **WORDS),
        lambda: mean(Payments, "due_on", **WORDS),
        lambda: latest(Payments, "paid_at", **WORDS),
        lambda: latest(Payments, "as_of", **WORDS),
        lambda: nearby(Payments, "kind", how="total", within=Homes.area, **WORDS),
    ],
)
def test_text_and_dates_are_not_numbers(make: Callable[[], Any]) -> None:
    assert "not a number" in refusal(make).found


@pytest.mark.parametrize(
    "make",
    [
        lambda: count(Payments, where="amount_gbp", **WORDS),
        lambda: share(Payments, "amount_gbp + 1", **WORDS),
        lambda: share(Payments, "on_time", of="kind", **WORDS),
        lambda: where(Homes, "rent_gbp"),
        lambda: ever(Balances, "balance_gbp", within=days(28), says="X"),
        lambda: case_of(PAID, population=where(Homes, "true", having="paid")),
    ],
)
def test_a_condition_is_true_or_false(make: Callable[[], Any]) -> None:
    assert "not true or false" in refusal(make).found


# Windows


@pytest.mark.parametrize("length", [0, -4, 1.5, "4", True, None])
def test_a_window_is_a_positive_whole_number(length: Any) -> None:
    for unit in (days, weeks):
        assert repr(length) in refusal(lambda unit=unit: unit(length)).found  # type: ignore[misc]


def test_windows_are_named_in_words_only_where_there_are_some() -> None:
    refusal(weeks)
    refusal(lambda: count(Payments, name="x", says="Payments in the last {over}"))
    refusal(lambda: ever(Balances, "balance_gbp > 1", within=weeks(4, 13), says="X"))
    refusal(lambda: ever(Balances, "balance_gbp > 1", within=weeks(4), settles_after=weeks(1, 2), says="X"))


# What a model may know


def test_every_extract_read_must_serve_the_purpose() -> None:
    error = refusal(lambda: case_of(count(Raids, **WORDS)))

    assert "early_intervention" in error.found
    assert "Raids" in error.found
    assert "licensing" in error.expected
    assert "Head of licensing" == error.who
    refusal(lambda: case_of(PAID, purpose="licensing"))
    refusal(lambda: case_of(outcome=ever(Balances, "balance_gbp > 1", within=days(28), says="X", treated_by=Raids)))


def test_an_extract_for_equality_monitoring_may_be_audited_and_not_learned_from() -> None:
    assert ("sex",) == tuple(each.name for each in case_of(PAID, audit_by=[People.sex]).audit_by)
    refusal(lambda: case_of(count(People, **WORDS), audit_by=[People.sex]))


class Tenants(
    Extract, source=OFFICE, folder="tenants", row=("tenancy_id",), history=events("since", known_after="1 day")
):
    """What a rent office might write down of its tenants."""

    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    since: Day = column("Since when")
    sex: Text = column("Sex", values=("Female", "Male"), protected="sex")
    born_on: Day = birth_date("Date of birth")


@pytest.mark.parametrize(
    ("feature", "protected"),
    [
        (count(Tenants, where="sex = 'Male'", **WORDS), "sex"),
        (attribute(Tenants, "sex", **WORDS), "sex"),
        (share(Tenants, "since < as_of", of="sex = 'Male'", **WORDS), "sex"),
        (latest(Tenants, "date_diff('year', born_on, as_of)", **WORDS), "age"),
        (nearby(Tenants, how="share", where="sex = 'Male'", within=Homes.area, **WORDS), "sex"),
    ],
)
def test_a_protected_characteristic_is_never_a_feature(feature: Any, protected: str) -> None:
    error = refusal(lambda: case_of(feature))

    assert "'x'" in error.found
    assert error.found.endswith(protected)
    assert "the equality lead" == error.who


def test_a_column_overwritten_in_place_is_refused_and_the_lasting_ones_named() -> None:
    error = refusal(lambda: count(Accounts, where="status = 'open'", **WORDS))

    assert "Accounts.status" in error.found
    assert "branch" in error.next_step
    refusal(lambda: where(Accounts, "status = 'open'"))
    refusal(lambda: ever(Accounts, "status = 'closed'", within=days(28), says="Closed"))
    refusal(lambda: characteristic(Accounts, "status", name="status", says="Status"))


def test_links_and_exclusions_are_not_data() -> None:
    for extract in (Links, Exclusions):
        refusal(lambda extract=extract: case_of(count(extract, **WORDS), purpose="equality_monitoring"))  # type: ignore[misc]


# Categories and directions


def test_only_categories_in_a_stated_order_have_a_direction() -> None:
    def kind(**words: Any) -> Any:
        return attribute(Payments, "kind", monotone="increasing", **words, **WORDS)

    refusal(kind)
    refusal(lambda: kind(encode="ordinal"))
    refusal(lambda: kind(order=("cash", "card", "refund")))
    assert "increasing" == kind(encode="ordinal", order=("cash", "card", "refund"))[0].monotone


def test_an_attribute_is_text_with_a_list_of_categories() -> None:
    for name in ("amount_gbp", "due_on", "payment_id", "knid"):
        refusal(lambda name=name: attribute(Payments, name, **WORDS))  # type: ignore[misc]


# Derived features


def test_derived_features_may_not_go_round_in_a_circle() -> None:
    error = refusal(
        lambda: case_of(
            derived("b + 1", name="a", says="A"), derived("c", name="b", says="B"), derived("a", name="c", says="C")
        )
    )
    assert "a -> b -> c -> a" in error.found
    refusal(lambda: case_of(derived("a + 1", name="a", says="A")))


@pytest.mark.parametrize("text", ["case when paid > 1 then 'rich' else 'poor' end", "'rich'", "lower('RICH')"])
def test_a_derived_feature_is_a_number(text: str) -> None:
    assert "not a number" in refusal(lambda: case_of(PAID, derived(text, **WORDS))).found


def test_a_derived_feature_knows_features_and_not_the_date() -> None:
    refusal(lambda: case_of(PAID, derived("paid + extract(month from as_of)", **WORDS)))
    refusal(lambda: case_of(attribute(Payments, "kind", name="kind", says="Kind"), derived("kind", **WORDS)))


# Neighbours


@pytest.mark.parametrize(
    ("how", "expr", "condition"),
    [
        ("count", "amount_gbp", None),
        ("share", "amount_gbp", "on_time"),
        ("share", None, None),
        ("total", None, None),
        ("mean", None, None),
    ],
)
def test_neighbours_are_counted_without_a_value_and_totalled_with_one(
    how: Any, expr: str | None, condition: str | None
) -> None:
    refusal(lambda: nearby(Payments, expr, how=how, where=condition, within=Homes.area, **WORDS))


def test_within_names_a_column_of_an_extract_that_knows_the_entity() -> None:
    refusal(lambda: nearby(Payments, how="count", within="area", **WORDS))
    refusal(lambda: case_of(nearby(Payments, how="count", within=Places.area, **WORDS)))


# The use case


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Early Help"},
        {"says": "  "},
        {"harms": []},
        {"entity": "tenure"},
        {"entity": "area"},
        {"entity": "tenancy"},
        {"baseline": "paidd"},
        {"audit_by": ["sex"]},
        {"outcome": ever(Balances, "balance_gbp > 1", within=days(28), says="X", censored_by="tenure")},
        {"outcome": ever(Balances, "balance_gbp > 1", within=days(28), says="X", competes_with="died")},
        {"outcome": ever(People, "sex = 'Male'", within=days(28), says="X"), "purpose": "equality_monitoring"},
        {"population": where(People, "true"), "entity": "person_id"},
    ],
    ids=lambda changes: " ".join(changes),
)
def test_a_use_case_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    refusal(lambda: case_of(PAID, **changes))


def test_the_nearest_key_feature_and_date_are_offered() -> None:
    dies = ever(Balances, "balance_gbp > 1", within=days(28), says="X", competes_with="died")

    assert "did you mean 'tenancy_id'?" in refusal(lambda: case_of(PAID, entity="tenancy")).expected
    assert "did you mean 'paid'?" in refusal(lambda: case_of(PAID, baseline="paidd")).expected
    assert "did you mean 'died_on'?" in refusal(lambda: case_of(PAID, outcome=dies)).expected


@pytest.mark.parametrize("times", [0, -1, 1.5, True])
def test_times_running_is_a_positive_whole_number(times: Any) -> None:
    refusal(lambda: ever(Balances, "balance_gbp > 1", within=days(28), says="X", times_running=times))


def test_ever_is_an_outcome_or_a_feature_and_not_both() -> None:
    refusal(lambda: ever(Balances, "balance_gbp > 1", says="X"))  # type: ignore[call-overload]
    refusal(lambda: ever(Balances, "balance_gbp > 1", within=days(28), name="x", says="X"))  # type: ignore[call-overload]


def test_an_outcome_may_not_name_as_of() -> None:
    refusal(lambda: ever(Payments, "due_on < as_of", within=days(28), says="X"))


def test_characteristics_say_whose_counts_and_bands_need_a_date_of_birth() -> None:
    refusal(lambda: characteristic(People, "sex", name="sex", says="Sex", joint="any"))
    refusal(lambda: characteristic(People, "sex", name="sex", says="Sex", counts="Male"))
    refusal(lambda: characteristic(People, "sexx", name="sex", says="Sex"))
    refusal(lambda: age_band(People.registered_on))
    refusal(lambda: age_band("born_on"))


def test_a_family_of_harmless_definitions_passes() -> None:
    case = case_of(
        PAID,
        days_since(Visits, where="reached", name="since_visit", says="Days since someone was in"),
        distinct(Payments, "date_diff('day', due_on, as_of)", name="waits", says="Waits"),
        latest(Payments, "case when kind = 'card' then 1 else 0 end", name="by_card", says="Paid by card last"),
        derived("paid / nullif(waits, 0)", name="pace", says="Pace"),
    )
    assert ("paid", "since_visit", "waits", "by_card", "pace", "weeks_seen") == case.features.names
