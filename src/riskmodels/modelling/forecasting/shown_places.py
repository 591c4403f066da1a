"""Which places may be shown: those with too few people are given together with others, so that none can be told.

Places are cells (such as ward by support reason), sums over each characteristic, and the whole. What is hidden can be
worked out as a total less what is shown of it, so what is put together always holds enough people, and a sum over
wards is shown only where the cells of it that are hidden hold nobody or enough people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from riskmodels.errors import TrainingError
from riskmodels.modelling.rows import DATA_SCIENTIST
from riskmodels.records.totals import Place

__all__ = ["OTHERS", "ShownPlaces", "places_shown"]

OTHERS = "Others together"
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class ShownPlaces:
    """Places to give totals of, each with the numbers of its cells.

    Attributes
    ----------
    finest : mapping of Place to tuple of int
        Every cell is in exactly one of them.
    sums : tuple of mapping of Place to tuple of int
        Sums over each characteristic, then the whole.
    pooled : int
        Cells with people that are not shown by themselves.
    """

    finest: Mapping[Place, tuple[int, ...]]
    sums: tuple[Mapping[Place, tuple[int, ...]], ...]
    pooled: int


def places_shown(
    cells: Sequence[tuple[str, ...]], people: Sequence[float], *, by: Sequence[str], number: int
) -> ShownPlaces:
    """Choose the places.

    Parameters
    ----------
    cells : sequence of tuple of str, shape (n_cells,)
        Groups of each cell, one for each of ``by``.
    people : sequence of float, shape (n_cells,)
        People in each.
    by : sequence of str
        One characteristic, or two.
    number : int
        Fewer people than this are not shown by themselves.

    Raises
    ------
    TrainingError
        If there are fewer people in all.
    """
    if sum(people) < number:
        raise TrainingError(
            f"there are fewer than {number} people",
            expected="enough people that their total tells nothing of one of them",
            next_step="Give totals of a larger area.",
            who=DATA_SCIENTIST,
        )
    wards = _grouped(cells, range(len(cells)), 0)
    shown_wards = _together(wards, people, number, f"Smaller {by[0]}s together")
    outer: dict[Place, tuple[int, ...]] = {((by[0], name),): which for name, which in shown_wards.items()}
    whole: Mapping[Place, tuple[int, ...]] = {(): tuple(range(len(cells)))}
    if len(by) == 1:
        return ShownPlaces(outer, (whole,), _hidden_cells(outer, people))
    finest: dict[Place, tuple[int, ...]] = {}
    for ward, which in shown_wards.items():
        parts = _together(_grouped(cells, which, 1), people, number, OTHERS) if ward in wards else {}
        for reason, some in (parts or {"All together": which}).items():
            finest[((by[0], ward), (by[1], reason))] = some
    reasons = _reasons_shown(cells, people, finest, number)
    inner: dict[Place, tuple[int, ...]] = {((by[1], name),): which for name, which in reasons.items()}
    return ShownPlaces(finest, (outer, inner, whole), _hidden_cells(finest, people))


def _reasons_shown(
    cells: Sequence[tuple[str, ...]],
    people: Sequence[float],
    finest: Mapping[Place, tuple[int, ...]],
    number: int,
) -> Mapping[str, tuple[int, ...]]:
    """Give the sums over the second characteristic; those that give a hidden cell away are put together.

    What is hidden of a sum follows from it. It must hold nobody or enough people, and with what is hidden of each ward
    it must not determine any small cell: such are the cells that the equations have one answer for.
    """
    pools = [which for which in finest.values() if len(which) > 1]
    hidden = {cell for which in pools for cell in which}
    reasons = _grouped(cells, range(len(cells)), 1)
    exposed: set[str] = set()
    while True:
        shown = _together(reasons, people, number, OTHERS, also=exposed)
        columns = [tuple(cell for cell in which if cell in hidden) for which in shown.values()]
        few = {name for name, some in zip(shown, columns, strict=True) if 0 < sum(people[one] for one in some) < number}
        told = {cells[one][1] for one in _determined([*pools, *columns], sorted(hidden)) if 0 < people[one] < number}
        more = (few | told) & set(shown) - {OTHERS}
        if (few | told) and not more:  # what was put together is still too little
            more = set(_smallest(shown, people))
        if not more:
            return shown
        exposed |= more


def _determined(equations: Sequence[tuple[int, ...]], unknown: Sequence[int]) -> list[int]:
    """Give the unknown cells of which the sums of cells that are known leave one answer."""
    if not unknown:
        return []
    place = {cell: number for number, cell in enumerate(unknown)}
    matrix = np.zeros((len(equations), len(unknown)))
    for row, some in enumerate(equations):
        matrix[row, [place[cell] for cell in some]] = 1.0
    free = np.eye(len(unknown)) - np.linalg.pinv(matrix) @ matrix  # how far each may move, all sums staying the same
    return [cell for cell in unknown if np.abs(free[place[cell]]).max() < _TOLERANCE]


def _smallest(groups: Mapping[str, tuple[int, ...]], people: Sequence[float]) -> list[str]:
    sizes = {name: sum(people[cell] for cell in which) for name, which in groups.items() if name != OTHERS}
    return [min(sizes, key=lambda name: (sizes[name], name))] if sizes else []


def _together(
    groups: Mapping[str, tuple[int, ...]],
    people: Sequence[float],
    number: int,
    name: str,
    *,
    also: set[str] | frozenset[str] = frozenset(),
) -> dict[str, tuple[int, ...]]:
    """Put small groups together, and the smallest of the others with them until there are enough people."""
    size = {group: sum(people[cell] for cell in which) for group, which in groups.items()}
    order = sorted(groups, key=lambda group: (size[group], group))
    pooled = [group for group in order if size[group] < number or group in also]
    for group in order:
        if pooled and sum(size[one] for one in pooled) < number and group not in pooled:
            pooled.append(group)
    if len(pooled) == 1:  # by itself it would have a name again
        pooled += [group for group in order if group not in pooled][:1]
    shown = {group: groups[group] for group in sorted(groups) if group not in pooled}
    return {**shown, name: tuple(sorted(cell for group in pooled for cell in groups[group]))} if pooled else shown


def _grouped(cells: Sequence[tuple[str, ...]], which: Sequence[int], part: int) -> dict[str, tuple[int, ...]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for cell in which:
        groups[cells[cell][part]].append(cell)
    return {name: tuple(some) for name, some in sorted(groups.items())}


def _hidden_cells(finest: Mapping[Place, tuple[int, ...]], people: Sequence[float]) -> int:
    return sum(1 for which in finest.values() if len(which) > 1 for cell in which if people[cell] > 0)
