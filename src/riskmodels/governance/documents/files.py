"""How a file that people write is read: blanks are let pass (they are findings), slips are refused with their place."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.findings import is_placeholder
from riskmodels.governance.wire import Record, sha256
from riskmodels.yaml_file import YamlFile, read_yaml

__all__ = ["Choice", "Day", "Words", "Written", "YesNo", "open_file", "read_record", "read_written"]

_Kind = TypeVar("_Kind", bound=Record)


def _text(value: Any) -> Any:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else value


def _blank_to_none(value: Any) -> Any:
    return None if isinstance(value, str) and (not value.strip() or is_placeholder(value)) else value


def _lower(value: Any) -> Any:
    held = _blank_to_none(value)
    return held.strip().lower() if isinstance(held, str) else held


def _day(value: Any) -> Any:
    held = _blank_to_none(value)
    if not isinstance(held, str):
        return held
    try:
        return datetime.date.fromisoformat(held.strip())
    except ValueError:
        raise ValueError("it should be a day, such as 2026-12-31") from None


Words = Annotated[str, BeforeValidator(_text)]
"""What somebody wrote; a key that is left empty is an empty text, which the checks find."""

Day = Annotated[datetime.date | None, BeforeValidator(_day)]
"""A day, or nothing yet."""

YesNo = Annotated[bool | None, BeforeValidator(_blank_to_none)]
"""Yes, no, or not said yet."""

Choice = BeforeValidator(_lower)
"""For one of a few words, in small or capital letters, or nothing yet."""


def open_file(path: Path, *, what: str, who: str) -> YamlFile:
    """Read a file that people write.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What it should be, such as ``"the equality impact assessment"``.
    who : str
        Who writes it.

    Raises
    ------
    DocumentError
        If it is not there, or cannot be read; with the line where one can be told.
    """

    def fault(found: str) -> DocumentError:
        return DocumentError(
            found,
            expected=f"{what}, as YAML with the keys of its template",
            next_step=f"Correct {path.name}; `riskmodels init DIR` makes a fresh one to compare with.",
            who=who,
        )

    if not path.exists():
        raise DocumentError(
            f"{path} is not there",
            expected=what,
            next_step=f"Write it, or copy {path.parent.name}/ from a fresh workspace (`riskmodels init DIR`).",
            who=who,
        )
    return read_yaml(path, fault=fault)


def read_record(path: Path, kind: type[_Kind], *, what: str, who: str) -> tuple[_Kind, YamlFile]:
    """Read a file that people write as a record; an unknown key is refused with the nearest right one.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or says something that cannot be.
    """
    file = open_file(path, what=what, who=who)
    return file.record(kind, noun=f"a key of {what}"), file


@dataclass(frozen=True)
class Written(Generic[_Kind]):
    """A file that people wrote: what it says, its name as people know it, and the SHA-256 of its bytes."""

    said: _Kind
    where: str
    digest: str


def read_written(
    path: Path, kind: type[_Kind], *, what: str, who: str, known: Mapping[str, Sequence[str]] | None = None
) -> Written[_Kind]:
    """Read a file that people write, with its name and digest.

    Parameters
    ----------
    path : Path
        The file.
    kind : type
        The record.
    what, who : str
        What it should be, and who writes it.
    known : mapping of str to sequence of str, optional
        For keys whose answers are declared in a table: the answers that it has.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or has a key that is unknown; with the line, and the nearest right key.
    """
    said, file = read_record(path, kind, what=what, who=who)
    for key, right in (known or {}).items():
        file.known((key,), right, noun=f"a key of {what}")
    return Written(said, "/".join(path.parts[-3:]), sha256(file.content))
