"""A role's word on a candidate: what they had before them goes into it, and their key signs it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from riskmodels.errors import SigningError
from riskmodels.governance import envelopes
from riskmodels.governance.attestations import Conditions, Standing, Suspension, Waiver, Word
from riskmodels.governance.check_texts import CHECKS
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.measured_checks import undecided
from riskmodels.governance.wire import canonical, sha256
from riskmodels.naming import nearest
from riskmodels.promotion_policy import CANNOT_BE_WAIVED

if TYPE_CHECKING:
    from typing import Literal

    from securesystemslib.signer import CryptoSigner

    Said = Literal["approve", "approve-with-conditions", "reject"]

__all__ = ["standing_approval", "suspension", "word"]


def word(
    evidence: Evidence,
    signer: CryptoSigner,
    *,
    role: str,
    decision: Said,
    reasons: str,
    review_by: datetime.date | None = None,
    conditions: Conditions | None = None,
    waivers: Sequence[Waiver] = (),
    overrules: str | None = None,
    dissent: str | None = None,
    interests: str = "none",
    log_head: str | None = None,
) -> str:
    """Sign a role's word on a candidate.

    Parameters
    ----------
    evidence : Evidence
        The candidate that the signer had before them, and the moment.
    signer : CryptoSigner
        The role's key.
    role : str
        In the trust root's board.
    decision : {"approve", "approve-with-conditions", "reject"}
        What is said. Conditions go with the second alone.
    reasons : str
        Why.
    review_by : date, optional
        Day from which the word no longer counts; the longest that the policy allows when not given.
    conditions, waivers, overrules, dissent, interests
        See :class:`~riskmodels.governance.attestations.Word`.
    log_head : str, optional
        Head of the registry's decision log as it is now.

    Returns
    -------
    str
        The envelope.

    Raises
    ------
    SigningError
        If the trust root does not know the role, or not with this key, or the words contradict each other.
    """
    _held(evidence, role, signer)
    asked = conditions or Conditions()
    if (asked != Conditions()) != (decision == "approve-with-conditions"):
        raise _fault(
            f"the decision is {decision}, with {'conditions' if asked != Conditions() else 'no condition'}",
            "conditions with approve-with-conditions, and with nothing else",
            "Give the conditions, or approve without.",
        )
    _may_waive(evidence, role, waivers)
    held, facts = evidence.facts.documents, evidence.facts
    said = Word(
        model=facts.model.name,
        role=role,
        decision=decision,
        reasons=reasons,
        candidate_digest=evidence.candidate_digest,
        bundle_digest=facts.model.bundle_digest,
        card_digest=held["card"].digest,
        dpia_digest=held["dpia"].digest,
        equality_digest=held["equality"].digest,
        conditions=asked,
        waivers=tuple(waivers),
        overrules=overrules,
        dissent=dissent,
        interests=interests,
        at=evidence.at,
        review_by=review_by or evidence.at.date() + datetime.timedelta(days=_review_days(evidence)),
        log_head=log_head,
    )
    return envelopes.seal(said, signer)


def suspension(evidence: Evidence, signer: CryptoSigner, *, role: str, reason: str, log_head: str | None = None) -> str:
    """Sign an order to stop a version at once.

    Raises
    ------
    SigningError
        If the trust root does not know the role, or not with this key.
    """
    _held(evidence, role, signer)
    said = Suspension(
        model=evidence.facts.model.name,
        candidate_digest=evidence.candidate_digest,
        role=role,
        reason=reason,
        at=evidence.at,
        log_head=log_head,
    )
    return envelopes.seal(said, signer)


def standing_approval(
    evidence: Evidence,
    signer: CryptoSigner,
    *,
    role: str,
    reasons: str,
    until: datetime.date,
    conditions: Conditions | None = None,
    log_head: str | None = None,
) -> str:
    """Sign an approval of retrains beforehand, on the terms of the candidate that is approved now.

    Raises
    ------
    SigningError
        If the trust root does not know the role, or not with this key.
    """
    _held(evidence, role, signer)
    facts = evidence.facts
    said = Standing(
        model=facts.model.name,
        role=role,
        definition_digest=facts.model.definition_digest,
        policy_digest=sha256(canonical(evidence.root.policies[facts.model.name])),
        dpia_digest=facts.documents["dpia"].digest,
        equality_digest=facts.documents["equality"].digest,
        candidate_digest=evidence.candidate_digest,
        reasons=reasons,
        conditions=conditions or Conditions(),
        at=evidence.at,
        until=until,
        log_head=log_head,
    )
    return envelopes.seal(said, signer)


def _may_waive(evidence: Evidence, role: str, waivers: Sequence[Waiver]) -> None:
    """Refuse a waiver that could never count: it would be kept for ever, and mean nothing."""
    policy = evidence.root.policies[evidence.facts.model.name].promotion
    may = () if policy is None else policy.quorum.accept_risk
    for one in waivers:
        if one.check not in CHECKS:
            near = nearest(one.check, CHECKS)
            raise _fault(f"{one.check!r} is not a check of the gate{near}", "a check's name", "Correct it.")
        if one.check in CANNOT_BE_WAIVED:
            raise _fault(f"{one.check} cannot be waived", "what may be waived", "Have it mended instead.")
        if role not in may:
            who = ", ".join(may) or "nobody"
            raise _fault(f"{role} accepts no risk, so that its waiver would not count", who, "Leave it to them.")
        open_ = undecided(evidence.facts)
        for group in one.groups:
            if group not in open_:
                near = nearest(group, open_)
                raise _fault(f"{group!r} is not a comparison that is open{near}", "; ".join(open_), "Correct it.")


def _held(evidence: Evidence, role: str, signer: CryptoSigner) -> None:
    from riskmodels.governance.keys import public_key

    known = evidence.root.board.roles.get(role)
    if known is None:
        raise _fault(
            f"the trust root has no role {role!r}",
            f"one of {', '.join(evidence.root.board.roles)}",
            "Correct the role; a new one must first be taken up into the trust root.",
        )
    holders = {one.key for one in known.holders if one.revoked_from is None or one.revoked_from > evidence.at}
    if public_key(signer) not in holders:
        raise _fault(
            f"the trust root does not know this key as that of {role}",
            f"a key that root {evidence.root.version} holds for {role}",
            "Use the role's own key, or have the key taken up: riskmodels trust propose.",
        )


def _review_days(evidence: Evidence) -> int:
    asked = evidence.root.policies[evidence.facts.model.name].promotion
    return 365 if asked is None else asked.review_days


def _fault(found: str, expected: str, next_step: str) -> SigningError:
    return SigningError(found, expected=expected, next_step=next_step, who="the roles that sign the trust root")
