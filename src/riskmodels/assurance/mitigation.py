"""Ways to make a model treat a group better, each with its price in accuracy. People choose; nothing applies itself.

Offered are ways that work in training alone, so that nobody's characteristic is needed to score them:

- **Reweighing** (Kamiran and Calders 2012, doi:10.1007/s10115-011-0463-8): rows are weighted so that group and outcome
  are independent in what is learned from.
- **A reduction** (Agarwal and others 2018, section 3.4, by Fairlearn's ``GridSearch``): rows are weighted by a Lagrange
  multiplier for the disparity in question; the best of a small grid is one model, with one score for each person.
- **Removal** of named proxies.

Not offered: ``ExponentiatedGradient``, the other reduction, ends in a lottery among several models, so that the same
person could be on the list today and off it tomorrow for no reason that an officer could give. Post-processing with a
threshold for each group (``ThresholdOptimizer``) treats people differently because of the characteristic (Equality Act
2010 s13); see :mod:`riskmodels.assurance.attempts`.
"""

from __future__ import annotations

import copy
import dataclasses
import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from fairlearn.reductions import FalsePositiveRateParity, GridSearch, TruePositiveRateParity
from sklearn.linear_model import LogisticRegression

from riskmodels.assurance.attempts import Justification, refuse_amounts, refuse_protected_inputs
from riskmodels.assurance.price import accuracy, accuracy_change, disparity, disparity_change, rescored
from riskmodels.assurance.proxies import NOT_A_GROUP
from riskmodels.assurance.scored import ScoredRows, score_held_out
from riskmodels.assurance.single_features import halves
from riskmodels.errors import AssuranceError
from riskmodels.modelling.interpretable import fit_linear, fit_preparation
from riskmodels.modelling.refit import refit
from riskmodels.modelling.rows import DATA_SCIENTIST, Rows, read_table
from riskmodels.policy import ModelPolicy
from riskmodels.records import ModelColumn, TrainedModel, TrainingTable
from riskmodels.records.mitigation import DisparityMetric, GroupDisparity, MitigationOffer, MitigationOption

__all__ = ["GRID", "LEAST_IN_CELL", "grid_search", "multipliers", "offer", "reweighing"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Audit = Callable[[ScoredRows], Any]
Progress = Callable[[str, float], None]

GRID = (0.25, 0.5, 1.0, 2.0, 4.0)
"""How many times as much a row of the group counts as one of the rest, among those whom the disparity is about."""

LEAST_IN_CELL = 10
"""Fewest entities with one outcome in a group that is weighted as itself; smaller ones are weighted together."""

ROWS_TO_SEARCH = 60_000
_CONSTRAINT_WEIGHT = 0.5

NOT_OFFERED = (
    "ExponentiatedGradient: it ends in a lottery among several models, so a person's place would depend on a draw.",
    "A threshold for each group: it treats people differently because of the characteristic (Equality Act 2010 s13).",
)


_REWEIGHED = (
    "In training, rows are weighted so that how often the outcome happens is the same in every group (Kamiran and "
    "Calders 2012)."
)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What to change: the weights to learn from, or the features told."""

    name: str
    says: str
    weight: FloatArray | None
    without: tuple[str, ...] = ()


def offer(
    table: TrainingTable,
    policy: ModelPolicy,
    model: TrainedModel,
    *,
    characteristic: str,
    group: str | None = None,
    metric: DisparityMetric | None = None,
    removable: Collection[str] = (),
    justifications: Sequence[Justification] = (),
    seed: int,
    audit: Audit | None = None,
    progress: Progress | None = None,
) -> MitigationOffer:
    """Try each way and say what it does to accuracy and to the disparity, before and after, on the held-out period.

    The chosen estimator is fitted again with the settings it has. To use an option, hand its ``learning_weight`` to
    ``train`` (or leave its features out of the definition), so that every choice, calibration and figure is made anew.

    Parameters
    ----------
    table, policy, model : TrainingTable, ModelPolicy, TrainedModel
        What was trained, on what, and what was asked of it.
    characteristic : str
        One that the table is audited by.
    group : str, optional
        The group that fares worse. By default the one that fares worst in what was learned from, among those with
        enough people, so that the held-out period is not used to pick what it then measures.
    metric : {"missed", "wrongly_picked"}, optional
        By default what the use case's first harm says: missed need is about who is missed, burden about who is picked.
    removable : collection of str
        Features that may be removed, such as those that a proxy report names; all of them at once.
    justifications : sequence of Justification
        For inputs that are allowed by exception.
    audit : callable, optional
        Called with the held-out rows as scored before, and after each option; what it gives is kept with them.
    progress : callable, optional
        Told the stage and the share of it done, in [0, 1].

    Raises
    ------
    AssuranceError
        If the table is of amounts, the group cannot be measured, or an input is a protected characteristic.
    """
    tell: Progress = progress if progress is not None else lambda stage, done: None
    refuse_amounts(table)
    refuse_protected_inputs(table, justifications=justifications)
    asked: DisparityMetric = metric or ("wrongly_picked" if table.harms[:1] == ("burden",) else "missed")
    learned = _learned(table, model, characteristic)
    people = float(learned.rows.weight.sum()) if table.weighed else len(learned.rows)
    listed = min(1.0, policy.capacity * len(learned.days) / people)
    worst = group if group is not None else _worst_group(learned, table, asked, listed, seed=seed)
    before = score_held_out(table, model)
    found = disparity(before, characteristic, worst, asked, seed=seed)
    tell("Trying mitigations", 0.0)
    plans = _plans(table, learned, worst, asked, listed, removable, seed=seed)
    options = []
    for number, plan in enumerate(plans):
        tell("Trying mitigations", (number + 1) / (len(plans) + 1))
        after = rescored(table, model, refit(table, model, learning_weight=plan.weight, without=plan.without))
        options.append(_option(plan, before, after, found, seed=seed, audit=audit))
    tell("Trying mitigations", 1.0)
    return MitigationOffer(
        case_name=table.case_name,
        estimator=model.chosen,
        accuracy=accuracy(before, seed=seed),
        disparity=found,
        options=tuple(options),
        not_offered=NOT_OFFERED,
        notes=_notes(found),
        audited=audit(before) if audit is not None else None,
    )


def reweighing(
    groups: npt.NDArray[np.object_], y: FloatArray, weight: FloatArray, *, entity: IntArray, least: int = LEAST_IN_CELL
) -> FloatArray:
    """Weigh rows so that group and outcome are independent: ``P(group) P(outcome) / P(group, outcome)``.

    Kamiran and Calders (2012), with the spine's weight. Groups with fewer than ``least`` entities with the outcome, or
    without it, are weighted as one. Shape (n_rows,); the weighted number of rows and of outcomes stays what it is.
    """
    label = _pooled(groups, y, entity, least)
    factor = np.ones(len(y))
    for one in np.unique(label):
        for kind in (0.0, 1.0):
            cell = (label == one) & (y == kind)
            if cell.any():
                expected = weight[label == one].sum() * weight[y == kind].sum() / weight.sum()
                factor[cell] = expected / weight[cell].sum()
    return factor


def _pooled(groups: npt.NDArray[np.object_], y: FloatArray, entity: IntArray, least: int) -> IntArray:
    """Give each row the number of its group; those with too few people of either outcome share number 0."""
    names, label = np.unique(groups.astype(str), return_inverse=True)
    label = label.astype(np.int64) + 1
    for number in range(1, len(names) + 1):
        people = [len(np.unique(entity[(label == number) & (y == kind)])) for kind in (0.0, 1.0)]
        if min(people) < least:
            label[label == number] = 0
    return label


def grid_search(
    rows: Rows,
    columns: tuple[ModelColumn, ...],
    own: BoolArray,
    metric: DisparityMetric,
    *,
    penalty: float,
    listed: float,
) -> float:
    """Let Fairlearn's ``GridSearch`` find how much more a row of the group must count; 1 is no more than others.

    Each point of the grid is an interpretable model, fitted with the weights that its Lagrange multiplier stands for,
    and judged at the list's length: half by its errors, half by the disparity that is left.

    Parameters
    ----------
    rows : Rows
        What may be learned from, thinned.
    own : bool array, shape (n_rows,)
        Who is in the group.
    penalty : float
        Inverse strength of the model's L2 penalty.
    listed : float
        Length of the list as a share of rows, in (0, 1].
    """
    prepared = fit_preparation(rows, columns).transform(rows.X)
    moment = (TruePositiveRateParity if metric == "missed" else FalsePositiveRateParity)()
    y, groups = rows.y.astype(np.int64), np.where(own, "group", "rest")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Setting an? (value|item) ")  # Fairlearn 0.15 on pandas 3.1
        loaded = copy.deepcopy(moment)
        loaded.load_data(prepared, y, sensitive_features=groups)
        search = GridSearch(
            _Lister(rows, penalty, listed),
            moment,
            constraint_weight=_CONSTRAINT_WEIGHT,
            grid=multipliers(loaded.prob_event, loaded.prob_group_event, loaded.index, metric),
        )
        search.fit(prepared, y, sensitive_features=groups)
    return GRID[int(search.best_idx_)]


def multipliers(
    of_event: pd.Series[float], of_group: pd.Series[float], index: pd.MultiIndex, metric: DisparityMetric
) -> pd.DataFrame:
    """Give the Lagrange multipliers, one column for each point of ``GRID``, that weigh the group so many times as much.

    With share ``p`` of the group among those whom the constraint is about, the multiplier ``f P(event)`` gives the
    group the weight ``1 - f + f / p`` and the rest ``1 - f``: the ratio is ``r`` for ``f = (r - 1) / (1 / p + r - 1)``.
    """
    event = of_event.index[0]
    p = float(of_group.loc[(event, "group")] / of_event.loc[event])
    grid = pd.DataFrame(0.0, index=index, columns=range(len(GRID)))
    for place, ratio in enumerate(GRID):
        f = (ratio - 1) / (1 / p + ratio - 1)
        sign = "-" if (f > 0) == (metric == "missed") else "+"
        grid.loc[(sign, event, "group"), place] = abs(f) * float(of_event.loc[event])
    return grid


class _Lister:
    """The interpretable model as Fairlearn wants it: it predicts 1 for those on the list."""

    def __init__(self, rows: Rows, penalty: float, listed: float) -> None:
        self.rows, self.penalty, self.listed = rows, penalty, listed
        self.model: LogisticRegression | None = None

    def fit(self, X: FloatArray, y: pd.Series[float], sample_weight: pd.Series[float]) -> _Lister:
        """Fit with the given labels and weights, on top of the rows' own weight."""
        given = dataclasses.replace(
            self.rows, y=np.asarray(y, dtype=np.float64), learning_weight=np.asarray(sample_weight, dtype=np.float64)
        )
        self.model = fit_linear(X, given, penalty=self.penalty)
        return self

    def predict(self, X: FloatArray) -> IntArray:
        """Give 1 for the rows with the highest scores, as many as the list is long."""
        assert self.model is not None  # noqa: S101 (Fairlearn fits before it predicts)
        score = self.model.decision_function(X)
        return (np.argsort(np.argsort(-score, kind="stable")) < self.listed * len(score)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Learned:
    """What the model learned from, with the groups of one characteristic. The rest of the table keeps the weight 1."""

    rows: Rows
    columns: tuple[ModelColumn, ...]
    groups: npt.NDArray[np.object_]
    penalty: float
    total: int

    @property
    def days(self) -> npt.NDArray[np.datetime64]:
        return np.unique(self.rows.as_of)

    def spread(self, weight: FloatArray) -> FloatArray:
        """Give the weights a row of the whole table each. Rows are sorted by date, so that these come first."""
        return np.concatenate([weight, np.ones(self.total - len(weight))])

    def thinned(self, *, seed: int) -> tuple[Rows, npt.NDArray[np.object_]]:
        numbered = dataclasses.replace(self.rows, learning_weight=np.arange(1.0, len(self.rows) + 1))
        few = numbered.thinned(ROWS_TO_SEARCH, seed=seed)
        kept = few.learning_weight
        places = np.arange(len(few)) if kept is None else kept.astype(np.int64) - 1
        return dataclasses.replace(few, learning_weight=None), self.groups[places]


def _learned(table: TrainingTable, model: TrainedModel, characteristic: str) -> _Learned:
    if characteristic not in table.audit.columns:
        raise AssuranceError(
            f"the table of {table.case_name} is not audited by {characteristic!r}",
            expected=f"one of: {', '.join(map(str, table.audit.columns)) or 'none, for it is audited by nothing'}",
            next_step="Name a characteristic of audit_by.",
            who=DATA_SCIENTIST,
        )
    rows = read_table(table).up_to(model.learned_from[-1])
    groups = table.audit[characteristic].astype(str).to_numpy(dtype=object)[: len(rows)]
    return _Learned(rows, table.columns, groups, float(model.settings["penalty"]), table.rows)


def _plans(
    table: TrainingTable,
    learned: _Learned,
    worst: str,
    asked: DisparityMetric,
    listed: float,
    removable: Collection[str],
    *,
    seed: int,
) -> list[_Plan]:
    rows = learned.rows
    weight = reweighing(learned.groups, rows.y, rows.weight, entity=rows.entity)
    plans = [_Plan("reweighing", _REWEIGHED, learned.spread(weight))]
    few, groups = learned.thinned(seed=seed)
    about = "with the outcome" if asked == "missed" else "without the outcome"
    ratio = grid_search(few, learned.columns, groups == worst, asked, penalty=learned.penalty, listed=listed)
    says = (
        f"In training, people of the group {about} count {ratio:g} times as much as others {about}: the best of "
        f"{len(GRID)} points that Fairlearn's GridSearch tried."
    )
    counted = _counted(rows.y == (asked == "missed"), learned.groups == worst, ratio)
    plans.append(_Plan("grid_search", says, learned.spread(counted)))
    if removable:
        words = {column.feature: column.says for column in table.columns}
        out = tuple(sorted(set(removable)))
        plans.append(_Plan("removal", "Not told: " + "; ".join(words.get(one, one) for one in out) + ".", None, out))
    return plans


def _counted(among: BoolArray, own: BoolArray, ratio: float) -> FloatArray:
    """Weigh the group's rows ``ratio`` times as much as the rest's, among some, whose mean weight stays 1."""
    p = float(own[among].mean()) if among.any() else 0.0
    rest = 1 / (1 + p * (ratio - 1))
    return np.where(among, np.where(own, ratio * rest, rest), 1.0)


def _worst_group(learned: _Learned, table: TrainingTable, asked: DisparityMetric, listed: float, *, seed: int) -> str:
    """Name the group that fares worst among people whom a model of other people ranked."""
    few, groups = learned.thinned(seed=seed)
    half = halves(few.entity, seed=seed)
    preparation = fit_preparation(few.where(half), learned.columns)
    lister = _Lister(few.where(half), learned.penalty, listed)
    lister.fit(preparation.transform(few.X[half]), pd.Series(few.y[half]), pd.Series(np.ones(int(half.sum()))))
    picked = lister.predict(preparation.transform(few.X[~half]))
    later, named = few.where(~half), groups[~half]
    among = later.y == (asked == "missed")
    wrong = among & (picked == (asked != "missed"))
    apart = {}
    for name in sorted(set(named) - set(NOT_A_GROUP)):
        own = named == name
        if min(len(np.unique(later.entity[among & part])) for part in (own, ~own)) >= LEAST_IN_CELL:
            apart[name] = wrong[own].sum() / among[own].sum() - wrong[~own].sum() / among[~own].sum()
    if not apart:
        raise AssuranceError(
            f"no group has {LEAST_IN_CELL} people whom the disparity ({asked}) could be measured on",
            expected="a group with enough people, or one that is named",
            next_step="Name the group, or take in more dates.",
            who=DATA_SCIENTIST,
        )
    return str(max(apart, key=lambda name: float(apart[name])))


def _option(
    plan: _Plan, before: ScoredRows, after: ScoredRows, found: GroupDisparity, *, seed: int, audit: Audit | None
) -> MitigationOption:
    figures = accuracy_change(before, after, seed=seed)
    return MitigationOption(
        name=plan.name,
        says=plan.says,
        accuracy=figures.after,
        accuracy_change=figures.change,
        disparity=disparity(after, found.characteristic, found.group, found.metric, seed=seed),
        disparity_change=disparity_change(before, after, found, seed=seed),
        learning_weight=plan.weight,
        without=plan.without,
        audited=audit(after) if audit is not None else None,
    )


def _notes(found: GroupDisparity) -> tuple[str, ...]:
    notes = ["Measured by fitting the chosen estimator again as it is set; train in full before an option is used."]
    low, high = found.difference.low, found.difference.high
    if low is None or high is None:
        notes.append("The disparity cannot be measured, so no option can be said to lessen it.")
    elif low <= 0 <= high:
        notes.append(
            "The disparity may be chance: its interval holds 0. What lessens it here may do nothing elsewhere."
        )
    return tuple(notes)
