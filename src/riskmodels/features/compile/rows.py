"""The rows of an extract as an aggregate query reads them: values and conditions worked out once for each row.

A row is seen from many as-of dates. What does not depend on the date is computed before rows and dates are paired.
"""

from __future__ import annotations

from riskmodels.features.compile.clauses import MICRO, snippet_sql, value_sql
from riskmodels.features.expressions import Snippet
from riskmodels.features.windows import Window
from riskmodels.lake.contracts import Extract

__all__ = ["DatedSpine", "Rows", "code_list"]

_DAY_ZERO = "DATE '2000-01-01'"
_BITS = 62  # codes that a BIGINT can mark


def code_list(extract: type[Extract], snippet: Snippet) -> tuple[str, ...]:
    """Give every code that a snippet can have, where it is a column with a short enough code list, else none."""
    spec = extract.columns().get(snippet.text.strip('"'))
    values = spec.values if spec is not None and spec.kind == "text" else None
    return values if values is not None and len(values) <= _BITS else ()


class Rows:
    """Collects the columns that features need of each row, under short names; ``sql`` gives the sub-query."""

    def __init__(self, extract: type[Extract], key: str) -> None:
        self._extract = extract
        self._columns: dict[str, str] = {}
        self._raw: set[str] = set()
        self._key = key

    def _name(self, text: str, letter: str) -> str:
        if text not in self._columns:
            self._columns[text] = f"{letter}{len(self._columns) + 1}"
        return f"e.{self._columns[text]}"

    def _dated(self, snippet: Snippet, text: str) -> str:
        self._raw.update(snippet.columns)
        return text

    def condition(self, snippet: Snippet | None) -> str | None:
        """Give a condition on a row."""
        if snippet is None:
            return None
        if snippet.names_as_of:
            return self._dated(snippet, snippet_sql(snippet, "e", "s.as_of"))
        return self._name(snippet_sql(snippet, "r", ""), "c")

    def value(self, snippet: Snippet) -> str:
        """Give a row's value as it stands; a flag counts 1 or 0."""
        if snippet.names_as_of:
            return self._dated(snippet, value_sql(snippet, "e", "s.as_of"))
        return self._name(value_sql(snippet, "r", ""), "v")

    def plain(self, snippet: Snippet) -> str:
        """Give a row's value of any kind, for counting different ones."""
        if snippet.names_as_of:
            return self._dated(snippet, snippet_sql(snippet, "e", "s.as_of"))
        return self._name(snippet_sql(snippet, "r", ""), "v")

    def bits(self, snippet: Snippet) -> str | None:
        """Give a row's code as a number with one bit set, so that different codes are counted without being kept."""
        codes = code_list(self._extract, snippet)
        if not codes:
            return None
        column = snippet_sql(snippet, "r", "")
        cases = " ".join(f"WHEN {_literal(code)} THEN {1 << place}" for place, code in enumerate(codes))
        return self._name(f"CAST(CASE {column} {cases} END AS BIGINT)", "b")

    def exact(self, snippet: Snippet) -> tuple[str, int]:
        """Give a value that adds up exactly, and the number that the sum must be divided by."""
        return (self.value(snippet), 1) if snippet.gives in ("exact", "flag") else (self.whole(snippet), MICRO)

    def whole(self, snippet: Snippet) -> str:
        """Give a value as a whole number of millionths."""
        if snippet.names_as_of:
            return self._dated(snippet, _whole(value_sql(snippet, "e", "s.as_of")))
        return self._name(_whole(value_sql(snippet, "r", "")), "w")

    def square(self, snippet: Snippet) -> str:
        """Give the square of a value, in millionths squared."""
        whole = self.whole(snippet)
        return f"CAST({whole} AS HUGEINT) * {whole}" if snippet.names_as_of else self._of(snippet, "{w} * {w}", "q")

    def day_times(self, snippet: Snippet) -> str:
        """Give a value, in millionths, times the row's day number."""
        if snippet.names_as_of:
            return f"CAST({self.whole(snippet)} AS HUGEINT) * {self.day()}"
        return self._of(snippet, f"{{w}} * {_day('r')}", "x")

    def _of(self, snippet: Snippet, formula: str, letter: str) -> str:
        return self._name(formula.format(w=f"CAST({_whole(value_sql(snippet, 'r', ''))} AS HUGEINT)"), letter)

    def day(self) -> str:
        """Give the row's day number."""
        return self._name(_day("r"), "d")

    def sql(self, *, only: str | None = None) -> str:
        """Write the sub-query; ``only`` is a query for the keys that are asked for."""
        clocks = ["_event", "_visible_from", "_superseded_from", "_order"]
        plain = [f'r."{name}"' for name in dict.fromkeys([self._key, *sorted(self._raw)])]
        made = [f"{text} AS {name}" for text, name in self._columns.items()]
        items = ", ".join([*plain, *(f"r.{clock}" for clock in clocks), *made])
        asked = "" if only is None else f' WHERE r."{self._key}" IN ({only})'
        return f"(SELECT {items} FROM {self._extract.folder()} AS r{asked})"


class DatedSpine:
    """The spine with the first moment of every window, worked out once for each date."""

    def __init__(self, spine: str) -> None:
        self.name = spine
        self._windows: dict[int, str] = {}

    def begins(self, window: Window | None) -> str | None:
        """Give the condition that a row lies in a window; its end follows from visibility."""
        if window is None:
            return None
        self._windows[window.days] = f"from_{window.days}d"
        return f"e._event >= s.from_{window.days}d"

    @property
    def widest(self) -> int | None:
        """Give the longest window in days, or None where there is none."""
        return max(self._windows, default=None)

    def sql(self) -> str:
        """Write the sub-query, or the spine's name where there is no window."""
        if not self._windows:
            return self.name
        starts = [f", as_of - INTERVAL '{days}' DAY AS {name}" for days, name in sorted(self._windows.items())]
        return f"(SELECT entity, as_of{''.join(starts)} FROM {self.name})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _whole(text: str) -> str:
    return f"CAST(ROUND({text} * {MICRO}) AS BIGINT)"


def _day(row: str) -> str:
    return f"DATE_DIFF('day', {_DAY_ZERO}, CAST({row}._event AS DATE))"
