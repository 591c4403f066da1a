"""Who lives in each home and on what terms, month by month: owners, families and sharers who rent, social tenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.property.stock import FLAT, SHELL, SHELTERED, Stock

__all__ = ["FAMILY_LET", "LARGE_SHARED", "OWNER", "PORTFOLIOS", "SMALL_SHARED", "SOCIAL", "TENURES", "Tenures"]

TENURES = ("owner_occupied", "let_to_one_household", "shared_by_3_or_4", "shared_by_5_or_more", "social_let")
OWNER, FAMILY_LET, SMALL_SHARED, LARGE_SHARED, SOCIAL = range(5)
PORTFOLIOS = ("1", "2 to 4", "5 to 19", "20 and over", "not known")
_PORTFOLIO_SHARES = [0.42, 0.33, 0.17, 0.08]


def _chance(score: npt.NDArray[Any]) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-score)))


@dataclass(eq=False)
class Tenures:
    """The tenure of each home now, and what does not change about whoever would let it.

    Attributes
    ----------
    tenure : int array
        Index into ``TENURES``.
    portfolio : int array
        How many homes the owner has, as an index into ``PORTFOLIOS``.
    careless : float array
        How little the owner cares for rules, on a log scale: what no record shows.
    """

    tenure: Ints
    portfolio: Ints
    careless: Floats

    @classmethod
    def drawn(cls, homes: Stock, random: np.random.Generator) -> Tenures:
        """Draw the tenures that the simulation opens with."""
        count = len(homes)
        social = _chance(-1.45 - 0.9 * homes.affluence + np.where(homes.kind == FLAT, 0.7, -0.6))
        social = np.where(homes.kind == SHELTERED, 0.95, social)
        draw = random.random(count)
        let = _chance(-0.15 - 0.15 * homes.affluence + np.where(homes.kind == FLAT, 0.35, -0.25))
        tenure = np.where(draw < social, SOCIAL, np.where(random.random(count) < let, FAMILY_LET, OWNER))
        made = cls(
            tenure.astype(np.int64),
            random.choice(len(_PORTFOLIO_SHARES), size=count, p=_PORTFOLIO_SHARES).astype(np.int64),
            random.normal(0.0, 1.0, count),
        )
        rented = np.flatnonzero(made.tenure == FAMILY_LET)
        made.tenure[rented] = made._way_of_letting(homes, rented, random)
        made.tenure[homes.kind == SHELL] = OWNER
        return made

    def _way_of_letting(self, homes: Stock, which: Ints, random: np.random.Generator) -> Ints:
        """Draw whether homes are let to one household or shared, and by how many.

        Where people are poor, large houses are let by the room; where they are rich, families live in them.
        """
        rooms, poor = homes.rooms[which], -homes.affluence[which]
        score = -1.15 + (0.08 + 0.5 * poor) * (rooms - 4) + 0.35 * poor + homes.sharing[which]
        shared = random.random(len(which)) < _chance(score)
        large = random.random(len(which)) < _chance(-2.6 + 0.55 * (rooms - 3))
        return np.where(shared, np.where(large, LARGE_SHARED, SMALL_SHARED), FAMILY_LET).astype(np.int64)

    def move_on(self, homes: Stock, there: Flags, random: np.random.Generator) -> Ints:
        """Let a month pass; give the homes whose tenure changed."""
        draw, before = random.random(len(homes)), self.tenure.copy()
        starts = there & (before == OWNER) & (draw < 0.0022)
        stops = there & (before != OWNER) & (before != SOCIAL) & (draw < 0.0026)
        relets = there & (before != OWNER) & (before != SOCIAL) & (draw > 0.992)
        self.tenure[stops] = OWNER
        again = np.flatnonzero(starts | relets)
        self.tenure[again] = self._way_of_letting(homes, again, random)
        changed = np.flatnonzero(self.tenure != before)
        new_owner = np.flatnonzero(starts | stops)
        self.careless[new_owner] = random.normal(0.0, 1.0, len(new_owner))
        self.portfolio[new_owner] = random.choice(len(_PORTFOLIO_SHARES), size=len(new_owner), p=_PORTFOLIO_SHARES)
        return changed.astype(np.int64)

    def settle(self, homes: Stock, which: Ints, random: np.random.Generator) -> None:
        """Draw the tenure of homes that have just come to be: flats made of a house, most of them to let."""
        self.tenure[which] = np.where(
            random.random(len(which)) < 0.8, self._way_of_letting(homes, which, random), OWNER
        )

    @property
    def is_let(self) -> Flags:
        """Say which homes are let privately."""
        return np.asarray((self.tenure >= FAMILY_LET) & (self.tenure <= LARGE_SHARED))

    @property
    def is_shared(self) -> Flags:
        """Say which homes are let in multiple occupation."""
        return np.asarray((self.tenure == SMALL_SHARED) | (self.tenure == LARGE_SHARED))
