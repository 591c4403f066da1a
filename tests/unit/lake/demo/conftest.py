"""One small demo lake, made once, and the contracts of the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pandera.errors
import pyarrow.parquet as pq
import pytest

from riskmodels.definitions import load_definitions
from riskmodels.lake import Extract
from riskmodels.lake.demo import DemoLake, make_demo_lake
from riskmodels.lake.demo.forms import EXTRACTS

FEATURES = Path(__file__).parents[4] / "features"


@dataclass(frozen=True)
class ReadLake:
    """A demo lake with its extracts as frames of Arrow-backed columns."""

    made: DemoLake
    contracts: Mapping[str, type[Extract]]
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    _bad: dict[str, pd.Index[int]] = field(default_factory=dict, repr=False)

    def rows(self, folder: str) -> pd.DataFrame:
        """Read an extract whole, bad rows included."""
        if folder not in self._read:
            self._read[folder] = self._all_rows(folder)
        return self._read[folder].copy(deep=False)

    def _all_rows(self, folder: str) -> pd.DataFrame:
        tables = [
            pq.read_table(file, partitioning=None) for file in sorted((self.made.path / folder).rglob("*.parquet"))
        ]
        frames = [table.to_pandas(types_mapper=pd.ArrowDtype) for table in tables]
        return pd.concat(frames, ignore_index=True)

    def bad(self, contract: type[Extract]) -> pd.Index[int]:
        """Give the index of the rows that break the contract."""
        if contract.folder() not in self._bad:
            self._bad[contract.folder()] = self._all_bad(contract)
        return self._bad[contract.folder()]

    def _all_bad(self, contract: type[Extract]) -> pd.Index[int]:
        try:
            contract.schema().validate(self.rows(contract.folder()), lazy=True)
        except pandera.errors.SchemaErrors as error:
            return pd.Index(sorted(set(error.failure_cases["index"].dropna().astype(int))))
        return pd.Index([])

    def good(self, contract: type[Extract]) -> pd.DataFrame:
        """Read the rows that keep the contract, the newest version of each."""
        rows = self.rows(contract.folder()).drop(index=self.bad(contract))
        known = contract.history().known_time
        if known is None:
            return rows
        return rows.sort_values(known, kind="stable").drop_duplicates(list(contract.row()), keep="last")

    def truth(self, name: str = "tenancy_truth") -> pd.DataFrame:
        """Read what only the generator knows."""
        return pd.read_parquet(self.made.truth_path.with_name(f"{name}.parquet"))


@pytest.fixture(scope="session")
def contracts() -> Mapping[str, type[Extract]]:
    """Give the contracts of the landlord's world, which a lake without private homes and care holds."""
    declared = load_definitions(FEATURES).contracts
    return {name: contract for name, contract in declared.items() if contract.folder() in EXTRACTS}


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory, contracts: Mapping[str, type[Extract]]) -> ReadLake:
    made = make_demo_lake(tmp_path_factory.mktemp("demo") / "lake", households=1200, years=2, seed=11)
    return ReadLake(made, contracts)
