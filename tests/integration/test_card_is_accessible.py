"""The card in a real browser: axe finds no violation, it fits a phone, its first page fits one sheet of A4."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from riskmodels.governance.card import Card, WrittenByPeople, card_html, written_from
from riskmodels.governance.documents.statement import read_statement
from tests.conftest import unavailable
from tests.unit.governance.card.amount_example import amount_card_of
from tests.unit.governance.card.example import (
    card_of,
    decision_of,
    facts_of,
    longest_words,
    promotion_of,
    word,
    words,
    written_of,
)

pytestmark = [pytest.mark.slow, pytest.mark.service("chromium")]

ROOT = Path(__file__).parents[2]

Browser = Any
Opened = Callable[..., Browser]

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
A4 = (188 / 25.4 * 96, 279 / 25.4 * 96)
"""Width and height of a sheet inside the margins that the page asks for, in CSS pixels."""

AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(
    found => done(found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.target.join(" ")).join(", ")}`)),
    error => done([`axe failed: ${error}`]));
"""
RULES_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document).then(found => done([...found.passes, ...found.violations, ...found.incomplete].map(one => one.id)));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start Chromium without a window, and without any name that it could look up."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        unavailable("chromium", "chromium or chromedriver is not installed")
    if importlib.util.find_spec("selenium") is None:
        unavailable("chromium", "selenium is not installed")
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    try:
        started = webdriver.Chrome(options=options, service=Service(driver, env=os.environ | {"SE_OFFLINE": "true"}))
    except WebDriverException as error:
        unavailable("chromium", error.msg)
    try:
        yield started
    finally:
        started.quit()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Open a card at a width, on a screen or as it prints."""

    def open_card(card: Card, *, width: int, height: int = 900, media: str = "screen") -> Browser:
        page = tmp_path / "card.html"
        page.write_text(card_html(card), encoding="utf-8")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media})
        browser.get(page.as_uri())
        return browser

    yield open_card
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def axe() -> str:
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        unavailable("chromium", "axe-playwright-python is not installed")
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def blank_card() -> Card:
    return card_of(
        statement=WrittenByPeople(), plots=(), tables={}, decision=None, words=None, version=None, signatories=(),
        may_not_be_used_for=(),
    )  # fmt: skip


def live_card() -> Card:
    every = (*words(), word("ethics_board"), word("siro"), word("accountable_officer", overrules="The need is greater"))
    return card_of(decision=decision_of(), promotion=promotion_of(), words=every)


def wordy_card() -> Card:
    """Give a card whose words and names are wider than a phone."""
    written = written_of(what_it_does=longest_words(), what_could_go_wrong=(longest_words(),), title=longest_words())
    platform = {"python": longest_words(), longest_words(): "1"}
    facts = facts_of(model=facts_of().model.model_dump() | {"platform": platform, "outcome_says": longest_words()})
    return card_of(facts=facts, statement=written)


def shipped_card() -> Card:
    """Give a card with the words that the workspace ships with, and all roles heard."""
    statement = read_statement(ROOT / "model_cards/rent_arrears/statement.yaml")
    written = written_from(statement, entities="tenancies", outcome_happened="fell into serious arrears")
    return card_of(statement=written)


CARDS = {"refused": card_of, "live": live_card, "blank": blank_card, "wordy": wordy_card, "amount": amount_card_of}


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("made", CARDS.values(), ids=CARDS)
def test_axe_finds_no_violation(opened: Opened, made: Callable[[], Card], width: int) -> None:
    page = opened(made(), width=width)
    page.execute_script(axe())
    assert [] == page.execute_async_script(AXE)


def test_axe_looked_at_what_matters_and_can_find_a_violation(opened: Opened) -> None:
    page = opened(card_of(), width=360)
    page.execute_script(axe())
    run = set(page.execute_async_script(RULES_RUN))
    assert {"color-contrast", "scrollable-region-focusable", "image-alt", "heading-order", "html-has-lang"} <= run
    page.execute_script("document.querySelector('img').removeAttribute('alt')")
    assert ["image-alt: "] == [found[:11] for found in page.execute_async_script(AXE)]


@pytest.mark.parametrize("made", CARDS.values(), ids=CARDS)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_never_scrolls_sideways(opened: Opened, made: Callable[[], Card], width: int) -> None:
    page = opened(made(), width=width)
    assert width >= page.execute_script("return document.documentElement.scrollWidth")


def test_a_table_that_is_wider_than_a_phone_scrolls_inside_a_frame_that_the_keyboard_reaches(opened: Opened) -> None:
    page = opened(card_of(), width=320)
    frames = page.execute_script(
        "return [...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth)"
        ".map(one => [one.tabIndex, one.getAttribute('aria-label')])"
    )
    assert frames
    assert {0} == {tab for tab, _ in frames}
    assert len(frames) == len({label for _, label in frames})


@pytest.mark.parametrize("made", [card_of, live_card, blank_card, shipped_card, amount_card_of])
def test_the_first_page_fits_one_sheet_of_a4(opened: Opened, made: Callable[[], Card]) -> None:
    page = opened(made(), width=round(A4[0]), media="print")
    bottom = page.execute_script("return document.querySelector('.first').getBoundingClientRect().bottom")
    assert bottom <= A4[1]


def test_nothing_that_is_printed_is_wider_than_the_sheet(opened: Opened) -> None:
    # A browser makes the print of a page that is too wide smaller, until nobody can read it.
    page = opened(card_of(), width=round(A4[0]), media="print")
    assert round(A4[0]) >= page.execute_script("return document.documentElement.scrollWidth")


def test_the_skip_link_is_reached_first_and_seen_when_it_is(opened: Opened) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page = opened(card_of(), width=1280)
    ActionChains(page).send_keys(Keys.TAB).perform()
    place = page.switch_to.active_element
    assert "Skip to the card" == place.text
    assert place.rect["y"] >= 0
    ActionChains(page).send_keys(Keys.ENTER).perform()
    assert page.current_url.endswith("#main")


def test_whatever_has_the_focus_shows_it(opened: Opened) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page = opened(card_of(), width=360)
    outlines = {}
    ActionChains(page).send_keys(Keys.TAB).perform()
    while page.execute_script("return document.activeElement !== document.body"):
        what, outline = page.execute_script(
            "const one = document.activeElement; const style = getComputedStyle(one);"
            "return [one.outerHTML.slice(0, 80), parseFloat(style.outlineWidth) * (style.outlineStyle !== 'none')]"
        )
        outlines[what] = outline
        ActionChains(page).send_keys(Keys.TAB).perform()
    assert len(outlines) > 20
    assert {} == {what: outline for what, outline in outlines.items() if outline < 2}


def test_the_page_fetches_nothing_and_runs_nothing(opened: Opened) -> None:
    page = opened(card_of(), width=1280)
    fetched = page.execute_script("return performance.getEntriesByType('resource').map(one => one.name.slice(0, 10))")
    assert {"data:image"} >= set(fetched)
    assert 0 == page.execute_script(
        "return document.querySelectorAll('script, link, iframe, object, [onclick]').length"
    )
    assert [] == page.execute_script("return [...document.images].filter(one => !one.naturalWidth).map(one => one.alt)")


def test_words_of_people_never_become_part_of_the_page(opened: Opened) -> None:
    attack = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    page = opened(card_of(statement=written_of(what_it_does=attack, title=attack)), width=1280)
    assert page.title.endswith("model card, version 3")
    assert attack in page.find_element("tag name", "h1").text
    assert 2 == page.execute_script("return document.images.length")


def test_the_headings_go_down_one_step_at_a_time_from_a_single_first(opened: Opened) -> None:
    page = opened(card_of(), width=1280)
    levels = page.execute_script(
        "return [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(one => Number(one.tagName[1]))"
    )
    assert 1 == levels.count(1)
    assert 1 == levels[0]
    assert all(after <= before + 1 for before, after in pairwise(levels))
