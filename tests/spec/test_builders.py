"""Rule: what each builder gives, over rows, over nulls, and over nothing."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.features import (
    count,
    days_since,
    distinct,
    ever,
    highest,
    latest,
    lowest,
    mean,
    share,
    spread,
    total,
    trend,
)
from riskmodels.features.builders import Features
from tests.borough import Balances, Payments
from tests.spec.rulebook import Rulebook

AS_OF = "2024-02-01"
WORDS: dict[str, Any] = {"name": "x", "says": "X"}
PAYMENTS = """
    | tenancy_id | paid_at          | kind   | amount_gbp | items | on_time | due_on     |
    | t1         | 2024-01-01       | card   | 10.10      | 1     | yes     | 2024-01-01 |
    | t1         | 2024-01-15       | cash   | 20.20      | 2     | no      | 2024-01-14 |
    | t1         | 2024-01-29       | card   | 40.40      | 2     | yes     | 2024-01-29 |
    | t2         | 2024-01-20       |        |            |       |         |            |
"""
# t1 has three payments, t2 one with every value empty, t3 none at all.
ABOUT = ("t1", "t2", "t3")


@pytest.mark.parametrize(
    ("feature", "of_t1", "of_empty_values", "of_no_rows"),
    [
        (count(Payments, **WORDS), 3.0, 1.0, 0.0),
        (count(Payments, where="kind = 'card'", **WORDS), 2.0, 0.0, 0.0),
        (total(Payments, "amount_gbp", **WORDS), 70.7, 0.0, 0.0),
        (mean(Payments, "items", **WORDS), 5 / 3, None, None),
        (lowest(Payments, "amount_gbp", **WORDS), 10.1, None, None),
        (highest(Payments, "amount_gbp", **WORDS), 40.4, None, None),
        (distinct(Payments, "items", **WORDS), 2.0, 0.0, 0.0),
        (distinct(Payments, "kind", **WORDS), 2.0, 0.0, 0.0),
        (distinct(Payments, "due_on", **WORDS), 3.0, 0.0, 0.0),
        (latest(Payments, "amount_gbp", **WORDS), 40.4, None, None),
        (latest(Payments, "on_time", **WORDS), 1.0, None, None),
        (latest(Payments, "amount_gbp", where="kind = 'cash'", **WORDS), 20.2, None, None),
        (days_since(Payments, **WORDS), 3.0, 12.0, None),
        (days_since(Payments, where="kind = 'cash'", **WORDS), 17.0, None, None),
        (ever(Payments, "kind = 'cash'", **WORDS), 1.0, 0.0, 0.0),
        (ever(Payments, "kind = 'refund'", **WORDS), 0.0, 0.0, 0.0),
        (share(Payments, "kind = 'card'", **WORDS), 2 / 3, 0.0, None),
        (share(Payments, "on_time", of="kind = 'card'", **WORDS), 1.0, None, None),
        (share(Payments, "on_time", of="kind = 'refund'", **WORDS), None, None, None),
        (trend(Payments, "items", **WORDS), 0.25, None, None),
        (mean(Payments, "on_time", **WORDS), 2 / 3, None, None),
        (total(Payments, "on_time", **WORDS), 2.0, 0.0, 0.0),
    ],
    ids=lambda value: f"{value[0].builder} {value[0].expr and value[0].expr.text}" if isinstance(value, tuple) else "",
)
def test_each_builder_over_rows_over_empty_values_and_over_nothing(
    rules: Rulebook, feature: Features, of_t1: float | None, of_empty_values: float | None, of_no_rows: float | None
) -> None:
    answers = rules.ask(feature, as_of=AS_OF, about=ABOUT, payments=PAYMENTS)

    assert {"t1": of_t1, "t2": of_empty_values, "t3": of_no_rows} == answers


def test_money_adds_up_to_the_penny(rules: Rulebook) -> None:
    head = "| tenancy_id | paid_at | amount_gbp |\n"
    rows = "".join(f"| t1 | 2024-01-{day:02d} | 0.10 |\n" for day in range(1, 31))

    assert 3.0 == rules.ask(total(Payments, "amount_gbp", **WORDS), as_of=AS_OF, payments=head + rows)


def test_latest_takes_the_newest_row_even_if_its_value_is_null(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | amount_gbp |
        | t1         | 2024-01-01 | 10         |
        | t1         | 2024-01-02 |            |
    """
    last = latest(Payments, "amount_gbp", **WORDS)
    last_held = latest(Payments, "amount_gbp", where="amount_gbp is not null", **WORDS)

    assert None is rules.ask(last, as_of=AS_OF, payments=payments)
    assert 10.0 == rules.ask(last_held, as_of=AS_OF, payments=payments)


def test_of_two_rows_of_one_moment_latest_takes_the_one_known_last(rules: Rulebook) -> None:
    payments = """
        | payment_id | tenancy_id | paid_at    | amount_gbp | loaded_at  |
        | p2         | t1         | 2024-01-01 | 10         | 2024-01-09 |
        | p1         | t1         | 2024-01-01 | 20         | 2024-01-08 |
        | p3         | t1         | 2024-01-01 | 30         | 2024-01-07 |
    """
    assert 10.0 == rules.ask(latest(Payments, "amount_gbp", **WORDS), as_of=AS_OF, payments=payments)


def test_latest_goes_by_when_things_happened_before_when_they_were_known(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | amount_gbp | loaded_at  |
        | t1         | 2024-01-01 | 10         | 2024-01-20 |
        | t1         | 2024-01-02 | 20         | 2024-01-03 |
    """
    assert 20.0 == rules.ask(latest(Payments, "amount_gbp", **WORDS), as_of=AS_OF, payments=payments)


@pytest.mark.parametrize(
    ("paid_at", "expected"), [("2024-01-31 23:59", 1.0), ("2024-01-31 00:00", 1.0), ("2024-01-30 23:59", 2.0)]
)
def test_days_since_counts_midnights_and_not_hours(rules: Rulebook, paid_at: str, expected: float) -> None:
    payments = f"""
        | tenancy_id | paid_at   |
        | t1         | {paid_at} |
    """
    assert expected == rules.ask(days_since(Payments, **WORDS), as_of=AS_OF, payments=payments)


def test_spread_is_null_below_two_values_and_zero_between_equal_ones(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | amount_gbp |
        | t1         | 2024-01-01 | 10         |
        | t1         | 2024-01-02 |            |
        | t2         | 2024-01-01 | 10         |
        | t2         | 2024-01-02 | 10         |
        | t3         | 2024-01-01 | 10         |
        | t3         | 2024-01-02 | 14         |
    """
    answers = rules.ask(spread(Payments, "amount_gbp", **WORDS), as_of=AS_OF, about=ABOUT, payments=payments)

    assert {"t1": None, "t2": 0.0, "t3": 8**0.5} == pytest.approx(answers)


def test_trend_is_the_slope_in_a_week_and_null_within_one_day(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at          | amount_gbp |
        | t1         | 2024-01-01       | 10         |
        | t1         | 2024-01-08       | 12         |
        | t1         | 2024-01-15       | 14         |
        | t2         | 2024-01-01 09:00 | 10         |
        | t2         | 2024-01-01 17:00 | 90         |
        | t3         | 2024-01-01       | 10         |
        | t3         | 2024-01-02       |            |
    """
    answers = rules.ask(trend(Payments, "amount_gbp", **WORDS), as_of=AS_OF, about=ABOUT, payments=payments)

    assert {"t1": 2.0, "t2": None, "t3": None} == answers


def test_spread_of_large_amounts_that_differ_by_pence_does_not_drown(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | amount_gbp   |
        | t1         | 2024-01-01 | 999999999.01 |
        | t1         | 2024-01-02 | 999999999.02 |
        | t1         | 2024-01-03 | 999999999.03 |
    """
    assert pytest.approx(0.01, rel=1e-12) == rules.ask(
        spread(Payments, "amount_gbp", **WORDS), as_of=AS_OF, payments=payments
    )


def test_fractions_are_rounded_to_a_millionth_before_they_are_averaged(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | score     |
        | t1         | 2024-01-01 | 0.1       |
        | t1         | 2024-01-02 | 0.2       |
        | t1         | 2024-01-03 | 0.0000001 |
    """
    assert pytest.approx(0.1, rel=1e-12) == rules.ask(mean(Payments, "score", **WORDS), as_of=AS_OF, payments=payments)


def test_a_condition_that_cannot_be_told_picks_no_row(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | kind | amount_gbp |
        | t1         | 2024-01-01 |      | 10         |
    """
    for condition in ("kind = 'card'", "kind <> 'card'", "not (kind = 'card')"):
        assert 0.0 == rules.ask(count(Payments, where=condition, **WORDS), as_of=AS_OF, payments=payments)
    assert 1.0 == rules.ask(count(Payments, where="kind is null", **WORDS), as_of=AS_OF, payments=payments)


def test_division_by_zero_is_null(rules: Rulebook) -> None:
    balances = """
        | tenancy_id | week_ending | balance_gbp | rent_gbp |
        | t1         | 2024-01-07  | 10          | 0        |
        | t2         | 2024-01-07  | 10          | 4        |
    """
    for expression, of_t2 in (
        ("balance_gbp / rent_gbp", 2.5),
        ("balance_gbp % rent_gbp", 2.0),
        ("balance_gbp // rent_gbp", 2.0),
    ):
        weeks_owed = latest(Balances, expression, **WORDS)
        assert {"t1": None, "t2": of_t2} == rules.ask(weeks_owed, as_of=AS_OF, about=("t1", "t2"), balances=balances)


def test_as_of_may_be_named_in_a_snippet(rules: Rulebook) -> None:
    overdue = count(Payments, where="due_on < as_of", **WORDS)
    wait = latest(Payments, "date_diff('day', due_on, as_of)", **WORDS)
    payments = """
        | tenancy_id | paid_at    | due_on     |
        | t1         | 2024-01-01 | 2024-01-31 |
        | t1         | 2024-01-02 | 2024-02-01 |
    """
    assert 1.0 == rules.ask(overdue, as_of=AS_OF, payments=payments)
    assert 0.0 == rules.ask(wait, as_of=AS_OF, payments=payments)


def test_the_feature_is_of_each_tenancys_own_rows(rules: Rulebook) -> None:
    answers = rules.ask(count(Payments, **WORDS), as_of=AS_OF, about=("t2", "t1"), payments=PAYMENTS)

    assert {"t2": 1.0, "t1": 3.0} == answers


@pytest.mark.parametrize(
    ("expression", "of_empty_values"),
    [("coalesce(amount_gbp, 5)", 5.0), ("amount_gbp is null", 1.0), ("case when items > 1 then 1 else 0 end", 0.0)],
)
def test_latest_without_a_row_is_null_whatever_its_snippet_makes_of_nulls(
    rules: Rulebook, expression: str, of_empty_values: float
) -> None:
    answers = rules.ask(latest(Payments, expression, **WORDS), as_of=AS_OF, about=("t2", "t3"), payments=PAYMENTS)

    assert {"t2": of_empty_values, "t3": None} == answers
