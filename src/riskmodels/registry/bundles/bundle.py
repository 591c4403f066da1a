"""Write a trained model down as a bundle: plain files and their digests, no pickle, nobody's own values.

A bundle has the model that was chosen, today's practice (which serves in a grace period), how scores become
probabilities, the definition, what inputs are expected, what reasons need, an example that is made up, and what stock
MLflow needs. The same model gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from riskmodels.atomic import new_folder
from riskmodels.errors import UntrustedError
from riskmodels.governance.wire import canonical, sha256
from riskmodels.modelling.baseline import BaselineEstimator
from riskmodels.modelling.boosting import LightGBMEstimator
from riskmodels.modelling.calibration import Calibrator, SigmoidCalibrator
from riskmodels.modelling.interpretable import InterpretableEstimator
from riskmodels.modelling.reproducibility import learned_arrays, trees_of, without_ranges
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.registry.bundles.amount_bundle import amount_files, not_as_trained, same_amounts, three_of_amounts
from riskmodels.registry.bundles.amount_predictor import AmountPredictor, predictor_of
from riskmodels.registry.bundles.bundle_parts import (
    BASELINE,
    CALIBRATOR,
    CONTRACT,
    DEFINITION,
    LINEAR,
    REASONS,
    RUNNER_UP,
    TREES,
    Calibrators,
    Curve,
    Isotonic,
    ReasonFacts,
    RunnerUp,
    Sigmoid,
    TodaysPractice,
)
from riskmodels.registry.bundles.learned import as_numbers, check_claimed_digest
from riskmodels.registry.bundles.manifest import MadeFrom, checked_files, write_manifest
from riskmodels.registry.bundles.mlmodel import EXAMPLE, mlflow_files
from riskmodels.registry.bundles.skops_file import to_skops
from riskmodels.registry.bundles.usual import compared_with, input_contract, input_example, linear_terms, usual_values

__all__ = ["model_files", "write_bundle"]

_READ_BACK = 20_000
"""About how many rows are scored to see that a bundle was written well."""


def write_bundle(
    folder: Path,
    table: TrainingTable,
    model: TrainedModel,
    *,
    policy: ModelPolicy,
    environment: Mapping[str, str],
    never_name: frozenset[str] = frozenset(),
) -> str:
    """Write a model's bundle, whole or not at all.

    Before the folder takes its name, the bundle is read back as a service would: its scores must be those of the model
    to the last bit, and its reproducibility digest the model's.

    Parameters
    ----------
    folder : Path
        Where the bundle is to be; not there yet, or empty.
    table : TrainingTable
        What the model was trained on.
    model : TrainedModel
        The model.
    policy : ModelPolicy
        How small a count may be shown.
    environment : mapping of str to str
        Python, platform and package versions it was trained on.
    never_name : frozenset of str
        Features, columns or families that no reason may name; the protected characteristics never are.

    Returns
    -------
    str
        The bundle's digest, which is signed.

    Raises
    ------
    AssuranceError
        If there are too few people to say what is usual.
    OutputError
        If it cannot be written.
    RegistryError, UntrustedError
        If table and model do not go together, or what was written is not what was trained.
    """
    _go_together(table, model)
    with new_folder(folder) as draft:
        for name, data in _files(table, model, policy, environment, never_name).items():
            (draft.path / name).write_bytes(data)
        digest = write_manifest(draft.path, _made_from(table, model, environment))
        _read_back(checked_files(draft.path, digest), table, model)
    return digest


def _files(
    table: TrainingTable,
    model: TrainedModel,
    policy: ModelPolicy,
    environment: Mapping[str, str],
    never_name: frozenset[str],
) -> dict[str, bytes]:
    number = policy.assurance.disclosure_number
    learners = learners_of(model)
    people = compared_with(table, model, disclosure_number=number)
    contract = input_contract(table, model, disclosure_number=number)
    usual = usual_values(people, model.columns, disclosure_number=number)
    linear = None
    if model.chosen == "interpretable":
        linear = linear_terms(learners.pipeline, people, disclosure_number=number)
    reasons = ReasonFacts(
        disclosure_number=number,
        never_name=tuple(sorted(never_name | set(map(str, table.audit.columns)))),
        columns=usual,
        linear=linear,
    )
    return {
        **model_files(model),
        **(amount_files(table, model) if model.task == "amount" else _risk_files(model)),
        CONTRACT: canonical(contract),
        DEFINITION: canonical(table.definition),
        EXAMPLE: canonical(input_example(contract, usual)),
        REASONS: canonical(reasons),
        **mlflow_files(
            [column.name for column in model.columns],
            model=model.case_name,
            estimator=model.chosen,
            environment=environment,
            example=EXAMPLE,
            task=model.task,
        ),
    }


def _risk_files(model: TrainedModel) -> dict[str, bytes]:
    """Write today's practice and how scores become probabilities."""
    baseline, interpretable, lightgbm = _three(model)
    practice = TodaysPractice(
        column=baseline.column,
        sign=baseline.sign,
        values=tuple(baseline.ladder.values.tolist()),
        ranks=tuple(baseline.ladder.ranks.tolist()),
        calibrator=_curve(baseline.calibrator),
    )
    curves = Calibrators(interpretable=_curve(interpretable.calibrator), lightgbm=_curve(lightgbm.calibrator))
    return {BASELINE: canonical(practice), CALIBRATOR: canonical(curves)}


def model_files(model: TrainedModel) -> dict[str, bytes]:
    """Write the model that was chosen, and what the other learned: the same bytes for the same model."""
    learners = learners_of(model)
    text = str(learners.booster.model_to_string())
    if model.chosen == "lightgbm":
        arrays = {name: as_numbers(array) for name, array in learned_arrays(learners.pipeline).items()}
        other = RunnerUp(estimator="interpretable", arrays=arrays)
        return {TREES: without_ranges(text).encode(), RUNNER_UP: canonical(other)}
    other = RunnerUp(estimator="lightgbm", trees=trees_of(text))
    return {LINEAR: to_skops(learners.pipeline), RUNNER_UP: canonical(other)}


class Learners(NamedTuple):
    """The two trained estimators without their calibration: a pipeline of scikit-learn, and LightGBM's booster."""

    pipeline: Any
    booster: Any


def learners_of(model: TrainedModel) -> Learners:
    """Give what the two trained estimators of a model learned, of a risk or of an amount."""
    if model.task == "amount":
        three = three_of_amounts(model)
        return Learners(three.interpretable.pipeline, three.lightgbm.booster)
    _, interpretable, lightgbm = _three(model)
    return Learners(interpretable.pipeline, lightgbm.booster)


def _made_from(table: TrainingTable, model: TrainedModel, environment: Mapping[str, str]) -> MadeFrom:
    if table.task != model.task:
        raise not_as_trained(f"the model is of a {model.task}, and the table of a {table.task}", "one task in both")
    return MadeFrom(
        model=model.case_name,
        estimator=model.chosen,
        task=table.task,
        unit=table.unit,
        purpose=table.purpose,
        outcome_says=table.outcome_says,
        horizon_days=table.horizon_days,
        columns=tuple(column.name for column in model.columns),
        baseline=table.baseline,
        definition_digest=model.definition_digest,
        table_digest=model.table_digest,
        reproducibility_digest=model.digest,
        seed=model.seed,
        settings=dict(model.settings),
        platform=dict(environment),
        riskmodels=environment["riskmodels"],
    )


def _go_together(table: TrainingTable, model: TrainedModel) -> None:
    if (table.digest, table.definition_digest) != (model.table_digest, model.definition_digest):
        raise not_as_trained("the table is not the one that the model was trained on", "the same digests in both")
    if sha256(canonical(dict(table.definition))) != table.definition_digest:
        raise UntrustedError(
            "the table's definition does not have the digest that the table says it has",
            expected="the definition that the table was built with",
            next_step="Build the table again: table = case.build(ws.lake, as_of=...).",
            who="the data scientist who trained the model",
        )


def _three(model: TrainedModel) -> tuple[BaselineEstimator, InterpretableEstimator, LightGBMEstimator]:
    found: tuple[Any, ...] = tuple(model.estimators[name] for name in ("baseline", "interpretable", "lightgbm"))
    match found:
        case (BaselineEstimator() as baseline, InterpretableEstimator() as interpretable, LightGBMEstimator() as trees):
            return baseline, interpretable, trees
    raise not_as_trained("the model's estimators are of other kinds", "the three that riskmodels trains")


def _curve(calibrator: Calibrator) -> Curve:
    if isinstance(calibrator, SigmoidCalibrator):
        return Sigmoid(intercept=calibrator.intercept, slope=calibrator.slope)
    return Isotonic(scores=tuple(calibrator.scores.tolist()), probabilities=tuple(calibrator.probabilities.tolist()))


def _read_back(files: Mapping[str, bytes], table: TrainingTable, model: TrainedModel) -> None:
    """Refuse what does not score as the model does."""
    predictor = predictor_of(files)
    check_claimed_digest(files)
    frame = table.X[[column.name for column in model.columns]].iloc[:: -(-table.rows // _READ_BACK)]
    X = frame.to_numpy(dtype=np.float64)
    if isinstance(predictor, AmountPredictor):
        same = same_amounts(predictor, table, model, frame)
    else:
        chosen, baseline = model.estimators[model.chosen], model.estimators["baseline"]
        same = (
            np.array_equal(predictor.raw_score(X), chosen.raw_score(frame))
            and np.array_equal(predictor.probability(X), chosen.probability(frame))
            and np.array_equal(predictor.baseline_score(X), baseline.raw_score(frame))
            and np.array_equal(predictor.baseline_probability(X), baseline.probability(frame))
        )
    if not same:
        raise not_as_trained(f"the bundle does not score its {len(X):,} rows as the model does", "the same bits")
