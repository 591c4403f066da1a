"""What only people can say of a model: why it is there, who answers for it, and where to turn."""

from __future__ import annotations

from pydantic import Field

from riskmodels.governance.documents.statement import Statement
from riskmodels.governance.wire import Record

__all__ = ["WrittenByPeople", "written_from"]


class WrittenByPeople(Record):
    """The statement of the people who put a model forward. A blank is shown as a blank, and is a finding.

    Attributes
    ----------
    what_it_does, for_whom, intended_use, users : str
        In words that somebody on its list would understand.
    out_of_scope, less_well_for, what_could_go_wrong : tuple of str
        One sentence each.
    human_oversight : str
        Who looks at each case, and what they may overrule.
    how_to_complain, how_to_object, how_to_ask_for_a_person : str
        With a place to turn to.
    contacts : mapping of str to str
        By role, never by name.
    benefit : str
        What is known of whether contact helps, and how it will be found out.
    privacy_notice, previous_process : str
        Where people are told; what was done before.
    alternatives : tuple of str
        What else was considered, and why it was not chosen.
    title : str
        The model's name for lay readers.
    council : str
        Who answers for it.
    entities : str
        What the list names, in the plural, such as ``"tenancies"``; people where it is not said.
    outcome_happened : str
        The outcome as a verb in the past, such as ``"fell into serious arrears"``.
    demo : bool
        Whether all of it is about a made-up council.
    """

    what_it_does: str = ""
    for_whom: str = ""
    intended_use: str = ""
    users: str = ""
    out_of_scope: tuple[str, ...] = ()
    less_well_for: tuple[str, ...] = ()
    what_could_go_wrong: tuple[str, ...] = ()
    human_oversight: str = ""
    how_to_complain: str = ""
    how_to_object: str = ""
    how_to_ask_for_a_person: str = ""
    contacts: dict[str, str] = Field(default_factory=dict)
    benefit: str = ""
    privacy_notice: str = ""
    previous_process: str = ""
    alternatives: tuple[str, ...] = ()
    title: str = ""
    council: str = ""
    entities: str = ""
    outcome_happened: str = ""
    demo: bool = False


def written_from(statement: Statement, *, entities: str = "", outcome_happened: str = "") -> WrittenByPeople:
    """Take what people wrote from ``model_cards/<model>/statement.yaml``.

    Parameters
    ----------
    statement : Statement
        As it was read.
    entities, outcome_happened : str
        See :class:`WrittenByPeople`.
    """
    held, routes = statement.oversight, statement.routes
    oversight = " ".join(text.strip() for text in (held.who_looks, held.may_override) if text.strip())
    return WrittenByPeople(
        what_it_does=statement.what_it_does,
        for_whom=statement.who_it_helps,
        intended_use=statement.intended_use,
        users=statement.intended_users,
        out_of_scope=statement.out_of_scope,
        less_well_for=(statement.works_less_well_for,) if statement.works_less_well_for.strip() else (),
        what_could_go_wrong=statement.what_could_go_wrong,
        human_oversight=oversight,
        how_to_complain=routes.complain,
        how_to_object=routes.object,
        how_to_ask_for_a_person=routes.ask_for_a_person,
        contacts={"team that answers for it": statement.contact} if statement.contact.strip() else {},
        benefit=statement.benefit,
        privacy_notice=statement.privacy_notice,
        previous_process=statement.previous_process,
        alternatives=statement.alternatives,
        title=statement.title,
        council=statement.organisation,
        entities=entities,
        outcome_happened=outcome_happened,
        demo=statement.demonstration,
    )
