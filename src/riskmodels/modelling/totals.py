"""Totals of what people will cost, by place: those who are here, those who are not yet, and how far such sums were out.

The total of a place over the horizon is the sum over the people present of what each is expected to cost a week, times
the share of the horizon that people of their stratum live, plus new starters and those who turn 18. Its range comes
from the backtest of exactly this procedure on earlier dates, each with what was known then.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import TrainingError
from riskmodels.modelling.amounts.training import refit_amount
from riskmodels.modelling.forecasting.compared import errors_of, ratio_of
from riskmodels.modelling.forecasting.origins import OriginTotals, apart, known_before, totals_at
from riskmodels.modelling.forecasting.people import PeopleRows, read_people
from riskmodels.modelling.forecasting.ranges import PlaceTotals, ranges, summed
from riskmodels.modelling.forecasting.rolling import Forecasts, together
from riskmodels.modelling.forecasting.shown_places import places_shown
from riskmodels.modelling.forecasting.starters import KINDS, SLACK_DAYS
from riskmodels.modelling.rows import DATA_SCIENTIST, FloatArray
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.records.totals import NewStarters, Place, TotalErrors, TotalForecast, TotalsBacktest

__all__ = ["expected_on_each_date", "forecast_totals", "people_of", "totals_of", "with_totals"]

_QUARTER_DAYS = 91.3
_LEAST_DAYS_BETWEEN = 75
_MOST_DATES = 12
_YOUNG = "18 to 24"
Flags = npt.NDArray[np.bool_]
_Places = Mapping[Place, tuple[int, ...]]


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


def forecast_totals(
    people: pd.DataFrame,
    *,
    by: Sequence[str],
    unit: str,
    horizon_days: int = 182,
    disclosure_number: int = 10,
    nominal: float = 0.9,
    seed: int = 0,
) -> TotalsBacktest:
    """Forecast totals of people's amounts over the next two quarters, and measure how far such totals were out.

    Parameters
    ----------
    people : DataFrame, shape (n_rows, n_columns)
        One row for each person and date: ``entity`` (int), ``as_of`` (day), ``expected`` (amount a week while alive, by
        a model that had not seen the date, NaN where there is none), ``today`` (amount a week on the day), ``observed``
        and ``lived`` (what came a week while alive, and the share of the horizon lived in (0, 1]; NaN where not known
        yet), ``stands_for`` (people that the row stands for, at least 1), ``stratum`` (text), the columns of ``by``
        (text), and ``young`` (bool; under 25) where that is known. ``people_of`` makes it of a table.
    by : sequence of str
        One or two columns, such as ward and primary support reason.
    unit : str
        Unit of the amounts, such as ``"GBP per week"``.
    horizon_days : int
        Length of the horizon.
    disclosure_number : int
        Places with fewer people are given together with others.
    nominal : float
        Share of totals that ranges are to hold.
    seed : int
        For the resamples behind the interval of the ratio.

    Returns
    -------
    TotalsBacktest
        The forecast from the newest date, and the backtest from all whose horizon is over. A horizon whose new starters
        cannot be seen, because no date reaches to its end, is compared with nothing.

    Raises
    ------
    TrainingError
        If rows cannot be read, there are fewer people than the disclosure number, or no past forecast can be judged.
    """
    rows = read_people(people, by)
    totals = totals_at(rows, horizon_days)
    newest = totals[-1]
    shown = places_shown(rows.cells, newest.people.tolist(), by=by, number=disclosure_number)
    finest, coming = _backtest(rows, totals, shown.finest, shown.finest, horizon_days, nominal)
    usable = finest.part(finest.compared)
    if not len(usable.place):
        raise _nothing_to_judge(rows, horizon_days)
    forecasts = list(coming)
    sums: list[TotalErrors] = []
    for level in shown.sums:
        past, ahead = _backtest(rows, totals, level, shown.finest, horizon_days, nominal)
        forecasts += ahead
        sums += _by_place(past.part(past.compared), list(level))
    return TotalsBacktest(
        by=tuple(by),
        unit=unit,
        nominal_coverage=nominal,
        origins=tuple(rows.dates[number] for number in np.unique(usable.origin)),
        overall=errors_of(usable, ()),
        ratio=ratio_of(usable, seed=seed),
        by_lead=(),
        places=_by_place(usable, list(shown.finest)),
        sums=tuple(sums),
        forecasts=tuple(forecasts),
        pooled=shown.pooled,
        starters=_starters(newest),
        notes=_notes(rows, newest, shown.pooled, horizon_days, disclosure_number),
    )


def _backtest(
    rows: PeopleRows,
    totals: Sequence[OriginTotals],
    places: _Places,
    finest: _Places,
    horizon_days: int,
    nominal: float,
) -> tuple[Forecasts, list[TotalForecast]]:
    """Give the forecasts of places from every date with their ranges, and those of the newest date as records."""
    of_places, of_finest = ([summed(one, which) for one in totals] for which in (places, finest))
    judged = [one.date for one in of_finest if one.judged]
    found = []
    for one in of_places:
        known = [number for number in known_before(rows.dates, one.date, horizon_days) if number in judged]
        ends = ranges(
            one,
            [of_places[number] for number in known],
            [of_finest[number] for number in known],
            nominal=nominal,
            apart=apart(rows.dates, known, horizon_days),
            quarters_ago=[(rows.dates[one.date] - rows.dates[number]).days / _QUARTER_DAYS for number in known],
        )
        found.append(_as_forecasts(one, ends, horizon_days))
    return together(found), _as_records(rows.dates[-1], found[-1], list(places), horizon_days)


def _as_forecasts(one: PlaceTotals, ends: tuple[FloatArray, FloatArray] | None, horizon_days: int) -> Forecasts:
    many = len(one.expected)
    low, high = ends if ends is not None else (np.full(many, np.nan), np.full(many, np.nan))
    return Forecasts(
        place=np.arange(many),
        origin=np.full(many, one.date),
        target=np.full(many, one.date),
        lead=np.full(many, round(horizon_days / _QUARTER_DAYS)),
        expected=one.expected,
        scale=np.full(many, np.nan),
        size=np.full(many, np.nan),
        naive=one.naive,
        seasonal=one.seasonal,
        actual=one.observed,
        low=low,
        high=high,
    )


def _as_records(
    day: datetime.date, coming: Forecasts, places: Sequence[Place], horizon_days: int
) -> list[TotalForecast]:
    ranged = np.isfinite(coming.low)
    return [
        TotalForecast(
            place=places[int(row)],
            begins=day,
            ends=day + datetime.timedelta(days=horizon_days),
            lead=int(coming.lead[row]),
            expected=float(coming.expected[row]),
            low=float(coming.low[row]) if ranged[row] else None,
            high=float(coming.high[row]) if ranged[row] else None,
        )
        for row in np.flatnonzero(np.isfinite(coming.expected))
    ]


def _by_place(usable: Forecasts, places: Sequence[Place]) -> tuple[TotalErrors, ...]:
    return tuple(
        errors_of(usable.part(usable.place == number), place)
        for number, place in enumerate(places)
        if bool((usable.place == number).any())
    )


def _starters(newest: OriginTotals) -> tuple[NewStarters, ...]:
    if newest.starters is None:
        return ()
    return tuple(
        NewStarters(kind, float(people), float(amount))
        for kind, people, amount in zip(
            KINDS, newest.starters.people.sum(axis=1), newest.starters.amount.sum(axis=1), strict=True
        )
    )


def _notes(
    rows: PeopleRows, newest: OriginTotals, pooled: int, horizon_days: int, disclosure_number: int
) -> tuple[str, ...]:
    notes = [
        f"A total is what a place's people cost a week, on average over {horizon_days} days: those present on the day, "
        "as long as they live, and those who come within that time.",
        "Past totals are compared with what came, each forecast with what was known on its date. Neighbouring dates "
        "hold the same people, so their errors are not independent.",
    ]
    ours = _starters(newest)
    if ours:
        total = float(newest.expected.sum())
        share = sum(one.amount for one in ours) / total if total > 0 else 0.0
        notes.append(
            f"Of the newest total, {share:.1%} is expected of {round(sum(one.people for one in ours), -1):,.0f} or so "
            "people who are not there yet. What they cost is read off the dates between; who comes and goes between "
            "two of them is not seen."
        )
    if pooled:
        notes.append(
            f"{pooled} places with fewer than {disclosure_number} people, or that would give such a place away, are "
            "given together with others."
        )
    return tuple(notes)


def _nothing_to_judge(rows: PeopleRows, horizon_days: int) -> TrainingError:
    return TrainingError(
        f"no past forecast can be compared with what came: {len(rows.dates)} dates",
        expected=f"dates over at least two and a half years, not more than {horizon_days + SLACK_DAYS} days apart, of "
        "which some come a year and some a horizon after others, and expected amounts by models that had not seen them",
        next_step="Build the table with more dates, or forecast the totals with forecast_quarters.",
        who=DATA_SCIENTIST,
    )
