"""Expected amounts in the form that the caller's cases came in. Nobody is ranked: cost is not need."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodels.registry.bundles.amount_predictor import AmountPredictor
from riskmodels.scoring.inputs import FloatArray, flags
from riskmodels.scoring.standing import THE_MODEL, Held

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["AmountScore", "ExpectedAmounts", "amounts_of", "arrow_of_amounts", "pandas_of_amounts"]


@dataclass(frozen=True)
class AmountScore:
    """One case's expected amount. It is for sums: it says nothing of what anybody needs.

    Attributes
    ----------
    expected : float
        The expected amount, at least 0, in ``unit``.
    low, high : float or None
        Ends of the range that is to hold the true amount; None for today's practice, which states none.
    unit : str
        What amounts are counted in, such as ``"GBP per week"``.
    model_version : int or None
        The version that gave it; None for today's practice.
    approved_until : date or None
        Day from which it may not serve.
    flags : tuple of str
        Inputs that are not as usual, by name.
    reasons : tuple of str
        Why the amount is as high as it is, in words.
    basis : str
        ``"the model"``, or that this is today's practice and why.
    """

    expected: float
    low: float | None
    high: float | None
    unit: str
    model_version: int | None
    approved_until: datetime.date | None
    flags: tuple[str, ...]
    reasons: tuple[str, ...]
    basis: str


@dataclass(frozen=True, eq=False)
class ExpectedAmounts:
    """Some cases' expected amounts as columns, before they take the caller's form."""

    expected: FloatArray
    low: FloatArray
    high: FloatArray
    unit: str
    flags: list[tuple[str, ...]]
    reasons: list[tuple[str, ...]] | None
    model_version: int | None
    approved_until: datetime.date | None
    basis: str

    def one(self) -> AmountScore:
        """Give the first case."""
        ends = (float(self.low[0]), float(self.high[0]))
        low, high = (None if np.isnan(end) else end for end in ends)
        return AmountScore(
            expected=float(self.expected[0]),
            low=low,
            high=high,
            unit=self.unit,
            model_version=self.model_version,
            approved_until=self.approved_until,
            flags=self.flags[0],
            reasons=() if self.reasons is None else self.reasons[0],
            basis=self.basis,
        )


def amounts_of(predictor: AmountPredictor, held: Held, basis: str, X: FloatArray, reasons: int) -> ExpectedAmounts:
    """Give some cases' expected amounts with their ranges; in a time of grace what today's practice expects, alone.

    Parameters
    ----------
    predictor : AmountPredictor
        The model.
    held : Held
        The terms on which it may serve.
    basis : str
        What the amounts rest on now.
    X : float array, shape (n_rows, n_columns)
        The cases.
    reasons : int
        Most reasons in words for each case.
    """
    marked = flags(X, predictor.columns)
    if basis != THE_MODEL:
        unknown = np.full(len(X), np.nan)
        none: list[tuple[str, ...]] | None = [()] * len(X) if reasons else None
        return ExpectedAmounts(predictor.today(X), unknown, unknown, predictor.unit, marked, none, None, None, basis)
    expected = predictor.expected(X)
    low, high = predictor.ranges(X, expected)
    said = None
    if reasons:
        said = [tuple(one.text for one in each) for each in predictor.reasons(X, top=reasons, people="people")]
    until = held.may.approved_until
    return ExpectedAmounts(expected, low, high, predictor.unit, marked, said, held.may.version, until, basis)


def pandas_of_amounts(found: ExpectedAmounts, index: pd.Index[Any]) -> pd.DataFrame:
    """Give the amounts as a frame under the caller's index."""
    import pandas as pd

    rows = len(found.expected)
    columns: dict[str, Any] = {
        "expected": found.expected,
        "low": found.low,
        "high": found.high,
        "unit": found.unit,
        "model_version": pd.array([found.model_version] * rows, dtype="Int64"),
        "approved_until": [found.approved_until] * rows,
        "flags": found.flags,
        "basis": found.basis,
    }
    if found.reasons is not None:
        columns["reasons"] = found.reasons
    return pd.DataFrame(columns, index=index)


def arrow_of_amounts(found: ExpectedAmounts) -> pa.Table:
    """Give the amounts as an Arrow table."""
    import pyarrow as pa

    rows, words = len(found.expected), pa.list_(pa.string())
    columns = {
        "expected": pa.array(found.expected, pa.float64()),
        "low": pa.array(found.low, pa.float64(), from_pandas=True),
        "high": pa.array(found.high, pa.float64(), from_pandas=True),
        "unit": pa.array([found.unit] * rows, pa.string()),
        "model_version": pa.array([found.model_version] * rows, pa.int64()),
        "approved_until": pa.array([found.approved_until] * rows, pa.date32()),
        "flags": pa.array(found.flags, words),
        "basis": pa.array([found.basis] * rows, pa.string()),
    }
    if found.reasons is not None:
        columns["reasons"] = pa.array(found.reasons, words)
    return pa.table(columns)
