"""Made-up training tables, with a risk that the tests know."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from riskmodels.modelling import train
from riskmodels.policy import ModelPolicy
from riskmodels.records import BuildReport, ModelColumn, QualityReport, TrainedModel, TrainingTable

MakeTable = Callable[..., TrainingTable]


def make_table(
    *,
    entities: int = 1500,
    periods: int = 6,
    horizon_days: int = 28,
    columns: int = 4,
    seed: int = 1,
    base: float = -2.0,
    curve: float = 0.0,
    shift_last: float = 0.0,
    missing: float = 0.1,
    treated_share: float = 0.1,
    heavy: bool = False,
    persistent: float = 0.5,
) -> TrainingTable:
    """Make a panel: every entity at month after month, at risk for reasons of its own and of the month.

    ``arrears`` drives the risk up (declared), ``paid`` down; ``flag`` marks some; the rest is noise.
    """
    rng = np.random.default_rng(seed)
    months = pd.date_range("2023-01-01", periods=periods, freq="MS")
    own = rng.normal(size=entities)
    frames = []
    for month in months:
        arrears = own * persistent + rng.normal(size=entities) * np.sqrt(1 - persistent**2)
        paid = rng.exponential(size=entities)
        flag = (rng.random(entities) < 0.2).astype(float)
        line = base + 0.9 * arrears - 0.5 * paid + 0.7 * flag + curve * (np.abs(arrears) > 1) * np.sign(paid - 0.7)
        line = line + (shift_last if month == months[-1] else 0.0)
        frame = pd.DataFrame({"arrears": arrears, "paid": paid, "flag": flag})
        for number in range(columns - 3):
            frame[f"noise_{number}"] = rng.normal(size=entities)
        frame["y"] = (rng.random(entities) < 1 / (1 + np.exp(-line))).astype(float)
        frame["treated"] = rng.random(entities) < treated_share
        frame.loc[rng.random(entities) < missing, "paid"] = np.nan
        frame["entity"], frame["as_of"] = np.arange(entities, dtype=np.int64), month
        frames.append(frame)
    data = pd.concat(frames, ignore_index=True)
    inputs = [name for name in data.columns if name not in ("y", "treated", "entity", "as_of")]
    described = tuple(
        ModelColumn(
            name,
            name,
            f"The {name}",
            None,
            name,
            kind="flag" if name == "flag" else "number",
            monotone="increasing" if name == "arrears" else None,
        )
        for name in inputs
    )
    weight = 1.0 + rng.random(len(data)) if heavy else np.ones(len(data))
    spine = data[["entity", "as_of", "treated"]].assign(competing=False, weight=weight)
    return assemble(data[inputs], data["y"], spine, described, horizon_days=horizon_days)


def assemble(
    X: pd.DataFrame,
    outcome: pd.Series,
    spine: pd.DataFrame,
    columns: tuple[ModelColumn, ...],
    *,
    horizon_days: int = 28,
    baseline: str = "arrears",
) -> TrainingTable:
    """Put the parts of a table together."""
    return TrainingTable(
        case_name="made_up",
        purpose="early_intervention",
        task="risk",
        outcome_says="Serious arrears within a month",
        horizon_days=horizon_days,
        baseline=baseline,
        harms=("missed_need",),
        definition={"name": "made_up"},
        definition_digest="d" * 64,
        columns=columns,
        X=X,
        outcome=outcome,
        audit=pd.DataFrame(index=X.index),
        spine=spine,
        report=BuildReport(pd.Timestamp("2024-01-01").to_pydatetime(), (), QualityReport(()), None, None),
        lineage=(),
        digest="e" * 64,
    )


@pytest.fixture(name="make_table", scope="session")
def _make_table() -> MakeTable:
    return make_table


@pytest.fixture(scope="session")
def policy() -> ModelPolicy:
    return ModelPolicy(
        capacity=100, capacity_reason="Two officers", seed=7, may_not_be_used_for=("Eviction & <enforcement>",)
    )


@pytest.fixture(scope="session")
def table() -> TrainingTable:
    return make_table()


@pytest.fixture(scope="session")
def model(table: TrainingTable, policy: ModelPolicy) -> TrainedModel:
    return train(table, policy)
