"""What serves of a model of amounts: the regression, today's practice, and the stated ranges with their strata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodels.registry.bundles.amount_parts import CarriedForward, Ranges
from riskmodels.registry.bundles.bundle_parts import InputColumn
from riskmodels.registry.bundles.served import ServedLinear, cannot_be_built

__all__ = ["ServedRanges", "ServedRegression", "ServedToday", "strata_of"]

FloatArray = npt.NDArray[np.float64]

_UNKNOWN = "Unknown"
_ANOTHER = ""
"""Stratum of a category that was not declared: nobody's, so that the ranges of the rest serve."""


class ServedRegression(ServedLinear):
    """The interpretable model of an amount, from its skops file: its raw score is the logarithm of the amount."""

    def raw_score(self, X: FloatArray) -> FloatArray:
        """Give the logarithm of the amount before calibration. Shape (n_rows,)."""
        model = self._pipeline[-1]
        with self._on_one_thread():
            return np.asarray(self._pipeline[:-1].transform(X) @ model.coef_ + model.intercept_, dtype=np.float64)


class ServedToday:
    """Today's practice, from plain numbers: today's amount is carried forward."""

    def __init__(self, practice: CarriedForward, columns: Sequence[str]) -> None:
        if practice.column not in columns:
            raise cannot_be_built("today's practice carries a column forward that the model does not have")
        self._place = list(columns).index(practice.column)
        self._floor = practice.floor

    def amount(self, X: FloatArray) -> FloatArray:
        """Give today's amounts, those missing or below the floor raised to it. Shape (n_rows,)."""
        return np.asarray(np.fmax(X[:, self._place], self._floor), dtype=np.float64)


class ServedRanges:
    """The stated ranges, from plain numbers.

    Attributes
    ----------
    intervals : AmountIntervals
        The numbers.
    nominal_coverage : float
        Share of people whose amount they are made to hold.
    """

    def __init__(self, ranges: Ranges, columns: Sequence[InputColumn], definition: Mapping[str, Any]) -> None:
        from riskmodels.records.amount_intervals import AmountIntervals, IntervalCell

        self.nominal_coverage = ranges.nominal_coverage
        self._within, self._columns = ranges.within, tuple(columns)
        self._categories = _categories(ranges.within, columns, definition)
        cells = tuple(IntervalCell(one.stratum, one.above, one.low, one.high, one.people) for one in ranges.cells)
        self.intervals = AmountIntervals(ranges.nominal_coverage, ranges.power, cells)

    def ends(self, X: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the ends of each range: ``0 <= low <= expected <= high``. Each of shape (n_rows,)."""
        return self.intervals.ends(expected, strata_of(X, self._within, self._columns, self._categories))


def _categories(within: str | None, columns: Sequence[InputColumn], definition: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the categories of an ordinal feature by their place; none where a column stands for each."""
    held = [one for one in columns if one.feature == within]
    if within is None or (held and all(one.kind == "onehot" for one in held)):
        return ()
    for feature in definition.get("features", ()):
        if held and feature.get("name") == within and feature.get("categories"):
            return tuple(map(str, feature["categories"]))
    raise cannot_be_built(f"ranges are stated within {within!r}, which is no feature with categories")


def strata_of(
    X: FloatArray, within: str | None, columns: Sequence[InputColumn], categories: Sequence[str]
) -> npt.NDArray[np.str_]:
    """Give the stratum of each row by the category in its inputs, as text. Shape (n_rows,).

    Parameters
    ----------
    X : float array, shape (n_rows, n_columns)
        Inputs.
    within : str or None
        The feature whose categories are the strata; None puts everybody into the rest.
    columns : sequence of InputColumn
        The columns of ``X``.
    categories : sequence of str
        Of an ordinal feature, by their place.
    """
    places = [place for place, one in enumerate(columns) if one.feature == within]
    if within is None or not places:
        return np.full(len(X), _ANOTHER)
    held = X[:, places]
    if categories:
        words = np.array([*categories, _UNKNOWN])
        known = np.isfinite(held[:, 0])
        return words[np.where(known, np.nan_to_num(held[:, 0]), len(categories)).astype(np.int64)]
    words = np.array([*(str(columns[place].category) for place in places), _ANOTHER, _UNKNOWN])
    marked = held == 1
    which = np.where(marked.any(axis=1), marked.argmax(axis=1), len(places))
    return words[np.where(np.isnan(held).all(axis=1), len(places) + 1, which)]
