"""The audit of amounts: whose are said too low or too high, and whose prediction intervals hold less often.

Errors are shares of everybody's mean amount, so that groups that cost little and groups that cost much are on one
scale. Cost is not need (Obermeyer et al. 2019, Science 366:447): need that nobody met cost nothing, so that equal error
does not show that equal need is met. Verdicts, breaches and what may be shown are those of the audit of lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.assurance.disparities import Compared
from riskmodels.assurance.groupings import Grouping, groupings, held_of_the_nine, pairs
from riskmodels.assurance.intervals import effective_size
from riskmodels.assurance.means import LEAST_PEOPLE_OF_AMOUNTS, ComparedMeans, Mean, People
from riskmodels.assurance.measured import (
    Measured,
    breaches,
    disparities,
    empty,
    evidence,
    left_out,
    number,
    rates,
)
from riskmodels.assurance.scored import FloatArray, ScoredAmounts
from riskmodels.assurance.verdicts import DECIDES_OF_AMOUNTS, check_comparisons, fitting, verdicts
from riskmodels.errors import AssuranceError
from riskmodels.policy import AssurancePolicy
from riskmodels.records.amounts import AmountScale
from riskmodels.records.bias import BiasAudit, GroupRates, NotMeasured

__all__ = ["audit"]

BoolArray = npt.NDArray[np.bool_]
Progress = Callable[[str, float], None]

_ERRORS = ("mean_error", "mean_absolute_error")
_NOTHING_CAME = "Nothing came to anybody, so that an error has no measure."
_NO_INTERVALS = "There are no prediction intervals."
_NOT_NEED = (
    "Cost is not need: that amounts are missed alike does not show that need is met alike. Need that nobody met cost "
    "nothing, and looks as if it were not there."
)


@dataclass(frozen=True, eq=False)
class _Amounts:
    """Held-out rows made ready to be compared by any grouping.

    Attributes
    ----------
    any_amount : bool array, shape (n_rows,)
        To whom anything came.
    covered : bool array, shape (n_rows,), or None
        Whose amount lay inside its prediction interval.
    mean_amount : Mean
        Everybody's, which errors are shares of.
    """

    rows: ScoredAmounts
    people: People
    any_amount: BoolArray
    covered: BoolArray | None
    mean_amount: Mean

    def figures(self) -> dict[str, FloatArray]:
        """Give what is averaged as a share of everybody's mean amount, by rate."""
        error = self.rows.expected - self.rows.outcome
        return {"mean_error": error, "mean_absolute_error": np.abs(error), "mean_amount": self.rows.outcome}

    def inside(self) -> FloatArray:
        """Give who lay inside the interval, as the third of the four counts; nobody where there are none."""
        return np.zeros(len(self.rows)) if self.covered is None else self.covered.astype(np.float64)


def audit(
    rows: ScoredAmounts,
    *,
    policy: AssurancePolicy,
    harms: tuple[str, ...],
    held: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> BiasAudit:
    """Audit expected amounts for bias: every characteristic and pair, and the comparisons that the policy decides by.

    Equal error does not show that equal need is met: cost is not need. A group to whom no amount at all is recorded is
    not defined, never 0: nobody can tell whether nothing came or nothing was written down.

    Parameters
    ----------
    rows : ScoredAmounts
        Held-out rows with expected and observed amount, and the ends of their prediction intervals.
    policy : AssurancePolicy
        Comparisons named beforehand, by ``mean_error`` or ``coverage``, with their tolerances.
    harms : tuple of str
        Of the use case: ``"missed_need"`` (an amount said too low is worse) or ``"burden"`` (one said too high).
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
    names = [str(name) for name in rows.audit.columns]
    check_comparisons(policy.comparisons, characteristics=names, harms=harms, decides=DECIDES_OF_AMOUNTS)
    ready = _ready(rows)
    singles, not_measured = groupings(rows.audit)
    every = (*singles, *pairs(singles))
    if not ready.any_amount.any():
        not_measured = (*not_measured, NotMeasured("every comparison", _NOTHING_CAME))
    if ready.covered is None:
        not_measured = (*not_measured, NotMeasured("coverage", _NO_INTERVALS))
    measured = _measure_all(ready, every if ready.any_amount.any() else (), progress)
    by_name = {one.grouping.names[0]: one for one in measured if len(one.grouping.names) == 1}
    reasons = {one.what: one.why for one in not_measured}
    everybody = _everybody(ready)
    shown = [
        evidence(one, by_name.get(one.characteristic), everybody, reasons, least=LEAST_PEOPLE_OF_AMOUNTS)
        for one in policy.comparisons
    ]
    may_decide, any_amount = fitting(harms, DECIDES_OF_AMOUNTS), ready.any_amount.astype(np.float64)
    return BiasAudit(
        capacity=0,
        rows=len(rows),
        entities=ready.people.many,
        harms=harms,
        decisive=verdicts(policy.comparisons, shown),
        breaches=breaches(measured, policy.comparisons, may_decide, harms),
        groups=(everybody, *(group for one in measured for group in rates(one))),
        disparities=tuple(group for one in measured for group in disparities(one, may_decide)),
        empty=empty(every),
        four_fifths=(),
        held=held_of_the_nine(rows.audit, held),
        left_out=tuple(group for one in every for group in left_out(rows, one, any_amount, ready.inside())),
        not_measured=not_measured,
        least_people=LEAST_PEOPLE_OF_AMOUNTS,
        rows_per_person=int(np.bincount(ready.people.person).max()),
        disclosure_number=policy.disclosure_number,
        round_to=policy.round_to,
        resamples=0,
        seed=0,
        notes=_notes(policy, ready),
        amounts=AmountScale(rows.unit, number(ready.mean_amount.value) or None, rows.nominal_coverage),
    )


def _ready(rows: ScoredAmounts) -> _Amounts:
    person = np.unique(rows.entity, return_inverse=True)[1].astype(np.int64)
    people = People(person, rows.weight, int(person.max()) + 1)
    everybody = np.ones(len(rows), dtype=bool)
    covered = None
    if rows.low is not None and rows.high is not None:
        covered = (rows.low <= rows.outcome) & (rows.outcome <= rows.high)
    return _Amounts(rows, people, rows.outcome > 0, covered, people.mean(rows.outcome, everybody))


def _measure_all(ready: _Amounts, every: tuple[Grouping, ...], progress: Progress | None) -> list[Measured]:
    tell: Progress = progress if progress is not None else lambda stage, done: None
    measured = []
    for place, one in enumerate(every):
        tell("Comparing " + " and ".join(one.names), place / len(every))
        measured.append(_measure(ready, one))
    tell("Comparing", 1.0)
    return measured


def _measure(ready: _Amounts, one: Grouping) -> Measured:
    """Compare each group with the rest, save those whom nothing came to or who are not there."""
    inside = [one.code == place for place in range(len(one.keys))]
    outside = [(one.code >= 0) & (one.code != place) for place in range(len(one.keys))]
    means = {
        name: ComparedMeans.of(
            [(_mean(ready, what, here), _mean(ready, what, rest)) for here, rest in zip(inside, outside, strict=True)]
        )
        for name, what in ready.figures().items()
    }
    compared: dict[str, Compared | ComparedMeans] = {name: means[name] for name in _ERRORS}
    if ready.covered is not None:
        compared["coverage"] = _coverage(ready, inside)
    alone = {**means, **{name: each for name, each in compared.items() if name == "coverage"}}
    kept = one.code >= 0
    people = np.array([_people(ready, here) for here in inside], dtype=np.int64)
    others = np.array([_people(ready, rest) for rest in outside], dtype=np.int64)
    amounts = (np.ones(len(kept)), ready.any_amount, ready.inside(), ready.any_amount * ready.inside())
    counts = [np.bincount(one.code[kept], what[kept], minlength=len(one.keys)) for what in amounts]
    return Measured(
        grouping=one,
        people=people,
        other_people=others,
        compared=compared,
        points=pd.DataFrame({name: each.first for name, each in alone.items()}),
        ends={name: each.own_ends() for name, each in alone.items()},
        counts=np.stack(counts, axis=1),
    )


def _mean(ready: _Amounts, what: FloatArray, here: BoolArray) -> Mean | None:
    """Average some people's figure as a share of everybody's mean amount; None where nothing came to any of them."""
    if not (here & ready.any_amount).any():
        return None
    return ready.people.mean(what, here).over(ready.mean_amount)


def _people(ready: _Amounts, here: BoolArray) -> int:
    return len(np.unique(ready.people.person[here]))


def _coverage(ready: _Amounts, inside: list[BoolArray]) -> Compared:
    """Hold the share of each group's amounts inside their intervals against what was promised, which is exact."""
    many, covered = len(inside), ready.inside()
    share, size = np.full(many, np.nan), np.full(many, np.nan)
    people = np.zeros(many, dtype=np.int64)
    for place, here in enumerate(inside):
        if not (here & ready.any_amount).any():
            continue
        one = ready.people.mean(covered, here)
        share[place], people[place] = min(1.0, max(0.0, one.value)), one.people
        bare = np.array([one.variance * max(one.people - 1, 1) / one.people])  # effective_size corrects it itself
        of_rows = float(here.sum())
        size[place] = effective_size(share[place : place + 1], bare, np.array([one.equal]), np.array([of_rows]))[0]
    return Compared(
        first=share,
        second=np.full(many, ready.rows.nominal_coverage),
        first_size=size,
        second_size=np.full(many, np.inf),
        correlation=np.zeros(many),
        people=people,
        other_people=np.full(many, ready.people.many),
        least=LEAST_PEOPLE_OF_AMOUNTS,
    )


def _everybody(ready: _Amounts) -> GroupRates:
    all_of_them = Grouping((), ((),), np.zeros(len(ready.rows), dtype=np.int64))
    return rates(_measure(ready, all_of_them))[0]


def _notes(policy: AssurancePolicy, ready: _Amounts) -> tuple[str, ...]:
    mean, unit = ready.mean_amount.value, ready.rows.unit
    notes = [
        _NOT_NEED,
        f"Errors are shares of everybody's mean amount, {mean:,.{0 if mean >= 10 else 2}f} {unit}. An error below 0 "
        "says too little.",
        f"Coverage is held against what was promised, {ready.rows.nominal_coverage:.0%}.",
        f"Intervals are 95%. Under {LEAST_PEOPLE_OF_AMOUNTS} people on either side there is too little to say.",
        "A group to whom no amount at all is recorded is not defined, which is not 0.",
    ]
    if ready.people.many < len(ready.rows):
        notes.append("People are in the audit at several dates; intervals are over people, not rows.")
    if not policy.comparisons:
        notes.append("The policy names no comparison, so nothing decides and nothing is passed.")
    return tuple(notes)


def _check(rows: ScoredAmounts) -> None:
    """Refuse rows that do not fit together, before any figure is made of them."""
    ends = {"low": rows.low, "high": rows.high}
    if (rows.low is None) != (rows.high is None):
        raise _fault("prediction intervals have one end only", "both ends, or neither")
    amounts = {"expected": rows.expected, "outcome": rows.outcome, **{k: v for k, v in ends.items() if v is not None}}
    columns = amounts | {"weight": rows.weight}
    many = {"entity": len(rows.entity), "audit": len(rows.audit), **{name: len(one) for name, one in columns.items()}}
    if len(set(many.values())) > 1 or not len(rows):
        lengths = ", ".join(f"{name} {length:,}" for name, length in many.items())
        raise _fault(f"columns differ in length or are empty: {lengths}", "one length, of at least one row")
    if len(set(rows.audit.columns)) != rows.audit.shape[1]:
        raise _fault("a characteristic is there twice", "each characteristic once")
    for name, column in columns.items():
        wrong = int((~np.isfinite(column)).sum())
        if wrong:
            raise _fault(f"{wrong:,} of {len(rows):,} rows have a {name} that is not a number", "finite numbers")
    for name, column in amounts.items():
        if (column < 0).any():
            raise _fault(f"{int((column < 0).sum()):,} of {len(rows):,} rows have a {name} below 0", "amounts from 0")
    if (rows.weight <= 0).any():
        raise _fault("a weight is not above 0", "weights above 0")
    if rows.low is not None and rows.high is not None and (rows.low > rows.high).any():
        raise _fault("prediction intervals end before they begin", "low at or below high")


def _fault(found: str, expected: str) -> AssuranceError:
    return AssuranceError(
        found,
        expected=expected,
        next_step="Predict the held-out rows again, and hand all of their columns on together.",
        who="the data scientist who trained the model",
    )
