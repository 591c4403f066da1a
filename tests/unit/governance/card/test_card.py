"""The card is made from the facts alone: every figure is the run's, no small count leaves it, nothing is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from riskmodels.errors import DocumentError
from riskmodels.governance.card import Card, CardPlot, WrittenByPeople, card_html, card_json, make_card, signatories
from riskmodels.governance.card import card_markdown as markdown
from riskmodels.governance.card.blocks import Part
from riskmodels.governance.documents.statement import Oversight, Routes, Statement
from riskmodels.governance.roles import Board, Role
from riskmodels.promotion_policy import Quorum
from tests.unit.governance.card.example import (
    SIGNATORIES,
    card_of,
    decision_of,
    digest_of,
    example_rows,
    facts_of,
    measured,
    plain_table,
    plots,
    wide_table,
    written_of,
)

COUNT_COLUMNS = frozenset({"Rows", "People it would take"})


def part(card: Card, anchor: str) -> Part:
    return next(one for one in (*card.first_page, *card.details) if one.anchor == anchor)


def test_every_figure_is_the_one_in_the_facts() -> None:
    facts, card = facts_of(), card_of()
    assert facts.model.metrics == card.figures
    assert facts.model.differences == card.differences
    assert facts.bias.comparisons == card.comparisons
    rows = {row[0].text: row[1].text for row in part(card, "figures").tables[0].rows}
    assert f"{facts.model.metrics['lightgbm']['roc_auc'].value:.3f}" == rows["Ranking (ROC AUC)"]


def test_a_figure_that_changes_in_the_facts_changes_wherever_it_is_shown() -> None:
    model = facts_of().model.model_dump(mode="json")
    model["metrics"]["lightgbm"]["called_high_who_were"] = measured(0.515, 0.48, 0.55)
    card = card_of(facts=facts_of(model=model))
    for form in (card_html(card), markdown(card)):
        assert all(shown in form for shown in ("52 of 100", "0.515", "0.480 to 0.550"))


def test_the_card_of_a_candidate_does_not_depend_on_its_own_digest() -> None:
    documents = facts_of().model_dump(mode="json")["documents"]
    without = {name: one for name, one in documents.items() if name != "card"}
    later = documents | {"card": {"digest": digest_of("other"), "findings": ["something"]}}
    assert card_json(card_of(facts=facts_of(), decision=None)) == card_json(card_of(facts=_with(later), decision=None))
    assert card_json(card_of(facts=_with(without))) == card_json(card_of(facts=_with(later)))


def _with(documents: dict[str, Any]) -> Any:
    held = facts_of().model_dump(mode="json") | {"documents": documents}
    return type(facts_of()).model_validate(held)


def test_the_same_input_gives_the_same_card_in_every_form() -> None:
    for form in (card_html, card_json, markdown):
        assert form(card_of()) == form(card_of())


def test_a_card_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        card_of().model = "other"  # type: ignore[misc]


@pytest.mark.parametrize("rows", [1, 4, 9])
def test_no_small_count_is_in_a_column_of_counts(rows: int) -> None:
    facts = facts_of().model_dump(mode="json")
    facts["model"] |= {"rows": rows, "positives": rows}
    facts["leakage"]["time_travel_rows"] = facts["explanation"]["checked_rows"] = rows
    facts["data"] = [one | {"rows": rows} for one in facts["data"]]
    card = card_of(facts=type(facts_of()).model_validate(facts))
    counts = [
        cell.text
        for one in card.details
        for table in one.tables
        for row in table.rows
        for heading, cell in zip(table.head, row, strict=True)
        if heading in COUNT_COLUMNS and one.anchor != "bias" and "made-up" not in table.caption
    ]
    assert counts
    assert {"fewer than 10", "not measured"} >= set(counts)
    for words in (part(card, "well").intro, part(card, "figures").intro, *_said(card, "leakage", "explanation")):
        assert not re.search(rf"\b{rows} (?:tenancies|cases|had)", words)


def _said(card: Card, *anchors: str) -> list[str]:
    return [one.text for anchor in anchors for one in part(card, anchor).said]


def test_counts_that_are_published_are_rounded_and_the_rule_is_said() -> None:
    figures = part(card_of(), "figures").intro
    assert figures.startswith("2,695 cases were held out, of which 150 had the outcome.")
    assert "Counts are rounded to the nearest 5." in figures
    assert not re.search(r"\b(2,694|2694|152)\b", card_html(card_of()) + card_json(card_of()) + markdown(card_of()))


def test_a_difference_that_the_audit_withholds_is_withheld_and_its_verdict_stays() -> None:
    rows = part(card_of(), "bias").tables[0].rows
    withheld = next(row for row in rows if "list against" in row[2].text)
    assert ["disability: Yes", "Not enough evidence", "withheld"] == [withheld[place].text for place in (0, 1, 3)]


def test_the_gate_shows_what_is_not_passed_first_with_what_to_do_and_who_can() -> None:
    failed, passed = part(card_of(decision=decision_of(failed=("bias", "dpia"))), "gate").tables
    assert ["No", "No"] == [row[1].text for row in failed.rows]
    assert "Complete ethics/dpia/" in failed.rows[1][4].text
    assert "The data protection officer" == failed.rows[1][5].text
    assert 24 == len(passed.rows)


def test_sources_say_by_what_right_they_are_read_and_which_clock_is_assumed() -> None:
    right, kept = part(card_of(), "sources").tables
    rows = {row[0].text: row for row in right.rows}
    assert "Article 6(1)(e) public task" == rows["Tenancies"][2].text
    assert "Not in the register of sources" == rows["Persons"][2].text
    state = {row[0].text: row for row in kept.rows}
    assert "assumed, by a delay that its contract states" == state["Areas"][6].text
    assert "ends 31 March 2027" == state["Areas"][1].below
    assert "not measured" == state["Persons"][3].text
    assert "Also read, and not recorded as a source: Exclusions." == part(card_of(), "sources").said[0].text


def test_special_category_data_without_a_condition_stands_out() -> None:
    sources = [one | {"special_category": True} for one in facts_of().model_dump(mode="json")["sources"]]
    cell = part(card_of(facts=facts_of(sources=sources)), "sources").tables[0].rows[0][4]
    assert ("Yes", "NO CONDITION GIVEN") == (cell.text, cell.below)


def test_documents_say_what_is_wrong_with_them_and_which_are_not_there() -> None:
    rows = {row[0].text: [cell.text for cell in row[1:3]] for row in part(card_of(), "documents").tables[0].rows}
    assert ["No", "C7: ethics/dpia/rent_arrears.yaml, risks.3 is empty"] == rows["Data protection impact assessment"]
    assert ["No", "written before this changed: the audit reads Persons now"] == rows["Equality impact assessment"]
    assert ["No", "not there"] == rows["Register of sources"]
    assert ["Yes", "nothing found"] == rows["Data ethics canvas"]


def test_the_worst_date_is_named_and_base_rates_stand_beside_it() -> None:
    periods = part(card_of(), "periods")
    assert "The worst of these dates was 1 December 2025: ranking 0.832 (0.806 to 0.869)." == periods.said[0].text
    assert ["4.4%", "5.1%", "not given"] == [row[1].text for row in periods.tables[0].rows]


def test_a_leak_stands_out() -> None:
    leak = {"time_travel_differs": ["arrears_weeks"], "shuffled_passed": False, "alarms": ["balance: too good alone"]}
    facts = facts_of(leakage=facts_of().leakage.model_dump(mode="json") | leak)
    words = " ".join(one.text for one in part(card_of(facts=facts), "leakage").said)
    assert all(one in words for one in ("these differ: arrears weeks", "IT FOUND SOMETHING", "balance: too good alone"))


def test_what_was_not_looked_at_is_never_said_to_be_well() -> None:
    facts = facts_of(
        leakage={"time_travel_rows": None, "shuffled_passed": None},
        explanation={"checked_rows": 0, "stability": None, "leading": []},
        periods=[],
        sources=[],
        proxies={"strength": {}},
    )
    card = card_of(facts=facts, tables={})
    words = " ".join(_said(card, "leakage", "explanation", "periods", "sources"))
    assert "Features were not rebuilt without the future." in words
    assert "was not looked at" in words
    assert "How steady the reasons are was not measured." in words
    assert "No date was scored out of time." in words
    assert "No source is recorded." in words


def test_a_table_goes_where_it_belongs_and_made_up_rows_say_so() -> None:
    card = card_of(tables={"bias.groups": wide_table(), "proxies": wide_table(), "example": example_rows()})
    assert "Each group: how the list treats it" in [one.caption for one in part(card, "bias").tables]
    assert "Each group: how the list treats it" in [one.caption for one in part(card, "proxies").tables]
    assert "These rows are made up. They describe nobody." == part(card, "example").intro


def test_a_part_that_holds_nothing_is_left_out() -> None:
    assert "pictures" not in {one.anchor for one in card_of(plots=()).details}


@pytest.mark.parametrize(
    "astray",
    [
        {"tables": {"nowhere": plain_table("x", ("a",), (("b",),))}},
        {"plots": (CardPlot(name="x", title="x", alt="x", part="nowhere"),)},
        {"decision": decision_of(), "facts": facts_of(model=facts_of().model.model_dump() | {"name": "other"})},
    ],
)
def test_what_has_no_place_or_is_about_another_model_is_refused(astray: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as caught:
        card_of(**astray)
    assert caught.value.next_step


def test_the_least_that_a_card_is_made_from_is_facts_and_a_statement() -> None:
    card = make_card(facts_of(), statement=WrittenByPeople())
    assert ("candidate", None, None) == (card.state, card.checks, card.version)
    assert "riskmodels verify rent_arrears VERSION" in _said(card, "check")[0]


def test_the_roles_whose_word_is_needed_come_from_the_board_and_the_quorum() -> None:
    titles = {one.role: one for one in SIGNATORIES}
    roles = {name: Role(title=one.title, kind=one.duty) for name, one in titles.items()}
    board = Board(council="Demo", roles=roles, root_roles=("siro",), root_quorum=1)
    assert SIGNATORIES == signatories(board, Quorum())


def test_a_role_that_the_board_does_not_have_is_named_all_the_same() -> None:
    board = Board(
        council="Demo", roles={"siro": Role(title="SIRO", kind="accept_risk")}, root_roles=("siro",), root_quorum=1
    )
    assert "Accountable officer" == signatories(board, Quorum())[-1].title


def test_what_people_wrote_in_their_statement_is_taken_over_word_by_word() -> None:
    from riskmodels.governance.card import written_from

    statement = Statement(
        organisation="Demo council",
        demonstration=True,
        title="Early help",
        what_it_does="It ranks.",
        works_less_well_for="New tenants.",
        oversight=Oversight(who_looks="An officer looks.", may_override="Anything."),
        routes=Routes(complain="A form.", object="A letter.", ask_for_a_person="Ring."),
        contact="model-team@council.example",
        alternatives=("Rules.",),
    )
    written = written_from(statement, entities="tenancies", outcome_happened="fell into arrears")
    assert (
        WrittenByPeople(
            title="Early help",
            council="Demo council",
            demo=True,
            what_it_does="It ranks.",
            less_well_for=("New tenants.",),
            human_oversight="An officer looks. Anything.",
            how_to_complain="A form.",
            how_to_object="A letter.",
            how_to_ask_for_a_person="Ring.",
            contacts={"team that answers for it": "model-team@council.example"},
            alternatives=("Rules.",),
            entities="tenancies",
            outcome_happened="fell into arrears",
        )
        == written
    )


def test_the_words_of_people_are_marked_as_theirs_and_no_others_are() -> None:
    card = card_of(statement=written_of())
    theirs = {one.text for each in (*card.first_page, *card.details) for one in each.said if one.origin != "computed"}
    written = written_of()
    assert {written.what_it_does, *written.what_could_go_wrong, written.how_to_object} <= theirs
    assert not any("of 100" in text or "not signed" in text for text in theirs)


def test_each_picture_has_its_digest() -> None:
    assert {one.name: one.sha256 for one in plots()} == card_of().plot_digests
