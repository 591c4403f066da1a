"""People as vectors of counts: equal vectors pool, so that a resample of people is one multinomial draw.

A person's vector says, for each group, how many of the person's rows (weighted) there are, had the outcome, were on the
list, and both. People with equal vectors are exchangeable: drawing N people with replacement gives each distinct vector
a number of times, jointly multinomial. Nothing is approximated, and a million people are a few hundred vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from riskmodels.assurance.intervals import LEAST_PEOPLE, LEAST_PEOPLE_OF_PANEL

__all__ = ["FOUND", "PICKED", "POSITIVES", "ROWS", "CountedRows", "PooledPeople", "count_rows", "pool", "summed"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ROWS, POSITIVES, PICKED, FOUND = range(4)

_CELLS = 4_000_000
_CELLS_IN_CACHE = 100_000
_FEW_EQUAL = 4


@dataclass(frozen=True, eq=False)
class CountedRows:
    """Rows made ready to be counted in many ways: by person, and each row's four counts.

    Attributes
    ----------
    person : int array, shape (n_rows,)
        Number of the row's person, from 0.
    first : int array, shape (n_people,)
        One row of each person.
    counts : float array, shape (n_rows, 4)
        Weight of the row, and how much of it had the outcome, was on the list, and both.
    gap : float array, shape (n_rows,)
        Weighted outcome less probability.
    kind : int array, shape (n_people,)
        Which of ``kinds`` the person's summed counts are.
    kinds : float array, shape (n_kinds, 4)
        Distinct sums, in order.
    """

    person: IntArray
    first: IntArray
    counts: FloatArray
    gap: FloatArray
    kind: IntArray
    kinds: FloatArray

    @property
    def people(self) -> int:
        """Count the people."""
        return len(self.first)

    @property
    def mean_weight(self) -> float:
        """Give the mean weight of a row."""
        return float(self.counts[:, ROWS].mean())

    @property
    def counts_are_sizes(self) -> bool:
        """Say whether rows are independent and alike: one of each person, all of weight 1."""
        return self.one_row_each and bool((self.kinds[:, ROWS] == 1.0).all())

    @property
    def least_people(self) -> int:
        """Give the fewest people that an interval is given for."""
        return LEAST_PEOPLE if self.one_row_each else LEAST_PEOPLE_OF_PANEL

    @property
    def one_row_each(self) -> bool:
        """Say whether nobody has a second row."""
        return len(self.person) == len(self.first)


@dataclass(frozen=True, eq=False)
class PooledPeople:
    """Distinct vectors of counts by group, how many people have each, and how calibration varies among people.

    A *piece* is what one vector counts in one group; a vector has more than one where people changed group.

    Attributes
    ----------
    people : int array, shape (n_vectors,)
        How many people have the vector.
    vector, group : int array, shape (n_pieces,)
        Whose piece it is, and in which group.
    counts : float array, shape (n_pieces, 4)
        The piece's counts.
    groups : int
        How many groups there are, empty ones included.
    gap : float array, shape (n_groups,)
        Weighted outcome less probability, summed.
    gap_squares : float array, shape (3, n_groups)
        Sums over people of the squared gap, gap times weight, and squared weight.
    """

    people: IntArray
    vector: IntArray
    group: IntArray
    counts: FloatArray
    groups: int
    gap: FloatArray
    gap_squares: FloatArray

    def totals(self) -> FloatArray:
        """Give the counts of each group: shape (n_groups, 4)."""
        many = self.people[self.vector]
        return np.stack([summed(self.group, many * one, self.groups) for one in self.counts.T], axis=1)

    def resampled(self, generator: np.random.Generator, resamples: int) -> FloatArray:
        """Give the counts of each group in resamples of people: shape (n_resamples, n_groups, 4)."""
        total, vectors = int(self.people.sum()), len(self.people)
        place = np.repeat(self.vector, 4), (self.group[:, None] * 4 + np.arange(4)).ravel()
        sums = csr_array((self.counts.ravel(), place), shape=(vectors, self.groups * 4)).T.tocsr()
        found = np.empty((resamples, self.groups * 4))
        # Where hardly any vectors are equal, drawing people one by one is the same and quicker.
        draw = _one_by_one if total < _FEW_EQUAL * vectors else _at_once
        step = max(1, _CELLS_IN_CACHE // total if draw is _one_by_one else _CELLS // vectors)
        for start in range(0, resamples, step):
            drawn = draw(generator, self.people, min(step, resamples - start))
            found[start : start + step] = (sums @ drawn.T.astype(np.float64)).T
        return found.reshape(resamples, self.groups, 4)


def count_rows(
    entity: npt.NDArray[np.int64],
    outcome: FloatArray,
    picked: FloatArray,
    weight: FloatArray,
    probability: FloatArray,
) -> CountedRows:
    """Make rows ready to be counted, for all ways of grouping them.

    Parameters
    ----------
    entity : int array, shape (n_rows,)
        Pseudonyms: rows of one person share one.
    outcome, picked : float array, shape (n_rows,)
        In [0, 1]; picked may be a fraction where the end of the list was tied.
    weight, probability : float array, shape (n_rows,)
        Weight above 0, and probability in [0, 1].
    """
    person, known = pd.factorize(entity)
    person = person.astype(np.int64, copy=False)
    first = np.empty(len(known), dtype=np.int64)
    first[person[::-1]] = np.arange(len(person))[::-1]
    counts = np.stack([weight, weight * outcome, weight * picked, weight * outcome * picked], axis=1)
    of_person = counts if len(known) == len(person) else _columns(person, counts, len(known))
    kind, kinds = _distinct(of_person)
    return CountedRows(person, first, counts, weight * (outcome - probability), kind, kinds)


def pool(rows: CountedRows, group: IntArray, groups: int) -> PooledPeople:
    """Pool people by their counts in each group.

    Parameters
    ----------
    rows : CountedRows
        The rows.
    group : int array, shape (n_rows,)
        Group of each row, in [0, groups).
    groups : int
        How many groups there are, empty ones included.
    """
    stays = rows.one_row_each or bool((group[rows.first][rows.person] == group).all())
    return _pool_stayers(rows, group, groups) if stays else _pool_movers(rows, group, groups)


def _pool_stayers(rows: CountedRows, group: IntArray, groups: int) -> PooledPeople:
    """Pool people of whom each has one group throughout: a vector is a kind in a group."""
    home = group[rows.first]
    code, people = _tally(rows.kind * groups + home, len(rows.kinds) * groups)
    gap = rows.gap if rows.one_row_each else summed(rows.person, rows.gap, rows.people)
    weight = rows.kinds[rows.kind, ROWS]
    return PooledPeople(
        people,
        np.arange(len(code)),
        code % groups,
        rows.kinds[code // groups],
        groups,
        summed(home, gap, groups),
        _squares(home, gap, weight, groups),
    )


def _pool_movers(rows: CountedRows, group: IntArray, groups: int) -> PooledPeople:
    """Pool people of whom some change group, such as from one age band to the next: a vector is a set of pieces."""
    key, piece = np.unique(rows.person * groups + group, return_inverse=True)
    owner, home = key // groups, key % groups
    counts = _columns(piece, rows.counts, len(key))
    gap = summed(piece, rows.gap, len(key))
    kind, kinds = _distinct(counts)
    token = kind * groups + home
    size = np.bincount(owner)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    people: list[IntArray] = []
    vector: list[IntArray] = []
    pieces: list[IntArray] = []
    known = 0
    for many in np.unique(size):
        # The pieces of one person stand together, in order of group: equal sets are equal rows here.
        sets = token[start[size == many][:, None] + np.arange(many)]
        distinct, tally = np.unique(sets, axis=0, return_counts=True)
        people.append(tally)
        vector.append(np.repeat(np.arange(known, known + len(distinct)), many))
        pieces.append(distinct.ravel())
        known += len(distinct)
    found = np.concatenate(pieces)
    return PooledPeople(
        np.concatenate(people),
        np.concatenate(vector),
        found % groups,
        kinds[found // groups],
        groups,
        summed(home, gap, groups),
        _squares(home, gap, counts[:, ROWS], groups),
    )


def _at_once(generator: np.random.Generator, people: IntArray, resamples: int) -> IntArray:
    """Draw how often each vector comes up: shape (n_resamples, n_vectors)."""
    total = int(people.sum())
    return generator.multinomial(total, people / total, size=resamples)


def _one_by_one(generator: np.random.Generator, people: IntArray, resamples: int) -> IntArray:
    total, vectors = int(people.sum()), len(people)
    of_person = np.repeat(np.arange(vectors), people)
    drawn = of_person[generator.integers(0, total, size=(resamples, total))] + vectors * np.arange(resamples)[:, None]
    return np.bincount(drawn.ravel(), minlength=resamples * vectors).reshape(resamples, vectors)


def summed(place: IntArray, amount: npt.NDArray[Any], places: int) -> FloatArray:
    """Add amounts up by place: shape (places,)."""
    return np.bincount(place, amount, minlength=places).astype(np.float64, copy=False)


def _columns(place: IntArray, counts: FloatArray, places: int) -> FloatArray:
    return np.stack([summed(place, one, places) for one in counts.T], axis=1)


def _squares(home: IntArray, gap: FloatArray, weight: FloatArray, groups: int) -> FloatArray:
    products = (gap * gap, gap * weight, weight * weight)
    return np.stack([summed(home, one, groups) for one in products])


def _tally(code: IntArray, codes: int) -> tuple[IntArray, IntArray]:
    """Give the codes that occur, in order, and how often each does."""
    if codes > 8 * len(code):
        return np.unique(code, return_counts=True)
    many = np.bincount(code, minlength=codes)
    present = np.flatnonzero(many)
    return present, many[present]


def _distinct(counts: FloatArray) -> tuple[IntArray, FloatArray]:
    """Give which distinct row each row is, and the distinct rows in order, whatever order the rows came in."""
    code = np.zeros(len(counts), dtype=np.int64)
    for one in counts.T:
        place, values = pd.factorize(one)
        code = pd.factorize(code * len(values) + place)[0].astype(np.int64, copy=False)
    first = np.empty(int(code.max()) + 1, dtype=np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    kinds = counts[first]
    order = np.lexsort(kinds.T[::-1])
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[code], kinds[order]
