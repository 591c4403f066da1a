"""A made-up panel of weekly costs with a known truth: many at nothing, a long tail, some who go on and some who die."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.records import BuildReport, ModelColumn, QualityReport, TrainingTable

POWER = 1.5
SETTINGS = ("none", "home", "care home")

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MadeUp:
    """A table with what nobody sees: the true expected amount of each row."""

    table: TrainingTable
    truth: FloatArray


def make_amounts(
    *,
    people: int = 900,
    periods: int = 6,
    horizon_days: int = 56,
    seed: int = 1,
    dispersion: float = 8.0,
    dying: float = 0.05,
    rise: float = 0.0,
    baseline: str = "cost_today",
) -> MadeUp:
    """Make people seen every two months, whose costs are Tweedie (a random number of random payments) about a truth.

    The truth hangs on the setting, on the hours of help and on age, with a bend that straight lines cannot follow;
    today's cost is another draw about the truth of a person's own. Each period is ``rise`` dearer than the one before.
    """
    rng = np.random.default_rng(seed)
    own = rng.normal(size=people)
    setting = rng.choice(3, people, p=[0.4, 0.4, 0.2])
    age = rng.uniform(18, 100, people)
    months = pd.date_range("2022-01-01", periods=periods, freq="2MS")
    frames = []
    for number, month in enumerate(months):
        hours = np.where(setting == 0, 0.0, np.exp(2 + 0.6 * own + 0.3 * rng.normal(size=people)))
        line = np.array([2.0, 4.6, 6.3])[setting] + 0.5 * own + 0.5 * (hours > 12) - 0.3 * (np.abs(age - 60) < 20)
        truth = np.exp(line) * (1 + rise) ** number
        frames.append(
            pd.DataFrame(
                {
                    "entity": np.arange(people, dtype=np.int64) * 7 + 3,
                    "as_of": month,
                    "cost_today": tweedie(rng, truth, dispersion) * (rng.random(people) > 0.02),
                    "hours": np.where(rng.random(people) < 0.05, np.nan, hours),
                    "age": age,
                    "setting": setting,
                    "y": tweedie(rng, truth, dispersion),
                    "truth": truth,
                    "competing": rng.random(people) < dying,
                    "lived": rng.uniform(7, horizon_days, people) / horizon_days,
                }
            )
        )
    data = pd.concat(frames, ignore_index=True)
    for place, name in enumerate(SETTINGS):
        data[f"setting={name}"] = (data["setting"] == place).astype(np.float64)
    names = ["cost_today", "hours", "age", *(f"setting={name}" for name in SETTINGS)]
    columns = tuple(_column(name) for name in names)
    weight = np.where(data["competing"], data["lived"], 1.0)
    spine = data[["entity", "as_of", "competing"]].assign(treated=False, weight=weight)
    strata = pd.Series(np.array(SETTINGS)[data["setting"]], name="setting", dtype="str")
    table = TrainingTable(
        case_name="made_up_costs",
        purpose="commissioning",
        task="amount",
        outcome_says="Weekly cost over eight weeks",
        horizon_days=horizon_days,
        baseline=baseline,
        harms=("missed_need",),
        definition={"name": "made_up_costs"},
        definition_digest="d" * 64,
        columns=columns,
        X=data[names],
        outcome=data["y"].rename("outcome"),
        audit=pd.DataFrame({"sex": rng.choice(["Female", "Male"], len(data))}),
        spine=spine,
        report=BuildReport(pd.Timestamp("2024-01-01").to_pydatetime(), (), QualityReport(()), None, None),
        lineage=(),
        digest=f"{seed:064d}",
        unit="GBP per week",
        strata=strata,
    )
    return MadeUp(table, data["truth"].to_numpy())


def tweedie(rng: np.random.Generator, mean: FloatArray, dispersion: float) -> FloatArray:
    """Draw Tweedie amounts of power 1.5: a Poisson number of gamma payments."""
    payments = rng.poisson(2 * np.sqrt(mean) / dispersion)
    sizes = rng.gamma(np.maximum(payments, 1.0), dispersion * np.sqrt(mean) / 2)
    return np.where(payments > 0, sizes, 0.0)


def _column(name: str) -> ModelColumn:
    feature, _, category = name.partition("=")
    return ModelColumn(
        name,
        feature,
        f"The {feature.replace('_', ' ')}",
        "GBP per week" if feature == "cost_today" else None,
        feature,
        kind="onehot" if category else "number",
        category=category or None,
        monotone="increasing" if feature == "hours" else None,
    )
