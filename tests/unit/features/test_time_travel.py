"""The check that features are blind to the future must be able to fail."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from riskmodels.errors import BuildError
from riskmodels.features import total, weeks
from riskmodels.lake import versions
from tests.borough import Payments
from tests.spec.rulebook import Rulebook, case_of

AS_OF = datetime.date(2024, 2, 1)
HOMES = "| tenancy_id | started_on |\n| t1 | 2023-01-01 |\n| t2 | 2023-01-01 |"
PAYMENTS = """
    | payment_id | tenancy_id | paid_at    | amount_gbp | loaded_at  |
    | p1         | t1         | 2024-01-20 | 50         | 2024-01-21 |
    | p2         | t1         | 2024-01-25 | 70         | 2024-03-01 |
    | p3         | t2         | 2024-02-03 | 90         | 2024-02-04 |
"""
CASE = case_of(total(Payments, "amount_gbp", over=weeks(4), name="paid", says="Paid in the last {over}"))


def test_a_sound_build_passes_and_says_what_was_checked(tmp_path: Path) -> None:
    with Rulebook(tmp_path).lake(cut="2024-12-31", homes=HOMES, payments=PAYMENTS) as lake:
        travel = CASE.build(lake, [AS_OF]).report.time_travel

    assert travel is not None
    assert (True, 2, (AS_OF,)) == (travel.passed, travel.rows_checked, travel.as_of_dates)


@pytest.mark.parametrize(
    "visible_from",
    [
        pytest.param("whole._event", id="a row not yet known"),
        pytest.param("(greatest(whole._event, whole._known) - INTERVAL '7' DAY)", id="a row yet to happen"),
    ],
)
def test_relations_that_leak_stop_the_build_and_the_feature_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visible_from: str
) -> None:
    sound = versions._Steps.relation
    leaky = lambda steps: sound(steps).replace("greatest(whole._event, whole._known)", visible_from)  # noqa: E731
    monkeypatch.setattr(versions._Steps, "relation", leaky)
    with (
        Rulebook(tmp_path).lake(cut="2024-12-31", homes=HOMES, payments=PAYMENTS) as lake,
        pytest.raises(BuildError) as refused,
    ):
        CASE.build(lake, [AS_OF])

    assert "paid" in refused.value.found
    assert "weeks_seen" not in refused.value.found
