"""The data protection impact assessment of a model: ``ethics/dpia/<model>.yaml``, and what the gate reads of it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from riskmodels.governance.documents.dpia_steps import AI_ANNEX, ANSWERS, SIGN_OFF
from riskmodels.governance.documents.files import Choice, Day, Words, Written, YesNo, read_written
from riskmodels.governance.wire import Record

__all__ = [
    "Caldicott",
    "Consulted",
    "Decision",
    "Dpia",
    "Measure",
    "Risk",
    "Safeguards",
    "SignOff",
    "Trigger",
    "read_dpia",
]

Likelihood = Annotated[Literal["remote", "possible", "probable"] | None, Choice]
Severity = Annotated[Literal["minimal", "significant", "severe"] | None, Choice]
Level = Annotated[Literal["low", "medium", "high"] | None, Choice]
Effect = Annotated[Literal["eliminated", "reduced", "accepted"] | None, Choice]


class Trigger(Record):
    """A kind of processing on the ICO's list that this is, and why."""

    trigger: Words = ""
    why: Words = ""


class Measure(Record):
    """Something that is done about a risk, by whom and by when."""

    measure: Words = ""
    owner: Words = ""
    by: Day = None


class Risk(Record):
    """One risk to people: how likely, how grave, what is done about it, and what is left.

    Attributes
    ----------
    risk : str
        Its source, and what it would mean for people.
    likelihood, severity, overall : str or None
        Before measures.
    measures : tuple of Measure
        What is done.
    effect, residual : str or None
        What the measures come to, and the risk that is left.
    approved : bool or None
        Whether the measures were approved.
    """

    risk: Words = ""
    likelihood: Likelihood = None
    severity: Severity = None
    overall: Level = None
    measures: tuple[Measure, ...] = ()
    effect: Effect = None
    residual: Level = None
    approved: YesNo = None


class SignOff(Record):
    """A row of step 7: a position and a day; the person behind the position signs with their key."""

    position: Words = ""
    date: Day = None
    comments: Words = ""


class Consulted(Record):
    """Consultation of the Information Commissioner before processing (Article 36 UK GDPR)."""

    date: Day = None
    outcome: Words = ""


class Caldicott(Record):
    """The word of the Caldicott Guardian, where care records are read."""

    position: Words = ""
    date: Day = None
    word: Words = ""


class Safeguards(Record):
    """The channels that a solely automated significant decision needs (Article 22C UK GDPR)."""

    information: Words = ""
    representations: Words = ""
    human_intervention: Words = ""
    contest: Words = ""


class Decision(Record):
    """What the score does to a person, and who decides.

    Attributes
    ----------
    what : str
        The decision that the score informs, and what follows for a person who is not picked.
    solely_automated, significant : bool or None
        Articles 22A to 22D UK GDPR.
    safeguards : Safeguards
        Where it is both.
    article_22b_condition : str
        Where it is both, on special category data.
    """

    what: Words = ""
    solely_automated: YesNo = None
    significant: YesNo = None
    safeguards: Safeguards = Safeguards()
    article_22b_condition: Words = ""


class Dpia(Record):
    """What people wrote in ``ethics/dpia/<model>.yaml``."""

    reference: Words = ""
    version: Words = ""
    controller: Words = ""
    dpo: Words = ""
    contact: Words = ""
    reviewed_on: Day = None
    review_by: Day = None
    planned_start: Day = None
    screening: tuple[Trigger, ...] = ()
    no_trigger_because: Words = ""
    answers: dict[str, Words] = Field(default_factory=dict)
    decision: Decision = Decision()
    ai_annex: dict[str, Words] = Field(default_factory=dict)
    risks: tuple[Risk, ...] = ()
    sign_off: dict[str, SignOff] = Field(default_factory=dict)
    dpo_advice_summary: Words = ""
    dpo_advice_overruled: YesNo = None
    departs_from_views: YesNo = None
    prior_consultation: Consulted = Consulted()
    caldicott: Caldicott = Caldicott()
    rests_on: dict[str, str | dict[str, str]] | None = None

    def sign_off_dates(self) -> Sequence[datetime.date]:
        """Give the days on which it was signed off."""
        return [one.date for one in self.sign_off.values() if one.date is not None]

    def words(self) -> dict[str, str]:
        """Give every free text by its key, for checks that hold for all of them."""
        found = {f"answers.{key}": self.answers.get(key, "") for key in ANSWERS}
        found |= {f"ai_annex.{prompt.key}": self.ai_annex.get(prompt.key, "") for prompt in AI_ANNEX}
        found |= {f"risks.{index}.risk": one.risk for index, one in enumerate(self.risks)}
        for index, risk in enumerate(self.risks):
            found |= {f"risks.{index}.measures.{at}.measure": one.measure for at, one in enumerate(risk.measures)}
        return {**found, "decision.what": self.decision.what, "dpo_advice_summary": self.dpo_advice_summary}


def read_dpia(path: Path) -> Written[Dpia]:
    """Read ``ethics/dpia/<model>.yaml``.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or has a key that is unknown; with the line, and the nearest right key.
    """
    return read_written(
        path,
        Dpia,
        what="the data protection impact assessment",
        who="the data protection officer",
        known={"answers": ANSWERS, "ai_annex": [prompt.key for prompt in AI_ANNEX], "sign_off": list(SIGN_OFF)},
    )
