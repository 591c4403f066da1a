"""Whether a model was told, by some back door, what it is asked to foretell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from riskmodels.records.figures import Interval
from riskmodels.records.proxies import FeatureStrength, PlainTable
from riskmodels.records.table import TimeTravelCheck

__all__ = ["LeakAlarm", "LeakKind", "LeakageReport", "ShuffledRun"]

LeakKind = Literal["single_feature", "far_above_the_rest", "presence"]


@dataclass(frozen=True)
class ShuffledRun:
    """What is learned when outcomes are dealt out at random: nothing, unless the judging itself leaks.

    Attributes
    ----------
    roc_auc : Interval
        Mean held-out ROC AUC over the runs; not defined for amounts. Its interval is wide (99.9%), so that chance alone
        raises one alarm in a thousand audits.
    runs : int
        Times that outcomes were dealt out anew.
    deviance_reduction : Interval or None
        For amounts, likewise: the share of the mean Tweedie deviance that the model saves against one amount for
        everybody. Nothing can be learned, so that it is 0 or (learning from noise) below.
    """

    roc_auc: Interval
    runs: int
    deviance_reduction: Interval | None = None

    @property
    def passed(self) -> bool | None:
        """Say whether guessing (0.5; for amounts, saving nothing) lies inside the interval; None where there is none.

        An amount's model that does worse than guessing has learned from noise, which is no leak.
        """
        if self.deviance_reduction is not None:
            return None if self.deviance_reduction.low is None else self.deviance_reduction.low <= 0.0
        if self.roc_auc.low is None or self.roc_auc.high is None:
            return None
        return self.roc_auc.low <= 0.5 <= self.roc_auc.high


@dataclass(frozen=True)
class LeakAlarm:
    """A feature that knows too much.

    Attributes
    ----------
    kind : {"single_feature", "far_above_the_rest", "presence"}
        It alone foretells the outcome; it does so far better than any other family of features; or whether it is filled
        in (or is 0) gives the outcome away.
    column : str
        The column that the figure was measured on; for several one-hot columns, the feature.
    figure : Interval
        ROC AUC of the feature alone (of amounts: the share of pairs of people that it ranks rightly, which is the same
        for a yes or no), or the share with the outcome among those with the tell-tale value.
    suspicion : str
        What was found, what may lie behind it and what to look at, in words.
    """

    kind: LeakKind
    feature: str
    says: str
    column: str
    figure: Interval
    suspicion: str


@dataclass(frozen=True)
class LeakageReport:
    """Every search for a leak, and what it found.

    Attributes
    ----------
    time_travel : TimeTravelCheck or None
        Features rebuilt without the future and with a scrambled one, from the build; None where it was left out.
    shuffled : ShuffledRun or None
        None where there are too few outcomes to learn from and judge on.
    strongest : tuple of FeatureStrength
        The features that foretell the outcome best by themselves.
    alarms : tuple of LeakAlarm
        What a person must look at.
    not_measured : tuple of str
        Searches that could not be made, each with the reason.
    task : {"risk", "amount"}
        Whether the outcome happens or not, or is an amount.
    """

    case_name: str
    time_travel: TimeTravelCheck | None
    shuffled: ShuffledRun | None
    strongest: tuple[FeatureStrength, ...]
    alarms: tuple[LeakAlarm, ...]
    not_measured: tuple[str, ...] = ()
    task: Literal["risk", "amount"] = "risk"

    @property
    def strength(self) -> str:
        """Word what the strength of one feature alone is measured by."""
        return "ROC AUC" if self.task == "risk" else "share of pairs ranked rightly"

    @property
    def passed(self) -> bool:
        """Say whether every search was made and none found anything."""
        made = self.time_travel is not None and self.time_travel.passed
        return made and self.shuffled is not None and self.shuffled.passed is True and not self.alarms

    def cells(self) -> PlainTable:
        """Lay out each search and what it found."""
        rows = (
            ("Features rebuilt without the future", _travelled(self.time_travel)),
            ("Outcomes dealt out at random", _shuffled(self.shuffled)),
            *((_KINDS[kind], _found(self, kind)) for kind in _KINDS),
        )
        notes = (*(alarm.suspicion for alarm in self.alarms), *self.not_measured)
        return PlainTable("Did the model know what it could not have known?", ("Search", "Found"), rows, notes)

    def _repr_html_(self) -> str:
        return self.cells().html()


_KINDS: dict[LeakKind, str] = {
    "single_feature": "A feature that foretells the outcome alone",
    "far_above_the_rest": "A feature far above all others",
    "presence": "A column whose being filled in gives the outcome away",
}


def _travelled(check: TimeTravelCheck | None) -> str:
    if check is None:
        return "not measured"
    if check.passed:
        return f"nothing differs in {check.rows_checked:,} rows"
    return f"{len(check.features_that_differ)} features differ: {', '.join(check.features_that_differ)}"


def _shuffled(run: ShuffledRun | None) -> str:
    if run is None or run.passed is None:
        return "not measured"
    verdict = "guessing, as it must be" if run.passed else "NOT guessing: the judging itself leaks"
    if run.deviance_reduction is not None:
        saved = run.deviance_reduction.in_percents()
        return f"deviance saved {saved} over {run.runs} runs (99.9% interval): {verdict}"
    return f"ROC AUC {run.roc_auc.as_text()} over {run.runs} runs (99.9% interval): {verdict}"


def _found(report: LeakageReport, kind: LeakKind) -> str:
    if not report.strongest:
        return "not measured"
    named = [alarm.column for alarm in report.alarms if alarm.kind == kind]
    if named:
        return f"suspected: {', '.join(named)}"
    best = report.strongest[0]
    strongest = f"none; the strongest is “{best.says}” with a {report.strength} of {best.roc_auc:.3f}"
    return "none" if kind == "presence" else strongest
