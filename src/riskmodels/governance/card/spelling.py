"""How figures are spelled: one way for each kind, wherever the card shows it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

from riskmodels.governance.card.blocks import Cell, Natural
from riskmodels.governance.facts import DisclosureFacts, Measured

__all__ = [
    "bases",
    "count",
    "day",
    "figure",
    "figure_in_line",
    "horizon",
    "in_short",
    "in_unit",
    "listed",
    "natural",
    "percent",
    "points",
    "share",
    "shortened",
    "tiny",
]

NOT_MEASURED = "not measured"
_SMALL = 0.1
_TINY = 1e-5
_BASES = (10, 100, 1_000, 10_000, 100_000)
_ROUNDING = 1e-9
_SHORT = 12
_WEEK = 7
_POUNDS = "GBP"


def day(moment: datetime.date) -> str:
    """Word a day as people write it: 1 May 2025."""
    return f"{moment.day} {moment:%B %Y}"


def horizon(days: int) -> str:
    """Word a length of time: 13 weeks, where days come out even; else 90 days."""
    weeks, rest = divmod(days, _WEEK)
    return f"{days} days" if rest or not weeks else f"{weeks} week{'s' * (weeks > 1)}"


def figure(one: Measured | None) -> Cell:
    """Word a figure with its 95% interval below it; what is not measured says so."""
    if one is None or one.value is None:
        return Cell(text=NOT_MEASURED)
    places = 3 if abs(one.value) >= _SMALL else 4
    if one.low is None or one.high is None:
        return Cell(text=f"{one.value:.{places}f}", below="no interval")
    return Cell(text=f"{one.value:.{places}f}", below=f"{one.low:.{places}f} to {one.high:.{places}f}")


def figure_in_line(one: Measured | None) -> str:
    """Word a figure with its 95% interval in one line: ``0.771 (0.758 to 0.784)``."""
    cell = figure(one)
    return f"{cell.text} ({cell.below})" if cell.below else cell.text


def percent(share: float) -> str:
    """Word a share in percent, with one decimal."""
    return f"{share:.1%}"


def share(one: Measured | None) -> Cell:
    """Word a share in percent with its 95% interval below it; what is not measured says so."""
    if one is None or one.value is None:
        return Cell(text=NOT_MEASURED)
    if one.low is None or one.high is None:
        return Cell(text=percent(one.value), below="no interval")
    return Cell(text=percent(one.value), below=f"{percent(one.low)} to {percent(one.high)}")


def in_unit(value: float, unit: str | None) -> str:
    """Word an amount in its unit, money as people write it: ``£61.20 per week`` for ``GBP per week``."""
    sign = "-" if round(value, 2) < 0 else ""
    if unit is not None and unit.startswith(_POUNDS):
        return f"{sign}£{abs(value):,.2f}{unit.removeprefix(_POUNDS)}"
    return f"{sign}{abs(value):,.2f} {unit}" if unit else f"{sign}{abs(value):,.2f}"


def points(one: Measured, *, more: str = "more", less: str = "less") -> Cell:
    """Word a difference of two shares in percentage points, by words and not by a sign: ``12 points more``."""
    if one.value is None:
        return Cell(text=NOT_MEASURED)
    text = _turned(one.value, more, less, " points")
    if one.low is None or one.high is None:
        return Cell(text=text, below="no interval")
    low, high = (_turned(end, more, less, "") for end in (one.low, one.high))
    return Cell(text=text, below=f"{low} to {high}")


def _turned(share: float, more: str, less: str, unit: str) -> str:
    whole = round(abs(share) * 100)
    if not whole:
        return "0" if not unit else "no difference"
    one_point = " point" if whole == 1 and unit else unit
    return f"{whole}{one_point} {more if share > 0 else less}"


def count(number: int | None, rule: DisclosureFacts) -> str:
    """Word a count as it may be published: rounded, and withheld below the disclosure number."""
    if number is None:
        return "not known"
    if number < rule.number:
        return f"fewer than {rule.number}"
    return f"{math.floor(number / rule.round_to + 0.5) * rule.round_to:,}"


def natural(one: Measured | None, *, of: int = 100) -> Natural | None:
    """Give a share as so many of 100, or of 1,000 and more where 100 would make it look like none or all."""
    if one is None or one.value is None or not 0 <= one.value <= 1:
        return None
    value, whole = one.value, (0.0, 1.0)
    wide = [base for base in _BASES if base >= of]
    base = next((base for base in wide if value in whole or 0 < round(value * base) < base), wide[-1])
    ends = (None, None) if one.low is None or one.high is None else (one.low, one.high)
    low = None if ends[0] is None else max(0, math.floor(ends[0] * base + _ROUNDING))
    high = None if ends[1] is None else min(base, math.ceil(ends[1] * base - _ROUNDING))
    return Natural(times=round(value * base), of=base, low=low, high=high)


def bases(model: Measured | None, today: Measured | None, *, of: int) -> int:
    """Choose what two shares are counted out of, so that two that differ do not look the same: 10, or 100."""
    known = [one.value for one in (model, today) if one is not None and one.value is not None]
    if len({round(value * of) for value in known}) < len(known) and len(set(known)) > 1:
        return of * 10
    return of


def shortened(digest: str) -> Cell:
    """Give the first digits of a digest, with all of it to hand."""
    return Cell(text=digest[:_SHORT], full=digest)


def tiny(value: float) -> str:
    """Word a gap that should be nothing."""
    return "less than 0.00001" if abs(value) < _TINY else f"{value:.5f}"


def listed(words: Sequence[str], nothing: str = "none") -> str:
    """Word a list: a, b and c."""
    if not words:
        return nothing
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def in_short(text: str) -> str:
    """Give the first sentence of a text, without its full stop."""
    return text.strip().partition(". ")[0].rstrip(".")
