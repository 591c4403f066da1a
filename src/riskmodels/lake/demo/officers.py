"""What income officers do: contacts that help, arrangements, and a ladder of actions that follows the arrears.

The actions are a trap on purpose. They come after the arrears that they seem to foretell, and many are typed up weeks
later and dated back to before the account got so far: read by the day taken alone, they give the outcome away. Read by
the day the lake knew, they do not.
"""

from __future__ import annotations

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.forms import ACTIONS, CHANNELS
from riskmodels.lake.demo.journal import NULL
from riskmodels.lake.demo.payments import post
from riskmodels.lake.demo.risk import COPES, CRISIS
from riskmodels.lake.demo.world import Week, World

__all__ = ["contact_tenants", "make_arrangements", "take_actions", "write_off_and_refund"]

# Net arrears, in weeks of rent, at which each step of the ladder may be taken, and the weekly chance that it is.
_STEPS = np.array([2.0, 4.0, 5.0, 7.5, 12.0, 17.0, 22.0])
_STEP_CHANCE = np.array([0.35, 0.30, 0.20, 0.35, 0.12, 0.08, 0.05])
_BACK_DATED = 0.35
_HELP_WEEKS = 10
_SETTLES = 0.06
_KEPT, _BROKEN = 1, 2


def contact_tenants(world: World, week: Week) -> None:
    """Ring, text or visit some tenants, mostly those in arrears; who is reached pays better for some weeks."""
    accounts = world.accounts
    random = world.streams.named("contacts")
    owing = accounts.net_weeks
    chance = np.where(owing >= 2, 0.030, np.where(owing >= 1, 0.008, 0.0008))
    chance = np.where(accounts.helped_weeks > 0, 0.0, chance)
    homes = np.flatnonzero(accounts.let & (random.random(len(owing)) < chance))
    channel = random.choice(len(CHANNELS), size=len(homes), p=[0.55, 0.25, 0.10, 0.10])
    reached = random.random(len(homes)) < np.array([0.55, 0.35, 0.30, 0.65])[channel]
    accounts.helped_weeks[:] = np.maximum(accounts.helped_weeks - 1, 0)
    accounts.helped_weeks[homes[reached]] = _HELP_WEEKS
    if week.recorded:
        world.journal.note(
            "contacts",
            contact_id=world.journal.numbers("contact", len(homes)),
            tenancy_id=accounts.tenancy[homes] + 1,
            contacted_on=week.monday + 7 + random.integers(0, 5, len(homes)),
            channel=channel,
            reached=reached,
        )


def make_arrangements(world: World, week: Week) -> None:
    """Agree repayments with those in arrears, and close those kept in full or broken."""
    accounts = world.accounts
    random = world.streams.named("arrangements")
    owing, day = accounts.net_weeks, week.monday + 7
    running = accounts.let & (accounts.arrangement > 0)
    most_missed = np.where(accounts.rhythm == 1, 2, 3)
    _close(world, np.flatnonzero(running & (owing < 0.3)), _KEPT, day)
    _close(world, np.flatnonzero(running & (owing >= 0.3) & (accounts.arrangement_missed >= most_missed)), _BROKEN, day)
    free = accounts.let & (accounts.arrangement == 0) & (owing >= 3)
    chance = np.where(accounts.helped_weeks > 0, 0.12, 0.035) * np.where(accounts.state == CRISIS, 0.35, 1.0)
    homes = np.flatnonzero(free & (random.random(len(owing)) < chance))
    wanted = np.maximum(accounts.debt[homes], 0) / random.uniform(20, 70, len(homes))
    accounts.arrangement[homes] = world.journal.numbers("arrangement", len(homes))
    accounts.arrangement_from[homes] = day + random.integers(0, 5, len(homes))
    accounts.arrangement_weekly[homes] = np.maximum(np.rint(wanted / 50) * 50, 370).astype(np.int64)
    accounts.arrangement_missed[homes] = 0
    _note_arrangements(world, homes, 0, NULL, accounts.arrangement_from[homes] + 1)


def _close(world: World, homes: Ints, status: int, day: int) -> None:
    accounts = world.accounts
    closed_on = np.maximum(accounts.arrangement_from[homes] + 1, day)
    _note_arrangements(world, homes, status, closed_on, closed_on + 3)
    accounts.arrangement[homes] = 0
    accounts.arrangement_missed[homes] = 0


def _note_arrangements(world: World, homes: Ints, status: int, closed_on: Ints | int, noted_on: Ints) -> None:
    accounts = world.accounts
    world.journal.note(
        "arrangements",
        arrangement_id=accounts.arrangement[homes],
        tenancy_id=accounts.tenancy[homes] + 1,
        agreed_on=accounts.arrangement_from[homes],
        weekly_amount_gbp=accounts.arrangement_weekly[homes],
        status=status,
        closed_on=closed_on,
        noted_on=noted_on,
    )


def take_actions(world: World, week: Week) -> None:
    """Climb the ladder where arrears have grown to a step, at most one step every two weeks."""
    accounts, lettings = world.accounts, world.lettings
    random = world.streams.named("actions")
    owing = accounts.net_weeks
    step = np.minimum(accounts.stage, len(ACTIONS) - 1)
    draw = random.random(len(owing))
    may = accounts.let & (accounts.stage < len(ACTIONS)) & (week.index >= accounts.stage_week + 2)
    homes = np.flatnonzero(may & (owing >= _STEPS[step]) & (draw < _STEP_CHANCE[step]))
    _note_actions(world, week, homes, step[homes])
    accounts.stage[homes] += 1
    accounts.stage_week[homes] = week.index
    tenancy = accounts.tenancy[homes]
    lettings.furthest_action[tenancy] = np.maximum(lettings.furthest_action[tenancy], step[homes])
    cleared = accounts.let & (owing < 0.5) & (accounts.stage > 0)
    accounts.stage[cleared] = 0


def _note_actions(world: World, week: Week, homes: Ints, step: Ints) -> None:
    random = world.streams.named("actions")
    done_on = week.monday + 7 + random.integers(0, 5, len(homes))
    back: Flags = random.random(len(homes)) < _BACK_DATED
    days_back = np.where(back, random.integers(7, 64, len(homes)), 0)
    if week.recorded:
        world.journal.note(
            "rent_actions",
            action_id=world.journal.numbers("action", len(homes)),
            tenancy_id=world.accounts.tenancy[homes] + 1,
            taken_on=np.maximum(done_on - days_back, world.accounts.started_on[homes]),
            kind=step,
            noted_on=done_on,
            back_dated=back,
        )


def write_off_and_refund(world: World, week: Week) -> None:
    """Write some debts off, refund large credits, and credit hardship payments to some who were helped."""
    accounts = world.accounts
    random = world.streams.named("adjustments")
    draw: Floats = random.random(len(accounts.tenancy))
    owing, debt = accounts.net_weeks, np.maximum(accounts.debt, 0)
    off = np.flatnonzero(accounts.let & (owing >= 4) & (draw < 0.0022))
    pence = debt[off]
    post(world, week, off, "write_off", pence, offset=3, method=NULL)
    slot = week.index % len(accounts.written_off)
    accounts.written_off[slot] = 0
    accounts.written_off[slot, off] = pence
    hardship = np.flatnonzero(accounts.let & (accounts.helped_weeks > 0) & (owing >= 2) & (draw > 0.97))
    most = np.rint(accounts.rent[hardship] * random.uniform(1, 6, len(hardship))).astype(np.int64)
    relief = np.minimum(debt[hardship], most)
    post(world, week, hardship, "adjustment", relief, offset=2, method=NULL)
    settles = accounts.let & (owing >= 5) & (accounts.state == COPES) & (draw > 0.5) & (draw < 0.5 + _SETTLES)
    settled = np.flatnonzero(settles)
    lump = (debt[settled] * random.uniform(0.6, 1.0, len(settled))).astype(np.int64)
    post(world, week, settled, "payment", lump, offset=4, method=2)
    rich = np.flatnonzero(accounts.let & (accounts.balance < -9 * accounts.rent) & (draw < 0.15))
    refunded = -accounts.balance[rich] - 3 * accounts.rent[rich]
    post(world, week, rich, "refund", refunded, offset=4, method=NULL)
