from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn import metrics as sk

from riskmodels.modelling.metrics import METRICS, Measured, cox_line, equal_bins, measured


def figures(
    score: list[float] | np.ndarray,
    y: list[int] | np.ndarray,
    *,
    probability: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    capacity: int = 1,
) -> dict[str, float]:
    values, outcome = np.asarray(score, dtype=float), np.asarray(y, dtype=float)
    heavy = np.ones(len(outcome)) if weight is None else weight
    chance = 1 / (1 + np.exp(-values)) if probability is None else probability
    ready = measured(values, chance, outcome, weight=heavy, capacity=capacity)
    return {name: float(value[0]) for name, value in ready.figures(heavy[None, :]).items()}


@pytest.fixture(name="sample", scope="module")
def _sample() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    score = rng.normal(size=400).round(1)  # many ties
    y = (rng.random(400) < 1 / (1 + np.exp(1 - score))).astype(float)
    return score, y, 1 + rng.random(400)


def test_ranking_and_loss_figures_are_scikit_learns_with_ties_and_weights(sample: tuple[np.ndarray, ...]) -> None:
    score, y, weight = sample
    p = 1 / (1 + np.exp(-score))
    found = figures(score, y, weight=weight, capacity=50)
    assert pytest.approx(sk.roc_auc_score(y, score, sample_weight=weight)) == found["roc_auc"]
    assert pytest.approx(sk.average_precision_score(y, score, sample_weight=weight)) == found["average_precision"]
    assert pytest.approx(sk.brier_score_loss(y, p, sample_weight=weight)) == found["brier_score_loss"]
    assert pytest.approx(sk.log_loss(y, p, sample_weight=weight)) == found["log_loss"]
    assert list(METRICS) == list(found)


def test_a_worked_example_by_hand() -> None:
    found = figures([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0], probability=np.array([0.9, 0.8, 0.7, 0.6]), capacity=2)
    assert 0.75 == found["roc_auc"]  # 3 of the 4 pairs are in order
    assert pytest.approx((1 + 2 / 3) / 2) == found["average_precision"]
    assert 0.5 == found["precision_at_capacity"] == found["called_high_who_were"]
    assert 0.5 == found["recall_at_capacity"]
    assert 1.0 == found["lift_at_capacity"]
    assert 0.5 == found["called_low_who_were_not"]
    assert pytest.approx((0.01 + 0.64 + 0.09 + 0.36) / 4) == found["brier_score_loss"]
    assert pytest.approx(0.5 - 0.75) == found["calibration_in_the_large"]


@pytest.mark.parametrize("capacity", [1, 2, 3, 4, 5, 6])
def test_precision_and_recall_at_capacity_are_means_over_all_orders_of_the_ties(capacity: int) -> None:
    score, y = [3, 2, 2, 2, 1, 1], [0, 1, 0, 1, 1, 0]
    hits = []
    for order in itertools.permutations(range(6)):
        listed = sorted(order, key=lambda place: -score[place])[:capacity]  # a stable sort leaves ties as they come
        hits.append(sum(y[place] for place in listed))
    found = figures(score, y, capacity=capacity)
    assert pytest.approx(np.mean(hits) / capacity) == found["precision_at_capacity"]
    assert pytest.approx(np.mean(hits) / 3) == found["recall_at_capacity"]
    if capacity < 6:
        assert pytest.approx(1 - (3 - np.mean(hits)) / (6 - capacity)) == found["called_low_who_were_not"]


def test_a_constant_score_is_a_guess() -> None:
    found = figures([0.0] * 10, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], capacity=4)
    assert 0.5 == found["roc_auc"]
    assert pytest.approx(0.1) == found["precision_at_capacity"]
    assert pytest.approx(0.4) == found["recall_at_capacity"]
    assert pytest.approx(1.0) == found["lift_at_capacity"]
    assert pytest.approx(0.9) == found["called_low_who_were_not"]
    assert np.isnan(found["calibration_slope"])


def test_what_is_not_defined_is_not_zero() -> None:
    none_positive = figures([0.1, 0.2, 0.3], [0, 0, 0], capacity=1)
    assert all(
        np.isnan(none_positive[name])
        for name in ("roc_auc", "average_precision", "recall_at_capacity", "lift_at_capacity", "calibration_slope")
    )
    assert 0.0 == none_positive["precision_at_capacity"]  # a list of one with no hit is a true 0
    assert np.isnan(figures([1, 2], [0, 1], capacity=2)["called_low_who_were_not"])  # nobody was called low


def test_weights_are_people() -> None:
    score, y, weight = np.array([3.0, 2.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0, 0.0]), np.array([2.0, 1.0, 3.0, 2.0])
    spread = np.repeat(np.arange(4), weight.astype(int))
    heavy = figures(score, y, weight=weight, capacity=3)
    several = figures(score[spread], y[spread], capacity=3)
    for name in METRICS:
        assert pytest.approx(several[name], nan_ok=True) == heavy[name], name


def test_the_calibration_slope_is_the_maximum_likelihood_one(sample: tuple[np.ndarray, ...]) -> None:
    score, y, weight = sample

    def loss(line: np.ndarray) -> float:
        z = line[0] + line[1] * score
        return float((weight * (np.logaddexp(0, z) - y * z)).sum())

    best = minimize(loss, [0.0, 1.0], tol=1e-12).x
    found = cox_line(1 / (1 + np.exp(-score)), y, weight=weight)
    assert found is not None
    assert pytest.approx(best, abs=1e-4) == np.array(found)
    assert pytest.approx(best[1], abs=1e-4) == figures(score, y, weight=weight)["calibration_slope"]


def test_a_slope_that_runs_away_is_not_defined() -> None:
    assert cox_line(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0.0, 0.0, 1.0, 1.0]), weight=np.ones(4)) is None


def test_one_newton_step_is_close_to_the_full_refit_of_a_resample() -> None:
    rng = np.random.default_rng(4)
    z = rng.normal(size=3000)
    y = (rng.random(3000) < 1 / (1 + np.exp(-z))).astype(float)
    p = 1 / (1 + np.exp(-0.8 * z))
    ready: Measured = measured(z, p, y, weight=np.ones(3000), capacity=10)
    counts = rng.multinomial(3000, np.full(3000, 1 / 3000), size=20).astype(float)
    quick = ready.figures(counts)["calibration_slope"]
    full = np.array([(cox_line(p, y, weight=one) or (np.nan, np.nan))[1] for one in counts])
    assert np.abs(quick - full).max() < 0.15 * full.std()


def test_calibration_error_is_the_mean_gap_over_the_groups() -> None:
    p = np.array([0.1] * 20 + [0.6] * 20)
    y = np.array([1.0] * 4 + [0.0] * 16 + [1.0] * 10 + [0.0] * 10)  # 20% against 10%, 50% against 60%
    assert pytest.approx(0.1) == figures(p, y, probability=p)["calibration_error"]


def test_groups_of_similar_probability_hold_ten_people_at_least_and_never_part_equals() -> None:
    rng = np.random.default_rng(5)
    for size in (5, 10, 37, 250, 1000):
        p = rng.random(size).round(2)
        group = equal_bins(p)
        assert min(np.bincount(group)) >= min(size, 10)
        assert all(len(set(group[p == value])) == 1 for value in set(p))
        assert len(set(group)) <= 10
    assert 10 == len(set(equal_bins(np.linspace(0, 1, 1000))))
