"""The door to totals of people: people at dates in, forecasts by place with honest ranges and their backtest out.

The total of a place over the horizon is the sum over the people present of what each is expected to cost a week, times
the share of the horizon that people of their stratum live, plus new starters and those who turn 18. Its range comes
from the backtest of exactly this procedure on earlier dates, each with what was known then.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from riskmodels.errors import TrainingError
from riskmodels.modelling.forecasting.compared import errors_of, ratio_of
from riskmodels.modelling.forecasting.origins import OriginTotals, apart, known_before, totals_at
from riskmodels.modelling.forecasting.people import PeopleRows, read_people
from riskmodels.modelling.forecasting.ranges import PlaceTotals, ranges, summed
from riskmodels.modelling.forecasting.rolling import Forecasts, together
from riskmodels.modelling.forecasting.shown_places import places_shown
from riskmodels.modelling.forecasting.starters import KINDS, SLACK_DAYS
from riskmodels.modelling.rows import DATA_SCIENTIST, FloatArray
from riskmodels.records.totals import NewStarters, Place, TotalErrors, TotalForecast, TotalsBacktest

__all__ = ["forecast_totals"]

_QUARTER_DAYS = 91.3
_Places = Mapping[Place, tuple[int, ...]]


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
        notes=(
            *_notes(rows, newest, shown.pooled, horizon_days, disclosure_number),
            _nearer("places", _by_place(usable, list(shown.finest))),
            _nearer("sums", sums),
        ),
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


def _nearer(what: str, listed: Sequence[TotalErrors]) -> str:
    """Say of how many totals a simple forecast was nearer."""
    seasonal = sum(1 for one in listed if one.worse)
    carried = sum(1 for one in listed if one.error > one.naive)
    return (
        f"Of {len(listed):,} {what}, the same two quarters a year before were nearer in {seasonal:,}, and today's "
        f"amounts carried on in {carried:,}."
    )


def _nothing_to_judge(rows: PeopleRows, horizon_days: int) -> TrainingError:
    return TrainingError(
        f"no past forecast can be compared with what came: {len(rows.dates)} dates",
        expected=f"dates over at least two and a half years, not more than {horizon_days + SLACK_DAYS} days apart, of "
        "which some come a year and some a horizon after others, and expected amounts by models that had not seen them",
        next_step="Build the table with more dates, or forecast the totals with forecast_quarters.",
        who=DATA_SCIENTIST,
    )
