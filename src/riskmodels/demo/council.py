"""A council of keys for the demo: every role is held, by nobody. The passphrase is public, the keys worth nothing."""

from __future__ import annotations

import datetime
from pathlib import Path

from riskmodels.atomic import whole_file
from riskmodels.deciding.keys import key_file, make_key, read_signer, roles_of
from riskmodels.deciding.roots import propose, sign_proposal
from riskmodels.governance.documents.board_file import read_board
from riskmodels.governance.documents.rests_on import PARTS
from riskmodels.governance.documents.text_edits import edit, find_block
from riskmodels.governance.roles import Root
from riskmodels.workspace import Workspace

__all__ = ["DEMO_PASSPHRASE", "found_council", "unconfirm"]

DEMO_PASSPHRASE = "everybody here is made up"  # noqa: S105 (public on purpose: it guards nothing)


def found_council(ws: Workspace, *, at: datetime.datetime) -> Root:
    """Make a key for every role, and have the quorum sign the first trust root.

    Parameters
    ----------
    ws : Workspace
        A demo's; its board is filled in.
    at : datetime
        Now, in UTC.

    Returns
    -------
    Root
        The root in force.
    """
    for role in roles_of(ws):
        make_key(
            ws,
            role,
            passphrase=DEMO_PASSPHRASE,
            title=f"{role.replace('_', ' ').capitalize()} (demo)",
            add_to_board=True,
        )
    beside = key_file(ws, "registry").with_suffix(".passphrase")
    with whole_file(beside, private=True) as draft:
        draft.write_text(DEMO_PASSPHRASE + "\n", encoding="utf-8")
    board = read_board(ws.ethics / "board.yaml")
    first, *others = board.root_roles
    found = propose(ws, read_signer(ws, first, path=None, passphrase=DEMO_PASSPHRASE), at=at)
    for role in others:
        if found.missing:
            signer = read_signer(ws, role, path=None, passphrase=DEMO_PASSPHRASE)
            found = sign_proposal(ws, signer, at=at)
    return found.root


def unconfirm(ws: Workspace, name: str) -> None:
    """Take out of a demo's documents what they were confirmed for: nobody of this council has read them yet."""
    for document in PARTS:
        edit(ws.ethics / document / f"{name}.yaml", _without_confirmation, check=Path.read_bytes)


def _without_confirmation(lines: list[str], newline: str) -> list[str]:
    block = find_block(lines, "rests_on")
    if block is None:
        return lines
    first = block.first
    while first and lines[first - 1].startswith("#"):  # what is said of it goes with it
        first -= 1
    return [*lines[:first], *lines[block.end :]]
