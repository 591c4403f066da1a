"""Where a workspace's files lie, and how a fresh one is made. Light: nothing of the library is loaded to know this."""

from __future__ import annotations

import shutil
from pathlib import Path

from riskmodels.atomic import cannot_write, new_folder
from riskmodels.errors import OutputError, SettingsError

__all__ = [
    "CONTRACTS",
    "ETHICS",
    "FEATURES",
    "MODEL_CARDS",
    "SETTINGS",
    "STATE",
    "case_names",
    "find_settings",
    "make_workspace",
]

SETTINGS = "mlflow.yaml"
FEATURES = "features"
ETHICS = "ethics"
MODEL_CARDS = "model_cards"
CONTRACTS = "extracts"
STATE = ".riskmodels"

_PARTS = (SETTINGS, FEATURES, ETHICS, MODEL_CARDS)
_GITIGNORE = f"# Databases, artefacts, quarantined rows and keys: never to be shared\n{STATE}/\n__pycache__/\n"
# Trust roots and the cards of versions are one council's own, never a template.
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "trust", "[0-9]*")


def find_settings(folder: Path) -> Path:
    """Find ``mlflow.yaml`` in a folder, or in the nearest one above it.

    Raises
    ------
    SettingsError
        If there is none.
    """
    start = folder.expanduser().absolute()
    for place in (start, *start.parents):
        if (place / SETTINGS).is_file():
            return place / SETTINGS
    what = "has no mlflow.yaml, nor has any folder above it" if start.is_dir() else "is not a folder"
    raise SettingsError(
        f"{start} {what}",
        expected="a workspace: a folder with mlflow.yaml and features/",
        next_step="Go to the workspace, name it with --workspace DIR, or make one with `riskmodels init DIR`.",
        who="whoever looks after the workspace",
    )


def case_names(folder: Path) -> list[str]:
    """Name the use cases of a ``features`` folder by its files alone, without running any."""
    return sorted(file.stem for file in folder.glob("*.py") if file.stem != CONTRACTS and not file.stem.startswith("_"))


def make_workspace(folder: Path) -> None:
    """Make a fresh workspace: the settings, contracts and use cases that the library comes with.

    Parameters
    ----------
    folder : Path
        Does not exist yet, or is empty.

    Raises
    ------
    OutputError
        If it holds something already, or cannot be written.
    """
    folder = folder.expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise _taken(folder, "is not a folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise _taken(folder, "holds something already")
    if folder.is_dir():
        _fill_in_place(folder)
        return
    with new_folder(folder) as draft:
        _copy_parts(draft.path)


def _taken(folder: Path, why: str) -> OutputError:
    return OutputError(
        f"{folder} {why}",
        expected="a folder that does not exist yet, or an empty one",
        next_step="Name another folder, or empty this one. Nothing was changed.",
        who="whoever the folder belongs to",
    )


def _fill_in_place(folder: Path) -> None:
    # Someone may stand in it, so it keeps its place and is only filled.
    try:
        _copy_parts(folder)
    except BaseException as error:
        for part in folder.iterdir():
            shutil.rmtree(part) if part.is_dir() else part.unlink()
        if isinstance(error, OSError):
            raise cannot_write(folder, error) from None
        raise


def _copy_parts(folder: Path) -> None:
    template = _template()
    for name in _PARTS:
        part = template / name
        if part.is_dir():
            shutil.copytree(part, folder / name, ignore=_LEFT_OUT)
        else:
            shutil.copyfile(part, folder / name)
    (folder / ".gitignore").write_text(_GITIGNORE, encoding="utf-8")


def _template() -> Path:
    package = Path(__file__).parent
    installed = package / "template"
    return installed if installed.is_dir() else package.parents[1]  # a source checkout is itself a workspace
