"""What is written is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.atomic import new_folder, whole_file
from riskmodels.errors import OutputError


def stop_in_a_file(place: Path, stop: BaseException) -> None:
    with whole_file(place) as draft:
        draft.write_text("half")
        raise stop


def stop_in_a_folder(place: Path, stop: BaseException) -> None:
    with new_folder(place) as draft:
        (draft.path / "report.html").write_text("half")
        raise stop


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_takes_its_place_when_it_is_finished(tmp_path: Path) -> None:
    place = tmp_path / "new/table.parquet"
    with whole_file(place) as draft:
        draft.write_text("half")
        assert not place.exists()
    assert "half" == place.read_text()
    assert {"table.parquet"} == names(place.parent)


def test_a_private_file_is_private_from_the_start(tmp_path: Path) -> None:
    with whole_file(tmp_path / "keys", private=True) as draft:
        assert 0o600 == draft.stat().st_mode & 0o777
    assert 0o600 == (tmp_path / "keys").stat().st_mode & 0o777


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), RuntimeError()], ids=["ctrl-c", "fault"])
def test_what_stops_half_way_leaves_the_earlier_file_and_no_draft(tmp_path: Path, stop: BaseException) -> None:
    (tmp_path / "table").write_text("earlier")
    with pytest.raises(type(stop)):
        stop_in_a_file(tmp_path / "table", stop)
    assert "earlier" == (tmp_path / "table").read_text()
    assert {"table"} == names(tmp_path)


def test_a_disk_that_is_full_is_an_output_error_without_a_draft(tmp_path: Path) -> None:
    full = OSError(28, "No space left on device")
    with pytest.raises(OutputError, match="table cannot be written: no space left on device"):
        stop_in_a_file(tmp_path / "table", full)
    with pytest.raises(OutputError, match="run cannot be written: no space left on device"):
        stop_in_a_folder(tmp_path / "run", full)
    assert set() == names(tmp_path)


def test_a_place_below_a_file_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"), whole_file(tmp_path / "file/table"):
        pass
    with pytest.raises(OutputError, match="cannot be written"), new_folder(tmp_path / "file/run"):
        pass
    assert {"file"} == names(tmp_path)


def test_a_folder_may_settle_its_name_while_it_is_filled(tmp_path: Path) -> None:
    with new_folder(tmp_path / "unnamed") as draft:
        (draft.path / "report.html").write_text("page")
        draft.becomes = tmp_path / "run-7"
        assert {draft.path.name} == names(tmp_path)
    assert {"run-7"} == names(tmp_path)
    assert {"report.html"} == names(tmp_path / "run-7")


def test_a_folder_takes_the_place_of_an_empty_one_and_of_no_other(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with new_folder(tmp_path / "empty") as draft:
        (draft.path / "a").write_text("a")
    with pytest.raises(OutputError, match="empty cannot be written"), new_folder(tmp_path / "empty"):
        pass
    assert {"a"} == names(tmp_path / "empty")
    assert {"empty"} == names(tmp_path)


def test_a_folder_that_is_stopped_half_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        stop_in_a_folder(tmp_path / "run", KeyboardInterrupt())
    assert set() == names(tmp_path)
