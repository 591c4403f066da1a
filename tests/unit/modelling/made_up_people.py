"""Made-up people who come, cost and die, quarter by quarter, with what each is to be expected to cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

QUARTER_DAYS = 91
HORIZON_DAYS = 182
WARDS = ("Alperton", "Kilburn", "Preston", "Stonebridge", "Tokyngton", "Welsh Harp")
REASONS = ("Learning", "Physical")


def make_people(*, seed: int, dates: int = 16, people: int = 900, rise: float = 0.004) -> pd.DataFrame:
    """Make people at quarterly dates: costs move by themselves and rise together, some die, others come.

    The last two dates' horizons are not over: what they came to is not known.
    """
    draw = np.random.default_rng(seed)
    weeks = 13 * (dates + 4)
    coming = 0.009 * people
    arrives = np.concatenate([np.full(people, -1.0), np.sort(draw.uniform(0, weeks, draw.poisson(coming * weeks)))])
    many = len(arrives)
    reason = draw.integers(0, 2, many)
    lives = arrives + draw.exponential(np.where(reason == 1, 100.0, 1500.0))
    ward = draw.choice(len(WARDS), many, p=[0.3, 0.25, 0.2, 0.15, 0.095, 0.005])
    base = draw.lognormal(5.5, 0.7, many)
    shocks = np.exp(np.cumsum(draw.normal(0, 0.08, (many, dates + 4)), axis=1))
    together = np.exp(np.cumsum(draw.normal(rise, 0.006, dates + 4)))
    cost = base[:, None] * shocks * together
    frames = []
    for date in range(dates):
        day = 13.0 * date
        here = np.flatnonzero((arrives <= day) & (lives > day))
        lived = np.clip((lives[here] - day) / 26, 1 / 26, 1.0)
        came = (cost[here, date] * 0.5 + cost[here, date + 1] * 0.5 + cost[here, date + 1] + cost[here, date + 2]) / 3
        over = date + 2 < dates
        frames.append(
            pd.DataFrame(
                {
                    "entity": here,
                    "as_of": pd.Timestamp("2020-01-01") + pd.Timedelta(days=QUARTER_DAYS * date),
                    "expected": cost[here, date] * (1 + rise),
                    "today": cost[here, date],
                    "observed": came if over else np.nan,
                    "lived": lived if over else np.nan,
                    "stands_for": 1.0,
                    "stratum": "All",
                    "ward": np.array(WARDS)[ward[here]],
                    "reason": np.array(REASONS)[reason[here]],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
