"""The council's homes: where they stand, what they are, and what they cost a week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.places import Places

__all__ = ["PATCHES", "PROPERTY_TYPES", "Homes", "homes", "weekly_rent_pence"]

PATCHES = 20
PROPERTY_TYPES = ("flat", "maisonette", "house", "bungalow")
# Weekly rent of April 2022 by bedrooms (0 to 5), in pence: about what London councils charge.
_RENT_2022 = np.array([9300, 10200, 11700, 13300, 14900, 16300], dtype=np.float64)
_TYPE_FACTOR = np.array([1.0, 1.02, 1.06, 1.04])
# Limits on social rent rises in England: CPI + 1%, and the 7% ceiling of 2023.
_RISES = {2020: 1.027, 2021: 1.015, 2022: 1.041, 2023: 1.070, 2024: 1.077, 2025: 1.027, 2026: 1.048}
_USUAL_RISE = 1.03
# Share of accounts charged over a 48-week year, with four rent-free weeks.
_SHARE_48_WEEKS = 0.14


@dataclass(frozen=True, eq=False)
class Homes:
    """The homes, one element each.

    Attributes
    ----------
    area : int array
        Index of the small area.
    patch : int array
        Officer's patch, from 0.
    property_type : int array
        Index into ``PROPERTY_TYPES``.
    bedrooms : int array
        0 (bedsit) to 5.
    rent_2022_pence : float array
        Weekly rent of April 2022 on a 52-week year.
    has_48_weeks : bool array
        Whether the account has rent-free weeks, and a higher rent in the others.
    uprn : int array
        Made-up property reference, in a range where no real one lies.
    deprivation : float array
        Deprivation of the area, -1 to 1.
    """

    area: Ints
    patch: Ints
    property_type: Ints
    bedrooms: Ints
    rent_2022_pence: Floats
    has_48_weeks: Flags
    uprn: Ints
    deprivation: Floats


def homes(count: int, where: Places, random: np.random.Generator) -> Homes:
    """Draw homes: more of them where the index says people have less."""
    weight = np.exp(-where.rank / 8000.0) * random.lognormal(0.0, 0.7, len(where.rank))
    area = np.sort(random.choice(len(weight), size=count, p=weight / weight.sum()))
    kind = random.choice(4, size=count, p=[0.62, 0.13, 0.21, 0.04])
    usual = np.array(
        [
            [0.06, 0.38, 0.40, 0.14, 0.02, 0.00],
            [0.00, 0.10, 0.48, 0.36, 0.06, 0.00],
            [0.00, 0.03, 0.27, 0.50, 0.16, 0.04],
            [0.05, 0.70, 0.23, 0.02, 0.00, 0.00],
        ]
    )
    steps = usual.cumsum(axis=1)
    bedrooms = np.minimum((random.random(count)[:, None] > steps[kind]).sum(axis=1), 5)
    rent = _RENT_2022[bedrooms] * _TYPE_FACTOR[kind] * np.clip(random.normal(1.0, 0.05, count), 0.9, 1.1)
    return Homes(
        area=area.astype(np.int64),
        patch=np.arange(count, dtype=np.int64) * PATCHES // count,
        property_type=kind.astype(np.int64),
        bedrooms=bedrooms.astype(np.int64),
        rent_2022_pence=rent,
        has_48_weeks=random.random(count) < _SHARE_48_WEEKS,
        uprn=990_000_000_000 + random.permutation(count * 3)[:count].astype(np.int64),
        deprivation=where.deprivation[area],
    )


def weekly_rent_pence(stock: Homes, rent_year: int) -> Ints:
    """Give the rent of each home in a charged week of a rent year, in pence."""
    factor = 1.0
    for year in range(2023, rent_year + 1):
        factor *= _RISES.get(year, _USUAL_RISE)
    for year in range(rent_year + 1, 2023):
        factor /= _RISES.get(year, _USUAL_RISE)
    rent = stock.rent_2022_pence * factor
    return np.rint(np.where(stock.has_48_weeks, rent * 52 / 48, rent)).astype(np.int64)
