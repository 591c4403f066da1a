"""Make a whole demo lake in a folder, or nothing."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from riskmodels.errors import OutputError, SettingsError
from riskmodels.lake.demo.accounts import empty_accounts
from riskmodels.lake.demo.arrays import Ints
from riskmodels.lake.demo.calendar import day_number, rent_calendar
from riskmodels.lake.demo.clocks import DAY, known_next_night, late_days
from riskmodels.lake.demo.forms import EXTRACTS, Codes, Form
from riskmodels.lake.demo.homes import homes
from riskmodels.lake.demo.journal import Journal, Rows
from riskmodels.lake.demo.ledger import live
from riskmodels.lake.demo.places import Places, places
from riskmodels.lake.demo.registers import area_rows, exclusion_rows, person_and_link_rows, tenancy_rows
from riskmodels.lake.demo.risk import RiskModel
from riskmodels.lake.demo.save import arrow_table, save_table
from riskmodels.lake.demo.streams import Streams
from riskmodels.lake.demo.tenancies import no_lettings
from riskmodels.lake.demo.tenants import tenants
from riskmodels.lake.demo.world import World

__all__ = ["LAST_DAY", "DemoLake", "make_demo_lake"]

LAST_DAY = datetime.date(2026, 3, 31)
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class DemoLake:
    """A demo lake that was made.

    Attributes
    ----------
    path : Path
        The lake: one folder for each extract.
    truth_path : Path
        What only the generator knows, beside the lake: for tests, never for models.
    rows : mapping of str to int
        Rows by extract's folder.
    first_day, last_day : date
        The span of the ledgers.
    """

    path: Path
    truth_path: Path
    rows: Mapping[str, int]
    first_day: datetime.date
    last_day: datetime.date


def make_demo_lake(
    directory: Path,
    *,
    households: int,
    years: int,
    seed: int,
    ends_on: datetime.date = LAST_DAY,
    progress: Progress | None = None,
) -> DemoLake:
    """Make a believable landlord's lake, of which nothing but the map is real.

    Parameters
    ----------
    directory : Path
        Folder to make; it must not exist, or be empty.
    households : int
        Tenancies that run on the first day, from 20 to 200,000.
    years : int
        Years that the ledgers span, from 1 to 12.
    seed : int
        Not below zero. The same seed makes the same files, byte for byte.
    ends_on : date
        Last day of the lake.
    progress : callable, optional
        Told what is being done and the share of the work that is over, in [0, 1].

    Raises
    ------
    SettingsError
        When a number is out of range.
    OutputError
        When the folder holds something already, or cannot be written.
    """
    tell = progress or (lambda _doing, _share: None)
    _check_settings(households, years, seed)
    world = make_world(households, years, seed, ends_on)
    directory.mkdir(parents=True, exist_ok=True)
    rows = _simulate_and_save(world, directory, tell)
    truth = directory.with_name(directory.name + ".truth")
    return DemoLake(directory, truth / "tenancy_truth.parquet", rows, world.calendar.first_day, ends_on)


def _check_settings(households: int, years: int, seed: int) -> None:
    ranges = {"households": (households, 20, 200_000), "years": (years, 1, 12), "seed": (seed, 0, 2**63 - 1)}
    for name, (value, least, most) in ranges.items():
        if not least <= value <= most:
            raise SettingsError(
                f"--{name} is {value}",
                expected=f"a whole number from {least:,} to {most:,}",
                next_step=f"Give another --{name} to riskmodels lake demo.",
                who="the documentation of the demo lake",
            )


def make_world(households: int, years: int, seed: int, ends_on: datetime.date, risk: RiskModel | None = None) -> World:
    """Draw the homes and the people, before anything happens to them."""
    streams = Streams(seed)
    calendar = rent_calendar(years, ends_on)
    waiting = round(households * 0.012 * calendar.weeks / 4) + 50
    where = places(streams.named("places"))
    count = households + round(households * 0.011)
    return World(
        calendar=calendar,
        places=where,
        homes=homes(count, where, streams.named("homes")),
        tenants=tenants(count, waiting, streams.named("tenants")),
        lettings=no_lettings(count + waiting),
        accounts=empty_accounts(count),
        risk=risk or RiskModel(),
        journal=Journal(),
        streams=streams,
    )


def _simulate_and_save(world: World, directory: Path, tell: Progress) -> dict[str, int]:
    for week in live(world):
        tell("Living through the weeks", 0.7 * week.index / world.calendar.weeks)
    lettings = world.lettings
    chosen = np.flatnonzero(lettings.in_lake(int(world.calendar.mondays[world.calendar.first_recorded])))
    rows: dict[str, Rows] = {name: world.journal.take(name) for name in EXTRACTS}
    rows["tenancies"] = tenancy_rows(world, chosen)
    rows["persons"], rows["links"] = person_and_link_rows(world, chosen)
    rows["exclusions"] = exclusion_rows(world, chosen)
    rows["areas"] = area_rows(world)
    counts = {}
    for name, noted in rows.items():
        tell(f"Writing {name}", 0.8)
        if "tenancy_id" in noted and name != "exclusions":
            noted = _pick(noted, np.isin(noted["tenancy_id"], chosen + 1))
        counts[name] = _save(world, directory, name, _with_clock(world, name, noted))
    return counts


_EVENT = {
    "rent_balances": "week_ending",
    "rent_transactions": "posted_on",
    "contacts": "contacted_on",
}


def _with_clock(world: World, name: str, rows: Rows) -> Rows:
    if name == "areas":
        return rows
    random = world.streams.named(f"clock {name}")
    noted = rows.pop("noted_on", None)
    noted = rows[_EVENT[name]] if noted is None else noted
    known = "loaded_at" if name in ("rent_balances", "rent_transactions") else "recorded_at"
    late = late_days(len(noted), 0.02, 0.008, random)
    rows[known] = known_next_night(noted + late)
    rows.setdefault("is_deleted", np.zeros(len(noted), dtype=np.int64))
    last = (day_number(world.calendar.last_day) + 1) * DAY
    return _pick(rows, rows[known] < last)


def _save(world: World, directory: Path, name: str, rows: Rows) -> int:
    forms = forms_of(name, world.places)
    event = _EVENT.get(name)
    if name not in ("rent_balances", "rent_transactions") or event is None:
        save_table(arrow_table(rows, forms), directory / name / "part-0.parquet")
        return len(next(iter(rows.values())))
    year = rows[event].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    for one in np.unique(year):
        save_table(arrow_table(_pick(rows, year == one), forms), directory / name / f"year={one}" / "part-0.parquet")
    return len(year)


def _pick(rows: Rows, mask: np.ndarray | Ints) -> Rows:
    return {name: values[mask] for name, values in rows.items()}


def forms_of(name: str, where: Places) -> dict[str, Form]:
    """Give the forms of an extract's columns, with the borough's own code lists filled in."""
    wards = sorted(set(zip(where.ward_code, where.ward_name, strict=True)))
    lists = {
        "lsoa21": where.lsoa21,
        "ward_code": tuple(code for code, _ in wards),
        "ward_name": tuple(ward for _, ward in wards),
    }
    return {column: Codes(lists[column]) if column in lists else form for column, form in EXTRACTS[name].items()}


_ = (OutputError, shutil)
