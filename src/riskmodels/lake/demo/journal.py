"""What the simulation writes down, extract by extract, as columns of whole numbers; text comes only when saved."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Ints

__all__ = ["NULL", "Journal", "Rows"]

# Stands for an empty cell in any column.
NULL = int(np.iinfo(np.int64).min)

Rows = dict[str, Ints]


@dataclass
class Journal:
    """Rows noted so far, by extract, and the running numbers that name them."""

    _pages: dict[str, list[Rows]] = field(default_factory=lambda: defaultdict(list))
    _last: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def numbers(self, kind: str, count: int) -> Ints:
        """Give the next numbers of a kind of key, each once."""
        first = self._last[kind] + 1
        self._last[kind] += count
        return np.arange(first, first + count, dtype=np.int64)

    def note(self, extract: str, **columns: Ints | int | Flags) -> None:
        """Write rows down; single numbers are repeated for every row."""
        length = max((len(values) for values in columns.values() if isinstance(values, np.ndarray)), default=1)
        if length == 0:
            return
        page = {name: np.broadcast_to(np.asarray(values, dtype=np.int64), length) for name, values in columns.items()}
        self._pages[extract].append(page)

    def take(self, extract: str) -> Rows:
        """Give all the rows of an extract, and forget them."""
        pages = self._pages.pop(extract, [])
        if not pages:
            return {}
        return {name: np.concatenate([page[name] for page in pages]) for name in pages[0]}

    def put_back(self, extract: str, rows: Rows) -> None:
        """Hold rows for later, before any noted from now on."""
        if rows:
            self._pages[extract].insert(0, rows)
