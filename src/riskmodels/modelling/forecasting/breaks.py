"""What in published totals is no movement of demand: jumps from one quarter to the next, and values copied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from riskmodels.modelling.forecasting.panel import QUARTERS_A_YEAR, Panel
from riskmodels.records.totals import Place, SeriesBreak

__all__ = ["LARGEST_CHANGE", "breaks_of", "repeats_of"]

LARGEST_CHANGE = 0.25


def breaks_of(panel: Panel, named: Sequence[Place]) -> tuple[SeriesBreak, ...]:
    """List the jumps of more than a quarter from one known quarter to the next, either way, oldest first.

    They are kept in the series: a council that counts differently from now on will go on doing so, and the next
    jump will not announce itself, so intervals must allow for it.
    """
    before, after = panel.totals[:, :-1], panel.totals[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = after / before - 1
    jump = np.isfinite(change) & ((change > LARGEST_CHANGE) | (change < 1 / (1 + LARGEST_CHANGE) - 1))
    return tuple(
        SeriesBreak(named[row], panel.quarters[column + 1], float(change[row, column]))
        for column, row in np.argwhere(jump.T)
    )


def repeats_of(panel: Panel) -> int:
    """Count the values above 0 that are those of the same quarter a year before, to the last digit."""
    now, before = panel.totals[:, QUARTERS_A_YEAR:], panel.totals[:, :-QUARTERS_A_YEAR]
    return int(((now == before) & (now > 0)).sum())
