"""What is wrong with a data protection impact assessment: the rules C1 to C14 and C26 to C31, each by its number."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from riskmodels.governance.documents.dpia import Dpia, Risk, SignOff
from riskmodels.governance.documents.dpia_steps import AI_ANNEX, ANSWERS, SIGN_OFF, TRIGGERS, overall_risk
from riskmodels.governance.documents.files import Written
from riskmodels.governance.documents.findings import blanks, typed_figure
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.reviews import review_findings
from riskmodels.governance.documents.statement import Statement
from riskmodels.naming import nearest

__all__ = ["dpia_findings"]

_NOT_FOR_A_COUNCIL = ("6(1)(f)", "6(1)(ea)", "legitimate interest")
_ALWAYS_AGREES, _ENOUGH_CASES = 0.98, 50
_LEVELS = ("low", "medium", "high")


def dpia_findings(
    dpia: Written[Dpia],
    inputs: DocumentInputs,
    statement: Statement,
    *,
    care_sources: Sequence[str] = (),
    today: datetime.date,
) -> tuple[str, ...]:
    """List what is wrong with the assessment, each finding with its rule and its place.

    Parameters
    ----------
    dpia : Written
        What people wrote.
    inputs : DocumentInputs
        The facts of the candidate.
    statement : Statement
        Where human oversight is described, once for all documents.
    care_sources : sequence of str
        Sources of confidential health or social care data that are read.
    today : date
        The day to judge by.
    """
    said, where = dpia.said, dpia.where
    return (
        *_written(said, where),
        *_screening(said, where),
        *_sources(inputs, said),
        *(fault for index, risk in enumerate(said.risks) for fault in _risk(risk, where, f"risks.{index}")),
        *([f"C5: {where}, risks lists nothing"] * (not said.risks)),
        *_prior_consultation(said, where),
        *_sign_off(said, where),
        *_advice(said, where),
        *review_findings(where, said.reviewed_on, said.review_by, today=today),
        *_caldicott(said, where, care_sources),
        *_automated(said, where, statement, inputs),
        *_small_numbers(inputs),
    )


def _written(said: Dpia, where: str) -> Iterable[str]:
    head = {name: getattr(said, name) for name in ("reference", "version", "controller", "dpo", "contact")}
    yield from blanks(head, where=where, rule="C1")
    yield from blanks({f"answers.{key}": said.answers.get(key, "") for key in ANSWERS}, where=where, rule="C1")
    annex = {f"ai_annex.{prompt.key}": said.ai_annex.get(prompt.key, "") for prompt in AI_ANNEX}
    yield from blanks(annex, where=where, rule="C11")
    yield from blanks({"decision.what": said.decision.what}, where=where, rule="C13")
    for key, text in said.words().items():
        if typed_figure(text):
            yield f"C26: {where}, {key} types a measure of the model; such figures come from the run alone"


def _screening(said: Dpia, where: str) -> Iterable[str]:
    if not said.screening:
        yield from blanks({"no_trigger_because": said.no_trigger_because}, where=where, rule="C2")
    for index, one in enumerate(said.screening):
        place = f"screening.{index}"
        if one.trigger not in TRIGGERS:
            yield f"C2: {where}, {place}.trigger is not on the ICO's list{nearest(one.trigger, TRIGGERS)}"
        yield from blanks({f"{place}.why": one.why}, where=where, rule="C2")


def _sources(inputs: DocumentInputs, said: Dpia) -> Iterable[str]:
    if not inputs.sources:
        yield "C27: no source is recorded"
    for one in inputs.sources:
        if not one.registered:
            yield f"C27: {one.extract} is read, and the register of sources does not list it"
            continue
        if one.special_category and not one.special_category_condition:
            yield f"C3: {one.extract} holds special category data, and the register gives no whole condition for it"
        if any(words in one.lawful_basis.lower() for words in _NOT_FOR_A_COUNCIL):
            yield f"C4: {one.extract} rests on a legitimate interest, which is not open to a council at its tasks"
        if not one.lawful_basis:
            yield f"C4: {one.extract} has no lawful basis in the register"
        if not one.retention:
            yield f"C29: {one.extract} has no retention in the register"
        ends, start = one.agreement_ends, said.planned_start
        if ends is not None and start is not None and ends <= start:
            yield f"C31: the sharing agreement of {one.extract} ends before the processing starts"


def _risk(risk: Risk, where: str, key: str) -> Iterable[str]:
    yield from blanks({f"{key}.risk": risk.risk}, where=where, rule="C5")
    if risk.likelihood is None or risk.severity is None or risk.overall is None:
        yield f"C5: {where}, {key} is not rated: likelihood, severity and overall are needed"
        return
    least = overall_risk(risk.likelihood, risk.severity)
    if _LEVELS.index(risk.overall) < _LEVELS.index(least):
        yield f"C5: {where}, {key}.overall is {risk.overall}; {risk.likelihood} and {risk.severity} make it {least}"
    if risk.overall != "low":
        yield from _measures(risk, where, key)


def _measures(risk: Risk, where: str, key: str) -> Iterable[str]:
    if not risk.measures:
        yield f"C5: {where}, {key} is {risk.overall}, and no measure is given"
    for index, one in enumerate(risk.measures):
        place = f"{key}.measures.{index}"
        yield from blanks({f"{place}.measure": one.measure, f"{place}.owner": one.owner}, where=where, rule="C5")
        if one.by is None:
            yield f"C5: {where}, {place}.by has no date"
    missing = [name for name in ("effect", "residual", "approved") if getattr(risk, name) is None]
    yield from (f"C5: {where}, {key}.{name} is not said" for name in missing)
    if risk.approved is False:
        yield f"C5: {where}, {key}: its measures are not approved"


def _prior_consultation(said: Dpia, where: str) -> Iterable[str]:
    if not any(risk.residual == "high" for risk in said.risks):
        return
    held = said.prior_consultation
    if held.date is None or not held.outcome:
        yield f"C6: {where}: a high risk is left, and the Information Commissioner's consultation is not recorded"
    elif said.planned_start is None or held.date >= said.planned_start:
        yield f"C6: {where}: the Information Commissioner must be consulted before the processing starts"


def _sign_off(said: Dpia, where: str) -> Iterable[str]:
    if said.planned_start is None:
        yield f"C7: {where}, planned_start has no date"
    for key, title in SIGN_OFF.items():
        row = said.sign_off.get(key, SignOff())
        if not row.position or row.date is None:
            yield f"C7: {where}, sign_off.{key} ({title.lower()}): a position and a date are needed"
        elif said.planned_start is not None and row.date > said.planned_start:
            yield f"C7: {where}, sign_off.{key} is dated after the processing starts"


def _advice(said: Dpia, where: str) -> Iterable[str]:
    yield from blanks({"dpo_advice_summary": said.dpo_advice_summary}, where=where, rule="C8")
    rows = {key: said.sign_off.get(key, SignOff()) for key in SIGN_OFF}
    positions = {one.lower() for one in (said.dpo, rows["dpo_advice"].position) if one}
    if rows["residual_risks_approved"].position.lower() in positions:
        yield f"C8: {where}: the data protection officer may not approve the risk that is left"
    if said.dpo_advice_overruled is None:
        yield f"C8: {where}, dpo_advice_overruled says neither yes nor no"
    if said.dpo_advice_overruled and not rows["dpo_advice_decision"].comments:
        yield f"C8: {where}: the advice was overruled, and sign_off.dpo_advice_decision.comments gives no reason"
    if said.departs_from_views is None:
        yield f"C9: {where}, departs_from_views says neither yes nor no"
    if said.departs_from_views and not rows["consultation_reviewed"].comments:
        yield f"C9: {where}: it departs from people's views; sign_off.consultation_reviewed.comments gives no reason"


def _caldicott(said: Dpia, where: str, care_sources: Sequence[str]) -> Iterable[str]:
    held = said.caldicott
    if care_sources and (not held.position or held.date is None or not held.word):
        names = ", ".join(care_sources)
        yield f"C12: {where}: {names} holds care records, and the Caldicott Guardian's word is missing"


def _automated(said: Dpia, where: str, statement: Statement, inputs: DocumentInputs) -> Iterable[str]:
    held, decision = statement.oversight, said.decision
    if decision.solely_automated is None or decision.significant is None:
        yield f"C13: {where}, decision: solely_automated and significant are needed"
    if decision.solely_automated is False:
        words = {
            "who looks at each case before anything happens": held.who_looks,
            "what they may change": held.may_override,
            "what they have before them": held.information_shown,
            "how they are trained": held.training,
            "what is recorded of agreeing and differing": held.recorded,
        }
        missing = [what for what, text in words.items() if not text]
        yield from (f"C13: not solely automated, and the statement does not say {what}" for what in missing)
        seen = inputs.decisions
        if seen is not None and seen.cases >= _ENOUGH_CASES and seen.agreed_share > _ALWAYS_AGREES:
            yield "C13: officers hardly ever differ from the list: their involvement may not be meaningful"
    if decision.solely_automated and decision.significant:
        safeguards = type(decision.safeguards).model_fields
        words = {f"decision.safeguards.{name}": getattr(decision.safeguards, name) for name in safeguards}
        yield from blanks(words, where=where, rule="C14")
        if any(one.special_category for one in inputs.sources):
            condition = {"decision.article_22b_condition": decision.article_22b_condition}
            yield from blanks(condition, where=where, rule="C14")


def _small_numbers(inputs: DocumentInputs) -> Iterable[str]:
    held = inputs.disclosure
    if held.smallest_shown is not None and held.smallest_shown < held.number:
        yield f"C30: a published table shows a count below {held.number}"
