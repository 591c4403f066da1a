"""What people wrote, where it is read on the card; a blank is shown as a blank."""

from __future__ import annotations

from riskmodels.governance.card.blocks import Part, Said
from riskmodels.governance.card.written import WrittenByPeople
from riskmodels.governance.facts import CandidateFacts

__all__ = ["BLANK", "front_words", "people_part"]

BLANK = "Nobody has written this yet."


def front_words(written: WrittenByPeople, facts: CandidateFacts) -> tuple[Part, Part, Part]:
    """Give the first page's words: what it does and for whom, what could go wrong, how to complain and object."""
    told = facts.transparency
    does = Part(
        anchor="does",
        title="What does it do, and for whom?",
        said=(_said(written.what_it_does, "What it does"), _said(written.for_whom, "For whom")),
    )
    wrong = Part(
        anchor="wrong",
        title="What could go wrong?",
        said=tuple(_said(text) for text in written.what_could_go_wrong) or (_said(""),),
    )
    complain = Part(
        anchor="complain",
        title="How do I complain or object?",
        said=(
            _said(_first(written.how_to_complain, told.complaint_route), "Complain"),
            _said(_first(written.how_to_object, told.objection_route), "Object"),
            _said(written.how_to_ask_for_a_person, "Ask for a person"),
        ),
    )
    return does, wrong, complain


def people_part(written: WrittenByPeople, facts: CandidateFacts) -> Part:
    """Give the rest of what people wrote."""
    told = facts.transparency
    said = [
        _said(written.intended_use, "What it is meant for"),
        _said(written.users, "Who uses it"),
        *(_said(text, "What it is not meant for") for text in written.out_of_scope or ("",)),
        _said(_first(written.human_oversight, told.human_review), "Who looks at each case"),
        _said(told.may_override, "What they may overrule"),
        _said(told.training, "How they are trained"),
        _said(_first(written.benefit, facts.benefit), "Whether contact helps"),
        _said(written.previous_process, "What was done before"),
        *(_said(text, "What else was considered") for text in written.alternatives or ("",)),
        _said(_first(written.privacy_notice, told.privacy_notice), "Where people are told"),
        *(_said(text, f"To reach the {_role(role)}") for role, text in written.contacts.items()),
    ]
    said += [] if written.contacts else [_said("", "Whom to reach")]
    return Part(anchor="people", title="What people say of it", said=tuple(said))


def _role(name: str) -> str:
    return name.replace("_", " ").strip().removeprefix("The ").removeprefix("the ")


def _first(*texts: str | None) -> str:
    return next((text for text in texts if text is not None and text.strip()), "")


def _said(text: str | None, heading: str = "") -> Said:
    return Said(text=_first(text) or BLANK, origin="written by people", heading=heading)
