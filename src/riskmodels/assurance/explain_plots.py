"""Plots of what a model goes by, each with a text that says the same to those who cannot see it.

No point is a person: bars are means over everybody or over groups that are large enough, and each mark of the beeswarm
is the mean of at least ``disclosure_number`` people with similar contributions.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from riskmodels.records.explanation import Explanation, FeatureImportance, GroupImportance, Mark

__all__ = ["draw_explanation"]

Plot = tuple[Figure, str]

_SHOWN = 15
_IN_GROUPS = 8
_WORDED = 5
_GREY = "#595959"
_BLUE = "#0072B2"
_SCALE = LinearSegmentedColormap.from_list("low_to_high", ["#0072B2", "#cccccc", "#D55E00"])
_GROUP_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
_GROUP_MARKERS = "os^DvP*X"
_ACROSS = "Moves the score by, on average"


def draw_explanation(found: Explanation) -> dict[str, Plot]:
    """Draw every plot of an explanation.

    Returns
    -------
    dict of str to (Figure, str)
        ``importance``, ``beeswarm`` and ``importance_by_<characteristic>``, each with its alternative text.
    """
    plots = {"importance": _bars(found), "beeswarm": _beeswarm(found)}
    for name in dict.fromkeys(one.characteristic for one in found.groups):
        plots[f"importance_by_{name}"] = _groups(found, name)
    return plots


def _bars(found: Explanation) -> Plot:
    leading = found.importances[:_SHOWN]
    figure, axes = _page("What the model goes by", found, len(leading))
    axes.barh(range(len(leading)), [one.mean_absolute for one in leading], color=_BLUE)
    for place, one in enumerate(leading):
        axes.annotate(f" {one.share:.0%}", (one.mean_absolute, place), va="center", color=_GREY, fontsize=8)
    _names(axes, leading)
    axes.set_xlabel(f"{_ACROSS} ({found.scale}), with its share of all")
    axes.margins(x=0.1)
    listed = "; ".join(f"{one.says} {one.mean_absolute:.3f} ({one.share:.0%})" for one in leading[:_WORDED])
    return figure, (
        f"Bars: how far each of the {len(leading)} leading features moves the score on average ({found.scale}), with "
        f"its share of all. {listed}."
    )


def _beeswarm(found: Explanation) -> Plot:
    marks: dict[str, list[Mark]] = {}
    for mark in found.marks:
        marks.setdefault(mark.feature, []).append(mark)
    leading = [one for one in found.importances if one.feature in marks]
    figure, axes = _page("Which values make the score higher or lower", found, len(leading))
    axes.axvline(0, color="#999999", linewidth=1)
    for place, one in enumerate(leading):
        some = marks[one.feature]
        across = np.array([mark.contribution for mark in some])
        colours = [_GREY if mark.standing is None else _SCALE(mark.standing) for mark in some]
        axes.scatter(across, place + _spread(across), c=colours, s=16, linewidths=0)
    _names(axes, leading)
    axes.set_xlabel(f"Adds to the score ({found.scale}); left of the line it takes away")
    bar = figure.colorbar(ScalarMappable(Normalize(0, 1), _SCALE), ax=axes, ticks=[0, 1], shrink=0.5, aspect=30)
    bar.ax.set_yticklabels(["lowest", "highest"])
    bar.set_label("Value, among all (grey: no order, or unknown)", fontsize=8)
    listed = "; ".join(f"{one.says} {_direction(marks[one.feature])}" for one in leading[:_WORDED])
    return figure, (
        f"Beeswarm of the {len(leading)} leading features. Each mark is the mean of at least "
        f"{found.disclosure_number} people with similar contributions, never one person. {listed}."
    )


def _groups(found: Explanation, characteristic: str) -> Plot:
    leading = found.importances[:_IN_GROUPS]
    of_it = [one for one in found.groups if one.characteristic == characteristic]
    shown = [one for one in of_it if one.mean_absolute is not None]
    words = characteristic.replace("_", " ")
    figure, axes = _page(f"What the model goes by, by {words}", found, len(leading) + 1)
    for number, group in enumerate(shown):
        _dots(axes, group, leading, number, len(shown))
    _names(axes, leading)
    axes.set_xlabel(f"{_ACROSS} ({found.scale})")
    axes.set_xlim(left=0)
    if shown:
        axes.legend(loc="lower right", frameon=False, fontsize=8)
    withheld = len(of_it) - len(shown)
    listed = "; ".join(f"{group.group}: {_listed(group, leading[:3])}" for group in shown)
    return figure, (
        f"How far features move the score on average ({found.scale}), by {words}. {listed or 'No group can be shown'}. "
        f"Groups withheld because few people are in them: {withheld}."
    )


def _dots(axes: Axes, group: GroupImportance, leading: Sequence[FeatureImportance], number: int, groups: int) -> None:
    held = group.mean_absolute or {}
    down = np.arange(len(leading)) + (number - (groups - 1) / 2) * 0.7 / max(groups, 1)
    look = number % len(_GROUP_COLOURS)
    axes.plot(
        [held[one.feature] for one in leading],
        down,
        _GROUP_MARKERS[look],
        color=_GROUP_COLOURS[look],
        fillstyle="full" if number < len(_GROUP_COLOURS) else "none",
        markersize=5,
        label=group.group,
    )


def _page(title: str, found: Explanation, lines: int) -> tuple[Figure, Axes]:
    """Start a figure that belongs to no global state."""
    figure = Figure(figsize=(9, 1.8 + 0.36 * max(lines, 4)), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_title(f"{title}\n", loc="left", fontsize=12)
    words = f"{found.case_name.replace('_', ' ').capitalize()}, {found.estimator} model, {found.rows:,} held-out rows"
    axes.text(0, 1.01, words, transform=axes.transAxes, color=_GREY, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#e5e5e5")
    axes.set_axisbelow(True)
    return figure, axes


def _names(axes: Axes, leading: Sequence[FeatureImportance]) -> None:
    axes.set_yticks(range(len(leading)), [textwrap.fill(_said(one), 48) for one in leading], fontsize=7.5)
    axes.set_ylim(len(leading) - 0.5, -0.5)


def _said(one: FeatureImportance) -> str:
    """Escape what matplotlib would take for a formula."""
    return one.says.replace("$", r"\$")


def _spread(across: np.ndarray) -> np.ndarray:
    """Set marks apart that would lie on each other: the denser a place, the wider."""
    ends = np.histogram_bin_edges(across, bins=40)
    place = np.clip(np.digitize(across, ends) - 1, 0, 39)
    counts = np.bincount(place, minlength=40)
    within = np.zeros(len(across))
    for one in np.flatnonzero(counts):
        held = np.flatnonzero(place == one)
        within[held] = np.linspace(-0.5, 0.5, len(held)) * counts[one] / counts.max() if len(held) > 1 else 0.0
    return 0.7 * within


def _direction(marks: Sequence[Mark]) -> str:
    """Say which way a feature's values go with its contribution."""
    known = [(mark.standing, mark.contribution) for mark in marks if mark.standing is not None]
    values, across = [one for one, _ in known], [one for _, one in known]
    if len(known) < 3 or np.ptp(values) == 0 or np.ptp(across) == 0:
        return "(no order)"
    together = float(np.corrcoef(values, across)[0, 1])
    return (
        "(mixed)" if abs(together) < 0.3 else "(more raises the score)" if together > 0 else "(more lowers the score)"
    )


def _listed(group: GroupImportance, leading: Sequence[FeatureImportance]) -> str:
    held = group.mean_absolute or {}
    return ", ".join(f"{one.says} {held[one.feature]:.3f}" for one in leading)
