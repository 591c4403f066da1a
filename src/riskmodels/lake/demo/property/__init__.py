"""Private housing in the demo lake: homes of every tenure, licences, complaints and inspections, and the truth."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from riskmodels.lake.demo.calendar import day_number
from riskmodels.lake.demo.clocks import DAY
from riskmodels.lake.demo.faults import FaultLedger, picked
from riskmodels.lake.demo.forms import Codes, Constant, Form
from riskmodels.lake.demo.journal import NULL, Rows
from riskmodels.lake.demo.places import Places
from riskmodels.lake.demo.property.flaws import flawed
from riskmodels.lake.demo.property.forms import EXTRACTS, REFERENCES
from riskmodels.lake.demo.property.lives import Lives
from riskmodels.lake.demo.property.registers import (
    designation_rows,
    exclusion_rows,
    gazetteer_rows,
    profile_rows,
    social_rows,
)
from riskmodels.lake.demo.property.schemes import designations
from riskmodels.lake.demo.property.stock import stock
from riskmodels.lake.demo.property.taxing import band_rows
from riskmodels.lake.demo.property.truth import TRUTH_FILE
from riskmodels.lake.demo.save import arrow_table, save_table
from riskmodels.lake.demo.streams import Streams

__all__ = ["TRUTH_FILE", "write_property"]

# Written down as they happen; of complaints and inspections the lake holds those since its first day.
_JOURNALS = (
    "council_tax_liabilities",
    "energy_certificates",
    "licences",
    "exemption_notices",
    "complaints",
    "benefit_claims",
    "planning_applications",
    "inspections",
)
_SINCE_THE_FIRST_DAY = {"complaints": "received_on", "inspections": "inspected_on"}


def write_property(
    folder: Path,
    truth_folder: Path,
    *,
    dwellings: int,
    first_day: datetime.date,
    last_day: datetime.date,
    where: Places,
    streams: Streams,
    tell: Callable[[str, float], None],
) -> dict[str, int]:
    """Write the extracts about private housing, and the truth about it.

    Parameters
    ----------
    folder, truth_folder : Path
        The lake, and the folder for what only the generator knows: ``property_truth.parquet``, one row for each home
        and month, and ``property_planted_faults.parquet``.
    dwellings : int
        Homes of every tenure at the start.
    first_day, last_day : date
        The span of the lake.
    where : Places
        The small areas of the borough.
    streams : Streams
        Named random streams; those drawn here are named "property ...".
    tell : callable
        Told what is being done, and the share of it that is over.

    Returns
    -------
    dict of str to int
        Rows written, by extract's folder.
    """
    starts, ends = day_number(first_day), day_number(last_day)
    lives = Lives.opened(stock(dwellings, where, streams, starts, ends), designations(where), streams)
    lives.live(first_day, last_day, lambda share: tell("Living through the months of private housing", 0.8 * share))
    tell("Writing what the council knows of private housing", 0.8)
    faults, counts = FaultLedger(), {}
    for name, rows in _extracts(lives, where, starts, ends).items():
        rows = _with_reference(rows, lives.homes.uprn, name)
        if name != "area_profiles":
            rows = flawed(name, rows, (ends + 1) * DAY, streams.named(f"property faults of {name}"), faults)
        save_table(_table(rows, _forms(where, name)), folder / name / _FILES.get(name, "part-0.parquet"))
        counts[name] = len(next(iter(rows.values())))
    faults.add("land_properties", "trap: written after a find", "blpu_class", int((lives.visiting.code != NULL).sum()))
    lives.truth.save(lives.homes, faults, truth_folder)
    tell("Private housing is written", 1.0)
    return counts


def _extracts(lives: Lives, where: Places, starts: int, ends: int) -> dict[str, Rows]:
    """Give the true rows of every extract, before they meet the faults of a lake."""
    registers, homes = lives.streams.named("property registers"), lives.homes
    extracts: dict[str, Rows] = {
        "land_properties": gazetteer_rows(homes, lives.visiting, registers),
        "social_homes": social_rows(homes, np.flatnonzero(lives.listed).astype(np.int64), registers),
        "council_tax_bands": band_rows(homes, registers),
        "designations": designation_rows(lives.licensing.schemes, ends),
        "exclusions": exclusion_rows(homes, starts, ends, registers),
        "area_profiles": profile_rows(where, registers),
    }
    for name in _JOURNALS:
        rows = lives.journal.take(name) or _no_rows(name)
        since = _SINCE_THE_FIRST_DAY.get(name)
        extracts[name] = picked(rows, rows[since] >= starts) if since else rows
    return extracts


# Extracts that other services write too: each has a file of its own in the folder.
_FILES = {"exclusions": "property.parquet"}


def _no_rows(extract: str) -> Rows:
    empty = np.zeros(0, dtype=np.int64)
    columns = [name for name, form in EXTRACTS[extract].items() if not isinstance(form, Constant)]
    kept = [name for name in columns if name not in (*REFERENCES, "recorded_at")]
    return {"home": empty, **dict.fromkeys(kept, empty), "noted_on": empty}


def _with_reference(rows: Rows, uprn: np.ndarray, extract: str) -> Rows:
    """Put the property's reference in place of its index."""
    if "home" not in rows:
        return rows
    name = "UPRN" if "UPRN" in EXTRACTS[extract] else "uprn"
    return {name: uprn[rows["home"]], **{column: values for column, values in rows.items() if column != "home"}}


def _table(rows: Rows, forms: dict[str, Form]) -> pa.Table:
    """Lay rows out; references of properties are the texts of whole numbers."""
    table = arrow_table(rows, forms)
    for place, name in enumerate(table.column_names):
        if name in REFERENCES and pa.types.is_integer(table.schema.field(name).type):
            table = table.set_column(place, name, table.column(name).cast(pa.string()).combine_chunks())
    return table


def _forms(where: Places, extract: str) -> dict[str, Form]:
    lists = {"lsoa21": where.lsoa21, "ward": tuple(sorted(set(where.ward_code)))}
    return {column: Codes(lists[column]) if column in lists else form for column, form in EXTRACTS[extract].items()}
