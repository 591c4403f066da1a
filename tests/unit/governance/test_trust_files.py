"""The trust roots as files: under their version once the quorum signed, never written over, read in order."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from riskmodels.errors import OutputError, UntrustedError
from riskmodels.governance.roles import Root
from riskmodels.governance.trust import (
    PROPOSED,
    make_root,
    read_proposal,
    read_roots,
    sign_root,
    verify_roots,
    write_root,
)
from tests.unit.governance.signing import (
    AT,
    Council,
    ago,
)

EXPIRES = datetime.date(2027, 1, 1)


@pytest.fixture
def council() -> Council:
    return Council()


def following(council: Council, **changes: Any) -> Root:
    held: dict[str, Any] = {"previous": council.in_force, "at": ago(days=10), "expires": EXPIRES}
    return make_root(council.board, council.policies, **held | changes)


def forged(root: Root, **changes: Any) -> Root:
    """Make a root that make_root would not."""
    return Root.model_validate(root.model_dump() | changes)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_roots_are_written_under_their_version_and_read_in_order(council: Council, tmp_path: Path) -> None:
    for days in range(19, 8, -1):
        council.next_root(at=ago(days=days))
    for envelope in council.root_envelopes:
        write_root(tmp_path, envelope)
    assert {f"{number}.json" for number in range(1, 13)} == names(tmp_path)
    assert council.root_envelopes == read_roots(tmp_path)
    assert 12 == verify_roots(read_roots(tmp_path), pin=council.pin, at=AT)[-1].version


def test_no_folder_holds_no_root(tmp_path: Path) -> None:
    assert () == read_roots(tmp_path / "absent")
    assert () == read_roots(tmp_path)
    assert read_proposal(tmp_path) is None


def test_a_root_waits_under_another_name_until_its_quorum_has_signed(council: Council, tmp_path: Path) -> None:
    write_root(tmp_path, council.root_envelopes[0])
    one = council.sign_root(following(council), ("siro",))
    assert tmp_path / PROPOSED == write_root(tmp_path, one)
    assert one == read_proposal(tmp_path)
    assert council.root_envelopes == read_roots(tmp_path)
    two = sign_root(one, council.signers["accountable_officer"])
    assert tmp_path / "2.json" == write_root(tmp_path, two)
    assert {"1.json", "2.json"} == names(tmp_path)


def test_a_root_is_never_written_over_by_another_of_its_version(council: Council, tmp_path: Path) -> None:
    council.next_root()
    for envelope in council.root_envelopes:
        write_root(tmp_path, envelope)
    other = Council()
    with pytest.raises(UntrustedError, match=r"1\.json is another root of that version"):
        write_root(tmp_path, other.root_envelopes[0])
    assert council.root_envelopes == read_roots(tmp_path)
    write_root(tmp_path, council.root_envelopes[1])
    assert council.root_envelopes == read_roots(tmp_path)


def test_a_root_that_follows_none_in_the_folder_is_not_written(council: Council, tmp_path: Path) -> None:
    council.next_root()
    council.next_root(at=ago(days=9))
    write_root(tmp_path, council.root_envelopes[0])
    with pytest.raises(UntrustedError, match="holds no root that root 3 follows"):
        write_root(tmp_path, council.root_envelopes[2])
    with pytest.raises(UntrustedError, match="holds no root that root 2 follows"):
        write_root(tmp_path, council.sign_root(forged(following(council, at=AT), version=2, previous="0" * 64)))
    with pytest.raises(UntrustedError, match="holds no root that root 7 follows"):
        write_root(tmp_path, council.sign_root(forged(council.in_force, version=7, previous=None)))
    assert {"1.json"} == names(tmp_path)


def test_a_gap_between_the_files_is_named(council: Council, tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text(council.root_envelopes[0], encoding="utf-8")
    (tmp_path / "3.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UntrustedError, match=r"2\.json is not there, and 3\.json is"):
        read_roots(tmp_path)


def test_files_of_other_names_are_not_read(council: Council, tmp_path: Path) -> None:
    write_root(tmp_path, council.root_envelopes[0])
    for name in ("README.md", "01.json", "2.json.bak", "-1.json", "0.json", ".2.json-draft", "٢.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert council.root_envelopes == read_roots(tmp_path)


def test_a_file_that_is_no_text_or_endless_is_refused(council: Council, tmp_path: Path) -> None:
    (tmp_path / "1.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UntrustedError, match=r"1\.json cannot be read as text"):
        read_roots(tmp_path)
    (tmp_path / "1.json").write_bytes(b" " * 3_000_000)
    with pytest.raises(UntrustedError, match="more than 1,000,000"):
        verify_roots(read_roots(tmp_path), pin=council.pin, at=AT)
    (tmp_path / "1.json").unlink()
    (tmp_path / "1.json").mkdir()
    with pytest.raises(UntrustedError, match=r"1\.json cannot be read"):
        read_roots(tmp_path)


def test_a_folder_that_cannot_be_is_an_output_error(council: Council, tmp_path: Path) -> None:
    (tmp_path / "ethics").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_root(tmp_path / "ethics" / "trust", council.root_envelopes[0])
