"""A week in the life of every rent account, week after week."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from riskmodels.lake.demo.benefits import move_benefits, uprate_awards
from riskmodels.lake.demo.letting import end_tenancies, let_homes, note_changed_methods, open_rent_year
from riskmodels.lake.demo.officers import contact_tenants, make_arrangements, take_actions, write_off_and_refund
from riskmodels.lake.demo.payments import charge_rent, pay_benefit, pay_rent
from riskmodels.lake.demo.reclaims import reclaim_benefit
from riskmodels.lake.demo.world import Week, World

__all__ = ["live"]


def live(world: World) -> Iterator[Week]:
    """Simulate week by week, and give each week once its Sunday has closed."""
    calendar = world.calendar
    for index in range(calendar.weeks):
        week = Week(index, int(calendar.mondays[index]), index >= calendar.first_recorded)
        end_tenancies(world, week)
        let_homes(world, week)
        open_rent_year(world, week)
        _move_states(world, week)
        move_benefits(world, week)
        uprate_awards(world, week)
        note_changed_methods(world, week)
        pay_benefit(world, week)
        charge_rent(world, week)
        pay_rent(world, week)
        reclaim_benefit(world, week)
        write_off_and_refund(world, week)
        if week.recorded:
            _note_balances(world, week)
        yield week
        contact_tenants(world, week)
        make_arrangements(world, week)
        take_actions(world, week)


def _move_states(world: World, week: Week) -> None:
    accounts = world.accounts
    draw = world.streams.named("risk").random(len(accounts.state))
    season = float(world.calendar.season[week.index])
    helped = accounts.helped_weeks > 0
    accounts.state[:] = world.risk.next_state(accounts.state, accounts.vulnerability, season, helped, draw)


def _note_balances(world: World, week: Week) -> None:
    accounts = world.accounts
    homes = np.flatnonzero(accounts.let)
    world.journal.note(
        "rent_balances",
        tenancy_id=accounts.tenancy[homes] + 1,
        week_ending=week.monday + 6,
        balance_gbp=accounts.balance[homes],
        expected_benefit_gbp=accounts.expected_benefit[homes],
        written_off_13w_gbp=accounts.written_off.sum(axis=0)[homes],
        weekly_rent_gbp=accounts.rent[homes],
    )
