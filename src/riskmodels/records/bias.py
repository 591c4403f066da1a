"""Whether a model treats groups of people alike: the figures, what decides, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from riskmodels.html_table import html_table
from riskmodels.records.amounts import AmountScale
from riskmodels.records.figures import Interval

__all__ = [
    "BiasAudit",
    "Breach",
    "CharacteristicHeld",
    "DecisiveComparison",
    "Disparity",
    "FourFifths",
    "GroupKey",
    "GroupRates",
    "NotMeasured",
    "Verdict",
]

GroupKey = tuple[tuple[str, str], ...]
Verdict = Literal["pass", "fail", "not enough evidence"]


@dataclass(frozen=True)
class GroupRates:
    """One group, or one intersection of two: counts, and how the model treats it. Undefined rates have no value.

    Attributes
    ----------
    key : tuple of (str, str)
        Characteristic and group; two of them for an intersection, none for everybody.
    rows, entities : int
        Rows (people at dates), and people.
    positives, picked, found : float
        Rows that had the outcome, that were on the list, and both; fractions where the end of a list was tied. Of
        amounts: rows with any amount, rows whose amount lay inside its prediction interval, and both.
    rates : mapping of str to Interval
        Shares in [0, 1], weighted: ``selection`` (on the list), ``found`` (TPR: on the list, of those who had the
        outcome), ``missed`` (FNR, higher is worse), ``wrongly_picked`` (FPR, higher is worse), ``precision``,
        ``list_share`` and ``need_share`` (part of the list, and of the need). ``calibration`` is the share with the
        outcome less the mean probability, in [-1, 1]: 0 is right, above 0 the risk is said too low. Of amounts, as
        shares of everybody's mean amount: ``mean_amount``, ``mean_error`` (expected less observed; below 0 the group
        is said to cost too little) and ``mean_absolute_error``; and ``coverage``, the share inside their intervals.
    """

    key: GroupKey
    rows: int
    entities: int
    positives: float
    picked: float
    found: float
    rates: Mapping[str, Interval]


@dataclass(frozen=True)
class Disparity:
    """One group against everybody else whose group may be used.

    Attributes
    ----------
    key : tuple of (str, str)
        The group.
    metric : str
        ``list_share`` is share of the list less share of the need (below 0: less than its need), ``coverage`` the
        share of amounts inside their intervals less what was promised; every other is the group's rate less that of
        the rest.
    group_value, rest_value : float or None
        What the difference is of; for ``list_share`` the two shares.
    difference : Interval
        0 is no difference; in [-1, 1] save for errors of amounts. No ends where too few people stand behind it.
    people : int
        People of the group that the metric is measured on: those with the outcome for ``missed``, and so on.
    informs : bool
        False where the metric follows from the use case's harms, so that it may decide.
    """

    key: GroupKey
    metric: str
    group_value: float | None
    rest_value: float | None
    difference: Interval
    people: int
    informs: bool


@dataclass(frozen=True)
class DecisiveComparison:
    """A comparison that the policy named beforehand, with its verdict.

    Attributes
    ----------
    tolerance : float
        Largest difference either way that the policy accepts, with its ``reason``.
    adjusted_p : float or None
        Of the test that the difference is over the tolerance, adjusted by Holm for all comparisons that decide.
    verdict : {"pass", "fail", "not enough evidence"}
        Pass: the interval lies inside the tolerance. Fail: a breach that survives the adjustment.
    people, people_needed : int
        People of the group in the audit, and about how many it would take; the second is 0 where no more are needed.
    why, follows : str
        How the verdict came about and what follows from it, in plain words without a count.
    """

    characteristic: str
    group: str
    metric: str
    tolerance: float
    reason: str
    difference: Interval
    adjusted_p: float | None
    verdict: Verdict
    people: int
    people_needed: int
    why: str
    follows: str


@dataclass(frozen=True)
class Breach:
    """A difference that no comparison named, proven to be over the tolerance of its metric all the same."""

    key: GroupKey
    metric: str
    tolerance: float
    difference: Interval
    adjusted_p: float


@dataclass(frozen=True)
class FourFifths:
    """The lowest share picked of any group over the highest: a convention (0.8) of American employment law.

    It has no legal status in England and decides nothing here.
    """

    characteristic: str
    lowest: str
    highest: str
    ratio: float

    @property
    def says(self) -> str:
        """Word it with what it is."""
        side = "under" if self.ratio < 0.8 else "at or over"
        return f"{self.ratio:.2f}, {side} 0.80: a convention without legal status, shown for comparison only"


@dataclass(frozen=True)
class CharacteristicHeld:
    """One of the nine characteristics of the Equality Act 2010 s4: what records it, and for how many it is known.

    Attributes
    ----------
    protected : str
        As the Act names it.
    audited_as : tuple of str
        The characteristics that record it; none where it is not held.
    recorded : tuple of float
        For each of those, the share of rows whose group is known, in [0, 1].
    """

    protected: str
    audited_as: tuple[str, ...] = ()
    recorded: tuple[float, ...] = ()

    @property
    def says(self) -> str:
        """Word it, such as ``disability: recorded for 62%`` or ``not held``."""
        if not self.audited_as:
            return "not held"
        return "; ".join(
            f"{name}: recorded for {share:.0%}" for name, share in zip(self.audited_as, self.recorded, strict=True)
        )


@dataclass(frozen=True)
class NotMeasured:
    """What could not be measured, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class BiasAudit:
    """Whether a model treats groups alike, with every figure in full: the auditor's file, not to be shown as it is.

    Attributes
    ----------
    capacity : int
        Length of the list at one date; 0 for amounts, which put nobody on a list.
    rows, entities : int
        Rows and people audited.
    harms : tuple of str
        ``"missed_need"`` or ``"burden"``: which metrics may decide.
    decisive : tuple of DecisiveComparison
        Those that the policy named beforehand, in its order.
    breaches : tuple of Breach
        Differences that were not named, proven to be over the tolerance after Holm over all of them.
    groups : tuple of GroupRates
        Everybody first, then each group of each characteristic, then intersections that somebody is in.
    disparities : tuple of Disparity
        Each group against the rest.
    empty : tuple of group keys
        Intersections that nobody is in.
    left_out : tuple of GroupRates
        Groups and intersections that were counted and not compared: a notice says not to use their equality data.
    least_people : int
        Fewest people that an interval is given for, found by simulation.
    rows_per_person : int
        Most rows that one person has.
    notes : tuple of str
        What a reader must know.
    amounts : AmountScale or None
        What errors of amounts are measured on; None for a risk.
    """

    capacity: int
    rows: int
    entities: int
    harms: tuple[str, ...]
    decisive: tuple[DecisiveComparison, ...]
    breaches: tuple[Breach, ...]
    groups: tuple[GroupRates, ...] = field(repr=False)
    disparities: tuple[Disparity, ...] = field(repr=False)
    empty: tuple[GroupKey, ...] = field(repr=False)
    four_fifths: tuple[FourFifths, ...] = field(repr=False)
    held: tuple[CharacteristicHeld, ...] = field(repr=False)
    left_out: tuple[GroupRates, ...] = field(repr=False)
    not_measured: tuple[NotMeasured, ...]
    least_people: int
    rows_per_person: int
    disclosure_number: int
    round_to: int
    resamples: int
    seed: int
    notes: tuple[str, ...] = ()
    amounts: AmountScale | None = None

    @property
    def verdict(self) -> Verdict:
        """Give the worst verdict; a proven breach fails, and without a comparison there is not enough evidence."""
        found = {one.verdict for one in self.decisive}
        if "fail" in found or self.breaches:
            return "fail"
        return "pass" if found == {"pass"} else "not enough evidence"

    def named(self, *key: tuple[str, str]) -> GroupRates:
        """Give the figures of a group, such as ``named(("sex", "Female"))``; KeyError where nobody is in it."""
        return {one.key: one for one in self.groups}[key]

    def disparity(self, metric: str, *key: tuple[str, str]) -> Disparity:
        """Give how a group compares with the rest; KeyError where it was not compared."""
        return {(one.metric, one.key): one for one in self.disparities}[metric, key]

    def _repr_html_(self) -> str:
        rows = [
            [f"{one.characteristic}: {one.group}", one.metric, f"{one.tolerance:.0%}", one.verdict, one.follows]
            for one in self.decisive
        ]
        head = ["Group against the rest", "Metric", "Tolerance", "Verdict", "What follows"]
        return html_table(f"Bias audit: {self.verdict}", head, rows, notes=self.notes)
