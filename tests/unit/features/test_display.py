"""How a use case and its features look in a notebook: words for people, escaped, and no row of anyone's."""

from __future__ import annotations

from riskmodels.features import total, weeks
from tests.borough import Payments
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
