"""The front door: everything that people wrote about one model, checked against a candidate and laid out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from riskmodels.governance.documents.across import agreements_first, assessed_in_order, same_everywhere
from riskmodels.governance.documents.atrs import Atrs, atrs_findings, atrs_json, atrs_page, read_atrs
from riskmodels.governance.documents.atrs_facts import facts_by_key
from riskmodels.governance.documents.canvas import Canvas, canvas_findings, canvas_page, read_canvas
from riskmodels.governance.documents.dpia import Dpia, read_dpia
from riskmodels.governance.documents.dpia_checks import dpia_findings
from riskmodels.governance.documents.dpia_page import dpia_page
from riskmodels.governance.documents.drift import register_findings
from riskmodels.governance.documents.equality import Equality, equality_findings, read_equality
from riskmodels.governance.documents.equality_page import equality_page
from riskmodels.governance.documents.files import Written
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.pages import marks_findings
from riskmodels.governance.documents.processing_record import (
    ProcessingRecord,
    processing_findings,
    processing_page,
    read_processing_record,
)
from riskmodels.governance.documents.register import Register, read_register
from riskmodels.governance.documents.register_page import register_page
from riskmodels.governance.documents.rests_on import PARTS, refresh_rests_on, renew, rests_on_now
from riskmodels.governance.documents.reviews import document_facts
from riskmodels.governance.documents.statement import Statement, read_statement
from riskmodels.governance.facts import DocumentFacts

__all__ = ["Documents", "WrittenName", "document_paths", "read_documents"]

WrittenName = Literal["statement", "dpia", "equality", "atrs", "canvas", "processing_record", "sources"]
"""The documents that people write; the card is made elsewhere, from the same facts."""

_Rested = Written[Dpia] | Written[Equality] | Written[Atrs] | Written[Canvas] | Written[ProcessingRecord]


def document_paths(folder: Path, model: str) -> dict[WrittenName, Path]:
    """Say where each document of a model lies.

    Parameters
    ----------
    folder : Path
        The workspace.
    model : str
        The model's name.
    """
    ethics = folder / "ethics"
    return {
        "sources": ethics / "sources.yaml",
        "statement": folder / "model_cards" / model / "statement.yaml",
        "dpia": ethics / "dpia" / f"{model}.yaml",
        "equality": ethics / "equality" / f"{model}.yaml",
        "atrs": ethics / "atrs" / f"{model}.yaml",
        "canvas": ethics / "canvas" / f"{model}.yaml",
        "processing_record": ethics / "processing_record" / f"{model}.yaml",
    }


def read_documents(folder: Path, model: str) -> Documents:
    """Read everything that people wrote about a model.

    Parameters
    ----------
    folder : Path
        The workspace.
    model : str
        The model's name.

    Raises
    ------
    DocumentError
        If a file is not there, cannot be read, or says something that cannot be; with the file and the line.
    """
    paths = document_paths(folder, model)
    return Documents(
        model=model,
        paths=paths,
        register=read_register(paths["sources"]),
        statement=read_statement(paths["statement"]),
        dpia=read_dpia(paths["dpia"]),
        equality=read_equality(paths["equality"]),
        atrs=read_atrs(paths["atrs"]),
        canvas=read_canvas(paths["canvas"]),
        processing_record=read_processing_record(paths["processing_record"]),
    )


@dataclass(frozen=True)
class Documents:
    """Everything that people wrote about one model.

    Attributes
    ----------
    model : str
        The model's name.
    paths : mapping of str to Path
        Where each document lies.
    register : Register
        The register of sources.
    statement : Statement
        What people say of the model.
    dpia, equality, atrs, canvas, processing_record : Written
        The assessments and records.
    """

    model: str
    paths: Mapping[WrittenName, Path]
    register: Register
    statement: Statement
    dpia: Written[Dpia]
    equality: Written[Equality]
    atrs: Written[Atrs]
    canvas: Written[Canvas]
    processing_record: Written[ProcessingRecord]

    def facts(self, inputs: DocumentInputs, *, today: datetime.date) -> dict[WrittenName, DocumentFacts]:
        """Give what the gate reads of each document.

        Parameters
        ----------
        inputs : DocumentInputs
            The facts of the candidate.
        today : date
            The day to judge reviews and agreements by.
        """
        found = self._findings(inputs, today)
        pages = self.markdown(inputs)
        for name in found:
            found[name] += marks_findings(f"{name}.md", pages[f"{name}.md"]) if f"{name}.md" in pages else []
        plain: dict[WrittenName, DocumentFacts] = {
            "sources": DocumentFacts(digest=self.register.digest, findings=tuple(found["sources"])),
            "statement": DocumentFacts(digest=self.statement.digest, findings=tuple(found["statement"])),
        }
        return plain | {
            name: document_facts(
                name,
                one,
                inputs,
                findings=tuple(dict.fromkeys(found[name])),
                rests_on=one.said.rests_on,
                review_by=one.said.review_by,
            )
            for name, one in self._rested().items()
        }

    def markdown(self, inputs: DocumentInputs) -> dict[str, str]:
        """Give each document as a page, by file name; what people wrote and what was generated are marked apart.

        Parameters
        ----------
        inputs : DocumentInputs
            The facts of the candidate. Every figure on a page is one of these.
        """
        fields = self._atrs_fields(inputs)
        return {
            "sources.md": register_page(self.register),
            "dpia.md": dpia_page(self.dpia, inputs, self.statement),
            "equality.md": equality_page(self.equality, inputs, self.statement),
            "atrs.md": atrs_page(self.atrs, inputs, self.statement, fields),
            "canvas.md": canvas_page(self.canvas, inputs, self.statement),
            "processing_record.md": processing_page(self.processing_record, inputs, self.register, self.statement),
        }

    def files(self, inputs: DocumentInputs) -> dict[str, str]:
        """Give every file to keep beside a version: the pages, and the transparency record as JSON."""
        return {**self.markdown(inputs), "atrs.json": atrs_json(self.atrs, self._atrs_fields(inputs))}

    def confirm(self, inputs: DocumentInputs, *, only: Iterable[WrittenName] | None = None) -> tuple[Path, ...]:
        """Write into the files that they are about these facts, after a person read them and said so.

        Parameters
        ----------
        inputs : DocumentInputs
            What they were confirmed for.
        only : iterable of str, optional
            The documents that were confirmed; all that rest on anything when not given.

        Returns
        -------
        tuple of Path
            The files that changed. Read the documents again afterwards.
        """
        asked = set(PARTS) if only is None else set(only)
        changed = []
        for name, one in self._rested().items():
            now = rests_on_now(name, inputs)
            if name in asked and one.said.rests_on != now:
                refresh_rests_on(self.paths[name], now)
                changed.append(self.paths[name])
        return tuple(changed)

    def renew(
        self, *, reviewed_on: datetime.date, review_by: datetime.date, only: Iterable[WrittenName] | None = None
    ) -> None:
        """Write the days of a review into the files, after people went through them again."""
        asked = set(PARTS) if only is None else set(only)
        for name in self._rested():
            if name in asked:
                renew(self.paths[name], reviewed_on=reviewed_on, review_by=review_by)

    def _rested(self) -> dict[WrittenName, _Rested]:
        return {
            "dpia": self.dpia,
            "equality": self.equality,
            "atrs": self.atrs,
            "canvas": self.canvas,
            "processing_record": self.processing_record,
        }

    def _atrs_fields(self, inputs: DocumentInputs) -> Mapping[str, str]:
        return facts_by_key(inputs, self.statement, self.dpia.said, self.equality.said)

    def _findings(self, inputs: DocumentInputs, today: datetime.date) -> dict[WrittenName, list[str]]:
        care = self.register.care_sources(one.source for one in inputs.sources)
        said, fields = self.statement, self._atrs_fields(inputs)
        drift = register_findings(self.register, inputs.declared)
        return {
            "sources": [*self.register.findings(today=today), *drift],
            "statement": list(said.findings(where=f"model_cards/{self.model}/statement.yaml")),
            "dpia": [
                *dpia_findings(self.dpia, inputs, said, care_sources=care, today=today),
                *same_everywhere(self.dpia.said, said, self.register),
                *agreements_first(self.dpia.said, self.equality.said, self.register, inputs),
            ],
            "equality": [
                *equality_findings(self.equality, inputs, today=today),
                *assessed_in_order(self.dpia.said, self.equality.said),
            ],
            "atrs": list(atrs_findings(self.atrs, said, fields, today=today)),
            "canvas": list(canvas_findings(self.canvas, today=today)),
            "processing_record": list(processing_findings(self.processing_record, inputs, self.register, today=today)),
        }
