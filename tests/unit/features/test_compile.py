"""Rows and dates are paired in two ways, in sums or one by one; which one is taken must not show."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from riskmodels.features import (
    attribute,
    count,
    days,
    days_since,
    distinct,
    ever,
    highest,
    latest,
    lowest,
    mean,
    share,
    spread,
    total,
    trend,
    weeks,
)
from riskmodels.features.build import build_features
from riskmodels.features.compile import DateRange, feature_queries
from riskmodels.lake import Lake
from tests.borough import Balances, Payments, Places
from tests.lakes import spine
from tests.spec.rulebook import NAMES, Rulebook, case_of

CASE = case_of(
    latest(Payments, "amount_gbp", name="newest", says="Newest"),
    attribute(Payments, "kind", name="kind", says="Kind", where="amount_gbp > 20"),
    days_since(Payments, name="since", says="Days since"),
    count(Payments, over=weeks(1, 4), name="seen", says="Seen in {over}"),
    total(Payments, "amount_gbp", where="kind = 'card'", name="paid", says="Paid"),
    mean(Payments, "score", over=weeks(4), name="score", says="Score"),
    lowest(Payments, "amount_gbp", over=weeks(4), name="least", says="Least"),
    highest(Payments, "amount_gbp / items", name="most", says="Most"),
    spread(Payments, "amount_gbp", over=weeks(13), name="spread_paid", says="Spread"),
    trend(Payments, "amount_gbp", over=weeks(13), name="climb", says="Climb"),
    distinct(Payments, "kind", over=weeks(13), name="kinds", says="Kinds"),
    distinct(Payments, "items", over=weeks(13), name="sizes", says="Sizes"),
    ever(Payments, "due_on < as_of", over=weeks(4), name="late", says="Late"),
    share(Payments, "on_time", over=days(40), name="on_time", says="On time"),
    latest(Balances, "balance_gbp", name="owed", says="Owed"),
    latest(Places, "decile", name="decile", says="Deprivation"),
)
PAYMENTS = """
    | payment_id | tenancy_id | paid_at             | loaded_at           | kind | amount_gbp | items | due_on     |
    | p1         | t1         | 2023-12-10          | 2023-12-11          | card | 10         | 2     | 2023-12-01 |
    | p2         | t1         | 2024-01-04          | 2024-01-05          | card | 30.50      | 1     | 2024-02-20 |
    | p2         | t1         | 2024-01-04          | 2024-02-01          | cash | 40         | 3     | 2024-02-20 |
    | p3         | t1         | 2024-01-25          | 2024-02-15          | cash | 7          | 0     |            |
    | p4         | t1         | 2024-02-01          | 2024-02-01          | card | 99         | 4     | 2024-01-01 |
    | p5         | t2         | 2024-01-31 23:59:59 | 2024-01-31 23:59:59 | card | 60         | 1     | 2024-01-01 |
    | p6         | t2         | 2024-02-20          | 2024-03-30          | cash | 15         | 1     | 2024-03-01 |
    | p6         | t2         | 2024-02-20          | 2024-06-01          | card | 16         | 1     | 2024-03-01 |
"""
DATES = ("2023-11-01", "2023-12-31", "2024-02-01", "2024-02-02", "2024-03-01", "2024-04-01")


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with Rulebook(tmp_path).lake(payments=PAYMENTS) as opened:
        yield opened


def _computed(lake: Lake, asked: pa.Table, within: DateRange) -> list[dict[str, object]]:
    lake.put("spine", asked)
    queries = feature_queries(CASE, CASE.features, spine="spine", prefix="f", within=within)
    for query in queries:
        for extract in query.extracts:
            lake.prepare(extract)
        lake.execute(f"CREATE OR REPLACE TEMP TABLE {query.table} AS {query.sql}")
    return lake.query(f"SELECT * FROM {queries[-1].table} ORDER BY as_of, entity").to_pylist()


def test_sums_of_rows_give_what_pairs_of_rows_and_dates_give(lake: Lake) -> None:
    asked = spine((name, day) for name in NAMES.values() for day in DATES)
    first, last = (datetime.datetime.fromisoformat(day) for day in (DATES[0], DATES[-1]))
    in_sums = _computed(lake, asked, DateRange.between(first, last, at_midnight=True))
    one_by_one = _computed(lake, asked, DateRange.between(first, last, at_midnight=False))

    assert one_by_one == in_sums
    assert any(row["kinds"] == 2 for row in in_sums)


def test_a_moment_within_a_day_sees_what_came_before_it_that_day(lake: Lake) -> None:
    asked = spine([("t2", "2024-01-31 23:59:59"), ("t2", "2024-01-31 23:59:59.000001"), ("t2", "2024-02-01")])
    built = build_features(CASE, lake, asked)

    assert [0.0, 1.0, 1.0] == built["seen_1w"].tolist()
    assert [0.0, 60.0, 60.0] == built["paid"].tolist()


def test_the_sql_that_is_shown_has_placeholders_for_the_dates_of_a_spine() -> None:
    shown = CASE.features.sql()

    assert "$first_date" in shown
    assert "$last_date" in shown
