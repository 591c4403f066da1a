"""A digest of everything learned: the same seed and data give the same one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from riskmodels.modelling.baseline import BaselineEstimator
from riskmodels.modelling.boosting import LightGBMEstimator
from riskmodels.modelling.calibration import Calibrator, SigmoidCalibrator
from riskmodels.modelling.interpretable import InterpretableEstimator
from riskmodels.modelling.rows import FloatArray

__all__ = ["model_digest", "tree_text"]


def model_digest(
    baseline: BaselineEstimator,
    interpretable: InterpretableEstimator,
    lightgbm: LightGBMEstimator,
    settings: Mapping[str, Any],
) -> str:
    """Give the SHA-256 of trees without parameters, arrays of the interpretable model, calibrators and settings."""
    arrays: dict[str, FloatArray] = {}
    for name, array in _pipeline_arrays(interpretable):
        arrays[f"interpretable.{name}"] = array
    arrays["baseline.values"], arrays["baseline.ranks"] = baseline.ladder.values, baseline.ladder.ranks
    for estimator in (baseline, interpretable, lightgbm):
        for name, array in _calibrator_arrays(estimator.calibrator):
            arrays[f"{estimator.name}.calibrator.{name}"] = array
    digest = hashlib.sha256()
    digest.update(tree_text(lightgbm).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name], dtype="<f8")
        digest.update(f"\n{name} {array.shape}\n".encode())
        digest.update(array.tobytes())
    words = {"settings": dict(settings), "baseline": [baseline.column, baseline.sign], "columns": interpretable.columns}
    digest.update(json.dumps(words, sort_keys=True).encode())
    return digest.hexdigest()


def tree_text(estimator: LightGBMEstimator) -> str:
    """Give LightGBM's model text up to the end of its trees: what follows are importances and parameters."""
    return str(estimator.booster.model_to_string()).partition("\nend of trees")[0]


def _calibrator_arrays(calibrator: Calibrator) -> Iterator[tuple[str, FloatArray]]:
    if isinstance(calibrator, SigmoidCalibrator):
        yield "sigmoid", np.array([calibrator.intercept, calibrator.slope])
    else:
        yield "scores", calibrator.scores
        yield "probabilities", calibrator.probabilities


def _pipeline_arrays(estimator: InterpretableEstimator) -> Iterator[tuple[str, FloatArray]]:
    model = estimator.pipeline[-1]
    yield "coefficients", model.coef_
    yield "intercept", model.intercept_
    parts = estimator.pipeline[0].named_transformers_
    yield "missing", parts["missing"].features_
    if "stepped" in parts:
        yield "quantiles", parts["stepped"]["rank"].quantiles_
        yield "fills", parts["stepped"]["fill"].statistics_
    if "plain" in parts:
        yield "plain", parts["plain"].statistics_
