"""A small made-up model in a bundle, with every kind of column and of calibrator, for the tests of what serves."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from riskmodels.features.seal import table_digest
from riskmodels.governance.wire import canonical, sha256
from riskmodels.modelling import train
from riskmodels.modelling.calibration import IsotonicCalibrator
from riskmodels.modelling.reproducibility import model_digest
from riskmodels.policy import AssurancePolicy, ModelPolicy
from riskmodels.records import ModelColumn, TrainedModel, TrainingTable
from riskmodels.registry.bundles.bundle import write_bundle
from riskmodels.registry.environment import describe_environment
from tests.unit.modelling.conftest import make_table

Chosen = Literal["interpretable", "lightgbm"]

POLICY = ModelPolicy(
    capacity=20,
    capacity_reason="Two officers",
    margin=0.5,
    seed=7,
    assurance=AssurancePolicy(disclosure_number=10),
)
"""With such a margin, training chooses the interpretable model."""

WARDS = ("north", "south", "islands")
BANDS = ("low", "middle", "high")


@cache
def made_up_table(entities: int = 300) -> TrainingTable:
    """Make a table with a number, a number with gaps, a flag, an ordinal and a one-hot feature; digests hold."""
    made = make_table(entities=entities, periods=4, columns=3, missing=0.15)
    rng = np.random.default_rng(5)
    X = made.X.copy()
    X["band"] = rng.integers(0, len(BANDS), len(X)).astype(float)
    ward = rng.choice(len(WARDS), len(X), p=[0.6, 0.39, 0.01])
    gone = rng.random(len(X)) < 0.1
    for place, name in enumerate(WARDS):
        X[f"ward={name}"] = np.where(gone, np.nan, (ward == place).astype(float))
    columns = (
        *made.columns,
        ModelColumn("band", "band", "Council tax band group", None, "band", kind="ordinal"),
        *(ModelColumn(f"ward={one}", "ward", "Ward", None, "ward", kind="onehot", category=one) for one in WARDS),
    )
    definition: dict[str, Any] = {"name": "made_up", "features": [{"name": "band", "categories": list(BANDS)}]}
    audit = made.audit.assign(sex=np.where(rng.random(len(X)) < 0.5, "Female", "Male"))
    return dataclasses.replace(
        made,
        X=X,
        columns=columns,
        audit=audit,
        definition=definition,
        definition_digest=sha256(canonical(definition)),
        digest=table_digest(X, made.outcome, audit, made.spine),
    )


@cache
def trained(chosen: Chosen = "interpretable", *, isotonic: bool = False) -> TrainedModel:
    """Train on the made-up table, with the estimator and the kind of calibrator that a test is about."""
    return with_calibrators(dataclasses.replace(_trained(), chosen=chosen), isotonic=isotonic)


@cache
def _trained() -> TrainedModel:
    return train(made_up_table(), POLICY)


def with_calibrators(model: TrainedModel, *, isotonic: bool) -> TrainedModel:
    """Give every estimator steps for a calibrator, and the model the digest that goes with them."""
    if not isotonic:
        return model
    found: dict[str, Any] = {}
    for name, one in model.estimators.items():
        low, high = (0.0, 1.0) if name == "baseline" else (-3.0, 1.0)
        scores = np.linspace(low, high, 11) + 1 / 3000
        steps = IsotonicCalibrator(scores, np.sort(np.random.default_rng(1).random(11)) / 3)
        found[name] = dataclasses.replace(one, calibrator=steps)  # type: ignore[type-var]
    digest = model_digest(found["baseline"], found["interpretable"], found["lightgbm"], model.settings)
    return dataclasses.replace(model, estimators=found, digest=digest)


def made_up_bundle(folder: Path, chosen: Chosen = "interpretable", *, isotonic: bool = False) -> tuple[Path, str]:
    """Write a bundle; give its folder and its digest."""
    digest = write_bundle(
        folder,
        made_up_table(),
        trained(chosen, isotonic=isotonic),
        policy=POLICY,
        environment=describe_environment(),
        never_name=frozenset({"flag"}),
    )
    return folder, digest


def inputs_of(table: TrainingTable, *, rows: int | None = None) -> npt.NDArray[np.float64]:
    """Give a table's inputs as an array, in the order of its columns."""
    return table.X[[column.name for column in table.columns]].to_numpy(dtype=np.float64)[:rows]
