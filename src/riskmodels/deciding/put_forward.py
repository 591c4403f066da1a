"""Put a finished run forward: documents and card written, the gate asked, the author's statement signed and registered.

It can be done again for the same run after documents were completed: the bundle stays, and a new version is signed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.atomic import whole_file
from riskmodels.deciding.going_live import registry_of
from riskmodels.deciding.kept import KeptRun, read_kept
from riskmodels.deciding.papers import Papers, papers_of
from riskmodels.deciding.roots import in_force, would_be
from riskmodels.errors import RefusedError
from riskmodels.governance import gate
from riskmodels.governance.attestations import Candidate
from riskmodels.governance.decision import Decision
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.roles import Holder, Root
from riskmodels.workspace import Workspace

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

__all__ = ["PutForward", "put_forward", "run_folder"]

_NOBODY = Holder(title="Nobody yet", key="0" * 64)


@dataclass(frozen=True)
class PutForward:
    """A run with its documents and what the gate would say, and its version where it was registered.

    Attributes
    ----------
    facts : CandidateFacts
        What the author signs, or would sign.
    decision : Decision
        What the gate says, or would say.
    documents : Path
        Folder of the card and the other documents.
    version : int or None
        In the registry; None where there was no author's key, or no trust root yet.
    why_not : str or None
        Why it was not registered.
    """

    facts: CandidateFacts
    decision: Decision
    documents: Path
    version: int | None = None
    why_not: str | None = None


def run_folder(ws: Workspace, name: str, *, run_id: str | None = None) -> Path:
    """Find a run's folder: the one named, else the newest of the use case.

    Raises
    ------
    RefusedError
        If there is none.
    """
    runs = ws.state / "runs" / name
    found = [one for one in runs.glob("*/measured.json") if run_id is None or one.parent.name == run_id]
    if not found:
        raise RefusedError(
            f"{runs} holds {'no finished run' if run_id is None else f'no run {run_id}'}",
            expected="a run that was made in this workspace",
            next_step=f"Train it: riskmodels run {name}.",
            who="the data scientist who made the candidate",
        )
    return max(found, key=lambda one: one.stat().st_mtime).parent


def put_forward(
    ws: Workspace, name: str, folder: Path, *, author: CryptoSigner | None, at: datetime.datetime
) -> PutForward:
    """Write a run's documents, ask the gate, and register it as a candidate in the author's name.

    Parameters
    ----------
    ws : Workspace
        With the documents that people wrote.
    name : str
        The use case.
    folder : Path
        The run's folder.
    author : CryptoSigner or None
        The author's key; without it nothing is registered, and the gate's answer is shown all the same.
    at : datetime
        Now, in UTC.

    Raises
    ------
    DocumentError
        If a document cannot be read. Blanks are no error: they are findings, and reasons to refuse.
    RefusedError
        If the use case was changed since the run, or the registry refuses.
    """
    kept = read_kept(folder)
    _same_definition(ws, name, kept)
    chain = in_force(ws, at=at)
    root = chain[-1] if chain else would_be(ws, at=at)
    registry = registry_of(ws) if author is not None and chain else None
    head = None if registry is None else registry.head()
    papers = papers_of(ws, name, folder, kept, root=root, at=at, log_head=head)
    decision = gate.decide(_unsigned(papers.facts, root, at))
    documents = _write(folder / "documents", papers.files)
    made = PutForward(papers.facts, decision, documents)
    if registry is None or author is None:
        why = "no author's key was given" if author is None else "there is no trust root yet"
        return replace(made, why_not=why)
    from riskmodels.governance.envelopes import seal

    registry.ensure_model(name)
    envelope = seal(Candidate(facts=papers.facts), author)
    version = registry.register(name, source=kept.source, run_id=kept.run_id, candidate=envelope)
    _write(ws.folder / "model_cards" / name / str(version), _published(papers))
    return replace(made, version=version)


def _same_definition(ws: Workspace, name: str, kept: KeptRun) -> None:
    if ws.case(name).digest != kept.model.definition_digest:
        raise RefusedError(
            f"features/{name}.py says something else than when run {kept.run_id} was made",
            expected="the definition that the model was trained with",
            next_step=f"Train it again: riskmodels run {name}.",
            who="the data scientist who made the candidate",
        )


def _unsigned(facts: CandidateFacts, root: Root, at: datetime.datetime) -> Evidence:
    return Evidence(facts=facts, candidate_digest="", author=_NOBODY, root=root, at=at)


def _write(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        with whole_file(folder / name) as draft:
            draft.write_bytes(data)
    return folder


def _published(papers: Papers) -> Mapping[str, bytes]:
    return {name: data for name, data in papers.files.items() if name.startswith("card.")}
