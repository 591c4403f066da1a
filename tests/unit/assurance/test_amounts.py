from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.assurance.amounts import LEAST_PEOPLE_OF_AMOUNTS, audit_amounts
from riskmodels.assurance.scored import ScoredRows
from riskmodels.errors import AssuranceError
from tests.unit.assurance.scored_rows import make_rows


def amounts(*, people: int = 2000, periods: int = 1, seed: int = 1, against_women: float = 0.0) -> ScoredRows:
    rows = make_rows(people=people, periods=periods, seed=seed)
    rng = np.random.default_rng(seed)
    own = rng.normal(size=people)[(rows.entity - 11) // 7919]
    said = np.full(len(rows), 100.0) - against_women * (rows.audit["sex"] == "Female")
    return replace(rows, probability=said.to_numpy(), outcome=100 + 20 * own + 5 * rng.normal(size=len(rows)))


def test_errors_by_hand() -> None:
    rows = replace(
        make_rows(people=4, share_on_list=0.5),
        outcome=np.array([10.0, 20, 30, 40]),
        probability=np.array([12.0, 17, 30, 50]),
        audit=pd.DataFrame({"ward": ["A", "A", "B", "B"]}),
    )
    found = audit_amounts(rows, low=np.array([9.0, 16, 31, 40]), high=np.array([15.0, 18, 33, 60]))
    ward = found.named(("ward", "A"))
    assert (-0.5, 2.5, 0.5) == (ward.mean_error.value, ward.mean_absolute_error.value, ward.coverage.value)
    assert -5.5 == ward.mean_error_difference.value
    assert None is ward.mean_error.low  # two people
    assert 2.25 == found.named().mean_error.value


def test_a_group_whose_amounts_are_said_too_low_is_found() -> None:
    found = audit_amounts(amounts(against_women=15.0)).named(("sex", "Female"))
    assert (found.mean_error_difference.high or 0) < -10
    alike = audit_amounts(amounts()).named(("sex", "Female")).mean_error_difference
    assert (alike.low or 0) < 0 < (alike.high or 0)
    assert None is found.coverage.value


@pytest.mark.parametrize("periods", [1, 12])
def test_intervals_cover_at_the_fewest_people_too(periods: int) -> None:
    inside = []
    for seed in range(300):
        rows = amounts(people=160, periods=periods, seed=seed)
        person = (rows.entity - 11) // 7919
        rows = replace(rows, audit=pd.DataFrame({"group": np.where(person < LEAST_PEOPLE_OF_AMOUNTS, "A", "B")}))
        one = audit_amounts(rows).named(("group", "A")).mean_error_difference
        inside.append((one.low or 0) <= 0 <= (one.high or 0))
    assert 0.92 < np.mean(inside) < 0.98


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"low": np.zeros(2000)}, "one end only"),
        ({"low": np.ones(2000), "high": np.zeros(2000)}, "end before they begin"),
        ({"low": np.ones(3), "high": np.ones(3)}, "differ in length"),
        ({"low": np.full(2000, np.nan), "high": np.ones(2000)}, "not a number"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(AssuranceError, match=words):
        audit_amounts(amounts(), **given)
