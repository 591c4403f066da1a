"""A made-up model that is live at a council, in a fetched copy and in a registry that tests can break."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Any

from riskmodels.errors import RegistryError
from riskmodels.governance.attestations import Conditions
from riskmodels.governance.envelopes import opened
from riskmodels.governance.pack import Pack
from riskmodels.registry.bundles.manifest import checked_files
from riskmodels.registry.fetching import Fetched, fetch
from riskmodels.registry.serving import Servable
from riskmodels.scoring import Scorer, load
from tests.bundles import Chosen, made_up_bundle
from tests.unit.governance.signing import AT, Council, ago, digest_of, policy_of

MODEL = "made_up"
PURPOSE = "early_intervention"
UNTIL = datetime.date(2026, 12, 1)

__all__ = ["AT", "MODEL", "PURPOSE", "UNTIL", "Clock", "Live", "ago", "digest_of", "digest_of_candidate"]


@cache
def council() -> Council:
    """Give the council whose roots and keys most tests go by."""
    return Council(models=(MODEL,), policy=policy_of(capacity=20))


def digest_of_candidate(envelope: str) -> str:
    """Give the digest that words on a candidate are bound to."""
    return opened(envelope).digest


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime.datetime = AT) -> None:
        self.at = at

    def __call__(self) -> datetime.datetime:
        return self.at

    def move(self, **how_long: float) -> None:
        """Move on, such as ``move(days=1)``."""
        self.at += datetime.timedelta(**how_long)


class Live:
    """One version of the model with what was signed about it, as a registry holds it.

    Attributes
    ----------
    folder : Path
        Its bundle, as the registry keeps it.
    down : bool
        Whether the registry cannot be reached.
    held : Pack
        What the registry gives.
    """

    def __init__(self, folder: Path, chosen: Chosen = "lightgbm", *, by: Council | None = None) -> None:
        self.council = by or council()
        self.folder, self.digest = made_up_bundle(folder / f"bundle-{chosen}", chosen)
        self.candidate = self.candidate_of(self.digest)
        self.down = False
        self.asked = 0
        self.held = self.signed()

    def candidate_of(self, digest: str, *, by: str = "author", **changes: Any) -> str:
        """Have the author put a bundle forward."""
        model = {"name": MODEL, "purpose": PURPOSE, "bundle_digest": digest, "capacity": 20} | changes.pop("model", {})
        facts = self.council.facts(model=model).model_dump(mode="json")
        sources = [{**one, "purposes": [PURPOSE]} for one in facts["sources"]]
        return self.council.candidate(by=by, model=model, sources=sources, **changes)

    def signed(self, candidate: str | None = None, *more: str, status: str | None = None, **promotion: Any) -> Pack:
        """Give a candidate with every signature that it needs, promoted and live."""
        held, made = candidate or self.candidate, self.council
        said = (made.reproduced(held), *made.words(held), made.promotion(held, **promotion), *more)
        return made.pack(held, *said, status or made.status(held), version=promotion.get("version", 1))

    def conditional(self, **conditions: Any) -> Pack:
        """Give the same, approved on conditions by the role that decides."""
        made, held = self.council, self.candidate
        said = [made.reproduced(held), *made.words(held, without=["accountable_officer"])]
        terms = Conditions.model_validate(conditions)
        word = made.word(held, "accountable_officer", decision="approve-with-conditions", conditions=terms)
        return made.pack(held, *said, word, made.promotion(held, conditions=terms), made.status(held))

    def pack(self, name: str = MODEL, *, version: int | None = None, alias: str | None = None) -> Pack:
        """Answer as a registry does."""
        self.asked += 1
        self._must_be_up()
        return self.held

    def bundle_files(self, name: str, version: int, *, digest: str) -> dict[str, bytes]:
        """Answer as a registry does."""
        self._must_be_up()
        return checked_files(self.folder, digest)

    def files(self, may: Servable) -> dict[str, bytes]:
        """Answer as the door's source does."""
        return self.bundle_files(MODEL, may.version, digest=may.bundle_digest)

    def scorer(self, clock: Clock | None = None, *, watched: bool = False) -> Scorer:
        """Open the door on this registry."""
        return Scorer(self, alias="champion", pin=self.council.pin, clock=clock or Clock(), watched=watched)

    def fetched(self, folder: Path, *, at: datetime.datetime = AT) -> Fetched:
        """Make a copy."""
        return fetch(self, MODEL, folder, pin=self.council.pin, at=at)

    def loaded(self, folder: Path, clock: Clock | None = None, **options: Any) -> Scorer:
        """Open the door on a copy, as a service does."""
        options = {"pin": self.council.pin, "watched": False} | options
        return load(MODEL, registry=folder, clock=clock or Clock(), **options)

    def _must_be_up(self) -> None:
        if self.down:
            raise RegistryError("no answer", expected="an answer", next_step="Wait.", who="the test")
