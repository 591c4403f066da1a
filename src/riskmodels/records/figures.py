"""A figure and the range it could as well be."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Interval"]

_SMALL = 0.1


@dataclass(frozen=True)
class Interval:
    """A figure with the range it could as well be: value, and the ends of its 95% interval (None: not measured)."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def as_text(self) -> str:
        """Word it, such as ``0.771 (0.758 to 0.784)``, with a fourth decimal below 0.1; what is not known says so."""
        if self.value is None:
            return "not defined"
        places = 3 if abs(self.value) >= _SMALL else 4
        if self.low is None or self.high is None:
            return f"{self.value:.{places}f} (interval not defined)"
        return f"{self.value:.{places}f} ({self.low:.{places}f} to {self.high:.{places}f})"

    def in_percents(self) -> str:
        """Word a share, or a difference of shares, in whole percents: ``-4% (-10% to 2%)``, as is shown of groups."""
        if self.value is None:
            return "not defined"
        if self.low is None or self.high is None:
            return f"{_percent(self.value)} (interval not defined)"
        return f"{_percent(self.value)} ({_percent(self.low)} to {_percent(self.high)})"


def _percent(share: float) -> str:
    # Adding 0 turns a minus 0, which would read as below 0, into 0.
    return f"{round(share, 2) + 0.0:.0%}"
