"""The reality of lakes: rows that come late, are corrected, withdrawn or doubled, belong to nobody, or break contracts.

Faults are planted in finished rows. None takes a true row away, but for those that the lake had not received by its
last day. Bad rows are copies with one thing wrong, so that the rows left after quarantine are exactly the true ones.
Every fault is counted in a ledger that is kept beside the lake.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Ints
from riskmodels.lake.demo.clocks import DAY, MINUTE, in_order, known_next_night, late_days
from riskmodels.lake.demo.fault_recipes import BAD_SHARE, RECIPES, TIMINGS, Timing
from riskmodels.lake.demo.journal import Rows

__all__ = ["FaultLedger", "picked", "plant_faults"]

_FAKE_KEY = {"rent_transactions": 900_000_000}
_UNKNOWN_TENANCY = 9_000_000


@dataclass
class FaultLedger:
    """How many rows carry each planted fault, by extract, fault and column."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _spare: int = 0

    def add(self, extract: str, fault: str, column: str, rows: int) -> None:
        """Count rows that carry a fault."""
        if rows:
            self.counts[extract, fault, column] += rows

    def spare_keys(self, extract: str, count: int) -> Ints:
        """Give numbers that no true row of the extract uses."""
        first = _FAKE_KEY.get(extract, 8_000_000) + self._spare
        self._spare += count
        return np.arange(first, first + count, dtype=np.int64)


def picked(rows: Rows, which: Ints | Flags) -> Rows:
    """Give some of the rows."""
    return {name: values[which] for name, values in rows.items()}


def plant_faults(extract: str, rows: Rows, last_moment: int, random: np.random.Generator, ledger: FaultLedger) -> Rows:
    """Give the rows as a lake would hold them on its last day: with their clocks, versions and faults."""
    timing = TIMINGS[extract]
    rows = _with_clock(extract, rows, timing, random, ledger)
    parts = [rows]
    if timing.corrects is not None:
        parts.append(_corrected(extract, rows, timing, timing.corrects, last_moment, random, ledger))
    if extract == "rent_transactions":
        parts.append(_withdrawn(extract, rows, timing, last_moment, random, ledger))
    rows = _joined(parts)
    rows = picked(rows, np.flatnonzero(rows[timing.known] < last_moment))
    parts = [rows, *_bad(extract, rows, timing, random, ledger)]
    if timing.orphans:
        parts.append(_orphans(extract, rows, timing, random, ledger))
    parts.append(_doubled(extract, rows, random, ledger))
    rows = _joined(parts)
    return picked(rows, np.argsort(rows[timing.known], kind="stable"))


def _joined(parts: list[Rows]) -> Rows:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _some(rows: Rows, share: float, random: np.random.Generator) -> Ints:
    """Choose a share of the rows; where that is less than one row, none."""
    count = len(next(iter(rows.values())))
    return np.sort(random.choice(count, size=int(count * share), replace=False)) if count else np.arange(0)


def _with_clock(extract: str, rows: Rows, timing: Timing, random: np.random.Generator, ledger: FaultLedger) -> Rows:
    noted = rows[timing.noted]
    late = late_days(len(noted), timing.late_by_days, timing.late_by_weeks, random)
    ledger.add(extract, "late by weeks", timing.known, int((late >= 7).sum()))
    rows = {name: values for name, values in rows.items() if name not in ("noted_on", "back_dated")}
    rows[timing.known] = known_next_night(noted + late)
    if timing.versions_of:
        shared = np.stack([rows[name] for name in timing.versions_of])
        rows[timing.known] = in_order(rows[timing.known], np.unique(shared, axis=1, return_inverse=True)[1].ravel())
    if extract == "rent_transactions":
        rows["is_deleted"] = np.zeros(len(noted), dtype=np.int64)
    return rows


def _corrected(
    extract: str,
    rows: Rows,
    timing: Timing,
    column: str,
    last_moment: int,
    random: np.random.Generator,
    ledger: FaultLedger,
) -> Rows:
    """Give wrong first versions, and put off the right ones (in place) to a later night."""
    chosen = _some(rows, timing.corrected_share, random)
    later = rows[timing.known][chosen] + random.integers(2, 30, len(chosen)) * DAY
    chosen, later = chosen[later < last_moment], later[later < last_moment]
    wrong = picked(rows, chosen)
    wrong[column] = np.abs(wrong[column]) + random.integers(100, 9000, len(chosen))
    rows[timing.known][chosen] = later
    ledger.add(extract, "corrected later", column, len(chosen))
    return wrong


def _withdrawn(
    extract: str, rows: Rows, timing: Timing, last_moment: int, random: np.random.Generator, ledger: FaultLedger
) -> Rows:
    """Give postings made in error, each with the version that withdraws it."""
    chosen = _some(rows, 0.0015, random)
    later = rows[timing.known][chosen] + random.integers(1, 25, len(chosen)) * DAY
    chosen, later = chosen[later < last_moment], later[later < last_moment]
    error = picked(rows, chosen)
    error["transaction_id"] = ledger.spare_keys(extract, len(chosen))
    withdrawal = {**error, timing.known: later, "is_deleted": np.ones(len(chosen), dtype=np.int64)}
    ledger.add(extract, "withdrawn later", "is_deleted", len(chosen))
    return _joined([error, withdrawal])


def _bad(extract: str, rows: Rows, timing: Timing, random: np.random.Generator, ledger: FaultLedger) -> list[Rows]:
    """Give copies of rows that break the contract in one way each, known a minute after the true ones."""
    recipes = RECIPES.get(extract, ())
    bad = []
    for recipe in recipes:
        copy = picked(rows, _some(rows, BAD_SHARE / len(recipes), random))
        count = len(copy[recipe.column])
        copy[recipe.column] = recipe.spoilt(copy)
        copy[timing.known] = copy[timing.known] + MINUTE
        if timing.key and timing.key != recipe.column:
            copy[timing.key] = ledger.spare_keys(extract, count)
        ledger.add(extract, recipe.fault, recipe.column, count)
        bad.append(copy)
    return bad


def _orphans(extract: str, rows: Rows, timing: Timing, random: np.random.Generator, ledger: FaultLedger) -> Rows:
    """Give copies of rows for tenancies that no register knows."""
    orphans = picked(rows, _some(rows, 0.0008, random))
    count = len(orphans["tenancy_id"])
    orphans["tenancy_id"] = _UNKNOWN_TENANCY + random.integers(0, 1000, count)
    if timing.key:
        orphans[timing.key] = ledger.spare_keys(extract, count)
    ledger.add(extract, "orphan", "tenancy_id", count)
    return orphans


def _doubled(extract: str, rows: Rows, random: np.random.Generator, ledger: FaultLedger) -> Rows:
    chosen = _some(rows, 0.0007, random)
    ledger.add(extract, "exact duplicate", "", len(chosen))
    return picked(rows, chosen)
