"""Snippets: what kind of value they give, how they are written for the engine, and which nulls they deal with."""

from __future__ import annotations

import pytest

from riskmodels.errors import DefinitionError
from riskmodels.features.expressions import Snippet, parse

COLUMNS = {
    "pounds": "money",
    "pieces": "whole",
    "fraction": "number",
    "met": "flag",
    "due_on": "day",
    "paid_at": "moment",
    "kind": "text",
    "home": "key",
}


def read(text: str) -> Snippet:
    return parse(text, COLUMNS, place="the test")


@pytest.mark.parametrize(
    "text",
    [
        "pounds",
        "pieces",
        "pounds * pieces - 1",
        "pounds * 1.05",
        "coalesce(pounds, 0)",
        "date_diff('day', due_on, as_of)",
        "extract(year from due_on)",
        "abs(-pounds)",
        "pieces // 2",
        "pieces % 2",
    ],
)
def test_whole_numbers_and_decimals_are_exact(text: str) -> None:
    assert "exact" == read(text).gives


@pytest.mark.parametrize(
    "text",
    [
        "fraction",
        "pounds + fraction",
        "fraction + pounds",
        "pounds * fraction",
        "coalesce(pounds, fraction)",
        "greatest(pounds, fraction)",
        "case when met then pounds else fraction end",
        "pounds / pieces",
        "coalesce(pounds / pieces, pounds)",
        "pounds * 1e0",
        "cast(pounds as double)",
        "extract(epoch from paid_at)",
    ],
)
def test_whatever_touches_a_binary_fraction_is_not_exact(text: str) -> None:
    assert "number" == read(text).gives


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("met", "flag"),
        ("not met", "flag"),
        ("kind = 'card'", "flag"),
        ("due_on is null", "flag"),
        ("pounds between 1 and 2", "flag"),
        ("kind", "text"),
        ("lower(kind)", "text"),
        ("split_part(kind, ':', 1)", "text"),
        ("due_on", "time"),
        ("paid_at", "time"),
        ("as_of", "time"),
        ("as_of - interval 7 day", "time"),
        ("cast(paid_at as date)", "time"),
    ],
)
def test_flags_texts_and_times_are_told_apart(text: str, kind: str) -> None:
    assert kind == read(text).gives


def test_a_snippet_names_its_columns_once_and_as_of_apart() -> None:
    snippet = read("due_on < as_of and (pounds > 1 or pounds is null)")

    assert ("due_on", "pounds") == snippet.columns
    assert snippet.names_as_of
    assert not read("pounds").names_as_of


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("pounds", 'e."pounds"'),
        ("pounds / pieces", 'CAST(e."pounds" AS DOUBLE) / NULLIF(CAST(e."pieces" AS DOUBLE), 0)'),
        ("pieces // 2", 'TRY_CAST(FLOOR(CAST(e."pieces" AS DOUBLE) / NULLIF(CAST(2 AS DOUBLE), 0)) AS BIGINT)'),
        ("pounds % pieces", 'e."pounds" % NULLIF(e."pieces", 0)'),
        ("cast(kind as integer)", 'TRY_CAST(e."kind" AS INT)'),
        ("due_on > date '2024-01-01'", "e.\"due_on\" > CAST('2024-01-01' AS DATE)"),
    ],
)
def test_a_snippet_is_written_so_that_no_row_can_stop_the_query(text: str, written: str) -> None:
    assert written == read(text).sql(lambda name: f'e."{name}"')


def test_division_inside_division_is_guarded_at_every_level() -> None:
    assert 2 == read("pounds / (pieces / fraction)").sql(lambda name: name).count("NULLIF")


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("pounds + pieces", ("pounds", "pieces")),
        ("coalesce(pounds, 0) + pieces", ("pieces",)),
        ("case when pounds is null then 0 else pounds + pieces end", ("pieces",)),
        ("case when pounds is not null then 1 else 0 end", ()),
        ("greatest(pounds, pieces)", ("pounds", "pieces")),
    ],
)
def test_a_snippet_says_which_nulls_it_does_not_deal_with(text: str, needs: tuple[str, ...]) -> None:
    assert needs == read(text).needs


def test_the_error_shows_the_snippet_and_where_it_stands() -> None:
    with pytest.raises(DefinitionError) as refusal:
        read("pounds > random()")

    assert refusal.value.found.startswith("the test uses 'rand'")
    assert "'pounds > random()'" in refusal.value.found


def test_as_of_can_be_kept_out() -> None:
    with pytest.raises(DefinitionError, match="as_of"):
        parse("due_on < as_of", COLUMNS, place="the outcome", as_of=False)


@pytest.mark.parametrize("text", ["POUNDS > 1", '"Pounds" > 1'])
def test_capitals_do_not_slip_a_column_past_the_check(text: str) -> None:
    with pytest.raises(DefinitionError, match="not there"):
        read(text)
