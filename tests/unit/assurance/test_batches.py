from __future__ import annotations

import warnings
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from riskmodels.assurance import batches
from riskmodels.assurance.batches import LARGEST_GAP, tree_contributions, why_not_woodelf
from riskmodels.errors import AssuranceError

ROWS, COLUMNS = 1200, 6


def data(*, missing: float = 0.15, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(ROWS, COLUMNS))
    X[:, 2] = rng.integers(0, 4, ROWS)
    X[rng.random(X.shape) < missing] = np.nan
    line = np.nan_to_num(X[:, 0]) + np.nan_to_num(X[:, 1]) * np.nan_to_num(X[:, 2]) - 1
    return X, (rng.random(ROWS) < 1 / (1 + np.exp(-line))).astype(float)


def grown(X: np.ndarray, y: np.ndarray, *, rounds: int = 80, categorical: Any = "auto", **settings: Any) -> lgb.Booster:
    chosen = {"objective": "binary", "num_leaves": 15, "verbosity": -1, "num_threads": 1, "seed": 1, **settings}
    return lgb.train(chosen, lgb.Dataset(X, y, categorical_feature=categorical, params=chosen), rounds)


def shap_of(booster: lgb.Booster) -> Any:
    return lambda X: np.asarray(booster.predict(X, pred_contrib=True))[:, :-1]


def explain(booster: lgb.Booster, X: np.ndarray, **rest: Any) -> batches.Contributions:
    score = np.asarray(booster.predict(X, raw_score=True))
    return tree_contributions(booster, X, score, **{"reference": shap_of(booster), "seed": 1, **rest})


def by_shaps_own_code(booster: lgb.Booster, X: np.ndarray) -> np.ndarray:
    """Give SHAP's contributions by its own C code: on its own it would hand the trees back to LightGBM."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing shap warns of matplotlib's plans
        import shap

        explainer = shap.TreeExplainer(booster)
        explainer.model.model_type = "internal"
        return np.asarray(explainer.shap_values(X, check_additivity=False))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_batches_go_through_woodelf_and_equal_three_other_ways(missing: float) -> None:
    X, y = data(missing=missing)
    booster = grown(X, y)
    found = explain(booster, X)
    score = booster.predict(X, raw_score=True)

    assert ("woodelf", None, 200) == (found.how.engine, found.how.fell_back_because, found.how.checked_rows)
    assert np.abs(found.values.sum(axis=1) + found.base - score).max() <= LARGEST_GAP
    assert np.abs(found.values - booster.predict(X, pred_contrib=True)[:, :-1]).max() <= LARGEST_GAP
    assert np.abs(found.values - by_shaps_own_code(booster, X)).max() <= LARGEST_GAP
    assert 0 < found.how.largest_gap <= LARGEST_GAP


def test_values_missing_only_when_explained_go_where_lightgbm_sends_them() -> None:
    X, y = data(missing=0.0)
    booster = grown(X, y)
    gaps = np.where(np.random.default_rng(5).random(X.shape) < 0.3, np.nan, X)
    found = explain(booster, gaps)
    assert np.abs(found.values - booster.predict(gaps, pred_contrib=True)[:, :-1]).max() <= LARGEST_GAP


def test_a_single_case_is_exact_in_64_bits() -> None:
    X, y = data()
    booster = grown(X, y)
    found = explain(booster, X[:1])
    assert "pred_contrib" == found.how.engine
    assert found.how.largest_gap <= 1e-12
    assert "few rows" in (found.how.fell_back_because or "")


def test_trees_added_up_in_64_bits_come_nearer_than_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = data()
    booster = grown(X, y, rounds=400, learning_rate=0.3)
    right = booster.predict(X, pred_contrib=True)[:, :-1]
    some_at_a_time = np.abs(batches._by_woodelf(booster, X) - right).max()
    monkeypatch.setattr(batches, "_TREES_AT_ONCE", 10_000)
    all_at_once = np.abs(batches._by_woodelf(booster, X) - right).max()
    assert some_at_a_time <= LARGEST_GAP
    assert some_at_a_time < all_at_once / 2


@pytest.mark.parametrize(
    ("settings", "categorical", "why"),
    [
        ({"zero_as_missing": True}, "auto", "zeros for missing"),
        ({"min_data_per_group": 1, "cat_smooth": 1}, [2], "categorical"),
        ({"linear_tree": True}, "auto", "linear leaves"),
        ({"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}, "auto", "averages"),
    ],
)
def test_models_that_woodelf_gets_wrong_are_refused_beforehand(
    settings: dict[str, Any], categorical: Any, why: str
) -> None:
    X, y = data(missing=0.0)
    booster = grown(X, y, categorical=categorical, rounds=20, **settings)
    assert why in (why_not_woodelf(booster) or "")
    assert why_not_woodelf(grown(X, y, rounds=20)) is None


def test_zeros_taken_for_missing_fall_back_and_are_right() -> None:
    X, y = data(missing=0.0)
    booster = grown(X, y, zero_as_missing=True)
    found = explain(booster, X)
    assert "pred_contrib" == found.how.engine
    assert "zeros for missing" in (found.how.fell_back_because or "")
    assert found.how.largest_gap <= 1e-9


def test_a_difference_from_shap_falls_back_even_where_the_sums_agree() -> None:
    X, y = data()
    booster = grown(X, y)

    def swapped(some: np.ndarray) -> np.ndarray:
        return shap_of(booster)(some)[:, ::-1]

    with pytest.raises(AssuranceError, match="miss the score or SHAP"):
        explain(booster, X, reference=swapped)


def test_a_woodelf_that_is_wrong_or_fails_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = data()
    booster = grown(X, y)
    right = batches._by_woodelf(booster, X)
    moved = right + np.array([1e-3, -1e-3, 0, 0, 0, 0])  # sums are right, single figures are not
    for wrong, why in ((moved, "missed SHAP by 1.0e-03"), (right + np.nan, "inf")):
        monkeypatch.setattr(batches, "_by_woodelf", lambda *_, given=wrong: given)
        found = explain(booster, X)
        assert ("pred_contrib", True) == (found.how.engine, why in (found.how.fell_back_because or ""))

    def fails(*_: Any) -> Any:
        raise ImportError("no such package")

    monkeypatch.setattr(batches, "_by_woodelf", fails)
    assert "WOODELF stopped with ImportError" == explain(booster, X).how.fell_back_because


@pytest.mark.parametrize("rows", [1, ROWS])
def test_contributions_that_do_not_add_up_are_an_error_not_a_figure(rows: int) -> None:
    X, y = data()
    booster = grown(X, y)
    score = np.asarray(booster.predict(X[:rows], raw_score=True)) + (2e-6 if rows == 1 else 2e-5)
    with pytest.raises(AssuranceError, match="miss the score") as caught:
        tree_contributions(booster, X[:rows], score, reference=shap_of(booster), seed=1)
    assert "to 1e-06" in caught.value.expected if rows == 1 else "to 1e-05" in caught.value.expected
