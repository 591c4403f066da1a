"""The same build gives the same bytes: again, on one thread or two, and whatever order the rows lie in."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
import pytest

from riskmodels.features import days, distinct, ever, highest, latest, lowest, mean, nearby, share, spread, total, trend
from riskmodels.features.build import build_features
from tests.borough import CONTRACTS, READ, Homes, Payments
from tests.lakes import lay, open_lake, spine
from tests.property.definitions import case_of
from tests.property.test_features_are_blind_to_the_future import as_bytes

PEOPLE, EVENTS = 400, 260_000
START = np.datetime64("2023-01-01", "us")
AS_OF = ("2023-07-01", "2023-10-01", "2024-01-01")
CASE = case_of(
    [
        latest(Payments, "amount_gbp / items", name="newest", says="Newest"),
        total(Payments, "score", name="scores", says="Scores"),
        total(Payments, "amount_gbp * score", over=days(91), name="both", says="Both"),
        mean(Payments, "score", over=days(28, 91), name="mean_score", says="Mean"),
        mean(Payments, "coalesce(amount_gbp, score)", name="mean_either", says="Mean of either"),
        spread(Payments, "score", name="spread_score", says="Spread"),
        trend(Payments, "score", over=days(91), name="trend_score", says="Trend"),
        highest(Payments, "score", where="kind = 'card'", name="high", says="Highest"),
        lowest(Payments, "score * 0", name="zero", says="Nothing, above and below"),
        distinct(Payments, "items", name="kinds", says="Kinds"),
        share(Payments, "kind = 'card'", over=days(28), name="by_card", says="By card"),
        nearby(Payments, "score", how="mean", within=Homes.area, over=days(28), name="around", says="Around"),
    ],
    outcome=ever(Payments, "score > 900", within=days(28), says="A high score", treated_by=Payments),
)


@pytest.fixture(scope="module")
def events() -> pa.Table:
    """Make a table that two threads share, with many rows of one moment and fractions that do not add up."""
    random = np.random.default_rng(7)
    paid_at = START + random.integers(0, 366 * 24, EVENTS) * np.timedelta64(3600, "s")
    text = pa.array(np.arange(EVENTS)).cast(pa.string())
    return pa.table(
        {
            "payment_id": pc.binary_join_element_wise("p", text, ""),
            "tenancy_id": pa.array([f"t{number}" for number in random.integers(0, PEOPLE, EVENTS)]),
            "paid_at": pa.array(paid_at),
            "kind": pa.array(np.array(["card", "cash", "refund"])[random.integers(0, 3, EVENTS)]),
            "amount_gbp": pa.array(random.integers(-10_000, 10_000, EVENTS) / 100).cast(pa.decimal128(12, 2)),
            "score": pa.array(random.normal(0, 300, EVENTS)),
            "items": pa.array(random.integers(0, 5, EVENTS)),
            "on_time": pa.array(random.integers(0, 2, EVENTS).astype(bool)),
            "due_on": pa.array(paid_at).cast(pa.date32(), safe=False),
            "is_deleted": pa.array(np.zeros(EVENTS, dtype=bool)),
            "loaded_at": pa.array(paid_at + random.integers(0, 72, EVENTS) * np.timedelta64(3600, "s")),
        }
    )


def _lay(folder: Path, events: pa.Table) -> Path:
    homes = [
        {
            "tenancy_id": f"t{number}",
            "area": f"a{number % 20}",
            "tenure": "secure",
            "rent_gbp": 100,
            "started_on": datetime.date(2022, 1, 1),
            "ended_on": None,
            "died_on": None,
            "is_deleted": False,
            "recorded_at": datetime.datetime(2022, 1, 1),
        }
        for number in range(PEOPLE)
    ]
    lay(folder, {extract: homes if extract is Homes else [] for extract in READ})
    for part in range(4):
        rows = events.slice(part * EVENTS // 4, EVENTS // 4)
        pyarrow.parquet.write_table(rows, folder / "payments" / f"part-{part}.parquet", row_group_size=16_384)
    return folder


def test_threads_and_the_order_of_rows_change_no_bit(tmp_path: Path, events: pa.Table) -> None:
    shuffled = events.take(np.random.default_rng(8).permutation(EVENTS))
    asked = spine((f"t{number}", as_of) for number in range(PEOPLE) for as_of in AS_OF)
    built = []
    for name, rows, threads in (("one", events, 1), ("two", events, 2), ("shuffled", shuffled, 2)):
        with open_lake(_lay(tmp_path / name, rows), CONTRACTS, threads=threads) as lake:
            built.append(as_bytes(build_features(CASE, lake, asked)))
            if threads == 2:
                built.append(as_bytes(build_features(CASE, lake, asked)))

    assert 5 == len(built)
    assert all(built[0] == other for other in built[1:])
    assert 1200 == len(asked)


def test_the_whole_table_has_one_digest(tmp_path: Path, events: pa.Table) -> None:
    dates = [datetime.date(2023, 7, 1), datetime.date(2023, 10, 1)]
    digests = set()
    for threads in (1, 2):
        with open_lake(_lay(tmp_path / str(threads), events), CONTRACTS, threads=threads) as lake:
            table = CASE.build(lake, dates, time_travel_sample=50)
            digests.add(table.digest)
            assert table.report.time_travel is not None
            assert table.report.time_travel.passed
            assert table.rows == sum(period.rows for period in table.report.periods)

    assert 1 == len(digests)
