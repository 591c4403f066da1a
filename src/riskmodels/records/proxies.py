"""What a model's inputs give away about people's protected characteristics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from riskmodels.html_table import html_table
from riskmodels.records.figures import Interval

__all__ = [
    "ACCURACY",
    "CharacteristicProxies",
    "ExactProxy",
    "FeatureStrength",
    "GroupProxies",
    "PlainTable",
    "PriceOfRemoving",
    "ProxyReport",
]

_NAMED = 3

ACCURACY = {
    "roc_auc": "ROC AUC",
    "precision_at_capacity": "Precision of list",
    "mean_tweedie_deviance": "Mean Tweedie deviance (lower is better)",
    "mean_absolute_error": "Mean absolute error (lower is better)",
}
"""What a change to a model may cost, in words: the first two of a risk, the others of an amount."""


@dataclass(frozen=True)
class PlainTable:
    """A table as text: caption, headings, rows of cells, and sentences to put below."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def html(self) -> str:
        """Draw it for a page or a notebook."""
        return html_table(self.caption, self.head, self.rows, notes=self.notes)


@dataclass(frozen=True)
class FeatureStrength:
    """How well one feature alone tells one thing from the rest: ROC AUC, 0.5 is not at all and 1 without fail.

    Of an amount it is the share of pairs of people that the feature ranks rightly, which is the same for a yes or no.
    """

    feature: str
    says: str
    roc_auc: float


@dataclass(frozen=True)
class GroupProxies:
    """How well the inputs tell one group from everybody else whose group is known.

    Attributes
    ----------
    group : str
        The group.
    people : int
        Entities in it that were judged.
    roc_auc : Interval
        All features together, on entities that nothing was learned from. Higher is worse: the inputs hold the group.
    features : tuple of FeatureStrength
        Those that do most of it, strongest first.
    """

    group: str
    people: int
    roc_auc: Interval
    features: tuple[FeatureStrength, ...]


@dataclass(frozen=True)
class CharacteristicProxies:
    """What the inputs hold of one characteristic.

    Attributes
    ----------
    name : str
        The characteristic.
    protected : str or None
        Which protected characteristic of the Equality Act 2010 it records, where the definition says.
    roc_auc : Interval
        Mean over the groups (macro view). Not defined where nothing was measured.
    groups : tuple of GroupProxies
        Those large enough, the largest first.
    too_small : tuple of str
        Groups with too few people to be judged.
    unknown_share : float
        Share of entities whose group is not known, in [0, 1]; they are left out.
    not_measured : str or None
        Why nothing was measured.
    """

    name: str
    protected: str | None
    roc_auc: Interval
    groups: tuple[GroupProxies, ...] = ()
    too_small: tuple[str, ...] = ()
    unknown_share: float = 0.0
    not_measured: str | None = None


@dataclass(frozen=True)
class ExactProxy:
    """A feature that is as good as the characteristic itself.

    Attributes
    ----------
    kind : str
        ``"tells_apart"``: the ROC AUC of the feature alone is over the threshold. ``"implies"``: nearly everybody with
        one of its values is in the group.
    figure : Interval
        The ROC AUC, or the share in the group among those with the value.
    suspicion : str
        What was found and why it matters, in words.
    """

    characteristic: str
    protected: str | None
    group: str
    feature: str
    says: str
    kind: str
    figure: Interval
    suspicion: str


@dataclass(frozen=True)
class ProxyReport:
    """How well the inputs predict each protected characteristic, which do it, and which are exact proxies.

    Attributes
    ----------
    characteristics : tuple of CharacteristicProxies
        All that the table is audited by, in its order; those that could not be measured say why.
    alarms : tuple of ExactProxy
        Features that may not be inputs (Equality Act 2010 s13), strongest first.
    excused : tuple of ExactProxy
        Features that stand for age or disability and are inputs by exception, with the equality lead's signed advice.
    threshold : float
        ROC AUC of one feature alone from which it is called an exact proxy.
    least_group : int
        Fewest entities in a group that is judged.
    """

    case_name: str
    characteristics: tuple[CharacteristicProxies, ...]
    alarms: tuple[ExactProxy, ...]
    threshold: float
    least_group: int
    notes: tuple[str, ...] = ()
    excused: tuple[ExactProxy, ...] = ()

    @property
    def passed(self) -> bool:
        """Say whether no feature is an exact proxy of a characteristic, save those that are inputs by exception."""
        return not self.alarms

    def named(self, characteristic: str) -> CharacteristicProxies:
        """Give what was found of one characteristic; KeyError where the table is not audited by it."""
        found = {one.name: one for one in self.characteristics}
        return found[characteristic]

    def cells(self) -> PlainTable:
        """Lay out each characteristic and its groups; those that were not measured say why, in place of figures."""
        rows: list[tuple[str, ...]] = []
        for one in self.characteristics:
            if one.not_measured is not None:
                rows.append((one.name, "all", f"not measured: {one.not_measured}", ""))
                continue
            rows.append((one.name, "all groups, on average", one.roc_auc.as_text(), ""))
            for group in one.groups:
                does = "; ".join(f"{each.says} ({each.roc_auc:.3f})" for each in group.features[:_NAMED])
                rows.append((one.name, group.group, group.roc_auc.as_text(), does))
            rows += [
                (one.name, group, f"not measured: fewer than {self.least_group:,} people in it or outside it", "")
                for group in one.too_small
            ]
        found = tuple(alarm.suspicion for alarm in self.alarms) or ("No feature is an exact proxy.",)
        head = ("Characteristic", "Group", "ROC AUC of all features together", "Which do most, each alone")
        return PlainTable("What the inputs give away about people", head, tuple(rows), (*found, *self.notes))

    def _repr_html_(self) -> str:
        return self.cells().html()


@dataclass(frozen=True)
class PriceOfRemoving:
    """What a model loses when it is no longer told some features.

    Attributes
    ----------
    features : tuple of str
        Those left out.
    before, after : mapping of str to Interval
        ``roc_auc`` and ``precision_at_capacity`` on the held-out period, with all features and without these; of
        amounts ``mean_tweedie_deviance`` and ``mean_absolute_error``.
    change : mapping of str to Interval
        After less before, on the same resamples of entities; below 0 is a loss (of amounts, above 0).
    """

    features: tuple[str, ...]
    before: Mapping[str, Interval] = field(repr=False)
    after: Mapping[str, Interval] = field(repr=False)
    change: Mapping[str, Interval]

    def cells(self) -> PlainTable:
        """Lay out both models, and the change."""
        rows = tuple(
            (words, self.before[name].as_text(), self.after[name].as_text(), self.change[name].as_text())
            for name, words in ACCURACY.items()
            if name in self.change
        )
        caption = f"What leaving out {', '.join(self.features)} costs"
        return PlainTable(caption, ("Measure", "With", "Without", "Without less with"), rows)

    def _repr_html_(self) -> str:
        return self.cells().html()
