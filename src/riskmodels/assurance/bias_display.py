"""Show a bias audit: tables for pages and the terminal, plain data for other programs.

What is shown is safe to leave the audit unless the full figures are asked for, which are for the auditor's file alone.
Safe rates are made of rounded counts, whole percents, with the ends of their intervals rounded outwards. Intersections
stay behind unless asked for: beside them, counts of the groups themselves would have to be withheld.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from riskmodels.assurance.bias_safe import (
    SafeGroups,
    may_show,
    safe_difference,
    safe_difference_of,
    safe_groups,
    safe_rate,
)
from riskmodels.html_table import html_table
from riskmodels.records.bias import BiasAudit, Breach, DecisiveComparison, Disparity, GroupKey, GroupRates
from riskmodels.records.disclosure import WITHHELD
from riskmodels.records.figures import Interval

__all__ = ["METRICS", "METRICS_OF_AMOUNTS", "as_html", "as_json", "metrics_of", "rich_tables", "safe_groups", "tables"]

Shown = tuple[str, list[str], list[list[str]]]

METRICS: Mapping[str, str] = {
    "selection": "On the list",
    "missed": "Missed, of those who had the outcome",
    "wrongly_picked": "Picked wrongly, of those who had not",
    "precision": "Right, of those on the list",
    "list_share": "Share of the list",
    "need_share": "Share of the need",
    "calibration": "Outcome less probability",
}
METRICS_OF_AMOUNTS: Mapping[str, str] = {
    "mean_error": "Expected less observed",
    "mean_absolute_error": "Missed by, either way",
    "coverage": "Inside the prediction interval",
    "mean_amount": "Mean amount",
}
_DIFFERENCES: Mapping[str, str] = {
    **METRICS,
    **METRICS_OF_AMOUNTS,
    "list_share": "Share of the list less share of the need",
    "coverage": "Inside the prediction interval, less what was promised",
}
_TOO_FEW = "Too few people are of this group to say."


def metrics_of(audit: BiasAudit) -> Mapping[str, str]:
    """Give the rates that are shown of each group, in words."""
    return METRICS if audit.amounts is None else METRICS_OF_AMOUNTS


def tables(audit: BiasAudit, *, disclosure: bool = True, intersections: bool = False) -> list[Shown]:
    """Give the audit as tables of text: caption, headings, rows.

    Parameters
    ----------
    audit : BiasAudit
        The audit.
    disclosure : bool
        Whether it is made safe to leave the audit; without, every figure is in full, for the auditor's file.
    intersections : bool
        Whether intersections are shown, too; always so without disclosure control.
    """
    safe = safe_groups(audit, intersections=intersections) if disclosure else None
    deepest = 2 if intersections or not disclosure else 1
    shown = [
        _verdicts(audit, safe),
        *([_breaches(audit, safe)] if audit.breaches else []),
        *(_groups(audit, safe, size) for size in range(1, deepest + 1)),
        *(_differences(audit, safe, size) for size in range(1, deepest + 1)),
        _four_fifths(audit, safe),
        (
            "The nine protected characteristics (Equality Act 2010, section 4)",
            ["Characteristic", "Recorded"],
            [[one.protected.capitalize(), one.says] for one in audit.held],
        ),
        ("Not measured", ["What", "Why"], [[one.what, one.why] for one in audit.not_measured]),
        _empty(audit, safe, intersections=intersections),
    ]
    return [one for one in shown if one[2]]


def as_json(audit: BiasAudit, *, disclosure: bool = True, intersections: bool = False) -> dict[str, Any]:
    """Give the audit as plain data, safe to leave the audit unless ``disclosure`` is False.

    A figure that is withheld is null, as is one that is not defined; a group's ``withheld`` tells which.
    """
    safe = safe_groups(audit, intersections=intersections) if disclosure else None
    deepest = 2 if intersections or not disclosure else 1
    measured_on = {} if audit.amounts is None else {"amounts": asdict(audit.amounts)}
    return {
        "verdict": audit.verdict,
        "capacity": audit.capacity,
        **measured_on,
        "harms": list(audit.harms),
        "decisive": [_comparison(audit, one, safe) for one in audit.decisive],
        "breaches": [_difference_of(audit, one, safe) | {"tolerance": one.tolerance} for one in audit.breaches],
        "groups": [_group(audit, one, safe) for one in audit.groups if len(one.key) <= deepest],
        "disparities": [
            _difference_of(audit, one, safe) | {"informs": one.informs}
            for one in audit.disparities
            if len(one.key) <= deepest
        ],
        "four_fifths": [
            {"characteristic": one.characteristic, "ratio": round(one.ratio, 2), "says": one.says}
            for one in audit.four_fifths
            if safe is None
            or may_show(safe, "selection", ((one.characteristic, one.lowest),), ((one.characteristic, one.highest),))
        ],
        "characteristics": [
            {"protected": one.protected, "held": bool(one.audited_as), "recorded": _rounded(one.recorded, safe)}
            for one in audit.held
        ],
        "not_measured": [{"what": one.what, "why": one.why} for one in audit.not_measured],
        "empty": [dict(key) for key in audit.empty] if safe is None else None,
        "least_people": audit.least_people,
        "resamples": audit.resamples,
        "seed": audit.seed,
        "notes": list(audit.notes),
    }


def as_html(audit: BiasAudit, *, disclosure: bool = True, intersections: bool = False) -> str:
    """Give the audit as accessible HTML tables."""
    shown = tables(audit, disclosure=disclosure, intersections=intersections)
    last = len(shown) - 1
    return "".join(
        html_table(caption, head, rows, notes=audit.notes if place == last else ())
        for place, (caption, head, rows) in enumerate(shown)
    )


def rich_tables(audit: BiasAudit, *, disclosure: bool = True, intersections: bool = False) -> list[Table]:
    """Give the audit as tables for the terminal."""
    found = []
    for caption, head, rows in tables(audit, disclosure=disclosure, intersections=intersections):
        table = Table(box=SIMPLE_HEAD, padding=(0, 1), title=caption, title_justify="left")
        for heading in head:
            table.add_column(heading)
        for row in rows:
            table.add_row(*row)
        found.append(table)
    return found


def _text(interval: Interval, *, withheld: bool = False, whole: bool = True) -> str:
    if withheld:
        return WITHHELD
    if interval.value is None:
        return "not defined"
    if interval.low is None or interval.high is None:
        return f"{_percent(interval.value, whole)} (too few people for an interval)"
    value, low, high = (_percent(one, whole) for one in (interval.value, interval.low, interval.high))
    return f"{value} ({low} to {high})"


def _percent(share: float, whole: bool) -> str:
    # Adding 0 turns a minus 0, which would read as below 0, into 0.
    return f"{round(share, 2) + 0.0:.0%}" if whole else f"{round(share, 4) + 0.0:.2%}"


def _named(key: GroupKey) -> str:
    return " and ".join(f"{name}: {group}" for name, group in key)


def _verdicts(audit: BiasAudit, safe: SafeGroups | None) -> Shown:
    head = ["Group against the rest", "Measure", "Difference (95% interval)", "Tolerance", "Verdict"]
    head += ["Why", "People needed", "What follows"]
    rows = []
    for one in audit.decisive:
        withheld = safe is not None and not may_show(safe, one.metric, (), ((one.characteristic, one.group),))
        difference = one.difference if safe is None else safe_difference(audit, one, safe)
        needed = one.people_needed if safe is None else _two_figures(one.people_needed)
        rows.append(
            [
                f"{one.characteristic}: {one.group}",
                _DIFFERENCES[one.metric],
                _text(difference, withheld=withheld, whole=safe is not None),
                f"{one.tolerance:.1%}: {one.reason}",
                one.verdict,
                _why(audit, one, safe),
                f"about {needed:,}" if needed else "none more",
                one.follows,
            ]
        )
    return f"What decides, named beforehand: {audit.verdict}", head, rows


def _why(audit: BiasAudit, one: DecisiveComparison, safe: SafeGroups | None) -> str:
    """Give the reason, without saying of a small group how small it is."""
    measured = any(key[0][0] == one.characteristic for key in (group.key for group in audit.groups) if key)
    return _TOO_FEW if safe and measured and one.people < audit.disclosure_number else one.why


def _breaches(audit: BiasAudit, safe: SafeGroups | None) -> Shown:
    rows = []
    for one in audit.breaches:
        withheld = safe is not None and not may_show(safe, one.metric, (), one.key)
        difference = safe_difference_of(audit, one.key, one.metric, one.difference, safe)
        rows.append(
            [
                _named(one.key),
                _DIFFERENCES[one.metric],
                _text(difference, withheld=withheld, whole=safe is not None),
                f"{one.tolerance:.1%}",
            ]
        )
    return (
        "Not named beforehand, and proven to be over the tolerance (after Holm's adjustment)",
        ["Group against the rest", "Measure", "Difference (95% interval)", "Tolerance"],
        rows,
    )


def _groups(audit: BiasAudit, safe: SafeGroups | None, size: int) -> Shown:
    rows = []
    for one in (*audit.groups, *audit.left_out):
        if len(one.key) != size:
            continue
        count = f"{one.rows:,}" if safe is None else safe[one.key].text("rows")
        cells = [
            _text(
                safe_rate(one, metric, safe),
                withheld=safe is not None and not may_show(safe, metric, (), one.key),
                whole=safe is not None,
            )
            for metric in metrics_of(audit)
        ]
        rows.append([_named(one.key), count, *cells])
    what = "Each group" if size == 1 else "Each intersection that somebody is in"
    how = "how the list treats it" if audit.amounts is None else "how far its amounts are missed"
    return f"{what}: {how}, with 95% intervals", ["Group", "Rows", *metrics_of(audit).values()], rows


def _differences(audit: BiasAudit, safe: SafeGroups | None, size: int) -> Shown:
    metrics = list(dict.fromkeys(one.metric for one in audit.disparities))
    by_key: dict[GroupKey, dict[str, str]] = {}
    for one in audit.disparities:
        if len(one.key) == size:
            withheld = safe is not None and not may_show(safe, one.metric, (), one.key)
            found = one.difference if safe is None else safe_difference(audit, one, safe)
            by_key.setdefault(one.key, {})[one.metric] = _text(found, withheld=withheld, whole=safe is not None)
    decides = {one.metric for one in audit.disparities if not one.informs}
    head = [_DIFFERENCES[metric] + (" (may decide)" if metric in decides else "") for metric in metrics]
    rows = [[_named(key), *(cells[metric] for metric in metrics)] for key, cells in by_key.items()]
    what = "Each group" if size == 1 else "Each intersection"
    return f"{what} less everybody else, with 95% intervals", ["Group", *head], rows


def _four_fifths(audit: BiasAudit, safe: SafeGroups | None) -> Shown:
    rows = []
    for one in audit.four_fifths:
        keys = ((one.characteristic, one.lowest),), ((one.characteristic, one.highest),)
        withheld = safe is not None and not may_show(safe, "selection", *keys)
        names = ["-", "-"] if withheld else [one.lowest, one.highest]
        rows.append([one.characteristic, *names, WITHHELD if withheld else one.says])
    head = ["Characteristic", "Least often picked", "Most often picked", "Ratio"]
    return "Four-fifths ratio: a convention without legal status in England, which decides nothing", head, rows


def _empty(audit: BiasAudit, safe: SafeGroups | None, *, intersections: bool) -> Shown:
    if safe is None:
        return "Intersections that nobody is in", ["Intersection"], [[_named(key)] for key in audit.empty]
    if not intersections:
        return "Intersections", ["Intersection"], []
    few = [one.key for one in audit.groups if len(one.key) == 2 and safe[one.key].rows is None]
    rows = sorted([_named(key)] for key in (*audit.empty, *few))
    return "Intersections that nobody, or too few to show, are in", ["Intersection"], rows


def _comparison(audit: BiasAudit, one: DecisiveComparison, safe: SafeGroups | None) -> dict[str, Any]:
    withheld = safe is not None and not may_show(safe, one.metric, (), ((one.characteristic, one.group),))
    return {
        "characteristic": one.characteristic,
        "group": one.group,
        "metric": one.metric,
        "tolerance": one.tolerance,
        "reason": one.reason,
        "difference": _plain(one.difference if safe is None else safe_difference(audit, one, safe)),
        "adjusted_p": one.adjusted_p if safe is None else None,
        "verdict": one.verdict,
        "people_needed": one.people_needed if safe is None else _two_figures(one.people_needed),
        "why": _why(audit, one, safe),
        "follows": one.follows,
        "withheld": withheld,
    }


def _difference_of(audit: BiasAudit, one: Breach | Disparity, safe: SafeGroups | None) -> dict[str, Any]:
    found = safe_difference_of(audit, one.key, one.metric, one.difference, safe)
    return {"group": dict(one.key), "metric": one.metric, "difference": _plain(found)}


def _group(audit: BiasAudit, one: GroupRates, safe: SafeGroups | None) -> dict[str, Any]:
    withheld = safe is not None and not all(may_show(safe, metric, (), one.key) for metric in metrics_of(audit))
    counts: dict[str, float | None]
    if safe is None:
        counts = {"rows": one.rows, "people": one.entities, "positives": one.positives, "picked": one.picked}
    else:
        mine = safe[one.key]
        counts = {"rows": mine.rows, "positives": mine.positives, "picked": mine.picked}
    rates = {metric: _plain(safe_rate(one, metric, safe)) for metric in metrics_of(audit)}
    return {"group": dict(one.key), **counts, "rates": rates, "withheld": withheld}


def _rounded(recorded: Sequence[float], safe: SafeGroups | None) -> list[float]:
    return [share if safe is None else round(share, 2) for share in recorded]


def _plain(interval: Interval) -> dict[str, float | None]:
    return {"value": interval.value, "low": interval.low, "high": interval.high}


def _two_figures(count: int) -> int:
    """Round a count up to two figures: an exact one would tell how many there are."""
    if count <= 0:
        return 0
    step = int(10 ** max(0, len(str(count)) - 2))
    return max(10, math.ceil(count / step) * step)
