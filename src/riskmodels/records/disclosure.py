"""Counts before and after disclosure control: what only the auditor sees, and what may leave the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "MEASURES",
    "WITHHELD",
    "Cell",
    "Count",
    "CountTable",
    "GroupCounts",
    "GroupMeasure",
    "SafeGroup",
    "SafeTable",
]

WITHHELD = "withheld"
Cell = frozenset[tuple[str, str]]
GroupMeasure = Literal["rows", "positives", "picked", "found"]

MEASURES: tuple[GroupMeasure, ...] = ("rows", "positives", "picked", "found")


@dataclass(frozen=True)
class Count:
    """How many there are in one cell: the auditor's figure, not to be shown as it is.

    Attributes
    ----------
    cell : frozenset of (str, str)
        The characteristics and groups that all in it share; none at all is everybody. The same cell in another table
        is the same count.
    count : float
        How many, 0 or more; a fraction only where those tied at the end of a list share a place on it.
    shown : bool
        Whether it is meant to be shown. What is not shown still follows from what is: those without the outcome.
    """

    cell: Cell
    count: float
    shown: bool = True


@dataclass(frozen=True)
class CountTable:
    """One table of counts, before disclosure control."""

    name: str
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class SafeTable:
    """One table as it may leave the audit.

    Attributes
    ----------
    name : str
        As it was.
    cells : tuple of (cell, text)
        In the order they came, of those meant to be shown: the rounded count as text, or ``"withheld"``.
    """

    name: str
    cells: tuple[tuple[Cell, str], ...]


@dataclass(frozen=True)
class GroupCounts:
    """What a group's rates are made of: the auditor's figures.

    Attributes
    ----------
    characteristics : tuple of (str, str)
        Characteristic and group: none for everybody, two for an intersection.
    rows, positives, picked, found : float
        All; those who had the outcome; those on the list; those on the list who had the outcome.
    """

    characteristics: tuple[tuple[str, str], ...]
    rows: float
    positives: float
    picked: float
    found: float


@dataclass(frozen=True)
class SafeGroup:
    """A group's counts as they may leave the audit: rounded, or None where they are withheld.

    ``measures`` are those that leave at all; for amounts all rows, and those inside their intervals (``picked``).
    ``may_show_means`` says whether means over the group's people may be shown: they are not made of counts, but of
    people who must not be few, nor follow from others by subtraction.
    """

    characteristics: tuple[tuple[str, str], ...]
    rows: int | None
    positives: int | None
    picked: int | None
    found: int | None
    measures: tuple[GroupMeasure, ...] = MEASURES
    may_show_means: bool = False

    @property
    def may_show_rates(self) -> bool:
        """Say whether every rate of the group may be shown: none of its counts is withheld."""
        return all(getattr(self, measure) is not None for measure in self.measures)

    def text(self, measure: GroupMeasure) -> str:
        """Word a count, such as ``1,205`` or ``withheld``."""
        count: int | None = getattr(self, measure)
        return WITHHELD if count is None else f"{count:,}"

    def rate(self, of: GroupMeasure, among: GroupMeasure) -> float | None:
        """Give a share in [0, 1] from the rounded counts; None, which is not 0, where either is withheld."""
        numerator, denominator = getattr(self, of), getattr(self, among)
        if numerator is None or denominator is None or not denominator:
            return None
        return min(1.0, float(numerator) / float(denominator))
