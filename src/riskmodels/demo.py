"""The demo: a fresh workspace with a demo lake in it, and the whole story told on it."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskmodels.atomic import cannot_write, new_folder
from riskmodels.deciding.demo_story import Act
from riskmodels.errors import OutputError
from riskmodels.lake.demo import make_demo_lake
from riskmodels.results import RunResult
from riskmodels.workspace_files import STATE, make_workspace

__all__ = ["DEMO_CASE", "ToldDemo", "make_demo", "run_demo"]

DEMO_CASE = "rent_arrears"

_MARKER = "THIS-IS-A-DEMO.txt"
_MARK = "Made by `riskmodels demo`, which replaces this whole folder when it is run again. Everybody here is made up.\n"


def make_demo(
    folder: Path, *, households: int, years: int, seed: int, progress: Callable[[str, float], None] | None = None
) -> None:
    """Make a demo workspace, whole or not at all; one that was made here earlier is replaced.

    Parameters
    ----------
    folder : Path
        Does not exist, is empty, or holds an earlier demo.
    households, years, seed : int
        See :func:`riskmodels.lake.demo.make_demo_lake`.
    progress : callable, optional
        Told the stage and the share of it that is done, in [0, 1].

    Raises
    ------
    OutputError
        If the folder holds anything else, or cannot be written.
    SettingsError
        If a number is out of range.
    """
    folder = folder.expanduser().absolute()
    earlier = (folder / _MARKER).is_file() and not folder.is_symlink()
    if not earlier and folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise OutputError(
            f"{folder} holds something that is not a demo",
            expected="a folder that does not exist yet, an empty one, or an earlier demo",
            next_step="Name another folder: riskmodels demo DIR. Nothing was changed.",
            who="whoever the folder belongs to",
        )
    with new_folder(folder) as draft:
        make_workspace(draft.path)
        (draft.path / _MARKER).write_text(_MARK, encoding="utf-8")
        make_demo_lake(draft.path / STATE / "lake", households=households, years=years, seed=seed, progress=progress)
        if earlier:
            _remove(folder)


@dataclass(frozen=True, eq=False)
class ToldDemo:
    """The demo's run, and the acts of its story."""

    result: RunResult
    acts: tuple[Act, ...]
    pin: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return self.result.as_json() | {"story": [one.as_json() for one in self.acts], "pin": self.pin}


def run_demo(
    folder: Path,
    *,
    households: int,
    years: int,
    seed: int,
    clock: Callable[[], datetime.datetime],
    progress: Callable[[str, float], None],
) -> ToldDemo:
    """Make a demo workspace and tell the whole story on it.

    Parameters
    ----------
    folder : Path
        See :func:`make_demo`.
    households, years, seed : int
        See :func:`riskmodels.lake.demo.make_demo_lake`.
    clock : callable
        Gives now, in UTC.
    progress : callable
        Told the stage and the share of it that is done.
    """
    from riskmodels import pipeline
    from riskmodels import workspace as workspaces
    from riskmodels.deciding.demo_council import DEMO_PASSPHRASE, found_council, unconfirm
    from riskmodels.deciding.demo_story import tell_the_story
    from riskmodels.deciding.keys import read_signer

    make_demo(folder, households=households, years=years, seed=seed, progress=progress)
    with workspaces.open(folder) as ws:
        progress("making keys for a council that does not exist", 0.0)
        root = found_council(ws, at=clock())
        unconfirm(ws, DEMO_CASE)
        author = read_signer(ws, "author", path=None, passphrase=DEMO_PASSPHRASE)
        result = pipeline.run(ws, DEMO_CASE, author=author, at=clock(), progress=progress)
        acts = tell_the_story(ws, result, pin=root.digest, clock=clock, progress=progress)
    return ToldDemo(result, acts, root.digest)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise cannot_write(folder, error) from None
