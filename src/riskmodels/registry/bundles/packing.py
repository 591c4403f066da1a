"""Find what belongs into a version's pack though it is kept elsewhere on the model. Nothing is verified here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from riskmodels.errors import UntrustedError
from riskmodels.governance.attestations import EVERY_CANDIDATE, Standing, Suspension
from riskmodels.governance.envelopes import Opened, opened

__all__ = ["orders_to_stop", "rested_on"]


def orders_to_stop(envelopes: Iterable[str], candidate_digest: str) -> tuple[str, ...]:
    """Give the orders that stop a candidate, or the whole model; they count wherever on the model they are kept."""
    return tuple(
        text
        for text, one in _opened(envelopes)
        if isinstance(one.attestation, Suspension)
        and one.attestation.candidate_digest in (candidate_digest, EVERY_CANDIDATE)
    )


def rested_on(standing: Iterable[str], candidates: Iterable[str]) -> tuple[str, ...]:
    """Give the candidates that standing approvals rest on."""
    said = [one.attestation for _, one in _opened(standing)]
    wanted = {one.candidate_digest for one in said if isinstance(one, Standing)}
    return tuple(text for text, one in _opened(candidates if wanted else ()) if one.digest in wanted)


def _opened(envelopes: Iterable[str]) -> Iterator[tuple[str, Opened]]:
    for text in envelopes:
        try:
            yield text, opened(text)
        except UntrustedError:  # it counts for nothing, and verification says why
            continue
