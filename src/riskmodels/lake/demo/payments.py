"""Money in: the charge on Monday, benefit paid in arrears, and what tenants pay, skip or pay in part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.benefits import accrue_benefit
from riskmodels.lake.demo.forms import METHODS, TRANSACTIONS, UCM
from riskmodels.lake.demo.journal import NULL
from riskmodels.lake.demo.risk import COPES
from riskmodels.lake.demo.tenants import IRREGULAR, MONTHLY, WEEKLY
from riskmodels.lake.demo.world import Week, World

__all__ = ["charge_rent", "pay_benefit", "pay_rent", "post"]

_SIGN = {"charge": 1, "reversal": 1, "refund": 1, "payment": -1, "benefit": -1, "write_off": -1, "adjustment": -1}
_BY_HB, _BY_UCM = METHODS.index("housing_benefit"), METHODS.index("universal_credit_managed")
_DIRECT_DEBIT, _CARD, _CASH, _DEDUCTION = 0, 2, 3, METHODS.index("third_party_deduction")
_DEDUCTION_PENCE = 520
_MISSED_IN_WAIT, _MISSED_WHEN_STOPPED = 0.72, 0.80
_BOUNCES, _CANCELS, _SETS_UP = 0.6, 0.30, 0.0015


def post(
    world: World, week: Week, homes: Ints, kind: str, pence: Ints, *, offset: Ints | int, method: Ints | int
) -> None:
    """Post amounts above zero to accounts, ``offset`` days after Monday, and change their balances."""
    some = pence > 0
    if not some.all():
        homes, pence = homes[some], pence[some]
        offset = offset[some] if isinstance(offset, np.ndarray) else offset
        method = method[some] if isinstance(method, np.ndarray) else method
    accounts = world.accounts
    accounts.balance[homes] += _SIGN[kind] * pence
    if week.recorded and len(homes):
        world.journal.note(
            "rent_transactions",
            transaction_id=world.journal.numbers("transaction", len(homes)),
            tenancy_id=accounts.tenancy[homes] + 1,
            posted_on=week.monday + np.asarray(offset),
            kind=TRANSACTIONS.index(kind),
            method=method,
            amount_gbp=pence,
        )


def charge_rent(world: World, week: Week) -> None:
    """Charge the week's rent, but for accounts in a rent-free week, and share it out between benefit and tenant."""
    accounts = world.accounts
    free = world.homes.has_48_weeks & bool(world.calendar.rent_free[week.index])
    charge = np.where(accounts.let & ~free, accounts.rent, 0)
    homes = np.flatnonzero(charge)
    post(world, week, homes, "charge", charge[homes], offset=0, method=NULL)
    accounts.accrued_own += accrue_benefit(world, charge)
    accounts.weeks_since_due += 1


def pay_benefit(world: World, week: Week) -> None:
    """Pay housing benefit every fourth Monday for the weeks before, and managed universal credit every month."""
    accounts = world.accounts
    managed = accounts.scheme == UCM
    turn = (np.arange(len(accounts.tenancy)) % 4) == week.index % 4
    homes = np.flatnonzero(accounts.let & ~managed & turn & (accounts.accrued_benefit > 0))
    post(world, week, homes, "benefit", accounts.accrued_benefit[homes], offset=0, method=_BY_HB)
    accounts.accrued_benefit[homes] = 0
    offset = world.calendar.month_day_offset[week.index][1 + (np.arange(len(managed)) * 7) % 28]
    homes = np.flatnonzero(accounts.let & managed & (offset >= 0))
    post(world, week, homes, "benefit", accounts.accrued_benefit[homes], offset=offset[homes], method=_BY_UCM)
    accounts.accrued_benefit[homes] = 0
    owing = homes[accounts.debt[homes] > accounts.rent[homes]]
    deducted = np.full(len(owing), 4 * _DEDUCTION_PENCE)
    post(world, week, owing, "payment", deducted, offset=offset[owing], method=_DEDUCTION)


@dataclass(frozen=True, eq=False)
class _Due:
    """Payments that fall due in a week: which homes, on which day, how much."""

    homes: Ints
    offset: Ints
    pence: Ints


def pay_rent(world: World, week: Week) -> None:
    """Let tenants whose pay day it is pay in full, in part, or not at all."""
    accounts = world.accounts
    random = world.streams.named("payments")
    draws = random.random((4, len(accounts.tenancy)))
    due = _due(world, week, draws[3])
    missed, partial = _chances(world, due.homes)
    draw = draws[0][due.homes]
    misses, in_part = draw < missed, (draw >= missed) & (draw < missed + partial)
    paid = np.where(misses, 0, np.where(in_part, due.pence * (0.15 + 0.65 * draws[1][due.homes]), due.pence))
    paid = paid + np.where(misses | in_part, 0, _catching_up(world, due.homes, draws[2][due.homes]))
    pence = _rounded(world, due.homes, paid)
    method = accounts.method[due.homes]
    post(world, week, due.homes, "payment", pence, offset=due.offset, method=method)
    _bounce(world, week, due, misses, draws[1][due.homes])
    arranged = accounts.arrangement[due.homes] > 0
    running = np.where(misses & arranged, accounts.arrangement_missed[due.homes] + 1, 0)
    accounts.arrangement_missed[due.homes] = running
    settled = due.homes[~(misses & (accounts.wait_weeks[due.homes] > 0))]
    accounts.accrued_own[settled] = 0
    accounts.weeks_since_due[settled] = 0


def _due(world: World, week: Week, draw: Floats) -> _Due:
    accounts = world.accounts
    in_month = world.calendar.month_day_offset[week.index][accounts.pay_day]
    monthly = accounts.rhythm == MONTHLY
    irregular = accounts.rhythm == IRREGULAR
    offset = np.where(monthly, in_month, np.where(irregular, (draw * 7000).astype(np.int64) % 7, accounts.pay_day))
    is_due = np.where(monthly, in_month >= 0, np.where(irregular, draw < accounts.pay_rate, True))
    arranged = accounts.arrangement_weekly * (accounts.arrangement > 0) * np.minimum(accounts.weeks_since_due, 5)
    slack = accounts.debt + np.rint(accounts.cushion * accounts.rent).astype(np.int64)
    ask = np.maximum(accounts.accrued_own + arranged + np.minimum(slack, 0), 0)
    homes = np.flatnonzero(accounts.let & is_due & (ask > 0))
    idle = np.flatnonzero(accounts.let & is_due & (ask == 0))
    accounts.accrued_own[idle] = 0
    accounts.weeks_since_due[idle] = 0
    return _Due(homes, offset[homes], ask[homes])


def _chances(world: World, homes: Ints) -> tuple[Floats, Floats]:
    """Give the chances of a missed and a partial payment, worse while universal credit or a stop is being settled."""
    accounts = world.accounts
    helped = accounts.helped_weeks[homes] > 0
    missed, partial = world.risk.missed_and_partial(accounts.state[homes], accounts.vulnerability[homes], helped)
    missed = np.where(accounts.wait_weeks[homes] > 0, np.maximum(missed, _MISSED_IN_WAIT), missed)
    missed = np.where(accounts.suspended[homes], np.maximum(missed, _MISSED_WHEN_STOPPED), missed)
    return missed, np.minimum(partial, 1 - missed)


def _catching_up(world: World, homes: Ints, draw: Floats) -> Floats:
    """Draw what is paid on top by some who cope, yet owe more than they are used to."""
    accounts = world.accounts
    used_to = np.maximum(-accounts.cushion[homes], 0.0) * accounts.rent[homes]
    debt = np.maximum(accounts.debt[homes] - used_to, 0)
    chance = np.where(accounts.rhythm[homes] == MONTHLY, 0.16, np.where(accounts.rhythm[homes] == WEEKLY, 0.04, 0.08))
    chance = chance * np.exp(-0.5 * accounts.vulnerability[homes])
    able = (accounts.state[homes] == COPES) & (debt > 0.3 * accounts.rent[homes]) & (draw < chance)
    return np.where(able, debt * (0.1 + 0.9 * draw / np.maximum(chance, 1e-9)), 0.0)


def _rounded(world: World, homes: Ints, pence: Floats) -> Ints:
    """Pay whole pounds by card, whole fives in cash, exact sums otherwise."""
    method = world.accounts.method[homes]
    unit = np.where(method == _CARD, 100, np.where(method == _CASH, 500, 1))
    return np.asarray(np.rint(pence / unit) * unit, dtype=np.int64)


def _bounce(world: World, week: Week, due: _Due, misses: Flags, draw: Floats) -> None:
    """Pay some of the missed direct debits, take them back three days later, and cancel some for good."""
    accounts = world.accounts
    debited = misses & (accounts.method[due.homes] == _DIRECT_DEBIT)
    bounced = debited & (draw < _BOUNCES) & (due.offset <= 3)
    homes = due.homes[bounced]
    for kind, days in (("payment", 0), ("reversal", 3)):
        post(world, week, homes, kind, due.pence[bounced], offset=due.offset[bounced] + days, method=_DIRECT_DEBIT)
    cancelled = due.homes[debited & (draw > 1 - _CANCELS)]
    accounts.method[cancelled] = _CARD
    accounts.rhythm[cancelled] = IRREGULAR
    _set_up_direct_debits(world)


def _set_up_direct_debits(world: World) -> None:
    accounts = world.accounts
    draw = world.streams.named("direct debits").random(len(accounts.tenancy))
    able = accounts.let & (accounts.rhythm == IRREGULAR) & (accounts.state == COPES)
    homes = np.flatnonzero(able & (draw < _SETS_UP))
    accounts.method[homes] = _DIRECT_DEBIT
    accounts.rhythm[homes] = MONTHLY
