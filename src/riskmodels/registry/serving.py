"""Whether a version may serve: everything on paper, verified before one byte of the model is read.

Both doors ask this: the one that scores, and the one that makes a copy to score from elsewhere.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from riskmodels.errors import RefusedError, UntrustedError
from riskmodels.governance.attestations import EVERY_CANDIDATE, Conditions, Promotion, Status
from riskmodels.governance.decision import Decision
from riskmodels.governance.envelopes import opened
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.gate import decide
from riskmodels.governance.pack import Pack
from riskmodels.governance.people_checks import narrowest
from riskmodels.governance.roles import Root
from riskmodels.governance.verification import gather, verify_promotion, verify_status
from riskmodels.promotion_policy import PromotionPolicy

__all__ = ["Servable", "is_stopped", "may_serve", "status_of"]

_HEAD = re.compile(r"(0):|([1-9][0-9]{0,17}):[0-9a-f]{64}")


@dataclass(frozen=True)
class Servable:
    """A version that may serve at the moment that it was asked for, and on which terms.

    Attributes
    ----------
    pack : Pack
        What was verified.
    evidence : Evidence
        The author's facts, and the signatures that hold.
    decision : Decision
        What the gate says now.
    promotion : Promotion
        The registry's countersignature.
    status, status_text : Status, str
        How things stand as the registry signed it, and its envelope.
    asked : PromotionPolicy
        What the trust root asks of the model.
    conditions : Conditions
        What it is tied to: the narrowest of all approvals and of the countersignature.
    approved_until : date
        Day from which it may not serve.
    """

    pack: Pack
    evidence: Evidence
    decision: Decision
    promotion: Promotion
    status: Status
    status_text: str
    asked: PromotionPolicy
    conditions: Conditions
    approved_until: datetime.date

    @property
    def bundle_digest(self) -> str:
        """Give the signed digest of the files."""
        return self.evidence.facts.model.bundle_digest

    @property
    def version(self) -> int:
        """Give the version in the registry."""
        return self.promotion.version


def may_serve(
    pack: Pack,
    *,
    alias: str,
    pin: str,
    at: datetime.datetime,
    known: Root | None = None,
    seen: str | None = None,
) -> Servable:
    """Verify everything that was signed about a version, and say on which terms it may serve.

    Parameters
    ----------
    pack : Pack
        The version, with all that was signed; the registry's status among it.
    alias : str
        The alias that the service asks for.
    pin : str
        Digest that the first trust root must have.
    at : datetime
        Now, in UTC.
    known : Root, optional
        A trust root that was gone by before: there is no way back behind it.
    seen : str, optional
        A head of the decision log that was seen before: the log may not have become shorter.

    Raises
    ------
    UntrustedError
        If a signature, a date, the trust root or the log's head does not hold.
    RefusedError
        If it was suspended, is not live, its approval lapsed, or the gate does not pass.
    """
    evidence = gather(pack, pin=pin, at=at, known=known)
    asked = _policy(evidence)
    status, status_text = status_of(pack, root=evidence.root, at=at, oldest_days=asked.status_days)
    _not_stopped(status, evidence, alias)
    promotion = verify_promotion(pack, evidence, alias=alias)
    _not_lapsed(promotion, at)
    decision = decide(evidence)
    if not decision.passed or decision.approved_until is None:
        raise _not_passed(decision, evidence)
    _log_not_shortened(status, evidence, promotion, seen)
    return Servable(
        pack=pack,
        evidence=evidence,
        decision=decision,
        promotion=promotion,
        status=status,
        status_text=status_text,
        asked=asked,
        conditions=narrowest([decision.conditions, promotion.conditions]),
        approved_until=min(decision.approved_until, promotion.approved_until),
    )


def status_of(pack: Pack, *, root: Root, at: datetime.datetime, oldest_days: int) -> tuple[Status, str]:
    """Find the newest signed status in a pack that counts, and its envelope.

    Raises
    ------
    UntrustedError
        If there is none.
    """
    causes: list[UntrustedError] = []
    for text in _statuses(pack):
        try:
            return verify_status(text, root=root, model=pack.model, at=at, oldest_days=oldest_days), text
        except UntrustedError as error:
            causes.append(error)
    if causes:
        raise causes[0]
    raise _no_status(pack)


def is_stopped(status: Status, candidate_digest: str) -> bool:
    """Say whether somebody ordered a candidate, or the whole model, to stop."""
    return candidate_digest in status.suspended or EVERY_CANDIDATE in status.suspended


def _statuses(pack: Pack) -> list[str]:
    """List the envelopes that say they are a status, the newest first."""
    dated = []
    for text in pack.attestations:
        try:
            said = opened(text).attestation
        except UntrustedError:  # it counts for nothing, and `gather` says why
            continue
        if isinstance(said, Status):
            dated.append((said.at, text))
    return [text for _, text in sorted(dated, reverse=True)]


def _no_status(pack: Pack) -> UntrustedError:
    return UntrustedError(
        f"nothing says how {pack.model} stands now: there is no status of the registry's server",
        expected="a status that the registry's server signed lately",
        next_step="Fetch it again while the registry can be reached: riskmodels fetch CASE DIR.",
        who="whoever looks after the registry",
    )


def _policy(evidence: Evidence) -> PromotionPolicy:
    held = evidence.root.policies.get(evidence.facts.model.name)
    if held is None or held.promotion is None:
        decision = decide(evidence)  # it says that the root does not govern this model, and what to do
        raise _not_passed(decision, evidence)
    return held.promotion


def _not_stopped(status: Status, evidence: Evidence, alias: str) -> None:
    model, digest = evidence.facts.model.name, evidence.candidate_digest
    if is_stopped(status, digest):
        orders = [one.statement for one in evidence.suspensions]
        newest = max(orders, key=lambda one: one.at, default=None)
        by = "" if newest is None else f" on {newest.at:%d %B %Y} by {newest.role}"
        raise RefusedError(
            f"{model} was suspended{by}",
            expected="a version that nobody ordered to stop",
            next_step="Use today's practice. An earlier version may be brought back: riskmodels rollback CASE.",
            who="the deciding role in ethics/board.yaml",
        )
    if status.live.get(alias) != digest:
        what = "nothing" if alias not in status.live else "another version"
        raise RefusedError(
            f"this version of {model} is not live: the registry has {what} behind {alias!r}",
            expected="the version that the registry's signed status names",
            next_step="Ask the registry for the live version, or fetch it again: riskmodels fetch CASE DIR.",
            who="whoever looks after the registry",
        )


def _not_lapsed(promotion: Promotion, at: datetime.datetime) -> None:
    if promotion.approved_until <= at.date():
        raise RefusedError(
            f"the approval of version {promotion.version} of {promotion.model} lapsed on "
            f"{promotion.approved_until:%d %B %Y}",
            expected="an approval that has not lapsed",
            next_step="Have the roles look at it again: riskmodels sign CASE VERSION --role ROLE; then promote it.",
            who="the roles in ethics/board.yaml",
        )


def _not_passed(decision: Decision, evidence: Evidence) -> RefusedError:
    reasons = "; ".join(f"{one.title} {one.found}" for one in decision.reasons)
    return RefusedError(
        f"the gate does not pass {decision.model} under trust root {evidence.root.version}: {reasons}",
        expected="every check passed under the trust root in force, at this moment",
        next_step="; ".join(dict.fromkeys(one.next_step for one in decision.reasons)),
        who="; ".join(dict.fromkeys(one.who for one in decision.reasons)),
    )


def _log_not_shortened(status: Status, evidence: Evidence, promotion: Promotion, seen: str | None) -> None:
    """See that the log that the registry speaks for is not older than what was signed on it."""
    now = _number(status.log_head)
    for head in {promotion.log_head, *_heads(evidence), *([seen] if seen is not None else [])}:
        then = _number(head)
        if then > now or (then == now and head != status.log_head):
            raise UntrustedError(
                f"the registry's decision log ends at entry {now}, and entry {then} of it was signed for already"
                if then > now
                else f"entry {now} of the registry's decision log is not the one that was signed for",
                expected="a log that only ever grows",
                next_step="Score with nothing from this registry. Find out whether it was put back to an older state.",
                who="whoever looks after the registry's database, and the senior information risk owner",
            )


def _heads(evidence: Evidence) -> Iterator[str]:
    heads = [evidence.facts.log_head, *(one.word.log_head for one in evidence.words)]
    heads += [one.statement.log_head for one in evidence.reproduced]
    heads += [one.statement.log_head for one in evidence.suspensions]
    heads += [one.statement.log_head for one in evidence.standing]
    yield from (head for head in heads if head is not None)


def _number(head: str) -> int:
    parts = _HEAD.fullmatch(head)
    if parts is None:
        raise UntrustedError(
            "a head of the decision log that was signed is none: it is not of the form <number>:<hash>",
            expected="the head as the registry gave it when the statement was signed",
            next_step="Have the statement signed again.",
            who="whoever signed it",
        )
    return int(parts[1] or parts[2])
