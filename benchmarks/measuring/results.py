"""One line for each comparison, as a table for people or as JSON, one object a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Result", "show"]


@dataclass(frozen=True)
class Result:
    """How one way of doing a piece of work compares with ours.

    Attributes
    ----------
    work, against : str
        What was done, and what it was compared with.
    ours, theirs : float or None
        Our time and theirs, in ``unit``; None when not measured.
    goal : float or None
        The least ratio that will do; None where the line is only for information.
    note : str
        What a reader must know: what was scaled up, what was not measured and why.
    unit : str
        Seconds, or another unit of which less is better.
    """

    work: str
    against: str
    ours: float | None
    theirs: float | None
    goal: float | None
    note: str = ""
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        """Divide their time by ours: bigger is better. None when either was not measured."""
        return None if self.ours is None or self.theirs is None else self.theirs / self.ours

    @property
    def met(self) -> bool | None:
        """Say whether the goal was reached; None without a goal, or when not measured."""
        return None if self.ratio is None or self.goal is None else self.ratio >= self.goal

    def to_json(self) -> str:
        """Write the line as one JSON object."""
        return json.dumps(
            {
                "work": self.work,
                "against": self.against,
                "ratio": None if self.ratio is None else round(self.ratio, 3),
                "goal": None if self.goal is None else round(self.goal, 3),
                "met": self.met,
                "ours": None if self.ours is None else round(self.ours, 3),
                "theirs": None if self.theirs is None else round(self.theirs, 3),
                "unit": self.unit,
                "note": self.note,
            }
        )


def show(results: Sequence[Result]) -> str:
    """Lay the results out as a table."""
    heading = ("work", "against", "ours", "theirs", "ratio", "goal", "met")
    lines = [heading, *(_cells(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heading))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    notes = [f"* {result.against}: {result.note}" for result in results if result.note]
    return "\n".join([*text, *(["", *dict.fromkeys(notes)] if notes else [])])


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.work,
        result.against + (" *" if result.note else ""),
        _amount(result.ours, result.unit),
        _amount(result.theirs, result.unit),
        "not measured" if result.ratio is None else f"{result.ratio:.2f}",
        "-" if result.goal is None else f"{result.goal:.2f}",
        {True: "yes", False: "NO", None: "-"}[result.met],
    )


def _amount(amount: float | None, unit: str) -> str:
    return "-" if amount is None else f"{amount:.3g} {unit}"
