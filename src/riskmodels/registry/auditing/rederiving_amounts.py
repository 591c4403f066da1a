"""Work the figures of a model of amounts out again from its retained table and its bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.assurance.scored import ScoredAmounts
from riskmodels.governance.facts import CandidateFacts
from riskmodels.modelling.amounts.judging import compare_amounts, mean_of, strata_of
from riskmodels.modelling.amounts.metrics import MeasuredAmounts
from riskmodels.modelling.amounts.rows import AmountRows, read_amounts
from riskmodels.records import Interval, TrainingTable
from riskmodels.registry.auditing.held import Held
from riskmodels.registry.auditing.same_figures import figure, is_same
from riskmodels.registry.bundles.amount_predictor import AmountPredictor

__all__ = ["AmountsAgain", "amount_figures", "amounts_again", "held_out_amounts"]

_NAMES = {
    "mean_absolute_error": "Missed by, on average",
    "total_error": "Error of the sum",
    "coverage": "Ranges that held",
}
_GAIN = "chosen_minus_baseline"
_BASELINE = "baseline"

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AmountsAgain:
    """What is looked at: the table's held-out rows, with what the bundle expects of them.

    Attributes
    ----------
    table : TrainingTable
        What was retained.
    held_out : AmountRows
        Its held-out rows.
    predictor : AmountPredictor
        The bundle.
    facts : CandidateFacts
        What the author signed.
    expected, low, high : float array, shape (n_rows,)
        By the bundle.
    metrics, differences : mapping of str to mapping of str to Interval
        Worked out again, of the model and of today's practice.
    """

    table: TrainingTable
    held_out: AmountRows
    predictor: AmountPredictor
    facts: CandidateFacts
    expected: FloatArray
    low: FloatArray
    high: FloatArray
    metrics: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Interval]]

    @property
    def power(self) -> float:
        """Give the power by which a miss counts."""
        return float(self.predictor.manifest.settings.get("power") or 0.0)

    def scored_rows(self) -> ScoredAmounts:
        """Give the held-out rows as the bias audit looks at them."""
        table, day = self.table, self.facts.model.held_out[-1]
        here = (table.spine["as_of"] == pd.Timestamp(day)).to_numpy()
        return ScoredAmounts(
            X=table.X.loc[here].reset_index(drop=True),
            score=self.predictor.raw_score(self.held_out.X),
            outcome=np.asarray(table.outcome, dtype=np.float64)[here],
            weight=np.asarray(table.spine["weight"], dtype=np.float64)[here],
            entity=table.spine["entity"].to_numpy(dtype=np.int64)[here],
            as_of=table.spine["as_of"].to_numpy()[here],
            audit=table.audit.loc[here].reset_index(drop=True),
            treated=table.spine["treated"].to_numpy(dtype=bool)[here],
            expected=self.expected,
            low=self.low,
            high=self.high,
            unit=self.predictor.unit,
            nominal_coverage=self.predictor.nominal_coverage,
            power=self.power,
        )


def amounts_again(table: TrainingTable, predictor: AmountPredictor, facts: CandidateFacts) -> AmountsAgain:
    """Score the held-out rows with the bundle and with today's practice, and measure them again."""
    held_out = read_amounts(table).at(facts.model.held_out[-1])
    expected = predictor.expected(held_out.X)
    low, high = predictor.ranges(held_out.X, expected)
    power = float(predictor.manifest.settings.get("power") or 0.0)
    chosen = facts.model.chosen
    ready = {
        chosen: MeasuredAmounts(held_out.y, expected, power, low, high),
        _BASELINE: MeasuredAmounts(held_out.y, predictor.today(held_out.X), power),
    }
    metrics, differences = compare_amounts(
        ready, held_out, chosen, pairs={_GAIN: ("chosen", _BASELINE)}, seed=predictor.manifest.seed
    )
    return AmountsAgain(table, held_out, predictor, facts, expected, low, high, metrics, differences)


def amount_figures(again: AmountsAgain) -> Iterator[Held]:
    """Hold every figure of the model and of today's practice against the signed one."""
    signed = again.facts.model
    yield _counts(again)
    yield _terms(again)
    mine, said = again.metrics[signed.chosen], signed.metrics.get(signed.chosen, {})
    for name, says in _NAMES.items():
        yield figure(says, mine[name], said.get(name))
    gain = signed.differences.get(_GAIN, {})
    yield figure(
        "Saved of the error of today's practice",
        again.differences[_GAIN]["deviance_reduction"],
        gain.get("deviance_reduction"),
    )
    rest = {name: (found, said.get(name)) for name, found in mine.items() if name not in _NAMES}
    today = signed.metrics.get(_BASELINE, {})
    rest |= {f"today's practice: {name}": (found, today.get(name)) for name, found in again.metrics[_BASELINE].items()}
    rest |= {
        f"less today's practice: {name}": (found, gain.get(name))
        for name, found in again.differences[_GAIN].items()
        if name != "deviance_reduction"
    }
    rest["mean amount"] = (_mean(again), signed.mean_amount)
    wrong = sorted(name for name, (found, one) in rest.items() if not is_same(found, one))
    why = f"not as signed: {', '.join(wrong)}" if wrong else f"{len(rest)} figures, as signed"
    yield Held("All other figures of the model, and those of today's practice", not wrong, why)
    yield _strata(again)


def _mean(again: AmountsAgain) -> Interval:
    return mean_of(again.held_out, again.held_out.y, seed=again.predictor.manifest.seed)


def _counts(again: AmountsAgain) -> Held:
    signed = again.facts.model
    rows, positives = len(again.held_out), int((again.held_out.y > 0).sum())
    same = rows == signed.rows and signed.positives in (None, positives)
    return Held("Held-out rows", same, f"{signed.rows:,} were signed for" if same else "their number is another")


def _terms(again: AmountsAgain) -> Held:
    signed, one = again.facts.model, again.predictor
    same = (signed.unit, signed.nominal_coverage) == (one.unit, one.nominal_coverage) and signed.capacity == 0
    found = f"{one.unit}, ranges for {one.nominal_coverage:.0%}, and no list"
    return Held("What it gives", same, found if same else "something else was signed")


def _strata(again: AmountsAgain) -> Held:
    found = {
        one.stratum: one
        for one in strata_of(
            again.held_out, again.low, again.high, again.predictor.intervals, seed=again.predictor.manifest.seed
        )
        if one.may_show(again.facts.disclosure.number)
    }
    signed = {one.stratum: one for one in again.facts.model.strata}
    wrong = sorted(set(found) ^ set(signed)) + [
        name
        for name in sorted(set(found) & set(signed))
        if not is_same(found[name].coverage, signed[name].coverage)
        or not is_same(found[name].mean_width, signed[name].mean_width)
    ]
    why = f"not as signed: {', '.join(wrong)}" if wrong else f"{len(found)} groups, as signed"
    return Held("Ranges that held within each group", not wrong, why)


def held_out_amounts(again: AmountsAgain) -> Iterator[Held]:
    """Hold what was signed of the held-out date against what comes out."""
    day, mine = again.facts.model.held_out[-1], again.metrics[again.facts.model.chosen]
    signed = {one.as_of: one for one in again.facts.periods}.get(day)
    gain = again.differences[_GAIN]["deviance_reduction"]
    yield figure(f"Saved at {day:%d %B %Y}", gain, None if signed is None else signed.deviance_reduction)
    if signed is None:
        return
    same = (
        is_same(mine["mean_absolute_error"], signed.mean_absolute_error)
        and is_same(mine["coverage"], signed.coverage)
        and (signed.mean_observed is None or is_same(_mean(again), signed.mean_observed))
    )
    found = "as signed" if same else "not as signed"
    yield Held(f"What came at {day:%d %B %Y}, how far it was missed and how ranges held", same, found)
