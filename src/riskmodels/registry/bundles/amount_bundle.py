"""Write what only the bundle of a model of amounts holds, and see that it gives what the model gives."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskmodels.errors import RegistryError
from riskmodels.governance.wire import canonical
from riskmodels.modelling.amounts.boosting import LightGBMAmountEstimator
from riskmodels.modelling.amounts.carried_forward import BaselineAmountEstimator
from riskmodels.modelling.amounts.interpretable import InterpretableAmountEstimator
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.registry.bundles.amount_parts import RANGES, CarriedForward, Factors, RangeCell, Ranges
from riskmodels.registry.bundles.amount_predictor import AmountPredictor
from riskmodels.registry.bundles.bundle_parts import BASELINE, CALIBRATOR

__all__ = ["amount_files", "not_as_trained", "same_amounts", "three_of_amounts"]


class ThreeOfAmounts(NamedTuple):
    """The three estimators of an amount."""

    baseline: BaselineAmountEstimator
    interpretable: InterpretableAmountEstimator
    lightgbm: LightGBMAmountEstimator


def three_of_amounts(model: TrainedModel) -> ThreeOfAmounts:
    """Give the three estimators of a model of amounts.

    Raises
    ------
    RegistryError
        If they are of other kinds.
    """
    found: tuple[Any, ...] = tuple(
        model.amount_estimators.get(name) for name in ("baseline", "interpretable", "lightgbm")
    )
    match found:
        case (
            BaselineAmountEstimator() as baseline,
            InterpretableAmountEstimator() as interpretable,
            LightGBMAmountEstimator() as trees,
        ):
            return ThreeOfAmounts(baseline, interpretable, trees)
    raise not_as_trained("the model's estimators are of other kinds", "the three that riskmodels trains")


def amount_files(table: TrainingTable, model: TrainedModel) -> dict[str, bytes]:
    """Write today's practice, the factors that make sums right, and the stated ranges."""
    three, intervals = three_of_amounts(model), model.amount_intervals
    practice = CarriedForward(column=three.baseline.column, floor=three.baseline.floor)
    factors = Factors(interpretable=three.interpretable.factor, lightgbm=three.lightgbm.factor)
    ranges = Ranges(
        nominal_coverage=intervals.nominal_coverage,
        power=intervals.power,
        within=None if table.strata is None else _within(table),
        cells=tuple(
            RangeCell(stratum=one.stratum, above=one.above, low=one.low, high=one.high, people=one.people)
            for one in intervals.cells
        ),
    )
    return {BASELINE: canonical(practice), CALIBRATOR: canonical(factors), RANGES: canonical(ranges)}


def _within(table: TrainingTable) -> str:
    named = table.definition.get("intervals_within")
    if not named:
        raise not_as_trained(
            "the table has strata, and its definition does not say of which feature", "intervals_within"
        )
    return str(named)


def same_amounts(predictor: AmountPredictor, table: TrainingTable, model: TrainedModel, frame: pd.DataFrame) -> bool:
    """Say whether a bundle gives some of a table's rows the amounts and the ranges that the model gives, to the bit.

    Parameters
    ----------
    predictor : AmountPredictor
        What the bundle gives.
    table : TrainingTable
        What the model was trained on.
    model : TrainedModel
        The model.
    frame : DataFrame
        Inputs of some of the table's rows, under the table's index.
    """
    X = frame.to_numpy(dtype=np.float64)
    chosen, today = model.amount_estimators[model.chosen], model.amount_estimators["baseline"]
    expected = chosen.amount(frame)
    low, high = predictor.ranges(X, predictor.expected(X))
    strata = np.full(len(frame), "") if table.strata is None else table.strata.loc[frame.index].to_numpy(dtype=np.str_)
    wanted_low, wanted_high = model.amount_intervals.ends(expected, strata)
    return (
        np.array_equal(predictor.raw_score(X), chosen.raw_score(frame))
        and np.array_equal(predictor.expected(X), expected)
        and np.array_equal(predictor.today(X), today.amount(frame))
        and np.array_equal(low, wanted_low)
        and np.array_equal(high, wanted_high)
        and predictor.unit == table.unit
    )


def not_as_trained(found: str, expected: str) -> RegistryError:
    """Word that a bundle is not what was trained."""
    return RegistryError(
        found,
        expected=expected,
        next_step="Train the model again, and write that.",
        who="the data scientist who trained the model",
    )
