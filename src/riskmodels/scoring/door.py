"""Load a model for scoring: everything is verified before one byte of it is read."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable
from pathlib import Path

from riskmodels.errors import RegistryError
from riskmodels.registry.pins import pin_of
from riskmodels.scoring.scorer import Scorer
from riskmodels.scoring.sources import FolderSource, RegistrySource, Source

__all__ = ["REGISTRY", "load"]

REGISTRY = "RISKMODELS_REGISTRY_URI"
"""Names the registry, or a folder that ``riskmodels fetch`` made."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:")  # two letters at least: C: is a drive


def load(
    name: str,
    *,
    alias: str = "champion",
    registry: str | Path | None = None,
    pin: str | Path | None = None,
    clock: Callable[[], datetime.datetime] | None = None,
    watched: bool = True,
) -> Scorer:
    """Verify a live model, and load it.

    In this order, and before one byte of the model is read: the trust roots from the pinned one; the author's
    signature; that the registry's signed status names this version as live, that nobody suspended it, and that it is
    not stale; the registry's countersignature on this version and alias; the gate, run again on the signed evidence
    under the trust root's policy; and that the decision log is no shorter than what was signed on it. Then every file
    is held against its signed digest, and what was checked is what is loaded.

    Parameters
    ----------
    name : str
        The registered model.
    alias : str
        The alias behind which it is live.
    registry : str or Path, optional
        The registry's address, or a folder that ``riskmodels fetch`` made; what ``RISKMODELS_REGISTRY_URI`` says when
        not given. The account is in MLflow's own environment variables.
    pin : str or Path, optional
        Digest of the first trust root, or a file that holds it; what ``RISKMODELS_TRUST_PIN`` says when not given.
    clock : callable, optional
        Gives now, in UTC; the machine's clock when not given.
    watched : bool
        Whether a thread in the background asks the registry again and again. Without it the caller who finds that it
        is overdue does.

    Returns
    -------
    Scorer
        To be closed after use.

    Raises
    ------
    UntrustedError, RefusedError
        If it may not serve or nothing is live, with the cause, what to do and who can.
    RegistryError
        If the registry cannot be reached, or there is no such folder.
    """
    pinned = pin_of(pin, os.environ)
    source = _source(name, alias, registry if registry is not None else os.environ.get(REGISTRY) or None)
    return Scorer(source, alias=alias, pin=pinned, clock=clock or _now, watched=watched)


def _source(name: str, alias: str, registry: str | Path | None) -> Source:
    if registry is None:
        raise RegistryError(
            "no registry is named",
            expected=f"its address, or a folder that riskmodels fetch made, as registry=... or in {REGISTRY}",
            next_step=f"Set {REGISTRY} for this service.",
            who="whoever runs the service",
        )
    if isinstance(registry, str) and _ADDRESS.match(registry):
        from riskmodels.registry.client import Registry

        return RegistrySource(Registry(registry), name, alias)
    return FolderSource(Path(registry), name)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
