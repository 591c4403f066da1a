"""Private keys: encrypted, private, never written over, and never told on."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from riskmodels.errors import OutputError, SigningError
from riskmodels.governance.keys import new_signer, public_key, read_private_key, write_private_key

PASSPHRASE = "plum saddle cinema"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_key_is_known_by_its_public_half_and_by_nothing_else() -> None:
    signer = new_signer()
    assert re.fullmatch(r"[0-9a-f]{64}", public_key(signer))
    assert public_key(signer) == signer.public_key.keyid
    assert public_key(signer) != public_key(new_signer())


def test_a_key_comes_back_out_of_its_file_and_signs_the_same(tmp_path: Path) -> None:
    signer = new_signer()
    write_private_key(tmp_path / "new" / "siro.key", signer, passphrase=PASSPHRASE)
    again = read_private_key(tmp_path / "new" / "siro.key", passphrase=PASSPHRASE)
    assert public_key(signer) == public_key(again) == again.public_key.keyid
    assert signer.sign(b"these bytes").signature == again.sign(b"these bytes").signature


def test_the_file_holds_neither_the_key_nor_the_passphrase_as_they_are(tmp_path: Path) -> None:
    signer = new_signer()
    write_private_key(tmp_path / "siro.key", signer, passphrase=PASSPHRASE)
    data = (tmp_path / "siro.key").read_bytes()
    assert data.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert signer.private_bytes.splitlines()[1] not in data
    assert PASSPHRASE.encode() not in data


def test_a_copied_file_costs_whoever_guesses_600_000_rounds_a_guess(tmp_path: Path) -> None:
    write_private_key(tmp_path / "siro.key", new_signer(), passphrase=PASSPHRASE)
    lines = (tmp_path / "siro.key").read_text(encoding="ascii").splitlines()
    as_der_integer = b"\x02\x03" + (600_000).to_bytes(3, "big")
    assert as_der_integer in base64.b64decode("".join(lines[1:-1]))


def test_no_two_files_of_one_key_are_alike(tmp_path: Path) -> None:
    signer = new_signer()
    for name in ("one.key", "two.key"):
        write_private_key(tmp_path / name, signer, passphrase=PASSPHRASE)
    assert (tmp_path / "one.key").read_bytes() != (tmp_path / "two.key").read_bytes()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL's command is not installed")
def test_the_file_is_in_the_standard_form_that_openssl_opens(tmp_path: Path) -> None:
    signer = new_signer()
    write_private_key(tmp_path / "siro.key", signer, passphrase=PASSPHRASE)
    command = ["openssl", "pkey", "-in", "siro.key", "-passin", f"pass:{PASSPHRASE}", "-pubout", "-outform", "DER"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert public_key(signer) == found.stdout[-32:].hex()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes: the folder's permissions hold there")
def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    write_private_key(tmp_path / "siro.key", new_signer(), passphrase=PASSPHRASE)
    assert 0o600 == (tmp_path / "siro.key").stat().st_mode & 0o777


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    first = new_signer()
    write_private_key(tmp_path / "siro.key", first, passphrase=PASSPHRASE)
    with pytest.raises(SigningError, match=r"siro\.key is there already"):
        write_private_key(tmp_path / "siro.key", new_signer(), passphrase=PASSPHRASE)
    assert public_key(first) == public_key(read_private_key(tmp_path / "siro.key", passphrase=PASSPHRASE))
    assert {"siro.key"} == names(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="a link needs rights there that a user may lack")
def test_a_link_that_was_laid_in_wait_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "siro.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SigningError, match="is there already"):
        write_private_key(tmp_path / "siro.key", new_signer(), passphrase=PASSPHRASE)
    assert not (tmp_path / "elsewhere").exists()


def test_of_many_who_write_one_file_at_once_exactly_one_does(tmp_path: Path) -> None:
    def write(_: int) -> str | None:
        signer = new_signer()
        try:
            write_private_key(tmp_path / "siro.key", signer, passphrase=PASSPHRASE)
        except SigningError:
            return None
        return public_key(signer)

    with ThreadPoolExecutor(8) as pool:
        written = [key for key in pool.map(write, range(16)) if key is not None]
    assert [public_key(read_private_key(tmp_path / "siro.key", passphrase=PASSPHRASE))] == written
    assert {"siro.key"} == names(tmp_path)


def test_a_disk_without_room_leaves_no_file(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="only POSIX can limit how large a file grows")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    signer = new_signer()
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, hard))
    try:
        with pytest.raises(OutputError, match=r"siro\.key cannot be written"):
            write_private_key(tmp_path / "siro.key", signer, passphrase=PASSPHRASE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert set() == names(tmp_path)


def test_a_folder_that_cannot_be_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(OutputError, match=r"siro\.key cannot be written"):
        write_private_key(tmp_path / "keys" / "siro.key", new_signer(), passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    ("passphrase", "why"),
    [
        ("", "shorter than 12 characters"),
        ("eleven char", "shorter than 12 characters"),
        ("half a character \ud800", "not text"),
        ("x" * 5000, "longer than 1000 bytes"),
    ],
    ids=["empty", "short", "surrogate", "endless"],
)
def test_a_passphrase_that_will_not_do_is_refused_and_nothing_is_written(
    tmp_path: Path, passphrase: str, why: str
) -> None:
    with pytest.raises(SigningError, match=why) as refused:
        write_private_key(tmp_path / "siro.key", new_signer(), passphrase=passphrase)
    assert not passphrase or passphrase not in "".join(traceback.format_exception(refused.value))
    assert set() == names(tmp_path)


@pytest.mark.parametrize("wrong", ["plum saddle cinemas", "", "\ud800" * 12, "Plum saddle cinema"])
def test_a_wrong_passphrase_is_a_signing_error_that_shows_neither_it_nor_the_right_one(
    tmp_path: Path, wrong: str
) -> None:
    write_private_key(tmp_path / "siro.key", new_signer(), passphrase=PASSPHRASE)
    with pytest.raises(SigningError, match="the passphrase is not the right one") as refused:
        read_private_key(tmp_path / "siro.key", passphrase=wrong)
    told = "".join(traceback.format_exception(refused.value)) + str(refused.value.as_dict())
    assert not wrong or wrong not in told
    assert PASSPHRASE not in told
    assert refused.value.__suppress_context__


def test_a_file_cut_short_is_a_signing_error(tmp_path: Path) -> None:
    write_private_key(tmp_path / "siro.key", new_signer(), passphrase=PASSPHRASE)
    data = (tmp_path / "siro.key").read_bytes()
    for length in range(0, len(data) - 1, 9):
        (tmp_path / "cut.key").write_bytes(data[:length])
        with pytest.raises(SigningError):
            read_private_key(tmp_path / "cut.key", passphrase=PASSPHRASE)


def unencrypted() -> bytes:
    return new_signer().private_bytes


def of_another_kind() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode()))


def as_openssh() -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (unencrypted, "holds no private key that is encrypted"),
        (of_another_kind, "of another kind than Ed25519"),
        (as_openssh, "holds no private key that is encrypted"),
        (lambda: b"\x00\xff not a key", "holds no private key that is encrypted"),
        (lambda: b"", "holds no private key that is encrypted"),
        (lambda: b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + b"A" * 100_000, "too large"),
    ],
    ids=["unencrypted", "rsa", "openssh", "garbage", "empty", "giant"],
)
def test_a_file_that_is_no_such_key_is_refused(tmp_path: Path, content: Callable[[], bytes], why: str) -> None:
    (tmp_path / "siro.key").write_bytes(content())
    with pytest.raises(SigningError, match=why):
        read_private_key(tmp_path / "siro.key", passphrase=PASSPHRASE)


def test_a_file_that_is_missing_or_a_folder_is_a_signing_error(tmp_path: Path) -> None:
    with pytest.raises(SigningError, match=r"absent\.key cannot be read"):
        read_private_key(tmp_path / "absent.key", passphrase=PASSPHRASE)
    with pytest.raises(SigningError, match="cannot be read"):
        read_private_key(tmp_path, passphrase=PASSPHRASE)
