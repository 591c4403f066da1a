"""The same features with pandas, in two ways: merge and group by, as most would write it, and date by date.

A merge pairs every date with all rows of its tenancy before it filters them, so that it only fits in memory for a part
of the tenancies. Date by date never holds more than the rows seen at one date. In both, money is whole pence in int64
and kinds are a category: the quick way to hold them, not the careless one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

__all__ = ["date_by_date", "merge_and_group_by", "rows_for_pandas"]

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


def merge_and_group_by(rows: pd.DataFrame, spine: pd.DataFrame) -> pd.DataFrame:
    """Compute the features for each row of the spine, from every pair of a date and a row that it sees."""
    pairs = spine.merge(_with_moments(rows), on="entity")
    held = pairs["superseded_from"].isna() | (pairs["superseded_from"] >= pairs["as_of"])
    seen = pairs[(pairs["visible_from"] < pairs["as_of"]) & held].sort_values("place")
    return _features(seen, pd.MultiIndex.from_frame(spine[["as_of", "entity"]]).sort_values(), ["as_of", "entity"])


def date_by_date(rows: pd.DataFrame, spine: pd.DataFrame) -> pd.DataFrame:
    """Compute the features for each row of the spine, one date after another."""
    rows, parts = _with_moments(rows), []
    for moment in np.sort(np.asarray(spine["as_of"].unique())):
        entities = np.sort(spine.loc[spine["as_of"] == moment, "entity"].to_numpy())
        held = rows["superseded_from"].isna() | (rows["superseded_from"] >= moment)
        seen = rows[(rows["visible_from"] < moment) & held].assign(as_of=moment)
        parts.append(_features(seen, pd.Index(entities, name="entity"), ["entity"]).assign(as_of=moment))
    return pd.concat(parts, ignore_index=True)


def _with_moments(rows: pd.DataFrame) -> pd.DataFrame:
    days = (rows["event"].to_numpy().astype("datetime64[D]") - _DAY_ZERO).astype(np.int64)
    return rows.assign(day=days, cross=days * rows["pence"], day_squared=days * days, pence_squared=rows["pence"] ** 2)


def _features(seen: pd.DataFrame, index: pd.Index[Any], keys: list[str]) -> pd.DataFrame:
    within = {days: seen[seen["event"] >= seen["as_of"] - np.timedelta64(days, "D")] for days in (28, 91, 182, 364)}
    paid = {days: rows[rows["kind"] == "payment"] for days, rows in within.items()}
    made = pd.DataFrame(index=index)
    newest = seen.drop_duplicates(keys, keep="last").set_index(keys)
    made["latest_amount"] = newest["pence"] / 100
    made["latest_kind"] = newest["kind"].astype(object)
    payments = seen.loc[seen["kind"] == "payment"].drop_duplicates(keys, keep="last")
    since = (payments["as_of"].dt.floor("D") - payments["event"].dt.floor("D")).dt.days
    made["since_payment"] = since.set_axis(payments.set_index(keys).index)
    for weeks, days in ((4, 28), (13, 91), (26, 182)):
        pence = paid[days].groupby(keys)["pence"]
        made[f"payments_{weeks}w"] = pence.size().reindex(index, fill_value=0)
        made[f"paid_{weeks}w"] = pence.sum().reindex(index, fill_value=0) / 100
        charged = within[days].loc[within[days]["kind"] == "charge"].groupby(keys)["pence"].sum()
        made[f"charged_{weeks}w"] = charged.reindex(index, fill_value=0) / 100
        if weeks > 4:
            made[f"mean_paid_{weeks}w"] = pence.mean() / 100
    half_year = within[182].assign(is_benefit=within[182]["kind"] == "benefit").groupby(keys)
    made["highest"], made["lowest"] = half_year["pence"].max() / 100, half_year["pence"].min() / 100
    made["benefit_share"] = half_year["is_benefit"].mean()
    made["kinds"] = within[91].groupby(keys)["kind"].nunique().reindex(index, fill_value=0)
    refunds = within[364].loc[within[364]["kind"] == "refund"].groupby(keys).size()
    made["refunded"] = (refunds.reindex(index, fill_value=0) > 0).astype(np.float64)
    _spread_and_trend(made, paid[182], keys)
    made["paid_share"] = made["paid_13w"] / made["charged_13w"].where(made["charged_13w"] != 0)
    return made.reset_index()


def _spread_and_trend(made: pd.DataFrame, paid: pd.DataFrame, keys: list[str]) -> None:
    groups = paid.groupby(keys)
    sums, n = groups[["pence", "pence_squared", "day", "day_squared", "cross"]].sum(), groups.size()
    variance = (n * sums["pence_squared"] - sums["pence"] ** 2) / (n * (n - 1)).where(n > 1)
    made["spread"] = np.sqrt(variance) / 100
    run = n * sums["day_squared"] - sums["day"] ** 2
    made["trend"] = 7 * (n * sums["cross"] - sums["day"] * sums["pence"]) / run.where(run != 0) / 100
