"""Where a lake's good rows come from: the extract's files, read and checked once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from riskmodels.lake.contracts import Extract
from riskmodels.lake.engine import Engine
from riskmodels.lake.places import names_a_place
from riskmodels.lake.pseudonyms import Pseudonyms
from riskmodels.lake.quality import counts_sql, quality_of
from riskmodels.lake.quarantine import bad_rows_sql, write_quarantine
from riskmodels.lake.revealing import reveal_sql
from riskmodels.lake.scan import Scan, scan_of
from riskmodels.lake.sources import ExtractFiles, LakeFolder
from riskmodels.lake.sql import quoted
from riskmodels.lake.versions import VersionCounts, make_relation
from riskmodels.records import ExtractQuality

__all__ = ["FromFiles"]

_STAGED = "staged"
_WORTH_A_JOIN = 8  # rows for each distinct key from which a join is cheaper than hashing each row


class FromFiles:
    """Reads an extract from its files: typed, pseudonymised, checked; bad rows are counted and listed."""

    def __init__(self, folder: LakeFolder, engine: Engine, pseudonyms: Pseudonyms, quarantine_dir: Path | None) -> None:
        self._folder = folder
        self._engine = engine
        self._pseudonyms = pseudonyms
        self._quarantine_dir = quarantine_dir
        engine.make_room(_STAGED)

    @property
    def place(self) -> str:
        """Give the lake's address as messages may show it."""
        return self._folder.shown

    def has(self, extract: type[Extract]) -> bool:
        """Say whether the lake has a folder for the extract."""
        return self._folder.has(extract.folder())

    def make(self, extract: type[Extract], room: str) -> ExtractQuality:
        """Make the extract's relation in a room, and say what was found on the way."""
        name, engine = extract.folder(), self._engine
        files = self._folder.find(name, extract.columns())
        recurring = self._recurring(extract, files)
        scan = scan_of(extract, files, self._pseudonyms, recurring=recurring)
        staged = f"{_STAGED}.{quoted(name)}"
        try:
            engine.create_from_files(_STAGED, name, files, scan.sql, self._pseudonyms.parameters(scan.kinds))
            groups = engine.query(counts_sql(extract, scan, staged)).to_pylist()
            self._quarantine(extract, scan, staged)
            found = quality_of(extract, scan, groups, VersionCounts(0, 0))
            counts = make_relation(engine, room, extract, staged, scan.good)
        finally:
            engine.discard(_STAGED, name)
        return dataclasses.replace(found, duplicates=counts.duplicates, corrected=counts.corrected)

    def reveal(self, extract: type[Extract], of: str, asked: Sequence[int]) -> dict[int, str]:
        """Give the references behind pseudonyms of a kind, as the extract's files have them."""
        spec, name = extract.columns()[extract.key_column(of) or ""], f"revealed_{extract.folder()}"
        files = self._folder.find(extract.folder(), {spec.name: spec})
        sql, parameters = reveal_sql(spec, files, self._pseudonyms, asked), self._pseudonyms.parameters(frozenset({of}))
        try:
            self._engine.create_from_files(_STAGED, name, files, sql, parameters)
            found = self._engine.query(f"SELECT * FROM {_STAGED}.{quoted(name)}").to_pylist()
        finally:
            self._engine.discard(_STAGED, name)
        return {row["pseudonym"]: row["reference"] for row in found}

    def _recurring(self, extract: type[Extract], files: ExtractFiles) -> frozenset[str]:
        """Name the keys with so few distinct values that each value's pseudonym is better computed once."""
        specs = [spec for spec in extract.columns().values() if spec.key_of and not names_a_place(spec.key_of)]
        keys = [spec.name for spec in specs if (spec.name,) != extract.row()]
        if not keys or not files.local_parquet:  # other files are dear to read twice
            return frozenset()
        distinct = ", ".join(f"approx_count_distinct({quoted(name)}) AS {quoted(name)}" for name in keys)
        counts = self._engine.query_files(files, f"SELECT {distinct}, count(*) AS _rows FROM extract_files")
        found = counts.to_pylist()[0]
        return frozenset(name for name in keys if found[name] * _WORTH_A_JOIN < found["_rows"])

    def _quarantine(self, extract: type[Extract], scan: Scan, staged: str) -> None:
        if self._quarantine_dir is None:
            return
        sql, kinds = bad_rows_sql(extract, scan, self._pseudonyms, staged)
        bad = self._engine.query(sql, self._pseudonyms.parameters(kinds))
        write_quarantine(self._quarantine_dir, extract, scan, bad)
