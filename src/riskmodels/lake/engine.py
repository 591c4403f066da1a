"""What the lake asks of an engine: small, so that another engine can stand in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pyarrow as pa

from riskmodels.lake.sources import ExtractFiles

__all__ = ["Engine", "Parameters"]

Parameters = Mapping[str, Any]


class Engine(Protocol):
    """A place where SQL runs over extracts, with a room (schema) of its own for what is made there."""

    dialect: str

    def query(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Run a query and give its rows as an Arrow table."""

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement that gives no rows."""

    def put(self, name: str, table: pa.Table) -> None:
        """Copy an Arrow table in as a temporary table."""

    def drop(self, *names: str) -> None:
        """Drop temporary tables; a name that is not there is let pass."""

    def create(self, room: str, name: str, sql: str, parameters: Parameters | None = None) -> None:
        """Make a table in a room from a query."""

    def create_from_files(
        self, room: str, name: str, files: ExtractFiles, sql: str, parameters: Parameters | None = None
    ) -> None:
        """Make a table in a room from a query over files, which the query names as ``extract_files``."""

    def discard(self, room: str, *names: str) -> None:
        """Drop tables of a room; a name that is not there is let pass."""

    def make_room(self, room: str) -> None:
        """Make a room for tables."""

    def discard_room(self, room: str) -> None:
        """Drop a room and all that is in it."""

    def query_files(self, files: ExtractFiles, sql: str) -> pa.Table:
        """Run a query over files, which it names as ``extract_files``."""

    def beside(self, room: str) -> Engine:
        """Open a second door onto the same tables; unqualified names are looked up in ``room``."""

    def close_door(self) -> None:
        """Close this door and its temporary tables; other doors stay open."""

    def close(self) -> None:
        """Close every door and drop all that was made."""
