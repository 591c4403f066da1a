"""When the lake came to know of a thing: a nightly load that sometimes fails, and rows that come weeks late."""

from __future__ import annotations

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Ints

__all__ = ["DAY", "known_next_night", "late_days"]

DAY = 86_400_000_000  # microseconds
_MINUTE = 60_000_000
# One night in this many the load fails, and its rows come two nights later.
_FAILS_EVERY = 89


def known_next_night(noted_on: Ints) -> Ints:
    """Give the moment of the load in the night after a day, between 01:00 and 03:59, one moment for each night."""
    failed: Flags = noted_on % _FAILS_EVERY == 0
    night = noted_on + 1 + np.where(failed, 2, 0)
    minutes = 60 + (night * 7919 + 104_729) % 180
    return np.asarray(night * DAY + minutes * _MINUTE)


def late_days(count: int, share_days: float, share_weeks: float, random: np.random.Generator) -> Ints:
    """Draw by how many days rows miss their load: most not at all, a share by 1 to 4 days, a share by 1 to 7 weeks."""
    draw = random.random(count)
    days, weeks = random.integers(1, 5, count), random.integers(7, 50, count)
    return np.where(draw < share_weeks, weeks, np.where(draw < share_weeks + share_days, days, 0)).astype(np.int64)
