"""What a card leaves blank, holds a place for, or could not measure: each is named, for people to complete."""

from __future__ import annotations

from collections.abc import Iterator

from riskmodels.governance.card.card import Card
from riskmodels.governance.card.measures import AMOUNT_HEADLINE, AMOUNT_MEASURES, HEADLINE, MEASURES
from riskmodels.governance.card.treated_alike import NINE, NOT_STATED
from riskmodels.governance.documents.findings import personal_marks, placeholder, typed_figure

__all__ = ["card_findings"]

_OUT_OF_PLACE = frozenset({"demo", "entities", "outcome_happened", "title"})
_ROUTES = frozenset({"how_to_complain", "how_to_object", "how_to_ask_for_a_person"})


def card_findings(card: Card) -> tuple[str, ...]:
    """Name everything that keeps a card from being complete; nothing when it is.

    Parameters
    ----------
    card : Card
        From :func:`riskmodels.governance.card.make_card`.

    Returns
    -------
    tuple of str
        Sentences: blank or unfinished words, figures that are not measured, groups without an answer, plots without
        words. A group of which nothing is held is no finding, as long as the card says so.
    """
    found = [*_words(card), *_figures(card), *_groups(card), *_plots(card)]
    return tuple(dict.fromkeys(found))


def _words(card: Card) -> Iterator[str]:
    for name, value in card.written_by_people:
        if name in _OUT_OF_PLACE:
            continue
        texts = list(value.items()) if isinstance(value, dict) else [("", one) for one in _as_texts(value)]
        if not any(text.strip() for _, text in texts):
            yield f"card: {name} is blank" + (", so people have nowhere to turn" if name in _ROUTES else "")
        for key, text in texts:
            yield from _faults(f"{name}, {key}" if key else name, text)
    if not card.benefit.strip():
        yield "card: nothing is said of whether contact helps"
    if not card.may_not_be_used_for:
        yield "card: nothing is said of what the model may not be used for"
    for use in card.may_not_be_used_for:
        yield from _faults("may_not_be_used_for", use)


def _as_texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value) if isinstance(value, tuple) else []


def _faults(place: str, text: str) -> Iterator[str]:
    if text and not text.strip():
        yield f"card: {place} is blank"
    mark = placeholder(text)
    if mark is not None:
        yield f"card: {place} is still to be written ({mark!r})"
    if typed_figure(text):
        yield f"card: {place} types a figure of the model by hand; figures come from the run alone"
    for what in personal_marks(text):
        yield f"card: {place} holds {what}"


def _figures(card: Card) -> Iterator[str]:
    figures = card.figures.get(card.chosen, {})
    amount = card.task == "amount"
    headline, measures = (AMOUNT_HEADLINE, AMOUNT_MEASURES) if amount else (HEADLINE, MEASURES)
    for metric in headline:
        if metric not in figures or figures[metric].value is None:
            yield f"card: not measured: {measures[metric].title}"
    if amount and not (card.unit or "").strip():
        yield "card: it is not said what the amount is counted in"
    if "baseline" not in card.figures:
        yield "card: today's practice was not measured beside it"


def _groups(card: Card) -> Iterator[str]:
    if not card.comparisons:
        yield "card: no comparison of groups was named beforehand"
    for protected in NINE:
        if card.held.get(protected, NOT_STATED) == NOT_STATED:
            yield f"card: nothing is said of {protected}, a protected characteristic of the Equality Act 2010"


def _plots(card: Card) -> Iterator[str]:
    if not card.plots:
        yield "card: it has no plot"
    for one in card.plots:
        if not one.alt.strip() or placeholder(one.alt) is not None:
            yield f"card: the plot {one.name} has no words for those who cannot see it"
        if not one.title.strip():
            yield f"card: the plot {one.name} has no title"
