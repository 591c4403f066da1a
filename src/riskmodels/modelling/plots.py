"""Plots of the held-out figures, each with a text that says the same to those who cannot see it.

Colours are Okabe and Ito's, told apart with any colour vision, and every estimator has its own line and marker too. All
is drawn from the evaluation's curves, where no point stands for fewer than 10 people.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from riskmodels.modelling.amount_plots import draw_amount_plots
from riskmodels.modelling.selection_plots import draw_selection_plots
from riskmodels.records import Interval, PeriodFigures, TrainedModel

__all__ = ["draw_plots"]

Plot = tuple[Figure, str]

_FEWEST = 10
_MOST_DATES = 8
_HAPPENED = "Had the outcome (95% interval)"
_GREY = "#595959"


@dataclass(frozen=True)
class _Look:
    title: str
    colour: str
    line: str
    marker: str


_LOOKS: Mapping[str, _Look] = {
    "baseline": _Look("Today's practice", _GREY, ":", "s"),
    "interpretable": _Look("Interpretable model", "#0072B2", "--", "^"),
    "lightgbm": _Look("LightGBM", "#D55E00", "-", "o"),
}


def draw_plots(model: TrainedModel) -> dict[str, Plot]:
    """Draw every plot of a trained model.

    Returns
    -------
    dict of str to (Figure, str)
        ``roc``, ``precision_recall``, ``calibration``, ``lift``, ``score_over_time``, each with its alternative text,
        and ``found_per_100_visits`` where the outcome is known only for those who were looked at;
        of a model of amounts those of :func:`~riskmodels.modelling.amount_plots.draw_amount_plots`.
    """
    if model.task == "amount":
        return draw_amount_plots(model)
    return {
        "roc": _roc(model),
        "precision_recall": _precision_recall(model),
        "calibration": _calibration(model),
        "lift": _lift(model),
        "score_over_time": _over_time(model),
        **draw_selection_plots(model),
    }


def _roc(model: TrainedModel) -> Plot:
    figure, axes = _page("How well people are ranked", model)
    _percent(axes, "Picked by mistake: share of those without the outcome", "Found: share of those with the outcome")
    _guessing(axes)
    for name, points in model.risk_evaluation.ranking.items():
        xy = [(p.false_positive_rate, p.recall) for p in points]
        _line(axes, name, xy, _labelled(model, name, "roc_auc", "area"))
    axes.legend(loc="lower right", frameon=False)
    figures = _listed(model, "roc_auc")
    return figure, f"ROC curves on the held-out period. Areas under the curve (0.5 is guessing, 1 perfect): {figures}."


def _precision_recall(model: TrainedModel) -> Plot:
    evaluation = model.risk_evaluation
    figure, axes = _page("How right the list is as it finds more people", model)
    _percent(axes, "Found: share of those with the outcome", "Right: share of those picked who had the outcome")
    top = max(p.precision or 0.0 for points in evaluation.ranking.values() for p in points)
    axes.set_ylim(0, min(1.0, 1.15 * top))
    rate = evaluation.base_rate.value or 0.0
    axes.axhline(rate, color="#999999", linewidth=1)
    for name, points in evaluation.ranking.items():
        xy = [(p.recall, p.precision) for p in points if p.precision is not None]
        _line(axes, name, xy, _labelled(model, name, "average_precision", "average"))
    axes.annotate(f"everybody: {rate:.1%}", (0.0, rate), color=_GREY, fontsize=9, va="bottom")
    axes.legend(loc="upper right", frameon=False)
    figures = _listed(model, "average_precision")
    return figure, (
        f"Precision against recall on the held-out period. Average precision ({rate:.3f} is guessing, 1 perfect): "
        f"{figures}."
    )


def _calibration(model: TrainedModel) -> Plot:
    evaluation = model.risk_evaluation
    figure, axes = _page("Do probabilities mean what they say?", model)
    _percent(axes, "Probability that the model gave (mean of a group)", "Share of the group that had the outcome")
    bins = [one for one in evaluation.calibration[model.chosen] if one.rows >= _FEWEST]
    highest = max(max(one.mean_probability, one.observed.high or 0.0) for one in bins)
    look = _LOOKS[model.chosen]
    for one in bins:
        value, low, high = one.observed.value, one.observed.low, one.observed.high
        if value is None or low is None or high is None:
            continue
        axes.plot([one.mean_probability] * 2, [low, high], color=look.colour, linewidth=1.5)
        axes.plot(one.mean_probability, value, look.marker, color=look.colour, markersize=6, clip_on=False)
    end = min(1.0, 1.1 * highest)
    axes.plot([0, end], [0, end], color="#999999", linewidth=1)
    axes.set_xlim(0, end)
    axes.set_ylim(0, end)
    axes.annotate("exactly right", (0.85 * end, 0.85 * end), color=_GREY, fontsize=9, ha="right", va="bottom")
    axes.annotate("outcome rarer than said", (0.97 * end, 0.04 * end), color=_GREY, fontsize=9, ha="right")
    axes.annotate("outcome more common than said", (0.03 * end, 0.94 * end), color=_GREY, fontsize=9)
    slope = evaluation.metrics[model.chosen]["calibration_slope"].as_text()
    large = evaluation.metrics[model.chosen]["calibration_in_the_large"].as_text()
    return figure, (
        f"Calibration of the chosen estimator ({look.title}) in {len(bins)} groups of people with similar "
        f"probabilities, with 95% intervals. Calibration slope (1 is right): {slope}. Outcome less probability (0 is "
        f"right): {large}."
    )


def _lift(model: TrainedModel) -> Plot:
    evaluation = model.risk_evaluation
    figure, axes = _page("How many are found as the list grows", model)
    _percent(axes, "Length of the list: share of everybody", "Found: share of those with the outcome")
    _guessing(axes)
    for name, points in evaluation.ranking.items():
        _line(axes, name, [(p.selected, p.recall) for p in points], _LOOKS[name].title)
    share = evaluation.capacity / evaluation.rows
    axes.axvline(share, color="#000000", linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(f" list of {evaluation.capacity:,}", (share, 0.98), fontsize=9, va="top")
    axes.legend(loc="lower right", frameon=False)
    return figure, (
        f"Share of those with the outcome who are found, against the length of the list. With a list of "
        f"{evaluation.capacity:,} ({share:.1%} of people): found {_listed(model, 'recall_at_capacity')}; times better "
        f"than picking at random {_listed(model, 'lift_at_capacity')}."
    )


def _over_time(model: TrainedModel) -> Plot:
    evaluation = model.risk_evaluation
    figure = Figure(figsize=(7.5, 6.4), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    upper.set_title(f"{_spoken(model.case_name)}: the outcome and the score, date by date", loc="left", fontsize=12)
    periods = [one for one in evaluation.periods if one.rows >= _FEWEST]
    look = _LOOKS[model.chosen]
    _rates(upper, periods, look)
    lower.axhline(0.5, color="#999999", linewidth=1)
    for one in periods:
        if one.roc_auc is not None:
            _whisker(lower, one.as_of, one.roc_auc, look)
    lower.set_ylabel("ROC AUC of that date\n(0.5 is guessing)")
    lower.set_ylim(bottom=min(0.45, lower.get_ylim()[0]))
    lower.set_xlabel("As-of date (the last, dotted, is the held-out one)")
    shown = periods[:: -(-len(periods) // _MOST_DATES)]
    lower.set_xticks(
        [one.as_of.toordinal() for one in shown], [f"{one.as_of.day} {one.as_of:%b}\n{one.as_of.year}" for one in shown]
    )
    for axes in (upper, lower):
        _plain(axes)
        axes.grid(axis="y", color="#e5e5e5")
    rates = "; ".join(f"{one.as_of:%b %Y} {one.base_rate.value or 0:.1%}" for one in periods[-6:])
    areas = "; ".join(f"{one.as_of:%b %Y} {one.roc_auc.as_text()}" for one in periods if one.roc_auc is not None)
    return figure, (
        f"Share with the outcome by as-of date (last {min(6, len(periods))}: {rates}), beside the chosen estimator's "
        f"probabilities where it had not seen the date; and its ROC AUC there: {areas}."
    )


def _rates(axes: Axes, periods: Sequence[PeriodFigures], look: _Look) -> None:
    """Draw how often the outcome happened, and the spread of probabilities where there were some."""
    known = [(one.as_of.toordinal(), one.base_rate) for one in periods]
    days = [day for day, _ in known]
    axes.vlines(days, [one.low or 0.0 for _, one in known], [one.high or 0.0 for _, one in known], color="#000000")
    axes.plot(days, [one.value or 0.0 for _, one in known], "-D", color="#000000", markersize=4, label=_HAPPENED)
    scored = [one for one in periods if one.probability_quantiles is not None]
    axes.vlines(
        [one.as_of.toordinal() for one in scored],
        [one.probability_quantiles[0] for one in scored if one.probability_quantiles],
        [one.probability_quantiles[2] for one in scored if one.probability_quantiles],
        color=look.colour,
        linewidth=7,
        alpha=0.35,
        label="Probability given: middle 80% of people",
    )
    axes.plot(
        [one.as_of.toordinal() for one in scored],
        [one.mean_probability or 0.0 for one in scored],
        look.marker,
        color=look.colour,
        markersize=7,
        fillstyle="none",
        markeredgewidth=2,
        label="Probability given: mean",
    )
    for one in periods:
        if one.role == "held_out":
            axes.axvline(one.as_of.toordinal(), color="#000000", linewidth=1, linestyle=(0, (1, 3)))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylim(bottom=0)
    axes.margins(x=0.08)
    axes.set_ylabel("Share of people")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=3, frameon=False, fontsize=8)


def _whisker(axes: Axes, day: datetime.date, interval: Interval, look: _Look) -> None:
    if interval.value is None:
        return
    place = day.toordinal()
    axes.plot(place, interval.value, look.marker, color=look.colour, markersize=6)
    if interval.low is not None and interval.high is not None:
        axes.vlines(place, interval.low, interval.high, color=look.colour)


def _page(title: str, model: TrainedModel) -> tuple[Figure, Axes]:
    """Start a figure that belongs to no global state."""
    figure = Figure(figsize=(7.5, 5.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    day = model.risk_evaluation.held_out[-1]
    axes.set_title(f"{title}\n", loc="left", fontsize=12)
    words = f"{_spoken(model.case_name)}, held out {day.day} {day:%B %Y}, {model.risk_evaluation.rows:,} rows"
    axes.text(0, 1.02, words, transform=axes.transAxes, color=_GREY, fontsize=9)
    _plain(axes)
    return figure, axes


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)


def _guessing(axes: Axes) -> None:
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1)
    turned: dict[str, Any] = {"rotation": 45, "rotation_mode": "anchor", "transform_rotates_text": True}
    axes.text(0.62, 0.6, "picking at random", color=_GREY, fontsize=9, ha="center", va="top", **turned)


def _percent(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.grid(color="#e5e5e5")


def _line(axes: Axes, name: str, points: Sequence[tuple[float | None, float | None]], label: str) -> None:
    look = _LOOKS[name]
    across = [x for x, y in points if x is not None and y is not None]
    up = [y for x, y in points if x is not None and y is not None]
    every = max(1, len(across) // 8)
    axes.plot(across, up, look.line, color=look.colour, marker=look.marker, markevery=every, markersize=5, label=label)


def _labelled(model: TrainedModel, name: str, metric: str, word: str) -> str:
    return f"{_LOOKS[name].title}, {word} {model.risk_evaluation.metrics[name][metric].as_text()}"


def _listed(model: TrainedModel, metric: str) -> str:
    return "; ".join(
        f"{_LOOKS[name].title.lower() if name != 'lightgbm' else 'LightGBM'} {figures[metric].as_text()}"
        for name, figures in model.risk_evaluation.metrics.items()
    )


def _spoken(case_name: str) -> str:
    return case_name.replace("_", " ").capitalize()
