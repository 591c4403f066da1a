"""What only the generator knows about homes, at the start of each month: for tests and figures, never for models."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from riskmodels.lake.demo.arrays import Floats, Ints
from riskmodels.lake.demo.faults import FaultLedger
from riskmodels.lake.demo.journal import Rows
from riskmodels.lake.demo.property.licensing import NONE, Licensing
from riskmodels.lake.demo.property.stock import Stock
from riskmodels.lake.demo.property.tenures import TENURES, Tenures
from riskmodels.lake.demo.save import save_table

__all__ = ["TRUTH_FILE", "Truth"]

TRUTH_FILE = "property_truth.parquet"


@dataclass(eq=False)
class Truth:
    """The pages noted so far: one for each month."""

    pages: list[Rows] = field(default_factory=list)
    chances: list[Floats] = field(default_factory=list)

    def note(self, homes: Stock, tenures: Tenures, licensing: Licensing, day: int) -> None:
        """Note the state at the start of a day, a month's first."""
        which = np.flatnonzero(homes.there(day))
        self.pages.append(
            {
                "home": which,
                "as_of": np.full(len(which), day, dtype=np.int64),
                "tenure": tenures.tenure[which],
                "is_let": tenures.is_let[which].astype(np.int64),
                "is_licensable": (licensing.needs != NONE)[which].astype(np.int64),
                "has_licence": licensing.licensed(day)[which].astype(np.int64),
                "unlicensed": licensing.unlicensed(day)[which].astype(np.int64),
            }
        )

    def add_chance(self, chance: Floats) -> None:
        """Add the chance of a visit in the month that the last page opens."""
        self.chances.append(chance[self.pages[-1]["home"]])

    def save(self, homes: Stock, ledger: FaultLedger, folder: Path) -> None:
        """Write the truth, and the faults that were planted."""
        pages: dict[str, Ints] = {name: np.concatenate([page[name] for page in self.pages]) for name in self.pages[0]}
        table = {
            "uprn": pa.array(homes.uprn[pages["home"]]).cast(pa.string()),
            "as_of": pa.array(pages["as_of"].astype(np.int32)).cast(pa.date32()),
            "tenure": pa.DictionaryArray.from_arrays(pa.array(pages["tenure"].astype(np.int32)), pa.array(TENURES)),
            **{
                name: pa.array(pages[name].astype(bool))
                for name in ("is_let", "is_licensable", "has_licence", "unlicensed")
            },
            "chance_of_visit": pa.array(np.round(np.concatenate(self.chances), 6)),
        }
        save_table(pa.table(table), folder / TRUTH_FILE)
        faults = sorted((*key, count) for key, count in ledger.counts.items())
        names = ("extract", "fault", "column", "rows")
        planted = {name: [fault[place] for fault in faults] for place, name in enumerate(names)}
        save_table(pa.table(planted), folder / "property_planted_faults.parquet")
