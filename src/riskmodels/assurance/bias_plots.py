"""A plot of the comparisons that decide, against their tolerance, with a text that says the same.

It is drawn from what may leave the audit; a comparison whose figures are withheld has its name and no mark.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from riskmodels.assurance.bias_display import metrics_of
from riskmodels.assurance.bias_safe import safe_difference, safe_groups
from riskmodels.records.bias import BiasAudit, DecisiveComparison, Verdict
from riskmodels.records.figures import Interval

__all__ = ["draw"]

Plot = tuple[Figure, str]

_GREY = "#595959"
# Okabe and Ito's colours, and a marker each: told apart without colour too.
_LOOKS: Mapping[Verdict, tuple[str, str]] = {
    "pass": ("#0072B2", "o"),
    "fail": ("#D55E00", "X"),
    "not enough evidence": (_GREY, "D"),
}
_WORSE: Mapping[str, str] = {
    "missed": "above 0, the group is missed more often",
    "list_share": "below 0, the group has less of the list than of the need",
    "wrongly_picked": "above 0, the group is picked wrongly more often",
    "mean_error": "below 0, the group's amounts are said too low, as a share of everybody's mean amount",
    "coverage": "below 0, fewer of the group's amounts lie inside their intervals than was promised",
}


def draw(audit: BiasAudit) -> dict[str, Plot]:
    """Draw the comparisons that decide.

    Returns
    -------
    dict of str to (Figure, str)
        ``disparities`` with its alternative text; nothing where the policy names no comparison.
    """
    if not audit.decisive:
        return {}
    safe = safe_groups(audit, intersections=False)
    shown = [(one, safe_difference(audit, one, safe)) for one in audit.decisive]
    figure = Figure(figsize=(8.5, 1.9 + 0.62 * len(shown)), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    asked = "Does the list treat groups alike?" if audit.amounts is None else "Are groups' amounts foretold alike?"
    figure.suptitle(f"{asked} The comparisons named beforehand", x=0.01, ha="left", fontsize=12)
    for place, (one, difference) in enumerate(shown):
        _mark(axes, place, one, difference)
    axes.axvline(0, color="#000000", linewidth=1)
    words = _words(audit)
    names = [f"{_wrapped(f'{one.characteristic}: {one.group}', 34)}\n{words[one.metric]}" for one, _ in shown]
    axes.set_yticks(range(len(shown)), names)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    figure.supxlabel(_scale(audit), x=0.01, ha="left", fontsize=9)
    axes.grid(axis="x", color="#e5e5e5")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return {"disparities": (figure, _in_words(audit, shown))}


def _mark(axes: Axes, place: int, one: DecisiveComparison, difference: Interval) -> None:
    colour, marker = _LOOKS[one.verdict]
    axes.fill_betweenx([place - 0.32, place + 0.32], -one.tolerance, one.tolerance, color="#dbe9f4", linewidth=0)
    value, low, high = difference.value, difference.low, difference.high
    if low is not None and high is not None:
        axes.hlines(place, low, high, color=colour, linewidth=2)
    if value is not None:
        axes.plot(value, place, marker, color=colour, markersize=8)
    words = one.verdict if value is not None else f"{one.verdict} (no figure)"
    axes.annotate(words, (1.01, place), xycoords=("axes fraction", "data"), color=colour, va="center", fontsize=9)


def _scale(audit: BiasAudit) -> str:
    metrics, words = dict.fromkeys(one.metric for one in audit.decisive), _words(audit)
    meaning = "\n".join(_wrapped(f"{words[metric]}: {_WORSE[metric]}", 120) for metric in metrics)
    against = "everybody else" if "coverage" not in metrics else "everybody else (of coverage: less what was promised)"
    return f"Group less {against}, with 95% interval; shaded: the tolerance\n{meaning}"


def _wrapped(words: str, width: int) -> str:
    return "\n".join(textwrap.wrap(words, width))


def _words(audit: BiasAudit) -> dict[str, str]:
    """Give each metric in the fewest words."""
    return {metric: says.split(",")[0] for metric, says in metrics_of(audit).items()}


def _in_words(audit: BiasAudit, shown: list[tuple[DecisiveComparison, Interval]]) -> str:
    words = _words(audit)
    each = "; ".join(
        f"{one.characteristic} {one.group}, {words[one.metric].lower()}: {_figure(difference)}, "
        f"tolerance {one.tolerance:.0%}, {one.verdict}"
        for one, difference in shown
    )
    return f"Differences between a group and everybody else, with 95% intervals. Altogether: {audit.verdict}. {each}."


def _figure(difference: Interval) -> str:
    if difference.value is None:
        return "no figure"
    if difference.low is None or difference.high is None:
        return f"{_signed(difference.value)}, no interval"
    return f"{_signed(difference.value)} ({_signed(difference.low)} to {_signed(difference.high)})"


def _signed(share: float) -> str:
    whole = round(100 * share)
    return f"{whole:+d}%" if whole else "0%"
