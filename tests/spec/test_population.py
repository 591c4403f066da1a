"""Rule: who is in the table: the population at each date, less those whose data may not be used."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.errors import BuildError
from riskmodels.features import total, where
from tests.borough import Homes, Payments
from tests.spec.rulebook import Rulebook, case_of, of_rows, outcomes, period

PAID = total(Payments, "amount_gbp", name="paid", says="Paid")
LATER = "2024-12-31"


def test_an_entity_is_in_when_its_newest_visible_row_meets_the_condition(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | tenure   | started_on | ended_on   | recorded_at | is_deleted |
        | t1         | secure   | 2023-01-01 |            | 2023-01-01  | no         |
        | t2         | secure   | 2023-01-01 |            | 2023-01-01  | no         |
        | t2         | flexible | 2023-01-01 |            | 2024-01-10  | no         |
        | t3         | flexible | 2023-01-01 |            | 2023-01-01  | no         |
        | t3         | secure   | 2023-01-01 |            | 2024-02-01  | no         |
        | t4         | secure   | 2024-02-01 |            | 2024-01-01  | no         |
        | t5         | secure   | 2023-01-01 | 2024-01-31 | 2023-01-01  | no         |
        | t6         | secure   | 2023-01-01 | 2024-06-01 | 2023-01-01  | no         |
        | t7         | secure   | 2023-01-01 |            | 2023-01-01  | no         |
        | t7         | secure   | 2023-01-01 |            | 2024-01-31  | yes        |
    """
    case = case_of(population=where(Homes, "tenure = 'secure' and (ended_on is null or ended_on >= as_of)"))
    table = rules.build(case, "2024-02-01", cut=LATER, homes=homes)

    # t2 is no longer secure; that t3 became so is not yet known; t4 has not begun; t5 has ended; t7 was withdrawn.
    assert {"t1": 0.0, "t6": 0.0} == outcomes(table)
    assert 2 == period(table).population


def test_a_condition_that_cannot_be_told_leaves_the_entity_out(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | died_on    | started_on |
        | t1         |            | 2023-01-01 |
        | t2         | 2024-05-01 | 2023-01-01 |
    """
    table = rules.build(case_of(population=where(Homes, "died_on > as_of")), "2024-02-01", cut=LATER, homes=homes)

    assert {"t2": 0.0} == outcomes(table)


HOMES = """
    | tenancy_id | started_on |
    | t1         | 2023-01-01 |
    | t2         | 2023-01-01 |
    | t3         | 2023-01-01 |
"""


def test_having_picks_by_features_and_null_does_not_pass(rules: Rulebook) -> None:
    payments = """
        | tenancy_id | paid_at    | amount_gbp |
        | t1         | 2024-01-01 | 10         |
        | t2         | 2024-01-01 | 50         |
    """
    tables: dict[str, Any] = {"homes": HOMES, "payments": payments, "cut": LATER}
    low = case_of(PAID, population=where(Homes, "true", having="paid < 20"))
    high = case_of(PAID, population=where(Homes, "true", having="paid / nullif(paid, 0) = 1"))

    assert {"t1": 0.0, "t3": 0.0} == outcomes(rules.build(low, "2024-02-01", **tables))
    assert {"t1": 0.0, "t2": 0.0} == outcomes(rules.build(high, "2024-02-01", **tables))


@pytest.mark.parametrize(
    ("exclusion", "left_out"),
    [
        ("|    | t1 | objection_article_21 | 2024-01-01 |            |", {"t1"}),
        ("|    | t1 | protected_address    | 2024-01-01 |            |", {"t1"}),
        ("|    | t1 | objection_article_21 | 2024-01-01 | 2024-02-01 |", {"t1"}),  # it still held on that day
        ("|    | t1 | objection_article_21 | 2023-01-01 | 2024-01-31 |", set()),  # it had ended
        (
            "|    | t1 | objection_article_21 | 2024-06-01 |            |",
            {"t1"},
        ),  # raised since: the past is left alone too
        ("| ann |   | objection_article_21 | 2024-01-01 |            |", {"t1", "t2"}),  # she holds both
        ("|    | t1 | equality_data_notice | 2024-01-01 |            |", set()),  # bars the audit, not the model
        ("|    | t9 | objection_article_21 | 2024-01-01 |            |", set()),
    ],
)
def test_who_objected_or_is_protected_is_left_out_and_counted(
    rules: Rulebook, exclusion: str, left_out: set[str]
) -> None:
    exclusions = f"""
        | person_id | tenancy_id | kind | starts_on | ends_on |
        {exclusion}
    """
    links = """
        | person_id | tenancy_id | linked_on  |
        | ann       | t1         | 2023-01-01 |
        | ann       | t2         | 2023-01-01 |
        | ben       | t3         | 2023-01-01 |
    """
    table = rules.build(case_of(), "2024-02-01", cut=LATER, homes=HOMES, links=links, exclusions=exclusions)

    assert {"t1", "t2", "t3"} - left_out == set(outcomes(table))
    assert (3, len(left_out)) == (period(table).population, period(table).excluded)


@pytest.mark.parametrize(("lifted", "expected"), [("yes", {"t1", "t2", "t3"}), ("no", {"t2", "t3"})])
def test_the_newest_version_of_an_objection_is_what_counts(rules: Rulebook, lifted: str, expected: set[str]) -> None:
    exclusions = f"""
        | exclusion_id | tenancy_id | kind                 | starts_on  | recorded_at | is_deleted |
        | x1           | t1         | objection_article_21 | 2024-01-01 | 2024-01-01  | no         |
        | x1           | t1         | objection_article_21 | 2024-01-01 | 2024-06-01  | {lifted}   |
    """
    table = rules.build(case_of(), "2024-02-01", cut=LATER, homes=HOMES, exclusions=exclusions)

    assert expected == set(outcomes(table))


def test_each_date_has_its_own_population_and_the_table_is_sorted(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | ended_on   |
        | t1         | 2023-01-01 |            |
        | t2         | 2024-02-10 |            |
        | t3         | 2023-01-01 | 2024-02-15 |
    """
    table = rules.build(case_of(), "2024-03-01", "2024-02-01", cut=LATER, homes=homes)

    assert {"t1 2024-02-01", "t3 2024-02-01", "t1 2024-03-01", "t2 2024-03-01"} == set(outcomes(table))
    assert table.spine[["as_of", "entity"]].equals(table.spine[["as_of", "entity"]].sort_values(["as_of", "entity"]))
    assert [2, 2] == [each.population for each in table.report.periods]
    assert set(of_rows(table, "weight").values()) == {1.0}


def test_nobody_in_the_population_is_an_error_that_says_so(rules: Rulebook) -> None:
    with pytest.raises(BuildError) as refusal:
        rules.build(case_of(), "2020-02-01", cut=LATER, homes=HOMES)

    assert refusal.value.expected
    assert refusal.value.next_step
