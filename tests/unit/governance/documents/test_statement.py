"""The statement: what people write for the card, and what is missing from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.statement import Statement, read_statement

SHIPPED = Path(__file__).parents[4] / "model_cards" / "rent_arrears" / "statement.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")


def read(folder: Path, text: str) -> Statement:
    path = folder / "statement.yaml"
    path.write_text(text, encoding="utf-8")
    return read_statement(path)


def test_the_shipped_statement_is_complete_and_says_that_it_is_a_demonstration() -> None:
    said = read_statement(SHIPPED)
    assert () == said.findings()
    assert (True, "Brent Council (demonstration)") == (said.demonstration, said.organisation)
    assert None not in said.transparency().model_dump().values()
    assert said.benefit.startswith("Benefit not shown")


def test_an_empty_statement_lists_everything_that_it_lacks(tmp_path: Path) -> None:
    said = read(tmp_path, "title:\n")
    found = said.findings()
    wanted = ("title", "what_it_does", "oversight.training", "routes.object", "privacy_notice", "benefit", "phase")
    assert [] == [name for name in wanted if f"C1: model_cards/statement.yaml, {name} is empty" not in found]
    assert "C1: model_cards/statement.yaml, out_of_scope lists nothing" in found
    assert {None} == set(said.transparency().model_dump().values())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("phase: Pre-deployment", "phase: Live", "C23: model_cards/statement.yaml, phase is not one of"),
        ("regime: UK GDPR", "regime: GDPR", "C4: model_cards/statement.yaml, regime"),
        ("rent-model-team@", "amina.khan@", "C19: model_cards/statement.yaml, contact is the address of a person"),
        ("contact: rent-model-team@rent-help.example", "contact: the team", "contact is not a mailbox"),
        ("privacy_notice: https", "privacy_notice: http", "is not an https address"),
        ("benefit: >-\n  Benefit not shown.", "benefit: >-\n  The ROC AUC is 0.91.", "C26:"),
        ("  - Somebody is rung who needed nothing", "  - TODO\n  - Somebody is rung", "what_could_go_wrong.1 is still"),
    ],
)
def test_what_is_wrong_is_a_finding(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in TEXT
    found = read(tmp_path, TEXT.replace(old, new, 1)).findings()
    assert any(words in one for one in found), found


def test_a_route_that_only_holds_a_place_does_not_count_as_given(tmp_path: Path) -> None:
    said = read(tmp_path, "routes: {complain: TBC, object: Ring us}\n")
    assert (None, "Ring us") == (said.transparency().complaint_route, said.transparency().objection_route)


def test_an_unknown_key_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read(tmp_path, "title: T\nroutes:\n  complane: Ring us\n")
    assert "line 3: routes.complane is not a key of the statement; did you mean 'complain'?" in caught.value.found


def test_an_answer_that_yaml_takes_for_no_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="in quotes, a number, yes or no is text"):
        read(tmp_path, "benefit: no\n")
