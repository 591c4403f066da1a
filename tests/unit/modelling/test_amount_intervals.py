"""Intervals as plain numbers: what is held in each cell, who joins the rest, and where nothing is expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from riskmodels.modelling.amounts.conformal import LEAST_PEOPLE, fit_intervals, weighted_quantile
from riskmodels.modelling.amounts.rows import AmountRows
from riskmodels.records import AmountIntervals, IntervalCell

POWER = 1.5


def rows(y: Any, stratum: Any, *, entity: Any = None, weight: Any = None) -> AmountRows:
    many = len(y)
    return AmountRows(
        X=np.zeros((many, 1)),
        y=np.asarray(y, dtype=np.float64),
        weight=np.ones(many) if weight is None else np.asarray(weight, dtype=np.float64),
        entity=np.arange(many) if entity is None else np.asarray(entity),
        as_of=np.full(many, np.datetime64("2024-01-01", "D")),
        treated=np.zeros(many, dtype=bool),
        competing=np.zeros(many, dtype=bool),
        stratum=np.asarray(stratum, dtype=np.str_),
    )


def drawn(rng: np.random.Generator, many: int, nothing: float) -> tuple[Any, Any]:
    """Draw expected amounts, and amounts about them of which a share is nothing."""
    expected = np.exp(rng.uniform(2, 6, many))
    came = expected + 3 * np.power(expected, POWER / 2) * rng.gumbel(size=many)
    return expected, np.where(rng.random(many) < nothing, 0.0, np.maximum(came, 0.01))


@pytest.mark.parametrize("nothing", [0.0, 0.03, 0.3])
def test_new_people_fall_inside_nine_times_in_ten(nothing: float) -> None:
    rng = np.random.default_rng(2)
    expected, y = drawn(rng, 6000, nothing)
    found = fit_intervals(expected, rows(y, np.full(6000, "home")), power=POWER)
    later, came = drawn(rng, 60_000, nothing)
    low, high = found.ends(later, np.full(60_000, "home"))

    assert 0.9 == pytest.approx(((low <= came) & (came <= high)).mean(), abs=0.015)
    assert all((cell.low is None) == (nothing > 0.05) for cell in found.cells)
    assert (low >= 0).all()
    assert (low <= later).all()
    assert (later <= high).all()


def test_most_with_nothing_have_an_interval_from_nothing_to_what_is_expected() -> None:
    y = np.where(np.arange(1000) % 25 == 0, 500.0, 0.0)
    found = fit_intervals(np.full(1000, 20.0), rows(y, np.full(1000, "none")), power=POWER)

    assert ([0.0], [20.0]) == tuple(one.tolist() for one in found.ends(np.array([20.0]), np.array(["none"])))


def test_a_small_stratum_joins_the_rest_and_an_unknown_one_has_an_interval() -> None:
    rng = np.random.default_rng(3)
    expected, y = drawn(rng, 700, 0.1)
    stratum = np.array(["home"] * 600 + ["care home"] * (LEAST_PEOPLE - 1) + ["nursing"])
    found = fit_intervals(expected, rows(y, stratum), power=POWER)

    assert ("home",) == found.strata
    assert found.cells[-1].stratum is None
    assert LEAST_PEOPLE == found.people("care home")
    ends = [found.ends(np.array([50.0]), np.array([one])) for one in ("care home", "nursing", "never seen")]
    assert len({(float(low[0]), float(high[0])) for low, high in ends}) == 1


def test_rows_of_one_person_are_one_person() -> None:
    rng = np.random.default_rng(4)
    expected, y = drawn(rng, 400, 0.1)
    stratum = np.full(400, "home")
    few = fit_intervals(expected, rows(y, stratum, entity=np.arange(400) // 8), power=POWER)
    many = fit_intervals(expected, rows(y, stratum), power=POWER)

    assert () == few.strata  # 50 people, eight rows each
    assert ("home",) == many.strata
    assert 50 >= max(cell.people for cell in few.cells)


def test_a_row_weighs_what_it_weighs() -> None:
    values, weight = np.array([5.0, 1.0, 3.0, 9.0]), np.array([1.0, 1.0, 1.0, 0.1])

    assert 5.0 == weighted_quantile(values, weight, 0.95)
    assert 9.0 == weighted_quantile(values, weight, 1.0)
    assert 1.0 == weighted_quantile(values, weight, 0.0)


def test_the_cell_of_an_expected_amount_begins_at_its_edge() -> None:
    cells = (
        IntervalCell("home", 0.0, None, 2.0, 200),
        IntervalCell("home", 100.0, -1.0, 1.0, 300),
        IntervalCell(None, 0.0, -100.0, 5.0, 150),
    )
    low, high = AmountIntervals(0.9, 0.5, cells).ends(
        np.array([0.0, 81.0, 100.0, 400.0, 100.0]), np.array(["home", "home", "home", "home", "other"])
    )

    assert [0.0, 0.0, 90.0, 380.0, 0.0] == low.tolist()
    assert [0.0, 99.0, 110.0, 420.0, 150.0] == high.tolist()
    assert 200 == AmountIntervals(0.9, 0.5, cells).people("home")
