"""A council whose roles all hold keys, a candidate that passes every check, and what they sign: for tests to break."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from riskmodels.governance.admission import bound_digests
from riskmodels.governance.attestations import (
    Attestation,
    Candidate,
    Promotion,
    Reproduced,
    Standing,
    Status,
    Suspension,
    Word,
)
from riskmodels.governance.attestations import Conditions as _Conditions
from riskmodels.governance.dsse import sealed
from riskmodels.governance.envelopes import PAYLOAD_TYPE, Opened, opened, seal
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.keys import new_signer, public_key
from riskmodels.governance.pack import Pack
from riskmodels.governance.roles import Board, Holder, Role, Root
from riskmodels.governance.trust import make_root, opened_root, sign_root
from riskmodels.governance.verification import gather
from riskmodels.governance.wire import canonical, sha256
from riskmodels.policy import ModelPolicy
from tests.unit.governance.candidate_facts import AT, DOCUMENTS, MODEL, ago, digest_of, facts_of, policy_of

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = [
    "AT",
    "DOCUMENTS",
    "MODEL",
    "ROLES",
    "ROOT_ROLES",
    "Council",
    "ago",
    "digest_of",
    "edited",
    "facts_of",
    "payload_of",
    "policy_of",
    "signed_anyhow",
    "with_payload",
]

ROOT_ROLES = ("accountable_officer", "siro", "data_protection_officer")
ROLES = {
    "siro": "accept_risk",
    "data_protection_officer": "advise",
    "equality_lead": "advise",
    "ethics_board": "advise",
    "accountable_officer": "decide",
}


def payload_of(envelope: str) -> dict[str, Any]:
    """Give what an envelope says, as plain data to change."""
    payload: dict[str, Any] = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    return payload


def with_payload(envelope: str, data: Any) -> str:
    """Put other words into an envelope and leave its signatures as they are: a forgery."""
    raw = data if isinstance(data, bytes) else canonical(data)
    return edited(envelope, payload=base64.b64encode(raw).decode())


def edited(envelope: str, **changes: Any) -> str:
    """Change the fields of an envelope, such as ``payloadType``, and leave the rest as it is."""
    return canonical(json.loads(envelope) | changes).decode()


def signed_anyhow(data: Any, signer: CryptoSigner, *, payload_type: str = PAYLOAD_TYPE) -> str:
    """Sign any data at all, as somebody with a key and other tools could."""
    return sealed(data if isinstance(data, bytes) else canonical(data), signer, payload_type=payload_type)


class Council:
    """A council with a key for each role, an author, a reproducer and a registry, and a signed trust root.

    Attributes
    ----------
    signers : dict of str to CryptoSigner
        Key pairs by role, and of ``"author"``, ``"reproducer"`` and ``"registry"``.
    root, root_envelopes, pin
        The trust root in force, the chain's envelopes, and the digest of the first.
    """

    def __init__(self, *, models: Iterable[str] = (MODEL,), policy: ModelPolicy | None = None) -> None:
        self.signers: dict[str, CryptoSigner] = {
            name: new_signer() for name in (*ROLES, "author", "reproducer", "registry")
        }
        self.board = Board(
            council="Demo council",
            roles={
                name: Role.model_validate(
                    {"title": name.replace("_", " "), "kind": kind, "holders": (self.holder(name),)}
                )
                for name, kind in ROLES.items()
            },
            authors=(self.holder("author"),),
            reproducers=(self.holder("reproducer"),),
            registry=(self.holder("registry"),),
            root_roles=ROOT_ROLES,
            root_quorum=2,
        )
        self.policies = {name: policy or policy_of() for name in models}
        self.root_envelopes: tuple[str, ...] = ()
        self.root: Root | None = None
        self.next_root(at=ago(days=30))
        self.pin = self.roots[0].digest

    @property
    def in_force(self) -> Root:
        """Give the newest root."""
        assert self.root is not None
        return self.root

    @property
    def roots(self) -> tuple[Root, ...]:
        """Give the chain."""
        return tuple(opened_root(one).root for one in self.root_envelopes)

    def key(self, who: str) -> str:
        """Give somebody's public key."""
        return public_key(self.signers[who])

    def holder(self, who: str, **changes: Any) -> Holder:
        """Give somebody as a holder, such as ``holder("siro", revoked_from=AT)``."""
        return Holder.model_validate({"title": who.replace("_", " "), "key": self.key(who)} | changes)

    def board_with(self, **holders: tuple[Holder, ...]) -> Board:
        """Give the board with other holders of a role, or of ``authors``, ``reproducers`` or ``registry``."""
        lists = {name: held for name, held in holders.items() if name not in self.board.roles}
        roles = {
            name: role.model_copy(update={"holders": holders.get(name, role.holders)})
            for name, role in self.board.roles.items()
        }
        return self.board.model_copy(update={"roles": roles, **lists})

    def next_root(
        self,
        *,
        board: Board | None = None,
        policies: dict[str, ModelPolicy] | None = None,
        at: datetime.datetime | None = None,
        expires: datetime.date = datetime.date(2027, 1, 1),
        signed_by: Iterable[str] = ROOT_ROLES[:2],
    ) -> str:
        """Have the next root signed and taken up; it gives the envelope."""
        self.board, self.policies = board or self.board, policies or self.policies
        root = make_root(self.board, self.policies, previous=self.root, at=at or ago(days=20), expires=expires)
        envelope = self.sign_root(root, signed_by)
        self.root, self.root_envelopes = root, (*self.root_envelopes, envelope)
        return envelope

    def sign_root(self, root: Root, signed_by: Iterable[str] = ROOT_ROLES[:2]) -> str:
        """Have a root signed by some."""
        signed: Root | str = root
        for who in signed_by:
            signed = sign_root(signed, self.signers[who])
        assert isinstance(signed, str)
        return signed

    def seal(self, attestation: Attestation, who: str) -> str:
        """Have somebody sign a statement, whether they may or not."""
        return seal(attestation, self.signers[who])

    def facts(self, **changes: Any) -> CandidateFacts:
        """Give facts that pass every check under the root in force; see :func:`facts_of`."""
        return facts_of(**{"root_digest": self.in_force.digest} | changes)

    def candidate(self, *, by: str = "author", **changes: Any) -> str:
        """Have the author put a candidate forward; it gives the envelope."""
        return self.seal(Candidate(facts=self.facts(**changes)), by)

    def reproduced(self, candidate: str, *, by: str = "reproducer", **changes: Any) -> str:
        """Have somebody say that they made it again."""
        one, facts = _read(candidate)
        held: dict[str, Any] = {
            "model": facts.model.name,
            "candidate_digest": one.digest,
            "bundle_digest": facts.model.bundle_digest,
            "reproducibility_digest": facts.model.reproducibility_digest,
            "platform": facts.model.platform,
            "at": ago(hours=36),
        }
        return self.seal(Reproduced(**held | changes), by)

    def word(self, candidate: str, role: str, *, by: str | None = None, **changes: Any) -> str:
        """Have a role approve, or say what the changes say."""
        one, facts = _read(candidate)
        held: dict[str, Any] = {
            "model": facts.model.name,
            "role": role,
            "decision": "approve",
            "reasons": "It is better than today's list, and its limits are known",
            "candidate_digest": one.digest,
            **bound_digests(facts),
            "at": ago(days=1),
            "review_by": datetime.date(2026, 12, 1),
        }
        return self.seal(Word(**held | changes), by or role)

    def words(self, candidate: str, *, without: Iterable[str] = (), **changes: Any) -> tuple[str, ...]:
        """Have every role approve."""
        return tuple(self.word(candidate, role, **changes) for role in ROLES if role not in without)

    def suspension(self, candidate: str, *, role: str = "siro", by: str | None = None, **changes: Any) -> str:
        """Have a role order it to stop."""
        one, facts = _read(candidate)
        held: dict[str, Any] = {
            "model": facts.model.name,
            "candidate_digest": one.digest,
            "role": role,
            "reason": "A complaint is being looked into",
            "at": ago(hours=1),
        }
        return self.seal(Suspension(**held | changes), by or role)

    def promotion(self, candidate: str, *, by: str = "registry", **changes: Any) -> str:
        """Have the registry's server countersign version 1 as champion."""
        one, facts = _read(candidate)
        held: dict[str, Any] = {
            "model": facts.model.name,
            "version": 1,
            "alias": "champion",
            "candidate_digest": one.digest,
            "bundle_digest": facts.model.bundle_digest,
            "root_digest": self.in_force.digest,
            "conditions": _Conditions(),
            "approved_until": datetime.date(2026, 12, 1),
            "at": ago(hours=12),
            "log_head": f"1:{digest_of('entry 1')}",
        }
        return self.seal(Promotion(**held | changes), by)

    def status(self, candidate: str, *, by: str = "registry", **changes: Any) -> str:
        """Have the registry's server say how things stand."""
        one, facts = _read(candidate)
        held: dict[str, Any] = {
            "model": facts.model.name,
            "live": {"champion": one.digest},
            "root_digest": self.in_force.digest,
            "at": ago(hours=1),
            "log_head": f"2:{digest_of('entry 2')}",
        }
        return self.seal(Status(**held | changes), by)

    def standing(self, candidate: str, *, role: str, by: str | None = None, **changes: Any) -> str:
        """Have a role approve retrains of an approved candidate beforehand."""
        one, facts = _read(candidate)
        bound = bound_digests(facts)
        held: dict[str, Any] = {
            "model": facts.model.name,
            "role": role,
            "definition_digest": facts.model.definition_digest,
            "policy_digest": sha256(canonical(self.in_force.policies[facts.model.name])),
            "dpia_digest": bound["dpia_digest"],
            "equality_digest": bound["equality_digest"],
            "candidate_digest": one.digest,
            "reasons": "The same definitions, looked at every month",
            "at": ago(days=1),
            "until": datetime.date(2026, 9, 1),
        }
        return self.seal(Standing(**held | changes), by or role)

    def pack(self, candidate: str, *attestations: str, **changes: Any) -> Pack:
        """Put a candidate and what was signed about it into a pack, as version 1."""
        held: dict[str, Any] = {
            "roots": self.root_envelopes,
            "model": _read(candidate)[1].model.name,
            "version": 1,
            "candidate": candidate,
            "attestations": attestations,
        }
        return Pack(**held | changes)

    def full_pack(self, candidate: str | None = None, *, promoted: bool = False, **changes: Any) -> Pack:
        """Give a pack that passes the gate: reproduced, and approved by every role; changes are the facts'."""
        held = candidate or self.candidate(**changes)
        more = (self.promotion(held),) if promoted else ()
        return self.pack(held, self.reproduced(held), *self.words(held), *more)

    def gathered(self, pack: Pack, **changes: Any) -> Evidence:
        """Give what of a pack holds under this council's chain and pin, at :data:`AT`."""
        held: dict[str, Any] = {"pin": self.pin, "at": AT}
        return gather(pack.model_copy(update={"roots": self.root_envelopes}), **held | changes)


def _read(candidate: str) -> tuple[Opened, CandidateFacts]:
    one = opened(candidate)
    assert isinstance(one.attestation, Candidate)
    return one, one.attestation.facts
