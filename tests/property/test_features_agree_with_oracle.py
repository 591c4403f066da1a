"""The compiler's features are those of the slow oracle, whatever the lake holds and whatever is asked of it."""

from __future__ import annotations

import datetime
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.features.build import build_features
from riskmodels.lake import Extract
from tests.borough import CONTRACTS, Homes
from tests.lakes import Row, lay, moment, open_lake, pseudonym, spine
from tests.property.definitions import case_of, said
from tests.property.oracle import Asked, Whole, feature
from tests.property.random_lakes import ANYONE, AS_OF, about_neighbours, features, lakes, neighbourhoods, searching

Lakes = Mapping[type[Extract], list[Row]]
Pairs = list[tuple[str, datetime.date]]
WHOLE = Whole(homes=Homes)
spines = st.lists(st.tuples(st.sampled_from(ANYONE), st.sampled_from(AS_OF)), min_size=1, max_size=12, unique=True)


@searching(100)
@given(rows=lakes(), asked=features(), pairs=spines)
def test_every_feature_is_what_the_rules_say(rows: Lakes, asked: list[Asked], pairs: Pairs) -> None:
    _compare(rows, asked, pairs)


@searching(40)
@given(rows=st.one_of(neighbourhoods(), neighbourhoods(), lakes()), asked=about_neighbours(), pairs=spines)
def test_every_feature_about_neighbours_is_what_the_rules_say(rows: Lakes, asked: list[Asked], pairs: Pairs) -> None:
    _compare(rows, asked, pairs)


def _compare(rows: Lakes, asked: list[Asked], pairs: Pairs) -> None:
    built = _built(rows, asked, pairs)

    assert sorted((moment(as_of), pseudonym(entity)) for entity, as_of in pairs) == list(
        zip(built["as_of"].dt.to_pydatetime(), built["entity"], strict=True)
    )
    by_place = built.set_index(["entity", "as_of"])
    for entity, as_of in pairs:
        line = by_place.loc[(pseudonym(entity), pd.Timestamp(as_of))]
        for each in asked:
            expected = feature(each, rows, WHOLE, entity, moment(as_of))
            assert _agree(each, expected, float(line[each.name])), (each, entity, as_of, expected, line[each.name])


def _built(rows: Lakes, asked: list[Asked], pairs: Pairs) -> pd.DataFrame:
    case = case_of([said(each) for each in asked])
    with tempfile.TemporaryDirectory() as folder:
        lay(Path(folder), {extract: rows[extract] for extract in case.extracts()})
        with open_lake(Path(folder), CONTRACTS) as lake:
            return build_features(case, lake, spine(pairs))


def _agree(asked: Asked, expected: Any, actual: float) -> bool:
    if expected is None:
        return math.isnan(actual)
    if asked.value is None or (asked.value.exact and asked.builder not in ("mean", "spread", "trend")):
        return float(expected) == actual
    return math.isclose(expected, actual, rel_tol=1e-9, abs_tol=1e-9)
