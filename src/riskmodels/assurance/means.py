"""Means of groups against those of everybody else: Student's intervals over people, of money as of any amount.

The variance is that of a ratio of sums over people (Cochran 1977, Sampling Techniques, ch. 6): amounts are never equal,
so that there is nothing to pool, and linearisation gives what endless resampling of people would. Where a mean is given
as a share of everybody's mean amount, that this is itself a mean of the same people is allowed for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from riskmodels.assurance.counts import summed

__all__ = ["LEAST_PEOPLE_OF_AMOUNTS", "ComparedMeans", "Mean", "People"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Ends = tuple[FloatArray, FloatArray]

LEAST_PEOPLE_OF_AMOUNTS = 50
"""Fewest people that an interval of a mean is given for: what people cost is skewed."""


@dataclass(frozen=True, eq=False)
class Mean:
    """A weighted mean, and how each person moves it.

    Attributes
    ----------
    value : float
        The mean.
    influence : float array, shape (n_people,)
        By person of the whole audit; its squares add up to the mean's variance.
    people : int
        People that it is of.
    equal : float
        How many people of equal weight would tell as much (Kish 1965).
    """

    value: float
    influence: FloatArray
    people: int
    equal: float

    def over(self, whole: Mean) -> Mean:
        """Give the mean as a share of another one, which may be of the same people."""
        share = self.value / whole.value
        return Mean(share, (self.influence - share * whole.influence) / whole.value, self.people, self.equal)

    @property
    def variance(self) -> float:
        """Give the variance of the mean."""
        return float(self.influence @ self.influence)


@dataclass(frozen=True, eq=False)
class People:
    """Rows made ready to be averaged in many ways: whose each is, and its weight.

    Attributes
    ----------
    person : int array, shape (n_rows,)
        Number of the row's person, from 0.
    weight : float array, shape (n_rows,)
        Above 0.
    many : int
        How many people there are.
    """

    person: IntArray
    weight: FloatArray
    many: int

    def mean(self, what: FloatArray, here: BoolArray) -> Mean:
        """Average some rows; there is at least one."""
        person, weight, held = self.person[here], self.weight[here], what[here]
        value, whole = float(np.average(held, weights=weight)), float(weight.sum())
        of_person = summed(person, weight, self.many)
        people = int(np.count_nonzero(of_person))
        correction = np.sqrt(people / max(people - 1, 1))
        influence = correction * summed(person, weight * (held - value), self.many) / whole
        return Mean(value, influence, people, whole**2 / float(of_person @ of_person))


@dataclass(frozen=True, eq=False)
class ComparedMeans:
    """One mean in each group and in the rest; NaN where it is not defined.

    Attributes
    ----------
    first, second : float array, shape (n_groups,)
        The group's mean and that of the rest.
    first_variance, variance : float array, shape (n_groups,)
        Of the first, and of the first less the second.
    spread : float array, shape (n_groups,)
        Variance of one person's figure among the rest.
    people, other_people : int array, shape (n_groups,)
        People that each is of.
    """

    first: FloatArray
    second: FloatArray
    first_variance: FloatArray
    variance: FloatArray
    spread: FloatArray
    people: IntArray
    other_people: IntArray
    least: int = LEAST_PEOPLE_OF_AMOUNTS

    @staticmethod
    def of(pairs: list[tuple[Mean | None, Mean | None]]) -> ComparedMeans:
        """Put groups together: each one's mean and that of the rest, None where it is not defined."""

        def each(figures: list[float]) -> FloatArray:
            return np.array(figures, dtype=np.float64)

        both = [(one, rest) if one is not None and rest is not None else None for one, rest in pairs]
        apart = [None if two is None else two[0].influence - two[1].influence for two in both]
        return ComparedMeans(
            first=each([np.nan if one is None else one.value for one, _ in pairs]),
            second=each([np.nan if rest is None else rest.value for _, rest in pairs]),
            first_variance=each([np.nan if one is None else one.variance for one, _ in pairs]),
            variance=each([np.nan if one is None else float(one @ one) for one in apart]),
            spread=each([np.nan if rest is None else rest.variance * rest.equal for _, rest in pairs]),
            people=np.array([0 if one is None else one.people for one, _ in pairs], dtype=np.int64),
            other_people=np.array([0 if rest is None else rest.people for _, rest in pairs], dtype=np.int64),
        )

    @property
    def first_size(self) -> FloatArray:
        """Give the independent observations that the group's mean is worth."""
        return self.people.astype(np.float64)

    @property
    def second_size(self) -> FloatArray:
        """Give the same of the rest's mean."""
        return self.other_people.astype(np.float64)

    def own_ends(self) -> Ends:
        """Give the ends of the 95% interval of the group's mean; NaN under the fewest people."""
        half = self._reach(self.people) * np.sqrt(self.first_variance)
        return self.first - half, self.first + half

    def ends(self) -> Ends:
        """Give the ends of the 95% interval of the difference; NaN under the fewest people on either side."""
        value = self.first - self.second
        half = self._reach(self._fewer) * np.sqrt(self.variance)
        return value - half, value + half

    def p(self, tolerance: float) -> FloatArray:
        """Test whether the difference is over a tolerance, either way: below 0.05 just where the interval is."""
        over = np.abs(self.first - self.second) - tolerance
        known = np.isfinite(self._reach(self._fewer)) & np.isfinite(over)
        with np.errstate(invalid="ignore", divide="ignore"):
            tail = 2 * student.sf(over / np.sqrt(self.variance), np.maximum(self._fewer - 1, 1))
        return np.asarray(np.where(known, np.where(over > 0, tail, 1.0), np.nan), dtype=np.float64)

    @property
    def _fewer(self) -> IntArray:
        return np.minimum(self.people, self.other_people)

    def _reach(self, people: IntArray) -> FloatArray:
        reach = student.ppf(0.975, np.maximum(people - 1, 1))
        return np.asarray(np.where(people >= self.least, reach, np.nan), dtype=np.float64)
