"""The council's workspace: the settings, definitions and state that lie around one ``mlflow.yaml``.

This is the only reader of the settings file. Everything else is handed what it needs.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, urlsplit, urlunsplit

from riskmodels.atomic import cannot_write
from riskmodels.definitions import Definitions, load_definitions
from riskmodels.errors import SettingsError
from riskmodels.features import UseCase
from riskmodels.html_table import html_table
from riskmodels.lake import Extract, Lake, pseudonym_key
from riskmodels.naming import nearest
from riskmodels.policy import ModelPolicy, Settings, SettingsFile, read_settings
from riskmodels.workspace_files import ETHICS, FEATURES, STATE, find_settings

__all__ = ["EMBEDDED_REGISTRY", "Extracts", "Workspace", "open", "policy_of"]

EMBEDDED_REGISTRY = f"governed+sqlite:///{STATE}/registry.db"
"""Where models are registered when ``mlflow.yaml`` names no registry: advisory, as SECURITY.md says."""

_WHO = "whoever looks after this workspace"

# The settings that each use case was opened with, for as long as someone holds the use case.
_HANDED_OUT: dict[int, tuple[weakref.ref[UseCase], SettingsFile]] = {}


class Extracts(Mapping[str, type[Extract]]):
    """The workspace's contracts by name: ``ws.extracts.RentAccounts``."""

    def __init__(self, contracts: Mapping[str, type[Extract]]) -> None:
        self._contracts = contracts

    def __getattr__(self, name: str) -> type[Extract]:
        if name.startswith("_") or name not in self._contracts:
            raise AttributeError(f"no extract is called {name!r}{nearest(name, self._contracts)}")
        return self._contracts[name]

    def __getitem__(self, name: str) -> type[Extract]:
        return self._contracts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._contracts)

    def __len__(self) -> int:
        return len(self._contracts)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._contracts]

    def _repr_html_(self) -> str:
        rows = [
            [name, one.folder(), (one.__doc__ or "").strip().splitlines()[0], one.source().owner]
            for name, one in self._contracts.items()
        ]
        return html_table("Extracts of the lake", ["Contract", "Folder", "What it holds", "Owner"], rows)


class Workspace:
    """A folder with ``mlflow.yaml`` and ``features/``, opened. ``riskmodels.open()`` makes one.

    Attributes
    ----------
    folder : Path
        Where ``mlflow.yaml`` is.
    settings : Settings
        What it says.
    cases : mapping of str to UseCase
        The use cases, by name.
    contracts : mapping of str to Extract class
        The contracts of the lake's extracts, by class name.
    extracts : Extracts
        The same, with attribute access.
    """

    def __init__(self, file: SettingsFile, definitions: Definitions) -> None:
        self.folder = file.path.parent
        self.settings: Settings = file.settings
        self.cases: Mapping[str, UseCase] = definitions.cases
        self.contracts: Mapping[str, type[Extract]] = definitions.contracts
        self.extracts = Extracts(definitions.contracts)
        self._file = file
        self._lake: Lake | None = None
        for case in self.cases.values():
            _remember(case, file)

    @property
    def state(self) -> Path:
        """Give the folder of run state (databases, artefacts, quarantine, keys), which may not exist yet."""
        return self.folder / STATE

    @property
    def tracking_uri(self) -> str:
        """Give the address of MLflow's tracking store, with relative paths made absolute."""
        return self._absolute(self.settings.tracking_uri)

    @property
    def registry_uri(self) -> str:
        """Give the address of the model registry; the embedded, governed one in the workspace when none is set."""
        address = self._absolute(self.settings.registry_uri or EMBEDDED_REGISTRY)
        embedded = address.startswith("governed+sqlite:") and "workspace=" not in address
        return f"{address}?workspace={quote(self.folder.as_posix())}" if embedded else address

    @property
    def ethics(self) -> Path:
        """Give the folder of what people sign: register of sources, board, assessments."""
        return self.folder / ETHICS

    @property
    def trust(self) -> Path:
        """Give the folder of the trust roots that were signed."""
        return self.folder / ETHICS / "trust"

    @property
    def keys(self) -> Path:
        """Give the private folder of keys that were made here."""
        return self.state / "keys"

    @property
    def lake_uri(self) -> str:
        """Give the lake's address, with relative paths made absolute."""
        return self._absolute(self.settings.lake.uri)

    @property
    def quarantine(self) -> Path:
        """Give the private folder that bad rows and lists of faults are written to."""
        return self.state / "quarantine"

    @property
    def lake(self) -> Lake:
        """Open the lake, the first time that it is asked for.

        Raises
        ------
        LakeError
            If there is none at the address.
        SettingsError
            If the pseudonym key that the settings name is not there.
        OutputError
            If the workspace has no key yet and none can be written.
        """
        if self._lake is None:
            asked, key = self.settings.lake, self._pseudonym_key()
            spill = self.state / "spill"
            try:
                spill.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise cannot_write(spill, error) from None
            self._lake = Lake.open(
                self.lake_uri,
                self.contracts,
                pseudonym_key=key,
                quarantine_dir=self.quarantine,
                cut=asked.cut,
                memory_gb=asked.memory_gb,
                temp_dir=spill,
            )
        return self._lake

    def case(self, name: str) -> UseCase:
        """Give the use case of a name.

        Raises
        ------
        SettingsError
            If there is none; it offers the nearest name.
        """
        if name not in self.cases:
            raise SettingsError(
                f"{self.folder / FEATURES} has no use case {name!r}",
                expected=f"one of its use cases{nearest(name, self.cases)}",
                next_step=f"Correct the name, or write {FEATURES}/{name}.py.",
                who="the data scientist who wrote the use cases",
            )
        return self.cases[name]

    def policy(self, name: str) -> ModelPolicy:
        """Give what ``mlflow.yaml`` asks of a use case's model.

        Raises
        ------
        SettingsError
            If there is no such use case, or the file asks nothing of it.
        """
        return _policy(self._file, self.case(name))

    def close(self) -> None:
        """Close the lake, if it was opened."""
        if self._lake is not None:
            self._lake.close()
            self._lake = None

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Workspace({str(self.folder)!r}, cases={list(self.cases)})"

    def _repr_html_(self) -> str:
        cases = [
            [name, case.says, "yes" if name in self.settings.models else "no: not in mlflow.yaml yet"]
            for name, case in self.cases.items()
        ]
        places = [
            ["Lake", _without_password(self.lake_uri)],
            ["Extracts declared", str(len(self.contracts))],
            ["Tracking", _without_password(self.tracking_uri)],
            ["Registry", _without_password(self.registry_uri)],
            ["Reports of runs", str(self.state / "runs")],
            ["Bad rows, private", str(self.quarantine)],
        ]
        return html_table("Use cases", ["Name", "What it says", "Can be run"], cases) + html_table(
            f"Workspace {self.folder}", ["What", "Where"], places
        )

    def _absolute(self, address: str) -> str:
        scheme = re.match(r"([a-z0-9+]{2,}):", address)
        if scheme is None:
            return str(self.folder / Path(address).expanduser())
        relative = re.fullmatch(r"((?:governed\+)?sqlite(?:\+\w+)?:///)(?!/)(?![A-Za-z]:)(.+)", address)
        return address if relative is None else f"{relative[1]}{(self.folder / relative[2]).as_posix()}"

    def _pseudonym_key(self) -> bytes:
        named = self.settings.lake.pseudonym_key_file
        path = self.folder / Path(named).expanduser() if named else self.state / "pseudonym.key"
        if named and not path.is_file():
            raise SettingsError(
                f"{self._file.place('lake', 'pseudonym_key_file')} names {path}, which is not there",
                expected="the file that holds the key that pseudonyms are made with",
                next_step="Restore the file; a new key cannot join new data to old. Without the setting, one is made.",
                who="the data protection officer, who keeps it",
            )
        return pseudonym_key(path)


def open(path: str | Path = ".") -> Workspace:  # noqa: A001 (riskmodels.open() reads as it should)
    """Open the workspace that a folder lies in: read its settings, contracts and use cases.

    Parameters
    ----------
    path : str or Path
        A folder. ``mlflow.yaml`` is looked for there and then upward.

    Returns
    -------
    Workspace
        Opened; the lake is read only when asked for.

    Raises
    ------
    SettingsError
        If there is no ``mlflow.yaml``, or it cannot be read, or names something that does not exist.
    DefinitionError
        If a file in ``features`` cannot be run, or declares something that cannot be.
    """
    file = read_settings(find_settings(Path(path)))
    definitions = load_definitions(file.path.parent / FEATURES)
    for name in file.settings.models:
        if name not in definitions.cases:
            raise SettingsError(
                f"{file.place('models', name)} is not a use case",
                expected=f"a use case of the {FEATURES} folder{nearest(name, definitions.cases)}",
                next_step=f"Correct the name, or write {FEATURES}/{name}.py.",
                who=_WHO,
            )
    return Workspace(file, definitions)


def policy_of(case: UseCase) -> ModelPolicy:
    """Give the policy of a use case that came from an open workspace.

    Raises
    ------
    SettingsError
        If it came from elsewhere, or its workspace asks nothing of it.
    """
    ref, file = _HANDED_OUT.get(id(case), (None, None))
    if ref is None or file is None or ref() is not case:
        raise SettingsError(
            f"the use case {case.name!r} does not come from a workspace, so nothing says what is asked of its model",
            expected="a use case from ws.case(name), or a policy handed over",
            next_step='Use riskmodels.open(".").case(name), or give policy=ModelPolicy(capacity=..., ...).',
            who=_WHO,
        )
    return _policy(file, case)


def _policy(file: SettingsFile, case: UseCase) -> ModelPolicy:
    if case.name not in file.settings.models:
        raise SettingsError(
            f"{file.place('models')} has no block for the use case {case.name!r}",
            expected=f"models.{case.name} with at least capacity and capacity_reason",
            next_step="Say how many people the service can act on at one time, and why that many.",
            who="the head of the service that will use the list",
        )
    return file.settings.models[case.name]


def _remember(case: UseCase, file: SettingsFile) -> None:
    number = id(case)
    _HANDED_OUT[number] = (weakref.ref(case, lambda _: _HANDED_OUT.pop(number, None)), file)


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    if parts.password is None:
        return address
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{place}"))
