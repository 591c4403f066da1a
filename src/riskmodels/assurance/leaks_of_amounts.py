"""Search a table of amounts for what a model could not know when it will be used.

The searches are those for a risk, with measures that suit an amount. Amounts dealt out at random must not be foretold:
no deviance is saved against one amount for everybody. A feature alone is held against today's practice, not against
guessing: what somebody costs today foretells well what they will cost, so that a feature is suspected only where it
closes half of the gap between today's practice and knowing. And whether a column is filled in should not tell to whom
anything comes at all; that today's amount is nothing may well.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from riskmodels.assurance.leakage import (
    RESAMPLES,
    ROUNDS,
    ROWS_ALONE,
    ROWS_TO_SHUFFLE,
    RUNS,
    STRONGEST,
    TOO_GOOD,
    deal,
    far_above,
    mean_interval,
    presence,
    search_of,
)
from riskmodels.assurance.single_features import coded, feature_concordance, halves, says_of
from riskmodels.errors import TrainingError
from riskmodels.modelling.amounts.boosting import amount_settings_to_try
from riskmodels.modelling.amounts.deviance import FIRST_POWER, mean_deviance
from riskmodels.modelling.amounts.rows import read_amounts
from riskmodels.modelling.boosting import LEAST_IN_LEAF, grow, tree_score
from riskmodels.modelling.periods import Plan, plan_periods
from riskmodels.modelling.rows import Rows
from riskmodels.records import Interval, ModelColumn, TrainingTable
from riskmodels.records.leakage import LeakageReport, LeakAlarm, LeakKind, ShuffledRun
from riskmodels.records.proxies import FeatureStrength

__all__ = ["find_leaks", "shuffled_run"]

Progress = Callable[[str, float], None]


def find_leaks(table: TrainingTable, *, seed: int, progress: Progress | None = None) -> LeakageReport:
    """Make every search for a leak in a table of amounts.

    Parameters
    ----------
    table : TrainingTable
        Task ``"amount"``.
    seed : int
        Of the shuffles, the halves that features are judged by and the resamples.
    progress : callable, optional
        Told the stage and the share of it done, in [0, 1].

    Raises
    ------
    TrainingError
        When the table cannot be read as a table of amounts.
    """
    tell: Progress = progress if progress is not None else lambda stage, done: None
    rows = read_amounts(table)
    missing = []
    if table.report.time_travel is None:
        missing.append("Time travel: the table was built without rebuilding a sample of it as known at its dates.")
    shuffled: ShuffledRun | None = None
    try:
        plan = plan_periods(rows, table.horizon_days, amounts=True)
        shuffled = shuffled_run(rows, table.columns, plan, seed=seed, tell=tell)
    except TrainingError as error:
        missing.append(f"Shuffled outcomes: {error.found}.")
    tell("Taking features one by one", 0.0)
    alone = _Alone(rows.thinned(ROWS_ALONE, seed=seed), table, seed)
    strongest, alarms = _single(alone)
    tell("Taking features one by one", 0.5)
    came = dataclasses.replace(rows, y=(rows.y > 0).astype(np.float64))
    search = search_of(came, table.columns, seed=seed)
    if search is None:
        missing.append("Presence: something, or nothing, comes to everybody in half of the table.")
    else:
        alarms += [one for one in presence(search, of_zeros=False) if one.feature != alone.today]
    tell("Taking features one by one", 1.0)
    return LeakageReport(
        case_name=table.case_name,
        time_travel=table.report.time_travel,
        shuffled=shuffled,
        strongest=strongest,
        alarms=tuple(alarms),
        not_measured=tuple(missing),
        task="amount",
    )


def shuffled_run(
    rows: Rows,
    columns: tuple[ModelColumn, ...],
    plan: Plan,
    *,
    seed: int,
    tell: Progress = lambda stage, done: None,
) -> ShuffledRun:
    """Deal amounts out at random within each as-of date, learn, and judge as a training does: nothing is to be saved.

    What is saved is a share of the deviance of one amount for everybody, the mean of those who are judged; what was
    learned is made right in sum for them too, since amounts rise from one date to the next and dealing leaves that as
    it is. It is above 0 where people are judged by what was learned from their own amount.

    Parameters
    ----------
    rows : Rows
        The whole table.
    plan : Plan
        What a training learns from and is judged on.
    """
    saved = []
    for run in range(RUNS):
        tell("Dealing outcomes out at random", run / RUNS)
        dealt = deal(rows, np.random.Generator(np.random.PCG64([seed, run])))
        learn = dealt.up_to(plan.learned_from[-1]).thinned(ROWS_TO_SHUFFLE, seed=seed)
        saved.append(_saved(learn, dealt.at(plan.held_out), columns, seed=seed))
    tell("Dealing outcomes out at random", 1.0)
    return ShuffledRun(Interval(None), RUNS, deviance_reduction=mean_interval(np.array(saved)))


def _saved(learn: Rows, judged: Rows, columns: tuple[ModelColumn, ...], *, seed: int) -> float:
    settings = amount_settings_to_try(len(learn), FIRST_POWER, least=LEAST_IN_LEAF)[0] | {"learning_rate": 0.1}
    with threadpool_limits(1, user_api="blas"):
        booster, _ = grow(learn, columns, settings, rounds=ROUNDS, seed=seed)
    expected = np.exp(tree_score(booster, judged.X))
    mean = np.full(len(judged), np.average(judged.y, weights=judged.weight))
    if not mean[0] > 0:
        return float("nan")
    right = expected * mean[0] / np.average(expected, weights=judged.weight)
    of_model, of_mean = (mean_deviance(judged.y, said, FIRST_POWER, weight=judged.weight) for said in (right, mean))
    return 1 - of_model / of_mean if of_mean > 0 else float("nan")


class _Alone:
    """Thinned rows, coded feature by feature, and which of them is today's practice."""

    def __init__(self, rows: Rows, table: TrainingTable, seed: int) -> None:
        self.rows, self.columns, self.seed = rows, table.columns, seed
        self.codes = coded(rows.X, table.columns)
        self.half = halves(rows.entity, seed=seed)
        self.today = next(one.feature for one in table.columns if one.name == table.baseline)

    def concordance(self, feature: str, *, resamples: int = 0) -> Interval:
        """Give the share of pairs of people that a feature ranks rightly."""
        rows = self.rows
        return feature_concordance(
            self.codes[feature], rows.y, self.half, entity=rows.entity, seed=self.seed, resamples=resamples
        )


def _single(alone: _Alone) -> tuple[tuple[FeatureStrength, ...], list[LeakAlarm]]:
    """Rank the features by what each foretells alone; suspect those far better than today's practice."""
    says = says_of(alone.columns)
    strength = {feature: alone.concordance(feature).value for feature in alone.codes}
    found = [FeatureStrength(one, says[one], value) for one, value in strength.items() if value is not None]
    if not found:
        return (), []
    found.sort(key=lambda one: (-one.roc_auc, one.feature))
    today = strength[alone.today] or 0.5
    limit = max(TOO_GOOD, (1 + today) / 2)
    alarms = [
        _suspected("single_feature", one, alone, f"today's practice reaches {today:.3f}")
        for one in found
        if one.roc_auc >= limit and one.feature != alone.today
    ]
    family = {column.feature: column.family for column in alone.columns}
    other = far_above(found, alone.columns)
    if not alarms and other is not None and family[found[0].feature] != family[alone.today]:
        beside = f"the best feature of any other family reaches {other.roc_auc:.3f} (“{other.says}”)"
        alarms.append(_suspected("far_above_the_rest", found[0], alone, beside))
    return tuple(found[:STRONGEST]), alarms


def _suspected(kind: LeakKind, one: FeatureStrength, alone: _Alone, beside: str) -> LeakAlarm:
    figure = alone.concordance(one.feature, resamples=RESAMPLES)
    words = (
        f"“{one.says}” by itself ranks {figure.in_percents()} of pairs of people rightly by what will come; {beside}. "
        "A record made because of the outcome, such as a service that was typed in later, foretells as well. Find out "
        "when and why it is written, and whether it is known at the as-of date in practice."
    )
    own = [column.name for column in alone.columns if column.feature == one.feature]
    return LeakAlarm(kind, one.feature, one.says, own[0] if len(own) == 1 else one.feature, figure, words)
