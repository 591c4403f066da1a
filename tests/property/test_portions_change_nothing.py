"""A build in portions gives the same bytes as a build in one piece, whatever the lake holds and whatever is asked."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.features import count, latest, mean, nearby, spread, trend
from riskmodels.features.build import build_features
from riskmodels.features.portions import rows_that_fit
from riskmodels.lake import Extract, Lake
from tests.borough import CONTRACTS, Homes, Payments, Places
from tests.lakes import SECRET, Row, lay, open_lake, pseudonym, spine
from tests.property.definitions import case_of, said
from tests.property.oracle import Asked
from tests.property.random_lakes import ANYONE, AS_OF, features, lakes, searching
from tests.property.test_features_are_blind_to_the_future import as_bytes

spines = st.lists(st.tuples(st.sampled_from(ANYONE), st.sampled_from(AS_OF)), min_size=1, max_size=12, unique=True)
EVERYONE = tuple(f"t{number}" for number in range(1, 61))
DATES = (datetime.date(2024, 3, 1), datetime.date(2024, 4, 1))
CASE = case_of([
    count(Payments, where="kind = 'card'", name="by_card", says="Payments by card"),
    mean(Payments, "score", name="score", says="Mean score"),
    spread(Payments, "score", name="spread", says="Spread of the score"),
    trend(Payments, "score", name="trend", says="Trend of the score"),
    latest(Payments, "coalesce(amount_gbp, 0) + score", name="newest", says="Newest"),
    latest(Places, "decile", name="decile", says="Deprivation"),
    nearby(Payments, "score", how="mean", within=Homes.area, name="around", says="Around"),
])  # fmt: skip


@searching(40)
@given(rows=lakes(), asked=features(), pairs=spines)
def test_any_lake_in_portions_of_any_size(
    rows: Mapping[type[Extract], list[Row]], asked: list[Asked], pairs: list[tuple[str, datetime.date]]
) -> None:
    case = case_of([said(each) for each in asked])
    with tempfile.TemporaryDirectory() as folder:
        lay(Path(folder), {extract: rows[extract] for extract in case.extracts()})
        with open_lake(Path(folder), CONTRACTS) as lake:
            built = [as_bytes(build_features(case, lake, spine(pairs), rows_at_once=n)) for n in (1_000, 5, 1)]

    assert built[0] == built[1]
    assert built[0] == built[2]


@pytest.fixture
def borough(tmp_path: Path) -> Path:
    """Lay a lake of sixty tenancies in four areas, each with ten scores that do not add up evenly."""
    started = datetime.date(2023, 1, 1)
    homes = [
        {
            "tenancy_id": name,
            "area": f"a{place % 4}",
            "tenure": "secure",
            "rent_gbp": 100,
            "started_on": started,
            "is_deleted": False,
            "recorded_at": datetime.datetime(2023, 1, 1),
        }
        for place, name in enumerate(EVERYONE)
    ]
    payments = [
        {
            "payment_id": f"p{place}-{number}",
            "tenancy_id": name,
            "paid_at": (when := datetime.datetime(2024, 1, 1) + datetime.timedelta(days=9 * number, hours=place % 7)),
            "kind": ("card", "cash")[(place + number) % 2],
            "score": (place * 37 + number * 11) / 30,
            "is_deleted": False,
            "loaded_at": when + datetime.timedelta(days=place % 3),
        }
        for place, name in enumerate(EVERYONE)
        for number in range(10)
    ]
    places = [{"area": "a1", "edition": "2025", "decile": 3, "published_on": datetime.date(2024, 1, 1)}]
    lay(tmp_path, {extract: [] for extract in CASE.extracts()} | {Homes: homes, Payments: payments, Places: places})
    return tmp_path


def _statements(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Listen to what the lake is told to do; it still does it."""
    heard: list[str] = []
    tell = lake.execute

    def listen(sql: str) -> None:
        heard.append(sql)
        tell(sql)

    monkeypatch.setattr(lake, "execute", listen)
    return heard


def test_one_three_or_seven_portions_are_one_answer(borough: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = spine((name, date) for name in EVERYONE for date in DATES)
    frames: list[pd.DataFrame] = []
    with open_lake(borough, CONTRACTS) as lake:
        heard = _statements(lake, monkeypatch)
        # 600 payments; what they say of the tenancy, and of its neighbours, are two queries.
        for rows_at_once, portions in ((600, 0), (300, 2), (200, 3), (86, 7)):
            heard.clear()
            frames.append(build_features(CASE, lake, asked, rows_at_once=rows_at_once))
            read = [sql for sql in heard if "_portion_rows AS SELECT" in sql and "FROM payments AS r" in sql]
            assert 2 * portions == len(read)

    assert all(as_bytes(frames[0]) == as_bytes(frame) for frame in frames[1:])
    assert frames[0]["spread"].notna().all()
    assert frames[0]["around"].notna().all()


def test_a_key_without_rows_and_a_spine_out_of_order_are_answered(borough: Path) -> None:
    asked = spine([("nobody", DATES[1]), ("t7", DATES[0]), ("t3", DATES[1])])
    with open_lake(borough, CONTRACTS) as lake:
        whole, parts = (build_features(CASE, lake, asked, rows_at_once=n) for n in (10_000, 1))

    assert as_bytes(whole) == as_bytes(parts)
    assert {pseudonym(name) for name in ("nobody", "t7", "t3")} == set(parts["entity"])
    assert 3 == len(parts)


@pytest.mark.parametrize(("memory_gb", "rows"), [(4.0, 240_000_000), (0.5, 30_000_000), (2000.0, 120_000_000_000)])
def test_more_memory_lets_a_query_work_on_more_rows(borough: Path, memory_gb: float, rows: int) -> None:
    with Lake.open(borough, CONTRACTS, pseudonym_key=SECRET, memory_gb=memory_gb) as lake:
        assert rows == pytest.approx(rows_that_fit(lake), rel=0.03)


def test_nothing_asked_in_portions_is_nothing_answered(borough: Path) -> None:
    nothing: pa.Table = spine([])
    with open_lake(borough, CONTRACTS) as lake:
        assert 0 == len(build_features(CASE, lake, nothing, rows_at_once=1))
