"""Low score: which of Toronto's rental buildings will score 65 or less at their next audit, so that help comes first.

Real audits to try riskmodels on. Every registered building with three storeys and ten homes or more is audited, at
first after a year, and after two or three years where the last score was higher. Looked at once a quarter, each time
for the 91 weeks ahead: by then nearly every building has been audited again. A building that was not is *unknown* and
no "0"; those rows are left out, counted, and made up for by weights. The last look, 1 June 2021, is held out; what a
look teaches must have been seen to its end by the next one that it is used for.

**The last score alone is hard to beat**, and is what a city goes by already: it is the baseline. The README has what
came out.

**What is not a feature**: the order ("audit again in one year") that the score itself sets off; the facts of the 2025
register, which were not known at the time; the kind of owner and income in the ward, which are read to test the model
against.
"""

from __future__ import annotations

from riskmodels.features import (
    UseCase,
    characteristic,
    count,
    days_since,
    derived,
    ever,
    highest,
    latest,
    lowest,
    mean,
    nearby,
    weeks,
    where,
)

from .extracts import Buildings, Evaluations, Wards

LOW = 65
NEXT = weeks(91)

AREAS = {
    "ENTRANCE_LOBBY": "the entrance and lobby",
    "ENTRANCE_DOORS_WINDOWS": "entrance doors and windows",
    "SECURITY": "security",
    "STAIRWELLS": "stairwells",
    "LAUNDRY_ROOMS": "laundry rooms",
    "INTERNAL_GUARDS_HANDRAILS": "guards and handrails inside",
    "GARBAGE_CHUTE_ROOMS": "garbage chute rooms",
    "GARBAGE_BIN_STORAGE_AREA": "garbage bins",
    "ELEVATORS": "elevators",
    "STORAGE_AREAS_LOCKERS": "storage and lockers",
    "INTERIOR_WALL_CEILING_FLOOR": "walls, ceilings and floors inside",
    "INTERIOR_LIGHTING_LEVELS": "lighting inside",
    "GRAFFITI": "graffiti",
    "EXTERIOR_CLADDING": "cladding",
    "EXTERIOR_GROUNDS": "the grounds",
    "EXTERIOR_WALKWAYS": "walkways",
    "BALCONY_GUARDS": "balcony guards",
    "WATER_PEN_EXT_BLDG_ELEMENTS": "water coming in",
    "PARKING_AREA": "parking",
    "OTHER_FACILITIES": "other facilities",
}
POOR_AREAS = " + ".join(f"(case when {area} <= 2 then 1 else 0 end)" for area in AREAS)
MIDDLING_AREAS = " + ".join(f"(case when {area} = 3 then 1 else 0 end)" for area in AREAS)

scores = [
    latest(
        Evaluations,
        "SCORE",
        name="last_score",
        says="Score of the last audit",
        unit="points",
        monotone="decreasing",
        family="scores",
    ),
    mean(
        Evaluations,
        "SCORE",
        name="mean_score",
        says="Average score of all audits so far",
        unit="points",
        monotone="decreasing",
        family="scores",
    ),
    lowest(
        Evaluations,
        "SCORE",
        name="lowest_score",
        says="Lowest score so far",
        unit="points",
        monotone="decreasing",
        family="scores",
    ),
    highest(
        Evaluations,
        "SCORE",
        name="highest_score",
        says="Highest score so far",
        unit="points",
        monotone="decreasing",
        family="scores",
    ),
    derived(
        "last_score - mean_score",
        name="against_its_mean",
        says="Last score less the average of all audits so far",
        unit="points",
        family="scores",
    ),
    count(Evaluations, name="audits", says="Audits so far", unit="audits"),
    days_since(Evaluations, name="since_audit", says="Days since the last audit"),
]

areas = [
    latest(
        Evaluations,
        POOR_AREAS,
        name="poor_areas",
        says="Areas of the building given 1 or 2 at the last audit",
        unit="areas",
        monotone="increasing",
        family="areas",
    ),
    latest(
        Evaluations,
        MIDDLING_AREAS,
        name="middling_areas",
        says="Areas of the building given 3 at the last audit",
        unit="areas",
        family="areas",
    ),
    *(
        mean(
            Evaluations,
            area,
            name=f"mean_{area.lower()}",
            says=f"What audits so far gave {what}, on average",
            unit="of 5",
            monotone="decreasing",
            family="areas",
        )
        for area, what in AREAS.items()
    ),
]

building = [
    latest(
        Buildings,
        "extract(year from as_of) - YEAR_BUILT",
        name="years_standing",
        says="Years since the building was built",
        unit="years",
    ),
    latest(Buildings, "CONFIRMED_STOREYS", name="storeys", says="Storeys", unit="storeys"),
    latest(Buildings, "CONFIRMED_UNITS", name="homes", says="Homes in the building", unit="homes"),
    nearby(
        Evaluations,
        "SCORE",
        how="mean",
        within=Buildings.WARD,
        over=weeks(104),
        name="neighbours_score",
        says="Average score of the ward's other buildings in the last two years",
        unit="points",
    ),
]

low_score = UseCase(
    name="low_score",
    says="Finds rental buildings that may score 65 or less at the next audit, so that the City can help them earlier.",
    purpose="building_standards",
    entity="RSN",
    population=where(Buildings, "CONFIRMED_STOREYS >= 3 and CONFIRMED_UNITS >= 10", having="audits > 0"),
    outcome=ever(
        Evaluations,
        f"SCORE <= {LOW}",
        within=NEXT,
        looked=Evaluations,
        says=f"An audit gives {LOW} points or less",
    ),
    features=[*scores, *areas, *building],
    audit_by=[
        characteristic(
            Wards,
            "case when LOW_INCOME_PERCENT >= 14.4 then 'Highest third' "
            "when LOW_INCOME_PERCENT >= 12 then 'Middle third' else 'Lowest third' end",
            name="low_income_of_ward",
            says="Residents of the ward on low income (census 2021)",
        ),
        characteristic(Buildings, "PROPERTY_TYPE", name="owner_kind", says="Kind of owner"),
    ],
    baseline="last_score",
    harms=["missed_need"],
)
