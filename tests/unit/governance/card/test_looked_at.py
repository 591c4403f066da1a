"""The card of a model whose outcome is known only where somebody looked says on what its figures rest."""

from __future__ import annotations

from typing import Any

from riskmodels.governance.card.blocks import Part
from riskmodels.governance.card.how_well import how_well_part
from riskmodels.governance.card.looked_at import looked_at_part
from riskmodels.governance.facts import SelectionFacts
from tests.unit.governance.card.example import card_of, facts_of, measured, written_of

RESTS_ON = "Random looks are too few to judge a ranking by: every figure rests on weights."


def looks(**changes: Any) -> SelectionFacts:
    route = {
        "route": "at random",
        "rows": 105,
        "positives": None,
        "base_rate": measured(None),
        "roc_auc": measured(None),
    }
    other = {
        "route": "for another reason",
        "rows": 430,
        "positives": 29,
        "base_rate": measured(0.068, 0.047, 0.097),
        "roc_auc": measured(0.9, 0.83, 0.96),
    }
    told = {
        "population": 5372,
        "looked_at": 534,
        "routes": [route, other],
        "found_per_100_visits": {"lightgbm": measured(84.0, 53.1, 96.0), "baseline": measured(18.5, 6.0, 44.7)},
        "bounds_per_100_visits": {"lightgbm": (5, 100), "baseline": (0, 90)},
        "mean_days_earlier": measured(65.9, 50.3, 83.7),
        "share_found_later": measured(0.05, 0.0, 0.2),
        "later_by_group": {"tenure": {"owner-occupied": measured(0.55, 0.3, 0.7), "rental (private)": measured(0.0)}},
        "rests_on": RESTS_ON,
        "propensity_roc_auc": 0.67,
        "trimmed_share": 0.01,
        "effective_rows": 8211.8,
        **changes,
    }
    return SelectionFacts.model_validate(told)


def part_of(**changes: Any) -> Part:
    part = looked_at_part(facts_of(selection=looks(**changes)))
    assert part is not None
    return part


def test_what_figures_rest_on_stands_on_the_first_page_and_in_a_part_of_its_own() -> None:
    first = how_well_part(facts_of(selection=looks()), written_of())
    assert any(RESTS_ON in one.text for one in first.said)
    assert RESTS_ON in part_of().intro
    card = card_of(facts=facts_of(selection=looks()))
    assert ["figures", "looked-at", "periods"] == [
        one.anchor for one in card.details if one.anchor in ("figures", "looked-at", "periods")
    ]


def test_counts_are_rounded_and_bounds_are_beside_what_weights_say() -> None:
    part = part_of()
    assert "535 of 5,370 on the held-out date" in part.intro
    routes, visits, later = part.tables
    assert ["At random", "105", "not measured", "not measured"] == [one.text for one in routes.rows[0]]
    assert [("84", "53 to 96"), ("5 to 100", "")] == [(one.text, one.below) for one in visits.rows[0][1:]]
    assert "Half or more would be found later of: tenure: owner-occupied." in later.notes
    said = " ".join(one.text for one in part.said)
    assert "66 days sooner on average (likely between 50 and 84)" in said
    assert "ROC AUC 0.67" in said


def test_what_was_not_measured_is_not_said() -> None:
    none = measured(None)
    part = part_of(mean_days_earlier=none, share_found_later=none, later_by_group={}, propensity_roc_auc=None)
    assert () == part.said
    assert 2 == len(part.tables)


def test_later_is_called_later() -> None:
    (said, *_) = part_of(mean_days_earlier=measured(-12.0)).said
    assert "12 days later on average." in said.text


def test_where_every_outcome_is_known_the_card_says_nothing_of_it() -> None:
    assert looked_at_part(facts_of()) is None
