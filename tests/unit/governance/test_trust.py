"""The trust root: each version counts only by the quorum of the last, from the pinned one on, and never goes back."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from riskmodels.errors import SigningError, UntrustedError
from riskmodels.governance.keys import new_signer
from riskmodels.governance.roles import Root
from riskmodels.governance.trust import (
    ROOT_PAYLOAD_TYPE,
    make_root,
    missing_for_quorum,
    opened_root,
    sign_root,
    verify_roots,
)
from riskmodels.governance.wire import canonical, sha256
from tests.unit.governance.signing import (
    AT,
    MODEL,
    ROOT_ROLES,
    Council,
    ago,
    payload_of,
    policy_of,
    signed_anyhow,
    with_payload,
)

EXPIRES = datetime.date(2027, 1, 1)


@pytest.fixture
def council() -> Council:
    return Council()


def verified(council: Council, *more: str, **changes: Any) -> tuple[Root, ...]:
    held: dict[str, Any] = {"pin": council.pin, "at": AT}
    return verify_roots((*council.root_envelopes, *more), **held | changes)


def following(council: Council, **changes: Any) -> Root:
    held: dict[str, Any] = {"previous": council.in_force, "at": ago(days=10), "expires": EXPIRES}
    return make_root(council.board, council.policies, **held | changes)


def forged(root: Root, **changes: Any) -> Root:
    """Make a root that make_root would not."""
    return Root.model_validate(root.model_dump() | changes)


def test_the_first_root_counts_by_its_own_quorum_and_its_pin(council: Council) -> None:
    assert (council.in_force,) == verified(council)
    assert (council.in_force,) == verified(council, pin=None)
    assert council.pin == council.in_force.digest


def test_another_first_root_than_the_pinned_one_is_refused_whoever_signed_it(council: Council) -> None:
    other = Council()
    with pytest.raises(UntrustedError, match="root 1 is not the one that is pinned here"):
        verify_roots(other.root_envelopes, pin=council.pin, at=AT)


def test_no_root_at_all_is_refused(council: Council) -> None:
    with pytest.raises(UntrustedError, match="there is none"):
        verify_roots((), pin=council.pin, at=AT)


def test_a_chain_of_roots_is_followed_to_the_newest(council: Council) -> None:
    council.next_root(policies={MODEL: policy_of(capacity=60)})
    council.next_root(
        board=council.board_with(authors=(council.holder("author"), council.holder("siro"))), at=ago(days=9)
    )
    roots = verified(council)
    assert [1, 2, 3] == [one.version for one in roots]
    assert [None, roots[0].digest, roots[1].digest] == [one.previous for one in roots]
    assert 60 == roots[-1].policies[MODEL].capacity


@pytest.mark.parametrize(
    "signed_by", [(), ("siro",), ("author", "registry"), ("siro", "equality_lead"), ("siro", "siro")]
)
def test_a_root_without_its_quorum_is_refused(council: Council, signed_by: tuple[str, ...]) -> None:
    signers = signed_by or ("author",)
    envelope = council.sign_root(following(council), signers)
    with pytest.raises(UntrustedError, match=r"root 2 is signed by [01] of the roles of root 1, and 2 are needed"):
        verified(council, envelope)


def test_a_first_root_that_its_own_quorum_did_not_sign_is_refused(council: Council) -> None:
    alone = council.sign_root(council.in_force, ("siro",))
    with pytest.raises(UntrustedError, match="root 1 is signed by 1 of its own roles, and 2 are needed"):
        verify_roots([alone], pin=council.pin, at=AT)


def test_any_two_of_the_root_roles_suffice_in_any_order(council: Council) -> None:
    for pair in (("siro", "data_protection_officer"), ("data_protection_officer", "accountable_officer")):
        assert 2 == verified(council, council.sign_root(following(council), pair))[-1].version


def test_the_insiders_root_that_gives_them_the_roles_is_refused(council: Council) -> None:
    mine = tuple(council.holder("author", title=name) for name in ROOT_ROLES)
    board = council.board_with(**{name: (one,) for name, one in zip(ROOT_ROLES, mine, strict=True)})
    taken = board.model_copy(update={"root_quorum": 1})
    root = make_root(taken, council.policies, previous=council.in_force, at=ago(days=1), expires=EXPIRES)
    with pytest.raises(UntrustedError, match="root 2 is signed by 0 of the roles of root 1"):
        verified(council, council.sign_root(root, ("author",)))


def test_one_key_with_two_roles_counts_for_one_of_them_only(council: Council) -> None:
    both = council.board_with(accountable_officer=(council.holder("siro"), council.holder("accountable_officer")))
    council.next_root(board=both)
    root = following(council)
    with pytest.raises(UntrustedError, match="root 3 is signed by 1 of the roles of root 2"):
        verified(council, council.sign_root(root, ("siro",)))
    assert 3 == verified(council, council.sign_root(root, ("siro", "accountable_officer")))[-1].version
    assert 3 == verified(council, council.sign_root(root, ("siro", "data_protection_officer")))[-1].version


def test_keys_are_given_to_roles_so_that_as_many_as_possible_have_spoken(council: Council) -> None:
    """The accountable officer's role can be spoken for by both keys, the SIRO's only by the one that might go first."""
    shared = (council.holder("siro"), council.holder("author"))
    council.next_root(board=council.board_with(accountable_officer=shared))
    assert 3 == verified(council, council.sign_root(following(council), ("author", "siro")))[-1].version
    assert 3 == verified(council, council.sign_root(following(council), ("siro", "author")))[-1].version


def test_a_key_revoked_when_the_next_root_is_made_does_not_count_but_did_before(council: Council) -> None:
    board = council.board_with(siro=(council.holder("siro", revoked_from=ago(days=10)),))
    council.next_root(board=board, at=ago(days=20))
    late = council.sign_root(following(council, at=ago(days=10)), ("siro", "accountable_officer"))
    with pytest.raises(UntrustedError, match="root 3 is signed by 1 of the roles of root 2"):
        verified(council, late)
    early = council.sign_root(following(council, at=ago(days=10, seconds=1)), ("siro", "accountable_officer"))
    assert 3 == verified(council, early)[-1].version


def test_a_key_that_is_revoked_in_one_entry_is_revoked_in_a_second_of_the_same_role(council: Council) -> None:
    twice = (council.holder("siro"), council.holder("siro", title="again", revoked_from=ago(days=15)))
    council.next_root(board=council.board_with(siro=twice))
    with pytest.raises(UntrustedError, match="root 3 is signed by 1"):
        verified(council, council.sign_root(following(council), ("siro", "accountable_officer")))


def test_only_the_newest_root_must_be_in_date(council: Council) -> None:
    council = Council()
    council.next_root(at=ago(days=20), expires=ago(days=5).date())
    with pytest.raises(UntrustedError, match="root 2 expired on 25 February 2026"):
        verified(council)
    council.next_root(at=ago(days=10))
    assert 3 == verified(council)[-1].version


def test_a_root_expires_as_its_day_begins(council: Council) -> None:
    eve = datetime.datetime.combine(EXPIRES, datetime.time(), datetime.UTC) - datetime.timedelta(seconds=1)
    assert 1 == verified(council, at=eve)[-1].version
    with pytest.raises(UntrustedError, match="root 1 expired on 01 January 2027"):
        verified(council, at=eve + datetime.timedelta(seconds=1))


def test_a_root_from_the_future_is_refused_but_a_clock_may_be_five_minutes_off(council: Council) -> None:
    near = council.sign_root(following(council, at=AT + datetime.timedelta(minutes=4)))
    far = council.sign_root(following(council, at=AT + datetime.timedelta(minutes=6)))
    assert 2 == verified(council, near)[-1].version
    with pytest.raises(UntrustedError, match="root 2 is dated in the future"):
        verified(council, far)


def test_a_skipped_version_is_refused(council: Council) -> None:
    council.next_root()
    council.next_root(at=ago(days=9))
    first, _, third = council.root_envelopes
    with pytest.raises(UntrustedError, match="where root 2 should be stands root 3"):
        verify_roots([first, third], pin=council.pin, at=AT)
    with pytest.raises(UntrustedError, match="where root 1 should be stands root 3"):
        verify_roots([third], pin=None, at=AT)


def test_a_version_twice_or_out_of_order_is_refused(council: Council) -> None:
    council.next_root()
    first, second = council.root_envelopes
    for order in ([first, first, second], [second, first], [first, second, second]):
        with pytest.raises(UntrustedError, match=r"where root \d should be stands root \d"):
            verify_roots(order, pin=council.pin, at=AT)


def test_a_root_that_follows_another_than_the_one_before_it_is_refused(council: Council) -> None:
    other = council.sign_root(forged(following(council), previous=Council().pin))
    with pytest.raises(UntrustedError, match="root 2 does not follow the root before it: the chain forks"):
        verified(council, other)
    none = council.sign_root(forged(following(council), previous=None))
    with pytest.raises(UntrustedError, match="the chain forks"):
        verified(council, none)
    first = council.sign_root(forged(council.in_force, previous=council.pin))
    with pytest.raises(UntrustedError, match="root 1 does not follow"):
        verify_roots([first], pin=None, at=AT)


def test_who_knows_a_later_root_is_not_led_back(council: Council) -> None:
    council.next_root(policies={MODEL: policy_of(capacity=60)})
    known = council.in_force
    assert 2 == verified(council, known=known)[-1].version
    with pytest.raises(UntrustedError, match="the newest is root 1, and root 2 was in force already"):
        verify_roots(council.root_envelopes[:1], pin=council.pin, at=AT, known=known)


def test_who_knows_a_root_is_not_led_to_a_fork_that_the_quorum_signed_as_well(council: Council) -> None:
    fork = council.sign_root(following(council, at=ago(days=11)))
    council.next_root(policies={MODEL: policy_of(capacity=60)})
    known = council.in_force
    assert 2 == verify_roots([council.root_envelopes[0], fork], pin=council.pin, at=AT)[-1].version
    with pytest.raises(UntrustedError, match="root 2 is not the one that was in force already: the chain forks"):
        verify_roots([council.root_envelopes[0], fork], pin=council.pin, at=AT, known=known)
    council.next_root(at=ago(days=9))
    assert 3 == verified(council, known=known)[-1].version


def test_a_root_dated_before_the_one_that_it_follows_is_refused(council: Council) -> None:
    early = council.sign_root(forged(following(council), made_at=ago(days=40)))
    with pytest.raises(UntrustedError, match="root 2 is dated before root 1"):
        verified(council, early)


def test_a_threshold_lowered_in_a_signed_root_is_found_out(council: Council) -> None:
    said = payload_of(council.root_envelopes[0])
    said["policies"][MODEL]["promotion"]["gain_over_baseline"]["least"] = -1.0
    with pytest.raises(UntrustedError, match="no signature on it holds"):
        verify_roots([with_payload(council.root_envelopes[0], said)], pin=council.pin, at=AT)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda said: said | {"more": 1},
        lambda said: said | {"board": said["board"] | {"more": 1}},
        lambda said: said | {"type": "another root"},
        lambda said: {name: value for name, value in said.items() if name != "made_at"},
        lambda said: said | {"version": "1"},
        lambda said: said | {"made_at": "2026-01-31T12:00:00"},
        lambda said: said | {"board": said["board"] | {"root_quorum": 0}},
        lambda said: said | {"board": said["board"] | {"root_roles": ["nobody"]}},
    ],
    ids=["more", "more in the board", "type", "less", "a word for a number", "no zone", "no quorum", "unknown role"],
)
def test_a_signed_root_that_is_not_as_a_root_must_be_is_refused(
    council: Council, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    said = spoil(payload_of(council.root_envelopes[0]))
    envelope = signed_anyhow(said, council.signers["siro"], payload_type=ROOT_PAYLOAD_TYPE)
    with pytest.raises(UntrustedError, match="the trust root does not hold"):
        opened_root(envelope)


def test_a_root_that_was_signed_before_a_field_was_known_keeps_its_digest_and_still_counts(council: Council) -> None:
    """Drop a field that has a default, as if a later version had added it: what was pinned must stay what it was."""
    said = payload_of(council.root_envelopes[0])
    del said["policies"][MODEL]["promotion"]["random_band"]
    old = Root.model_validate_json(canonical(said), strict=True)
    envelope = council.sign_root(old)
    (found,) = verify_roots([envelope], pin=sha256(canonical(said)), at=AT)
    assert sha256(canonical(said)) == old.digest == found.digest != council.pin
    assert found.policies == council.policies


def test_a_root_that_is_made_spells_every_field_out(council: Council) -> None:
    assert canonical(council.in_force) == council.in_force.spelling == canonical(payload_of(council.root_envelopes[0]))


@pytest.mark.parametrize(
    "spelling",
    [
        lambda data: data + b" ",
        lambda data: data.replace(b'"version":1', b'"version":2,"version":1'),
        lambda data: data.replace(b'"margin":0.005', b'"margin":5e-3'),
        lambda data: data.replace(b'"siro"', b'"s\\u0069ro"'),
    ],
    ids=["space", "a field twice", "another number", "escaped"],
)
def test_only_the_one_spelling_of_a_root_counts(council: Council, spelling: Callable[[bytes], bytes]) -> None:
    data = spelling(council.in_force.spelling)
    assert data != council.in_force.spelling
    with pytest.raises(UntrustedError, match="it is not in its one spelling"):
        opened_root(signed_anyhow(data, council.signers["siro"], payload_type=ROOT_PAYLOAD_TYPE))


def test_signatures_are_added_to_what_others_signed(council: Council) -> None:
    root = following(council)
    one = sign_root(root, council.signers["siro"])
    two = sign_root(one, council.signers["accountable_officer"])
    again = sign_root(two, council.signers["siro"])
    assert {council.key("siro")} == set(opened_root(one).keys)
    assert {council.key("siro"), council.key("accountable_officer")} == set(opened_root(two).keys)
    assert opened_root(two) == opened_root(again)
    assert root == opened_root(again).root


def test_a_root_changed_since_it_was_signed_cannot_be_signed_on(council: Council) -> None:
    said = payload_of(council.root_envelopes[0])
    said["council"] = "Another council"
    with pytest.raises(UntrustedError, match="no signature on it holds"):
        sign_root(with_payload(council.root_envelopes[0], said), council.signers["siro"])
    with pytest.raises(UntrustedError, match="not of the type"):
        sign_root(council.candidate(), council.signers["siro"])


def test_it_says_which_roles_can_still_sign(council: Council) -> None:
    root = following(council)
    stranger = sign_root(root, new_signer())
    one = sign_root(root, council.signers["siro"])
    both = sign_root(one, council.signers["accountable_officer"])
    assert ROOT_ROLES == missing_for_quorum(stranger, council.in_force)
    assert ("accountable_officer", "data_protection_officer") == missing_for_quorum(one, council.in_force)
    assert () == missing_for_quorum(both, council.in_force)
    assert () == missing_for_quorum(council.root_envelopes[0], None)


def test_a_role_whose_only_key_is_revoked_or_counted_already_cannot_sign(council: Council) -> None:
    board = council.board_with(
        data_protection_officer=(council.holder("data_protection_officer", revoked_from=ago(days=25)),)
    )
    council.next_root(board=board)
    one = council.sign_root(following(council), ("siro",))
    assert ("accountable_officer",) == missing_for_quorum(one, council.in_force)


def test_a_quorum_that_nobody_is_left_to_complete_is_still_missing(council: Council) -> None:
    gone = {name: (council.holder(name, revoked_from=ago(days=15)),) for name in ("data_protection_officer", "siro")}
    council.next_root(board=council.board_with(**gone), at=ago(days=20))
    alone = council.sign_root(
        forged(following(council, at=ago(days=16)), made_at=ago(days=10)), ("accountable_officer",)
    )
    assert {"siro", "data_protection_officer"} == set(missing_for_quorum(alone, council.in_force))


def test_a_root_that_could_not_be_used_or_replaced_is_not_made(council: Council) -> None:
    with pytest.raises(SigningError, match="would expire on 20 February 2026, before it could be used"):
        following(council, expires=ago(days=10).date())
    with pytest.raises(SigningError, match="would be made before root 1"):
        following(council, at=ago(days=31))
    with pytest.raises(SigningError, match="could never be followed"):
        make_root(
            council.board_with(siro=(), accountable_officer=()),
            council.policies,
            previous=council.in_force,
            at=ago(days=1),
            expires=EXPIRES,
        )
    with pytest.raises(SigningError, match="root 2 is not as a root must be"):
        following(council, at=datetime.datetime(2026, 2, 20, 12))
