"""A pack as a file: whole or not at all, and nothing but a pack is read as one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskmodels.errors import OutputError, UntrustedError
from riskmodels.governance.pack import PACK_FILE, Pack, read_pack, write_pack
from tests.unit.governance.signing import Council


@pytest.fixture(scope="module")
def pack() -> Pack:
    return Council().full_pack(promoted=True)


def test_a_pack_comes_back_as_it_was_written_to_the_byte(pack: Pack, tmp_path: Path) -> None:
    write_pack(tmp_path / "new" / PACK_FILE, pack)
    assert pack == read_pack(tmp_path / "new" / PACK_FILE)
    write_pack(tmp_path / "again.json", read_pack(tmp_path / "new" / PACK_FILE))
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "new" / PACK_FILE).read_bytes()


def test_a_pack_that_is_read_back_still_counts(pack: Pack, tmp_path: Path) -> None:
    council = Council()
    write_pack(tmp_path / PACK_FILE, council.full_pack())
    assert 5 == len(council.gathered(read_pack(tmp_path / PACK_FILE)).words)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"roots": "one"}'])
def test_what_is_no_pack_is_refused_without_a_traceback(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PACK_FILE).write_bytes(content)
    with pytest.raises(UntrustedError, match=r"pack\.json cannot be read as a pack"):
        read_pack(tmp_path / PACK_FILE)


def test_a_pack_with_a_field_too_many_is_refused(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / PACK_FILE).write_text(json.dumps(pack.model_dump(mode="json") | {"more": 1}), encoding="utf-8")
    with pytest.raises(UntrustedError, match="cannot be read as a pack"):
        read_pack(tmp_path / PACK_FILE)


def test_a_missing_pack_a_folder_and_a_giant_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UntrustedError, match="cannot be read as a pack"):
        read_pack(tmp_path / "absent.json")
    with pytest.raises(UntrustedError, match="cannot be read as a pack"):
        read_pack(tmp_path)
    with (tmp_path / PACK_FILE).open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(UntrustedError, match="it is too large"):
        read_pack(tmp_path / PACK_FILE)


def test_a_folder_that_cannot_be_is_an_output_error(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_pack(tmp_path / "copy" / PACK_FILE, pack)
