"""The model card: one record, from which its three forms are written."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from riskmodels.governance.card.blocks import CardPlot, Part
from riskmodels.governance.card.in_use import State
from riskmodels.governance.card.written import WrittenByPeople
from riskmodels.governance.facts import ComparisonFacts, Measured
from riskmodels.governance.wire import Record

__all__ = ["Card"]


class Card(Record):
    """Everything that is known of a model, for people first and for programs as well.

    Attributes
    ----------
    model, version, council : str
        Which model it is, and who answers for it.
    state, state_says : str
        How it stands, and the same in a sentence.
    checks, checks_not_passed : int or None
        Of the gate; None where it has not been asked.
    benefit : str
        What is known of whether contact helps.
    conditions : tuple of str
        What the approval is tied to.
    may_not_be_used_for : tuple of str
        As the policy says.
    first_page, details : tuple of Part
        What it says, in the order it is read.
    figures : mapping of str to mapping of str to Measured
        By estimator and metric; empty where too few had the outcome to publish them.
    comparisons : tuple of ComparisonFacts
        Those that decide, with their verdicts.
    held : mapping of str to str
        The nine characteristics of the Act, with how each is held.
    plots : tuple of CardPlot
        With their words; the pictures are in the HTML form.
    plot_digests : mapping of str to str
        SHA-256 of each picture.
    findings : tuple of str
        What is blank, still to be written or not measured.
    task : {"risk", "amount"}
        Whether it gives a chance, or an amount.
    unit : str or None
        What an amount is counted in.
    """

    schema_version: Literal["1"] = "1"
    model: str
    title: str
    version: str | None
    council: str
    demo: bool
    made_at: AwareDatetime
    decided_at: AwareDatetime | None
    state: State
    state_says: str
    checks: int | None
    checks_not_passed: int | None
    benefit: str
    conditions: tuple[str, ...]
    may_not_be_used_for: tuple[str, ...]
    first_page: tuple[Part, ...]
    details: tuple[Part, ...]
    written_by_people: WrittenByPeople
    purpose: str
    chosen: str
    baseline: str
    figures: dict[str, dict[str, Measured]]
    differences: dict[str, dict[str, Measured]]
    comparisons: tuple[ComparisonFacts, ...]
    held: dict[str, str]
    digests: dict[str, str]
    plots: tuple[CardPlot, ...]
    plot_digests: dict[str, str]
    findings: tuple[str, ...] = Field(default=())
    task: Literal["risk", "amount"] = "risk"
    unit: str | None = None
