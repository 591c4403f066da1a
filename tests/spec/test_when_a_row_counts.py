"""Rule: a row counts at as_of when it had happened and was known before that moment, in its newest version by then."""

from __future__ import annotations

import pytest

from riskmodels.features import count, latest, total
from riskmodels.features.build import build_features
from tests.borough import Accounts, Balances, Payments, Registers, Visits
from tests.lakes import spine
from tests.spec.rulebook import NAMES, Rulebook, case_of

PAID = total(Payments, "amount_gbp", name="paid", says="Paid")
SEEN = count(Payments, name="seen", says="Payments")
OWED = latest(Balances, "balance_gbp", name="owed", says="Owed")


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2024-01-10", 0.0),  # it happens at midnight of this very day: not yet
        ("2024-01-11", 0.0),  # it had happened, and the lake did not know
        ("2024-01-12", 0.0),  # the lake learns at midnight of this very day: not yet known
        ("2024-01-13", 10.0),
    ],
)
def test_a_row_is_visible_only_after_it_happened_and_after_it_was_known(
    rules: Rulebook, as_of: str, expected: float
) -> None:
    payments = """
        | tenancy_id | paid_at    | amount_gbp | loaded_at  |
        | t1         | 2024-01-10 | 10         | 2024-01-12 |
    """
    assert expected == rules.ask(PAID, as_of=as_of, payments=payments)


def test_the_last_instant_before_midnight_counts_and_midnight_does_not(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at                    | amount_gbp |
        | t1         | 2024-01-31 23:59:59.999999 | 1          |
        | t1         | 2024-02-01 00:00:00        | 2          |
    """
    assert 1.0 == rules.ask(PAID, as_of="2024-02-01", payments=payments)


def test_something_planned_counts_only_once_it_has_happened(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | amount_gbp | loaded_at  |
        | t1         | 2024-03-01 | 10         | 2024-01-01 |
    """
    assert 0.0 == rules.ask(PAID, as_of="2024-02-01", payments=payments)
    assert 10.0 == rules.ask(PAID, as_of="2024-03-02", payments=payments)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("2024-01-05", 10.0), ("2024-01-20", 10.0), ("2024-01-21", 15.0), ("2024-02-10", 15.0), ("2024-02-11", 12.0)],
)
def test_of_several_versions_of_a_row_the_newest_known_one_counts(rules: Rulebook, as_of: str, expected: float) -> None:
    payments = """
        | payment_id | tenancy_id | paid_at    | amount_gbp | loaded_at  |
        | p1         | t1         | 2024-01-01 | 10         | 2024-01-02 |
        | p1         | t1         | 2024-01-01 | 12         | 2024-02-10 |
        | p1         | t1         | 2024-01-01 | 15         | 2024-01-20 |
    """
    assert expected == rules.ask(PAID, as_of=as_of, payments=payments)


@pytest.mark.parametrize(
    ("as_of", "paid"),
    [
        ("2024-01-05", 10.0),
        # The correction is known on the 10th and says that it happens on the 20th: until then the old one counts.
        ("2024-01-15", 10.0),
        ("2024-01-21", 11.0),
    ],
)
def test_a_correction_that_moves_a_row_into_the_future_counts_from_then_on(
    rules: Rulebook, as_of: str, paid: float
) -> None:
    payments = """
        | payment_id | tenancy_id | paid_at    | amount_gbp | loaded_at  |
        | p1         | t1         | 2024-01-01 | 10         | 2024-01-02 |
        | p1         | t1         | 2024-01-20 | 11         | 2024-01-10 |
    """
    assert paid == rules.ask(PAID, as_of=as_of, payments=payments)


def test_a_correction_that_moves_a_row_to_another_tenancy_takes_it_from_the_first(rules: Rulebook) -> None:
    payments = """
        | payment_id | tenancy_id | paid_at    | amount_gbp | loaded_at  |
        | p1         | t1         | 2024-01-01 | 10         | 2024-01-02 |
        | p1         | t2         | 2024-01-01 | 10         | 2024-01-20 |
    """
    both = ("t1", "t2")
    assert {"t1": 10.0, "t2": 0.0} == rules.ask(PAID, as_of="2024-01-10", about=both, payments=payments)
    assert {"t1": 0.0, "t2": 10.0} == rules.ask(PAID, as_of="2024-02-01", about=both, payments=payments)


@pytest.mark.parametrize(("as_of", "expected"), [("2024-01-10", 1.0), ("2024-01-11", 0.0), ("2024-02-10", 1.0)])
def test_a_withdrawn_row_counts_until_its_withdrawal_is_known_and_may_come_back(
    rules: Rulebook, as_of: str, expected: float
) -> None:
    payments = """
        | payment_id | tenancy_id | paid_at    | is_deleted | loaded_at  |
        | p1         | t1         | 2024-01-01 | no         | 2024-01-02 |
        | p1         | t1         | 2024-01-01 | yes        | 2024-01-10 |
        | p1         | t1         | 2024-01-01 | no         | 2024-02-01 |
    """
    assert expected == rules.ask(SEEN, as_of=as_of, payments=payments)


def test_a_row_delivered_twice_counts_once(rules: Rulebook) -> None:
    payments = """
        | payment_id | tenancy_id | paid_at    | amount_gbp | loaded_at  |
        | p1         | t1         | 2024-01-01 | 10         | 2024-01-02 |
        | p1         | t1         | 2024-01-01 | 10         | 2024-01-02 |
        | p1         | t1         | 2024-01-01 | 10         | 2024-01-03 |
    """
    assert 1.0 == rules.ask(SEEN, as_of="2024-02-01", payments=payments)


def test_two_versions_known_at_one_moment_give_one_answer_whichever_comes_first_in_the_file(rules: Rulebook) -> None:
    head = "| payment_id | tenancy_id | paid_at | amount_gbp | loaded_at |\n"
    first = "| p1 | t1 | 2024-01-01 | 10 | 2024-01-02 |\n"
    second = "| p1 | t1 | 2024-01-01 | 20 | 2024-01-02 |\n"

    one_way = rules.ask(PAID, as_of="2024-02-01", payments=head + first + second)
    other_way = rules.ask(PAID, as_of="2024-02-01", payments=head + second + first)

    assert one_way == other_way
    assert one_way in (10.0, 20.0)


def test_where_the_known_time_is_assumed_the_days_declared_are_added(rules: Rulebook) -> None:
    visited = count(Visits, name="visited", says="Visits")
    visits = """
        | tenancy_id | visited_on |
        | t1         | 2024-01-10 |
    """
    assert 0.0 == rules.ask(visited, as_of="2024-01-13", visits=visits)
    assert 1.0 == rules.ask(visited, as_of="2024-01-14", visits=visits)


def test_of_dated_copies_the_newest_known_one_counts(rules: Rulebook) -> None:
    points = latest(Registers, "points", name="points", says="Points")
    registers = """
        | entry_id | tenancy_id | entered_on | points | copied_on  |
        | e1       | t1         | 2023-12-01 | 5      | 2024-01-01 |
        | e1       | t1         | 2023-12-01 | 7      | 2024-02-01 |
    """
    assert None is rules.ask(points, as_of="2024-01-01", registers=registers)
    assert 5.0 == rules.ask(points, as_of="2024-02-01", registers=registers)
    assert 7.0 == rules.ask(points, as_of="2024-02-02", registers=registers)


def test_what_never_changes_may_be_read_from_a_row_overwritten_in_place(rules: Rulebook) -> None:
    north = count(Accounts, where="branch = 'north'", name="north", says="Accounts in the north")
    accounts = """
        | tenancy_id | opened_on  | branch | status |
        | t1         | 2024-01-10 | north  | closed |
    """
    assert 0.0 == rules.ask(north, as_of="2024-01-11", accounts=accounts)
    assert 1.0 == rules.ask(north, as_of="2024-01-12", accounts=accounts)


def test_rows_without_a_tenancy_and_of_unknown_tenancies_are_nobodys(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | amount_gbp |
        |            | 2024-01-10 | 10         |
        | t9         | 2024-01-10 | 10         |
    """
    assert {"t1": 0.0, "t2": 0.0} == rules.ask(PAID, as_of="2024-02-01", about=("t1", "t2"), payments=payments)


def test_each_row_of_the_spine_is_answered_at_its_own_moment(rules: Rulebook) -> None:
    balances = """
        | tenancy_id | week_ending | balance_gbp |
        | t1         | 2024-01-07  | 10          |
        | t1         | 2024-01-14  | 20          |
    """
    answers = {day: rules.ask(OWED, as_of=day, balances=balances) for day in ("2024-01-07", "2024-01-08", "2024-01-15")}

    assert {"2024-01-07": None, "2024-01-08": 10.0, "2024-01-15": 20.0} == answers


def test_dates_asked_together_are_answered_as_each_would_be_alone(rules: Rulebook) -> None:
    payments = """
        | payment_id | tenancy_id | paid_at    | amount_gbp | loaded_at  | is_deleted |
        | p1         | t1         | 2024-01-01 | 10         | 2024-01-02 | no         |
        | p1         | t1         | 2024-01-01 | 12         | 2024-01-04 | no         |
        | p1         | t1         | 2024-01-01 | 12         | 2024-01-06 | yes        |
        | p2         | t1         | 2024-01-03 | 100        | 2024-01-03 | no         |
        | p3         | t2         | 2024-01-02 | 7          | 2024-01-04 | no         |
    """
    expected = {
        "2024-01-01": (0.0, 0.0),
        "2024-01-02": (0.0, 0.0),
        "2024-01-03": (10.0, 0.0),
        "2024-01-04": (110.0, 0.0),
        "2024-01-05": (112.0, 7.0),
        "2024-01-06": (112.0, 7.0),
        "2024-01-07": (100.0, 7.0),
        "2024-01-08": (100.0, 7.0),
    }
    asked = [(name, date) for date in expected for name in ("t1", "t2")]
    with rules.lake(payments=payments) as lake:
        together = build_features(case_of(PAID), lake, spine(asked))
        sparse = build_features(case_of(PAID), lake, spine(asked[:2] + asked[7:9] + asked[-1:]))
    paid = {(NAMES[row.entity], str(row.as_of.date())): row.paid for row in together.itertuples()}

    assert {(name, date): expected[date][name == "t2"] for name, date in asked} == paid
    assert [paid[NAMES[row.entity], str(row.as_of.date())] for row in sparse.itertuples()] == sparse["paid"].tolist()
