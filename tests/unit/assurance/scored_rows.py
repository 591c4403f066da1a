"""Made-up scored rows, with a bias that the tests know."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.assurance.scored import ScoredRows, picked_share
from riskmodels.policy import AssurancePolicy, Comparison


def make_rows(
    *,
    people: int = 2000,
    periods: int = 1,
    seed: int = 1,
    against_women: float = 0.0,
    share_on_list: float = 0.1,
    weights: bool = False,
) -> ScoredRows:
    """Make people at risk for reasons of their own; ``against_women`` is taken off their scores alone."""
    rng = np.random.default_rng(seed)
    entity = np.repeat(np.arange(people), periods)
    as_of = np.tile(pd.date_range("2024-01-01", periods=periods, freq="MS").to_numpy(), people)
    line = -2.0 + rng.normal(size=people)[entity]
    probability = 1 / (1 + np.exp(-line))
    sex = rng.choice(["Female", "Male", "Unknown"], people, p=[0.5, 0.45, 0.05])
    age = rng.choice(["16-24", "25-64", "65+"], people, p=[0.2, 0.5, 0.3])
    score = line + rng.normal(size=len(entity)) * 0.7 - against_women * (sex[entity] == "Female")
    audit = pd.DataFrame({"sex": sex[entity], "age_band": age[entity]})
    if periods > 1:  # some have a birthday on the way
        old = (entity % 10 == 0) & (np.tile(np.arange(periods), people) > periods // 2)
        audit["age_band"] = np.where(old, "65+", audit["age_band"])
    outcome = (rng.random(len(entity)) < probability).astype(float)
    weight = rng.choice([1.0, 1.25, 2.0], len(entity)) if weights else np.ones(len(entity))
    return of_columns(
        score, outcome, audit, entity=entity * 7919 + 11, as_of=as_of, weight=weight, probability=probability,
        capacity=int(people * share_on_list),
    )  # fmt: skip


def of_columns(
    score: npt.NDArray[np.float64],
    outcome: npt.NDArray[np.float64],
    audit: pd.DataFrame,
    *,
    capacity: int,
    **given: Any,
) -> ScoredRows:
    """Make scored rows of a score and an outcome, ranked at each date."""
    many = len(score)
    as_of = given.get("as_of", np.full(many, np.datetime64("2024-01-01", "ns")))
    picked = np.empty(many)
    for day in np.unique(as_of):
        picked[as_of == day] = picked_share(score[as_of == day], capacity)
    return ScoredRows(
        X=pd.DataFrame(index=range(many)),
        score=score,
        probability=given.get("probability", np.full(many, 0.5)),
        picked=given.get("picked", picked),
        outcome=outcome,
        weight=given.get("weight", np.ones(many)),
        entity=given.get("entity", np.arange(many)).astype(np.int64),
        as_of=as_of,
        audit=audit,
        treated=np.zeros(many, dtype=bool),
        capacity=capacity,
    )


def reordered(rows: ScoredRows, order: npt.NDArray[np.int64]) -> ScoredRows:
    """Give the same rows in another order."""
    columns = ("score", "probability", "picked", "outcome", "weight", "entity", "as_of", "treated")
    changed = {name: getattr(rows, name)[order] for name in columns}
    frames = {"X": rows.X.iloc[order], "audit": rows.audit.iloc[order].reset_index(drop=True)}
    return replace(rows, **changed, **frames)


def deciding(
    group: str = "Female", metric: Any = "missed", tolerance: float = 0.1, characteristic: str = "sex"
) -> Comparison:
    """Name one comparison beforehand."""
    return Comparison(
        characteristic=characteristic, group=group, metric=metric, tolerance=tolerance, reason="Agreed by the board"
    )


def policy(*comparisons: Comparison, resamples: int = 400) -> AssurancePolicy:
    """Make a policy of comparisons."""
    return AssurancePolicy(comparisons=comparisons, resamples=resamples)
