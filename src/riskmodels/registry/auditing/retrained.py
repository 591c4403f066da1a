"""Train and audit a candidate again from its retained table, for signed figures that its bundle alone cannot give."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from riskmodels.assurance.whole import assure
from riskmodels.governance.amount_facts import totals_facts
from riskmodels.governance.facts import CandidateFacts
from riskmodels.modelling import train
from riskmodels.modelling.totals import with_totals
from riskmodels.policy import ModelPolicy
from riskmodels.records import Interval, TrainedModel, TrainingTable
from riskmodels.records.amount_model import AmountPeriod
from riskmodels.records.assurance import Assurance
from riskmodels.registry.auditing.held import Held
from riskmodels.registry.auditing.looked_at import looked_at_again
from riskmodels.registry.auditing.same_figures import SAME, figure, is_same
from riskmodels.registry.environment import describe_environment

__all__ = ["NOT_TRAINED_AGAIN", "trained_again"]

Progress = Callable[[str, float], None]

_WHAT = (
    "The model, trained again",
    "Earlier periods, out of time",
    "Leaks",
    "Proxies",
    "Steadiness of the explanation",
    "Declared directions",
)
_IN_THE_LAKE = Held("Rebuild without the future", None, "it needs the lake, and is part of every riskmodels run")

NOT_TRAINED_AGAIN = tuple(Held(what, None, "the model was not trained again") for what in _WHAT)
"""What is said where the model is not trained again."""


def trained_again(table: TrainingTable, facts: CandidateFacts, policy: ModelPolicy, tell: Progress) -> Iterator[Held]:
    """Train and audit again, and hold what comes out against what was signed.

    Parameters
    ----------
    table : TrainingTable
        What was retained.
    facts : CandidateFacts
        What the author signed.
    policy : ModelPolicy
        What was asked of the model.
    tell : callable
        Told the stage and the share of it that is done.
    """
    model, signed = train(table, policy, progress=tell), facts.model
    what = _WHAT[0]
    if model.digest != signed.reproducibility_digest:
        here = describe_environment() == signed.platform
        why = "another model comes out" if here else "this is another platform, where digests may differ"
        yield Held(what, False if here else None, f"{why}: riskmodels reproduce compares its scores")
        yield from (Held(one, None, "what was trained again is not to the bit what was signed") for one in _WHAT[1:])
        return
    yield Held(what, True, f"the same, {model.digest[:16]}...")
    yield from _evaluation(model, facts)
    yield from looked_at_again(table, model, facts)
    yield from _totals(table, model, facts, policy)
    yield from _audits(assure(table, model, policy, progress=tell), facts)
    yield _IN_THE_LAKE


def _evaluation(model: TrainedModel, facts: CandidateFacts) -> Iterator[Held]:
    what = "Saved" if model.task == "amount" else "ROC AUC"
    by_date = dict(_by_date(model))
    signed = {one.as_of: one.deviance_reduction if model.task == "amount" else one.roc_auc for one in facts.periods}
    development = {one.as_of for one in model.evaluation.periods if one.role == "development"}
    for day in sorted(by_date.keys() & development):
        yield figure(f"{what} at {day:%d %B %Y}, out of time", by_date[day], signed.get(day))
    more = sorted(set(signed) - set(by_date))
    if more:
        days = ", ".join(f"{day:%d %B %Y}" for day in more)
        yield Held("Other periods", False, f"{days} were signed for, and nothing was scored out of time there")
    other = "interpretable" if model.chosen == "lightgbm" else "lightgbm"
    found, said = model.evaluation.metrics[other], facts.model.metrics.get(other, {})
    wrong = sorted(name for name, each in found.items() if not is_same(each, said.get(name)))
    why = f"not as signed: {', '.join(wrong)}" if wrong else f"{len(found)} figures, as signed"
    yield Held(f"Figures of the estimator that was not chosen ({other})", not wrong, why)


def _totals(table: TrainingTable, model: TrainedModel, facts: CandidateFacts, policy: ModelPolicy) -> Iterator[Held]:
    """Forecast totals again on the dates that they were judged on, where totals are given or were signed."""
    if facts.totals is None and table.totals_by is None:
        return
    found = totals_facts(with_totals(model, table, disclosure_number=policy.assurance.disclosure_number))
    same = found == facts.totals
    if found is not None and facts.totals is not None:
        gaps = (found.error - facts.totals.error, found.seasonal_naive - facts.totals.seasonal_naive)
        counts = {"error", "seasonal_naive", "ratio"}
        same = max(map(abs, gaps)) <= SAME and is_same(found.ratio, facts.totals.ratio)
        same = same and found.model_dump(exclude=counts) == facts.totals.model_dump(exclude=counts)
    yield _said("Past forecasts of totals", same, "none" if found is None else f"an error of {found.error:.1%}")


def _by_date(model: TrainedModel) -> Iterator[tuple[datetime.date, Interval]]:
    """Give how well each date was foretold out of time."""
    for one in model.evaluation.periods:
        figure_there = one.deviance_reduction if isinstance(one, AmountPeriod) else one.roc_auc
        if figure_there is not None:
            yield one.as_of, figure_there


def _audits(found: Assurance, facts: CandidateFacts) -> Iterator[Held]:
    shuffled, alarms = found.leakage.shuffled, {one.suspicion for one in found.leakage.alarms}
    same = (None if shuffled is None else shuffled.passed) == facts.leakage.shuffled_passed
    yield _said("Leaks", same and alarms == set(facts.leakage.alarms), f"{len(alarms)} alarms")
    proxies = {one.suspicion for one in found.proxies.alarms}
    strength = {one.name: one.roc_auc for one in found.proxies.characteristics}
    same = strength.keys() == facts.proxies.strength.keys() and all(
        is_same(one, facts.proxies.strength[name]) for name, one in strength.items()
    )
    yield _said("Proxies", same and proxies == set(facts.proxies.alarms), f"{len(proxies)} alarms")
    yield from _explanation(found, facts)
    seen, signed = found.directions, facts.monotone
    directions = ((), ()) if seen is None else (seen.declared, seen.violated)
    same = directions == (signed.declared, signed.violated)
    yield _said("Declared directions", same, f"{len(directions[0])} declared, {len(directions[1])} not kept to")


def _explanation(found: Assurance, facts: CandidateFacts) -> Iterator[Held]:
    seen, signed = found.explanation, facts.explanation
    what = "Steadiness of the explanation"
    if seen.stability is None:
        yield _said(what, signed.stability is None, "not measured")
    else:
        yield figure(what, seen.stability.overlap, signed.stability)
    gaps = (
        abs(seen.how.largest_gap - signed.largest_gap),
        abs(seen.how.largest_difference - signed.largest_difference),
    )
    same = max(gaps) <= SAME and tuple(one.says for one in seen.importances[:5]) == signed.leading
    yield _said("What the explanation misses, and what leads", same, f"a gap of {seen.how.largest_gap:.1e}")


def _said(what: str, same: bool, found: str) -> Held:
    return Held(what, same, f"{found}, as signed" if same else f"{found} come out, and something else was signed")
