"""Whether a figure that was worked out again is the one that was signed."""

from __future__ import annotations

import math

from riskmodels.governance.facts import Measured
from riskmodels.records import Interval
from riskmodels.registry.auditing.held import Held

__all__ = ["SAME", "figure", "in_words", "is_same"]

SAME = 1e-9
"""A figure that was worked out again may differ from the signed one by so much."""


def figure(what: str, found: Interval | Measured, signed: Measured | None) -> Held:
    """Hold a figure with its interval against the signed one."""
    same = is_same(found, signed)
    if same:
        return Held(what, True, f"{in_words(signed)}, as signed")
    return Held(what, False, f"{in_words(signed)} was signed, and {in_words(found)} comes out")


def is_same(found: Interval | Measured, signed: Measured | None) -> bool:
    """Say whether value and both ends are the same to :data:`SAME`; what is not measured is so in both."""
    if signed is None:
        return False
    ends = zip((found.value, found.low, found.high), (signed.value, signed.low, signed.high), strict=True)
    return all(_close(one, other) for one, other in ends)


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=0.0, abs_tol=SAME)


def in_words(one: Interval | Measured | None) -> str:
    """Give a figure with its interval, to four places."""
    if one is None or one.value is None:
        return "nothing"
    ends = "" if one.low is None or one.high is None else f" ({one.low:.4f} to {one.high:.4f})"
    return f"{one.value:.4f}{ends}"
