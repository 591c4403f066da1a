"""Ways to make a model treat a group better, each with its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from riskmodels.records.figures import Interval
from riskmodels.records.proxies import ACCURACY, PlainTable

__all__ = ["DisparityMetric", "GroupDisparity", "MitigationOffer", "MitigationOption", "WithAndWithout"]

DisparityMetric = Literal["missed", "wrongly_picked", "mean_error"]


@dataclass(frozen=True)
class GroupDisparity:
    """One group against the rest.

    Attributes
    ----------
    metric : {"missed", "wrongly_picked", "mean_error"}
        Of those who had the outcome, the share not on the list; of those without it, the share on the list; or expected
        less observed amount, as a share of everybody's mean amount.
    group_value, rest_value : float or None
        The metric in the group and among everybody else; None where there is nobody to measure it on.
    difference : Interval
        Group less rest, with a 95% interval over entities. Above 0 the group fares worse; of an amount, it is said to
        cost more than it does.
    """

    characteristic: str
    group: str
    metric: DisparityMetric
    group_value: float | None
    rest_value: float | None
    difference: Interval


@dataclass(frozen=True, eq=False)
class MitigationOption:
    """One way, what it does to accuracy and what it does to the disparity, on the held-out period.

    None needs the characteristic to score anybody: it is read in training only, or not at all.

    Attributes
    ----------
    name : str
        ``"reweighing"``, ``"grid_search"`` or ``"removal"``.
    says : str
        What was done, in words.
    accuracy : mapping of str to Interval
        ``roc_auc`` and ``precision_at_capacity`` after.
    accuracy_change : mapping of str to Interval
        After less before, on the same resamples; below 0 is the price.
    disparity : GroupDisparity
        After.
    disparity_change : Interval
        Distance of the disparity from 0 after, less before; below 0 is better.
    learning_weight : float array, shape (n_rows,), or None
        What to hand to ``train`` to have this model in full; None for a removal. Private: it is made from people's
        characteristics.
    without : tuple of str
        Features left out.
    audited : Any
        What the caller's own audit says of the model.
    """

    name: str
    says: str
    accuracy: Mapping[str, Interval]
    accuracy_change: Mapping[str, Interval]
    disparity: GroupDisparity
    disparity_change: Interval
    learning_weight: npt.NDArray[np.float64] | None = field(default=None, repr=False)
    without: tuple[str, ...] = ()
    audited: Any = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class MitigationOffer:
    """The model as it is, and what else it could be.

    Attributes
    ----------
    estimator : str
        The estimator that was fitted again each time, with the settings it has.
    accuracy : mapping of str to Interval
        ``roc_auc`` and ``precision_at_capacity`` before.
    disparity : GroupDisparity
        Before.
    options : tuple of MitigationOption
        In the order they were tried. People choose; nothing is applied by itself.
    not_offered : tuple of str
        What is not among them, each with the reason.
    notes : tuple of str
        What a reader must know first, such as that the disparity may be chance.
    """

    case_name: str
    estimator: str
    accuracy: Mapping[str, Interval]
    disparity: GroupDisparity
    options: tuple[MitigationOption, ...]
    not_offered: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    audited: Any = field(default=None, repr=False)

    def cells(self) -> PlainTable:
        """Lay out the model as it is and each option, with accuracy and disparity before and after."""
        about = {"missed": "missed, of those in need", "wrongly_picked": "picked, of those not in need"}
        shown = f"{self.disparity.group} against the rest: {about[self.disparity.metric]}"
        head = ("Model", "ROC AUC", "Precision of list", shown, "Change of ROC AUC", "Change of the gap's size")
        now = (
            "As it is",
            self.accuracy["roc_auc"].as_text(),
            self.accuracy["precision_at_capacity"].as_text(),
            self.disparity.difference.in_percents(),
            "",
            "",
        )
        rows = tuple(
            (
                _TITLES.get(one.name, one.name),
                one.accuracy["roc_auc"].as_text(),
                one.accuracy["precision_at_capacity"].as_text(),
                one.disparity.difference.in_percents(),
                one.accuracy_change["roc_auc"].as_text(),
                one.disparity_change.in_percents(),
            )
            for one in self.options
        )
        says = tuple(f"{_TITLES.get(one.name, one.name)}: {one.says}" for one in self.options)
        refused = tuple(f"Not offered: {one}" for one in self.not_offered)
        caption = f"What could be done for {self.disparity.characteristic} {self.disparity.group}, and its price"
        return PlainTable(caption, head, (now, *rows), (*self.notes, *says, *refused))

    def _repr_html_(self) -> str:
        return self.cells().html()


_TITLES = {"reweighing": "Reweighing", "grid_search": "Fairlearn's GridSearch", "removal": "Removal of a proxy"}


@dataclass(frozen=True)
class WithAndWithout:
    """A model with an input that is allowed by exception, and without it: accuracy, and how each group fares.

    Attributes
    ----------
    features : tuple of str
        The inputs that were left out.
    accuracy_with, accuracy_without, accuracy_change : mapping of str to Interval
        ``roc_auc`` and ``precision_at_capacity``, or ``mean_tweedie_deviance`` and ``mean_absolute_error``; the change
        is without less with.
    disparities : tuple of (GroupDisparity, GroupDisparity)
        By group of the characteristic, with and without.
    """

    features: tuple[str, ...]
    accuracy_with: Mapping[str, Interval]
    accuracy_without: Mapping[str, Interval]
    accuracy_change: Mapping[str, Interval]
    disparities: tuple[tuple[GroupDisparity, GroupDisparity], ...]

    def cells(self) -> PlainTable:
        """Lay out accuracy and each group's disparity, with the inputs and without."""
        figures = tuple(
            (words, self.accuracy_with[name].as_text(), self.accuracy_without[name].as_text())
            for name, words in ACCURACY.items()
            if name in self.accuracy_with
        )
        groups = tuple(
            (
                f"{one.characteristic}: {one.group} against the rest ({one.metric.replace('_', ' ')})",
                one.difference.in_percents(),
                other.difference.in_percents(),
            )
            for one, other in self.disparities
        )
        caption = f"The model with and without {', '.join(self.features)}"
        return PlainTable(caption, ("Measure", "With", "Without"), (*figures, *groups))

    def _repr_html_(self) -> str:
        return self.cells().html()
