"""What of a pack holds: the candidate, approvals beforehand, the registry's own promotion and status."""

from __future__ import annotations

import datetime
import time
from typing import Any

import pytest

from riskmodels.errors import UntrustedError
from riskmodels.governance.envelopes import opened
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.gate import decide
from riskmodels.governance.keys import new_signer
from riskmodels.governance.pack import Pack
from riskmodels.governance.verification import gather, verify_promotion, verify_status
from tests.unit.governance.signing import (
    AT,
    MODEL,
    ROLES,
    Council,
    ago,
    digest_of,
    payload_of,
    policy_of,
    with_payload,
)


@pytest.fixture
def council() -> Council:
    return Council()


@pytest.fixture
def candidate(council: Council) -> str:
    return council.candidate()


def test_a_full_pack_counts_whole_and_passes_the_gate(council: Council) -> None:
    evidence = council.gathered(council.full_pack(promoted=True))
    assert () == evidence.discarded
    assert set(ROLES) == {one.word.role for one in evidence.words}
    assert {council.key(role) for role in ROLES} == {one.holder.key for one in evidence.words}
    assert [council.key("reproducer")] == [one.holder.key for one in evidence.reproduced]
    assert council.key("author") == evidence.author.key
    assert council.in_force == evidence.root
    assert [] == [(one.name, one.found) for one in decide(evidence).reasons]


def test_the_candidates_digest_is_that_of_the_authors_statement(council: Council, candidate: str) -> None:
    evidence = council.gathered(council.pack(candidate))
    assert opened(candidate).digest == evidence.candidate_digest
    assert council.facts() == evidence.facts


def test_a_verdict_on_a_whole_pack_takes_a_small_part_of_a_tenth_of_a_second(council: Council) -> None:
    pack = council.full_pack(promoted=True)
    council.gathered(pack)
    start = time.perf_counter()
    decide(council.gathered(pack))
    assert time.perf_counter() - start < 0.1


def test_a_candidate_by_anybody_but_an_author_is_refused(council: Council) -> None:
    for who in (*ROLES, "reproducer", "registry"):
        with pytest.raises(UntrustedError, match="its key is not that of an author"):
            council.gathered(council.pack(council.candidate(by=who)))
    council.signers["stranger"] = new_signer()
    with pytest.raises(UntrustedError, match="its key is not that of an author"):
        council.gathered(council.pack(council.candidate(by="stranger")))


def test_a_candidate_by_an_author_who_was_revoked_before_is_refused(council: Council, candidate: str) -> None:
    council.next_root(board=council.board_with(authors=(council.holder("author", revoked_from=ago(days=1)),)))
    assert council.key("author") == council.gathered(council.pack(candidate)).author.key
    council.next_root(board=council.board_with(authors=(council.holder("author", revoked_from=ago(days=2)),)))
    with pytest.raises(UntrustedError, match="its key, of an author, was revoked before"):
        council.gathered(council.pack(candidate))


def test_a_candidate_of_another_model_is_refused(council: Council) -> None:
    pack = council.pack(council.candidate(model={"name": "home_care"}), model=MODEL)
    with pytest.raises(UntrustedError, match="it was put forward for another model"):
        council.gathered(pack)


def test_a_candidate_made_under_a_root_of_no_such_chain_is_refused(council: Council) -> None:
    pack = council.pack(council.candidate(root_digest=Council().pin))
    with pytest.raises(UntrustedError, match="under a trust root that is not of this chain"):
        council.gathered(pack)


def test_a_candidate_made_under_an_earlier_root_of_the_chain_counts(council: Council) -> None:
    pack = council.full_pack()
    council.next_root(policies={MODEL: policy_of(capacity=60)})
    evidence = council.gathered(pack)
    assert 5 == len(evidence.words)
    assert ["policy"] == [one.name for one in decide(evidence).reasons]


def test_a_candidate_from_the_future_is_refused(council: Council) -> None:
    with pytest.raises(UntrustedError, match="it is dated in the future"):
        council.gathered(council.pack(council.candidate(made_at=AT + datetime.timedelta(minutes=6))))
    council.gathered(council.pack(council.candidate(made_at=AT + datetime.timedelta(minutes=4))))


def test_another_statement_in_the_candidates_place_is_refused(council: Council, candidate: str) -> None:
    pack = council.pack(candidate).model_copy(update={"candidate": council.word(candidate, "siro")})
    with pytest.raises(UntrustedError, match="what was put forward is not a candidate"):
        council.gathered(pack)


def test_evidence_that_was_changed_after_it_was_signed_is_refused(council: Council, candidate: str) -> None:
    said = payload_of(candidate)
    said["predicate"]["facts"]["bias"]["comparisons"][0]["verdict"] = "pass"
    said["predicate"]["facts"]["leakage"]["time_travel_rows"] = 501
    pack = council.pack(candidate).model_copy(update={"candidate": with_payload(candidate, said)})
    with pytest.raises(UntrustedError, match="no signature on it holds"):
        council.gathered(pack)


def test_a_pack_with_another_councils_roots_or_older_ones_than_are_known_is_refused(council: Council) -> None:
    other = Council()
    with pytest.raises(UntrustedError, match="root 1 is not the one that is pinned here"):
        gather(other.full_pack(), pin=council.pin, at=AT)
    pack = council.full_pack()
    council.next_root()
    with pytest.raises(UntrustedError, match="the newest is root 1, and root 2 was in force already"):
        gather(pack, pin=council.pin, at=AT, known=council.in_force)


@pytest.mark.parametrize("rubbish", ["", "{}", "x" * 200_000, "[" * 50_000])
def test_rubbish_in_a_pack_is_discarded_and_the_rest_counts(council: Council, rubbish: str) -> None:
    pack = council.full_pack()
    evidence = council.gathered(pack.model_copy(update={"attestations": (rubbish, *pack.attestations)}))
    assert 5 == len(evidence.words)
    assert ["unreadable"] == [one.kind for one in evidence.discarded]


def retrain(council: Council, candidate: str, *standing: str, candidates: tuple[str, ...] | None = None) -> Pack:
    later = council.candidate(made_at=ago(hours=6), model={"bundle_digest": digest_of("the next bundle")})
    rests_on = (candidate,) if candidates is None else candidates
    again = council.reproduced(later, at=ago(hours=5))
    return council.pack(later, again, standing=standing, standing_candidates=rests_on)


def test_a_standing_approval_counts_with_the_facts_that_it_rests_on(council: Council) -> None:
    policy = policy_of(promotion={"standing_approval": True})
    council = Council(policy=policy)
    candidate = council.candidate()
    roles = ("siro", "accountable_officer")
    pack = retrain(council, candidate, *(council.standing(candidate, role=role) for role in roles))
    evidence = council.gathered(pack)
    assert () == evidence.discarded
    assert [council.facts()] * 2 == [one.rests_on for one in evidence.standing]
    assert [] == [(one.name, one.found) for one in decide(evidence).reasons]


def test_a_standing_approval_counts_among_the_attestations_too(council: Council, candidate: str) -> None:
    approval = council.standing(candidate, role="siro")
    pack = retrain(council, candidate, approval)
    moved = pack.model_copy(update={"attestations": (*pack.attestations, approval)})
    assert 1 == len(council.gathered(moved).standing)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"by": "author"}, "its key is not that of siro"),
        ({"by": "accountable_officer"}, "its key is not that of siro"),
        ({"model": "home_care"}, "it is about another model"),
        ({"candidate_digest": digest_of("another")}, "the candidate that the standing approval rests on is not"),
        ({"at": AT + datetime.timedelta(hours=1)}, "it is dated in the future"),
        ({"at": ago(days=3)}, "it is dated before the candidate was made"),
    ],
)
def test_a_standing_approval_that_breaks_a_rule_is_discarded(
    council: Council, candidate: str, changes: dict[str, Any], why: str
) -> None:
    evidence = council.gathered(retrain(council, candidate, council.standing(candidate, role="siro", **changes)))
    assert () == evidence.standing
    assert [why] == [one.why[: len(why)] for one in evidence.discarded]


def test_a_standing_approval_does_not_approve_the_candidate_that_it_rests_on(council: Council, candidate: str) -> None:
    approval = council.standing(candidate, role="siro")
    pack = council.pack(candidate, standing=(approval,), standing_candidates=(candidate,))
    evidence = council.gathered(pack)
    assert () == evidence.standing
    assert "approves retrains, not the candidate" in evidence.discarded[0].why


def test_a_standing_approval_that_rests_on_a_forged_candidate_is_discarded(council: Council) -> None:
    forged = council.candidate(by="siro")
    evidence = council.gathered(retrain(council, forged, council.standing(forged, role="siro")))
    assert () == evidence.standing
    assert ["candidate", "standing"] == [one.kind for one in evidence.discarded]


def test_a_second_candidate_among_the_attestations_is_discarded(council: Council, candidate: str) -> None:
    evidence = council.gathered(council.pack(candidate, council.candidate(benefit="Shown")))
    assert ["a second candidate is no statement about this one"] == [one.why for one in evidence.discarded]


def promoted(council: Council, candidate: str, *promotions: str, **changes: Any) -> tuple[Pack, Evidence]:
    pack = council.pack(candidate, *promotions, **changes)
    return pack, council.gathered(pack)


def test_the_newest_promotion_by_the_registry_counts(council: Council, candidate: str) -> None:
    promotions = [council.promotion(candidate, at=ago(hours=hours), version=1) for hours in (5, 3, 9)]
    assert ago(hours=3) == verify_promotion(*promoted(council, candidate, *promotions)).at


def test_of_two_promotions_in_one_moment_the_later_in_the_log_counts(council: Council, candidate: str) -> None:
    heads = [f"{number}:{digest_of('x')}" for number in (9, 10)]
    both = [council.promotion(candidate, log_head=head) for head in heads]
    assert heads[1] == verify_promotion(*promoted(council, candidate, *both)).log_head
    assert heads[1] == verify_promotion(*promoted(council, candidate, *reversed(both))).log_head


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"by": "author"}, "its key is not that of the registry's server"),
        ({"by": "accountable_officer"}, "its key is not that of the registry's server"),
        ({"model": "home_care"}, "it is about another model"),
        ({"version": 2}, "it was promoted as another version"),
        ({"candidate_digest": digest_of("another")}, "it is about another candidate"),
        ({"bundle_digest": digest_of("another")}, "it is about another bundle"),
        ({"root_digest": digest_of("another")}, "a trust root that is not of this chain"),
        ({"at": AT + datetime.timedelta(hours=1)}, "it is dated in the future"),
        ({"at": ago(days=3)}, "it is dated before the candidate was made"),
    ],
)
def test_a_promotion_that_breaks_a_rule_puts_nothing_live(
    council: Council, candidate: str, changes: dict[str, Any], why: str
) -> None:
    pack, evidence = promoted(council, candidate, council.promotion(candidate, **changes))
    with pytest.raises(UntrustedError, match="the registry's server did not promote this version") as refused:
        verify_promotion(pack, evidence)
    assert why in refused.value.found


def test_without_a_promotion_nothing_is_live(council: Council) -> None:
    pack = council.full_pack()
    with pytest.raises(UntrustedError, match="did not promote this version") as refused:
        verify_promotion(pack, council.gathered(pack))
    assert "the registry's server did not promote this version" == refused.value.found


def test_a_promotion_by_a_registry_key_that_was_revoked_before_does_not_count(council: Council, candidate: str) -> None:
    promotion = council.promotion(candidate)
    council.next_root(board=council.board_with(registry=(council.holder("registry", revoked_from=ago(hours=13)),)))
    with pytest.raises(UntrustedError, match="its key, of the registry's server, was revoked before"):
        verify_promotion(*promoted(council, candidate, promotion))


def test_a_promotion_to_another_alias_does_not_count_for_the_one_that_is_asked_for(
    council: Council, candidate: str
) -> None:
    pack, evidence = promoted(council, candidate, council.promotion(candidate, alias="shadow"))
    assert "shadow" == verify_promotion(pack, evidence).alias
    with pytest.raises(UntrustedError, match="it was promoted to another alias"):
        verify_promotion(pack, evidence, alias="champion")


def test_evidence_of_another_pack_does_not_lend_itself(council: Council, candidate: str) -> None:
    other = council.candidate(benefit="Shown")
    pack, _ = promoted(council, candidate, council.promotion(candidate))
    with pytest.raises(UntrustedError, match="it is about another candidate"):
        verify_promotion(pack, council.gathered(council.pack(other)))
    swapped = pack.model_copy(update={"roots": Council().root_envelopes})
    with pytest.raises(UntrustedError, match="the trust roots are not those that were verified"):
        verify_promotion(swapped, council.gathered(pack))


def test_a_forged_promotion_or_status_is_named_among_what_does_not_count(council: Council, candidate: str) -> None:
    forged = (council.promotion(candidate, by="author"), council.status(candidate, by="author"))
    evidence = council.gathered(council.pack(candidate, *forged))
    assert ["promotion", "status"] == [one.kind for one in evidence.discarded]


def status_of(council: Council, text: str, **changes: Any) -> Any:
    held: dict[str, Any] = {"root": council.in_force, "model": MODEL, "at": AT, "oldest_days": 7}
    return verify_status(text, **held | changes)


def test_a_fresh_status_by_the_registry_counts(council: Council, candidate: str) -> None:
    assert {"champion": opened(candidate).digest} == status_of(council, council.status(candidate)).live
    assert ago(days=7) == status_of(council, council.status(candidate, at=ago(days=7))).at


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"by": "author"}, "its key is not that of the registry's server"),
        ({"by": "siro"}, "its key is not that of the registry's server"),
        ({"model": "home_care"}, "it is about another model"),
        ({"at": AT + datetime.timedelta(minutes=6)}, "it is dated in the future"),
        ({"at": ago(days=7, seconds=1)}, "it is of 23 February 2026, more than 7 days old"),
    ],
)
def test_a_status_that_breaks_a_rule_is_refused(
    council: Council, candidate: str, changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(UntrustedError, match=f"status does not count: {why}"):
        status_of(council, council.status(candidate, **changes))


def test_a_status_by_a_revoked_registry_or_of_another_kind_is_refused(council: Council, candidate: str) -> None:
    with pytest.raises(UntrustedError, match="it is a statement of another kind"):
        status_of(council, council.promotion(candidate))
    status = council.status(candidate)
    council.next_root(board=council.board_with(registry=(council.holder("registry", revoked_from=ago(hours=1)),)))
    with pytest.raises(UntrustedError, match="was revoked before"):
        status_of(council, status)
