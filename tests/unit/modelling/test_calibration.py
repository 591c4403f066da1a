from __future__ import annotations

import numpy as np
import pytest

from riskmodels.modelling.calibration import (
    IsotonicCalibrator,
    SigmoidCalibrator,
    choose_calibrator,
    fit_isotonic,
    fit_sigmoid,
    log_losses,
)


def sample(size: int = 4000, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=size), rng.random(size), np.ones(size)


def test_a_sigmoid_finds_the_line_it_was_made_with() -> None:
    score, luck, weight = sample(50_000)
    y = (luck < 1 / (1 + np.exp(-(2 * score - 1)))).astype(float)
    found = fit_sigmoid(score, y, weight=weight)
    assert (pytest.approx(-1, abs=0.05), pytest.approx(2, abs=0.05)) == (found.intercept, found.slope)


def test_a_score_that_falls_with_risk_or_is_constant_gives_everybody_the_base_rate() -> None:
    score, luck, weight = sample()
    y = (luck < 1 / (1 + np.exp(score))).astype(float)
    for useless in (score, np.zeros(len(y))):
        found = fit_sigmoid(useless, y, weight=weight)
        assert 0.0 == found.slope
        assert pytest.approx(y.mean(), abs=1e-3) == found.probability(np.array([0.0]))[0]


def test_scores_that_separate_perfectly_still_give_finite_probabilities() -> None:
    score, y = np.linspace(-1, 1, 100), np.repeat([0.0, 1.0], 50)
    chance = fit_sigmoid(score, y, weight=np.ones(100)).probability(score)
    assert 0 < chance.min() < 0.05
    assert 0.95 < chance.max() < 1


def test_isotonic_steps_stay_off_0_and_1_and_level_beyond_the_ends() -> None:
    found = fit_isotonic(np.arange(10.0), np.repeat([0.0, 1.0], 5), weight=np.ones(10))
    assert [0.05, 0.95] == found.probability(np.array([-99.0, 99.0])).tolist()


def test_a_sigmoid_shape_gets_a_sigmoid() -> None:
    score, luck, weight = sample()
    y = (luck < 1 / (1 + np.exp(-score))).astype(float)
    chosen = choose_calibrator(score, y, weight=weight, entity=np.arange(len(y)))
    assert isinstance(chosen, SigmoidCalibrator)
    assert "sigmoid" in chosen.says


def test_a_shape_that_no_sigmoid_has_gets_isotonic_steps() -> None:
    score, luck, weight = sample(60_000)
    truth = 0.05 + 0.25 * (score > -1) + 0.3 * (score > 0.5) + 0.02 * score  # two cliffs
    y = (luck < np.clip(truth, 0.01, 0.99)).astype(float)
    chosen = choose_calibrator(score, y, weight=weight, entity=np.arange(len(y)))
    assert isinstance(chosen, IsotonicCalibrator)
    assert "levels" in chosen.says


def test_steps_that_tell_few_people_apart_are_not_used() -> None:
    score, luck, weight = sample(600)
    y = (luck < np.where(score > 0, 0.9, 0.05)).astype(float)  # a cliff, and few rows: few steps, though closer
    assert len(np.unique(fit_isotonic(score, y, weight=weight).probabilities)) < 20
    assert isinstance(choose_calibrator(score, y, weight=weight, entity=np.arange(600)), SigmoidCalibrator)


def test_a_score_of_few_values_may_keep_them_all() -> None:
    rng = np.random.default_rng(2)
    score, luck, weight = rng.integers(0, 4, 20_000).astype(float), rng.random(20_000), np.ones(20_000)
    rates = np.array([0.05, 0.06, 0.07, 0.6])  # no sigmoid bends like this
    y = (luck < rates[score.astype(int)]).astype(float)
    chosen = choose_calibrator(score, y, weight=weight, entity=np.arange(20_000))
    assert isinstance(chosen, IsotonicCalibrator)
    assert pytest.approx(rates, abs=0.02) == chosen.probability(np.arange(4.0)).tolist()


def test_log_losses_by_hand() -> None:
    assert (
        pytest.approx([-np.log(0.8), -np.log(0.8)]) == log_losses(np.array([1.0, 0.0]), np.array([0.8, 0.2])).tolist()
    )
    assert np.isfinite(log_losses(np.array([1.0]), np.array([0.0]))).all()
