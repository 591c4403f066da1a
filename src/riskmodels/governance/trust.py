"""The trust root: who may say what, and what is asked of each model; in a workspace ``ethics/trust/<version>.json``.

The files are public, and anybody may propose one. What counts is the chain from version 1 that the quorums signed.
"""

from __future__ import annotations

import re
from pathlib import Path

from riskmodels.atomic import whole_file
from riskmodels.errors import UntrustedError
from riskmodels.governance.dsse import untrusted
from riskmodels.governance.root_chain import (
    CLOCKS_DIFFER,
    LONGEST_ROOT,
    ROOT_PAYLOAD_TYPE,
    OpenedRoot,
    make_root,
    missing_for_quorum,
    opened_root,
    sign_root,
    verify_roots,
)

__all__ = [
    "CLOCKS_DIFFER",
    "LONGEST_ROOT",
    "PROPOSED",
    "ROOT_PAYLOAD_TYPE",
    "OpenedRoot",
    "make_root",
    "missing_for_quorum",
    "opened_root",
    "read_proposal",
    "read_roots",
    "sign_root",
    "verify_roots",
    "write_root",
]

PROPOSED = "proposed.json"
"""The next root while its signatures are being collected. Nobody goes by it."""

_NUMBERED = re.compile(r"([1-9][0-9]{0,8})\.json")


def read_roots(folder: Path) -> tuple[str, ...]:
    """Read the roots' envelopes in order of their version; none where there is no such folder.

    Raises
    ------
    UntrustedError
        If one cannot be read, or one between two others is missing.
    """
    numbers = sorted(int(found[1]) for one in _names(folder) if (found := _NUMBERED.fullmatch(one)))
    for wanted, number in enumerate(numbers, start=1):
        if number != wanted:
            raise _faulty(folder / f"{wanted}.json", f"is not there, and {number}.json is")
    return tuple(_text(folder / f"{number}.json") for number in numbers)


def read_proposal(folder: Path) -> str | None:
    """Read the envelope of the root whose signatures are being collected; None when there is none.

    Raises
    ------
    UntrustedError
        If it cannot be read.
    """
    return _text(folder / PROPOSED) if (folder / PROPOSED).is_file() else None


def write_root(folder: Path, envelope: str) -> Path:
    """Write a root as ``<version>.json`` when its quorum has signed it, and until then as ``proposed.json``.

    Parameters
    ----------
    folder : Path
        The workspace's ``ethics/trust``, with the roots before it.
    envelope : str
        The root with the signatures so far.

    Returns
    -------
    Path
        The file that was written, whole.

    Raises
    ------
    UntrustedError
        If it does not follow the newest root in the folder, or another root of its version is there already.
    OutputError
        If it cannot be written.
    """
    root, _ = opened_root(envelope)
    held = [opened_root(one).root for one in read_roots(folder)]
    if root.version <= len(held) and held[root.version - 1].digest != root.digest:
        raise _faulty(folder / f"{root.version}.json", "is another root of that version, and is never written over")
    before = held[root.version - 2] if 1 < root.version <= len(held) + 1 else None
    if root.version > len(held) + 1 or root.previous != (None if before is None else before.digest):
        raise _faulty(folder, f"holds no root that root {root.version} follows")
    missing = missing_for_quorum(envelope, before)
    place = folder / (PROPOSED if missing else f"{root.version}.json")
    with whole_file(place) as draft:
        draft.write_text(envelope, encoding="utf-8")
    proposal = None if missing else read_proposal(folder)
    if proposal is not None and opened_root(proposal).root.digest == root.digest:
        (folder / PROPOSED).unlink()
    return place


def _names(folder: Path) -> list[str]:
    try:
        return [one.name for one in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise _faulty(folder, f"cannot be read: {(error.strerror or type(error).__name__).lower()}") from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_ROOT + 1).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _faulty(path, f"cannot be read as text ({type(error).__name__})") from None


def _faulty(path: Path, why: str) -> UntrustedError:
    return untrusted(
        f"{path} {why}",
        expected="the trust roots 1.json, 2.json, ... without a gap, each as its quorum signed it",
        next_step="Take ethics/trust/ from where the council keeps it.",
        who="the roles that sign the trust root",
    )
