"""Codes that a standard replaced or does not know: what each is read as, in SQL and in a frame.

A contract may say ``mapped={"old": "new"}`` (the standard's own translation) and ``otherwise="Invalid and not mapped"``
(what it calls every other code that is not in the list). Both happen as a row is read, and are counted. Without
``otherwise`` a code that is not in the list breaks the contract: nothing is ever guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from riskmodels.errors import DefinitionError
from riskmodels.lake.sql import text_literal

if TYPE_CHECKING:
    from riskmodels.lake.contracts import ColumnSpec

__all__ = ["Reading", "check_codes", "in_frame", "readings", "translated"]


@dataclass(frozen=True)
class Reading:
    """One way in which a code is read as another: its words for reports, and the SQL that is true for such a cell."""

    name: str
    applies: str


def check_codes(values: Sequence[str] | None, mapped: Mapping[str, str], otherwise: str | None) -> None:
    """Refuse a translation that leads out of the code list, or starts inside it."""
    known = {*(values or ()), *([otherwise] if otherwise is not None else [])}
    astray = sorted({new for new in mapped.values() if new not in known} | {old for old in mapped if old in known})
    if (values is None and (mapped or otherwise is not None)) or astray:
        raise DefinitionError(
            "a column maps codes " + (f"that do not fit its list: {', '.join(astray)}" if astray else "without a list"),
            expected="values=(...), old codes that are not among them, and new ones that are",
            next_step="Correct the list or the mapping in features/extracts.py.",
            who="the owner of the source",
        )


def translated(spec: ColumnSpec, sql: str) -> str:
    """Write the SQL that reads a coded cell as the standard says; other columns are left as they are."""
    if not spec.mapped and spec.otherwise is None:
        return sql
    cases = " ".join(f"WHEN {text_literal(old)} THEN {text_literal(new)}" for old, new in spec.mapped)
    whole = f"CASE {sql} {cases} ELSE {sql} END" if cases else sql
    if spec.otherwise is None:
        return whole
    return f"CASE WHEN {_unknown(spec, sql)} THEN {text_literal(spec.otherwise)} ELSE {whole} END"


def readings(spec: ColumnSpec, sql: str) -> tuple[Reading, ...]:
    """List the ways in which cells of a column are read as another code, to be counted."""
    found = [
        Reading(f"{spec.name}: {old!r} read as {new!r}", f"coalesce({sql} = {text_literal(old)}, false)")
        for old, new in spec.mapped
    ]
    if spec.otherwise is not None:
        words = f"{spec.name}: not in the code list, read as {spec.otherwise!r}"
        found.append(Reading(words, f"coalesce({_unknown(spec, sql)}, false)"))
    return tuple(found)


def in_frame(specs: Iterable[ColumnSpec], frame: pd.DataFrame) -> pd.DataFrame:
    """Read the coded columns of a frame as the standard says."""
    read = frame.copy(deep=False)
    for spec in specs:
        if spec.name not in frame:  # pandera says so itself
            continue
        column = frame[spec.name]
        if spec.otherwise is not None:
            column = column.where(column.isna() | column.isin(_known(spec)), spec.otherwise)
        read[spec.name] = column.replace(dict(spec.mapped)) if spec.mapped else column
    return read


def _unknown(spec: ColumnSpec, sql: str) -> str:
    return f"{sql} NOT IN ({', '.join(map(text_literal, _known(spec)))})"


def _known(spec: ColumnSpec) -> tuple[str, ...]:
    old = tuple(old for old, _ in spec.mapped)
    return old if spec.values is None else (*spec.values, *old)  # noqa: PD011  a list of codes, not of a frame
