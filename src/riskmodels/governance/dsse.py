"""A signed envelope (DSSE): some bytes, what kind of bytes they are, and signatures over both together.

A key's name in an envelope *is* the public key, so that it can never be claimed for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from riskmodels.errors import UntrustedError
from riskmodels.governance.wire import Record, canonical

if TYPE_CHECKING:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner

__all__ = ["Contents", "contents", "sealed", "signed_too", "untrusted"]

_MOST_SIGNATURES = 32
_ASK = "whoever looks after the registry, and the roles that sign the trust root"


class _Signature(Record):
    keyid: str = Field(pattern=r"^[0-9a-f]{64}$")
    sig: str = Field(max_length=200)


class _Envelope(Record):
    payload: str
    payload_type: str = Field(alias="payloadType", max_length=200)
    signatures: Annotated[tuple[_Signature, ...], Field(min_length=1, max_length=_MOST_SIGNATURES)]


@dataclass(frozen=True)
class Contents:
    """What was in an envelope, and the public keys whose signature on it holds: at least one, each once."""

    payload: bytes
    keys: tuple[str, ...]


def untrusted(found: str, *, expected: str, next_step: str, who: str = _ASK) -> UntrustedError:
    """Word why something that is signed does not count."""
    return UntrustedError(found, expected=expected, next_step=next_step, who=who)


def sealed(payload: bytes, signer: CryptoSigner, *, payload_type: str) -> str:
    """Put bytes into an envelope and sign them."""
    from securesystemslib.dsse import Envelope

    return _signed(Envelope(payload, payload_type, {}), signer)


def signed_too(text: str, signer: CryptoSigner, *, payload_type: str, longest: int) -> str:
    """Add a signature to an envelope that somebody signed already; theirs stay as they are."""
    contents(text, payload_type=payload_type, longest=longest)
    return _signed(_envelope(text, payload_type, longest), signer)


def contents(text: str, *, payload_type: str, longest: int) -> Contents:
    """Open an envelope, and say which signatures on it hold.

    Parameters
    ----------
    text : str
        The envelope as JSON.
    payload_type : str
        The kind of bytes that it must hold; it is signed with them.
    longest : int
        Characters above which it is not even read.

    Raises
    ------
    UntrustedError
        If it is no such envelope, or none of its signatures holds.
    """
    envelope = _envelope(text, payload_type, longest)
    keys = tuple(_holding(envelope))
    if not keys:
        raise untrusted(
            "no signature on it holds: it was changed after it was signed, or signed by another key than it names",
            expected="a signature of exactly these bytes by the key that is named",
            next_step="Have it signed again, and find out who changed it.",
        )
    return Contents(envelope.payload, keys)


def _signed(envelope: Envelope, signer: CryptoSigner) -> str:
    envelope.sign(signer)
    return canonical(envelope.to_dict()).decode()


def _envelope(text: str, payload_type: str, longest: int) -> Envelope:
    from securesystemslib.dsse import Envelope

    if len(text) > longest:
        raise _unreadable(f"it has {len(text):,} characters, more than {longest:,}")
    try:
        read = _Envelope.model_validate_json(text, strict=True)
        envelope = Envelope.from_dict(read.model_dump(by_alias=True))
    except ValueError as error:
        raise _unreadable(f"it cannot be read ({type(error).__name__})") from None
    if envelope.payload_type != payload_type:
        raise _unreadable(f"it is not of the type {payload_type}")
    return envelope


def _holding(envelope: Envelope) -> list[str]:
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey

    held = []
    for key in envelope.signatures:
        try:
            envelope.verify([SSlibKey(key, "ed25519", "ed25519", {"public": key})], 1)
        except VerificationError:
            continue
        held.append(key)
    return held


def _unreadable(why: str) -> UntrustedError:
    return untrusted(
        f"it is no signed envelope of this kind: {why}",
        expected="a DSSE envelope in JSON: payload, payloadType, and for each key one signature",
        next_step="Fetch it again from where it was signed; do not edit it.",
    )
