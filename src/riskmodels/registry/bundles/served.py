"""Estimators as they serve: rebuilt from a bundle's bytes, and equal to those that were trained to the last bit."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import numpy.typing as npt

from riskmodels.errors import RegistryError
from riskmodels.registry.bundles.bundle_parts import Curve, LinearTerms, Sigmoid, TodaysPractice

__all__ = ["Served", "ServedBaseline", "ServedLinear", "ServedTrees", "cannot_be_built", "probability_of"]

FloatArray = npt.NDArray[np.float64]

LAST = float(np.finfo(np.float64).min)
"""Score of a person whose figure is missing, as today's practice leaves them: below everybody."""

_ALONE = threading.Lock()
"""Held while the linear model scores: its sums come out the same only on one thread of the linear algebra library, and
that is a setting of the whole process."""


class Served(Protocol):
    """A trained estimator that serves."""

    def raw_score(self, X: FloatArray) -> FloatArray:
        """Rank people: higher is more at risk. Shape (n_rows,)."""

    def contributions(self, X: FloatArray) -> tuple[FloatArray, float]:
        """Give what each column adds to each score, shape (n_rows, n_columns), and the score before any."""


class ServedTrees:
    """LightGBM, from its own text. Many threads may score at once, each on one thread of LightGBM's."""

    def __init__(self, text: bytes, columns: Sequence[str]) -> None:
        import lightgbm

        try:
            self._booster = lightgbm.Booster(model_str=text.decode("utf-8"))
        except (lightgbm.basic.LightGBMError, ValueError) as error:
            raise cannot_be_built(f"LightGBM stopped with {type(error).__name__}") from error
        if self._booster.num_feature() != len(columns) or self._booster.num_model_per_iteration() != 1:
            raise cannot_be_built(f"it has {self._booster.num_feature()} inputs, not {len(columns)}")

    def raw_score(self, X: FloatArray) -> FloatArray:
        """Give the log-odds before calibration. Shape (n_rows,)."""
        found = self._booster.predict(X, raw_score=True, num_iteration=-1, num_threads=1)
        return np.asarray(found, dtype=np.float64)

    def contributions(self, X: FloatArray) -> tuple[FloatArray, float]:
        """Give the path-dependent Shapley values of LightGBM's own method, exact in 64 bits."""
        found = self._booster.predict(X, pred_contrib=True, num_iteration=-1, num_threads=1)
        each = np.asarray(found, dtype=np.float64)
        return each[:, :-1], float(each[0, -1])


class ServedLinear:
    """The interpretable model, from its skops file."""

    def __init__(self, data: bytes, columns: Sequence[str], terms: LinearTerms | None) -> None:
        from threadpoolctl import ThreadpoolController

        from riskmodels.registry.bundles.skops_file import from_skops

        self._pipeline = from_skops(data)
        self._threads = ThreadpoolController()  # finding the libraries takes longer than scoring one case
        self._columns = len(columns)
        self._terms = terms
        if getattr(self._pipeline[0], "n_features_in_", None) != len(columns):
            raise cannot_be_built(f"it does not have the {len(columns)} inputs that the manifest lists")
        if terms is not None:
            expected = np.size(self._pipeline[-1].coef_)
            wrong = [place for place in terms.column_of if not 0 <= place < len(columns)]
            if wrong or not len(terms.mean) == len(terms.column_of) == expected:
                raise cannot_be_built(f"what is usual is not said of its {expected} terms")

    def raw_score(self, X: FloatArray) -> FloatArray:
        """Give the log-odds before calibration. Shape (n_rows,)."""
        with self._on_one_thread():
            return np.asarray(self._pipeline.decision_function(X), dtype=np.float64)

    def contributions(self, X: FloatArray) -> tuple[FloatArray, float]:
        """Give each term against its mean among the people compared with, times its coefficient, added up by column."""
        if self._terms is None:
            raise cannot_be_built("the bundle does not say what is usual in its terms")
        mean, model = np.array(self._terms.mean), self._pipeline[-1]
        coef = np.ravel(np.asarray(model.coef_, dtype=np.float64))
        with self._on_one_thread():
            prepared = np.asarray(self._pipeline[:-1].transform(X), dtype=np.float64)
            base = float(mean @ coef + np.ravel(model.intercept_)[0])
        found = np.zeros((len(X), self._columns))
        np.add.at(found.T, np.array(self._terms.column_of), ((prepared - mean) * coef).T)
        return found, base

    @contextmanager
    def _on_one_thread(self) -> Iterator[None]:
        """Keep the linear algebra library to one thread, with nobody else who sets it meanwhile."""
        with _ALONE, self._threads.limit(limits=1, user_api="blas"):
            yield


class ServedBaseline:
    """Today's practice, from plain numbers."""

    def __init__(self, practice: TodaysPractice, columns: Sequence[str]) -> None:
        if practice.column not in columns:
            raise cannot_be_built("today's practice ranks by a column that the model does not have")
        self._place = list(columns).index(practice.column)
        self._sign, self._curve = practice.sign, practice.calibrator
        self._values, self._ranks = np.array(practice.values), np.array(practice.ranks)

    def raw_score(self, X: FloatArray) -> FloatArray:
        """Rank people by the figure itself; those without one come last. Shape (n_rows,)."""
        figure = X[:, self._place]
        return np.where(np.isnan(figure), LAST, self._sign * figure)

    def probability(self, score: FloatArray) -> FloatArray:
        """Give the probability that goes with each raw score. Shape (n_rows,)."""
        rank = np.where(score == LAST, 0.0, np.interp(score, self._values, self._ranks))
        return probability_of(self._curve, rank)


def probability_of(curve: Curve, score: FloatArray) -> FloatArray:
    """Give the probability that goes with each score. Shape (n_rows,)."""
    if isinstance(curve, Sigmoid):
        from scipy.special import expit

        return np.asarray(expit(curve.intercept + curve.slope * score), dtype=np.float64)
    return np.asarray(np.interp(score, curve.scores, curve.probabilities), dtype=np.float64)


def cannot_be_built(why: str) -> RegistryError:
    """Word that a bundle's model cannot be built here."""
    return RegistryError(
        f"the bundle's model cannot be built: {why}",
        expected="a bundle that riskmodels wrote, and the versions that its requirements.txt lists",
        next_step="Install what requirements.txt of the bundle lists, or train the model again.",
        who="the data scientist who trained the model",
    )
