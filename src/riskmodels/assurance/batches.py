"""Exact contributions of many rows at once: WOODELF where it is right, LightGBM's own method where it is not.

Both give the path-dependent Shapley values of Lundberg et al. 2020 (doi:10.1038/s42256-019-0138-9) on the raw margin.
WOODELF (Nadel and Wettenstein 2026, arXiv 2605.14578) is some ten times quicker, but adds up in 32 bits, refuses
categorical splits and is silently wrong where zeros count as missing. So it is refused there; its trees are taken some
at a time and added up in 64 bits; every row is checked against its score, and a sample against SHAP. Any doubt falls
back.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import AssuranceError
from riskmodels.records.explanation import HowExplained

__all__ = ["LARGEST_GAP", "LARGEST_GAP_ALONE", "Contributions", "tree_contributions", "why_not_woodelf"]

FloatArray = npt.NDArray[np.float64]

LARGEST_GAP = 1e-5
"""Most that a batch's contributions may miss its scores or SHAP by, in log-odds (or the logarithm of the amount)."""

LARGEST_GAP_ALONE = 1e-6
"""The same for a single case."""

_FEW_ROWS = 500
_TREES_AT_ONCE = 25
_ROWS_AT_ONCE = 100_000
_CHECKED_ROWS = 200
_CATEGORICAL, _ZERO_IS_MISSING = 1, 1
_TAKEN_BY_SHAP_TOO = "SHAP itself hands LightGBM's trees to this method, so the scores are the check that counts."


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each column adds to each row's score, the score before any, and how they were found."""

    values: FloatArray
    base: float
    how: HowExplained


def tree_contributions(
    booster: Any, X: FloatArray, score: FloatArray, *, reference: Callable[[FloatArray], FloatArray], seed: int
) -> Contributions:
    """Explain rows of a LightGBM model, by the fastest method that proves exact on them.

    Parameters
    ----------
    booster : lightgbm.Booster
        One score a row (a risk or an amount).
    X : float array, shape (n_rows, n_columns)
        Inputs in the booster's order, in 64 bits; LightGBM compares them so, and nothing here narrows them.
    score : float array, shape (n_rows,)
        Its raw scores.
    reference : callable
        Gives SHAP's contributions of some rows, to check against.
    seed : int
        Of the rows that are checked against SHAP.

    Raises
    ------
    AssuranceError
        If no method's contributions add up to the scores.
    """
    pick = np.random.Generator(np.random.PCG64(seed)).permutation(len(X))[:_CHECKED_ROWS]
    right = reference(X[pick])
    base = float(_by_lightgbm(booster, X[:1])[0, -1])
    reason = "few rows: the slower method is exact in 64 bits" if len(X) <= _FEW_ROWS else why_not_woodelf(booster)
    if reason is None:
        try:
            values = _by_woodelf(booster, X)
        except Exception as error:  # noqa: BLE001 - whatever another's package fails on, there is an exact way without
            reason = f"WOODELF stopped with {type(error).__name__}"
        else:
            how = _judged("woodelf", values, base, score, pick, right)
            if max(how.largest_difference, how.largest_gap) <= LARGEST_GAP:
                return Contributions(values, base, how)
            reason = f"WOODELF missed SHAP by {how.largest_difference:.1e} and the score by {how.largest_gap:.1e}"
    values = _by_lightgbm(booster, X)[:, :-1]
    how = _judged("pred_contrib", values, base, score, pick, right, reason)
    must_add_up(how, len(X))
    return Contributions(values, base, how)


def why_not_woodelf(booster: Any) -> str | None:
    """Say why WOODELF would be wrong on a booster, or None: read from its trees and its parameters."""
    text = booster.model_to_string()
    kinds = [int(kind) for line in re.findall(r"^decision_type=(.*)$", text, re.MULTILINE) for kind in line.split()]
    if any(kind & _CATEGORICAL for kind in kinds):
        return "the model has categorical splits"
    zero_parameter = re.search(r"^\[zero_as_missing: (1|true)\]$", text, re.MULTILINE)
    if zero_parameter or any((kind >> 2) & 3 == _ZERO_IS_MISSING for kind in kinds):
        return "the model takes zeros for missing"
    if re.search(r"^is_linear=1$", text, re.MULTILINE):
        return "the model has linear leaves"
    if re.search(r"^average_output$", text, re.MULTILINE):
        return "the model averages its trees"
    return None


def must_add_up(how: HowExplained, rows: int) -> None:
    """Refuse contributions that do not add up to the score."""
    most = LARGEST_GAP_ALONE if rows == 1 else LARGEST_GAP
    worst = max(how.largest_gap, how.largest_difference)
    if worst <= most:
        return
    raise AssuranceError(
        f"contributions miss the score or SHAP by up to {worst:.1e} ({how.engine}, {rows:,} rows)",
        expected=f"contributions that add up to the score, to {most:g}",
        next_step="Do not show these reasons to anyone; find out whether the model was changed after it was trained.",
        who="the data scientist who trained the model",
    )


def _by_lightgbm(booster: Any, X: FloatArray) -> FloatArray:
    return np.asarray(booster.predict(X, pred_contrib=True, num_iteration=-1, num_threads=1), dtype=np.float64)


def _by_woodelf(booster: Any, X: FloatArray) -> FloatArray:
    from woodelf import WoodelfExplainer
    from woodelf.core.trees.decision_trees_ensemble import DecisionTreesEnsemble
    from woodelf.core.trees.parse_models import load_decision_tree_ensemble_model

    names = [f"f{place}" for place in range(X.shape[1])]
    total = np.zeros(X.shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trees = load_decision_tree_ensemble_model(booster, names).trees
        some = [
            WoodelfExplainer(DecisionTreesEnsemble(trees[start : start + _TREES_AT_ONCE]))
            for start in range(0, len(trees), _TREES_AT_ONCE)
        ]
        for start in range(0, len(X), _ROWS_AT_ONCE):
            part = pd.DataFrame(X[start : start + _ROWS_AT_ONCE], columns=names)
            for one in some:
                total[start : start + _ROWS_AT_ONCE] += one.shap_values(part, verbose=False)
    return total


def _judged(
    engine: Any,
    values: FloatArray,
    base: float,
    score: FloatArray,
    pick: npt.NDArray[np.int64],
    right: FloatArray,
    reason: str | None = None,
) -> HowExplained:
    return HowExplained(
        engine=engine,
        checked_rows=len(pick),
        largest_difference=_largest(values[pick] - right),
        largest_gap=_largest(values.sum(axis=1) + base - score),
        fell_back_because=reason,
        note=_TAKEN_BY_SHAP_TOO if engine == "pred_contrib" else "",
    )


def _largest(differences: FloatArray) -> float:
    """Give the largest difference; one that is not a number counts as infinite, so that no check lets it through."""
    worst = float(np.max(np.abs(differences), initial=0.0))
    return worst if np.isfinite(worst) else float("inf")
