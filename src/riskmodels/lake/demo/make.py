"""Make a whole demo lake in a folder, or nothing."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskmodels.atomic import cannot_write, new_folder
from riskmodels.errors import OutputError, SettingsError
from riskmodels.lake.demo.accounts import empty_accounts
from riskmodels.lake.demo.calendar import day_of, rent_calendar
from riskmodels.lake.demo.homes import homes
from riskmodels.lake.demo.journal import Journal
from riskmodels.lake.demo.ledger import live
from riskmodels.lake.demo.places import places
from riskmodels.lake.demo.plants import PlantedBias, no_reclaims
from riskmodels.lake.demo.reclaims import save_plant
from riskmodels.lake.demo.risk import RiskModel
from riskmodels.lake.demo.scribe import Scribe
from riskmodels.lake.demo.streams import Streams
from riskmodels.lake.demo.tenancies import no_lettings
from riskmodels.lake.demo.tenants import tenants
from riskmodels.lake.demo.truth import TRUTH_FILE, open_truth
from riskmodels.lake.demo.world import World

__all__ = ["LAST_DAY", "DemoLake", "make_demo_lake"]

LAST_DAY = datetime.date(2026, 3, 31)
Progress = Callable[[str, float], None]
_EARLIEST_END, _LATEST_END = datetime.date(2020, 1, 1), datetime.date(2040, 12, 31)
# Empty homes for each one that is let, and the most new tenancies a home may need in a year.
_EMPTY_SHARE, _MOST_LETTINGS_A_YEAR = 0.011, 0.16


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
    plant_bias: bool = False,
    dwellings: int = 0,
    care_people: int = 0,
    progress: Progress | None = None,
) -> DemoLake:
    """Make a believable borough's lake, of which nothing but the map is real.

    The council's own tenancies are always in it; private homes and adult social care are where they are asked for. Each
    part is the same, byte for byte, whatever the others are.

    The truth that only the generator knows goes to a folder beside it, of the same name with ``.truth`` added. Both are
    made in drafts and renamed at the end, so that an interruption leaves nothing.

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
        Last day of the lake, from 2020 to 2040.
    plant_bias : bool
        Whether disabled tenants fall into arrears for a reason that no record foretells (``plants.py``), for an audit
        to find. Without it the files are the same, byte for byte, as if this could not be asked for.
    dwellings : int
        Homes of every tenure that the licensing team's records are about, from 500 to 500,000; 0 leaves them out.
    care_people : int
        People who draw on adult social care on an average day, from 200 to 100,000; 0 leaves them out.
    progress : callable, optional
        Told what is being done and the share of the work that is over, in [0, 1].

    Raises
    ------
    SettingsError
        When a number or the day is out of range.
    OutputError
        When the folder holds something already, or cannot be written.
    """
    _check_settings(households, years, seed, ends_on, dwellings, care_people)
    truth_folder = directory.with_name(f"{directory.name}.truth")
    for folder in (directory, truth_folder):
        _check_folder(folder)
    world = draw_world(households, years, seed, ends_on, plant=PlantedBias() if plant_bias else None)
    with new_folder(truth_folder) as truth_draft, new_folder(directory) as draft:
        tell = progress or _tell_nobody
        rows = _simulate(world, draft.path, truth_draft.path, tell)
        for more in _other_services(world, draft.path, truth_draft.path, dwellings, care_people, tell):
            rows |= {name: count + rows.get(name, 0) for name, count in more.items()}
        tell("Done", 1.0)
        rows = dict(sorted(rows.items()))
    return DemoLake(directory, truth_folder / TRUTH_FILE, rows, world.calendar.first_day, ends_on)


def _tell_nobody(_doing: str, _share: float) -> None:
    return None


def _check_settings(
    households: int, years: int, seed: int, ends_on: datetime.date, dwellings: int, care_people: int
) -> None:
    ranges = [("households", households, 20, 200_000), ("years", years, 1, 12), ("seed", seed, 0, 2**63 - 1)]
    ranges += [("dwellings", dwellings, 500, 500_000)] if dwellings else []
    ranges += [("care_people", care_people, 200, 100_000)] if care_people else []
    for name, value, least, greatest in ranges:
        if not least <= value <= greatest:
            raise _out_of_range(name, str(value), f"a whole number from {least:,} to {greatest:,}")
    if not _EARLIEST_END <= ends_on <= _LATEST_END:
        raise _out_of_range("ends_on", str(ends_on), f"a day from {_EARLIEST_END} to {_LATEST_END}")


def _out_of_range(name: str, value: str, expected: str) -> SettingsError:
    return SettingsError(
        f"{name} is {value}",
        expected=expected,
        next_step=f"Give another {name} to the demo lake.",
        who="whoever looks after the workspace",
    )


def _check_folder(folder: Path) -> None:
    try:
        in_the_way = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise cannot_write(folder, error) from None
    if in_the_way:
        raise OutputError(
            f"{folder} holds something already",
            expected="a folder that does not exist yet, or is empty",
            next_step="Name another folder for the demo lake, or remove this one first.",
            who="whoever put it there",
        )


def draw_world(
    households: int,
    years: int,
    seed: int,
    ends_on: datetime.date,
    risk: RiskModel | None = None,
    plant: PlantedBias | None = None,
) -> World:
    """Draw the homes and the people, before anything happens to them."""
    streams = Streams(seed)
    calendar = rent_calendar(years, ends_on)
    where = places(streams.named("places"))
    count = households + round(households * _EMPTY_SHARE)
    waiting = round(count * _MOST_LETTINGS_A_YEAR * calendar.weeks / 52) + 50
    return World(
        calendar=calendar,
        places=where,
        homes=homes(count, where, streams.named("homes")),
        tenants=tenants(count, waiting, streams.named("tenants")),
        lettings=no_lettings(count + waiting),
        accounts=empty_accounts(count),
        risk=_risk(risk or RiskModel(), plant),
        journal=Journal(),
        streams=streams,
        reclaims=None if plant is None else no_reclaims(count, count + waiting, plant, streams.named("planted bias")),
    )


def _risk(risk: RiskModel, plant: PlantedBias | None) -> RiskModel:
    return risk if plant is None else dataclasses.replace(risk, disabled=plant.disabled)


def _simulate(world: World, folder: Path, truth_folder: Path, tell: Progress) -> dict[str, int]:
    scribe, truth, calendar = Scribe(world, folder), open_truth(world), world.calendar
    year = calendar.first_day.year
    for week in live(world):
        truth.watch(world, week)
        if week.recorded and day_of(week.monday).year > year:
            year = day_of(week.monday).year
            tell(f"Writing {year - 1}", 0.95 * week.index / calendar.weeks)
            scribe.write_years_before(year)
        tell("Living through the weeks", 0.95 * week.index / calendar.weeks)
    tell("Writing the registers", 0.95)
    scribe.write_the_rest()
    truth.save(world, scribe.faults, scribe.back_dated, truth_folder)
    save_plant(world, truth_folder)
    return dict(sorted(scribe.counts.items()))


def _other_services(
    world: World, folder: Path, truth_folder: Path, dwellings: int, care_people: int, tell: Progress
) -> Iterator[dict[str, int]]:
    """Write the records of services other than the landlord, each from streams of its own."""
    shared: dict[str, Any] = {
        "first_day": world.calendar.first_day,
        "last_day": world.calendar.last_day,
        "where": world.places,
        "streams": world.streams,
        "tell": tell,
    }
    if dwellings:
        from riskmodels.lake.demo.property import write_property

        yield write_property(folder, truth_folder, dwellings=dwellings, **shared)
    if care_people:
        from riskmodels.lake.demo.care import write_care

        yield write_care(folder, truth_folder, people=care_people, **shared)
