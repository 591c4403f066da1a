from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from riskmodels.errors import OutputError, RefusedError, RegistryError, UntrustedError
from riskmodels.governance.pack import read_pack
from riskmodels.registry.bundles.manifest import check_files
from riskmodels.registry.fetching import STATUS_FILE, fetch, read_fetched
from tests.bundles import made_up_bundle
from tests.unit.governance.signing import Council, policy_of
from tests.unit.scoring.live import AT, MODEL, UNTIL, Live, ago


@pytest.fixture
def live(tmp_path: Path) -> Live:
    return Live(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def left_over(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name.startswith("."))


def test_a_copy_is_the_bundle_with_what_was_signed_and_how_it_stands(live: Live, tmp_path: Path) -> None:
    found = live.fetched(tmp_path / "served")
    names = set(contents(tmp_path / "served"))
    assert {"pack.json", "status.json"} == names - set(contents(live.folder))
    assert set(contents(live.folder)) <= names
    assert live.held == read_pack(tmp_path / "served" / "pack.json")
    assert (MODEL, 1, "champion", UNTIL) == (found.model, found.version, found.alias, found.approved_until)
    assert ago(hours=1) + datetime.timedelta(days=7) == found.good_until
    assert "2026-12-01" == found.as_json()["approved_until"]
    assert any("Fetch it again before 09 March 2026" in line for line in found.lines())
    assert [] == left_over(tmp_path)


def test_an_empty_folder_may_be_filled_and_one_with_anything_in_it_may_not(live: Live, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    live.fetched(tmp_path / "empty")
    other = tmp_path / "other"
    other.mkdir()
    (other / "my thesis.txt").write_text("all of it", encoding="utf-8")
    with pytest.raises(OutputError, match="holds something that riskmodels fetch did not write"):
        live.fetched(other)
    assert {"my thesis.txt": b"all of it"} == contents(other)
    with pytest.raises(OutputError):
        live.fetched(other / "my thesis.txt")
    bundle = tmp_path / "bundle"
    made_up_bundle(bundle)
    with pytest.raises(OutputError, match="did not write"):
        live.fetched(bundle)


def test_a_copy_of_another_model_is_not_written_over(live: Live, tmp_path: Path) -> None:
    live.fetched(tmp_path / "served")
    with pytest.raises(OutputError, match="a copy of another model"):
        fetch(live, "care_demand", tmp_path / "served", pin=live.council.pin, at=AT)
    (tmp_path / "served" / "pack.json").write_text("{}", encoding="utf-8")
    with pytest.raises(OutputError, match=r"pack\.json that cannot be read"):
        live.fetched(tmp_path / "served")


def test_what_may_not_serve_is_not_fetched_and_nothing_is_left_behind(live: Live, tmp_path: Path) -> None:
    live.held = live.signed(None, live.council.suspension(live.candidate))
    with pytest.raises(RefusedError, match="suspended"):
        live.fetched(tmp_path / "served")
    live.held = live.signed()
    (live.folder / "model.txt").write_bytes(b"tree of somebody else")
    with pytest.raises(UntrustedError, match=r"model\.txt"):
        live.fetched(tmp_path / "served")
    live.down = True
    with pytest.raises(RegistryError):
        live.fetched(tmp_path / "served")
    live.down = False
    with pytest.raises(UntrustedError, match="root 1 is not the one that is pinned"):
        fetch(live, MODEL, tmp_path / "served", pin="0" * 64, at=AT)
    assert not (tmp_path / "served").exists()
    assert [] == left_over(tmp_path)


def test_a_second_fetch_of_the_same_version_brings_the_papers_up_to_date_and_leaves_the_files(
    live: Live, tmp_path: Path
) -> None:
    folder = tmp_path / "served"
    live.fetched(folder)
    before = (folder / "model.txt").stat()
    at = AT + datetime.timedelta(days=5)
    live.held = live.signed(None, status=live.council.status(live.candidate, at=at))
    found = live.fetched(folder, at=at)
    assert at + datetime.timedelta(days=7) == found.good_until
    after = (folder / "model.txt").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert live.council.status(live.candidate, at=at) == (folder / STATUS_FILE).read_text(encoding="utf-8")


def test_a_fetch_mends_a_copy_whose_files_were_changed(live: Live, tmp_path: Path) -> None:
    folder = tmp_path / "served"
    live.fetched(folder)
    whole = contents(folder)
    (folder / "model.txt").write_bytes(b"tree of somebody else")
    (folder / "more.json").write_text("{}", encoding="utf-8")
    live.fetched(folder)
    assert whole == contents(folder)
    assert [] == left_over(tmp_path)


def test_a_new_version_takes_the_place_of_the_copy_whole(live: Live, tmp_path: Path) -> None:
    folder = tmp_path / "served"
    live.fetched(folder)
    live.folder, digest = made_up_bundle(tmp_path / "second", "interpretable")
    live.held = live.signed(live.candidate_of(digest), version=2)
    assert 2 == live.fetched(folder).version
    assert "model.txt" not in contents(folder)
    assert MODEL == check_files(folder, digest, ignored=("pack.json", "status.json")).model
    assert [] == left_over(tmp_path)


def test_a_new_version_that_cannot_be_had_leaves_the_old_copy_as_it_was(live: Live, tmp_path: Path) -> None:
    folder = tmp_path / "served"
    live.fetched(folder)
    whole = contents(folder)
    live.folder, digest = made_up_bundle(tmp_path / "second", "interpretable")
    live.held = live.signed(live.candidate_of(digest), version=2)
    (live.folder / "calibrator.json").unlink()
    with pytest.raises(UntrustedError):
        live.fetched(folder)
    assert whole == contents(folder)


def test_a_condition_in_words_is_said_when_the_copy_is_made(tmp_path: Path) -> None:
    live = Live(tmp_path, by=Council(models=(MODEL,), policy=policy_of(capacity=20)))
    live.held = live.conditional(other=("Ring only by day",), longest_list=15)
    found = live.fetched(tmp_path / "served")
    assert "On condition: Ring only by day." in found.lines()
    assert 15 == found.as_json()["conditions"]["longest_list"]


def test_a_status_that_was_taken_away_or_is_no_text_is_told(live: Live, tmp_path: Path) -> None:
    folder = live.fetched(tmp_path / "served").folder
    (folder / STATUS_FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(UntrustedError, match="nobody can tell whether the model was suspended"):
        read_fetched(folder)
    (folder / STATUS_FILE).unlink()
    with pytest.raises(UntrustedError, match=r"status\.json cannot be read"):
        read_fetched(folder)


def test_the_file_system_s_refusal_is_told_plainly(live: Live, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        live.fetched(tmp_path / "file" / "served")
