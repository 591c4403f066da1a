"""The door: a panel of quarterly totals in, forecasts with honest ranges and their backtest out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from riskmodels.errors import TrainingError
from riskmodels.modelling.forecasting.breaks import breaks_of, repeats_of
from riskmodels.modelling.forecasting.compared import errors_of, ratio_of
from riskmodels.modelling.forecasting.panel import Panel, quarter_after, read_panel, rows_of
from riskmodels.modelling.forecasting.rolling import (
    FIRST_ORIGIN,
    LONGEST_GAP,
    Forecasts,
    add_bounds,
    forecast_from,
    forecast_sums_from,
    together,
)
from riskmodels.modelling.rows import DATA_SCIENTIST
from riskmodels.records.totals import Place, TotalErrors, TotalForecast, TotalsBacktest

__all__ = ["forecast_quarters"]

_MOST_QUARTERS = 8


def forecast_quarters(
    totals: pd.DataFrame,
    *,
    by: str,
    unit: str,
    horizon: int = 4,
    sums: Mapping[str, Sequence[str]] | None = None,
    nominal: float = 0.9,
    seed: int = 0,
) -> TotalsBacktest:
    """Forecast quarterly totals of places, and measure how far such forecasts were out before.

    Parameters
    ----------
    totals : DataFrame, shape (n_rows, 3)
        ``series`` (text), ``quarter`` (first day of a calendar quarter), ``value`` (at least 0, or missing). A quarter
        without a value stays missing.
    by : str
        What the series are, such as ``"partnership"``.
    unit : str
        Unit of the totals, such as ``"hours"``.
    horizon : int
        Quarters to forecast.
    sums : mapping of str to sequence of str, optional
        Sums over series, by name; each gets intervals from the backtest of the sum itself.
    nominal : float
        Share of totals that intervals are to hold.
    seed : int
        For the resamples behind the interval of the ratio.

    Returns
    -------
    TotalsBacktest

    Raises
    ------
    TrainingError
        If there are too few series or quarters, or what is there cannot be read.
    """
    if not 1 <= horizon <= _MOST_QUARTERS or not 0.0 < nominal < 1.0:
        raise TrainingError(
            f"asked for: {horizon} quarters with ranges that hold {nominal:g}",
            expected=f"1 to {_MOST_QUARTERS} quarters, and a share between 0 and 1",
            next_step="Ask for fewer quarters, or forecast years instead.",
            who=DATA_SCIENTIST,
        )
    panel = read_panel(totals)
    members = {name: rows_of(panel.names, which) for name, which in (sums or {}).items()}
    places, coming = _places(panel, horizon, nominal)
    summed, coming_sums = _sums(panel, members, horizon, nominal) if members else (None, None)
    named: list[Place] = [((by, name),) for name in panel.names]
    named_sums: list[Place] = [((by, name),) for name in members]
    forecasts = _listed(panel, coming, named)
    if coming_sums is not None:
        forecasts += _listed(panel, coming_sums, named_sums)
    usable = places.part(places.compared)
    _refuse_without_any(usable)
    leads = [step for step in range(1, horizon + 1) if bool((usable.target - usable.origin == step - 1).any())]
    return TotalsBacktest(
        by=(by,),
        unit=unit,
        nominal_coverage=nominal,
        origins=tuple(panel.quarters[number] for number in np.unique(usable.origin)),
        overall=errors_of(usable, ()),
        ratio=ratio_of(usable, seed=seed),
        by_lead=tuple(
            errors_of(usable.part(usable.target - usable.origin == step - 1), (), lead=step) for step in leads
        ),
        places=_by_place(usable, named),
        sums=() if summed is None else _by_place(summed.part(summed.compared), named_sums),
        forecasts=tuple(forecasts),
        breaks=breaks_of(panel, named),
        missing=panel.missing,
        not_forecast=len(panel.names) - len(np.unique(coming.place[np.isfinite(coming.expected)])),
        notes=_notes(panel, usable, horizon),
    )


def _refuse_without_any(usable: Forecasts) -> None:
    if not len(usable.place):
        raise TrainingError(
            "no past forecast can be compared with what came: too many quarters are missing",
            expected="series with values in most quarters",
            next_step="Find the missing quarters, or put small places together.",
            who=DATA_SCIENTIST,
        )


def _places(panel: Panel, horizon: int, nominal: float) -> tuple[Forecasts, Forecasts]:
    """Give the backtest of places with its intervals, and the forecasts from the end."""
    values, end = panel.totals, len(panel.quarters)
    wide = together([forecast_from(values, origin, horizon + LONGEST_GAP) for origin in range(FIRST_ORIGIN, end)])
    past = wide.part(wide.target - wide.origin < horizon)
    coming = forecast_from(values, end, horizon)
    return add_bounds(past, wide, nominal=nominal), add_bounds(coming, wide, nominal=nominal)


def _sums(
    panel: Panel, members: Mapping[str, Sequence[int]], horizon: int, nominal: float
) -> tuple[Forecasts, Forecasts]:
    values, end, which = panel.totals, len(panel.quarters), list(members.values())
    sums = np.array([values[list(rows)].sum(axis=0) for rows in which])
    past = together([forecast_sums_from(values, sums, which, origin, horizon) for origin in range(FIRST_ORIGIN, end)])
    coming = forecast_sums_from(values, sums, which, end, horizon)
    return add_bounds(past, past, nominal=nominal), add_bounds(coming, past, nominal=nominal)


def _by_place(usable: Forecasts, named: Sequence[Place]) -> tuple[TotalErrors, ...]:
    return tuple(
        errors_of(usable.part(usable.place == number), place)
        for number, place in enumerate(named)
        if bool((usable.place == number).any())
    )


def _listed(panel: Panel, coming: Forecasts, named: Sequence[Place]) -> list[TotalForecast]:
    end = len(panel.quarters) - 1
    listed = []
    for row in np.flatnonzero(np.isfinite(coming.expected)):
        begins = quarter_after(panel.quarters[-1], int(coming.target[row]) - end)
        ranged = bool(np.isfinite(coming.low[row]))
        listed.append(
            TotalForecast(
                place=named[coming.place[row]],
                begins=begins,
                ends=quarter_after(begins, 1),
                lead=int(coming.lead[row]),
                expected=float(coming.expected[row]),
                low=float(coming.low[row]) if ranged else None,
                high=float(coming.high[row]) if ranged else None,
            )
        )
    return listed


def _notes(panel: Panel, usable: Forecasts, horizon: int) -> tuple[str, ...]:
    """Say what is missing, what jumps, what looks copied, and what errors of neighbouring forecasts share."""
    notes = [
        f"Each forecast was made with what was known before its quarter began: {len(np.unique(usable.origin))} times, "
        f"up to {horizon} quarters ahead. Neighbouring forecasts share errors.",
    ]
    if panel.missing:
        notes.append(
            f"{panel.missing} quarters of places have no value. They stay missing and are compared with nothing."
        )
    repeated = repeats_of(panel)
    if repeated:
        notes.append(
            f"{repeated} values are those of the same quarter a year before to the last digit, as when a return is "
            "copied. They are kept, and flatter the seasonal-naive forecast."
        )
    return tuple(notes)
