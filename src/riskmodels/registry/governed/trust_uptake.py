"""Take up newer trust roots, and write down what was taken up, what was not, and which aliases it ended."""

from __future__ import annotations

import datetime
import logging
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from riskmodels.errors import UserError
from riskmodels.registry.governed.decision_log import DecisionLog
from riskmodels.registry.governed.signed_tags import SignedTags
from riskmodels.registry.governed.trust_table import TrustTable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = ["take_up_roots", "withdraw_unsigned"]

_logger = logging.getLogger(__name__)
_TRUST = "riskmodels.trust"


def take_up_roots(session: Session, trust: TrustTable, log: DecisionLog, *, at: datetime.datetime) -> None:
    """Take up what is newer in the workspace. What does not continue the chain is written down, once, and left.

    Parameters
    ----------
    session : Session
        It holds the lock.
    trust, log
        The registry's.
    at : datetime
        Now, in UTC.

    Raises
    ------
    UntrustedError
        If the log or the chain that is held is not whole.
    """
    log.check(session)
    before = trust.held(session).governed
    try:
        taken = trust.take_up(session, at=at)
    except UserError as error:
        _distrust(session, log, at, error)
        return
    for root in taken:
        detail = f"trust root {root.version}, {root.digest}"
        log.append(
            session, at=at, event="trusted", model=_TRUST, version=root.version, actor="workspace", detail=detail
        )
    for name in trust.held(session).governed - before:
        withdraw_unsigned(session, trust, log, name, at=at)


def _distrust(session: Session, log: DecisionLog, at: datetime.datetime, error: UserError) -> None:
    last = log.last_of(session, "distrusted")
    if last is None or last.detail != error.found:
        _logger.error("The workspace's trust root was not taken up: %s", error.found)
        log.append(session, at=at, event="distrusted", model=_TRUST, actor="workspace", detail=error.found)


def withdraw_unsigned(
    session: Session, trust: TrustTable, log: DecisionLog, name: str, *, at: datetime.datetime
) -> None:
    """Take away the aliases of a governed model that the registry never countersigned.

    They were set before the model was governed, or in the database itself.

    Parameters
    ----------
    session : Session
        It holds the lock.
    trust, log
        The registry's.
    name : str
        The model.
    at : datetime
        Now, in UTC.
    """
    from mlflow.store.model_registry.dbmodels.models import SqlRegisteredModelAlias as Alias

    tags = SignedTags(session, name, trust.held(session), at)
    there: Any = Alias.name == name
    rows: Any = select(Alias.alias, Alias.version).where(there)
    for alias, version in sorted(session.execute(rows).all()):
        if tags.countersigned(int(version), str(alias)):
            continue
        session.execute(delete(Alias).where(there, Alias.alias == alias))
        log.append(
            session,
            at=at,
            event="withdrawn",
            model=name,
            version=int(version),
            alias=str(alias),
            actor="registry",
            detail="the registry never countersigned it: it was set before the model was governed, or past its rules",
        )
