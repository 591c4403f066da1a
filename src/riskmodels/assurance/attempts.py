"""What is refused, whoever asks: protected characteristics and exact proxies as inputs, and a threshold for each group.

Equality Act 2010. Treating a person less favourably because of a protected characteristic is direct discrimination
(s13), and no aim justifies it, save for age (s13(2)). Treating disabled people more favourably is allowed (s13(3)).
What cannot be told from the characteristic counts as the characteristic. So race, sex, religion and the like are never
inputs; age, or need that comes with disability, only with a recorded reason and the equality lead's signed advice, and
then the model is shown with and without it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from riskmodels.assurance.price import accuracy_change, disparity, without_features
from riskmodels.assurance.proxies import MOST_LEVELS, NOT_A_GROUP, protected_by
from riskmodels.assurance.scored import HeldOut, ScoredRows, scored
from riskmodels.assurance.single_features import coded
from riskmodels.errors import AssuranceError
from riskmodels.modelling.rows import inputs
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.records.mitigation import DisparityMetric, GroupDisparity, WithAndWithout
from riskmodels.records.proxies import ProxyReport

__all__ = [
    "BY_EXCEPTION",
    "Justification",
    "refuse_amounts",
    "refuse_group_thresholds",
    "refuse_protected_inputs",
    "refuse_thresholds_named",
    "with_and_without",
    "with_and_without_each",
]

BY_EXCEPTION = ("age", "disability")
"""Protected characteristics that may be inputs with a recorded justification."""

_WHO = "the equality lead"

_WORDS = {
    "disability": ("disability", "disabled", "impairment"),
    "gender reassignment": ("transgender", "reassignment"),
    "marriage and civil partnership": ("marital", "married", "marriage"),
    "pregnancy and maternity": ("pregnancy", "pregnant", "maternity"),
    "race": ("race", "racial", "ethnic", "ethnicity", "nationality"),
    "religion or belief": ("religion", "religious", "belief"),
    "sex": ("sex", "gender", "male", "female"),
    "sexual orientation": ("sexual", "sexuality"),
}
_A_PERSONS_AGE = re.compile(
    r"(age|ages|age_(band|group|years|in_years|at_.+)|(.+_)?(born|birth)(_.+)?|"
    r"(tenant|person|people|client|resident|customer|holder|lead|applicant)s?_ages?(_.+)?)"
)
"""A home, a debt or a boiler has an age too; those are not meant."""

_LEAST_PEOPLE = 10
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Justification:
    """Why one input that is, or stands for, age or disability is a proportionate means of a legitimate aim.

    Attributes
    ----------
    feature : str
        The input.
    reason : str
        The aim, and why nothing less would do.
    signed_advice : str
        Where the equality lead's signed advice is kept.
    """

    feature: str
    reason: str
    signed_advice: str


def refuse_protected_inputs(
    table: TrainingTable,
    *,
    proxies: ProxyReport | None = None,
    justifications: Sequence[Justification] = (),
) -> tuple[Justification, ...]:
    """Refuse a table whose inputs hold a protected characteristic, or an exact proxy of one.

    An input counts as the characteristic when its words say so (``age``, ``ethnic_group``), when each of its values
    belongs to one group alone, or when the proxy report calls it exact.

    Parameters
    ----------
    table : TrainingTable
        What a model would learn from.
    proxies : ProxyReport, optional
        Its alarms are refused too.
    justifications : sequence of Justification
        For age and disability alone. Each needs a reason and the place of the signed advice.

    Returns
    -------
    tuple of Justification
        Those that were needed, and hold: results with and without them are due, see :func:`with_and_without`.

    Raises
    ------
    AssuranceError
        With the feature, the characteristic and the section of the Act.
    """
    given = {one.feature: one for one in justifications}
    needed = []
    for feature, (characteristic, how) in sorted(_protected_inputs(table, proxies).items()):
        excused = given.get(feature)
        if characteristic not in BY_EXCEPTION:
            raise _refused(
                f"the input {feature!r} {how} ({characteristic})",
                "no such input, whatever the reason: direct discrimination cannot be justified (Equality Act 2010 s13)",
                "Take it out of the features; keep the characteristic in audit_by, where the model is tested by it.",
            )
        if excused is None or not excused.reason.strip() or not excused.signed_advice.strip():
            raise _refused(
                f"the input {feature!r} {how} ({characteristic}), without a justification that is complete",
                "a recorded reason and the equality lead's signed advice (Equality Act 2010 s13(2), s13(3), s15)",
                "Take it out of the features, or record why it is a proportionate means of a legitimate aim.",
            )
        needed.append(excused)
    return tuple(needed)


def refuse_thresholds_named(thresholds: Mapping[str, float], characteristic: str) -> float:
    """Refuse thresholds that differ by group; give the one threshold that all share.

    Raises
    ------
    AssuranceError
        If there is more than one, or none.
    """
    distinct = set(thresholds.values())
    if len(distinct) != 1:
        raise _refused(
            f"{len(distinct)} different thresholds for the groups of {characteristic!r}",
            "one threshold for everybody: another for each group treats people differently because of the "
            "characteristic (Equality Act 2010 s13)",
            "Use one list for all. To lessen a disparity, see the offered mitigations, which work in training.",
        )
    return distinct.pop()


def refuse_group_thresholds(rows: ScoredRows) -> None:
    """Refuse a list that was not cut by score alone: at one date, nobody on it may score less than anybody off it.

    Raises
    ------
    AssuranceError
        If it was cut at different scores for different people. It says at how many dates, and nothing about whom.
    """
    wrong = 0
    days = np.unique(rows.as_of)
    for day in days:
        here = rows.as_of == day
        on, off = here & (rows.picked > 0), here & (rows.picked < 1)
        if on.any() and off.any() and rows.score[on].min() < rows.score[off].max():
            wrong += 1
    if wrong:
        raise _refused(
            f"at {wrong:,} of {len(days):,} dates somebody on the list has a lower score than somebody off it",
            "one threshold for everybody at each date (Equality Act 2010 s13)",
            "Cut the list by score alone.",
        )


def refuse_amounts(table: TrainingTable) -> None:
    """Refuse to mitigate a model of amounts, and say what can be done.

    Raises
    ------
    AssuranceError
        If the table is of amounts.
    """
    if table.task == "amount":
        raise AssuranceError(
            f"{table.case_name} predicts an amount, and mitigations in training are made for lists",
            expected="a use case whose outcome happens or does not",
            next_step="Leave out an input that does harm: price_of_removing says what that costs in deviance, and "
            "with_and_without what it does to each group's mean error. Where a group is said to cost too little, look "
            "for need that nobody recorded before changing the model.",
            who="the data scientist who owns the use case",
        )


def with_and_without(
    table: TrainingTable,
    model: TrainedModel,
    features: Collection[str],
    *,
    characteristic: str,
    metric: DisparityMetric,
    least_group: int,
    seed: int,
) -> WithAndWithout:
    """Show what an input that is allowed by exception does: accuracy and each group's disparity, with and without it.

    Of amounts the accuracy is the deviance and the absolute error, and the disparity the mean error, whatever metric is
    asked for.

    Parameters
    ----------
    features : collection of str
        The inputs to leave out.
    characteristic : str
        Whose groups to compare; the characteristic that the inputs stand for.
    least_group : int
        Fewest held-out entities in a group that is shown.

    Raises
    ------
    AssuranceError
        If a feature is not one of the model's.
    """
    (found,) = with_and_without_each(
        table, model, features, characteristics=[characteristic], metric=metric, least_group=least_group, seed=seed
    )
    return found


def with_and_without_each(
    table: TrainingTable,
    model: TrainedModel,
    features: Collection[str],
    *,
    characteristics: Sequence[str],
    metric: DisparityMetric,
    least_group: int,
    seed: int,
) -> tuple[WithAndWithout, ...]:
    """Do the same for several characteristics, one record each; the model is fitted again once."""
    strange = sorted(set(features) - {column.feature for column in table.columns})
    unknown = sorted(set(characteristics) - set(map(str, table.audit.columns)))
    if strange or not features or unknown:
        raise AssuranceError(
            f"{len(strange)} of {len(set(features))} features are not its own, or {len(unknown)} of "
            f"{len(characteristics)} characteristics are not audited",
            expected="features of the model, and characteristics that the table is audited by",
            next_step="Name both as the use case names them.",
            who="the data scientist who owns the use case",
        )
    told, untold = scored(table, model), without_features(table, model, features)
    figures = accuracy_change(told, untold, seed=seed)
    shared = tuple(sorted(set(features))), figures.before, figures.after, figures.change
    return tuple(
        WithAndWithout(*shared, _apart(told, untold, name, metric, least_group, seed)) for name in characteristics
    )


def _apart(
    told: HeldOut, untold: HeldOut, characteristic: str, metric: DisparityMetric, least_group: int, seed: int
) -> tuple[tuple[GroupDisparity, GroupDisparity], ...]:
    """Compare each large enough group with the rest, in both scores of the same rows."""
    held = told.audit[characteristic].astype(str)
    large = [
        str(name)
        for name in sorted(held.unique())
        if name not in NOT_A_GROUP and least_group <= len(np.unique(told.entity[held == name])) and (held != name).any()
    ]
    return tuple(
        (
            disparity(told, characteristic, name, metric, seed=seed),
            disparity(untold, characteristic, name, metric, seed=seed),
        )
        for name in large
    )


def _protected_inputs(table: TrainingTable, proxies: ProxyReport | None) -> dict[str, tuple[str, str]]:
    """Give each input that is, or stands for, a protected characteristic: which one, and how it is known."""
    held = protected_by(table)
    found: dict[str, tuple[str, str]] = {}
    for feature in dict.fromkeys(column.feature for column in table.columns):
        named = _named(feature)
        if named is not None:
            found[feature] = (named, "is named after a protected characteristic")
    for name in map(str, table.audit.columns):
        protected = held.get(name) or _named(name)
        if protected is None:
            continue
        for feature in _determined(table, name):
            found.setdefault(feature, (protected, f"has values that each belong to one group of {name!r} alone"))
    for alarm in proxies.alarms if proxies is not None else ():
        protected = alarm.protected or _named(alarm.characteristic)
        if protected is not None:
            found.setdefault(alarm.feature, (protected, f"is an exact proxy of {alarm.characteristic!r}"))
    return found


def _named(name: str) -> str | None:
    if _A_PERSONS_AGE.fullmatch(name.lower()):
        return "age"
    words = set(re.split(r"[^a-z]+", name.lower()))
    return next((characteristic for characteristic, signs in _WORDS.items() if words & set(signs)), None)


def _determined(table: TrainingTable, name: str) -> list[str]:
    """List the features each of whose values goes with one group alone, where two groups or more have enough people."""
    groups = table.audit[name].astype(str).to_numpy(dtype=object)
    known = np.flatnonzero(~np.isin(groups, NOT_A_GROUP))
    known = known[:: -(-len(known) // _MOST_ROWS) or 1]
    levels, label = np.unique(groups[known].astype(str), return_inverse=True)
    entity = table.spine["entity"].to_numpy()[known]
    large = sum(len(np.unique(entity[label == number])) >= _LEAST_PEOPLE for number in range(len(levels)))
    if large < 2 or len(levels) > MOST_LEVELS:
        return []
    X = inputs(table.X.iloc[known], [column.name for column in table.columns])
    found = []
    for feature, codes in coded(X, table.columns).items():
        together = np.unique(codes * len(levels) + label)
        if len(together) == len(np.unique(codes)) <= len(known) // _LEAST_PEOPLE:
            found.append(feature)
    return found


def _refused(found: str, expected: str, next_step: str) -> AssuranceError:
    return AssuranceError(found, expected=expected, next_step=next_step, who=_WHO)
