"""Rule: the outcome is what happens from as_of, that moment included, up to the horizon, as the lake knows it today."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.errors import BuildError
from riskmodels.features import UseCase, days, ever, weeks, where
from tests.borough import Balances, Payments, Visits
from tests.spec.rulebook import Rulebook, case_of, of_rows, outcomes, period

AS_OF = "2024-02-01"
HOMES = """
    | tenancy_id | started_on |
    | t1         | 2023-01-01 |
    | t2         | 2023-01-01 |
    | t3         | 2023-01-01 |
    | t4         | 2023-01-01 |
    | t5         | 2023-01-01 |
"""


def predicting(condition: str = "balance_gbp >= 100", extract: Any = Balances, **words: Any) -> UseCase:
    words = {"within": days(28), "says": "Owes 100 or more", **words}
    return case_of(outcome=ever(extract, condition, **words))


def test_the_window_begins_at_as_of_and_ends_before_the_horizon(rules: Rulebook) -> None:
    balances = """
        | tenancy_id | week_ending | balance_gbp |
        | t1         | 2024-01-31  | 500         |
        | t2         | 2024-02-01  | 500         |
        | t3         | 2024-02-28  | 500         |
        | t4         | 2024-02-29  | 500         |
    """
    table = rules.build(predicting(), AS_OF, cut="2024-12-31", homes=HOMES, balances=balances)

    assert {"t1": 0.0, "t2": 1.0, "t3": 1.0, "t4": 0.0, "t5": 0.0} == outcomes(table)
    assert (5, 2) == (period(table).rows, period(table).positives)
    assert (28, "Owes 100 or more") == (table.horizon_days, table.outcome_says)


def test_an_outcome_is_as_the_lake_knows_it_today(rules: Rulebook) -> None:
    payments = """
        | payment_id | tenancy_id | paid_at    | kind   | loaded_at  | is_deleted |
        | p1         | t1         | 2024-02-10 | refund | 2024-09-01 | no         |
        | p2         | t2         | 2024-02-10 | refund | 2024-02-11 | no         |
        | p2         | t2         | 2024-02-10 | cash   | 2024-09-01 | no         |
        | p3         | t3         | 2024-02-10 | refund | 2024-02-11 | no         |
        | p3         | t3         | 2024-02-10 | refund | 2024-09-01 | yes        |
        | p4         | t4         | 2024-02-10 | refund | 2024-02-11 | no         |
        | p4         | t4         | 2024-03-10 | refund | 2024-09-01 | no         |
    """
    case = predicting("kind = 'refund'", Payments, says="A payment came back")
    table = rules.build(case, AS_OF, cut="2024-12-31", homes=HOMES, payments=payments)

    # Learned late; corrected; withdrawn; moved out of the window; and never.
    assert {"t1": 1.0, "t2": 0.0, "t3": 0.0, "t4": 0.0, "t5": 0.0} == outcomes(table)


def test_a_condition_that_cannot_be_told_is_not_an_outcome(rules: Rulebook) -> None:
    balances = """
        | tenancy_id | week_ending | balance_gbp |
        | t1         | 2024-02-10  |             |
    """
    table = rules.build(predicting(), AS_OF, cut="2024-12-31", homes=HOMES, balances=balances)

    assert 0.0 == outcomes(table)["t1"]


def test_times_running_asks_for_so_many_rows_in_a_row_inside_the_window(rules: Rulebook) -> None:
    balances = """
        | tenancy_id | week_ending | balance_gbp |
        | t1         | 2024-02-04  | 500         |
        | t1         | 2024-02-11  | 500         |
        | t2         | 2024-02-04  | 500         |
        | t2         | 2024-02-11  | 50          |
        | t2         | 2024-02-18  | 500         |
        | t3         | 2024-02-04  | 500         |
        | t3         | 2024-02-11  |             |
        | t3         | 2024-02-18  | 500         |
        | t4         | 2024-01-28  | 500         |
        | t4         | 2024-02-04  | 500         |
        | t5         | 2024-02-25  | 500         |
        | t5         | 2024-03-03  | 500         |
    """
    table = rules.build(predicting(times_running=2), AS_OF, cut="2024-12-31", homes=HOMES, balances=balances)

    # Two running; broken by a lower one; broken by one not known; one before the window; one after it.
    assert {"t1": 1.0, "t2": 0.0, "t3": 0.0, "t4": 0.0, "t5": 0.0} == outcomes(table)


@pytest.mark.parametrize(
    ("words", "last_unripe_cut", "first_ripe_cut"),
    [
        ({}, "2024-02-28", "2024-02-29"),
        ({"settles_after": weeks(1)}, "2024-03-06", "2024-03-07"),
        ({"extract": Visits, "condition": "reached"}, "2024-03-02", "2024-03-03"),
    ],
    ids=["the horizon", "what arrives later", "a known time that is assumed"],
)
def test_an_outcome_is_taken_only_when_the_lake_can_know_it(
    rules: Rulebook, words: dict[str, Any], last_unripe_cut: str, first_ripe_cut: str
) -> None:
    case = predicting(**words)
    unripe = rules.build(case, "2024-01-01", AS_OF, cut=last_unripe_cut, homes=HOMES)
    ripe = rules.build(case, "2024-01-01", AS_OF, cut=first_ripe_cut, homes=HOMES)

    assert [(5, 0), (0, 5)] == [(p.rows, p.immature) for p in unripe.report.periods]
    assert [(5, 0), (5, 0)] == [(p.rows, p.immature) for p in ripe.report.periods]


def test_without_a_declared_cut_the_newest_known_row_of_the_outcomes_extract_is_the_cut(rules: Rulebook) -> None:
    balances = """
        | tenancy_id | week_ending | balance_gbp | loaded_at  |
        | t1         | 2024-02-04  | 500         | 2024-02-29 |
    """
    later = balances.replace("2024-02-29", "2024-02-28")

    assert 1.0 == outcomes(rules.build(predicting(), AS_OF, homes=HOMES, balances=balances))["t1"]
    with pytest.raises(BuildError) as refusal:
        rules.build(predicting(), AS_OF, homes=HOMES, balances=later)
    assert "2024" in str(refusal.value)


LEAVERS = """
    | tenancy_id | started_on | ended_on   | died_on    | recorded_at |
    | t1         | 2023-01-01 | 2024-02-11 |            | 2023-01-01  |
    | t2         | 2023-01-01 | 2024-02-29 |            | 2023-01-01  |
    | t3         | 2023-01-01 |            | 2024-02-11 | 2023-01-01  |
    | t4         | 2023-01-01 | 2024-02-21 | 2024-02-11 | 2023-01-01  |
    | t5         | 2023-01-01 | 2024-02-11 | 2024-02-21 | 2023-01-01  |
"""
WATCHED: dict[str, Any] = {"censored_by": "ended_on", "competes_with": "died_on"}


def test_who_leaves_inside_the_window_without_the_outcome_is_unknown_left_out_and_counted(rules: Rulebook) -> None:
    table = rules.build(predicting(**WATCHED), AS_OF, cut="2024-12-31", homes=LEAVERS)

    # t1 and t5 left; t2 leaves when the window is over; t3 died, and t4 died before the tenancy ended: two answers.
    assert {"t2": 0.0, "t3": 0.0, "t4": 0.0} == outcomes(table)
    assert {"t2": False, "t3": True, "t4": True} == of_rows(table, "competing")
    assert (5, 2, 2, 3) == (
        period(table).population, period(table).censored, period(table).competing, period(table).rows
    )  # fmt: skip


@pytest.mark.parametrize(
    ("week_ending", "expected"),
    [
        ("2024-02-10", {"t1": 1.0, "t2": 1.0, "t3": 1.0, "t4": 1.0, "t5": 1.0}),
        ("2024-02-11", {"t2": 1.0, "t3": 0.0, "t4": 0.0}),  # on the very day of leaving: no longer watched
        ("2024-02-15", {"t2": 1.0, "t3": 0.0, "t4": 0.0}),
    ],
)
def test_only_what_happens_before_leaving_is_an_outcome(
    rules: Rulebook, week_ending: str, expected: dict[str, float]
) -> None:
    lines = [f"| {name} | {week_ending} | 500 |" for name in ("t1", "t2", "t3", "t4", "t5")]
    balances = "\n".join(["| tenancy_id | week_ending | balance_gbp |", *lines])
    table = rules.build(predicting(**WATCHED), AS_OF, cut="2024-12-31", homes=LEAVERS, balances=balances)

    assert expected == outcomes(table)


def test_a_leaving_that_was_learned_later_counts_as_it_is_known_today(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | ended_on   | recorded_at |
        | t1         | 2023-01-01 |            | 2023-01-01  |
        | t1         | 2023-01-01 | 2024-02-10 | 2024-06-01  |
        | t2         | 2023-01-01 | 2024-02-10 | 2023-01-01  |
        | t2         | 2023-01-01 |            | 2024-06-01  |
    """
    table = rules.build(predicting(**WATCHED), AS_OF, cut="2024-12-31", homes=homes)

    assert {"t2": 0.0} == outcomes(table)
    assert 1 == period(table).censored


def test_rows_of_people_who_were_helped_inside_the_window_are_marked(rules: Rulebook) -> None:
    visits = """
        | tenancy_id | visited_on | reached |
        | t1         | 2024-01-31 | yes     |
        | t2         | 2024-02-01 | yes     |
        | t3         | 2024-02-28 | no      |
        | t4         | 2024-02-29 | yes     |
    """
    tables: dict[str, Any] = {"homes": HOMES, "visits": visits, "cut": "2024-12-31"}
    visited = rules.build(predicting(treated_by=Visits), AS_OF, **tables)
    reached = rules.build(predicting(treated_by=where(Visits, "reached")), AS_OF, **tables)

    assert {"t2", "t3"} == {name for name, treated in of_rows(visited, "treated").items() if treated}
    assert {"t2"} == {name for name, treated in of_rows(reached, "treated").items() if treated}
    assert (2, 1) == (period(visited).treated, period(reached).treated)


def test_those_who_were_watched_long_enough_stand_for_those_who_left(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | ended_on   | died_on    |
        | t1         | 2023-01-01 | 2024-02-11 |            |
        | t2         | 2023-01-01 |            |            |
        | t3         | 2023-01-01 |            |            |
        | t4         | 2023-01-01 |            | 2024-02-21 |
        | t5         | 2023-01-01 | 2024-02-23 |            |
        | t6         | 2023-01-01 |            |            |
    """
    balances = """
        | tenancy_id | week_ending | balance_gbp |
        | t2         | 2024-02-04  | 500         |
        | t3         | 2024-02-18  | 500         |
    """
    table = rules.build(predicting(**WATCHED), AS_OF, cut="2024-12-31", homes=homes, balances=balances)

    # When t1 leaves on day 10, five are watched (t2 has had the outcome): of five chances to be watched, four remain.
    # When t5 leaves on day 22, two are: t5 and t6, so one in two remains.
    assert {"t2": 1.0, "t3": 5 / 4, "t4": 5 / 4, "t6": 5 / 4 * 2} == pytest.approx(of_rows(table, "weight"), rel=1e-12)
    assert {"t2": 1.0, "t3": 1.0, "t4": 0.0, "t6": 0.0} == outcomes(table)


def test_who_dies_on_the_day_the_tenancy_ends_died(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | ended_on   | died_on    |
        | t1         | 2023-01-01 | 2024-02-11 | 2024-02-11 |
    """
    table = rules.build(predicting(**WATCHED), AS_OF, cut="2024-12-31", homes=homes)

    assert {"t1": True} == of_rows(table, "competing")
    assert 0 == period(table).censored


def test_where_an_outcome_and_a_leaving_fall_on_one_day_the_outcome_came_first(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | ended_on   |
        | t1         | 2023-01-01 | 2024-02-11 |
        | t2         | 2023-01-01 |            |
        | t3         | 2023-01-01 |            |
    """
    balances = """
        | tenancy_id | week_ending | balance_gbp |
        | t2         | 2024-02-11  | 500         |
    """
    table = rules.build(predicting(**WATCHED), AS_OF, cut="2024-12-31", homes=homes, balances=balances)

    # When t1 leaves, t2 has had the outcome: of two who are watched, one remains.
    assert {"t2": 1.0, "t3": 2.0} == pytest.approx(of_rows(table, "weight"), rel=1e-12)


def test_who_had_left_before_the_date_though_it_was_learned_later_is_unknown_from_the_start(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | ended_on   | recorded_at |
        | t1         | 2023-01-01 |            | 2023-01-01  |
        | t1         | 2023-01-01 | 2024-01-10 | 2024-03-01  |
        | t2         | 2023-01-01 |            | 2023-01-01  |
    """
    balances = """
        | tenancy_id | week_ending | balance_gbp |
        | t1         | 2024-02-11  | 500         |
    """
    table = rules.build(predicting(**WATCHED), AS_OF, cut="2024-12-31", homes=homes, balances=balances)

    assert {"t2": 0.0} == outcomes(table)
    assert 1 == period(table).censored
    assert {"t2": 2.0} == of_rows(table, "weight")


def test_weights_are_pooled_over_all_dates(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | ended_on   |
        | t1         | 2023-01-01 | 2024-02-11 |
        | t2         | 2023-01-01 |            |
    """
    table = rules.build(predicting(**WATCHED), "2024-01-01", AS_OF, cut="2024-12-31", homes=homes)

    # Four rows are watched, of whom one leaves on day 10.
    assert {"t1 2024-01-01": 4 / 3, "t2 2024-01-01": 4 / 3, "t2 2024-02-01": 4 / 3} == pytest.approx(
        of_rows(table, "weight"), rel=1e-12
    )


def test_the_outcome_never_reaches_the_features(rules: Rulebook) -> None:
    balances = """
        | tenancy_id | week_ending | balance_gbp |
        | t1         | 2024-01-28  | 10          |
        | t1         | 2024-02-04  | 500         |
    """
    table = rules.build(predicting(), AS_OF, cut="2024-12-31", homes=HOMES, balances=balances)

    assert [0.0, 1.0] == sorted(set(table.X["weeks_seen"]))
    assert ["weeks_seen"] == list(table.X.columns)
