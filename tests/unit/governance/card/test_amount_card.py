"""The card of a model of amounts: complete, in money and in people of a hundred, with nothing that only a risk has."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from riskmodels.governance.card import (
    Card,
    card_findings,
    card_html,
    card_json,
    card_markdown,
    published_schema,
)
from riskmodels.governance.card.blocks import Part
from riskmodels.governance.card.spelling import in_unit
from riskmodels.governance.facts import TotalsFacts
from tests.unit.governance.amount_facts import measured
from tests.unit.governance.card.amount_example import amount_card_of as card_of


@pytest.fixture(scope="module")
def card() -> Card:
    return card_of()


def part(card: Card, anchor: str) -> Part:
    return next(one for one in (*card.first_page, *card.details) if one.anchor == anchor)


def said(card: Card, anchor: str) -> str:
    return " ".join(one.text for one in part(card, anchor).said)


def test_the_card_of_an_amount_lacks_nothing(card: Card) -> None:
    assert () == card_findings(card)
    jsonschema.Draft202012Validator(published_schema()).validate(json.loads(card_json(card)))


def test_no_word_that_only_a_risk_has_is_on_it(card: Card) -> None:
    for text in (card_markdown(card), card_html(card)):
        shown = re.sub(r"data:image/png;base64,[^\"]*", "", text)
        assert not re.findall(
            r"\b(?:probabilit\w*|roc|auc|calibration|log-odds|recall|precision)\b", shown, re.IGNORECASE
        )


def test_how_often_the_range_held_is_said_as_people_count(card: Card) -> None:
    (held,) = part(card, "well").frequencies
    assert (
        "Of every 100 people, the true cost lay inside the stated range for 91 (likely between 88 and 93). It is made "
        "to hold for 90 of 100."
    ) == held.text


def test_how_far_it_missed_is_said_in_money_beside_todays_practice(card: Card) -> None:
    words = said(card, "well")
    assert (
        "missed by £61.20 per week on average, too high or too low; by today's practice, by £80.30 per week." in words
    )
    assert "saves 34.0% of its error (likely between 28.0% and 40.0%)" in words
    assert "today's figure is the nearer one" not in words
    assert "it expected 0.8% less than what came (likely between 4.1% less and 2.4% more)" in words
    assert "It came to £172.00 per week on average." in part(card, "well").intro


def test_where_todays_figure_is_nearer_for_one_person_the_card_says_so() -> None:
    pair = {"mean_absolute_error": measured(3.7, 0.3, 6.8), "deviance_reduction": measured(0.28, 0.21, 0.35)}
    words = said(card_of(model={"differences": {"chosen_minus_baseline": pair}}), "well")
    assert "For a single person today's figure is the nearer one: this is for sums." in words


def test_it_says_that_cost_is_not_need_and_how_those_who_died_are_counted(card: Card) -> None:
    words = said(card, "well")
    assert "Cost is not need:" in words
    assert "no list of people is made from them" in words
    assert "Somebody who died within the 26 weeks is counted as watched until then" in words
    other = said(card_of(model={"watched_until": "moved away on"}), "well")
    assert "Somebody whose moved away on came" in other
    assert "died" not in said(card_of(model={"watched_until": None}), "well")


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        (measured(0.02, -0.03, 0.07), "the difference could be chance"),
        (measured(-0.2, -0.3, -0.1), "the model's error is 20.0% larger than that (likely between"),
        (measured(None), "was not measured"),
    ],
)
def test_what_it_saves_is_said_no_more_strongly_than_was_measured(gain: Any, words: str) -> None:
    assert words in said(card_of(gain=gain), "well")


def test_too_few_with_any_cost_give_no_figure_but_the_warnings_stay() -> None:
    card = card_of(model={"positives": 9})
    assert () == part(card, "well").frequencies
    assert said(card, "well").startswith("Fewer than 10 had any cost.")
    assert "Cost is not need:" in said(card, "well")
    assert {} == card.figures


def test_figures_are_in_their_own_measure_and_ranges_are_shown_by_stratum(card: Card) -> None:
    tables = {table.caption: table for table in part(card, "figures").tables}
    every = {row[0].text: row[1] for row in tables["Every figure on the held-out period"].rows}
    assert ("90.8%", "88.9% to 92.6%") == (every["Ranges that held"].text, every["Ranges that held"].below)
    assert "£61.20 per week" == every["Missed by, on average"].text
    by_group = tables["How often the stated ranges held, by the group that they are made within"]
    assert ["Residential", "Home care"] == [row[0].text for row in by_group.rows]
    assert "90.0%" == by_group.rows[0][1].text


def test_the_worst_date_is_named(card: Card) -> None:
    assert "The worst of these dates was 1 July 2025: 31.0% (26.0% to 36.0%)" in said(card, "periods")
    assert "No date was scored out of time." == said(card_of(periods=[]), "periods")


def test_differences_of_groups_are_said_in_words_of_amounts(card: Card) -> None:
    words = said(card, "less-well")
    assert "Proven to be worse for age band: 85 or over (12 points lower than they came, against others" in words
    assert "how often the ranges held, against what was promised" in words
    assert "We do not know whether too little is expected for these" in words


def test_what_is_not_measured_or_not_said_is_a_finding() -> None:
    found = card_findings(card_of(figures={"coverage": measured(None)}, model={"unit": None}))
    assert ("card: not measured: Ranges that held", "card: it is not said what the amount is counted in") == found


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1234.5, "GBP per week", "£1,234.50 per week"),
        (-3.0, "GBP", "-£3.00"),
        (7.25, "hours", "7.25 hours"),
        (-0.001, None, "0.00"),
    ],
)
def test_an_amount_is_spelled_as_people_write_it(value: float, unit: str | None, words: str) -> None:
    assert words == in_unit(value, unit)


def test_how_far_totals_were_out_is_said_beside_the_same_quarter_a_year_before() -> None:
    totals = TotalsFacts.model_validate(
        {
            "by": ["ward", "support_reason"],
            "origins": 6,
            "error": 0.051,
            "seasonal_naive": 0.08,
            "ratio": measured(0.64, 0.5, 0.8),
            "coverage": 0.91,
            "nominal_coverage": 0.9,
            "places": 40,
            "worse": 7,
        }
    )
    words = said(card_of(totals=totals), "well")
    assert (
        "Totals by ward and support reason were out by 5.1% of what came, in 6 past forecasts; the same quarter a year "
        "before by 8.0%, which was nearer in 7 of 40 places. Their ranges held for 91.0% of totals."
    ) in words
    assert "Totals by" not in said(card_of(), "well")


def test_the_horizon_is_said_once() -> None:
    once = card_of(model={"outcome_says": "cost a week, on average over the next 26 weeks"})
    assert 1 == part(once, "well").intro.count("26 weeks")
