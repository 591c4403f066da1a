"""Do two tables of features agree? Counts, decimals, days and categories exactly; the others to 1e-9."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["differences"]

_TOLERANCE = 1e-9


def differences(ours: pd.DataFrame, theirs: pd.DataFrame, *, exact: Sequence[str]) -> list[str]:
    """Name the columns that differ, with how many rows do. Rows are matched by entity and as-of date."""
    keys = ["as_of", "entity"]
    one, other = (table.sort_values(keys).reset_index(drop=True) for table in (ours, theirs))
    if len(one) != len(other) or any(not np.array_equal(one[name], other[name]) for name in keys):
        return [f"the rows themselves: {len(one)} and {len(other)}"]
    found = []
    for name in (column for column in one.columns if column not in keys):
        wrong = int(_differ(one[name], other[name], exact=name in exact).sum())
        if wrong:
            found.append(f"{name}: {wrong} of {len(one)} rows")
    return found


def _differ(one: pd.Series, other: pd.Series, *, exact: bool) -> npt.NDArray[np.bool_]:
    if not pd.api.types.is_numeric_dtype(one):
        left, right = (column.astype(object).where(column.notna(), None).to_numpy() for column in (one, other))
        return np.asarray(left != right)
    a, b = one.to_numpy(np.float64), other.to_numpy(np.float64)
    both_null = np.isnan(a) & np.isnan(b)
    near = a == b if exact else np.isclose(a, b, rtol=_TOLERANCE, atol=_TOLERANCE)
    return np.asarray(~(near | both_null))
