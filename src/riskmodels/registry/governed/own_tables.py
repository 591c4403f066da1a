"""The registry's own tables beside MLflow's: the decision log and the trust roots. Rows are added, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, inspect, text

from riskmodels.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["LOG", "OWN_TABLES", "ROOTS", "check_own_tables", "make_own_tables"]

_TABLES = MetaData()

LOG = Table(
    "riskmodels_log",
    _TABLES,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)
"""One row an entry: its number, the entry as JSON, and its hash."""

ROOTS = Table(
    "riskmodels_roots",
    _TABLES,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("envelope", Text, nullable=False),
)
"""The chain of trust roots that the registry holds."""

OWN_TABLES = (LOG.name, ROOTS.name)

_SAYS = "rows of this table are added and never changed"


def make_own_tables(engine: Engine) -> None:
    """Make both tables where they are not there yet, and what refuses every change and removal of their rows."""
    with engine.begin() as connection:
        _TABLES.create_all(connection)
        for statement in _guards(engine.dialect.name):
            connection.execute(text(statement))


def check_own_tables(engine: Engine) -> None:
    """See that the tables are there, are guarded, and that this database account may only add to them.

    Raises
    ------
    SettingsError
        If not; it says what to do.
    """
    with engine.connect() as connection:
        absent = [name for name in OWN_TABLES if name not in inspect(connection).get_table_names()]
        if absent:
            raise _unprepared(f"the registry's database has no table {', '.join(absent)}")
        if connection.dialect.name == "postgresql":
            _check_postgresql(connection)


def _check_postgresql(connection: Connection) -> None:
    for table in OWN_TABLES:
        asked = text("select count(*) from pg_trigger where tgrelid = cast(:table as regclass) and tgname like :name")
        held = connection.execute(asked, {"table": table, "name": f"{table}_only_grows%"}).scalar_one()
        if held < 2:
            raise _unprepared(f"nothing guards the rows of {table} against changes")
        rights = text("select has_table_privilege(current_user, :table, :right)")
        for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
            if connection.execute(rights, {"table": table, "right": right}).scalar_one():
                raise _unprepared(f"the registry's database account has the right {right} on {table}")


def _guards(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"create trigger if not exists {table}_only_grows_{event} before {event} on {table} "
            f"begin select raise(abort, '{_SAYS}'); end"
            for table in OWN_TABLES
            for event in ("update", "delete")
        ]
    made = [
        "create or replace function riskmodels_only_grows() returns trigger language plpgsql as "
        f"$$ begin raise exception '{_SAYS}'; end $$"
    ]
    for table in OWN_TABLES:
        made += [
            f"create or replace trigger {table}_only_grows before update or delete on {table} "
            "for each row execute function riskmodels_only_grows()",
            f"create or replace trigger {table}_only_grows_whole before truncate on {table} "
            "for each statement execute function riskmodels_only_grows()",
        ]
    return made


def _unprepared(found: str) -> SettingsError:
    return SettingsError(
        found,
        expected="tables made by the database's owner, and an account for the server that may only add to the log",
        next_step="As the owner: riskmodels.registry.governed.server_setup.prepare(<address>, server_role=<account>); "
        "then start the server with that account.",
        who="whoever looks after the registry's database",
    )
