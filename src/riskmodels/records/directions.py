"""Whether risk moves with each feature the way that its definition declares."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodels.records.proxies import PlainTable

__all__ = ["Directions"]


@dataclass(frozen=True)
class Directions:
    """Features that were declared to move risk one way, and how often they were found to move it the other.

    Attributes
    ----------
    declared : tuple of str
        Columns with a declared direction.
    rows : int
        Held-out rows that were looked at: in each, the column alone was moved through its usual values.
    violated : tuple of str
        Columns that moved the score the wrong way in at least one row.
    """

    declared: tuple[str, ...]
    rows: int
    violated: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Say whether every declared direction held; there is nothing to break where none is declared."""
        return not self.violated and (self.rows > 0 or not self.declared)

    def cells(self) -> PlainTable:
        """Lay out the check in a line."""
        found = ", ".join(self.violated) or "none"
        row = (f"{len(self.declared)}", f"{self.rows:,}", found)
        return PlainTable(
            "Does risk move the way that was declared?",
            ("Columns with a declared direction", "Rows looked at", "Columns that moved the other way"),
            (row,),
        )
