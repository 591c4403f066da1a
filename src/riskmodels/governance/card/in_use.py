"""Whether a model may be used, what the gate says, who decides and who has signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from riskmodels.governance.attestations import Conditions, Promotion, RoleKind
from riskmodels.governance.card.blocks import CardTable, Cell, Part, Said, computed
from riskmodels.governance.card.spelling import day, listed
from riskmodels.governance.card.written import WrittenByPeople
from riskmodels.governance.decision import Check, Decision
from riskmodels.governance.evidence import SignedWord
from riskmodels.governance.roles import Board
from riskmodels.governance.wire import Record
from riskmodels.promotion_policy import Quorum

__all__ = [
    "STATES",
    "Signatory",
    "State",
    "conditions_in_words",
    "decides_part",
    "gate_part",
    "signatories",
    "state_in_words",
    "state_of",
    "words_part",
]

State = Literal["candidate", "refused", "approved", "live", "suspended", "lapsed"]

STATES: Mapping[State, str] = {
    "candidate": "Candidate: not in use",
    "refused": "Refused: may not be used",
    "approved": "Approved, not live yet",
    "live": "Live",
    "suspended": "Suspended: must not be used",
    "lapsed": "No longer passes: must not be used",
}
_DUTIES: Mapping[RoleKind, str] = {"advise": "advises", "accept_risk": "accepts the risk", "decide": "decides"}
_SAID = {"approve": "approved", "approve-with-conditions": "approved with conditions", "reject": "rejected it"}
_ADVISED = {
    "approve": "advised for it",
    "approve-with-conditions": "advised for it with conditions",
    "reject": "advised against it",
}


class Signatory(Record):
    """One role whose word is needed: its stable name, its title, and its duty."""

    role: str
    title: str
    duty: RoleKind


def signatories(board: Board, quorum: Quorum) -> tuple[Signatory, ...]:
    """Give the roles whose word is needed, those that advise first.

    Parameters
    ----------
    board : Board
        For the titles of the roles.
    quorum : Quorum
        For which are needed, and what for.
    """
    duties: tuple[tuple[RoleKind, tuple[str, ...]], ...] = (
        ("advise", quorum.advise),
        ("accept_risk", quorum.accept_risk),
        ("decide", quorum.decide),
    )
    return tuple(Signatory(role=role, title=_title(board, role), duty=duty) for duty, roles in duties for role in roles)


def _title(board: Board, role: str) -> str:
    return board.roles[role].title if role in board.roles else role.replace("_", " ").capitalize()


def state_of(decision: Decision | None, promotion: Promotion | None) -> State:
    """Say how a version stands: a version that was live and does not pass any more is never called live."""
    if decision is None:
        return "candidate"
    if any(one.name == "not_suspended" and not one.passed for one in decision.checks):
        return "suspended"
    if promotion is not None:
        return "live" if decision.passed else "lapsed"
    return "approved" if decision.passed else "refused"


def state_in_words(state: State, decision: Decision | None, promotion: Promotion | None) -> str:
    """Say in a sentence how a version stands, with the number of checks that are not passed."""
    if decision is None:
        return (
            "This is how it stood when it was put forward. The gate has not been asked, and nobody may use it. "
            "How it stands now is in the card beside this one, card-now."
        )
    failed, total = len(decision.reasons), len(decision.checks)
    waived = sum(one.waived is not None for one in decision.checks)
    rest = f"{total - waived} of the gate's {total} checks are passed" if waived else f"All {total} checks are passed"
    gate = f"{failed} of the gate's {total} checks are not passed" if failed else rest
    gate += f", {waived} accepted for a time by a signature though not passed" if waived else ""
    until = f"The approval ends on {day(decision.approved_until)}. " if decision.approved_until else ""
    where = "" if promotion is None else f"Version {promotion.version} is live under the name {promotion.alias}. "
    more = {
        "refused": "It may not be used.",
        "approved": f"{until}It is not in use: nobody has put it live.",
        "live": f"{where}{until}".strip(),
        "suspended": "Somebody with the right to do so has ordered it to stop. It must not be used.",
        "lapsed": "It was put live, no longer passes, and must not be used.",
    }
    return f"{gate}. {more.get(state, '')}".strip()


def conditions_in_words(held: Conditions) -> tuple[str, ...]:
    """Say what an approval is tied to."""
    said = [] if held.purposes is None else [f"Only for: {listed(held.purposes, 'no purpose at all')}."]
    said += [] if held.longest_list is None else [f"At most {held.longest_list:,} on one list."]
    said += [] if held.until is None else [f"Not after {day(held.until)}."]
    return (*said, *held.other)


def decides_part(
    written: WrittenByPeople, asked: Sequence[Signatory], words: Sequence[SignedWord] | None, human_review: str | None
) -> Part:
    """Say who looks at each case, whose word is needed for the model, and what they have said so far."""
    newest = _newest(words or ())
    oversight = written.human_oversight.strip() or (human_review or "").strip()
    people = [Said(text=oversight, origin="written by people", heading="Each case")]
    said = [
        Said(text=_standing(one, newest.get(one.role)), origin="computed", heading=f"{one.title} ({_DUTIES[one.duty]})")
        for one in asked
    ]
    if not asked:
        signed = [f"{name.replace('_', ' ')} {_SAID[one.word.decision]}" for name, one in newest.items()]
        so_far = f"Signed so far: {listed(signed)}." if signed else "Nobody has signed so far."
        said = [Said(text=so_far, origin="computed", heading="The model")]
    return Part(anchor="decides", title="Who decides, and who has signed?", said=(*people, *said))


def _newest(words: Sequence[SignedWord]) -> dict[str, SignedWord]:
    return {one.word.role: one for one in sorted(words, key=lambda signed: signed.word.at)}


def _standing(asked: Signatory, one: SignedWord | None) -> str:
    if one is None:
        return "not signed yet."
    said = (_ADVISED if asked.duty == "advise" else _SAID)[one.word.decision]
    return f"{said}, on {day(one.word.at)}; counts until {day(one.word.review_by)}."


def words_part(words: Sequence[SignedWord] | None, asked: Sequence[Signatory]) -> Part:
    """Give what each role said and why, in its own words."""
    titles = {one.role: one.title for one in asked}
    rows = tuple(
        (
            Cell(text=titles.get(one.word.role, one.word.role.replace("_", " ").capitalize()), below=one.holder.title),
            Cell(text=_SAID[one.word.decision].capitalize(), below=f"{day(one.word.at)}"),
            Cell(text=one.word.reasons, below=_more(one)),
            Cell(text=" ".join(conditions_in_words(one.word.conditions)) or "none"),
            Cell(text=day(one.word.review_by)),
        )
        for one in sorted(words or (), key=lambda signed: signed.word.at)
    )
    head = ("Role", "Word", "Reasons, as signed", "Conditions", "Counts until")
    table = CardTable(caption="What was signed, oldest first", head=head, rows=rows)
    said = () if rows else computed("Nobody has signed so far.")
    return Part(anchor="words", title="What was signed", said=said, tables=(table,) if rows else ())


def _more(one: SignedWord) -> str:
    parts = {"Against advice because": one.word.overrules, "Dissent": one.word.dissent, "Interests": one.word.interests}
    return " ".join(f"{label}: {text.strip().rstrip('.')}." for label, text in parts.items() if text and text.strip())


def gate_part(decision: Decision | None) -> Part:
    """Give every check of the gate: those not passed first, with what to do and who can."""
    if decision is None:
        return Part(anchor="gate", title="The gate", said=computed("The gate has not been asked."))
    failed = CardTable(
        caption="Checks that are not passed",
        head=("Question", "Passed", "Found", "Wanted", "What to do", "Who can"),
        rows=tuple(
            (_question(one), _passed(one), Cell(text=one.found), Cell(text=one.wanted), *_to_do(one))
            for one in decision.reasons
        ),
    )
    held = CardTable(
        caption="Checks that are passed",
        head=("Question", "Passed", "Found", "Wanted"),
        rows=tuple(
            (_question(one), _passed(one), Cell(text=one.found), Cell(text=one.wanted))
            for one in decision.checks
            if one.passed
        ),
    )
    when = "" if decision.at is None else f" It was asked on {day(decision.at)}."
    intro = f"A model may go live only if every check is passed, whoever asks.{when}"
    tables = tuple(one for one in (failed, held) if one.rows)
    return Part(anchor="gate", title="The gate", intro=intro, tables=tables)


def _question(one: Check) -> Cell:
    return Cell(text=one.title, below=one.why)


def _passed(one: Check) -> Cell:
    return (
        Cell(text="Yes", below=f"by waiver: {one.waived}") if one.waived else Cell(text="Yes" if one.passed else "No")
    )


def _to_do(one: Check) -> tuple[Cell, Cell]:
    return Cell(text=one.next_step), Cell(text=f"{one.who[:1].upper()}{one.who[1:]}")
