"""Where a governed registry keeps things: its database, the workspace whose trust root counts, its key, its bundles.

The address is that of MLflow's stores with ``governed+`` before it, such as ``governed+postgresql://user@host/registry``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from riskmodels.errors import SettingsError, SigningError

__all__ = [
    "BUNDLES",
    "KEY_FILE",
    "PASSPHRASE",
    "SERVER_ARTEFACTS",
    "SERVER_REGISTRY",
    "WORKSPACE",
    "Places",
    "database_uri",
    "places_of",
]

WORKSPACE = "RISKMODELS_WORKSPACE"
KEY_FILE = "RISKMODELS_REGISTRY_KEY_FILE"
PASSPHRASE = "RISKMODELS_REGISTRY_PASSPHRASE"  # noqa: S105 - the name of a setting
BUNDLES = "RISKMODELS_BUNDLES"

SERVER_REGISTRY = "_MLFLOW_SERVER_REGISTRY_STORE"
SERVER_ARTEFACTS = ("_MLFLOW_SERVER_ARTIFACT_ROOT", "_MLFLOW_SERVER_ARTIFACT_DESTINATION")
"""How MLflow's server tells its workers of its addresses; its own names cannot be imported without the whole server."""

_DRIVERS = {
    "governed+sqlite": "sqlite",
    "sqlite": "sqlite",
    "governed+postgresql": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_QUERY = "workspace"
_STATE = ".riskmodels"


@dataclass(frozen=True)
class Places:
    """Where everything of one registry is.

    Attributes
    ----------
    database : str
        Its database, as SQLAlchemy writes addresses. It may hold a password.
    workspace : Path
        The checkout whose ``ethics/trust`` is taken up.
    key_file : Path
        The registry's private key, encrypted.
    bundles : Path
        Protected storage: copies of the models that were promoted, and the log's newest head.
    """

    database: str
    workspace: Path
    key_file: Path
    bundles: Path

    @property
    def trust(self) -> Path:
        """Give the folder of the trust roots."""
        return self.workspace / "ethics" / "trust"

    def passphrase(self, environment: Mapping[str, str]) -> str:
        """Give the passphrase of the registry's key, from the environment or from the file beside the key.

        Raises
        ------
        SigningError
            If there is neither.
        """
        said = environment.get(PASSPHRASE)
        if said:
            return said
        file = self.key_file.with_suffix(".passphrase")
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SigningError(
                f"the registry cannot open its key: {PASSPHRASE} is not set, and {file.name} beside the key "
                "cannot be read",
                expected="the passphrase of the registry's key in one of the two",
                next_step=f"Set {PASSPHRASE} for the server's account alone, and start it again.",
                who="whoever runs the registry",
            ) from None


def database_uri(uri: str) -> str:
    """Give the database behind a registry's address, as SQLAlchemy writes it.

    Raises
    ------
    SettingsError
        If it is no address of a database that can be governed. It is not repeated: it may hold a password.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(uri)
        driver = _DRIVERS[url.drivername]
    except (ArgumentError, KeyError, ValueError):
        raise _fault(
            "the registry's address is not that of a database that can be governed",
            "governed+sqlite:///<file> or governed+postgresql://<user>@<host>/<database>",
        ) from None
    if driver == "sqlite" and url.database in (None, "", ":memory:"):
        raise _fault("the registry's address names no file", "governed+sqlite:///<file>")
    if driver == "sqlite":  # as it was written: SQLAlchemy would spell a drive's colon otherwise
        return f"sqlite:{uri.partition('?')[0].partition(':')[2]}"
    return url.set(drivername=driver).difference_update_query([_QUERY]).render_as_string(hide_password=False)


def places_of(uri: str, environment: Mapping[str, str]) -> Places:
    """Find where everything of a registry is.

    Parameters
    ----------
    uri : str
        Its address. ``?workspace=<folder>`` at its end says which workspace; without it the environment does.
    environment : mapping of str to str
        ``RISKMODELS_WORKSPACE``, ``RISKMODELS_REGISTRY_KEY_FILE`` and ``RISKMODELS_BUNDLES``; key and bundles are in
        the workspace's ``.riskmodels/`` where these are not set.

    Raises
    ------
    SettingsError
        If it cannot be told.
    """
    from sqlalchemy.engine import make_url

    database = database_uri(uri)
    said = make_url(uri).query.get(_QUERY) or environment.get(WORKSPACE)
    if not isinstance(said, str) or not Path(said).is_dir():
        raise _fault(
            "the governed registry was not told which workspace it serves, or there is no such folder",
            f"{WORKSPACE}, or ?{_QUERY}=<folder> at the end of its address",
        )
    workspace = Path(said).absolute()
    return Places(
        database=database,
        workspace=workspace,
        key_file=Path(environment.get(KEY_FILE) or workspace / _STATE / "registry.key").absolute(),
        bundles=_folder(environment.get(BUNDLES)) or workspace / _STATE / "bundles",
    )


def _folder(said: str | None) -> Path | None:
    if not said:
        return None
    parts = urlsplit(said)
    if parts.scheme == "file":
        return Path(url2pathname(parts.path)).absolute()
    if len(parts.scheme) > 1:
        raise _fault(
            f"{BUNDLES} names {parts.scheme} storage, and only a folder can be protected storage",
            "a folder that the server's account alone may write to, or one that is mounted",
        )
    return Path(said).absolute()


def _fault(found: str, expected: str) -> SettingsError:
    return SettingsError(
        found,
        expected=expected,
        next_step="Correct the setting of the server, or registry_uri in mlflow.yaml.",
        who="whoever runs the registry",
    )
