"""Keys of people and servers in a workspace: made encrypted, found by role, never shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.errors import SigningError
from riskmodels.governance import keys
from riskmodels.governance.documents.board_file import add_holder, read_board
from riskmodels.naming import nearest
from riskmodels.workspace import Workspace

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = ["BESIDE_THE_BOARD", "MadeKey", "key_file", "make_key", "read_signer", "roles_of"]

BESIDE_THE_BOARD = {"author": "Data scientist", "reproducer": "Reproducer", "registry": "Registry server"}
"""Who holds a key besides the roles of the board, with the title that is written beside it."""

BOARD = "board.yaml"
_LISTS = {"author": "authors", "reproducer": "reproducers"}
_REGISTRY = "registry"


@dataclass(frozen=True)
class MadeKey:
    """A key that was made: where the private half lies, the public half, and whether the board file has it."""

    role: str
    private: Path
    public: str
    on_the_board: bool


def roles_of(ws: Workspace) -> tuple[str, ...]:
    """Name everybody who may hold a key: the roles of the board, then author, reproducer and registry."""
    return (*read_board(ws.ethics / BOARD).roles, *BESIDE_THE_BOARD)


def make_key(
    ws: Workspace,
    role: str,
    *,
    passphrase: str,
    title: str | None = None,
    out: Path | None = None,
    add_to_board: bool = False,
) -> MadeKey:
    """Make a pair of keys for a role; the private half is written encrypted, the public one may go on the board.

    Parameters
    ----------
    ws : Workspace
        Whose board is meant.
    role : str
        A role of ``ethics/board.yaml``, or ``author``, ``reproducer`` or ``registry``.
    passphrase : str
        What the private half is encrypted under.
    title : str, optional
        The position that is written beside the key; never a name.
    out : Path, optional
        Where the private half goes; ``.riskmodels/keys/<role>.key`` when not given.
    add_to_board : bool
        Whether to write the public half into ``ethics/board.yaml``, as a proposal for the next trust root.

    Raises
    ------
    SigningError
        If there is no such role, the passphrase is too short, or the file is there already.
    """
    _known(ws, role)
    path = out if out is not None else key_file(ws, role)
    signer = keys.new_signer()
    keys.write_private_key(path, signer, passphrase=passphrase)
    public = keys.public_key(signer)
    if add_to_board:
        place = _LISTS.get(role, role)
        add_holder(ws.ethics / BOARD, role=place, title=title or _title(ws, role), key=public)
    return MadeKey(role, path, public, add_to_board)


def key_file(ws: Workspace, role: str) -> Path:
    """Say where a role's private key lies unless somebody says otherwise; the registry's is beside its database."""
    return ws.state / "registry.key" if role == _REGISTRY else ws.keys / f"{role}.key"


def read_signer(ws: Workspace, role: str, *, path: Path | None, passphrase: str) -> CryptoSigner:
    """Open a role's private key.

    Raises
    ------
    SigningError
        If there is none, or the passphrase is not right.
    """
    _known(ws, role)
    return keys.read_private_key(path if path is not None else key_file(ws, role), passphrase=passphrase)


def _known(ws: Workspace, role: str) -> None:
    roles = roles_of(ws)
    if role not in roles:
        raise SigningError(
            f"{role!r} is not a role{nearest(role, roles)}",
            expected=f"one of {', '.join(roles)}",
            next_step=f"Correct the role, or declare it in ethics/{BOARD}.",
            who="whoever looks after this workspace",
        )


def _title(ws: Workspace, role: str) -> str:
    return BESIDE_THE_BOARD.get(role) or read_board(ws.ethics / BOARD).roles[role].title
