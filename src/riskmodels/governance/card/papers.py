"""What a model rests on: sources with their lawful basis, documents, and the digests that tell it from any other."""

from __future__ import annotations

from riskmodels.governance.card.blocks import CardTable, Cell, Part, computed
from riskmodels.governance.card.spelling import count, day, listed, percent, shortened
from riskmodels.governance.facts import CandidateFacts, DataFacts, DocumentFacts, DocumentName, SourceFacts

__all__ = ["check_part", "digests_part", "documents_part", "sources_part"]

_DOCUMENTS: dict[DocumentName, str] = {
    "statement": "Statement of the people who put it forward",
    "dpia": "Data protection impact assessment",
    "equality": "Equality impact assessment",
    "atrs": "Algorithmic transparency record",
    "canvas": "Data ethics canvas",
    "processing_record": "Record of processing",
    "sources": "Register of sources",
}
_NOT_STATED = "not stated"


def sources_part(facts: CandidateFacts) -> Part:
    """Give each extract that is read: by what right, for what, until when, and in what state."""
    data = {one.extract: one for one in facts.data}
    right = CardTable(
        caption="By what right each extract is read",
        head=("Extract", "Read for", "Lawful basis", "Allowed for", "Special category"),
        rows=tuple(_right(one) for one in facts.sources),
    )
    kept = CardTable(
        caption="How long each extract is kept and shared, and its state",
        head=("Extract", "Sharing agreement", "Retention", "Rows", "Bad rows", "Newest", "When it was known"),
        rows=tuple(_state(one, data.get(one.extract), facts) for one in facts.sources),
    )
    extra = [one.extract for one in facts.data if one.extract not in {source.extract for source in facts.sources}]
    said = [] if facts.sources else ["No source is recorded."]
    said += [f"Also read, and not recorded as a source: {listed(extra)}."] if extra else []
    tables = tuple(one for one in (right, kept) if one.rows)
    intro = (
        f"The purpose is {facts.model.purpose.replace('_', ' ')}: every source must allow it, or equality monitoring."
    )
    return Part(anchor="sources", title="Where the data comes from", intro=intro, said=computed(*said), tables=tables)


def _right(one: SourceFacts) -> tuple[Cell, ...]:
    if not one.registered:
        return (
            _extract(one),
            _read_for(one),
            Cell(text="Not in the register of sources"),
            Cell(text=_NOT_STATED),
            Cell(text=_NOT_STATED),
        )
    purposes = listed([purpose.replace("_", " ") for purpose in one.purposes], "nothing")
    condition = one.special_category_condition or "NO CONDITION GIVEN"
    gateway = "; ".join(words for words in (one.gateway, one.regime) if words)
    return (
        _extract(one),
        _read_for(one),
        Cell(text=one.lawful_basis or _NOT_STATED, below=gateway),
        Cell(text=purposes),
        Cell(text="Yes", below=condition) if one.special_category else Cell(text="No"),
    )


def _extract(one: SourceFacts) -> Cell:
    return Cell(text=one.extract, below=one.source)


def _read_for(one: SourceFacts) -> Cell:
    return Cell(text="the model" if one.read_for == "model" else "the audit only")


def _state(one: SourceFacts, data: DataFacts | None, facts: CandidateFacts) -> tuple[Cell, ...]:
    ends = "" if one.agreement_ends is None else f"ends {day(one.agreement_ends)}"
    agreement = Cell(text=one.agreement or ("no end is recorded" if one.registered else _NOT_STATED), below=ends)
    if data is None:
        return (_extract(one), agreement, Cell(text=one.retention or _NOT_STATED), *[Cell(text="not measured")] * 4)
    clock = "assumed, by a delay that its contract states" if data.known_time_assumed else "as it was recorded"
    return (
        _extract(one),
        agreement,
        Cell(text=one.retention or _NOT_STATED),
        Cell(text="no rows" if data.rows == 0 else count(data.rows, facts.disclosure)),
        Cell(text=percent(data.bad_share), below=f"{percent(data.tolerance)} allowed"),
        Cell(text="no date" if data.newest is None else day(data.newest)),
        Cell(text=clock),
    )


def documents_part(facts: CandidateFacts) -> Part:
    """Give each document with its digest, what is wrong with it, and until when it may be relied on."""
    rows = tuple(_document(label, facts.documents.get(name)) for name, label in _DOCUMENTS.items())
    table = CardTable(
        caption="Documents that go with this model",
        head=("Document", "Complete", "What is wrong with it", "Review by", "SHA-256"),
        rows=rows,
        notes=("The card cannot hold its own digest: that is in the candidate's signed statement.",),
    )
    return Part(anchor="documents", title="Documents", tables=(table,))


def _document(label: str, one: DocumentFacts | None) -> tuple[Cell, ...]:
    if one is None:
        return (Cell(text=label), Cell(text="No"), Cell(text="not there"), Cell(text=_NOT_STATED), Cell(text="none"))
    wrong = list(one.findings)
    if one.rests_on != one.rests_on_now:
        wrong.append(f"written before this changed: {'; '.join(one.changed) or 'what it rests on'}")
    return (
        Cell(text=label),
        Cell(text="No" if wrong else "Yes"),
        Cell(text="; ".join(wrong) or "nothing found"),
        Cell(text=_NOT_STATED if one.review_by is None else day(one.review_by)),
        shortened(one.digest),
    )


def digests_part(facts: CandidateFacts) -> Part:
    """Give the fingerprints of all that makes the model this one, and what it was made on."""
    model = facts.model
    digests = {
        "Bundle: the model's files": model.bundle_digest,
        "What was learned": model.reproducibility_digest,
        "Definition of the use case": model.definition_digest,
        "Data that it learned from": model.table_digest,
        "Trust root, with the policy": facts.root_digest,
    }
    rows = tuple((Cell(text=name), shortened(digest)) for name, digest in digests.items())
    if facts.log_head is not None:
        number, _, digest = facts.log_head.partition(":")
        rows = (*rows, (Cell(text=f"Decision log, entry {number}"), shortened(digest)))
    files = tuple((Cell(text=one.path), shortened(one.sha256)) for one in facts.files)
    made_on = tuple((Cell(text=name), Cell(text=version)) for name, version in model.platform.items())
    tables = (
        CardTable(caption="Fingerprints (SHA-256)", head=("Of", "Begins with"), rows=rows),
        CardTable(caption="Files of the bundle", head=("File", "SHA-256 begins with"), rows=files),
        CardTable(caption="What it was made on", head=("What", "Version"), rows=made_on),
    )
    intro = "Equal fingerprints mean equal things: one changed letter gives another."
    kept = tuple(one for one in tables if one.rows)
    return Part(anchor="digests", title="Fingerprints and environment", intro=intro, tables=kept)


def check_part(facts: CandidateFacts, version: str | None) -> Part:
    """Say how anybody can check the card for themselves."""
    command = f"riskmodels verify {facts.model.name} {version or 'VERSION'}"
    said = computed(
        f"With the public pack, run: {command}. It checks every signature, the chain of the decision log and the "
        "figures that are published, and says what it could not check.",
        "An auditor who holds the full pack can have every figure that a limit applies to worked out again.",
        f"To make the model again from what was kept, run: riskmodels reproduce {facts.model.name} "
        f"{version or 'VERSION'}.",
    )
    return Part(anchor="check", title="How to check this yourself", said=said)
