"""From a registered candidate to a live model and back: gate, sign, promote, suspend, roll back, fetch."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.deciding import words
from riskmodels.deciding.roots import in_force
from riskmodels.errors import RefusedError, RegistryError, UntrustedError
from riskmodels.governance import gate, verification
from riskmodels.governance.decision import Decision
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.pack import Pack
from riskmodels.registry import fetching
from riskmodels.registry.client import Registry
from riskmodels.registry.fetching import Fetched
from riskmodels.workspace import Workspace

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = [
    "Promoted",
    "evidence_of",
    "fetch",
    "gate_on",
    "pin_of",
    "promote",
    "refused",
    "registry_of",
    "rollback",
    "suspend",
    "warn_days_of",
]


@dataclass(frozen=True)
class Promoted:
    """A version that is live: behind which alias, until when, and on which conditions."""

    model: str
    version: int
    alias: str
    decision: Decision


def registry_of(ws: Workspace) -> Registry:
    """Open the workspace's registry."""
    return Registry(ws.registry_uri, tracking_uri=ws.tracking_uri)


def pin_of(ws: Workspace, *, at: datetime.datetime) -> str | None:
    """Give the digest of the workspace's first trust root, which services pin; None where there is none yet."""
    chain = in_force(ws, at=at)
    return chain[0].digest if chain else None


def evidence_of(ws: Workspace, name: str, version: int, *, at: datetime.datetime) -> Evidence:
    """Gather a registered version's signed facts and every signature on it that holds.

    Raises
    ------
    RegistryError
        If the registry has no such version.
    UntrustedError
        If the trust root or the author's signature does not hold.
    """
    return _gathered(ws, registry_of(ws).pack(name, version=version), at=at)


def gate_on(ws: Workspace, name: str, version: int, *, at: datetime.datetime) -> Decision:
    """Say what the gate would say of a version now."""
    return gate.decide(evidence_of(ws, name, version, at=at))


def warn_days_of(ws: Workspace, name: str) -> tuple[int, ...]:
    """Give the days before a lapse at which people are warned."""
    asked = ws.policy(name).promotion
    return () if asked is None else asked.warn_days


def promote(ws: Workspace, name: str, version: int, *, alias: str | None, at: datetime.datetime) -> Promoted:
    """Put a version behind a guarded alias. The registry runs the gate again; what is found here is shown first.

    Raises
    ------
    RefusedError
        With the reasons, from here or from the registry.
    """
    registry, policy = registry_of(ws), ws.policy(name).promotion
    guarded = alias or (policy.aliases[0] if policy is not None else "champion")
    decision = gate_on(ws, name, version, at=at)
    if not decision.passed:
        raise refused(decision)
    registry.promote(name, version, guarded)
    return Promoted(name, version, guarded, decision)


def suspend(
    ws: Workspace,
    name: str,
    signer: CryptoSigner,
    *,
    role: str,
    reason: str,
    version: int | None,
    at: datetime.datetime,
) -> int:
    """Stop a version at once, the live one when none is named; give its number.

    Raises
    ------
    SigningError
        If the trust root does not know the key for the role.
    """
    registry = registry_of(ws)
    pack = registry.pack(name, version=version) if version is not None else registry.pack(name, alias=_live(ws, name))
    if pack.version is None:
        raise RegistryError(
            f"{name} has no version that is live",
            expected="a version to suspend",
            next_step="Name the version: riskmodels suspend CASE --version N --reason TEXT.",
            who="whoever looks after the registry",
        )
    order = words.suspension(_gathered(ws, pack, at=at), signer, role=role, reason=reason, log_head=registry.head())
    registry.attach(name, pack.version, order)
    return pack.version


def rollback(ws: Workspace, name: str, *, at: datetime.datetime) -> Promoted:
    """Go back to the newest earlier version that still passes.

    Raises
    ------
    RefusedError
        If none does.
    """
    registry = registry_of(ws)
    live = _live_version(registry, name, _live(ws, name))
    earlier = [number for number in sorted(registry.versions(name), reverse=True) if live is None or number < live]
    for number in earlier:
        pack = registry.pack(name, version=number)
        evidence = _gathered(ws, pack, at=at)
        if _was_live(pack, evidence) and gate.decide(evidence).passed:
            return promote(ws, name, number, alias=None, at=at)
    raise RefusedError(
        f"no earlier version of {name} was live before and still passes; {len(earlier)} were looked at",
        expected="an earlier version whose approvals have not lapsed and that nobody suspended",
        next_step="Suspend the live version if it does harm; services then serve what the policy says.",
        who="the accountable officer",
    )


def fetch(ws: Workspace, name: str, folder: Path, *, alias: str | None, at: datetime.datetime) -> Fetched:
    """Make a verified copy of the live version, with what was signed about it.

    Raises
    ------
    RefusedError, UntrustedError
        If it may not serve, with the cause.
    OutputError
        If the folder holds something else, or cannot be written.
    """
    pin = pin_of(ws, at=at)
    if pin is None:
        raise RefusedError(
            f"{ws.trust} holds no trust root",
            expected="the chain of roots that the council signed",
            next_step="Make one: riskmodels trust propose --role ROLE, and have the quorum sign it.",
            who="the roles that sign the trust root",
        )
    return fetching.fetch(registry_of(ws), name, folder, alias=alias or _live(ws, name), pin=pin, at=at)


def refused(decision: Decision) -> RefusedError:
    """Word a decision that did not pass, with every reason."""
    reasons = "; ".join(f"{one.name}: {one.found}" for one in decision.reasons)
    who = dict.fromkeys(one.who for one in decision.reasons)
    return RefusedError(
        f"the gate refuses {decision.model}: {len(decision.reasons)} of {len(decision.checks)} checks do not pass. "
        f"{reasons}",
        expected="every check passed, or waived by a signature that may waive it",
        next_step=f"riskmodels gate {decision.model} VERSION says of each what to do.",
        who="; ".join(who),
    )


def _gathered(ws: Workspace, pack: Pack, *, at: datetime.datetime) -> Evidence:
    return verification.gather(pack, pin=pin_of(ws, at=at), at=at)


def _was_live(pack: Pack, evidence: Evidence) -> bool:
    try:
        verification.verify_promotion(pack, evidence)
    except UntrustedError:
        return False
    return True


def _live(ws: Workspace, name: str) -> str:
    policy = ws.policy(name).promotion
    return policy.aliases[0] if policy is not None else "champion"


def _live_version(registry: Registry, name: str, alias: str) -> int | None:
    try:
        return registry.pack(name, alias=alias).version
    except RegistryError:
        return None
