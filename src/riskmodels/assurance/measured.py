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
from riskmodels.assurance.groupings import UNKNOWN, Grouping
from riskmodels.assurance.intervals import Z, holm
from riskmodels.assurance.means import ComparedMeans
from riskmodels.assurance.scored import FloatArray, HeldOut
from riskmodels.assurance.verdicts import Evidence
from riskmodels.policy import Comparison
from riskmodels.records.bias import Breach, Disparity, FourFifths, GroupKey, GroupRates
from riskmodels.records.figures import Interval

__all__ = [
    "Measured",
    "breaches",
    "disparities",
    "empty",
    "evidence",
    "four_fifths",
    "left_out",
    "number",
    "rate_ends",
    "rates",
]

Ends = tuple[FloatArray, FloatArray]

_COMPARED = (
    "missed", "wrongly_picked", "list_share", "selection", "precision", "mean_error", "mean_absolute_error", "coverage",
)  # fmt: skip
_MEANS = ("mean_error", "mean_absolute_error")
_LEVEL = 0.05
# Which way a group fares worse. An amount said too low is money that is not there; too high, a burden.
_WORSE = {"missed": 1, "wrongly_picked": 1, "list_share": -1, "coverage": -1}
_WORSE_ERROR = {"missed_need": -1, "burden": 1}


@dataclass(frozen=True, eq=False)
class Measured:
    """One grouping, counted and compared.

    Attributes
    ----------
    people, other_people : int array, shape (n_groups,)
        People of each group, and outside it.
    compared : mapping of str to Compared or ComparedMeans
        Each metric in each group and in the rest.
    points : DataFrame, shape (n_groups, n_rates)
        Point estimates, NaN where not defined.
    ends : mapping of str to two float arrays, shape (n_groups,)
        Of the interval of each rate.
    counts : float array, shape (n_groups, 4)
        Rows, with the outcome, on the list and both: not weighted.
    """

    grouping: Grouping
    people: npt.NDArray[np.int64]
    other_people: npt.NDArray[np.int64]
    compared: Mapping[str, Compared | ComparedMeans]
    points: pd.DataFrame
    ends: Mapping[str, Ends]
    counts: npt.NDArray[np.float64]


def rates(one: Measured) -> list[GroupRates]:
    """Give the counts and rates of each group that somebody is in."""
    return [
        GroupRates(
            key=key,
            rows=round(one.counts[place, ROWS]),
            entities=int(one.people[place]),
            positives=float(one.counts[place, POSITIVES]),
            picked=float(one.counts[place, PICKED]),
            found=float(one.counts[place, FOUND]),
            rates={
                name: _interval(one.points[name].iloc[place], low[place], high[place])
                for name, (low, high) in one.ends.items()
            },
        )
        for place, key in enumerate(one.grouping.keys)
        if one.counts[place, ROWS] > 0
    ]


def rate_ends(pooled: PooledPeople, compared: Mapping[str, Compared]) -> dict[str, Ends]:
    """Give the ends of the interval of every rate of a list."""
    ends = {name: one.own_ends() for name, one in compared.items()}
    ends["need_share"] = compared["list_share"].other_ends()
    ends["calibration"] = _calibration_ends(pooled, compared["selection"])
    return ends


def _calibration_ends(pooled: PooledPeople, everybody: Compared) -> Ends:
    """Give Student's interval of a mean over people, with the variance of a ratio (linearised)."""
    people = everybody.people
    weight, gap = pooled.totals()[:, ROWS], pooled.gap
    squares, cross, weights = pooled.gap_squares
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = gap / weight
        variance = (squares - 2 * mean * cross + mean**2 * weights) / weight**2 * people / (people - 1)
    half = student.ppf(0.975, np.maximum(people - 1, 1)) * np.sqrt(np.maximum(variance, 0.0))
    half = np.where(people >= everybody.least, half, np.nan)
    return mean - half, mean + half


def empty(every: Sequence[Grouping]) -> tuple[GroupKey, ...]:
    """List the groups and intersections that nobody is in."""
    found: list[GroupKey] = []
    for one in every:
        many = np.bincount(one.code[one.code >= 0], minlength=len(one.keys))
        found += [key for key, here in zip(one.keys, many, strict=True) if here == 0]
    return tuple(found)


def left_out(rows: HeldOut, one: Grouping, positive: FloatArray, picked: FloatArray) -> list[GroupRates]:
    """Count those under a notice, by group: without them what is shown would not add up.

    Parameters
    ----------
    positive, picked : float array, shape (n_rows,)
        Who had the outcome (any amount), and who was on the list (inside the interval).
    """
    here = one.code < 0
    if not here.any():
        return []
    parts = rows.audit.loc[here, list(one.names)].fillna(UNKNOWN).astype(str)
    place, keys = pd.factorize(pd.MultiIndex.from_frame(parts))
    positive, picked, entity = positive[here], picked[here], rows.entity[here]
    found = []
    for which, key in enumerate(keys):
        mine = place == which
        found.append(
            GroupRates(
                key=tuple(zip(one.names, (str(group) for group in key), strict=True)),
                rows=int(mine.sum()),
                entities=len(np.unique(entity[mine])),
                positives=float(positive[mine].sum()),
                picked=float(picked[mine].sum()),
                found=float((positive * picked)[mine].sum()),
                rates={},
            )
        )
    return found


def disparities(one: Measured, fitting: Sequence[str]) -> list[Disparity]:
    """Compare each group that somebody is in with the rest; ``fitting`` are the metrics that may decide."""
    found = []
    for metric in _COMPARED:
        if metric not in one.compared:
            continue
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
    comparison: Comparison, one: Measured | None, everybody: GroupRates, reasons: Mapping[str, str], *, least: int
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
        Why each characteristic, ``"every comparison"`` or a metric was not measured.
    least : int
        Fewest people that an interval is given for.
    """
    key = ((comparison.characteristic, comparison.group),)
    if one is None or comparison.metric not in one.compared:
        named = (comparison.metric,) if one is not None else (comparison.characteristic, "every comparison")
        why = next(reasons[name] for name in named if name in reasons)
        return _nobody(comparison, everybody, f"Not measured. {why}", least)
    if key not in one.grouping.keys:
        groups = ", ".join(group for ((_, group),) in one.grouping.keys)
        why = f"Nobody in the audit is of this group. Groups there are: {groups}."
        return _nobody(comparison, everybody, why, least)
    place, compared = one.grouping.keys.index(key), one.compared[comparison.metric]
    low, high = compared.ends()
    means = isinstance(compared, ComparedMeans)
    return Evidence(
        difference=_interval(compared.first[place] - compared.second[place], low[place], high[place]),
        p=number(compared.p(comparison.tolerance)[place]),
        people=int(one.people[place]),
        measured=int(compared.people[place]),
        all_people=int(one.other_people[place]),
        all_measured=int(compared.other_people[place]),
        rest_value=None if means or comparison.metric == "list_share" else number(compared.second[place]),
        group_size=float(np.nan_to_num(compared.first_size[place], posinf=np.inf)),
        rest_size=float(np.nan_to_num(compared.second_size[place], posinf=np.inf)),
        spread=number(compared.spread[place]) if isinstance(compared, ComparedMeans) else None,
        least=compared.least,
    )


def _nobody(comparison: Comparison, everybody: GroupRates, why: str, least: int) -> Evidence:
    """Write down that nobody was measured; what it would take is reckoned from everybody."""
    metric = comparison.metric
    of = {"wrongly_picked": everybody.rows - everybody.positives, "mean_error": everybody.rows}
    measured = (of | {"coverage": everybody.rows}).get(metric, everybody.positives)
    found = everybody.rates.get(metric, Interval(None))
    half = 0.0 if found.low is None or found.high is None else (found.high - found.low) / 2
    return Evidence(
        all_people=everybody.entities,
        all_measured=min(everybody.entities, round(measured)),
        rest_value=None if metric in ("list_share", *_MEANS) else found.value,
        rest_size=measured,
        spread=(half / Z) ** 2 * everybody.entities if half and metric in _MEANS else None,
        least=least,
        missing=why,
    )


def breaches(
    measured: list[Measured], comparisons: tuple[Comparison, ...], fitting: Sequence[str], harms: Sequence[str]
) -> tuple[Breach, ...]:
    """Find groups that fare worse by more than the largest tolerance of a metric, after Holm over all not named.

    Where a group fares better, somebody else fares worse, and is found as such. Which way an error of amounts is worse
    follows from the harms; where both are named, either way is.
    """
    worse = {_WORSE_ERROR[harm] for harm in harms}
    ways = {name: {way} for name, way in _WORSE.items()} | {"mean_error": worse}
    named = {(((one.characteristic, one.group),), one.metric) for one in comparisons}
    tested: list[tuple[GroupKey, str, float, Interval, float]] = []
    for metric in fitting:
        tolerances = [one.tolerance for one in comparisons if one.metric == metric]
        for one in measured if tolerances else ():
            if metric not in one.compared:
                continue
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
        if p < _LEVEL and np.sign(one[3].value or 0.0) in ways[one[1]]
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
