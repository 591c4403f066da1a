"""What became of the population: outcomes, those who left unseen, those who were helped, and their weights.

Who leaves inside the horizon without the outcome is unknown, not a 0: left out, and made up for by weighting those who
stayed (inverse probability of censoring weights; Robins and Finkelstein 2000, Biometrics 56:779; Kaplan and Meier 1958,
JASA 53:457). A competing event, after which the outcome cannot happen, is a known 0. Where the outcome is seen only by
those who look, a row that nobody looked at is unknown too, whatever came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from riskmodels.features.compile.amounts import amount_query
from riskmodels.features.compile.people import looked_query, outcome_query, treated_query
from riskmodels.features.exposure import averaged, days_watched

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase
    from riskmodels.lake import Lake

__all__ = ["Fate", "censoring_weights", "outcomes"]

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class Fate:
    """What became of each row of the population, by as_of and entity.

    Attributes
    ----------
    frame : DataFrame
        ``entity, as_of, known, outcome, competing, treated, weight``; and ``censored`` (left unseen), ``looked``
        (somebody looked, or the outcome needs no look), ``at_random`` and ``looked_on`` (the look that settled it).
    """

    frame: pd.DataFrame


def outcomes(case: UseCase, lake: Lake, people: pd.DataFrame) -> Fate:
    """Look ahead from each as-of date, with all that the lake knows today."""
    beside = (case.outcome.treated_by, case.outcome.looked)
    for extract in (case.outcome.extract, *(rows.extract for rows in beside if rows is not None)):
        lake.prepare(extract)
    lake.put("people", _as_arrow(people, "as_of"))
    amount = case.outcome.amount
    query = outcome_query(case, "people") if amount is None else amount_query(case, amount, "people")
    found = lake.query(f"SELECT * FROM ({query}) ORDER BY as_of, entity")
    frame = pd.DataFrame({name: found.column(name).to_numpy() for name in found.column_names})
    frame["treated"] = _marked(lake, treated_query(case, "people"), frame)
    lake.drop("people")
    made = _with_weights(frame, case.horizon_days)
    looks = _looks(case, lake, frame)
    made["looked"], made["at_random"] = looks["looked"], looks["at_random"]
    made["looked_on"] = np.where(made["outcome"] > 0, looks["found_at"], looks["seen_at"])
    made["known"] = ~made["censored"] & made["looked"]
    return Fate(made)


def _as_arrow(frame: pd.DataFrame, *moments: str) -> pa.Table:
    columns = {"entity": pa.array(frame["entity"].to_numpy(), pa.int64())}
    for name in moments:
        columns[name] = pa.array(frame[name].to_numpy().astype("datetime64[us]"), pa.timestamp("us"))
    return pa.table(columns)


def _looks(case: UseCase, lake: Lake, frame: pd.DataFrame) -> pd.DataFrame:
    """Say for each row whether somebody looked, by a draw or not, and when: the first look, a drawn one before others.

    Of a row with the outcome, the look that found it is the last one up to its day.
    """
    never = np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[us]")
    query = looked_query(case, "fates")
    if query is None:
        nobody = np.zeros(len(frame), dtype=bool)
        return pd.DataFrame({"looked": ~nobody, "at_random": nobody, "found_at": never, "seen_at": never})
    lake.put("fates", _as_arrow(frame, "as_of", "happened_at", "left_at", "competing_at"))
    found = lake.query(query)
    lake.drop("fates")
    looks = pd.DataFrame({name: found.column(name).to_numpy() for name in found.column_names})
    rows = frame[["entity", "as_of"]].merge(looks, on=["entity", "as_of"], how="left", validate="one_to_one")
    first, drawn, hit = (
        rows[name].to_numpy().astype("datetime64[us]") for name in ("first_at", "random_at", "found_at")
    )
    seen = np.where(np.isnat(drawn), first, drawn)
    return pd.DataFrame(
        {
            "looked": ~np.isnat(first),
            "at_random": ~np.isnat(drawn),
            "found_at": np.where(np.isnat(hit), seen, hit),
            "seen_at": seen,
        }
    )


def _marked(lake: Lake, query: str | None, frame: pd.DataFrame) -> NDArray[np.bool_]:
    if query is None:
        return np.zeros(len(frame), dtype=bool)
    found = lake.query(query)
    marked = pd.MultiIndex.from_arrays([found.column(name).to_numpy() for name in ("entity", "as_of")])
    return np.asarray(pd.MultiIndex.from_frame(frame[["entity", "as_of"]]).isin(marked), dtype=bool)


def _with_weights(frame: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    start = frame["as_of"].to_numpy()
    happened, left, rival = (_days(frame[name], start) for name in ("happened_at", "left_at", "competing_at"))
    outcome = np.isfinite(happened)
    gone = np.where(left < horizon_days, left, np.inf)
    competing = ~outcome & (rival < horizon_days) & (rival <= gone)
    censored = ~outcome & ~competing & np.isfinite(gone)
    time = np.select([outcome, competing, censored], [happened, rival, gone], default=float(horizon_days))
    made = frame[["entity", "as_of", "treated"]].copy()
    made["censored"] = censored
    made["outcome"] = outcome.astype(np.float64)
    made["competing"] = competing
    made["weight"] = censoring_weights(np.maximum(time, 0.0), censored)
    if "amount" in frame:
        watched = days_watched(rival, competing, horizon_days)
        amount, weight = (frame["amount"].to_numpy(dtype=np.float64), made["weight"].to_numpy(dtype=np.float64))
        made["outcome"], made["weight"] = averaged(amount, watched, weight, horizon_days)
    return made


def _days(moments: pd.Series[pd.Timestamp], start: NDArray[np.datetime64]) -> NDArray[np.float64]:
    ahead = (moments.to_numpy() - start) / _DAY
    return np.where(np.isnan(ahead), np.inf, ahead)


def censoring_weights(time: NDArray[np.float64], censored: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weight each row by the inverse of its chance of still being watched just before its time.

    Parameters
    ----------
    time : array, shape (n_rows,)
        Days until the outcome, the competing event, leaving, or the horizon's end.
    censored : array, shape (n_rows,)
        Whether the row left unseen at that time.

    Returns
    -------
    array, shape (n_rows,)
        At least 1; of censored rows 0.

    Notes
    -----
    Where one person's outcome and another's leaving fall on the same day, the outcome is taken to come first.
    """
    moments, place = np.unique(time, return_inverse=True)
    leaving = np.bincount(place, weights=censored, minlength=len(moments))
    ending = np.bincount(place, weights=~censored, minlength=len(moments))
    watched = len(time) - np.concatenate([[0.0], np.cumsum(leaving + ending)[:-1]])
    at_risk = watched - ending
    stays = np.where(leaving > 0, 1.0 - leaving / np.maximum(at_risk, 1.0), 1.0)
    before = np.concatenate([[1.0], np.cumprod(stays)[:-1]])[place]
    return np.where(censored, 0.0, 1.0 / np.where(before > 0, before, 1.0))
