"""Rebuilding on a lake that ends at as_of, or whose future is scrambled, gives the same features bit for bit."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.features import attribute
from riskmodels.features.build import build_features
from riskmodels.lake import Extract
from tests.borough import CONTRACTS, Homes, Payments
from tests.lakes import Row, lay, moment, open_lake, spine
from tests.property.definitions import case_of, said
from tests.property.oracle import Asked
from tests.property.random_lakes import ANYONE, AS_OF, features, lakes, searching


def as_bytes(frame: pd.DataFrame) -> dict[str, bytes]:
    """Give every column as the bytes it is made of, so that even two nulls must be alike."""
    return {
        str(name): repr(frame[name].tolist()).encode()
        if frame[name].dtype == object or str(frame[name].dtype) == "str"
        else frame[name].to_numpy().tobytes()
        for name in frame
    }


@searching(25)
@given(rows=lakes(), asked=features(), cut=st.sampled_from(AS_OF), seed=st.integers(0, 2**31))
def test_neither_the_absence_of_the_future_nor_another_future_changes_a_bit(
    rows: Mapping[type[Extract], list[Row]], asked: list[Asked], cut: datetime.date, seed: int
) -> None:
    case = case_of(
        [
            *(said(each) for each in asked),
            attribute(Homes, "tenure", name="tenure", says="Tenure"),
            attribute(Payments, "kind", name="kind", says="Kind"),
        ]
    )
    asked_about = spine((entity, as_of) for entity in ANYONE for as_of in AS_OF if as_of <= cut)
    with tempfile.TemporaryDirectory() as folder:
        lay(Path(folder), {extract: rows[extract] for extract in case.extracts()})
        with open_lake(Path(folder), CONTRACTS) as lake:
            built = as_bytes(build_features(case, lake, asked_about))
            with lake.as_known_at(moment(cut)) as past:
                without_future = as_bytes(build_features(case, past, asked_about))
            with lake.with_future_perturbed(moment(cut), seed=seed) as other:
                another_future = as_bytes(build_features(case, other, asked_about))
            again = as_bytes(build_features(case, lake, asked_about))

    assert built == without_future
    assert built == another_future
    assert built == again
