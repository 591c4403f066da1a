"""How a use case and its features look in a notebook: words for people, escaped, and no row of anyone's."""

from __future__ import annotations

from riskmodels.features import attribute, characteristic, running, total, weeks
from tests.borough import Homes, Packages, Payments
from tests.spec.rulebook import case_of

CASE = case_of(
    total(Payments, "amount_gbp", over=weeks(4), name="paid", says="Paid & <kept> in the last {over}", unit="GBP")
)


def test_a_use_case_shows_its_purpose_outcome_and_todays_practice() -> None:
    shown = CASE._repr_html_()

    for words in ("early_help", "early_intervention", "Owes 100 or more", "Weeks on record", "missed need"):
        assert words in shown
    assert CASE.digest[:12] in shown


def test_features_are_shown_in_words_and_escaped() -> None:
    shown = CASE.features._repr_html_()

    assert "Paid &amp; &lt;kept&gt; in the last 4 weeks" in shown
    assert "<kept>" not in shown
    assert ("2 features" in shown, "Payments" in shown, "GBP" in shown) == (True, True, True)


def test_a_use_case_of_an_amount_shows_its_strata_and_totals() -> None:
    cost = running(
        Packages, "weekly_gbp", begins="begins_on", ends="ends_at", within=weeks(4), says="Cost", unit="GBP per week"
    )
    shown = case_of(
        attribute(Homes, "tenure", name="tenure", says="How the home is held"),
        outcome=cost,
        intervals_within="tenure",
        totals_by=[characteristic(Homes, "area", name="area", says="Small area")],
    )._repr_html_()

    for words in ("Prediction intervals within", "How the home is held", "Totals by", "Small area"):
        assert words in shown
