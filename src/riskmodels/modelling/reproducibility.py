"""A digest of everything learned: the same seed and data give the same one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from riskmodels.modelling.baseline import BaselineEstimator
from riskmodels.modelling.boosting import LightGBMEstimator
from riskmodels.modelling.calibration import Calibrator, SigmoidCalibrator
from riskmodels.modelling.interpretable import InterpretableEstimator
from riskmodels.modelling.rows import FloatArray

__all__ = ["digest_of_parts", "learned_arrays", "model_digest", "tree_text", "trees_of", "without_ranges"]

_RANGES = re.compile(r"^feature_infos=.*\n", re.MULTILINE)


def model_digest(
    baseline: BaselineEstimator,
    interpretable: InterpretableEstimator,
    lightgbm: LightGBMEstimator,
    settings: Mapping[str, Any],
) -> str:
    """Give the SHA-256 of trees without parameters, arrays of the interpretable model, calibrators and settings."""
    arrays = {f"interpretable.{name}": array for name, array in learned_arrays(interpretable.pipeline).items()}
    arrays["baseline.values"], arrays["baseline.ranks"] = baseline.ladder.values, baseline.ladder.ranks
    for estimator in (baseline, interpretable, lightgbm):
        for name, array in _calibrator_arrays(estimator.calibrator):
            arrays[f"{estimator.name}.calibrator.{name}"] = array
    return digest_of_parts(
        tree_text(lightgbm),
        arrays,
        settings=settings,
        baseline=(baseline.column, baseline.sign),
        columns=interpretable.columns,
    )


def digest_of_parts(
    trees: str,
    arrays: Mapping[str, FloatArray],
    *,
    settings: Mapping[str, Any],
    baseline: tuple[str, float],
    columns: Sequence[str],
) -> str:
    """Give the digest of a model from its parts, wherever they were read from.

    Parameters
    ----------
    trees : str
        LightGBM's trees, as :func:`trees_of` gives them.
    arrays : mapping of str to float array
        ``interpretable.<name>`` as :func:`learned_arrays` names them, ``baseline.values``, ``baseline.ranks``, and of
        each estimator ``<name>.calibrator.sigmoid``, or ``.scores`` and ``.probabilities``.
    settings : mapping of str to Any
        Hyperparameters.
    baseline : (str, float)
        The column of today's practice, and which way risk goes with it.
    columns : sequence of str
        The model's inputs.
    """
    digest = hashlib.sha256()
    digest.update(trees.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name], dtype="<f8")
        digest.update(f"\n{name} {array.shape}\n".encode())
        digest.update(array.tobytes())
    words = {"settings": dict(settings), "baseline": list(baseline), "columns": list(columns)}
    digest.update(json.dumps(words, sort_keys=True).encode())
    return digest.hexdigest()


def tree_text(estimator: LightGBMEstimator) -> str:
    """Give LightGBM's trees as text: without parameters, importances, and the ranges of the data they were grown on."""
    return trees_of(str(estimator.booster.model_to_string()))


def trees_of(text: str) -> str:
    """Give the trees of a model text of LightGBM: what comes before their end, without the ranges of the data."""
    return _RANGES.sub("", text.partition("\nend of trees")[0])


def without_ranges(text: str) -> str:
    """Take the least and the greatest value of each column out of a model text: they are one person's, each."""
    return _RANGES.sub(lambda line: re.sub(r"(?<=[= ])\S+", "none", line[0]), text, count=1)


def learned_arrays(pipeline: Any) -> dict[str, FloatArray]:
    """Give the arrays that a pipeline of the interpretable model learned, by name."""
    model, parts = pipeline[-1], pipeline[0].named_transformers_
    arrays = {"coefficients": model.coef_, "intercept": model.intercept_, "missing": parts["missing"].features_}
    if "stepped" in parts:
        arrays["quantiles"] = parts["stepped"]["rank"].quantiles_
        arrays["fills"] = parts["stepped"]["fill"].statistics_
    if "plain" in parts:
        arrays["plain"] = parts["plain"].statistics_
    return arrays


def _calibrator_arrays(calibrator: Calibrator) -> Iterator[tuple[str, FloatArray]]:
    if isinstance(calibrator, SigmoidCalibrator):
        yield "sigmoid", np.array([calibrator.intercept, calibrator.slope])
    else:
        yield "scores", calibrator.scores
        yield "probabilities", calibrator.probabilities
