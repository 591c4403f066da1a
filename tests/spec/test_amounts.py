"""Rule: an amount is what runs inside the horizon, averaged over the days watched, as the lake knows it today."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.errors import DefinitionError
from riskmodels.features import UseCase, attribute, characteristic, days, from_dict, running, weeks, where
from tests.borough import CONTRACTS, Accounts, Homes, Packages
from tests.spec.rulebook import Rulebook, case_of, of_rows, outcomes, period

AS_OF = "2024-02-01"  # and 28 days later it is 29 February
HOMES = """
    | tenancy_id | started_on |
    | t1         | 2023-01-01 |
    | t2         | 2023-01-01 |
    | t3         | 2023-01-01 |
    | t4         | 2023-01-01 |
    | t5         | 2023-01-01 |
"""
TENURE = attribute(Homes, "tenure", name="tenure", says="Kind of tenancy")


def amount(value: str = "weekly_gbp", **words: Any) -> Any:
    plain = {"begins": "begins_on", "ends": "ends_at", "within": days(28), "says": "Cost", "unit": "GBP per week"}
    return running(Packages, value, **{**plain, **words})


def costing(value: str = "weekly_gbp", **words: Any) -> UseCase:
    return case_of(outcome=amount(value, **words))


def test_a_row_counts_for_the_days_that_it_runs_inside_the_horizon(rules: Rulebook) -> None:
    packages = """
        | tenancy_id | begins_on  | ends_at    | weekly_gbp |
        | t1         | 2023-01-01 |            | 70.00      |
        | t2         | 2024-02-01 | 2024-02-08 | 70.00      |
        | t3         | 2024-02-22 |            | 70.00      |
        | t4         | 2023-01-01 | 2024-02-01 | 70.00      |
        | t4         | 2024-02-29 |            | 70.00      |
        | t5         | 2024-02-01 | 2024-02-15 | 70.00      |
        | t5         | 2024-02-08 | 2024-02-09 | 28.28      |
    """
    table = rules.build(costing(), AS_OF, cut="2024-12-31", homes=HOMES, packages=packages)

    # Throughout; the first week; the last week, open at its end; ended as it began, or began as it ended; two at once.
    assert {"t1": 70.0, "t2": 17.5, "t3": 17.5, "t4": 0.0, "t5": 36.01} == outcomes(table)
    assert ("amount", "GBP per week", 28) == (table.task, table.unit, table.horizon_days)
    assert (5, 4) == (period(table).rows, period(table).positives)
    assert [1.0] * 5 == list(of_rows(table, "weight").values())


def test_what_ends_before_it_begins_or_has_no_beginning_or_value_never_counts(rules: Rulebook) -> None:
    packages = """
        | tenancy_id | begins_on  | ends_at    | weekly_gbp |
        | t1         | 2024-02-20 | 2024-02-10 | 70.00      |
        | t2         |            |            | 70.00      |
        | t3         | 2024-02-01 |            |            |
        | t4         | 2024-02-10 | 2024-02-10 | 70.00      |
    """
    table = rules.build(costing(), AS_OF, cut="2024-12-31", homes=HOMES, packages=packages)

    assert {0.0} == set(outcomes(table).values())
    assert 0 == period(table).positives


def test_a_moment_counts_as_the_midnight_of_its_day(rules: Rulebook) -> None:
    packages = """
        | tenancy_id | begins_on  | ends_at          | weekly_gbp |
        | t1         | 2024-02-01 | 2024-02-08 09:30 | 28.00      |
        | t2         | 2024-02-01 | 2024-02-01 09:30 | 28.00      |
    """
    table = rules.build(costing(), AS_OF, cut="2024-12-31", homes=HOMES, packages=packages)

    assert (7.0, 0.0) == (outcomes(table)["t1"], outcomes(table)["t2"])


def test_rows_are_picked_by_a_condition_and_known_as_they_are_today(rules: Rulebook) -> None:
    packages = """
        | package_id | tenancy_id | begins_on  | kind      | weekly_gbp | loaded_at  | is_deleted |
        | a          | t1         | 2023-01-01 | home      | 10.00      | 2023-01-02 | no         |
        | a          | t1         | 2023-01-01 | home      | 30.00      | 2024-09-01 | no         |
        | b          | t2         | 2023-01-01 | home      | 10.00      | 2023-01-02 | no         |
        | b          | t2         | 2023-01-01 | home      | 10.00      | 2024-09-01 | yes        |
        | c          | t3         | 2023-01-01 | care home | 10.00      | 2023-01-02 | no         |
        | d          | t4         | 2023-01-01 |           | 10.00      | 2023-01-02 | no         |
        | e          | t5         | 2024-02-15 | home      | 10.00      | 2024-09-01 | no         |
    """
    table = rules.build(costing(where="kind = 'home'"), AS_OF, cut="2024-12-31", homes=HOMES, packages=packages)

    # Corrected; withdrawn; of another kind; of a kind that cannot be told; typed late.
    assert {"t1": 30.0, "t2": 0.0, "t3": 0.0, "t4": 0.0, "t5": 5.0} == outcomes(table)


def test_either_of_two_conditions_picks_the_entity_s_own_rows_alone(rules: Rulebook) -> None:
    packages = """
        | package_id | tenancy_id | begins_on  | kind      | weekly_gbp | loaded_at  |
        | a          | t1         | 2023-01-01 | home      | 10.00      | 2023-01-02 |
        | a          | t2         | 2023-01-01 | home      | 30.00      | 2024-09-01 |
        | b          | t3         | 2023-01-01 | care home | 40.00      | 2023-01-02 |
    """
    case = costing(
        where="kind = 'care home' or weekly_gbp > 5", treated_by=where(Packages, "kind = 'home' or weekly_gbp > 5")
    )
    table = rules.build(case, AS_OF, cut="2024-12-31", homes=HOMES, packages=packages)

    assert {"t1": 0.0, "t2": 30.0, "t3": 40.0, "t4": 0.0, "t5": 0.0} == outcomes(table)
    assert {False} == set(of_rows(table, "treated").values())  # agreed long before the horizon


def test_who_dies_is_averaged_over_the_days_lived_and_weighs_as_many(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | died_on    | ended_on   |
        | t1         | 2023-01-01 | 2024-02-15 |            |
        | t2         | 2023-01-01 | 2024-02-03 |            |
        | t3         | 2023-01-01 | 2024-01-31 |            |
        | t4         | 2023-01-01 | 2024-02-29 |            |
        | t5         | 2023-01-01 | 2024-02-15 | 2024-02-15 |
    """
    packages = """
        | tenancy_id | begins_on  | weekly_gbp |
        | t1         | 2023-01-01 | 70.00      |
        | t2         | 2023-01-01 | 70.00      |
        | t3         | 2023-01-01 | 70.00      |
        | t4         | 2023-01-01 | 70.00      |
        | t5         | 2024-02-08 | 70.00      |
    """
    case = costing(competes_with="died_on", censored_by="ended_on")
    table = rules.build(case, AS_OF, cut="2024-12-31", homes=homes, packages=packages)

    # Two weeks of four lived; two days, of a week; none, learned of later; to the end; death counts before leaving.
    assert {"t1": 70.0, "t2": 20.0, "t3": 0.0, "t4": 70.0, "t5": 35.0} == outcomes(table)
    assert {"t1": 0.5, "t2": 0.25, "t3": 0.25, "t4": 1.0, "t5": 0.5} == of_rows(table, "weight")
    assert {"t1": True, "t2": True, "t3": True, "t4": False, "t5": True} == of_rows(table, "competing")
    spent = sum(cost * weight * 4 for cost, weight in zip(table.outcome, table.spine["weight"], strict=True))
    assert 2 * 70 + 2 * 10 + 4 * 70 + 70 == pytest.approx(spent)


def test_who_leaves_is_unknown_and_made_up_for(rules: Rulebook) -> None:
    homes = f"{HOMES.replace('started_on |', 'started_on | ended_on |').replace('01 |', '01 | |')}"
    homes = homes.replace("| t1         | 2023-01-01 | |", "| t1         | 2023-01-01 | 2024-02-10 |")
    packages = """
        | tenancy_id | begins_on  | weekly_gbp |
        | t1         | 2023-01-01 | 70.00      |
        | t2         | 2023-01-01 | 70.00      |
    """
    table = rules.build(costing(censored_by="ended_on"), AS_OF, cut="2024-12-31", homes=homes, packages=packages)

    assert {"t2": 70.0, "t3": 0.0, "t4": 0.0, "t5": 0.0} == outcomes(table)
    assert (1, 4) == (period(table).censored, period(table).rows)
    assert [1.25] * 4 == pytest.approx(list(of_rows(table, "weight").values()))


def test_strata_and_what_totals_are_given_by_stand_apart_and_are_sealed(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | tenure   | area  |
        | t1         | 2023-01-01 | secure   | north |
        | t2         | 2023-01-01 | flexible |       |
    """
    plain = case_of(TENURE, outcome=amount())
    whole = case_of(
        TENURE,
        outcome=amount(),
        intervals_within="tenure",
        totals_by=[characteristic(Homes, "tenure", name="how_held", says="Kind of tenancy")],
    )
    without, table = (rules.build(case, AS_OF, cut="2024-12-31", homes=homes) for case in (plain, whole))

    assert without.strata is None
    assert without.totals_by is None
    assert table.strata is not None
    assert table.totals_by is not None
    assert sorted(table.strata) == ["flexible", "secure"] == sorted(table.totals_by["how_held"])
    assert table.digest != without.digest
    assert not {"how_held"} & set(table.X)


def test_a_definition_with_an_amount_is_data() -> None:
    case = case_of(
        TENURE,
        outcome=amount("weekly_gbp * 2", where="kind = 'home'", settles_after=weeks(1), competes_with="died_on"),
        intervals_within="tenure",
        totals_by=[characteristic(Homes, "tenure", name="how_held", says="Kind of tenancy")],
    )
    read = from_dict(case.to_dict(), CONTRACTS)

    assert case.digest == read.digest
    assert case.outcome == read.outcome
    assert case.digest != case_of(TENURE, outcome=amount()).digest
    assert {"amount", "intervals_within", "totals_by"}.isdisjoint(case_of().to_dict() | case_of().to_dict()["outcome"])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"value": "kind"}, "not a number"),
        ({"value": "weekly_gbp > 0"}, "not a number"),
        ({"value": "weekly_cost"}, "not there"),
        ({"begins": "begin_on"}, "not a date"),
        ({"ends": "kind"}, "not a date"),
        ({"unit": " "}, "no unit"),
        ({"within": weeks(4, 13)}, "2 lengths"),
        ({"where": "weekly_gbp"}, "not true or false"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(words: dict[str, Any], found: str) -> None:
    with pytest.raises(DefinitionError, match=found):
        costing(**words)


def test_what_is_overwritten_in_place_cannot_say_when_it_runs() -> None:
    with pytest.raises(DefinitionError, match="overwritten in place"):
        running(Accounts, "status", begins="opened_on", ends="opened_on", within=days(7), says="X", unit="GBP")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"intervals_within": "tenure"}, "predicts no amount"),
        ({"totals_by": [Homes.tenure]}, "predicts no amount"),
        ({"outcome": amount(), "intervals_within": "weeks_seen"}, "not a categorical feature"),
        ({"outcome": amount(), "totals_by": [Homes.tenure, Homes.tenure]}, "used twice"),
        ({"outcome": amount(), "totals_by": ["tenure"]}, "no extract"),
    ],
)
def test_intervals_and_totals_that_cannot_be_are_refused(changes: dict[str, Any], found: str) -> None:
    with pytest.raises(DefinitionError, match=found):
        case_of(TENURE, **changes)
