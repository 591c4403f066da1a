"""A made-up model of amounts that is live at a council, as :mod:`tests.unit.scoring.live` has one of a risk."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from riskmodels.governance.attestations import Candidate
from riskmodels.registry.fetching import Fetched, fetch
from riskmodels.scoring import Scorer, load
from tests.amounts import Chosen, amount_bundle
from tests.unit.governance.amount_facts import amount_facts_of
from tests.unit.governance.signing import AT, Council, policy_of
from tests.unit.scoring.live import Clock, Live

AMOUNT_MODEL = "made_up_care"
AMOUNT_PURPOSE = "commissioning"

__all__ = ["AMOUNT_MODEL", "AMOUNT_PURPOSE", "AmountLive", "amount_council"]


@cache
def amount_council() -> Council:
    """Give the council whose roots and keys these tests go by."""
    return Council(models=(AMOUNT_MODEL,), policy=policy_of(capacity=1))


class AmountLive(Live):
    """One version of a model of amounts with what was signed about it."""

    def __init__(self, folder: Path, chosen: Chosen = "lightgbm") -> None:
        self.council = amount_council()
        self.folder, self.digest = amount_bundle(folder / f"amounts-{chosen}", chosen)
        self.candidate = self.candidate_of(self.digest)
        self.down, self.asked = False, 0
        self.held = self.signed()

    def candidate_of(self, digest: str, *, by: str = "author", **changes: Any) -> str:
        """Have the author put a bundle forward."""
        root = self.council.in_force.digest
        sources = [
            {**one, "purposes": [AMOUNT_PURPOSE]}
            for one in amount_facts_of(root_digest=root).model_dump(mode="json")["sources"]
        ]
        model = {"name": AMOUNT_MODEL, "purpose": AMOUNT_PURPOSE, "bundle_digest": digest} | changes.pop("model", {})
        facts = amount_facts_of(root_digest=root, model=model, sources=sources, **changes)
        return self.council.seal(Candidate(facts=facts), by)

    def fetched(self, folder: Path, *, at: Any = AT) -> Fetched:
        """Make a copy."""
        return fetch(self, AMOUNT_MODEL, folder, pin=self.council.pin, at=at)

    def loaded(self, folder: Path, clock: Clock | None = None, **options: Any) -> Scorer:
        """Open the door on a copy, as a service does."""
        options = {"pin": self.council.pin, "watched": False} | options
        return load(AMOUNT_MODEL, registry=folder, clock=clock or Clock(), **options)
