"""What a model goes by: which features move its score, how far, for whom, and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from riskmodels.records.figures import Interval

__all__ = [
    "Engine",
    "Explanation",
    "Faithfulness",
    "FeatureImportance",
    "GroupImportance",
    "HowExplained",
    "Mark",
    "RankStability",
    "Scale",
]

Engine = Literal["woodelf", "pred_contrib", "linear"]

Scale = Literal["log-odds", "logarithm of the amount"]
"""What contributions add up in: of a risk, and of an amount, where 0.1 more is about a tenth more."""


@dataclass(frozen=True)
class HowExplained:
    """Which method gave the contributions, and how near it came to SHAP and to the score itself.

    Attributes
    ----------
    engine : {"woodelf", "pred_contrib", "linear"}
        WOODELF (32 bits inside, added up in 64), LightGBM's own exact method, or the linear model's closed form.
    checked_rows : int
        Rows that SHAP explained too.
    largest_difference : float
        From SHAP, of any contribution of those rows, in log-odds (of an amount: in its logarithm).
    largest_gap : float
        Between the score and the base value plus contributions, of any row, likewise.
    fell_back_because : str or None
        Why the fastest method was not used, where it was not.
    note : str
        What a reader must know of the check.
    """

    engine: Engine
    checked_rows: int
    largest_difference: float
    largest_gap: float
    fell_back_because: str | None = None
    note: str = ""


@dataclass(frozen=True)
class FeatureImportance:
    """How far one feature moves the score on average: mean absolute contribution, and its share of all."""

    feature: str
    says: str
    family: str
    mean_absolute: float
    share: float


@dataclass(frozen=True)
class GroupImportance:
    """The same within one group: by feature, or None where the group is too small to be shown."""

    characteristic: str
    group: str
    mean_absolute: Mapping[str, float] | None


@dataclass(frozen=True)
class Mark:
    """One mark of the beeswarm, which stands for several people.

    Attributes
    ----------
    feature : str
        Whose contribution it is.
    contribution : float
        Mean of those people.
    standing : float or None
        Mean place of their values among all, from 0 (lowest) to 1 (highest); None where too few of them have one.
    """

    feature: str
    contribution: float
    standing: float | None


@dataclass(frozen=True)
class RankStability:
    """Whether the same features would lead if other people had been explained (the model itself is not refitted).

    Attributes
    ----------
    resamples, top : int
        Resamples of entities, and how many leading features were looked at.
    overlap : Interval
        Share of the leading features that lead in a resample too: 1 is steady.
    rank_agreement : Interval
        Spearman's correlation of their ranks with those in a resample: 1 is steady; not defined for fewer than three.
    kept : mapping of str to float
        By leading feature, the share of resamples in which it leads too.
    """

    resamples: int
    top: int
    overlap: Interval
    rank_agreement: Interval
    kept: Mapping[str, float]


@dataclass(frozen=True)
class Faithfulness:
    """Whether the score falls when the leading reason is made unremarkable, against a reason picked at random.

    Attributes
    ----------
    cases : int
        Cases near the top of the list that have a reason to neutralise.
    fell : Interval
        Share of them whose score falls: 1 is best.
    mean_fall : Interval
        How far it falls on average; below 0 it rises.
    random_fell, random_mean_fall : Interval
        The same where another family of features, picked at random, is neutralised.
    """

    cases: int
    fell: Interval
    mean_fall: Interval
    random_fell: Interval
    random_mean_fall: Interval


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the chosen estimator goes by on the held-out rows.

    Attributes
    ----------
    estimator : str
        The one that was explained.
    rows : int
        Rows explained; a sample of entities where there are many.
    base_value : float
        Score before anything is known of a person.
    scale : {"log-odds", "logarithm of the amount"}
        What base value, contributions and falls are in.
    importances : tuple of FeatureImportance
        Greatest first.
    groups : tuple of GroupImportance
        By protected characteristic.
    marks : tuple of Mark
        Of the beeswarm; each stands for at least ``disclosure_number`` people.
    stability : RankStability or None
        None where there are too few people or features.
    faithfulness : Faithfulness or None
        None where no case has a reason that can be neutralised.
    """

    case_name: str
    estimator: str
    rows: int
    base_value: float
    importances: tuple[FeatureImportance, ...]
    groups: tuple[GroupImportance, ...] = field(repr=False)
    marks: tuple[Mark, ...] = field(repr=False)
    stability: RankStability | None
    faithfulness: Faithfulness | None
    how: HowExplained
    disclosure_number: int
    notes: tuple[str, ...] = ()
    scale: Scale = "log-odds"
