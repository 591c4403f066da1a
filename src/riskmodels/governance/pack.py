"""Everything that one needs to judge a model away from the registry, in one file: ``pack.json``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from riskmodels.atomic import whole_file
from riskmodels.governance.dsse import untrusted
from riskmodels.governance.wire import Record, canonical

__all__ = ["PACK_FILE", "Pack", "read_pack", "write_pack"]

PACK_FILE = "pack.json"

_LARGEST = 64 * 2**20


class Pack(Record):
    """One version of a model with all that was signed about it. Nothing in it counts before it was verified.

    Attributes
    ----------
    roots : tuple of str
        The trust roots' envelopes, from version 1.
    model : str
        The registered model's name.
    version : int or None
        Its version in the registry; None before it is registered.
    candidate : str
        The author's envelope.
    attestations : tuple of str
        Every other envelope on this version: reproductions, words, suspensions, promotions, status.
    standing, standing_candidates : tuple of str
        Envelopes of standing approvals for the model, and of the candidates that they rest on.
    """

    schema_version: Literal["1"] = "1"
    roots: tuple[str, ...]
    model: str
    version: int | None = None
    candidate: str
    attestations: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    standing_candidates: tuple[str, ...] = ()


def read_pack(path: Path) -> Pack:
    """Read a pack; nothing in it is verified yet.

    Raises
    ------
    UntrustedError
        If there is none, or it is not one.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) <= _LARGEST:
            return Pack.model_validate_json(data, strict=True)
        why = "it is too large"
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
    except ValueError as error:
        why = type(error).__name__
    raise untrusted(
        f"{path} cannot be read as a pack: {why}",
        expected=f"the {PACK_FILE} that riskmodels wrote",
        next_step="Fetch it again: riskmodels fetch CASE DIR.",
        who="whoever looks after the registry",
    )


def write_pack(path: Path, pack: Pack) -> None:
    """Write a pack, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with whole_file(path) as draft:
        draft.write_bytes(canonical(pack))
