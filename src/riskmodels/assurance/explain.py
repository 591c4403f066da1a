"""Why people are scored as they are: exact contributions to the score, overall, by group and case by case.

Contributions are Shapley values of the raw score: SHAP's path-dependent ones for LightGBM (Lundberg et al. 2020,
doi:10.1038/s42256-019-0138-9), and for the interpretable model what each term adds against its mean among the people
compared with (Strumbelj and Kononenko 2014, doi:10.1007/s10115-013-0679-x). They say what the model goes by, not what
causes the outcome. They add up to the score, or there is an error instead: to the log-odds of a risk, and to the
logarithm of an expected amount.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.assurance.batches import Contributions, must_add_up, tree_contributions
from riskmodels.assurance.faithfulness import faithfulness, ranking_stability
from riskmodels.assurance.importance import beeswarm, importance_by_group, importances
from riskmodels.assurance.reasons import Background, Reason, background_of, by_feature, reasons_of
from riskmodels.assurance.scored import HeldOut, raw_score_of
from riskmodels.errors import AssuranceError
from riskmodels.records import ModelColumn, TrainedModel
from riskmodels.records.explanation import Explanation, HowExplained

__all__ = ["CaseExplanations", "explain_cases", "explanation"]

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]

_CHECKED_ROWS = 200
_SCIENTIST = "the data scientist who owns the use case"
_MEANING = "Contributions say what the model goes by. They do not say what causes the outcome."
_LOGARITHM = "What adds 0.1 to the logarithm of the amount makes it about a tenth dearer; 0.7 doubles it."


@dataclass(frozen=True, eq=False)
class CaseExplanations:
    """Exact contributions of some cases, and the reasons that may be given for them.

    Attributes
    ----------
    estimator : str
        The one that was explained.
    contributions : DataFrame, shape (n_rows, n_features)
        What each feature adds to the score (log-odds, or the logarithm of the amount); with ``base_value`` it adds up.
    base_value : float
        Score before anything is known of a person.
    """

    estimator: str
    contributions: pd.DataFrame
    base_value: float
    how: HowExplained
    X: pd.DataFrame = field(repr=False)
    columns: tuple[ModelColumn, ...] = field(repr=False)
    background: Background = field(repr=False)
    never_name: frozenset[str] = frozenset()

    def reasons(self, k: int = 3, *, raises: bool = True, people: str = "others") -> tuple[tuple[Reason, ...], ...]:
        """Give each case's leading reasons, one for each family of features.

        Parameters
        ----------
        k : int
            Most reasons for a case.
        raises : bool
            Reasons for a higher score; else for a lower one.
        people : str
            Whom a case is compared with: "higher than for most tenants".
        """
        values = self.X.to_numpy(dtype=np.float64)
        names = list(self.contributions.columns)
        return tuple(
            reasons_of(
                row,
                dict(zip(names, added, strict=True)),
                self.columns,
                self.background,
                k=k,
                raises=raises,
                never_name=self.never_name,
                people=people,
            )
            for row, added in zip(values, self.contributions.to_numpy().tolist(), strict=True)
        )


def explain_cases(
    X: pd.DataFrame,
    model: TrainedModel,
    *,
    background: pd.DataFrame,
    disclosure_number: int,
    seed: int,
    never_name: frozenset[str] = frozenset(),
    estimator: str | None = None,
) -> CaseExplanations:
    """Explain the scores of some cases.

    Parameters
    ----------
    X : DataFrame, shape (n_rows, n_columns)
        Inputs of the cases; missing as NaN.
    model : TrainedModel
        Its chosen estimator is explained, or the one that ``estimator`` names.
    background : DataFrame, shape (n_people, n_columns)
        Inputs of the people to compare with.
    disclosure_number : int
        Fewest people that a comparison may rest on.
    seed : int
        Of the rows that are checked against SHAP.
    never_name : frozenset of str
        Features, columns or families that no reason may name.

    Raises
    ------
    AssuranceError
        If a frame is empty or lacks a column, a column that the model uses has no value among the people compared
        with, or contributions do not add up to the score.
    """
    name = estimator or model.chosen
    one = _explained(model, name)
    cases, people = _frame(X, model, "the cases"), _frame(background, model, "the people to compare with")
    found = _contributions(one, cases, people, model, seed=seed)
    return CaseExplanations(
        estimator=name,
        contributions=_grouped(found.values, model.columns),
        base_value=found.base,
        how=found.how,
        X=cases,
        columns=model.columns,
        background=background_of(people, model.columns, disclosure_number=disclosure_number),
        never_name=never_name,
    )


def explanation(
    rows: HeldOut,
    model: TrainedModel,
    *,
    disclosure_number: int,
    seed: int,
    sample: int = 20_000,
    progress: Progress | None = None,
    never_name: frozenset[str] = frozenset(),
) -> Explanation:
    """Explain what the chosen estimator goes by on the held-out rows, and measure how far that can be trusted.

    Parameters
    ----------
    rows : ScoredRows or ScoredAmounts
        Held-out rows with the chosen estimator's scores.
    disclosure_number : int
        Fewest people that a figure of a group, or a mark in a plot, may stand for.
    seed : int
        Of the sample, the resamples and the reasons that are picked at random.
    sample : int
        Most rows to explain; whole entities are drawn.
    progress : callable, optional
        Told the stage and the share done.
    never_name : frozenset of str
        Features, columns or families that no reason may name; protected characteristics never are.

    Raises
    ------
    AssuranceError
        As ``explain_cases``; also if there are fewer people than ``disclosure_number``, or the scores are not the
        chosen estimator's.
    """
    tell = progress or (lambda stage, share: None)
    here = _sampled(rows.entity, sample, seed=seed)
    entity = rows.entity[here]
    if len(np.unique(entity)) < disclosure_number:
        raise _fault(
            f"there are {len(np.unique(entity)):,} people to explain",
            f"at least {disclosure_number} (disclosure_number)",
            "Explain a longer or later held-out period.",
        )
    tell("contributions", 0.0)
    X, score = rows.X.loc[here], rows.score[here]
    hidden = never_name | frozenset(map(str, rows.audit.columns))
    cases = explain_cases(X, model, background=X, disclosure_number=disclosure_number, seed=seed, never_name=hidden)
    _same_scores(cases, score)
    tell("importance", 0.6)
    added, features = cases.contributions.to_numpy(), list(cases.contributions.columns)
    chosen = model.estimators[model.chosen]
    stability = ranking_stability(added, features, entity, seed=seed)
    tell("faithfulness", 0.8)
    trusted = faithfulness(
        cases.contributions,
        cases.X,
        model.columns,
        score,
        _remarkable(rows.outcome[here], model),
        entity,
        lambda frame: raw_score_of(chosen, frame),
        seed=seed,
        never_name=hidden,
    )
    return Explanation(
        case_name=model.case_name,
        estimator=model.chosen,
        rows=len(score),
        base_value=cases.base_value,
        importances=importances(added, model.columns),
        groups=importance_by_group(added, features, rows.audit.loc[here], entity, number=disclosure_number),
        marks=beeswarm(added, cases.X, model.columns, entity, number=disclosure_number),
        stability=stability,
        faithfulness=trusted,
        how=cases.how,
        disclosure_number=disclosure_number,
        notes=(_MEANING,) if model.task == "risk" else (_MEANING, _LOGARITHM),
        scale="log-odds" if model.task == "risk" else "logarithm of the amount",
    )


def _remarkable(outcome: FloatArray, model: TrainedModel) -> FloatArray:
    """Say who is not to be asked what is usual: those with the outcome, or an amount above the median."""
    return outcome if model.task == "risk" else (outcome > np.median(outcome)).astype(np.float64)


def _explained(model: TrainedModel, name: str) -> Any:
    if name not in model.estimators or name == "baseline":
        raise _fault(
            f"{name!r} cannot be explained by contributions",
            "'lightgbm' or 'interpretable' (today's practice is one figure, and explains itself)",
            "Name one of the two.",
        )
    return model.estimators[name]


def _frame(X: pd.DataFrame, model: TrainedModel, what: str) -> pd.DataFrame:
    """Take the model's columns of a frame, as float64."""
    names = [column.name for column in model.columns]
    absent = [name for name in names if name not in X.columns]
    if absent:
        raise _fault(
            f"{len(absent)} of the model's {len(names)} columns are not there for {what}: {', '.join(absent[:5])}",
            "every column that the model was trained on",
            "Build the frame with the definition that the model was trained with.",
        )
    if not len(X):
        raise _fault(f"there are no rows for {what}", "at least one row", "Check what the frame was made from.")
    wrong = [name for name in names if not pd.api.types.is_numeric_dtype(X[name])]
    if wrong:
        raise _fault(
            f"columns that are not numbers: {', '.join(wrong[:5])}",
            "float64 columns, missing as NaN",
            "Encode them as the definition does.",
        )
    taken = X[names].astype(np.float64).reset_index(drop=True)
    infinite = [name for name in names if np.isinf(taken[name]).any()]
    if infinite:
        raise _fault(
            f"there are infinite values in: {', '.join(infinite[:5])}",
            "finite numbers or missing",
            "Guard the division in the feature's definition with nullif(..., 0).",
        )
    return taken


def _no_blanks(people: pd.DataFrame, used: npt.NDArray[np.bool_]) -> None:
    """Refuse people to compare with who, all of them, lack something that the model goes by."""
    blank = [name for name, uses in zip(people.columns, used, strict=True) if uses and people[name].isna().all()]
    if blank:
        raise _fault(
            f"{len(blank)} columns that the model uses have no value in any of {len(people):,} rows: "
            f"{', '.join(blank[:5])}",
            "a value in at least one row of each column that the model uses",
            "Find out why the source sent none, and build the table again.",
        )


def _contributions(
    estimator: Any, cases: pd.DataFrame, people: pd.DataFrame, model: TrainedModel, *, seed: int
) -> Contributions:
    score = raw_score_of(estimator, cases)
    X = cases.to_numpy()
    if estimator.name == "lightgbm":
        _no_blanks(people, np.asarray(estimator.booster.feature_importance()) > 0)
        return tree_contributions(
            estimator.booster, X, score, reference=lambda some: _shap_of_trees(estimator.booster, some), seed=seed
        )
    return _linear(estimator.pipeline, X, people, score)


def _linear(pipeline: Any, X: FloatArray, people: pd.DataFrame, score: FloatArray) -> Contributions:
    """Explain a linear score on prepared columns: coefficient times distance from the mean, by column."""
    prepare, coef = pipeline[:-1], np.asarray(pipeline[-1].coef_, dtype=np.float64).reshape(-1)
    intercept = float(np.asarray(pipeline[-1].intercept_).reshape(-1)[0])
    numbers = [str(place) for place in range(X.shape[1])]
    terms = [str(term) for term in prepare.get_feature_names_out(numbers)]
    column_of = np.array([_place(term) for term in terms])
    by_value = np.array([not term.startswith("missing__") for term in terms])
    used = np.bincount(column_of[by_value], weights=np.abs(coef[by_value]), minlength=X.shape[1]) > 0
    _no_blanks(people, used)
    mean = np.asarray(prepare.transform(people.to_numpy()), dtype=np.float64).mean(axis=0)
    prepared = np.asarray(prepare.transform(X), dtype=np.float64)
    each = (prepared - mean) * coef
    base = float(mean @ coef + intercept)
    right = _shap_of_linear(coef, intercept, mean, prepared[:_CHECKED_ROWS])
    values = np.zeros(X.shape)
    np.add.at(values.T, column_of, each.T)
    how = HowExplained(
        engine="linear",
        checked_rows=len(right),
        largest_difference=float(np.abs(each[:_CHECKED_ROWS] - right).max()),
        largest_gap=float(np.abs(values.sum(axis=1) + base - score).max()),
    )
    must_add_up(how, len(X))
    return Contributions(values, base, how)


def _place(term: str) -> int:
    """Read the number of the input that a prepared column is made from: ``stepped__12_sp_0`` is of the 12th."""
    rest = term.partition("__")[2].removeprefix("missingindicator_")
    return int(rest.partition("_sp_")[0])


def _shap_of_trees(booster: Any, X: FloatArray) -> FloatArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shap warns of a change in the shape of what it gives
        import shap

        return np.asarray(shap.TreeExplainer(booster).shap_values(X), dtype=np.float64)


def _shap_of_linear(coef: FloatArray, intercept: float, mean: FloatArray, prepared: FloatArray) -> FloatArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap

        explainer = shap.LinearExplainer((coef, intercept), shap.maskers.Independent(mean[None, :]))
        return np.asarray(explainer.shap_values(prepared), dtype=np.float64)


def _grouped(values: FloatArray, columns: Sequence[ModelColumn]) -> pd.DataFrame:
    """Add up the columns of each feature."""
    return pd.DataFrame({name: values[:, list(held)].sum(axis=1) for name, held in by_feature(columns).items()})


def _same_scores(cases: CaseExplanations, score: FloatArray) -> None:
    gap = float(np.abs(cases.contributions.to_numpy().sum(axis=1) + cases.base_value - score).max())
    if gap > 2e-5:  # the contributions may miss the estimator's own score by 1e-5
        raise _fault(
            f"the rows' scores differ from the chosen estimator's ({cases.estimator}) by up to {gap:.1e}",
            "rows that were scored with the chosen estimator",
            "Score the held-out rows again, without naming an estimator.",
        )


def _sampled(entity: npt.NDArray[np.int64], most: int, *, seed: int) -> npt.NDArray[np.bool_]:
    """Mark the rows of whole entities drawn at random, about ``most`` of them; all where there are no more."""
    if len(entity) <= most:
        return np.ones(len(entity), dtype=bool)
    place = np.unique(entity, return_inverse=True)[1]
    size = int(place.max()) + 1
    drawn = np.random.Generator(np.random.PCG64(seed)).permutation(size) < size * most / len(entity)
    return np.asarray(drawn[place], dtype=bool)


def _fault(found: str, expected: str, next_step: str) -> AssuranceError:
    return AssuranceError(found, expected=expected, next_step=next_step, who=_SCIENTIST)
