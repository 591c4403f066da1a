"""Whether a model of amounts errs alike for groups of people."""

from __future__ import annotations

from dataclasses import dataclass, field

from riskmodels.records.bias import GroupKey, NotMeasured
from riskmodels.records.figures import Interval

__all__ = ["AmountAudit", "AmountErrors"]


@dataclass(frozen=True)
class AmountErrors:
    """How far one group's amounts were missed, in the outcome's unit.

    Attributes
    ----------
    rows, entities : int
        Rows and people.
    mean_error : Interval
        Predicted less observed: below 0 the group's need is said too low, which is worse for those who wait for it.
    mean_absolute_error : Interval
        Higher is worse.
    coverage : Interval
        Share whose amount lay inside its prediction interval, in [0, 1]; not defined without prediction intervals.
    mean_error_difference : Interval
        The group's mean error less that of everybody else; 0 is alike.
    """

    key: GroupKey
    rows: int
    entities: int
    mean_error: Interval
    mean_absolute_error: Interval
    coverage: Interval
    mean_error_difference: Interval


@dataclass(frozen=True)
class AmountAudit:
    """Errors of amounts by group, in full: everybody first, then groups, then intersections."""

    groups: tuple[AmountErrors, ...] = field(repr=False)
    not_measured: tuple[NotMeasured, ...]
    least_people: int

    def named(self, *key: tuple[str, str]) -> AmountErrors:
        """Give the errors of a group; KeyError where nobody is in it."""
        return {one.key: one for one in self.groups}[key]
