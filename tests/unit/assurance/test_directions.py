"""Whether risk moves the way that was declared, on estimators that keep it and on one that breaks it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from riskmodels.assurance.directions import check_directions
from riskmodels.assurance.scored import ScoredRows
from riskmodels.records import ModelColumn, TrainedModel
from riskmodels.records.directions import Directions


@dataclasses.dataclass(frozen=True)
class Straight:
    """Ranks by one column, up or down."""

    slope: float
    name: str = "lightgbm"

    def raw_score(self, X: pd.DataFrame) -> np.ndarray:
        return self.slope * X["owed"].fillna(0.0).to_numpy()


def column(monotone: str | None) -> ModelColumn:
    return ModelColumn(name="owed", feature="owed", says="Rent owed", unit="GBP", family="owed", monotone=monotone)  # type: ignore[arg-type]


def rows(values: list[float | None]) -> ScoredRows:
    X = pd.DataFrame({"owed": values, "other": np.arange(len(values), dtype=float)})
    blank = np.zeros(len(values))
    return ScoredRows(
        X=X,
        score=blank,
        probability=blank,
        picked=blank,
        outcome=blank,
        weight=blank + 1,
        entity=np.arange(len(values)),
        as_of=np.full(len(values), np.datetime64("2025-01-01")),
        audit=pd.DataFrame(index=X.index),
        treated=np.zeros(len(values), dtype=bool),
        capacity=1,
    )


def model(slope: float, monotone: str | None) -> TrainedModel:
    made = object.__new__(TrainedModel)
    given = {"columns": (column(monotone),), "chosen": "lightgbm", "estimators": {"lightgbm": Straight(slope)}}
    for name, value in given.items():
        object.__setattr__(made, name, value)
    return made


def test_a_direction_that_holds_is_not_reported() -> None:
    found = check_directions(rows([1.0, 2.0, None, 5.0]), model(2.0, "increasing"))
    assert Directions(("owed",), 4) == found
    assert found.passed


def test_a_direction_that_is_broken_is_named() -> None:
    assert ("owed",) == check_directions(rows([1.0, 2.0, 5.0]), model(-2.0, "increasing")).violated
    assert ("owed",) == check_directions(rows([1.0, 2.0, 5.0]), model(2.0, "decreasing")).violated
    assert () == check_directions(rows([1.0, 2.0, 5.0]), model(-2.0, "decreasing")).violated


def test_a_column_with_one_value_cannot_break_anything() -> None:
    assert check_directions(rows([3.0, 3.0, 3.0]), model(-2.0, "increasing")).passed


def test_without_a_declared_direction_there_is_nothing_to_break() -> None:
    found = check_directions(rows([1.0, 2.0]), model(-1.0, None))
    assert Directions((), 0) == found
    assert found.passed


def test_declared_but_never_looked_at_does_not_pass() -> None:
    assert not Directions(("owed",), 0).passed
    assert "owed" in Directions(("owed",), 5, ("owed",)).cells().rows[0][2]
