"""Tenancies begin and end: homes fall empty, stand empty for some weeks, and are let again."""

from __future__ import annotations

import numpy as np

from riskmodels.lake.demo.accounts import VOID
from riskmodels.lake.demo.arrays import Ints
from riskmodels.lake.demo.benefits import close_awards, open_first_awards
from riskmodels.lake.demo.homes import weekly_rent_pence
from riskmodels.lake.demo.tenants import IRREGULAR, MONTHLY
from riskmodels.lake.demo.world import Week, World

__all__ = ["end_tenancies", "let_homes", "note_changed_methods", "open_rent_year"]

DIRECT_DEBIT, STANDING_ORDER, CARD, CASH = 0, 1, 2, 3
# Weekly chance that a tenancy ends of itself (about 5% a year), and once an eviction warrant is out.
_ENDS = 0.00100
_ENDS_BY_WARRANT = 0.12
_WARRANT = 7


def let_homes(world: World, week: Week) -> None:
    """Let every home whose empty time is over to the next tenants in line."""
    accounts, tenants, lettings = world.accounts, world.tenants, world.lettings
    homes = np.flatnonzero(~accounts.let & (accounts.void_until <= week.index))
    homes = homes[: tenants.count - lettings.used]
    if len(homes) == 0:
        return
    chosen = np.arange(lettings.used, lettings.used + len(homes), dtype=np.int64)
    lettings.used += len(homes)
    _record_letting(world, week, homes, chosen)
    _open_accounts(world, week, homes, chosen)
    open_first_awards(world, week, homes)
    note_accounts(world, homes, week.monday, week.monday - 2)


def _record_letting(world: World, week: Week, homes: Ints, chosen: Ints) -> None:
    tenants, lettings = world.tenants, world.lettings
    lettings.home[chosen] = homes
    lettings.started_on[chosen] = week.monday - tenants.housed_days[chosen]
    lettings.birth_day[chosen] = week.monday - tenants.age_days[chosen]
    lettings.vulnerability[chosen] = world.risk.vulnerability(
        tenants.nature[chosen],
        world.homes.deprivation[homes],
        tenants.children[chosen],
        tenants.disabled[chosen],
        tenants.age_days[chosen] / 365.25,
    )


def _open_accounts(world: World, week: Week, homes: Ints, chosen: Ints) -> None:
    accounts, tenants, lettings = world.accounts, world.tenants, world.lettings
    random = world.streams.named("letting")
    rent = weekly_rent_pence(world.homes, int(world.calendar.rent_year[week.index]))[homes]
    rhythm = tenants.rhythm[chosen]
    draw = random.random(len(homes))
    regular = np.where(draw < 0.75, DIRECT_DEBIT, STANDING_ORDER)
    weekly = np.where(draw < 0.30, DIRECT_DEBIT, np.where(draw < 0.55, STANDING_ORDER, CARD))
    irregular = np.where(draw < 0.70, CARD, CASH)
    accounts.tenancy[homes] = chosen
    accounts.started_on[homes] = lettings.started_on[chosen]
    accounts.vulnerability[homes] = lettings.vulnerability[chosen]
    accounts.rent[homes] = rent
    accounts.method[homes] = np.where(rhythm == IRREGULAR, irregular, np.where(rhythm == MONTHLY, regular, weekly))
    accounts.rhythm[homes] = rhythm
    accounts.pay_day[homes] = tenants.pay_day[chosen]
    accounts.pay_rate[homes] = tenants.pay_rate[chosen]
    accounts.cushion[homes] = tenants.cushion_weeks[chosen]
    accounts.pensioner[homes] = tenants.age_days[chosen] >= 66 * 365.25
    at_first = np.maximum(accounts.cushion[homes], 0) / 4
    ahead = np.where(tenants.housed_days[chosen] > 0, accounts.cushion[homes], at_first)
    accounts.balance[homes] = np.rint((tenants.old_debt_weeks[chosen] - ahead) * rent).astype(np.int64)
    for column in _FRESH:
        getattr(accounts, column)[homes] = 0
    accounts.written_off[:, homes] = 0


_FRESH = (
    "state",
    "scheme",
    "award",
    "suspended",
    "held",
    "wait_weeks",
    "accrued_benefit",
    "accrued_own",
    "weeks_since_due",
    "helped_weeks",
    "arrangement",
    "arrangement_missed",
    "stage",
    "stage_week",
)


def note_changed_methods(world: World, week: Week) -> None:
    """Note the accounts whose usual way of paying has changed; the office learns of it some days later."""
    accounts = world.accounts
    homes = np.flatnonzero(accounts.let & (accounts.usual_method != accounts.noted_method))
    note_accounts(world, homes, week.monday, week.monday + 4)


def end_tenancies(world: World, week: Week) -> None:
    """End some tenancies on the Sunday before the week; their homes stand empty for three to eight weeks."""
    accounts, lettings = world.accounts, world.lettings
    random = world.streams.named("ending")
    draw = random.random(len(accounts.tenancy))
    chance = np.where(accounts.stage >= _WARRANT, _ENDS_BY_WARRANT, _ENDS)
    long_enough = accounts.started_on < week.monday - 90
    homes = np.flatnonzero(accounts.let & (draw < chance) & long_enough)
    ended = accounts.tenancy[homes]
    lettings.ended_on[ended] = week.monday - 1
    lettings.end_noted_on[ended] = week.monday + random.integers(0, 21, len(homes))
    close_awards(world, homes, week.monday - 1, week.monday + random.integers(1, 21, len(homes)))
    accounts.tenancy[homes] = VOID
    accounts.void_until[homes] = week.index + random.integers(3, 9, len(homes))


def open_rent_year(world: World, week: Week) -> None:
    """Raise the rents on the first Monday of April, and note each account's new rent."""
    accounts = world.accounts
    if not world.calendar.opens_rent_year[week.index]:
        return
    rent = weekly_rent_pence(world.homes, int(world.calendar.rent_year[week.index]))
    accounts.rent[:] = rent
    note_accounts(world, np.flatnonzero(accounts.let), week.monday, week.monday - 10)


def note_accounts(world: World, homes: Ints, effective_on: int, noted_on: int) -> None:
    """Note the rent and method of accounts as they now stand."""
    accounts, calendar = world.accounts, world.calendar
    index = int(np.searchsorted(calendar.mondays, effective_on))
    weeks = int(calendar.weeks_in_rent_year[min(index, calendar.weeks - 1)])
    world.journal.note(
        "rent_accounts",
        account_id=accounts.tenancy[homes] + 1,
        tenancy_id=accounts.tenancy[homes] + 1,
        effective_on=effective_on,
        weekly_rent_gbp=accounts.rent[homes],
        rent_weeks_per_year=np.where(world.homes.has_48_weeks[homes], weeks - 4, weeks),
        payment_method=accounts.usual_method[homes],
        noted_on=noted_on,
    )
    accounts.noted_method[homes] = accounts.usual_method[homes]
