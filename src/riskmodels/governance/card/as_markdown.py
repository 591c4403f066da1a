"""The card as Markdown, for a repository or a committee paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskmodels.governance.card.blocks import CardPlot, CardTable, Cell, Part, Said
from riskmodels.governance.card.card import Card
from riskmodels.governance.card.in_use import STATES
from riskmodels.governance.card.spelling import day, in_short

__all__ = ["card_markdown"]

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LEADING = re.compile(r"^(\s*)([-+]|\d+[.)])(\s)")
_DEMO = "This is a demonstration: the council, its homes and its people are made up."
_KEY = (
    "What people wrote is marked *(written by people)*; everything else was generated from the registered run, the "
    "gate's answer and the signatures: no figure was typed."
)


def card_markdown(card: Card) -> str:
    """Write a card as Markdown. What people wrote is shown as text: no markup of theirs takes effect."""
    return "\n".join([*_opening(card), *_first_page(card), *_details(card)]).strip() + "\n"


def _opening(card: Card) -> Iterator[str]:
    yield f"# {_plain(card.title)}: model card"
    yield ""
    yield from ([f"**{_DEMO}**", ""] if card.demo else [])
    yield f"**{STATES[card.state]}.** {_plain(card.state_says)}"
    yield ""
    yield f"**{_plain(in_short(card.benefit))}.**"
    yield ""
    if card.conditions:
        yield "The approval is tied to these conditions:"
        yield ""
        yield from (f"- {_plain(one)}" for one in card.conditions)
        yield ""
    answers = f"{_plain(card.council)} answers for it. " if card.council.strip() else ""
    version = f"Version {_plain(card.version)}. " if card.version else ""
    yield f"{version}{answers}Put forward on {day(card.made_at)}."
    yield ""
    yield _KEY
    yield ""


def _first_page(card: Card) -> Iterator[str]:
    yield "## On one page"
    yield ""
    for part in card.first_page:
        yield from _part(part, {})


def _details(card: Card) -> Iterator[str]:
    yield "## In detail"
    yield ""
    if card.findings:
        yield "### What this card still lacks"
        yield ""
        yield from (f"- {_plain(one)}" for one in card.findings)
        yield ""
    plots = {one.name: one for one in card.plots}
    for part in card.details:
        yield from _part(part, plots)


def _part(part: Part, plots: dict[str, CardPlot]) -> Iterator[str]:
    yield f"### {_plain(part.title)}"
    yield ""
    yield from ([_plain(part.intro), ""] if part.intro else [])
    yield from (f"- {_plain(one.text)}" for one in part.frequencies)
    yield from (_said(one) for one in part.said)
    yield from ([""] if part.said or part.frequencies else [])
    for table in part.tables:
        yield from _table(table)
    for name in part.plots:
        yield f"**Picture (in the HTML form): {_plain(plots[name].title)}.** {_plain(plots[name].alt)}"
        yield ""


def _said(one: Said) -> str:
    heading = f"**{_plain(one.heading)}:** " if one.heading else ""
    mark = " *(written by people)*" if one.origin == "written by people" else ""
    return f"- {heading}{_plain(one.text)}{mark}"


def _table(table: CardTable) -> Iterator[str]:
    yield f"**{_plain(table.caption)}**"
    yield ""
    rule = "---:" if table.figures else "---"
    yield f"| {' | '.join(_plain(one) for one in table.head)} |"
    yield f"| --- |{f' {rule} |' * (len(table.head) - 1)}"
    for row in table.rows:
        yield f"| {' | '.join(_cell(one) for one in row)} |"
    yield ""
    yield from (f"- {_plain(one)}" for one in table.notes)
    yield from ([""] if table.notes else [])


def _cell(one: Cell) -> str:
    below = f" ({_plain(one.below)})" if one.below else ""
    return f"{_plain(one.full or one.text)}{below}"


def _plain(text: str) -> str:
    """Keep a text on one line, and take the effect from whatever Markdown would read as markup."""
    return _LEADING.sub(r"\1\\\2\3", _MARKS.sub(r"\\\1", " ".join(text.split())))
