"""The people who may hold a tenancy: who they are, how they pay, and how near the edge they live."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.margins import (
    AGES,
    BROAD_GROUP,
    DISABILITY_BY_AGE,
    RELIGION_BY_GROUP,
    RELIGIONS,
    ethnic_shares,
)

__all__ = ["FEMALE", "IRREGULAR", "MALE", "MONTHLY", "WEEKLY", "Tenants", "tenants"]

FEMALE, MALE = 0, 1
WEEKLY, MONTHLY, IRREGULAR = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Tenants:
    """Those who hold, or may come to hold, a tenancy: one element for each tenancy, of its lead tenant unless said.

    Attributes
    ----------
    age_days : int array
        Age when the tenancy begins, or, for those housed already, when the simulation begins.
    housed_days : int array
        Days the tenancy has run when the simulation begins; 0 for those housed later.
    sex, ethnic_group, religion : int array
        ``FEMALE`` or ``MALE``; indices into ``ETHNIC_GROUPS`` and ``RELIGIONS``. True, whether recorded or not.
    disabled, joint : bool array
        Whether disabled; whether two people hold the tenancy.
    children : int array
        Children at home.
    nature : float array
        Standing tendency to fall behind that nothing else explains; mean 0, standard deviation 1.
    income_draw, share_draw : float array
        Uniform draws that settle income and the share of the rent that benefit covers, once the home is known.
    rhythm : int array
        ``WEEKLY``, ``MONTHLY`` or ``IRREGULAR``.
    pay_day : int array
        Day of the week (0 is Monday) for weekly payers, of the month for others.
    pay_rate : float array
        Chance that an irregular payer pays in a week.
    cushion_weeks : float array
        Weeks of rent that the tenant likes to be ahead; below zero, the weeks behind that the tenant is used to.
    old_debt_weeks : float array
        Old debt at the start of the simulation, in weeks of rent.
    """

    age_days: Ints
    housed_days: Ints
    sex: Ints
    ethnic_group: Ints
    religion: Ints
    disabled: Flags
    joint: Flags
    children: Ints
    nature: Floats
    income_draw: Floats
    share_draw: Floats
    rhythm: Ints
    pay_day: Ints
    pay_rate: Floats
    cushion_weeks: Floats
    old_debt_weeks: Floats

    @property
    def count(self) -> int:
        """Count the tenancies that may ever be."""
        return len(self.sex)


def tenants(housed: int, waiting: int, random: np.random.Generator) -> Tenants:
    """Draw the tenants housed when the simulation begins, then those waiting for a home that falls empty."""
    count = housed + waiting
    is_housed = np.arange(count) < housed
    band, age = _ages(is_housed, random)
    ethnic_group, religion = _ethnic_groups_and_religions(count, random)
    nature = random.normal(0.0, 1.0, count)
    rhythm = _pick(random.random(count), _rhythm_shares(nature))
    young_family = (age >= 22) & (age <= 52)
    pay_day = np.where(rhythm == WEEKLY, random.integers(0, 5, count), random.integers(1, 29, count))
    usual_days = np.array([1, 1, 1, 15, 28, 5])[random.integers(0, 6, count)]
    draw = random.random(count)
    in_advance, behind = draw < 0.30, draw > 0.78
    used_to = np.where(rhythm == MONTHLY, random.random(count) * 3.0, random.uniform(1.5, 6.0, count))
    longest = np.maximum((age - 18.5) * 365.25, 60)
    return Tenants(
        age_days=(age * 365.25).astype(np.int64),
        housed_days=np.where(is_housed, np.minimum(random.exponential(11 * 365.0, count), longest), 0).astype(np.int64),
        sex=np.where(random.random(count) < 0.60, FEMALE, MALE).astype(np.int64),
        ethnic_group=ethnic_group,
        religion=religion,
        disabled=random.random(count) < DISABILITY_BY_AGE[band],
        joint=random.random(count) < 0.15,
        children=np.where(young_family, random.poisson(1.2, count), 0).astype(np.int64),
        nature=np.where(behind, nature - 0.6, nature),
        income_draw=random.random(count),
        share_draw=random.random(count),
        rhythm=rhythm,
        pay_day=np.where((rhythm == MONTHLY) & (random.random(count) < 0.6), usual_days, pay_day).astype(np.int64),
        pay_rate=random.uniform(0.45, 0.85, count),
        cushion_weeks=np.where(in_advance, random.uniform(1.0, 5.0, count), np.where(behind, -used_to, 0.1)),
        old_debt_weeks=np.where(random.random(count) < 0.10, random.gamma(1.4, 2.0, count), 0.0) * is_housed,
    )


def _ages(is_housed: Flags, random: np.random.Generator) -> tuple[Ints, Floats]:
    """Draw the band of ``AGES`` and the age in years."""
    shares = np.where(is_housed[:, None], AGES[:, 2], AGES[:, 3])
    band = _pick(random.random(len(is_housed)), shares)
    low, high = AGES[band, 0], AGES[band, 1] + 1
    return band, low + (high - low) * random.random(len(is_housed))


def _ethnic_groups_and_religions(count: int, random: np.random.Generator) -> tuple[Ints, Ints]:
    group = _pick(random.random(count), np.tile(ethnic_shares(), (count, 1)))
    shares = np.array([RELIGION_BY_GROUP[broad] for broad in BROAD_GROUP])
    religion = _pick(random.random(count), shares[group])
    return group, np.minimum(religion, len(RELIGIONS) - 1)


def _rhythm_shares(nature: Floats) -> Floats:
    """Say how likely each rhythm of paying is: those who live near the edge pay as and when."""
    irregular = 1 / (1 + np.exp(0.9 - 0.8 * nature))
    return np.stack([0.38 * (1 - irregular), 0.62 * (1 - irregular), irregular], axis=1)


def _pick(draw: Floats, shares: Floats) -> Ints:
    """Pick a column for each row by its shares, which need not sum to 1."""
    steps = shares.cumsum(axis=1)
    chosen = (draw[:, None] * steps[:, -1:] > steps).sum(axis=1)
    return np.asarray(np.minimum(chosen, shares.shape[1] - 1), dtype=np.int64)
