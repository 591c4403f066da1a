"""The lake, as every later stage sees it: extracts prepared as relations, and SQL over them."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from riskmodels.errors import DefinitionError, ExtractMissing, LakeError
from riskmodels.lake.contracts import Extract
from riskmodels.lake.futures import Changed, FromAnotherLake, known_before, scrambled_from
from riskmodels.lake.pseudonyms import Pseudonyms
from riskmodels.lake.quality import count_orphans, owners, refuse_too_many_bad
from riskmodels.lake.sources import LakeFolder
from riskmodels.lake.staging import FromFiles
from riskmodels.lake.versions import good_rows_again
from riskmodels.records import ExtractQuality, QualityReport

if TYPE_CHECKING:
    import pyarrow as pa

    from riskmodels.lake.engine import Engine

__all__ = ["Lake", "Progress"]

Progress = Callable[[str, int, int], None]  # extract's name, how many are done, of how many


class _Makes(Protocol):
    def make(self, extract: type[Extract], room: str) -> ExtractQuality: ...


@dataclasses.dataclass(frozen=True)
class _House:
    """What a lake and those derived from it share."""

    uri: str
    contracts: Mapping[str, type[Extract]]
    engine: Engine
    files: FromFiles
    numbers: Iterator[int]


class Lake:
    """A lake opened for reading: use it in a ``with`` statement, or close it.

    Attributes
    ----------
    uri : str
        Folder or URI.
    contracts : mapping of str to type of Extract
        The contracts of the extracts that may be read, by class name.
    """

    def __init__(
        self,
        house: _House,
        *,
        declared_cut: datetime.datetime | None,
        parent: Lake | None = None,
        changed: Changed | None = None,
    ) -> None:
        """Use ``Lake.open``."""
        self.uri = house.uri
        self.contracts = house.contracts
        self._house = house
        self._declared_cut = declared_cut
        self._room = f"lake_{next(house.numbers)}"
        self._engine = house.engine.beside(self._room)
        self._parent = parent
        self._derived: list[Lake] = []
        self._same_cut_as: Lake | None = None
        self._quality: dict[str, ExtractQuality] = {}
        self._makes: _Makes = house.files
        if parent is not None and changed is not None:
            self._makes = FromAnotherLake(house.engine, parent._usable, parent._room, changed)

    @classmethod
    def open(
        cls,
        uri: str | Path,
        contracts: Iterable[type[Extract]] | Mapping[str, type[Extract]],
        *,
        pseudonym_key: bytes,
        quarantine_dir: Path | None = None,
        cut: datetime.date | None = None,
        threads: int | None = None,
        memory_gb: float = 4.0,
        temp_dir: Path | None = None,
    ) -> Lake:
        """Open a lake for reading; nothing is read before an extract is prepared.

        Parameters
        ----------
        uri : str or Path
            Folder, or URI (``file://``, ``s3://``, ``abfss://``), that holds one folder for each extract.
        contracts : types of Extract
            The contracts of the extracts that may be read.
        pseudonym_key : bytes
            Secret that keys become pseudonyms with; at least 32 bytes. See ``pseudonym_key``.
        quarantine_dir : Path, optional
            Private folder for the lists of bad rows; without it, they are counted and not listed.
        cut : date, optional
            Day up to which the lake is complete.
        threads : int, optional
            Threads to use; all processors when not given. It changes no result.
        memory_gb : float
            Memory that the engine may use, in GB; what does not fit is spilled to ``temp_dir``.
        temp_dir : Path, optional
            Folder for what is spilled; the system's when not given.

        Raises
        ------
        LakeError
            There is no lake at ``uri``, or it cannot be reached.
        """
        from riskmodels.lake.duckdb_engine import DuckDBEngine

        listed = list(contracts.values() if isinstance(contracts, Mapping) else contracts)
        pseudonyms = Pseudonyms(pseudonym_key)
        folder = LakeFolder(str(uri))
        engine = DuckDBEngine.open(threads=threads, memory_gb=memory_gb, temp_dir=temp_dir)
        files = FromFiles(folder, engine, pseudonyms, quarantine_dir)
        house = _House(str(uri), {extract.__name__: extract for extract in listed}, engine, files, itertools.count())
        return cls(house, declared_cut=None if cut is None else datetime.datetime.combine(cut, datetime.time()))

    def prepare(self, extract: type[Extract]) -> str:
        """Make an extract's relation: read, checked, pseudonymised, its versions worked out. Once is enough.

        Returns
        -------
        str
            The relation's name for SQL, which is the extract's folder.

        Raises
        ------
        ExtractMissing, ExtractUnreadable, TooManyBadRows
            The extract is not there, cannot be read, or breaks its contract too often.
        """
        self._usable(extract)
        return extract.folder()

    def _usable(self, extract: type[Extract]) -> ExtractQuality:
        quality = self._prepared(extract)
        refuse_too_many_bad(quality)
        return quality

    def _prepared(self, extract: type[Extract]) -> ExtractQuality:
        if self.contracts.get(extract.__name__) is not extract:
            raise DefinitionError(
                f"{extract.__name__} is not among the contracts that the lake was opened with",
                expected=f"one of {', '.join(self.contracts)}",
                next_step="Open the lake with this contract too.",
                who="the data scientist who wrote the definition",
            )
        name = extract.__name__
        if name not in self._quality:
            self._quality[name] = self._makes.make(extract, self._room)
            if self._quality[name].over_tolerance:
                self._house.engine.discard(self._room, extract.folder())
        return self._quality[name]

    def query(self, sql: str) -> pa.Table:
        """Run a query over prepared extracts and tables handed over; rows come in no order but the query's."""
        return self._engine.query(sql)

    def execute(self, sql: str) -> None:
        """Run a statement, such as ``create temp table ... as ...``."""
        self._engine.execute(sql)

    def put(self, name: str, table: pa.Table) -> None:
        """Hand a table over; it is copied in, and replaces one of the same name."""
        self._engine.put(name, table)

    def drop(self, *names: str) -> None:
        """Drop tables that were made here or handed over."""
        self._engine.drop(*names)

    def absent(self) -> tuple[str, ...]:
        """Name the extracts that have a contract and no folder."""
        return tuple(name for name, extract in self.contracts.items() if not self._house.files.has(extract))

    def check(self, progress: Progress | None = None) -> QualityReport:
        """Read every extract that the lake has and report its state; too many bad rows are reported, not raised.

        Raises
        ------
        ExtractMissing
            No contract has a folder in the lake.
        ExtractUnreadable
            A file is damaged, or a column is absent or of another type.
        """
        absent = self.absent()
        there = [extract for name, extract in self.contracts.items() if name not in absent]
        if not there:
            raise ExtractMissing(
                f"the lake at {self._house.files.place} has none of the extracts {', '.join(self.contracts)}",
                expected="one folder for each extract, named as its contract says",
                next_step="Correct lake.uri in mlflow.yaml, or deliver the extracts.",
                who="whoever runs the data lake",
            )
        for done, extract in enumerate(there):
            if progress is not None:
                progress(extract.__name__, done, len(there))
            self._prepared(extract)
        if progress is not None:
            progress("", len(there), len(there))
        return self.quality(there)

    def quality(self, extracts: Iterable[type[Extract]]) -> QualityReport:
        """Report the state of extracts; orphans are counted against those owners that have been prepared."""
        wanted = list(extracts)
        for extract in wanted:
            self._prepared(extract)
        usable = {name: self.contracts[name] for name, found in self._quality.items() if not found.over_tolerance}
        owned = owners(usable)
        reports = []
        for extract in wanted:
            orphans = count_orphans(self._engine, extract, owned) if extract.__name__ in usable else {}
            reports.append(dataclasses.replace(self._quality[extract.__name__], orphans=orphans))
        return QualityReport(tuple(reports))

    def cut(self, extract: type[Extract]) -> datetime.datetime:
        """Give the moment up to which the lake is complete: as declared, else the newest known time in the extract."""
        if self._declared_cut is not None:
            return self._declared_cut
        if self._same_cut_as is not None:
            return self._same_cut_as.cut(extract)
        self.prepare(extract)
        rows = good_rows_again(self._room, extract)
        newest: datetime.datetime | None = self.query(f"SELECT max(_known) FROM ({rows})")[0][0].as_py()
        if newest is None:
            raise LakeError(
                f"the extract {extract.__name__} has no rows, so the lake's cut is not known",
                expected="rows in the extract, or lake.cut in mlflow.yaml",
                next_step="Deliver the extract, or declare the day up to which the lake is complete.",
                who=extract.source().owner,
            )
        return newest

    def references(self, extract: type[Extract], of: str, pseudonyms: Sequence[int]) -> dict[int, str]:
        """Turn pseudonyms back into the references that the source uses, for a worklist and for nothing else.

        Parameters
        ----------
        extract : type of Extract
            Whose files hold the keys.
        of : str
            Kind of key, such as ``"uprn"``.
        pseudonyms : sequence of int
            Those to turn back.

        Returns
        -------
        dict of int to str
            What was found; a pseudonym that this lake's secret did not make is not in it.
        """
        self._usable(extract)
        return self._house.files.reveal(extract, of, pseudonyms)

    def as_known_at(self, moment: datetime.datetime) -> Lake:
        """Give the same lake without any row that happened, or was known, at the moment or after."""
        cut = None if self._declared_cut is None else min(self._declared_cut, moment)
        return self._derive(known_before(moment), cut)

    def with_future_perturbed(self, moment: datetime.datetime, *, seed: int) -> Lake:
        """Give the same lake with every row that happened, or was known, at the moment or after scrambled.

        Values and keys change, clocks move later, some rows come twice. Earlier rows are as they were.
        """
        derived = self._derive(scrambled_from(moment, seed), self._declared_cut)
        derived._same_cut_as = self
        return derived

    def _derive(self, changed: Changed, cut: datetime.datetime | None) -> Lake:
        derived = Lake(self._house, declared_cut=cut, parent=self, changed=changed)
        self._derived.append(derived)
        return derived

    def close(self) -> None:
        """Drop everything that was made, here and in lakes derived from this one."""
        for derived in self._derived:
            derived.close()
        self._derived.clear()
        self._engine.close_door()
        if self._parent is None:
            self._house.engine.close()
        else:
            self._house.engine.discard_room(self._room)

    def __enter__(self) -> Lake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
