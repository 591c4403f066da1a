"""When the lake came to know of a thing: a nightly load that sometimes fails, and rows that come weeks late."""

from __future__ import annotations

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Ints

__all__ = ["DAY", "MINUTE", "in_order", "known_next_night", "late_days"]

DAY = 86_400_000_000  # microseconds
MINUTE = 60_000_000
# One night in this many the load fails, and its rows come two nights later.
_FAILS_EVERY = 89


def known_next_night(noted_on: Ints) -> Ints:
    """Give the moment of the load in the night after a day, between 01:00 and 03:59, one moment for each night."""
    failed: Flags = noted_on % _FAILS_EVERY == 0
    night = noted_on + 1 + np.where(failed, 2, 0)
    minutes = 60 + (night * 7919 + 104_729) % 180
    return np.asarray(night * DAY + minutes * MINUTE)


def late_days(count: int, share_days: float, share_weeks: float, random: np.random.Generator) -> Ints:
    """Draw by how many days rows miss their load: most not at all, a share by 1 to 4 days, a share by 1 to 7 weeks."""
    draw = random.random(count)
    days, weeks = random.integers(1, 5, count), random.integers(7, 50, count)
    return np.where(draw < share_weeks, weeks, np.where(draw < share_weeks + share_days, days, 0)).astype(np.int64)


def in_order(known: Ints, row: Ints) -> Ints:
    """Put off versions that would overtake an earlier version of their row; versions stand in the order they were made.

    ``known`` is the moment of each version, ``row`` a number that versions of one row share.
    """
    order = np.argsort(row, kind="stable")
    minutes = (known // MINUTE)[order]
    opens = np.concatenate([[True], row[order][1:] != row[order][:-1]])
    group = np.cumsum(opens) - 1
    place = np.arange(len(row)) - np.flatnonzero(opens)[group]
    # No moment of this or the next thousand years has more than 600 million minutes.
    apart = group * 600_000_000
    held = np.maximum.accumulate(minutes - place + apart) - apart + place
    result = np.empty_like(known)
    result[order] = held * MINUTE
    return result
