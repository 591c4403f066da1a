"""The gate: evidence and policy in, a decision with every reason out. It asks nobody and keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from riskmodels.governance.attestations import Conditions
from riskmodels.governance.check_texts import check_text
from riskmodels.governance.decision import Check, Decision
from riskmodels.governance.document_checks import document_outcomes, lapses_of_documents
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.measured_checks import measured_outcomes, undecided
from riskmodels.governance.outcome import Outcome
from riskmodels.governance.people_checks import People, SignedWaiver, narrowest, people_of, people_outcomes
from riskmodels.policy import ModelPolicy
from riskmodels.promotion_policy import CANNOT_BE_WAIVED, PromotionPolicy

__all__ = ["decide", "ungoverned"]


def decide(evidence: Evidence, policy: ModelPolicy | None = None) -> Decision:
    """Say whether a candidate may go live, with every reason for and against.

    Parameters
    ----------
    evidence : Evidence
        The candidate's signed facts, the signatures that hold, the trust root and the moment to decide for.
    policy : ModelPolicy, optional
        What is asked of it; the trust root's when not given, which is the one that counts.

    Returns
    -------
    Decision
        ``passed`` only if every check passed or was waived by a signature that has not lapsed. The checks in
        :data:`riskmodels.promotion_policy.CANNOT_BE_WAIVED` cannot be waived, nor can a proven breach of a tolerance.
    """
    held = policy if policy is not None else evidence.root.policies.get(evidence.facts.model.name)
    if held is None or held.promotion is None:
        return ungoverned(evidence.facts.model.name)
    asked = held.promotion
    people = people_of(evidence, held, asked)
    outcomes = [
        *measured_outcomes(evidence.facts, held, asked),
        *document_outcomes(evidence.facts, evidence.at.date()),
        *people_outcomes(evidence, people, asked),
    ]
    waivers = () if people.standing else people.waivers
    used = {one.name: _waiver(one, waivers, evidence) for one in outcomes if not one.passed}
    checks = tuple(_check(one, used.get(one.name), evidence.facts.model.task) for one in outcomes)
    conditions = _conditions(people, asked)
    passed = all(one.passed for one in checks)
    ends = [*people.lapses, *lapses_of_documents(evidence.facts), evidence.root.expires]
    ends += [one.until for one in used.values() if one is not None]
    ends += [] if conditions.until is None else [conditions.until]
    until = min(ends) if passed else None
    return Decision(evidence.facts.model.name, passed, checks, conditions, until, evidence.at)


def _waiver(outcome: Outcome, waivers: Sequence[SignedWaiver], evidence: Evidence) -> SignedWaiver | None:
    if outcome.name in CANNOT_BE_WAIVED:
        return None
    offered = [one for one in waivers if one.waiver.check == outcome.name]
    if outcome.name == "bias":
        offered = [one for one in offered if _accepts(one, evidence)]
    return max(offered, key=lambda one: one.until, default=None)


def _accepts(one: SignedWaiver, evidence: Evidence) -> bool:
    """Say whether a waiver names every comparison without enough evidence, with a plan; a breach it cannot cover."""
    bias, open_ = evidence.facts.bias, undecided(evidence.facts)
    proven = bool(bias.breaches) or any(each.verdict == "fail" for each in bias.comparisons)
    covers = bool(open_) and set(open_) <= set(one.waiver.groups)
    return covers and not proven and bool(one.waiver.plan.strip())


def _check(outcome: Outcome, waiver: SignedWaiver | None, task: Literal["risk", "amount"]) -> Check:
    words = check_text(outcome.name, task)
    return Check(
        name=outcome.name,
        title=words.title,
        passed=outcome.passed or waiver is not None,
        found=outcome.found,
        wanted=outcome.wanted,
        why=words.why,
        next_step="Nothing." if outcome.passed else words.next_step,
        who=words.who,
        waived=None if waiver is None else f"accepted by {waiver.role} until {waiver.until:%d %B %Y}",
    )


def _conditions(people: People, asked: PromotionPolicy) -> Conditions:
    asked_of = [*asked.quorum.advise, *asked.quorum.accept_risk, *asked.quorum.decide]
    said = [
        one.word.conditions
        for one in people.words
        if one.word.role in asked_of and one.word.decision == "approve-with-conditions"
    ]
    return narrowest([*said, *(one.statement.conditions for one in people.standing)])


def ungoverned(model: str) -> Decision:
    """Give the decision on a model of which nobody has said what to ask: it may never serve."""
    check = Check(
        name="governed",
        title="Does the trust root say what is asked of this model?",
        passed=False,
        found=f"nothing is asked of {model} before it goes live",
        wanted="a promotion block for it in mlflow.yaml, taken up into a root that the quorum signed",
        why="Nothing may serve that nobody has said what to ask of.",
        next_step="Add the block, then: riskmodels trust propose, and have the quorum sign it.",
        who="the roles that sign the trust root",
    )
    return Decision(model, False, (check,))
