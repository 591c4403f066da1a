"""Disclosure control: what leaves the audit cannot be traced to a few people.

In this order: counts under the policy's number are withheld, **0 too**, since "none of them" says as much of each
member of a group as "all of them"; further counts are withheld so that no subtraction, within a table or across
tables that share cells, gives those back (``suppression.py``); what is left is rounded. A count that nobody prints but
that follows from two that are printed (those without the outcome, those missed) is protected like the rest, which is
why a rate of 0% or 100% never shows. Rates are made of rounded counts, and withheld with either. Totals are rounded
as counted, never summed from rounded parts, so that differences of what is shown give nothing back.

Tables that leave together must be protected together: what an earlier release showed is not known here. What is
given away exactly (by subtraction, however many tables it takes) is found without fail. Ranges are those of linear
programming over the tables: where three or more characteristics are crossed in pairs, that counts are whole and that
one table of all characteristics lies behind could make a range narrower than promised.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from riskmodels.assurance.suppression import system_of, withhold
from riskmodels.errors import AssuranceError
from riskmodels.records.disclosure import (
    MEASURES,
    WITHHELD,
    Cell,
    Count,
    CountTable,
    GroupCounts,
    GroupMeasure,
    SafeGroup,
    SafeTable,
)

__all__ = ["protect", "protect_groups", "rounded", "safe_count", "safe_rate"]

_OUTCOME, _LIST = "(had the outcome)", "(on the list)"
_POSITIVE, _PICKED = (_OUTCOME, "yes"), (_LIST, "yes")


def rounded(count: float, round_to: int) -> int:
    """Round a count to the nearest multiple of ``round_to``, halves up."""
    return math.floor(count / round_to + 0.5) * round_to


def safe_count(count: float, number: int, round_to: int) -> str:
    """Word a count that stands alone: rounded, or ``withheld`` under ``number``.

    Counts that can be subtracted from one another go through ``protect``.
    """
    return WITHHELD if count < number else f"{rounded(count, round_to):,}"


def safe_rate(numerator: float, denominator: float, number: int, round_to: int) -> str:
    """Word a share that stands alone as a percentage of rounded counts, such as ``37%``.

    ``withheld`` if it is of fewer than ``number``, or so many have it, or so few have it not.
    """
    if min(numerator, denominator, denominator - numerator) < number:
        return WITHHELD
    share = rounded(numerator, round_to) / rounded(denominator, round_to)
    return "under 1%" if share < 0.005 else "over 99%" if share >= 0.995 else f"{share:.0%}"


def protect(tables: Sequence[CountTable], *, number: int, round_to: int) -> tuple[SafeTable, ...]:
    """Make tables of counts safe to leave the audit together.

    Parameters
    ----------
    tables : sequence of CountTable
        All tables of one release. Each lists every group of its characteristics; margins may be left out.
    number : int
        Counts below it, 0 too, are withheld, and others with them until no reader can bring one of those withheld
        within a range narrower than ``number``.
    round_to : int
        What counts that are shown are rounded to.

    Raises
    ------
    AssuranceError
        If counts are negative or not numbers, tables disagree, groups do not add up, or the policy's numbers are
        out of range.
    """
    if number < 1 or round_to < 1:
        raise _fault(f"the smallest count is {number} and counts are rounded to {round_to}", "whole numbers above 0")
    hidden = _withheld(tables, number)
    return tuple(
        SafeTable(
            table.name,
            tuple(
                (one.cell, WITHHELD if one.cell in hidden else f"{rounded(one.count, round_to):,}")
                for one in table.counts
                if one.shown
            ),
        )
        for table in tables
    )


def protect_groups(
    groups: Sequence[GroupCounts],
    *,
    number: int,
    round_to: int,
    rows_per_person: int = 1,
    measures: tuple[GroupMeasure, ...] = MEASURES,
) -> list[SafeGroup]:
    """Make the counts by group, intersections and everybody safe to leave the audit together.

    Parameters
    ----------
    groups : sequence of GroupCounts
        Everybody (no characteristic), the groups of each characteristic, and any intersections. An intersection that
        is left out counts as empty, and is protected as such.
    number, round_to : int
        As in ``protect``.
    rows_per_person : int
        The most rows that one person may have here (as-of dates held out). Counts are of rows, so ``number`` people
        are sure to stand behind ``number * rows_per_person`` of them and no fewer.
    measures : tuple of str
        Counts that are to leave: all four; ``rows`` and ``picked``; or ``rows`` alone, where nothing else is counted.

    Returns
    -------
    list of SafeGroup
        In the order of ``groups``.

    Raises
    ------
    AssuranceError
        As ``protect``; also if a group has more found than picked, or the like, or is given twice.
    """
    if rows_per_person < 1 or number < 1 or round_to < 1:
        raise _fault("the smallest count, the rounding or the rows of a person is under 1", "whole numbers above 0")
    named = {frozenset(group.characteristics): group for group in groups}
    if len(named) != len(groups):
        raise _fault("a group is given twice", "each group once")
    hidden = _withheld_of_groups(tuple(groups), number * rows_per_person, measures)

    def safe(measure: GroupMeasure, cell: Cell, count: float) -> int | None:
        return None if measure not in measures or cell in hidden else rounded(count, round_to)

    return [
        SafeGroup(
            group.characteristics,
            rows=safe("rows", cell, group.rows),
            positives=safe("positives", cell | {_POSITIVE}, group.positives),
            picked=safe("picked", cell | {_PICKED}, group.picked),
            found=safe("found", cell | {_POSITIVE, _PICKED}, group.found),
            measures=measures,
        )
        for cell, group in named.items()
    ]


@lru_cache(maxsize=4)  # one audit is shown several times, as tables, as JSON and as plots
def _withheld_of_groups(
    groups: tuple[GroupCounts, ...], number: float, measures: tuple[GroupMeasure, ...]
) -> frozenset[Cell]:
    named = {frozenset(group.characteristics): group for group in groups}
    ways = _four_ways if measures == MEASURES else _two_ways if "picked" in measures else _rows_alone
    table = CountTable("groups", tuple(itertools.chain.from_iterable(map(ways, _with_empty(named).values()))))
    return _withheld([table], number)


def _withheld(tables: Sequence[CountTable], number: float) -> frozenset[Cell]:
    system = system_of([one for table in tables for one in table.counts])
    return frozenset(cell for cell, off in zip(system.cells, withhold(system, number), strict=True) if off)


def _with_empty(named: Mapping[Cell, GroupCounts]) -> dict[Cell, GroupCounts]:
    """Add the intersections that nobody is in: a reader would know what their absence means."""
    levels: dict[str, set[str]] = {}
    for cell in named:
        for characteristic, group in cell:
            levels.setdefault(characteristic, set()).add(group)
    every = dict(named)
    for characteristics in {tuple(sorted(name for name, _ in cell)) for cell in named}:
        for combination in itertools.product(*(sorted(levels[name]) for name in characteristics)):
            both = tuple(zip(characteristics, combination, strict=True))
            every.setdefault(frozenset(both), GroupCounts(both, 0, 0, 0, 0))
    return every


def _four_ways(group: GroupCounts) -> Iterator[Count]:
    """Give a group's counts by outcome and list, with those that follow from the four that are shown."""
    missed, wrong = group.positives - group.found, group.picked - group.found
    neither = group.rows - group.positives - wrong
    if min(missed, wrong, neither, group.found) < -1e-9:
        raise _fault("a group's parts are more than the whole", "found within positives and picked, these within rows")
    cell, no_outcome, off = frozenset(group.characteristics), (_OUTCOME, "no"), (_LIST, "no")
    yield Count(cell, group.rows)
    yield Count(cell | {_POSITIVE}, group.positives)
    yield Count(cell | {_PICKED}, group.picked)
    yield Count(cell | {_POSITIVE, _PICKED}, group.found)
    yield Count(cell | {no_outcome}, group.rows - group.positives, shown=False)
    yield Count(cell | {off}, group.rows - group.picked, shown=False)
    yield Count(cell | {_POSITIVE, off}, max(0.0, missed), shown=False)
    yield Count(cell | {no_outcome, _PICKED}, max(0.0, wrong), shown=False)
    yield Count(cell | {no_outcome, off}, max(0.0, neither), shown=False)


def _two_ways(group: GroupCounts) -> Iterator[Count]:
    """Give a group's rows and those picked, with the rest, which follow from the two."""
    if not -1e-9 <= group.picked <= group.rows + 1e-9:
        raise _fault("a group's part is more than the whole", "picked within rows")
    cell = frozenset(group.characteristics)
    yield Count(cell, group.rows)
    yield Count(cell | {_PICKED}, group.picked)
    yield Count(cell | {(_LIST, "no")}, group.rows - group.picked, shown=False)


def _rows_alone(group: GroupCounts) -> Iterator[Count]:
    yield Count(frozenset(group.characteristics), group.rows)


def _fault(found: str, expected: str) -> AssuranceError:
    return AssuranceError(
        found,
        expected=expected,
        next_step="Count again from the rows, and check disclosure_number and round_to in mlflow.yaml.",
        who="the data scientist who owns the use case",
    )
