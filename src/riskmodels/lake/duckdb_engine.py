"""DuckDB, embedded: the only file that knows it. No network, no extension fetched, spilling to a private folder."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from riskmodels.errors import LakeError
from riskmodels.lake.engine import Parameters
from riskmodels.lake.sources import ExtractFiles, damaged
from riskmodels.lake.sql import quoted, text_literal

__all__ = ["DuckDBEngine"]

_Given = TypeVar("_Given")

_SETTINGS: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "preserve_insertion_order": False,
}
_EACH_DOOR = ("SET TimeZone = 'Europe/London'", "SET enable_progress_bar = false")

# Errors about the text of a statement hold names and syntax only; every other message may hold a person's value.
_ABOUT_THE_STATEMENT = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


class DuckDBEngine:
    """An embedded DuckDB database and one door (cursor) onto it."""

    dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection, spill: Path) -> None:
        self._connection = connection
        self._spill = spill
        for setting in _EACH_DOOR:
            self.execute(setting)

    @classmethod
    def open(cls, *, threads: int | None, memory_gb: float, temp_dir: Path | None) -> DuckDBEngine:
        """Open an empty database in memory that spills to a private folder.

        Raises
        ------
        LakeError
            The folder for what is spilled cannot be made.
        """
        spill = _private_folder(temp_dir)
        settings = {"memory_limit": f"{int(memory_gb * 1024)}MiB", "temp_directory": str(spill)}
        if threads is not None:
            settings["threads"] = str(threads)
        engine = cls(duckdb.connect(":memory:", config={**_SETTINGS, **settings}), spill)
        weakref.finalize(engine, shutil.rmtree, spill, ignore_errors=True)  # when nobody closes it
        return engine

    def query(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Run a query and give its rows as an Arrow table."""
        return _attempt(lambda: self._connection.sql(sql, params=dict(parameters or {})).to_arrow_table(), _worded)

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement that gives no rows."""
        _attempt(lambda: self._connection.execute(sql, dict(parameters or {})), _worded)

    def put(self, name: str, table: pa.Table) -> None:
        """Copy an Arrow table in as a temporary table."""
        self._connection.register("_handed_over", table)
        try:
            self.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS FROM _handed_over")
        finally:
            self._connection.unregister("_handed_over")

    def drop(self, *names: str) -> None:
        """Drop temporary tables; a name that is not there is let pass."""
        for name in names:
            self.execute(f"DROP TABLE IF EXISTS temp.{quoted(name)}")

    def create(self, room: str, name: str, sql: str, parameters: Parameters | None = None) -> None:
        """Make a table in a room from a query."""
        self.execute(_made(room, name, sql), parameters)

    def create_from_files(
        self, room: str, name: str, files: ExtractFiles, sql: str, parameters: Parameters | None = None
    ) -> None:
        """Make a table in a room from a query over files, which the query names as ``extract_files``."""
        self._over(
            files,
            lambda source: self._connection.execute(
                _made(room, name, f"WITH extract_files AS ({source}) {sql}"), dict(parameters or {})
            ),
        )

    def query_files(self, files: ExtractFiles, sql: str) -> pa.Table:
        """Run a query over files, which it names as ``extract_files``."""
        return self._over(
            files, lambda source: self._connection.sql(f"WITH extract_files AS ({source}) {sql}").to_arrow_table()
        )

    def discard(self, room: str, *names: str) -> None:
        """Drop tables of a room; a name that is not there is let pass."""
        for name in names:
            self.execute(f"DROP TABLE IF EXISTS {quoted(room)}.{quoted(name)}")

    def make_room(self, room: str) -> None:
        """Make a room for tables."""
        self.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(room)}")

    def discard_room(self, room: str) -> None:
        """Drop a room and all that is in it."""
        self.execute(f"DROP SCHEMA IF EXISTS {quoted(room)} CASCADE")

    def beside(self, room: str) -> DuckDBEngine:
        """Open a second door onto the same tables; unqualified names are looked up in ``room``."""
        self.make_room(room)
        door = DuckDBEngine(self._connection.cursor(), self._spill)
        door.execute(f"SET schema = {text_literal(room)}")
        return door

    def close_door(self) -> None:
        """Close this door and its temporary tables; other doors stay open."""
        self._connection.close()

    def close(self) -> None:
        """Close the database, when every other door is closed, and remove what was spilled."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def _over(self, files: ExtractFiles, work: Callable[[str], _Given]) -> _Given:
        """Run work over the SQL that reads files; an error in reading them becomes ours, with the file's name in it."""

        def over_dataset() -> _Given:
            self._connection.register("_extract_files", files.dataset())
            return work("FROM _extract_files")

        def over_parquet() -> _Given:
            return work(_parquet_reader(files))

        try:
            return _attempt(
                over_parquet if files.local_parquet else over_dataset, lambda error: _about_files(error, files)
            )
        finally:
            self._connection.unregister("_extract_files")


def _attempt(work: Callable[[], _Given], worded: Callable[[Exception], LakeError]) -> _Given:
    """Run work, and turn the engine's errors into ours; the engine's own may hold values, so nothing keeps them."""
    fault: BaseException
    try:
        return work()
    except duckdb.InterruptException:
        fault = KeyboardInterrupt()
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        fault = worded(error)
    except RuntimeError as error:
        fault = KeyboardInterrupt() if "interrupted" in str(error) else error  # DuckDB's word for Ctrl-C
    raise fault


def _private_folder(temp_dir: Path | None) -> Path:
    try:
        if temp_dir is not None:
            temp_dir.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="riskmodels-lake-", dir=temp_dir))  # only its owner may enter it
    except OSError as error:
        fault = LakeError(
            f"no temporary folder can be made in {temp_dir or tempfile.gettempdir()} ({type(error).__name__})",
            expected="a folder that this user may write to, with room for what does not fit in memory",
            next_step="Give the right to write there, free disk space, or choose another folder.",
            who="whoever runs the machine",
        )
    raise fault


def _made(room: str, name: str, sql: str) -> str:
    return f"CREATE OR REPLACE TABLE {quoted(room)}.{quoted(name)} AS {sql}"


def _parquet_reader(files: ExtractFiles) -> str:
    paths = ", ".join(text_literal(path) for path in files.local_parquet)
    options = {
        "hive_partitioning": bool(files.partitions),
        "hive_types_autocast": False,
        "union_by_name": files.types_vary,
    }
    named = ", ".join(f"{option} = {str(value).lower()}" for option, value in options.items())
    return f"FROM read_parquet([{paths}], {named})"


def _is_full(error: Exception) -> bool:
    return isinstance(error, duckdb.OutOfMemoryException) or "no space left" in str(error).lower()


def _about_files(error: Exception, files: ExtractFiles) -> LakeError:
    if _is_full(error) or isinstance(error, _ABOUT_THE_STATEMENT):
        return _worded(error)
    return damaged(files.paths[0] if len(files.paths) == 1 else files.first_broken(), error)


def _worded(error: Exception) -> LakeError:
    if isinstance(error, _ABOUT_THE_STATEMENT):
        return LakeError(
            f"the lake's engine refused a statement: {str(error).splitlines()[0]}",
            expected="SQL over prepared extracts and tables handed over",
            next_step="Check the names in the statement; prepare the extract first.",
            who="the data scientist who wrote the definition",
        )
    if _is_full(error):
        return LakeError(
            "the lake's engine ran out of memory, or of room in its temporary folder",
            expected="enough memory (lake.memory_gb) and free disk for what does not fit in it",
            next_step="Free disk space, raise lake.memory_gb in mlflow.yaml, or read fewer extracts.",
            who="whoever runs the machine",
        )
    return LakeError(
        f"the lake's engine stopped with {type(error).__name__}",
        expected="a statement that runs over the extracts",
        next_step="Run riskmodels lake check to see whether an extract is at fault.",
        who="the data scientist, with the owner of the extract",
    )
