"""Rules between the columns of one row, each as SQL that finds who breaks it and as a check on a frame."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from riskmodels.lake.sql import quoted

__all__ = ["Ordered", "RowRule", "Together", "ordered", "together"]


@dataclass(frozen=True)
class Ordered:
    """A rule between two columns of a row: the first is never after (or above) the second. Nulls pass."""

    first: str
    second: str

    @property
    def name(self) -> str:
        """Say the rule, as the data dictionary shows it."""
        return f"{self.first} is not after {self.second}"

    @property
    def fault(self) -> str:
        """Say what is wrong with a row that breaks it, as quality reports show it."""
        return f"{self.first}: after {self.second}"

    @property
    def broken(self) -> str:
        """Write the SQL that is true for a row that breaks it."""
        return f"coalesce({quoted(self.first)} > {quoted(self.second)}, false)"

    def holds(self, frame: pd.DataFrame) -> pd.Series[bool]:
        """Say for each row of a frame whether it keeps the rule."""
        first, second = frame[self.first], frame[self.second]
        return (first.isna() | second.isna() | (first <= second)).astype(bool)


@dataclass(frozen=True)
class Together:
    """A rule between two columns of a row: the first is never given without the second."""

    first: str
    second: str

    @property
    def name(self) -> str:
        """Say the rule, as the data dictionary shows it."""
        return f"{self.first} is not without {self.second}"

    @property
    def fault(self) -> str:
        """Say what is wrong with a row that breaks it, as quality reports show it."""
        return f"{self.first}: without {self.second}"

    @property
    def broken(self) -> str:
        """Write the SQL that is true for a row that breaks it."""
        return f"({quoted(self.first)} IS NOT NULL AND {quoted(self.second)} IS NULL)"

    def holds(self, frame: pd.DataFrame) -> pd.Series[bool]:
        """Say for each row of a frame whether it keeps the rule."""
        return (frame[self.first].isna() | frame[self.second].notna()).astype(bool)


RowRule = Ordered | Together


def ordered(first: str, second: str) -> Ordered:
    """Declare that one column is never after (or above) another, such as a start and an end."""
    return Ordered(first, second)


def together(first: str, second: str) -> Together:
    """Declare that one column is never given without another, such as a cost without how often it is paid."""
    return Together(first, second)
