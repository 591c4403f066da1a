"""Which trust root a service trusts: the digest of the first one, in the service's own configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from riskmodels.errors import RefusedError

__all__ = ["PIN", "pin_of"]

PIN = "RISKMODELS_TRUST_PIN"
"""Names the digest of trust root 1, or a file that holds it."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST = 200


def pin_of(given: str | Path | None, environment: Mapping[str, str]) -> str:
    """Settle which trust root is pinned.

    Parameters
    ----------
    given : str or Path or None
        The digest of trust root 1, or a file that holds it; what :data:`PIN` says when not given.
    environment : mapping of str to str
        The process's environment.

    Raises
    ------
    RefusedError
        If nothing is pinned: whoever answers could then be believed.
    """
    said = given if given is not None else environment.get(PIN) or None
    if said is None:
        raise _unpinned("no trust root is pinned here")
    if isinstance(said, str) and _DIGEST.fullmatch(said.strip()):
        return said.strip()
    path = Path(said)
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_LONGEST).strip()
    except (OSError, ValueError):
        raise _unpinned("what is pinned is neither a digest nor a file that can be read") from None
    if not _DIGEST.fullmatch(text):
        raise _unpinned(f"{path} does not hold a digest")
    return text


def _unpinned(found: str) -> RefusedError:
    return RefusedError(
        found,
        expected=f"64 hexadecimal digits, or a file that holds them, as pin=... or in {PIN}",
        next_step="Take the digest of trust root 1 from the council's own papers, not from the registry: "
        "riskmodels trust show says it.",
        who="the roles that sign the trust root",
    )
