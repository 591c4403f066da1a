"""A person confirms that a document holds for a run: for its sources, features, purpose and population as they are."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from riskmodels.deciding.kept import read_kept
from riskmodels.deciding.papers import inputs_of
from riskmodels.deciding.put_forward import run_folder
from riskmodels.errors import SettingsError
from riskmodels.governance.documents.rests_on import PARTS
from riskmodels.governance.documents.whole import read_documents
from riskmodels.naming import nearest
from riskmodels.workspace import Workspace

__all__ = ["Confirmed", "confirm"]

_YEAR = datetime.timedelta(days=364)


@dataclass(frozen=True)
class Confirmed:
    """A document that was confirmed, where it lies, and what had changed since it was last."""

    document: str
    path: Path
    changed: tuple[str, ...]


def confirm(ws: Workspace, name: str, *, at: datetime.datetime, documents: Sequence[str] = ()) -> tuple[Confirmed, ...]:
    """Write into documents what they were confirmed for, and the day of the next review, a year on.

    Parameters
    ----------
    ws : Workspace
        With the documents and the newest run.
    name : str
        The use case.
    at : datetime
        Now, in UTC.
    documents : sequence of str
        Which; all when none is named.

    Raises
    ------
    SettingsError
        If a document is none that can be confirmed.
    DocumentError
        If one cannot be read.
    """
    for one in documents:
        if one not in PARTS:
            raise SettingsError(
                f"{one!r} is not a document that is confirmed{nearest(one, PARTS)}",
                expected=f"one of {', '.join(PARTS)}",
                next_step="Correct the name, or leave it out to confirm all.",
                who="the data protection officer",
            )
    kept, held = read_kept(run_folder(ws, name)), read_documents(ws.folder, name)
    inputs = inputs_of(ws, name, kept, held)
    before = {str(one): facts for one, facts in held.facts(inputs, today=at.date()).items()}
    asked = [one for one in held.paths if one in (documents or PARTS)]
    held.confirm(inputs, only=asked)
    held.renew(reviewed_on=at.date(), review_by=at.date() + _YEAR, only=asked)
    return tuple(Confirmed(one, held.paths[one], before[one].changed) for one in asked)
