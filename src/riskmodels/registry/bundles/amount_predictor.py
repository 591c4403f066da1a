"""A model of amounts that serves: equal to the one that was trained to the last bit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from riskmodels.errors import UntrustedError
from riskmodels.registry.bundles.amount_parts import RANGES, CarriedForward, Factors, Ranges
from riskmodels.registry.bundles.bundle_parts import (
    BASELINE,
    CALIBRATOR,
    CONTRACT,
    DEFINITION,
    LINEAR,
    REASONS,
    TREES,
    InputContract,
    ReasonFacts,
    read_part,
)
from riskmodels.registry.bundles.explained import Explained, FloatArray, go_together
from riskmodels.registry.bundles.manifest import MANIFEST, Manifest, parse_manifest
from riskmodels.registry.bundles.predictor import Predictor
from riskmodels.registry.bundles.served import Served, ServedTrees
from riskmodels.registry.bundles.served_amounts import ServedRanges, ServedRegression, ServedToday

if TYPE_CHECKING:
    from riskmodels.records.amount_intervals import AmountIntervals

__all__ = ["AmountPredictor", "AnyPredictor", "predictor_of"]


class AmountPredictor(Explained):
    """A model of amounts that serves: an expected amount, and a range that is to hold the true one.

    Its raw score is the logarithm of the amount before calibration. It ranks nobody: an amount is not a need.
    """

    scale: ClassVar[str] = "logarithm of the amount"

    def __init__(
        self,
        manifest: Manifest,
        contract: InputContract,
        *,
        served: Served,
        factors: Factors,
        ranges: ServedRanges,
        today: ServedToday,
        reasons: ReasonFacts,
        definition: Mapping[str, Any],
    ) -> None:
        super().__init__(manifest, contract, served=served, reasons=reasons, definition=definition)
        self._factor = float(getattr(factors, manifest.estimator))
        self._ranges, self._today = ranges, today

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> AmountPredictor:
        """Build the model from a bundle's files; as :meth:`Predictor.from_files`.

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
        go_together(files, manifest, contract, reasons)
        if manifest.estimator == "lightgbm":
            served: Served = ServedTrees(files[TREES], names)
        else:
            served = ServedRegression(files[LINEAR], names, reasons.linear)
        definition = json.loads(files[DEFINITION])
        return cls(
            manifest,
            contract,
            served=served,
            factors=read_part(Factors, files, CALIBRATOR),
            ranges=ServedRanges(read_part(Ranges, files, RANGES), contract.columns, definition),
            today=ServedToday(read_part(CarriedForward, files, BASELINE), names),
            reasons=reasons,
            definition=definition,
        )

    @property
    def unit(self) -> str:
        """Give what amounts are counted in, such as ``"GBP per week"``."""
        return self.manifest.unit or ""

    @property
    def nominal_coverage(self) -> float:
        """Give the share of people whose amount the ranges are made to hold, in (0, 1)."""
        return self._ranges.nominal_coverage

    @property
    def intervals(self) -> AmountIntervals:
        """Give the stated ranges as plain numbers."""
        return self._ranges.intervals

    @property
    def disclosure_number(self) -> int:
        """Give the fewest people that a total may be shown of."""
        return self._facts.disclosure_number

    def calibrated(self, score: FloatArray) -> FloatArray:
        """Give the expected amount that goes with each raw score. Shape (n_rows,)."""
        return np.asarray(self._factor * np.exp(score), dtype=np.float64)

    def expected(self, X: FloatArray) -> FloatArray:
        """Give the expected amount, at least 0. Shape (n_rows,)."""
        return self.calibrated(self.raw_score(X))

    def ranges(self, X: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the ends of the range that is to hold each true amount. Each of shape (n_rows,)."""
        return self._ranges.ends(self._checked(X), expected)

    def today(self, X: FloatArray) -> FloatArray:
        """Give what today's practice expects. Shape (n_rows,)."""
        return self._today.amount(self._checked(X))


AnyPredictor = Predictor | AmountPredictor


def predictor_of(files: Mapping[str, bytes], *, task: str | None = None) -> AnyPredictor:
    """Build the model from a bundle's files, of a risk or of an amount as its manifest says.

    Parameters
    ----------
    files : mapping of str to bytes
        What :func:`~riskmodels.registry.bundles.manifest.checked_files` gave; no digest is checked here.
    task : str, optional
        What the author signed that it gives: another thing was asked of an amount than of a risk before it went live.

    Raises
    ------
    UntrustedError
        If the files do not go together, hold a type that may not be there, or are of another task than was signed.
    RegistryError
        If the installed packages cannot build the model.
    """
    manifest = parse_manifest(files.get(MANIFEST, b""))
    if task is not None and task != manifest.task:
        raise UntrustedError(
            f"the bundle of {manifest.model} gives a model of the task {manifest.task!r}, and {task!r} was signed",
            expected="a model of the task that the gate was asked about",
            next_step="Do not load this model. Tell the registry's administrator and the deciding role.",
            who="the data scientist who trained the model",
        )
    return AmountPredictor.from_files(files) if manifest.task == "amount" else Predictor.from_files(files)
