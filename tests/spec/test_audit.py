"""Rule: protected characteristics are those known at as_of, through the newest links known then; Unknown is a group."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.features import age_band, characteristic
from tests.borough import People, Places
from tests.spec.rulebook import Rulebook, case_of, of_rows

AS_OF = "2024-02-01"
HOMES = """
    | tenancy_id | area  | started_on |
    | t1         | north | 2023-01-01 |
    | t2         |       | 2023-01-01 |
    | t3         | north | 2023-01-01 |
"""
PEOPLE = """
    | person_id | sex    | disabled | born_on    | registered_on | recorded_at |
    | ann       | Female | No       | 1980-06-01 | 2020-01-01    | 2020-01-01  |
    | ben       | Male   | Yes      | 2000-01-01 | 2020-01-01    | 2020-01-01  |
    | cat       |        |          |            | 2020-01-01    | 2020-01-01  |
    | cat       | Female | Yes      | 1930-01-01 | 2020-01-01    | 2024-02-01  |
"""


def audited(rules: Rulebook, by: Any, **tables: Any) -> dict[str, str]:
    case = case_of(audit_by=[by], lead="standing = 'lead'")
    table = rules.build(case, AS_OF, **{"cut": "2024-12-31", "homes": HOMES, "people": PEOPLE, **tables})
    (name,) = table.audit.columns
    assert name not in table.X
    return of_rows(table, name)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ("| ann | t1 | joint | 0.9 | 2023-01-01 |\n| ben | t1 | lead  | 0.1 | 2022-01-01 |", "Male"),  # the lead first
        (
            "| ann | t1 | lead  | 0.9 | 2022-01-01 |\n| ben | t1 | lead  | 0.8 | 2023-01-01 |",
            "Female",
        ),  # then the surer
        ("| ann | t1 | lead  | 0.9 | 2022-01-01 |\n| ben | t1 | lead  | 0.9 | 2023-01-01 |", "Male"),  # then the newer
        ("| ann | t1 | joint | 0.9 | 2022-01-01 |", "Female"),  # with no lead, whoever there is
        ("| ben | t1 | lead  | 0.9 | 2024-02-01 |", "Unknown"),  # not yet linked
        ("| cat | t1 | lead  | 0.9 | 2023-01-01 |", "Unknown"),  # linked, and her sex not yet known
        ("| dan | t1 | lead  | 0.9 | 2023-01-01 |", "Unknown"),  # linked to nobody on record
        ("| ann | t2 | lead  | 0.9 | 2023-01-01 |", "Unknown"),  # nobody is linked
    ],
)
def test_whose_characteristic_counts(rules: Rulebook, links: str, expected: str) -> None:
    drawn = f"| person_id | tenancy_id | standing | confidence | linked_on |\n{links}"

    assert expected == audited(rules, People.sex, links=drawn)["t1"]


def test_a_link_corrected_since_counts_as_it_was_known_then(rules: Rulebook) -> None:
    links = """
        | link_id | person_id | tenancy_id | standing | linked_on  | recorded_at |
        | k1      | ann       | t1         | lead     | 2023-01-01 | 2023-01-01  |
        | k1      | ben       | t1         | lead     | 2023-01-01 | 2024-06-01  |
        | k2      | ben       | t3         | lead     | 2023-01-01 | 2023-01-01  |
        | k2      | ann       | t3         | lead     | 2023-01-01 | 2024-01-01  |
    """
    assert {"t1": "Female", "t2": "Unknown", "t3": "Female"} == audited(rules, People.sex, links=links)


LINKS = """
    | person_id | tenancy_id | standing | linked_on  |
    | ann       | t1         | lead     | 2023-01-01 |
    | ben       | t1         | joint    | 2023-01-01 |
    | ann       | t3         | lead     | 2023-01-01 |
"""


def test_ages_fall_into_bands_by_the_year_of_birth(rules: Rulebook) -> None:
    links = """
        | person_id | tenancy_id | standing | linked_on  |
        | ann       | t1         | lead     | 2023-01-01 |
        | ben       | t3         | lead     | 2023-01-01 |
    """
    # 44 at the most, and 24.
    assert {"t1": "35 to 44", "t2": "Unknown", "t3": "18 to 24"} == audited(
        rules, age_band(People.born_on), links=links
    )


def test_the_characteristic_of_a_place_needs_no_person(rules: Rulebook) -> None:
    places = """
        | area  | edition | decile | published_on |
        | north | 2019    | 2      | 2019-09-01   |
        | north | 2025    | 1      | 2024-01-31   |
    """
    assert {"t1": "2", "t2": "Unknown", "t3": "2"} == audited(rules, Places.decile, places=places)


@pytest.mark.parametrize(
    ("ends_on", "expected"), [("", "Withheld"), ("2024-02-01", "Withheld"), ("2024-01-31", "Female")]
)
def test_a_notice_not_to_use_equality_data_withholds_what_is_personal(
    rules: Rulebook, ends_on: str, expected: str
) -> None:
    exclusions = f"""
        | person_id | tenancy_id | kind                 | starts_on  | ends_on   |
        | ann       |            | equality_data_notice | 2024-01-01 | {ends_on} |
    """
    places = """
        | area  | edition | decile | published_on |
        | north | 2019    | 2      | 2019-09-01   |
    """
    personal = audited(rules, People.sex, links=LINKS, exclusions=exclusions)
    of_the_place = audited(rules, Places.decile, links=LINKS, exclusions=exclusions, places=places)

    assert {"t1": expected, "t2": "Unknown", "t3": expected} == personal
    assert "2" == of_the_place["t1"]


def test_of_joint_tenants_any_or_all_may_count(rules: Rulebook) -> None:
    def disabled(joint: Any) -> dict[str, str]:
        by = characteristic(People, "disabled", name="disabled", says="Disabled", joint=joint, counts="Yes")
        return audited(rules, by, links=LINKS)

    # Ann is not, Ben is; both hold t1, Ann alone holds t3, and nobody is known to hold t2.
    assert {"t1": "Yes", "t2": "Unknown", "t3": "Not Yes"} == disabled("any")
    assert {"t1": "Not Yes", "t2": "Unknown", "t3": "Not Yes"} == disabled("all")


def test_how_many_rows_nobody_is_linked_to_is_reported(rules: Rulebook) -> None:
    case = case_of(audit_by=[People.sex], lead="standing = 'lead'")
    table = rules.build(case, AS_OF, cut="2024-12-31", homes=HOMES, people=PEOPLE, links=LINKS)

    assert pytest.approx(1 / 3) == table.report.unlinked_share
