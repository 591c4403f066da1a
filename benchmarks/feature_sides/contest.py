"""The contest: the same features from the same rows, checked to agree, then timed in turns."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from measuring.results import Result
from measuring.timing import in_turns

from feature_sides.agreement import differences
from feature_sides.definition import EXACT
from feature_sides.failures import reason
from feature_sides.made_lake import Payments, Size, Tenancies, make_lake
from feature_sides.with_pandas import date_by_date, merge_and_group_by, rows_for_pandas
from feature_sides.with_riskmodels import open_lake, pseudonym, spine_of, with_riskmodels
from feature_sides.written_sql import ROWS_FROM_FILES, ROWS_FROM_LAKE, WrittenSql
from riskmodels.lake import Lake

__all__ = ["Contest", "Settings"]

_PREPARED = "features from prepared rows"
_FROM_FILES = "features from files"
_SQL, _MERGE, _DATES = "hand-written SQL", "pandas, merge and group by", "pandas, date by date"
_GOALS = {_SQL: 1 / 1.1, _MERGE: 5.0, "Featuretools": 50.0}


@dataclass(frozen=True)
class Settings:
    """What to measure, and with what."""

    size: Size
    repeats: int
    threads: int | None
    memory_gb: float
    pandas_share: float
    featuretools: str | None
    featuretools_share: float


class Contest:
    """Makes the lake, hands every contestant its rows, and times them."""

    def __init__(self, settings: Settings, folder: Path, say: Callable[[str], None]) -> None:
        self._settings, self._folder, self._say = settings, folder, say
        say("making the lake")
        make_lake(folder / "lake", settings.size)
        say("preparing the rows")
        self._lake = self._open()
        self._entities = self._lake.query("SELECT tenancy_id FROM tenancies ORDER BY tenancy_id")[0]
        self._spine = spine_of(self._entities, settings.size.dates)
        self._sql = self._database()
        payments = self._lake.query("FROM payments")
        self._sql.take_rows(ROWS_FROM_LAKE, payments)
        self._part = self._entities[: max(1, round(settings.pandas_share * len(self._entities)))]
        self._rows = rows_for_pandas(payments)
        self._part_rows = self._rows[self._rows["entity"].isin(self._part.to_pandas())].reset_index(drop=True)
        self._part_spine = spine_of(self._part, settings.size.dates).to_pandas()

    def _open(self) -> Lake:
        settings = self._settings
        lake = open_lake(
            self._folder / "lake", threads=settings.threads, memory_gb=settings.memory_gb, spill=self._folder / "spill"
        )
        lake.prepare(Tenancies)
        lake.prepare(Payments)
        return lake

    def _database(self) -> WrittenSql:
        spill = str(self._folder / "spill-sql")
        return WrittenSql(threads=self._settings.threads, memory_gb=self._settings.memory_gb, spill=spill)

    def close(self) -> None:
        """Close the engines."""
        self._lake.close()
        self._sql.close()

    def disagreements(self) -> list[str]:
        """Compare every contestant's results with ours, and say what differs."""
        self._say("comparing the results")
        ours = with_riskmodels(self._lake, self._spine)
        part = ours[ours["entity"].isin(self._part.to_pandas())]
        from_files = self._sql_from_files()
        from_files["entity"] = from_files["entity"].map({key: pseudonym(key) for key in from_files["entity"].unique()})
        compared = {
            _SQL: (ours, self._sql.features(self._spine)),
            "hand-written SQL from files": (ours, from_files),
            _MERGE: (part, merge_and_group_by(self._part_rows, self._part_spine)),
            _DATES: (ours, date_by_date(self._rows, self._spine.to_pandas())),
        }
        return [
            f"{name}: {difference}"
            for name, (mine, theirs) in compared.items()
            for difference in differences(mine, theirs, exact=EXACT)
        ]

    def results(self) -> Iterator[Result]:
        """Measure everything, and give each result as soon as its turns are done."""
        yield from self.from_prepared_rows()
        yield from self.from_files()
        yield self.against_featuretools()

    def from_prepared_rows(self) -> list[Result]:
        """Time what follows once the rows have been read, checked and their versions worked out."""
        seconds = in_turns(
            {
                "riskmodels": lambda: with_riskmodels(self._lake, self._spine),
                _SQL: lambda: self._sql.features(self._spine),
                _MERGE: lambda: merge_and_group_by(self._part_rows, self._part_spine),
                _DATES: lambda: date_by_date(self._rows, self._spine.to_pandas()),
            },
            repeats=self._settings.repeats,
            say=self._say,
        )
        self._ours = seconds["riskmodels"]
        scale = len(self._entities) / len(self._part)
        note = "" if scale == 1 else f"measured on {len(self._part_spine):,} spine rows and scaled by {scale:.3g}"
        no_goal = "for information: it fits in memory as a whole, and takes more thought to write"
        return [
            self._result(_PREPARED, _SQL, seconds[_SQL]),
            self._result(_PREPARED, _MERGE, seconds[_MERGE] * scale, note),
            self._result(_PREPARED, _DATES, seconds[_DATES], no_goal),
        ]

    def _result(self, work: str, against: str, theirs: float | None, note: str = "") -> Result:
        return Result(work, against, self._ours, theirs, _GOALS.get(against), note)

    def from_files(self) -> list[Result]:
        """Time the whole way from files to features."""

        def ours() -> pd.DataFrame:
            with self._open() as lake:
                return with_riskmodels(lake, self._spine)

        seconds = in_turns(
            {"riskmodels from files": ours, "hand-written SQL from files": self._sql_from_files},
            repeats=self._settings.repeats,
            say=self._say,
        )
        note = "for information: only ours checks every row against its contract and makes keyed pseudonyms"
        mine, theirs = seconds.values()
        return [Result(_FROM_FILES, "hand-written SQL from files", mine, theirs, None, note)]

    def _sql_from_files(self) -> pd.DataFrame:
        sql = self._database()
        names = pq.read_table(self._folder / "lake" / "tenancies", columns=["tenancy_id"])["tenancy_id"]
        sql.take_rows(ROWS_FROM_FILES.format(folder=self._folder / "lake" / "payments"))
        made = sql.features(spine_of(names, self._settings.size.dates))
        sql.close()
        return made

    def against_featuretools(self) -> Result:
        """Time Featuretools on two small parts, and follow the line through them to the whole."""
        interpreter, whole = self._settings.featuretools, len(self._entities)
        if interpreter is None:
            return self._result(_PREPARED, "Featuretools", None, "not measured: say --featuretools PYTHON")
        large = max(2, round(self._settings.featuretools_share * whole))
        small = max(1, large // 4)
        taken, failure = self._featuretools_seconds(interpreter, [small, large])
        if failure is not None:
            return self._result(_PREPARED, "Featuretools", None, f"not measured: {failure}")
        slope = (taken[large] - taken[small]) / (large - small)
        note = (
            f"measured on {small} and {large} tenancies ({taken[small]:.1f} s, {taken[large]:.1f} s), the line through "
            f"both followed to {whole}; it has one clock and no row versions, so it does less"
        )
        return self._result(_PREPARED, "Featuretools", taken[large] + slope * (whole - large), note)

    def _featuretools_seconds(self, interpreter: str, sizes: list[int]) -> tuple[dict[int, float], str | None]:
        """Give the seconds by number of tenancies, or none and why there are none."""
        rows, spine = self._folder / "rows.parquet", self._folder / "spine.parquet"
        part = ", ".join(str(key) for key in self._entities[: max(sizes)].to_pylist())
        found = self._lake.query(
            "SELECT tenancy_id AS entity, _visible_from AS visible_from, _order AS place, kind, "
            "CAST(amount_gbp AS DOUBLE) AS amount_gbp FROM payments "
            f"WHERE _superseded_from IS NULL AND tenancy_id IN ({part}) ORDER BY place"
        )
        pq.write_table(found, rows)
        pq.write_table(spine_of(self._entities[: max(sizes)], self._settings.size.dates), spine)
        script = Path(__file__).with_name("with_featuretools.py")
        self._say(f"Featuretools on {sizes} tenancies")
        command = [interpreter, "-W", "ignore", str(script), str(rows), str(spine), *map(str, sizes)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            return {}, f"the interpreter could not be started ({type(error).__name__})"
        if done.returncode:
            return {}, f"it stopped with: {reason(done.stderr)}"
        return {int(size): seconds for size, seconds in json.loads(done.stdout)["seconds"].items()}, None
