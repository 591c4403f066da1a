"""The state of every rent account in one week of the simulation: one element for each home."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.forms import HB, METHODS, UCM

__all__ = ["VOID", "Accounts", "empty_accounts"]

VOID = -1
_BY_HB, _BY_UCM = METHODS.index("housing_benefit"), METHODS.index("universal_credit_managed")


@dataclass(eq=False)
class Accounts:
    """Every account as it stands; the steps of a week change it in place. Money is in pence.

    Attributes
    ----------
    tenancy : int array
        Number of the tenancy in the home, ``VOID`` when it stands empty.
    void_until : int array
        Week in which an empty home is let again.
    started_on : int array
        Day the tenancy began.
    vulnerability : float array, and state : int array
        See ``risk.py``.
    rent, balance : int array
        Rent of a charged week; what is owed.
    method, rhythm : int array
        How and how often the tenant pays.
    scheme, award, award_from : int array, and share : float array
        Kind of help with the rent (0 for none), number and first day of the award, share of the rent it covers.
    suspended : bool array, suspended_on, held : int array
        Whether housing benefit is stopped, since when, and what had accrued before.
    wait_weeks : int array
        Weeks until the first universal credit payment.
    accrued_benefit, accrued_own : int array
        Benefit due to the account and not yet paid; the tenant's own share since the last pay day.
    weeks_since_due : int array
        Weeks since the tenant's last pay day.
    written_off : int array, shape (13, homes)
        Written off in each of the last 13 weeks.
    helped_weeks : int array
        Weeks for which the help of an officer who reached the tenant still works.
    arrangement, arrangement_from, arrangement_weekly, arrangement_missed : int array
        Number of the repayment arrangement (0 for none), its day, weekly amount and payments missed running.
    stage, stage_week : int array
        Steps up the ladder of actions, and the week of the last.
    noted_method : int array
        The usual way of paying as last noted.
    """

    tenancy: Ints
    void_until: Ints
    started_on: Ints
    vulnerability: Floats
    state: Ints
    rent: Ints
    balance: Ints
    method: Ints
    rhythm: Ints
    pay_day: Ints
    pay_rate: Floats
    cushion: Floats
    pensioner: Flags
    scheme: Ints
    award: Ints
    award_from: Ints
    share: Floats
    suspended: Flags
    suspended_on: Ints
    held: Ints
    wait_weeks: Ints
    accrued_benefit: Ints
    accrued_own: Ints
    weeks_since_due: Ints
    written_off: Ints
    helped_weeks: Ints
    arrangement: Ints
    arrangement_from: Ints
    arrangement_weekly: Ints
    arrangement_missed: Ints
    stage: Ints
    stage_week: Ints
    noted_method: Ints

    @property
    def let(self) -> Flags:
        """Say which homes are let."""
        return np.asarray(self.tenancy != VOID)

    @property
    def expected_benefit(self) -> Ints:
        """Give the housing benefit that is due for past weeks and not yet paid."""
        return np.where(self.scheme == UCM, 0, self.accrued_benefit)

    @property
    def usual_method(self) -> Ints:
        """Give the usual way in which the rent reaches the account."""
        covered = (self.scheme == HB) & (self.share >= 0.9) & ~self.suspended
        return np.where(covered, _BY_HB, np.where(self.scheme == UCM, _BY_UCM, self.method))

    @property
    def net_weeks(self) -> Floats:
        """Give arrears net of expected benefit, write-offs of 13 weeks added back, in weeks of rent."""
        net = self.balance - self.expected_benefit + self.written_off.sum(axis=0)
        return np.asarray(net / np.maximum(self.rent, 1))

    @property
    def debt(self) -> Ints:
        """Give what is owed beyond benefit on its way and the share that falls due on the next pay day."""
        return np.asarray(self.balance - self.accrued_benefit - self.accrued_own)


def empty_accounts(homes: int) -> Accounts:
    """Give the accounts of homes of which none is let yet."""
    kinds: dict[Any, type] = {"Ints": np.int64, "Floats": np.float64, "Flags": np.bool_}
    columns: dict[str, Any] = {
        field.name: np.zeros(homes, dtype=kinds[field.type]) for field in dataclasses.fields(Accounts)
    }
    columns["tenancy"] = np.full(homes, VOID, dtype=np.int64)
    columns["written_off"] = np.zeros((13, homes), dtype=np.int64)
    return Accounts(**columns)
