"""A promotion on the server: the gate again on the signed evidence, then the alias, countersignature and log in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from riskmodels.errors import RefusedError, UntrustedError
from riskmodels.governance import gate
from riskmodels.governance.attestations import Promotion, Status
from riskmodels.governance.decision import Decision
from riskmodels.governance.envelopes import tag_name
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.pack import Pack
from riskmodels.governance.verification import gather, verify_promotion
from riskmodels.registry.governed.decision_log import DecisionLog
from riskmodels.registry.governed.refusals import GateRefused, not_allowed
from riskmodels.registry.governed.server_key import ServerKey
from riskmodels.registry.governed.signed_tags import SignedTags, heads_of

if TYPE_CHECKING:
    from mlflow.store.model_registry.dbmodels.models import SqlModelVersion

__all__ = ["Judged", "judge", "put_behind", "status_of"]

_SUSPENDED = "not_suspended"


@dataclass(frozen=True)
class Judged:
    """A version that passed the gate just now, and where it says that its files are."""

    pack: Pack
    evidence: Evidence
    decision: Decision
    source: str

    @property
    def bundle_digest(self) -> str:
        """Give the bundle's signed digest."""
        return self.evidence.facts.model.bundle_digest


def judge(tags: SignedTags, log: DecisionLog, *, version: int, alias: str) -> Judged:
    """Run the gate on a version's signed evidence.

    Raises
    ------
    RefusedError
        If it may not go behind this alias, with every reason.
    """
    what = f"version {version} of {tags.model} may not go behind {alias!r}"
    guarded = tags.held.aliases(tags.model)
    if alias not in guarded:
        names = ", ".join(guarded) or "none"
        why = f"{alias[:100]!r} is not among the guarded aliases ({names}), and a governed model has no others"
        raise not_allowed("set_registered_model_alias", tags.model, why)
    source = _row(tags, version).source
    pack = tags.pack(version)
    log.check_signed(tags.session, heads_of(pack))
    evidence = gather(pack, pin=None, at=tags.at)
    decision = gate.decide(evidence)
    if not decision.passed:
        raise GateRefused(decision, what=what)
    return Judged(pack, evidence, decision, str(source))


def put_behind(
    tags: SignedTags, log: DecisionLog, key: ServerKey, judged: Judged, *, version: int, alias: str, location: str
) -> str:
    """Write alias, countersignature and log entry into the caller's transaction, which holds the lock.

    Returns
    -------
    str
        The name of the countersignature's tag.
    """
    from mlflow.store.model_registry.dbmodels import models

    said = _promotion(tags, log, judged, version=version, alias=alias)
    envelope = key.seal(said, root=judged.evidence.root)
    row, name = _row(tags, version), tag_name(envelope)
    place = {"workspace": row.workspace, "name": tags.model, "version": version}
    tags.session.add(models.SqlModelVersionTag(**place, key=name, value=envelope))
    tags.session.merge(models.SqlRegisteredModelAlias(**place, alias=alias))
    _point_at(tags, version, location)
    log.append(
        tags.session,
        at=tags.at,
        event="promoted",
        model=tags.model,
        version=version,
        alias=alias,
        candidate_digest=said.candidate_digest,
        actor="client",
        detail=f"{name}; approved until {said.approved_until}; files from {judged.source[:500]}",
    )
    return name


def _promotion(tags: SignedTags, log: DecisionLog, judged: Judged, *, version: int, alias: str) -> Promotion:
    decision = judged.decision
    if decision.approved_until is None:
        raise RefusedError(
            f"the approval of version {version} of {tags.model} has no end",
            expected="a day from which it no longer counts",
            next_step="Have the roles sign with a review date.",
            who="the deciding role",
        )
    return Promotion(
        model=tags.model,
        version=version,
        alias=alias,
        candidate_digest=judged.evidence.candidate_digest,
        bundle_digest=judged.bundle_digest,
        root_digest=judged.evidence.root.digest,
        conditions=decision.conditions,
        approved_until=decision.approved_until,
        at=tags.at,
        log_head=log.head(tags.session),
    )


def status_of(tags: SignedTags, key: ServerKey, *, head: str) -> str:
    """Sign how a model stands at this moment: what is live behind each guarded alias, and what was stopped."""
    from mlflow.store.model_registry.dbmodels.models import SqlRegisteredModelAlias as Alias

    root = tags.held.in_force(tags.at)[-1]
    live: dict[str, str] = {}
    suspended: list[str] = []
    behind: Any = select(Alias.alias, Alias.version).where(Alias.name == tags.model)
    for alias, version in tags.session.execute(behind):
        if alias in tags.held.aliases(tags.model):
            digest = _promoted(tags, int(version), str(alias))
            live |= {} if digest is None else {str(alias): digest}
    for version in tags.candidates():
        suspended += _stopped(tags, version)
    said = Status(
        model=tags.model,
        live=live,
        suspended=tuple(dict.fromkeys(suspended)),
        root_digest=root.digest,
        at=tags.at,
        log_head=head,
    )
    return key.seal(said, root=root)


def _promoted(tags: SignedTags, version: int, alias: str) -> str | None:
    try:
        pack = tags.pack(version)
        evidence = gather(pack, pin=None, at=tags.at)
        return verify_promotion(pack, evidence, alias=alias).candidate_digest
    except UntrustedError:  # nothing that the registry countersigned: it is not live, whatever the alias says
        return None


def _stopped(tags: SignedTags, version: int) -> list[str]:
    """Give the candidate's digest if an order to stop it stands."""
    try:
        evidence = gather(tags.pack(version), pin=None, at=tags.at)
    except UntrustedError:  # it cannot be served either way
        return []
    if not evidence.suspensions:
        return []
    checks = {one.name: one.passed for one in gate.decide(evidence).checks}
    return [] if checks.get(_SUSPENDED, False) else [evidence.candidate_digest]


def _row(tags: SignedTags, version: int) -> SqlModelVersion:
    from mlflow.entities.model_registry.model_version_stages import STAGE_DELETED_INTERNAL
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST
    from mlflow.store.model_registry.dbmodels.models import SqlModelVersion as Version

    asked = select(Version).where(Version.name == tags.model, Version.version == version)
    row = tags.session.execute(asked.where(Version.current_stage != STAGE_DELETED_INTERNAL)).scalar_one_or_none()
    if row is None:
        raise MlflowException(
            f"Model Version (name={tags.model}, version={version}) not found", error_code=RESOURCE_DOES_NOT_EXIST
        )
    return row


def _point_at(tags: SignedTags, version: int, location: str) -> None:
    """Have every client that asks for the version's files be sent to protected storage."""
    from mlflow.store.model_registry.dbmodels.models import SqlModelVersion as Version

    here = (Version.name == tags.model, Version.version == version)
    tags.session.execute(update(Version).where(*here).values(source=location, storage_location=location))
