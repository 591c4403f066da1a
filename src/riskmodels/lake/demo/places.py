"""Brent's small areas, their wards and deprivation: the only real data in the demo lake."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from importlib import resources

import numpy as np

from riskmodels.lake.demo.arrays import Floats, Ints
from riskmodels.lake.demo.calendar import day_number

__all__ = ["EDITIONS", "Places", "places"]

# Editions of the index and the day each was published. The ranks of "IMD 2019" are invented: see data/ATTRIBUTION.txt.
EDITIONS = {"IMD 2019": day_number(datetime.date(2019, 9, 26)), "IMD 2025": day_number(datetime.date(2025, 10, 30))}
_LSOAS_IN_ENGLAND = 33755


@dataclass(frozen=True, eq=False)
class Places:
    """The small areas of the borough, one element each.

    Attributes
    ----------
    lsoa21, ward_code, ward_name : tuple of str
        Codes and names.
    rank, decile : int array
        Place in the index of 2025; 1 is the most deprived.
    earlier_rank, earlier_decile : int array
        The same in the invented earlier edition.
    """

    lsoa21: tuple[str, ...]
    ward_code: tuple[str, ...]
    ward_name: tuple[str, ...]
    rank: Ints
    decile: Ints
    earlier_rank: Ints
    earlier_decile: Ints

    @property
    def deprivation(self) -> Floats:
        """Deprivation from -1 (least in the borough) to 1 (most)."""
        order = np.argsort(np.argsort(-self.rank)).astype(np.float64)
        return np.asarray(2.0 * order / (len(order) - 1) - 1.0)


def places(random: np.random.Generator) -> Places:
    """Read the borough's areas from the package, and disturb their ranks to make an earlier edition."""
    text = resources.files(__package__).joinpath("data/brent_areas.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    rank = np.array([int(row["imd2025_rank"]) for row in rows], dtype=np.int64)
    earlier = np.clip(rank + np.rint(random.normal(0.0, 1800.0, len(rank))), 1, _LSOAS_IN_ENGLAND).astype(np.int64)
    return Places(
        lsoa21=tuple(row["lsoa21_code"] for row in rows),
        ward_code=tuple(row["ward24_code"] for row in rows),
        ward_name=tuple(row["ward24_name"] for row in rows),
        rank=rank,
        decile=np.array([int(row["imd2025_decile"]) for row in rows], dtype=np.int64),
        earlier_rank=earlier,
        earlier_decile=np.minimum(10, 1 + (earlier - 1) * 10 // _LSOAS_IN_ENGLAND),
    )
