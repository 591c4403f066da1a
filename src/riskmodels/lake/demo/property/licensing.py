"""Who needs a licence, who applies, whose lapses, and who never asks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Ints
from riskmodels.lake.demo.journal import NULL, Journal
from riskmodels.lake.demo.property.schemes import ADDITIONAL, SELECTIVE, Designation, binding
from riskmodels.lake.demo.property.stock import Stock
from riskmodels.lake.demo.property.tenures import FAMILY_LET, LARGE_SHARED, SMALL_SHARED, Tenures

__all__ = ["KINDS", "NONE", "STATES", "Licensing"]

KINDS = ("mandatory", "additional", "selective")
STATES = ("pending", "issued", "refused", "withdrawn", "revoked")
MANDATORY_KIND, ADDITIONAL_KIND, SELECTIVE_KIND, NONE = 0, 1, 2, -1
PENDING, ISSUED, REFUSED, WITHDRAWN = 0, 1, 2, 3
_YEARS = 5
_NOTICE_DAYS = 61
# How likely an owner is to apply unasked, on a log scale, by how many homes the owner has.
_KEEPS_RULES = np.array([0.85, 1.35, 2.1, 2.9])


@dataclass(eq=False)
class Licensing:
    """Licences and applications, one element for each home; days are ``NULL`` where there is none.

    Attributes
    ----------
    needs : int array
        Index into ``KINDS`` of the licence that is needed now, or -1.
    will_need : int array
        The same in two months' time, which owners know from the notice of designation.
    runs_until, exempt_until : int array
        Last day of the licence, and of an exemption notice.
    applies_on : int array
        Day on which the owner will apply.
    pending, decided_on, applied_on : int array
        Number of the application that waits, the day of its decision, and of its receipt.
    """

    schemes: tuple[Designation, ...]
    needs: Ints
    will_need: Ints
    runs_until: Ints
    exempt_until: Ints
    applies_on: Ints
    pending: Ints
    decided_on: Ints
    applied_on: Ints
    kind_sought: Ints

    @classmethod
    def none_yet(cls, schemes: tuple[Designation, ...], count: int) -> Licensing:
        """Begin before anybody holds a licence."""
        empty = [np.full(count, NULL, dtype=np.int64) for _ in range(7)]
        needless = [np.full(count, NONE, dtype=np.int64) for _ in range(2)]
        return cls(schemes, *needless, *empty)

    def need(self, homes: Stock, tenures: Tenures, there: Flags, day: int) -> Ints:
        """Work out who needs which licence on a day, and give the homes that will newly need one."""
        before = self.will_need.copy()
        self.needs = self._needed(homes, tenures, there, day)
        self.will_need = self._needed(homes, tenures, there, day + _NOTICE_DAYS)
        return np.flatnonzero((self.will_need != before) & (self.will_need != NONE)).astype(np.int64)

    def _needed(self, homes: Stock, tenures: Tenures, there: Flags, day: int) -> Ints:
        selective = binding(self.schemes, SELECTIVE, homes.ward, day) & (tenures.tenure == FAMILY_LET)
        additional = binding(self.schemes, ADDITIONAL, homes.ward, day) & (tenures.tenure == SMALL_SHARED)
        smaller = np.where(additional, ADDITIONAL_KIND, np.where(selective, SELECTIVE_KIND, NONE))
        needed = np.where(tenures.tenure == LARGE_SHARED, MANDATORY_KIND, smaller)
        return np.where(there, needed, NONE).astype(np.int64)

    def stop(self, which: Ints) -> None:
        """Let homes no longer be let."""
        self.needs[which] = self.will_need[which] = NONE

    def decide_whether_to_apply(
        self, homes: Stock, tenures: Tenures, which: Ints, day: int, random: np.random.Generator
    ) -> None:
        """Let owners who newly need a licence decide whether, and when, they will ask for one."""
        shared = self.will_need[which] != SELECTIVE_KIND
        score = _KEEPS_RULES[tenures.portfolio[which]] - 1.1 * tenures.careless[which]
        score += np.where(shared, -1.4 + 0.8 * homes.affluence[which], 4.8 + 0.4 * homes.affluence[which])
        willing = random.random(len(which)) < 1.0 / (1.0 + np.exp(-score))
        wait = random.exponential(18.0, len(which)).astype(np.int64) + 3
        holds = self.covered(day)[which]
        self.applies_on[which] = np.where(willing & ~holds, day + wait, NULL)

    def covered(self, day: int) -> Flags:
        """Say who holds a licence on a day, has asked for one, or is exempt for a time."""
        return np.asarray(self.licensed(day) | (self.pending != NULL) | (self.exempt_until >= day))

    def licensed(self, day: int) -> Flags:
        """Say who holds a licence on a day."""
        return np.asarray(self.runs_until >= day)

    def unlicensed(self, day: int) -> Flags:
        """Say who needs a licence on a day and has none, nor any excuse."""
        return np.asarray((self.needs != NONE) & ~self.covered(day))

    def live(self, journal: Journal, tenures: Tenures, first: int, days: int, random: np.random.Generator) -> Ints:
        """Let a month pass: applications come in, are decided, and licences run out; give homes no longer to be let."""
        self._receive(journal, first, days)
        turned_away = self._decide(journal, first, days, random)
        given_up = self._run_out(tenures, first, days, random)
        return np.concatenate([turned_away[random.random(len(turned_away)) < 0.8], given_up])

    def _receive(self, journal: Journal, first: int, days: int) -> None:
        due = (self.applies_on != NULL) & (self.applies_on < first + days)
        self.applies_on[due & (self.will_need == NONE)] = NULL
        which = np.flatnonzero(due & (self.will_need != NONE) & (self.pending == NULL))
        applied = self.applies_on[which]
        self.pending[which] = journal.numbers("licence", len(which))
        self.applied_on[which], self.kind_sought[which] = applied, self.will_need[which]
        self.decided_on[which] = applied + 45 + (self.pending[which] * 7919) % 120
        self.applies_on[which] = NULL
        self._note(journal, which, PENDING, applied)

    def _note(self, journal: Journal, which: Ints, state: int, noted_on: Ints, people: Ints | int = NULL) -> None:
        issued = state == ISSUED
        journal.note(
            "licences",
            licence_id=self.pending[which],
            home=which,
            kind=self.kind_sought[which],
            status=np.full(len(which), state, dtype=np.int64),
            applied_on=self.applied_on[which],
            issued_on=self.decided_on[which] if issued else NULL,
            expires_on=self.runs_until[which] if issued else NULL,
            max_persons=people,
            noted_on=noted_on,
        )

    def _decide(self, journal: Journal, first: int, days: int, random: np.random.Generator) -> Ints:
        due = np.flatnonzero((self.pending != NULL) & (self.decided_on < first + days))
        draw = random.random(len(due))
        for state, chosen in ((REFUSED, draw < 0.015), (WITHDRAWN, (draw >= 0.015) & (draw < 0.035))):
            which = due[chosen]
            self._note(journal, which, state, self.decided_on[which])
        granted = due[draw >= 0.035]
        years = np.where(random.random(len(granted)) < 0.12, 1, _YEARS)
        self.runs_until[granted] = self.decided_on[granted] + 365 * years
        people = 3 + 2 * (self.kind_sought[granted] == MANDATORY_KIND) + random.integers(0, 3, len(granted))
        self._note(journal, granted, ISSUED, self.decided_on[granted], people)
        self.pending[due] = NULL
        return due[draw < 0.035]

    def _run_out(self, tenures: Tenures, first: int, days: int, random: np.random.Generator) -> Ints:
        """Let owners whose licence ends this month renew in time, late, or never; give those who stop letting."""
        ends = (self.runs_until >= first) & (self.runs_until < first + days) & (self.needs != NONE)
        which = np.flatnonzero(ends & (self.pending == NULL) & (self.applies_on == NULL))
        draw = random.random(len(which)) - 0.04 * tenures.careless[which]
        in_time, late = draw > 0.22, (draw > 0.17) & (draw <= 0.22)
        wait = random.integers(40, 300, len(which))
        ends_on = self.runs_until[which]
        self.applies_on[which] = np.where(
            in_time, np.maximum(first, ends_on - 20), np.where(late, ends_on + wait, NULL)
        )
        return which[draw < 0.11]

    def found(self, which: Ints, day: Ints, random: np.random.Generator) -> None:
        """Let owners who were found without a licence ask for one, most of them."""
        gives_in = random.random(len(which)) < 0.85
        self.applies_on[which] = np.where(gives_in, day + random.integers(7, 80, len(which)), NULL)
