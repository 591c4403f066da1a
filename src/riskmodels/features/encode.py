"""From features that people know to the numbers that a model sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from riskmodels.features.builders import Feature
from riskmodels.records import ModelColumn

__all__ = ["encode", "model_columns"]


def model_columns(features: Sequence[Feature]) -> tuple[ModelColumn, ...]:
    """List the model's numeric columns: one for each feature, or for each category of a one-hot one."""
    columns: list[ModelColumn] = []
    for feature in features:
        categories: Sequence[str | None] = feature.categories if feature.encode == "onehot" else (None,)
        columns += [
            ModelColumn(
                name=feature.name if category is None else f"{feature.name}={category}",
                feature=feature.name,
                says=feature.says,
                unit=feature.unit,
                family=feature.family,
                kind=feature.encode,
                category=category,
                monotone=feature.monotone,
            )
            for category in categories
        ]
    return tuple(columns)


def encode(values: pd.DataFrame, features: Sequence[Feature]) -> pd.DataFrame:
    """Turn a table of features into the model's inputs: float64 throughout, missing as NaN.

    A category of a one-hot feature becomes 1 in its column and 0 in the others; of an ordinal one, its place in the
    order from 0. A missing category is missing in all its columns; one that is not declared is 0 in all, or missing.
    """
    made: dict[str, np.ndarray] = {}
    for feature in features:
        column = values[feature.name]
        if feature.encode in ("number", "flag"):
            made[feature.name] = column.to_numpy(dtype=np.float64, na_value=np.nan)
            continue
        place = pd.Categorical(column, categories=list(feature.categories)).codes.astype(np.float64)
        missing = column.isna().to_numpy(dtype=bool)
        if feature.encode == "ordinal":
            made[feature.name] = np.where(place < 0, np.nan, place)
            continue
        for number, category in enumerate(feature.categories):
            made[f"{feature.name}={category}"] = np.where(missing, np.nan, (place == number).astype(np.float64))
    return pd.DataFrame(made, index=values.index)
