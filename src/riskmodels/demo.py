"""The demo: a fresh workspace with a demo lake in it, to run the whole story on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from riskmodels.atomic import cannot_write, new_folder
from riskmodels.errors import OutputError
from riskmodels.lake.demo import make_demo_lake
from riskmodels.workspace_files import STATE, make_workspace

__all__ = ["make_demo"]

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


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise cannot_write(folder, error) from None
