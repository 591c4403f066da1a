"""The checks on what was measured of a model of amounts: no list, better than today, right in sum, ranges that hold.

They stand in for the checks of the same names on a model of a risk.
"""

from __future__ import annotations

from collections.abc import Iterator

from riskmodels.governance.facts import CandidateFacts, Measured
from riskmodels.governance.outcome import Outcome
from riskmodels.policy import ModelPolicy
from riskmodels.promotion_policy import PromotionPolicy

__all__ = ["better_than_today", "list_faults", "right_in_sum", "worst_date"]

_GAIN = "deviance_reduction"


def list_faults(facts: CandidateFacts, policy: ModelPolicy) -> Iterator[str]:
    """Say where a list of people could be made of amounts: cost is not need."""
    if policy.worklist is not None:
        yield "the policy says how a list is made, and no list may be made of amounts"
    if facts.model.capacity:
        yield f"a list of {facts.model.capacity} people was made, and a list of people is refused for an amount"
    if not (facts.model.unit or "").strip():
        yield "it is not said what the amount is counted in"


def better_than_today(facts: CandidateFacts, asked: PromotionPolicy) -> Outcome:
    """Hold the lower end of what the model saves of the error of today's practice against the least that is asked."""
    gain = facts.model.differences.get("chosen_minus_baseline", {}).get(_GAIN)
    least = asked.gain_over_baseline.least
    passed = gain is not None and gain.low is not None and gain.low > least
    wanted = (
        f"of the error of today's practice ({facts.model.baseline}; mean Tweedie deviance), the lower end of the share "
        f"that is saved is above {least:.0%}"
    )
    return Outcome("beats_baseline", passed, f"saved {_share(gain)}", wanted)


def right_in_sum(facts: CandidateFacts, asked: PromotionPolicy) -> Outcome:
    """Hold the error of the sum, and how often the stated ranges held, against what is asked."""
    figures = facts.model.metrics.get(facts.model.chosen, {})
    total, coverage = figures.get("total_error"), figures.get("coverage")
    most, held = asked.total_error.most, asked.interval_coverage
    near = total is not None and total.value is not None and abs(total.value) <= most
    holds = coverage is not None and coverage.value is not None and held.least <= coverage.value <= held.most
    stated = "stated ranges" if facts.model.nominal_coverage is None else f"{facts.model.nominal_coverage:.0%} ranges"
    wanted = (
        f"a sum of expected amounts within {most:.1%} of what came, {stated} that hold {held.least:.0%} to "
        f"{held.most:.0%} of people, and totals by place that are no further out than the same quarter a year before"
    )
    found = f"the sum is out by {_share(total)}; the ranges held {_share(coverage)} of people; {_totals_found(facts)}"
    return Outcome("calibration", near and holds and _totals_hold(facts, held.least), found, wanted)


def _totals_hold(facts: CandidateFacts, least: float) -> bool:
    """Say whether past totals were no further out than a year before, and their ranges held; true where none are made.

    Ranges of totals that hold too often waste money and mislead nobody: only too seldom is refused.
    """
    totals = facts.totals
    if totals is None:
        return True
    near = totals.ratio.value is not None and totals.ratio.value <= 1
    return near and (totals.coverage is None or totals.coverage >= least)


def _totals_found(facts: CandidateFacts) -> str:
    totals = facts.totals
    if totals is None:
        return "no totals were made"
    held = "no range" if totals.coverage is None else f"ranges that held {totals.coverage:.1%}"
    return f"past totals were out by {totals.error:.1%} against {totals.seasonal_naive:.1%} a year before, with {held}"


def worst_date(facts: CandidateFacts, asked: PromotionPolicy) -> Outcome:
    """Hold what was saved at the worst date scored out of time against the least that is asked."""
    least = asked.worst_period_gain.least
    wanted = f"at every date scored out of time, at least {least:.0%} of the error of today's practice is saved"
    found = {one.as_of: _value(one.deviance_reduction) for one in facts.periods}
    known = {day: value for day, value in found.items() if value is not None}
    if not known:
        return Outcome("worst_period", False, "no date was scored out of time", wanted)
    worst = min(known, key=lambda day: known[day])
    unknown = len(facts.periods) - len(known)
    said = f"{worst:%d %B %Y}: saved {known[worst]:.1%}, the worst of {len(known)}"
    said += f"; {unknown} not measured" if unknown else ""
    return Outcome("worst_period", known[worst] >= least and not unknown, said, wanted)


def _value(one: Measured | None) -> float | None:
    return None if one is None else one.value


def _share(one: Measured | None) -> str:
    if one is None or one.value is None:
        return "not measured"
    ends = "" if one.low is None or one.high is None else f" (95% interval {one.low:.1%} to {one.high:.1%})"
    return f"{one.value:.1%}{ends}"
