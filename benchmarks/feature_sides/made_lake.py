"""The lake that the features benchmark makes for itself: tenancies and their payments, with late and corrected rows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from riskmodels.lake import Day, Extract, Moment, Money, Source, Text, column, events, key

__all__ = ["KINDS", "Payments", "Size", "Tenancies", "as_of_dates", "make_lake"]

FIRST, END = datetime.date(2020, 1, 1), datetime.date(2025, 1, 1)
KINDS = ("charge", "payment", "benefit", "refund")
_SHARES = (0.5, 0.38, 0.1, 0.02)
_CORRECTED = 0.02  # share of rows that get a second version
_ROWS_A_FILE = 500_000
_SECONDS_A_DAY = 86_400
_SECOND = 1_000_000  # microseconds

_MADE_UP = Source(
    name="Made-up rent accounts",
    owner="Nobody",
    system="Benchmark",
    lawful_basis="Not personal data",
    gateway="None",
    purposes=("early_intervention",),
    retention="Deleted when the benchmark ends",
)


class Tenancies(
    Extract,
    source=_MADE_UP,
    folder="tenancies",
    row=("tenancy_id",),
    history=events("started_on", known_after="0 days"),
):
    """Each tenancy, once."""

    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    started_on: Day = column("Day the tenancy began")


class Payments(
    Extract,
    source=_MADE_UP,
    folder="payments",
    row=("payment_id",),
    history=events("happened_at", known_time="recorded_at"),
):
    """What was charged and paid. A corrected row comes again, with a later ``recorded_at``."""

    payment_id: Text = key("payment", "Reference of the posting")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    happened_at: Moment = column("When it was posted")
    recorded_at: Moment = column("When the lake received this version of the row")
    kind: Text = column("What it was", values=KINDS)
    amount_gbp: Money = column("Amount", unit="GBP", ge=0)


@dataclass(frozen=True)
class Size:
    """How large a lake is: tenancies, as-of dates a month apart, and rows of payments with every version counted."""

    tenancies: int
    dates: int
    events: int

    @property
    def spine_rows(self) -> int:
        """Count the rows of features asked for."""
        return self.tenancies * self.dates

    def part(self, share: float) -> Size:
        """Give the size with a share of the tenancies, and of their events."""
        return Size(max(1, round(self.tenancies * share)), self.dates, max(1, round(self.events * share)))


def as_of_dates(dates: int) -> list[datetime.date]:
    """List the as-of dates: the first of each month up to December 2024."""
    months = range(2025 * 12 - dates, 2025 * 12)
    return [datetime.date(month // 12, month % 12 + 1, 1) for month in months]


def make_lake(folder: Path, size: Size, *, seed: int = 20_261_122) -> None:
    """Write the lake as Parquet: one folder an extract, payments in files of half a million rows in order of time."""
    for extract in (Tenancies, Payments):
        (folder / extract.folder()).mkdir(parents=True, exist_ok=True)
    names = pa.array([_tenancy(number) for number in range(size.tenancies)])
    started = pa.array([FIRST] * size.tenancies, pa.date32())
    pq.write_table(pa.table({"tenancy_id": names, "started_on": started}), folder / "tenancies" / "part-0.parquet")
    files = -(-size.events // _ROWS_A_FILE)
    for number in range(files):
        rows = size.events // files + (1 if number < size.events % files else 0)
        place = (number / files, (number + 1) / files)
        table = _payments(np.random.default_rng([seed, number]), names, rows, first=number * _ROWS_A_FILE, place=place)
        pq.write_table(table, folder / "payments" / f"part-{number:04d}.parquet")


def _tenancy(number: int) -> str:
    return f"T{number:07d}"


def _payments(
    chance: np.random.Generator, names: pa.Array, rows: int, *, first: int, place: tuple[float, float]
) -> pa.Table:
    """Make one file: rows that happened in one stretch of the years, a few of them with a later, corrected version."""
    corrections = round(rows * _CORRECTED / (1 + _CORRECTED))
    once = rows - corrections
    begin = np.datetime64(FIRST, "us").astype(np.int64)
    span = (END - FIRST).days * _SECONDS_A_DAY
    seconds = np.sort(chance.integers(int(place[0] * span), max(int(place[1] * span), 1), once))
    happened = begin + seconds * _SECOND
    recorded = happened + _delay(chance, once)
    again = chance.choice(once, corrections, replace=False)
    picked = np.concatenate([np.arange(once), again])
    later = chance.integers(1, 200 * _SECONDS_A_DAY, corrections) * _SECOND
    amount = np.concatenate([_amounts(chance, once), _amounts(chance, corrections)])
    kinds = chance.choice(len(KINDS), once, p=_SHARES)[picked]
    return pa.table(
        {
            "payment_id": pa.array(np.char.mod("P%09d", first + picked)),
            "tenancy_id": names.take(pa.array(chance.integers(0, len(names), once)[picked])),
            "happened_at": pa.array(happened[picked], pa.timestamp("us")),
            "recorded_at": pa.array(np.concatenate([recorded, recorded[again] + later]), pa.timestamp("us")),
            "kind": pa.DictionaryArray.from_arrays(pa.array(kinds, pa.int32()), pa.array(KINDS)).cast(pa.string()),
            "amount_gbp": _pounds(amount),
        }
    )


def _delay(chance: np.random.Generator, rows: int) -> npt.NDArray[np.int64]:
    """Draw how long after a row happened the lake knew: a day mostly, weeks for some, months for a few."""
    most = chance.choice([1, 30, 120], rows, p=[0.9, 0.08, 0.02]) * _SECONDS_A_DAY
    seconds: npt.NDArray[np.int64] = (chance.random(rows) * most).astype(np.int64)
    return seconds * _SECOND


def _amounts(chance: np.random.Generator, rows: int) -> npt.NDArray[np.int64]:
    pence: npt.NDArray[np.int64] = np.exp(chance.normal(9.2, 0.6, rows)).clip(1, 500_000).astype(np.int64)
    return pence


def _pounds(pence: npt.NDArray[np.int64]) -> pa.Array:
    """Turn whole pence, none below zero, into DECIMAL(12,2) without a detour through text."""
    words = np.zeros((len(pence), 2), dtype=np.int64)
    words[:, 0] = pence
    return pa.Decimal128Array.from_buffers(pa.decimal128(12, 2), len(pence), [None, pa.py_buffer(words.tobytes())])
