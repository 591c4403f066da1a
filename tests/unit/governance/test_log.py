"""The decision log: whatever is done to it but adding to its end is found, and the place is named."""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from riskmodels.errors import UntrustedError
from riskmodels.governance.log import LogEntry, check_heads, head_of, next_entry, verify_chain
from riskmodels.governance.wire import canonical, sha256
from tests.unit.governance.signing import AT, MODEL, digest_of


def log_of(many: int, **changes: Any) -> list[LogEntry]:
    entries: list[LogEntry] = []
    for number in range(1, many + 1):
        held = {"event": "refused", "model": MODEL, "actor": "author", "detail": f"reason {number}"}
        at = AT + datetime.timedelta(minutes=number)
        entries.append(next_entry(entries[-1] if entries else None, **{"at": at, **held, **changes}))
    return entries


def rehashed(entry: LogEntry, **changes: Any) -> LogEntry:
    """Change an entry as somebody would who knows how the hash is made."""
    changed = entry.model_copy(update=changes)
    return changed.model_copy(update={"hash": sha256(canonical(changed.model_dump(mode="json", exclude={"hash"})))})


def rebuilt(entries: Sequence[LogEntry], **changes: Any) -> list[LogEntry]:
    """Write a whole chain anew with another first entry."""
    anew = [rehashed(entries[0], **changes)]
    for one in entries[1:]:
        anew.append(rehashed(one, previous=anew[-1].hash))
    return anew


def test_a_log_as_it_was_written_holds_and_gives_its_head() -> None:
    entries = log_of(5)
    assert head_of(entries[-1]) == verify_chain(entries)
    assert f"5:{entries[-1].hash}" == head_of(entries[-1])
    check_heads(entries, [head_of(one) for one in entries])


def test_an_empty_log_holds_and_has_no_head() -> None:
    assert verify_chain([]) is None
    check_heads([], [])


def test_each_entry_holds_the_hash_of_the_one_before_it() -> None:
    entries = log_of(3)
    assert [1, 2, 3] == [one.number for one in entries]
    assert [None, entries[0].hash, entries[1].hash] == [one.previous for one in entries]


def test_an_entry_survives_being_kept_as_json() -> None:
    entries = log_of(3)
    kept = [LogEntry.model_validate_json(canonical(one), strict=True) for one in entries]
    assert entries == kept
    assert verify_chain(entries) == verify_chain(kept)


def test_the_time_is_kept_in_utc_whatever_zone_it_came_in() -> None:
    summer = datetime.timezone(datetime.timedelta(hours=1))
    there = log_of(1, at=datetime.datetime(2026, 7, 1, 13, 0, 0, 123456, tzinfo=summer))
    here = log_of(1, at=datetime.datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=datetime.UTC))
    assert here == there
    assert here[0].hash == there[0].hash
    with pytest.raises(ValidationError):
        log_of(1, at=datetime.datetime(2026, 7, 1, 12))


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "promoted"},
        {"detail": "another reason"},
        {"actor": "siro"},
        {"model": "home_care"},
        {"version": 7},
        {"alias": "champion"},
        {"candidate_digest": digest_of("another")},
        {"at": AT},
        {"hash": digest_of("another")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_altered_entry_is_named(changes: dict[str, Any]) -> None:
    entries = log_of(5)
    entries[2] = entries[2].model_copy(update=changes)
    with pytest.raises(UntrustedError, match="entry 3 was altered after it was written"):
        verify_chain(entries)


def test_an_entry_that_lost_a_field_is_named_though_the_field_was_empty() -> None:
    said = log_of(1)[0].model_dump(mode="json")
    for field in ("version", "alias", "candidate_digest", "previous"):
        short = {name: value for name, value in said.items() if name != field}
        with pytest.raises(UntrustedError, match="entry 1 was altered"):
            verify_chain([LogEntry.model_validate(short)])


def test_an_entry_altered_with_its_hash_made_anew_breaks_the_chain_after_it() -> None:
    entries = log_of(5)
    entries[2] = rehashed(entries[2], event="promoted")
    with pytest.raises(UntrustedError, match="entry 4 does not follow the entry before it"):
        verify_chain(entries)


def test_a_removed_entry_is_named_wherever_it_was() -> None:
    entries = log_of(5)
    for gone in range(4):
        with pytest.raises(UntrustedError, match=f"where entry {gone + 1} should be stands entry {gone + 2}"):
            verify_chain([*entries[:gone], *entries[gone + 1 :]])


def test_a_removed_entry_is_found_though_the_rest_is_numbered_anew() -> None:
    entries = log_of(5)
    renumbered = [*entries[:1], *(rehashed(one, number=one.number - 1) for one in entries[2:])]
    with pytest.raises(UntrustedError, match="entry 2 does not follow the entry before it"):
        verify_chain(renumbered)


def test_entries_that_changed_places_are_named() -> None:
    entries = log_of(5)
    entries[1], entries[2] = entries[2], entries[1]
    with pytest.raises(UntrustedError, match="where entry 2 should be stands entry 3"):
        verify_chain(entries)
    swapped = [entries[0], rehashed(entries[1], number=2), rehashed(entries[2], number=3), *entries[3:]]
    with pytest.raises(UntrustedError, match="entry 2 does not follow"):
        verify_chain(swapped)


def test_an_entry_that_stands_twice_is_named() -> None:
    entries = log_of(5)
    with pytest.raises(UntrustedError, match="where entry 4 should be stands entry 3"):
        verify_chain([*entries[:3], entries[2], *entries[3:]])


def test_an_entry_of_another_log_is_named() -> None:
    entries, other = log_of(5), log_of(5, actor="siro")
    with pytest.raises(UntrustedError, match="entry 3 does not follow"):
        verify_chain([*entries[:2], *other[2:]])


def test_a_first_entry_that_claims_one_before_it_is_named() -> None:
    entries = rebuilt(log_of(3), previous=digest_of("nothing"))
    with pytest.raises(UntrustedError, match="entry 1 does not follow"):
        verify_chain(entries)


def test_a_log_can_be_verified_page_by_page() -> None:
    entries = log_of(7)
    verify_chain(entries[:3])
    assert head_of(entries[6]) == verify_chain(entries[3:], after=entries[2])
    assert head_of(entries[2]) == verify_chain([], after=entries[2])
    with pytest.raises(UntrustedError, match="where entry 4 should be stands entry 5"):
        verify_chain(entries[4:], after=entries[2])
    with pytest.raises(UntrustedError, match="entry 4 does not follow"):
        verify_chain(entries[3:], after=log_of(3, actor="siro")[2])


def test_a_shortened_log_is_whole_in_itself_and_found_out_by_a_signed_head() -> None:
    entries = log_of(5)
    verify_chain(entries[:3])
    with pytest.raises(UntrustedError, match="entry 5 was signed for, and the log ends with entry 3"):
        check_heads(entries[:3], [head_of(entries[4])])
    with pytest.raises(UntrustedError, match="entry 1 was signed for, and the log ends with entry 0"):
        check_heads([], [head_of(entries[0])])


def test_a_log_written_anew_is_whole_in_itself_and_found_out_by_a_signed_head() -> None:
    entries = log_of(5)
    anew = rebuilt(entries, detail="nothing to see here")
    verify_chain(anew)
    for one in entries:
        with pytest.raises(UntrustedError, match=f"entry {one.number} is not the one that was signed for"):
            check_heads(anew, [head_of(one)])


def test_one_false_head_among_true_ones_is_found() -> None:
    entries = log_of(5)
    with pytest.raises(UntrustedError, match="entry 2 is not the one"):
        check_heads(entries, [*(head_of(one) for one in entries), f"2:{digest_of('another')}"])


def test_a_broken_chain_is_found_before_heads_are_looked_up() -> None:
    entries = log_of(5)
    with pytest.raises(UntrustedError, match="where entry 1 should be stands entry 2"):
        check_heads(entries[1:], [])


HASH = "a" * 64


@pytest.mark.parametrize(
    "head",
    [
        "",
        "5",
        "5:",
        f":{HASH}",
        f"0:{HASH}",
        f"-1:{HASH}",
        f" 1:{HASH}",
        f"1:{HASH}\n",
        f"1:{HASH.upper()}",
        f"\N{ARABIC-INDIC DIGIT ONE}:{HASH}",
        f"{'9' * 5000}:{HASH}",
    ],
)
def test_a_head_that_is_none_is_refused(head: str) -> None:
    with pytest.raises(UntrustedError, match="not of the form <number>:<hash>"):
        check_heads(log_of(3), [head])


def test_a_field_too_many_or_a_number_below_one_is_no_entry() -> None:
    said = log_of(1)[0].model_dump(mode="json")
    with pytest.raises(ValidationError):
        LogEntry.model_validate(said | {"more": 1})
    with pytest.raises(ValidationError):
        LogEntry.model_validate(said | {"number": 0})


def test_ten_thousand_entries_are_verified_in_a_second_or_so() -> None:
    entries = log_of(10_000)
    start = time.perf_counter()
    check_heads(entries, [head_of(one) for one in entries[::100]])
    assert time.perf_counter() - start < 3


def test_whatever_a_client_sends_can_be_written_down_and_read_again() -> None:
    names = ["half a character \ud800", "a NUL \x00", "x" * 1_000_000, "\ud800" * 1_000_000]
    for name in names:
        entry = log_of(1, model=name, actor=name, detail=name, alias=name, candidate_digest=name)[0]
        assert entry == LogEntry.model_validate_json(canonical(entry), strict=True)
        assert "\x00" not in entry.model + entry.actor + entry.detail
        assert len(canonical(entry)) < 30_000
        verify_chain([entry])
    assert "a NUL \\x00" == log_of(1, model="a NUL \x00")[0].model
    assert "x" * 299 + "\N{HORIZONTAL ELLIPSIS}" == log_of(1, model="x" * 301)[0].model
    assert "x" * 300 == log_of(1, model="x" * 300)[0].model
