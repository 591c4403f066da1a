"""What the registry says of itself, to any stock client: read-only models that exist only when they are asked for.

::

    riskmodels.trust            the trust roots, in tags root.1, root.2, ...
    riskmodels.log.1, .2, ...   the decision log, 200 entries a page, in tags by number; and how many pages there are
    riskmodels.status.<model>   how a model stands, signed as it is read, in the tag status
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from riskmodels.registry.governed.decision_log import DecisionLog
from riskmodels.registry.governed.promotion import status_of
from riskmodels.registry.governed.server_key import ServerKey
from riskmodels.registry.governed.signed_tags import SignedTags
from riskmodels.registry.governed.trust_table import TrustTable

if TYPE_CHECKING:
    from mlflow.entities.model_registry import RegisteredModel
    from sqlalchemy.orm import Session

__all__ = ["ENTRIES_PER_PAGE", "is_reserved", "virtual_model"]

ENTRIES_PER_PAGE = 200

_RESERVED = "riskmodels."
_TRUST = "riskmodels.trust"
_LOG = re.compile(r"riskmodels\.log\.([1-9][0-9]{0,6})")
_STATUS = "riskmodels.status."


def is_reserved(name: object) -> bool:
    """Say whether a name is kept for the registry itself, in capitals or not."""
    return isinstance(name, str) and name.strip().casefold().startswith(_RESERVED)


def virtual_model(
    name: str, session: Session, *, at: datetime.datetime, trust: TrustTable, log: DecisionLog, key: ServerKey
) -> RegisteredModel | None:
    """Answer for a reserved name; None when there is nothing under it.

    Parameters
    ----------
    name : str
        The reserved name.
    session : Session
        To read in.
    at : datetime
        Now, in UTC: the moment that a status is signed for.
    trust, log, key
        The registry's.

    Raises
    ------
    UserError
        If a status cannot be signed, or the log is not whole.
    """
    if name == _TRUST:
        envelopes = trust.held(session).envelopes
        tags = {f"root.{number}": text for number, text in enumerate(envelopes, start=1)}
        return _model(name, "The trust roots that this registry holds", tags, at)
    if (page := _LOG.fullmatch(name)) is not None:
        return _page(name, int(page[1]), session, log, at)
    if name.startswith(_STATUS):
        head, model = log.check(session), name.removeprefix(_STATUS)
        if model in trust.governed(session):
            held = SignedTags(session, model, trust.held(session), at)
            return _model(name, f"How {model} stands", {"status": status_of(held, key, head=head)}, at)
    return None


def _page(name: str, page: int, session: Session, log: DecisionLog, at: datetime.datetime) -> RegisteredModel | None:
    pages = -(-log.length(session) // ENTRIES_PER_PAGE)
    if page > max(pages, 1):
        return None
    first = (page - 1) * ENTRIES_PER_PAGE + 1
    entries = log.entries(session, first=first, last=first + ENTRIES_PER_PAGE - 1)
    tags = {str(one.number): one.model_dump_json() for one in entries}
    return _model(name, f"The decision log, page {page} of {pages}", {**tags, "pages": str(pages)}, at)


def _model(name: str, says: str, tags: dict[str, str], at: datetime.datetime) -> RegisteredModel:
    from mlflow.entities.model_registry import RegisteredModel, RegisteredModelTag

    moment = int(at.timestamp() * 1000)
    held = [RegisteredModelTag(key, value) for key, value in tags.items()]  # type: ignore[no-untyped-call]
    return RegisteredModel(name, moment, moment, says, [], held, [])
