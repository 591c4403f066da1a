"""The state of a lake, extract by extract: counts only."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ExtractQuality", "QualityReport"]


@dataclass(frozen=True)
class ExtractQuality:
    """What was found in one extract: counts only, never a value.

    Attributes
    ----------
    extract, folder, owner : str
        The contract's class name, its folder in the lake, the role that can mend faults.
    rows, good : int
        Rows read, and rows kept.
    quarantined : mapping of str to int
        Rows that broke each rule, by ``"column: rule"``; a row may break several.
    nulls : mapping of str to int
        Empty cells by column, among the rows kept.
    duplicates : int
        Versions of a row that repeat one with the same key and known time.
    corrected : int
        Versions beyond the first of their row: corrections and withdrawals.
    orphans : mapping of str to int
        Rows whose key is not found in the extract that owns such keys, by ``"column -> extract"``.
    first_event, last_event, last_known : datetime or None
        Span of the event clock, and the newest moment on the known clock: how fresh it is.
    known_time_assumed : bool
        Whether the known clock is an assumption of the contract.
    tolerance : float
        Share of rows, in [0, 1], that may be bad.
    read_as : mapping of str to int
        Cells whose code was read as another, as the standard says, by ``"column: 'old' read as 'new'"``.
    """

    extract: str
    folder: str
    owner: str
    rows: int
    good: int
    quarantined: Mapping[str, int]
    nulls: Mapping[str, int]
    duplicates: int
    corrected: int
    orphans: Mapping[str, int]
    first_event: datetime.datetime | None
    last_event: datetime.datetime | None
    last_known: datetime.datetime | None
    known_time_assumed: bool
    tolerance: float
    read_as: Mapping[str, int] = field(default_factory=dict)

    @property
    def bad(self) -> int:
        """Count the rows that were kept out."""
        return self.rows - self.good

    @property
    def over_tolerance(self) -> bool:
        """Say whether so many rows are bad that nothing may be built on the rest."""
        return self.bad > self.tolerance * self.rows


@dataclass(frozen=True)
class QualityReport:
    """The state of a lake, extract by extract."""

    extracts: tuple[ExtractQuality, ...]
