"""What of a pack holds: the trust roots, the candidate, and every signature on it, each weighed for the gate."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from riskmodels.errors import UntrustedError
from riskmodels.governance.admission import Admitted, AdmittedCandidate, admit, admit_candidate
from riskmodels.governance.attestations import Promotion, Reproduced, Standing, Status, Suspension, Word
from riskmodels.governance.dsse import untrusted
from riskmodels.governance.envelopes import Opened, opened
from riskmodels.governance.evidence import (
    Discarded,
    Evidence,
    SignedReproduction,
    SignedStanding,
    SignedSuspension,
    SignedWord,
)
from riskmodels.governance.pack import Pack
from riskmodels.governance.roles import Root
from riskmodels.governance.root_chain import CLOCKS_DIFFER, opened_root, verify_roots

__all__ = ["gather", "verify_promotion", "verify_status"]


@dataclass(frozen=True)
class _Ground:
    """What statements are weighed against, and the candidates that standing approvals rest on, by digest."""

    roots: Sequence[Root]
    candidate: AdmittedCandidate
    at: datetime.datetime
    rests_on: dict[str, AdmittedCandidate] = field(default_factory=dict)


def gather(pack: Pack, *, pin: str | None, at: datetime.datetime, known: Root | None = None) -> Evidence:
    """Verify a pack, and hand the gate what holds.

    Parameters
    ----------
    pack : Pack
        A candidate, and what was signed about it.
    pin : str or None
        Digest that trust root 1 must have; None where none is pinned yet.
    at : datetime
        The moment to judge for, in UTC.
    known : Root, optional
        A root that the caller went by already: the pack's chain may not go back behind it.

    Returns
    -------
    Evidence
        The facts as signed, the signatures that hold, and those that do not, each with why.

    Raises
    ------
    UntrustedError
        If the trust roots do not hold, or the candidate is not by an author who may put models forward.
    """
    roots = verify_roots(pack.roots, pin=pin, at=at, known=known)
    candidate = admit_candidate(pack.candidate, roots=roots, model=pack.model, at=at)
    rests_on, unfit = _standing_candidates(pack, roots, at)
    ground = _Ground(roots, candidate, at, rests_on)
    held, discarded = _weighed([*pack.attestations, *pack.standing], ground)
    said = [(one.attestation, one.holder, one.digest) for one in held]
    return Evidence(
        facts=candidate.facts,
        candidate_digest=candidate.digest,
        author=candidate.holder,
        root=roots[-1],
        at=at,
        words=tuple(SignedWord(a, who, digest) for a, who, digest in said if isinstance(a, Word)),
        reproduced=tuple(SignedReproduction(a, who, digest) for a, who, digest in said if isinstance(a, Reproduced)),
        suspensions=tuple(SignedSuspension(a, who, digest) for a, who, digest in said if isinstance(a, Suspension)),
        standing=tuple(
            SignedStanding(a, who, digest, rests_on[a.candidate_digest].facts)
            for a, who, digest in said
            if isinstance(a, Standing)
        ),
        discarded=(*unfit, *discarded),
    )


def verify_promotion(pack: Pack, evidence: Evidence, *, alias: str | None = None) -> Promotion:
    """Find the registry's own countersignature on this very version: without one, nothing is served.

    Whether its approval has lapsed, or it was suspended since, is the caller's to ask.

    Parameters
    ----------
    pack : Pack
        The pack that ``evidence`` was gathered from.
    evidence : Evidence
        What holds of it.
    alias : str, optional
        The alias that it must be promoted to; any when not given.

    Returns
    -------
    Promotion
        The newest.

    Raises
    ------
    UntrustedError
        If there is none that counts, with the cause of each that does not.
    """
    roots = [opened_root(one).root for one in pack.roots]
    if roots[-1].digest != evidence.root.digest:
        raise _not_promoted(["the trust roots are not those that were verified"])
    ground = _Ground(roots, AdmittedCandidate(evidence.facts, evidence.author, evidence.candidate_digest), evidence.at)
    held, discarded = _weighed(pack.attestations, ground)
    promotions = [one.attestation for one in held if isinstance(one.attestation, Promotion)]
    causes = [one.why for one in discarded if one.kind == "promotion"]
    wrong = [one for one in promotions if one.version != pack.version]
    causes += ["it was promoted as another version"] * bool(wrong)
    right = [one for one in promotions if one.version == pack.version]
    causes += ["it was promoted to another alias"] * (alias is not None and any(one.alias != alias for one in right))
    right = [one for one in right if alias is None or one.alias == alias]
    if not right:
        raise _not_promoted(causes)
    return max(right, key=lambda one: (one.at, _number(one.log_head)))


def verify_status(text: str, *, root: Root, model: str, at: datetime.datetime, oldest_days: int) -> Status:
    """Verify how things stand with a model, as the registry's server signed it for copies that cannot ask.

    Parameters
    ----------
    text : str
        The envelope.
    root : Root
        The trust root in force.
    model : str
        The registered model's name.
    at : datetime
        Now, in UTC.
    oldest_days : int
        Days after which it is too old to go by.

    Raises
    ------
    UntrustedError
        If it is not by the registry's server, about another model, from the future or too old.
    """
    one = opened(text)
    said = one.attestation
    if not isinstance(said, Status):
        raise _no_status("it is a statement of another kind")
    held = [holder for holder in root.board.registry if holder.key in one.keys]
    if not held:
        raise _no_status("its key is not that of the registry's server")
    if any(holder.revoked_from is not None and holder.revoked_from <= said.at for holder in held):
        raise _no_status("its key, of the registry's server, was revoked before")
    if said.model != model:
        raise _no_status("it is about another model")
    if said.at > at + CLOCKS_DIFFER:
        raise _no_status("it is dated in the future")
    if at - said.at > datetime.timedelta(days=oldest_days):
        raise _no_status(f"it is of {said.at:%d %B %Y}, more than {oldest_days} days old")
    return said


def _standing_candidates(
    pack: Pack, roots: Sequence[Root], at: datetime.datetime
) -> tuple[dict[str, AdmittedCandidate], list[Discarded]]:
    held: dict[str, AdmittedCandidate] = {}
    unfit = []
    for text in pack.standing_candidates:
        try:
            one = admit_candidate(text, roots=roots, model=pack.model, at=at)
        except UntrustedError as error:
            unfit.append(Discarded("candidate", error.found))
        else:
            held[one.digest] = one
    return held, unfit


def _weighed(texts: Sequence[str], ground: _Ground) -> tuple[list[Admitted], list[Discarded]]:
    held: dict[str, Admitted] = {}
    discarded = []
    for text in dict.fromkeys(texts):
        kind = "unreadable"
        try:
            one = opened(text)
            kind = one.attestation.kind
            admitted = admit(one, roots=ground.roots, candidate=_about(one, ground), at=ground.at)
        except UntrustedError as error:
            discarded.append(Discarded(kind, error.found))
        else:
            held.setdefault(admitted.digest, admitted)
    return list(held.values()), discarded


def _about(one: Opened, ground: _Ground) -> AdmittedCandidate:
    """Give the candidate that a statement must be about: this one, or the one that a standing approval rests on."""
    if not isinstance(one.attestation, Standing):
        return ground.candidate
    digest = one.attestation.candidate_digest
    if digest == ground.candidate.digest:
        raise untrusted(
            "a standing approval approves retrains, not the candidate that it rests on",
            expected="words on the candidate itself",
            next_step="Have the roles sign this candidate: riskmodels sign CASE VERSION --role ROLE.",
        )
    if digest not in ground.rests_on:
        raise untrusted(
            "the candidate that the standing approval rests on is not in the pack",
            expected="the envelope of that candidate beside the approval",
            next_step="Fetch the pack again from the registry.",
        )
    return ground.rests_on[digest]


def _number(log_head: str) -> int:
    number = log_head.partition(":")[0]
    return int(number) if number.isascii() and number.isdigit() else 0


def _not_promoted(causes: Sequence[str]) -> UntrustedError:
    why = f": {'; '.join(dict.fromkeys(causes))}" if causes else ""
    return untrusted(
        f"the registry's server did not promote this version{why}",
        expected="a promotion of exactly this version, countersigned by the registry's server",
        next_step="Have it promoted: riskmodels promote CASE VERSION.",
        who="the deciding role, and whoever looks after the registry",
    )


def _no_status(why: str) -> UntrustedError:
    return untrusted(
        f"the registry's signed status does not count: {why}",
        expected="a status of this model that the registry's server signed lately",
        next_step="Fetch it again while the registry can be reached: riskmodels fetch CASE DIR.",
        who="whoever looks after the registry",
    )
