"""Made-up expected amounts, skewed as costs are, with an error that the tests know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import gamma

from riskmodels.assurance.scored import ScoredAmounts

SHAPE = 4.0
NOMINAL = 0.9


def make_amounts(
    *,
    people: int = 2000,
    periods: int = 1,
    seed: int = 1,
    against_women: float = 0.0,
    narrow: float = 0.0,
    nothing: float = 0.05,
    weights: bool = False,
) -> ScoredAmounts:
    """Make people who cost what is expected on average.

    ``against_women`` is the share by which their amounts are said too low; ``narrow`` the share by which their
    intervals are too short. ``nothing`` is the share to whom nothing comes.
    """
    rng = np.random.default_rng(seed)
    entity = np.repeat(np.arange(people), periods)
    sex = rng.choice(["Female", "Male", "Unknown"], people, p=[0.5, 0.45, 0.05])
    age = rng.choice(["18-64", "65-84", "85+"], people, p=[0.3, 0.4, 0.3])
    mean = 300 * np.exp(0.6 * rng.normal(size=people) - 0.18)[entity]
    own = rng.gamma(SHAPE, 1 / SHAPE, people)[entity]  # people stay dearer or cheaper than others like them
    came = rng.random(len(entity)) >= nothing
    outcome = np.where(came, mean * own / (1 - nothing), 0.0)
    women = (sex == "Female")[entity]
    ends = gamma.ppf((NOMINAL - nothing) / (1 - nothing), SHAPE, scale=1 / SHAPE) / (1 - nothing)
    return of_amounts(
        mean * np.where(women, 1 - against_women, 1.0),
        outcome,
        pd.DataFrame({"sex": sex[entity], "age_band": age[entity]}),
        low=np.zeros(len(entity)),
        high=mean * ends * np.where(women, 1 - narrow, 1.0),
        entity=entity * 7919 + 11,
        weight=rng.choice([1.0, 1.25, 0.5], len(entity)) if weights else np.ones(len(entity)),
    )


def of_amounts(expected: Any, outcome: Any, audit: pd.DataFrame, **given: Any) -> ScoredAmounts:
    """Make scored amounts of what was expected and what came."""
    expected = np.asarray(expected, dtype=np.float64)
    many = len(expected)
    with np.errstate(divide="ignore"):
        score = np.log(expected)
    return ScoredAmounts(
        X=given.get("X", pd.DataFrame(index=range(many))),
        score=score,
        outcome=np.asarray(outcome, dtype=np.float64),
        weight=given.get("weight", np.ones(many)),
        entity=given.get("entity", np.arange(many)).astype(np.int64),
        as_of=np.full(many, np.datetime64("2024-01-01", "ns")),
        audit=audit,
        treated=np.zeros(many, dtype=bool),
        expected=expected,
        low=given.get("low"),
        high=given.get("high"),
        unit="GBP per week",
        nominal_coverage=NOMINAL,
        power=1.5,
    )
