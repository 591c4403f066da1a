"""The planted bias: it is there when asked for, befalls disabled tenants alone, and otherwise changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
from typer.testing import CliRunner

from riskmodels.cli.commands import app
from riskmodels.lake.demo import LAST_DAY, make_demo_lake
from riskmodels.lake.demo.ledger import live
from riskmodels.lake.demo.make import draw_world
from riskmodels.lake.demo.plants import PlantedBias
from riskmodels.lake.demo.risk import RiskModel
from riskmodels.lake.demo.world import World


def digest(folder: Path) -> str:
    seal = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        seal.update(str(file.relative_to(folder)).encode())
        seal.update(file.read_bytes())
    return seal.hexdigest()


def lived(plant: PlantedBias | None) -> World:
    world = draw_world(300, 1, 5, LAST_DAY, plant=plant)
    for _ in live(world):
        pass
    return world


def test_a_bias_of_no_strength_changes_nothing() -> None:
    """Its dice are its own: nobody else's luck changes because they are thrown. Here no turn comes."""
    plain, idle = lived(None), lived(PlantedBias(disabled=RiskModel().disabled, every_weeks=10**12))
    assert np.array_equal(plain.accounts.balance, idle.accounts.balance)
    assert np.array_equal(plain.accounts.state, idle.accounts.state)
    assert np.array_equal(plain.lettings.ended_on, idle.lettings.ended_on)


def test_without_the_option_the_bytes_are_as_ever_and_with_it_they_are_not(tmp_path: Path) -> None:
    make_demo_lake(tmp_path / "unasked", households=120, years=1, seed=5)
    make_demo_lake(tmp_path / "off", households=120, years=1, seed=5, plant_bias=False)
    make_demo_lake(tmp_path / "on", households=120, years=1, seed=5, plant_bias=True)
    assert digest(tmp_path / "unasked") == digest(tmp_path / "off")
    assert digest(tmp_path / "unasked.truth") == digest(tmp_path / "off.truth")
    assert digest(tmp_path / "unasked") != digest(tmp_path / "on")
    assert not (tmp_path / "off.truth" / "planted_bias.parquet").exists()


def test_it_befalls_disabled_tenants_alone_and_is_taken_back() -> None:
    world = lived(PlantedBias(every_weeks=30))
    assert world.reclaims is not None
    charged = np.concatenate([tenancy for tenancy, _ in world.reclaims.charged])
    assert len(charged) > 20
    assert world.tenants.disabled[charged].all()
    waiting = world.reclaims.tenancy >= 0
    assert (world.reclaims.back_in[waiting] >= world.calendar.weeks).all()


def test_the_truth_beside_the_lake_says_whom_it_befell_and_that_it_was_serious(tmp_path: Path) -> None:
    made = make_demo_lake(tmp_path / "lake", households=400, years=1, seed=5, plant_bias=True)
    planted = pd.read_parquet(made.truth_path.with_name("planted_bias.parquet"))
    truth = pd.read_parquet(made.truth_path)
    assert ["tenancy_id", "charged_on"] == list(planted.columns)
    rows = truth[["tenancy_id", "as_of", "serious_within_13w"]].merge(planted, on="tenancy_id")
    ahead = (pd.to_datetime(rows["charged_on"]) - pd.to_datetime(rows["as_of"])).dt.days.between(0, 70)
    assert ahead.sum() > 20
    assert rows.loc[ahead, "serious_within_13w"].dropna().astype(bool).mean() > 0.7


def test_the_command_plants_it_on_request(tmp_path: Path) -> None:
    asked = ["lake", "demo", str(tmp_path / "lake"), "--households", "40", "--years", "1", "--plant-bias", "--quiet"]
    ran = CliRunner().invoke(app, asked)
    assert 0 == ran.exit_code, ran.output
    assert (tmp_path / "lake.truth" / "planted_bias.parquet").is_file()
