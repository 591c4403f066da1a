from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import TrainingError
from riskmodels.modelling.rows import inputs, read_table
from riskmodels.records import TrainingTable

MakeTable = Callable[..., TrainingTable]


@pytest.fixture(name="small", scope="module")
def _small(make_table: MakeTable) -> TrainingTable:
    return make_table(entities=30, periods=3)


def changed(table: TrainingTable, **parts: Any) -> TrainingTable:
    return dataclasses.replace(table, **parts)


def test_a_table_is_read_as_arrays_in_its_own_order(small: TrainingTable) -> None:
    rows = read_table(small)
    assert (90, 4) == rows.X.shape
    assert list(range(30)) * 3 == rows.entity.tolist()
    assert 30 == len(rows.at(pd.Timestamp("2023-02-01").date()))
    assert 60 == len(rows.up_to(pd.Timestamp("2023-02-01").date()))
    assert np.shares_memory(rows.X, rows.up_to(pd.Timestamp("2023-02-01").date()).X)


def test_thinning_keeps_or_drops_whole_entities(small: TrainingTable) -> None:
    rows = read_table(small)
    thinned = rows.thinned(45, seed=1)
    assert 45 == len(thinned)
    assert {3} == set(np.unique(thinned.entity, return_counts=True)[1].tolist())
    assert rows is rows.thinned(90, seed=1)


def test_amounts_are_refused_by_name(small: TrainingTable) -> None:
    with pytest.raises(TrainingError, match="predicts an amount") as caught:
        read_table(changed(small, task="amount"))
    assert "risk" in caught.value.expected


def broken(table: TrainingTable, how: str) -> TrainingTable:
    X, spine = table.X.copy(), table.spine.copy()
    match how:
        case "empty":
            return changed(table, X=X[:0], outcome=table.outcome[:0], spine=spine[:0])
        case "rows":
            return changed(table, X=X[:-1])
        case "infinite":
            X.loc[0, "paid"] = np.inf
            return changed(table, X=X)
        case "outcome":
            return changed(table, outcome=table.outcome.where(table.outcome.index > 0, 2.0))
        case "unknown":
            return changed(table, outcome=table.outcome.where(table.outcome.index > 0))
        case "weight":
            return changed(table, spine=spine.assign(weight=np.where(spine.index == 4, np.nan, 1.0)))
        case "light":
            return changed(table, spine=spine.assign(weight=0.0))
        case "baseline":
            return changed(table, baseline="nothing")
        case "unranked":
            return changed(table, X=X.assign(arrears=np.nan))
        case "order":
            return changed(table, spine=spine.assign(entity=0))
        case "columns":
            return changed(table, columns=(*table.columns, table.columns[0]))
        case "absent":
            return changed(table, X=X.drop(columns="paid"))
        case _:
            return changed(table, X=X.assign(paid="a lot"))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("empty", "has no rows"),
        ("rows", "89 rows"),
        ("infinite", "Infinite values in: paid"),
        ("outcome", "1 of 90 outcomes"),
        ("unknown", "1 of 90 outcomes"),
        ("weight", "1 of 90 weights"),
        ("light", "90 of 90 weights"),
        ("baseline", "baseline 'nothing'"),
        ("unranked", "baseline 'arrears' is missing in every row"),
        ("order", "repeat a person and date"),
        ("columns", "5 columns with 4 names"),
        ("absent", "not in the frame: paid"),
        ("text", "not numbers: paid"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(small: TrainingTable, how: str, words: str) -> None:
    with pytest.raises(TrainingError, match=words) as caught:
        read_table(broken(small, how))
    assert caught.value.expected
    assert caught.value.next_step
    assert caught.value.who


def test_inputs_come_in_the_models_order_whatever_the_frames() -> None:
    frame = pd.DataFrame({"b": [2.0], "extra": ["x"], "a": [1]})
    assert [[1.0, 2.0]] == inputs(frame, ["a", "b"]).tolist()
