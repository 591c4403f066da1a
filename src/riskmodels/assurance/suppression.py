"""Which counts to withhold so that no small one can be worked out from those that are shown.

Two counts that differ by a third give the third away, and a table gives away what another withholds. So all tables
are taken together as one system of equations (a count is the sum of its parts, along every characteristic), and what
a reader could work out is the range of each withheld count over all non-negative solutions, by linear programming
(Fischetti and Salazar 2001, doi:10.1287/mnsc.47.7.1008.9768, attacker's problem). **The rule:** that range is at least
``number`` wide, even for a reader to whom the counts shown are known exactly, without rounding. For a small count it
therefore holds values on both sides of ``number``. The choice of what else to withhold is greedy, the smallest count
first, and may withhold more than the least possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array

from riskmodels.errors import AssuranceError
from riskmodels.records.disclosure import Cell, Count

__all__ = ["System", "system_of", "withhold"]

FloatArray = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class System:
    """All cells of all tables, and how they add up.

    Attributes
    ----------
    cells : tuple of cell
        Those given and those that follow from them (sums over a characteristic).
    count : float array, shape (n_cells,)
        The auditor's figures.
    shown : bool array, shape (n_cells,)
        Which are meant to be shown.
    equations : sparse array, shape (n_equations, n_cells)
        Each row times ``count`` is 0: the parts (1) add up to the whole (-1).
    """

    cells: tuple[Cell, ...]
    count: FloatArray
    shown: Flags
    equations: csr_array


def system_of(counts: Sequence[Count]) -> System:
    """Put counts of one or more tables together.

    Raises
    ------
    AssuranceError
        If a count is below zero or not a number, two tables disagree on a cell, or parts do not add up to the whole.
    """
    known: dict[Cell, float] = {}
    shown: dict[Cell, bool] = defaultdict(bool)
    for one in counts:
        if not (np.isfinite(one.count) and one.count >= 0):
            raise _fault("a count is below zero or not a number", "counts of 0 or more")
        if abs(known.setdefault(one.cell, one.count) - one.count) > _TOLERANCE:
            raise _fault("two tables give one cell different counts", "the same count for a cell wherever it stands")
        shown[one.cell] |= one.shown
    wholes = _with_wholes(known)
    cells = tuple(known)
    place = {cell: number for number, cell in enumerate(cells)}
    count = np.array([known[cell] for cell in cells], dtype=np.float64)
    rows = [([place[part] for part in parts], place[whole]) for (whole, _), parts in wholes.items()]
    columns = [column for parts, whole in rows for column in (*parts, whole)]
    values = [value for parts, _ in rows for value in (*[1.0] * len(parts), -1.0)]
    ends = np.cumsum([0, *(len(parts) + 1 for parts, _ in rows)])
    equations = csr_array((np.array(values), np.array(columns, dtype=np.int64), ends), shape=(len(rows), len(cells)))
    if rows and np.abs(equations @ count).max() > _TOLERANCE * max(1.0, count.max()):
        raise _fault("the groups of a characteristic do not add up to the whole", "tables in which every group stands")
    return System(cells, count, np.array([shown[cell] for cell in cells], dtype=np.bool_), equations)


def _with_wholes(known: dict[Cell, float]) -> Mapping[tuple[Cell, str], list[Cell]]:
    """Give the parts of each whole along each characteristic, and add the wholes that were not given."""
    parts: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for size in range(max((len(cell) for cell in known), default=0), 0, -1):
        layer: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
        for cell in [cell for cell in known if len(cell) == size]:
            for characteristic, group in cell:
                layer[cell - {(characteristic, group)}, characteristic].append(cell)
        for (whole, _), some in sorted(layer.items(), key=lambda item: (sorted(item[0][0]), item[0][1])):
            known.setdefault(whole, sum(known[cell] for cell in some))
        parts.update(layer)
    return parts


def withhold(system: System, number: float) -> Flags:
    """Say which cells are to be withheld, of those meant to be shown.

    Parameters
    ----------
    system : System
        All tables that leave the audit together.
    number : float
        Counts below it, 0 too, must not be worked out: from nothing, nor more closely than to a range this wide.

    Returns
    -------
    bool array, shape (n_cells,)
        All that are shown where withholding some is not enough.
    """
    small = system.count < number
    hidden = system.shown & small
    if not small.any():
        return hidden
    touching = system.equations.tocsc()
    # What was possible stays possible when more is withheld, so ranges are carried on from round to round.
    ranges = system.count.copy(), system.count.copy()
    while True:
        _withhold_in_each_equation(system, hidden, small, number)
        exposed = _exposed(system, hidden, np.flatnonzero(small | hidden), number, ranges)
        if not len(exposed):
            return hidden
        before = int(hidden.sum())
        printed = exposed[system.shown[exposed]]  # what protects these often protects those that nobody prints
        for target in printed if len(printed) else exposed:
            _withhold_beside(system, hidden, touching, int(target))
        if int(hidden.sum()) == before:
            return system.shown.copy()


def _withhold_in_each_equation(system: System, hidden: Flags, small: Flags, number: float) -> None:
    """Withhold the smallest parts until no single equation gives a count away: needed, not yet enough."""
    equations, changed = system.equations, True
    while changed:
        changed = False
        for start, end in zip(equations.indptr[:-1], equations.indptr[1:], strict=True):
            columns, values = equations.indices[start:end], equations.data[start:end]
            unknown = hidden[columns] | ~system.shown[columns]
            whole_unknown = bool(unknown[values < 0][0])
            while (small | hidden)[columns[unknown]].any() and not unknown.all():
                many = int(unknown.sum()) > 1
                if many and (whole_unknown or system.count[columns[unknown]].sum() >= number):
                    break
                # Parts before the whole: a total is of more use than any of its parts.
                order = np.lexsort((system.count[columns], values < 0, unknown))
                unknown[order[0]] = hidden[columns[order[0]]] = changed = True
                whole_unknown = bool(unknown[values < 0][0])


def _withhold_beside(system: System, hidden: Flags, touching: csr_array, target: int) -> None:
    """Withhold the smallest shown count that stands in an equation with the target, or with what stands beside it."""
    reached = np.array([target])
    for _ in range(3):
        rows = np.unique(np.concatenate([_column(touching, int(cell)) for cell in reached]))
        wider = np.unique(system.equations[rows].indices)
        free = wider[system.shown[wider] & ~hidden[wider]]
        if len(free):
            hidden[free[np.argmin(system.count[free])]] = True
            return
        reached = wider


def _column(by_column: csr_array, column: int) -> npt.NDArray[np.int64]:
    return np.asarray(by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]], dtype=np.int64)


def _exposed(
    system: System,
    hidden: Flags,
    targets: npt.NDArray[np.int64],
    number: float,
    ranges: tuple[FloatArray, FloatArray],
) -> npt.NDArray[np.int64]:
    """Give the targets whose range over all non-negative solutions is narrower than ``number``; widens ``ranges``.

    Every solution found widens the ranges of all cells, so all are pushed up and down together, then in
    ever smaller parties, at last each alone: only what is narrow then is exposed.
    """
    low, high = ranges
    unknown = np.flatnonzero(hidden | ~system.shown)
    matrix = system.equations[:, unknown]
    matrix = matrix[np.diff(matrix.indptr) > 0]
    sums = matrix @ system.count[unknown]
    draw = np.random.Generator(np.random.PCG64(0))  # which of two rivals for one sum goes up; the verdict is the same

    def still(cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.asarray(cells[high[cells] - low[cells] < number - _TOLERANCE], dtype=np.int64)

    def widen(which: npt.NDArray[np.int64], sign: float) -> None:
        here = np.searchsorted(unknown, which)
        cost, most = np.zeros(len(unknown)), np.full(len(unknown), np.inf)
        cost[here], most[here] = -sign * 10.0 ** draw.uniform(0, 2, len(here)), system.count[which] + number
        found = linprog(cost, A_eq=matrix, b_eq=sums, bounds=np.c_[np.zeros(len(most)), most], method="highs")
        if found.status == 0:
            low[unknown] = np.minimum(low[unknown], found.x)
            high[unknown] = np.maximum(high[unknown], found.x)

    narrow, parts = still(targets), 1
    while len(narrow):
        before = len(narrow)
        for part in range(min(parts, before)):
            for sign in (1.0, -1.0):
                if len(which := still(narrow[part::parts])):
                    widen(which, sign)
        if parts >= before:  # each was tried alone
            return still(narrow)
        narrow = still(narrow)
        parts *= 4 if len(narrow) > before * 0.8 else 1
    return narrow


def _fault(found: str, expected: str) -> AssuranceError:
    return AssuranceError(
        found,
        expected=expected,
        next_step="Count again from the rows, with every group of each characteristic, all tables together.",
        who="the data scientist who owns the use case",
    )
