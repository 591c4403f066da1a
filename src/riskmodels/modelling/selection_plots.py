"""The plot of what a list finds where outcomes are known only for those who were looked at."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from riskmodels.modelling.selection_figures import shown_bounds
from riskmodels.records import Interval, TrainedModel

__all__ = ["draw_selection_plots"]

Plot = tuple[Figure, str]

_TITLES: Mapping[str, str] = {
    "baseline": "Today's practice",
    "interpretable": "Interpretable model",
    "lightgbm": "LightGBM",
}


def draw_selection_plots(model: TrainedModel) -> dict[str, Plot]:
    """Draw what 100 visits find by each estimator, with bounds; nothing where the outcome is known for everybody.

    Returns
    -------
    dict of str to (Figure, str)
        ``found_per_100_visits`` with its alternative text.
    """
    seen = model.risk_evaluation.selection
    if seen is None:
        return {}
    figure = Figure(figsize=(7.2, 3.2), layout="constrained", dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    said = []
    for place, (name, found) in enumerate(reversed(seen.found_per_100_visits.items())):
        low, high = shown_bounds(seen.bounds_per_100_visits[name])
        axes.plot([low, high], [place, place], color="#bbbbbb", linewidth=9, solid_capstyle="butt", zorder=1)
        if found.value is not None:
            if found.low is not None and found.high is not None:
                axes.plot([found.low, found.high], [place, place], color="#0072B2", linewidth=2.5, zorder=2)
            axes.plot([found.value], [place], "o", color="#0072B2", markersize=8, zorder=3)
        said.append(f"{_TITLES.get(name, name)}: {_words(found)} by weights, {low} to {high} whatever is unseen")
    names = [_TITLES.get(name, name) for name in reversed(seen.found_per_100_visits)]
    chosen = list(reversed(seen.found_per_100_visits)).index(model.chosen)
    names[chosen] += "\n(chosen)"
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlim(0, 100)
    axes.set_xlabel("Found in 100 visits. Dot and line: by weights, 95% interval. Grey: least and most", fontsize=9)
    axes.set_title("What 100 visits find", loc="left")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    words = "; ".join(reversed(said))
    return {"found_per_100_visits": (figure, f"Found in 100 visits to the top of the list. {words}.")}


def _words(found: Interval) -> str:
    if found.value is None:
        return "not measured"
    if found.low is None or found.high is None:
        return f"{found.value:.0f}"
    return f"{found.value:.0f} ({found.low:.0f} to {found.high:.0f})"
