"""The record of processing (Article 30 UK GDPR): from the register and the run, with a few lines that people write."""

from __future__ import annotations

import datetime
from pathlib import Path

from riskmodels.governance.documents.files import Day, Words, Written, read_written
from riskmodels.governance.documents.findings import blanks
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.pages import (
    bullets,
    day,
    generated,
    page,
    source_table,
    table,
    written,
    written_table,
)
from riskmodels.governance.documents.register import Register
from riskmodels.governance.documents.reviews import review_findings
from riskmodels.governance.documents.statement import Statement
from riskmodels.governance.wire import Record

__all__ = ["TITLES", "ProcessingRecord", "processing_findings", "processing_page", "read_processing_record"]

TITLES = {
    "controller": "Controller and contact",
    "joint_controllers": "Joint controllers",
    "data_protection_officer": "Data protection officer",
    "people": "Categories of people",
    "recipients": "Categories of recipients",
    "transfers": "Transfers to other countries, and their safeguards",
    "score_retention": "How long scores and lists are kept",
    "security": "Security measures (Article 32)",
    "processors": "Processors",
}


class ProcessingRecord(Record):
    """What people wrote in ``ethics/processing_record/<model>.yaml``."""

    reference: Words = ""
    controller: Words = ""
    joint_controllers: Words = ""
    data_protection_officer: Words = ""
    people: Words = ""
    recipients: Words = ""
    processors: Words = ""
    transfers: Words = ""
    score_retention: Words = ""
    security: Words = ""
    reviewed_on: Day = None
    review_by: Day = None
    rests_on: dict[str, str | dict[str, str]] | None = None


def read_processing_record(path: Path) -> Written[ProcessingRecord]:
    """Read ``ethics/processing_record/<model>.yaml``.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or has a key that is unknown; with the line, and the nearest right key.
    """
    return read_written(path, ProcessingRecord, what="the record of processing", who="the data protection officer")


def processing_findings(
    record: Written[ProcessingRecord], inputs: DocumentInputs, register: Register, *, today: datetime.date
) -> tuple[str, ...]:
    """List what is blank or contradicts the register.

    Parameters
    ----------
    record : Written
        What people wrote.
    inputs : DocumentInputs
        The facts of the candidate.
    register : Register
        Where the purpose is put in words.
    today : date
        The day to judge by.
    """
    said, where = record.said, record.where
    words = {"reference": said.reference, **{key: getattr(said, key) for key in TITLES}}
    found = blanks(words, where=where, rule="C1")
    if inputs.purpose not in register.purposes:
        found.append(f"C27: ethics/sources.yaml gives no meaning for the purpose {inputs.purpose}")
    found += [f"C27: {one.extract} is read and not registered" for one in inputs.sources if not one.registered]
    return (*found, *review_findings(where, said.reviewed_on, said.review_by, today=today))


def processing_page(
    record: Written[ProcessingRecord], inputs: DocumentInputs, register: Register, statement: Statement
) -> str:
    """Lay out the record in Markdown, with what people wrote and what was generated marked apart."""
    said = record.said
    lines = page(
        f"Record of processing: {statement.title or inputs.model}",
        inputs=inputs,
        where=record.where,
        digest=record.digest,
        demonstration=statement.demonstration,
    )
    lines += written(f"Reference: {said.reference}")
    lines += [
        "## Purpose",
        "",
        *generated(f"`{inputs.purpose}`: {register.purposes.get(inputs.purpose, 'no meaning given')}"),
    ]
    lines += ["## Who, to whom, how long, how safe", ""]
    lines += written_table(("What", "Answer"), [(title, getattr(said, key)) for key, title in TITLES.items()])
    lines += ["## Sources, lawful bases and retention", "", *source_table(inputs)]
    lines += ["## Categories of personal data", "", *generated(*_categories(inputs))]
    lines += ["## Sharing agreements", "", *generated(*_agreements(inputs))]
    review = f"Last gone through on {day(said.reviewed_on)}; again by {day(said.review_by)}."
    return "\n".join([*lines, "## Review", "", *written(review)]).rstrip() + "\n"


def _categories(inputs: DocumentInputs) -> list[str]:
    rows: dict[str, list[str]] = {}
    for name in inputs.columns:
        extract, column = name.split(".", 1)
        rows.setdefault(extract, []).append(
            f"{column} (special category)" if name in inputs.special_category_columns else column
        )
    return table(
        ("Extract", "Columns that its contract declares"), [(one, ", ".join(held)) for one, held in rows.items()]
    )


def _agreements(inputs: DocumentInputs) -> list[str]:
    held = dict.fromkeys(
        f"{one.source}: {one.agreement}, until {day(one.agreement_ends)}" for one in inputs.sources if one.agreement
    )
    return bullets(held, nothing="None is registered for these sources; the register says why.")
