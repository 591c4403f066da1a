"""The keys that people sign with: made here, kept encrypted in a file, and never shown.

A key is known by its public half: 64 hexadecimal digits of Ed25519. Whether it may say anything is not the key's to
decide, but the trust root's.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.atomic import cannot_write, whole_file
from riskmodels.errors import SigningError
from riskmodels.governance.pkcs8 import ENCRYPTED, encrypted_pem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import CryptoSigner

__all__ = ["SHORTEST_PASSPHRASE", "new_signer", "public_key", "read_private_key", "write_private_key"]

SHORTEST_PASSPHRASE = 12
"""Characters. The file may be copied, and then nothing but the passphrase stands before the key."""

_LONGEST_PASSPHRASE = 1_000
_LONGEST_FILE = 16_384


def new_signer() -> CryptoSigner:
    """Make a new key pair, known by its public key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return _signer(Ed25519PrivateKey.generate())


def public_key(signer: CryptoSigner) -> str:
    """Give the public key: 64 hexadecimal digits, the only name that a key has."""
    return str(signer.public_key.keyval["public"])


def write_private_key(path: Path, signer: CryptoSigner, *, passphrase: str) -> None:
    """Keep a private key in a file that only its owner may read, encrypted with a passphrase.

    It is written whole or not at all, and never over a file that is there.

    Parameters
    ----------
    path : Path
        Where to. Its folder is made where it is missing.
    signer : CryptoSigner
        The key pair.
    passphrase : str
        At least :data:`SHORTEST_PASSPHRASE` characters. It is not kept, and cannot be recovered.

    Raises
    ------
    SigningError
        If the file is there already, or the passphrase is too short or too long.
    OutputError
        If the file cannot be written.
    """
    data = _encrypted(signer, passphrase)
    _claim(path)
    try:
        with whole_file(path, private=True) as draft, draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)  # the claim, which holds nothing
        raise


def read_private_key(path: Path, *, passphrase: str) -> CryptoSigner:
    """Read a private key that :func:`write_private_key` wrote.

    Raises
    ------
    SigningError
        If the file cannot be read, holds no such key, or the passphrase is not the right one. It shows neither.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = _read(path)
    if not data.lstrip().startswith(ENCRYPTED):
        raise _not_a_key(f"{path} holds no private key that is encrypted with a passphrase")
    try:
        key = load_pem_private_key(data, passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningError(
            f"{path} cannot be opened: the passphrase is not the right one, or the file is damaged",
            expected="the passphrase that was given when the key was made",
            next_step="Try it again. If it is lost, make a new key and have the trust root name that one.",
            who="whoever made the key; nobody can recover a passphrase",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _not_a_key(f"{path} holds a key of another kind than Ed25519")
    return _signer(key)


def _signer(key: Ed25519PrivateKey) -> CryptoSigner:
    from securesystemslib.signer import CryptoSigner, SSlibKey

    public = key.public_key().public_bytes_raw().hex()
    return CryptoSigner(key, SSlibKey(public, "ed25519", "ed25519", {"public": public}))


def _encrypted(signer: CryptoSigner, passphrase: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise _unfit(f"the passphrase is shorter than {SHORTEST_PASSPHRASE} characters")
    try:
        secret = passphrase.encode()
    except UnicodeEncodeError:
        raise _unfit("the passphrase has a character that is not text") from None
    if len(secret) > _LONGEST_PASSPHRASE:
        raise _unfit(f"the passphrase is longer than {_LONGEST_PASSPHRASE} bytes")
    key = load_pem_private_key(signer.private_bytes, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise _not_a_key("a key of another kind than Ed25519 is not kept")
    return encrypted_pem(key, secret)


def _claim(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise SigningError(
            f"{path} is there already, and a key is never written over",
            expected="a new file",
            next_step="Name another file, or move the old one away if nothing signed with it is needed any more.",
            who="whoever holds the key",
        ) from None
    except OSError as error:
        raise cannot_write(path, error) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST_FILE + 1)
    except OSError as error:
        raise _not_a_key(f"{path} cannot be read: {(error.strerror or type(error).__name__).lower()}") from None
    if len(data) > _LONGEST_FILE:
        raise _not_a_key(f"{path} is too large for a key")
    return data


def _not_a_key(found: str) -> SigningError:
    return SigningError(
        found,
        expected="a private key file as `riskmodels keys new` writes it",
        next_step="Name the key's own file, or make a key with `riskmodels keys new`.",
        who="whoever holds the key",
    )


def _unfit(found: str) -> SigningError:
    return SigningError(
        found,
        expected=f"a passphrase of at least {SHORTEST_PASSPHRASE} characters, such as three or four words",
        next_step="Choose another, and keep it where only you can reach it.",
        who="whoever will hold the key",
    )
