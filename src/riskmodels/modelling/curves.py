"""The curves that plots draw, as a few points that no single person can be read from."""

from __future__ import annotations

import numpy as np

from riskmodels.modelling.metrics import LEAST_IN_BIN, cumulative, equal_bins, ranking
from riskmodels.modelling.resampling import draws, proportion_interval
from riskmodels.modelling.rows import FloatArray, Rows
from riskmodels.records import CalibrationBin, RankingPoint

__all__ = ["calibration_bins", "ranking_points"]

_MOST_POINTS = 200


def calibration_bins(probability: FloatArray, rows: Rows, *, seed: int) -> tuple[CalibrationBin, ...]:
    """Group people of similar probability, at least 10 to a group, and compare with what happened."""
    bins = equal_bins(probability)
    marks = np.eye(int(bins.max()) + 1)[bins]
    with np.errstate(invalid="ignore"):
        rates = np.concatenate(
            [(W @ (marks * rows.y[:, None])) / (W @ marks) for W in draws(rows.entity, rows.weight, seed=seed)]
        )
    found = []
    for number in range(marks.shape[1]):
        here = bins == number
        observed = float(np.average(rows.y[here], weights=rows.weight[here]))
        expected = float(np.average(probability[here], weights=rows.weight[here]))
        size = int(here.sum())
        found.append(CalibrationBin(size, expected, proportion_interval(observed, rates[:, number], trials=size)))
    return tuple(found)


def ranking_points(score: FloatArray, rows: Rows) -> tuple[RankingPoint, ...]:
    """Give what picking from the top finds, at most 200 points and at least 10 people from one to the next."""
    ranked = ranking(score)
    selected, hits = (line[0] for line in cumulative(rows.weight[None, :], rows.y, ranked))
    total, positives = float(selected[-1]), float(hits[-1])
    apart = max(LEAST_IN_BIN, len(rows) / _MOST_POINTS)
    points, counted = [RankingPoint(0.0, 0.0, 0.0, None)], -1
    for place, end in enumerate(ranked.ends.tolist()):
        if end - counted >= apart or end == len(rows) - 1:
            weight, found = float(selected[place]), float(hits[place])
            points.append(
                RankingPoint(weight / total, found / positives, (weight - found) / (total - positives), found / weight)
            )
            counted = end
    return tuple(points)
