"""Intervals for a share and for the difference of two, with few people and with several rows each.

Wilson's score interval (Wilson 1927) for a share; for a difference Newcombe's hybrid of two of them (Newcombe 1998,
Statistics in Medicine 17:873, method 10), with a correlation where both are of the same people (Zou and Donner 2008,
Statistics in Medicine 27:1693). Where rows are not independent or not of one weight, the size that counts is not how
many rows there are but how many independent ones would vary as much (Korn and Graubard 1998, Survey Methodology
24:193). Everything takes arrays; what is not defined is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import erfc
from scipy.stats import t as student

__all__ = ["LEAST_PEOPLE", "LEAST_PEOPLE_OF_PANEL", "Z", "breach_p", "difference", "effective_size", "holm", "wilson"]

FloatArray = npt.NDArray[np.float64]
Ends = tuple[FloatArray, FloatArray]

Z = 1.959963984540054

# Fewest people behind a figure for its interval to hold its level in simulation, with one row each and with rows at
# several dates: tests/unit/assurance/test_bias_simulation.py.
LEAST_PEOPLE = 20
LEAST_PEOPLE_OF_PANEL = 50

_HALVINGS = 60
_FARTHEST = 40.0


def wilson(share: npt.ArrayLike, size: npt.ArrayLike, *, z: npt.ArrayLike = Z) -> Ends:
    """Give the ends of Wilson's interval.

    Parameters
    ----------
    share : float array
        In [0, 1].
    size : float array
        Independent observations; may be a fraction. NaN where it is 0.
    z : float array
        Normal deviate of the level; 1.96 for 95%.
    """
    p, z = np.asarray(share, dtype=np.float64), np.asarray(z, dtype=np.float64)
    n = np.where(np.asarray(size, dtype=np.float64) > 0, size, np.nan)
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # At 0 and 1 the exact end is the share itself, which rounding may miss.
    return np.minimum(np.maximum(0.0, centre - half), p), np.maximum(np.minimum(1.0, centre + half), p)


def difference(
    first: tuple[npt.ArrayLike, npt.ArrayLike],
    second: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    correlation: npt.ArrayLike = 0.0,
    z: npt.ArrayLike = Z,
) -> Ends:
    """Give the ends of the interval of the first share less the second.

    Parameters
    ----------
    first, second : (float array, float array)
        Share and size of each.
    correlation : float array
        Between the two shares as estimated, in [-1, 1]; 0 where they are of different people.
    z : float array
        Normal deviate of the level.
    """
    (p1, n1), (p2, n2) = first, second
    p1, p2 = np.asarray(p1, dtype=np.float64), np.asarray(p2, dtype=np.float64)
    (low1, high1), (low2, high2) = wilson(p1, n1, z=z), wilson(p2, n2, z=z)
    r = np.asarray(correlation, dtype=np.float64)
    d = p1 - p2
    below = _together(p1 - low1, high2 - p2, r)
    above = _together(high1 - p1, p2 - low2, r)
    return np.maximum(-1.0, d - below), np.minimum(1.0, d + above)


def effective_size(share: FloatArray, variance: FloatArray, people: FloatArray, rows: FloatArray) -> FloatArray:
    """Give how many independent rows would vary as much as a share does over resamples of people.

    Parameters
    ----------
    share, variance : float array
        The share, and its variance over resamples.
    people : float array
        How many people of equal weight it is of (Kish 1965): a few who have most of the rows count for few. The
        variance is itself estimated, from people alone, hence Student's t with one degree of freedom fewer.
    rows : float array
        Rows that it is of: the size is never over them. At 0 and 1, where resamples do not vary, it is the people.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        known = share * (1 - share) / (variance * people / (people - 1))
        unsure = (Z / student.ppf(0.975, np.maximum(people - 1, 1))) ** 2
    flat = ~((variance > 0) & (share > 0) & (share < 1) & (people > 1))
    return np.asarray(np.where(flat, people, np.minimum(known * unsure, rows)), dtype=np.float64)


def breach_p(
    first: tuple[npt.ArrayLike, npt.ArrayLike],
    second: tuple[npt.ArrayLike, npt.ArrayLike],
    tolerance: npt.ArrayLike,
    *,
    correlation: npt.ArrayLike = 0.0,
) -> FloatArray:
    """Test whether a difference is over a tolerance, either way: the p-value.

    It is 1 less the level at which the interval of ``difference`` just reaches the tolerance, so that it is below 0.05
    exactly where the 95% interval lies outside. 1 where the difference itself is within.
    """
    p1, p2 = np.asarray(first[0], dtype=np.float64), np.asarray(second[0], dtype=np.float64)
    d, tolerance = p1 - p2, np.asarray(tolerance, dtype=np.float64)
    near, far = np.zeros_like(d), np.full_like(d, _FARTHEST)
    for _ in range(_HALVINGS):
        z = (near + far) / 2
        low, high = difference(first, second, correlation=correlation, z=z)
        outside = np.where(d > 0, low > tolerance, high < -tolerance)
        near, far = np.where(outside, z, near), np.where(outside, far, z)
    found = np.where(np.abs(d) > tolerance, erfc(near / np.sqrt(2)), 1.0)
    return np.asarray(np.where(np.isfinite(d), found, np.nan), dtype=np.float64)


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values for how many there are (Holm 1979): in their order, each at most 1.

    Examples
    --------
    >>> [round(one, 9) for one in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p)), key=lambda place: p[place])
    adjusted, highest = [0.0] * len(p), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[place]))
        adjusted[place] = highest
    return tuple(adjusted)


def _together(one: FloatArray, other: FloatArray, correlation: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(0.0, one**2 - 2 * correlation * one * other + other**2))
