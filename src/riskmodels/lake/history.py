"""The two clocks of an extract: when a thing happened, and when the lake knew."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from riskmodels.errors import DefinitionError

__all__ = ["History", "current_only", "events", "snapshots"]


@dataclass(frozen=True)
class History:
    """How an extract keeps the past, and which columns are its clocks.

    Attributes
    ----------
    manner : {"events", "snapshots", "current"}
        Rows that happen, dated copies of the whole, or rows overwritten in place.
    event_time : str
        Column that says when the row's fact happened or began.
    known_time : str or None
        Column that says when the lake first held this version of the row.
    known_after_days : int or None
        Where there is no such column: days to assume between the event and its being known. The card says so.
    deleted : str or None
        Flag column; a version with it set withdraws the row.
    fixed : tuple of str
        For ``current``: the columns that never change once written, the only ones that may be used.
    """

    manner: Literal["events", "snapshots", "current"]
    event_time: str
    known_time: str | None = None
    known_after_days: int | None = None
    deleted: str | None = None
    fixed: tuple[str, ...] = ()

    @property
    def known_time_assumed(self) -> bool:
        """Say whether the time of knowing is an assumption, to be printed wherever the extract is used."""
        return self.known_time is None


def _days(text: str) -> int:
    match = re.fullmatch(r"\s*(\d+)\s+(day|days|week|weeks)\s*", text)
    if match is None:
        raise DefinitionError(
            f"known_after={text!r} is not a length of time",
            expected='a whole number of days or weeks, such as "3 days"',
            next_step="Correct the extract's history in features/extracts.py.",
            who="the data scientist who declared the extract",
        )
    return int(match[1]) * (7 if match[2].startswith("week") else 1)


def _delay(known_time: str | None, known_after: str | None) -> int | None:
    if (known_time is None) == (known_after is None):
        raise DefinitionError(
            "a history gives both known_time and known_after, or neither",
            expected="the column that says when the lake knew, or else the delay to assume",
            next_step='Name the column (known_time="loaded_at"), or say known_after="3 days".',
            who="the owner of the source, who knows when its rows are loaded",
        )
    return None if known_after is None else _days(known_after)


def events(
    event_time: str, *, known_time: str | None = None, known_after: str | None = None, deleted: str | None = None
) -> History:
    """Declare rows that happen at a time and may be corrected or withdrawn later by a newer version."""
    return History("events", event_time, known_time, _delay(known_time, known_after), deleted)


def snapshots(taken_on: str, *, event_time: str | None = None, deleted: str | None = None) -> History:
    """Declare dated copies of the whole source: the date of the copy is when its rows were known."""
    return History("snapshots", event_time or taken_on, taken_on, None, deleted)


def current_only(since: str, *, known_after: str, fixed: tuple[str, ...]) -> History:
    """Declare rows overwritten in place, of which only the columns named ``fixed`` may be used."""
    return History("current", since, None, _days(known_after), None, tuple(fixed))
