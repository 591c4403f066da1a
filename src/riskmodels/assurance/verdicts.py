"""What a comparison that was named beforehand amounts to: pass, fail or not enough evidence, and what follows.

Pass: the 95% interval lies inside the tolerance. Fail: the difference is over the tolerance, and stays so after Holm's
adjustment for all comparisons that decide. Anything else, and everything measured on too few people, is not enough
evidence. It never turns into a pass by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from riskmodels.assurance.intervals import Z, holm
from riskmodels.errors import AssuranceError
from riskmodels.naming import nearest
from riskmodels.policy import Comparison
from riskmodels.records.bias import DecisiveComparison, Verdict
from riskmodels.records.figures import Interval

__all__ = ["DECIDES", "DECIDES_OF_AMOUNTS", "Evidence", "check_comparisons", "fitting", "people_needed", "verdicts"]

Decides = Mapping[str, tuple[str, ...]]

# Which metrics may decide: that which says who bears the harm. The other error is shown, and informs.
DECIDES: Decides = {"missed_need": ("missed", "list_share"), "burden": ("wrongly_picked",)}

# Whoever is harmed, an amount can be wrong on average or be promised too narrowly; which way is worse differs.
DECIDES_OF_AMOUNTS: Decides = dict.fromkeys(DECIDES, ("mean_error", "coverage"))

_LEVEL = 0.05
_UNKNOWN = Interval(None)
_POWER = 1.2815515655446004  # of a pass, where there is no difference: 80%, half of the misses on either side
_MOST_NEEDED = 10_000_000
_NEXT = "Correct assurance.comparisons of the model in mlflow.yaml."
_WHO = "the equality lead, with the data scientist who owns the use case"

_FOLLOWS: Mapping[Verdict, str] = {
    "pass": "Nothing needs doing now. Look again at the next audit.",
    "fail": (
        "The model may not go forward as it is: find out why, remove the cause or mitigate, and audit again. The "
        "tolerance is not to be moved to fit the result."
    ),
    "not enough evidence": (
        "This is neither a pass nor a fail, and never passes by itself. It may be accepted once, signed, naming the "
        "group and the plan to collect more; otherwise the model waits."
    ),
}


@dataclass(frozen=True)
class Evidence:
    """What was measured for one comparison.

    Attributes
    ----------
    difference : Interval
        Group less rest.
    p : float or None
        That the difference is over the tolerance, not adjusted; None where it could not be tested.
    people, measured : int
        People of the group, and those of them whom the metric is measured on.
    all_people, all_measured : int
        The same of everybody else.
    rest_value : float or None
        The share in the rest; None for a share of the list and for a mean.
    group_size, rest_size : float
        Independent observations that either rate is worth.
    spread : float or None
        Variance of one observation of a mean, among the rest; of a share it follows from the share.
    least : int
        Fewest people that an interval is given for.
    missing : str
        Why nothing was measured; empty where something was.
    """

    difference: Interval = _UNKNOWN
    p: float | None = None
    people: int = 0
    measured: int = 0
    all_people: int = 0
    all_measured: int = 0
    rest_value: float | None = None
    group_size: float = 0.0
    rest_size: float = 0.0
    spread: float | None = None
    least: int = 0
    missing: str = ""


def fitting(harms: Sequence[str], decides: Decides = DECIDES) -> tuple[str, ...]:
    """Give the metrics that may decide, by who is harmed."""
    return tuple(dict.fromkeys(metric for harm in harms for metric in decides[harm]))


def check_comparisons(
    comparisons: Sequence[Comparison],
    *,
    characteristics: Sequence[str],
    harms: Sequence[str],
    decides: Decides = DECIDES,
) -> None:
    """Refuse comparisons that cannot decide.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of the policy.
    characteristics : sequence of str
        What the use case is audited by.
    harms : sequence of str
        ``"missed_need"`` or ``"burden"``.
    decides : mapping of str to tuple of str
        Which metrics may decide, by harm.

    Raises
    ------
    AssuranceError
        If a harm or a characteristic is not known, a metric does not follow from the harms, or one comparison is
        named twice.
    """
    strange = next((harm for harm in harms if harm not in DECIDES), None)
    if strange is not None or not harms:
        found = (
            "the use case names no harm" if strange is None else f"{strange!r} is not a harm{nearest(strange, DECIDES)}"
        )
        raise _fault(found, f"harms among {', '.join(DECIDES)}", "Correct harms in the use case.")
    may_decide = fitting(harms, decides)
    seen: set[tuple[str, str, str]] = set()
    for one in comparisons:
        if one.characteristic not in characteristics:
            found = f"a comparison names the characteristic {one.characteristic!r}, which is not audited"
            raise _fault(found + nearest(one.characteristic, characteristics), "a characteristic of audit_by", _NEXT)
        if one.metric not in may_decide:
            raise _fault(
                f"a comparison of {one.characteristic} is by {one.metric!r}, but the harm is {' and '.join(harms)}",
                f"{' or '.join(may_decide)}: what decides follows from who is harmed, and the rest is shown",
                _NEXT,
            )
        key = (one.characteristic, one.group, one.metric)
        if key in seen:
            raise _fault(
                f"the comparison of {one.characteristic}: {one.group} by {one.metric} is named twice",
                "each comparison once, with one tolerance",
                _NEXT,
            )
        seen.add(key)


def verdicts(comparisons: Sequence[Comparison], evidence: Sequence[Evidence]) -> tuple[DecisiveComparison, ...]:
    """Give each comparison its verdict.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of the policy.
    evidence : sequence of Evidence
        What was measured for each, in the same order. One that could not be tested counts in Holm's adjustment all the
        same: it was named.
    """
    adjusted = holm([1.0 if one.p is None else one.p for one in evidence])
    return tuple(_verdict(*one) for one in zip(comparisons, evidence, adjusted, strict=True))


def people_needed(evidence: Evidence, tolerance: float) -> int:
    """Say about how many people of the group a verdict would take.

    So many that the interval would lie inside the tolerance in four audits of five if the group were treated as the
    rest is; where there are that many already, so many that the interval would no longer reach from the difference
    found to the tolerance. At most ten million: then the difference is all but at the tolerance itself.

    Parameters
    ----------
    evidence : Evidence
        What was measured.
    tolerance : float
        Largest difference either way that is acceptable.
    """
    least = _ratio(evidence.least, _rate(evidence.measured, evidence.people) or _rate(*_rest(evidence)))
    needed = max(least, _for_no_difference(evidence, tolerance))
    if needed <= evidence.people:
        needed = _for_this_difference(evidence, tolerance)
    return math.ceil(min(max(needed, evidence.people + 1), _MOST_NEEDED))


def _verdict(comparison: Comparison, evidence: Evidence, adjusted: float) -> DecisiveComparison:
    verdict, why = _judged(comparison, evidence, adjusted)
    return DecisiveComparison(
        characteristic=comparison.characteristic,
        group=comparison.group,
        metric=comparison.metric,
        tolerance=comparison.tolerance,
        reason=comparison.reason,
        difference=evidence.difference,
        adjusted_p=None if evidence.p is None else adjusted,
        verdict=verdict,
        people=evidence.people,
        people_needed=people_needed(evidence, comparison.tolerance) if verdict == "not enough evidence" else 0,
        why=why,
        follows=_FOLLOWS[verdict],
    )


def _judged(comparison: Comparison, evidence: Evidence, adjusted: float) -> tuple[Verdict, str]:
    low, high, tolerance = evidence.difference.low, evidence.difference.high, comparison.tolerance
    if evidence.missing:
        return "not enough evidence", evidence.missing
    if low is None or high is None or evidence.p is None:
        return (
            "not enough evidence",
            f"Fewer than {evidence.least} people stand behind the figure, or it is not defined.",
        )
    if -tolerance <= low and high <= tolerance:
        return "pass", f"The 95% interval lies inside the tolerance of {tolerance:.1%} either way."
    if adjusted < _LEVEL:
        return "fail", f"The difference is over the tolerance of {tolerance:.1%}, beyond what chance explains."
    if evidence.p < _LEVEL:
        return "not enough evidence", "Over the tolerance by itself, but not once all comparisons are allowed for."
    return "not enough evidence", f"The 95% interval reaches across the tolerance of {tolerance:.1%}."


def _for_no_difference(evidence: Evidence, tolerance: float) -> float:
    """How many of the group it takes to show no difference where there is none."""
    wanted = (tolerance / (Z + _POWER)) ** 2
    people = max(evidence.people, 1)
    low, high = evidence.difference.low, evidence.difference.high
    spread = evidence.spread
    if spread is None and evidence.rest_value is not None:
        spread = _inward(evidence.rest_value, evidence.rest_size)
    if spread is None:
        return 0.0 if low is None or high is None else people * ((high - low) / (2 * Z)) ** 2 / wanted
    of_rest = spread / evidence.rest_size if evidence.rest_size else math.inf
    of_one = 1.0 if math.isinf(evidence.rest_size) else _ratio(evidence.rest_size, evidence.all_people)
    worth = _rate(evidence.group_size, evidence.people) or of_one
    if not worth or not math.isfinite(worth):
        return 0.0
    if of_rest < wanted / 2:
        return spread / (wanted - of_rest) / worth
    # The rest is too few as well: both have to grow, in step.
    return people * (spread / (people * worth) + of_rest) / wanted


def _for_this_difference(evidence: Evidence, tolerance: float) -> float:
    """How many it takes until the interval no longer reaches from the difference found to the tolerance."""
    value, low, high = evidence.difference.value, evidence.difference.low, evidence.difference.high
    if value is None or low is None or high is None:
        return 0.0
    apart = abs(abs(value) - tolerance)
    over = abs(value) > tolerance
    reach = (value - low if over else high - value) if value >= 0 else (high - value if over else value - low)
    return evidence.people * _ratio(reach, apart) ** 2


def _inward(share: float, size: float) -> float:
    """Give the variance of a share; one of 0 or 1 among the few is taken inward, or nobody would be needed."""
    moved = (share * size + 1) / (size + 2) if math.isfinite(size) else share
    return moved * (1 - moved)


def _rest(evidence: Evidence) -> tuple[int, int]:
    return evidence.all_measured, evidence.all_people


def _rate(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else math.inf if top > 0 else 0.0


def _fault(found: str, expected: str, next_step: str) -> AssuranceError:
    return AssuranceError(found, expected=expected, next_step=next_step, who=_WHO)
