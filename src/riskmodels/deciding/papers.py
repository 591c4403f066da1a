"""The documents of a candidate: what people wrote, filled in with what the run measured, and the card."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskmodels.deciding.kept import KeptPlot, KeptRun, run_is_gone
from riskmodels.governance.card import (
    CardPlot,
    card_html,
    card_json,
    card_markdown,
    make_card,
    signatories,
    written_from,
)
from riskmodels.governance.documents.drift import declared_sources
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.register import source_facts
from riskmodels.governance.documents.statement import Statement
from riskmodels.governance.documents.whole import Documents, read_documents
from riskmodels.governance.facts import CandidateFacts, DocumentFacts, DocumentName, RunFacts
from riskmodels.governance.measured_facts import extracts_read
from riskmodels.governance.roles import Root
from riskmodels.governance.wire import sha256
from riskmodels.workspace import Workspace

__all__ = ["CardFiles", "Papers", "card_files", "inputs_of", "papers_of"]


@dataclass(frozen=True)
class Papers:
    """The facts that the author signs, and the documents by file name."""

    facts: CandidateFacts
    files: Mapping[str, bytes]


def papers_of(
    ws: Workspace,
    name: str,
    folder: Path,
    kept: KeptRun,
    *,
    root: Root,
    at: datetime.datetime,
    log_head: str | None = None,
) -> Papers:
    """Fill in what people wrote with what a run measured.

    Parameters
    ----------
    ws : Workspace
        Where the documents are.
    name : str
        The use case.
    folder : Path
        The run's folder, for the pictures of its plots.
    kept : KeptRun
        What the run measured.
    root : Root
        The trust root in force, or the one that the workspace would propose.
    at : datetime
        Now, in UTC.
    log_head : str, optional
        Head of the registry's decision log as it is now.

    Raises
    ------
    DocumentError
        If a document is missing or cannot be read.
    """
    documents = read_documents(ws.folder, name)
    inputs = inputs_of(ws, name, kept, documents)
    held: dict[DocumentName, DocumentFacts] = dict(documents.facts(inputs, today=at.date()).items())
    measured = {part: getattr(kept, part) for part in RunFacts.model_fields}
    facts = CandidateFacts(
        made_at=at,
        **measured,
        sources=inputs.sources,
        documents=held,
        transparency=documents.statement.transparency(),
        benefit=documents.statement.benefit,
        root_digest=root.digest,
        log_head=log_head,
    )
    files = {file: text.encode() for file, text in documents.files(inputs).items()}
    card = card_files(ws, name, folder, kept, facts, documents.statement, root=root)
    held["card"] = DocumentFacts(digest=sha256(card.files["card.json"]), findings=card.findings)
    return Papers(facts.model_copy(update={"documents": held}), {**files, **card.files})


def inputs_of(ws: Workspace, name: str, kept: KeptRun, documents: Documents) -> DocumentInputs:
    """Gather what documents are filled in with: the run's facts, the definition, and the register of sources."""
    case = ws.case(name)
    return DocumentInputs.of_run(
        kept.model,
        version=f"run {kept.run_id[:8]}",
        definition=case.to_dict(),
        sources=source_facts(documents.register, extracts_read(case, ws.contracts, [one.extract for one in kept.data])),
        declared=declared_sources(ws.contracts),
        bias=kept.bias,
        proxies=kept.proxies,
        disclosure=kept.disclosure,
        people=kept.people,
        areas=kept.areas,
    )


@dataclass(frozen=True)
class CardFiles:
    """The card's three forms by file name, and what is blank or not measured in it."""

    files: Mapping[str, bytes]
    findings: tuple[str, ...]


def card_files(
    ws: Workspace,
    name: str,
    folder: Path,
    kept: KeptRun,
    facts: CandidateFacts,
    statement: Statement,
    *,
    root: Root,
    **now: Any,
) -> CardFiles:
    """Write a card in its three forms; ``now`` holds how the version stands: decision, words, promotion, version."""
    asked = root.policies[name].promotion
    card = make_card(
        facts,
        statement=written_from(statement, entities=statement.entities, outcome_happened=statement.outcome_happened),
        tables={one.place: one for one in kept.tables},
        plots=[_plot(folder, one) for one in kept.plots],
        may_not_be_used_for=root.policies[name].may_not_be_used_for,
        signatories=() if asked is None else signatories(root.board, asked.quorum),
        **now,
    )
    forms = {"card.json": card_json(card), "card.md": card_markdown(card), "card.html": card_html(card)}
    return CardFiles({file: text.encode() for file, text in forms.items()}, card.findings)


def _plot(folder: Path, one: KeptPlot) -> CardPlot:
    try:
        png = (folder / f"{one.name}.png").read_bytes()
    except OSError as error:
        raise run_is_gone(folder / f"{one.name}.png", error) from None
    return CardPlot(name=one.name, title=one.title, alt=one.alt, part=one.place, png=png)
