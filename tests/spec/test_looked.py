"""Rule: an outcome that is seen only where somebody looked is unknown everywhere else, and never a 0."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import DefinitionError
from riskmodels.features import UseCase, days, ever, from_dict, where
from riskmodels.features.seal import selection_frames, table_digest
from tests.borough import CONTRACTS, Balances, Payments, Visits
from tests.spec.rulebook import NAMES, Rulebook, case_of, outcomes, period

AS_OF = "2024-02-01"
HOMES = """
    | tenancy_id | started_on |
    | t1         | 2023-01-01 |
    | t2         | 2023-01-01 |
    | t3         | 2023-01-01 |
    | t4         | 2023-01-01 |
    | t5         | 2023-01-01 |
"""
LOOKS = """
    | payment_id | tenancy_id | paid_at    | kind   | score |
    | p1         | t1         | 2024-02-05 | refund | 0     |
    | p2         | t2         | 2024-02-05 | card   | 0     |
    | p3         | t3         | 2024-02-05 | cash   | 0     |
    | p4         | t4         | 2024-01-31 | refund | 0     |
    | p5         | t4         | 2024-02-29 | refund | 0     |
"""


def looking(**words: Any) -> UseCase:
    """Find refunds by looking at payments that are not in cash; a score of 1 marks a look that was drawn."""
    asked: dict[str, Any] = {
        "within": days(28),
        "says": "A refund was found",
        "looked": where(Payments, "kind <> 'cash'"),
        "at_random": "score = 1",
        **words,
    }
    return case_of(outcome=ever(Payments, "kind = 'refund'", **asked))


def test_who_was_not_looked_at_is_left_out_and_counted(rules: Rulebook) -> None:
    table = rules.build(looking(), AS_OF, cut="2024-12-31", homes=HOMES, payments=LOOKS)

    # Found; looked at and not found; cash alone, before and after the horizon, and nothing at all are no look.
    assert {"t1": 1.0, "t2": 0.0} == outcomes(table)
    counts = period(table)
    assert (5, 2, 1) == (counts.population, counts.rows, counts.positives)
    assert (3, 0) == (counts.not_looked, counts.censored)


def test_those_not_looked_at_are_kept_apart_with_the_same_features(rules: Rulebook) -> None:
    balances = """
        | tenancy_id | week_ending | balance_gbp |
        | t1         | 2024-01-14  | 5           |
        | t3         | 2024-01-07  | 5           |
        | t3         | 2024-01-14  | 5           |
    """
    table = rules.build(looking(), AS_OF, cut="2024-12-31", homes=HOMES, payments=LOOKS, balances=balances)

    assert table.selection is not None
    spine, inputs = table.selection.others_spine, table.selection.others
    assert {"t3": 2.0, "t4": 0.0, "t5": 0.0} == dict(zip(spine["entity"].map(NAMES), inputs["weeks_seen"], strict=True))
    assert [1.0, 1.0, 1.0] == spine["stands_for"].tolist()
    assert list(table.X.columns) == list(inputs.columns)
    assert {"t1": 1.0, "t2": 0.0} == dict(zip(table.spine["entity"].map(NAMES), table.X["weeks_seen"], strict=True))


def test_the_look_that_settled_it_is_the_one_that_found_it_or_else_a_drawn_one_or_else_the_first(
    rules: Rulebook,
) -> None:
    looks = """
        | payment_id | tenancy_id | paid_at    | kind   | score |
        | a          | t1         | 2024-02-03 | card   | 1     |
        | b          | t1         | 2024-02-05 | refund | 0     |
        | c          | t2         | 2024-02-03 | card   | 0     |
        | d          | t2         | 2024-02-09 | card   | 1     |
        | e          | t2         | 2024-02-11 | card   | 1     |
        | f          | t3         | 2024-02-07 | card   | 0     |
        | g          | t3         | 2024-02-08 | card   |       |
        | h          | t3         | 2024-02-09 | cash   | 1     |
    """
    table = rules.build(looking(), AS_OF, cut="2024-12-31", homes=HOMES, payments=looks)

    assert table.selection is not None
    names = [NAMES[entity] for entity in table.spine["entity"]]
    looked_on = dict(zip(names, table.selection.looked_on.astype(str), strict=True))
    assert {"t1": "2024-02-05", "t2": "2024-02-09", "t3": "2024-02-07"} == looked_on
    assert {"t1": True, "t2": True, "t3": False} == dict(zip(names, table.selection.at_random, strict=True))


def test_a_look_from_another_source_counts_only_while_the_entity_is_there(rules: Rulebook) -> None:
    homes = """
        | tenancy_id | started_on | ended_on   | died_on    |
        | t1         | 2023-01-01 |            |            |
        | t2         | 2023-01-01 | 2024-02-10 |            |
        | t3         | 2023-01-01 |            | 2024-02-10 |
        | t4         | 2023-01-01 |            | 2024-02-10 |
    """
    visits = """
        | visit_id | tenancy_id | visited_on | reached |
        | v1       | t1         | 2024-02-05 | yes     |
        | v2       | t2         | 2024-02-05 | yes     |
        | v3       | t3         | 2024-02-12 | yes     |
        | v4       | t4         | 2024-02-05 | yes     |
    """
    case = case_of(
        outcome=ever(
            Balances, "balance_gbp >= 100", within=days(28), says="Owes", censored_by="ended_on",
            competes_with="died_on", looked=where(Visits, "reached"),
        )
    )  # fmt: skip
    table = rules.build(case, AS_OF, cut="2024-12-31", homes=homes, visits=visits)

    # t2 left unseen after a look; t3 was looked at when it was too late to know.
    assert {"t1": 0.0, "t4": 0.0} == outcomes(table)
    assert (1, 1) == (period(table).censored, period(table).not_looked)
    assert "Visits" in {one.__name__ for one in case.extracts()}
    assert table.selection is not None
    assert not table.selection.at_random.any()


def test_of_many_not_looked_at_a_part_is_drawn_that_stands_for_all(
    rules: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskmodels.features.not_looked_at.MOST_AT_A_DATE", 2)
    table = rules.build(looking(), AS_OF, cut="2024-12-31", homes=HOMES, payments=LOOKS)
    again = rules.build(looking(), AS_OF, cut="2024-12-31", homes=HOMES, payments=LOOKS)

    assert table.selection is not None
    assert again.selection is not None
    assert [1.5, 1.5] == table.selection.others_spine["stands_for"].tolist()
    assert 3 == period(table).not_looked
    pd.testing.assert_frame_equal(table.selection.others_spine, again.selection.others_spine)
    assert table.digest == again.digest


def test_the_digest_covers_who_was_looked_at(rules: Rulebook) -> None:
    table = rules.build(looking(), AS_OF, cut="2024-12-31", homes=HOMES, payments=LOOKS)
    parts = (table.X, table.outcome, table.audit, table.spine)

    assert table.selection is not None
    assert table.digest == table_digest(*parts, *selection_frames(table.selection))
    drawn = dataclasses.replace(table.selection, at_random=~np.asarray(table.selection.at_random))
    assert table.digest != table_digest(*parts, *selection_frames(drawn))
    assert table.digest != table_digest(*parts)


def test_a_definition_says_it_only_where_it_is_so() -> None:
    case, plain = looking(), looking(looked=None, at_random=None)
    again = from_dict(json.loads(json.dumps(case.to_dict())), CONTRACTS)

    assert case.digest == again.digest != plain.digest
    assert case.outcome == again.outcome
    assert {"looked", "at_random"} & set(plain.to_dict()["outcome"]) == set()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"looked": None}, "not what a look is"),
        ({"at_random": "scor = 1"}, "names the column 'scor'"),
        ({"at_random": "score"}, "not true or false"),
        ({"looked": where(Payments, "kind <> 'cash'", having="weeks_seen > 1")}, "having"),
    ],
)
def test_what_cannot_be_is_refused(words: dict[str, Any], found: str) -> None:
    with pytest.raises(DefinitionError, match=found):
        looking(**words)
