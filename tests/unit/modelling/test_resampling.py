from __future__ import annotations

import numpy as np
import pytest

from riskmodels.modelling.evaluation import area_interval
from riskmodels.modelling.resampling import draws, percentile_interval, proportion_interval, shifted_interval
from riskmodels.modelling.rows import Rows
from riskmodels.records import Interval


def test_whole_entities_are_drawn_and_weights_kept() -> None:
    entity, weight = np.array([5, 9, 5, 7]), np.array([1.0, 2.0, 3.0, 1.5])
    drawn = np.concatenate(list(draws(entity, weight, seed=1, replicates=50)))
    assert (50, 4) == drawn.shape
    counts = drawn / weight
    assert (counts[:, 0] == counts[:, 2]).all()
    assert {3.0} == set((counts[:, 0] + counts[:, 1] + counts[:, 3]).tolist())


def test_the_same_seed_gives_the_same_resamples_and_another_does_not() -> None:
    entity, weight = np.arange(20), np.ones(20)
    one, same, other = (np.concatenate(list(draws(entity, weight, seed=seed, replicates=9))) for seed in (1, 1, 2))
    assert (one == same).all()
    assert not (one == other).all()


def test_a_percentile_interval_by_hand() -> None:
    assert Interval(0.5, 2.5, 97.5) == percentile_interval(0.5, np.arange(101.0))


def test_undefined_stays_undefined() -> None:
    mostly = np.where(np.arange(100) < 6, np.nan, 0.5)
    assert Interval(None) == percentile_interval(None, np.ones(10))
    assert Interval(0.5) == percentile_interval(0.5, mostly)
    assert Interval(0.5) == proportion_interval(0.5, mostly, trials=10)
    assert Interval(None) == shifted_interval(float("nan"), np.ones(10))
    assert "not defined" == Interval(None).as_text()
    assert "0.500 (interval not defined)" == Interval(0.5).as_text()


def test_small_figures_are_worded_with_one_more_decimal() -> None:
    assert "0.0391 (0.0360 to 0.0410)" == Interval(0.0391, 0.036, 0.041).as_text()
    assert "0.771 (0.758 to 0.784)" == Interval(0.771, 0.758, 0.784).as_text()


def test_no_hit_at_all_still_has_width() -> None:
    found = proportion_interval(0.0, np.zeros(100), trials=10)
    assert (0.0, 0.0) == (found.value, found.low)
    assert pytest.approx(0.2775, abs=1e-4) == found.high  # Wilson's interval for 0 of 10


def test_wilsons_interval_at_the_size_that_the_resamples_imply() -> None:
    rng = np.random.default_rng(1)
    resampled = rng.binomial(100, 0.3, size=200_000) / 100
    found = proportion_interval(0.3, resampled, trials=5)
    assert (pytest.approx(0.2189, abs=2e-3), pytest.approx(0.3958, abs=2e-3)) == (found.low, found.high)  # 30 of 100


def test_a_shifted_interval_takes_the_bias_of_resampling_off_and_stops_at_the_least() -> None:
    resampled = np.linspace(0.2, 0.4, 101)  # mean 0.3, and the figure itself is 0.1
    found = shifted_interval(0.1, resampled)
    assert (pytest.approx(0.005), pytest.approx(0.195)) == (found.low, found.high)
    assert 0.01 == shifted_interval(0.1, resampled, least=0.01).low


def panel(rng: np.random.Generator, entities: int, periods: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of one entity share most of their score and of their luck."""
    own, luck = rng.normal(size=(entities, 1)), rng.normal(size=(entities, 1))
    score = own + 0.3 * rng.normal(size=(entities, periods))
    y = (0.8 * score + luck + 0.4 * rng.normal(size=(entities, periods)) > 1.5).astype(float)
    return np.repeat(np.arange(entities), periods), score.ravel(), y.ravel()


def panel_rows(entity: np.ndarray, y: np.ndarray) -> Rows:
    size = len(y)
    days = np.full(size, "2024-01-01", dtype="datetime64[D]")
    return Rows(np.zeros((size, 1)), y, np.ones(size), entity, days, np.zeros(size, dtype=bool))


@pytest.mark.slow
@pytest.mark.long
def test_the_interval_of_the_area_covers_the_truth_on_a_panel_and_resampling_rows_would_not() -> None:
    rng = np.random.default_rng(20260101)
    _, score, y = panel(rng, 200_000, 6)
    truth = auc(score, y)
    covered, covered_by_rows = [], []
    for trial in range(600):
        entity, score, y = panel(rng, 250, 6)
        covered.append(inside(area_interval(panel_rows(entity, y), score, seed=trial, replicates=400), truth))
        if trial < 100:
            rows = panel_rows(np.arange(len(y)), y)
            covered_by_rows.append(inside(area_interval(rows, score, seed=trial, replicates=400), truth))
    assert 0.93 <= np.mean(covered) <= 0.97
    assert np.mean(covered_by_rows) < 0.85


def inside(interval: Interval, truth: float) -> bool:
    return interval.low is not None and interval.high is not None and interval.low <= truth <= interval.high


def auc(score: np.ndarray, y: np.ndarray) -> float:
    rank = np.argsort(np.argsort(score)) + 1.0
    positives = y.sum()
    return float((rank[y == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(y) - positives)))
