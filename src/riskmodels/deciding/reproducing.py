"""Make a version again from its retained inputs, and sign what came out."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from riskmodels.deciding.going_live import evidence_of, registry_of
from riskmodels.errors import UntrustedError
from riskmodels.governance import envelopes
from riskmodels.governance.attestations import Reproduced
from riskmodels.registry.auditing.held import Held
from riskmodels.registry.auditing.rederiving import rederive
from riskmodels.registry.bundles.reproduction import reproduce_retained
from riskmodels.registry.bundles.retained import read_retained
from riskmodels.registry.environment import describe_environment
from riskmodels.workspace import Workspace

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = ["MadeAgain", "reproduce"]


@dataclass(frozen=True)
class MadeAgain:
    """What came out when a version was made again.

    Attributes
    ----------
    expected, found : str
        Reproducibility digests: of the candidate, and of the model made now.
    same_platform : bool
        Whether it was made on the platform and versions of the candidate.
    largest_difference : float or None
        On another platform: the largest difference between two scores.
    """

    model: str
    version: int
    expected: str
    found: str
    same_platform: bool
    largest_difference: float | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "model": self.model,
            "version": self.version,
            "same_digest": self.expected == self.found,
            "expected": self.expected,
            "found": self.found,
            "same_platform": self.same_platform,
            "largest_difference": self.largest_difference,
        }

    def lines(self) -> list[str]:
        """Say it in a few lines."""
        where = "on the same platform" if self.same_platform else "on another platform"
        if self.expected == self.found:
            return [f"Made again {where}: the same, digest {self.found[:12]}. Signed."]
        if self.largest_difference is not None:
            return [f"Made again {where}: scores differ by at most {self.largest_difference:.1e}. Signed."]
        return [
            f"Made again {where}: NOT the same ({self.found[:12]}, not {self.expected[:12]}). Signed as it came out."
        ]


def _same_evidence(found: Sequence[Held]) -> None:
    """Refuse to say that a model was made again when the figures that were signed are not those that come out."""
    wrong = [one.what for one in found if one.held is False]
    if wrong:
        raise UntrustedError(
            f"the figures that the author signed are not those that come out: {'; '.join(wrong)}",
            expected="every figure that can be worked out from the bundle and the retained inputs, as it was signed",
            next_step="Sign nothing. Tell the deciding role, and ask the author.",
            who="the deciding role in ethics/board.yaml",
        )


def reproduce(
    ws: Workspace,
    name: str,
    version: int,
    signer: CryptoSigner,
    *,
    at: datetime.datetime,
    progress: Callable[[str, float], None] | None = None,
) -> MadeAgain:
    """Train a version again from its retained inputs and attach a signed statement of what came out.

    Parameters
    ----------
    ws : Workspace
        With the retained inputs.
    name, version : str, int
        The version.
    signer : CryptoSigner
        The reproducer's key.
    at : datetime
        Now, in UTC.
    progress : callable, optional
        Told the stage and the share of it that is done.

    Raises
    ------
    RegistryError
        If the retained inputs are not here.
    UntrustedError
        If they are not those that the candidate was made from.
    RefusedError
        If the registry does not take the statement.
    """
    evidence, registry = evidence_of(ws, name, version, at=at), registry_of(ws)
    facts = evidence.facts.model
    table = read_retained(ws.state / "retained" / name / facts.table_digest)
    files = registry.bundle_files(name, version, digest=facts.bundle_digest)
    came_out = reproduce_retained(
        table,
        evidence.root.policies[name],
        files=files,
        expected_digest=facts.reproducibility_digest,
        platform=facts.platform,
        progress=progress,
    )
    _same_evidence(rederive(table, files, evidence.facts, policy=evidence.root.policies[name], thorough=False))
    said = Reproduced(
        model=name,
        candidate_digest=evidence.candidate_digest,
        bundle_digest=facts.bundle_digest,
        reproducibility_digest=came_out.reproducibility_digest,
        platform=describe_environment(),
        largest_difference=came_out.largest_difference,
        at=at,
        log_head=registry.head(),
    )
    registry.attach(name, version, envelopes.seal(said, signer))
    return MadeAgain(
        name,
        version,
        facts.reproducibility_digest,
        came_out.reproducibility_digest,
        came_out.platform_same,
        came_out.largest_difference,
    )
