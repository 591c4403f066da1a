"""Make the card from a candidate's facts and what people wrote. No figure is typed: each is the registered run's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from riskmodels.errors import DocumentError
from riskmodels.governance.attestations import Conditions, Promotion
from riskmodels.governance.card.blocks import CardPlot, CardTable, Cell, Part, Said, TableLike
from riskmodels.governance.card.card import Card
from riskmodels.governance.card.explained import explanation_part, leakage_part
from riskmodels.governance.card.findings import card_findings
from riskmodels.governance.card.how_well import figures_part, how_well_part, periods_part, too_few_positives
from riskmodels.governance.card.in_use import (
    Signatory,
    conditions_in_words,
    decides_part,
    gate_part,
    state_in_words,
    state_of,
    words_part,
)
from riskmodels.governance.card.looked_at import looked_at_part
from riskmodels.governance.card.papers import check_part, digests_part, documents_part, sources_part
from riskmodels.governance.card.people_say import BLANK, front_words, people_part
from riskmodels.governance.card.treated_alike import bias_part, held_of_the_nine, less_well_part, proxies_part
from riskmodels.governance.card.written import WrittenByPeople
from riskmodels.governance.decision import Decision
from riskmodels.governance.evidence import SignedWord
from riskmodels.governance.facts import CandidateFacts

__all__ = ["make_card"]

_NOT_SHOWN = "Benefit not shown"
_EXAMPLE = "example"
_EXAMPLE_SAYS = "These rows are made up. They describe nobody."


def make_card(
    facts: CandidateFacts,
    *,
    statement: WrittenByPeople,
    tables: Mapping[str, TableLike] | None = None,
    plots: Sequence[CardPlot] = (),
    decision: Decision | None = None,
    words: Sequence[SignedWord] | None = None,
    version: str | None = None,
    may_not_be_used_for: tuple[str, ...] = (),
    signatories: Sequence[Signatory] = (),
    promotion: Promotion | None = None,
) -> Card:
    """Make the card of a candidate, or of a version as it stands.

    What the facts say of the card itself is not read, so that the card of a candidate can be made before its digest is
    known, and again afterwards with the same digest.

    Parameters
    ----------
    facts : CandidateFacts
        What the author signs.
    statement : WrittenByPeople
        What people wrote.
    tables : mapping of str to table, optional
        Further tables that may leave the audit, by the part of the card that they belong to (its anchor), with
        whatever follows a dot to tell several apart: ``{"bias.groups": ...}``. ``"example"`` is for made-up rows.
    plots : sequence of CardPlot
        Plots, each with its words.
    decision : Decision, optional
        What the gate says; the card of a candidate has none.
    words : sequence of SignedWord, optional
        What has been signed.
    version : str, optional
        The registry's number for it.
    may_not_be_used_for : tuple of str
        As the policy says.
    signatories : sequence of Signatory
        Whose word is needed, from :func:`riskmodels.governance.card.signatories`.
    promotion : Promotion, optional
        The registry's countersignature, where the version is live.

    Raises
    ------
    DocumentError
        If the gate decided on another model, or a table or plot has no place in the card.
    """
    if decision is not None and decision.model != facts.model.name:
        raise _fault(f"the decision is about {decision.model}, and the facts about {facts.model.name}")
    state = state_of(decision, promotion)
    conditions = conditions_in_words(decision.conditions if decision is not None else Conditions())
    details = _details(facts, statement, decision, words, version, signatories)
    hidden = too_few_positives(facts)
    card = Card(
        model=facts.model.name,
        title=statement.title.strip() or facts.model.name.replace("_", " ").capitalize(),
        version=version,
        council=statement.council,
        demo=statement.demo,
        made_at=facts.made_at,
        decided_at=None if decision is None else decision.at,
        state=state,
        state_says=state_in_words(state, decision, promotion),
        checks=None if decision is None else len(decision.checks),
        checks_not_passed=None if decision is None else len(decision.reasons),
        benefit=facts.benefit.strip() or _NOT_SHOWN,
        conditions=conditions,
        may_not_be_used_for=may_not_be_used_for,
        first_page=_first_page(facts, statement, words, may_not_be_used_for, signatories),
        details=_with_extras(details, tables or {}, plots),
        written_by_people=statement,
        purpose=facts.model.purpose,
        chosen=facts.model.chosen,
        baseline=facts.model.baseline,
        task=facts.model.task,
        unit=facts.model.unit,
        figures={} if hidden else facts.model.metrics,
        differences={} if hidden else facts.model.differences,
        comparisons=facts.bias.comparisons,
        held=held_of_the_nine(facts),
        digests=_digests(facts),
        plots=tuple(plots),
        plot_digests={one.name: one.sha256 for one in plots},
    )
    return card.model_copy(update={"findings": card_findings(card)})


def _first_page(
    facts: CandidateFacts,
    written: WrittenByPeople,
    words: Sequence[SignedWord] | None,
    banned: tuple[str, ...],
    asked: Sequence[Signatory],
) -> tuple[Part, ...]:
    does, wrong, complain = front_words(written, facts)
    uses = tuple(Said(text=use, origin="written by people") for use in banned or (BLANK,))
    may_not = Part(anchor="not-for", title="What may it not be used for?", said=uses)
    return (
        does,
        how_well_part(facts, written),
        less_well_part(facts, written),
        wrong,
        decides_part(written, asked, words, facts.transparency.human_review),
        complain,
        may_not,
    )


def _details(
    facts: CandidateFacts,
    written: WrittenByPeople,
    decision: Decision | None,
    words: Sequence[SignedWord] | None,
    version: str | None,
    asked: Sequence[Signatory],
) -> tuple[Part, ...]:
    looked_at = looked_at_part(facts)
    return (
        gate_part(decision),
        words_part(words, asked),
        people_part(written, facts),
        figures_part(facts),
        *(() if looked_at is None else (looked_at,)),
        periods_part(facts),
        bias_part(facts),
        proxies_part(facts),
        explanation_part(facts),
        leakage_part(facts),
        sources_part(facts),
        documents_part(facts),
        Part(anchor="pictures", title="Pictures", intro="Each has below it what it shows, in words."),
        Part(anchor=_EXAMPLE, title="An example of what it is told", intro=_EXAMPLE_SAYS),
        Part(anchor="more", title="Further tables"),
        digests_part(facts),
        check_part(facts, version),
    )


def _with_extras(
    parts: tuple[Part, ...], tables: Mapping[str, TableLike], plots: Sequence[CardPlot]
) -> tuple[Part, ...]:
    """Put the tables and plots that were handed over where they belong; parts that hold nothing are left out."""
    anchors = {part.anchor for part in parts}
    astray = [name for name in tables if name.partition(".")[0] not in anchors]
    astray += [one.name for one in plots if one.part not in anchors]
    if astray:
        raise _fault(f"no part of the card is called for by {', '.join(astray)}")
    placed = []
    for part in parts:
        more = [_table(one) for name, one in tables.items() if name.partition(".")[0] == part.anchor]
        shown = tuple(one.name for one in plots if one.part == part.anchor)
        whole = part.model_copy(update={"tables": (*part.tables, *(one for one in more if one.rows)), "plots": shown})
        if whole.said or whole.tables or whole.plots:
            placed.append(whole)
    return tuple(placed)


def _table(one: TableLike) -> CardTable:
    rows = tuple(tuple(Cell(text=cell) for cell in row) for row in one.rows)
    return CardTable(caption=one.caption, head=tuple(one.head), rows=rows, notes=tuple(one.notes))


def _digests(facts: CandidateFacts) -> dict[str, str]:
    model = facts.model
    documents = {f"document {name}": one.digest for name, one in facts.documents.items() if name != "card"}
    return {
        "bundle": model.bundle_digest,
        "reproducibility": model.reproducibility_digest,
        "definition": model.definition_digest,
        "table": model.table_digest,
        "trust root": facts.root_digest,
        **documents,
    }


def _fault(found: str) -> DocumentError:
    return DocumentError(
        found,
        expected="facts, decision, tables and plots of one and the same candidate, each with a place in the card",
        next_step="Run the use case again; its card is written with it.",
        who="the data scientist who made the candidate",
    )
