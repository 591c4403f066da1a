"""The data ethics canvas of a model: ``ethics/canvas/<model>.yaml``, the page that an ethics board reads first.

The boxes are those of the Open Data Institute's Data Ethics Canvas (2021).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from riskmodels.governance.documents.dpia_steps import Prompt
from riskmodels.governance.documents.files import Day, Words, Written, read_written
from riskmodels.governance.documents.findings import blanks, typed_figure
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.pages import bullets, generated, page, untested, written
from riskmodels.governance.documents.reviews import review_findings
from riskmodels.governance.documents.statement import Statement
from riskmodels.governance.wire import Record

__all__ = ["BOXES", "Canvas", "canvas_findings", "canvas_page", "read_canvas"]

BOXES: Mapping[str, tuple[Prompt, ...]] = {
    "Know your data": (
        Prompt("data_sources", "Data sources", "What are the sources? Who collected them, and for what?"),
        Prompt("rights_around_data", "Rights around data sources", "Who has rights over them? May they be used so?"),
        Prompt("limitations", "Limitations in data sources", "What is missing, late, wrong or skewed?"),
        Prompt(
            "ethical_and_legislative_context",
            "Ethical and legislative context",
            "Which laws, codes and policies bear on this?",
        ),
    ),
    "Explore your impact": (
        Prompt("reason", "Your reason for using data", "What is your primary purpose? What does success mean?"),
        Prompt("positive_effects", "Positive effects on people", "Who gains, and how will you know?"),
        Prompt("negative_effects", "Negative effects on people", "Who could be harmed, and how?"),
        Prompt("minimising_negative_impact", "Minimising negative impact", "What will you do to limit harm?"),
    ),
    "Plan your engagement": (
        Prompt("communicating_purpose", "Communicating your purpose", "Do people know, and do they understand?"),
        Prompt("engaging_with_people", "Engaging with people", "How are those affected heard, and can they object?"),
        Prompt("openness_and_transparency", "Openness and transparency", "What is published, and where?"),
        Prompt("sharing_data", "Sharing data with others", "With whom are data or results shared, on what terms?"),
    ),
    "Integrate into processes": (
        Prompt("ongoing_implementation", "Ongoing implementation", "Who keeps it right, with what time and money?"),
        Prompt("reviews_and_iterations", "Reviews and iterations", "How often is it looked at again, and by whom?"),
        Prompt("your_actions", "Your actions", "What must be done next, by whom and by when?"),
    ),
}
"""The fifteen boxes in their four parts."""

_PROMPTS = tuple(prompt for part in BOXES.values() for prompt in part)


class Canvas(Record):
    """What people wrote in ``ethics/canvas/<model>.yaml``."""

    completed_by: Words = ""
    reviewed_on: Day = None
    review_by: Day = None
    boxes: dict[str, Words] = Field(default_factory=dict)
    rests_on: dict[str, str | dict[str, str]] | None = None


def read_canvas(path: Path) -> Written[Canvas]:
    """Read ``ethics/canvas/<model>.yaml``.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or has a key that is unknown; with the line, and the nearest right key.
    """
    return read_written(
        path,
        Canvas,
        what="the data ethics canvas",
        who="the head of the service",
        known={"boxes": [prompt.key for prompt in _PROMPTS]},
    )


def canvas_findings(canvas: Written[Canvas], *, today: datetime.date) -> tuple[str, ...]:
    """List what is blank, still to be written or typed by hand though the run alone may say it.

    Parameters
    ----------
    canvas : Written
        What people wrote.
    today : date
        The day to judge by.
    """
    said, where = canvas.said, canvas.where
    words = {f"boxes.{prompt.key}": said.boxes.get(prompt.key, "") for prompt in _PROMPTS}
    return (
        *blanks({"completed_by": said.completed_by, **words}, where=where, rule="C1"),
        *(f"C26: {where}, {key} types a measure of the model" for key, text in words.items() if typed_figure(text)),
        *review_findings(where, said.reviewed_on, said.review_by, today=today),
    )


def canvas_page(canvas: Written[Canvas], inputs: DocumentInputs, statement: Statement) -> str:
    """Lay out the canvas in Markdown, with what people wrote and what was generated marked apart."""
    lines = page(
        f"Data ethics canvas: {statement.title or inputs.model}",
        inputs=inputs,
        where=canvas.where,
        digest=canvas.digest,
        demonstration=statement.demonstration,
    )
    lines += written(f"Filled in by: {canvas.said.completed_by}")
    for part, prompts in BOXES.items():
        lines += [f"## {part}", ""]
        for prompt in prompts:
            lines += [f"### {prompt.title}", "", f"*{prompt.asks}*", "", *_facts(prompt.key, inputs)]
            lines += written(canvas.said.boxes.get(prompt.key, ""))
    return "\n".join(lines).rstrip() + "\n"


def _facts(key: str, inputs: DocumentInputs) -> list[str]:
    match key:
        case "data_sources":
            listed = dict.fromkeys(f"{one.source}: {one.extract} (for the {one.read_for})" for one in inputs.sources)
            return generated(*bullets(listed))
        case "rights_around_data":
            listed = dict.fromkeys(f"{one.source}: {one.lawful_basis}; {one.gateway}" for one in inputs.sources)
            return generated(*bullets(listed))
        case "limitations":
            held = [f"{name}: {says}" for name, says in inputs.bias.held.items()]
            return generated(*bullets([*held, *untested(inputs.bias)]))
        case "reason":
            return generated(f"{inputs.says} Purpose in the register: `{inputs.purpose}`.")
    return []
