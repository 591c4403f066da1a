"""Totals of what people will cost, from a table of amounts and its model.

Past dates are told by the chosen way of predicting, fitted again on what was known by then; ``forecasting.summing``
adds people up and sets the ranges.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import TrainingError
from riskmodels.modelling.amounts.training import refit_amount
from riskmodels.modelling.forecasting.starters import SLACK_DAYS
from riskmodels.modelling.forecasting.summing import forecast_totals
from riskmodels.modelling.rows import DATA_SCIENTIST, FloatArray
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.records.totals import TotalsBacktest

__all__ = ["expected_on_each_date", "forecast_totals", "people_of", "totals_of", "with_totals"]

_LEAST_DAYS_BETWEEN = 75
_MOST_DATES = 12
_YOUNG = "18 to 24"
Flags = npt.NDArray[np.bool_]


def with_totals(
    model: TrainedModel,
    table: TrainingTable,
    *,
    disclosure_number: int = 10,
    progress: Callable[[float], None] | None = None,
) -> TrainedModel:
    """Give a model of amounts with totals in its evaluation; any other model is given back as it is.

    Where the table has too few dates to judge a past forecast, no totals are given and a note says why.

    Parameters
    ----------
    model : TrainedModel
        Trained on the table.
    table : TrainingTable
        Where it says what totals are given by.
    disclosure_number : int
        Places with fewer people are given together with others.
    progress : callable, optional
        Told the share done, in [0, 1].
    """
    if table.task != "amount" or table.totals_by is None:
        return model
    found = model.amount_evaluation
    try:
        totals = totals_of(table, model, disclosure_number=disclosure_number, progress=progress)
    except TrainingError as why:
        note = f"Totals by {' and '.join(map(str, table.totals_by.columns))} are not given: {why.found}."
        return dataclasses.replace(model, evaluation=dataclasses.replace(found, notes=(*found.notes, note)))
    return dataclasses.replace(model, evaluation=dataclasses.replace(found, totals=totals))


def totals_of(
    table: TrainingTable,
    model: TrainedModel,
    *,
    disclosure_number: int = 10,
    progress: Callable[[float], None] | None = None,
) -> TotalsBacktest:
    """Forecast totals by what a table of amounts is to be totalled by, with the backtest of the model chosen.

    Parameters
    ----------
    table : TrainingTable
        With ``task="amount"`` and ``totals_by``.
    model : TrainedModel
        Trained on it.
    disclosure_number : int
        Places with fewer people are given together with others.
    progress : callable, optional
        Told the share done, in [0, 1].

    Raises
    ------
    TrainingError
        If the table has nothing to give totals by, or too few dates for a past forecast to be judged.
    """
    expected = expected_on_each_date(table, model, progress=progress)
    people = people_of(table, expected, young=_under_25(table))
    by = [str(name) for name in _totalled_by(table).columns]
    return forecast_totals(
        people,
        by=by,
        unit=table.unit or "",
        horizon_days=table.horizon_days,
        disclosure_number=disclosure_number,
        seed=model.seed,
    )


def _under_25(table: TrainingTable) -> Flags | None:
    """Mark who is in the age band that turning 18 leads into; None where the audit has no such band."""
    for name in table.audit.columns:
        young = (table.audit[name] == _YOUNG).to_numpy(dtype=np.bool_)
        if young.any():
            return young
    return None


def expected_on_each_date(
    table: TrainingTable, model: TrainedModel, *, progress: Callable[[float], None] | None = None
) -> FloatArray:
    """Give what the chosen way of predicting would have said on each date, fitted on what was known by then alone.

    It is fitted again for a date in each quarter, on the dates whose horizon was over; its settings stay those that
    were chosen, which later dates had a part in.

    Returns
    -------
    float array, shape (n_rows,)
        Amounts a week while alive; NaN on other dates, and where no earlier date's horizon was over.
    """
    dates = table.spine["as_of"].dt.date.to_numpy()
    days = sorted(set(dates))
    expected = np.full(len(dates), np.nan)
    asked = _one_a_quarter(days)
    for number, day in enumerate(asked):
        over = [before for before in days if before + datetime.timedelta(days=table.horizon_days - SLACK_DAYS) <= day]
        here = dates == day
        if over:
            fitted = refit_amount(table, dataclasses.replace(model, learned_from=(over[-1],)))
            expected[here] = fitted.amount(table.X[here].reset_index(drop=True))
        if progress is not None:
            progress((number + 1) / len(asked))
    return expected


def _one_a_quarter(days: Sequence[datetime.date]) -> list[datetime.date]:
    """Take the newest dates that are a quarter or so apart."""
    taken: list[datetime.date] = []
    for day in reversed(days):
        if not taken or (taken[-1] - day).days >= _LEAST_DAYS_BETWEEN:
            taken.append(day)
    return sorted(taken[:_MOST_DATES])


def people_of(
    table: TrainingTable,
    expected: FloatArray,
    *,
    today: FloatArray | None = None,
    young: Flags | None = None,
) -> pd.DataFrame:
    """Give the rows of a table of amounts as ``forecast_totals`` reads them.

    Parameters
    ----------
    table : TrainingTable
        With ``task="amount"`` and ``totals_by``.
    expected : float array, shape (n_rows,)
        Expected amounts by a model that had not seen the row's date; NaN where there is none.
    today : float array, shape (n_rows,), optional
        Amounts on the date itself; unless given, the column of today's practice (``table.baseline``).
    young : bool array, shape (n_rows,), optional
        Who is under 25, and so may just have turned 18.

    Raises
    ------
    TrainingError
        If the table is not one of amounts with something to give totals by.
    """
    places = _totalled_by(table)
    spine = table.spine
    lived, stands_for = _lived_and_stood_for(spine)
    carried = table.X[table.baseline].to_numpy(dtype=np.float64) if today is None else today
    made = pd.DataFrame(
        {
            "entity": spine["entity"].to_numpy(),
            "as_of": spine["as_of"].to_numpy(),
            "expected": expected,
            "today": np.nan_to_num(carried),
            "observed": table.outcome.to_numpy(dtype=np.float64),
            "lived": lived,
            "stands_for": stands_for,
            "stratum": "All" if table.strata is None else table.strata.to_numpy(),
        }
    )
    for name in places.columns:
        made[str(name)] = places[name].to_numpy()
    return made if young is None else made.assign(young=young)


def _totalled_by(table: TrainingTable) -> pd.DataFrame:
    if table.task != "amount" or table.totals_by is None or not len(table.totals_by.columns):
        raise TrainingError(
            "a table without amounts, or without anything to give totals by",
            expected="an outcome made with running(...), and totals_by=[...] in the use case",
            next_step="Declare totals_by in the use case and build again.",
            who=DATA_SCIENTIST,
        )
    return table.totals_by


def _lived_and_stood_for(spine: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Part the weight of those who died into the share of the horizon lived and how many people the row stands for.

    The table multiplies the two. Who died is taken to stand for as many as the others of that date do on average.
    """
    weight = spine["weight"].to_numpy(dtype=np.float64)
    died = spine["competing"].to_numpy(dtype=np.bool_)
    usual = pd.Series(np.where(died, np.nan, weight)).groupby(spine["as_of"].to_numpy()).transform("mean").fillna(1.0)
    lived = np.where(died, np.clip(weight / usual.to_numpy(), 1e-6, 1.0), 1.0)
    return lived, np.where(died, weight / lived, weight)
