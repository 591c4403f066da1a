"""For every change of a byte, every set of signers and every way to cut a log: only what was signed, whole, counts."""

from __future__ import annotations

import base64
import datetime
import itertools
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import UntrustedError
from riskmodels.governance.envelopes import opened
from riskmodels.governance.log import LogEntry, check_heads, head_of, next_entry, verify_chain
from riskmodels.governance.trust import make_root, missing_for_quorum, verify_roots
from riskmodels.governance.verification import gather
from riskmodels.governance.wire import canonical
from tests.unit.governance.signing import AT, ROOT_ROLES, Council, ago, digest_of, signed_anyhow

KEYS = ("accountable_officer", "siro", "data_protection_officer", "ethics_board")
EXPIRES = datetime.date(2027, 1, 1)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@cache
def council() -> Council:
    return Council()


@cache
def signed() -> tuple[str, str, str]:
    held = council().candidate()
    return council().word(held, "siro"), council().suspension(held), council().promotion(held)


@given(st.sampled_from(range(3)), st.data())
def test_no_bit_of_what_was_signed_can_be_turned(which: int, data: st.DataObject) -> None:
    envelope = json.loads(signed()[which])
    part = data.draw(st.sampled_from(["payload", "sig"]))
    holder = envelope if part == "payload" else envelope["signatures"][0]
    raw = bytearray(base64.b64decode(holder[part]))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    holder[part] = base64.b64encode(bytes(raw)).decode()
    with pytest.raises(UntrustedError):
        opened(json.dumps(envelope))


@given(st.sampled_from(range(3)), st.data())
def test_no_character_of_an_envelope_can_be_changed_to_say_something_else(which: int, data: st.DataObject) -> None:
    text = signed()[which]
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.characters()) + text[at + 1 :]
    try:
        found = opened(changed)
    except UntrustedError:
        return
    assert opened(text) == found


@given(st.text() | json_values.map(lambda value: json.dumps(value)))
def test_no_text_at_all_makes_anything_but_a_refusal(text: str) -> None:
    with pytest.raises(UntrustedError):
        opened(text)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_payload_at_all_makes_anything_but_a_refusal_even_signed(payload: bytes) -> None:
    with pytest.raises(UntrustedError):
        opened(signed_anyhow(payload, council().signers["siro"]))


@given(st.lists(st.text() | st.sampled_from(range(3)), max_size=6), st.data())
def test_gathering_never_fails_for_what_is_on_a_candidate(parts: list[Any], data: st.DataObject) -> None:
    """Whatever stands among the attestations, the honest word counts, once."""
    candidate = _candidate()
    word = council().word(candidate, "siro")
    texts = [one if isinstance(one, str) else signed()[one] for one in parts]
    at = data.draw(st.integers(0, len(texts)))
    evidence = gather(council().pack(candidate, *texts[:at], word, *texts[at:]), pin=council().pin, at=AT)
    assert opened(word).digest in [one.digest for one in evidence.words]


@cache
def _candidate() -> str:
    return council().candidate()


def spoken_by_hand(holders: dict[str, list[str]], keys: set[str]) -> int:
    """Count the most roles that can have spoken, one key for each, by trying every way."""
    options = [[None, *(key for key in holders[role] if key in keys)] for role in ROOT_ROLES]
    ways = ([key for key in way if key is not None] for way in itertools.product(*options))
    return max(len(way) for way in ways if len(way) == len(set(way)))


@settings(deadline=None)
@given(
    st.fixed_dictionaries({role: st.lists(st.sampled_from(KEYS), min_size=1, max_size=3) for role in ROOT_ROLES}),
    st.sets(st.sampled_from(KEYS), min_size=1),
    st.integers(1, 3),
)
def test_a_root_counts_exactly_when_enough_roles_have_spoken_each_by_a_key_of_its_own(
    holders: dict[str, list[str]], keys: set[str], quorum: int
) -> None:
    held = council()
    board = held.board_with(**{role: tuple(held.holder(key) for key in several) for role, several in holders.items()})
    board = board.model_copy(update={"root_quorum": quorum})
    if spoken_by_hand(holders, set(KEYS)) < quorum:
        return  # make_root refuses a root that nobody could follow
    root = make_root(board, held.policies, previous=None, at=ago(days=30), expires=EXPIRES)
    envelope = held.sign_root(root, sorted(keys))
    if spoken_by_hand(holders, keys) >= quorum:
        assert (root,) == verify_roots([envelope], pin=root.digest, at=AT)
        assert () == missing_for_quorum(envelope, None)
    else:
        with pytest.raises(UntrustedError, match="are needed"):
            verify_roots([envelope], pin=root.digest, at=AT)
        assert missing_for_quorum(envelope, None)


@cache
def chain() -> tuple[str, ...]:
    held = Council()
    for days in (20, 15, 10, 5):
        held.next_root(at=ago(days=days))
    return held.root_envelopes


@given(st.lists(st.integers(0, 4), min_size=1, max_size=7))
def test_only_an_unbroken_run_of_roots_from_the_first_counts(order: list[int]) -> None:
    envelopes = [chain()[index] for index in order]
    if order == list(range(len(order))):
        assert len(order) == verify_roots(envelopes, pin=None, at=AT)[-1].version
    else:
        with pytest.raises(UntrustedError):
            verify_roots(envelopes, pin=None, at=AT)


@cache
def log() -> tuple[LogEntry, ...]:
    entries: list[LogEntry] = []
    for number in range(6):
        at = AT + datetime.timedelta(minutes=number)
        entries.append(next_entry(entries[-1] if entries else None, at=at, event="signed", model="m", actor="siro"))
    return tuple(entries)


@given(st.lists(st.integers(0, 5), max_size=8))
def test_only_an_unbroken_run_of_entries_from_the_first_is_a_log(order: list[int]) -> None:
    entries = [log()[index] for index in order]
    if order == list(range(len(order))):
        assert (head_of(entries[-1]) if entries else None) == verify_chain(entries)
    else:
        with pytest.raises(UntrustedError):
            verify_chain(entries)


@given(st.integers(0, 6), st.integers(1, 6))
def test_a_log_holds_a_head_exactly_when_it_reaches_it(length: int, number: int) -> None:
    entries, head = log()[:length], head_of(log()[number - 1])
    if number <= length:
        check_heads(entries, [head])
    else:
        with pytest.raises(UntrustedError, match=f"entry {number} was signed for"):
            check_heads(entries, [head])


changed_fields = st.sampled_from(
    [
        {"event": "refused"},
        {"model": "n"},
        {"version": 1},
        {"alias": "champion"},
        {"actor": "author"},
        {"detail": "more"},
        {"candidate_digest": digest_of("x")},
        {"previous": digest_of("x")},
        {"number": 9},
        {"hash": digest_of("x")},
    ]
)


@given(st.integers(0, 5), changed_fields)
def test_no_field_of_any_entry_can_be_changed(index: int, change: dict[str, Any]) -> None:
    entries = list(log())
    entries[index] = entries[index].model_copy(update=change)
    with pytest.raises(UntrustedError):
        verify_chain(entries)


any_text = st.text(st.characters(categories=None))


@given(any_text, any_text, any_text, st.datetimes(timezones=st.just(datetime.UTC)))
def test_every_entry_survives_being_kept_as_json(model: str, actor: str, detail: str, at: datetime.datetime) -> None:
    entry = next_entry(None, at=at, event="signed", model=model, actor=actor, detail=detail)
    assert entry == LogEntry.model_validate_json(canonical(entry), strict=True)
    assert head_of(entry) == verify_chain([LogEntry.model_validate_json(canonical(entry), strict=True)])
