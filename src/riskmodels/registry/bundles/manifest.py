"""The list of a bundle's files with the SHA-256 of each: what is signed when a model is signed.

A bundle is a folder. ``manifest.json`` in it says what the model is and names every other file with its size and
digest; the digest of that one file stands for the whole. Nothing of a bundle is loaded before all of it was found to be
as its manifest says, and what was checked is what is loaded: each file is read once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from riskmodels.errors import UntrustedError
from riskmodels.governance.wire import Record, canonical, sha256
from riskmodels.registry.bundles.bundle_files import find_files, read_file
from riskmodels.registry.bundles.harmful import why_harmful, why_not_a_name
from riskmodels.registry.bundles.mlmodel import EXAMPLE, MLFLOW_FILES, mlflow_files

__all__ = [
    "MANIFEST",
    "ListedFile",
    "MadeFrom",
    "Manifest",
    "bundle_digest",
    "check_files",
    "checked_files",
    "parse_manifest",
    "read_manifest",
    "write_manifest",
]

MANIFEST = "manifest.json"

LARGEST_MANIFEST = 4 * 1024 * 1024
"""Most bytes of a manifest: it is read before anything is known of it."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ListedFile(Record):
    """One file of the bundle: its SHA-256 and its size in bytes."""

    sha256: Digest
    bytes: int = Field(ge=0)


class MadeFrom(Record):
    """What a model is, and the digests of what it was made from.

    Attributes
    ----------
    model : str
        Name of the use case.
    estimator : {"interpretable", "lightgbm"}
        The one that was chosen and is served.
    columns : tuple of str
        The model's inputs, in order.
    baseline : str
        Column that ranks people today.
    definition_digest, table_digest : str
        Of the use case, and of the data that it learned from.
    reproducibility_digest : str
        SHA-256 of what was learned; equal for the same seed and data on the same platform.
    task : {"risk", "amount"}
        Whether it gives a chance, or an amount.
    unit : str or None
        What an amount is counted in; None for a risk.
    settings : mapping of str to float
        Hyperparameters.
    platform : mapping of str to str
        Python, platform and package versions on which it was trained.
    riskmodels : str
        Version of this library that wrote the bundle.
    """

    schema_version: Literal["1"] = "1"
    model: str = Field(min_length=1)
    estimator: Literal["interpretable", "lightgbm"]
    task: Literal["risk", "amount"]
    unit: str | None = None
    purpose: str
    outcome_says: str
    horizon_days: int = Field(ge=0)
    columns: tuple[str, ...] = Field(min_length=1)
    baseline: str
    definition_digest: Digest
    table_digest: Digest
    reproducibility_digest: Digest
    seed: int
    settings: dict[str, float | int | str | bool | None]
    platform: dict[str, str]
    riskmodels: str


class Manifest(MadeFrom):
    """What a model is, and every file of its bundle but the manifest itself, by path with ``/`` between folders."""

    files: dict[str, ListedFile]


def write_manifest(folder: Path, made_from: MadeFrom) -> str:
    """List a folder's files in its ``manifest.json``.

    Parameters
    ----------
    folder : Path
        The bundle, with every other file in it already.
    made_from : MadeFrom
        What the model is.

    Returns
    -------
    str
        The bundle's digest.

    Raises
    ------
    UntrustedError
        If a file may not be in a bundle.
    """
    files: dict[str, ListedFile] = {}
    for name in sorted(find_files(folder).files - {MANIFEST}):
        data = read_file(folder, name)
        _refuse_harmful(name, data)
        files[name] = ListedFile(sha256=sha256(data), bytes=len(data))
    manifest = Manifest(**made_from.model_dump(), files=files)
    _check_names(manifest)
    data = canonical(manifest)
    (folder / MANIFEST).write_bytes(data)
    return sha256(data)


def read_manifest(folder: Path) -> Manifest:
    """Read a bundle's manifest, without a look at the files that it lists.

    Raises
    ------
    UntrustedError
        If there is none, or it is not what a manifest is.
    """
    return parse_manifest(read_file(folder, MANIFEST, most=LARGEST_MANIFEST))


def bundle_digest(folder: Path) -> str:
    """Give the SHA-256 of a bundle's manifest: the digest that is signed.

    It says nothing of the files: :func:`check_files` does.

    Raises
    ------
    UntrustedError
        If there is no manifest.
    """
    return sha256(read_file(folder, MANIFEST, most=LARGEST_MANIFEST))


def check_files(folder: Path, digest: str, *, ignored: Collection[str] = ()) -> Manifest:
    """Find a bundle to be exactly what was signed, or refuse it.

    Parameters
    ----------
    folder : Path
        The bundle.
    digest : str
        The digest that was signed.
    ignored : collection of str
        Names in the folder itself that are not part of the bundle, such as ``"pack.json"``. They are not read.

    Raises
    ------
    UntrustedError
        If anything differs, is missing or was added, is a link, or could run as a program; it names cause and file.
    RegistryError
        If a file cannot be read.
    """
    return parse_manifest(checked_files(folder, digest, ignored=ignored)[MANIFEST])


def checked_files(folder: Path, digest: str, *, ignored: Collection[str] = ()) -> dict[str, bytes]:
    """Find a bundle to be exactly what was signed, and give what was read: every file by its path, manifest included.

    See :func:`check_files`. Load a model from these bytes, not from the folder: somebody may have changed it since.
    """
    data = read_file(folder, MANIFEST, most=LARGEST_MANIFEST)
    if sha256(data) != digest:
        raise _untrusted(
            f"the manifest in {folder} has the digest {sha256(data)[:16]}..., not {digest[:16]}...",
            "the manifest that was signed",
        )
    manifest = parse_manifest(data)
    _check_names(manifest)
    _check_listing(folder, manifest, frozenset(ignored))
    found = {MANIFEST: data}
    for name, listed in manifest.files.items():
        found[name] = _checked(folder, name, listed)
    _refuse_another_loader(manifest, found)
    return found


def _refuse_another_loader(manifest: Manifest, found: Mapping[str, bytes]) -> None:
    """Refuse files for stock MLflow that are not as this library writes them: they say what code loads the model."""
    if not MLFLOW_FILES & found.keys():
        return
    wanted = mlflow_files(
        manifest.columns,
        model=manifest.model,
        estimator=manifest.estimator,
        environment=manifest.platform,
        example=EXAMPLE,
        task=manifest.task,
    )
    for name in sorted(MLFLOW_FILES & found.keys()):
        if found[name] != wanted[name]:
            raise _untrusted(
                f"{name} is not as the manifest has it: it could have another program load the model",
                "the files for stock MLflow that riskmodels writes for this manifest, to the last byte",
            )


def _checked(folder: Path, name: str, listed: ListedFile) -> bytes:
    data = read_file(folder, name, most=listed.bytes)
    if len(data) != listed.bytes:
        raise _untrusted(
            f"{name} in {folder} has {len(data):,} bytes, and its manifest says {listed.bytes:,}",
            "the file that was signed",
        )
    if sha256(data) != listed.sha256:
        raise _untrusted(
            f"{name} in {folder} was changed: its SHA-256 is not the one in the manifest", "the file that was signed"
        )
    _refuse_harmful(name, data)
    return data


def _refuse_harmful(name: str, data: bytes) -> None:
    why = why_harmful(name, data)
    if why is not None:
        raise _untrusted(f"{name} {why}", "a bundle of text, numbers and a model file whose types are on a short list")


def _check_names(manifest: Manifest) -> None:
    """Refuse paths that could lead out of the folder, or that are one file on some systems and two on others."""
    seen: dict[str, str] = {}
    for name in manifest.files:
        why = why_not_a_name(name)
        if why is not None:
            raise _untrusted(f"the manifest lists a file whose name {why}: {name[:80]!r}", "plain relative names")
        other = seen.setdefault(name.lower(), name)
        if other != name or name.lower() == MANIFEST:
            raise _untrusted(
                f"the manifest lists {name!r} beside {other if other != name else MANIFEST!r}",
                "names that differ by more than capitals, and the manifest not among them",
            )


def _check_listing(folder: Path, manifest: Manifest, ignored: frozenset[str]) -> None:
    there = find_files(folder)
    listed = set(manifest.files)
    missing = sorted(listed - there.files)
    if missing:
        raise _untrusted(f"{_named(missing)} missing from {folder}", "every file that the manifest lists")
    added = sorted(there.files - listed - {MANIFEST} - ignored)
    if added:
        raise _untrusted(f"{_named(added)} in {folder} but not in the manifest", "no file but those that were signed")
    parents = {parent.as_posix() for name in listed for parent in Path(name).parents}
    empty = sorted(there.folders - parents)
    if empty:
        raise _untrusted(f"the folder {empty[0]!r} in {folder} holds nothing that is listed", "no other folders")


def _named(names: list[str]) -> str:
    if len(names) > 5:
        return f"{', '.join(names[:5])} and {len(names) - 5} more are"
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


def parse_manifest(data: bytes) -> Manifest:
    """Read a manifest from its bytes.

    Raises
    ------
    UntrustedError
        If they are not what a manifest is.
    """
    expected = "a manifest of schema version 1"
    try:
        return Manifest.model_validate(json.loads(data.decode("utf-8"), object_pairs_hook=_once))
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part)[:40] for part in fault["loc"]) or "its top"
        raise _untrusted(f"the manifest is not right at {place}", expected) from None
    except (ValueError, RecursionError):
        raise _untrusted("the manifest is not JSON, or names a key twice", expected) from None


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def _untrusted(found: str, expected: str) -> UntrustedError:
    return UntrustedError(
        found,
        expected=expected,
        next_step="Do not load this model. Fetch it again from the registry; if that fails too, tell the registry's "
        "administrator that the stored files were changed.",
        who="whoever looks after the model registry",
    )
