"""Train three estimators of an amount on the past, choose between them there, and judge them once on the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal, cast

import numpy as np
from threadpoolctl import threadpool_limits

from riskmodels.errors import TrainingError
from riskmodels.modelling.amounts.boosting import LightGBMAmountEstimator
from riskmodels.modelling.amounts.carried_forward import BaselineAmountEstimator, fit_baseline_amount
from riskmodels.modelling.amounts.conformal import fit_intervals
from riskmodels.modelling.amounts.crossfit import CrossFittedAmounts, cross_fit_amounts
from riskmodels.modelling.amounts.interpretable import InterpretableAmountEstimator, fit_amount_pipeline
from riskmodels.modelling.amounts.judging import judge_amounts
from riskmodels.modelling.amounts.notes import table_notes
from riskmodels.modelling.amounts.reproducibility import amount_digest
from riskmodels.modelling.amounts.rows import AmountRows, read_amounts
from riskmodels.modelling.boosting import grow
from riskmodels.modelling.periods import Plan, plan_periods
from riskmodels.modelling.rows import DATA_SCIENTIST, FloatArray
from riskmodels.policy import ModelPolicy
from riskmodels.records import AmountEstimator, Estimator, TrainedModel, TrainingTable

__all__ = ["refit_amount", "train_amount"]

Progress = Callable[[str, float], None]
Three = tuple[BaselineAmountEstimator, InterpretableAmountEstimator, LightGBMAmountEstimator]

_OWN = ("penalty", "rounds", "power")


def train_amount(
    table: TrainingTable,
    policy: ModelPolicy,
    *,
    learning_weight: FloatArray | None = None,
    progress: Progress | None = None,
) -> TrainedModel:
    """Train and judge a model of an amount.

    As for a risk, every choice (how the spread grows, hyperparameters, number of trees, which estimator) is made on
    development periods by learning from the past and judging on a later period, with a gap of the horizon; what was
    chosen is fitted again on all of them, and the last as-of date is read once. Amounts are made right in sum by one
    factor, and prediction intervals are set by how far amounts fell from what was expected, both where development
    periods were judged out of time.

    Parameters
    ----------
    table : TrainingTable
        Task ``"amount"``; at least two as-of dates before the last, a horizon apart.
    policy : ModelPolicy
        Margin (a share of Tweedie deviance), seed, disclosure number, and what the model may not be used for.
    learning_weight : float array, shape (n_rows,), optional
        As for a risk.
    progress : callable, optional
        Told the stage and the share of it done, in [0, 1].

    Raises
    ------
    TrainingError
        When the table cannot be learned from or judged on.
    """
    tell: Progress = progress if progress is not None else lambda stage, done: None
    rows = read_amounts(table, learning_weight=learning_weight)
    plan = plan_periods(rows, table.horizon_days, amounts=True)
    learn = rows.up_to(plan.learned_from[-1])
    with threadpool_limits(1, user_api="blas"):
        fitted = _cross_fitted(rows, plan, table, policy, tell)
        chosen, reason = _choose(fitted.deviance, policy.margin)
        intervals = fit_intervals(fitted.amounts(chosen), fitted.judged, power=fitted.power)
        three, settings = _fit(learn, fitted, table, policy, tell)
        estimators: dict[str, AmountEstimator] = {one.name: one for one in three}
        evaluation = judge_amounts(
            rows,
            plan,
            fitted,
            estimators=estimators,
            intervals=intervals,
            columns=[column.name for column in table.columns],
            chosen=chosen,
            unit=table.unit or "",
            seed=policy.seed,
            progress=lambda done: tell("Measuring on the held-out period", done),
        )
    return TrainedModel(
        case_name=table.case_name,
        definition_digest=table.definition_digest,
        table_digest=table.digest,
        chosen=chosen,
        choice_reason=reason,
        estimators=cast("Mapping[str, Estimator]", estimators),
        columns=table.columns,
        learned_from=plan.learned_from,
        rows=len(learn),
        rounds=fitted.rounds,
        settings=settings,
        calibrators={one.name: one.says for one in three},
        cross_fitted=fitted.deviance,
        evaluation=evaluation,
        seed=policy.seed,
        digest=amount_digest(*three, settings=settings, intervals=intervals),
        notes=table_notes(table, rows, plan, power=fitted.power),
        may_not_be_used_for=policy.may_not_be_used_for,
        task="amount",
        intervals=intervals,
    )


def _cross_fitted(
    rows: AmountRows, plan: Plan, table: TrainingTable, policy: ModelPolicy, tell: Progress
) -> CrossFittedAmounts:
    return cross_fit_amounts(
        rows,
        plan,
        table.columns,
        baseline=table.baseline,
        least=policy.assurance.disclosure_number,
        seed=policy.seed,
        progress=lambda done: tell("Judging on later periods", done),
    )


def _choose(deviance: Mapping[str, float], margin: float) -> tuple[Literal["interpretable", "lightgbm"], str]:
    saved = 1 - deviance["lightgbm"] / deviance["interpretable"]
    figures = (
        f"{deviance['lightgbm']:.4g} against {deviance['interpretable']:.4g} on development periods, out of time "
        f"({saved:+.1%} saved)"
    )
    if saved > margin:
        return (
            "lightgbm",
            f"LightGBM's Tweedie deviance is lower than the interpretable model's by {margin:.1%} or more: {figures}",
        )
    return (
        "interpretable",
        f"LightGBM's Tweedie deviance is not lower than the interpretable model's by {margin:.1%}: {figures}",
    )


def _fit(
    learn: AmountRows, fitted: CrossFittedAmounts, table: TrainingTable, policy: ModelPolicy, tell: Progress
) -> tuple[Three, dict[str, Any]]:
    """Fit what was chosen on all that may be learned from; make it right in sum by the out-of-time amounts."""
    stage = "Fitting on all development periods"
    tell(stage, 0.0)
    names = tuple(column.name for column in table.columns)
    today = names.index(table.baseline)
    pipeline = fit_amount_pipeline(learn, table.columns, today=today, penalty=fitted.penalty, power=fitted.power)
    tell(stage, 0.3)
    booster, used = grow(
        learn,
        table.columns,
        fitted.settings,
        rounds=fitted.rounds,
        seed=policy.seed,
        least=policy.assurance.disclosure_number,
        progress=lambda done: tell(stage, 0.3 + 0.7 * done),
    )
    tell(stage, 1.0)
    estimators = (
        fit_baseline_amount(table.columns[today], today, learn),
        InterpretableAmountEstimator(names, pipeline, fitted.factors["interpretable"]),
        LightGBMAmountEstimator(names, booster, fitted.factors["lightgbm"]),
    )
    return estimators, {"penalty": fitted.penalty, "rounds": fitted.rounds, "power": fitted.power, **used}


def refit_amount(
    table: TrainingTable,
    model: TrainedModel,
    *,
    learning_weight: FloatArray | None = None,
    without: Collection[str] = (),
) -> AmountEstimator:
    """Fit the chosen estimator of an amount again; see :func:`riskmodels.modelling.refit.refit`."""
    rows = read_amounts(table, learning_weight=learning_weight).up_to(model.learned_from[-1])
    kept = [place for place, column in enumerate(table.columns) if column.feature not in without]
    if not kept:
        raise TrainingError(
            f"all {len(table.columns)} columns would be left out",
            expected="at least one column to learn from",
            next_step="leave fewer features out",
            who=DATA_SCIENTIST,
        )
    columns = tuple(table.columns[place] for place in kept)
    names = tuple(column.name for column in columns)
    rows = dataclasses.replace(rows, X=np.ascontiguousarray(rows.X[:, kept]))
    chosen: object = model.estimators[model.chosen]
    with threadpool_limits(1, user_api="blas"):
        if isinstance(chosen, InterpretableAmountEstimator):
            today = names.index(table.baseline) if table.baseline in names else None
            settings = {name: model.settings[name] for name in ("penalty", "power")}
            pipeline = fit_amount_pipeline(rows, columns, today=today, **settings)
            return InterpretableAmountEstimator(names, pipeline, chosen.factor)
        if isinstance(chosen, LightGBMAmountEstimator):
            settings = {name: value for name, value in model.settings.items() if name not in _OWN}
            booster, _ = grow(rows, columns, settings, rounds=model.rounds, seed=model.seed)
            return LightGBMAmountEstimator(names, booster, chosen.factor)
    raise TrainingError(
        f"the chosen estimator is of the kind {type(chosen).__name__}",
        expected="the interpretable model or LightGBM",
        next_step="hand over the model that train gave",
        who=DATA_SCIENTIST,
    )
