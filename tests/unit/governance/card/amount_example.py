"""A card of a model of amounts with a verdict of each kind: for tests of the card."""

from __future__ import annotations

from typing import Any

from riskmodels.governance.card import Card, WrittenByPeople, make_card
from riskmodels.governance.card.treated_alike import NINE
from tests.unit.governance.amount_facts import amount_facts_of, measured
from tests.unit.governance.card.example import SIGNATORIES, plots

__all__ = ["amount_card_of"]

WRITTEN = WrittenByPeople(
    what_it_does="It gives an expected weekly cost of long-term support, for planning next year's budget.",
    for_whom="Adults who draw on long-term support.",
    intended_use="Commissioning.",
    users="Commissioning officers.",
    out_of_scope=("Any decision about a person",),
    less_well_for=("People whose care began last month",),
    what_could_go_wrong=("Need that nobody met looks cheap",),
    human_oversight="A commissioner reads every total.",
    how_to_complain="Write to the council.",
    how_to_object="Write to the council.",
    how_to_ask_for_a_person="Write to the council.",
    contacts={"team that answers for it": "commissioning@council.example"},
    benefit="Benefit not shown.",
    privacy_notice="https://council.example/privacy",
    previous_process="Last quarter's cost, carried forward.",
    alternatives=("A trend by hand",),
    title="Demand for care",
    council="Demo council",
    entities="people",
)


def comparison(metric: str, difference: Any, verdict: str, group: str = "85 or over") -> dict[str, Any]:
    return {
        "characteristic": "age_band",
        "group": group,
        "metric": metric,
        "tolerance": 0.1,
        "difference": difference,
        "verdict": verdict,
        "people_needed": 0,
    }


def amount_card_of(**changes: Any) -> Card:
    """Make the card of an amount, with changes to its facts."""
    bias = {
        "comparisons": [
            comparison("mean_error", measured(-0.12, -0.2, -0.04), "fail"),
            comparison("coverage", measured(0.01, -0.02, 0.03), "pass"),
            comparison("mean_error", measured(None), "not enough evidence", "18 to 24"),
        ],
        "held": dict.fromkeys(NINE, "recorded"),
    }
    facts = amount_facts_of(**{"bias": bias} | changes)
    return make_card(
        facts, statement=WRITTEN, plots=plots(), signatories=SIGNATORIES, may_not_be_used_for=("A list of people",)
    )
