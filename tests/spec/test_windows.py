"""Rule: over=days(n) takes rows from n days before as_of, that day included, up to as_of, that moment left out."""

from __future__ import annotations

from riskmodels.features import count, days, latest, total, weeks
from tests.borough import Payments
from tests.spec.rulebook import Rulebook, plain

FOUR_WEEKS_BEFORE_FEBRUARY_1ST = """
    | tenancy_id | paid_at                    | amount_gbp |
    | t1         | 2024-01-03 23:59:59.999999 | 1          |
    | t1         | 2024-01-04 00:00:00        | 10         |
    | t1         | 2024-01-31 23:59:59.999999 | 100        |
    | t1         | 2024-02-01 00:00:00        | 1000       |
"""


def test_the_first_moment_of_a_window_counts_and_as_of_does_not(rules: Rulebook) -> None:
    paid = total(Payments, "amount_gbp", over=weeks(4), name="paid", says="Paid in the last {over}")

    assert 110.0 == rules.ask(paid, as_of="2024-02-01", payments=FOUR_WEEKS_BEFORE_FEBRUARY_1ST)


def test_without_a_window_everything_visible_counts(rules: Rulebook) -> None:
    paid = total(Payments, "amount_gbp", name="paid", says="Paid")

    assert 111.0 == rules.ask(paid, as_of="2024-02-01", payments=FOUR_WEEKS_BEFORE_FEBRUARY_1ST)


def test_several_windows_make_several_features_named_by_their_length(rules: Rulebook) -> None:
    paid = total(Payments, "amount_gbp", over=(*days(1), *weeks(4, 13)), name="paid", says="Paid in the last {over}")
    frame = rules.frame(paid, as_of="2024-02-01", payments=FOUR_WEEKS_BEFORE_FEBRUARY_1ST)

    assert {"paid_1d": 100.0, "paid_4w": 110.0, "paid_13w": 111.0} == {
        feature.name: plain(frame.loc["t1", feature.name]) for feature in paid
    }
    assert ["Paid in the last day", "Paid in the last 4 weeks", "Paid in the last 13 weeks"] == [
        feature.says for feature in paid
    ]


def test_a_late_row_counts_in_the_window_of_its_event(rules: Rulebook) -> None:
    recent = count(Payments, over=days(7), name="recent", says="Payments")
    payments = """
        | tenancy_id | paid_at    | loaded_at  |
        | t1         | 2024-01-10 | 2024-01-31 |
        | t1         | 2024-01-30 | 2024-01-31 |
    """
    assert 1.0 == rules.ask(recent, as_of="2024-02-01", payments=payments)


def test_a_correction_can_move_a_row_out_of_a_window(rules: Rulebook) -> None:
    recent = count(Payments, over=days(7), name="recent", says="Payments")
    payments = """
        | payment_id | tenancy_id | paid_at    | loaded_at  |
        | p1         | t1         | 2024-01-29 | 2024-01-29 |
        | p1         | t1         | 2024-01-09 | 2024-01-31 |
    """
    assert 1.0 == rules.ask(recent, as_of="2024-01-31", payments=payments)
    assert 0.0 == rules.ask(recent, as_of="2024-02-01", payments=payments)


def test_latest_looks_no_further_back_than_its_window(rules: Rulebook) -> None:
    last = latest(Payments, "amount_gbp", over=days(7), name="last", says="Last payment")
    payments = """
        | tenancy_id | paid_at    | amount_gbp |
        | t1         | 2024-01-10 | 10         |
    """
    assert None is rules.ask(last, as_of="2024-02-01", payments=payments)
