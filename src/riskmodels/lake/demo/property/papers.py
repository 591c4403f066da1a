"""Papers that gather about homes: energy certificates, housing benefit claims, planning applications."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Ints
from riskmodels.lake.demo.journal import NULL, Journal
from riskmodels.lake.demo.property.stock import FLAT, SHELL, Stock
from riskmodels.lake.demo.property.tenures import FAMILY_LET, OWNER, SOCIAL, Tenures

__all__ = ["DECISIONS", "EPC_KINDS", "EPC_TENURES", "PLANS", "TRANSACTIONS", "Claims", "certify", "plan"]

EPC_TENURES = ("owner-occupied", "rental (private)", "rental (social)", "unknown", "not defined")
EPC_KINDS = ("House", "Flat", "Maisonette", "Bungalow", "Park home")
TRANSACTIONS = ("marketed sale", "non marketed sale", "rental", "new dwelling", "not sale or rental", "unknown")
PLANS = ("extension", "loft_conversion", "change_to_sharing", "division", "other")
DECISIONS = ("pending", "granted", "refused", "withdrawn")
_SLOTS = 3  # claims that may run at one address


def certify(
    homes: Stock, tenures: Tenures, which: Ints, day: Ints, random: np.random.Generator, journal: Journal
) -> None:
    """Lodge energy certificates for homes, with the tenure that the assessor was told."""
    count, tenure = len(which), tenures.tenure[which]
    told = np.where(tenure == OWNER, 0, np.where(tenure == SOCIAL, 2, 1))
    # Owners who care little for rules say that they live there.
    well_off = 1.0 / (1.0 + np.exp(-4.0 * homes.affluence[which]))
    hides = (told == 1) & (random.random(count) < 0.75 - 0.45 * well_off + 0.15 * tenures.careless[which])
    told = np.where(hides, 0, told)
    draw = random.random(count)
    told = np.where(draw < 0.14, 3, np.where(draw < 0.17, 4, np.where(draw < 0.30, random.integers(0, 2, count), told)))
    why = np.where(told == 1, 2, np.where(random.random(count) < 0.7, 0, 4))
    kind = homes.kind[which]
    efficiency = np.clip(np.rint(random.normal(64.0, 11.0, count)), 1, 100).astype(np.int64)
    journal.note(
        "energy_certificates",
        LMK_KEY=journal.numbers("certificate", count),
        home=which,
        LODGEMENT_DATE=day,
        TRANSACTION_TYPE=why,
        TENURE=told,
        PROPERTY_TYPE=np.where(kind == FLAT, np.where(random.random(count) < 0.12, 2, 1), np.where(kind == 3, 3, 0)),
        TOTAL_FLOOR_AREA=np.rint(homes.floor_area[which] * random.normal(1.0, 0.03, count) * 10) * 100_000,
        NUMBER_HABITABLE_ROOMS=np.where(random.random(count) < 0.06, NULL, np.maximum(1, homes.rooms[which])),
        CURRENT_ENERGY_RATING=np.searchsorted([-92, -81, -69, -55, -39, -21], -efficiency),
        CURRENT_ENERGY_EFFICIENCY=efficiency,
        noted_on=day + 2,
    )


@dataclass(eq=False)
class Claims:
    """Housing benefit claims that run at each address: number and first day, up to three."""

    number: Ints
    since: Ints

    @classmethod
    def none_yet(cls, count: int) -> Claims:
        """Begin before any claim."""
        return cls(*(np.full((count, _SLOTS), NULL, dtype=np.int64) for _ in range(2)))

    def live(
        self,
        homes: Stock,
        tenures: Tenures,
        there: Flags,
        first: int,
        days: int,
        random: np.random.Generator,
        journal: Journal,
        *,
        often: float = 1.0,
    ) -> None:
        """Let a month pass: claims begin and end. Where sharers are poor, several run at one address."""
        poor = (1.0 - homes.affluence) / 2.0
        tenure = tenures.tenure
        rate = np.where(tenures.is_shared, 0.014 * poor**2, np.where(tenure == FAMILY_LET, 0.005 * poor, 0.0005))
        rate = np.where(tenure == SOCIAL, 0.010, rate)
        several = np.where(tenures.is_shared, 0.5, 0.03)
        chance = np.stack([rate, rate * several, rate * several], axis=1) * often
        running = self.number != NULL
        draw = random.random(running.shape)
        ends = running & ((draw < 0.022) | ~there[:, None])
        day = first + random.integers(0, days, running.shape)
        self._note(ends, day, journal, ended=True)
        self.number[ends] = NULL
        begins = ~running & there[:, None] & (draw < chance)
        self.number[begins] = journal.numbers("claim", int(begins.sum()))
        self.since[begins] = day[begins]
        self._note(begins, day, journal, ended=False)

    def _note(self, cells: Flags, day: Ints, journal: Journal, *, ended: bool) -> None:
        since, noted = self.since[cells], day[cells]
        journal.note(
            "benefit_claims",
            claim_id=self.number[cells],
            home=np.nonzero(cells)[0].astype(np.int64),
            kind=np.zeros(len(since), dtype=np.int64),
            started_on=since,
            ended_on=np.maximum(noted, since) if ended else NULL,
            noted_on=noted + 6,
        )


def plan(
    homes: Stock, tenures: Tenures, there: Flags, first: int, days: int, random: np.random.Generator, journal: Journal
) -> None:
    """Let planning applications come in for a month, and be decided eight weeks or so later."""
    house = (homes.kind != FLAT) & (homes.kind != SHELL)
    chance = np.where(house, 0.0016, 0.0002) * np.where(tenures.is_shared, 1.6, 1.0)
    dividing = (homes.died != NULL) & (homes.died >= first + 200) & (homes.died < first + 200 + days)
    asks = there & ((random.random(len(homes)) < chance) | (dividing & (random.random(len(homes)) < 0.7)))
    which = np.flatnonzero(asks)
    draw, shared = random.random(len(which)), tenures.is_shared[which]
    usual = np.where(draw < 0.5, 0, np.where(draw < 0.78, 1, 4))
    kind = np.where(shared & (draw > 0.8), 2, np.where(dividing[which], 3, usual))
    received = first + random.integers(0, days, len(which))
    decided = received + random.integers(40, 100, len(which))
    decision = random.choice([1, 2, 3], size=len(which), p=[0.72, 0.2, 0.08])
    number = journal.numbers("application", len(which))
    for what, when, noted in ((0, NULL, received + 3), (decision, decided, decided + 2)):
        journal.note(
            "planning_applications",
            application_id=number,
            home=which,
            received_on=received,
            kind=kind,
            decision=what,
            decided_on=when,
            noted_on=noted,
        )
