"""The equality impact assessment of a model: ``ethics/equality/<model>.yaml``, its checks and its page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from riskmodels.governance.documents.equality_questions import AIMS, ALSO, ANSWERS, NINE
from riskmodels.governance.documents.files import Choice, Day, Words, Written, read_written
from riskmodels.governance.documents.findings import blanks, typed_figure
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.reviews import review_findings
from riskmodels.governance.facts import BiasFacts
from riskmodels.governance.wire import Record

__all__ = ["Approval", "Equality", "Impact", "LegalSignOff", "audited_as", "equality_findings", "read_equality"]

Kind = Annotated[Literal["positive", "negative", "mixed", "none", "not known"] | None, Choice]
Conclusion = Annotated[Literal["no major change", "adjust", "continue", "stop and rethink"] | None, Choice]


class Impact(Record):
    """How one characteristic is affected, on what evidence, and what is done about it.

    Attributes
    ----------
    impact : str or None
        Positive, negative, mixed, none or not known. None and positive need a test that found so.
    evidence : str
        What is known, in people's words; the audit's verdicts are put beside it.
    action, owner : str
        What is done, and who does it.
    by : date or None
        By when.
    """

    impact: Kind = None
    evidence: Words = ""
    action: Words = ""
    owner: Words = ""
    by: Day = None


class Approval(Record):
    """A position and a day."""

    position: Words = ""
    date: Day = None


class LegalSignOff(Record):
    """Legal advice that an input which stands for a characteristic may be used all the same."""

    reference: Words = ""
    date: Day = None


class Equality(Record):
    """What people wrote in ``ethics/equality/<model>.yaml``."""

    reference: Words = ""
    version: Words = ""
    lead_officer: Words = ""
    service: Words = ""
    equality_adviser: Words = ""
    decision: Words = ""
    decision_maker: Words = ""
    decided_on: Day = None
    reviewed_on: Day = None
    review_by: Day = None
    aims: dict[str, Words] = Field(default_factory=dict)
    characteristics: dict[str, Impact] = Field(default_factory=dict)
    also: dict[str, Impact] = Field(default_factory=dict)
    answers: dict[str, Words] = Field(default_factory=dict)
    conclusion: Conclusion = None
    conclusion_because: Words = ""
    legal_sign_off: LegalSignOff = LegalSignOff()
    approved: Approval = Approval()
    rests_on: dict[str, str | dict[str, str]] | None = None

    def words(self) -> dict[str, str]:
        """Give every free text by its key, for checks that hold for all of them."""
        found = {f"answers.{prompt.key}": self.answers.get(prompt.key, "") for prompt in ANSWERS}
        found |= {f"aims.{key}": self.aims.get(key, "") for key in AIMS}
        for part in ("characteristics", "also"):
            for name, row in getattr(self, part).items():
                found |= {f"{part}.{name}.evidence": row.evidence, f"{part}.{name}.action": row.action}
        return {**found, "conclusion_because": self.conclusion_because}


def read_equality(path: Path) -> Written[Equality]:
    """Read ``ethics/equality/<model>.yaml``.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or has a key that is unknown; with the line, and the nearest right key.
    """
    return read_written(
        path,
        Equality,
        what="the equality impact assessment",
        who="the equality lead",
        known={
            "aims": list(AIMS),
            "characteristics": NINE,
            "also": ALSO,
            "answers": [prompt.key for prompt in ANSWERS],
        },
    )


def audited_as(says: str) -> tuple[str, ...]:
    """Give the characteristics of the audit that record a protected one, from how it is said to be held."""
    if says == "not held":
        return ()
    return tuple(one.split(":", 1)[0].strip() for one in says.split(";"))


def equality_findings(equality: Written[Equality], inputs: DocumentInputs, *, today: datetime.date) -> tuple[str, ...]:
    """List what is wrong with the assessment, each finding with its rule (C15 to C18 and others) and its place.

    Parameters
    ----------
    equality : Written
        What people wrote.
    inputs : DocumentInputs
        The facts of the candidate, with the audit's verdicts.
    today : date
        The day to judge by.
    """
    said, where = equality.said, equality.where
    return (
        *_written(said, where),
        *_rows(said, where, inputs.bias),
        *_proxies(said, where, inputs.proxy_alarms),
        *_dates(said, where),
        *review_findings(where, said.reviewed_on, said.review_by, today=today),
    )


def _written(said: Equality, where: str) -> Iterable[str]:
    names = ("reference", "version", "lead_officer", "service", "equality_adviser", "decision", "decision_maker")
    words = {name: getattr(said, name) for name in (*names, "conclusion_because")}
    words |= {f"answers.{prompt.key}": said.answers.get(prompt.key, "") for prompt in ANSWERS}
    words |= {f"aims.{key}": said.aims.get(key, "") for key in AIMS}
    yield from blanks(words, where=where, rule="C15")
    if said.conclusion is None:
        yield f"C15: {where}, conclusion is not said"
    for key, text in said.words().items():
        if typed_figure(text):
            yield f"C26: {where}, {key} types a measure of the model; such figures come from the run alone"


def _rows(said: Equality, where: str, bias: BiasFacts) -> Iterable[str]:
    for name in NINE:
        yield from _row(said.characteristics.get(name), f"characteristics.{name}", where)
    yield from _row(said.also.get(ALSO[0]), f"also.{ALSO[0]}", where)
    for name, row in said.also.items():
        if name != ALSO[0]:
            yield from _row(row, f"also.{name}", where)
    for name, row in said.characteristics.items():
        yield from _against_the_audit(name, row, where, bias)


def _row(row: Impact | None, key: str, where: str) -> Iterable[str]:
    if row is None:
        yield f"C15: {where}, {key} is not there"
        return
    if row.impact is None:
        yield f"C15: {where}, {key}.impact is not said"
    yield from blanks({f"{key}.evidence": row.evidence}, where=where, rule="C15")
    if row.impact in ("negative", "mixed", "not known"):
        yield from blanks({f"{key}.action": row.action, f"{key}.owner": row.owner}, where=where, rule="C15")
        if row.by is None:
            yield f"C15: {where}, {key}.by has no date"


def _against_the_audit(name: str, row: Impact, where: str, bias: BiasFacts) -> Iterable[str]:
    """Hold a row against the audit: what was not tested is not "no impact", and what failed is not "positive"."""
    recorded = audited_as(bias.held.get(name, "not held"))
    decided = [one for one in bias.comparisons if one.characteristic in recorded]
    tested = bool(decided) and all(one.verdict != "not enough evidence" for one in decided)
    if row.impact in ("none", "positive") and not tested:
        yield f"C16: {where}, characteristics.{name}.impact is {row.impact}, and it was not tested"
    breached = any(each.startswith(f"{one}:") or f" and {one}:" in each for one in recorded for each in _groups(bias))
    failed = breached or any(one.verdict == "fail" for one in decided)
    if failed and row.impact not in ("negative", "mixed"):
        said = row.impact or "not said"
        yield f"C16: {where}, characteristics.{name}.impact is {said}, and the audit found a difference over tolerance"


def _groups(bias: BiasFacts) -> list[str]:
    return [one.group for one in bias.breaches]


def _proxies(said: Equality, where: str, alarms: Iterable[str]) -> Iterable[str]:
    held = said.legal_sign_off
    for alarm in alarms:
        if not held.reference or held.date is None:
            yield f"C17: {where}: an input stands for a characteristic, and no legal sign-off is given: {alarm}"


def _dates(said: Equality, where: str) -> Iterable[str]:
    if not said.approved.position or said.approved.date is None:
        yield f"C15: {where}, approved: a position and a date are needed"
    if said.decided_on is None:
        yield f"C18: {where}, decided_on has no date: the day on which the decision is, or was, to be taken"
    elif said.approved.date is not None and said.decided_on < said.approved.date:
        yield f"C18: {where}: the decision is dated before the assessment was approved"
