"""One transaction for what stock MLflow writes and what the registry writes with it, under one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from riskmodels.registry.governed.decision_log import lock

__all__ = ["Transactions"]


class Transactions:
    """The registry's transactions.

    Parameters
    ----------
    engine : Engine
        Of the registry's database.
    stock : callable
        MLflow's own maker of sessions, for what is not governed.
    """

    def __init__(self, engine: Engine, stock: Callable[..., AbstractContextManager[Session]]) -> None:
        self._engine = engine
        self._stock = stock
        self._open = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads."""
        with Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that holds the registry's lock; what stock MLflow does meanwhile is part of it."""
        with Session(self._engine) as session:
            if self._engine.dialect.name == "sqlite":
                session.execute(text("pragma foreign_keys = on"))
            lock(session)
            self._open.session = session
            try:
                yield session
            finally:
                self._open.session = None
            session.commit()

    @contextmanager
    def for_stock(self, read_only: bool = True) -> Iterator[Session]:
        """Give stock MLflow its session: that of the transaction which holds the lock, where this thread has one."""
        outer: Session | None = getattr(self._open, "session", None)
        if outer is None:
            with self._stock(read_only=read_only) as session:
                yield session
        else:
            yield outer
            outer.flush()
