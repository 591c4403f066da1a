"""The same features with Featuretools, as a script for an interpreter that has it: rows and spine in, seconds out.

Featuretools has one clock and no row versions: its time index is the moment a row became visible, so windows count from
there, and a replaced version is left out altogether. That is less work than ours, not more. Results are not compared.

Usage: python with_featuretools.py ROWS.parquet SPINE.parquet TENANCIES [TENANCIES ...]
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import featuretools as ft  # type: ignore[import-not-found]
import pandas as pd
from featuretools.primitives import Any as AnyTrue  # type: ignore[import-not-found]
from featuretools.primitives import (
    Count,
    Last,
    Max,
    Mean,
    Min,
    NumUnique,
    PercentTrue,
    Std,
    Sum,
    TimeSinceLast,
    Trend,
)


def entity_set(rows: pd.DataFrame) -> Any:
    """Hand the rows over to Featuretools, typed so that nothing is guessed."""
    es = ft.EntitySet("benchmark")
    rows = rows.assign(is_refund=rows["kind"] == "refund", is_benefit=rows["kind"] == "benefit")
    types = {"kind": "Categorical", "amount_gbp": "Double", "is_refund": "Boolean", "is_benefit": "Boolean"}
    es.add_dataframe(
        dataframe_name="payments", dataframe=rows, index="place", time_index="visible_from", logical_types=types
    )
    tenancies = pd.DataFrame({"entity": rows["entity"].unique()})
    es.add_dataframe(dataframe_name="tenancies", dataframe=tenancies, index="entity")
    es.add_relationship("tenancies", "entity", "payments", "entity")
    return es


def definitions(es: Any) -> list[Any]:
    """Define the 22 features."""
    column = {name: ft.Feature(es["payments"].ww[name]) for name in es["payments"].ww.columns}
    paid, charged = column["kind"] == "payment", column["kind"] == "charge"

    def over(base: Any, primitive: Any, days: int | None = None, where: Any = None) -> Any:
        back = None if days is None else f"{days} days"
        return ft.Feature(base, parent_dataframe_name="tenancies", primitive=primitive, use_previous=back, where=where)

    amount, place = column["amount_gbp"], column["place"]
    paid_in = {days: over(amount, Sum, days, paid) for days in (28, 91, 182)}
    charged_in = {days: over(amount, Sum, days, charged) for days in (28, 91, 182)}
    return [
        over(amount, Last),
        over(column["kind"], Last),
        over(column["visible_from"], TimeSinceLast, where=paid),
        *(over(place, Count, days, paid) for days in (28, 91, 182)),
        *paid_in.values(),
        *charged_in.values(),
        over(amount, Mean, 91, paid),
        over(amount, Mean, 182, paid),
        over(amount, Max, 182),
        over(amount, Min, 182),
        over(amount, Std, 182, paid),
        over([amount, column["visible_from"]], Trend, 182, paid),
        over(column["kind"], NumUnique, 91),
        over(column["is_refund"], AnyTrue, 364),
        over(column["is_benefit"], PercentTrue, 182),
        paid_in[91] / charged_in[91],
    ]


def main() -> None:
    """Time each number of tenancies asked for, and print JSON."""
    rows, spine = pd.read_parquet(sys.argv[1]), pd.read_parquet(sys.argv[2])
    entities = rows["entity"].drop_duplicates()
    seconds = {}
    for number in (int(text) for text in sys.argv[3:]):
        part = set(entities.iloc[:number])
        es = entity_set(rows[rows["entity"].isin(part)].reset_index(drop=True))
        cutoffs = spine[spine["entity"].isin(part)].rename(columns={"entity": "instance_id", "as_of": "time"})
        wanted = definitions(es)
        start = time.perf_counter()
        matrix = ft.calculate_feature_matrix(
            wanted, es, cutoff_time=cutoffs.reset_index(drop=True), include_cutoff_time=False
        )
        seconds[number] = time.perf_counter() - start
        if len(matrix) != len(cutoffs):
            raise SystemExit(f"{len(matrix)} rows came back for {len(cutoffs)}")
    print(json.dumps({"version": ft.__version__, "features": len(wanted), "seconds": seconds}))


if __name__ == "__main__":
    main()
