"""A private key under a passphrase, in the standard form (PKCS #8 with PBES2, RFC 8018) that every tool can open.

Written here for one number alone: the library that opens it turns a passphrase into a key in 2,048 rounds, which is too
few to withstand somebody who has copied the file. OWASP asks for 600,000 (Password Storage Cheat Sheet, 2023).
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["ENCRYPTED", "ROUNDS", "encrypted_pem"]

ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
ROUNDS = 600_000

_INTEGER, _OCTETS, _NULL, _OBJECT, _SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_PBKDF2 = bytes.fromhex("2a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("2a864886f70d0209")
_AES_256_CBC = bytes.fromhex("60864801650304012a")
_LINE = 64


def encrypted_pem(key: Ed25519PrivateKey, passphrase: bytes) -> bytes:
    """Encrypt a private key with AES-256 under a passphrase, and give it as PEM."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
    from cryptography.hazmat.primitives.padding import PKCS7
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    salt, start = secrets.token_bytes(16), secrets.token_bytes(16)
    secret = PBKDF2HMAC(SHA256(), 32, salt, ROUNDS).derive(passphrase)
    padder, cipher = PKCS7(128).padder(), Cipher(algorithms.AES256(secret), modes.CBC(start)).encryptor()
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    hidden = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()

    hmac = _der(_SEQUENCE, _der(_OBJECT, _HMAC_SHA256), _der(_NULL))
    rounds = _der(_INTEGER, ROUNDS.to_bytes(3, "big"))
    stretching = _der(_SEQUENCE, _der(_OBJECT, _PBKDF2), _der(_SEQUENCE, _der(_OCTETS, salt), rounds, hmac))
    hiding = _der(_SEQUENCE, _der(_OBJECT, _AES_256_CBC), _der(_OCTETS, start))
    how = _der(_SEQUENCE, _der(_OBJECT, _PBES2), _der(_SEQUENCE, stretching, hiding))
    return _pem(_der(_SEQUENCE, how, _der(_OCTETS, hidden)))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    long = b"\x81" if len(content) > 0x7F else b""  # nothing here reaches 256 bytes
    return bytes([tag]) + long + bytes([len(content)]) + content


def _pem(data: bytes) -> bytes:
    text = base64.b64encode(data)
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return b"\n".join([ENCRYPTED, *lines, ENCRYPTED.replace(b"BEGIN", b"END"), b""])
