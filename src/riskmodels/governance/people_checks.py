"""The checks on people: who signed, whether it still counts, and that nobody marked their own work."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from riskmodels.governance.attestations import Conditions, Waiver
from riskmodels.governance.evidence import Evidence, SignedReproduction, SignedStanding, SignedWord
from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.outcome import Outcome
from riskmodels.governance.roles import Board, Holder
from riskmodels.governance.wire import canonical, sha256
from riskmodels.policy import ModelPolicy
from riskmodels.promotion_policy import PromotionPolicy, Quorum

__all__ = ["People", "SignedWaiver", "narrowest", "people_of", "people_outcomes"]

_SAME_SCORE = 1e-6
_STANDINGS = {"pass": 0, "not enough evidence": 1, "fail": 2}


@dataclass(frozen=True)
class SignedWaiver:
    """A waiver, the role that signed it, and the day from which it no longer counts."""

    waiver: Waiver
    role: str
    until: datetime.date


@dataclass(frozen=True)
class People:
    """The words that count: the newest of each holder that has not lapsed, and what follows from them.

    Attributes
    ----------
    words : tuple of SignedWord
        The newest of each holder and role, lapsed ones left out.
    waivers : tuple of SignedWaiver
        Of roles that accept risk, by approving words, unexpired.
    standing : tuple of SignedStanding
        Approvals beforehand that fit this candidate; none where words decide.
    lapses : tuple of date
        Days from which a word that is needed no longer counts.
    """

    words: tuple[SignedWord, ...]
    waivers: tuple[SignedWaiver, ...]
    standing: tuple[SignedStanding, ...]
    lapses: tuple[datetime.date, ...]

    def of(self, role: str) -> list[SignedWord]:
        """Give what the holders of a role said."""
        return [one for one in self.words if one.word.role == role]


def people_of(evidence: Evidence, policy: ModelPolicy, asked: PromotionPolicy) -> People:
    """Settle whose words count at the moment to decide for."""
    today, newest = evidence.at.date(), {}
    for one in sorted(evidence.words, key=lambda signed: signed.word.at):
        newest[one.word.role, one.holder.key] = one
    # An approval lapses; a rejection stands until whoever gave it says otherwise.
    words = tuple(one for one in newest.values() if one.word.decision == "reject" or _lapse(one, asked) > today)
    waivers = tuple(
        SignedWaiver(waiver, one.word.role, min(waiver.expires, _lapse(one, asked)))
        for one in words
        if one.word.role in asked.quorum.accept_risk and one.word.decision != "reject"
        for waiver in one.word.waivers
        if waiver.expires > today
    )
    spoken = _decided(words, asked.quorum) or any(one.word.decision == "reject" for one in words)
    standing = () if spoken else _standing(evidence, policy, asked)
    needed = {*asked.quorum.advise, *asked.quorum.accept_risk, *asked.quorum.decide}
    lapses = [_end(one, asked) for one in standing]
    lapses += (
        []
        if standing
        else [_lapse(one, asked) for one in words if one.word.role in needed and one.word.decision != "reject"]
    )
    return People(words, waivers, standing, tuple(lapses))


def people_outcomes(evidence: Evidence, people: People, asked: PromotionPolicy) -> list[Outcome]:
    """Hold the signatures against what is asked."""
    return [
        _not_suspended(evidence, people, asked.quorum),
        _reproduced(evidence),
        _author_separate(evidence, people),
        _quorum(evidence, people, asked.quorum),
    ]


def narrowest(conditions: Iterable[Conditions]) -> Conditions:
    """Take conditions together: only purposes that all allow, the shortest list, the first end, every other."""
    held = list(conditions)
    purposes = [set(one.purposes) for one in held if one.purposes is not None]
    lists = [one.longest_list for one in held if one.longest_list is not None]
    ends = [one.until for one in held if one.until is not None]
    return Conditions(
        purposes=tuple(sorted(set.intersection(*purposes))) if purposes else None,
        longest_list=min(lists, default=None),
        until=min(ends, default=None),
        other=tuple(dict.fromkeys(words for one in held for words in one.other)),
    )


def _lapse(one: SignedWord, asked: PromotionPolicy) -> datetime.date:
    ends = [one.word.review_by, one.word.at.date() + datetime.timedelta(days=asked.review_days)]
    if one.word.decision != "reject" and one.word.conditions.until is not None:
        ends.append(one.word.conditions.until)
    return min(ends)


def _end(one: SignedStanding, asked: PromotionPolicy) -> datetime.date:
    return min(one.statement.until, one.statement.at.date() + datetime.timedelta(days=asked.review_days))


def _decided(words: Sequence[SignedWord], quorum: Quorum) -> bool:
    said = {one.word.role for one in words}
    return all(role in said for role in quorum.decide)


def _standing(evidence: Evidence, policy: ModelPolicy, asked: PromotionPolicy) -> tuple[SignedStanding, ...]:
    """Give the approvals beforehand of every role that accepts or decides, where they fit; else none."""
    if not asked.standing_approval:
        return ()
    today = evidence.at.date()
    fitting = [one for one in evidence.standing if _end(one, asked) > today and _fits(one, evidence, policy)]
    roles = [*asked.quorum.accept_risk, *asked.quorum.decide]
    if not all(any(one.statement.role == role for one in fitting) for role in roles):
        return ()
    given = tuple(one for one in fitting if one.statement.role in roles)
    keys = {one.holder.key: one.statement.role for one in given}
    return given if len(set(keys.values())) == len(set(roles)) else ()  # one key cannot approve for two roles


def _fits(one: SignedStanding, evidence: Evidence, policy: ModelPolicy) -> bool:
    said, facts = one.statement, evidence.facts
    held = {name: document.digest for name, document in facts.documents.items()}
    return (
        said.definition_digest == facts.model.definition_digest
        and said.policy_digest in _spellings(policy)
        and said.dpia_digest == held.get("dpia")
        and said.equality_digest == held.get("equality")
        and one.rests_on is not None
        and _no_worse(facts, one.rests_on)
    )


def _spellings(policy: ModelPolicy) -> set[str]:
    """Give a policy's digests: with every key of this version, and with those alone that it was made with."""
    return {sha256(canonical(policy)), sha256(canonical(policy.model_dump(mode="json", exclude_unset=True)))}


def _no_worse(now: CandidateFacts, then: CandidateFacts) -> bool:
    before = {(one.characteristic, one.group, one.metric): one.verdict for one in then.bias.comparisons}
    return not now.bias.breaches and all(
        _STANDINGS[one.verdict] <= _STANDINGS[before.get((one.characteristic, one.group, one.metric), "pass")]
        for one in now.bias.comparisons
    )


def _not_suspended(evidence: Evidence, people: People, quorum: Quorum) -> Outcome:
    wanted = "no order to stop, or a decision signed after it"
    if not evidence.suspensions:
        return Outcome("not_suspended", True, "nobody has", wanted)
    last = max(one.statement.at for one in evidence.suspensions)
    undone = all(
        any(one.word.at > last and one.word.decision != "reject" for one in people.of(role)) for role in quorum.decide
    )
    newest = next(one for one in evidence.suspensions if one.statement.at == last)
    found = f"suspended on {last:%d %B %Y} by {newest.statement.role}"
    return Outcome("not_suspended", undone, f"{found}, and decided on again since" if undone else found, wanted)


def _reproduced(evidence: Evidence) -> Outcome:
    wanted = "the same digest on the same platform, or the same scores on another, by somebody who is not the author"
    others = [one for one in evidence.reproduced if one.holder.key != evidence.author.key]
    agreeing = [one for one in others if _agrees(one, evidence.facts)]
    if agreeing:
        same = agreeing[0].statement.reproducibility_digest == evidence.facts.model.reproducibility_digest
        found = "the same digest" if same else "the same scores on another platform"
        return Outcome("reproduced", True, f"{found}, by the {agreeing[0].holder.title}", wanted)
    found = "it came out differently" if others else "nobody has"
    return Outcome("reproduced", False, found, wanted)


def _agrees(one: SignedReproduction, facts: CandidateFacts) -> bool:
    said = one.statement
    if said.reproducibility_digest == facts.model.reproducibility_digest:
        return True
    elsewhere = said.platform != facts.model.platform
    return elsewhere and said.largest_difference is not None and said.largest_difference <= _SAME_SCORE


def _author_separate(evidence: Evidence, people: People) -> Outcome:
    author = evidence.author.key
    also = {one.word.role for one in people.words if one.holder.key == author}
    also |= {one.statement.role for one in people.standing if one.holder.key == author}
    also |= {"reproducer" for one in evidence.reproduced if one.holder.key == author}
    board = evidence.root.board
    held = [name for name, role in board.roles.items() if author in {one.key for one in role.holders}]
    held += [name for name, holders in _beside(board).items() if author in {one.key for one in holders}]
    wrong = sorted(also | set(held))
    found = f"the author's key also speaks as {', '.join(wrong)}" if wrong else "the author signed nothing else"
    return Outcome("author_separate", not wrong, found, "the author's key holds no role and signed nothing else")


def _quorum(evidence: Evidence, people: People, quorum: Quorum) -> Outcome:
    wanted = f"advice of {_names(quorum.advise)}; approval of {_names([*quorum.accept_risk, *quorum.decide])}"
    if people.standing:
        until = min(people.lapses)
        return Outcome("quorum", True, f"a standing approval of retrains, until {until:%d %B %Y}", wanted)
    wrong = [f"{role} has not advised" for role in quorum.advise if not people.of(role)]
    for role in [*quorum.accept_risk, *quorum.decide]:
        wrong += _not_approved(role, people.of(role))
    wrong += _unreasoned(people, quorum)
    wrong += _same_key(people, quorum, evidence.root.board)
    if wrong and evidence.discarded:
        causes = dict.fromkeys(one.why for one in evidence.discarded)
        wrong.append(f"signatures that do not count: {', '.join(causes)}")
    found = "; ".join(wrong) if wrong else f"{len(people.words)} words, none lapsed"
    return Outcome("quorum", not wrong, found, wanted)


def _not_approved(role: str, words: Sequence[SignedWord]) -> list[str]:
    if not words:
        return [f"{role} has not signed, or the signature has lapsed"]
    return [f"{role} rejected it"] if any(one.word.decision == "reject" for one in words) else []


def _unreasoned(people: People, quorum: Quorum) -> list[str]:
    against = [role for role in quorum.advise if any(one.word.decision == "reject" for one in people.of(role))]
    if not against:
        return []
    silent = [
        one.word.role
        for role in quorum.decide
        for one in people.of(role)
        if one.word.decision != "reject" and not (one.word.overrules or "").strip()
    ]
    return [f"{role} goes against the advice of {_names(against)} without reasons" for role in silent]


def _beside(board: Board) -> dict[str, Sequence[Holder]]:
    return {"reproducer": board.reproducers, "registry": board.registry}


def _same_key(people: People, quorum: Quorum, board: Board) -> list[str]:
    roles: dict[str, set[str]] = {}
    for role in [*quorum.advise, *quorum.accept_risk, *quorum.decide]:
        for one in people.of(role):
            roles.setdefault(one.holder.key, set()).add(role)
            beside = [
                name for name, holders in _beside(board).items() if one.holder.key in {each.key for each in holders}
            ]
            roles[one.holder.key].update(beside)
    return [f"one key speaks for {_names(sorted(several))}" for several in roles.values() if len(several) > 1]


def _names(roles: Iterable[str]) -> str:
    return ", ".join(roles) or "nobody"
