"""Show what was found about proxies, leaks and mitigations: plain tables, HTML, and plain data for other programs.

Nothing here is about one person: figures are of groups that are large enough, and weights stay out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodels.records import Interval
from riskmodels.records.leakage import LeakageReport, ShuffledRun
from riskmodels.records.mitigation import GroupDisparity, MitigationOffer, WithAndWithout
from riskmodels.records.proxies import ExactProxy, FeatureStrength, PlainTable, PriceOfRemoving, ProxyReport

__all__ = ["as_html", "as_json", "plain_tables"]

Shown = ProxyReport | LeakageReport | MitigationOffer | PriceOfRemoving | WithAndWithout


def plain_tables(found: Shown) -> tuple[PlainTable, ...]:
    """Give the tables of a report as text, the main one first."""
    if isinstance(found, ProxyReport):
        return (found.cells(), *_exact(found))
    if isinstance(found, LeakageReport):
        return (found.cells(), *_strongest(found))
    return (found.cells(),)


def as_html(found: Shown) -> str:
    """Draw a report's tables for a page or a notebook."""
    return "".join(table.html() for table in plain_tables(found))


def as_json(found: Shown) -> dict[str, Any]:
    """Give a report as plain data that JSON can hold."""
    if isinstance(found, ProxyReport):
        return _proxies(found)
    if isinstance(found, LeakageReport):
        return _leakage(found)
    if isinstance(found, MitigationOffer):
        return _offer(found)
    if isinstance(found, PriceOfRemoving):
        return {
            "features": list(found.features),
            "with": _figures(found.before),
            "without": _figures(found.after),
            "change": _figures(found.change),
        }
    return {
        "features": list(found.features),
        "with": _figures(found.accuracy_with),
        "without": _figures(found.accuracy_without),
        "change": _figures(found.accuracy_change),
        "disparities": [{"with": _disparity(one), "without": _disparity(other)} for one, other in found.disparities],
    }


def _exact(report: ProxyReport) -> tuple[PlainTable, ...]:
    return (
        *_exact_of("Exact proxies, which may not be inputs", report.alarms),
        *_exact_of("Exact proxies of age or disability that are inputs by exception, on signed advice", report.excused),
    )


def _exact_of(caption: str, found: tuple[ExactProxy, ...]) -> tuple[PlainTable, ...]:
    if not found:
        return ()
    rows = tuple(
        (one.feature, one.says, f"{one.characteristic}: {one.group}", one.figure.as_text())
        if one.kind == "tells_apart"
        else (one.feature, one.says, f"{one.characteristic}: {one.group}", "a value of it implies the group")
        for one in found
    )
    return (PlainTable(caption, ("Feature", "In words", "Stands for", "ROC AUC of it alone"), rows),)


def _strongest(report: LeakageReport) -> tuple[PlainTable, ...]:
    if not report.strongest:
        return ()
    rows = tuple((one.feature, one.says, f"{one.roc_auc:.3f}") for one in report.strongest)
    head = ("Feature", "In words", report.strength[0].upper() + report.strength[1:])
    return (PlainTable("What foretells the outcome best alone", head, rows),)


def _proxies(report: ProxyReport) -> dict[str, Any]:
    return {
        "passed": report.passed,
        "threshold": report.threshold,
        "least_group": report.least_group,
        "characteristics": [
            {
                "name": one.name,
                "protected": one.protected,
                "roc_auc": _interval(one.roc_auc),
                "groups": [
                    {
                        "group": group.group,
                        "roc_auc": _interval(group.roc_auc),
                        "features": [_strength(each) for each in group.features],
                    }
                    for group in one.groups
                ],
                "too_small": list(one.too_small),
                "not_measured": one.not_measured,
            }
            for one in report.characteristics
        ],
        "alarms": [_exact_proxy(one) for one in report.alarms],
        "excused": [_exact_proxy(one) for one in report.excused],
        "notes": list(report.notes),
    }


def _exact_proxy(one: ExactProxy) -> dict[str, Any]:
    return {
        "characteristic": one.characteristic,
        "protected": one.protected,
        "group": one.group,
        "feature": one.feature,
        "kind": one.kind,
        "suspicion": one.suspicion,
    }


def _leakage(report: LeakageReport) -> dict[str, Any]:
    travel, shuffled = report.time_travel, report.shuffled
    return {
        "passed": report.passed,
        "time_travel": None
        if travel is None
        else {
            "passed": travel.passed,
            "rows_checked": travel.rows_checked,
            "as_of": [day.isoformat() for day in travel.as_of_dates],
            "features_that_differ": list(travel.features_that_differ),
        },
        "shuffled": None
        if shuffled is None
        else {"passed": shuffled.passed, **_guessed(shuffled), "runs": shuffled.runs},
        "strongest": [_strength(one) for one in report.strongest],
        "alarms": [
            {
                "kind": one.kind,
                "feature": one.feature,
                "column": one.column,
                "figure": _interval(one.figure),
                "suspicion": one.suspicion,
            }
            for one in report.alarms
        ],
        "not_measured": list(report.not_measured),
    }


def _guessed(shuffled: ShuffledRun) -> dict[str, Any]:
    if shuffled.deviance_reduction is not None:
        return {"deviance_reduction": _interval(shuffled.deviance_reduction)}
    return {"roc_auc": _interval(shuffled.roc_auc)}


def _offer(offer: MitigationOffer) -> dict[str, Any]:
    return {
        "estimator": offer.estimator,
        "before": {"accuracy": _figures(offer.accuracy), "disparity": _disparity(offer.disparity)},
        "options": [
            {
                "name": one.name,
                "says": one.says,
                "without": list(one.without),
                "accuracy": _figures(one.accuracy),
                "accuracy_change": _figures(one.accuracy_change),
                "disparity": _disparity(one.disparity),
                "disparity_change": _whole(one.disparity_change),
            }
            for one in offer.options
        ],
        "not_offered": list(offer.not_offered),
        "notes": list(offer.notes),
    }


def _strength(one: FeatureStrength) -> dict[str, Any]:
    return {"feature": one.feature, "says": one.says, "roc_auc": one.roc_auc}


def _disparity(one: GroupDisparity) -> dict[str, Any]:
    return {
        "characteristic": one.characteristic,
        "group": one.group,
        "metric": one.metric,
        "difference": _whole(one.difference),
    }


def _figures(figures: Mapping[str, Interval]) -> dict[str, dict[str, float | None]]:
    return {name: _interval(interval) for name, interval in figures.items()}


def _interval(interval: Interval) -> dict[str, float | None]:
    return {"value": interval.value, "low": interval.low, "high": interval.high}


def _whole(of_a_group: Interval) -> dict[str, float | None]:
    """Round to whole percents: a share in full could give a group's counts back."""
    return {name: None if value is None else round(value, 2) for name, value in _interval(of_a_group).items()}
