"""Everything one simulation works with: the fixed, the moving, and the pen."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodels.lake.demo.accounts import Accounts
from riskmodels.lake.demo.calendar import RentCalendar
from riskmodels.lake.demo.homes import Homes
from riskmodels.lake.demo.journal import Journal
from riskmodels.lake.demo.places import Places
from riskmodels.lake.demo.plants import Reclaims
from riskmodels.lake.demo.risk import RiskModel
from riskmodels.lake.demo.streams import Streams
from riskmodels.lake.demo.tenancies import Lettings
from riskmodels.lake.demo.tenants import Tenants

__all__ = ["Week", "World"]


@dataclass(frozen=True, eq=False)
class World:
    """One simulated landlord: its calendar, areas, homes, tenants, accounts and records, and any planted bias."""

    calendar: RentCalendar
    places: Places
    homes: Homes
    tenants: Tenants
    lettings: Lettings
    accounts: Accounts
    risk: RiskModel
    journal: Journal
    streams: Streams
    reclaims: Reclaims | None = None


@dataclass(frozen=True)
class Week:
    """The week that is being lived: its index, its Monday, and whether the lake records it."""

    index: int
    monday: int
    recorded: bool
