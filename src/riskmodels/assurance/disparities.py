"""Each group against the rest, in every metric, from people pooled by their counts.

With one row a person, all of one weight, the sizes behind Newcombe's interval are the counts themselves. Otherwise they
are the sizes that the resamples of people imply, and so is the correlation of a group with the rest (people who changed
group are in both). A share of the list and a share of the need are of the same people: their correlation always comes
from the resamples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskmodels.assurance.counts import FOUND, PICKED, POSITIVES, ROWS, CountedRows, PooledPeople, summed
from riskmodels.assurance.intervals import breach_p, difference, effective_size, wilson

__all__ = ["RATES", "Compared", "compare"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Ends = tuple[FloatArray, FloatArray]


def _of(**parts: int) -> FloatArray:
    found = np.zeros(4)
    for name, sign in parts.items():
        found[{"rows": ROWS, "positives": POSITIVES, "picked": PICKED, "found": FOUND}[name]] = sign
    return found


# What each rate counts, and of what: sums and differences of a group's four counts.
RATES: Mapping[str, tuple[FloatArray, FloatArray]] = {
    "selection": (_of(picked=1), _of(rows=1)),
    "found": (_of(found=1), _of(positives=1)),
    "missed": (_of(positives=1, found=-1), _of(positives=1)),
    "wrongly_picked": (_of(picked=1, found=-1), _of(rows=1, positives=-1)),
    "precision": (_of(found=1), _of(picked=1)),
}
_SHARES = (_of(picked=1), _of(positives=1))
_NOTHING = 1e-9  # differences of sums may be a rounding error away from 0


@dataclass(frozen=True, eq=False)
class Compared:
    """One metric in each group and in the rest; for ``list_share`` the group's share of the list and of the need.

    Attributes
    ----------
    first, second : float array, shape (n_groups,)
        The group's share and the other one; NaN where it is not defined.
    first_size, second_size : float array, shape (n_groups,)
        Independent observations that each is worth.
    correlation : float array, shape (n_groups,)
        Between the two, over resamples of people.
    people, other_people : int array, shape (n_groups,)
        People whom each is measured on.
    least : int
        Fewest people that an interval is given for.
    """

    first: FloatArray
    second: FloatArray
    first_size: FloatArray
    second_size: FloatArray
    correlation: FloatArray
    people: IntArray
    other_people: IntArray
    least: int

    @property
    def enough(self) -> npt.NDArray[np.bool_]:
        """Say where both sides have the people that an interval takes."""
        return np.asarray(np.minimum(self.people, self.other_people) >= self.least)

    def own_ends(self) -> Ends:
        """Give the ends of the 95% interval of the first share; NaN under the fewest people."""
        return self._where(self.people >= self.least, wilson(self.first, self.first_size))

    def other_ends(self) -> Ends:
        """Give the ends of the 95% interval of the second share; NaN under the fewest people."""
        return self._where(self.other_people >= self.least, wilson(self.second, self.second_size))

    def ends(self) -> Ends:
        """Give the ends of the 95% interval of the difference; NaN under the fewest people."""
        both = (self.first, self.first_size), (self.second, self.second_size)
        return self._where(self.enough, difference(*both, correlation=self.correlation))

    def p(self, tolerance: float) -> FloatArray:
        """Test whether the difference is over a tolerance, either way; NaN under the fewest people."""
        both = (self.first, self.first_size), (self.second, self.second_size)
        return np.where(self.enough, breach_p(*both, tolerance, correlation=self.correlation), np.nan)

    @staticmethod
    def _where(enough: npt.NDArray[np.bool_], ends: Ends) -> Ends:
        return np.where(enough, ends[0], np.nan), np.where(enough, ends[1], np.nan)


def compare(rows: CountedRows, pooled: PooledPeople, *, seed: int, resamples: int) -> dict[str, Compared]:
    """Compare every group with the rest, in every rate and in its share of the list against its share of the need.

    Parameters
    ----------
    rows : CountedRows
        Whose weights say whether counts are sizes.
    pooled : PooledPeople
        The people by group.
    seed, resamples : int
        Of the resampling of people.
    """
    drawn = pooled.resampled(np.random.Generator(np.random.PCG64(seed)), resamples)
    totals = pooled.totals()
    everybody, drawn_everybody = totals.sum(axis=0), drawn.sum(axis=1, keepdims=True)
    found = {}
    for name, (top, bottom) in RATES.items():
        behind = _behind(pooled, bottom)
        first = _Side(totals, drawn, top, bottom, behind.equal)
        second = _Side(everybody - totals, drawn_everybody - drawn, top, bottom, behind.equal_outside)
        found[name] = _compared(first, second, (behind.people, behind.people_outside), rows)
    alike = np.ones((1, pooled.groups, 1))
    sides, people = [], []
    for what in _SHARES:
        behind = _behind(pooled, what)
        whole = everybody @ what * np.ones(pooled.groups), drawn_everybody * alike @ what
        # How a group's part varies is known from the group's own people; where it has none, only that it is small.
        equal = np.where(behind.equal > 1, behind.equal, behind.equal_all)
        sides.append(_Side(totals, drawn, what, what, equal, whole))
        people.append((behind.people, np.full(pooled.groups, behind.people_all)))
    (_, listed), (in_need, needing) = people
    found["list_share"] = _compared(sides[0], sides[1], (in_need, np.minimum(listed, needing)), rows, same_people=True)
    return found


class _Side:
    """One of the two shares of a comparison, as found and in each resample."""

    def __init__(
        self,
        totals: FloatArray,
        drawn: FloatArray,
        top: FloatArray,
        bottom: FloatArray,
        equal: FloatArray,
        whole: tuple[FloatArray, FloatArray] | None = None,
    ) -> None:
        of, drawn_of = (totals @ bottom, drawn @ bottom) if whole is None else whole
        self.of = of
        self.share = _share(totals @ top, of)
        self.drawn = _share(drawn @ top, drawn_of)
        self.equal = equal

    def size(self, rows: CountedRows) -> FloatArray:
        """Give the independent observations that the share is worth."""
        most = self.of / rows.mean_weight
        return most if rows.counts_are_sizes else effective_size(self.share, _variance(self.drawn), self.equal, most)


def _compared(
    first: _Side, second: _Side, people: tuple[IntArray, IntArray], rows: CountedRows, *, same_people: bool = False
) -> Compared:
    apart = rows.counts_are_sizes and not same_people
    correlation = np.zeros(len(first.share)) if apart else _correlation(first.drawn, second.drawn)
    return Compared(
        first.share, second.share, first.size(rows), second.size(rows), correlation, *people, rows.least_people
    )


@dataclass(frozen=True, eq=False)
class _Behind:
    """People behind a figure, in each group and outside it; ``equal`` ones would tell as much (Kish 1965)."""

    people: IntArray
    people_outside: IntArray
    people_all: int
    equal: FloatArray
    equal_outside: FloatArray
    equal_all: float


def _behind(pooled: PooledPeople, what: FloatArray) -> _Behind:
    amount = np.maximum(pooled.counts @ what, 0.0)
    whole = summed(pooled.vector, amount, len(pooled.people))
    many, left = pooled.people[pooled.vector], whole[pooled.vector] - amount

    def by_group(values: npt.NDArray[Any]) -> FloatArray:
        return summed(pooled.group, many * values, pooled.groups)

    everybody = int(pooled.people[whole > 0].sum())
    total, squares = float(pooled.people @ whole), float(pooled.people @ whole**2)
    inside = by_group(amount)
    here_only = by_group((amount > 0) & (left <= _NOTHING))
    squares_left = squares - by_group(whole[pooled.vector] ** 2 - left**2)
    return _Behind(
        np.rint(by_group(amount > 0)).astype(np.int64),
        everybody - np.rint(here_only).astype(np.int64),
        everybody,
        _kish(inside, by_group(amount**2)),
        _kish(total - inside, squares_left),
        float(_kish(np.array([total]), np.array([squares]))[0]),
    )


def _kish(total: FloatArray, squares: FloatArray) -> FloatArray:
    return np.asarray(np.divide(total**2, squares, out=np.zeros_like(total), where=squares > _NOTHING))


def _share(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide; NaN, never 0, where there is nothing to divide by."""
    defined = bottom > _NOTHING
    shares = np.divide(top, bottom, out=np.full(np.shape(bottom), np.nan), where=defined)
    return np.asarray(np.clip(shares, 0.0, 1.0))


def _variance(drawn: FloatArray) -> FloatArray:
    known = np.isfinite(drawn)
    many = np.maximum(known.sum(axis=0), 2)
    kept = np.where(known, drawn, 0.0)
    mean = kept.sum(axis=0) / many
    return np.asarray((np.where(known, drawn - mean, 0.0) ** 2).sum(axis=0) / (many - 1))


def _correlation(one: FloatArray, other: FloatArray) -> FloatArray:
    known = np.isfinite(one) & np.isfinite(other)
    many = np.maximum(known.sum(axis=0), 1)
    a, b = np.where(known, one, 0.0), np.where(known, other, 0.0)
    a, b = np.where(known, a - a.sum(axis=0) / many, 0.0), np.where(known, b - b.sum(axis=0) / many, 0.0)
    both, apart = (a * b).sum(axis=0), np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    found = np.divide(both, apart, out=np.zeros_like(both), where=apart > 0)
    return np.asarray(np.clip(found, -1.0, 1.0))
