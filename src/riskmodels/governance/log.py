"""The decision log: who decided what and when, each entry holding the hash of the one before it.

Whoever changes, removes or moves an entry breaks the chain. Whoever cuts its end off is found out by the heads that
signed statements hold: ``"<number>:<hash>"``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence

from pydantic import AwareDatetime, Field

from riskmodels.errors import UntrustedError
from riskmodels.governance.dsse import untrusted
from riskmodels.governance.wire import Record, canonical, sha256

__all__ = ["LogEntry", "check_heads", "head_of", "next_entry", "verify_chain"]

_LONGEST = 300
_LONGEST_DETAIL = 8_000
_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


class LogEntry(Record):
    """One entry.

    Attributes
    ----------
    number : int
        From 1, one more each time.
    at : datetime
        When it was written, in UTC.
    event : str
        What happened, in one word, such as ``"promoted"`` or ``"refused"``.
    model, version, alias, candidate_digest
        What it happened to; None where it concerns none.
    actor : str
        The role or public key that asked for it; never a person's name.
    detail : str
        More, in words: the reasons of a refusal.
    previous : str or None
        Hash of the entry before it; None for the first.
    hash : str
        SHA-256 of all the other fields in their one spelling.
    """

    number: int = Field(ge=1)
    at: AwareDatetime
    event: str = Field(min_length=1)
    model: str
    version: int | None = None
    alias: str | None = None
    candidate_digest: str | None = None
    actor: str
    detail: str = ""
    previous: str | None = None
    hash: str


def next_entry(
    previous: LogEntry | None,
    *,
    at: datetime.datetime,
    event: str,
    model: str,
    actor: str,
    version: int | None = None,
    alias: str | None = None,
    candidate_digest: str | None = None,
    detail: str = "",
) -> LogEntry:
    """Make the entry that follows another; the first where there is none.

    What a client sent may be anything: characters that no database keeps are spelled out, and what is endless is cut.
    """
    written = LogEntry(
        number=1 if previous is None else previous.number + 1,
        at=at,
        event=_kept(event),
        model=_kept(model),
        version=version,
        alias=None if alias is None else _kept(alias),
        candidate_digest=None if candidate_digest is None else _kept(candidate_digest),
        actor=_kept(actor),
        detail=_kept(detail, longest=_LONGEST_DETAIL),
        previous=None if previous is None else previous.hash,
        hash="",
    )
    unhashed = written.model_copy(update={"at": written.at.astimezone(datetime.UTC)})
    return unhashed.model_copy(update={"hash": _hash(unhashed)})


def head_of(entry: LogEntry) -> str:
    """Give the head of a log that ends with this entry: ``"<number>:<hash>"``."""
    return f"{entry.number}:{entry.hash}"


def verify_chain(entries: Iterable[LogEntry], *, after: LogEntry | None = None) -> str | None:
    """See that no entry was altered, removed, moved, repeated or numbered anew.

    Parameters
    ----------
    entries : iterable of LogEntry
        In order.
    after : LogEntry, optional
        The last entry that was verified already; without it, ``entries`` begin with the first.

    Returns
    -------
    str or None
        The head; None for an empty log.

    Raises
    ------
    UntrustedError
        If the chain is broken; it names the entry.
    """
    last = after
    for one in entries:
        wanted = 1 if last is None else last.number + 1
        if one.number != wanted:
            raise _broken(f"where entry {wanted} should be stands entry {one.number}")
        if one.previous != (None if last is None else last.hash):
            raise _broken(f"entry {one.number} does not follow the entry before it")
        if one.hash != _hash(one):
            raise _broken(f"entry {one.number} was altered after it was written")
        last = one
    return None if last is None else head_of(last)


def check_heads(entries: Sequence[LogEntry], heads: Iterable[str]) -> None:
    """See that a whole log still holds every head that was ever signed.

    Parameters
    ----------
    entries : sequence of LogEntry
        The whole log from entry 1; its chain is verified too.
    heads : iterable of str
        Heads from signed statements, protected storage or a client's pack.

    Raises
    ------
    UntrustedError
        If the chain is broken, or the log was shortened or written anew since a head was signed.
    """
    verify_chain(entries)
    for head in heads:
        parts = _HEAD.fullmatch(head)
        if parts is None:
            raise _broken("a head that was signed is not of the form <number>:<hash>")
        number = int(parts[1])
        if number > len(entries):
            raise _broken(f"entry {number} was signed for, and the log ends with entry {len(entries)}")
        if entries[number - 1].hash != parts[2]:
            raise _broken(f"entry {number} is not the one that was signed for")


def _kept(text: str, *, longest: int = _LONGEST) -> str:
    """Give a text as any database keeps it: no NUL, no half characters, and not more than so many."""
    plain = text[: longest + 1].encode(errors="backslashreplace").decode().replace("\x00", "\\x00")
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"


def _hash(entry: LogEntry) -> str:
    # Only the fields that it was written with: one that a later version adds changes no old hash.
    return sha256(canonical(entry.model_dump(mode="json", exclude={"hash"}, exclude_unset=True)))


def _broken(why: str) -> UntrustedError:
    return untrusted(
        f"the decision log is not whole: {why}",
        expected="every entry ever written, in its place, up to the newest head that was signed",
        next_step="Promote nothing. Find out who changed the registry's database, or restore its newest backup.",
        who="whoever looks after the registry's database, and the senior information risk owner",
    )
