"""Help with the rent: awards of housing benefit and universal credit, their stops, and the moves between them."""

from __future__ import annotations

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.forms import HB, UC, UCM
from riskmodels.lake.demo.journal import NULL
from riskmodels.lake.demo.risk import COPES, CRISIS
from riskmodels.lake.demo.tenants import MONTHLY
from riskmodels.lake.demo.world import Week, World

__all__ = ["accrue_benefit", "close_awards", "move_benefits", "open_first_awards", "uprate_awards"]

# Weekly chance that a working-age household is moved from housing benefit to universal credit, by year.
_MOVED = {2022: 0.0016, 2023: 0.0022, 2024: 0.0055, 2025: 0.0110, 2026: 0.02}
_STOPPED, _RESOLVED, _RESTORED = 0.0013, 0.10, 0.62
_CLAIMS_IN_CRISIS, _CLAIMS_AFTER_STOP, _FINDS_WORK = 0.06, 0.12, 0.0022
_MANAGED, _UNMANAGED = 0.05, 0.010
_FIRST_PAYMENT_WEEKS = 5


def open_first_awards(world: World, week: Week, homes: Ints) -> None:
    """Settle who has help with the rent when a tenancy begins."""
    accounts, tenants = world.accounts, world.tenants
    draw = tenants.income_draw[accounts.tenancy[homes]]
    share = tenants.share_draw[accounts.tenancy[homes]]
    deprived, pensioner = world.homes.deprivation[homes], accounts.pensioner[homes]
    housed_already = tenants.housed_days[accounts.tenancy[homes]] > 0
    to_hb = np.where(pensioner, 0.62, np.where(housed_already, 0.42 + 0.08 * deprived, 0.0))
    to_uc = np.where(pensioner, 0.0, np.where(housed_already, 0.20, 0.52) + 0.05 * deprived)
    accounts.share[homes] = np.where(share < 0.5, 1.0, 0.35 + 1.1 * (share - 0.5))
    _open(world, homes[draw < to_hb], HB, week.monday, 7)
    on_uc = homes[(draw >= to_hb) & (draw < to_hb + to_uc)]
    _open(world, on_uc, UC, week.monday, 14)
    new = tenants.housed_days[accounts.tenancy[on_uc]] == 0
    accounts.wait_weeks[on_uc] = np.where(new, _FIRST_PAYMENT_WEEKS, 0)
    _live_a_month_behind(world, on_uc)
    used_to = np.where(new, 0.0, np.maximum(-accounts.cushion[on_uc], 0.0))
    accounts.balance[on_uc] += np.rint(used_to * accounts.rent[on_uc]).astype(np.int64)


def move_benefits(world: World, week: Week) -> None:
    """Let a week's changes happen: stops, resolutions, claims, moves to universal credit, managed payments."""
    accounts = world.accounts
    random = world.streams.named("benefits")
    draw, second = random.random(len(accounts.tenancy)), random.random(len(accounts.tenancy))
    accounts.wait_weeks[:] = np.maximum(accounts.wait_weeks - 1, 0)
    _resolve_stops(world, week, draw, second)
    _stop(world, week, draw)
    _move_to_uc(world, week, draw)
    _claims_and_work(world, week, draw)
    _managed_payments(world, week, draw)


def _resolve_stops(world: World, week: Week, draw: Floats, second: Floats) -> None:
    accounts = world.accounts
    resolved = accounts.let & accounts.suspended & (draw < _RESOLVED)
    restored = np.flatnonzero(resolved & (second < _RESTORED))
    since = accounts.suspended_on[restored]
    _open_from(world, restored, HB, since, np.full(len(restored), week.monday + 3))
    missed_weeks = (week.monday - since) // 7
    backdated = np.rint(accounts.rent[restored] * accounts.share[restored] * missed_weeks).astype(np.int64)
    accounts.accrued_benefit[restored] = accounts.held[restored] + backdated
    lost = np.flatnonzero(resolved & (second >= _RESTORED))
    accounts.scheme[lost] = 0
    accounts.accrued_benefit[lost] = 0
    for homes in (restored, lost):
        accounts.held[homes] = 0
        accounts.suspended[homes] = False


def _stop(world: World, week: Week, draw: Floats) -> None:
    accounts = world.accounts
    chance = _STOPPED * np.exp(0.4 * accounts.vulnerability)
    homes = np.flatnonzero(accounts.let & (accounts.scheme == HB) & ~accounts.suspended & (draw > 1 - chance))
    random = world.streams.named("benefit delays")
    close_awards(world, homes, week.monday - 1, week.monday + random.integers(1, 22, len(homes)))
    accounts.suspended[homes] = True
    accounts.suspended_on[homes] = week.monday
    accounts.held[homes] = accounts.accrued_benefit[homes]
    accounts.accrued_benefit[homes] = 0
    accounts.scheme[homes] = HB


def _move_to_uc(world: World, week: Week, draw: Floats) -> None:
    accounts = world.accounts
    year = 1970 + int(week.monday / 365.2425)
    chance = _MOVED.get(year, 0.0015 if year < 2022 else 0.02)
    able = accounts.let & (accounts.scheme == HB) & ~accounts.suspended & ~accounts.pensioner
    homes = np.flatnonzero(able & (draw > 0.5) & (draw < 0.5 + chance))
    random = world.streams.named("benefit delays")
    close_awards(world, homes, week.monday - 1, week.monday + random.integers(1, 15, len(homes)))
    _start_uc(world, week, homes)


def _start_uc(world: World, week: Week, homes: Ints) -> None:
    """Begin a claim; what housing benefit had accrued is still owed to the account and comes on its next pay day."""
    _open(world, homes, UC, week.monday, 14)
    world.accounts.wait_weeks[homes] = _FIRST_PAYMENT_WEEKS
    _live_a_month_behind(world, homes)


def _live_a_month_behind(world: World, homes: Ints) -> None:
    """Make most claimants used to owing what built up before the first payment came."""
    accounts, random = world.accounts, world.streams.named("a month behind")
    stays = random.random(len(homes)) < 0.5
    weeks = random.random(len(homes)) * np.where(accounts.rhythm[homes] == MONTHLY, 2.5, 5.0)
    accounts.cushion[homes[stays]] = -weeks[stays]


def _claims_and_work(world: World, week: Week, draw: Floats) -> None:
    accounts = world.accounts
    without = accounts.let & (accounts.scheme == 0) & ~accounts.pensioner
    chance = np.where(accounts.state == CRISIS, _CLAIMS_IN_CRISIS, 0.0008)
    _start_uc(world, week, np.flatnonzero(without & (draw < chance)))
    works = accounts.let & (accounts.scheme == UC) & (accounts.state == COPES) & (draw > 1 - _FINDS_WORK)
    homes = np.flatnonzero(works & (accounts.wait_weeks == 0))
    close_awards(world, homes, week.monday - 1, np.full(len(homes), week.monday + 12))


def _managed_payments(world: World, week: Week, draw: Floats) -> None:
    """Ask for rent to be paid direct at two months' arrears; give it back to the tenant once the debt is gone."""
    accounts = world.accounts
    on_uc = accounts.let & (accounts.wait_weeks == 0)
    owing = accounts.net_weeks
    to_landlord = np.flatnonzero(on_uc & (accounts.scheme == UC) & (owing >= 8) & (draw < _MANAGED))
    to_tenant = np.flatnonzero(on_uc & (accounts.scheme == UCM) & (owing < 0.3) & (draw < _UNMANAGED))
    accounts.accrued_own[to_tenant] += accounts.accrued_benefit[to_tenant]
    accounts.accrued_benefit[to_tenant] = 0
    for homes, scheme in ((to_landlord, UCM), (to_tenant, UC)):
        close_awards(world, homes, week.monday - 1, np.full(len(homes), week.monday + 5))
        _open(world, homes, scheme, week.monday, 7)


def uprate_awards(world: World, week: Week) -> None:
    """Raise awards with the rent in April: a new version of the same row."""
    accounts = world.accounts
    if world.calendar.opens_rent_year[week.index]:
        homes = np.flatnonzero(accounts.let & (accounts.scheme > 0) & ~accounts.suspended)
        _note(world, homes, accounts.award_from[homes], NULL, np.full(len(homes), week.monday + 9))


def accrue_benefit(world: World, charge: Ints) -> Ints:
    """Add a week's benefit to what is due to the accounts, and give the share of the charge left to the tenant."""
    accounts = world.accounts
    direct = ((accounts.scheme == HB) & ~accounts.suspended) | ((accounts.scheme == UCM) & (accounts.wait_weeks == 0))
    benefit = np.where(direct, np.rint(charge * accounts.share), 0).astype(np.int64)
    accounts.accrued_benefit += benefit
    return charge - benefit


def close_awards(world: World, homes: Ints, ended_on: int, noted_on: Ints) -> None:
    """End the awards that run on some accounts."""
    accounts = world.accounts
    running: Flags = (accounts.scheme[homes] > 0) & ~accounts.suspended[homes]
    ending = homes[running]
    ends = np.maximum(accounts.award_from[ending], ended_on)
    _note(world, ending, accounts.award_from[ending], ends, np.broadcast_to(noted_on, len(homes))[running])
    accounts.scheme[ending] = 0


def _open(world: World, homes: Ints, scheme: int, started_on: int, longest_delay: int) -> None:
    random = world.streams.named("benefit delays")
    noted_on = started_on + random.integers(1, longest_delay + 1, len(homes))
    _open_from(world, homes, scheme, np.full(len(homes), started_on), noted_on)


def _open_from(world: World, homes: Ints, scheme: int, started_on: Ints, noted_on: Ints) -> None:
    accounts = world.accounts
    accounts.scheme[homes] = scheme
    accounts.award[homes] = world.journal.numbers("award", len(homes))
    accounts.award_from[homes] = started_on
    _note(world, homes, started_on, NULL, noted_on)


def _note(world: World, homes: Ints, started_on: Ints, ended_on: Ints | int, noted_on: Ints) -> None:
    accounts = world.accounts
    world.journal.note(
        "benefit_awards",
        award_id=accounts.award[homes],
        tenancy_id=accounts.tenancy[homes] + 1,
        kind=accounts.scheme[homes],
        weekly_amount_gbp=np.rint(accounts.rent[homes] * accounts.share[homes]).astype(np.int64),
        started_on=started_on,
        ended_on=ended_on,
        noted_on=noted_on,
    )
