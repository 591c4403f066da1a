"""Changes to a file that people write, made in its text: everything else stays as it is, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from riskmodels.atomic import whole_file
from riskmodels.errors import DocumentError

__all__ = ["Block", "edit", "find_block", "newline_of"]


_BYTE_ORDER_MARK = "\ufeff"  # an editor on Windows may have put one in front


class Block:
    """The lines that belong to a key: the key's own line, and what is indented more deeply below it.

    Attributes
    ----------
    first, end : int
        Index of the key's line, and of the line after the last one that belongs to it.
    indent : str
        White space before the key.
    """

    def __init__(self, first: int, end: int, indent: str) -> None:
        self.first, self.end, self.indent = first, end, indent


def newline_of(text: str) -> str:
    """Give the line ending that a text uses."""
    return "\r\n" if "\r\n" in text else "\n"


def find_block(lines: list[str], key: str, *, within: Block | None = None) -> Block | None:
    """Find a key's lines, at the top or directly inside another block.

    Parameters
    ----------
    lines : list of str
        The file's lines, with their endings.
    key : str
        The key.
    within : Block, optional
        The block that it stands in.
    """
    start, stop = (0, len(lines)) if within is None else (within.first + 1, within.end)
    indent = "" if within is None else _inner_indent(lines, within)
    if indent is None:
        return None
    pattern = re.compile(
        rf"^{re.escape(indent)}(?:\"{re.escape(key)}\"|'{re.escape(key)}'|{re.escape(key)})\s*:(?=\s|$)"
    )
    first = next((index for index in range(start, stop) if pattern.match(lines[index])), None)
    if first is None:
        return None
    end = first + 1
    for index in range(first + 1, stop):
        stripped = lines[index].strip()
        depth = len(lines[index]) - len(lines[index].lstrip(" "))
        if not stripped or (stripped.startswith("#") and depth <= len(indent)):
            continue  # it belongs to the block only if more of the block follows
        if depth <= len(indent) and not (stripped.startswith("- ") and depth == len(indent)):
            break
        end = index + 1
    return Block(first, end, indent)


def _inner_indent(lines: list[str], block: Block) -> str | None:
    for line in lines[block.first + 1 : block.end]:
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            return line[: len(line) - len(line.lstrip(" "))]
    return None


def edit(path: Path, change: Callable[[list[str], str], list[str]], *, check: Callable[[Path], object]) -> None:
    """Change a file's text: what is given back takes its place, whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    change : callable
        Given the lines with their endings and the line ending in use; gives the new lines.
    check : callable
        Reads the changed file, before it takes the old one's place; whatever it raises leaves the old one as it is.

    Raises
    ------
    DocumentError
        If the file cannot be read.
    OutputError
        If it cannot be written.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(
            f"{path} cannot be read as text ({type(error).__name__})",
            expected="a file in UTF-8 that this user may read",
            next_step="Correct the file or its permissions, and do it again. Nothing was changed.",
            who="whoever looks after this workspace",
        ) from None
    mark = _BYTE_ORDER_MARK * text.startswith(_BYTE_ORDER_MARK)
    lines = re.findall(r"[^\n]*\n|[^\n]+$", text.removeprefix(mark))
    changed = mark + "".join(change(lines, newline_of(text)))
    with whole_file(path) as draft:
        draft.write_bytes(changed.encode())
        check(draft)
