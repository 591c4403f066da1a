"""Errors of a model of amounts by group: mean error, mean absolute error and how often intervals cover.

Intervals are Student's over people, with the variance of a ratio of sums over people (Cochran 1977, Sampling
Techniques, ch. 6): amounts are never equal, so that there is nothing to pool, and linearisation gives what endless
resampling of people would.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from riskmodels.assurance.counts import summed
from riskmodels.assurance.groupings import groupings, pairs
from riskmodels.assurance.scored import FloatArray, ScoredRows
from riskmodels.errors import AssuranceError
from riskmodels.records.amounts import AmountAudit, AmountErrors
from riskmodels.records.figures import Interval

__all__ = ["LEAST_PEOPLE_OF_AMOUNTS", "audit_amounts"]

LEAST_PEOPLE_OF_AMOUNTS = 50

_UNKNOWN = Interval(None)


def audit_amounts(rows: ScoredRows, *, low: FloatArray | None = None, high: FloatArray | None = None) -> AmountAudit:
    """Give the errors of predicted amounts for each group and each intersection.

    Parameters
    ----------
    rows : ScoredRows
        Held-out rows: ``probability`` is the predicted amount and ``outcome`` the observed one.
    low, high : float array, shape (n_rows,), optional
        Ends of each row's prediction interval.

    Raises
    ------
    AssuranceError
        If lengths differ, a figure is not a number, or an interval's ends are the wrong way round.
    """
    error, absolute, covered = _errors(rows, low, high)
    singles, not_measured = groupings(rows.audit)
    person = np.unique(rows.entity, return_inverse=True)[1]
    everybody = np.ones(len(rows), dtype=bool)
    found = []
    for key, here, among in [
        ((), everybody, everybody),
        *(
            (key, one.code == place, one.code >= 0)
            for one in (*singles, *pairs(singles))
            for place, key in enumerate(one.keys)
        ),
    ]:
        if not here.any():
            continue
        people = len(np.unique(person[here]))

        def mean(what: FloatArray, rows_of: npt.NDArray[np.bool_] = here) -> Interval:
            return _mean(what[rows_of], rows.weight[rows_of], person[rows_of])

        found.append(
            AmountErrors(
                key=key,
                rows=int(here.sum()),
                entities=people,
                mean_error=mean(error),
                mean_absolute_error=mean(absolute),
                coverage=_UNKNOWN if covered is None else _within(mean(covered)),
                mean_error_difference=_difference(error, rows.weight, person, here, among & ~here),
            )
        )
    return AmountAudit(tuple(found), not_measured, LEAST_PEOPLE_OF_AMOUNTS)


def _errors(
    rows: ScoredRows, low: FloatArray | None, high: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    columns = {
        "probability": rows.probability,
        "outcome": rows.outcome,
        "weight": rows.weight,
        **({} if low is None or high is None else {"low": low, "high": high}),
    }
    if (low is None) != (high is None):
        raise _fault("prediction intervals have one end only", "both ends, or neither")
    many = {"entity": len(rows.entity), "audit": len(rows.audit), **{name: len(one) for name, one in columns.items()}}
    if len(set(many.values())) > 1 or not len(rows):
        lengths = ", ".join(f"{name} {length:,}" for name, length in many.items())
        raise _fault(f"columns differ in length or are empty: {lengths}", "one length, of at least one row")
    for name, column in columns.items():
        wrong = int((~np.isfinite(column)).sum())
        if wrong:
            raise _fault(f"{wrong:,} of {len(rows):,} rows have a {name} that is not a number", "finite numbers")
    if (rows.weight <= 0).any():
        raise _fault("a weight is not above 0", "weights above 0")
    error = rows.probability - rows.outcome
    if low is None or high is None:
        return error, np.abs(error), None
    if (low > high).any():
        raise _fault("prediction intervals end before they begin", "low at or below high")
    return error, np.abs(error), ((low <= rows.outcome) & (rows.outcome <= high)).astype(np.float64)


def _mean(what: FloatArray, weight: FloatArray, person: npt.NDArray[np.int64]) -> Interval:
    value, influence, people = _influence(what, weight, person)
    return _student(value, float(influence @ influence), people)


def _difference(
    what: FloatArray,
    weight: FloatArray,
    person: npt.NDArray[np.int64],
    here: npt.NDArray[np.bool_],
    rest: npt.NDArray[np.bool_],
) -> Interval:
    if not here.any() or not rest.any():
        return _UNKNOWN
    one, influence, people = _influence(what[here], weight[here], person[here])
    other, other_influence, others = _influence(what[rest], weight[rest], person[rest])
    size = max(len(influence), len(other_influence))
    together = np.pad(influence, (0, size - len(influence))) - np.pad(other_influence, (0, size - len(other_influence)))
    return _student(one - other, float(together @ together), min(people, others))


def _influence(what: FloatArray, weight: FloatArray, person: npt.NDArray[np.int64]) -> tuple[float, FloatArray, int]:
    """Give a weighted mean, how each person moves it, and how many people there are."""
    value = float(np.average(what, weights=weight))
    people = len(np.unique(person))
    correction = np.sqrt(people / max(people - 1, 1))
    return value, correction * summed(person, weight * (what - value), int(person.max()) + 1) / weight.sum(), people


def _student(value: float, variance: float, people: int) -> Interval:
    if people < LEAST_PEOPLE_OF_AMOUNTS:
        return Interval(value)
    half = float(student.ppf(0.975, people - 1)) * variance**0.5
    return Interval(value, value - half, value + half)


def _within(share: Interval) -> Interval:
    if share.low is None or share.high is None:
        return share
    return Interval(share.value, max(0.0, share.low), min(1.0, share.high))


def _fault(found: str, expected: str) -> AssuranceError:
    return AssuranceError(
        found,
        expected=expected,
        next_step="Predict the held-out rows again, and hand all of their columns on together.",
        who="the data scientist who trained the model",
    )
