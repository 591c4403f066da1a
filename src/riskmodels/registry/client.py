"""Speak to a model registry, embedded or behind a server, by MLflow's own client and nothing else.

What the registry says is never believed here: a pack is handed on for its signatures to be verified.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.errors import NotRegistered, RegistryError, UntrustedError
from riskmodels.governance.envelopes import opened, tag_name
from riskmodels.governance.log import LogEntry, head_of, verify_chain
from riskmodels.governance.pack import Pack
from riskmodels.registry.answers import asking, be_brief, shown
from riskmodels.registry.bundles.manifest import checked_files
from riskmodels.registry.bundles.packing import orders_to_stop, rested_on
from riskmodels.registry.downloads import download_bundle

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel
    from mlflow.tracking import MlflowClient

__all__ = ["LOG", "STATUS", "TRUST", "Registry"]

TRUST = "riskmodels.trust"
"""The read-only model whose tags ``root.<n>`` are the trust roots."""

LOG = "riskmodels.log"
"""``riskmodels.log.<page>`` is a read-only model whose tags are entries of the decision log, by number."""

STATUS = "riskmodels.status"
"""``riskmodels.status.<model>`` is a read-only model whose tag ``status`` the server signs as it is read."""

_ROOT = "root."
_CANDIDATE = "riskmodels.candidate."
_STANDING = "riskmodels.standing."
_SUSPENSION = "riskmodels.suspension."
_OURS = "riskmodels."

# MLflow wants an address for runs even where none is read. Names under .invalid are reserved and never resolve.
_NO_RUNS = "http://no-tracking-server.invalid"


class Registry:
    """A model registry.

    Parameters
    ----------
    registry_uri : str
        ``https://...`` of a server, with the account in MLflow's own environment variables; or
        ``governed+sqlite:///...`` for the one in a workspace.
    tracking_uri : str, optional
        Where the runs are; the server's when it is one. Without it an embedded registry can only give bundles that it
        keeps itself.
    """

    def __init__(self, registry_uri: str, *, tracking_uri: str | None = None) -> None:
        self.uri = registry_uri
        served = registry_uri.startswith(("http:", "https:"))
        self._tracking = tracking_uri or (registry_uri if served else None)
        self._opened: MlflowClient | None = None

    def __repr__(self) -> str:
        return f"Registry({shown(self.uri)!r})"

    def ensure_model(self, name: str) -> None:
        """Register a model's name, unless it is registered already."""
        from mlflow.exceptions import MlflowException

        with self._asking():
            try:
                self._client.create_registered_model(name)
            except MlflowException as error:
                if error.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise

    def register(self, name: str, *, source: str, run_id: str, candidate: str) -> int:
        """Register a version, with its author's signed statement.

        Parameters
        ----------
        name : str
            The registered model.
        source : str
            Where the run keeps the bundle.
        run_id : str
            The run.
        candidate : str
            The author's envelope.

        Returns
        -------
        int
            The version.
        """
        with self._asking(name):
            made = self._client.create_model_version(
                name, source, run_id=run_id, tags={tag_name(candidate): candidate}, await_creation_for=10
            )
        return int(made.version)

    def attach(self, name: str, version: int, envelope: str) -> None:
        """Hand in what somebody signed about a version: a word, a reproduction, a suspension."""
        with self._asking(name):
            self._client.set_model_version_tag(name, str(version), tag_name(envelope), envelope)

    def attach_standing(self, name: str, envelope: str) -> None:
        """Hand in a signed approval of retrains."""
        with self._asking(name):
            self._client.set_registered_model_tag(name, tag_name(envelope), envelope)

    def suspend(self, name: str, version: int, envelope: str) -> None:
        """Hand in a signed order to stop: it counts from this moment."""
        self.attach(name, version, envelope)

    def promote(self, name: str, version: int, alias: str) -> None:
        """Ask the registry to put a version behind an alias; it runs the gate again, and may refuse.

        Raises
        ------
        RefusedError
            With the registry's reasons.
        """
        with self._asking(name):
            self._client.set_registered_model_alias(name, alias, str(version))

    def versions(self, name: str) -> tuple[int, ...]:
        """List a model's versions, oldest first.

        Raises
        ------
        RegistryError
            If there is no such model.
        """
        with self._asking(name):
            self._client.get_registered_model(name)
            return tuple(sorted(int(one.version) for one in self._versions(name)))

    def run_of(self, name: str, version: int) -> str:
        """Give the run that a version came from.

        Raises
        ------
        RegistryError
            If there is no such version.
        """
        with self._asking(name):
            run_id: str | None = self._client.get_model_version(name, str(version)).run_id
        return run_id or ""

    def pack(self, name: str, *, version: int | None = None, alias: str | None = None) -> Pack:
        """Put together everything that was signed about a version, and what to verify it with. Nothing is verified yet.

        Parameters
        ----------
        name : str
            The registered model.
        version : int, optional
            The version.
        alias : str, optional
            The alias behind which it is, when no version is given.

        Raises
        ------
        RegistryError
            If there is none, or it was put forward unsigned.
        """
        with self._asking(name):
            model = self._client.get_registered_model(name)
            held = self._one(model, version, alias)
            roots = _roots(self._client.get_registered_model(TRUST).tags)
            status = self._kept(f"{STATUS}.{name}", "status")
            every = [model.tags, *(one.tags for one in self._versions(name))]
        candidate, said = _signed(name, held)
        standing = _kept_as(_STANDING, [model.tags])
        orders = orders_to_stop(_kept_as(_SUSPENSION, every), opened(candidate).digest)
        return Pack(
            roots=roots,
            model=name,
            version=int(held.version),
            candidate=candidate,
            attestations=tuple(dict.fromkeys([*said, *orders, status])),
            standing=standing,
            standing_candidates=rested_on(standing, _kept_as(_CANDIDATE, every)),
        )

    def roots(self) -> tuple[str, ...]:
        """Give the trust roots' envelopes as the registry holds them, in order."""
        with self._asking():
            return _roots(self._client.get_registered_model(TRUST).tags)

    def status(self, name: str) -> str:
        """Give how things stand with a model now, as the registry's server signs it at this moment."""
        with self._asking(name):
            return self._kept(f"{STATUS}.{name}", "status")

    def log(self) -> tuple[LogEntry, ...]:
        """Give the whole decision log.

        Raises
        ------
        UntrustedError
            If its chain is broken.
        """
        entries: list[LogEntry] = []
        with self._asking():
            for page in range(1, self._pages() + 1):
                entries += _entries(self._client.get_registered_model(f"{LOG}.{page}").tags)
        verify_chain(entries)
        return tuple(entries)

    def head(self) -> str | None:
        """Give the decision log's head, for what is signed next; None while it is empty."""
        with self._asking():
            pages = self._pages()
            entries = _entries(self._client.get_registered_model(f"{LOG}.{pages}").tags) if pages else []
        return head_of(entries[-1]) if entries else None

    def bundle_files(self, name: str, version: int, *, digest: str) -> dict[str, bytes]:
        """Give a version's files, found to be exactly those that were signed: each by its path, manifest included.

        Parameters
        ----------
        name : str
            The registered model.
        version : int
            Its version.
        digest : str
            The signed digest of the bundle.

        Raises
        ------
        UntrustedError
            If anything differs, is missing or was added.
        RegistryError
            If they cannot be had.
        """
        with tempfile.TemporaryDirectory(prefix="riskmodels-") as folder:
            got = Path(folder) / "bundle"
            self.download(name, version, got)
            return checked_files(got, digest)

    def download(self, name: str, version: int, folder: Path) -> None:
        """Fetch a version's files as they are, unverified, into a new folder.

        They come from the registry's protected storage where it names one that can be read from here, and else from
        the run. Either way they count for nothing before :func:`~riskmodels.registry.bundles.manifest.checked_files`.

        Raises
        ------
        RegistryError
            If they cannot be had from either.
        """
        with self._asking(name):
            place = self._client.get_model_version_download_uri(name, str(version))
            run = self._client.get_model_version(name, str(version)).run_id
        places = [place, *([f"runs:/{run}/bundle"] if run and self._tracking is not None else [])]
        download_bundle(places, folder, tracking_uri=self._tracking or _NO_RUNS)

    @property
    def _client(self) -> MlflowClient:
        if self._opened is None:
            from mlflow.tracking import MlflowClient

            self._opened = MlflowClient(tracking_uri=self._tracking or _NO_RUNS, registry_uri=self.uri)
        return self._opened

    def _asking(self, name: str | None = None) -> AbstractContextManager[None]:
        if self._opened is None:
            from riskmodels.registry.silence import import_silently

            be_brief()
            import_silently()
        return asking(self.uri, existing=lambda: self._existing(name))

    def _pages(self) -> int:
        return int(self._kept(f"{LOG}.1", "pages"))

    def _kept(self, name: str, tag: str) -> str:
        """Read one of the registry's own statements about itself."""
        found = self._client.get_registered_model(name).tags.get(tag)
        if found is None:
            raise RegistryError(
                f"the registry at {shown(self.uri)} keeps no {tag} in {name}, so it is not governed by riskmodels",
                expected="an MLflow server whose registry store is governed+sqlite or governed+postgresql",
                next_step="Check the address, and how the server was started (--registry-store-uri).",
                who="whoever looks after the registry",
            )
        return str(found)

    def _existing(self, name: str | None) -> list[str]:
        """Say what there is: the versions and aliases of a model, or else the models."""
        models = {str(one.name): one for one in self._client.search_registered_models(max_results=100)}
        if name not in models:
            return [f"the model {one}" for one in models]
        aliases = [f"the alias {alias} of version {number}" for alias, number in models[name].aliases.items()]
        return aliases + [f"version {one.version} of {name}" for one in self._versions(name)]

    def _versions(self, name: str) -> Iterator[ModelVersion]:
        token = None
        while True:
            page = self._client.search_model_versions(f"name = '{name}'", page_token=token)
            yield from page
            token = page.token
            if not token:
                return

    def _one(self, model: RegisteredModel, version: int | None, alias: str | None) -> ModelVersion:
        if version is not None:
            return self._client.get_model_version(model.name, str(version))
        if alias is None:
            raise RegistryError(
                f"neither a version nor an alias of {model.name} was named",
                expected="one of the two",
                next_step="Name a version, or the alias behind which it is.",
                who="whoever wrote the call",
            )
        behind = model.aliases.get(alias)
        if behind is None:
            held = ", ".join(f"{one} (version {number})" for one, number in model.aliases.items())
            raise NotRegistered(
                f"the registry at {shown(self.uri)} has nothing behind the alias {alias!r} of {model.name}",
                expected=f"one of its aliases: {held}" if held else "a version that was promoted; none was yet",
                next_step="Correct the alias, or have a version promoted: riskmodels promote CASE VERSION.",
                who="the deciding role in ethics/board.yaml",
            )
        return self._client.get_model_version(model.name, str(behind))


def _roots(tags: Mapping[str, str]) -> tuple[str, ...]:
    numbered = {int(tag.removeprefix(_ROOT)): text for tag, text in tags.items() if tag[len(_ROOT) :].isdecimal()}
    return tuple(numbered[number] for number in sorted(numbered))


def _signed(name: str, held: ModelVersion) -> tuple[str, tuple[str, ...]]:
    """Part the author's envelope from everything else that was signed."""
    ours = {tag: text for tag, text in sorted(held.tags.items()) if tag.startswith(_OURS)}
    candidates = [text for tag, text in ours.items() if tag.startswith(_CANDIDATE)]
    if len(candidates) != 1:
        raise UntrustedError(
            f"version {held.version} of {name} carries {len(candidates)} signed statements of an author",
            expected="exactly one: who puts this model forward, and with what evidence",
            next_step="Register it with riskmodels run, which signs it.",
            who="the data scientist who made it",
        )
    return candidates[0], tuple(text for tag, text in ours.items() if not tag.startswith(_CANDIDATE))


def _kept_as(start: str, every: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Give what is kept under tags that begin alike."""
    return tuple(text for tags in every for tag, text in sorted(tags.items()) if tag.startswith(start))


def _entries(tags: Mapping[str, str]) -> list[LogEntry]:
    numbers = sorted(int(tag) for tag in tags if tag.isdecimal())
    try:
        return [LogEntry.model_validate_json(tags[str(number)], strict=True) for number in numbers]
    except ValueError:
        raise UntrustedError(
            "the decision log holds an entry that is none",
            expected="entries as the registry's server writes them",
            next_step="Promote nothing. Find out who changed the registry's database.",
            who="whoever looks after the registry's database",
        ) from None
