"""Ours against SHAP's two ways, compared and then timed."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from measuring.results import Result
from measuring.timing import in_turns

from explain_sides.made_model import Made
from riskmodels.assurance.batches import tree_contributions

__all__ = ["Contest"]

FloatArray = npt.NDArray[np.float64]

_WORK = "contributions of a batch"
_OURS = "riskmodels"
_AS_IT_COMES = "shap.TreeExplainer"
_OWN_CODE = "shap's own C code"


class Contest:
    """The contestants with the model and the rows that they explain.

    Parameters
    ----------
    share : float
        Part of the rows that SHAP's contestants explain; their times are scaled up to all.
    """

    def __init__(self, model: Made, *, share: float, threads: int, say: Callable[[str], None]) -> None:
        self._model, self._say, self._threads = model, say, threads
        self._part = model.X[: max(1, int(share * len(model.X)))]
        self._scale = len(model.X) / len(self._part)

    def largest_difference(self, rows: int) -> float:
        """Explain some rows in every way, and give the largest difference of any from SHAP, in log-odds."""
        some = self._model.X[:rows]
        right = _shap(self._model, some, own_code=False)
        others = (self._ours(rows), _shap(self._model, some, own_code=True))
        return max(float(np.abs(other - right).max()) for other in others)

    def results(self, *, repeats: int, goal: float, difference: float) -> list[Result]:
        """Time the contestants in turns."""
        seconds = in_turns(
            {
                _OURS: lambda: self._ours(len(self._model.X)),
                _AS_IT_COMES: lambda: _shap(self._model, self._part, own_code=False),
                _OWN_CODE: lambda: _shap(self._model, self._part, own_code=True),
            },
            repeats=repeats,
            say=self._say,
        )
        scaled = "" if self._scale == 1 else f"; measured on {len(self._part):,} rows and scaled up"
        note = f"largest difference {difference:.1e} log-odds; SHAP on {self._threads} thread(s), ours on 1{scaled}"
        return [
            Result(
                _WORK, name, seconds[_OURS], seconds[name] * self._scale, goal if name == _AS_IT_COMES else None, note
            )
            for name in (_AS_IT_COMES, _OWN_CODE)
        ]

    def _ours(self, rows: int) -> FloatArray:
        """Do all that a run does: the scores, WOODELF, and both checks; a fall-back to the slower method is said."""
        model, X = self._model, self._model.X[:rows]
        score = np.asarray(model.booster.predict(X, raw_score=True, num_threads=1), dtype=np.float64)
        found = tree_contributions(
            model.booster, X, score, reference=lambda some: _shap(model, some, own_code=False), seed=1
        )
        if found.how.engine != "woodelf":
            self._say(f"the fastest method was not used: {found.how.fell_back_because}")
        return found.values


def _shap(model: Made, X: FloatArray, *, own_code: bool) -> FloatArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap

        explainer = shap.TreeExplainer(model.booster)
        if own_code:
            explainer.model.model_type = "internal"  # else it hands LightGBM's trees back to LightGBM
        return np.asarray(explainer.shap_values(X, check_additivity=False), dtype=np.float64)
