"""What only the generator knows, kept beside the lake and not in it: for tests, never for models."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.calendar import day_number, month_starts
from riskmodels.lake.demo.faults import FaultLedger
from riskmodels.lake.demo.forms import HB, UCM
from riskmodels.lake.demo.hitting import HittingTable, hitting_table
from riskmodels.lake.demo.journal import NULL, Rows
from riskmodels.lake.demo.save import save_table
from riskmodels.lake.demo.tenants import MONTHLY, WEEKLY
from riskmodels.lake.demo.world import Week, World

__all__ = ["SERIOUS_WEEKS", "TRUTH_FILE", "Truth", "open_truth"]

SERIOUS_WEEKS = 8
HORIZON_DAYS = 91
TRUTH_FILE = "tenancy_truth.parquet"
_STATES = ("copes", "strained", "crisis")


@dataclass(eq=False)
class Truth:
    """What is noted of the hidden side of the simulation.

    Attributes
    ----------
    as_of : list of date
        The first day of each month of the lake.
    weeks : int array
        For each of them, the week whose Sunday is the last before it.
    serious : bool array, shape (tenancies, recorded weeks)
        Whether the tenancy was 8 weeks or more behind at the close of the week.
    """

    as_of: list[datetime.date]
    weeks: Ints
    serious: Flags
    table: HittingTable
    pages: list[Rows] = field(default_factory=list)
    figures: list[dict[str, Floats]] = field(default_factory=list)

    def watch(self, world: World, week: Week) -> None:
        """Note the state of every account at the close of a recorded week."""
        if not week.recorded:
            return
        accounts = world.accounts
        homes = np.flatnonzero(accounts.let)
        column = week.index - world.calendar.first_recorded
        self.serious[accounts.tenancy[homes], column] = accounts.net_weeks[homes] >= SERIOUS_WEEKS
        for number in np.flatnonzero(self.weeks == week.index):
            as_of = np.full(len(homes), day_number(self.as_of[number]), dtype=np.int64)
            self.pages.append({"tenancy": accounts.tenancy[homes], "as_of": as_of, "state": accounts.state[homes]})
            self.figures.append(
                {
                    "vulnerability": accounts.vulnerability[homes],
                    "net_arrears_weeks": accounts.net_weeks[homes],
                    "true_risk": _true_risk(world, homes, self.table),
                }
            )

    def save(self, world: World, ledger: FaultLedger, back_dated: Rows, folder: Path) -> None:
        """Write the truth: by tenancy and month, planted faults by extract, and the actions dated back."""
        pages = {name: np.concatenate([page[name] for page in self.pages]) for name in self.pages[0]}
        figures = {name: np.concatenate([page[name] for page in self.figures]) for name in self.figures[0]}
        outcome, known, ends = self._outcomes(world, pages)
        table = {
            "tenancy_id": pa.array([f"T{number + 1:07d}" for number in pages["tenancy"].tolist()]),
            "as_of": pa.array(pages["as_of"].astype(np.int32)).cast(pa.date32()),
            "state": pa.DictionaryArray.from_arrays(pa.array(pages["state"].astype(np.int32)), pa.array(_STATES)),
            **{name: pa.array(np.round(values, 6)) for name, values in figures.items()},
            "serious_within_13w": pa.array(outcome, mask=~known),
            "ends_within_13w": pa.array(ends),
        }
        save_table(pa.table(table), folder / TRUTH_FILE)
        save_table(_faults_table(ledger), folder / "planted_faults.parquet")
        save_table(_back_dated_table(back_dated), folder / "back_dated_actions.parquet")

    def _outcomes(self, world: World, pages: Rows) -> tuple[Flags, Flags, Flags]:
        """Say for each row whether serious arrears came, whether that is known, and whether the tenancy ended first."""
        calendar = world.calendar
        sundays = calendar.mondays[calendar.first_recorded :] + 6
        outcome, known, ends = (np.zeros(len(pages["tenancy"]), dtype=np.bool_) for _ in range(3))
        last_day = day_number(calendar.last_day)
        for as_of in np.unique(pages["as_of"]):
            rows = np.flatnonzero(pages["as_of"] == as_of)
            weeks = np.flatnonzero((sundays >= as_of) & (sundays < as_of + HORIZON_DAYS) & (sundays <= last_day))
            tenancy = pages["tenancy"][rows]
            serious = self.serious[tenancy][:, weeks]
            outcome[rows] = (serious[:, 1:] & serious[:, :-1]).any(axis=1)
            ended = world.lettings.ended_on[tenancy]
            ends[rows] = (ended != NULL) & (ended < as_of + HORIZON_DAYS)
            known[rows] = (as_of + HORIZON_DAYS <= last_day + 1) & (outcome[rows] | ~ends[rows])
        return outcome, known, ends


def open_truth(world: World) -> Truth:
    """Make ready to watch a simulation."""
    calendar = world.calendar
    sundays = calendar.mondays + 6
    months = month_starts(calendar.first_day, calendar.last_day)
    weeks = np.array([int(np.searchsorted(sundays, day_number(month))) - 1 for month in months], dtype=np.int64)
    shape = (len(world.lettings.home), calendar.weeks - calendar.first_recorded)
    return Truth(
        as_of=months,
        weeks=weeks,
        serious=np.zeros(shape, dtype=np.bool_),
        table=hitting_table(world.risk),
    )


def _true_risk(world: World, homes: Ints, table: HittingTable) -> Floats:
    """Give the true chance of serious arrears within 13 weeks."""
    accounts = world.accounts
    covered = ((accounts.scheme == HB) & ~accounts.suspended) | (accounts.scheme == UCM)
    own_share = np.clip(1.0 - np.where(covered, accounts.share, 0.0), 0.03, 1.0)[homes]
    rhythm = accounts.rhythm[homes]
    ahead_of_pay_day = np.where(rhythm == MONTHLY, 3.3, np.where(rhythm == WEEKLY, 0.0, 1.0)) * own_share
    managed = np.where(accounts.scheme[homes] == UCM, 3.3 * accounts.share[homes], 0.0)
    owing = accounts.debt[homes] + accounts.written_off.sum(axis=0)[homes]
    peak = owing / np.maximum(accounts.rent[homes], 1) + ahead_of_pay_day + managed
    troubled = (accounts.wait_weeks[homes] > 0) | accounts.suspended[homes]
    state = np.where(troubled, 2, accounts.state[homes])
    need = (SERIOUS_WEEKS - peak) / own_share
    return table.look_up(rhythm, accounts.vulnerability[homes], state, need)


def _faults_table(ledger: FaultLedger) -> pa.Table:
    faults = sorted((*key, count) for key, count in ledger.counts.items())
    names = ("extract", "fault", "column", "rows")
    return pa.table({name: [fault[place] for fault in faults] for place, name in enumerate(names)})


def _back_dated_table(rows: Rows) -> pa.Table:
    days = {name: pa.array(rows[name].astype(np.int32)).cast(pa.date32()) for name in ("taken_on", "noted_on")}
    return pa.table({"action_id": pa.array([f"N{number:07d}" for number in rows["action_id"].tolist()]), **days})
