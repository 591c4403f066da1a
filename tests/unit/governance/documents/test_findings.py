"""Blanks, placeholders, typed figures and marks of a person are found; ordinary sentences are let pass."""

from __future__ import annotations

import pytest

from riskmodels.governance.documents.findings import (
    blanks,
    is_placeholder,
    personal_mailbox,
    personal_marks,
    typed_figure,
)


@pytest.mark.parametrize(
    "text",
    ["TBC", "tbd", "T.B.C.", "TODO", "Owner: {{ owner }}", "To be confirmed by legal", "Lorem ipsum", "xxx", "As above",
     "???", "<insert date>", "[add the role]", "FIXME"],
)  # fmt: skip
def test_words_that_only_hold_a_place_are_found(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    ["None is needed, because the council is the landlord.", "What a council has to do: ask.", "Not held", "N/A",
     "It is above the line that the service chose.", "The XX form"],
)  # fmt: skip
def test_ordinary_words_are_not_taken_for_placeholders(text: str) -> None:
    assert not is_placeholder(text)


def test_a_blank_and_a_placeholder_are_named_with_their_place_and_rule() -> None:
    found = blanks({"need": "", "scope": "  ", "nature": "TBC", "context": "Tenants"}, where="dpia.yaml", rule="C1")
    assert [
        "C1: dpia.yaml, need is empty",
        "C1: dpia.yaml, scope is empty",
        "C1: dpia.yaml, nature is still to be written ('TBC')",
    ] == found


def test_what_stands_in_the_brackets_of_a_placeholder_is_not_repeated() -> None:
    (found,) = blanks({"owner": "<name: Jane Smith>"}, where="dpia.yaml", rule="C1")
    assert "C1: dpia.yaml, owner is still to be written ('<...>')" == found


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a home in NW10 4EX", "a postcode"),
        ("a home in nw10 4ex", "a postcode"),
        ("HA98AD", "a postcode"),
        ("QQ 12 34 56 C is", None),  # Q does not begin a number
        ("AB123456C", "a National Insurance number"),
        ("ab 12 34 56 c", "a National Insurance number"),
        ("943 476 5919", "an NHS number"),
        ("the property 202012345678", "a property reference or another long number"),
        ("write to jane.smith@council.example", "the mail address of a person"),
        ("write to j.a.smith@council.example", "the mail address of a person"),
    ],
)
def test_marks_of_a_person_or_a_home_are_named_and_never_repeated(text: str, mark: str | None) -> None:
    marks = personal_marks(text)
    assert ((mark,) if mark else ()) == marks
    assert not any(word in " ".join(marks) for word in ("NW10", "AB123456C", "5919", "jane"))


@pytest.mark.parametrize(
    "text",
    [
        "12,480 rows of 1,040 tenancies, from 1 January 2024 to 1 January 2025",
        "ROC AUC 0.842 (95% interval 0.81 to 0.87)",
        "SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Housing Act 1985 s21; Article 9(2)(g); DPA 2018 Schedule 1 paragraph 8",
        "C15: the group, a1 1st of three",
        "rent-model-team@rent-help.example",
        "income.collection@council.example",
    ],
)
def test_what_documents_are_full_of_is_no_mark_of_a_person(text: str) -> None:
    assert () == personal_marks(text)


def test_a_teams_mailbox_is_told_from_a_persons() -> None:
    assert [True, True, False, False] == [
        personal_mailbox(f"{local}@council.example")
        for local in ("amina.khan", "amina_khan", "equality.team", "housing")
    ]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Its ROC AUC is 0.84.", True),
        ("Precision at the end of the list was 31%, we think.", True),
        ("The accuracy is 92 per cent. Calls take a week.", True),
        ("Accuracy is measured. One call in 20% of the cases takes longer.", False),
        ("Four officers ring ten tenants a day.", False),
        ("Universal credit may be cut by 25% for a sanction.", False),
    ],
)
def test_a_measure_of_the_model_typed_by_hand_is_found(text: str, typed: bool) -> None:
    assert typed == typed_figure(text)
