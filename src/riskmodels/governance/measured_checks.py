"""The checks on what was measured: data, time, accuracy, bias, explanations. Each gives what was found and wanted."""

from __future__ import annotations

from collections.abc import Iterable

from riskmodels.governance import amount_checks
from riskmodels.governance.facts import CandidateFacts, Measured
from riskmodels.governance.outcome import Outcome
from riskmodels.policy import ModelPolicy
from riskmodels.promotion_policy import PromotionPolicy

__all__ = ["Outcome", "measured_outcomes", "undecided"]

_ADDS_UP = 1e-5


def measured_outcomes(facts: CandidateFacts, policy: ModelPolicy, asked: PromotionPolicy) -> list[Outcome]:
    """Hold what was measured against what is asked."""
    return [
        _policy(facts, policy, asked),
        _contract(facts),
        _fresh(facts, asked),
        _leakage(facts),
        *_accuracy(facts, asked),
        _bias(facts),
        _proxies(facts, policy),
        _adds_up(facts),
        _steady(facts, asked),
        _monotone(facts),
        _disclosure(facts, policy),
    ]


def _accuracy(facts: CandidateFacts, asked: PromotionPolicy) -> list[Outcome]:
    """Ask how well it does: of a chance and of an amount in different terms."""
    if facts.model.task == "amount":
        terms = (amount_checks.better_than_today, amount_checks.right_in_sum, amount_checks.worst_date)
        return [one(facts, asked) for one in terms]
    return [_beats(facts, asked), _calibration(facts, asked), _worst(facts, asked)]


def undecided(facts: CandidateFacts) -> list[str]:
    """Name the comparisons that ended in "not enough evidence", as a waiver must name them."""
    return [
        f"{one.characteristic}: {one.group}, {one.metric}"
        for one in facts.bias.comparisons
        if one.verdict == "not enough evidence"
    ]


def _listed(words: Iterable[str], nothing: str) -> str:
    return "; ".join(words) or nothing


def _figure(one: Measured | None) -> str:
    if one is None or one.value is None:
        return "not measured"
    ends = "" if one.low is None or one.high is None else f" (95% interval {one.low:.3f} to {one.high:.3f})"
    return f"{one.value:.3f}{ends}"


def _chosen(facts: CandidateFacts, metric: str) -> Measured | None:
    return facts.model.metrics.get(facts.model.chosen, {}).get(metric)


def _policy(facts: CandidateFacts, policy: ModelPolicy, terms: PromotionPolicy) -> Outcome:
    amount = facts.model.task == "amount"
    asked = {(one.characteristic, one.group, one.metric): one.tolerance for one in policy.assurance.comparisons}
    tested = {(one.characteristic, one.group, one.metric): one.tolerance for one in facts.bias.comparisons}
    wrong = [f"capacity {facts.model.capacity}, not {policy.capacity}"] * (facts.model.capacity != policy.capacity)
    wrong = list(amount_checks.list_faults(facts, policy)) if amount else wrong
    wrong += [f"{key[0]} {key[1]}, {key[2]}: not tested" for key in asked if key not in tested]
    wrong += [f"{key[0]} {key[1]}, {key[2]}: not named by the policy" for key in tested if key not in asked]
    wrong += [
        f"{key[0]} {key[1]}, {key[2]}: tolerance {tested[key]:g}, not {asked[key]:g}"
        for key in asked
        if key in tested and tested[key] != asked[key]
    ]
    wanted = f"capacity {policy.capacity} and" if not amount else "no list of people (cost is not need), and"
    wanted += f" the {len(asked)} comparisons of the policy in force"
    left = terms.not_asked_of(facts.model.task)
    found = _listed(wrong, "the policy in force")
    found += f" (not asked of {'an amount' if amount else 'a risk'}, and left aside: {', '.join(left)})" * bool(left)
    return Outcome("policy", not wrong, found, wanted)


def _contract(facts: CandidateFacts) -> Outcome:
    over = [f"{one.extract}: {one.bad_share:.1%} bad" for one in facts.data if one.bad_share > one.tolerance]
    empty = [f"{one.extract}: no rows" for one in facts.data if one.rows == 0]
    held = f"{len(facts.data)} extracts within their tolerance"
    return Outcome(
        "data_contract",
        bool(facts.data) and not over and not empty,
        _listed([*over, *empty], held),
        "every extract that is read has rows, and no more bad ones than its contract tolerates",
    )


def _fresh(facts: CandidateFacts, asked: PromotionPolicy) -> Outcome:
    last, most = max(facts.model.held_out), asked.freshness_days.most
    old = [
        f"{one.extract}: {(last - one.newest).days} days older than the last as-of date"
        for one in facts.data
        if one.moving and one.newest is not None and (last - one.newest).days > most
    ]
    undated = [f"{one.extract}: no date" for one in facts.data if one.moving and one.newest is None]
    wanted = f"no moving extract more than {most:g} days older than {last:%d %B %Y}"
    undated += ["no extract is said to move"] * (not any(one.moving for one in facts.data))
    return Outcome("data_fresh", not old and not undated, _listed([*old, *undated], "every extract is recent"), wanted)


def _leakage(facts: CandidateFacts) -> Outcome:
    seen = facts.leakage
    wrong = [f"features that differ without the future: {', '.join(seen.time_travel_differs)}"] * bool(
        seen.time_travel_differs
    )
    wrong += ["the time-travel check was not made"] * (not seen.time_travel_rows)
    wrong += ["shuffled outcomes were foretold: the judging leaks"] * (seen.shuffled_passed is False)
    wrong += ["the shuffled run was not made"] * (seen.shuffled_passed is None)
    wrong += [f"suspected: {name}" for name in seen.alarms]
    rows = f"{seen.time_travel_rows or 0:,} rows rebuilt without the future are the same, and no feature is suspected"
    return Outcome("leakage", not wrong, _listed(wrong, rows), "every search made, and nothing found")


def _beats(facts: CandidateFacts, asked: PromotionPolicy) -> Outcome:
    gain, least = (
        facts.model.differences.get("chosen_minus_baseline", {}).get("roc_auc"),
        asked.gain_over_baseline.least,
    )
    passed = gain is not None and gain.low is not None and gain.low > least
    wanted = f"the lower end of the gain in ROC AUC over {facts.model.baseline} is above {least:g}"
    return Outcome("beats_baseline", passed, f"gain {_figure(gain)}", wanted)


def _calibration(facts: CandidateFacts, asked: PromotionPolicy) -> Outcome:
    slope, error = _chosen(facts, "calibration_slope"), _chosen(facts, "calibration_error")
    steep = slope is not None and slope.value is not None
    good = (
        steep
        and slope is not None
        and asked.calibration_slope.least <= (slope.value or 0.0) <= asked.calibration_slope.most
    )
    near = error is not None and error.value is not None and error.value <= asked.calibration_error.most
    wanted = (
        f"slope from {asked.calibration_slope.least:g} to {asked.calibration_slope.most:g}, "
        f"error at most {asked.calibration_error.most:g}"
    )
    return Outcome("calibration", good and near, f"slope {_figure(slope)}, error {_figure(error)}", wanted)


def _worst(facts: CandidateFacts, asked: PromotionPolicy) -> Outcome:
    held = [one for one in facts.periods if one.roc_auc.value is not None]
    unknown = len(facts.periods) - len(held)
    wanted = f"ROC AUC of at least {asked.worst_period.least:g} in every period scored out of time"
    if not held:
        return Outcome("worst_period", False, "no period was scored out of time", wanted)
    worst = min(held, key=lambda one: one.roc_auc.value or 0.0)
    found = f"{worst.as_of:%d %B %Y}: {_figure(worst.roc_auc)}, the worst of {len(held)}"
    found += f"; {unknown} not measured" if unknown else ""
    passed = (worst.roc_auc.value or 0.0) >= asked.worst_period.least and not unknown
    return Outcome("worst_period", passed, found, wanted)


def _bias(facts: CandidateFacts) -> Outcome:
    failed = [
        f"{one.characteristic}: {one.group}, {one.metric}: fail, difference {_figure(one.difference)}, "
        f"tolerance {one.tolerance:g}"
        for one in facts.bias.comparisons
        if one.verdict == "fail"
    ]
    failed += [f"{one.group}, {one.metric}: not named, proven over {one.tolerance:g}" for one in facts.bias.breaches]
    open_ = [f"{name}: not enough evidence" for name in undecided(facts)]
    none = ["no comparison was named beforehand"] * (not facts.bias.comparisons)
    held = f"{len(facts.bias.comparisons)} comparisons pass"
    return Outcome(
        "bias",
        not (failed or open_ or none),
        _listed([*failed, *open_, *none], held),
        "every comparison named beforehand passes, and no other difference is proven",
    )


def _proxies(facts: CandidateFacts, policy: ModelPolicy) -> Outcome:
    measured = [name for name, one in facts.proxies.strength.items() if one.value is not None]
    allowed = {one.feature for one in policy.assurance.allowed_by_exception}
    unlawful = [
        f"{feature} stands for a protected characteristic, and the policy in force does not allow it by exception"
        for feature in facts.proxies.excused
        if feature not in allowed
    ]
    wrong = [*facts.proxies.alarms, *unlawful] or ["it was not measured for any characteristic"] * (not measured)
    held = f"no feature is an exact proxy, of {len(measured)} characteristics that were measured"
    held += f", save by exception: {', '.join(facts.proxies.excused)}" if facts.proxies.excused else ""
    found = _listed(wrong, held)
    return Outcome("proxies", not wrong, found, "measured, and no feature as good as a protected characteristic")


def _adds_up(facts: CandidateFacts) -> Outcome:
    seen = facts.explanation
    passed = max(seen.largest_gap, seen.largest_difference) <= _ADDS_UP and seen.checked_rows > 0
    found = (
        f"largest gap to the score {seen.largest_gap:.1e}, to SHAP {seen.largest_difference:.1e}, "
        f"on {seen.checked_rows:,} rows"
    )
    scale = "the logarithm of the amount" if facts.model.task == "amount" else "log-odds"
    return Outcome("explanation", passed, found, f"both at most {_ADDS_UP:.0e} in {scale}")


def _steady(facts: CandidateFacts, asked: PromotionPolicy) -> Outcome:
    stable = facts.explanation.stability
    passed = stable is not None and stable.value is not None and stable.value >= asked.stability.least
    wanted = f"at least {asked.stability.least:.0%} of the leading features lead in a resample too"
    found = "not measured" if stable is None or stable.value is None else f"{stable.value:.0%}"
    return Outcome("stability", passed, found, wanted)


def _monotone(facts: CandidateFacts) -> Outcome:
    seen = facts.monotone
    wrong = [*seen.violated] or ["not checked"] * (bool(seen.declared) and seen.checked_rows == 0)
    held = f"{len(seen.declared)} declared, none broken in {seen.checked_rows:,} rows"
    return Outcome("monotone", not wrong, _listed(wrong, held), "every declared direction holds")


def _disclosure(facts: CandidateFacts, policy: ModelPolicy) -> Outcome:
    seen, number = facts.disclosure, policy.assurance.disclosure_number
    smallest = "no count is shown" if seen.smallest_shown is None else f"smallest count shown {seen.smallest_shown:,}"
    passed = seen.number >= number and (seen.smallest_shown is None or seen.smallest_shown >= number)
    return Outcome(
        "disclosure", passed, f"{smallest}, withheld below {seen.number}", f"no count below {number} is shown"
    )
