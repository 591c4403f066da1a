"""Turn the City of Toronto's published audits into a lake of three extracts: buildings, evaluations and wards.

Run it as ``python examples/rentsafe/reshape.py PRE2023_EVALUATIONS_CSV WARD_PROFILES_CSV [LAKE_FOLDER]``. What it makes
is committed beside it, so that the example runs without the source; it is here so that anyone can make it again and see
what was done.

Columns keep the City's names, so that its own file can be held against the contract. What is changed: "N/A" is left
empty; what the table repeats with every audit of a building (year built, storeys, units, owner, ward) is written once,
because it is the register as it stood at the download and not what was known at each audit. What is left out:
addresses, coordinates, and the one building whose address says that it was created in error.
"""

from __future__ import annotations

import csv
import datetime
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COVERED_FROM = datetime.date(2017, 1, 1)
CREATED_IN_ERROR = "CREATED IN ERROR"
NO_VALUE = ("", "N/A")

# The 20 areas that an audit under the first scheme gave 1 (worst) to 5.
AREAS = (
    "ENTRANCE_LOBBY",
    "ENTRANCE_DOORS_WINDOWS",
    "SECURITY",
    "STAIRWELLS",
    "LAUNDRY_ROOMS",
    "INTERNAL_GUARDS_HANDRAILS",
    "GARBAGE_CHUTE_ROOMS",
    "GARBAGE_BIN_STORAGE_AREA",
    "ELEVATORS",
    "STORAGE_AREAS_LOCKERS",
    "INTERIOR_WALL_CEILING_FLOOR",
    "INTERIOR_LIGHTING_LEVELS",
    "GRAFFITI",
    "EXTERIOR_CLADDING",
    "EXTERIOR_GROUNDS",
    "EXTERIOR_WALKWAYS",
    "BALCONY_GUARDS",
    "WATER_PEN_EXT_BLDG_ELEMENTS",
    "PARKING_AREA",
    "OTHER_FACILITIES",
)
BUILDING = ("YEAR_BUILT", "CONFIRMED_STOREYS", "CONFIRMED_UNITS")
NEEDED = ("_id", "RSN", "PROPERTY_TYPE", "WARD", "SITE_ADDRESS", "EVALUATION_COMPLETED_ON", "SCORE", *BUILDING, *AREAS)

# The rows of the census profile that are read, by the name that they get.
WARD_ROWS = {
    "LOW_INCOME_PERCENT": "Prevalence of low income based on the Low-income measure, after tax (LIM-AT) (%)",
    "MEDIAN_HOUSEHOLD_INCOME_CAD": "Median total income of households in 2020 ($)",
}
WARDS = 25

Row = Mapping[str, str]


def read_audits(path: Path) -> list[Row]:
    """Read the audits under the first scheme; of any other table, say what it lacks."""
    rows: list[Row] = []
    header: list[str] = []
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header, rows = list(reader.fieldnames or ()), list(reader)
    lacking = [name for name in NEEDED if name not in header]
    if lacking:
        raise SystemExit(
            f"Found: {path} {'lacks ' + ', '.join(lacking) if header else 'is not there'}.\n"
            "Expected: Apartment Building Evaluations (Pre-2023), as the City of Toronto publishes it. From June 2023 "
            "on audits follow another scheme, which this example does not read.\n"
            "What to do: fetch it from open.toronto.ca."
        )
    return [row for row in rows if CREATED_IN_ERROR not in row["SITE_ADDRESS"]]


def read_wards(path: Path) -> pa.Table:
    """Read two figures for each of the 25 wards from the census profiles."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = {row[0].strip(): row for row in csv.reader(file) if row}
    lacking = [title for title in WARD_ROWS.values() if title not in found]
    if lacking:
        raise SystemExit(
            f"Found: {path} lacks the rows {'; '.join(lacking)}.\n"
            "Expected: the 2021 census profiles by ward (25 wards)."
        )
    figures = {name: [float(cell) for cell in found[title][2 : 2 + WARDS]] for name, title in WARD_ROWS.items()}
    return pa.table(
        {
            "WARD": [f"{number:02}" for number in range(1, WARDS + 1)],
            "COVERED_FROM": pa.array([COVERED_FROM] * WARDS),
            "LOW_INCOME_PERCENT": figures["LOW_INCOME_PERCENT"],
            "MEDIAN_HOUSEHOLD_INCOME_CAD": pa.array(
                [int(value) for value in figures["MEDIAN_HOUSEHOLD_INCOME_CAD"]], pa.int64()
            ),
        }
    )


def reshape(audits: Sequence[Row]) -> dict[str, pa.Table]:
    """Make the extracts of buildings and evaluations, each in the order of its key."""
    ordered = sorted(audits, key=lambda row: int(row["_id"]))
    newest = {row["RSN"]: row for row in sorted(ordered, key=lambda row: row["EVALUATION_COMPLETED_ON"])}
    buildings = [newest[rsn] for rsn in sorted(newest)]
    return {
        "buildings": pa.table(
            {
                "RSN": [row["RSN"] for row in buildings],
                "COVERED_FROM": pa.array([COVERED_FROM] * len(buildings)),
                "PROPERTY_TYPE": [row["PROPERTY_TYPE"] for row in buildings],
                "WARD": [row["WARD"].zfill(2) for row in buildings],
                **{name: _whole(buildings, name) for name in BUILDING},
            }
        ),
        "evaluations": pa.table(
            {
                "EVALUATION_ID": [row["_id"] for row in ordered],
                "RSN": [row["RSN"] for row in ordered],
                "EVALUATION_COMPLETED_ON": pa.array(
                    [datetime.date.fromisoformat(row["EVALUATION_COMPLETED_ON"]) for row in ordered]
                ),
                "SCORE": _whole(ordered, "SCORE"),
                **{name: _whole(ordered, name) for name in AREAS},
            }
        ),
    }


def _whole(rows: Sequence[Row], name: str) -> pa.Array:
    cells = (row[name].strip() for row in rows)
    return pa.array([None if cell in NO_VALUE else int(float(cell)) for cell in cells], pa.int64())


def write_lake(extracts: Mapping[str, pa.Table], folder: Path) -> None:
    """Write one folder for each extract, as small Parquet files."""
    for name, table in extracts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(
            table, folder / name / f"{name}.parquet", compression="zstd", compression_level=19, store_schema=False
        )


def main(arguments: Sequence[str]) -> None:
    """Reshape the two files that are named, and say what came of it."""
    if len(arguments) not in (2, 3):
        raise SystemExit("Usage: python reshape.py PRE2023_EVALUATIONS_CSV WARD_PROFILES_CSV [LAKE_FOLDER]")
    folder = Path(arguments[2]) if arguments[2:] else Path(__file__).parent / "lake"
    extracts = {**reshape(read_audits(Path(arguments[0]))), "wards": read_wards(Path(arguments[1]))}
    write_lake(extracts, folder)
    for name, table in extracts.items():
        size = (folder / name / f"{name}.parquet").stat().st_size
        print(f"{folder / name}: {table.num_rows:,} rows, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
