"""Check a version as an auditor would: signatures, the log, what is published, and every figure anew."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from riskmodels.deciding.going_live import pin_of, registry_of
from riskmodels.errors import RegistryError
from riskmodels.governance import verification
from riskmodels.registry.auditing.verifying import Held, rederive, verify_public
from riskmodels.registry.bundles.retained import read_retained
from riskmodels.workspace import Workspace

__all__ = ["Audited", "verify"]


@dataclass(frozen=True)
class Audited:
    """What holds of a version, what does not, and what could not be checked here."""

    model: str
    version: int
    items: tuple[Held, ...]

    @property
    def holds(self) -> bool:
        """Say whether nothing that was checked failed."""
        return all(one.held is not False for one in self.items)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "model": self.model,
            "version": self.version,
            "holds": self.holds,
            "items": [{"what": one.what, "held": one.held, "why": one.why} for one in self.items],
        }

    def screen(self) -> list[Text]:
        """Say each item in a line, and the sum of it."""
        words = {True: ("holds", ""), False: ("DOES NOT HOLD", "bold red"), None: ("not checked", "yellow")}
        lines = [
            Text.assemble((f"{words[one.held][0]:<14}", words[one.held][1]), f"{one.what}: {one.why}")
            for one in self.items
        ]
        wrong = sum(one.held is False for one in self.items)
        open_ = sum(one.held is None for one in self.items)
        said = f"{len(self.items) - wrong - open_} hold, {wrong} do not, {open_} could not be checked here."
        return [Text("\n").join(lines), Text(said, style="bold red" if wrong else "bold")]


def verify(
    ws: Workspace,
    name: str,
    version: int,
    *,
    at: datetime.datetime,
    progress: Callable[[str, float], None] | None = None,
) -> Audited:
    """Check all that can be checked of a version from here.

    Parameters
    ----------
    ws : Workspace
        The auditor's; with the retained inputs every figure is derived anew.
    name, version : str, int
        The version.
    at : datetime
        Now, in UTC.
    progress : callable, optional
        Told the stage and the share of it that is done.

    Raises
    ------
    RegistryError
        If the registry cannot be reached or has no such version.
    UntrustedError
        If the trust root or the candidate itself does not hold, so that nothing can be checked.
    """
    tell = progress or (lambda stage, share: None)
    registry = registry_of(ws)
    tell("checking signatures and the log", 0.0)
    pack, pin = registry.pack(name, version=version), pin_of(ws, at=at)
    card = ws.folder / "model_cards" / name / str(version) / "card.json"
    public = verify_public(pack, registry.log(), card.read_bytes() if card.is_file() else None, pin=pin, at=at)
    evidence = verification.gather(pack, pin=pin, at=at)
    tell("deriving figures anew", 0.3)
    facts = evidence.facts
    try:
        table = read_retained(ws.state / "retained" / name / facts.model.table_digest)
        files = registry.bundle_files(name, version, digest=facts.model.bundle_digest)
    except RegistryError as error:
        return Audited(name, version, (*public, Held("Every figure, derived anew", None, error.found)))
    derived = rederive(table, files, facts, policy=evidence.root.policies[name])
    return Audited(name, version, (*public, *derived))
