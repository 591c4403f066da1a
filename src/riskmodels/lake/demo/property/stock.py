"""The borough's homes of every tenure: where they stand, how big they are, and which were made of which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.journal import NULL
from riskmodels.lake.demo.places import Places
from riskmodels.lake.demo.streams import Streams

__all__ = ["CLASSES", "FLAT", "SHELL", "Stock", "stock"]

CLASSES = ("RD02", "RD03", "RD04", "RD05", "RD06", "RD08", "PP")
DETACHED, SEMI, TERRACED, BUNGALOW, FLAT, SHELTERED, SHELL = range(7)
_SHARES = [0.03, 0.20, 0.25, 0.02, 0.47, 0.03]
# Habitable rooms: the fewest, and how many more there may be.
_ROOMS = np.array([[5, 5], [4, 5], [3, 5], [2, 3], [1, 4], [1, 2], [0, 1]])
_HOMES_IN_A_STREET, _FLATS_IN_A_BUILDING = 28, 8
_DIVIDED_IN_A_YEAR = 0.004  # share of houses
_FIRST_UPRN = 991_000_000_000  # in a range where no real one lies, and none of the council's made-up tenancies


@dataclass(frozen=True, eq=False)
class Stock:
    """The homes and the shells of buildings, one element each, those that come to be later included.

    Attributes
    ----------
    uprn : int array
        Made-up property reference.
    parent : int array
        Index of the building or former house that it is a part of, or -1.
    area, ward, street : int array
        Index of the small area and of the ward; number of the street.
    kind : int array
        Index into ``CLASSES``.
    rooms, floor_area : int and float array
        Habitable rooms, and square metres.
    born, died : int array
        Days on which it came to be and ceased to be; ``died`` may be ``NULL``.
    affluence : float array
        From -1 (most deprived of the borough) to 1.
    speaks_up : float array
        How readily neighbours complain, on a log scale: more where people are well off.
    sharing : float array
        How much the street draws sharers, on a log scale.
    easting, northing : int array
        Millimetres would be false precision: whole metres on the National Grid.
    """

    uprn: Ints
    parent: Ints
    area: Ints
    ward: Ints
    street: Ints
    kind: Ints
    rooms: Ints
    floor_area: Floats
    born: Ints
    died: Ints
    affluence: Floats
    speaks_up: Floats
    sharing: Floats
    easting: Ints
    northing: Ints

    def __len__(self) -> int:
        return len(self.uprn)

    @property
    def is_home(self) -> Flags:
        """Say which are homes and not shells of buildings."""
        return np.asarray(self.kind != SHELL)

    def there(self, day: int) -> Flags:
        """Say which homes exist on a day."""
        return np.asarray(self.is_home & (self.born <= day) & ((self.died == NULL) | (self.died > day)))


def stock(dwellings: int, where: Places, streams: Streams, first_day: int, last_day: int) -> Stock:
    """Draw the homes, the buildings that flats stand in, and the houses that will be divided."""
    random = streams.named("property stock")
    weight = random.lognormal(0.0, 0.35, len(where.lsoa21))
    area = np.sort(random.choice(len(weight), size=dwellings, p=weight / weight.sum())).astype(np.int64)
    first = np.searchsorted(area, area)
    street = area * 100 + (np.arange(dwellings) - first) // _HOMES_IN_A_STREET
    kind = random.choice(len(_SHARES), size=dwellings, p=_SHARES).astype(np.int64)
    parent, shell_of = _buildings(kind, street, random)
    divided, day, parts = _divided(kind, random, first_day, last_day)
    died = np.full(dwellings, NULL, dtype=np.int64)
    died[divided] = day
    shells, children = len(shell_of), int(parts.sum())
    source = np.concatenate([np.arange(dwellings), shell_of, np.repeat(divided, parts)])
    long_ago = np.full(dwellings + shells, first_day - 365 * 20, dtype=np.int64)
    return _laid_out(
        where,
        random,
        source=area[source],
        street=street[source],
        kind=np.concatenate([kind, np.full(shells, SHELL), np.full(children, FLAT)]).astype(np.int64),
        parent=np.concatenate(
            [np.where(parent >= 0, parent + dwellings, -1), np.full(shells, -1), np.repeat(divided, parts)]
        ).astype(np.int64),
        born=np.concatenate([long_ago, np.repeat(day, parts)]),
        died=np.concatenate([died, np.full(shells + children, NULL, dtype=np.int64)]),
    )


def _buildings(kind: Ints, street: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Give the building of each flat (-1 for none), and for each building a flat that stands in it."""
    flats = np.flatnonzero(kind == FLAT)
    number = street[flats] * 1000 + np.arange(len(flats)) // _FLATS_IN_A_BUILDING % 1000
    _, first, building = np.unique(number, return_index=True, return_inverse=True)
    has_shell = random.random(len(first)) < 0.6
    place = np.cumsum(has_shell) - 1
    parent = np.full(len(kind), -1, dtype=np.int64)
    parent[flats] = np.where(has_shell[building], place[building], -1)
    return parent, flats[first[has_shell]]


def _divided(kind: Ints, random: np.random.Generator, first_day: int, last_day: int) -> tuple[Ints, Ints, Ints]:
    """Choose houses that are divided into flats: which, on which day, into how many."""
    houses = np.flatnonzero(kind <= TERRACED)
    years = (last_day - first_day) / 365.25
    count = max(2, round(len(houses) * _DIVIDED_IN_A_YEAR * years))
    chosen = np.sort(random.choice(houses, size=min(count, len(houses)), replace=False))
    day = random.integers(first_day + 30, max(first_day + 31, last_day - 60), len(chosen))
    return chosen.astype(np.int64), day.astype(np.int64), random.integers(2, 5, len(chosen)).astype(np.int64)


def _laid_out(
    where: Places,
    random: np.random.Generator,
    *,
    source: Ints,
    street: Ints,
    kind: Ints,
    parent: Ints,
    born: Ints,
    died: Ints,
) -> Stock:
    count = len(kind)
    wards = sorted(set(where.ward_code))
    ward_of = np.array([wards.index(code) for code in where.ward_code], dtype=np.int64)
    affluence = -where.deprivation[source]
    _, place = np.unique(street, return_inverse=True)
    streets = int(place.max()) + 1
    rooms = _ROOMS[kind, 0] + np.rint(random.beta(2.0, 2.6, count) * _ROOMS[kind, 1]).astype(np.int64)
    return Stock(
        uprn=_FIRST_UPRN + random.permutation(count * 3)[:count].astype(np.int64),
        parent=parent,
        area=source,
        ward=ward_of[source],
        street=street,
        kind=kind,
        rooms=rooms,
        floor_area=np.round(np.maximum(14.0, (8.0 + 17.0 * rooms) * random.lognormal(0.0, 0.16, count)), 1),
        born=born,
        died=died,
        affluence=affluence,
        speaks_up=1.5 * affluence + random.normal(0.0, 0.35, streets)[place],
        sharing=random.normal(0.0, 0.6, streets)[place],
        easting=518_000 + 260 * (source % 24) + random.integers(0, 260, count),
        northing=182_000 + 900 * (source // 24) + random.integers(0, 900, count),
    )
