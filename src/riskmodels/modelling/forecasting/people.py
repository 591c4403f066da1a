"""The people whose costs are summed: one row for each person and date, checked once."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import TrainingError
from riskmodels.modelling.rows import DATA_SCIENTIST, FloatArray

__all__ = ["FIGURES", "PeopleRows", "read_people"]

FIGURES = ("expected", "today", "observed", "lived", "stands_for")

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PeopleRows:
    """People at dates; arrays have shape (n_rows,) unless it is said.

    Attributes
    ----------
    dates : tuple of date, shape (n_dates,)
        The as-of dates, ascending.
    cells : tuple of tuple of str, shape (n_cells,)
        What totals are given by, such as ward and support reason: every combination that occurs.
    entity, date, cell, stratum : int array
        Number of the person, and of the row's date, cell and stratum.
    expected : float array
        Expected amount a week while alive, by a model that had not seen the date; NaN where there is none.
    today : float array
        Amount a week on the date itself.
    observed : float array
        What came, a week while alive; NaN where it is not known yet.
    lived : float array
        Share of the horizon lived, in (0, 1]; NaN where it is not known yet.
    stands_for : float array
        People that the row stands for, at least 1.
    young : bool array
        Whether the person is under 25, and so may just have turned 18.
    """

    dates: tuple[datetime.date, ...]
    cells: tuple[tuple[str, ...], ...]
    entity: IntArray
    date: IntArray
    cell: IntArray
    stratum: IntArray
    expected: FloatArray
    today: FloatArray
    observed: FloatArray
    lived: FloatArray
    stands_for: FloatArray
    young: npt.NDArray[np.bool_]

    def total(self, figure: FloatArray, here: npt.NDArray[np.bool_]) -> FloatArray:
        """Add a figure up by cell, over marked rows and all that they stand for. Shape (n_cells,)."""
        weights = (figure * self.stands_for)[here]
        return np.bincount(self.cell[here], weights=weights, minlength=len(self.cells)).astype(np.float64)


def read_people(frame: pd.DataFrame, by: Sequence[str]) -> PeopleRows:
    """Read people at dates.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        ``entity`` (int), ``as_of`` (day), ``expected``, ``today``, ``observed``, ``lived``, ``stands_for`` (as in
        ``PeopleRows``), ``stratum`` (text), the columns of ``by`` (text), and ``young`` (bool) where that is known.
    by : sequence of str
        One or two columns.

    Raises
    ------
    TrainingError
        If a column is absent, a person comes twice at a date, or a figure is below 0.
    """
    lacking = sorted({"entity", "as_of", "stratum", *FIGURES, *by} - set(frame.columns))
    if lacking or len(by) not in (1, 2):
        raise _fault(f"columns that are not there: {', '.join(lacking) or 'none'}; totals by {len(by)} columns")
    if bool(frame.duplicated(["entity", "as_of"]).any()):
        raise _fault("a person comes twice at one date")
    figures = {name: frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in FIGURES}
    if any(bool((values < 0).any()) or bool(np.isinf(values).any()) for values in figures.values()):
        raise _fault("a figure is below 0 or without end")
    if bool(np.isnan(figures["today"]).any()) or bool(np.isnan(figures["stands_for"]).any()):
        raise _fault("rows without the amount on the day, or without how many people they stand for")
    days, date = np.unique(pd.to_datetime(frame["as_of"]).to_numpy(dtype="datetime64[D]"), return_inverse=True)
    labels = pd.MultiIndex.from_frame(frame[list(by)].astype(str))
    cell, cells = pd.factorize(labels, sort=True)
    stratum = np.asarray(pd.factorize(frame["stratum"].astype(str), sort=True)[0], dtype=np.int64)
    young = frame["young"].to_numpy(dtype=np.bool_) if "young" in frame else np.zeros(len(frame), dtype=np.bool_)
    return PeopleRows(
        dates=tuple(day.astype(object) for day in days),
        cells=tuple(tuple(str(part) for part in one) for one in cells),
        entity=frame["entity"].to_numpy(dtype=np.int64),
        date=np.asarray(date, dtype=np.int64),
        cell=np.asarray(cell, dtype=np.int64),
        stratum=stratum,
        young=young,
        **figures,
    )


def _fault(found: str) -> TrainingError:
    return TrainingError(
        found,
        expected="one row for each person and date, with the columns that forecast_totals lists, figures of 0 or more",
        next_step="Make the rows with people_of, or compare them with its documentation.",
        who=DATA_SCIENTIST,
    )
