"""Look again, time after time, whether a verified model may still serve, and change over when another one is live."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import logging
import os
import threading
import weakref
from collections.abc import Callable

from riskmodels.errors import RefusedError, RegistryError, ScoringError, UntrustedError
from riskmodels.governance.pack import Pack
from riskmodels.registry.bundles.amount_predictor import predictor_of
from riskmodels.registry.serving import Servable, is_stopped, may_serve, status_of
from riskmodels.scoring.sources import Source
from riskmodels.scoring.standing import Held

__all__ = ["Watch"]

_LOGGER = logging.getLogger(__name__)

_OVERDUE = 2
"""Periods after which a caller looks itself: the thread that should have is gone, as after a fork."""

_WHO = "whoever runs the service"


class Watch:
    """What is held, kept up to date.

    Parameters
    ----------
    source : Source
        Where the model comes from.
    alias : str
        The alias that is asked for.
    pin : str
        Digest of the first trust root.
    clock : callable
        Gives now, in UTC.

    Raises
    ------
    UntrustedError, RefusedError
        If the version may not serve, with the cause.
    RegistryError
        If the source cannot be reached.
    """

    def __init__(self, source: Source, *, alias: str, pin: str, clock: Callable[[], datetime.datetime]) -> None:
        self._source, self._alias, self._pin, self._clock = source, alias, pin, clock
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock, self._process = threading.Lock(), os.getpid()
        self.trouble: RegistryError | None = None
        self._looked = clock()
        self.held = self._verified(self._looked, None)

    @property
    def seconds(self) -> int:
        """Give how often to look, as the policy says."""
        return self.held.may.asked.reload_seconds

    def begin(self) -> None:
        """Look again in the background from now on, until the watch ends or nobody holds it any more."""
        self._thread = threading.Thread(
            target=_keep_looking, args=(weakref.ref(self), self._ended), name="riskmodels-watch", daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        """Stop looking. What is held may not be used any more."""
        self._ended.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=self.seconds)

    def current(self) -> Held:
        """Give what is held, looked at lately.

        Raises
        ------
        ScoringError
            If the watch has ended.
        """
        if self._ended.is_set():
            raise ScoringError(
                "this scorer was closed",
                expected="one that is open, so that a suspension can reach it",
                next_step="Load the model again, and keep it open while it is used.",
                who=_WHO,
            )
        if self._clock() - self._looked >= datetime.timedelta(seconds=_OVERDUE * self.seconds):
            self.look(wait=False)
        return self.held

    def look(self, *, wait: bool = True) -> None:
        """Look whether anything changed.

        Parameters
        ----------
        wait : bool
            Whether to wait for somebody else who is looking just now.
        """
        if os.getpid() != self._process:  # a fork: whoever held the lock is not here
            self._lock, self._process = threading.Lock(), os.getpid()
        if not self._lock.acquire(blocking=wait):
            return
        try:
            self._looked, self.trouble = self._clock(), None
            self.held = self._after(self._looked)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may go on scoring in ignorance
            self.held = self._stopped(self.held, _broken(error))
        finally:
            self._lock.release()

    def _after(self, now: datetime.datetime) -> Held:
        """Give what is held after a look: the same, a newer version, or the same but stopped."""
        before = self.held
        try:
            return self._verified(now, before)
        except RegistryError as error:  # an outage is no news: the clock decides how long the model may go on
            self.trouble = error
            _LOGGER.warning("No news of %s: %s", before.may.pack.model, error.found)
            return before
        except RefusedError as error:
            if before.stopped is None and now >= before.lapses and not self._ordered_to_stop(before, now):
                return before  # it lapsed, which the clock knows; the policy says what follows
            return self._stopped(before, error)

    def _stopped(self, before: Held, why: RefusedError) -> Held:
        if before.stopped is None:
            _LOGGER.error("%s may not be scored with any more: %s", before.may.pack.model, why.found)
        return dataclasses.replace(before, stopped=why)

    def _verified(self, now: datetime.datetime, before: Held | None) -> Held:
        may = self._may_serve(now, before)
        if before is not None and may.bundle_digest == before.may.bundle_digest:
            return Held(may, before.predictor)
        return Held(may, predictor_of(self._source.files(may), task=may.evidence.facts.model.task))

    def _may_serve(self, now: datetime.datetime, before: Held | None) -> Servable:
        pack = self._source.pack()
        if before is not None and before.stopped is None and pack == before.may.pack:
            return before.may  # nothing was signed since, not even a status: the clock alone decides
        try:
            return self._judged(pack, now, before)
        except RefusedError:
            again = self._source.pack()  # the alias may have moved between two questions
            if again.candidate == pack.candidate:
                raise
            return self._judged(again, now, before)

    def _judged(self, pack: Pack, now: datetime.datetime, before: Held | None) -> Servable:
        known = None if before is None else before.may.evidence.root
        seen = None if before is None else before.may.status.log_head
        return may_serve(pack, alias=self._alias, pin=self._pin, at=now, known=known, seen=seen)

    def _ordered_to_stop(self, before: Held, now: datetime.datetime) -> bool:
        """Say whether a version that has lapsed was suspended too, by the trust root that was in force."""
        with contextlib.suppress(RegistryError, UntrustedError):  # no news
            status, _ = status_of(
                self._source.pack(),
                root=before.may.evidence.root,
                at=now,
                oldest_days=before.may.asked.status_days,
            )
            return is_stopped(status, before.may.evidence.candidate_digest)
        return False


def _keep_looking(which: weakref.ref[Watch], ended: threading.Event) -> None:
    while True:
        watch = which()
        if watch is None:
            return
        seconds = watch.seconds
        del watch
        if ended.wait(seconds):
            return
        watch = which()
        if watch is None:
            return
        watch.look()
        del watch


def _broken(error: Exception) -> RefusedError:
    return RefusedError(
        f"whether the model may still serve could not be found out ({type(error).__name__})",
        expected="a registry that can be asked, or a plain outage",
        next_step="Load the model again; if it happens again, tell the maintainers of riskmodels.",
        who=_WHO,
    )
