"""The figures of a bias audit as they may leave it: from rounded counts, in whole percents, with ends rounded outwards.

Means of amounts are not made of counts: they leave where the people behind them are not few, in whole percents of
everybody's mean amount, and in five percents where they are not many.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from riskmodels.assurance.disclosure import protect_groups, rounded
from riskmodels.records.bias import BiasAudit, DecisiveComparison, Disparity, GroupKey, GroupRates
from riskmodels.records.disclosure import GroupCounts, SafeGroup
from riskmodels.records.figures import Interval

__all__ = ["SafeGroups", "may_show", "safe_difference", "safe_difference_of", "safe_groups", "safe_rate"]

SafeGroups = Mapping[GroupKey, SafeGroup]

_OF_AMOUNTS = ("mean_error", "mean_absolute_error", "mean_amount")
_SMALL = 200


def safe_groups(audit: BiasAudit, *, intersections: bool) -> dict[GroupKey, SafeGroup]:
    """Give the counts of everybody, each group and, if asked for, intersections, protected together."""
    counts = [
        GroupCounts(one.key, one.rows, one.positives, one.picked, one.found)
        for one in (*audit.groups, *audit.left_out)
        if intersections or len(one.key) <= 1
    ]
    protected = partial(
        protect_groups,
        counts,
        number=audit.disclosure_number,
        round_to=audit.round_to,
        rows_per_person=audit.rows_per_person,
    )
    if audit.amounts is None:
        return {one.characteristics: one for one in protected()}
    means = {one.characteristics: one.rows is not None for one in protected(measures=("rows",))}
    return {
        one.characteristics: replace(one, may_show_means=means[one.characteristics])
        for one in protected(measures=("rows", "picked"))
    }


def safe_difference(audit: BiasAudit, one: Disparity | DecisiveComparison, safe: SafeGroups) -> Interval:
    """Give a difference as it may leave the audit: from rounded counts, in whole percents; no value if withheld."""
    key = one.key if isinstance(one, Disparity) else ((one.characteristic, one.group),)
    return safe_difference_of(audit, key, one.metric, one.difference, safe)


def safe_difference_of(
    audit: BiasAudit, key: GroupKey, metric: str, difference: Interval, safe: SafeGroups | None
) -> Interval:
    """Give the difference of any group in any metric as it may leave the audit; in full where ``safe`` is None."""
    if safe is None or difference.value is None:
        return difference
    if not may_show(safe, metric, (), key):
        return Interval(None)
    if metric in _OF_AMOUNTS:
        return _outwards(difference.value, difference, small=audit.named(*key).rows < _SMALL, coarse=True)
    left_out = {name for name, _ in key} & {name for one in audit.left_out for name, _ in one.key}
    everybody, group, rest = _four(safe[()]), _four(safe[key]), _rest(audit, key)
    value = _safe_rate(metric, group, everybody), _safe_rate(metric, rest, everybody)
    if None in value or left_out:
        found: float | None = difference.value
    elif metric == "coverage":
        found = (value[0] or 0.0) - (audit.amounts.nominal_coverage if audit.amounts else 0.0)
    elif metric == "list_share":
        found = (value[0] or 0.0) - group[1] / everybody[1]
    else:
        found = (value[0] or 0.0) - (value[1] or 0.0)
    return _outwards(found, difference, small=group[0] < _SMALL)


def _rest(audit: BiasAudit, key: GroupKey) -> list[int]:
    """Round the counts of everybody else: they follow from two that are shown, and are protected with them."""
    whole, part = audit.named(), audit.named(*key)
    pairs = ((whole.rows, part.rows), (whole.positives, part.positives), (whole.picked, part.picked))
    return [rounded(all_ - group, audit.round_to) for all_, group in (*pairs, (whole.found, part.found))]


def _safe_rate(metric: str, group: Sequence[int], everybody: Sequence[int]) -> float | None:
    rows, positives, picked, found = group
    top, bottom = {
        "selection": (picked, rows),
        "coverage": (picked, rows),
        "found": (found, positives),
        "missed": (positives - found, positives),
        "wrongly_picked": (picked - found, rows - positives),
        "precision": (found, picked),
        "list_share": (picked, everybody[2]),
        "need_share": (positives, everybody[1]),
    }[metric]
    return min(1.0, max(0.0, top / bottom)) if bottom > 0 else None


def _four(group: SafeGroup) -> list[int]:
    return [group.rows or 0, group.positives or 0, group.picked or 0, group.found or 0]


def may_show(safe: SafeGroups, metric: str, *keys: GroupKey) -> bool:
    """Say whether a figure of some groups may leave the audit."""
    means = metric in _OF_AMOUNTS
    return all(key in safe and (safe[key].may_show_means if means else safe[key].may_show_rates) for key in keys)


def _outwards(value: float | None, full: Interval, *, small: bool, coarse: bool = False) -> Interval:
    """Round a value to whole percents, and the ends outwards: to five percents where few people stand behind it.

    ``coarse`` rounds the value to five percents too there: a mean of few people's money is theirs.
    """
    if value is None:
        return Interval(None)
    step = 0.05 if small else 0.01
    value = round(round(value / step) * step, 2) if coarse else round(value, 2)
    if full.low is None or full.high is None:
        return Interval(value)
    low, high = math.floor(full.low / step) * step, math.ceil(full.high / step) * step
    return Interval(value, round(min(low, value), 2), round(max(high, value), 2))


def safe_rate(one: GroupRates, metric: str, safe: SafeGroups | None) -> Interval:
    """Give a rate of a group as it may leave the audit; in full where ``safe`` is None."""
    full = one.rates.get(metric, Interval(None))
    if safe is None or full.value is None:
        return full
    if not may_show(safe, metric, (), one.key):
        return Interval(None)
    if metric in _OF_AMOUNTS:
        return _outwards(full.value, full, small=one.rows < _SMALL, coarse=True)
    group = _four(safe[one.key])
    value = full.value if metric == "calibration" else _safe_rate(metric, group, _four(safe[()]))
    return _outwards(value, full, small=group[0] < _SMALL)
