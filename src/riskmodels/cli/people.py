"""The arguments of people who sign: their role, their key, their passphrase. No passphrase is ever an argument."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskmodels.cli.options import complete_role
from riskmodels.errors import SettingsError, SigningError
from riskmodels.governance.attestations import Conditions, Waiver
from riskmodels.workspace import Workspace

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = [
    "ASKED_OF",
    "KeyFile",
    "RoleName",
    "Version",
    "author_signer",
    "conditions_of",
    "confirmed",
    "now",
    "passphrase",
    "waivers_of",
]

ASKED_OF = "RISKMODELS_PASSPHRASE"
"""The variable that a passphrase is taken from where there is no terminal to ask on."""

Version = Annotated[int, typer.Argument(metavar="VERSION", help="Number of the registered version.", min=1)]
RoleName = Annotated[
    str, typer.Option("--role", metavar="ROLE", help="A role of ethics/board.yaml.", autocompletion=complete_role)
]
KeyFile = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="Private key; else .riskmodels/keys/ROLE.key.")
]


def now() -> datetime.datetime:
    """Read the clock: the only place, with the library's doors, where that is done."""
    return datetime.datetime.now(datetime.UTC)


def passphrase(role: str, *, twice: bool = False) -> str:
    """Ask for a key's passphrase on the terminal, or take it from the environment.

    Raises
    ------
    SigningError
        If there is neither.
    """
    given = os.environ.get(ASKED_OF)
    if given:
        return given
    if not sys.stdin.isatty():
        raise SigningError(
            f"no passphrase was given for the key of {role}",
            expected=f"a terminal to ask on, or the variable {ASKED_OF}",
            next_step=f"Run it on a terminal, or set {ASKED_OF} for this one command.",
            who="whoever holds the key",
        )
    return str(typer.prompt(f"Passphrase of {role}", hide_input=True, confirmation_prompt=twice, err=True))


def confirmed(question: str) -> None:
    """Ask before something is signed.

    Raises
    ------
    SigningError
        If the answer is no, or there is no terminal to ask on.
    """
    if not sys.stdin.isatty() or not typer.confirm(question, err=True):
        raise SigningError(
            "nothing was signed",
            expected="a yes, on a terminal, to what was shown",
            next_step="Read what it changes, and answer; or give --yes, having read it.",
            who="whoever holds the key",
        )


def author_signer(ws: Workspace, key: Path | None) -> CryptoSigner | None:
    """Open the author's key where there is one; None where none was named and none lies in the workspace.

    Raises
    ------
    SigningError
        If it cannot be opened, or no passphrase is to be had.
    """
    from riskmodels.deciding.keys import key_file, read_signer

    if key is None and not key_file(ws, "author").is_file():
        return None
    return read_signer(ws, "author", path=key, passphrase=passphrase("author"))


def conditions_of(
    purposes: Sequence[str], longest_list: int | None, until: datetime.datetime | None, other: Sequence[str]
) -> Conditions:
    """Put conditions together as data."""
    return Conditions(
        purposes=tuple(purposes) or None,
        longest_list=longest_list,
        until=None if until is None else until.date(),
        other=tuple(other),
    )


def waivers_of(
    checks: Sequence[str],
    *,
    groups: Sequence[str],
    reason: str,
    plan: str | None,
    expires: datetime.datetime | None,
) -> tuple[Waiver, ...]:
    """Put the waiver of one or more checks together.

    Raises
    ------
    SettingsError
        If it has no end.
    """
    if not checks:
        return ()
    if expires is None:
        raise SettingsError(
            f"the waiver of {', '.join(checks)} has no end",
            expected="a day from which it no longer counts",
            next_step="Give it: --waiver-expires 2027-03-31.",
            who="whoever accepts the risk",
        )
    return tuple(
        Waiver(
            check=check,
            groups=tuple(groups) if check == "bias" else (),
            reason=reason,
            plan=plan or "",
            expires=expires.date(),
        )
        for check in checks
    )
