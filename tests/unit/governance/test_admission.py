"""Single statements: each rule is broken once and the statement does not count; kept, it does."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from riskmodels.errors import UntrustedError
from riskmodels.governance.admission import NO_DOCUMENT, admit, admit_candidate, bound_digests, said_at
from riskmodels.governance.attestations import EVERY_CANDIDATE
from riskmodels.governance.envelopes import opened
from riskmodels.governance.gate import decide
from riskmodels.governance.keys import new_signer
from tests.unit.governance.signing import (
    AT,
    DOCUMENTS,
    MODEL,
    ROLES,
    Council,
    ago,
    digest_of,
    edited,
)


@pytest.fixture
def council() -> Council:
    return Council()


@pytest.fixture
def candidate(council: Council) -> str:
    return council.candidate()


def why_not(council: Council, candidate: str, attestation: str, **changes: Any) -> str:
    """Give why the one attestation of a pack was discarded."""
    evidence = council.gathered(council.pack(candidate, attestation), **changes)
    assert () == evidence.words == evidence.reproduced == evidence.suspensions == evidence.standing
    assert 1 == len(evidence.discarded)
    return evidence.discarded[0].why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"by": "author"}, "its key is not that of siro"),
        ({"by": "accountable_officer"}, "its key is not that of siro"),
        ({"by": "registry"}, "its key is not that of siro"),
        ({"model": "home_care"}, "it is about another model"),
        ({"candidate_digest": digest_of("another candidate")}, "it is about another candidate"),
        ({"bundle_digest": digest_of("another bundle")}, "it is about another bundle"),
        ({"card_digest": digest_of("another card")}, "it is about another card"),
        ({"dpia_digest": digest_of("another DPIA")}, "it is about another DPIA"),
        ({"equality_digest": digest_of("another assessment")}, "it is about another equality"),
        ({"at": AT + datetime.timedelta(minutes=6)}, "it is dated in the future"),
        ({"at": ago(days=2, minutes=6)}, "it is dated before the candidate was made"),
    ],
)
def test_a_word_that_breaks_a_rule_is_discarded_with_the_reason(
    council: Council, candidate: str, changes: dict[str, Any], why: str
) -> None:
    assert why in why_not(council, candidate, council.word(candidate, "siro", **changes))


@pytest.mark.parametrize("at", [AT + datetime.timedelta(minutes=4), ago(days=2, minutes=-1), ago(days=2, minutes=4)])
def test_a_word_counts_though_clocks_differ_a_little(council: Council, candidate: str, at: datetime.datetime) -> None:
    assert 1 == len(council.gathered(council.pack(candidate, council.word(candidate, "siro", at=at))).words)


def test_a_word_for_a_role_that_the_board_does_not_have_is_discarded_without_repeating_it(
    council: Council, candidate: str
) -> None:
    word = council.word(candidate, "<script>Mrs Example</script>", by="siro")
    assert "it speaks for a role that the board does not have" == why_not(council, candidate, word)


def test_a_word_by_a_key_that_was_revoked_before_is_discarded_and_one_from_before_that_counts(
    council: Council, candidate: str
) -> None:
    word = council.word(candidate, "siro", at=ago(days=1))
    council.next_root(board=council.board_with(siro=(council.holder("siro", revoked_from=ago(hours=12)),)))
    assert 1 == len(council.gathered(council.pack(candidate, word)).words)
    council.next_root(
        board=council.board_with(siro=(council.holder("siro", revoked_from=ago(days=1)),)), at=ago(days=9)
    )
    assert "its key, of siro, was revoked before" in why_not(council, candidate, word)


def test_a_word_by_a_key_that_left_the_role_no_longer_counts(council: Council, candidate: str) -> None:
    word = council.word(candidate, "siro")
    council.signers["successor"] = new_signer()
    council.next_root(board=council.board_with(siro=(council.holder("successor"),)))
    assert "its key is not that of siro" in why_not(council, candidate, word)
    again = council.word(candidate, "siro", by="successor")
    assert 1 == len(council.gathered(council.pack(candidate, again)).words)


def test_a_key_that_the_insider_adds_to_the_board_file_alone_changes_nothing(council: Council, candidate: str) -> None:
    council.board = council.board_with(siro=(council.holder("siro"), council.holder("author")))
    assert "its key is not that of siro" in why_not(council, candidate, council.word(candidate, "siro", by="author"))


def test_all_words_of_one_role_are_kept_for_the_gate_to_choose_from(council: Council, candidate: str) -> None:
    words = [council.word(candidate, "siro", at=ago(hours=hours)) for hours in (30, 20, 10)]
    assert 3 == len(council.gathered(council.pack(candidate, *words)).words)


def test_a_statement_that_stands_twice_counts_once(council: Council, candidate: str) -> None:
    word = council.word(candidate, "siro")
    more = council.seal(opened(word).attestation, "ethics_board")
    both = edited(word, signatures=[*_signatures(more), *_signatures(word)])
    evidence = council.gathered(council.pack(candidate, word, word, both))
    assert [council.key("siro")] == [one.holder.key for one in evidence.words]


def test_a_copy_that_was_signed_by_another_does_not_push_the_true_one_out(council: Council, candidate: str) -> None:
    word = council.word(candidate, "siro")
    copy = council.seal(opened(word).attestation, "author")
    evidence = council.gathered(council.pack(candidate, copy, word, copy))
    assert 1 == len(evidence.words) == len(evidence.discarded)


def _signatures(envelope: str) -> list[dict[str, str]]:
    held: list[dict[str, str]] = json.loads(envelope)["signatures"]
    return held


def test_a_word_on_a_candidate_without_an_assessment_names_no_document(council: Council) -> None:
    bare = council.facts()
    documents = {name: one for name, one in bare.documents.items() if name != "dpia"}
    facts = bare.model_copy(update={"documents": documents})
    assert NO_DOCUMENT == bound_digests(facts)["dpia_digest"]
    assert digest_of("card") == bound_digests(facts)["card_digest"]
    assert set(DOCUMENTS) - {"dpia"} == set(documents)


def test_the_moment_of_every_statement_is_the_one_that_its_signer_wrote(council: Council, candidate: str) -> None:
    assert ago(days=2) == said_at(opened(candidate).attestation)
    assert ago(hours=1) == said_at(opened(council.suspension(candidate)).attestation)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"by": "author"}, "its key is not that of a reproducer"),
        ({"by": "siro"}, "its key is not that of a reproducer"),
        ({"model": "home_care"}, "it is about another model"),
        ({"candidate_digest": digest_of("another")}, "it is about another candidate"),
        ({"bundle_digest": digest_of("another")}, "it is about another bundle"),
        ({"at": AT + datetime.timedelta(hours=1)}, "it is dated in the future"),
        ({"at": ago(days=3)}, "it is dated before the candidate was made"),
    ],
)
def test_a_reproduction_that_breaks_a_rule_is_discarded(
    council: Council, candidate: str, changes: dict[str, Any], why: str
) -> None:
    assert why in why_not(council, candidate, council.reproduced(candidate, **changes))


def test_a_reproduction_by_a_revoked_key_is_discarded(council: Council, candidate: str) -> None:
    statement = council.reproduced(candidate)
    revoked = council.holder("reproducer", revoked_from=ago(hours=37))
    council.next_root(board=council.board_with(reproducers=(revoked,)))
    assert "its key, of a reproducer, was revoked before" in why_not(council, candidate, statement)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_any_role_of_the_board_may_stop_a_model(council: Council, role: str) -> None:
    pack = council.full_pack()
    stop = council.suspension(pack.candidate, role=role)
    evidence = council.gathered(pack.model_copy(update={"attestations": (*pack.attestations, stop)}))
    assert [role] == [one.statement.role for one in evidence.suspensions]
    assert ["not_suspended"] == [one.name for one in decide(evidence).reasons]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"by": "author"}, "holds no role of the board that may stop a model"),
        ({"by": "registry"}, "holds no role of the board that may stop a model"),
        ({"by": "equality_lead"}, "holds no role of the board that may stop a model"),
        ({"model": "home_care"}, "it is about another model"),
        ({"candidate_digest": digest_of("another")}, "it is about another candidate"),
    ],
)
def test_an_order_to_stop_that_is_none_is_discarded(
    council: Council, candidate: str, changes: dict[str, Any], why: str
) -> None:
    assert why in why_not(council, candidate, council.suspension(candidate, **changes))


def test_an_order_to_stop_the_whole_model_stops_every_version_of_it(council: Council, candidate: str) -> None:
    stop = council.suspension(candidate, candidate_digest=EVERY_CANDIDATE, at=ago(days=3))
    for other in (candidate, council.candidate(made_at=ago(hours=50))):
        assert 1 == len(council.gathered(council.pack(other, stop)).suspensions)


def test_a_new_root_does_not_undo_an_order_to_stop_though_its_signer_has_left(council: Council, candidate: str) -> None:
    stop = council.suspension(candidate, role="ethics_board")
    council.signers["successor"] = new_signer()
    council.next_root(board=council.board_with(ethics_board=(council.holder("successor"),)))
    assert 1 == len(council.gathered(council.pack(candidate, stop)).suspensions)
    council.next_root(
        board=council.board_with(ethics_board=(council.holder("ethics_board", revoked_from=AT),)), at=ago(days=9)
    )
    assert 1 == len(council.gathered(council.pack(candidate, stop)).suspensions)


def test_an_order_to_stop_by_a_key_that_was_revoked_before_is_discarded(council: Council, candidate: str) -> None:
    stop = council.suspension(candidate, role="ethics_board")
    revoked = council.holder("ethics_board", revoked_from=ago(hours=2))
    council.next_root(board=council.board_with(ethics_board=(revoked,)))
    assert "its key, of ethics_board, was revoked before" in why_not(council, candidate, stop)


def test_an_order_to_stop_counts_though_its_clock_was_wrong(council: Council, candidate: str) -> None:
    for at in (AT + datetime.timedelta(days=1), ago(days=400)):
        stop = council.suspension(candidate, at=at)
        assert 1 == len(council.gathered(council.pack(candidate, stop)).suspensions)


def test_what_arrives_by_a_key_that_is_revoked_by_now_is_refused_whatever_date_it_wrote(
    council: Council, candidate: str
) -> None:
    """Whoever stole a key can write any date; the registry sees when it is handed in."""
    word = council.word(candidate, "siro", at=ago(days=1))
    stop = council.suspension(candidate)
    gone = {
        "siro": (council.holder("siro", revoked_from=ago(minutes=5)),),
        "authors": (council.holder("author", revoked_from=ago(minutes=5)),),
    }
    council.next_root(board=council.board_with(**gone))
    known = admit_candidate(candidate, roots=council.roots, model=MODEL, at=AT)
    for text in (word, stop):
        assert council.key("siro") == admit(text, roots=council.roots, candidate=known, at=AT).holder.key
        with pytest.raises(UntrustedError, match="its key, of siro, was revoked before"):
            admit(text, roots=council.roots, candidate=known, at=AT, arriving=True)
    with pytest.raises(UntrustedError, match="its key, of an author, was revoked before"):
        admit_candidate(candidate, roots=council.roots, model=MODEL, at=AT, arriving=True)


def test_an_order_to_stop_that_arrives_must_be_by_who_holds_the_role_now_and_not_from_the_future(
    council: Council, candidate: str
) -> None:
    known = admit_candidate(candidate, roots=council.roots, model=MODEL, at=AT)
    future = council.suspension(candidate, at=AT + datetime.timedelta(days=1))
    with pytest.raises(UntrustedError, match="it is dated in the future"):
        admit(future, roots=council.roots, candidate=known, at=AT, arriving=True)
    stop = council.suspension(candidate)
    assert council.key("siro") == admit(stop, roots=council.roots, candidate=known, at=AT, arriving=True).holder.key
    council.signers["successor"] = new_signer()
    council.next_root(board=council.board_with(siro=(council.holder("successor"),)))
    with pytest.raises(UntrustedError, match="holds no role of the board"):
        admit(stop, roots=council.roots, candidate=known, at=AT, arriving=True)
