"""A demo lake is made whole, the same for the same seed, or not at all."""

from __future__ import annotations

import datetime
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from riskmodels.errors import OutputError, SettingsError
from riskmodels.lake.demo import make_demo_lake


def digests(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_same_seed_makes_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("first", 5), ("second", 5), ("other", 6)):
        make_demo_lake(tmp_path / name, households=60, years=1, seed=seed)
    assert digests(tmp_path / "first") == digests(tmp_path / "second")
    assert digests(tmp_path / "first.truth") == digests(tmp_path / "second.truth")
    first, other = digests(tmp_path / "first"), digests(tmp_path / "other")
    assert list(first) == list(other)
    assert {name for name in first if first[name] == other[name]} == set()


def test_the_record_says_where_the_lake_lies_and_what_it_holds(tmp_path: Path) -> None:
    made = make_demo_lake(tmp_path / "lake", households=60, years=1, seed=5)
    assert tmp_path / "lake" == made.path
    assert tmp_path / "lake.truth" / "tenancy_truth.parquet" == made.truth_path
    assert made.truth_path.is_file()
    assert (datetime.date(2025, 4, 1), datetime.date(2026, 3, 31)) == (made.first_day, made.last_day)
    assert {folder.name for folder in made.path.iterdir()} == set(made.rows)
    assert 362 == made.rows["areas"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    assert make_demo_lake(tmp_path / "lake", households=20, years=1, seed=5).path.is_dir()


@pytest.mark.parametrize("name", ["lake", "lake.truth"])
def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds something already"):
        make_demo_lake(tmp_path / "lake", households=20, years=1, seed=5)
    assert [name] == [entry.name for entry in tmp_path.iterdir()]
    assert "mine" == (tmp_path / name / "mine.txt").read_text()


@pytest.mark.parametrize(
    ("name", "value"),
    [("households", 19), ("households", 200_001), ("years", 0), ("years", 13), ("seed", -1)],
)
def test_a_number_out_of_range_is_refused_before_anything_is_written(tmp_path: Path, name: str, value: int) -> None:
    settings = {"households": 20, "years": 1, "seed": 5, name: value}
    with pytest.raises(SettingsError, match=f"{name} is {value}"):
        make_demo_lake(tmp_path / "lake", **settings)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95, 1.0])
def test_an_interruption_leaves_nothing_half_made(tmp_path: Path, share: float) -> None:
    def interrupt(_doing: str, done: float) -> None:
        if done >= share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_demo_lake(tmp_path / "lake", households=20, years=1, seed=5, progress=interrupt)
    assert [] == list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError):
        make_demo_lake(tmp_path / "file" / "lake", households=20, years=1, seed=5)
    assert ["file"] == [entry.name for entry in tmp_path.iterdir()]


@pytest.mark.skipif(sys.platform == "win32", reason="limits on the size of a file are set the POSIX way")
def test_a_disk_without_room_leaves_nothing_half_made(tmp_path: Path) -> None:
    program = """
import resource, signal, sys
from pathlib import Path
from riskmodels.errors import OutputError
from riskmodels.lake.demo import make_demo_lake
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    make_demo_lake(Path(sys.argv[1]), households=100, years=1, seed=5)
except OutputError:
    sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "lake")], capture_output=True, text=True)
    assert 7 == done.returncode, done.stderr
    assert [] == list(tmp_path.iterdir())


def test_progress_never_goes_back_and_ends_at_one(tmp_path: Path) -> None:
    told: list[float] = []
    make_demo_lake(tmp_path / "lake", households=20, years=2, seed=5, progress=lambda _doing, share: told.append(share))
    assert sorted(told) == told
    assert (0.0, 1.0) == (told[0], told[-1])
