"""How a rule is asked: a few rows drawn as tables, a feature or a use case, and the answers by name."""

from __future__ import annotations

import contextlib
import datetime
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodels.features import UseCase, count, days, ever, where
from riskmodels.features.build import build_features
from riskmodels.features.builders import Features
from riskmodels.lake import Lake
from riskmodels.records import PeriodCount, TrainingTable
from tests.borough import CONTRACTS, FOLDERS, Balances, Homes
from tests.lakes import lay, open_lake, pseudonym, spine, typed, written

NAMES = {pseudonym(name): name for name in ("t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9")}


def case_of(*features: Features, **changes: Any) -> UseCase:
    """Make a use case of features; all that a rule does not speak of is as plain as can be."""
    plain: dict[str, Any] = {
        "name": "early_help",
        "says": "Tenants who may need help",
        "purpose": "early_intervention",
        "entity": "tenancy_id",
        "population": where(Homes, "ended_on is null or ended_on >= as_of"),
        "outcome": ever(Balances, "balance_gbp >= 100", within=days(28), says="Owes 100 or more"),
        "features": [*features, count(Balances, name="weeks_seen", says="Weeks on record")],
        "audit_by": [],
        "baseline": "weeks_seen",
        "harms": ["missed_need"],
    }
    return UseCase(**{**plain, **changes})


class Rulebook:
    """Asks rules of small lakes laid below a folder.

    Tables are given by the extract's folder: ``payments="| tenancy_id | paid_at | ..."``. Extracts that are not given
    are empty; columns that a table does not mention are filled (known time: the event's own).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asked = 0

    @contextlib.contextmanager
    def lake(self, *, cut: str | None = None, threads: int = 1, **tables: str) -> Iterator[Lake]:
        """Open a lake of the tables given."""
        self._asked += 1
        place = self._folder / f"lake-{self._asked}"
        given = {FOLDERS[name]: written(text) for name, text in tables.items()}
        lay(place, {extract: typed(extract, given.get(extract, [])) for extract in FOLDERS.values()})
        declared = None if cut is None else datetime.date.fromisoformat(cut)
        with open_lake(place, CONTRACTS, cut=declared, threads=threads) as lake:
            yield lake

    def frame(self, *features: Features, as_of: str, about: Sequence[str] = ("t1",), **tables: str) -> pd.DataFrame:
        """Ask features about tenancies at a moment, and get them as they are before encoding, by tenancy."""
        with self.lake(**tables) as lake:
            built = build_features(case_of(*features), lake, spine((name, as_of) for name in about))
        return built.assign(entity=built["entity"].map(NAMES)).set_index("entity")

    def ask(self, feature: Features, *, as_of: str, about: Sequence[str] = ("t1",), **tables: str) -> Any:
        """Ask one feature: its value (None for null) for one tenancy, or a dict of them for several."""
        (one,) = feature
        frame = self.frame(feature, as_of=as_of, about=about, **tables)
        found = {name: plain(frame.loc[name, one.name]) for name in about}
        return found[about[0]] if len(about) == 1 else found

    def build(self, case: UseCase, *dates: str, cut: str | None = None, **tables: str) -> TrainingTable:
        """Build a training table at some dates."""
        with self.lake(cut=cut, **tables) as lake:
            return case.build(lake, [datetime.date.fromisoformat(date) for date in dates], time_travel_sample=0)


def plain(value: Any) -> Any:
    """Give a cell as plain Python, with None for null."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str) else float(value)


def outcomes(table: TrainingTable) -> dict[str, float]:
    """Give the outcome of each row, by tenancy (and date, when there are several)."""
    return _by_row(table, table.outcome)


def of_rows(table: TrainingTable, column: str) -> dict[str, Any]:
    """Give a column of the spine or of the audit for each row, by tenancy (and date, when there are several)."""
    frame = table.spine if column in table.spine else table.audit
    return _by_row(table, frame[column])


def _by_row(table: TrainingTable, values: pd.Series[Any]) -> dict[str, Any]:
    dates = table.spine["as_of"].dt.date
    several = len(set(dates)) > 1
    names = [
        f"{NAMES[entity]} {date}" if several else NAMES[entity]
        for entity, date in zip(table.spine["entity"], dates, strict=True)
    ]
    return dict(zip(names, values.tolist(), strict=True))


def period(table: TrainingTable) -> PeriodCount:
    """Give the counts of a build of one date."""
    (only,) = table.report.periods
    return only
