from __future__ import annotations

import numpy as np
import pytest

from riskmodels.assurance.intervals import Z, breach_p, difference, effective_size, holm, wilson


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_difference_as_newcombe_published_it(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference((first[0] / first[1], first[1]), (second[0] / second[1], second[1]))
    assert (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5)) == (float(found[0]), float(found[1]))


def test_wilsons_interval_by_hand_and_undefined_without_anybody() -> None:
    low, high = wilson([0.0, 1.0, 0.3, 0.3], [10, 10, 100, 0])
    assert [0.0, pytest.approx(0.7225, abs=1e-4), pytest.approx(0.2189, abs=1e-4)] == low[:3].tolist()
    assert [pytest.approx(0.2775, abs=1e-4), 1.0, pytest.approx(0.3958, abs=1e-4)] == high[:3].tolist()
    assert np.isnan([low[3], high[3]]).all()


def test_a_share_compared_with_itself_does_not_differ_and_one_that_moves_against_it_differs_more() -> None:
    shares = (0.4, 50.0), (0.4, 50.0)
    low, high = difference(*shares, correlation=1.0)
    assert (0.0, 0.0) == (pytest.approx(float(low), abs=0.06), pytest.approx(float(high), abs=0.06))
    apart, against = (np.ptp(difference(*shares, correlation=r)) for r in (0.0, -0.9))
    assert against > apart > high - low


def test_a_breach_is_proven_exactly_where_the_interval_lies_outside_the_tolerance() -> None:
    rng = np.random.default_rng(1)
    first = rng.integers(0, 41, 3000) / 40, np.full(3000, 40.0)
    second = rng.integers(0, 91, 3000) / 90, np.full(3000, 90.0)
    low, high = difference(first, second)
    p = breach_p(first, second, 0.1)
    outside = (low > 0.1) | (high < -0.1)
    assert outside.any()
    assert (~outside).any()
    assert (outside == (p < 2 * (1 - 0.975))).all()
    assert (p[np.abs(first[0] - second[0]) <= 0.1] == 1).all()


def test_what_is_not_defined_has_no_p() -> None:
    assert np.isnan(breach_p((np.nan, 10), (0.5, 10), 0.1))


def test_holm_by_hand() -> None:
    assert (0.03, 0.06, 0.06, 0.02) == pytest.approx(holm([0.01, 0.04, 0.03, 0.005]))
    assert (1.0, 1.0) == holm([0.9, 0.8])
    assert () == holm([])


def test_rows_that_move_together_count_for_fewer() -> None:
    share, rows = np.array([0.3]), np.array([1200.0])
    people = np.array([100.0])
    independent = effective_size(share, share * (1 - share) / 1200, people, rows)
    together = effective_size(share, share * (1 - share) / 100, people, rows)
    assert 1100 < independent[0] < 1200
    assert 90 < together[0] < 100


def test_no_variance_at_all_counts_people_and_not_rows() -> None:
    assert [40.0] == effective_size(np.array([0.0]), np.array([0.0]), np.array([40.0]), np.array([480.0])).tolist()


def test_few_people_tell_less_than_their_variance_says() -> None:
    share, variance = np.array([0.5]), np.array([0.25 / 50])
    few, many = (effective_size(share, variance, np.array([n]), np.array([1e9]))[0] for n in (5.0, 5000.0))
    assert few < 0.5 * many
    assert pytest.approx(50, rel=0.01) == many
    assert pytest.approx(1.96, abs=1e-3) == Z
