"""The decision log in the registry's database: one chain, written under one lock, its head kept elsewhere too.

The head in protected storage is how a database that was put back to an older state is noticed.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, text

from riskmodels.atomic import whole_file
from riskmodels.errors import UntrustedError
from riskmodels.governance.log import LogEntry, head_of, next_entry, verify_chain
from riskmodels.registry.governed.own_tables import LOG

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = ["HEAD_FILE", "NO_HEAD", "DecisionLog", "lock"]

HEAD_FILE = "head.json"
NO_HEAD = "0:"
"""The head of a log without entries."""

LONGEST_DETAIL = 4_000
LONGEST_WAIT_SECONDS = 20
"""For the lock; who waits longer is refused."""

_ADVISORY_LOCK = 0x7269736B6D6F  # one number for all registries: PostgreSQL keeps it apart for each database
_SIGNED_HEAD = re.compile(r"([1-9][0-9]{0,8}):([0-9a-f]{64})")


def lock(session: Session) -> None:
    """Let nobody else write to the registry until this transaction ends, so that the chain cannot fork."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"set local lock_timeout = '{LONGEST_WAIT_SECONDS}s'"))
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    else:
        session.execute(text(f"pragma busy_timeout = {LONGEST_WAIT_SECONDS * 1000}"))
        session.execute(text("begin immediate"))


class DecisionLog:
    """The log of one registry.

    Parameters
    ----------
    storage : Path
        Protected storage, where the head is kept too.
    """

    def __init__(self, storage: Path) -> None:
        self._storage = storage
        self._verified: LogEntry | None = None

    def append(
        self,
        session: Session,
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
        """Add an entry. The transaction holds the lock, and :meth:`check` found the log whole in it."""
        entry = next_entry(
            _last(session),
            at=at,
            event=event,
            model=model[:256],
            actor=actor,
            version=version,
            alias=None if alias is None else alias[:256],
            candidate_digest=candidate_digest,
            detail=_bounded(detail),
        )
        row = {"number": entry.number, "entry": entry.model_dump_json(), "hash": entry.hash}
        session.execute(insert(LOG).values(row))
        return entry

    def check(self, session: Session) -> str:
        """See that the log is whole, and not older than the head in protected storage.

        What was verified before is not read again; only that it is still there. Call it before anything else is read
        in the transaction, for another worker may have moved on since.

        Returns
        -------
        str
            The head.

        Raises
        ------
        UntrustedError
            If it is not.
        """
        kept, known = self.kept_head(), self._verified  # before the database is read: it may only be further on
        entries = self.entries(session, first=1 if known is None else known.number)
        if known is not None and entries[:1] == [known]:
            entries = entries[1:]
        elif known is not None:  # another database took this one's place: protected storage knows how far it must reach
            known, entries = None, self.entries(session)
        verify_chain(entries, after=known)
        last = entries[-1] if entries else known
        head = NO_HEAD if last is None else head_of(last)
        self._check_kept_head(session, kept, head)
        self._verified = last
        return head

    def check_chain(self, session: Session) -> None:
        """See that the log's own chain is whole, however far it reaches.

        Raises
        ------
        UntrustedError
            If it is not.
        """
        verify_chain(self.entries(session))

    def check_signed(self, session: Session, heads: Iterable[str | None]) -> None:
        """See that the log still holds every head that a signed statement carries.

        Raises
        ------
        UntrustedError
            If it holds one no more.
        """
        for head in dict.fromkeys(heads):
            if head is None:
                continue
            found = _SIGNED_HEAD.fullmatch(head)
            if found is None:
                raise _restored("a signed statement carries a head that is not of the form <number>:<hash>")
            held = session.execute(select(LOG.c.hash).where(LOG.c.number == int(found[1]))).scalar_one_or_none()
            if held != found[2]:
                raise _restored(f"a signed statement was made when entry {found[1]} was another, or was there")

    def entries(self, session: Session, *, first: int = 1, last: int | None = None) -> list[LogEntry]:
        """Read entries in order, as they are written; nothing is verified.

        Raises
        ------
        UntrustedError
            If one cannot be read.
        """
        asked = select(LOG.c.number, LOG.c.entry, LOG.c.hash).where(LOG.c.number >= first).order_by(LOG.c.number)
        if last is not None:
            asked = asked.where(LOG.c.number <= last)
        return [_read(*row) for row in session.execute(asked)]

    def last_of(self, session: Session, event: str) -> LogEntry | None:
        """Give the newest entry of one kind; None when there is none."""
        asked = select(LOG.c.number, LOG.c.entry, LOG.c.hash).where(LOG.c.entry.contains(f'"event":"{event}"'))
        row = session.execute(asked.order_by(LOG.c.number.desc()).limit(1)).one_or_none()
        return None if row is None else _read(*row)

    def length(self, session: Session) -> int:
        """Count the entries."""
        return int(session.execute(select(func.count()).select_from(LOG)).scalar_one())

    def head(self, session: Session) -> str:
        """Give the head as it is written; :meth:`check` says whether it can be trusted."""
        last = _last(session)
        return NO_HEAD if last is None else head_of(last)

    def kept_head(self) -> str | None:
        """Read the head in protected storage; None where none was ever kept.

        Raises
        ------
        UntrustedError
            If it is there and cannot be read.
        """
        file = self._storage / HEAD_FILE
        try:
            said = json.loads(file.read_text(encoding="utf-8"))["head"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            said = None
        if said != NO_HEAD and not (isinstance(said, str) and _SIGNED_HEAD.fullmatch(said)):
            raise _restored(f"{HEAD_FILE} in protected storage cannot be read")
        return str(said)

    def keep_head(self, session: Session) -> None:
        """Write the head to protected storage. The transaction holds the lock, so that it only ever moves on."""
        head = self.head(session)
        if head == self.kept_head():
            return
        with whole_file(self._storage / HEAD_FILE, private=True) as draft:
            draft.write_text(json.dumps({"head": head}), encoding="utf-8")

    def _check_kept_head(self, session: Session, kept: str | None, head: str) -> None:
        if kept is None:
            if head != NO_HEAD:
                raise _restored(f"protected storage holds no {HEAD_FILE}, and the log has entries")
            self.keep_head(session)
        elif kept != NO_HEAD:
            number, _, wanted = kept.partition(":")
            held = session.execute(select(LOG.c.hash).where(LOG.c.number == int(number))).scalar_one_or_none()
            if held != wanted:
                raise _restored(f"protected storage knows entry {number}, and the database does not have it")


def _last(session: Session) -> LogEntry | None:
    asked = select(LOG.c.number, LOG.c.entry, LOG.c.hash).order_by(LOG.c.number.desc()).limit(1)
    row = session.execute(asked).one_or_none()
    return None if row is None else _read(*row)


def _read(number: int, entry: str, hash_: str) -> LogEntry:
    try:
        found = LogEntry.model_validate_json(entry)
    except ValueError:
        raise _restored(f"entry {number} cannot be read") from None
    if found.number != number or found.hash != hash_:
        raise _restored(f"entry {number} is not what its row says")
    return found


def _bounded(detail: str) -> str:
    return detail if len(detail) <= LONGEST_DETAIL else f"{detail[: LONGEST_DETAIL - 4]} ..."


def _restored(why: str) -> UntrustedError:
    return UntrustedError(
        f"the registry's database is older than what was signed, or was altered: {why}",
        expected="a decision log with every entry that was ever written",
        next_step="Promote nothing. Restore the newest backup; if entries are lost for good, the registry's "
        "administrator says so with riskmodels.registry.governed.server_setup.accept_restored_log.",
        who="whoever looks after the registry's database, and the senior information risk owner",
    )
