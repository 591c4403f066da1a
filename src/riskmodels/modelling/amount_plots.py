"""Plots of a model of amounts, each with a text that says the same to those who cannot see it.

What was expected against what came, how far each date was missed, and how often the stated ranges held. No point stands
for fewer than 10 people.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from riskmodels.modelling.forecasting.plots import draw_errors, draw_totals
from riskmodels.records import Interval, TrainedModel
from riskmodels.records.amount_model import AmountBin, AmountPeriod, StratumIntervals
from riskmodels.records.totals import TotalsBacktest

__all__ = ["draw_amount_plots", "total_plot_names"]

Plot = tuple[Figure, str]

_BY = "totals_by_"
_FEWEST = 10
_MOST_DATES = 8
_GREY = "#595959"
_COLOUR = {"interpretable": "#0072B2", "lightgbm": "#D55E00", "baseline": _GREY}
_TITLE = {"interpretable": "Interpretable model", "lightgbm": "LightGBM", "baseline": "Today's practice"}
_MARKER = {"interpretable": "^", "lightgbm": "o", "baseline": "s"}


def draw_amount_plots(model: TrainedModel) -> dict[str, Plot]:
    """Draw every plot of a model of amounts.

    Returns
    -------
    dict of str to (Figure, str)
        ``expected_and_observed``, ``error_over_time`` and ``interval_coverage``, and where totals are forecast
        ``totals_by_<characteristic>`` and ``totals_errors``, each with its alternative text.
    """
    return {
        "expected_and_observed": _expected(model),
        "error_over_time": _over_time(model),
        "interval_coverage": _coverage(model),
        **_totals(model),
    }


def total_plot_names(found: TotalsBacktest) -> tuple[str, ...]:
    """Name the plots of totals: one for each characteristic that there are sums of, and one of past errors."""
    of = dict.fromkeys(one.place[0][0] for one in found.forecasts if len(one.place) == 1)
    errors = ("totals_errors",) if any(one.ratio is not None for one in found.places) else ()
    return (*(f"{_BY}{name}" for name in of), *errors)


def _totals(model: TrainedModel) -> dict[str, Plot]:
    found = model.amount_evaluation.totals
    if found is None:
        return {}
    drawn = {}
    for name in total_plot_names(found):
        if name == "totals_errors":
            drawn[name] = draw_errors(found)
            continue
        of = name.removeprefix(_BY)
        title = f"{_spoken(model.case_name)}: total expected by {of.replace('_', ' ')}"
        drawn[name] = draw_totals(found, of=of, title=title)
    return drawn


def _expected(model: TrainedModel) -> Plot:
    evaluation, chosen = model.amount_evaluation, model.chosen
    figure, axes = _page("Do expected amounts come true?", model)
    axes.set_xlabel(f"Expected, mean of a group of people ({evaluation.unit})")
    axes.set_ylabel(f"What came, mean of the group ({evaluation.unit})")
    for name in ("baseline", chosen):
        groups = [one for one in evaluation.calibration.get(name, ()) if one.rows >= _FEWEST]
        for place, one in enumerate(groups):
            label = _TITLE[name] if place == 0 else None
            axes.plot(
                one.mean_expected,
                one.observed.value or 0.0,
                _MARKER[name],
                color=_COLOUR[name],
                markersize=6,
                fillstyle="full" if name == chosen else "none",
                label=label,
                clip_on=False,
            )
            if one.observed.low is not None and one.observed.high is not None:
                axes.plot([one.mean_expected] * 2, [one.observed.low, one.observed.high], color=_COLOUR[name])
    end = _end([one for name in ("baseline", chosen) for one in evaluation.calibration.get(name, ())])
    axes.plot([0, end], [0, end], color="#999999", linewidth=1)
    axes.set_xlim(0, end)
    axes.set_ylim(0, end)
    axes.annotate("exactly right", (0.85 * end, 0.85 * end), color=_GREY, fontsize=9, ha="right", va="bottom")
    axes.grid(color="#e5e5e5")
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="upper left", frameon=False)
    own = [one for one in evaluation.calibration.get(chosen, ()) if one.rows >= _FEWEST]
    told = "; ".join(f"expected {one.mean_expected:,.1f}, came {one.observed.as_text()}" for one in own)
    error = evaluation.metrics[chosen]["mean_error"].as_text()
    return figure, (
        f"Expected against observed amounts of the chosen estimator ({_TITLE[chosen]}), in {len(own)} groups of people "
        f"with similar expected amounts, in {evaluation.unit}, with 95% intervals: {told}. Expected less observed, on "
        f"average (0 is right): {error}."
    )


def _end(groups: Sequence[AmountBin]) -> float:
    """Give where both axes end: past the largest figure that is drawn."""
    shown = [one for one in groups if one.rows >= _FEWEST]
    largest = (max(one.mean_expected, one.observed.high or 0.0, one.observed.value or 0.0) for one in shown)
    return 1.1 * max(largest, default=1.0) or 1.0


def _over_time(model: TrainedModel) -> Plot:
    evaluation, colour = model.amount_evaluation, _COLOUR[model.chosen]
    figure = Figure(figsize=(7.5, 7.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 2))
    upper.set_title(f"{_spoken(model.case_name)}: what came, and how far it was missed, date by date", loc="left")
    periods = [one for one in evaluation.periods if one.rows >= _FEWEST]
    for one in periods:
        _whisker(upper, one, one.mean_observed, "#000000", "D")
        _whisker(middle, one, one.mean_absolute_error, colour, _MARKER[model.chosen])
        _whisker(lower, one, one.deviance_reduction, colour, _MARKER[model.chosen])
        if one.mean_expected is not None:
            upper.plot(
                one.as_of.toordinal(),
                one.mean_expected,
                _MARKER[model.chosen],
                color=colour,
                fillstyle="none",
                markersize=8,
            )
        if one.role == "held_out":
            for axes in (upper, middle, lower):
                axes.axvline(one.as_of.toordinal(), color="#000000", linewidth=1, linestyle=(0, (1, 3)))
    lower.axhline(0.0, color="#999999", linewidth=1)
    lower.yaxis.set_major_formatter(PercentFormatter(1.0))
    upper.set_ylabel(f"Came (black) and expected,\n{evaluation.unit}")
    middle.set_ylabel("Missed by,\non average")
    lower.set_ylabel("Saved of the error\nof today's practice")
    lower.set_xlabel("As-of date (the last, dotted, is the held-out one)")
    shown = periods[:: -(-len(periods) // _MOST_DATES) or 1]
    ticks = [f"{one.as_of.day} {one.as_of:%b}\n{one.as_of.year}" for one in shown]
    lower.set_xticks([one.as_of.toordinal() for one in shown], ticks)
    upper.set_ylim(bottom=0)
    for axes in (upper, middle, lower):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#e5e5e5")
        axes.margins(x=0.08)
    saved = "; ".join(
        f"{one.as_of:%b %Y} missed by {one.mean_absolute_error.as_text()}, saved {one.deviance_reduction.in_percents()}"
        for one in periods
        if one.mean_absolute_error is not None and one.deviance_reduction is not None
    )
    came = "; ".join(f"{one.as_of:%b %Y} {one.mean_observed.value or 0:,.1f}" for one in periods[-6:])
    return figure, (
        f"What came on average by as-of date (last {min(6, len(periods))}: {came}, in {evaluation.unit}), and for "
        "dates that the chosen estimator had not seen, how far it missed and what it saved of the error of today's "
        f"practice: {saved or 'none'}."
    )


def _coverage(model: TrainedModel) -> Plot:
    evaluation, colour = model.amount_evaluation, _COLOUR[model.chosen]
    figure, axes = _page("How often did the stated ranges hold?", model)
    shown = [one for one in evaluation.strata if one.may_show(_FEWEST) and one.coverage.value is not None]
    everybody = evaluation.metrics[model.chosen].get("coverage", Interval(None))
    lines = [*((one.stratum, one.coverage) for one in shown), ("Everybody", everybody)]
    for place, (_, held) in enumerate(reversed(lines)):
        if held.value is None:
            continue
        axes.plot(held.value, place, _MARKER[model.chosen], color=colour, markersize=7)
        if held.low is not None and held.high is not None:
            axes.plot([held.low, held.high], [place, place], color=colour)
    axes.axvline(evaluation.nominal_coverage, color="#000000", linewidth=1, linestyle=(0, (4, 3)))
    axes.set_yticks(range(len(lines)), [name for name, _ in reversed(lines)])
    axes.set_ylim(-0.6, len(lines) - 0.4)
    axes.set_xlabel("Share of people whose amount lay inside the stated range (dashed: what is promised)")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="x", color="#e5e5e5")
    return figure, (
        f"Share of people whose amount lay inside the stated range, with 95% intervals; "
        f"{evaluation.nominal_coverage:.0%} is promised. Everybody: {everybody.as_text()}. {_strata(shown)}"
    )


def _strata(shown: Sequence[StratumIntervals]) -> str:
    if not shown:
        return "No group has enough people to show."
    return f"By group: {'; '.join(f'{one.stratum} {one.coverage.as_text()}' for one in shown)}."


def _whisker(axes: Axes, one: AmountPeriod, held: Interval | None, colour: str, marker: str) -> None:
    if held is None or held.value is None:
        return
    place = one.as_of.toordinal()
    axes.plot(place, held.value, marker, color=colour, markersize=5)
    if held.low is not None and held.high is not None:
        axes.vlines(place, held.low, held.high, color=colour)


def _page(title: str, model: TrainedModel) -> tuple[Figure, Axes]:
    """Start a figure that belongs to no global state."""
    figure = Figure(figsize=(7.5, 5.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    evaluation = model.amount_evaluation
    day = evaluation.held_out[-1]
    axes.set_title(f"{title}\n", loc="left", fontsize=12)
    words = f"{_spoken(model.case_name)}, held out {day.day} {day:%B %Y}, {evaluation.rows:,} rows"
    axes.text(0, 1.02, words, transform=axes.transAxes, color=_GREY, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _spoken(case_name: str) -> str:
    return case_name.replace("_", " ").capitalize()
