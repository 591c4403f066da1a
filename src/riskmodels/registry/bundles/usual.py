"""What is usual in a model's inputs, said so that nobody's own value is in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import AssuranceError
from riskmodels.records import ModelColumn, TrainedModel, TrainingTable
from riskmodels.registry.bundles.bundle_parts import InputColumn, InputContract, LinearTerms, Usual

__all__ = ["compared_with", "input_contract", "input_example", "linear_terms", "usual_values"]

FloatArray = npt.NDArray[np.float64]

_TAIL = 0.01
_WIDER = 0.25
_THICKEST_TAIL = 0.25
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
_DIGITS = 2


def compared_with(table: TrainingTable, model: TrainedModel, *, disclosure_number: int) -> pd.DataFrame:
    """Give the people that a case is compared with: inputs at the newest date that the model learned from.

    Raises
    ------
    AssuranceError
        If there are fewer than ``disclosure_number``.
    """
    here = (table.spine["as_of"] == pd.Timestamp(model.learned_from[-1])).to_numpy()
    people = table.X.loc[here, [column.name for column in model.columns]]
    if len(people) < disclosure_number:
        raise AssuranceError(
            f"{len(people):,} people were there to learn from at {model.learned_from[-1]}",
            expected=f"at least {disclosure_number} (disclosure_number), so that nobody stands out",
            next_step="Train on a larger population before the model is put forward.",
            who="the data scientist who owns the use case",
        )
    return people


def input_contract(table: TrainingTable, model: TrainedModel, *, disclosure_number: int) -> InputContract:
    """Say what the model expects, with ranges from the rows that it learned from."""
    here = (table.spine["as_of"] <= pd.Timestamp(model.learned_from[-1])).to_numpy()
    entity = table.spine["entity"].to_numpy()[here]
    columns = []
    for column in model.columns:
        values = table.X[column.name].to_numpy(dtype=np.float64)[here]
        known = ~np.isnan(values)
        declared = _declared(column, table.definition)
        seen = declared or _seen(values[known], entity[known], disclosure_number)
        columns.append(
            InputColumn(
                name=column.name,
                feature=column.feature,
                says=column.says,
                unit=column.unit,
                family=column.family,
                kind=column.kind,
                category=column.category,
                monotone=column.monotone,
                least=None if seen is None else seen[0],
                most=None if seen is None else seen[1],
                range_from="declared" if declared else "seen" if seen else None,
                may_be_missing=len(np.unique(entity[~known])) >= disclosure_number,
            )
        )
    return InputContract(model=model.case_name, definition_digest=model.definition_digest, columns=tuple(columns))


def usual_values(
    people: pd.DataFrame, columns: tuple[ModelColumn, ...], *, disclosure_number: int
) -> tuple[Usual, ...]:
    """Give each column's quantiles, or whether its category is common, among the people compared with."""
    found = []
    for column in columns:
        values = people[column.name].to_numpy(dtype=np.float64)
        known = values[~np.isnan(values)]
        if column.kind == "onehot":
            found.append(Usual(name=column.name, common=bool(known.sum() >= disclosure_number)))
        elif column.kind == "flag":
            found.append(Usual(name=column.name))
        else:
            wanted = [one for one in _QUANTILES if len(known) * min(one, 1 - one) >= disclosure_number]
            quantiles = np.quantile(known, wanted).tolist() if wanted else []
            found.append(Usual(name=column.name, quantiles=tuple(quantiles)))
    return tuple(found)


def linear_terms(pipeline: Any, people: pd.DataFrame, *, disclosure_number: int) -> LinearTerms:
    """Give the mean of each term of the interpretable model, and the column that each is made from."""
    prepare = pipeline[:-1]
    prepared = np.asarray(prepare.transform(people.to_numpy(dtype=np.float64)), dtype=np.float64)
    mean = prepared.mean(axis=0)
    yes_or_no = np.isin(prepared, (0.0, 1.0)).all(axis=0)
    rounded = np.round(prepared.sum(axis=0) / disclosure_number) * disclosure_number / len(people)
    terms = prepare.get_feature_names_out([str(place) for place in range(people.shape[1])])
    return LinearTerms(
        mean=tuple(np.where(yes_or_no, np.minimum(rounded, 1.0), mean).tolist()),
        column_of=tuple(_place(str(term)) for term in terms),
    )


def input_example(contract: InputContract, usual: tuple[Usual, ...]) -> dict[str, Any]:
    """Make three people up from quantiles and common categories; their index says that they are nobody."""
    common = {one.name: one for one in usual}
    first_of: dict[str, str] = {}
    for column in contract.columns:
        if column.kind == "onehot" and common[column.name].common:
            first_of.setdefault(column.feature, column.name)
    rows = []
    for quarter in (-1, 0, 1):
        row: list[float | None] = []
        for column in contract.columns:
            if column.kind == "onehot":
                row.append(float(first_of.get(column.feature) == column.name))
            elif column.kind == "flag":
                row.append(float(quarter > 0))
            else:
                row.append(_made_up(column, common[column.name].quantiles, quarter))
        rows.append(row)
    index = [f"made up: nobody's values, {which} quartiles" for which in ("lower", "middle", "upper")]
    return {"index": index, "columns": [column.name for column in contract.columns], "data": rows}


def _made_up(column: InputColumn, quantiles: tuple[float, ...], quarter: int) -> float | None:
    if quantiles:
        middle = len(quantiles) // 2
        value = quantiles[max(0, min(len(quantiles) - 1, middle + quarter))]
        return float(round(value)) if column.kind == "ordinal" else float(f"{value:.2g}")
    if column.least is not None and column.most is not None:
        return float(f"{column.least + (column.most - column.least) * (0.5 + 0.25 * quarter):.2g}")
    return None if column.may_be_missing else 0.0


def _declared(column: ModelColumn, definition: Mapping[str, Any]) -> tuple[float, float] | None:
    """Give the range that follows from the definition alone."""
    if column.kind in ("flag", "onehot"):
        return 0.0, 1.0
    if column.kind == "ordinal":
        for feature in definition.get("features", ()):
            if feature["name"] == column.feature and feature["categories"]:
                return 0.0, float(len(feature["categories"]) - 1)
    return None


def _seen(values: FloatArray, entity: npt.NDArray[Any], number: int) -> tuple[float, float] | None:
    """Give the 1st and 99th percentile of people, or whatever leaves enough people beyond, widened and rounded."""
    by_entity = pd.Series(values).groupby(entity)
    people = int(by_entity.ngroups)
    if people == 0 or number / people > _THICKEST_TAIL:
        return None
    tail = max(_TAIL, number / people)
    low = float(np.quantile(by_entity.min().to_numpy(), tail))
    high = float(np.quantile(by_entity.max().to_numpy(), 1 - tail))
    spread = (high - low) or abs(high) or 1.0
    step = 10.0 ** (math.floor(math.log10(spread)) - (_DIGITS - 1))
    least = math.floor((low - _WIDER * spread) / step) * step
    most = math.ceil((high + _WIDER * spread) / step) * step
    if low >= 0:
        least = max(least, 0.0)
    if high <= 0:
        most = min(most, 0.0)
    return float(f"{least:.12g}"), float(f"{most:.12g}")


def _place(term: str) -> int:
    """Read the number of the input that a prepared column is made from: ``stepped__12_sp_0`` is of the 12th."""
    rest = term.partition("__")[2].removeprefix("missingindicator_")
    return int(rest.partition("_sp_")[0])
