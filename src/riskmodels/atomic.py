"""Write a file or a folder whole or not at all, whatever comes between: Ctrl-C, a full disk, a folder closed to us.

What is written goes to a draft beside its place, and is renamed at the end.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from riskmodels.errors import OutputError

__all__ = ["DraftFolder", "cannot_write", "new_folder", "whole_file"]


@contextlib.contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Give a draft to write to; it takes the place of ``path`` when all went well, and is removed otherwise.

    Parameters
    ----------
    path : Path
        Where the file is to be. Its folder is made where it is missing.
    private : bool
        Whether only its owner may read it.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    draft = _draft(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666))
        yield draft
        draft.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        with contextlib.suppress(OSError):  # already renamed, or the folder is closed to us: said above
            draft.unlink()


@dataclass
class DraftFolder:
    """A folder that is being filled (``path``) and what it is to become, which may be settled on the way."""

    path: Path
    becomes: Path


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[DraftFolder]:
    """Give a draft folder to fill; it becomes ``path`` when all went well, and is removed otherwise.

    ``path`` may not exist yet, or be an empty folder.

    Raises
    ------
    OutputError
        If it cannot be written, or ``path`` holds something already.
    """
    draft = DraftFolder(_draft(path), path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.path.mkdir()
        yield draft
        if draft.becomes.is_dir():
            draft.becomes.rmdir()  # refuses one that is not empty
        draft.path.rename(draft.becomes)
    except OSError as error:
        raise cannot_write(draft.becomes, error) from None
    finally:
        shutil.rmtree(draft.path, ignore_errors=True)


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Word why something could not be written."""
    return OutputError(
        f"{path} cannot be written: {(error.strerror or type(error).__name__).lower()}",
        expected="a folder that this user may write to, on a disk with room",
        next_step="Free some space, correct the folder's permissions, or name another place; then do it again.",
        who="whoever runs this machine",
    )


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}-{secrets.token_hex(4)}{path.suffix}")
