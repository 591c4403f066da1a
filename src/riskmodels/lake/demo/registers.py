"""The council's registers, once the simulation is over: tenancies, people, links between them, exclusions and areas."""

from __future__ import annotations

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.calendar import day_number
from riskmodels.lake.demo.forms import DISABILITY, EXCLUSION_KINDS, SEXES
from riskmodels.lake.demo.journal import NULL, Rows
from riskmodels.lake.demo.margins import BROAD_GROUP, ETHNIC_GROUPS, RELIGIONS
from riskmodels.lake.demo.places import EDITIONS
from riskmodels.lake.demo.world import World

__all__ = ["area_rows", "exclusion_rows", "person_and_link_rows", "tenancy_rows"]

_SECURE, _INTRODUCTORY, _FLEXIBLE, _NON_SECURE = 0, 1, 2, 3
_REFUSED, _UNKNOWN = len(ETHNIC_GROUPS), len(ETHNIC_GROUPS) + 1


def tenancy_rows(world: World, chosen: Ints) -> Rows:
    """Give the tenancies: a version when each began, and another when its end was typed in."""
    lettings, homes = world.lettings, world.homes
    random = world.streams.named("tenancy register")
    draw = random.random(len(chosen))
    recent = lettings.started_on[chosen] > day_number(world.calendar.last_day) - 365
    home = lettings.home[chosen]
    first: Rows = {
        "tenancy_id": chosen + 1,
        "uprn": homes.uprn[home],
        "lsoa21": homes.area[home],
        "patch": homes.patch[home] + 1,
        "tenancy_type": np.where(
            draw < 0.03, _NON_SECURE, np.where(recent, _INTRODUCTORY, np.where(draw < 0.10, _FLEXIBLE, _SECURE))
        ),
        "property_type": homes.property_type[home],
        "bedrooms": homes.bedrooms[home],
        "is_joint": world.tenants.joint[chosen].astype(np.int64),
        "started_on": lettings.started_on[chosen],
        "ended_on": np.full(len(chosen), NULL, dtype=np.int64),
        "noted_on": lettings.started_on[chosen] + random.integers(0, 4, len(chosen)),
        "furthest_action_ever": lettings.furthest_action[chosen],
    }
    over = lettings.ended_on[chosen] != NULL
    last = {name: values[over] for name, values in first.items()}
    last["ended_on"] = lettings.ended_on[chosen][over]
    last["noted_on"] = np.maximum(lettings.end_noted_on[chosen][over], last["noted_on"] + 1)
    return _stack(first, last)


def person_and_link_rows(world: World, chosen: Ints) -> tuple[Rows, Rows]:
    """Give the people who hold tenancies, and the links that say so; some tenancies are linked to nobody."""
    lettings = world.lettings
    random = world.streams.named("people register")
    joint = chosen[world.tenants.joint[chosen]]
    tenancy = np.concatenate([chosen, joint])
    is_lead = np.arange(len(tenancy)) < len(chosen)
    person = 2 * tenancy + np.where(is_lead, 1, 2)
    registered = lettings.started_on[tenancy] - random.integers(0, 900, len(tenancy))
    persons = _persons(world, tenancy, is_lead, person, registered, random)
    groups = np.array([_UNLINKED[broad] for broad in BROAD_GROUP])[world.tenants.ethnic_group[tenancy]]
    linked = random.random(len(tenancy)) >= groups
    return persons, _links(tenancy[linked], is_lead[linked], person[linked], lettings.started_on, random)


# Share of tenancies that the client index could not tie to a person: names spelt many ways fare worse.
_UNLINKED = {"Asian": 0.052, "Black": 0.050, "Mixed": 0.040, "White": 0.036, "Other": 0.075}


def _persons(
    world: World, tenancy: Ints, is_lead: Flags, person: Ints, registered: Ints, random: np.random.Generator
) -> Rows:
    tenants, lettings, count = world.tenants, world.lettings, len(tenancy)
    apart = np.where(is_lead, 0, random.normal(0, 4 * 365, count)).astype(np.int64)
    adult_by = lettings.started_on[tenancy] - 18 * 366
    born = np.minimum(lettings.birth_day[tenancy] + apart, adult_by)
    born = np.maximum(born, day_number(world.calendar.last_day) - 97 * 365)
    other = ~is_lead & (random.random(count) < 0.30)
    group = np.where(other, random.permutation(tenants.ethnic_group[tenancy]), tenants.ethnic_group[tenancy])
    religion = tenants.religion[tenancy]
    sex = np.where(is_lead | (random.random(count) < 0.08), tenants.sex[tenancy], 1 - tenants.sex[tenancy])
    disabled = np.where(is_lead, tenants.disabled[tenancy], random.random(count) < 0.25)
    silent = random.normal(0.0, 0.35, count)  # who leaves one question blank tends to leave others
    rows: Rows = {
        "person_id": person,
        "registered_on": registered,
        "date_of_birth": np.where(random.random(count) < 0.006, NULL, born),
        "sex": _recorded(sex, 0.004, 0.006, len(SEXES) - 2, random, silent),
        "ethnic_group": _recorded(group, 0.035, 0.085, _REFUSED, random, silent),
        "disability": _recorded(np.where(disabled, 0, 1), 0.025, 0.13, len(DISABILITY) - 2, random, silent),
        "religion": _recorded(religion, 0.06, 0.20, len(RELIGIONS), random, silent),
        "noted_on": registered + random.integers(0, 6, count),
    }
    return _learnt_later(world, rows, group, random)


def _recorded(
    true: Ints, refuses: float, unknown: float, refused: int, random: np.random.Generator, silent: Floats
) -> Ints:
    draw = random.random(len(true)) * np.exp(-silent)
    return np.where(draw < refuses, refused, np.where(draw < refuses + unknown, refused + 1, true)).astype(np.int64)


def _learnt_later(world: World, first: Rows, group: Ints, random: np.random.Generator) -> Rows:
    """Add a second version of the row for some who say their ethnic group only during the lake's years."""
    start, end = day_number(world.calendar.first_day), day_number(world.calendar.last_day)
    learns = (first["ethnic_group"] == _UNKNOWN) & (random.random(len(group)) < 0.15)
    later = {name: values[learns].copy() for name, values in first.items()}
    later["ethnic_group"] = group[learns]
    later["noted_on"] = np.maximum(random.integers(start, end, int(learns.sum())), later["noted_on"] + 30)
    return _stack(first, later)


def _links(tenancy: Ints, is_lead: Flags, person: Ints, started_on: Ints, random: np.random.Generator) -> Rows:
    count = len(tenancy)
    method = random.choice(3, size=count, p=[0.84, 0.13, 0.03])
    guess = np.clip(random.beta(9, 2, count), 0.55, 0.98)
    confidence = np.where(method == 0, 1.0, np.where(method == 2, 0.99, guess))
    linked_on = started_on[tenancy] + random.integers(0, 30, count)
    return {
        "link_id": np.arange(1, count + 1, dtype=np.int64),
        "person_id": person,
        "tenancy_id": tenancy + 1,
        "standing": np.where(is_lead, 0, 1),
        "method": method.astype(np.int64),
        "confidence": np.rint(confidence * 1_000_000).astype(np.int64),
        "linked_on": linked_on,
        "noted_on": linked_on + np.where(method == 0, 0, random.integers(0, 60, count)),
    }


def exclusion_rows(world: World, chosen: Ints) -> Rows:
    """Give the exclusions: about one tenancy in two hundred, some by the person, some by the tenancy."""
    random = world.streams.named("exclusions")
    count = max(2, round(0.005 * len(chosen)))
    tenancy = np.sort(random.choice(chosen, size=min(count, len(chosen)), replace=False))
    count = len(tenancy)
    kind = random.choice(len(EXCLUSION_KINDS), size=count, p=[0.40, 0.15, 0.25, 0.20])
    by_person = (random.random(count) < 0.5) | (kind == len(EXCLUSION_KINDS) - 1)
    start, end = day_number(world.calendar.first_day), day_number(world.calendar.last_day)
    starts_on = random.integers(start - 400, end, count)
    ends = random.random(count) < 0.2
    return {
        "exclusion_id": np.arange(1, count + 1, dtype=np.int64),
        "person_id": np.where(by_person, 2 * tenancy + 1, NULL),
        "tenancy_id": np.where(by_person, NULL, tenancy + 1),
        "uprn": np.full(count, NULL, dtype=np.int64),
        "kind": kind.astype(np.int64),
        "starts_on": starts_on,
        "ends_on": np.where(ends, starts_on + random.integers(30, 400, count), NULL),
        "noted_on": np.where(ends, starts_on + 400, starts_on + random.integers(0, 5, count)),
    }


def area_rows(world: World) -> Rows:
    """Give the borough's areas in both editions of the index."""
    where = world.places
    count = len(where.lsoa21)
    index = np.arange(count, dtype=np.int64)
    wards = sorted(set(where.ward_code))
    ward = np.array([wards.index(code) for code in where.ward_code], dtype=np.int64)
    editions = list(EDITIONS.values())
    return {
        "lsoa21": np.concatenate([index, index]),
        "ward_code": np.concatenate([ward, ward]),
        "ward_name": np.concatenate([ward, ward]),
        "imd_version": np.repeat(np.array([0, 1], dtype=np.int64), count),
        "imd_rank": np.concatenate([where.earlier_rank, where.rank]),
        "imd_decile": np.concatenate([where.earlier_decile, where.decile]),
        "published_on": np.repeat(np.array(editions, dtype=np.int64), count),
    }


def _stack(first: Rows, second: Rows) -> Rows:
    return {name: np.concatenate([first[name], second[name]]) for name in first}
