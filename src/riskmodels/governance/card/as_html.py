"""The card as one page of accessible HTML that stands by itself: no script, nothing fetched, pictures inside."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined

from riskmodels.governance.card.blocks import CardPlot, Part
from riskmodels.governance.card.card import Card
from riskmodels.governance.card.in_use import STATES
from riskmodels.governance.card.people_say import BLANK
from riskmodels.governance.card.spelling import day, in_short

__all__ = ["card_html"]

_VERDICTS = {
    "Pass": "good",
    "Yes": "good",
    "Fail": "bad",
    "No": "bad",
    "Not enough evidence": "open",
    "withheld": "open",
}
_VERDICT_HEADS = frozenset({"Verdict", "Passed", "Complete"})
_STANDS = {"live": "good", "approved": "good", "candidate": "open"}
_FITS = 3  # columns of a table that a phone is wide enough for


def card_html(card: Card) -> str:
    """Write a card as HTML, to be read, printed and sent by itself. Its first page prints on one sheet of A4."""
    environment = Environment(
        loader=PackageLoader("riskmodels.governance.card", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = day
    return environment.get_template("page.html.j2").render(
        card=card,
        state=STATES[card.state],
        benefit=in_short(card.benefit),
        stands=_STANDS.get(card.state, "bad"),
        plots={one.name: _shown(one) for one in card.plots},
        regions=_regions(card.details),
        verdicts=_VERDICTS,
        verdict_heads=_VERDICT_HEADS,
        fits=_FITS,
        blank=BLANK,
        blocks=_blocks,
    )


def _blocks(part: Part) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Put sentences in a row that come from the same place under one mark, and those under one heading together."""
    return [
        (
            origin,
            [(heading, [one.text for one in same]) for heading, same in groupby(held, key=lambda one: one.heading)],
        )
        for origin, held in groupby(part.said, key=lambda one: one.origin)
    ]


def _shown(one: CardPlot) -> dict[str, str]:
    source = f"data:image/png;base64,{base64.b64encode(one.png).decode('ascii')}"
    return {"title": one.title, "alt": one.alt, "source": source if one.png else ""}


def _regions(parts: tuple[Part, ...]) -> dict[str, list[str]]:
    """Name each table's frame once: two frames with one name could not be told apart by ear."""
    seen: dict[str, int] = {}

    def named(captions: Iterator[str]) -> Iterator[str]:
        for caption in captions:
            seen[caption] = seen.get(caption, 0) + 1
            yield caption if seen[caption] == 1 else f"{caption} ({seen[caption]})"

    return {part.anchor: list(named(table.caption for table in part.tables)) for part in parts}
