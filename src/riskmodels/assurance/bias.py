"""The bias audit: whether people of each group are missed, or picked wrongly, more often than everybody else.

Point estimates are Fairlearn's ``MetricFrame`` (Weerts et al. 2023, JMLR 24:257), over counts by group, which give what
the rows give; the metrics handed to it are not defined where there is nobody to measure them on. Intervals resample
people (``counts.py``, ``disparities.py``, ``intervals.py``), with the list as it was: nobody is ranked anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from fairlearn.metrics import MetricFrame

from riskmodels.assurance.counts import PICKED, POSITIVES, CountedRows, count_rows, pool
from riskmodels.assurance.disparities import compare
from riskmodels.assurance.groupings import Grouping, groupings, held_of_the_nine, pairs
from riskmodels.assurance.measured import (
    Measured,
    breaches,
    disparities,
    empty,
    evidence,
    four_fifths,
    left_out,
    number,
    rate_ends,
    rates,
)
from riskmodels.assurance.scored import FloatArray, ScoredRows
from riskmodels.assurance.verdicts import check_comparisons, fitting, verdicts
from riskmodels.errors import AssuranceError
from riskmodels.policy import AssurancePolicy
from riskmodels.records.bias import BiasAudit, GroupKey, GroupRates, NotMeasured
from riskmodels.records.figures import Interval

__all__ = ["audit", "point_estimates"]

Progress = Callable[[str, float], None]
Metric = Callable[..., float]

_SAME_SCORE = "Everybody has the same score on each date, so that nobody is told apart and the list is a draw."


def audit(
    rows: ScoredRows,
    *,
    policy: AssurancePolicy,
    harms: tuple[str, ...],
    seed: int,
    held: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> BiasAudit:
    """Audit a list for bias: every characteristic and every pair, and the comparisons that the policy decides by.

    Parameters
    ----------
    rows : ScoredRows
        Held-out rows with their score, place on the list and outcome (0 or 1).
    policy : AssurancePolicy
        Comparisons named beforehand with their tolerances, and how many resamples.
    harms : tuple of str
        Of the use case: ``"missed_need"`` (who is missed decides) or ``"burden"`` (who is picked wrongly).
    seed : int
        Of the resamples; a characteristic's figures do not depend on what else is audited.
    held : mapping of str to str, optional
        Which characteristic of the Equality Act 2010 each column records, where its contract says.
    progress : callable, optional
        Told the stage and how much is done, in [0, 1].

    Returns
    -------
    BiasAudit
        In full: the auditor's file. ``bias_display`` makes what may be shown.

    Raises
    ------
    AssuranceError
        If rows do not fit together, a figure is not a number, or a comparison cannot decide.
    """
    _check(rows)
    check_comparisons(policy.comparisons, characteristics=[str(name) for name in rows.audit.columns], harms=harms)
    counted = count_rows(rows.entity, rows.outcome, rows.picked, rows.weight, rows.probability)
    singles, not_measured = groupings(rows.audit)
    every = (*singles, *pairs(singles))
    told_apart = _told_apart(rows)
    if not told_apart:
        not_measured = (*not_measured, NotMeasured("every comparison", _SAME_SCORE))
    measured = _measure_all(rows, counted, every if told_apart else (), policy.resamples, seed, progress)
    everybody = _everybody(rows, counted, told_apart=told_apart)
    by_name = {one.grouping.names[0]: one for one in measured if len(one.grouping.names) == 1}
    reasons = {one.what: one.why for one in not_measured}
    shown = [
        evidence(one, by_name.get(one.characteristic), everybody, reasons, least=counted.least_people)
        for one in policy.comparisons
    ]
    may_decide = fitting(harms)
    return BiasAudit(
        capacity=rows.capacity,
        rows=len(rows),
        entities=counted.people,
        harms=harms,
        decisive=verdicts(policy.comparisons, shown),
        breaches=breaches(measured, policy.comparisons, may_decide, harms),
        groups=(everybody, *(group for one in measured for group in rates(one))),
        disparities=tuple(group for one in measured for group in disparities(one, may_decide)),
        empty=empty(every),
        four_fifths=tuple(ratio for one in by_name.values() for ratio in four_fifths(one)),
        held=held_of_the_nine(rows.audit, held),
        left_out=tuple(group for one in every for group in left_out(rows, one, rows.outcome, rows.picked)),
        not_measured=not_measured,
        least_people=counted.least_people,
        rows_per_person=int(np.bincount(counted.person).max()),
        disclosure_number=policy.disclosure_number,
        round_to=policy.round_to,
        resamples=policy.resamples,
        seed=seed,
        notes=_notes(policy, counted),
    )


def point_estimates(keys: tuple[GroupKey, ...], totals: FloatArray, gap: FloatArray) -> pd.DataFrame:
    """Give every rate of every group by Fairlearn's ``MetricFrame``, NaN where it is not defined.

    Parameters
    ----------
    keys : tuple of group keys
        The groups.
    totals : float array, shape (n_groups, 4)
        Weight of each group's rows, of those with the outcome, of those on the list, and of both.
    gap : float array, shape (n_groups,)
        Weighted outcome less probability.

    Returns
    -------
    DataFrame, shape (n_groups, n_rates)
        In the order of ``keys``.
    """
    cells = _cells(totals, gap)
    weight = {"sample_weight": cells["weight"]}
    calibration = {**weight, "probability": cells["probability"]}
    whole = totals.sum(axis=0)
    metrics: dict[str, Metric] = {
        **_METRICS,
        "list_share": lambda y, listed, sample_weight: _part(sample_weight @ listed, whole[PICKED]),
        "need_share": lambda y, listed, sample_weight: _part(sample_weight @ y, whole[POSITIVES]),
        "calibration": _calibration,
    }
    frame = MetricFrame(
        metrics=metrics,
        y_true=cells["outcome"],
        y_pred=cells["picked"],
        sensitive_features=cells["group"],
        sample_params={name: calibration if name == "calibration" else weight for name in metrics},
    )
    points: pd.DataFrame = frame.by_group.astype(float)
    return points.reindex(range(len(keys)))


def _cells(totals: FloatArray, gap: FloatArray) -> pd.DataFrame:
    """Write each group as four rows with weights: outcome or not, on the list or not. Those without weight are out."""
    rows, positives, picked, found = totals.T
    with np.errstate(invalid="ignore", divide="ignore"):
        probability = (positives - gap) / rows
    weight = np.stack([found, positives - found, picked - found, rows - positives - picked + found], axis=1)
    cells = pd.DataFrame(
        {
            "group": np.repeat(np.arange(len(totals)), 4),
            "outcome": np.tile([1, 1, 0, 0], len(totals)),
            "picked": np.tile([1, 0, 1, 0], len(totals)),
            "weight": weight.ravel(),
            "probability": np.repeat(probability, 4),
        }
    )
    return cells[cells["weight"] > 1e-9].reset_index(drop=True)


def _share(part: Callable[[FloatArray, FloatArray], FloatArray], whole: Callable[..., FloatArray]) -> Metric:
    """Make a weighted share for ``MetricFrame``: NaN, never 0, where there is nobody to measure it on.

    Fairlearn's own rates say 0 there.
    """

    def metric(y: FloatArray, listed: FloatArray, sample_weight: FloatArray) -> float:
        y, listed, weight = (np.asarray(one, dtype=np.float64) for one in (y, listed, sample_weight))
        of = whole(y, listed)
        return _part(float(weight @ (of * part(y, listed))), float(weight @ of))

    return metric


_METRICS: Mapping[str, Metric] = {
    "selection": _share(lambda y, listed: listed, lambda y, listed: np.ones_like(y)),
    "found": _share(lambda y, listed: listed, lambda y, listed: y),
    "missed": _share(lambda y, listed: 1 - listed, lambda y, listed: y),
    "wrongly_picked": _share(lambda y, listed: listed, lambda y, listed: 1 - y),
    "precision": _share(lambda y, listed: y, lambda y, listed: listed),
}


def _calibration(y: FloatArray, listed: FloatArray, sample_weight: FloatArray, probability: FloatArray) -> float:
    weight = np.asarray(sample_weight, dtype=np.float64)
    return _part(float(weight @ (np.asarray(y) - np.asarray(probability))), float(weight.sum()))


def _part(amount: float, whole: float) -> float:
    return float(amount / whole) if whole > 0 else float("nan")


def _measure_all(
    rows: ScoredRows,
    counted: CountedRows,
    every: tuple[Grouping, ...],
    resamples: int,
    seed: int,
    progress: Progress | None,
) -> list[Measured]:
    tell: Progress = progress if progress is not None else lambda stage, done: None
    measured = []
    for place, grouping in enumerate(every):
        tell("Comparing " + " and ".join(grouping.names), place / len(every))
        measured.append(_measure(rows, counted, grouping, seed=seed, resamples=resamples))
    tell("Comparing", 1.0)
    return measured


def _measure(rows: ScoredRows, counted: CountedRows, grouping: Grouping, *, seed: int, resamples: int) -> Measured:
    kept = grouping.code >= 0
    code, outcome, picked, weight = grouping.code, rows.outcome, rows.picked, rows.weight
    if not kept.all():
        code, outcome, picked, weight = code[kept], outcome[kept], picked[kept], weight[kept]
        counted = count_rows(rows.entity[kept], outcome, picked, weight, rows.probability[kept])
    pooled = pool(counted, code, len(grouping.keys))
    totals = pooled.totals()
    counts = totals
    if not (weight == 1.0).all():
        amounts = (np.ones(len(code)), outcome, picked, outcome * picked)
        counts = np.stack([np.bincount(code, one, minlength=len(grouping.keys)) for one in amounts], axis=1)
    # By name, so that figures do not depend on what else is audited.
    own_seed = int(np.random.SeedSequence([seed, zlib.crc32(" ".join(grouping.names).encode())]).generate_state(1)[0])
    compared = compare(counted, pooled, seed=own_seed, resamples=resamples)
    everybody = compared["selection"]
    points = point_estimates(grouping.keys, totals, pooled.gap)
    ends = rate_ends(pooled, compared)
    return Measured(grouping, everybody.people, everybody.other_people, compared, points, ends, counts)


def _everybody(rows: ScoredRows, counted: CountedRows, *, told_apart: bool) -> GroupRates:
    pooled = pool(counted, np.zeros(len(rows), dtype=np.int64), 1)
    points = point_estimates(((),), pooled.totals(), pooled.gap).iloc[0]
    return GroupRates(
        key=(),
        rows=len(rows),
        entities=counted.people,
        positives=float(rows.outcome.sum()),
        picked=float(rows.picked.sum()),
        found=float((rows.outcome * rows.picked).sum()),
        rates={str(name): Interval(number(value) if told_apart else None) for name, value in points.items()},
    )


def _told_apart(rows: ScoredRows) -> bool:
    by_date = pd.Series(rows.score).groupby(rows.as_of)
    return bool((by_date.max() > by_date.min()).any())


def _notes(policy: AssurancePolicy, counted: CountedRows) -> tuple[str, ...]:
    notes = [
        f"Intervals are 95%. Under {counted.least_people} people on either side there is too little to say.",
        "The list is taken as it was: intervals say how much the people on it may vary, not how it might be ranked.",
    ]
    if not counted.one_row_each:
        notes.append("People are in the audit at several dates; intervals resample people, not rows.")
    if not policy.comparisons:
        notes.append("The policy names no comparison, so nothing decides and nothing is passed.")
    return tuple(notes)


def _check(rows: ScoredRows) -> None:
    """Refuse rows that do not fit together, before any figure is made of them."""
    many = {
        name: len(getattr(rows, name))
        for name in ("score", "probability", "picked", "outcome", "weight", "entity", "as_of", "audit")
    }
    if len(set(many.values())) > 1:
        lengths = ", ".join(f"{name} {length:,}" for name, length in many.items())
        raise _fault(f"the columns of the scored rows differ in length: {lengths}", "one length for all of them")
    if not len(rows):
        raise _fault("there are no scored rows", "at least one held-out row")
    if len(set(rows.audit.columns)) != rows.audit.shape[1]:
        raise _fault("a characteristic is there twice", "each characteristic once")
    # Written so that what is not a number is refused too.
    wrong: Mapping[str, tuple[npt.NDArray[np.bool_], str]] = {
        "score": (~np.isfinite(rows.score), "finite scores"),
        "probability": (~((rows.probability >= 0) & (rows.probability <= 1)), "probabilities from 0 to 1"),
        "picked": (~((rows.picked >= 0) & (rows.picked <= 1)), "a chance of being on the list from 0 to 1"),
        "outcome": (
            ~((rows.outcome == 0) | (rows.outcome == 1)),
            "outcomes of 0 or 1; amounts have an audit of their own",
        ),
        "weight": (~((rows.weight > 0) & np.isfinite(rows.weight)), "finite weights above 0"),
    }
    for name, (bad, expected) in wrong.items():
        if bad.any():
            raise _fault(f"{int(bad.sum()):,} of {len(rows):,} rows have a {name} that cannot be", expected)


def _fault(found: str, expected: str) -> AssuranceError:
    return AssuranceError(
        found,
        expected=expected,
        next_step="Score the held-out rows again, and hand all of their columns on together.",
        who="the data scientist who trained the model",
    )
