"""Council tax: who by kind is liable for each home, with what discount, and when that changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.journal import NULL, Journal
from riskmodels.lake.demo.property.stock import SHELL, Stock
from riskmodels.lake.demo.property.tenures import FAMILY_LET, OWNER, PORTFOLIOS, SOCIAL, Tenures

__all__ = ["BANDS", "DISCOUNTS", "EXEMPTIONS", "PARTIES", "Taxing", "band_rows"]

PARTIES = ("resident", "owner_elsewhere", "organisation")
DISCOUNTS = ("none", "single_person", "disregarded_adults", "empty_home")
EXEMPTIONS = ("none", "students", "owner_away", "after_a_death", "other")
BANDS = ("A", "B", "C", "D", "E", "F", "G", "H")
_NOT_KNOWN, _LARGEST = PORTFOLIOS.index("not known"), PORTFOLIOS.index("20 and over")
# How likely an owner elsewhere pays, three adults or more share the bill, one lives alone: for sharers, families who
# rent, owners and social tenants; where people are poor, and where they are well off.
_LOOKS = (
    (np.array([0.02, 0.04, 0.14, 0.01]), np.array([0.55, 0.12, 0.02, 0.01])),
    (np.array([0.05, 0.20, 0.45, 0.20]), np.array([0.65, 0.22, 0.05, 0.08])),
    (np.array([0.72, 0.30, 0.10, 0.38]), np.array([0.04, 0.26, 0.42, 0.38])),
)
_COLUMNS = ("liable_party", "adults_liable", "discount", "exemption", "owner_portfolio")


@dataclass(eq=False)
class Taxing:
    """The liability that runs at each home: its number, the day it began, and what the bill says."""

    number: Ints
    since: Ints
    says: dict[str, Ints]

    @classmethod
    def opened(cls, count: int) -> Taxing:
        """Begin with no liability anywhere."""
        empty = {name: np.zeros(count, dtype=np.int64) for name in _COLUMNS}
        return cls(np.full(count, NULL, dtype=np.int64), np.full(count, NULL, dtype=np.int64), empty)

    def turnover(self, homes: Stock, tenures: Tenures) -> Floats:
        """Give the chance that liability changes in a month.

        Where people are well off, all who rent move often, and owners too; where they are not, sharers come and go.
        """
        well_off = _well_off(homes)
        resident = self.says["liable_party"] == 0
        sharers = np.where(resident, 0.034 - 0.016 * well_off, 0.010)
        families = 0.010 + 0.008 * well_off
        steady = np.where(tenures.tenure == SOCIAL, 0.006, 0.005 + 0.011 * well_off)
        return np.where(tenures.is_shared, sharers, np.where(tenures.tenure == FAMILY_LET, families, steady))

    def change(
        self,
        homes: Stock,
        tenures: Tenures,
        licensed: Flags,
        which: Ints,
        day: Ints,
        random: np.random.Generator,
        journal: Journal,
    ) -> None:
        """End the liability of some homes and begin another, or none where the home is gone."""
        runs = self.number[which] != NULL
        self._note(which[runs], day[runs], journal, until=day[runs])
        here = (homes.died[which] == NULL) | (homes.died[which] > day)
        self.number[which[~here]] = NULL
        which, day = which[here], day[here]
        self.number[which] = journal.numbers("liability", len(which))
        self.since[which] = day
        for name, values in _bill(homes, tenures, licensed, which, random).items():
            self.says[name][which] = values
        self._note(which, day, journal, until=NULL)

    def _note(self, which: Ints, day: Ints, journal: Journal, until: Ints | int) -> None:
        journal.note(
            "council_tax_liabilities",
            liability_id=self.number[which],
            home=which,
            liable_from=self.since[which],
            liable_until=until,
            **{name: values[which] for name, values in self.says.items()},
            noted_on=day + 4,
        )


def _well_off(homes: Stock) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-5.0 * homes.affluence)))


def _bill(homes: Stock, tenures: Tenures, licensed: Flags, which: Ints, random: np.random.Generator) -> dict[str, Ints]:
    """Draw what new bills say.

    Letting looks different in different places. Where people are well off, an owner elsewhere pays and several young
    adults share the bill, while owners who live there are often alone. Where they are not, one tenant signs for a house
    full of sharers and claims to live alone, while families who own have many adults and some owners are away.
    """
    tenure, count = tenures.tenure[which], len(which)
    row = np.where(tenures.is_shared[which], 0, np.where(tenure == FAMILY_LET, 1, np.where(tenure == SOCIAL, 3, 2)))
    shared, let = row == 0, row <= 1
    well_off = _well_off(homes)[which]
    away, several, single = (poor[row] + (rich[row] - poor[row]) * well_off for poor, rich in _LOOKS)
    away = np.where(shared & licensed[which], 0.85, away)
    party = np.where(random.random(count) < away, 1, 0)
    party = np.where((tenure != OWNER) & (random.random(count) < 0.02), 2, party)
    people = np.where(random.random(count) < several, random.integers(3, 5, count), random.integers(1, 3, count))
    draw = random.random(count)
    discount = np.where(draw < single, 1, np.where(draw > 0.975, 2, np.where(draw > 0.965, 3, 0)))
    discount = np.where(party == 0, discount, 0)
    student = np.where(shared, 0.02 + 0.14 * well_off, np.where(let, 0.035, 0.006))
    draw = random.random(count)
    exempt = np.where(draw < student, 1, np.where(draw > 0.985, 2 + (draw > 0.99) + (draw > 0.995), 0))
    known = np.where(random.random(count) < 0.65, tenures.portfolio[which], _NOT_KNOWN)
    owner = np.where(tenure == OWNER, 0, np.where(tenure == SOCIAL, _LARGEST, known))
    said = {
        "liable_party": party,
        "adults_liable": np.where(discount == 1, 1, people),
        "discount": discount,
        "exemption": exempt,
        "owner_portfolio": owner,
    }
    return {name: values.astype(np.int64) for name, values in said.items()}


def band_rows(homes: Stock, random: np.random.Generator) -> dict[str, Ints]:
    """Give the valuation band of each home, by its size and where it stands."""
    score = 0.8 + homes.floor_area / 38.0 + 1.2 * homes.affluence + random.normal(0.0, 0.6, len(homes))
    homes_at = np.flatnonzero(homes.kind != SHELL)
    return {
        "home": homes_at,
        "band": np.clip(np.rint(score), 0, len(BANDS) - 1).astype(np.int64)[homes_at],
        "banded_from": homes.born[homes_at],
        "noted_on": homes.born[homes_at] + 30,
    }
