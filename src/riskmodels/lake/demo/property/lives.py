"""The borough's private homes lived through, month by month, from years before the lake's first day."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Ints
from riskmodels.lake.demo.calendar import day_number, month_starts
from riskmodels.lake.demo.journal import NULL, Journal
from riskmodels.lake.demo.property.complaining import complain
from riskmodels.lake.demo.property.licensing import Licensing
from riskmodels.lake.demo.property.papers import Claims, certify, plan
from riskmodels.lake.demo.property.schemes import Designation
from riskmodels.lake.demo.property.stock import Stock
from riskmodels.lake.demo.property.taxing import Taxing
from riskmodels.lake.demo.property.tenures import FAMILY_LET, OWNER, SOCIAL, Tenures
from riskmodels.lake.demo.property.truth import Truth
from riskmodels.lake.demo.property.visiting import Month, Visiting
from riskmodels.lake.demo.streams import Streams

__all__ = ["Lives"]

_YEARS_BEFORE = 7  # so that licences of five years have had time to run out
_MONTHS_BEFORE_VISITS = 12


@dataclass(eq=False)
class Lives:
    """Everything that changes about the homes, and the journal of what the council writes down."""

    homes: Stock
    tenures: Tenures
    licensing: Licensing
    visiting: Visiting
    taxing: Taxing
    claims: Claims
    journal: Journal
    streams: Streams
    truth: Truth
    heard: Ints
    listed: Flags
    begun: Flags

    @classmethod
    def opened(cls, homes: Stock, schemes: tuple[Designation, ...], streams: Streams) -> Lives:
        """Begin years before the lake does."""
        count = len(homes)
        tenures = Tenures.drawn(homes, streams.named("property tenures"))
        # A provider's list leaves a few of its homes out.
        listed = (tenures.tenure == SOCIAL) & (streams.named("property lists").random(count) >= 0.02)
        return cls(
            homes,
            tenures,
            Licensing.none_yet(schemes, count),
            Visiting.none_yet(count),
            Taxing.opened(count),
            Claims.none_yet(count),
            Journal(),
            streams,
            Truth(),
            np.zeros((12, count), dtype=np.int64),
            listed & homes.is_home,
            np.zeros(count, dtype=np.bool_),
        )

    def live(self, first_day: datetime.date, last_day: datetime.date, tell: Callable[[float], None]) -> None:
        """Live through the months; what is seen before the first day leaves only registers behind."""
        months = [
            day_number(day) for day in month_starts(first_day.replace(year=first_day.year - _YEARS_BEFORE), last_day)
        ]
        starts, last = day_number(first_day), day_number(last_day)
        self._open(months[0], starts)
        for place, first in enumerate(months):
            tell(place / len(months))
            days = (months[place + 1] if place + 1 < len(months) else last + 1) - first
            self._month(place, first, days, seen=first >= starts, visited=place >= _MONTHS_BEFORE_VISITS)

    def _open(self, first: int, first_day: int) -> None:
        """Begin the liabilities, claims and certificates that the simulation finds."""
        random = self.streams.named("property opening")
        self.begun = self.homes.there(first)
        there = np.flatnonzero(self.begun).astype(np.int64)
        self.licensing.need(self.homes, self.tenures, self.homes.there(first), first)
        since = first - random.integers(30, 3000, len(there))
        held = self.licensing.licensed(first)
        self.taxing.change(self.homes, self.tenures, held, there, since, random, self.journal)
        self.claims.live(self.homes, self.tenures, self.homes.there(first), first, 28, random, self.journal, often=20.0)
        needing = np.flatnonzero(self.licensing.will_need >= 0).astype(np.int64)
        self.licensing.decide_whether_to_apply(self.homes, self.tenures, needing, first, random)
        likely = np.array([0.52, 0.64, 0.56, 0.56, 0.7])[self.tenures.tenure[there]]
        certified = there[random.random(len(there)) < likely]
        lodged = first_day - random.integers(1, 365 * 7, len(certified))
        certify(self.homes, self.tenures, certified, lodged, random, self.journal)

    def _month(self, place: int, first: int, days: int, *, seen: bool, visited: bool) -> None:
        homes, tenures, licensing, streams = self.homes, self.tenures, self.licensing, self.streams
        there = homes.there(first)
        self._come_to_be(there)
        random = streams.named("property tenures")
        changed = tenures.move_on(homes, there, random)
        newly = licensing.need(homes, tenures, there, first)
        licensing.decide_whether_to_apply(homes, tenures, newly, first, random)
        if seen:
            self.truth.note(homes, tenures, licensing, first)
        stopped = licensing.live(self.journal, tenures, first, days, streams.named("property licences"))
        tenures.tenure[stopped] = OWNER
        licensing.stop(stopped)
        changed = np.union1d(changed, stopped)
        self._bill(changed, there, first, days)
        self._certify(changed, first, days)
        self.claims.live(homes, tenures, there, first, days, streams.named("property claims"), self.journal)
        plan(homes, tenures, there, first, days, streams.named("property plans"), self.journal)
        heard = complain(homes, tenures, there, first, days, streams.named("property complaints"), self.journal)
        before = self.heard[(place - 1) % 12].copy()
        self.heard[place % 12] = heard
        if visited:
            month = Month(first, days, there, before + heard, self.heard.sum(axis=0), self.listed)
            chance = self.visiting.visit(
                homes, tenures, licensing, month, streams.named("property visits"), self.journal
            )
        else:
            chance = np.zeros(len(homes))
        if seen:
            self.truth.add_chance(chance)

    def _come_to_be(self, there: Flags) -> None:
        """Let flats that were made of a house begin, most of them let."""
        born = np.flatnonzero(there & ~self.begun).astype(np.int64)
        self.tenures.settle(self.homes, born, self.streams.named("property divided"))
        self.begun |= there

    def _bill(self, changed: Ints, there: Flags, first: int, days: int) -> None:
        random, homes = self.streams.named("property tax"), self.homes
        moved = random.random(len(homes)) < self.taxing.turnover(homes, self.tenures)
        moved[changed] = True
        moved |= there & (self.taxing.number == NULL)
        gone = (self.taxing.number != NULL) & ~homes.there(first + days)
        which = np.flatnonzero((moved & there) | gone).astype(np.int64)
        day = first + random.integers(0, days, len(which))
        day = np.where(homes.died[which] != NULL, np.maximum(day, homes.died[which]), day)
        day = np.maximum(day, np.where(self.taxing.number[which] != NULL, self.taxing.since[which] + 1, day))
        held = self.licensing.licensed(first)
        self.taxing.change(homes, self.tenures, held, which, day, random, self.journal)

    def _certify(self, changed: Ints, first: int, days: int) -> None:
        """Lodge a certificate where a home changes hands, and now and then elsewhere."""
        random, tenure = self.streams.named("property certificates"), self.tenures.tenure
        usual = random.random(len(tenure)) < np.where(
            tenure == OWNER, 0.002, np.where(tenure >= FAMILY_LET, 0.006, 0.0)
        )
        usual &= self.homes.there(first)
        usual[changed[random.random(len(changed)) < 0.45]] = True
        which = np.flatnonzero(usual).astype(np.int64)
        certify(self.homes, self.tenures, which, first + random.integers(0, days, len(which)), random, self.journal)
