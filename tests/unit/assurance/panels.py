"""Made-up panels with groups, proxies and leaks that the tests plant."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import numpy as np
import pandas as pd

from riskmodels.records import BuildReport, ModelColumn, QualityReport, TimeTravelCheck, TrainingTable

GROUPS = ("Female", "Male", "Unknown")


def make_panel(
    *,
    entities: int = 1500,
    periods: int = 4,
    seed: int = 1,
    base: float = -1.5,
    hidden: float = 0.0,
    harms: tuple[str, ...] = ("missed_need",),
    extra: Mapping[str, np.ndarray] | None = None,
    travelled: bool = True,
) -> TrainingTable:
    """Make a panel: every entity at month after month. ``arrears`` drives the risk, ``paid`` lowers it.

    A quarter is Male, 5% Unknown, the rest Female. ``hidden`` is how much the risk of Male follows ``credit`` in place
    of ``arrears``: a model of everybody then misses them. ``extra`` adds columns, one value a row or one an entity.
    """
    rng = np.random.default_rng(seed)
    months = pd.date_range("2023-01-01", periods=periods, freq="MS")
    size = entities * periods
    entity = np.tile(np.arange(entities, dtype=np.int64), periods)
    own = rng.choice(GROUPS, size=entities, p=[0.7, 0.25, 0.05])
    sex = np.tile(own, periods)
    arrears, paid, credit = rng.normal(size=size), rng.exponential(size=size), rng.normal(size=size)
    share = np.where(sex == "Male", hidden, 0.0)
    line = base + 1.2 * ((1 - share) * arrears + share * credit) - 0.4 * paid
    X = pd.DataFrame({"arrears": arrears, "paid": paid, "credit": credit, "noise": rng.normal(size=size)})
    outcome = (rng.random(size) < 1 / (1 + np.exp(-line))).astype(float)
    for name, values in (extra or {}).items():
        X[name] = np.tile(values, periods) if len(values) == entities else values
    audit = pd.DataFrame({"sex": sex})
    spine = pd.DataFrame(
        {
            "entity": entity,
            "as_of": np.repeat(months.to_numpy(), entities),
            "treated": False,
            "competing": False,
            "weight": 1.0,
        }
    )
    return assemble(X, outcome, audit, spine, harms=harms, travelled=travelled)


def sexes(table: TrainingTable, periods: int = 4) -> np.ndarray:
    """Give each entity's group."""
    return table.audit["sex"].to_numpy()[: table.rows // periods]


def assemble(
    X: pd.DataFrame,
    outcome: np.ndarray,
    audit: pd.DataFrame,
    spine: pd.DataFrame,
    *,
    harms: tuple[str, ...] = ("missed_need",),
    travelled: bool = True,
) -> TrainingTable:
    """Put the parts of a table together."""
    columns = tuple(ModelColumn(str(name), str(name), f"The {name}", None, str(name)) for name in X.columns)
    travel = TimeTravelCheck(20, (datetime.date(2023, 1, 1),), ()) if travelled else None
    return TrainingTable(
        case_name="made_up",
        purpose="early_intervention",
        task="risk",
        outcome_says="Serious arrears within a month",
        horizon_days=28,
        baseline="arrears",
        harms=harms,
        definition={"name": "made_up", "audit_by": [{"name": "sex", "protected": "sex"}]},
        definition_digest="d" * 64,
        columns=columns,
        X=X,
        outcome=pd.Series(outcome),
        audit=audit,
        spine=spine,
        report=BuildReport(datetime.datetime(2024, 1, 1), (), QualityReport(()), None, travel),
        lineage=(),
        digest="e" * 64,
    )
