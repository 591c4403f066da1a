"""Inspections: who is chosen and why, what is found, and what is written because of it.

What only the generator knows: officers sort complaints by what callers say, which no record holds. Callers from
well-off streets are heeded, and the more so the better off they are, above all where they can say that many people live
there; residents of well-off streets also have programmes begin with them. So homes in poor streets are hardly seen but
by a draw, a tenth of all visits, though many are let without a licence. The truth file has every home's chance of a
visit in each month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.journal import NULL, Journal
from riskmodels.lake.demo.property.licensing import SELECTIVE_KIND, Licensing
from riskmodels.lake.demo.property.stock import Stock
from riskmodels.lake.demo.property.tenures import LARGE_SHARED, OWNER, SOCIAL, Tenures

__all__ = ["OUTCOMES", "REASONS", "Month", "Visiting"]

REASONS = ("complaint", "programme", "random")
COMPLAINT, PROGRAMME, RANDOM = 0, 1, 2
OUTCOMES = (
    "unlicensed_hmo",
    "unlicensed_selective",
    "licensed",
    "exempt",
    "owner_occupied",
    "social_let",
    "applied_after_letter",
    "no_access",
)
HMO, SELECTIVE, LICENSED, EXEMPT, OWNED, LET_SOCIALLY, APPLIED, NO_ACCESS = range(8)

_A_MONTH = 0.020  # visits for each home of the borough
_SHARES = (0.58, 0.32, 0.10)  # by reason


@dataclass(frozen=True, eq=False)
class Month:
    """What the team knows when it chooses: complaints lately and over a year, whom it knows to be a social let."""

    first: int
    days: int
    there: Flags
    lately: Ints
    over_a_year: Ints
    listed_social: Flags


@dataclass(eq=False)
class Visiting:
    """The inspection team's memory, one element for each home.

    Attributes
    ----------
    last_visit, again_on : int array
        Day of the last visit, and of the next where one is planned; ``NULL`` where there is none.
    code, coded_on : int array
        The class for multiple occupation (1 to 3) written into the gazetteer after a visit, and when.
    """

    last_visit: Ints
    again_on: Ints
    code: Ints
    coded_on: Ints

    @classmethod
    def none_yet(cls, count: int) -> Visiting:
        """Begin before any visit."""
        return cls(*(np.full(count, NULL, dtype=np.int64) for _ in range(4)))

    def chances(
        self, homes: Stock, tenures: Tenures, licensing: Licensing, month: Month
    ) -> tuple[Floats, Floats, Floats]:
        """Give each home's weight in the three ways of being chosen: complaint, programme, at random."""
        open_ = month.there & ~month.listed_social
        no_licence = open_ & ~licensing.licensed(month.first)
        rested = (self.last_visit == NULL) | (self.last_visit < month.first - 365)
        # Callers who are well off tell how many people live there: no record holds it.
        words = np.where(tenures.is_shared, 1.5 * (1.0 + homes.affluence), 0.0)
        heeded = month.lately * np.exp(2.5 * homes.affluence + words)
        heard = np.where(open_ & (month.lately > 0), heeded, 0.0)
        wards = _loud_wards(homes, month)
        toured = no_licence & rested & np.isin(homes.ward, wards)
        asked_for = 0.35 * np.minimum(month.over_a_year, 3) + 3.0 * homes.affluence
        swept = np.where(toured, np.exp(asked_for), 0.0)
        return heard, swept, np.where(no_licence, 1.0, 0.0)

    def visit(
        self,
        homes: Stock,
        tenures: Tenures,
        licensing: Licensing,
        month: Month,
        random: np.random.Generator,
        journal: Journal,
    ) -> Floats:
        """Make a month's visits, write down what was found, and give each home's chance of having been chosen."""
        weights = self.chances(homes, tenures, licensing, month)
        number = _A_MONTH * int(month.there.sum())
        chance = np.zeros(len(homes))
        chosen, reasons = [], []
        taken = np.zeros(len(homes), dtype=bool)
        due = np.flatnonzero((self.again_on != NULL) & (self.again_on < month.first + month.days) & month.there)
        self.again_on[due] = NULL
        for reason, (weight, share) in enumerate(zip(weights, _SHARES, strict=True)):
            picked = _drawn(np.where(taken, 0.0, weight), round(number * share), random)
            taken[picked] = True
            chosen.append(picked)
            reasons.append(np.full(len(picked), reason, dtype=np.int64))
            chance = 1.0 - (1.0 - chance) * (1.0 - np.minimum(0.95, number * share * weight / max(weight.sum(), 1e-9)))
        again = due[~taken[due]]
        self._go(
            np.concatenate([*chosen, again]),
            np.concatenate([*reasons, np.full(len(again), PROGRAMME, dtype=np.int64)]),
            tenures,
            licensing,
            month,
            random,
            journal,
        )
        return chance

    def _go(
        self,
        which: Ints,
        reason: Ints,
        tenures: Tenures,
        licensing: Licensing,
        month: Month,
        random: np.random.Generator,
        journal: Journal,
    ) -> None:
        day = month.first + random.integers(0, month.days, len(which))
        letter = (reason != COMPLAINT) & (random.random(len(which)) < 0.5)
        outcome = _found(which, tenures, licensing, month.first)
        at_fault = outcome <= SELECTIVE
        nobody = random.random(len(which)) < np.where(at_fault, 0.17, 0.14)
        warned = at_fault & letter & ~nobody & (random.random(len(which)) < 0.08)
        licensing.applies_on[which[warned]] = day[warned] - 4
        outcome = np.where(nobody, NO_ACCESS, np.where(warned, APPLIED, outcome))
        licensing.found(which[outcome <= SELECTIVE], day[outcome <= SELECTIVE], random)
        self.last_visit[which] = day
        back = (outcome <= SELECTIVE) | ((outcome == NO_ACCESS) & (random.random(len(which)) < 0.35))
        self.again_on[which[back]] = day[back] + random.integers(45, 150, int(back.sum()))
        self._write_codes(which, outcome, day, tenures, random)
        _serve_notices(which[outcome <= SELECTIVE], day[outcome <= SELECTIVE], licensing, random, journal)
        early = random.random(len(which)) < 0.04
        journal.note(
            "inspections",
            inspection_id=journal.numbers("inspection", len(which)),
            home=which,
            inspected_on=day,
            reason_chosen=reason,
            letter_sent=letter,
            outcome=outcome,
            noted_on=np.where(early, day - random.integers(3, 21, len(which)), day + random.integers(0, 5, len(which))),
        )

    def _write_codes(
        self, which: Ints, outcome: Ints, day: Ints, tenures: Tenures, random: np.random.Generator
    ) -> None:
        """Write the class for multiple occupation into the gazetteer once a visit has found it: the trap."""
        shared = (outcome == HMO) | ((outcome == LICENSED) & tenures.is_shared[which])
        fresh = shared & (self.code[which] == NULL) & (random.random(len(which)) < 0.9)
        coded = which[fresh]
        self.code[coded] = np.where(tenures.tenure[coded] == LARGE_SHARED, 1, random.integers(2, 4, len(coded)))
        self.coded_on[coded] = day[fresh] + random.integers(5, 45, len(coded))


def _loud_wards(homes: Stock, month: Month) -> Ints:
    """Name the wards that the programme tours in a quarter: of those with most complaints for each home, some."""
    wards = int(homes.ward.max()) + 1
    heard = np.bincount(homes.ward, weights=np.where(month.there, month.over_a_year, 0), minlength=wards)
    loud = np.argsort(-heard / np.maximum(np.bincount(homes.ward[month.there], minlength=wards), 1), kind="stable")
    quarter = (month.first // 91) % 3
    return np.asarray(loud[:9][quarter::3])


def _drawn(weight: Floats, number: int, random: np.random.Generator) -> Ints:
    """Draw homes without putting back, each with a chance that grows with its weight (Efraimidis and Spirakis 2006)."""
    lot = random.exponential(1.0, len(weight))
    able = np.flatnonzero(weight > 0)
    return np.sort(able[np.argsort(lot[able] / weight[able], kind="stable")[:number]]).astype(np.int64)


def _found(which: Ints, tenures: Tenures, licensing: Licensing, day: int) -> Ints:
    """Say what a visit would find, if somebody opened."""
    unlicensed, licensed = licensing.unlicensed(day)[which], licensing.licensed(day)[which]
    pending, tenure = (licensing.pending != NULL)[which], tenures.tenure[which]
    shared = licensing.needs[which] != SELECTIVE_KIND
    in_order = np.where(licensed | pending, LICENSED, EXEMPT)
    outcome = np.where(unlicensed, np.where(shared, HMO, SELECTIVE), in_order)
    return np.where(tenure == OWNER, OWNED, np.where(tenure == SOCIAL, LET_SOCIALLY, outcome)).astype(np.int64)


def _serve_notices(which: Ints, day: Ints, licensing: Licensing, random: np.random.Generator, journal: Journal) -> None:
    """Exempt a few for three months: those who will stop letting in a way that needs a licence."""
    served = random.random(len(which)) < 0.05
    until = day[served] + 90
    licensing.exempt_until[which[served]] = until
    journal.note(
        "exemption_notices",
        notice_id=journal.numbers("notice", int(served.sum())),
        home=which[served],
        served_on=day[served] + 5,
        ends_on=until,
        noted_on=day[served] + 6,
    )
