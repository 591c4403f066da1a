"""``ethics/board.yaml``: which roles there are, and who holds them, by position and public key and never by name."""

from __future__ import annotations

import re
from pathlib import Path

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.files import read_record
from riskmodels.governance.documents.text_edits import Block, edit, find_block
from riskmodels.governance.roles import Board, Holder
from riskmodels.naming import nearest

__all__ = ["HOLDER_LISTS", "add_holder", "read_board"]

HOLDER_LISTS = ("authors", "reproducers", "registry")
"""Holders that are no role of the board: whoever puts models forward, makes them again, and countersigns."""

_WHAT = "the board's roles and keys"
_WHO = "whoever looks after ethics/board.yaml, with the data protection officer"


def read_board(path: Path) -> Board:
    """Read ``ethics/board.yaml``: a proposal until the quorum has signed it into the trust root.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or says something that cannot be: an unknown key, a role that
        ``root_roles`` names and nobody declares, a key that is not 64 hexadecimal digits.
    """
    board, _ = read_record(path, Board, what=_WHAT, who=_WHO)
    return board


def add_holder(path: Path, *, role: str, title: str, key: str) -> None:
    """Add a holder to a role, in the file's text: everything else stays as it is, comments included.

    Parameters
    ----------
    path : Path
        The ``board.yaml``.
    role : str
        A role of the board, or ``"authors"``, ``"reproducers"`` or ``"registry"``.
    title : str
        The position of whoever holds it, such as ``"Head of information governance"``; never a name.
    key : str
        The public key: 64 hexadecimal digits.

    Raises
    ------
    DocumentError
        If there is no such role, the position is empty or the key is not one, the role has the key already, or the
        file is not laid out one key a line. Nothing is changed then.
    """
    board = read_board(path)
    if role not in board.roles and role not in HOLDER_LISTS:
        raise _refused(
            f"{path} has no role {role!r}{nearest(role, [*board.roles, *HOLDER_LISTS])}",
            "Correct the role's name, or add the role to the file.",
        )
    held = board.roles[role].holders if role in board.roles else getattr(board, role)
    if not title.strip() or not title.isprintable() or not re.fullmatch("[0-9a-f]{64}", key):
        raise _refused(
            f"the holder of {role} has no position, or a key that is not one",
            "Give the position in words, and the public key as `riskmodels keys new` prints it.",
        )
    if key in {one.key for one in held}:
        raise _refused(f"{path}: {role} is held with this key already", "Nothing is to be done.")

    def check(draft: Path) -> None:
        read_as = read_board(draft)
        now = read_as.roles[role].holders if role in read_as.roles else getattr(read_as, role)
        if [*held, Holder(title=title.strip(), key=key)] != [*now]:
            raise _odd(path, role)

    edit(path, lambda lines, newline: _with_holder(path, lines, newline, role, title.strip(), key), check=check)


def _with_holder(path: Path, lines: list[str], newline: str, role: str, title: str, key: str) -> list[str]:
    block = _holders(lines, role)
    if block is None:
        raise _odd(path, role)
    opening = lines[block.first]
    head, _, rest = opening.partition(":")
    value, comment = _split_comment(rest)
    item = [f'{block.indent}  - title: "{_quoted(title)}"{newline}', f'{block.indent}    key: "{key}"{newline}']
    if value not in ("", "[]"):
        raise _refused(
            f"{path}: the holders of {role} stand in one line, in brackets",
            "Write them one below the other, as the template shows, and do it again.",
        )
    inside = lines[block.first + 1 : block.end]
    if inside and not inside[-1].endswith("\n"):
        inside[-1] += newline
    if any(line.strip().startswith("- ") for line in inside):
        dash = next(line for line in inside if line.strip().startswith("- "))
        depth = dash[: len(dash) - len(dash.lstrip(" "))]
        item = [f'{depth}- title: "{_quoted(title)}"{newline}', f'{depth}  key: "{key}"{newline}']
    opened = f"{head}:{'  ' + comment if comment else ''}{newline}"
    return [*lines[: block.first], opened if value == "[]" else opening, *inside, *item, *lines[block.end :]]


def _holders(lines: list[str], role: str) -> Block | None:
    if role in HOLDER_LISTS:
        return find_block(lines, role)
    roles = find_block(lines, "roles")
    one = None if roles is None else find_block(lines, role, within=roles)
    return None if one is None else find_block(lines, "holders", within=one)


def _split_comment(rest: str) -> tuple[str, str]:
    value, mark, comment = rest.strip().partition("#")
    return value.strip(), f"#{comment}".rstrip() if mark else ""


def _odd(path: Path, role: str) -> DocumentError:
    return _refused(
        f"{path}: the holders of {role} are not laid out as the template has them",
        f"Write `holders: []` under {role} on a line of its own, and do it again.",
    )


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _refused(found: str, next_step: str) -> DocumentError:
    return DocumentError(
        found,
        expected="a role of ethics/board.yaml, a position and a public key of 64 hexadecimal digits",
        next_step=next_step,
        who=_WHO,
    )
