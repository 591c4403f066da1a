"""What is blank, unfinished or not measured is a finding; a complete card has none."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.governance.card import CardPlot, WrittenByPeople, card_findings, card_html, card_markdown
from riskmodels.governance.card.measures import HEADLINE, MEASURES
from tests.unit.governance.card.example import card_of, facts_of, figures, measured, plots, written_of


def test_a_complete_card_has_no_finding() -> None:
    assert () == card_findings(card_of())


def test_the_card_carries_its_findings_and_shows_them() -> None:
    card = card_of(plots=())
    assert ("card: it has no plot",) == card.findings == card_findings(card)
    assert "card: it has no plot" in card_html(card)
    assert "card: it has no plot" in card_markdown(card)


@pytest.mark.parametrize(
    "name",
    sorted(set(WrittenByPeople.model_fields) - {"demo", "entities", "outcome_happened", "title"}),
)
@pytest.mark.parametrize("nothing", ["", "  "])
def test_each_thing_that_people_leave_blank_is_named(name: str, nothing: str) -> None:
    blank: Any = {str: nothing, tuple: (nothing,), dict: {"team": nothing}}[type(getattr(written_of(), name))]
    found = card_findings(card_of(statement=written_of(**{name: blank})))
    assert any(one.startswith(f"card: {name} is blank") for one in found)


@pytest.mark.parametrize("name", ["how_to_complain", "how_to_object", "how_to_ask_for_a_person"])
def test_a_route_that_is_not_given_leaves_people_with_nowhere_to_turn(name: str) -> None:
    found = card_findings(card_of(statement=written_of(**{name: ""})))
    assert (f"card: {name} is blank, so people have nowhere to turn",) == found


@pytest.mark.parametrize(
    "words", ["TBC", "To be confirmed by the service", "TODO: ask the DPO", "xxx", "[insert text]"]
)
def test_words_that_only_hold_a_place_are_named(words: str) -> None:
    found = card_findings(card_of(statement=written_of(what_it_does=words, less_well_for=("Fine.", words))))
    assert ["what_it_does is still", "less_well_for is still"] == [one[6:][: one[6:].index(" to be")] for one in found]


@pytest.mark.parametrize(
    ("words", "finding"),
    [
        ("Its precision is 0.81 on the list.", "types a figure of the model by hand"),
        ("Write to jane.smith@council.example.", "holds the mail address of a person"),
        ("A tenant at SW1A 2AA was missed.", "holds a postcode"),
    ],
)
def test_figures_typed_by_hand_and_marks_of_a_person_are_named_and_not_repeated(words: str, finding: str) -> None:
    found = card_findings(card_of(statement=written_of(benefit=words)))
    assert [f"card: benefit {finding}"] == [one[: len(f"card: benefit {finding}")] for one in found]
    assert not any("SW1A" in one or "jane" in one for one in found)


@pytest.mark.parametrize("metric", HEADLINE)
@pytest.mark.parametrize("gone", [True, False], ids=["absent", "null"])
def test_a_headline_figure_that_was_not_measured_is_named(metric: str, gone: bool) -> None:
    held = figures() | {metric: measured(None)}
    if gone:
        del held[metric]
    model = facts_of().model.model_dump(mode="json")
    model["metrics"]["lightgbm"] = held
    assert (f"card: not measured: {MEASURES[metric].title}",) == card_findings(card_of(facts=facts_of(model=model)))


def test_a_card_without_todays_practice_beside_it_is_not_complete() -> None:
    model = facts_of().model.model_dump(mode="json")
    del model["metrics"]["baseline"]
    found = card_findings(card_of(facts=facts_of(model=model)))
    assert ("card: today's practice was not measured beside it",) == found


def test_too_few_positives_leave_every_headline_figure_unmeasured() -> None:
    model = facts_of().model.model_dump(mode="json") | {"positives": 9}
    found = card_findings(card_of(facts=facts_of(model=model)))
    assert {f"card: not measured: {MEASURES[metric].title}" for metric in HEADLINE} <= set(found)


def test_a_characteristic_of_the_act_of_which_nothing_is_said_is_named() -> None:
    bias = facts_of().bias.model_dump(mode="json")
    del bias["held"]["pregnancy and maternity"]
    found = card_findings(card_of(facts=facts_of(bias=bias)))
    assert (
        "card: nothing is said of pregnancy and maternity, a protected characteristic of the Equality Act 2010",
    ) == found


def test_a_card_without_a_comparison_is_not_complete() -> None:
    bias = facts_of().bias.model_dump(mode="json") | {"comparisons": []}
    assert "card: no comparison of groups was named beforehand" in card_findings(card_of(facts=facts_of(bias=bias)))


@pytest.mark.parametrize(
    ("field", "finding"), [("alt", "has no words for those who cannot see it"), ("title", "has no title")]
)
def test_a_plot_without_words_is_named(field: str, finding: str) -> None:
    first = CardPlot.model_validate({**plots()[0].model_dump(), field: " "})
    assert (f"card: the plot calibration {finding}",) == card_findings(card_of(plots=(first, plots()[1])))


def test_a_card_that_bans_nothing_is_not_complete() -> None:
    found = card_findings(card_of(may_not_be_used_for=()))
    assert ("card: nothing is said of what the model may not be used for",) == found
