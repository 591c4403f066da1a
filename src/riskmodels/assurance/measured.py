"""What a grouping shows once it is counted and compared: rates, disparities, proven breaches, and evidence to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from riskmodels.assurance.counts import FOUND, PICKED, POSITIVES, ROWS, PooledPeople
from riskmodels.assurance.disparities import Compared
from riskmodels.assurance.groupings import Grouping
from riskmodels.assurance.intervals import LEAST_PEOPLE, LEAST_PEOPLE_OF_PANEL, holm
from riskmodels.assurance.scored import FloatArray
from riskmodels.assurance.verdicts import Evidence
from riskmodels.policy import Comparison
from riskmodels.records.bias import Breach, Disparity, FourFifths, GroupKey, GroupRates
from riskmodels.records.figures import Interval

__all__ = ["Measured", "breaches", "disparities", "evidence", "four_fifths", "number", "rates"]

_COMPARED = ("missed", "wrongly_picked", "list_share", "selection", "precision")
_LEVEL = 0.05
_WORSE = {"missed": 1, "wrongly_picked": 1, "list_share": -1}  # which way a group fares worse


@dataclass(frozen=True, eq=False)
class Measured:
    """One grouping, counted and compared.

    Attributes
    ----------
    pooled : PooledPeople
        People by their counts in each group.
    compared : mapping of str to Compared
        Each metric in each group and in the rest.
    points : DataFrame, shape (n_groups, n_rates)
        Point estimates, NaN where not defined.
    counts : float array, shape (n_groups, 4)
        Rows, with the outcome, on the list and both: not weighted.
    """

    grouping: Grouping
    pooled: PooledPeople
    compared: Mapping[str, Compared]
    points: pd.DataFrame
    counts: npt.NDArray[np.float64]


def rates(one: Measured) -> list[GroupRates]:
    """Give the counts and rates of each group that somebody is in."""
    ends = {name: compared.own_ends() for name, compared in one.compared.items()}
    ends["need_share"] = one.compared["list_share"].other_ends()
    ends["calibration"] = _calibration_ends(one)
    return [
        GroupRates(
            key=key,
            rows=round(one.counts[place, ROWS]),
            entities=int(one.compared["selection"].people[place]),
            positives=float(one.counts[place, POSITIVES]),
            picked=float(one.counts[place, PICKED]),
            found=float(one.counts[place, FOUND]),
            rates={
                name: _interval(one.points[name].iloc[place], low[place], high[place])
                for name, (low, high) in ends.items()
            },
        )
        for place, key in enumerate(one.grouping.keys)
        if one.counts[place, ROWS] > 0
    ]


def _calibration_ends(one: Measured) -> tuple[FloatArray, FloatArray]:
    """Give Student's interval of a mean over people, with the variance of a ratio (linearised)."""
    pooled, people = one.pooled, one.compared["selection"].people
    weight, gap = pooled.totals()[:, ROWS], pooled.gap
    squares, cross, weights = pooled.gap_squares
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = gap / weight
        variance = (squares - 2 * mean * cross + mean**2 * weights) / weight**2 * people / (people - 1)
    half = student.ppf(0.975, np.maximum(people - 1, 1)) * np.sqrt(np.maximum(variance, 0.0))
    half = np.where(people >= one.compared["selection"].least, half, np.nan)
    return mean - half, mean + half


def disparities(one: Measured, fitting: Sequence[str]) -> list[Disparity]:
    """Compare each group that somebody is in with the rest; ``fitting`` are the metrics that may decide."""
    found = []
    for metric in _COMPARED:
        compared = one.compared[metric]
        low, high = compared.ends()
        value = compared.first - compared.second
        found += [
            Disparity(
                key=key,
                metric=metric,
                group_value=number(compared.first[place]),
                rest_value=number(compared.second[place]),
                difference=_interval(value[place], low[place], high[place]),
                people=int(compared.people[place]),
                informs=metric not in fitting,
            )
            for place, key in enumerate(one.grouping.keys)
            if one.counts[place, ROWS] > 0
        ]
    return found


def evidence(
    comparison: Comparison, one: Measured | None, everybody: GroupRates, reasons: Mapping[str, str]
) -> Evidence:
    """Give what was measured for a comparison of the policy.

    Parameters
    ----------
    comparison : Comparison
        Of the policy.
    one : Measured or None
        The characteristic; None where it was not measured.
    everybody : GroupRates
        From which it is reckoned what it would take where nobody was measured.
    reasons : mapping of str to str
        Why each characteristic, or ``"every comparison"``, was not measured.
    """
    key = ((comparison.characteristic, comparison.group),)
    if one is None:
        why = reasons.get(comparison.characteristic) or reasons["every comparison"]
        return _nobody(comparison, everybody, f"Not measured. {why}")
    if key not in one.grouping.keys:
        groups = ", ".join(group for ((_, group),) in one.grouping.keys)
        return _nobody(comparison, everybody, f"Nobody in the audit is of this group. Groups there are: {groups}.")
    place, compared = one.grouping.keys.index(key), one.compared[comparison.metric]
    low, high = compared.ends()
    shares = comparison.metric == "list_share"
    return Evidence(
        difference=_interval(compared.first[place] - compared.second[place], low[place], high[place]),
        p=number(compared.p(comparison.tolerance)[place]),
        people=int(one.compared["selection"].people[place]),
        measured=int(compared.people[place]),
        all_people=int(one.compared["selection"].other_people[place]),
        all_measured=int(compared.other_people[place]),
        rest_value=None if shares else number(compared.second[place]),
        group_size=float(np.nan_to_num(compared.first_size[place])),
        rest_size=float(np.nan_to_num(compared.second_size[place])),
        least=compared.least,
    )


def _nobody(comparison: Comparison, everybody: GroupRates, why: str) -> Evidence:
    """Write down that nobody was measured; what it would take is reckoned from everybody."""
    burden = comparison.metric == "wrongly_picked"
    measured = everybody.rows - everybody.positives if burden else everybody.positives
    rate = None if comparison.metric == "list_share" else everybody.rates[comparison.metric].value
    return Evidence(
        all_people=everybody.entities,
        all_measured=min(everybody.entities, round(measured)),
        rest_value=rate,
        rest_size=measured,
        least=LEAST_PEOPLE if everybody.rows == everybody.entities else LEAST_PEOPLE_OF_PANEL,
        missing=why,
    )


def breaches(measured: list[Measured], comparisons: tuple[Comparison, ...], fitting: list[str]) -> tuple[Breach, ...]:
    """Find groups that fare worse by more than the largest tolerance of a metric, after Holm over all not named.

    Where a group fares better, somebody else fares worse, and is found as such.
    """
    named = {(((one.characteristic, one.group),), one.metric) for one in comparisons}
    tested: list[tuple[GroupKey, str, float, Interval, float]] = []
    for metric in fitting:
        tolerances = [one.tolerance for one in comparisons if one.metric == metric]
        for one in measured if tolerances else ():
            compared, tolerance = one.compared[metric], max(tolerances)
            p, (low, high) = compared.p(tolerance), compared.ends()
            value = compared.first - compared.second
            tested += [
                (key, metric, tolerance, _interval(value[place], low[place], high[place]), float(p[place]))
                for place, key in enumerate(one.grouping.keys)
                if np.isfinite(p[place]) and (key, metric) not in named
            ]
    adjusted = holm([p for *_, p in tested])
    return tuple(
        Breach(*one[:4], p)
        for one, p in zip(tested, adjusted, strict=True)
        if p < _LEVEL and _WORSE[one[1]] * (one[3].value or 0.0) > 0
    )


def four_fifths(one: Measured) -> list[FourFifths]:
    """Give the lowest share picked over the highest, of groups with enough people; nothing where nobody is picked."""
    compared = one.compared["selection"]
    rates = {
        key[0][1]: float(compared.first[place])
        for place, key in enumerate(one.grouping.keys)
        if compared.people[place] >= compared.least and np.isfinite(compared.first[place])
    }
    if len(rates) < 2 or max(rates.values()) <= 0:
        return []
    lowest, highest = min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__)
    return [FourFifths(one.grouping.names[0], lowest, highest, rates[lowest] / rates[highest])]


def _interval(value: float, low: float, high: float) -> Interval:
    if not np.isfinite(value):
        return Interval(None)
    return Interval(float(value), number(low), number(high))


def number(value: float) -> float | None:
    """Give a figure, or None where it is not defined."""
    return float(value) if np.isfinite(value) else None
