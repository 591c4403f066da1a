"""What the report's tables are made of, and how a day and a figure are worded in them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from riskmodels.records import Interval

__all__ = ["FEWEST", "Cell", "Grid", "day", "shown_figure"]

FEWEST = 10
"""People that a count about a group must stand for to be shown."""


@dataclass(frozen=True)
class Cell:
    """One cell; an interval is shown below its figure."""

    value: str
    interval: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: the first cell of each row is its heading; ``numbers`` are set to the right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: bool = True


def day(moment: datetime.date) -> str:
    """Word a day as people write it: 1 May 2025."""
    return f"{moment.day} {moment:%B %Y}"


def shown_figure(figure: Interval) -> Cell:
    """Give a figure, with its interval below it."""
    value, bracket, interval = figure.as_text().partition(" (")
    return Cell(value, interval.removesuffix(")") if bracket else "")
