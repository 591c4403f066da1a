"""The trust roots that the registry holds: it takes up newer ones from its workspace, and never goes back."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from riskmodels.errors import RefusedError, UntrustedError, UserError
from riskmodels.governance.roles import Root
from riskmodels.governance.trust import opened_root, read_roots, verify_roots
from riskmodels.policy import read_settings
from riskmodels.registry.governed.own_tables import ROOTS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = ["HeldRoots", "TrustTable"]


@dataclass(frozen=True)
class HeldRoots:
    """The chain in force.

    Attributes
    ----------
    envelopes : tuple of str
        As they were signed, from version 1.
    roots : tuple of Root
        The same, opened: their signatures and their order were verified, but not that the last has not expired.
    """

    envelopes: tuple[str, ...] = ()
    roots: tuple[Root, ...] = ()

    @property
    def governed(self) -> frozenset[str]:
        """Name every model that a root of this chain governs or ever governed: what was signed is kept."""
        return frozenset(
            name for root in self.roots for name, policy in root.policies.items() if policy.promotion is not None
        )

    def aliases(self, model: str) -> tuple[str, ...]:
        """Name the guarded aliases of a model under the root in force; none where it asks nothing of it."""
        policy = self.roots[-1].policies.get(model) if self.roots else None
        return () if policy is None or policy.promotion is None else policy.promotion.aliases

    def in_force(self, at: datetime.datetime) -> tuple[Root, ...]:
        """Give the roots, the last of which counts at a moment.

        Raises
        ------
        UntrustedError
            If there is none yet, or the last has expired.
        """
        if not self.roots:
            raise _no_root()
        return verify_roots(self.envelopes, pin=None, at=at)


class TrustTable:
    """The table of trust roots of one registry, and the workspace that newer ones come from.

    Parameters
    ----------
    workspace : Path
        An administrator's checkout, which the server only reads.
    """

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._folder = workspace / "ethics" / "trust"
        self._opened = HeldRoots()

    def held(self, session: Session) -> HeldRoots:
        """Read the chain that the registry holds.

        Raises
        ------
        UntrustedError
            If it does not hold: somebody changed the table.
        """
        rows = session.execute(select(ROOTS.c.envelope).order_by(ROOTS.c.version))
        envelopes = tuple(row[0] for row in rows)
        if envelopes != self._opened.envelopes:
            self._opened = _opened(envelopes)
        return self._opened

    def proposed(self) -> tuple[str, ...]:
        """Read the roots in the workspace; nothing is verified yet.

        Raises
        ------
        UntrustedError
            If they cannot be read.
        """
        return read_roots(self._folder)

    def has_news(self, session: Session) -> bool:
        """Say whether the workspace has roots that are not held, or they cannot be read."""
        try:
            proposed = self.proposed()
        except UntrustedError:
            return True
        return proposed != self.held(session).envelopes[: len(proposed)]

    def take_up(self, session: Session, *, at: datetime.datetime) -> tuple[Root, ...]:
        """Take up what is newer in the workspace, if it continues the chain that is held.

        The transaction holds the lock. The first root is taken on the administrator's word, who checked it out.

        Returns
        -------
        tuple of Root
            Those that were taken up; none when nothing is new.

        Raises
        ------
        UntrustedError
            If what is there does not continue the chain. What is held stays in force.
        """
        held, proposed = self.held(session), self.proposed()
        common = min(len(held.roots), len(proposed))
        if [opened_root(one).root.digest for one in proposed[:common]] != [one.digest for one in held.roots[:common]]:
            raise _forked()
        if len(proposed) <= len(held.roots):
            return ()
        envelopes = (*held.envelopes, *proposed[common:])
        roots = verify_roots(envelopes, pin=None, at=at)
        for root, envelope in list(zip(roots, envelopes, strict=True))[common:]:
            session.execute(insert(ROOTS).values(version=root.version, digest=root.digest, envelope=envelope))
        return roots[common:]

    def governed(self, session: Session) -> frozenset[str]:
        """Name the governed models; before there is a root, those that the workspace's settings mean to govern.

        Raises
        ------
        RefusedError
            If it cannot be told.
        """
        held = self.held(session)
        if held.roots:
            return held.governed
        try:
            models = read_settings(self._workspace / "mlflow.yaml").settings.models
        except UserError as error:
            raise RefusedError(
                "the registry holds no trust root, and cannot read in mlflow.yaml which models are governed",
                expected="a trust root in ethics/trust, or settings that can be read",
                next_step=error.next_step,
                who=error.who,
            ) from None
        return frozenset(name for name, policy in models.items() if policy.promotion is not None)


def _opened(envelopes: tuple[str, ...]) -> HeldRoots:
    if not envelopes:
        return HeldRoots()
    newest = opened_root(envelopes[-1]).root.made_at
    return HeldRoots(envelopes, verify_roots(envelopes, pin=None, at=newest))


def _no_root() -> UntrustedError:
    return UntrustedError(
        "the registry holds no trust root, so nobody's signature can count",
        expected="root 1 in the workspace's ethics/trust, signed by its quorum",
        next_step="Make it with riskmodels trust propose, and have the roles that are named sign it.",
        who="the roles that sign the trust root, and whoever runs the registry",
    )


def _forked() -> UntrustedError:
    return UntrustedError(
        "the workspace's trust roots are not those that the registry holds: the chain forks",
        expected="the roots that are held, and after them such as continue their chain",
        next_step="Take ethics/trust/ from where the council keeps it. What the registry holds stays in force.",
        who="the roles that sign the trust root, and whoever looks after the registry's checkout",
    )
