"""The chain of trust roots: each version signed by the quorum of the last, from version 1, which services pin."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from riskmodels.errors import SigningError, UntrustedError
from riskmodels.governance.dsse import contents, sealed, signed_too, untrusted
from riskmodels.governance.roles import Board, Root
from riskmodels.governance.wire import canonical
from riskmodels.policy import ModelPolicy

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = [
    "CLOCKS_DIFFER",
    "LONGEST_ROOT",
    "ROOT_PAYLOAD_TYPE",
    "OpenedRoot",
    "make_root",
    "missing_for_quorum",
    "opened_root",
    "sign_root",
    "verify_roots",
]

ROOT_PAYLOAD_TYPE = "application/vnd.riskmodels.root+json"
LONGEST_ROOT = 1_000_000
CLOCKS_DIFFER = datetime.timedelta(minutes=5)
"""How far two machines' clocks may differ before a date counts as from the future."""


class OpenedRoot(NamedTuple):
    """A root that came out of its envelope whole, and the public keys whose signature on it holds."""

    root: Root
    keys: tuple[str, ...]


def make_root(
    board: Board,
    policies: Mapping[str, ModelPolicy],
    *,
    previous: Root | None,
    at: datetime.datetime,
    expires: datetime.date,
) -> Root:
    """Make the root that is to follow another; it counts for nothing before the quorum signed it.

    Parameters
    ----------
    board : Board
        Roles and keys.
    policies : mapping of str to ModelPolicy
        What is asked of each governed model.
    previous : Root or None
        The root in force; None for the first.
    at : datetime
        Now, in UTC.
    expires : date
        Day from which it no longer counts.

    Raises
    ------
    SigningError
        If it would expire at once, come before the root that it follows, or have too few holders to sign the next.
    """
    version = 1 if previous is None else previous.version + 1
    try:
        root = Root(
            version=version,
            previous=None if previous is None else previous.digest,
            made_at=at,
            expires=expires,
            board=board,
            policies=dict(policies),
        )
    except ValidationError as error:
        raise _unfit(f"root {version} is not as a root must be: {error.errors()[0]['msg']}") from None
    if expires <= at.date():
        raise _unfit(f"root {version} would expire on {expires:%d %B %Y}, before it could be used")
    if previous is not None and at < previous.made_at:
        raise _unfit(f"root {version} would be made before root {previous.version}")
    everybody = {one.key for name in board.root_roles for one in board.roles[name].holders}
    if len(_spoken(board, everybody, at)) < board.root_quorum:
        raise _unfit(
            f"root {version} could never be followed: too few of its root_roles have a holder to sign the next"
        )
    return Root.model_validate_json(canonical(root), strict=True)  # so that every field is spelled out


def sign_root(root_or_envelope: Root | str, signer: CryptoSigner) -> str:
    """Sign a root, or add a signature to one that others signed already.

    Parameters
    ----------
    root_or_envelope : Root or str
        The root, or its envelope with the signatures so far.
    signer : CryptoSigner
        The key pair of a holder of one of the root roles of the root in force.

    Returns
    -------
    str
        The envelope.

    Raises
    ------
    UntrustedError
        If the envelope holds no root, or none of its signatures holds.
    """
    if isinstance(root_or_envelope, Root):
        return sealed(root_or_envelope.spelling, signer, payload_type=ROOT_PAYLOAD_TYPE)
    opened_root(root_or_envelope)
    return signed_too(root_or_envelope, signer, payload_type=ROOT_PAYLOAD_TYPE, longest=LONGEST_ROOT)


def opened_root(envelope: str) -> OpenedRoot:
    """Open a root's envelope, and say whose signature on it holds; whether it counts is the chain's to say.

    Raises
    ------
    UntrustedError
        If it is no root, or none of its signatures holds.
    """
    held = contents(envelope, payload_type=ROOT_PAYLOAD_TYPE, longest=LONGEST_ROOT)
    try:
        root = Root.model_validate_json(held.payload, strict=True)
    except ValueError as error:
        raise _refused(f"it cannot be read as a trust root ({type(error).__name__})") from None
    if root.spelling != held.payload:
        raise _refused("it is not in its one spelling")
    return OpenedRoot(root, held.keys)


def missing_for_quorum(envelope: str, previous: Root | None) -> tuple[str, ...]:
    """Name the roles whose signature would still bring a root nearer to its quorum; none only when it is reached.

    Where nobody is left whose signature would help, it names every role that has not spoken.

    Parameters
    ----------
    envelope : str
        The root with the signatures so far.
    previous : Root or None
        The root in force, whose quorum must sign; None for the first root, which its own quorum signs.

    Raises
    ------
    UntrustedError
        If the envelope holds no root.
    """
    root, keys = opened_root(envelope)
    board = root.board if previous is None else previous.board
    spoken = _spoken(board, keys, root.made_at)
    if len(spoken) >= board.root_quorum:
        return ()
    nearer = [
        name
        for name in board.root_roles
        if any(len(_spoken(board, {*keys, one.key}, root.made_at)) > len(spoken) for one in board.roles[name].holders)
    ]
    return tuple(nearer) or tuple(name for name in board.root_roles if name not in spoken)


def verify_roots(
    envelopes: Sequence[str], *, pin: str | None, at: datetime.datetime, known: Root | None = None
) -> tuple[Root, ...]:
    """Follow the chain of trust roots from the first to the newest.

    Parameters
    ----------
    envelopes : sequence of str
        From version 1, in order.
    pin : str or None
        Digest that version 1 must have; None where none is pinned yet, and then the first root vouches for itself.
    at : datetime
        Now, in UTC.
    known : Root, optional
        A root that the caller went by already: the chain must still hold it, and so can neither go back nor fork.

    Returns
    -------
    tuple of Root
        All of them; the last is in force.

    Raises
    ------
    UntrustedError
        If a root is missing, forked, rolled back, expired, from the future, not the pinned one or not signed by the
        quorum of the one before it.
    """
    if not envelopes:
        raise _refused("there is none")
    roots: list[Root] = []
    for envelope in envelopes:
        roots.append(_follows(opened_root(envelope), roots[-1] if roots else None))
    if pin is not None and roots[0].digest != pin:
        raise _refused("root 1 is not the one that is pinned here")
    newest = roots[-1]
    if known is not None and newest.version < known.version:
        raise _refused(f"the newest is root {newest.version}, and root {known.version} was in force already")
    if known is not None and roots[known.version - 1].digest != known.digest:
        raise _refused(f"root {known.version} is not the one that was in force already: the chain forks")
    if newest.made_at > at + CLOCKS_DIFFER:
        raise _refused(f"root {newest.version} is dated in the future")
    if newest.expires <= at.date():
        raise _refused(f"root {newest.version} expired on {newest.expires:%d %B %Y}")
    return tuple(roots)


def _follows(opened: OpenedRoot, before: Root | None) -> Root:
    root, wanted = opened.root, 1 if before is None else before.version + 1
    if root.version != wanted:
        raise _refused(f"where root {wanted} should be stands root {root.version}")
    if root.previous != (None if before is None else before.digest):
        raise _refused(f"root {wanted} does not follow the root before it: the chain forks")
    if before is not None and root.made_at < before.made_at:
        raise _refused(f"root {wanted} is dated before root {before.version}")
    board = root.board if before is None else before.board
    spoken = len(_spoken(board, opened.keys, root.made_at))
    if spoken < board.root_quorum:
        whose = "its own roles" if before is None else f"the roles of root {before.version}"
        raise _refused(f"root {wanted} is signed by {spoken} of {whose}, and {board.root_quorum} are needed")
    return root


def _spoken(board: Board, keys: Iterable[str], at: datetime.datetime) -> dict[str, str]:
    """Match keys to root roles, one key for one role only, so that as many roles as possible have spoken."""
    signed = set(keys)
    able: dict[str, list[str]] = {}
    for name in board.root_roles:
        holders = board.roles[name].holders
        revoked = {one.key for one in holders if one.revoked_from is not None and one.revoked_from <= at}
        able[name] = sorted(({one.key for one in holders} & signed) - revoked)
    speaks: dict[str, str] = {}
    for name in able:
        _give(name, able, speaks, set())
    return {role: key for key, role in speaks.items()}


def _give(role: str, able: Mapping[str, Sequence[str]], speaks: dict[str, str], tried: set[str]) -> bool:
    for key in able[role]:
        if key in tried:
            continue
        tried.add(key)
        if key not in speaks or _give(speaks[key], able, speaks, tried):
            speaks[key] = role
            return True
    return False


def _refused(why: str) -> UntrustedError:
    return untrusted(
        f"the trust root does not hold: {why}",
        expected="every root from version 1, each signed by the quorum of the one before it, the newest not expired",
        next_step="Take ethics/trust/ from where the council keeps it. If it is in order, a new root must be signed.",
        who="the roles that sign the trust root",
    )


def _unfit(found: str) -> SigningError:
    return SigningError(
        found,
        expected="a root that can be used, and that its own quorum can replace one day",
        next_step="Correct ethics/board.yaml or the dates, and propose it again.",
        who="whoever looks after ethics/board.yaml",
    )
