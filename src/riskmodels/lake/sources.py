"""Where an extract's files are, and what columns they hold: Parquet, CSV or Delta, in a folder or behind a URI."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet

from riskmodels.errors import ExtractMissing, ExtractUnreadable, LakeError
from riskmodels.naming import nearest

__all__ = ["ExtractFiles", "LakeFolder", "damaged"]

Format = Literal["parquet", "csv", "delta"]

_SUFFIXES: dict[str, Format] = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".csv.gz": "csv"}
_WINDOWS_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_ANOTHER_LAYOUT = 2  # so many columns that are not there are named together, with those that are new
_CSV = pyarrow.csv.ParseOptions(newlines_in_values=True)
_DIRECTORY = pyarrow.fs.FileType.Directory


@dataclass(frozen=True)
class ExtractFiles:
    """The files of one extract, and the type of each declared column in them.

    Attributes
    ----------
    place : str
        The folder, for messages.
    format : {"parquet", "csv", "delta"}
        How the files are written.
    columns : mapping of str to pyarrow.DataType
        The columns that were asked for, as the files hold them. CSV columns and partitions are text.
    partitions : tuple of str
        Columns that stand in the folders' names (``year=2024``).
    paths : tuple of str
        The files, in order of name.
    types_vary : bool
        Whether files give one column different types, of which ``columns`` has the widest.
    """

    place: str
    format: Format
    columns: Mapping[str, pa.DataType]
    partitions: tuple[str, ...]
    paths: tuple[str, ...]
    types_vary: bool = False
    filesystem: Any = field(default=None, repr=False)
    delta: Any = field(default=None, repr=False)

    @property
    def as_text(self) -> frozenset[str]:
        """Name the columns that are text whatever they are declared to be: CSV's, and those in folders' names."""
        return frozenset(self.columns) if self.format == "csv" else frozenset(self.partitions)

    @property
    def local_parquet(self) -> tuple[str, ...]:
        """Give the paths when they are Parquet files on this machine, which an engine can read by itself."""
        local = isinstance(self.filesystem, pyarrow.fs.LocalFileSystem)
        return self.paths if local and self.format == "parquet" else ()

    def dataset(self) -> Any:
        """Open the files as an Arrow dataset of the columns asked for, and of no other."""
        schema = pa.schema(list(self.columns.items()))
        if self.delta is not None:
            return self.delta.replace_schema(schema)
        partitioning = None
        if self.partitions:
            texts = pa.schema([(name, pa.string()) for name in self.partitions])
            partitioning = pyarrow.dataset.partitioning(texts, flavor="hive")
        in_files = [name for name in self.columns if name not in self.partitions]
        return pyarrow.dataset.dataset(
            list(self.paths),
            schema=schema,
            filesystem=self.filesystem,
            format=_csv_format(in_files) if self.format == "csv" else "parquet",
            partitioning=partitioning,
        )

    def first_broken(self) -> str:
        """Name the first file that cannot be read to its end, or the folder when each can: for messages."""
        for fragment in self.dataset().get_fragments():
            try:
                for _ in fragment.to_batches(columns=list(self.columns)):
                    pass
            except (OSError, pa.ArrowException):
                return str(fragment.path)
        return f"in {self.place}"


class LakeFolder:
    """A lake's folder or URI, with one folder in it for each extract."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.shown = _shown(uri)
        self._filesystem, self._root = _located(uri)
        if self._kind(self._root) != _DIRECTORY:
            raise LakeError(
                f"there is no lake at {self.shown}",
                expected="a folder or URI that holds one folder for each extract",
                next_step="Correct lake.uri in mlflow.yaml, or make a demo lake with riskmodels lake demo.",
                who="whoever runs the data lake",
            )

    def has(self, folder: str) -> bool:
        """Say whether there is a folder for an extract."""
        return bool(self._kind(f"{self._root.rstrip('/')}/{folder}") == _DIRECTORY)

    def find(self, folder: str, wanted: Iterable[str]) -> ExtractFiles:
        """Find an extract's files and the type of each wanted column in them; no row is read.

        Raises
        ------
        ExtractMissing
            There is no such folder, or no data in it.
        ExtractUnreadable
            A file is damaged, or lacks a wanted column.
        """
        place, base = f"{self.shown}/{folder}", f"{self._root.rstrip('/')}/{folder}"
        names = tuple(wanted)
        if self._kind(base) != _DIRECTORY:
            raise _missing(f"the extract has no folder {place}")
        if self._kind(f"{base}/_delta_log") == _DIRECTORY:
            return self._delta(place, folder, names)
        return self._plain(place, base, names)

    def _kind(self, path: str) -> Any:
        return self._listed(path).type

    def _listed(self, what: Any) -> Any:
        try:
            return self._filesystem.get_file_info(what)
        except (OSError, pa.ArrowException) as error:
            fault = _out_of_reach(self.shown, error)
        raise fault

    def _plain(self, place: str, base: str, names: tuple[str, ...]) -> ExtractFiles:
        listed = self._listed(pyarrow.fs.FileSelector(base, recursive=True))
        inside = {entry.path: entry.path[len(base) :].lstrip("/") for entry in listed if entry.is_file}
        formats = {path: _format_of(rest) for path, rest in inside.items() if not _hidden(rest)}
        paths = sorted(path for path, found in formats.items() if found is not None)
        if not paths:
            raise _missing(f"the folder {place} holds no Parquet, CSV or Delta data")
        chosen = {formats[path] for path in paths}
        if len(chosen) > 1:
            raise _unreadable(
                f"the folder {place} holds both Parquet and CSV files",
                expected="one format in one extract",
                next_step="Move the files of one of the formats away.",
            )
        how: Format = "csv" if chosen == {"csv"} else "parquet"
        partitions = _partitions(place, [inside[path] for path in paths], names)
        read = _csv_header if how == "csv" else _parquet_schema
        named = [f"{place}/{inside[path]}" for path in paths]
        with ThreadPoolExecutor(max_workers=16) as readers:  # a store far away answers slowly, but many at once
            found = readers.map(lambda path, name: read(self._filesystem, path, name), paths, named)
            schemas = dict(zip(named, found, strict=True))
        columns, vary = _one_type_each(schemas, [name for name in names if name not in partitions])
        columns |= {name: pa.string() for name in partitions}
        return ExtractFiles(place, how, columns, partitions, tuple(paths), vary, self._filesystem)

    def _delta(self, place: str, folder: str, names: tuple[str, ...]) -> ExtractFiles:
        import deltalake

        table_uri, options = _delta_place(self.uri, self._root, folder)
        try:
            dataset = deltalake.DeltaTable(table_uri, storage_options=options).to_pyarrow_dataset()
        except Exception as error:  # noqa: BLE001 -- deltalake raises its own kinds, OSError and plain Exception
            fault = _unreadable(
                f"the Delta table {place} cannot be read ({type(error).__name__})",
                expected="a Delta table without deletion vectors or column mapping, whose log is whole",
                next_step="Write it again without those features, or restore its _delta_log.",
            )
        else:
            columns, _ = _one_type_each({place: dataset.schema}, names)
            return ExtractFiles(place, "delta", columns, (), (), delta=dataset)
        raise fault


def _located(uri: str) -> tuple[Any, str]:
    if "://" not in uri or _WINDOWS_DRIVE.match(uri):
        return pyarrow.fs.LocalFileSystem(), Path(uri).expanduser().absolute().as_posix()
    try:
        filesystem, root = pyarrow.fs.FileSystem.from_uri(uri)
    except (OSError, pa.ArrowException) as error:
        fault = _out_of_reach(_shown(uri), error)
    else:
        return filesystem, root
    raise fault


def _shown(uri: str) -> str:
    """Give the address as messages may show it: without options, and without a secret that it may hold."""
    return re.sub(r"//[^@]*:[^@]*@", "//", uri.split("?")[0]).rstrip("/")


def _delta_place(uri: str, root: str, folder: str) -> tuple[str, dict[str, str]]:
    parts = urllib.parse.urlsplit(uri)
    if parts.scheme not in ("s3", "abfs", "abfss"):
        return f"{root.rstrip('/')}/{folder}", {}
    asked = dict(urllib.parse.parse_qsl(parts.query))
    options: dict[str, str] = {}
    if parts.scheme == "s3":
        scheme = asked.get("scheme", "https")
        if "endpoint_override" in asked:
            endpoint = asked["endpoint_override"]
            options["AWS_ENDPOINT_URL"] = endpoint if "://" in endpoint else f"{scheme}://{endpoint}"
        if scheme == "http":
            options["AWS_ALLOW_HTTP"] = "true"
        if "region" in asked:
            options["AWS_REGION"] = asked["region"]
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/{folder}", options


def _hidden(path: str) -> bool:
    return any(part.startswith((".", "_")) for part in path.split("/"))


def _format_of(path: str) -> Format | None:
    lowered = path.lower()
    return next((found for suffix, found in _SUFFIXES.items() if lowered.endswith(suffix)), None)


def _partitions(place: str, paths: Sequence[str], names: tuple[str, ...]) -> tuple[str, ...]:
    """Name the wanted columns that stand in the folders' names; every file must stand below the same ones."""
    found = {tuple(part.split("=", 1)[0] for part in path.split("/")[:-1] if "=" in part) for path in paths}
    if len(found) > 1:
        raise _unreadable(
            f"the files below {place} are not partitioned alike",
            expected="the same folder levels, such as year=2024/month=01, above every file",
            next_step="Move the files that stand elsewhere below folders like the others'.",
        )
    return tuple(name for name in found.pop() if name in names)


def _parquet_schema(filesystem: Any, path: str, shown: str) -> pa.Schema:
    try:
        with filesystem.open_input_file(path) as file:
            return pyarrow.parquet.read_schema(file)
    except (OSError, pa.ArrowException) as error:
        fault = damaged(shown, error)
    raise fault


def _csv_header(filesystem: Any, path: str, shown: str) -> pa.Schema:
    try:
        compression = "gzip" if path.lower().endswith(".gz") else None
        with filesystem.open_input_stream(path, compression=compression) as stream:
            names = pyarrow.csv.open_csv(stream, parse_options=_CSV).schema.names
    except (OSError, pa.ArrowException) as error:
        fault = damaged(shown, error)
    else:
        return pa.schema([(name, pa.string()) for name in names])
    raise fault


def _csv_format(names: Sequence[str]) -> Any:
    texts = dict.fromkeys(names, pa.string())
    options = pyarrow.csv.ConvertOptions(column_types=texts, null_values=[""], strings_can_be_null=True)
    return pyarrow.dataset.CsvFileFormat(parse_options=_CSV, convert_options=options)


def _one_type_each(schemas: Mapping[str, pa.Schema], names: Iterable[str]) -> tuple[dict[str, pa.DataType], bool]:
    """Give each wanted column the widest of the types that the files give it."""
    columns: dict[str, pa.DataType] = {}
    vary, names = False, tuple(names)
    for file, schema in schemas.items():
        _refuse_another_layout(schema, names, file)
    for name in names:
        types = {}
        for file, schema in schemas.items():
            types[_field(schema, name, file).type] = file
        vary = vary or len(types) > 1
        columns[name] = _widest(name, types)
    return columns, vary


def _refuse_another_layout(schema: pa.Schema, names: tuple[str, ...], file: str) -> None:
    """Name everything at once where a file lacks several columns: its source has changed, or it is another file.

    What is new is named only where the first line is seen to be a heading: of a file without one it would be a row.
    """
    there = {found.lower() for found in schema.names}
    lacking = [name for name in names if name.lower() not in there]
    if len(lacking) < _ANOTHER_LAYOUT:
        return
    declared = {name.lower() for name in names}
    new = [found for found in schema.names if found.lower() not in declared]
    known = len(lacking) < len(names)
    raise _unreadable(
        f"the file {file} lacks {len(lacking)} of the {len(names)} declared columns: {', '.join(lacking)}. "
        + (f"It has {len(new)} that are not declared" if known else "It has none of them")
        + (f": {', '.join(new)}" if known and new else ""),
        expected="every declared column in every file; others may stand beside them and are not read",
        next_step="Find out whether the source has changed its scheme. If so, what kept its name may mean something "
        "else: declare the new scheme as an extract of its own. If not, correct the names.",
    )


def _field(schema: pa.Schema, name: str, file: str) -> Any:
    same = [found for found in schema.names if found.lower() == name.lower()]
    if same == [name]:
        return schema.field(name)
    if name not in same:
        raise _unreadable(
            f"the file {file} has no column {name!r}",
            expected=f"every declared column in every file{nearest(name, schema.names)}",
            next_step="Add the column to the extract, or correct its name in features/extracts.py.",
        )
    raise _unreadable(
        f"the file {file} has {len(same)} columns called {name!r}, when capitals are not told apart",
        expected="one column of that name",
        next_step="Rename or leave out the others in the extract.",
    )


def _widest(name: str, types: Mapping[pa.DataType, str]) -> pa.DataType:
    schemas = [pa.schema([(name, found)]) for found in types]
    try:
        return pa.unify_schemas(schemas, promote_options="permissive").field(name).type
    except pa.ArrowException:
        fault = _unreadable(
            f"files of one extract give the column {name!r} different types: "
            + ", ".join(f"{found} in {file}" for found, file in types.items()),
            expected="one type for one column",
            next_step="Write the files again with one type.",
        )
    raise fault


def damaged(file: str, error: Exception) -> ExtractUnreadable:
    """Word the error of a file that is cut short or damaged; the reader's own message may hold a value."""
    return _unreadable(
        f"the file {file} cannot be read to its end: it is damaged or cut short ({type(error).__name__})",
        expected="a whole file",
        next_step="Copy or write it again; a copy that was stopped half way is the usual cause.",
    )


def _missing(found: str) -> ExtractMissing:
    return ExtractMissing(
        found,
        expected="a folder for each extract, with Parquet, CSV or Delta data in it",
        next_step="Deliver the extract, or leave out what reads it.",
        who="the owner of the extract",
    )


def _unreadable(found: str, *, expected: str, next_step: str) -> ExtractUnreadable:
    return ExtractUnreadable(found, expected=expected, next_step=next_step, who="the owner of the extract")


def _out_of_reach(shown: str, error: Exception) -> LakeError:
    return LakeError(
        f"the lake at {shown} cannot be reached ({type(error).__name__})",
        expected="a folder, or a URI that starts with file://, s3:// or abfss://, and the right to read it",
        next_step="Check the address, the credentials in the environment and the network.",
        who="whoever runs the data lake",
    )
