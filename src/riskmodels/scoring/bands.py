"""How a chance is said to people: as so many in a hundred, in ranges that are the same for every model.

A range says nothing of who is on the list, nor of what to do. That is for the list, and for people.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["BANDS", "bands"]

_EDGES = (0.01, 0.05, 0.10, 0.20, 0.50)

BANDS = (
    "under 1 in 100",
    "1 to 5 in 100",
    "5 to 10 in 100",
    "10 to 20 in 100",
    "20 to 50 in 100",
    "50 in 100 or more",
)
"""The ranges, from the lowest. Each holds its lower end and not its upper one."""


def bands(probability: npt.NDArray[np.float64]) -> npt.NDArray[np.str_]:
    """Name the range of each probability, in [0, 1]. Shape (n_rows,)."""
    return np.array(BANDS)[np.searchsorted(np.array(_EDGES), probability, side="right")]
