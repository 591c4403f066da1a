"""The three forms of the card say the same; the JSON follows its schema; nothing that people wrote takes effect."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import jsonschema
import pytest

from riskmodels.governance.card import (
    Card,
    CardPlot,
    WrittenByPeople,
    card_html,
    card_json,
    card_markdown,
    card_schema,
    make_card,
    published_schema,
)
from tests.unit.governance.card.example import (
    card_of,
    decision_of,
    digest_of,
    facts_of,
    plain_table,
    png,
    promotion_of,
    written_of,
)


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._quiet = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._quiet = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._quiet = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._quiet else data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


CARDS = {
    "refused": card_of(),
    "live": card_of(decision=decision_of(), promotion=promotion_of()),
    "least": make_card(facts_of(), statement=WrittenByPeople()),
}


def test_the_published_schema_is_the_one_of_the_code() -> None:
    # When the record changes: write json.dumps(card_schema(), indent=2, ensure_ascii=False) into schema/v1.json, and
    # if a form that was valid no longer is, into the next version.
    assert card_schema() == published_schema()


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_json_follows_the_published_schema_and_is_read_again_as_it_was(card: Card) -> None:
    text = card_json(card)
    jsonschema.Draft202012Validator.check_schema(published_schema())
    jsonschema.Draft202012Validator(published_schema()).validate(json.loads(text))
    assert text == card_json(Card.model_validate_json(text))


@pytest.mark.parametrize("spoilt", [{"figures": None}, {"state": "fine"}, {"more": 1}, {"model": 3}])
def test_the_schema_refuses_what_is_not_a_card(spoilt: dict[str, object]) -> None:
    data = json.loads(card_json(card_of())) | spoilt
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(published_schema()).validate(data)


def test_the_json_has_no_picture_and_its_digest_instead() -> None:
    data = json.loads(card_json(card_of()))
    assert ["alt", "name", "part", "title"] == sorted(data["plots"][0])
    assert {"calibration", "disparities"} == set(data["plot_digests"])


def words_of(card: Card) -> set[str]:
    """Give every sentence, cell and title of the card."""
    found = {card.title, card.state_says, card.benefit, *card.may_not_be_used_for, *card.findings}
    for part in (*card.first_page, *card.details):
        found |= {part.title, part.intro, *(text for one in part.said for text in (one.heading, one.text))}
        for table in part.tables:
            cells = [cell for row in table.rows for cell in row]
            found |= {table.caption, *table.head, *table.notes, *(cell.below for cell in cells)}
            found |= {cell.full or cell.text for cell in cells}
    found |= {words for plot in card.plots for words in (plot.title, plot.alt)}
    return {" ".join(words.split()) for words in found if words.strip()}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_whatever_the_card_says_is_in_every_form(card: Card) -> None:
    html = " ".join(Page(card_html(card)).text.split())
    markdown = re.sub(r"\\([^A-Za-z0-9\s])", r"\1", card_markdown(card))
    assert set() == {words for words in words_of(card) if words not in html}
    assert set() == {words for words in words_of(card) if words not in markdown}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_page_stands_by_itself(card: Card) -> None:
    html = card_html(card)
    page = Page(html)
    assert [] == [tag for tag, _ in page.tags if tag in ("script", "link", "iframe", "object", "embed", "form", "base")]
    sources = [str(one["src"]) for one in page.all("img")]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert all(str(one["href"]).startswith("#") for one in page.all("a"))
    assert "default-src 'none'" in str(next(one for one in page.all("meta") if "http-equiv" in one)["content"])
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_every_link_leads_to_a_place_and_no_place_is_named_twice(card: Card) -> None:
    page = Page(card_html(card))
    places = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(places) == len(set(places))
    assert {str(one["href"])[1:] for one in page.all("a")} <= set(places)
    labelled = {attributes["aria-labelledby"] for _, attributes in page.tags if "aria-labelledby" in attributes}
    assert labelled <= set(places)


def test_the_page_is_in_british_english_with_one_first_heading_and_landmarks() -> None:
    page = Page(card_html(card_of()))
    assert "en-GB" == page.all("html")[0]["lang"]
    assert 1 == len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == len(page.all("nav"))


def test_every_table_has_a_caption_and_every_heading_a_scope() -> None:
    page = Page(card_html(card_of()))
    assert len(page.all("table")) == len(page.all("caption")) > 10
    assert {"row", "col"} == {one.get("scope") for one in page.all("th")}


def test_every_picture_has_words() -> None:
    words = {one.alt for one in card_of().plots}
    assert words == {one["alt"] for one in Page(card_html(card_of())).all("img")}


def test_no_meaning_is_in_colour_alone() -> None:
    html = card_html(card_of())
    shown = re.findall(r'class="(?:tag|verdict) (?:good|bad|open)">([^<]*)<', html)
    assert {"Pass", "Fail", "Not enough evidence", "Yes", "No"} <= set(shown)
    assert all(words.strip() for words in shown)


ATTACK = "<script>alert(1)</script> **bold** [link](https://bad.example) `code` | cell\n# heading\n- item"


def test_what_people_wrote_takes_no_effect_in_the_page() -> None:
    written = written_of(what_it_does=ATTACK, title=ATTACK, contacts={ATTACK: ATTACK}, alternatives=(ATTACK,))
    tables = {"more": plain_table(ATTACK, (ATTACK,), ((ATTACK,),))}
    plots = (CardPlot(name="x", title=ATTACK, alt=f'"{ATTACK}', png=png(4, 4)),)
    page = Page(card_html(card_of(statement=written, tables=tables, plots=plots)))
    assert [] == page.all("script")
    assert ["data:image/png;base64,"] == [str(one["src"])[:22] for one in page.all("img")]


def test_what_people_wrote_takes_no_effect_in_markdown() -> None:
    tables = {"more": plain_table(ATTACK, (ATTACK, "b"), ((ATTACK, "x"),))}
    text = card_markdown(card_of(statement=written_of(what_it_does=ATTACK, title=ATTACK), tables=tables))
    assert 1 == len(re.findall(r"^# ", text, re.MULTILINE))
    assert "<script" not in text.replace("\\<script", "")
    assert not re.search(r"(?<!\\)\[link", text)
    rows = [line for line in text[text.index("### Further") :].splitlines() if line.startswith("|")][:3]
    assert [3, 3, 3] == [re.sub(r"\\.", "", row).count("|") for row in rows]


def test_people_and_software_are_told_apart_in_markdown() -> None:
    lines = card_markdown(card_of()).splitlines()
    theirs = [line for line in lines if line.endswith("*(written by people)*")]
    assert any("It decides nothing about anybody." in line for line in theirs)
    assert not any("of 100" in line or "not signed yet" in line for line in theirs)


def test_digests_are_whole_in_every_form() -> None:
    for form in (card_html(card_of()), card_markdown(card_of()), card_json(card_of())):
        assert digest_of("bundle") in form


def test_the_page_of_a_demonstration_says_so() -> None:
    assert "Demonstration: made-up people" in card_html(card_of())
    assert "This is a demonstration" in card_markdown(card_of())
    assert "emonstration" not in card_html(card_of(statement=written_of(demo=False)))
