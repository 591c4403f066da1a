"""Make MLflow's own tables in a new SQLite file, whole or not at all.

MLflow makes them one by one in the file itself. When it is stopped meanwhile (Ctrl-C, a full disk), neither it nor
anybody else can open that file again. So they are made in a draft, which then takes the file's place.
"""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

__all__ = ["make_sqlite_store"]


def make_sqlite_store(path: Path) -> None:
    """Make a tracking store where there is none yet; one that is there is left as it is.

    Parameters
    ----------
    path : Path
        The SQLite file. Its folder is there.

    Raises
    ------
    OSError, SQLAlchemyError
        If it cannot be written.
    """
    if _holds_something(path):
        return
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        draft.touch()  # fails at once where MLflow would go on trying for minutes
        address, root = f"sqlite:///{draft.as_posix()}", (path.parent / "artifacts").as_uri()
        store = SqlAlchemyStore(address, root)  # type: ignore[no-untyped-call]
        store._dispose_engine()  # type: ignore[no-untyped-call]
        if not _holds_something(path):  # else another run was quicker
            draft.replace(path)
    finally:
        for left in (draft, draft.with_name(f"{draft.name}-journal")):
            with contextlib.suppress(OSError):
                left.unlink()


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
