"""Where a model comes from: a registry that can be asked, or a copy that was fetched from one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from riskmodels.errors import NotRegistered, RefusedError, RegistryError, UntrustedError
from riskmodels.governance.pack import Pack
from riskmodels.registry.fetching import copy_of, read_fetched
from riskmodels.registry.serving import Servable

if TYPE_CHECKING:
    from riskmodels.registry.client import Registry

__all__ = ["FolderSource", "RegistrySource", "Source"]


class Source(Protocol):
    """Where a model comes from. Nothing that it gives is believed before it was verified."""

    def pack(self) -> Pack:
        """Give everything that was signed about the live version, and how it stands.

        Raises
        ------
        RegistryError
            If it cannot be reached: no news.
        RefusedError
            If it was reached, and has no such version.
        """

    def files(self, may: Servable) -> dict[str, bytes]:
        """Give a version's files, found to be exactly those that were signed.

        Raises
        ------
        UntrustedError
            If they are not.
        RegistryError
            If they cannot be had.
        """


class RegistrySource:
    """A registry: asked anew each time."""

    def __init__(self, registry: Registry, name: str, alias: str) -> None:
        self._registry, self._name, self._alias = registry, name, alias

    def pack(self) -> Pack:
        """Give everything that was signed about the version behind the alias; that there is none is no outage."""
        try:
            return self._registry.pack(self._name, alias=self._alias)
        except NotRegistered as error:
            raise RefusedError(
                error.found, expected=error.expected, next_step=error.next_step, who=error.who
            ) from error

    def files(self, may: Servable) -> dict[str, bytes]:
        """Give the files, checked."""
        return self._registry.bundle_files(self._name, may.version, digest=may.bundle_digest)


class FolderSource:
    """A copy that ``riskmodels fetch`` made, which a later fetch may bring up to date while it is used."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name

    def pack(self) -> Pack:
        """Give everything that was signed about the copy, and how it stood when it was fetched."""
        found = read_fetched(self._folder)
        if found.model != self._name:
            raise UntrustedError(
                f"{self._folder} holds a copy of another model",
                expected=f"a copy of {self._name}",
                next_step=f"Name the folder of that model, or fetch it: riskmodels fetch {self._name} DIR.",
                who="whoever runs the service",
            )
        return found

    def files(self, may: Servable) -> dict[str, bytes]:
        """Give the files, checked."""
        try:
            return copy_of(self._folder, may.bundle_digest)
        except UntrustedError:
            if self.pack().candidate != may.pack.candidate:
                raise RegistryError(
                    f"{self._folder} was fetched anew while it was being read",
                    expected="a folder that stays as it is for a moment",
                    next_step="Nothing: it is read again.",
                    who="whoever runs the service",
                ) from None
            raise
