"""Quarterly totals of several places as one grid: what was published, and what is missing."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodels.errors import TrainingError
from riskmodels.modelling.rows import DATA_SCIENTIST, FloatArray

__all__ = ["FEWEST_QUARTERS", "QUARTERS_A_YEAR", "Panel", "quarter_after", "read_panel", "rows_of"]

QUARTERS_A_YEAR = 4
FEWEST_QUARTERS = 9  # two years, and a quarter to be judged on
_MONTHS = 3


@dataclass(frozen=True, eq=False)
class Panel:
    """Totals by place and quarter.

    Attributes
    ----------
    names : tuple of str, shape (n_places,)
        In alphabetical order.
    quarters : tuple of date, shape (n_quarters,)
        First day of each quarter, without a gap.
    totals : float array, shape (n_places, n_quarters)
        The totals, NaN where none is known.
    """

    names: tuple[str, ...]
    quarters: tuple[datetime.date, ...]
    totals: FloatArray

    @property
    def missing(self) -> int:
        """Count the quarters of places that have no value."""
        return int(np.isnan(self.totals).sum())


def read_panel(frame: pd.DataFrame) -> Panel:
    """Read totals into a grid; a quarter without a row, or without a value, is missing and stays so.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, 3)
        ``series`` (text), ``quarter`` (first day of a calendar quarter), ``value`` (at least 0, or missing).

    Raises
    ------
    TrainingError
        If a place has two values in a quarter, a value is below 0, a day is not the first of a quarter, or there are
        too few places or quarters to judge a forecast by.
    """
    lacking = {"series", "quarter", "value"} - set(frame.columns)
    if lacking:
        raise _fault(f"the totals have no column {', '.join(sorted(lacking))}", "the columns series, quarter, value")
    when = pd.to_datetime(frame["quarter"])
    value = frame["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    if bool((when.dt.to_period("Q").dt.start_time != when).any()):
        raise _fault("a quarter is not given by its first day", "1 January, 1 April, 1 July or 1 October")
    if bool((value < 0).any()) or bool(np.isinf(value).any()):
        raise _fault("a total is below 0 or without end", "totals of 0 or more, or none where none is known")
    if bool(pd.DataFrame({"series": frame["series"], "when": when}).duplicated().any()):
        raise _fault("a series has two values in one quarter", "one value for each series and quarter")
    grid = pd.DataFrame({"series": frame["series"].astype(str), "when": when, "value": value})
    wide = grid.pivot_table(index="series", columns="when", values="value", dropna=False, aggfunc="first").sort_index()
    days = pd.date_range(when.min(), when.max(), freq="QS") if len(frame) else pd.DatetimeIndex([])
    wide = wide.reindex(columns=days)
    panel = Panel(
        tuple(str(name) for name in wide.index),
        tuple(day.date() for day in days),
        wide.to_numpy(dtype=np.float64),
    )
    _refuse_too_little(panel)
    return panel


def quarter_after(day: datetime.date, quarters: int) -> datetime.date:
    """Give the first day of the quarter that begins ``quarters`` later.

    Examples
    --------
    >>> quarter_after(datetime.date(2024, 10, 1), 2)
    datetime.date(2025, 4, 1)
    """
    months = day.year * 12 + day.month - 1 + _MONTHS * quarters
    return datetime.date(months // 12, months % 12 + 1, 1)


def _refuse_too_little(panel: Panel) -> None:
    if len(panel.quarters) < FEWEST_QUARTERS:
        raise _fault(
            f"there are {len(panel.quarters)} quarters",
            f"at least {FEWEST_QUARTERS}: two years, and a quarter on which the forecast can be judged",
            "Wait until more quarters are known, or forecast by hand and say so.",
        )
    known = np.isfinite(panel.totals).sum(axis=1)
    short = int((known < FEWEST_QUARTERS).sum())
    if short == len(panel.names):
        raise _fault(
            f"no series has {FEWEST_QUARTERS} quarters with a value",
            "at least one series that is long enough to be judged",
            "Put small places together until their totals are known for two years.",
        )


def _fault(
    found: str, expected: str, next_step: str = "Put the totals right where they are made, and forecast again."
) -> TrainingError:
    return TrainingError(found, expected=expected, next_step=next_step, who=DATA_SCIENTIST)


def rows_of(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Give the numbers of the places that are named, in their order.

    Raises
    ------
    TrainingError
        If one is not there.
    """
    place = {name: number for number, name in enumerate(names)}
    absent = [name for name in wanted if name not in place]
    if absent or not wanted:
        raise _fault(f"a sum has {len(absent)} series that are not among the totals", "series that have totals")
    return [place[name] for name in wanted]
