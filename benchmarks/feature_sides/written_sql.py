"""The same features as a good analyst would write them by hand in DuckDB's SQL: both clocks and row versions included.

Everything that looks back a year or less shares one join, so that it need not pair dates with the whole past; what
looks back over everything has another. The newest row is found with ``arg_max``; means and slopes are the engine's.
"""

from __future__ import annotations

import duckdb
import pandas as pd
import pyarrow as pa

__all__ = ["ROWS_FROM_FILES", "ROWS_FROM_LAKE", "WrittenSql"]

# The rows as the lake prepared them: the span in which each version holds is already worked out.
ROWS_FROM_LAKE = """
SELECT tenancy_id, kind, amount_gbp, _event AS happened_at, _visible_from AS visible_from,
    _superseded_from AS superseded_from, _order AS place
FROM payments
"""

# The rows as delivered: a version holds from when it was known until the next version of the same payment was.
ROWS_FROM_FILES = """
SELECT tenancy_id, kind, amount_gbp, happened_at, greatest(happened_at, recorded_at) AS visible_from,
    min(greatest(happened_at, recorded_at)) OVER (
        PARTITION BY payment_id ORDER BY recorded_at ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS superseded_from,
    row_number() OVER (ORDER BY happened_at, recorded_at, payment_id) AS place
FROM read_parquet('{folder}/*.parquet')
"""

_VISIBLE = """p.tenancy_id = s.entity AND p.visible_from < s.as_of
        AND (p.superseded_from IS NULL OR p.superseded_from >= s.as_of)"""


def _recent(aggregate: str, days: int, condition: str | None = None) -> str:
    also = f"{condition} AND " if condition else ""
    return f"{aggregate} FILTER ({also}p.happened_at >= s.as_of - INTERVAL {days} DAY)"


_PAID, _CHARGED = "p.kind = 'payment'", "p.kind = 'charge'"
_DAY = "date_diff('day', DATE '2000-01-01', p.happened_at::DATE)"

_FEATURES = f"""
WITH past AS (
    SELECT s.entity, s.as_of, arg_max(p.amount_gbp, p.place) AS latest_amount, arg_max(p.kind, p.place) AS latest_kind,
        max(p.happened_at) FILTER ({_PAID}) AS last_payment
    FROM spine AS s JOIN rows AS p ON {_VISIBLE}
    GROUP BY s.entity, s.as_of
), recent AS (
    SELECT s.entity, s.as_of,
        {_recent("count(*)", 28, _PAID)} AS payments_4w,
        {_recent("count(*)", 91, _PAID)} AS payments_13w,
        {_recent("count(*)", 182, _PAID)} AS payments_26w,
        {_recent("sum(p.amount_gbp)", 28, _PAID)} AS paid_4w,
        {_recent("sum(p.amount_gbp)", 91, _PAID)} AS paid_13w,
        {_recent("sum(p.amount_gbp)", 182, _PAID)} AS paid_26w,
        {_recent("sum(p.amount_gbp)", 28, _CHARGED)} AS charged_4w,
        {_recent("sum(p.amount_gbp)", 91, _CHARGED)} AS charged_13w,
        {_recent("sum(p.amount_gbp)", 182, _CHARGED)} AS charged_26w,
        {_recent("avg(p.amount_gbp)", 91, _PAID)} AS mean_paid_13w,
        {_recent("avg(p.amount_gbp)", 182, _PAID)} AS mean_paid_26w,
        {_recent("max(p.amount_gbp)", 182)} AS highest,
        {_recent("min(p.amount_gbp)", 182)} AS lowest,
        {_recent("stddev_samp(p.amount_gbp)", 182, _PAID)} AS spread,
        7 * {_recent(f"regr_slope(p.amount_gbp, {_DAY})", 182, _PAID)} AS trend,
        {_recent("count(DISTINCT p.kind)", 91)} AS kinds,
        bool_or(p.kind = 'refund') AS refunded,
        {_recent("avg((p.kind = 'benefit')::INTEGER)", 182)} AS benefit_share
    FROM spine AS s JOIN rows AS p ON {_VISIBLE} AND p.happened_at >= s.as_of - INTERVAL 364 DAY
    GROUP BY s.entity, s.as_of
)
SELECT s.entity, s.as_of, latest_amount::DOUBLE AS latest_amount, latest_kind,
    date_diff('day', last_payment::DATE, s.as_of::DATE)::DOUBLE AS since_payment,
    coalesce(payments_4w, 0)::DOUBLE AS payments_4w, coalesce(payments_13w, 0)::DOUBLE AS payments_13w,
    coalesce(payments_26w, 0)::DOUBLE AS payments_26w, coalesce(paid_4w, 0)::DOUBLE AS paid_4w,
    coalesce(paid_13w, 0)::DOUBLE AS paid_13w, coalesce(paid_26w, 0)::DOUBLE AS paid_26w,
    coalesce(charged_4w, 0)::DOUBLE AS charged_4w, coalesce(charged_13w, 0)::DOUBLE AS charged_13w,
    coalesce(charged_26w, 0)::DOUBLE AS charged_26w, mean_paid_13w, mean_paid_26w, highest::DOUBLE AS highest,
    lowest::DOUBLE AS lowest, spread, trend, coalesce(kinds, 0)::DOUBLE AS kinds,
    coalesce(refunded, false)::DOUBLE AS refunded, benefit_share,
    coalesce(paid_13w, 0)::DOUBLE / nullif(charged_13w, 0)::DOUBLE AS paid_share
FROM spine AS s LEFT JOIN past USING (entity, as_of) LEFT JOIN recent USING (entity, as_of)
ORDER BY s.as_of, s.entity
"""


class WrittenSql:
    """A DuckDB database of its own, with the same settings as the lake's."""

    def __init__(self, *, threads: int | None, memory_gb: float, spill: str) -> None:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{int(memory_gb * 1024)}MiB",
            "temp_directory": spill,
            "preserve_insertion_order": False,
        }
        if threads is not None:
            settings["threads"] = threads
        self._connection = duckdb.connect(":memory:", config=settings)
        self._connection.execute("SET enable_progress_bar = false")

    def take_rows(self, rows: str, payments: pa.Table | None = None) -> None:
        """Make the table of rows from a query; ``payments`` is what it may read besides files."""
        if payments is not None:
            self._connection.register("payments", payments)
        self._connection.execute(f"CREATE OR REPLACE TABLE rows AS {rows}")
        if payments is not None:
            self._connection.unregister("payments")

    def features(self, spine: pa.Table) -> pd.DataFrame:
        """Compute the features for each row of the spine, sorted by as_of and entity."""
        self._connection.register("handed_over", spine)
        self._connection.execute("CREATE OR REPLACE TABLE spine AS FROM handed_over")
        self._connection.unregister("handed_over")
        made: pd.DataFrame = self._connection.sql(_FEATURES).df()
        return made

    def close(self) -> None:
        """Close the database."""
        self._connection.close()
