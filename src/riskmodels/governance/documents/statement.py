"""What people say of a model, ``model_cards/<model>/statement.yaml``: what it is for, who decides, how to object."""

from __future__ import annotations

from pathlib import Path

from riskmodels.governance.documents.files import Words, read_record
from riskmodels.governance.documents.findings import blanks, personal_mailbox, placeholder, typed_figure
from riskmodels.governance.facts import TransparencyFacts
from riskmodels.governance.wire import Record, sha256

__all__ = ["LISTS", "PHASES", "TEXTS", "Oversight", "Routes", "Statement", "read_statement"]

PHASES = ("Pre-deployment", "Private Beta", "Public Beta", "Production", "Retired")
"""The phases of the transparency standard, version 4."""

LISTS = ("out_of_scope", "what_could_go_wrong", "alternatives")
"""The keys that list several texts."""

TEXTS = (
    "organisation",
    "title",
    "what_it_does",
    "intended_use",
    "intended_users",
    "who_it_helps",
    "works_less_well_for",
    "privacy_notice",
    "contact",
    "benefit",
    "previous_process",
)
"""The keys that hold one text each."""

_REGIMES = ("UK GDPR", "DPA 2018 Part 3")


class Oversight(Record):
    """How people keep hold of the decision.

    Attributes
    ----------
    who_looks : str
        Who looks at each case, and when.
    may_override : str
        What they may overrule, without asking anybody.
    information_shown : str
        What they have before them besides the score.
    training : str
        How they are trained, and on what limits.
    recorded : str
        What is written down of agreeing and differing, and who looks at it.
    """

    who_looks: Words = ""
    may_override: Words = ""
    information_shown: Words = ""
    training: Words = ""
    recorded: Words = ""


class Routes(Record):
    """What a person who is scored can do, and where."""

    complain: Words = ""
    object: Words = ""
    ask_for_a_person: Words = ""


class Statement(Record):
    """What people say of a model; everything else on its card comes from the run.

    Attributes
    ----------
    organisation : str
        The controller; a demonstration says so here.
    demonstration : bool
        Whether nobody is scored in earnest.
    title : str
        The model's name for lay readers.
    entities, outcome_happened : str
        What the list names, in the plural ("tenancies"), and the outcome as something that happened ("fell into serious
        arrears"); without them the card speaks of people, and of the outcome as the definition says it.
    what_it_does : str
        One paragraph.
    intended_use, intended_users : str
        What it is for, and who uses it.
    out_of_scope : tuple of str
        What it may not be used for.
    who_it_helps, works_less_well_for : str
        In people's words; the audit's figures stand beside them.
    what_could_go_wrong : tuple of str
        Plainly.
    oversight : Oversight
        How people keep hold of the decision.
    routes : Routes
        How to complain, to object and to ask for a person.
    privacy_notice : str
        Address of the notice.
    contact : str
        A team's mailbox.
    benefit : str
        What is known of whether contact with people on the list helps.
    regime : str
        "UK GDPR", or "DPA 2018 Part 3".
    phase : str
        One of :data:`PHASES`.
    previous_process : str
        What was done before.
    alternatives : tuple of str
        What else was considered, and why it was not chosen.
    digest : str
        SHA-256 of the file.
    """

    organisation: Words = ""
    demonstration: bool = False
    title: Words = ""
    entities: Words = ""
    outcome_happened: Words = ""
    what_it_does: Words = ""
    intended_use: Words = ""
    intended_users: Words = ""
    out_of_scope: tuple[Words, ...] = ()
    who_it_helps: Words = ""
    works_less_well_for: Words = ""
    what_could_go_wrong: tuple[Words, ...] = ()
    oversight: Oversight = Oversight()
    routes: Routes = Routes()
    privacy_notice: Words = ""
    contact: Words = ""
    benefit: Words = ""
    regime: Words = ""
    phase: Words = ""
    previous_process: Words = ""
    alternatives: tuple[Words, ...] = ()
    digest: str = ""

    def findings(self, *, where: str = "model_cards/statement.yaml") -> tuple[str, ...]:
        """List what is blank, still to be written, or typed by hand though the run alone may say it."""
        words = self._words()
        found = blanks(words, where=where, rule="C1")
        found += [f"C1: {where}, {name} lists nothing" for name in LISTS if not getattr(self, name)]
        found += [
            f"C26: {where}, {key} types a measure of the model; such figures come from the run alone"
            for key, text in words.items()
            if typed_figure(text)
        ]
        if self.phase and self.phase not in PHASES:
            found.append(f"C23: {where}, phase is not one of {', '.join(PHASES)}")
        if self.regime and self.regime not in _REGIMES:
            found.append(f"C4: {where}, regime is not one of {', '.join(_REGIMES)}")
        if self.contact and "@" not in self.contact:
            found.append(f"C19: {where}, contact is not a mailbox")
        if personal_mailbox(self.contact):
            found.append(f"C19: {where}, contact is the address of a person, not of a team")
        if self.privacy_notice and not self.privacy_notice.startswith("https://"):
            found.append(f"C1: {where}, privacy_notice is not an https address")
        return tuple(found)

    def transparency(self) -> TransparencyFacts:
        """Give where people are told, can object and complain, and who looks at each case; blanks are None."""
        held, routes = self.oversight, self.routes
        return TransparencyFacts(
            privacy_notice=_given(self.privacy_notice),
            complaint_route=_given(routes.complain),
            objection_route=_given(routes.object),
            human_review=_given(held.who_looks),
            may_override=_given(held.may_override),
            training=_given(held.training),
        )

    def _words(self) -> dict[str, str]:
        words = {name: getattr(self, name) for name in (*TEXTS, "regime", "phase")}
        for part in ("oversight", "routes"):
            record = getattr(self, part)
            words |= {f"{part}.{name}": getattr(record, name) for name in type(record).model_fields}
        for name in LISTS:
            words |= {f"{name}.{index}": text for index, text in enumerate(getattr(self, name))}
        return words


def read_statement(path: Path) -> Statement:
    """Read ``model_cards/<model>/statement.yaml``.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or has a key that is unknown; with the line, and the nearest right key.
    """
    said, file = read_record(path, Statement, what="the statement", who="the head of the service")
    return said.model_copy(update={"digest": sha256(file.content)})


def _given(text: str) -> str | None:
    return text if text.strip() and placeholder(text) is None else None
