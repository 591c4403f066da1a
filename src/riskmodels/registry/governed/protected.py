"""Protected storage: a copy of every model that was promoted, which no client of the server can write to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from riskmodels.atomic import new_folder
from riskmodels.errors import OutputError, SettingsError, UntrustedError
from riskmodels.registry.bundles.manifest import check_files
from riskmodels.registry.governed.bundle_source import signed_files

__all__ = ["ProtectedStorage", "check_apart", "keep_clients_out"]


class ProtectedStorage:
    """The folder of protected storage; each bundle lies in it under its digest.

    Parameters
    ----------
    folder : Path
        The folder. The server's account alone may write to it.
    tracking_uri : str or None
        Where runs are, for versions whose source names one.
    """

    def __init__(self, folder: Path, *, tracking_uri: str | None) -> None:
        self.folder = folder
        self._tracking_uri = tracking_uri

    def place(self, digest: str) -> Path:
        """Give where a bundle is kept, whether it is there or not."""
        return self.folder / digest

    def keep(self, source: str, digest: str) -> str:
        """Copy a bundle here, whole or not at all; nothing is done when it is here already, as it was signed.

        Parameters
        ----------
        source : str
            Where its version says that it is.
        digest : str
            Its signed digest.

        Returns
        -------
        str
            The URI of the copy.

        Raises
        ------
        UntrustedError
            If it is not what was signed.
        RegistryError, OutputError
            If it cannot be read or kept.
        """
        place = self.place(digest)
        if not place.exists():
            self._copy(place, signed_files(source, digest, tracking_uri=self._tracking_uri))
        elif not _holds(place, digest):
            files = signed_files(source, digest, tracking_uri=self._tracking_uri)
            place.rename(place.with_name(f"damaged-{digest[:16]}-{os.urandom(4).hex()}"))
            self._copy(place, files)
        return place.as_uri()

    def _copy(self, place: Path, files: dict[str, bytes]) -> None:
        try:
            with new_folder(place) as draft:
                for name, data in files.items():
                    file = draft.path / name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    with file.open("xb") as written:
                        written.write(data)
                        written.flush()
                        os.fsync(written.fileno())
        except OutputError:
            if not _holds(place, place.name):  # else another worker was quicker
                raise


def check_apart(folder: Path, stores: Iterable[str | None]) -> None:
    """See that no artefact store that clients write to lies in protected storage, or around it.

    Raises
    ------
    SettingsError
        If one does.
    """
    protected = folder.resolve()
    for store in stores:
        if not store:
            continue
        parts = urlsplit(store)
        if len(parts.scheme) > 1 and parts.scheme != "file":
            continue
        open_to_clients = Path(url2pathname(parts.path) if parts.scheme == "file" else store).resolve()
        if protected.is_relative_to(open_to_clients) or open_to_clients.is_relative_to(protected):
            raise SettingsError(
                f"protected storage ({protected}) and the artefact store ({open_to_clients}) are not apart",
                expected="a folder for protected storage that clients of the server cannot write to",
                next_step="Name another folder in RISKMODELS_BUNDLES, or in --artifacts-destination.",
                who="whoever runs the registry",
            )


def keep_clients_out(folder: Path) -> None:
    """Have this server write no client's file into protected storage.

    A client may create an experiment whose artefacts are kept in any folder of the server, and then upload to it. From
    here on such uploads and deletions are refused where that folder is in protected storage.
    """
    from mlflow.store.artifact import artifact_repository_registry
    from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

    protected = folder.resolve()

    class ApartFromProtectedStorage(LocalArtifactRepository):
        """A local artefact store that does not write into protected storage."""

        def _get_or_create_artifact_dir(self, artifact_path: str | None = None) -> str:
            self._refuse_protected(artifact_path)
            return str(super()._get_or_create_artifact_dir(artifact_path))

        def log_artifacts(self, local_dir: str, artifact_path: str | None = None) -> None:
            self._refuse_protected(artifact_path, whole=True)
            super().log_artifacts(local_dir, artifact_path)  # type: ignore[no-untyped-call]

        def delete_artifacts(self, artifact_path: str | None = None) -> None:
            self._refuse_protected(artifact_path, whole=True)
            super().delete_artifacts(artifact_path)  # type: ignore[no-untyped-call]

        def _refuse_protected(self, artifact_path: str | None, *, whole: bool = False) -> None:
            """Refuse a place in protected storage, and for what touches whole folders also one around it."""
            place = Path(self.artifact_dir, artifact_path or "").resolve()
            if place.is_relative_to(protected) or (whole and protected.is_relative_to(place)):
                from mlflow.exceptions import MlflowException
                from mlflow.protos.databricks_pb2 import PERMISSION_DENIED

                raise MlflowException(
                    "Found: artefacts kept in the registry's protected storage. What to do: keep the experiment's "
                    "artefacts elsewhere. Nobody but the registry's server writes there.",
                    error_code=PERMISSION_DENIED,
                )

    known: Any = artifact_repository_registry._artifact_repository_registry
    for scheme in ("", "file"):
        known.register(scheme, ApartFromProtectedStorage)


def _holds(place: Path, digest: str) -> bool:
    try:
        check_files(place, digest)
    except UntrustedError:
        return False
    return True
