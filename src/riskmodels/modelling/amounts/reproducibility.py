"""A digest of everything that a model of amounts learned: the same seed and data give the same one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from riskmodels.modelling.amounts.boosting import LightGBMAmountEstimator
from riskmodels.modelling.amounts.carried_forward import BaselineAmountEstimator
from riskmodels.modelling.amounts.interpretable import InterpretableAmountEstimator
from riskmodels.modelling.reproducibility import digest_of_parts, learned_arrays, trees_of
from riskmodels.modelling.rows import FloatArray
from riskmodels.records.amount_intervals import AmountIntervals

__all__ = ["amount_digest", "interval_arrays"]


def amount_digest(
    baseline: BaselineAmountEstimator,
    interpretable: InterpretableAmountEstimator,
    lightgbm: LightGBMAmountEstimator,
    *,
    settings: Mapping[str, Any],
    intervals: AmountIntervals,
) -> str:
    """Give the SHA-256 of trees without parameters, arrays of the interpretable model, factors, intervals, settings.

    As :func:`~riskmodels.modelling.reproducibility.digest_of_parts` of ``interpretable.<name>``, ``baseline.floor``,
    ``<estimator>.factor`` and ``intervals.<stratum>.<number>``.
    """
    arrays = {f"interpretable.{name}": array for name, array in learned_arrays(interpretable.pipeline).items()}
    arrays["baseline.floor"] = np.array([baseline.floor])
    for estimator in (interpretable, lightgbm):
        arrays[f"{estimator.name}.factor"] = np.array([estimator.factor])
    return digest_of_parts(
        trees_of(str(lightgbm.booster.model_to_string())),
        arrays | interval_arrays(intervals),
        settings=settings,
        baseline=(baseline.column, 1.0),
        columns=interpretable.columns,
    )


def interval_arrays(intervals: AmountIntervals) -> dict[str, FloatArray]:
    """Give the intervals as arrays by name: nominal coverage and power, then of each cell its four numbers."""
    found = {"intervals": np.array([intervals.nominal_coverage, intervals.power])}
    for place, cell in enumerate(intervals.cells):
        low = np.nan if cell.low is None else cell.low
        name = "" if cell.stratum is None else cell.stratum
        found[f"intervals.{place}.{name}"] = np.array([cell.above, low, cell.high, float(cell.people)])
    return found
