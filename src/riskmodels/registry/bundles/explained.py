"""What every served model has, whatever it gives: its contract, a raw score, and reasons in words that add up to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from riskmodels.errors import RegistryError, ScoringError, UntrustedError
from riskmodels.governance.wire import sha256
from riskmodels.registry.bundles.bundle_parts import (
    CONTRACT,
    DEFINITION,
    LINEAR,
    REASONS,
    TREES,
    InputColumn,
    InputContract,
    ReasonFacts,
)
from riskmodels.registry.bundles.manifest import Manifest
from riskmodels.registry.bundles.served import Served

if TYPE_CHECKING:
    from riskmodels.assurance.reasons import Background, Reason
    from riskmodels.records import ModelColumn

__all__ = ["LARGEST_GAP", "Explained", "go_together"]

FloatArray = npt.NDArray[np.float64]

LARGEST_GAP = 1e-6
"""Most that contributions may miss a score by, on the scale of the raw score, for reasons to be given."""


class Explained:
    """A model that serves, whatever it gives. It may be used by many threads.

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
    scale : str
        What raw scores are measured in, in words.
    """

    scale: ClassVar[str] = "log-odds"

    def __init__(
        self,
        manifest: Manifest,
        contract: InputContract,
        *,
        served: Served,
        reasons: ReasonFacts,
        definition: Mapping[str, Any],
    ) -> None:
        self.manifest = manifest
        self.contract = contract
        self.definition = definition
        self._served = served
        self._facts = reasons

    @property
    def never_named(self) -> frozenset[str]:
        """Name what no reason may name."""
        return frozenset(self._facts.never_name)

    @property
    def columns(self) -> tuple[InputColumn, ...]:
        """Give the columns that the model expects, in order."""
        return self.contract.columns

    def raw_score(self, X: FloatArray) -> FloatArray:
        """Give what the model says before calibration, on its own scale. Shape (n_rows,)."""
        X = self._checked(X)
        return self._served.raw_score(X) if len(X) else np.zeros(0)

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
                f"what the columns add misses the score by up to {gap:.1e} in the {self.scale}, in {len(X):,} cases",
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


def go_together(files: Mapping[str, bytes], manifest: Manifest, contract: InputContract, reasons: ReasonFacts) -> None:
    """Refuse files that each are right but speak of different models.

    Raises
    ------
    UntrustedError
        If they do.
    """
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
