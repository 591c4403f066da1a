"""Check a published card: that it is the one that was signed for, says what was signed, and shows no small count."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.wire import sha256
from riskmodels.registry.auditing.held import Held

__all__ = ["card_items"]

_COUNTED = re.compile(r"\b(rows|people|households|homes|properties|tenancies|cases|counts?)\b", re.IGNORECASE)
_NOT_OF_PEOPLE_SEEN = re.compile(r"would take|bad rows", re.IGNORECASE)
_COUNT = re.compile(r"(?:about )?([0-9][0-9,]*)")


def card_items(card: bytes | None, facts: CandidateFacts) -> Iterator[Held]:
    """Look at a card, or say that it is not here.

    Parameters
    ----------
    card : bytes or None
        ``card.json`` as it was published.
    facts : CandidateFacts
        What the author signed.
    """
    smallest, number = facts.disclosure.smallest_shown, facts.disclosure.number
    kept = smallest is None or smallest >= number
    what = f"none under {number}" if kept else f"one under {number}"
    yield Held("Counts of groups in what was signed", kept, what)
    if card is None:
        yield Held("The published card", None, "it is not here")
        return
    signed = facts.documents.get("card")
    if signed is None:
        yield Held("The published card", False, "nobody signed for a card")
        return
    same = sha256(card) == signed.digest
    found = "to the last byte the one that was signed for" if same else "it is not the one that was signed for"
    yield Held("The published card", same, found)
    data = _read(card)
    if data is None:
        yield Held("What the card says", False, "it is not a card in JSON")
        return
    yield _figures(data, facts)
    yield _comparisons(data, facts)
    yield _cells(data, number)


def _read(card: bytes) -> Mapping[str, Any] | None:
    try:
        data = json.loads(card)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _figures(data: Mapping[str, Any], facts: CandidateFacts) -> Held:
    """Hold every figure of the card against the signed one; a card may leave figures out, but not change one."""
    model = facts.model.model_dump(mode="json")
    what, wrong, many = "Figures of the card", [], 0
    for part, signed in (("figures", model["metrics"]), ("differences", model["differences"])):
        for one, figures in _mapping(data.get(part)).items():
            for name, figure in _mapping(figures).items():
                many += 1
                if _mapping(signed.get(one)).get(name) != figure:
                    wrong.append(f"{one} {name}")
    if wrong:
        return Held(what, False, f"not as signed: {', '.join(wrong[:5])}")
    if not many:
        few = facts.model.positives is not None and facts.model.positives < facts.disclosure.number
        return Held(what, True if few else None, "none is published" + (", for too few had the outcome" if few else ""))
    return Held(what, True, f"{many} figures, as signed")


def _comparisons(data: Mapping[str, Any], facts: CandidateFacts) -> Held:
    signed = [one.model_dump(mode="json") for one in facts.bias.comparisons]
    same = data.get("comparisons") == signed
    found = f"{len(signed)} comparisons, as signed" if same else "they are not those that were signed"
    return Held("Verdicts of the card", same, found)


def _cells(data: Mapping[str, Any], number: int) -> Held:
    """Look for a count of people under the disclosure number in every table."""
    small, many = [], 0
    for table in _tables(data):
        for place, heading in enumerate(table.get("head", ())):
            if not _COUNTED.search(str(heading)) or _NOT_OF_PEOPLE_SEEN.search(str(heading)):
                continue
            for row in table.get("rows", ()):
                count = _count(row[place]) if place < len(row) else None
                many += count is not None
                if count is not None and 0 < count < number:
                    small.append(str(table.get("caption")))
    what = "Counts of people in the card's tables"
    if small:
        return Held(what, False, f"under {number}: {', '.join(dict.fromkeys(small))}")
    return Held(what, True, f"{many} counts, none under {number}")


def _tables(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for place in ("first_page", "details"):
        for part in data.get(place, ()):
            yield from (_mapping(table) for table in _mapping(part).get("tables", ()))


def _count(cell: Any) -> int | None:
    found = _COUNT.fullmatch(str(_mapping(cell).get("text", "")))
    return int(found[1].replace(",", "")) if found else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
