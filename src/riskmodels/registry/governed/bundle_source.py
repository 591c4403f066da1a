"""Read a candidate's bundle from where its version says it is, all of it, and only if it is what was signed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from riskmodels.errors import RegistryError, UntrustedError
from riskmodels.registry.bundles.manifest import checked_files
from riskmodels.registry.governed.address import SERVER_ARTEFACTS

__all__ = ["signed_files"]

_PROXY = "/api/2.0/mlflow-artifacts/artifacts/"
_INSIDE = "bundle"


def signed_files(source: str, digest: str, *, tracking_uri: str | None) -> dict[str, bytes]:
    """Read a bundle and find it to be exactly what was signed.

    Parameters
    ----------
    source : str
        Where a version says that its files are: a path, or a URI of MLflow's artefact store.
    digest : str
        The bundle's signed digest.
    tracking_uri : str or None
        Where runs are, for a source that names one.

    Returns
    -------
    dict of str to bytes
        What was checked, by path: nothing is read a second time.

    Raises
    ------
    UntrustedError
        If it is not what was signed; it names file and cause.
    RegistryError
        If it cannot be read.
    """
    place = _resolved(source, tracking_uri)
    local = _local(place)
    if local is not None:
        return checked_files(_bundle_in(local), digest)
    with tempfile.TemporaryDirectory(prefix="riskmodels-") as folder:
        return checked_files(_bundle_in(_downloaded(place, Path(folder), tracking_uri)), digest)


def _resolved(source: str, tracking_uri: str | None) -> str:
    """Give the storage behind a source: the run's, and the one behind the server's artefact proxy."""
    if source.startswith("runs:"):
        from mlflow.exceptions import MlflowException
        from mlflow.store.artifact.runs_artifact_repo import RunsArtifactRepository

        try:
            source = str(RunsArtifactRepository.get_underlying_uri(source, tracking_uri))
        except MlflowException as error:
            raise _unreadable(source, error) from None
    parts = urlsplit(source)
    proxied = parts.scheme == "mlflow-artifacts" or (parts.scheme in ("http", "https") and _PROXY in parts.path)
    destination = os.environ.get(SERVER_ARTEFACTS[1])
    if not proxied or destination is None:
        return source
    inside = parts.path.partition(_PROXY)[2] if parts.scheme != "mlflow-artifacts" else parts.path
    names = [one for one in unquote(inside).split("/") if one]
    if any(one in (".", "..") or "\\" in one or "\0" in one for one in names):
        raise _led_astray(source)
    return "/".join([destination.rstrip("/"), *names])


def _local(place: str) -> Path | None:
    parts = urlsplit(place)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise _led_astray(place)
        return Path(url2pathname(parts.path))
    return Path(place) if len(parts.scheme) < 2 else None


def _bundle_in(folder: Path) -> Path:
    """Give the bundle itself: what was registered may be the run's folder with the bundle in it."""
    inside = folder / _INSIDE
    return inside if inside.is_dir() and not (folder / "manifest.json").exists() else folder


def _downloaded(place: str, folder: Path, tracking_uri: str | None) -> Path:
    from mlflow.exceptions import MlflowException
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    try:
        stored: Any = get_artifact_repository(place, tracking_uri=tracking_uri)
        return Path(stored.download_artifacts("", str(folder)))
    except (MlflowException, OSError, ImportError) as error:
        raise _unreadable(place, error) from None


def _led_astray(source: str) -> UntrustedError:
    return UntrustedError(
        f"the version's source leads out of the artefact store: {source[:200]!r}",
        expected="a place in the artefact store",
        next_step="Register the candidate again with riskmodels run.",
        who="the data scientist who made the candidate",
    )


def _unreadable(place: str, error: Exception) -> RegistryError:
    scheme = urlsplit(place).scheme or "a path"
    return RegistryError(
        f"the candidate's files at its source ({scheme}) cannot be read: {type(error).__name__}",
        expected="the bundle that was registered, where the server can read it",
        next_step="See that the run was not deleted and that the artefact store can be reached; then promote again.",
        who="whoever looks after the registry",
    )
