"""The same rates with Fairlearn's own bootstrap, which draws rows and computes every metric anew each time."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, selection_rate
from sklearn.metrics import precision_score

from riskmodels.assurance.counts import count_rows, pool
from riskmodels.assurance.disparities import RATES
from riskmodels.assurance.scored import ScoredRows

__all__ = ["disagreements", "seconds_per_resample"]

METRICS = {
    "selection": selection_rate,
    "missed": false_negative_rate,
    "wrongly_picked": false_positive_rate,
    "precision": precision_score,
}
_QUANTILES = [0.025, 0.975]
# Standard error of an end of a percentile interval, in standard deviations times the root of the resamples.
_ERROR_OF_AN_END = 2.67


def seconds_per_resample(rows: ScoredRows, *, resamples: int, pairs: int, say: Callable[[str], None]) -> float:
    """Give Fairlearn's time for one resample of all ten pairs of characteristics.

    Measured on ``pairs`` of them as the time of a frame with resamples less that of one without, and scaled up.
    """
    every = list(combinations(rows.audit.columns, 2))
    spent = 0.0
    for names in every[:pairs]:
        with_resamples = _timed(rows, list(names), resamples)
        without = _timed(rows, list(names), None)
        spent += max(0.0, with_resamples - without)
        say(f"fairlearn, {' and '.join(names)}: {with_resamples:.2f} s for {resamples}, {without:.2f} s for none")
    return spent / resamples * len(every) / len(every[:pairs])


def disagreements(rows: ScoredRows, *, resamples: int, seed: int) -> list[str]:
    """Compare percentile intervals of every rate by pair of characteristics, where all of Fairlearn's are defined.

    Both ends must agree within what the two bootstraps themselves vary: five standard errors of the difference, since
    there are hundreds of them. A group in which some resample has nobody to measure is left out: Fairlearn says 0.
    """
    names = ["sex", "disability"]
    frame = _frame(rows, names, resamples, seed)
    keys = pd.MultiIndex.from_frame(rows.audit[names])
    code, groups = pd.factorize(keys, sort=True)
    counted = count_rows(rows.entity, rows.outcome, rows.picked, rows.weight, rows.probability)
    drawn = pool(counted, code.astype(np.int64), len(groups)).resampled(np.random.default_rng(seed), 4 * resamples)
    low, high = (one.reindex(groups) for one in frame.by_group_ci)
    found, compared = [], 0
    for name in METRICS:
        top, bottom = RATES[name]
        if (drawn @ bottom <= 0).any():
            continue
        share = (drawn @ top) / (drawn @ bottom)
        allowed = 5 * _ERROR_OF_AN_END * share.std(axis=0) * np.sqrt(1 / resamples + 1 / (4 * resamples))
        for theirs, ours in zip((low, high), np.quantile(share, _QUANTILES, axis=0), strict=True):
            compared += len(groups)
            apart = np.abs(theirs[name].to_numpy(dtype=float) - ours) > allowed
            found += [f"{name} of {group}: an end of the interval differs" for group in groups[apart]]
    if not compared:
        found.append("no interval could be compared")
    return found


def _timed(rows: ScoredRows, names: list[str], resamples: int | None) -> float:
    start = time.perf_counter()
    _frame(rows, names, resamples, 1)
    return time.perf_counter() - start


def _frame(rows: ScoredRows, names: list[str], resamples: int | None, seed: int) -> MetricFrame:
    asked = {} if resamples is None else {"n_boot": resamples, "ci_quantiles": _QUANTILES, "random_state": seed}
    return MetricFrame(
        metrics=METRICS,
        y_true=rows.outcome.astype(int),
        y_pred=rows.picked.astype(int),
        sensitive_features=rows.audit[names],
        **asked,
    )
