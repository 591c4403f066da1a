"""Who may say what: the roles of ``ethics/board.yaml``, and the trust root that makes a version of them count.

``board.yaml`` and ``mlflow.yaml`` in a workspace are proposals. What counts is the root: the version of both that the
quorum of the version before it signed.
"""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from riskmodels.governance.attestations import RoleKind
from riskmodels.governance.wire import Record, canonical, sha256
from riskmodels.policy import ModelPolicy

__all__ = ["Board", "Holder", "Role", "Root"]


class Holder(Record):
    """Somebody who holds a role, by their position and public key; never by name.

    Attributes
    ----------
    title : str
        The position, such as "Head of information governance".
    key : str
        The public key: 64 hexadecimal digits of Ed25519.
    revoked_from : datetime or None
        Moment from which what the key signs no longer counts; what it signed before still does.
    """

    title: str = Field(min_length=1)
    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    revoked_from: AwareDatetime | None = None


class Role(Record):
    """One role: whether it advises, accepts risk or decides, and who holds it."""

    title: str = Field(min_length=1)
    kind: RoleKind
    holders: tuple[Holder, ...] = ()


class Board(Record):
    """Who may say what.

    Attributes
    ----------
    council : str
        The controller's name.
    roles : mapping of str to Role
        By stable name, such as ``"accountable_officer"``.
    authors, reproducers, registry : tuple of Holder
        Keys that may put models forward, say they made one again, and countersign as the registry's server.
    root_quorum : int
        How many of ``root_roles`` must sign the next root.
    root_roles : tuple of str
        Roles whose holders may sign the next root.
    """

    council: str = Field(min_length=1)
    roles: dict[str, Role]
    authors: tuple[Holder, ...] = ()
    reproducers: tuple[Holder, ...] = ()
    registry: tuple[Holder, ...] = ()
    root_roles: tuple[str, ...]
    root_quorum: int = Field(ge=1)

    @model_validator(mode="after")
    def _whole(self) -> Board:
        unknown = [name for name in self.root_roles if name not in self.roles]
        if unknown:
            raise ValueError(f"root_roles names {', '.join(unknown)}, which is not among the roles")
        if self.root_quorum > len(self.root_roles):
            raise ValueError(f"root_quorum is {self.root_quorum}, of {len(self.root_roles)} root_roles")
        return self


class Root(Record):
    """The trust root: what counts. Signed by the quorum of the root before it; the first by its own.

    Attributes
    ----------
    version : int
        From 1, one more each time.
    previous : str or None
        Digest of the root before it; None for the first.
    expires : date
        Day from which it no longer counts, so that nothing rests on it for ever.
    board : Board
        Roles and keys.
    policies : mapping of str to ModelPolicy
        What is asked of each governed model.
    """

    type: Literal["riskmodels root"] = "riskmodels root"
    version: int = Field(ge=1)
    previous: str | None = None
    made_at: AwareDatetime
    expires: datetime.date
    board: Board
    policies: dict[str, ModelPolicy]

    @property
    def spelling(self) -> bytes:
        """Give the bytes that are signed: the fields it was made with, so that one added later changes no old root."""
        return canonical(self.model_dump(mode="json", exclude_unset=True))

    @property
    def digest(self) -> str:
        """Give the SHA-256 of the root's one spelling: what services pin, and what statements name."""
        return sha256(self.spelling)
