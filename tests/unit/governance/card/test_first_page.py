"""The first page: what it does, how well as people count, for whom less well, who decides, what is not known."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.assurance.groupings import NINE as AUDITED_NINE
from riskmodels.governance.attestations import Conditions
from riskmodels.governance.card import Card, WrittenByPeople, card_html, card_markdown
from riskmodels.governance.card.blocks import Natural, Part
from riskmodels.governance.card.treated_alike import NINE
from tests.unit.governance.card.example import (
    AT,
    BANNED,
    card_of,
    decision_of,
    facts_of,
    figures,
    measured,
    promotion_of,
    word,
    written_of,
)


def part(card: Card, anchor: str) -> Part:
    return next(one for one in (*card.first_page, *card.details) if one.anchor == anchor)


def said(card: Card, anchor: str) -> list[str]:
    return [f"{one.heading}: {one.text}" if one.heading else one.text for one in part(card, anchor).said]


def model(**changes: Any) -> Any:
    return facts_of(model=facts_of().model.model_dump(mode="json") | changes)


def test_how_well_is_said_as_people_count_beside_todays_practice() -> None:
    found = part(card_of(), "well").frequencies
    assert [
        "About 37 of 100 tenancies on the list fell into serious arrears (likely between 29 and 45). By today's "
        "practice: about 28 of 100.",
        "About 97 of 100 tenancies ranked low, and so left off the list, did not (likely between 96 and 98). By "
        "today's practice: about 96 of 100.",
        "About 5 of 10 tenancies that fell into serious arrears were on the list; the others were missed (likely "
        "between 4 and 6). By today's practice: about 4 of 10.",
    ] == [one.text for one in found]
    assert Natural(times=37, of=100, low=29, high=45) == found[0].model
    assert Natural(times=28, of=100, low=20, high=36) == found[0].today


def test_without_words_for_the_outcome_its_own_name_is_used() -> None:
    card = card_of(statement=WrittenByPeople())
    assert "About 37 of 100 people on the list later had serious arrears" in part(card, "well").frequencies[0].text
    nameless = card_of(facts=model(outcome_says="owes eight weeks' rent"), statement=WrittenByPeople())
    assert "people on the list had the outcome" in part(nameless, "well").frequencies[0].text


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        (measured(0.11, 0.05, 0.17), "finds more of those in need than that does, by more than chance"),
        (measured(0.11, -0.05, 0.17), "may find no more of those in need than that does: the difference could be"),
        (measured(-0.11, -0.2, -0.05), "finds fewer of those in need than that does, by more than chance"),
        (measured(0.11), "was not measured"),
        (measured(None), "was not measured"),
    ],
)
def test_whether_it_beats_todays_practice_is_said_no_more_strongly_than_was_measured(gain: Any, words: str) -> None:
    card = card_of(facts=model(differences={"chosen_minus_baseline": {"recall_at_capacity": gain}}))
    assert words in said(card, "well")[0]


@pytest.mark.parametrize("positives", [0, 9])
def test_too_few_with_the_outcome_are_counted_nowhere_and_no_figure_of_theirs_is_given(positives: int) -> None:
    card = card_of(facts=model(positives=positives), plots=())
    assert () == part(card, "well").frequencies
    assert ["Fewer than 10 had the outcome."] == [one[:30] for one in said(card, "well")]
    assert {} == card.figures == card.differences
    assert () == part(card, "figures").tables
    assert "0.386" not in card_html(card)
    assert "fewer than 10 had the outcome" in part(card, "figures").intro


def test_every_verdict_of_the_audit_is_told_apart() -> None:
    assert [
        "Proven to be worse for disability: Yes (16 points more missed than others; the limit is 10 points).",
        "Proven to be worse for age band: 75 and over (20 points more missed than others; the limit is 10 points). "
        "Nobody had asked for this beforehand.",
        "We do not know whether these get their share of the list, because there are too few people to tell: "
        "disability: Yes.",
        "We do not know whether these are missed more often than others, because there are too few people to tell: "
        "ethnic group: Black, Black British, Caribbean or African.",
        "No difference over the limit agreed beforehand, in how many who had the outcome are missed: sex: Female.",
        "Not held, so nobody can tell: gender reassignment, marriage and civil partnership, pregnancy and maternity "
        "and sexual orientation.",
        "Not measured: religion: too few people are of known religion.",
    ] == said(card_of(), "less-well")[:-1]


@pytest.mark.parametrize(
    ("metric", "value", "words"),
    [
        ("missed", 0.2, "be worse for sex: Female (20 points more missed than others;"),
        ("missed", -0.2, "be worse for everybody but sex: Female (20 points fewer missed than others;"),
        ("list_share", -0.2, "be worse for sex: Female (20 points under their need;"),
        ("list_share", 0.2, "be worse for everybody but sex: Female (20 points over their need;"),
        ("wrongly_picked", 0.2, "be worse for sex: Female (20 points more picked than others;"),
        ("missed", None, "differ by more than the limit: sex: Female (how many who had the outcome are missed;"),
        ("another", 0.2, "differ by more than the limit: sex: Female (another;"),
    ],
)
def test_a_proven_difference_says_for_whom_it_is_worse(metric: str, value: float | None, words: str) -> None:
    bias = facts_of().bias.model_dump(mode="json")
    one = bias["comparisons"][0] | {"metric": metric, "difference": measured(value), "verdict": "fail"}
    found = said(card_of(facts=facts_of(bias=bias | {"comparisons": [one]})), "less-well")[0]
    assert f"Proven to {words}" in found


def test_a_characteristic_that_the_facts_do_not_mention_is_not_known_either() -> None:
    bias = facts_of().bias.model_dump(mode="json") | {"held": {"sex": "sex: recorded for 95%"}}
    words = said(card_of(facts=facts_of(bias=bias)), "less-well")
    assert any(one.startswith("Not held, so nobody can tell: age, disability, gender reassignment,") for one in words)


def test_where_nothing_was_compared_nobody_is_said_to_fare_well() -> None:
    bias = facts_of().bias.model_dump(mode="json") | {"comparisons": [], "breaches": []}
    words = said(card_of(facts=facts_of(bias=bias)), "less-well")
    assert "We do not know for anybody: no comparison of groups was named beforehand." == words[0]


def test_the_nine_characteristics_are_those_that_the_audit_looks_for() -> None:
    assert tuple(AUDITED_NINE) == NINE


def test_who_has_signed_so_far_stands_beside_whose_word_is_missing() -> None:
    assert [
        "Data protection officer (advises): advised for it with conditions, on 28 February 2026; counts until 1 "
        "December 2026.",
        "Equality lead (advises): advised against it, on 28 February 2026; counts until 1 December 2026.",
        "Chair of the data ethics board (advises): not signed yet.",
        "Senior information risk owner (accepts the risk): not signed yet.",
        "Accountable officer (decides): not signed yet.",
    ] == said(card_of(), "decides")[1:]


def test_a_role_that_thought_again_is_shown_with_its_newest_word() -> None:
    words = [word("siro", at=AT), word("siro", decision="reject", at=AT.replace(month=2))]
    assert (
        "Senior information risk owner (accepts the risk): approved, on 2 March 2026; counts until 1 December 2026."
        in (said(card_of(words=words), "decides"))
    )


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({"decision": None}, "candidate", "The gate has not been asked, and nobody may use it."),
        ({}, "refused", "2 of the gate's 26 checks are not passed. It may not be used."),
        ({"decision": decision_of()}, "approved", "It is not in use: nobody has put it live."),
        ({"decision": decision_of(), "promotion": promotion_of()}, "live", "The approval ends on 1 December 2026."),
        ({"promotion": promotion_of()}, "lapsed", "It was put live, no longer passes, and must not be used."),
        (
            {"decision": decision_of(failed=("not_suspended",)), "promotion": promotion_of()},
            "suspended",
            "ordered it to stop. It must not be used.",
        ),
    ],
)
def test_how_it_stands_is_said_at_the_top(changes: dict[str, Any], state: str, words: str) -> None:
    card = card_of(**changes)
    assert state == card.state
    assert words in card.state_says


def test_only_a_version_that_is_live_and_passes_is_called_live() -> None:
    for changes in ({}, {"decision": None}, {"promotion": promotion_of()}, {"decision": decision_of()}):
        for form in (card_html(card_of(**changes)), card_markdown(card_of(**changes))):
            assert ">Live<" not in form
            assert "**Live.**" not in form
    assert ">Live<" in card_html(card_of(decision=decision_of(), promotion=promotion_of()))


def test_what_it_may_not_be_used_for_and_the_conditions_are_on_the_first_page() -> None:
    conditions = Conditions(
        purposes=("early_intervention",), longest_list=200, other=("Tell the board of complaints.",)
    )
    card = card_of(decision=decision_of(conditions=conditions))
    assert list(BANNED) == said(card, "not-for")
    assert (
        "Only for: early_intervention.",
        "At most 200 on one list.",
        "Tell the board of complaints.",
    ) == card.conditions
    for form in (card_html(card), card_markdown(card)):
        assert all(words in form for words in ("At most 200 on one list.", "Notices, court action, eviction"))


@pytest.mark.parametrize("benefit", ["Benefit not shown", "", "  "])
def test_benefit_not_shown_is_stated_plainly_also_where_nobody_says_anything(benefit: str) -> None:
    card = card_of(facts=facts_of(benefit=benefit))
    assert "Benefit not shown" == card.benefit
    assert '<span class="tag open">Benefit not shown</span>' in card_html(card)
    assert "**Benefit not shown.**" in card_markdown(card)


def test_a_longer_text_on_the_benefit_is_told_in_its_first_sentence_and_whole_below() -> None:
    whole = "Benefit not shown. It is to be shown by comparing tenants on either side of the end of the list."
    card = card_of(facts=facts_of(benefit=whole), statement=written_of(benefit=""))
    assert '<span class="tag open">Benefit not shown</span>' in card_html(card)
    assert "**Benefit not shown.**" in card_markdown(card)
    assert f"Whether contact helps: {whole}" in said(card, "people")


def test_the_routes_of_the_facts_stand_in_where_the_statement_is_blank() -> None:
    card = card_of(statement=written_of(how_to_complain="", how_to_object=" "))
    assert "Complain: https://council.example/complain" == said(card, "complain")[0]
    assert "Object: https://council.example/object" == said(card, "complain")[1]


def test_a_blank_is_shown_as_a_blank() -> None:
    card = card_of(statement=WrittenByPeople())
    assert "What it does: Nobody has written this yet." == said(card, "does")[0]
    assert ["Nobody has written this yet."] == said(card, "wrong")
    assert ["Nobody has written this yet."] == said(card_of(may_not_be_used_for=()), "not-for")


def test_a_figure_of_an_estimator_that_the_card_does_not_know_is_shown_under_its_own_name() -> None:
    metrics = {"lightgbm": figures() | {"mean_absolute_error": measured(12.5, 11, 14)}}
    rows = part(card_of(facts=model(metrics=metrics)), "figures").tables[0].rows
    assert ["mean absolute error", "12.500", "not stated"] == [cell.text for cell in rows[-1]]
