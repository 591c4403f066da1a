"""People and homes divide about as Brent's do, and their records have the gaps that records have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.lake.demo.homes import PATCHES, homes
from riskmodels.lake.demo.margins import BROAD_GROUP, ETHNIC_GROUPS, ethnic_shares
from riskmodels.lake.demo.places import places
from riskmodels.lake.demo.tenants import FEMALE, tenants


@pytest.fixture(scope="module")
def drawn():
    return tenants(40_000, 0, np.random.default_rng(3))


def test_broad_ethnic_groups_are_those_of_brent_leaned_towards_tenants(drawn) -> None:
    broad = pd.Series(np.array(BROAD_GROUP)[drawn.ethnic_group]).value_counts(normalize=True)
    expected = {"White": 0.31, "Asian": 0.25, "Black": 0.25, "Other": 0.12, "Mixed": 0.06}
    assert {group: pytest.approx(share, abs=0.02) for group, share in expected.items()} == broad.to_dict()
    assert pytest.approx(1.0) == sum(ethnic_shares())


def test_small_groups_are_there_and_small(drawn) -> None:
    count = pd.Series(np.array(ETHNIC_GROUPS)[drawn.ethnic_group]).value_counts()
    assert len(ETHNIC_GROUPS) == len(count)
    assert 5 < count["White: Gypsy or Irish Traveller"] < 120
    age = drawn.age_days / 365.25
    assert 0.005 < (age >= 85).mean() < 0.06
    assert (18 <= age.min()) & (age.max() < 97)


def test_sex_disability_and_joint_tenancies_are_about_as_stated(drawn) -> None:
    assert pytest.approx(0.60, abs=0.01) == (drawn.sex == FEMALE).mean()
    assert 0.25 < drawn.disabled.mean() < 0.31
    assert pytest.approx(0.15, abs=0.01) == drawn.joint.mean()


def test_there_are_more_council_homes_where_people_have_less() -> None:
    random = np.random.default_rng(3)
    where = places(random)
    stock = homes(20_000, where, random)
    count = np.bincount(stock.area, minlength=181)
    most, least = where.deprivation > 0.5, where.deprivation < -0.5
    assert 2 * count[least].sum() < count[most].sum()
    assert PATCHES == len(np.unique(stock.patch))
    assert len(stock.uprn) == len(np.unique(stock.uprn))
    assert 990_000_000_000 <= stock.uprn.min()


def test_areas_are_brents_with_the_index_as_published(lake) -> None:
    areas = lake.good(lake.contracts["Areas"])
    assert 181 == areas["lsoa21"].nunique()
    assert 22 == areas["ward_code"].nunique() == areas["ward_name"].nunique()
    one = areas[(areas["lsoa21"] == "E01000627") & (areas["imd_version"] == "IMD 2025")].iloc[0]
    assert ("Welsh Harp", 3167, 1) == (one["ward_name"], one["imd_rank"], one["imd_decile"])
    assert "2025-10-30" == str(one["published_on"])


def test_not_everything_is_recorded_of_everybody(lake) -> None:
    persons = lake.good(lake.contracts["Persons"])
    unknown = {name: (persons[name] == "Unknown").mean() for name in ("sex", "ethnic_group", "disability", "religion")}
    assert unknown["sex"] < 0.02
    assert 0.04 < unknown["ethnic_group"] < unknown["disability"] < unknown["religion"] < 0.30
    assert persons["date_of_birth"].isna().any()


def test_one_tenancy_in_twenty_is_linked_to_nobody(lake) -> None:
    tenancies = lake.good(lake.contracts["Tenancies"])["tenancy_id"]
    links = lake.good(lake.contracts["Links"])
    lead = links[links["standing"] == "lead"]["tenancy_id"]
    assert 0.03 < 1 - tenancies.isin(lead).mean() < 0.08
    guessed = links[links["method"] == "probabilistic"]["confidence"]
    assert guessed.max() < 1.0 == links[links["method"] == "exact"]["confidence"].min()


def test_a_few_are_excluded_some_by_person_and_some_by_tenancy(lake) -> None:
    exclusions = lake.good(lake.contracts["Exclusions"])
    assert 2 <= len(exclusions) <= 0.01 * lake.made.rows["tenancies"]
    assert (exclusions["person_id"].notna() != exclusions["tenancy_id"].notna()).all()
