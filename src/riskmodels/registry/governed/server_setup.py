"""Set a registry up, see that a server may start, and accept a database that was put back to an older state."""

from __future__ import annotations

import datetime
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from riskmodels.errors import SettingsError, UntrustedError
from riskmodels.governance.keys import public_key
from riskmodels.registry.governed.address import SERVER_ARTEFACTS, SERVER_REGISTRY, Places, database_uri, places_of
from riskmodels.registry.governed.decision_log import NO_HEAD, DecisionLog, lock
from riskmodels.registry.governed.own_tables import OWN_TABLES, check_own_tables, make_own_tables
from riskmodels.registry.governed.protected import check_apart, keep_clients_out
from riskmodels.registry.governed.server_key import ServerKey
from riskmodels.registry.governed.trust_table import TrustTable
from riskmodels.registry.new_store import make_sqlite_store
from riskmodels.registry.silence import import_silently

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["accept_restored_log", "check_server", "guard_server", "prepare", "ready_database"]

_logger = logging.getLogger(__name__)


def prepare(uri_owner: str, *, server_role: str | None) -> None:
    """Make a registry's tables, and let the server's own database account do no more than it must.

    On SQLite there are no accounts, and everything is made at first use; it may be called all the same.

    Parameters
    ----------
    uri_owner : str
        The database with the account that owns it, such as ``governed+postgresql://owner@host/registry``.
    server_role : str or None
        The account that the server will use; it is there already. None grants nothing.

    Raises
    ------
    SettingsError
        If it is no address of a database that can be governed, or there is no such account.
    """
    database = database_uri(uri_owner)
    if _is_sqlite(database):
        ready_database(database)
        return
    import_silently()
    from mlflow.store.db.utils import _all_tables_exist, _initialize_tables

    engine = _engine(database)
    try:
        if not _all_tables_exist(engine):  # type: ignore[no-untyped-call]
            _initialize_tables(engine)  # type: ignore[no-untyped-call]
        make_own_tables(engine)
        if server_role is not None:
            _grant(engine, server_role)
    finally:
        engine.dispose()


def ready_database(database: str) -> None:
    """See that the tables are there and guarded; on SQLite make them.

    Raises
    ------
    SettingsError
        If they are not.
    """
    engine = _engine(database)
    try:
        if _is_sqlite(database):
            file = Path(str(make_url(database).database)).absolute()
            file.parent.mkdir(parents=True, exist_ok=True)
            make_sqlite_store(file)
            make_own_tables(engine)
        check_own_tables(engine)
    finally:
        engine.dispose()


def guard_server(environment: Mapping[str, str]) -> None:
    """Keep clients out of protected storage, where this process is a worker of a registry's server.

    MLflow opens the registry at the first request for it; a client's upload may come before.
    """
    uri = environment.get(SERVER_REGISTRY, "")
    if not uri.startswith("governed+"):
        return
    try:
        keep_clients_out(places_of(uri, environment).bundles)
    except SettingsError as error:  # then the registry does not open either, and says why
        _logger.error("The registry is not set up: %s", error.found)


def check_server(places: Places) -> None:
    """See that nothing this server does for its clients can reach past the registry's rules.

    Raises
    ------
    SettingsError
        If it runs clients' code, or lets them write where promoted models are kept.
    """
    from mlflow.environment_variables import MLFLOW_SERVER_ENABLE_CUSTOM_SCORERS as RUNS_SCORERS

    if RUNS_SCORERS.get():  # type: ignore[no-untyped-call]
        raise SettingsError(
            f"{RUNS_SCORERS.name} is on: this server would run code that its clients register, beside the "
            "registry's key",
            expected="a registry's server that runs nobody's code",
            next_step=f"Unset {RUNS_SCORERS.name}, or run such scorers on a server without the registry.",
            who="whoever runs the registry",
        )
    check_apart(places.bundles, [os.environ.get(name) for name in SERVER_ARTEFACTS])


def accept_restored_log(uri: str, *, reason: str, at: datetime.datetime) -> str:
    """Go on from a database that lost entries of the decision log, and write into it who accepted that.

    Parameters
    ----------
    uri : str
        The registry's address.
    reason : str
        Why: what was restored, and on whose decision.
    at : datetime
        Now, in UTC.

    Returns
    -------
    str
        The log's head from here on.

    Raises
    ------
    SigningError
        If the registry's key cannot be opened: only its holder may accept a loss.
    UntrustedError
        If the log's own chain is broken, which no restored backup explains.
    """
    places = places_of(uri, os.environ)
    ready_database(places.database)
    log, engine = DecisionLog(places.bundles), _engine(places.database)
    try:
        with Session(engine) as session:
            lock(session)
            roots = TrustTable(places.workspace).held(session).in_force(at)
            signer = ServerKey(places).opened(root=roots[-1], at=at)
            lost = _lost(log)
            log.check_chain(session)
            here = log.head(session)
            said = f"went on from {here}, where {lost} was known: {reason}"
            signature = signer.sign(said.encode()).signature
            log.append(
                session,
                at=at,
                event="restored",
                model="riskmodels.log",
                actor=public_key(signer),
                detail=f"{said[:2000]}; signature {signature}",
            )
            session.commit()
            lock(session)
            log.keep_head(session)
            head = log.head(session)
            session.commit()
            return head
    finally:
        engine.dispose()


def _lost(log: DecisionLog) -> str:
    try:
        return log.kept_head() or NO_HEAD
    except UntrustedError:
        return "a head that cannot be read"


def _engine(database: str) -> Engine:
    from sqlalchemy import create_engine

    return create_engine(database, connect_args={"timeout": 20} if _is_sqlite(database) else {})


def _is_sqlite(database: str) -> bool:
    return make_url(database).get_backend_name() == "sqlite"


def _grant(engine: Engine, role: str) -> None:
    from mlflow.store.db.base_sql_model import Base

    account = engine.dialect.identifier_preparer.quote(role)
    with engine.begin() as connection:
        found = connection.execute(text("select 1 from pg_roles where rolname = :role"), {"role": role}).one_or_none()
        if found is None:
            raise SettingsError(
                f"the database has no account {role!r}",
                expected="an account for the registry's server, which owns nothing",
                next_step="Make it (create role ... login password ...), then prepare again.",
                who="whoever looks after the registry's database",
            )
        theirs = [name for name in inspect(connection).get_table_names() if name in Base.metadata.tables]
        quoted = ", ".join(engine.dialect.identifier_preparer.quote(name) for name in theirs)
        for statement in (
            f"grant usage on schema public to {account}",
            f"grant select, insert, update, delete on {quoted} to {account}",
            f"grant select on alembic_version to {account}",
            f"grant usage, select on all sequences in schema public to {account}",
            f"revoke all on {', '.join(OWN_TABLES)} from public, {account}",
            f"grant select, insert on {', '.join(OWN_TABLES)} to {account}",
        ):
            connection.execute(text(statement))
