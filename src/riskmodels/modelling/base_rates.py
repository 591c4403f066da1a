"""How common the outcome was at each as-of date, and whether it changed after what was learned from."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskmodels.modelling.resampling import draws, proportion_interval
from riskmodels.modelling.rows import FloatArray, Rows
from riskmodels.records import Interval

__all__ = ["LEAST_CHANGE", "BaseRates", "base_rates", "shift_note"]

LEAST_CHANGE = 0.1
"""Smallest change worth a warning, as a share of the base rate learned from, however certain it is."""

_TAILS = (2.5, 97.5)
_SHOWN = 6


@dataclass(frozen=True, eq=False)
class BaseRates:
    """Weight with the outcome and weight in all, by as-of date: in the sample, and in resamples of its entities.

    Attributes
    ----------
    days : tuple of date
        As-of dates, ascending.
    rows, positives : tuple of int, shape (n_days,)
        Counts.
    found, total : float array, shape (1 + n_resamples, n_days)
        Weights; the first row is the sample itself.
    """

    days: tuple[datetime.date, ...]
    rows: tuple[int, ...]
    positives: tuple[int, ...]
    found: FloatArray
    total: FloatArray

    def rate(self, day: datetime.date) -> float:
        """Give the weighted share with the outcome at one date."""
        place = self.days.index(day)
        return float(self.found[0, place] / self.total[0, place])

    def interval(self, day: datetime.date) -> Interval:
        """Give the weighted share with the outcome at one date, with its interval."""
        place = self.days.index(day)
        with np.errstate(invalid="ignore"):
            resampled = self.found[1:, place] / self.total[1:, place]
        return proportion_interval(self.rate(day), resampled, trials=float(self.rows[place]))

    def pooled(self, days: Sequence[datetime.date]) -> FloatArray:
        """Give the share over several dates together. Shape (1 + n_resamples,), the sample itself first."""
        places = [self.days.index(day) for day in days]
        with np.errstate(invalid="ignore"):
            return np.asarray(self.found[:, places].sum(axis=1) / self.total[:, places].sum(axis=1), dtype=np.float64)


def base_rates(rows: Rows, *, seed: int) -> BaseRates:
    """Add up the weights by entity and date once, then resample entities: the dates share their people."""
    days, place = np.unique(rows.as_of, return_inverse=True)
    entities, number = np.unique(rows.entity, return_inverse=True)
    shape = (len(entities), len(days))
    cell = number * len(days) + place
    total = np.bincount(cell, weights=rows.weight, minlength=shape[0] * shape[1]).reshape(shape)
    found = np.bincount(cell, weights=rows.weight * rows.y, minlength=shape[0] * shape[1]).reshape(shape)
    both = np.concatenate([found, total], axis=1)
    resampled = [both.sum(axis=0)[None, :]]
    resampled += [W @ both for W in draws(np.arange(shape[0]), np.ones(shape[0]), seed=seed)]
    sums = np.concatenate(resampled)
    return BaseRates(
        tuple(day.item() for day in days),
        tuple(np.bincount(place, minlength=len(days)).tolist()),
        tuple(np.bincount(place, weights=rows.y, minlength=len(days)).astype(np.int64).tolist()),
        sums[:, : len(days)],
        sums[:, len(days) :],
    )


def shift_note(rates: BaseRates, learned_from: Sequence[datetime.date], held_out: datetime.date) -> str | None:
    """Word the change in the base rate, or give None when there is none to speak of.

    The held-out period's share less the learned periods' share, with a 95% interval by resampling entities (who may be
    in both); worded when the interval leaves out 0 and the change is at least a tenth of the share learned from.
    """
    learned, after = rates.pooled(learned_from), rates.pooled([held_out])
    changes = after[1:] - learned[1:]
    low, high = np.percentile(changes[np.isfinite(changes)], _TAILS)
    change = float(after[0] - learned[0])
    if low <= 0 <= high or abs(change) < LEAST_CHANGE * learned[0]:
        return None
    return (
        f"The share with the outcome was {_shares(rates, learned_from)} in the periods learned from and is "
        f"{after[0]:.1%} in the held-out period ({held_out.day} {held_out:%B %Y}): {100 * change:+.1f} percentage "
        f"points (95% interval {100 * low:+.1f} to {100 * high:+.1f}). Calibrated probabilities are therefore too "
        f"{'high' if change < 0 else 'low'} there, by about that much on average. "
        "Find out why before probabilities are shown to anyone: a change in how the outcome is recorded looks the "
        "same, and can move the order of people too."
    )


def _shares(rates: BaseRates, days: Sequence[datetime.date]) -> str:
    values = [rates.rate(day) for day in days]
    if len(values) == 1:
        return f"{values[0]:.1%}"
    if len(values) > _SHOWN:
        return f"between {min(values):.1%} and {max(values):.1%}"
    return f"{', '.join(f'{value:.1%}' for value in values[:-1])} and {values[-1]:.1%}"
