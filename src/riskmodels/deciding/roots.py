"""The trust root of a workspace: proposed from its board and policy, signed by the quorum, then in force."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodels.errors import RefusedError
from riskmodels.governance import trust
from riskmodels.governance.documents.board_file import read_board
from riskmodels.governance.roles import Root
from riskmodels.governance.trust import PROPOSED, read_proposal, read_roots, write_root
from riskmodels.workspace import Workspace

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = ["Proposal", "in_force", "propose", "proposed", "sign_proposal", "would_be"]

YEAR = datetime.timedelta(days=365)

_KEYS = {"authors", "reproducers", "registry"}
_OF_COURSE: Any = {"version": True, "previous": True, "made_at": True, "expires": True, "board": _KEYS}


@dataclass(frozen=True)
class Proposal:
    """A root that is being signed.

    Attributes
    ----------
    root : Root
        What it says.
    path : Path
        Where it lies: the proposal, or its place in the chain when the quorum has signed.
    changed : tuple of str
        What differs from the root in force, in words.
    missing : tuple of str
        Roles that can still sign; empty when it is in force.
    """

    root: Root
    path: Path
    changed: tuple[str, ...]
    missing: tuple[str, ...]


def in_force(ws: Workspace, *, at: datetime.datetime) -> tuple[Root, ...]:
    """Give the workspace's chain of roots, checked; empty where nobody has signed one yet.

    Raises
    ------
    UntrustedError
        If the chain does not hold.
    """
    envelopes = read_roots(ws.trust)
    return trust.verify_roots(envelopes, pin=None, at=at) if envelopes else ()


def would_be(ws: Workspace, *, at: datetime.datetime, previous: Root | None = None) -> Root:
    """Give the root that the workspace's board and policy would make, signed by nobody."""
    board = read_board(ws.ethics / "board.yaml")
    governed = {name: policy for name, policy in ws.settings.models.items() if policy.promotion is not None}
    return trust.make_root(board, governed, previous=previous, at=at, expires=(at + YEAR).date())


def propose(ws: Workspace, signer: CryptoSigner, *, at: datetime.datetime) -> Proposal:
    """Make the next root from the board and the policy as they stand in the workspace, and sign it first.

    Parameters
    ----------
    ws : Workspace
        Its files are the proposal.
    signer : CryptoSigner
        Key of a role that may sign roots.
    at : datetime
        Now, in UTC.

    Raises
    ------
    SigningError
        If the root could never be followed by another.
    UntrustedError
        If the chain so far does not hold.
    """
    chain = in_force(ws, at=at)
    root = would_be(ws, at=at, previous=chain[-1] if chain else None)
    return _placed(ws, trust.sign_root(root, signer), chain)


def proposed(ws: Workspace, *, at: datetime.datetime) -> Proposal:
    """Give the proposal as it stands, for whoever is to sign it: what it changes, and who has still to sign.

    Raises
    ------
    RefusedError
        If there is none.
    UntrustedError
        If the chain so far does not hold.
    """
    envelope, chain = _proposal(ws), in_force(ws, at=at)
    root = trust.opened_root(envelope).root
    missing = trust.missing_for_quorum(envelope, chain[-1] if chain else None)
    return Proposal(root, ws.trust / PROPOSED, _changed(chain, root), missing)


def sign_proposal(ws: Workspace, signer: CryptoSigner, *, at: datetime.datetime) -> Proposal:
    """Add a signature to the proposal; with the last that the quorum needs, it comes into force.

    Raises
    ------
    RefusedError
        If there is no proposal.
    UntrustedError
        If it does not follow the chain.
    """
    return _placed(ws, trust.sign_root(_proposal(ws), signer), in_force(ws, at=at))


def _proposal(ws: Workspace) -> str:
    envelope = read_proposal(ws.trust)
    if envelope is None:
        raise RefusedError(
            f"{ws.trust} holds no proposal",
            expected="a trust root whose signatures are being collected",
            next_step="Make one: riskmodels trust propose --role ROLE.",
            who="the roles that sign the trust root",
        )
    return envelope


def _placed(ws: Workspace, envelope: str, chain: Sequence[Root]) -> Proposal:
    root = trust.opened_root(envelope).root
    missing = trust.missing_for_quorum(envelope, chain[-1] if chain else None)
    path = write_root(ws.trust, envelope)
    if not missing:
        (ws.trust / PROPOSED).unlink(missing_ok=True)
    return Proposal(root, path, _changed(chain, root), missing)


def _changed(chain: Sequence[Root], root: Root) -> tuple[str, ...]:
    """Say all that differs from the root in force, but for version and dates, which always do."""
    if not chain:
        return ("this is the first root",)
    before, after = (_flat(one.model_dump(mode="json", exclude=_OF_COURSE)) for one in (chain[-1], root))
    found = _key_changes(chain[-1], root)
    for name in sorted({*chain[-1].policies} ^ {*root.policies}):
        found.append(f"{name} is {'governed from now on' if name in root.policies else 'no longer governed'}")
    told = {f"policies.{name}" for name in {*chain[-1].policies} ^ {*root.policies}}
    for place in sorted({*before, *after}):
        if before.get(place) != after.get(place) and not place.startswith((*told, "keys")) and ".holders" not in place:
            old, new = (one.get(place, "nothing") for one in (before, after))
            found.append(f"{_place(place)} from {old} to {new}")
    return tuple(found) or ("nothing but its dates",)


def _place(place: str) -> str:
    part, _, rest = place.partition(".")
    if part != "policies":
        return rest or part
    name, _, key = rest.partition(".")
    return f"{name}: {key}"


def _key_changes(before: Root, after: Root) -> list[str]:
    old, new = _holders(before), _holders(after)
    gone = [f"{role} loses the key {key[:12]}" for role, key in sorted(old - new)]
    return gone + [f"{role} gains the key {key[:12]}" for role, key in sorted(new - old)]


def _holders(root: Root) -> set[tuple[str, str]]:
    board = root.board
    named = {name: role.holders for name, role in board.roles.items()}
    named |= {"author": board.authors, "reproducer": board.reproducers, "registry": board.registry}
    return {(name, one.key) for name, holders in named.items() for one in holders if one.revoked_from is None}


def _flat(data: object, above: str = "") -> dict[str, object]:
    """Lay nested data out by place, lists item by item."""
    if isinstance(data, list):
        data = {str(number): one for number, one in enumerate(data, start=1)}
    if not isinstance(data, dict):
        return {above: data}
    return {key: one for name, value in data.items() for key, one in _flat(value, f"{above}.{name}".strip(".")).items()}
