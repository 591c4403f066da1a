"""Which faults each extract carries: how late its rows come, what is corrected, and how rows break the contract."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Ints
from riskmodels.lake.demo.calendar import day_number
from riskmodels.lake.demo.forms import EXTRACTS, Codes
from riskmodels.lake.demo.journal import NULL, Rows

__all__ = ["BAD_SHARE", "RECIPES", "TIMINGS", "Recipe", "Timing"]

# Share of rows that break the contract, below the 1% that contracts tolerate.
BAD_SHARE = 0.004


@dataclass(frozen=True)
class Timing:
    """The clocks of an extract and how they go wrong.

    Attributes
    ----------
    noted : str
        Column of the day a row was typed in or posted; the lake loads it the next night.
    known : str
        Column of the moment the lake knew.
    key : str or None
        Column that names one row; None where a row is named by a tenancy and a day.
    late_by_days, late_by_weeks : float
        Share of rows that miss their load by 1 to 4 days, and by 1 to 7 weeks.
    corrects : str or None
        Money column that is wrong in the first version of some rows.
    corrected_share : float
        Share of the rows that are corrected.
    orphans : bool
        Whether some rows name a tenancy that does not exist.
    versions_of : tuple of str
        Columns that the versions of one row share, for extracts whose journal holds versions.
    """

    noted: str
    known: str
    key: str | None
    late_by_days: float = 0.02
    late_by_weeks: float = 0.006
    corrects: str | None = None
    corrected_share: float = 0.003
    orphans: bool = False
    versions_of: tuple[str, ...] = ()


TIMINGS = {
    "tenancies": Timing("noted_on", "recorded_at", "tenancy_id", versions_of=("tenancy_id",)),
    "rent_accounts": Timing("noted_on", "recorded_at", None, versions_of=("account_id", "effective_on")),
    "rent_balances": Timing("week_ending", "loaded_at", None, 0.004, 0.001, corrects="balance_gbp"),
    "rent_transactions": Timing(
        "posted_on", "loaded_at", "transaction_id", 0.010, 0.004, corrects="amount_gbp", orphans=True
    ),
    "benefit_awards": Timing("noted_on", "recorded_at", "award_id", 0.05, 0.02, versions_of=("award_id",)),
    "arrangements": Timing("noted_on", "recorded_at", "arrangement_id", 0.05, 0.01, versions_of=("arrangement_id",)),
    "rent_actions": Timing("noted_on", "recorded_at", "action_id", 0.05, 0.01, orphans=True),
    "contacts": Timing("contacted_on", "recorded_at", "contact_id", 0.08, 0.02, orphans=True),
    "persons": Timing("noted_on", "recorded_at", "person_id", versions_of=("person_id",)),
    "links": Timing("noted_on", "recorded_at", "link_id", 0.05, 0.03),
    "exclusions": Timing("noted_on", "recorded_at", "exclusion_id", 0.0, 0.0),
}


@dataclass(frozen=True)
class Recipe:
    """One way of breaking a row: the fault in words, the column spoilt, and what is put there."""

    fault: str
    column: str
    spoilt: Callable[[Rows], Ints]


def _empty(column: str) -> Recipe:
    return Recipe("empty", column, lambda rows: np.full(len(rows[column]), NULL, dtype=np.int64))


def _negative(column: str) -> Recipe:
    return Recipe("below the least", column, lambda rows: -np.abs(rows[column]) - 1)


def _fixed(fault: str, column: str, value: int) -> Recipe:
    return Recipe(fault, column, lambda rows: np.full(len(rows[column]), value, dtype=np.int64))


def _not_in_list(extract: str, column: str) -> Recipe:
    form = EXTRACTS[extract][column]
    past_the_end = len(form.values) if isinstance(form, Codes) else 0
    return _fixed("not in the code list", column, past_the_end)


def _ends_before(start: str, end: str) -> Recipe:
    return Recipe("ends before it starts", end, lambda rows: rows[start] - 30)


RECIPES: dict[str, tuple[Recipe, ...]] = {
    "tenancies": (
        _ends_before("started_on", "ended_on"),
        _not_in_list("tenancies", "property_type"),
        _empty("patch"),
    ),
    "rent_accounts": (_negative("weekly_rent_gbp"), _fixed("above the greatest", "rent_weeks_per_year", 60)),
    "rent_balances": (_negative("expected_benefit_gbp"), _empty("tenancy_id"), _empty("balance_gbp")),
    "rent_transactions": (
        _negative("amount_gbp"),
        _not_in_list("rent_transactions", "kind"),
        _empty("tenancy_id"),
        _not_in_list("rent_transactions", "method"),
    ),
    "benefit_awards": (_ends_before("started_on", "ended_on"), _not_in_list("benefit_awards", "kind")),
    "arrangements": (_ends_before("agreed_on", "closed_on"), _empty("status")),
    "rent_actions": (_not_in_list("rent_actions", "kind"), _empty("tenancy_id")),
    "contacts": (_not_in_list("contacts", "channel"), _empty("reached")),
    "persons": (
        _not_in_list("persons", "sex"),
        _not_in_list("persons", "ethnic_group"),
        _fixed("below the least", "date_of_birth", day_number(datetime.date(1890, 1, 1))),
    ),
    "links": (_fixed("above the greatest", "confidence", 1_700_000), _empty("person_id")),
}
