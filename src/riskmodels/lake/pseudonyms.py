"""Keyed pseudonyms: a key that names a person becomes a number that only the holder of the secret can make again.

``first 8 bytes, signed, of HMAC-SHA256(secret, kind + ":" + key text)`` (RFC 2104). It is computed where the data is,
in SQL. The secret reaches the engine as parameters, never as text of a statement, so that no error or log can hold it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from riskmodels.errors import OutputError, SettingsError

__all__ = ["Pseudonyms", "pseudonym_key"]

_BLOCK = 64
_BYTES = 32


class Pseudonyms:
    """The SQL and the parameters that turn keys into pseudonyms."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _BYTES:
            raise SettingsError(
                f"the pseudonym key has {len(secret)} bytes",
                expected=f"at least {_BYTES} random bytes",
                next_step="Let the workspace make one, or correct lake.pseudonym_key_file in mlflow.yaml.",
                who="the data protection officer, who keeps it",
            )
        block = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
        self._inner = bytes(byte ^ 0x36 for byte in block)
        self._outer = bytes(byte ^ 0x5C for byte in block)

    def sql(self, text: str, kind: str) -> str:
        """Write the SQL that gives the pseudonym of a key, null where the key is null."""
        inner = f"unhex(sha256($inner_{_name(kind)} || encode({text})))"
        return f"CAST(CAST(unhex(left(sha256($outer || {inner}), 16)) AS BIT) AS BIGINT)"

    def parameters(self, kinds: frozenset[str]) -> dict[str, bytes]:
        """Give the parameters that the SQL for these kinds names."""
        inner = {f"inner_{_name(kind)}": self._inner + f"{kind}:".encode() for kind in kinds}
        return {"outer": self._outer, **inner} if kinds else {}

    def __repr__(self) -> str:
        return "Pseudonyms(secret not shown)"


def _name(kind: str) -> str:
    return kind.encode().hex()


def pseudonym_key(path: Path) -> bytes:
    """Read the secret that pseudonyms are made with, or make one when there is no file yet.

    The file holds 32 random bytes as hexadecimal, and only its owner may read it. Who loses it cannot join new data to
    old, and cannot turn a pseudonym back.
    """
    if not path.exists():
        _make_key(path)
    text = path.read_text(encoding="ascii").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise SettingsError(
            f"the pseudonym key file {path} does not hold a key",
            expected=f"{_BYTES} bytes written as {2 * _BYTES} hexadecimal digits",
            next_step="Restore the file from its backup; a new key cannot join new data to old.",
            who="the data protection officer, who keeps it",
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new secret whole or not at all; where another process was first, its secret stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(_BYTES) + "\n")
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            Path(draft).unlink()
    except OSError as error:
        fault = OutputError(
            f"the pseudonym key file {path} cannot be made ({type(error).__name__})",
            expected="a private folder that this user may write to",
            next_step="Give the right to write there, or name another file in lake.pseudonym_key_file.",
            who="whoever runs the machine",
        )
    else:
        return
    raise fault
