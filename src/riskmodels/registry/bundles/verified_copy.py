"""Load a copy that ``riskmodels fetch`` made, for programs that know nothing of signatures: verified every time.

Whoever runs stock MLflow on a copy cannot be asked for a trust root, a purpose or the time. So the root is pinned in
the environment, as for the scoring door, and the copy says itself until when it may be used.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from riskmodels.errors import RefusedError, RiskModelsError, UntrustedError
from riskmodels.governance.attestations import Promotion
from riskmodels.governance.envelopes import opened
from riskmodels.governance.pack import Pack
from riskmodels.registry.bundles.amount_predictor import AnyPredictor, predictor_of
from riskmodels.registry.bundles.manifest import checked_files
from riskmodels.registry.fetching import BESIDE_THE_BUNDLE, read_fetched
from riskmodels.registry.serving import Servable, may_serve

__all__ = ["BESIDE", "VerifiedCopy", "load_verified"]

BESIDE = BESIDE_THE_BUNDLE | {"registered_model_meta"}
"""What may lie beside a bundle in a copy: what it was verified by, and what MLflow leaves as it downloads."""


@dataclass(frozen=True)
class VerifiedCopy:
    """A model that was verified as it was loaded, and until when it may score.

    Attributes
    ----------
    predictor : Predictor or AmountPredictor
        The model.
    model, version
        What it is.
    good_until : datetime
        From then on its approval has lapsed, or nobody can tell whether it was suspended.
    """

    predictor: AnyPredictor
    model: str
    version: int
    good_until: datetime.datetime

    def refuse_when_over(self, at: datetime.datetime) -> None:
        """Refuse to score from the moment on that the copy may not be used any more.

        Raises
        ------
        RefusedError
            From :attr:`good_until` on.
        """
        if at >= self.good_until:
            raise RefusedError(
                f"this copy of version {self.version} of {self.model} could be used until "
                f"{self.good_until:%d %B %Y, %H:%M} UTC",
                expected="a copy whose approval has not lapsed, with a status that is not too old",
                next_step=f"Fetch it again and start anew: riskmodels fetch {self.model} DIR.",
                who="whoever runs the service",
            )


def load_verified(folder: Path, *, pin: str, at: datetime.datetime) -> VerifiedCopy:
    """Verify a copy as the scoring door does, and build its model from the bytes that were checked.

    Parameters
    ----------
    folder : Path
        What ``riskmodels fetch`` made.
    pin : str
        Digest of trust root 1.
    at : datetime
        Now, in UTC.

    Raises
    ------
    UntrustedError, RefusedError
        If it may not serve, or is not what was signed; it says why.
    RegistryError
        If it cannot be read, or the installed packages cannot build the model.
    """
    may = _may_serve(read_fetched(folder), pin=pin, at=at)
    made_for, allowed = may.evidence.facts.model.purpose, may.conditions.purposes
    if allowed is not None and made_for not in allowed:
        raise RefusedError(
            f"the conditions of {may.pack.model} leave no purpose that it was made for",
            expected=f"an approval for {made_for}",
            next_step="Have the purpose assessed and signed.",
            who="the data protection officer, and the deciding role",
        )
    files = checked_files(folder, may.bundle_digest, ignored=BESIDE)
    lapses = datetime.datetime.combine(may.approved_until, datetime.time(), datetime.UTC)
    stale = may.status.at + datetime.timedelta(days=may.asked.status_days)
    predictor = predictor_of(files, task=may.evidence.facts.model.task)
    return VerifiedCopy(predictor, may.pack.model, may.version, min(lapses, stale))


def _may_serve(pack: Pack, *, pin: str, at: datetime.datetime) -> Servable:
    """Verify a pack for the alias that it was promoted to; of several, the first that it may serve for."""
    refused: RiskModelsError | None = None
    for alias in _aliases(pack):
        try:
            return may_serve(pack, alias=alias, pin=pin, at=at)
        except RefusedError as error:
            refused = refused or error
    if refused is not None:
        raise refused
    raise UntrustedError(
        f"nothing in this copy of {pack.model} says that the registry put it live",
        expected="a copy that riskmodels fetch made of a live version",
        next_step=f"Fetch it: riskmodels fetch {pack.model} DIR.",
        who="whoever runs the service",
    )


def _aliases(pack: Pack) -> list[str]:
    found: list[str] = []
    for text in pack.attestations:
        try:
            said = opened(text).attestation
        except UntrustedError:  # it counts for nothing; verifying the pack says why
            continue
        if isinstance(said, Promotion) and said.alias not in found:
            found.append(said.alias)
    return found
