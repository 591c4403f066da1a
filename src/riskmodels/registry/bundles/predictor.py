"""A bundle that scores: equal to the model that was trained to the last bit, and without what training needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from riskmodels.registry.bundles.bundle_parts import (
    BASELINE,
    CALIBRATOR,
    CONTRACT,
    DEFINITION,
    LINEAR,
    REASONS,
    TREES,
    Calibrators,
    InputContract,
    ReasonFacts,
    TodaysPractice,
    read_part,
)
from riskmodels.registry.bundles.explained import LARGEST_GAP, Explained, FloatArray, go_together
from riskmodels.registry.bundles.manifest import MANIFEST, Manifest, parse_manifest
from riskmodels.registry.bundles.served import Served, ServedBaseline, ServedLinear, ServedTrees, probability_of

__all__ = ["LARGEST_GAP", "Predictor"]


class Predictor(Explained):
    """A model of a risk that serves, made by :meth:`from_files` from bytes that were checked.

    Its raw score, by which lists rank, is higher for those more at risk: log-odds before calibration.
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
        super().__init__(manifest, contract, served=served, reasons=reasons, definition=definition)
        self._curve = getattr(calibrators, manifest.estimator)
        self._baseline = baseline

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
        go_together(files, manifest, contract, reasons)
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
