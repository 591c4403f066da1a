"""What the example may read: Toronto's audits of rental buildings (2017 to May 2023), as ``reshape.py`` lays them out.

The City publishes the day of each audit and not the day on which its result was known, and facts about buildings
without any date. What had to be assumed is said where it matters: each extract's history below, and the README.
"""

from __future__ import annotations

import datetime

from riskmodels.lake import Day, Extract, Number, Source, Text, Whole, column, current_only, events, key

LICENCE = "Open Government Licence - Toronto"

RENTSAFE = Source(
    name="RentSafeTO audits",
    owner="City of Toronto, Municipal Licensing and Standards",
    system="Apartment Building Evaluations (Pre-2023), open.toronto.ca",
    lawful_basis="Not personal data: about buildings",
    gateway=LICENCE,
    purposes=("building_standards",),
    retention="Kept with the example",
)

WARD_PROFILES = Source(
    name="Ward profiles",
    owner="City of Toronto, City Planning",
    system="Ward Profiles (25-Ward Model), 2021 Census, open.toronto.ca",
    lawful_basis="Not personal data: figures about wards",
    gateway=LICENCE,
    purposes=("building_standards", "equality_monitoring"),
    retention="Kept with the example",
)

LAST_DAY_OF_SCHEME = datetime.date(2023, 5, 31)


def _area(says: str) -> Whole:
    """Declare what an audit gave one area of a building under the scheme in force until May 2023."""
    made: Whole = column(f"{says}: 1 (worst) to 5, empty where the building has none", ge=1, le=5, nullable=True)
    return made


class Buildings(
    Extract,
    source=RENTSAFE,
    folder="buildings",
    row=("RSN",),
    history=current_only(
        "COVERED_FROM",
        known_after="1 day",
        fixed=("PROPERTY_TYPE", "WARD", "YEAR_BUILT", "CONFIRMED_STOREYS", "CONFIRMED_UNITS"),
    ),
):
    """Each registered rental building, as the register stood at the download: taken to have been so throughout."""

    RSN: Text = key("building", "Number of the building in the City's register", pattern="[0-9]{7}")
    COVERED_FROM: Day = column("First day of the years that the source covers")
    PROPERTY_TYPE: Text = column(
        "Who owns it: a private landlord, Toronto Community Housing or another social landlord",
        values=("PRIVATE", "TCHC", "SOCIAL HOUSING"),
    )
    WARD: Text = key("area", "Ward (25 since December 2018)", pattern="(0[1-9]|1[0-9]|2[0-5])")
    YEAR_BUILT: Whole = column("Year in which it was built", unit="year", ge=1800, le=2023, nullable=True)
    CONFIRMED_STOREYS: Whole = column("Storeys", unit="storeys", ge=1, le=100)
    CONFIRMED_UNITS: Whole = column("Homes in it", unit="homes", ge=1, le=2000)


class Evaluations(
    Extract,
    source=RENTSAFE,
    folder="evaluations",
    row=("EVALUATION_ID",),
    history=events("EVALUATION_COMPLETED_ON", known_after="7 days"),
):
    """Audits under the scheme in force until May 2023: 20 areas given 1 to 5, and the score, their mean out of 100.

    In June 2023 the City changed the scheme: 50 areas given 0 to 3, other weights, and points off for orders between
    audits. A score of one scheme says nothing in the other, so the contract takes no audit after its last day.
    """

    EVALUATION_ID: Text = key("evaluation", "Number of the row in the City's table", pattern="[0-9]{1,6}")
    RSN: Text = key("building", "Number of the building in the City's register", pattern="[0-9]{7}")
    EVALUATION_COMPLETED_ON: Day = column(
        "Day of the audit; from June 2023 on another scheme holds", ge=datetime.date(2017, 7, 1), le=LAST_DAY_OF_SCHEME
    )
    SCORE: Whole = column("Mean of the areas, out of 100", unit="points", ge=20, le=100)
    ENTRANCE_LOBBY: Whole = _area("Entrance and lobby")
    ENTRANCE_DOORS_WINDOWS: Whole = _area("Entrance doors and windows")
    SECURITY: Whole = _area("Security")
    STAIRWELLS: Whole = _area("Stairwells")
    LAUNDRY_ROOMS: Whole = _area("Laundry rooms")
    INTERNAL_GUARDS_HANDRAILS: Whole = _area("Guards and handrails inside")
    GARBAGE_CHUTE_ROOMS: Whole = _area("Garbage chute rooms")
    GARBAGE_BIN_STORAGE_AREA: Whole = _area("Garbage bins")
    ELEVATORS: Whole = _area("Elevators")
    STORAGE_AREAS_LOCKERS: Whole = _area("Storage and lockers")
    INTERIOR_WALL_CEILING_FLOOR: Whole = _area("Walls, ceilings and floors inside")
    INTERIOR_LIGHTING_LEVELS: Whole = _area("Lighting inside")
    GRAFFITI: Whole = _area("Graffiti")
    EXTERIOR_CLADDING: Whole = _area("Cladding")
    EXTERIOR_GROUNDS: Whole = _area("Grounds")
    EXTERIOR_WALKWAYS: Whole = _area("Walkways")
    BALCONY_GUARDS: Whole = _area("Balcony guards")
    WATER_PEN_EXT_BLDG_ELEMENTS: Whole = _area("Water coming in")
    PARKING_AREA: Whole = _area("Parking")
    OTHER_FACILITIES: Whole = _area("Other facilities")


class Wards(
    Extract,
    source=WARD_PROFILES,
    folder="wards",
    row=("WARD",),
    history=current_only(
        "COVERED_FROM", known_after="1 day", fixed=("LOW_INCOME_PERCENT", "MEDIAN_HOUSEHOLD_INCOME_CAD")
    ),
):
    """Two census figures for each ward, taken to hold throughout. Read to test the model, and never a feature."""

    WARD: Text = key("area", "Ward (25 since December 2018)", pattern="(0[1-9]|1[0-9]|2[0-5])")
    COVERED_FROM: Day = column("First day of the years that the audits cover")
    LOW_INCOME_PERCENT: Number = column("Residents on low income in 2020 (LIM-AT)", unit="percent", ge=0, le=100)
    MEDIAN_HOUSEHOLD_INCOME_CAD: Whole = column("Median household income in 2020", unit="CAD", ge=0)
