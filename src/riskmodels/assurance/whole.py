"""The whole audit of a trained model, in its order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from riskmodels.assurance import amounts, bias, explain, leakage, leaks_of_amounts, mitigation
from riskmodels.assurance.attempts import (
    Justification,
    refuse_amounts,
    refuse_group_thresholds,
    refuse_protected_inputs,
    with_and_without_each,
)
from riskmodels.assurance.directions import check_directions
from riskmodels.assurance.proxies import find_proxies
from riskmodels.assurance.scored import ScoredAmounts, ScoredRows, scored
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.records.assurance import Assurance
from riskmodels.records.bias import BiasAudit
from riskmodels.records.mitigation import DisparityMetric, MitigationOffer, WithAndWithout
from riskmodels.records.proxies import ProxyReport

__all__ = ["assure", "justified", "refuse_inputs"]

Progress = Callable[[str, float], None]


def justified(policy: ModelPolicy) -> tuple[Justification, ...]:
    """Give the inputs that the policy allows by exception, each with its reason."""
    return tuple(
        Justification(one.feature, one.reason, one.signed_advice) for one in policy.assurance.allowed_by_exception
    )


def refuse_inputs(table: TrainingTable, policy: ModelPolicy, *, mitigate: bool = False) -> None:
    """Refuse a table whose inputs hold a protected characteristic, before anything learns from it.

    Parameters
    ----------
    table : TrainingTable
        What a model would learn from.
    policy : ModelPolicy
        Which inputs are allowed by exception.
    mitigate : bool
        Whether mitigations are to be tried afterwards, which is refused for amounts.

    Raises
    ------
    AssuranceError
        With the feature, the characteristic and the section of the Equality Act 2010.
    """
    if mitigate:
        refuse_amounts(table)
    refuse_protected_inputs(table, justifications=justified(policy))


def assure(
    table: TrainingTable,
    model: TrainedModel,
    policy: ModelPolicy,
    *,
    mitigate: bool = False,
    progress: Progress | None = None,
) -> Assurance:
    """Audit a trained model: bias, proxies, leaks, what it goes by, and on request what could be done about bias.

    Parameters
    ----------
    table : TrainingTable
        What the model was trained and judged on.
    model : TrainedModel
        The model.
    policy : ModelPolicy
        What is asked of it; comparisons that decide are named there.
    mitigate : bool
        Whether to try mitigations for the group that fares worst.
    progress : callable, optional
        Told the stage and the share of it done, in [0, 1].

    Raises
    ------
    AssuranceError
        If something cannot be measured or may not be done.
    """
    tell: Progress = progress if progress is not None else lambda stage, done: None
    if mitigate:
        refuse_amounts(table)
    rows, asked = scored(table, model), policy.assurance
    groups = _bias(rows, table, policy, tell)
    stands_for = find_proxies(table, least_group=groups.least_people, seed=policy.seed, progress=tell)
    find_leaks = leaks_of_amounts.find_leaks if table.task == "amount" else leakage.find_leaks
    leaks = find_leaks(table, seed=policy.seed, progress=tell)
    goes_by = explain.explanation(
        rows, model, disclosure_number=asked.disclosure_number, seed=policy.seed, progress=tell
    )
    return Assurance(
        bias=groups,
        proxies=_excused(stands_for, policy),
        leakage=leaks,
        explanation=goes_by,
        exceptions=_exceptions(table, model, policy, stands_for, groups),
        mitigation=_mitigation(table, model, policy, stands_for, groups, tell) if mitigate else None,
        directions=check_directions(rows, model, seed=policy.seed),
    )


def _bias(rows: ScoredRows | ScoredAmounts, table: TrainingTable, policy: ModelPolicy, tell: Progress) -> BiasAudit:
    """Compare groups by who is on the list, or by how far amounts are missed."""
    tell("testing for bias", 0.0)
    asked, held = policy.assurance, _held(table)
    if isinstance(rows, ScoredAmounts):
        return amounts.audit(rows, policy=asked, harms=table.harms, held=held, progress=tell)
    refuse_group_thresholds(rows)
    return bias.audit(rows, policy=asked, harms=table.harms, seed=policy.seed, held=held, progress=tell)


def _held(table: TrainingTable) -> dict[str, str]:
    """Give which protected characteristic each audited one records, where the definition says."""
    named = {str(one["name"]): one.get("protected") for one in table.definition.get("audit_by", ())}
    return {name: str(protected) for name, protected in named.items() if protected}


def _exceptions(
    table: TrainingTable, model: TrainedModel, policy: ModelPolicy, proxies: ProxyReport, groups: BiasAudit
) -> tuple[WithAndWithout, ...]:
    needed = refuse_protected_inputs(table, proxies=proxies, justifications=justified(policy))
    features = [one.feature for one in needed]
    if not features:
        return ()
    return with_and_without_each(
        table,
        model,
        features,
        characteristics=[str(name) for name in table.audit.columns],
        metric=_metric(table),
        least_group=groups.least_people,
        seed=policy.seed,
    )


def _excused(proxies: ProxyReport, policy: ModelPolicy) -> ProxyReport:
    """Set the alarms apart that are about inputs by exception; none but of age or disability got this far."""
    allowed = {one.feature for one in justified(policy)}
    return dataclasses.replace(
        proxies,
        alarms=tuple(one for one in proxies.alarms if one.feature not in allowed),
        excused=tuple(one for one in proxies.alarms if one.feature in allowed),
    )


def _metric(table: TrainingTable) -> DisparityMetric:
    if table.task == "amount":
        return "mean_error"
    return "wrongly_picked" if table.harms[:1] == ("burden",) else "missed"


def _mitigation(
    table: TrainingTable,
    model: TrainedModel,
    policy: ModelPolicy,
    proxies: ProxyReport,
    groups: BiasAudit,
    tell: Progress,
) -> MitigationOffer:
    """Try for the first comparison that failed, else for the first one named, else for the first characteristic."""
    failed = [one for one in groups.decisive if one.verdict == "fail"] or list(groups.decisive)
    characteristic = failed[0].characteristic if failed else str(table.audit.columns[0])
    group = failed[0].group if failed and failed[0].verdict == "fail" else None
    return mitigation.offer(
        table,
        policy,
        model,
        characteristic=characteristic,
        group=group,
        metric=_metric(table),
        removable=sorted({alarm.feature for alarm in proxies.alarms}),
        justifications=justified(policy),
        seed=policy.seed,
        progress=tell,
    )
