"""What is wrong with submissions: codes of the earlier release, codes of nobody's, rows that break the contract.

Bad rows are copies with one thing wrong and a reference of their own, so that the rows left after quarantine are
exactly the true ones. Codes that nobody knows are put in place of true ones, a few in each submission.
"""

from __future__ import annotations

import datetime

import numpy as np

from riskmodels.lake.demo.arrays import Ints
from riskmodels.lake.demo.calendar import day_number
from riskmodels.lake.demo.care.forms import CARE_EXTRACTS, CLIENT_TYPES, COMPONENTS, FREQUENCIES, SERVICES, code
from riskmodels.lake.demo.care.submissions import Submission
from riskmodels.lake.demo.faults import FaultLedger, picked
from riskmodels.lake.demo.forms import Codes
from riskmodels.lake.demo.journal import NULL, Rows

__all__ = ["with_faults"]

_EVENTS = "client_level_data"
_RELEASE_2 = day_number(datetime.date(2025, 9, 30))
_BAD_SHARE = 0.0035
_UNKNOWN_CODES = {"Service_Type": 0.0004, "Delivery_Mechanism": 0.002, "Method_of_Review": 0.01, "Event_Outcome": 0.001}
# Codes that Release 2 renamed: column, as it is now, as it was.
_RENAMED = (
    ("Client_Type", code(CLIENT_TYPES, "Unpaid Carer"), code(CLIENT_TYPES, "Carer")),
    ("Service_Component", code(COMPONENTS, "Home Support"), code(COMPONENTS, "Domiciliary Care")),
    ("Service_Component", code(COMPONENTS, "Other Unpaid Carer Support"), code(COMPONENTS, "Other Carer Support")),
    ("Cost_Frequency_Unit_Type", code(FREQUENCIES, "4-weekly"), code(FREQUENCIES, "Four-weekly")),
    (
        "Service_Type",
        code(SERVICES, "Unpaid Carer Support: Direct to Unpaid Carer"),
        code(SERVICES, "Carer Support: Direct to Carer"),
    ),
)


def with_faults(extract: str, rows: Rows, one: Submission, random: np.random.Generator, ledger: FaultLedger) -> Rows:
    """Give the rows of a submission as they are sent: in the codes of their day, and not all of them sound."""
    if not len(next(iter(rows.values()))):
        return rows
    if extract == _EVENTS:
        ledger.add(extract, "trap: starts after the cut", "Event_Start_Date", _ahead(rows, one))
        ledger.add(extract, "withdrawn later", "Is_Withdrawn", int(rows["Is_Withdrawn"].sum()))
        rows = _unknown_codes(rows, random, ledger)
    bad = _bad(extract, rows, random, ledger)
    rows = {name: np.concatenate([part[name] for part in (rows, *bad)]) for name in rows}
    if one.until < _RELEASE_2:
        for column, now, then in _RENAMED:
            if column in rows:
                renamed = rows[column] == now
                ledger.add(extract, f"code of Release 1, number {then}", column, int(renamed.sum()))
                rows[column] = np.where(renamed, then, rows[column])
    return rows


def _ahead(rows: Rows, one: Submission) -> int:
    return int((rows["Event_Start_Date"] > one.cut).sum())


def _unknown_codes(rows: Rows, random: np.random.Generator, ledger: FaultLedger) -> Rows:
    rows = dict(rows)
    for column, share in _UNKNOWN_CODES.items():
        form = CARE_EXTRACTS[_EVENTS][column]
        past_the_end = len(form.values) if isinstance(form, Codes) else 0
        struck = (rows[column] != NULL) & (random.random(len(rows[column])) < share)
        ledger.add(_EVENTS, "invalid and not mapped", column, int(struck.sum()))
        rows[column] = np.where(struck, past_the_end, rows[column])
    return rows


def _bad(extract: str, rows: Rows, random: np.random.Generator, ledger: FaultLedger) -> list[Rows]:
    if extract == "client_level_data_people":
        return []
    if extract == "unpaid_carers":
        hours = rows["Total_Hrs_Caring_Per_Week"]
        return [_spoilt(extract, "below the least", rows, {"Total_Hrs_Caring_Per_Week": -hours}, hours, random, ledger)]
    service = rows["Service_Component"] != NULL
    cost = service & (rows["Unit_Cost"] != NULL)
    hours = service & (rows["Planned_Units_Per_Week"] != NULL)
    none = np.full(len(service), NULL, dtype=np.int64)
    kinds: list[tuple[str, dict[str, Ints], Ints]] = [
        ("ends before it starts", {"Event_End_Date": rows["Event_Start_Date"] - 30}, none),
        ("a cost without a frequency", {"Cost_Frequency_Unit_Type": none}, np.where(cost, 1, 0)),
        ("below the least", {"Planned_Units_Per_Week": -rows["Planned_Units_Per_Week"]}, np.where(hours, 1, 0)),
        ("units of nothing", {"Service_Component": none}, np.where(hours, 1, 0)),
        ("not in the code list", {"Event_Type": np.full(len(service), 4, dtype=np.int64)}, none),
        ("empty", {"LA_Person_Unique_Identifier": none}, none),
    ]
    return [_spoilt(extract, fault, rows, change, at, random, ledger, len(kinds)) for fault, change, at in kinds]


def _spoilt(
    extract: str,
    fault: str,
    rows: Rows,
    change: dict[str, Ints],
    only_where: Ints,
    random: np.random.Generator,
    ledger: FaultLedger,
    kinds: int = 1,
) -> Rows:
    """Copy some rows with one thing wrong, of those where ``only_where`` is not 0."""
    able = np.flatnonzero(only_where != 0)
    share = _BAD_SHARE / kinds * len(only_where) / max(len(able), 1)
    chosen = able[random.random(len(able)) < share]
    copy = picked({**rows, **change}, chosen)
    reference = "Event_Reference" if extract == _EVENTS else "Carer_Link_Reference"
    copy[reference] = ledger.spare_keys(extract, len(chosen))
    ledger.add(extract, fault, next(iter(change)), len(chosen))
    return copy
