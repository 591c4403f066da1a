"""Train the three estimators on the past, choose between them there, and judge them once on what came after."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from riskmodels.modelling.amounts import train_amount
from riskmodels.modelling.baseline import BaselineEstimator, fit_baseline
from riskmodels.modelling.boosting import LightGBMEstimator, grow
from riskmodels.modelling.calibration import choose_calibrator
from riskmodels.modelling.crossfit import CrossFitted, cross_fit
from riskmodels.modelling.interpretable import InterpretableEstimator, fit_pipeline
from riskmodels.modelling.judging import judge
from riskmodels.modelling.periods import Plan, plan_periods
from riskmodels.modelling.reproducibility import model_digest
from riskmodels.modelling.rows import FloatArray, Rows, read_table
from riskmodels.modelling.selection_figures import draws_disagree, figures_of
from riskmodels.modelling.tempering import POWERS, tempered
from riskmodels.policy import ModelPolicy
from riskmodels.records import Evaluation, TrainedModel, TrainingTable

__all__ = ["train"]

Chosen = Literal["interpretable", "lightgbm"]
Progress = Callable[[str, float], None]

_MISSING_WORTH_SAYING = 0.001


def train(
    table: TrainingTable,
    policy: ModelPolicy,
    *,
    learning_weight: FloatArray | None = None,
    progress: Progress | None = None,
) -> TrainedModel:
    """Train and judge a model of a risk, or of an amount where that is the table's task.

    Every choice (hyperparameters, number of trees, calibrator, which estimator) is made on development periods by
    learning from the past and judging on a later period, with a gap of the outcome's horizon. What was chosen is
    fitted again on all development periods whose outcome was known at the last as-of date; that date is read once.
    Fitting and figures use the spine's weight (the inverse probability of not being censored), so that both speak of
    everybody, not of those who stayed.

    Parameters
    ----------
    table : TrainingTable
        At least two as-of dates before the last, a horizon apart. Of task ``"amount"``, see
        :func:`riskmodels.modelling.amounts.train_amount`.
    policy : ModelPolicy
        Capacity, margin, seed, and what the model may not be used for.
    learning_weight : float array, shape (n_rows,), optional
        What the spine's weight is multiplied by where a model is fitted, above 0, such as Kamiran and Calders'
        reweighing. Choices, calibration and every figure keep the spine's weight alone.
    progress : callable, optional
        Told the stage and the share of it done, in [0, 1].

    Raises
    ------
    TrainingError
        When the table cannot be learned from or judged on.
    """
    if table.task == "amount":
        return train_amount(table, policy, learning_weight=learning_weight, progress=progress)
    tell: Progress = progress if progress is not None else lambda stage, done: None
    rows = read_table(table, learning_weight=learning_weight)
    plan = plan_periods(rows, table.horizon_days)
    with threadpool_limits(1, user_api="blas"):
        fitted = cross_fit(
            rows,
            plan,
            table.columns,
            baseline=table.baseline,
            seed=policy.seed,
            powers=POWERS if table.weighed else (),
            progress=lambda done: tell("Judging on later periods", done),
        )
        chosen, reason = _choose(fitted.roc_auc, policy.margin)
        estimators, settings = _refit(rows.up_to(plan.learned_from[-1]), fitted, table, policy.seed, tell)
        evaluation = _judged(table, rows, plan, fitted, estimators, chosen, policy, tell)
    baseline, interpretable, lightgbm = estimators
    return TrainedModel(
        case_name=table.case_name,
        definition_digest=table.definition_digest,
        table_digest=table.digest,
        chosen=chosen,
        choice_reason=reason,
        estimators={one.name: one for one in estimators},
        columns=table.columns,
        learned_from=plan.learned_from,
        rows=len(rows.up_to(plan.learned_from[-1])),
        rounds=fitted.rounds,
        settings=settings,
        calibrators={one.name: one.calibrator.says for one in estimators},
        cross_fitted=fitted.roc_auc,
        evaluation=evaluation,
        seed=policy.seed,
        digest=model_digest(baseline, interpretable, lightgbm, settings),
        notes=_notes(table, rows, plan),
        may_not_be_used_for=policy.may_not_be_used_for,
    )


Three = tuple[BaselineEstimator, InterpretableEstimator, LightGBMEstimator]


def _judged(
    table: TrainingTable,
    rows: Rows,
    plan: Plan,
    fitted: CrossFitted,
    estimators: Three,
    chosen: Chosen,
    policy: ModelPolicy,
    tell: Progress,
) -> Evaluation:
    """Read the held-out period: the figures, and what they rest on where outcomes are seen only by looking."""
    named = {one.name: one for one in estimators}
    found = judge(
        rows,
        plan,
        fitted,
        estimators=named,
        columns=[column.name for column in table.columns],
        chosen=chosen,
        capacity=policy.capacity,
        seed=policy.seed,
        weighed=table.weighed,
        progress=lambda done: tell("Measuring on the held-out period", done),
    )
    looks = figures_of(table, rows, plan, fitted, found, estimators=named, chosen=chosen, seed=policy.seed)
    if looks is None or table.selection is None:
        return found
    disagree = draws_disagree(table.selection, rows, seed=policy.seed)
    notes = (*found.notes, looks.rests_on, *([disagree] if disagree is not None else []))
    return dataclasses.replace(found, selection=looks, notes=notes)


def _choose(roc_auc: Mapping[str, float], margin: float) -> tuple[Chosen, str]:
    """Choose by development periods; where neither model beats today's practice there, the reason says that first."""
    lightgbm, interpretable, today = (roc_auc[name] for name in ("lightgbm", "interpretable", "baseline"))
    if max(lightgbm, interpretable) <= today:
        return "interpretable", (
            "Neither model beats today's practice on development periods, out of time: ROC AUC "
            f"{lightgbm:.3f} (LightGBM) and {interpretable:.3f} (interpretable) against {today:.3f} of today's rule. "
            "The interpretable model is shown because one has to be; nothing here speaks for putting it in use"
        )
    figures = (
        f"{lightgbm:.3f} against {interpretable:.3f} on development periods, out of time; today's practice {today:.3f}"
    )
    if lightgbm - interpretable > margin:
        return "lightgbm", f"LightGBM's ROC AUC beats the interpretable model's by more than {margin:g}: {figures}"
    return "interpretable", f"LightGBM's ROC AUC does not beat the interpretable model's by {margin:g}: {figures}"


def _refit(
    learn: Rows, fitted: CrossFitted, table: TrainingTable, seed: int, tell: Progress
) -> tuple[Three, dict[str, Any]]:
    """Fit what was chosen on all that may be learned from; calibrate by the out-of-time scores."""
    tell("Fitting on all development periods", 0.0)
    names = tuple(column.name for column in table.columns)
    judged = fitted.judged
    position = names.index(table.baseline)
    baseline = fit_baseline(table.columns[position], position, judged)
    powers = fitted.powers
    pipeline = fit_pipeline(tempered(learn, powers.get("interpretable")), table.columns, penalty=fitted.penalty)
    tell("Fitting on all development periods", 0.5)
    booster, used = grow(
        tempered(learn, powers.get("lightgbm")),
        table.columns,
        fitted.settings,
        rounds=fitted.rounds,
        seed=seed,
        progress=lambda done: tell("Fitting on all development periods", 0.5 + 0.5 * done),
    )
    calibrators = {
        name: choose_calibrator(fitted.scores[name], judged.y, weight=judged.weight, entity=judged.entity)
        for name in ("interpretable", "lightgbm")
    }
    tell("Fitting on all development periods", 1.0)
    estimators = (
        baseline,
        InterpretableEstimator(names, pipeline, calibrators["interpretable"]),
        LightGBMEstimator(names, booster, calibrators["lightgbm"]),
    )
    said = {f"power_{name}": power for name, power in powers.items()}
    return estimators, {"penalty": fitted.penalty, "rounds": fitted.rounds, **used, **said}


def _notes(table: TrainingTable, rows: Rows, plan: Plan) -> tuple[str, ...]:
    notes = []
    if rows.learning_weight is not None:
        notes.append(
            "Rows were given other weights to learn from than to be judged by; choices, calibration and figures are "
            "by the plain weights."
        )
    names = [column.name for column in table.columns]
    missing = float(np.isnan(rows.X[:, names.index(table.baseline)]).mean())
    if missing > _MISSING_WORTH_SAYING:
        notes.append(
            f"Today's practice ranks by {table.baseline}, which is missing for {missing:.1%} of rows: they come last."
        )
    if plan.gap:
        notes.append(
            f"{len(plan.gap)} as-of dates before the held-out one were not learned from: their outcome was not yet "
            "known at the held-out date."
        )
    if len(plan.folds) == 1:
        notes.append("One development period only could be judged out of time: every choice rests on that one.")
    return tuple(notes)
