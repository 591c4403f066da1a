"""Warnings of a lapse: at 60, 30 and 7 days, and never where nothing lapses."""

from __future__ import annotations

import datetime

import pytest

from riskmodels.governance.decision import Decision
from riskmodels.governance.lapses import lapse_warning

AT = datetime.datetime(2026, 3, 2, 23, 59, tzinfo=datetime.UTC)


def decision(days: int | None) -> Decision:
    until = None if days is None else AT.date() + datetime.timedelta(days=days)
    return Decision("rent_arrears", days is not None, (), approved_until=until, at=AT)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (61, None),
        (60, "lapses in 60 days, on 01 May 2026."),
        (30, "lapses in 30 days"),
        (8, "lapses in 8 days, on 10 March 2026."),
        (7, "lapses in 7 days, on 09 March 2026. This is the last warning."),
        (1, "lapses in 1 day,"),
        (None, None),
    ],
)
def test_people_are_warned_in_time(days: int | None, words: str | None) -> None:
    found = lapse_warning(decision(days), (60, 30, 7))
    assert (found is None) == (words is None)
    assert (words or "") in (found or "")


def test_without_days_to_warn_at_nobody_is_warned() -> None:
    assert None is lapse_warning(decision(1), ())
