"""Find and read a bundle's files without being led elsewhere: no links, nothing but plain files."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from riskmodels.errors import RegistryError, UntrustedError

__all__ = ["FoundFiles", "find_files", "read_file"]

_REPARSE_POINT = 0x400  # Windows' mark of links and junctions


@dataclass(frozen=True)
class FoundFiles:
    """What is in a folder: its files and the folders inside it, by path with ``/`` between folders."""

    files: frozenset[str]
    folders: frozenset[str]


def find_files(folder: Path) -> FoundFiles:
    """List every file in a folder and in the folders inside it.

    Raises
    ------
    UntrustedError
        If there is no such folder, or it holds a link or anything that is no plain file.
    RegistryError
        If it cannot be read.
    """
    files: set[str] = set()
    folders: set[str] = set()
    waiting = [""]
    try:
        while waiting:
            inside = waiting.pop()
            with os.scandir(folder / inside) as entries:
                for entry in entries:
                    name = f"{inside}/{entry.name}" if inside else entry.name
                    if _is_folder(folder, name, entry.stat(follow_symlinks=False)):
                        folders.add(name)
                        waiting.append(name)
                    else:
                        files.add(name)
    except (FileNotFoundError, NotADirectoryError):
        raise _untrusted(f"there is no bundle at {folder}", "a folder with a manifest.json") from None
    except OSError as error:
        raise _unreadable(folder, error) from None
    return FoundFiles(frozenset(files), frozenset(folders))


def _is_folder(folder: Path, name: str, about: os.stat_result) -> bool:
    if stat.S_ISLNK(about.st_mode) or getattr(about, "st_file_attributes", 0) & _REPARSE_POINT:
        raise _untrusted(f"{name} in {folder} is a link to somewhere else", "plain files only")
    if stat.S_ISDIR(about.st_mode):
        return True
    if not stat.S_ISREG(about.st_mode):
        raise _untrusted(f"{name} in {folder} is no plain file", "plain files only")
    return False


def read_file(folder: Path, name: str, *, most: int | None = None) -> bytes:
    """Read one file, once, and never through a link.

    Parameters
    ----------
    folder : Path
        The bundle.
    name : str
        The file's path in it.
    most : int, optional
        Bytes it should have at most; of a longer one, one byte more is read.

    Raises
    ------
    UntrustedError
        If it is not there, or no plain file.
    RegistryError
        If it cannot be read.
    """
    path = folder / name
    # Only POSIX knows these: do not follow a link, and do not wait for the other end of a pipe.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if path.is_symlink():
            raise _untrusted(f"{name} in {folder} is a link to somewhere else", "plain files only")
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _untrusted(f"{name} in {folder} is no plain file", "plain files only")
            return file.read() if most is None else file.read(most + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _untrusted(f"{name} is missing from {folder}", "every file of the bundle") from None
    except OSError as error:
        raise _unreadable(path, error) from None


def _untrusted(found: str, expected: str) -> UntrustedError:
    return UntrustedError(
        found,
        expected=expected,
        next_step="Do not load this model. Fetch it again from the registry.",
        who="whoever looks after the model registry",
    )


def _unreadable(path: Path, error: OSError) -> RegistryError:
    return RegistryError(
        f"{path} cannot be read: {(error.strerror or type(error).__name__).lower()}",
        expected="a bundle that this account may read",
        next_step="Correct the folder's permissions, or fetch the model again.",
        who="whoever runs this machine",
    )
