"""Make a demo, and tell every use case's story on it from training to suspension."""

from __future__ import annotations

import dataclasses
import datetime
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskmodels.atomic import cannot_write, new_folder
from riskmodels.demo.story import Act
from riskmodels.errors import OutputError, SettingsError
from riskmodels.lake.demo import make_demo_lake
from riskmodels.naming import nearest
from riskmodels.policy import Settings, read_settings
from riskmodels.results import RunResult
from riskmodels.workspace import Workspace
from riskmodels.workspace_files import SETTINGS, STATE, make_workspace

__all__ = ["Size", "Story", "ToldDemo", "make_demo", "run_demo"]

Progress = Callable[[str, float], None]

_MARKER = "THIS-IS-A-DEMO.txt"
_MARK = "Made by `riskmodels demo`, which replaces this whole folder when it is run again. Everybody here is made up.\n"


@dataclass(frozen=True)
class Size:
    """How large a demo is; see :func:`riskmodels.lake.demo.make_demo_lake`."""

    households: int
    years: int
    dwellings: int = 0
    care_people: int = 0


def make_demo(
    folder: Path, *, size: Size, seed: int, cases: Sequence[str] = (), progress: Progress | None = None
) -> tuple[str, ...]:
    """Make a demo workspace, whole or not at all; one that was made here earlier is replaced.

    Parameters
    ----------
    folder : Path
        Does not exist, is empty, or holds an earlier demo.
    size : Size
        How large its lake is.
    seed : int
        The same seed makes the same lake.
    cases : sequence of str
        The use cases that it is for; all that are governed when empty.
    progress : callable, optional
        Told the stage and the share of it that is done, in [0, 1].

    Returns
    -------
    tuple of str
        The use cases that it is for, in the order of the settings.

    Raises
    ------
    OutputError
        If the folder holds anything else, or cannot be written.
    SettingsError
        If a number is out of range, there is no such use case, or it is not governed.
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
        names = _told_of(read_settings(draft.path / SETTINGS).settings, cases)
        (draft.path / _MARKER).write_text(_MARK, encoding="utf-8")
        lake = draft.path / STATE / "lake"
        make_demo_lake(lake, **dataclasses.asdict(size), seed=seed, progress=progress)
        if earlier:
            _remove(folder)
    return names


@dataclass(frozen=True, eq=False)
class Story:
    """One use case's run, and the acts of its story."""

    result: RunResult
    acts: tuple[Act, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return self.result.as_json() | {"story": [one.as_json() for one in self.acts]}


@dataclass(frozen=True)
class ToldDemo:
    """The stories of a demo, and the digest of the trust root that its services pin."""

    stories: tuple[Story, ...]
    pin: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"pin": self.pin, "cases": [one.as_json() for one in self.stories]}


def run_demo(
    folder: Path,
    *,
    size: Size,
    seed: int,
    cases: Sequence[str] = (),
    clock: Callable[[], datetime.datetime],
    progress: Progress,
) -> ToldDemo:
    """Make a demo workspace and tell the whole story of its use cases on it.

    Parameters
    ----------
    folder : Path
        See :func:`make_demo`.
    size : Size
        How large its lake is.
    seed : int
        The same seed makes the same lake.
    cases : sequence of str
        The use cases to tell of; all that are governed when empty.
    clock : callable
        Gives now, in UTC.
    progress : callable
        Told the stage and the share of it that is done.

    Raises
    ------
    SettingsError
        If there is no such use case, or it is not governed.
    """
    from riskmodels import workspace as workspaces
    from riskmodels.demo.council import found_council, unconfirm

    names = make_demo(folder, size=size, seed=seed, cases=cases, progress=progress)
    with workspaces.open(folder) as ws:
        progress("making keys for a council that does not exist", 0.0)
        root = found_council(ws, at=clock())
        for name in names:
            unconfirm(ws, name)
        stories = tuple(_tell(ws, name, root.digest, clock, progress) for name in names)
    return ToldDemo(stories, root.digest)


def _told_of(settings: Settings, asked: Sequence[str]) -> tuple[str, ...]:
    governed = tuple(name for name, one in settings.models.items() if one.promotion is not None)
    unknown = [name for name in asked if name not in governed]
    if unknown:
        raise SettingsError(
            f"the demo has no story of {unknown[0]!r}",
            expected=f"one of the governed use cases{nearest(unknown[0], governed)}",
            next_step="Name one of these with --case, or leave --case out for all of them.",
            who="whoever runs the demo",
        )
    return tuple(name for name in governed if name in asked) if asked else governed


def _tell(ws: Workspace, name: str, pin: str, clock: Callable[[], datetime.datetime], progress: Progress) -> Story:
    from riskmodels import pipeline
    from riskmodels.deciding.keys import read_signer
    from riskmodels.demo.council import DEMO_PASSPHRASE
    from riskmodels.demo.story import tell_the_story

    def tell(stage: str, share: float) -> None:
        progress(f"{name.replace('_', ' ')}: {stage[:1].lower()}{stage[1:]}", share)

    author = read_signer(ws, "author", path=None, passphrase=DEMO_PASSPHRASE)
    result = pipeline.run(ws, name, author=author, at=clock(), progress=tell)
    return Story(result, tell_the_story(ws, result, pin=pin, clock=clock, progress=tell))


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise cannot_write(folder, error) from None
