"""The same features with pandas: rows in order once, then one pass for each as-of date with filters and groupby.

Money is whole pence in int64, kinds are a category: the quick way, not the careless one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

__all__ = ["features_with_pandas", "rows_for_pandas"]

_DAY_ZERO = np.datetime64("2000-01-01")


def rows_for_pandas(payments: pa.Table) -> pd.DataFrame:
    """Turn rows as the lake prepared them into a frame, sorted by their place."""
    rows = pd.DataFrame(
        {
            "entity": payments["tenancy_id"].to_numpy(),
            "event": payments["_event"].to_numpy(),
            "visible_from": payments["_visible_from"].to_numpy(),
            "superseded_from": payments["_superseded_from"].to_numpy(zero_copy_only=False).astype("datetime64[us]"),
            "place": payments["_order"].to_numpy(),
            "kind": pd.Categorical(payments["kind"].to_pandas()),
            "pence": _pence(payments["amount_gbp"]),
        }
    )
    return rows.sort_values("place").reset_index(drop=True)


def _pence(amount: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    chunks = (np.frombuffer(part.buffers()[1], np.int64)[2 * part.offset :: 2][: len(part)] for part in amount.chunks)
    return np.concatenate([*chunks]) if amount.num_chunks else np.empty(0, np.int64)


def features_with_pandas(rows: pd.DataFrame, spine: pd.DataFrame) -> pd.DataFrame:
    """Compute the features for each row of the spine, sorted by as_of and entity."""
    days = (rows["event"].to_numpy().astype("datetime64[D]") - _DAY_ZERO).astype(np.int64)
    rows = rows.assign(day=days, cross=days * rows["pence"], day_squared=days * days, pence_squared=rows["pence"] ** 2)
    parts = []
    for moment in np.sort(np.asarray(spine["as_of"].unique())):
        wanted = spine.loc[spine["as_of"] == moment, "entity"]
        held = rows["superseded_from"].isna() | (rows["superseded_from"] >= moment)
        seen = rows[(rows["visible_from"] < moment) & held]
        parts.append(_at_one_date(seen, np.sort(wanted.to_numpy()), moment))
    return pd.concat(parts, ignore_index=True)


def _at_one_date(seen: pd.DataFrame, entities: np.ndarray, as_of: np.datetime64) -> pd.DataFrame:
    within = {days: seen[seen["event"] >= as_of - np.timedelta64(days, "D")] for days in (28, 91, 182, 364)}
    paid = {days: rows[rows["kind"] == "payment"] for days, rows in within.items()}
    made = pd.DataFrame(index=pd.Index(entities, name="entity"))
    newest = seen.drop_duplicates("entity", keep="last").set_index("entity")
    made["latest_amount"] = newest["pence"] / 100
    made["latest_kind"] = newest["kind"].astype(object)
    last_paid = seen.loc[seen["kind"] == "payment"].groupby("entity")["event"].max()
    made["since_payment"] = (as_of.astype("datetime64[D]") - last_paid.dt.floor("D").reindex(made.index)).dt.days
    for weeks, days in ((4, 28), (13, 91), (26, 182)):
        pence = paid[days].groupby("entity")["pence"]
        made[f"payments_{weeks}w"] = pence.size().reindex(made.index, fill_value=0)
        made[f"paid_{weeks}w"] = pence.sum().reindex(made.index, fill_value=0) / 100
        charged = within[days].loc[within[days]["kind"] == "charge"].groupby("entity")["pence"].sum()
        made[f"charged_{weeks}w"] = charged.reindex(made.index, fill_value=0) / 100
        if weeks > 4:
            made[f"mean_paid_{weeks}w"] = pence.mean() / 100
    half_year = within[182].groupby("entity")
    made["highest"], made["lowest"] = half_year["pence"].max() / 100, half_year["pence"].min() / 100
    made["benefit_share"] = (within[182]["kind"] == "benefit").groupby(within[182]["entity"]).mean()
    made["kinds"] = within[91].groupby("entity")["kind"].nunique().reindex(made.index, fill_value=0)
    refunded = within[364].loc[within[364]["kind"] == "refund", "entity"].unique()
    made["refunded"] = made.index.isin(refunded).astype(np.float64)
    _spread_and_trend(made, paid[182])
    made["paid_share"] = made["paid_13w"] / made["charged_13w"].where(made["charged_13w"] != 0)
    return made.reset_index().assign(as_of=as_of)


def _spread_and_trend(made: pd.DataFrame, paid: pd.DataFrame) -> None:
    sums = paid.groupby("entity")[["pence", "pence_squared", "day", "day_squared", "cross"]].sum()
    n = paid.groupby("entity").size()
    variance = (n * sums["pence_squared"] - sums["pence"] ** 2) / (n * (n - 1)).where(n > 1)
    made["spread"] = np.sqrt(variance) / 100
    run = n * sums["day_squared"] - sums["day"] ** 2
    made["trend"] = 7 * (n * sums["cross"] - sums["day"] * sums["pence"]) / run.where(run != 0) / 100
