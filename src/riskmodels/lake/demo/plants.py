"""A bias to plant on request: one group falls into serious arrears for a reason that nothing in the lake foretells.

Left alone, disabled tenants seldom fall behind. But every three years, in a week of its own that lot decides, each of
their accounts that is in good order has an overpayment of benefit charged to it at once, as a debt beyond the line for
serious arrears. It is found to be a mistake and taken back some weeks later. A model that learns from rent accounts
sees none of this coming, so of those who come to need help it misses far more among disabled tenants than among the
rest: an audit has to say so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Floats, Ints

__all__ = ["PlantedBias", "Reclaims", "no_reclaims"]


@dataclass(frozen=True)
class PlantedBias:
    """How strong the planted bias is.

    Attributes
    ----------
    disabled : float
        Effect of disability on vulnerability (``RiskModel``), below 0: fewer arrears of the kind that can be foreseen.
    every_weeks : int
        Weeks from one such charge to a tenant to the next: longer than features look back, so that the past foretells
        nothing here either. Fewer weeks are a stronger bias.
    good_order_weeks : float
        The most that is owed on an account in good order, in weeks of rent.
    least_weeks, most_weeks : float
        What is owed afterwards, in weeks of rent: drawn evenly between the two, both above 8.
    lasts_weeks : int
        Weeks until it is taken back.
    """

    disabled: float = -3.0
    every_weeks: int = 156
    good_order_weeks: float = 2.0
    least_weeks: float = 8.5
    most_weeks: float = 11.0
    lasts_weeks: int = 3


@dataclass(eq=False)
class Reclaims:
    """Whose turn it is when, what stands charged by mistake, and all that ever was; changed in place.

    Attributes
    ----------
    rule : PlantedBias
        How strong the bias is.
    turn : int array, and owed_weeks : float array
        For each tenancy, the week of its turn (modulo ``rule.every_weeks``), and what it will then owe.
    tenancy, pence, back_in : int array
        For each home, which tenancy stands charged (-1 for none), how much, and the index of the week in which it is
        taken back.
    charged : list of (int array, int)
        The tenancies charged and the day, for the truth beside the lake.
    """

    rule: PlantedBias
    turn: Ints
    owed_weeks: Floats
    tenancy: Ints
    pence: Ints
    back_in: Ints
    charged: list[tuple[Ints, int]]


def no_reclaims(homes: int, tenancies: int, rule: PlantedBias, random: np.random.Generator) -> Reclaims:
    """Draw whose turn it will be when; none has been charged by mistake yet."""
    return Reclaims(
        rule=rule,
        turn=random.integers(0, rule.every_weeks, tenancies),
        owed_weeks=random.uniform(rule.least_weeks, rule.most_weeks, tenancies),
        tenancy=np.full(homes, -1, dtype=np.int64),
        pence=np.zeros(homes, dtype=np.int64),
        back_in=np.full(homes, -1, dtype=np.int64),
        charged=[],
    )
