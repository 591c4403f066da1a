"""Intervals that hold a stated share of people: split conformal on how far amounts fell from what was expected.

The score of a row is its distance from the expected amount, against the spread usual there (``(y - expected) / expected
** (power / 2)``). Within a stratum, and within it among people of similar expected amounts, the interval runs from one
quantile of the scores of development periods, judged out of time, to another (Mondrian split conformal: Vovk 2012,
Lei et al. 2018 JASA 113:1094). Where more than 5% had nothing the interval begins at 0, nobody can fall below it, and
the whole 10% is left above. Intervals speak of people, not of the mean: their ends are plain numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskmodels.modelling.amounts.rows import AmountRows
from riskmodels.modelling.rows import FloatArray
from riskmodels.records.amount_intervals import AmountIntervals, IntervalCell

__all__ = ["LEAST_PEOPLE", "NOMINAL", "fit_intervals", "weighted_quantile"]

NOMINAL = 0.9
"""Share of people whose amount an interval is made to hold."""

LEAST_PEOPLE = 100
"""Fewest people that a cell's two numbers may rest on: a stratum with fewer joins the rest."""

_PEOPLE_IN_CELL = 200
_MOST_CELLS = 8


def fit_intervals(expected: FloatArray, rows: AmountRows, *, power: float) -> AmountIntervals:
    """Set the intervals by out-of-time amounts of development periods.

    Parameters
    ----------
    expected : float array, shape (n_rows,)
        Amounts by models that had seen only the past, after the factor.
    rows : AmountRows
        What came, the strata, the weights and whose rows they are: a person's rows count as one person.
    power : float
        Power of the Tweedie variance.
    """
    half = power / 2
    score = (rows.y - expected) / np.power(expected, half)
    strata, place = np.unique(rows.stratum, return_inverse=True)
    people = [len(np.unique(rows.entity[place == number])) for number in range(len(strata))]
    own = [number for number in range(len(strata)) if people[number] >= LEAST_PEOPLE]
    cells: list[IntervalCell] = []
    for number in own:
        cells += _cells(str(strata[number]), place == number, expected, score, rows)
    rest = ~np.isin(place, own)
    few = len(np.unique(rows.entity[rest])) < LEAST_PEOPLE
    cells += _cells(None, np.ones(len(rows), dtype=bool) if few else rest, expected, score, rows)
    return AmountIntervals(NOMINAL, half, tuple(cells))


def _cells(
    stratum: str | None,
    here: npt.NDArray[np.bool_],
    expected: FloatArray,
    score: FloatArray,
    rows: AmountRows,
) -> list[IntervalCell]:
    """Part the rows of a stratum by expected amount into cells of about as many people, and set each one's ends."""
    people = len(np.unique(rows.entity[here]))
    many = int(np.clip(people // _PEOPLE_IN_CELL, 1, _MOST_CELLS))
    edges = np.unique(np.quantile(expected[here], np.arange(1, many) / many)) if many > 1 else np.array([])
    place = np.searchsorted(edges, expected[here], side="right")
    starts = [0.0, *edges.tolist()]
    found: list[IntervalCell] = []
    for number, above in enumerate(starts):
        rows_of = np.flatnonzero(here)[place == number]
        if len(rows_of):
            found.append(_cell(stratum, above, rows_of, score, rows))
    return [
        IntervalCell(one.stratum, 0.0 if first == 0 else one.above, one.low, one.high, one.people)
        for first, one in enumerate(found)
    ]


def _cell(
    stratum: str | None, above: float, here: npt.NDArray[np.int64], score: FloatArray, rows: AmountRows
) -> IntervalCell:
    people = len(np.unique(rows.entity[here]))
    miss, weight = 1 - NOMINAL, rows.weight[here]
    nothing = float(weight[rows.y[here] == 0].sum() / weight.sum())
    more = 1 + 1 / people  # one more person than were seen: the finite sample's correction
    if nothing > miss / 2:
        high = weighted_quantile(score[here], weight, min(1.0, NOMINAL * more))
        return IntervalCell(stratum, above, None, high, people)
    low = -weighted_quantile(-score[here], weight, min(1.0, (1 - miss / 2) * more))
    return IntervalCell(
        stratum, above, low, weighted_quantile(score[here], weight, min(1.0, (1 - miss / 2) * more)), people
    )


def weighted_quantile(values: FloatArray, weight: FloatArray, share: float) -> float:
    """Give the least value that at least a share of the weight lies at or below."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    place = int(np.searchsorted(reached, share * reached[-1] * (1 - 1e-12)))
    return float(values[order][min(place, len(values) - 1)])
