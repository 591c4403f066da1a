"""Whether one signed statement counts: who may say it, about which candidate, and when.

A refusal names the rule that is broken and nothing that the signer wrote, for anybody may write anything.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from riskmodels.errors import UntrustedError
from riskmodels.governance.attestations import (
    EVERY_CANDIDATE,
    Attestation,
    Candidate,
    Promotion,
    Reproduced,
    Standing,
    Status,
    Suspension,
    Word,
)
from riskmodels.governance.dsse import untrusted
from riskmodels.governance.envelopes import Opened, opened
from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.roles import Board, Holder, Root
from riskmodels.governance.root_chain import CLOCKS_DIFFER
from riskmodels.governance.wire import sha256

__all__ = ["NO_DOCUMENT", "Admitted", "AdmittedCandidate", "admit", "admit_candidate", "bound_digests", "said_at"]

NO_DOCUMENT = sha256(b"")
"""What a word names in place of a document that the candidate lacks: it may still be rejected for that."""


@dataclass(frozen=True)
class AdmittedCandidate:
    """A candidate that an author who may put models forward signed; ``digest`` is that of the statement."""

    facts: CandidateFacts
    holder: Holder
    digest: str


@dataclass(frozen=True)
class Admitted:
    """A statement that counts, whose key signed it, and the statement's digest."""

    attestation: Attestation
    holder: Holder
    digest: str


def admit_candidate(
    text: str, *, roots: Sequence[Root], model: str, at: datetime.datetime, arriving: bool = False
) -> AdmittedCandidate:
    """See whether a model was put forward by an author who may, under a trust root of this chain.

    Parameters
    ----------
    text : str
        The author's envelope.
    roots : sequence of Root
        The verified chain; the last is in force.
    model : str
        The registered model that it must be for.
    at : datetime
        Now, in UTC.
    arriving : bool
        Whether it is handed in just now: a key that is revoked by now then does not count, whatever date it wrote.

    Raises
    ------
    UntrustedError
        If it does not count, with the cause.
    """
    one = opened(text)
    if not isinstance(one.attestation, Candidate):
        raise _refused("what was put forward is not a candidate")
    facts, root = one.attestation.facts, roots[-1]
    holder = _holder(root.board.authors, one.keys, facts.made_at, "an author", latest=at if arriving else None)
    if facts.model.name != model:
        raise _refused("it was put forward for another model")
    if facts.root_digest not in {each.digest for each in roots}:
        raise _refused("it was made under a trust root that is not of this chain")
    _not_from_the_future(facts.made_at, at)
    return AdmittedCandidate(facts, holder, one.digest)


def admit(
    text: str | Opened,
    *,
    roots: Sequence[Root],
    candidate: AdmittedCandidate,
    at: datetime.datetime,
    arriving: bool = False,
) -> Admitted:
    """See whether a statement about a candidate counts.

    Parameters
    ----------
    text : str or Opened
        Its envelope.
    roots : sequence of Root
        The verified chain; the last is in force.
    candidate : AdmittedCandidate
        What it must be about; for a standing approval the candidate that it rests on.
    at : datetime
        Now, in UTC.
    arriving : bool
        Whether it is handed in just now: a key that is revoked by now then does not count, whatever date it wrote.

    Raises
    ------
    UntrustedError
        If it does not count, with the cause.
    """
    one = opened(text) if isinstance(text, str) else text
    said = one.attestation
    if isinstance(said, Candidate):
        raise _refused("a second candidate is no statement about this one")
    if isinstance(said, Suspension):
        holder = _who_stopped(said, one.keys, roots[-1:] if arriving else roots, latest=at if arriving else None)
    else:
        holder = _who_may(said, one.keys, roots[-1].board, latest=at if arriving else None)
    _about(said, candidate)
    if not isinstance(said, Suspension) or arriving:
        _not_from_the_future(said.at, at)
    if not isinstance(said, Suspension | Status) and said.at < candidate.facts.made_at - CLOCKS_DIFFER:
        raise _refused("it is dated before the candidate was made")
    if isinstance(said, Promotion) and said.root_digest not in {root.digest for root in roots}:
        raise _refused("it was promoted under a trust root that is not of this chain")
    return Admitted(said, holder, one.digest)


def bound_digests(facts: CandidateFacts) -> dict[str, str]:
    """Give the digests that a word on this candidate must name, by the names of the word's fields."""
    held = {str(name): document.digest for name, document in facts.documents.items()}
    return {
        "bundle_digest": facts.model.bundle_digest,
        "card_digest": held.get("card", NO_DOCUMENT),
        "dpia_digest": held.get("dpia", NO_DOCUMENT),
        "equality_digest": held.get("equality", NO_DOCUMENT),
    }


def said_at(attestation: Attestation) -> datetime.datetime:
    """Give the moment that a statement was signed at, as its signer wrote it."""
    return attestation.facts.made_at if isinstance(attestation, Candidate) else attestation.at


def _who_may(
    said: Reproduced | Word | Promotion | Status | Standing,
    keys: Sequence[str],
    board: Board,
    *,
    latest: datetime.datetime | None,
) -> Holder:
    match said:
        case Reproduced():
            return _holder(board.reproducers, keys, said.at, "a reproducer", latest=latest)
        case Promotion() | Status():
            return _holder(board.registry, keys, said.at, "the registry's server", latest=latest)
        case Word() | Standing():
            role = board.roles.get(said.role)
            if role is None:
                raise _refused("it speaks for a role that the board does not have")
            return _holder(role.holders, keys, said.at, said.role, latest=latest)


def _who_stopped(
    said: Suspension, keys: Sequence[str], roots: Sequence[Root], *, latest: datetime.datetime | None
) -> Holder:
    """Find who gave an order to stop; it stands even when they have left the board since."""
    for root in reversed(roots):
        role = root.board.roles.get(said.role)
        if role is not None and any(one.key in keys for one in role.holders):
            return _holder(role.holders, keys, said.at, said.role, latest=latest)
    raise _refused("its key holds no role of the board that may stop a model")


def _holder(
    holders: Iterable[Holder],
    keys: Sequence[str],
    at: datetime.datetime,
    what: str,
    *,
    latest: datetime.datetime | None,
) -> Holder:
    held = [one for one in holders if one.key in keys]
    if not held:
        raise _refused(f"its key is not that of {what}")
    moment = at if latest is None else max(at, latest)
    revoked = {one.key for one in held if one.revoked_from is not None and one.revoked_from <= moment}
    for one in held:
        if one.key not in revoked:
            return one
    raise _refused(f"its key, of {what}, was revoked before")


def _about(said: Attestation, candidate: AdmittedCandidate) -> None:
    facts = candidate.facts
    wanted = {"model": facts.model.name}
    match said:
        case Word():
            wanted |= {"candidate_digest": candidate.digest, **bound_digests(facts)}
        case Reproduced() | Promotion():
            wanted |= {"candidate_digest": candidate.digest, "bundle_digest": facts.model.bundle_digest}
        case Standing():
            wanted |= {"candidate_digest": candidate.digest}
        case Suspension() if said.candidate_digest != EVERY_CANDIDATE:
            wanted |= {"candidate_digest": candidate.digest}
    for field, value in wanted.items():
        if getattr(said, field) != value:
            raise _refused(f"it is about another {field.removesuffix('_digest').replace('dpia', 'DPIA')}")


def _not_from_the_future(moment: datetime.datetime, at: datetime.datetime) -> None:
    if moment > at + CLOCKS_DIFFER:
        raise _refused("it is dated in the future")


def _refused(why: str) -> UntrustedError:
    return untrusted(
        why,
        expected="a statement about exactly this candidate, by a key that the trust root lets say it, in time",
        next_step="Have somebody who holds the role sign it: riskmodels sign CASE VERSION --role ROLE.",
        who="the roles in ethics/board.yaml; the trust root says which keys they hold",
    )
