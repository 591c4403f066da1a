"""The data protection impact assessment as a page: the ICO's seven steps, each with its facts and its answers."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodels.governance.documents.dpia import Dpia, Risk, SignOff
from riskmodels.governance.documents.dpia_steps import AI_ANNEX, SIGN_OFF, STEPS, TRIGGERS, Prompt, Step
from riskmodels.governance.documents.files import Written
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.pages import (
    bullets,
    count,
    day,
    generated,
    metric_rows,
    page,
    source_table,
    table,
    untested,
    written,
    written_table,
)
from riskmodels.governance.documents.statement import Statement

__all__ = ["dpia_page"]


def dpia_page(dpia: Written[Dpia], inputs: DocumentInputs, statement: Statement) -> str:
    """Lay out the assessment in Markdown, with what people wrote and what was generated marked apart."""
    said = dpia.said
    lines = page(
        f"Data protection impact assessment: {statement.title or inputs.model}",
        inputs=inputs,
        where=dpia.where,
        digest=dpia.digest,
        demonstration=statement.demonstration,
    )
    lines += written_table(
        ("Reference", "Version", "Controller", "Data protection officer", "Contact", "Processing starts"),
        [(said.reference, said.version, said.controller, said.dpo, said.contact, day(said.planned_start))],
    )
    lines += ["## Screening", "", *_screening(said)]
    for step in STEPS:
        lines += [f"## Step {step.number}: {step.title}", "", *_step(step, said, inputs)]
    lines += ["## What the use of AI adds", "", *_annex(said, inputs, statement)]
    review = f"Last gone through on {day(said.reviewed_on)}; again by {day(said.review_by)}."
    return "\n".join([*lines, "## Review", "", *written(review)]).rstrip() + "\n"


def _screening(said: Dpia) -> list[str]:
    if not said.screening:
        return written(said.no_trigger_because)
    rows = [(TRIGGERS.get(one.trigger, one.trigger), one.why) for one in said.screening]
    return written_table(("Kind of processing on the ICO's list", "Why it applies"), rows)


def _step(step: Step, said: Dpia, inputs: DocumentInputs) -> list[str]:
    if step.number == 5:
        return [*_risks(said.risks), *generated(*bullets(untested(inputs.bias), nothing="Every group was tested."))]
    if step.number == 6:
        return _measures(said.risks)
    if step.number == 7:
        return _outcomes(said)
    lines: list[str] = []
    for prompt in step.prompts:
        lines += [f"### {prompt.title}", "", f"*{prompt.asks}*", "", *_facts(prompt, inputs)]
        lines += written(said.answers.get(prompt.key, ""))
    return lines


def _facts(prompt: Prompt, inputs: DocumentInputs) -> list[str]:
    """Give what is filled in for one box; most boxes are people's alone."""
    match prompt.key:
        case "need":
            return generated(inputs.says, "", f"Purpose in the register: `{inputs.purpose}`.")
        case "nature":
            return source_table(inputs)
        case "scope":
            return generated(*_scope(inputs))
        case "purposes":
            return generated(f"Outcome: {inputs.outcome_says}. Horizon: {inputs.horizon_days} days.")
        case "necessity":
            bases = dict.fromkeys(f"{one.lawful_basis}; {one.gateway} ({one.source})" for one in inputs.sources)
            features = [f"{one.says}{f' ({one.unit})' if one.unit else ''}" for one in inputs.features]
            listed = table(("What the model knows",), [(one,) for one in features])
            return [*generated(*bullets(bases)), *generated(*listed)]
    return []


def _scope(inputs: DocumentInputs) -> list[str]:
    dates = (*inputs.learned_from, *inputs.held_out)
    period = f"{day(min(dates))} to {day(max(dates))}" if dates else "no date"
    known = ", ".join(inputs.characteristics_known)
    also_inputs = [("Tested against, and read by an input too", known)] if known else []
    return table(
        ("What", "How much"),
        [
            ("Population", inputs.population),
            ("Rows that the figures rest on", count(inputs.rows, inputs)),
            (f"Of them {inputs.positives_are}", count(inputs.positives, inputs)),
            ("Entities in them", count(inputs.people, inputs)),
            ("Areas in them", count(inputs.areas, inputs)),
            ("As-of dates", period),
            ("Columns that the contracts declare", str(len(inputs.columns))),
            ("Special category columns", ", ".join(inputs.special_category_columns) or "none"),
            ("Characteristics tested against, never an input", ", ".join(inputs.characteristics_never_known) or "none"),
            *also_inputs,
            ("Length of the list at one date", f"{inputs.capacity:,}" if inputs.unit is None else "no list is made"),
        ],
    )


def _risks(risks: Sequence[Risk]) -> list[str]:
    head = ("No.", "Source of risk and what it would mean", "Likelihood", "Severity", "Overall")
    rows = [
        (str(number), one.risk, one.likelihood or "", one.severity or "", one.overall or "")
        for number, one in enumerate(risks, start=1)
    ]
    return written_table(head, rows)


def _measures(risks: Sequence[Risk]) -> list[str]:
    head = ("Risk", "Measure", "Owner", "By", "Effect of all measures", "Risk left", "Approved")
    rows = [
        (
            str(number),
            one.measure,
            one.owner,
            day(one.by),
            risk.effect or "",
            risk.residual or "",
            "yes" if risk.approved else "no",
        )
        for number, risk in enumerate(risks, start=1)
        for one in risk.measures
    ]
    return written_table(head, rows)


def _outcomes(said: Dpia) -> list[str]:
    rows = []
    for key, title in SIGN_OFF.items():
        one = said.sign_off.get(key, SignOff())
        rows.append((title, one.position, day(one.date), one.comments))
    lines = written_table(("Item", "Position", "Date", "Comments"), rows)
    lines += ["### Summary of the data protection officer's advice", "", *written(said.dpo_advice_summary)]
    if said.prior_consultation.date is not None:
        held = said.prior_consultation
        lines += [*written(f"The Information Commissioner was consulted on {day(held.date)}: {held.outcome}")]
    if said.caldicott.position:
        held_word = said.caldicott
        lines += [*written(f"{held_word.position}, {day(held_word.date)}: {held_word.word}")]
    return lines


def _annex(said: Dpia, inputs: DocumentInputs, statement: Statement) -> list[str]:
    held = statement.oversight
    lines = ["### The decision, and who takes it", "", *written(said.decision.what)]
    automated = "yes" if said.decision.solely_automated else "no"
    significant = "yes" if said.decision.significant else "no"
    lines += written(f"Solely automated: {automated}. A legal or similarly significant effect: {significant}.")
    oversight = (held.who_looks, held.may_override, held.information_shown, held.training, held.recorded)
    lines += ["### Human involvement", "", "As the statement on the model card has it.", ""]
    lines += written(" ".join(text for text in oversight if text))
    for prompt in AI_ANNEX:
        lines += [f"### {prompt.title}", "", f"*{prompt.asks}*", ""]
        if prompt.key == "variation_in_performance":
            lines += generated(*table(("Estimator", "Measure", "Figure"), metric_rows(inputs)))
        lines += written(said.ai_annex.get(prompt.key, ""))
    return lines
