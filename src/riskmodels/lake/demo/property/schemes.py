"""Which licensing scheme binds which ward, from when to when: Brent's selective schemes, and sharers' homes everywhere.

The selective schemes' dates are Brent's: one ended on 30 April 2023, three wards began on 1 August 2023, and all others
but Wembley Park on 1 April 2024. Which wards the first one bound, and the dates of additional licensing, are made up.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Ints
from riskmodels.lake.demo.calendar import day_number
from riskmodels.lake.demo.places import Places

__all__ = ["ADDITIONAL", "SCHEMES", "SELECTIVE", "Designation", "binding", "designations"]

SCHEMES = ("additional", "selective")
ADDITIONAL, SELECTIVE = 0, 1

_FIRST_SELECTIVE = ("Cricklewood & Mapesbury", "Kilburn", "Queens Park", "Brondesbury Park", "Roundwood")
_THREE_WARDS = ("Dollis Hill", "Harlesden & Kensal Green", "Willesden Green")
_NEVER = ("Wembley Park",)


@dataclass(frozen=True)
class Designation:
    """One designation: its number, its kind, the wards it binds, and its first and last day."""

    number: int
    scheme: int
    wards: tuple[int, ...]
    begins: int
    ends: int


def _day(year: int, month: int, day: int) -> int:
    return day_number(datetime.date(year, month, day))


def designations(where: Places) -> tuple[Designation, ...]:
    """List the borough's designations; wards are indices into the sorted ward codes."""
    names = dict(zip(where.ward_code, where.ward_name, strict=True))
    wards = {names[code]: place for place, code in enumerate(sorted(names))}
    every = tuple(sorted(wards.values()))
    first = tuple(wards[name] for name in _FIRST_SELECTIVE)
    three = tuple(wards[name] for name in _THREE_WARDS)
    rest = tuple(place for name, place in sorted(wards.items()) if name not in (*_THREE_WARDS, *_NEVER))
    return (
        Designation(1, ADDITIONAL, every, _day(2015, 1, 1), _day(2019, 12, 31)),
        Designation(2, SELECTIVE, first, _day(2018, 5, 1), _day(2023, 4, 30)),
        Designation(3, ADDITIONAL, every, _day(2020, 1, 1), _day(2024, 12, 31)),
        Designation(4, SELECTIVE, three, _day(2023, 8, 1), _day(2028, 7, 31)),
        Designation(5, SELECTIVE, rest, _day(2024, 4, 1), _day(2029, 3, 31)),
        Designation(6, ADDITIONAL, every, _day(2025, 1, 1), _day(2029, 12, 31)),
        Designation(7, ADDITIONAL, every, _day(2030, 1, 1), _day(2034, 12, 31)),
    )


def binding(schemes: tuple[Designation, ...], scheme: int, ward: Ints, day: int) -> Flags:
    """Say which homes, by their wards, a kind of scheme binds on a day."""
    bound = [ward_ for one in schemes if one.scheme == scheme and one.begins <= day <= one.ends for ward_ in one.wards]
    return np.asarray(np.isin(ward, np.array(bound, dtype=np.int64)))
