"""The registers, once the simulation is over: gazetteer, social homes, designations, area profiles, exclusions."""

from __future__ import annotations

import datetime

import numpy as np

from riskmodels.lake.demo.arrays import Floats, Ints
from riskmodels.lake.demo.calendar import day_number
from riskmodels.lake.demo.forms import EXCLUSION_KINDS
from riskmodels.lake.demo.journal import NULL, Rows
from riskmodels.lake.demo.places import Places
from riskmodels.lake.demo.property.forms import CLASS_CODES
from riskmodels.lake.demo.property.schemes import Designation
from riskmodels.lake.demo.property.stock import CLASSES, SHELL, Stock
from riskmodels.lake.demo.property.visiting import Visiting

__all__ = ["designation_rows", "exclusion_rows", "gazetteer_rows", "profile_rows", "social_rows"]

_PLAIN = CLASS_CODES.index("RD")
_FIRST_HMO_CODE = len(CLASS_CODES) + 1  # RH01, after RD09
_CENSUS = datetime.date(2022, 11, 29)
# Shares of Asian, Black, Mixed, White and other residents in three kinds of area, made up to look like the borough.
_KINDS_OF_AREA = np.array(
    [[0.55, 0.10, 0.04, 0.22, 0.09], [0.18, 0.32, 0.07, 0.33, 0.10], [0.16, 0.12, 0.07, 0.56, 0.09]]
)


def gazetteer_rows(homes: Stock, visiting: Visiting, random: np.random.Generator) -> Rows:
    """Give the gazetteer: a version when a home began, another when a class was written, a last when it ceased."""
    which = np.arange(len(homes), dtype=np.int64)
    plain = np.array([CLASS_CODES.index(code) for code in CLASSES], dtype=np.int64)[homes.kind]
    # Some homes were never classed more closely than as dwellings.
    plain = np.where((homes.kind != SHELL) & (random.random(len(homes)) < 0.03), _PLAIN, plain)
    first: Rows = {
        "home": which,
        "parent_uprn": np.where(homes.parent >= 0, homes.uprn[homes.parent], NULL),
        "lsoa21": homes.area,
        "ward": homes.ward,
        "usrn": 20_000_000 + homes.street,
        "logical_status": np.zeros(len(homes), dtype=np.int64),
        "dwelling_class": plain,
        "blpu_class": plain,
        "x_coordinate": homes.easting * 1_000_000,
        "y_coordinate": homes.northing * 1_000_000,
        "start_date": homes.born,
        "end_date": np.full(len(homes), NULL, dtype=np.int64),
        "noted_on": homes.born + 3,
    }
    coded = np.flatnonzero(visiting.code != NULL)
    second = {name: values[coded] for name, values in first.items()}
    second["blpu_class"] = _FIRST_HMO_CODE + visiting.code[coded] - 1
    second["noted_on"] = visiting.coded_on[coded]
    gone = np.flatnonzero(homes.died != NULL)
    last = {name: values[gone] for name, values in first.items()}
    last["logical_status"] = np.full(len(gone), 4, dtype=np.int64)
    last["end_date"], last["noted_on"] = homes.died[gone], homes.died[gone] + random.integers(1, 40, len(gone))
    return {name: np.concatenate([first[name], second[name], last[name]]) for name in first}


def social_rows(homes: Stock, listed: Ints, random: np.random.Generator) -> Rows:
    """Give the homes that social landlords list as theirs."""
    return {
        "home": listed,
        "landlord": (random.random(len(listed)) < 0.45).astype(np.int64),
        "let_from": homes.born[listed],
        "let_until": np.full(len(listed), NULL, dtype=np.int64),
        "noted_on": homes.born[listed] + 30,
    }


def designation_rows(schemes: tuple[Designation, ...], last_day: int) -> Rows:
    """Give one row for each ward that a designation binds, known three months before it comes into force."""
    rows = [(one.number, ward, one.scheme, one.begins, one.ends) for one in schemes for ward in one.wards]
    rows = [row for row in rows if row[3] - 90 < last_day]
    columns = np.array(rows, dtype=np.int64).T
    names = ("designation_id", "ward", "scheme", "in_force_from", "in_force_until")
    return {**dict(zip(names, columns, strict=True)), "noted_on": columns[3] - 90}


def profile_rows(where: Places, random: np.random.Generator) -> Rows:
    """Give made-up shares of residents by broad ethnic group for each small area; they sum to 1."""
    count = len(where.lsoa21)
    wards = sorted(set(where.ward_code))
    kind_of_ward = random.integers(0, len(_KINDS_OF_AREA), len(wards))
    kind = kind_of_ward[[wards.index(code) for code in where.ward_code]]
    shares: Floats = _KINDS_OF_AREA[kind] * random.lognormal(0.0, 0.25, (count, 5))
    millionths = np.rint(1_000_000 * shares / shares.sum(axis=1, keepdims=True)).astype(np.int64)
    millionths[:, 3] += 1_000_000 - millionths.sum(axis=1)
    names = ("share_asian", "share_black", "share_mixed", "share_white", "share_other")
    return {
        "lsoa21": np.arange(count, dtype=np.int64),
        **{name: millionths[:, place] for place, name in enumerate(names)},
        "published_on": np.full(count, day_number(_CENSUS), dtype=np.int64),
    }


def exclusion_rows(homes: Stock, first_day: int, last_day: int, random: np.random.Generator) -> Rows:
    """Give homes that models must leave out: an address under protection, an objection, a restriction."""
    which = np.flatnonzero(homes.kind != SHELL)
    count = max(2, round(0.003 * len(which)))
    which = np.sort(random.choice(which, size=count, replace=False)).astype(np.int64)
    kinds = [EXCLUSION_KINDS.index(kind) for kind in ("protected_address", "objection_article_21")]
    starts = random.integers(first_day - 300, last_day, count)
    empty = np.full(count, NULL, dtype=np.int64)
    return {
        "exclusion_id": np.arange(500_001, 500_001 + count, dtype=np.int64),
        "person_id": empty,
        "tenancy_id": empty,
        "uprn": homes.uprn[which],
        "kind": np.array(kinds, dtype=np.int64)[random.integers(0, 2, count)],
        "starts_on": starts,
        "ends_on": empty,
        "noted_on": starts + random.integers(0, 5, count),
    }
