"""Writes the extracts out as the simulation goes, a year of the big ones at a time, so that memory stays bounded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from riskmodels.lake.demo.calendar import day_number
from riskmodels.lake.demo.clocks import DAY
from riskmodels.lake.demo.faults import FaultLedger, picked, plant_faults
from riskmodels.lake.demo.forms import EXTRACTS, Codes, Form
from riskmodels.lake.demo.journal import Rows
from riskmodels.lake.demo.registers import area_rows, exclusion_rows, person_and_link_rows, tenancy_rows
from riskmodels.lake.demo.save import arrow_table, save_table
from riskmodels.lake.demo.world import World

__all__ = ["Scribe"]

_EVENT = {"rent_balances": "week_ending", "rent_transactions": "posted_on"}
_SLOW = ("rent_accounts", "benefit_awards", "arrangements", "rent_actions", "contacts")


@dataclass
class Scribe:
    """Turns the journal into files of the lake.

    Attributes
    ----------
    world : World
        The simulation that is being written down.
    folder : Path
        The lake.
    faults : FaultLedger
        Faults planted so far.
    counts : Counter
        Rows written, by extract.
    back_dated : mapping of str to int array
        The actions that were dated back.
    """

    world: World
    folder: Path
    faults: FaultLedger = field(default_factory=FaultLedger)
    counts: Counter[str] = field(default_factory=Counter)
    back_dated: Rows = field(default_factory=dict)

    def write_years_before(self, year: int) -> None:
        """Write the big extracts' rows of the years before one, and keep the rest for later."""
        for extract, event in _EVENT.items():
            rows = self.world.journal.take(extract)
            if not rows:
                continue
            years = rows[event].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
            for one in np.unique(years[years < year]):
                self._write(extract, picked(rows, years == one), f"year={one}/part-0.parquet")
            self.world.journal.put_back(extract, picked(rows, years >= year) if (years >= year).any() else {})

    def write_the_rest(self) -> None:
        """Write what is left once the last week is over."""
        world = self.world
        self.write_years_before(world.calendar.last_day.year + 1)
        chosen = np.flatnonzero(world.lettings.in_lake(int(world.calendar.mondays[world.calendar.first_recorded])))
        for extract in _SLOW:
            rows = world.journal.take(extract)
            rows = picked(rows, np.isin(rows["tenancy_id"], chosen + 1))
            if extract == "rent_actions":
                self.back_dated = picked(rows, rows["back_dated"] == 1)
                self.faults.add(extract, "dated back", "taken_on", len(self.back_dated["action_id"]))
            self._write(extract, rows)
        persons, links = person_and_link_rows(world, chosen)
        self._write("tenancies", tenancy_rows(world, chosen))
        self.faults.add("tenancies", "trap: overwritten in place", "furthest_action_ever", self.counts["tenancies"])
        self._write("persons", persons)
        self._write("links", links)
        self._write("exclusions", exclusion_rows(world, chosen))
        self._save("areas", area_rows(world), "part-0.parquet")

    def _write(self, extract: str, rows: Rows, file: str = "part-0.parquet") -> None:
        random = self.world.streams.named(f"faults of {extract}")
        last_moment = (day_number(self.world.calendar.last_day) + 1) * DAY
        self._save(extract, plant_faults(extract, rows, last_moment, random, self.faults), file)

    def _save(self, extract: str, rows: Rows, file: str) -> None:
        save_table(arrow_table(rows, _forms(self.world, extract)), self.folder / extract / file)
        self.counts[extract] += len(next(iter(rows.values())))


def _forms(world: World, extract: str) -> dict[str, Form]:
    """Give the forms of an extract's columns, with the borough's own code lists filled in."""
    where = world.places
    wards = sorted(set(zip(where.ward_code, where.ward_name, strict=True)))
    lists = {
        "lsoa21": where.lsoa21,
        "ward_code": tuple(code for code, _ in wards),
        "ward_name": tuple(ward for _, ward in wards),
    }
    return {column: Codes(lists[column]) if column in lists else form for column, form in EXTRACTS[extract].items()}
