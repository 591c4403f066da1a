"""Intervals by resampling entities: the rows of one tenancy are not independent of each other.

Each resample draws entities with replacement (Field and Welsh 2007, doi:10.1111/j.1467-9868.2007.00593.x), as counts,
so that a metric of a resample is the metric with other weights and all of them are computed from sorted scores at once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from riskmodels.modelling.rows import FloatArray
from riskmodels.records import Interval

__all__ = ["REPLICATES", "draws", "percentile_interval", "proportion_interval", "shifted_interval"]

REPLICATES = 1000

_CELLS = 2_000_000
_TAILS = (2.5, 97.5)
_Z = 1.959963984540054
_MOST_UNDEFINED = 0.05


def draws(
    entity: npt.NDArray[np.int64], weight: FloatArray, *, seed: int, replicates: int = REPLICATES
) -> Iterator[FloatArray]:
    """Give the rows' weights in resamples of their entities, some resamples at a time.

    Parameters
    ----------
    entity : int array, shape (n_rows,)
        Number of each row's entity.
    weight : float array, shape (n_rows,)
        Weight of each row in the sample itself.
    seed : int
        The same seed gives the same resamples, whatever else is computed.

    Yields
    ------
    float array, shape (n_resamples, n_rows)
        ``weight`` times how often the row's entity was drawn; ``replicates`` resamples in all.
    """
    place = np.unique(entity, return_inverse=True)[1]
    size = int(place.max()) + 1
    generator = np.random.Generator(np.random.PCG64(seed))
    step = max(1, _CELLS // max(len(weight), size))
    for start in range(0, replicates, step):
        many = min(step, replicates - start)
        drawn = generator.integers(0, size, size=(many, size)) + np.arange(many)[:, None] * size
        counts = np.bincount(drawn.ravel(), minlength=many * size).reshape(many, size)
        yield counts[:, place] * weight


def percentile_interval(value: float | None, resampled: FloatArray) -> Interval:
    """Give the 95% percentile interval; none where the value or over 5% of the resamples are not defined."""
    known = resampled[np.isfinite(resampled)]
    if value is None or not np.isfinite(value):
        return Interval(None)
    if len(known) < (1 - _MOST_UNDEFINED) * len(resampled):
        return Interval(float(value))
    low, high = np.percentile(known, _TAILS)
    return Interval(float(value), float(low), float(high))


def shifted_interval(value: float | None, resampled: FloatArray, *, least: float = -np.inf) -> Interval:
    """Give the percentile interval less the resampling bias, for figures that resampling itself pushes one way.

    A resample repeats people, which makes calibration look worse than it is and the top of a list better.
    """
    plain = percentile_interval(value, resampled)
    if plain.value is None or plain.low is None or plain.high is None:
        return plain
    bias = float(np.mean(resampled[np.isfinite(resampled)])) - plain.value
    return Interval(plain.value, max(least, plain.low - bias), max(least, plain.high - bias))


def proportion_interval(value: float | None, resampled: FloatArray, *, trials: float) -> Interval:
    """Give Wilson's 95% interval of a proportion (Wilson 1927), at the sample size that the resamples imply.

    Resamples of a list without a single hit all say 0, which is no evidence that there are none: Wilson's interval
    still has width there. The effective size is ``p (1 - p) / variance`` of the resamples, or ``trials`` at 0 and 1.

    Parameters
    ----------
    value : float or None
        The proportion, in [0, 1].
    resampled : float array, shape (n_resamples,)
        The proportion in each resample.
    trials : float
        Rows that the proportion is of.
    """
    plain = percentile_interval(value, resampled)
    if plain.value is None or plain.low is None or trials <= 0:
        return plain
    p = min(1.0, max(0.0, plain.value))
    spread = float(np.var(resampled[np.isfinite(resampled)]))
    size = trials if p in (0.0, 1.0) or spread == 0 else p * (1 - p) / spread
    centre = (p + _Z**2 / (2 * size)) / (1 + _Z**2 / size)
    half = _Z / (1 + _Z**2 / size) * np.sqrt(p * (1 - p) / size + _Z**2 / (4 * size**2))
    return Interval(plain.value, max(0.0, float(centre - half)), min(1.0, float(centre + half)))
