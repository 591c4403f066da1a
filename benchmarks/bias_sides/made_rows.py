"""Scored rows of made-up people with five characteristics, at one date or at twelve."""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.assurance.scored import ScoredRows, picked_share

__all__ = ["CHARACTERISTICS", "make_rows"]

CHARACTERISTICS = {
    "sex": ("Female", "Male", "Unknown"),
    "age_band": ("16-24", "25-44", "45-64", "65-74", "75+"),
    "ethnic_group": ("Asian", "Black", "Mixed", "Other", "White"),
    "disability": ("No", "Unknown", "Yes"),
    "religion": ("Christian", "Hindu", "Muslim", "None", "Unknown"),
}


def make_rows(rows: int, *, periods: int, seed: int) -> ScoredRows:
    """Make rows of ``rows // periods`` people, each at every date, a tenth of them on each list."""
    rng = np.random.default_rng(seed)
    people = rows // periods
    entity = np.repeat(np.arange(people), periods)
    as_of = np.tile(pd.date_range("2024-01-01", periods=periods, freq="MS").to_numpy(), people)
    line = -2.0 + rng.normal(size=people)[entity]
    probability = 1 / (1 + np.exp(-line))
    score = line + 0.6 * rng.normal(size=len(entity))
    picked = np.empty(len(entity))
    for day in np.unique(as_of):
        picked[as_of == day] = picked_share(score[as_of == day], people // 10)
    audit = {name: rng.choice(groups, people)[entity] for name, groups in CHARACTERISTICS.items()}
    return ScoredRows(
        X=pd.DataFrame(index=range(len(entity))),
        score=score,
        probability=probability,
        picked=picked,
        outcome=(rng.random(len(entity)) < probability).astype(float),
        weight=np.ones(len(entity)),
        entity=entity.astype(np.int64),
        as_of=as_of,
        audit=pd.DataFrame(audit),
        treated=np.zeros(len(entity), dtype=bool),
        capacity=people // 10,
    )
