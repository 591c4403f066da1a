"""The planted bias at work: benefit reclaimed by mistake from disabled tenants' rent accounts, and taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from riskmodels.lake.demo.journal import NULL
from riskmodels.lake.demo.payments import post
from riskmodels.lake.demo.plants import Reclaims
from riskmodels.lake.demo.save import save_table
from riskmodels.lake.demo.world import Week, World

__all__ = ["PLANT_FILE", "reclaim_benefit", "save_plant"]

PLANT_FILE = "planted_bias.parquet"


def reclaim_benefit(world: World, week: Week) -> None:
    """Take back what was charged by mistake weeks ago, and charge others; nothing where no bias is planted."""
    reclaims = world.reclaims
    if reclaims is not None:
        _take_back(world, week, reclaims)
        _charge(world, week, reclaims)


def _take_back(world: World, week: Week, reclaims: Reclaims) -> None:
    due = reclaims.back_in == week.index
    homes = np.flatnonzero(due & (reclaims.tenancy == world.accounts.tenancy))
    post(world, week, homes, "adjustment", reclaims.pence[homes], offset=1, method=NULL)
    reclaims.tenancy[due] = -1


def _charge(world: World, week: Week, reclaims: Reclaims) -> None:
    accounts, rule = world.accounts, reclaims.rule
    turn = reclaims.turn[accounts.tenancy] == week.index % rule.every_weeks
    good_order = accounts.net_weeks <= rule.good_order_weeks
    homes = np.flatnonzero(accounts.let & world.tenants.disabled[accounts.tenancy] & turn & good_order)
    tenancy = accounts.tenancy[homes]
    owed = reclaims.owed_weeks[tenancy] - accounts.net_weeks[homes]
    pence = np.rint(owed * accounts.rent[homes]).astype(np.int64)
    post(world, week, homes, "charge", pence, offset=1, method=NULL)
    reclaims.tenancy[homes] = tenancy
    reclaims.pence[homes] = pence
    reclaims.back_in[homes] = week.index + rule.lasts_weeks
    if week.recorded and len(homes):
        reclaims.charged.append((tenancy, week.monday + 1))


def save_plant(world: World, folder: Path) -> None:
    """Write which tenancies were charged by mistake, and when; nothing where no bias is planted."""
    if world.reclaims is None:
        return
    charged = world.reclaims.charged
    tenancy = np.concatenate([some for some, _ in charged]) if charged else np.zeros(0, dtype=np.int64)
    days = np.concatenate([np.full(len(some), day) for some, day in charged]) if charged else tenancy
    table = {
        "tenancy_id": pa.array([f"T{number + 1:07d}" for number in tenancy.tolist()], pa.string()),
        "charged_on": pa.array(days.astype(np.int32)).cast(pa.date32()),
    }
    save_table(pa.table(table), folder / PLANT_FILE)
