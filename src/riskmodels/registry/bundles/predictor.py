"""A bundle that scores: equal to the model that was trained to the last bit, and without what training needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodels.errors import RegistryError, ScoringError, UntrustedError
from riskmodels.governance.wire import sha256
from riskmodels.registry.bundles.bundle_parts import (
    BASELINE,
    CALIBRATOR,
    CONTRACT,
    DEFINITION,
    LINEAR,
    REASONS,
    TREES,
    Calibrators,
    InputColumn,
    InputContract,
    ReasonFacts,
    TodaysPractice,
    read_part,
)
from riskmodels.registry.bundles.manifest import MANIFEST, Manifest, parse_manifest
from riskmodels.registry.bundles.served import Served, ServedBaseline, ServedLinear, ServedTrees, probability_of

if TYPE_CHECKING:
    from riskmodels.assurance.reasons import Background, Reason
    from riskmodels.records import ModelColumn

__all__ = ["LARGEST_GAP", "Predictor"]

FloatArray = npt.NDArray[np.float64]

LARGEST_GAP = 1e-6
"""Most that contributions may miss a score by, in log-odds, for reasons to be given."""


class Predictor:
    """A model that serves, made by :meth:`from_files` from bytes that were checked. It may be used by many threads.

    Inputs are always a float64 array, shape (n_rows, n_columns): the columns of the contract in their order, missing
    as NaN.

    Attributes
    ----------
    manifest : Manifest
        What the model is, and what it was made from.
    contract : InputContract
        What it expects.
    definition : mapping of str to Any
        The use case as it was trained on: population, features and the rest, as plain data.
    """

    def __init__(
        self,
        manifest: Manifest,
        contract: InputContract,
        *,
        served: Served,
        calibrators: Calibrators,
        baseline: ServedBaseline,
        reasons: ReasonFacts,
        definition: Mapping[str, Any],
    ) -> None:
        self.manifest = manifest
        self.contract = contract
        self.definition = definition
        self._served = served
        self._curve = getattr(calibrators, manifest.estimator)
        self._baseline = baseline
        self._facts = reasons

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Predictor:
        """Build the model from a bundle's files.

        Parameters
        ----------
        files : mapping of str to bytes
            What :func:`~riskmodels.registry.bundles.manifest.checked_files` gave; no digest is checked here.

        Raises
        ------
        UntrustedError
            If the files do not go together, or hold a type that may not be there.
        RegistryError
            If the installed packages cannot build the model.
        """
        manifest = parse_manifest(files.get(MANIFEST, b""))
        contract = read_part(InputContract, files, CONTRACT)
        reasons = read_part(ReasonFacts, files, REASONS)
        names = tuple(column.name for column in contract.columns)
        _go_together(files, manifest, contract, reasons)
        if manifest.estimator == "lightgbm":
            served: Served = ServedTrees(files[TREES], names)
        else:
            served = ServedLinear(files[LINEAR], names, reasons.linear)
        return cls(
            manifest,
            contract,
            served=served,
            calibrators=read_part(Calibrators, files, CALIBRATOR),
            baseline=ServedBaseline(read_part(TodaysPractice, files, BASELINE), names),
            reasons=reasons,
            definition=json.loads(files[DEFINITION]),
        )

    @property
    def never_named(self) -> frozenset[str]:
        """Name what no reason may name."""
        return frozenset(self._facts.never_name)

    @property
    def columns(self) -> tuple[InputColumn, ...]:
        """Give the columns that the model expects, in order."""
        return self.contract.columns

    def raw_score(self, X: FloatArray) -> FloatArray:
        """Rank people: higher is more at risk. Log-odds before calibration. Shape (n_rows,)."""
        X = self._checked(X)
        return self._served.raw_score(X) if len(X) else np.zeros(0)

    def probability(self, X: FloatArray) -> FloatArray:
        """Give the calibrated probability of the outcome, in [0, 1], for display. Shape (n_rows,)."""
        return self.calibrated(self.raw_score(X))

    def calibrated(self, score: FloatArray) -> FloatArray:
        """Give the probability that goes with each raw score. Shape (n_rows,)."""
        return probability_of(self._curve, score)

    def baseline_score(self, X: FloatArray) -> FloatArray:
        """Rank people as today's practice does. Shape (n_rows,)."""
        return self._baseline.raw_score(self._checked(X))

    def baseline_probability(self, X: FloatArray) -> FloatArray:
        """Give the probability that goes with today's practice, in [0, 1]. Shape (n_rows,)."""
        return self._baseline.probability(self.baseline_score(X))

    def reasons(
        self, X: FloatArray, *, top: int = 3, raises: bool = True, people: str = "others"
    ) -> tuple[tuple[Reason, ...], ...]:
        """Give each case's leading reasons in words, one for each family of features.

        Parameters
        ----------
        X : float array, shape (n_rows, n_columns)
            The cases.
        top : int
            Most reasons for a case; fewer where fewer push that way.
        raises : bool
            Reasons for a higher score; else for a lower one.
        people : str
            Whom a case is compared with: "higher than for most tenants".

        Raises
        ------
        RegistryError
            If what each column adds does not add up to the score: no reason is given then.
        """
        from riskmodels.assurance.reasons import by_feature, reasons_of

        X = self._checked(X)
        if not len(X):
            return ()
        added = self._contributions(X)
        columns, background = self._spoken_of
        groups = {name: list(held) for name, held in by_feature(columns).items()}
        return tuple(
            reasons_of(
                row,
                {name: float(each[held].sum()) for name, held in groups.items()},
                columns,
                background,
                k=top,
                raises=raises,
                never_name=self.never_named,
                people=people,
            )
            for row, each in zip(X, added, strict=True)
        )

    def _contributions(self, X: FloatArray) -> FloatArray:
        added, base = self._served.contributions(X)
        gap = float(np.max(np.abs(added.sum(axis=1) + base - self._served.raw_score(X))))
        if not gap <= LARGEST_GAP:
            raise RegistryError(
                f"what the columns add misses the score by up to {gap:.1e} log-odds, in {len(X):,} cases",
                expected=f"contributions that add up to the score, to {LARGEST_GAP:g}",
                next_step="Show no reasons for these cases. Tell the data scientist which version of the model it is.",
                who="the data scientist who trained the model",
            )
        return added

    @cached_property
    def _spoken_of(self) -> tuple[tuple[ModelColumn, ...], Background]:
        """Give the columns and what is usual in them, as the reasons' words need them."""
        from riskmodels.assurance.reasons import Background
        from riskmodels.records import ModelColumn

        columns = tuple(
            ModelColumn(one.name, one.feature, one.says, one.unit, one.family, one.kind, one.category, one.monotone)
            for one in self.columns
        )
        kinds = {one.name: one.kind for one in self.columns}
        known = {
            one.name: np.array([float(one.common)] if kinds[one.name] == "onehot" else one.quantiles, dtype=np.float64)
            for one in self._facts.columns
        }
        # What is too small to be spoken of was left out when the bundle was written: one value is enough here.
        return columns, Background(known, disclosure_number=1)

    def _checked(self, X: FloatArray) -> FloatArray:
        if X.ndim != 2 or X.shape[1] != len(self.columns) or X.dtype != np.float64:
            raise _unusable(
                f"the inputs have the shape {X.shape} and the type {X.dtype}",
                f"float64, {len(self.columns)} columns in the order of the contract",
            )
        infinite = [one.name for place, one in enumerate(self.columns) if np.isinf(X[:, place]).any()]
        if infinite:
            raise _unusable(f"infinite values in: {', '.join(infinite[:5])}", "finite numbers or missing")
        return np.ascontiguousarray(X)


def _go_together(files: Mapping[str, bytes], manifest: Manifest, contract: InputContract, reasons: ReasonFacts) -> None:
    """Refuse files that each are right but speak of different models."""
    model_file = TREES if manifest.estimator == "lightgbm" else LINEAR
    names = tuple(column.name for column in contract.columns)
    faults = {
        f"there is no {model_file}, which the manifest's estimator needs": model_file not in files,
        f"{CONTRACT} and the manifest list other columns": names != manifest.columns,
        f"{CONTRACT} names a column twice": len(set(names)) < len(names),
        f"{CONTRACT} is of another model": contract.model != manifest.model,
        f"{REASONS} is of other columns": tuple(one.name for one in reasons.columns) != names,
        f"{DEFINITION} is not the definition that the manifest names": sha256(files.get(DEFINITION, b""))
        != manifest.definition_digest,
    }
    for found, wrong in faults.items():
        if wrong:
            raise UntrustedError(
                f"the bundle of {manifest.model} does not hold together: {found}",
                expected="files of one model, as they were written together",
                next_step="Do not load this model. Fetch it again from the registry.",
                who="the data scientist who trained the model",
            )


def _unusable(found: str, expected: str) -> ScoringError:
    return ScoringError(
        found,
        expected=expected,
        next_step="Build the inputs with the definition that is in the bundle.",
        who="whoever calls the scoring service",
    )
