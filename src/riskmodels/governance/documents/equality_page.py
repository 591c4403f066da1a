"""The equality impact assessment as a page, with the audit's verdicts beside people's words."""

from __future__ import annotations

from riskmodels.governance.documents.equality import Equality, Impact
from riskmodels.governance.documents.equality_questions import AIMS, ANSWERS, NINE
from riskmodels.governance.documents.files import Written
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.pages import (
    bullets,
    comparison_rows,
    day,
    figure,
    generated,
    page,
    plain,
    table,
    untested,
    written,
    written_table,
)
from riskmodels.governance.documents.statement import Statement

__all__ = ["equality_page"]

_IMPACT = ("Characteristic", "Impact", "Evidence", "Action", "Owner", "By")
_COMPARED = ("Characteristic", "Group", "Measure", "Tolerance", "Difference from the rest", "Verdict")


def equality_page(equality: Written[Equality], inputs: DocumentInputs, statement: Statement) -> str:
    """Lay out the assessment in Markdown, with what people wrote and what was generated marked apart."""
    said = equality.said
    lines = page(
        f"Equality impact assessment: {statement.title or inputs.model}",
        inputs=inputs,
        where=equality.where,
        digest=equality.digest,
        demonstration=statement.demonstration,
    )
    lines += written_table(
        ("Reference", "Version", "Lead officer", "Service", "Equality adviser", "Decision", "Decision maker"),
        [
            (
                said.reference,
                said.version,
                said.lead_officer,
                said.service,
                said.equality_adviser,
                said.decision,
                said.decision_maker,
            )
        ],
    )
    lines += ["## The equality duty (s149)", ""]
    lines += written_table(("Aim", "How regard was had to it"), [(AIMS[key], said.aims.get(key, "")) for key in AIMS])
    lines += ["## What the audit found", "", *_audit(inputs)]
    lines += ["## Impact on people who share a characteristic", ""]
    rows = [_row(name, said.characteristics.get(name, Impact())) for name in NINE]
    lines += written_table(_IMPACT, [*rows, *(_row(name, row) for name, row in said.also.items())])
    for prompt in ANSWERS:
        lines += [f"## {prompt.title}", "", f"*{prompt.asks}*", "", *written(said.answers.get(prompt.key, ""))]
    return "\n".join([*lines, *_conclusion(said)]).rstrip() + "\n"


def _row(name: str, row: Impact) -> tuple[str, ...]:
    return (name, row.impact or "not said", row.evidence, row.action, row.owner, "" if row.by is None else day(row.by))


def _audit(inputs: DocumentInputs) -> list[str]:
    bias = inputs.bias
    held = [(name, bias.held.get(name, "not held")) for name in NINE]
    lines = ["### How each characteristic is held", "", *generated(*table(("Characteristic", "Held"), held))]
    lines += ["### Comparisons named beforehand", "", *generated(*table(_COMPARED, comparison_rows(bias)))]
    breaches = [(one.group, plain(one.metric), f"{one.tolerance:g}", figure(one.difference)) for one in bias.breaches]
    proven = table(("Group", "Measure", "Tolerance", "Difference from the rest"), breaches, nothing="None was found.")
    lines += ["### Differences that nobody named, proven all the same", "", *generated(*proven)]
    return [*lines, "### Not tested", "", *generated(*bullets(untested(bias), nothing="Every group was tested."))]


def _conclusion(said: Equality) -> list[str]:
    conclusion = (said.conclusion or "not said").capitalize()
    approval = f"Approved by: {said.approved.position}, {day(said.approved.date)}. "
    days = f"Decision on {day(said.decided_on)}. Last gone through on {day(said.reviewed_on)}; again by "
    lines = ["## Conclusion", "", *written(f"{conclusion}. {said.conclusion_because}")]
    return [*lines, *written(f"{approval}{days}{day(said.review_by)}.")]
