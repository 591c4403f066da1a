"""When the lake came to know of each row, and the faults that are planted: late, corrected, doubled and bad rows.

Bad rows are copies with one thing wrong and a reference of their own, so that what is left after quarantine is true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Ints
from riskmodels.lake.demo.clocks import DAY, MINUTE, in_order, known_next_night, late_days
from riskmodels.lake.demo.faults import FaultLedger, picked
from riskmodels.lake.demo.forms import Codes
from riskmodels.lake.demo.journal import Rows
from riskmodels.lake.demo.property.forms import EXTRACTS

__all__ = ["flawed"]

_BAD_SHARE, _CORRECTED, _DOUBLED = 0.004, 0.004, 0.0007
_THIRTEEN_DIGITS = 9_000_000_000_000


@dataclass(frozen=True)
class _Timing:
    """How rows of an extract reach the lake: what names one, how late they come, what is corrected, what is bad."""

    key: str | None
    late_by_days: float = 0.02
    late_by_weeks: float = 0.006
    versions_of: tuple[str, ...] = ()
    corrects: str | None = None
    bad: tuple[tuple[str, str, str], ...] = ()


_TOO_LONG, _NO_CODE, _BACKWARDS, _BELOW = (
    "13 digits",
    "not in the code list",
    "ends before it starts",
    "below the least",
)

_TIMINGS = {
    "land_properties": _Timing(
        "uprn",
        versions_of=("uprn",),
        bad=((_TOO_LONG, "uprn", ""), (_NO_CODE, "dwelling_class", ""), (_BACKWARDS, "end_date", "start_date")),
    ),
    "social_homes": _Timing(None, 0.0, 0.02, ("uprn", "let_from"), bad=((_NO_CODE, "landlord", ""),)),
    "council_tax_bands": _Timing(None, bad=((_NO_CODE, "band", ""),)),
    "council_tax_liabilities": _Timing(
        "liability_id",
        0.04,
        0.02,
        ("liability_id",),
        bad=((_NO_CODE, "discount", ""), (_BACKWARDS, "liable_until", "liable_from"), (_TOO_LONG, "uprn", "")),
    ),
    "energy_certificates": _Timing(
        "LMK_KEY",
        corrects="TOTAL_FLOOR_AREA",
        bad=((_TOO_LONG, "UPRN", ""), (_NO_CODE, "TENURE", ""), (_BELOW, "TOTAL_FLOOR_AREA", "")),
    ),
    "licences": _Timing(
        "licence_id",
        0.03,
        0.01,
        ("licence_id",),
        bad=((_TOO_LONG, "uprn", ""), (_NO_CODE, "status", ""), (_BACKWARDS, "expires_on", "issued_on")),
    ),
    "exemption_notices": _Timing("notice_id"),
    "designations": _Timing(None, 0.0, 0.0),
    "complaints": _Timing(
        "complaint_id", 0.05, 0.015, corrects="kind", bad=((_TOO_LONG, "uprn", ""), (_NO_CODE, "kind", ""))
    ),
    "benefit_claims": _Timing(
        "claim_id", 0.05, 0.02, ("claim_id",), bad=((_NO_CODE, "kind", ""), (_BACKWARDS, "ended_on", "started_on"))
    ),
    "planning_applications": _Timing("application_id", versions_of=("application_id",), bad=((_NO_CODE, "kind", ""),)),
    "inspections": _Timing(
        "inspection_id", 0.05, 0.01, corrects="outcome", bad=((_TOO_LONG, "uprn", ""), (_NO_CODE, "outcome", ""))
    ),
    "exclusions": _Timing(None, 0.0, 0.0),
}


def flawed(extract: str, rows: Rows, last_moment: int, random: np.random.Generator, ledger: FaultLedger) -> Rows:
    """Give the rows as the lake holds them on its last day: with their clocks, versions and faults."""
    timing = _TIMINGS[extract]
    late = late_days(len(rows["noted_on"]), timing.late_by_days, timing.late_by_weeks, random)
    ledger.add(extract, "late by weeks", "recorded_at", int((late >= 7).sum()))
    rows = {**rows, "recorded_at": known_next_night(rows["noted_on"] + late)}
    del rows["noted_on"]
    if timing.versions_of:
        shared = np.stack([rows[name] for name in timing.versions_of])
        rows["recorded_at"] = in_order(rows["recorded_at"], np.unique(shared, axis=1, return_inverse=True)[1].ravel())
    parts = [rows, _corrected(extract, rows, timing, last_moment, random, ledger)] if timing.corrects else [rows]
    rows = _joined(parts)
    rows = picked(rows, np.flatnonzero(rows["recorded_at"] < last_moment))
    parts = [rows, *(_bad(extract, rows, timing, bad, random, ledger) for bad in timing.bad)]
    doubled = _some(rows, _DOUBLED, random)
    ledger.add(extract, "exact duplicate", "", len(doubled))
    rows = _joined([*parts, picked(rows, doubled)])
    return picked(rows, np.argsort(rows["recorded_at"], kind="stable"))


def _joined(parts: list[Rows]) -> Rows:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _some(rows: Rows, share: float, random: np.random.Generator) -> Ints:
    count = len(next(iter(rows.values())))
    return np.sort(random.choice(count, size=int(count * share), replace=False)) if count else np.arange(0)


def _corrected(
    extract: str, rows: Rows, timing: _Timing, last_moment: int, random: np.random.Generator, ledger: FaultLedger
) -> Rows:
    """Give wrong first versions, and put off the right ones (in place) to a later night."""
    column = timing.corrects or ""
    chosen = _some(rows, _CORRECTED, random)
    later = rows["recorded_at"][chosen] + random.integers(2, 30, len(chosen)) * DAY
    chosen, later = chosen[later < last_moment], later[later < last_moment]
    wrong = picked(rows, chosen)
    form = EXTRACTS[extract][column]
    if isinstance(form, Codes):
        wrong[column] = (wrong[column] + 1) % len(form.values)
    else:
        wrong[column] = wrong[column] * 2
    rows["recorded_at"][chosen] = later
    ledger.add(extract, "corrected later", column, len(chosen))
    return wrong


def _bad(
    extract: str,
    rows: Rows,
    timing: _Timing,
    bad: tuple[str, str, str],
    random: np.random.Generator,
    ledger: FaultLedger,
) -> Rows:
    """Give copies of rows that break the contract in one way, known a minute after the true ones."""
    fault, column, other = bad
    copy = picked(rows, _some(rows, _BAD_SHARE / len(timing.bad), random))
    spoil: dict[str, Callable[[], Ints]] = {
        _TOO_LONG: lambda: copy[column] % 1_000_000_000_000 + _THIRTEEN_DIGITS,
        _NO_CODE: lambda: np.full(len(copy[column]), len(_codes(extract, column)), dtype=np.int64),
        _BACKWARDS: lambda: copy[other] - 30,
        _BELOW: lambda: np.full(len(copy[column]), -1_000_000, dtype=np.int64),
    }
    if fault == _BACKWARDS:
        copy = picked(copy, np.flatnonzero(copy[other] > np.iinfo(np.int64).min))
    copy[column] = spoil[fault]()
    copy["recorded_at"] = copy["recorded_at"] + MINUTE
    if timing.key and timing.key not in (column, "uprn"):
        copy[timing.key] = ledger.spare_keys(extract, len(copy[column]))
    ledger.add(extract, fault, column, len(copy[column]))
    return copy


def _codes(extract: str, column: str) -> tuple[str, ...]:
    form = EXTRACTS[extract][column]
    return form.values if isinstance(form, Codes) else ()
