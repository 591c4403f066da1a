"""The gate on a model of amounts: everything that must be there passes, and each thing that is wrong is a reason."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.governance.check_texts import CHECKS, check_text
from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.figure_facts import TotalsFacts
from riskmodels.governance.measured_checks import measured_outcomes
from riskmodels.policy import WorklistPolicy
from riskmodels.promotion_policy import AtLeast, AtMost, Between, PromotionPolicy
from tests.unit.governance.amount_facts import amount_facts_of, measured
from tests.unit.governance.candidate_facts import facts_of, policy_of

LONE_PERIOD = {"as_of": "2025-07-01", "coverage": measured(0.9)}


def failing(facts: CandidateFacts, asked: PromotionPolicy | None = None) -> list[str]:
    terms = asked or PromotionPolicy()
    return [one.name for one in measured_outcomes(facts, policy_of(promotion=terms), terms) if not one.passed]


def found(facts: CandidateFacts, name: str, asked: PromotionPolicy | None = None) -> str:
    terms = asked or PromotionPolicy()
    return {one.name: one.found for one in measured_outcomes(facts, policy_of(promotion=terms), terms)}[name]


def test_an_amount_with_all_that_is_asked_passes_whatever_the_length_of_the_list() -> None:
    assert [] == failing(amount_facts_of())


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("policy", {"model": {"capacity": 50}}),
        ("policy", {"model": {"unit": None}}),
        ("beats_baseline", {"gain": measured(0.1, -0.01, 0.2)}),
        ("beats_baseline", {"gain": measured(0.1)}),
        ("beats_baseline", {"gain": None, "model": {"differences": {}}}),
        ("calibration", {"figures": {"total_error": measured(0.06, 0.02, 0.1)}}),
        ("calibration", {"figures": {"total_error": measured(-0.06, -0.1, -0.02)}}),
        ("calibration", {"figures": {"total_error": measured(None)}}),
        ("calibration", {"figures": {"coverage": measured(0.84, 0.8, 0.88)}}),
        ("calibration", {"figures": {"coverage": measured(0.96, 0.95, 0.97)}}),
        ("calibration", {"figures": {"coverage": measured(None)}}),
        ("worst_period", {"periods": []}),
        ("worst_period", {"periods": [LONE_PERIOD]}),
        ("worst_period", {"periods": [LONE_PERIOD | {"deviance_reduction": measured(-0.01, -0.1, 0.08)}]}),
        ("worst_period", {"periods": [LONE_PERIOD | {"deviance_reduction": measured(0.3)}, LONE_PERIOD]}),
    ],
)
def test_one_wrong_fact_is_one_reason(check: str, changes: dict[str, Any]) -> None:
    assert [check] == failing(amount_facts_of(**changes))


def totals(ratio: float | None, coverage: float | None) -> TotalsFacts:
    return TotalsFacts.model_validate(
        {
            "by": ("ward",),
            "origins": 4,
            "error": 0.06,
            "seasonal_naive": 0.14,
            "ratio": measured(ratio),
            "coverage": coverage,
            "nominal_coverage": 0.9,
            "places": 20,
            "worse": 2,
        }
    )


@pytest.mark.parametrize(
    ("ratio", "coverage", "failed"),
    [
        (0.4, 0.92, []),
        (1.0, None, []),
        (0.4, 0.99, []),
        (1.2, 0.92, ["calibration"]),
        (None, 0.92, ["calibration"]),
        (0.4, 0.5, ["calibration"]),
    ],
)
def test_totals_are_no_further_out_than_a_year_before_and_their_ranges_hold(
    ratio: float | None, coverage: float | None, failed: list[str]
) -> None:
    facts = amount_facts_of().model_copy(update={"totals": totals(ratio, coverage)})
    assert failed == failing(facts)
    assert "past totals were out by 6.0% against 14.0%" in found(facts, "calibration")


def test_a_policy_that_says_how_a_list_is_made_is_refused() -> None:
    terms = PromotionPolicy()
    listed = policy_of(promotion=terms, worklist=WorklistPolicy(how="a visit", hand_over="the housing team"))
    outcomes = measured_outcomes(amount_facts_of(), listed, terms)
    assert ["policy"] == [one.name for one in outcomes if not one.passed]


def test_what_a_risk_is_asked_does_not_hold_for_an_amount() -> None:
    risk_alone = {
        "roc_auc": measured(0.99, 0.98, 1.0),
        "calibration_slope": measured(1.0),
        "calibration_error": measured(0.0),
    }
    spoiled = amount_facts_of(figures=risk_alone | {"coverage": measured(0.5)}, gain=measured(-0.2, -0.3, -0.1))
    assert ["beats_baseline", "calibration"] == failing(spoiled)


def test_the_figures_are_said_in_shares_that_people_can_read() -> None:
    assert "saved 34.0% (95% interval 28.0% to 40.0%)" == found(amount_facts_of(), "beats_baseline")
    assert "90.8%" in found(amount_facts_of(), "calibration")
    assert found(amount_facts_of(), "worst_period").startswith("01 July 2025: saved 31.0%, the worst of 2")


def test_a_threshold_that_cannot_apply_is_left_aside_and_said_to_be() -> None:
    asked = PromotionPolicy(calibration_slope=Between(least=0.9, most=1.1, reason="closer"))
    assert [] == failing(amount_facts_of(), asked)
    assert "not asked of an amount, and left aside: calibration_slope" in found(amount_facts_of(), "policy", asked)
    asked = PromotionPolicy(
        total_error=AtMost(most=0.01, reason="tight"), worst_period_gain=AtLeast(least=0.1, reason="b")
    )
    risk = facts_of(root_digest="0" * 64)
    assert [] == failing(risk, asked)
    assert "left aside: total_error, worst_period_gain" in found(risk, "policy", asked)
    assert "left aside" not in found(risk, "policy")


def test_evidence_from_before_there_were_amounts_is_still_evidence_of_a_risk() -> None:
    old = facts_of(root_digest="0" * 64).model_dump(mode="json", exclude_unset=True)
    assert "task" not in old["model"]
    again = CandidateFacts.model_validate(old)
    assert "risk" == again.model.task
    assert [] == failing(again)


def test_a_period_of_a_risk_without_a_figure_is_not_measured() -> None:
    bare = facts_of(root_digest="0" * 64, periods=[{"as_of": "2025-11-01"}])
    assert ["worst_period"] == failing(bare)


def test_words_of_an_amount_speak_of_no_chance_and_no_ranking() -> None:
    for name in CHECKS:
        words = check_text(name, "amount")
        assert all(text.strip() for text in (words.title, words.why, words.next_step, words.who))
        if name in ("beats_baseline", "calibration", "worst_period"):
            assert check_text(name, "risk") != words
            assert "chance" not in f"{words.title} {words.why}"
