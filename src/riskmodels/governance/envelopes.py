"""How a statement is signed and opened again: an in-toto statement in a DSSE envelope, in one spelling only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError

from riskmodels.errors import SigningError, UntrustedError
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
from riskmodels.governance.dsse import contents, sealed, untrusted
from riskmodels.governance.wire import Record, canonical, sha256

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = ["LONGEST_ENVELOPE", "PAYLOAD_TYPE", "PREDICATE_TYPE", "Opened", "opened", "seal", "tag_name"]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "https://riskmodels.example/attestations/{kind}/v1"
LONGEST_ENVELOPE = 90_000
"""Characters: an MLflow tag holds 100,000."""

_TYPE = "https://in-toto.io/Statement/v1"
_NAME_DIGITS = 16


class _Digest(Record):
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class _Subject(Record):
    name: str
    digest: _Digest


class _Statement(Record):
    type: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    subject: tuple[_Subject, ...]
    predicate_type: str = Field(alias="predicateType")
    predicate: Attestation


@dataclass(frozen=True)
class Opened:
    """A statement that came out of its envelope whole.

    Attributes
    ----------
    attestation : Attestation
        What is said.
    keys : tuple of str
        The public keys whose signature holds: at least one, each once. Whether they may say it is not known here.
    digest : str
        SHA-256 of the signed statement.
    """

    attestation: Attestation
    keys: tuple[str, ...]
    digest: str


def seal(attestation: Attestation, signer: CryptoSigner) -> str:
    """Sign a statement.

    Parameters
    ----------
    attestation : Attestation
        What is said.
    signer : CryptoSigner
        The key pair of whoever says it.

    Returns
    -------
    str
        The envelope, as compact JSON of at most :data:`LONGEST_ENVELOPE` characters.

    Raises
    ------
    SigningError
        If a digest in it is none, or it is too long to be kept.
    """
    try:
        subjects = _subjects(attestation)
    except ValidationError:
        raise _cannot_sign("a digest in it is not 64 hexadecimal digits") from None
    statement = {
        "_type": _TYPE,
        "subject": [one.model_dump(mode="json") for one in subjects],
        "predicateType": PREDICATE_TYPE.format(kind=attestation.kind),
        "predicate": attestation.model_dump(mode="json"),
    }
    payload = canonical(statement)
    text = sealed(payload, signer, payload_type=PAYLOAD_TYPE)
    if len(text) > LONGEST_ENVELOPE:
        raise _cannot_sign(f"it takes {len(text):,} characters, more than the {LONGEST_ENVELOPE:,} that can be kept")
    return text


def opened(text: str) -> Opened:
    """Open a signed statement, and say whose signature on it holds.

    Raises
    ------
    UntrustedError
        If it is no such statement, says of itself that it is something else, or no signature on it holds.
    """
    held = contents(text, payload_type=PAYLOAD_TYPE, longest=LONGEST_ENVELOPE)
    return Opened(_statement(held.payload), held.keys, sha256(held.payload))


def tag_name(text: str) -> str:
    """Name the tag that an envelope is kept under: by its kind and its content.

    Raises
    ------
    UntrustedError
        As :func:`opened`.
    """
    one = opened(text)
    return f"riskmodels.{one.attestation.kind}.{one.digest[:_NAME_DIGITS]}"


def _statement(payload: bytes) -> Attestation:
    try:
        if canonical(json.loads(payload)) != payload:
            raise _malformed("it is not in its one spelling")
        statement = _Statement.model_validate_json(payload, strict=True)
        said = statement.predicate
        if statement.predicate_type != PREDICATE_TYPE.format(kind=said.kind):
            raise _malformed("its type and what it says are of different kinds")
        if statement.subject != _subjects(said):
            raise _malformed("the digests that it is about are not those that it speaks of")
        return said
    except (ValueError, RecursionError) as error:
        raise _malformed(f"it cannot be read as one ({type(error).__name__})") from None


def _subjects(said: Attestation) -> tuple[_Subject, ...]:
    held = _digests(said)
    return tuple(_Subject(name=name, digest=_Digest(sha256=held[name])) for name in sorted(held))


def _digests(said: Attestation) -> dict[str, str]:
    match said:
        case Candidate(facts=facts):
            documents = {str(name): one.digest for name, one in facts.documents.items()}
            return {"bundle": facts.model.bundle_digest, "root": facts.root_digest, **documents}
        case Reproduced():
            return {"candidate": said.candidate_digest, "bundle": said.bundle_digest}
        case Word():
            documents = {"card": said.card_digest, "dpia": said.dpia_digest, "equality": said.equality_digest}
            return {"candidate": said.candidate_digest, "bundle": said.bundle_digest, **documents}
        case Suspension():
            return {"candidate": said.candidate_digest}
        case Promotion():
            return {"candidate": said.candidate_digest, "bundle": said.bundle_digest, "root": said.root_digest}
        case Status():
            return {"root": said.root_digest, **{f"live: {alias}": digest for alias, digest in said.live.items()}}
        case Standing():
            assessments = {"dpia": said.dpia_digest, "equality": said.equality_digest}
            terms = {"definition": said.definition_digest, "policy": said.policy_digest}
            return {"candidate": said.candidate_digest, **terms, **assessments}


def _malformed(why: str) -> UntrustedError:
    return untrusted(
        f"it is no statement that counts here: {why}",
        expected="an in-toto statement as riskmodels writes it, with all its fields and no other",
        next_step="Have it signed again with the version of riskmodels that the registry runs.",
    )


def _cannot_sign(why: str) -> SigningError:
    return SigningError(
        f"this cannot be signed: {why}",
        expected="a statement with whole digests that a registry's tag can hold",
        next_step="Take the digests from the registered version; shorten what is too long.",
        who="the data scientist who made the candidate",
    )
