"""Make a verified copy of a live version, with all that was signed about it, to use away from the registry."""

from __future__ import annotations

import datetime
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from riskmodels.atomic import new_folder, whole_file
from riskmodels.errors import OutputError, RegistryError, UntrustedError
from riskmodels.governance.attestations import Conditions
from riskmodels.governance.pack import PACK_FILE, Pack, read_pack, write_pack
from riskmodels.registry.bundles.manifest import MANIFEST, check_files, checked_files
from riskmodels.registry.serving import Servable, may_serve

__all__ = ["BESIDE_THE_BUNDLE", "STATUS_FILE", "Fetched", "copy_of", "fetch", "read_fetched"]

STATUS_FILE = "status.json"

BESIDE_THE_BUNDLE = frozenset({PACK_FILE, STATUS_FILE})
"""Files of a copy that are not part of the bundle."""

_LONGEST_STATUS = 100_000


class _Registry(Protocol):
    def pack(self, name: str, *, version: int | None = None, alias: str | None = None) -> Pack:
        """Give everything that was signed."""

    def bundle_files(self, name: str, version: int, *, digest: str) -> dict[str, bytes]:
        """Give the files, checked."""


@dataclass(frozen=True)
class Fetched:
    """A verified copy, and how long it may be used.

    Attributes
    ----------
    folder : Path
        Where it is.
    model, version, alias
        What it is a copy of.
    approved_until : date
        Day from which the approval no longer counts.
    conditions : Conditions
        What it may be used for.
    good_until : datetime
        When the signed status in it will be too old to go by; fetch again before then.
    """

    folder: Path
    model: str
    version: int
    alias: str
    approved_until: datetime.date
    conditions: Conditions
    good_until: datetime.datetime

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "folder": str(self.folder),
            "model": self.model,
            "version": self.version,
            "alias": self.alias,
            "approved_until": self.approved_until.isoformat(),
            "conditions": self.conditions.model_dump(mode="json"),
            "good_until": self.good_until.isoformat(),
        }

    def lines(self) -> tuple[str, ...]:
        """Say it in a few lines."""
        return (
            f"{self.folder} is a verified copy of version {self.version} of {self.model}, live as {self.alias}.",
            f"It is approved until {self.approved_until:%d %B %Y}.",
            f"Fetch it again before {self.good_until:%d %B %Y}: from then on nobody can tell whether it was suspended.",
            *(f"On condition: {words}." for words in self.conditions.other),
        )


def fetch(
    registry: _Registry, name: str, folder: Path, *, alias: str = "champion", pin: str, at: datetime.datetime
) -> Fetched:
    """Verify a live version as the scoring door does, and write it to a folder, whole or not at all.

    Parameters
    ----------
    registry : Registry
        Where it is live.
    name : str
        The registered model.
    folder : Path
        A new or empty folder, or that of an earlier fetch of the same model, which is brought up to date.
    alias : str
        The alias behind which it is.
    pin : str
        Digest of the first trust root.
    at : datetime
        Now, in UTC.

    Raises
    ------
    UntrustedError, RefusedError
        If it may not serve, with the cause.
    RegistryError
        If the registry cannot be reached, or has no such version.
    OutputError
        If the folder holds something else, or cannot be written.
    """
    earlier = _earlier(folder, name)
    pack = registry.pack(name, alias=alias)
    may = may_serve(pack, alias=alias, pin=pin, at=at)
    if earlier and _is_intact(folder, may.bundle_digest):
        _write_beside(folder, may)
    else:
        files = registry.bundle_files(name, may.version, digest=may.bundle_digest)
        _replace(folder, files, may) if earlier else _write(folder, files, may)
    check_files(folder, may.bundle_digest, ignored=BESIDE_THE_BUNDLE)
    return _fetched(folder, may)


def read_fetched(folder: Path) -> Pack:
    """Read what was signed about a copy, its status with it; nothing in it is verified yet.

    Raises
    ------
    UntrustedError
        If it is no copy that was fetched.
    RegistryError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise RegistryError(
            f"{folder} is not a folder",
            expected="a folder that riskmodels fetch made, or the address of a registry",
            next_step="Fetch it: riskmodels fetch CASE DIR; or name the registry's address.",
            who="whoever runs the service",
        )
    pack = read_pack(folder / PACK_FILE)
    return pack.model_copy(update={"attestations": (*pack.attestations, _status_text(folder))})


def copy_of(folder: Path, digest: str) -> dict[str, bytes]:
    """Give a copy's files, found to be exactly those that were signed.

    Raises
    ------
    UntrustedError
        If anything differs, is missing or was added.
    """
    return checked_files(folder, digest, ignored=BESIDE_THE_BUNDLE)


def _status_text(folder: Path) -> str:
    try:
        with (folder / STATUS_FILE).open("rb") as file:
            return file.read(_LONGEST_STATUS).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UntrustedError(
            f"{folder / STATUS_FILE} cannot be read ({type(error).__name__}), so nobody can tell whether the model was "
            "suspended",
            expected=f"the {STATUS_FILE} that riskmodels fetch wrote",
            next_step="Fetch it again: riskmodels fetch CASE DIR.",
            who="whoever runs the service",
        ) from None


def _earlier(folder: Path, name: str) -> bool:
    """Say whether a folder is an earlier fetch of the model; refuse one that holds anything else."""
    try:
        inside = {one.name for one in folder.iterdir()} if folder.is_dir() else set()
    except OSError as error:
        raise _in_the_way(folder, f"cannot be read: {(error.strerror or type(error).__name__).lower()}") from None
    if not inside and (folder.is_dir() or not folder.exists()):
        return False
    if not {MANIFEST, PACK_FILE, STATUS_FILE} <= inside:
        raise _in_the_way(folder, "holds something that riskmodels fetch did not write")
    try:
        model = read_pack(folder / PACK_FILE).model
    except UntrustedError:
        raise _in_the_way(folder, "holds a pack.json that cannot be read") from None
    if model != name:
        raise _in_the_way(folder, "holds a copy of another model")
    return True


def _is_intact(folder: Path, digest: str) -> bool:
    """Say whether an earlier copy is of the same files, and whole."""
    try:
        check_files(folder, digest, ignored=BESIDE_THE_BUNDLE)
    except UntrustedError:
        return False
    return True


def _write(folder: Path, files: dict[str, bytes], may: Servable) -> None:
    with new_folder(folder) as draft:
        for name, data in files.items():
            path = draft.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        _write_beside(draft.path, may)


def _replace(folder: Path, files: dict[str, bytes], may: Servable) -> None:
    """Put a new copy in the place of an earlier one, which goes only when the new one is there."""
    fresh, old = (folder.with_name(f".{folder.name}-{word}") for word in ("fetched", "replaced"))
    for left in (fresh, old):
        shutil.rmtree(left, ignore_errors=True)
    _write(fresh, files, may)
    try:
        folder.rename(old)
        try:
            fresh.rename(folder)
        except OSError:
            old.rename(folder)
            raise
    except OSError as error:
        raise _in_the_way(folder, f"cannot be replaced: {(error.strerror or type(error).__name__).lower()}") from None
    finally:
        for left in (fresh, old):
            shutil.rmtree(left, ignore_errors=True)


def _write_beside(folder: Path, may: Servable) -> None:
    write_pack(folder / PACK_FILE, may.pack)
    with whole_file(folder / STATUS_FILE) as draft:
        draft.write_text(may.status_text, encoding="utf-8")


def _fetched(folder: Path, may: Servable) -> Fetched:
    return Fetched(
        folder=folder,
        model=may.pack.model,
        version=may.version,
        alias=may.promotion.alias,
        approved_until=may.approved_until,
        conditions=may.conditions,
        good_until=may.status.at + datetime.timedelta(days=may.asked.status_days),
    )


def _in_the_way(folder: Path, why: str) -> OutputError:
    return OutputError(
        f"{folder} {why}",
        expected="a new or empty folder, or that of an earlier fetch of the same model",
        next_step="Name another folder, or empty this one.",
        who="whoever runs this machine",
    )
