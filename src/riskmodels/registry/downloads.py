"""Fetch a bundle's files from wherever they are kept. They are not to be believed before they were checked."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from riskmodels.atomic import new_folder
from riskmodels.errors import RegistryError
from riskmodels.registry.answers import shown

__all__ = ["download_bundle"]


def download_bundle(places: Sequence[str], folder: Path, *, tracking_uri: str) -> None:
    """Fetch a bundle from the first place that has it, whole or not at all.

    Parameters
    ----------
    places : sequence of str
        Artefact addresses, in the order to try them.
    folder : Path
        A new folder.
    tracking_uri : str
        Where MLflow keeps runs, for ``runs:/`` addresses.

    Raises
    ------
    RegistryError
        If none of them has it, with what each said.
    OutputError
        If it cannot be written.
    """
    causes = []
    for place in dict.fromkeys(places):
        with tempfile.TemporaryDirectory(prefix="riskmodels-") as got:
            why = _tried(place, Path(got), tracking_uri)
            if why is None:
                _moved(Path(got), folder)
                return
            causes.append(f"{shown(place)}: {why}")
    raise RegistryError(
        f"the files of the model cannot be had. {'; '.join(causes)}",
        expected="the bundle that was registered, in the registry's protected storage or with its run",
        next_step="Check that the artefact store can be reached from here, and with which account.",
        who="whoever looks after the registry",
    )


def _tried(place: str, folder: Path, tracking_uri: str) -> str | None:
    """Fetch from one place; give why it could not be."""
    import mlflow.artifacts
    from mlflow.exceptions import MlflowException

    try:
        mlflow.artifacts.download_artifacts(artifact_uri=place, dst_path=str(folder), tracking_uri=tracking_uri)
    except (MlflowException, OSError) as error:
        return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return None if any(folder.iterdir()) else "it is empty"


def _moved(got: Path, folder: Path) -> None:
    """Take what was fetched, a folder inside ``got``, as ``folder``."""
    inside = list(got.iterdir())
    whole = inside[0] if len(inside) == 1 and inside[0].is_dir() else got
    with new_folder(folder) as draft:
        shutil.copytree(whole, draft.path, dirs_exist_ok=True, symlinks=True)
