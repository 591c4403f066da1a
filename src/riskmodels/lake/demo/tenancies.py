"""Who came to live where, and when they left: one element for each tenancy that may ever be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.journal import NULL

__all__ = ["Lettings", "no_lettings"]


@dataclass(eq=False)
class Lettings:
    """What became of each tenancy; days are ``NULL`` where they have not come.

    Attributes
    ----------
    home : int array
        The home let, -1 for a tenancy that never was.
    started_on, ended_on, end_noted_on : int array
        First and last day, and the day the end was typed in.
    birth_day : int array
        Date of birth of the lead tenant.
    vulnerability : float array
        See ``risk.py``.
    furthest_action : int array
        The furthest step ever taken against it, overwritten in place: a trap for whoever reads it.
    """

    home: Ints
    started_on: Ints
    ended_on: Ints
    end_noted_on: Ints
    birth_day: Ints
    vulnerability: Floats
    furthest_action: Ints
    used: int = 0

    def in_lake(self, first_day: int) -> Flags:
        """Say which tenancies ran on the lake's first day or began later."""
        return np.asarray((self.home >= 0) & ((self.ended_on == NULL) | (self.ended_on >= first_day)))


def no_lettings(count: int) -> Lettings:
    """Give the record of tenancies of which none has begun."""

    def never() -> Ints:
        return np.full(count, NULL, dtype=np.int64)

    return Lettings(
        home=np.full(count, -1, dtype=np.int64),
        started_on=never(),
        ended_on=never(),
        end_noted_on=never(),
        birth_day=never(),
        vulnerability=np.zeros(count),
        furthest_action=never(),
    )
