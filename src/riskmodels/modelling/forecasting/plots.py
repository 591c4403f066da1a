"""Plots of forecasts and of their backtest, each with a text that says the same to those who cannot see it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from riskmodels.records.totals import TotalErrors, TotalForecast, TotalsBacktest, place_words

__all__ = ["draw_errors", "draw_forecasts", "draw_totals"]

Plot = tuple[Figure, str]

_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#595959"
_COLUMNS = 4


def draw_forecasts(totals: pd.DataFrame, found: TotalsBacktest, *, shown: Sequence[str], title: str) -> Plot:
    """Draw what is known of some series, and what is expected of them within which range.

    Parameters
    ----------
    totals : DataFrame, shape (n_rows, 3)
        ``series``, ``quarter``, ``value``, as they were forecast; a sum that is to be shown needs rows of its own.
    found : TotalsBacktest
        The forecasts.
    shown : sequence of str
        Names of the series and sums to draw.
    title : str
        What the totals are.
    """
    columns = min(_COLUMNS, len(shown))
    lines = math.ceil(len(shown) / columns)
    figure = Figure(figsize=(3.1 * columns, 2.1 * lines + 0.9), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    words = []
    for axes, name in zip(panels, shown, strict=False):
        coming = [one for one in found.forecasts if name in [group for _, group in one.place]]
        known = totals[totals["series"] == name].sort_values("quarter")
        _series(axes, known, coming)
        axes.set_title(name, loc="left", fontsize=10)
        words.append(f"{name}: {_last_words(coming, found.unit)}")
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    held = found.overall.coverage
    measured = "" if held is None else f" ({held:.0%} of past ranges held)"
    under = f"Dots: published. Line and band: expected, and the range that is to hold {found.nominal_coverage:.0%}"
    figure.suptitle(f"{title}, {found.unit} a quarter\n{under}{measured}", x=0.01, ha="left", fontsize=11)
    return figure, f"{title}: totals known so far and forecasts. " + "; ".join(words) + "."


def draw_totals(found: TotalsBacktest, *, of: str, title: str) -> Plot:
    """Draw what is expected of each place, within which range, largest at the top.

    Parameters
    ----------
    found : TotalsBacktest
        With one forecast for each place.
    of : str
        The one characteristic whose sums are drawn, such as ``"ward"``.
    title : str
        What the totals are.
    """
    coming = [one for one in found.forecasts if [name for name, _ in one.place] == [of]]
    coming.sort(key=lambda one: one.expected)
    figure = Figure(figsize=(7.5, 1.9 + 0.24 * len(coming)), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for height, one in enumerate(coming):
        if one.low is not None and one.high is not None:
            axes.plot([one.low, one.high], [height, height], color=_BLUE, linewidth=5, alpha=0.3)
        axes.plot(one.expected, height, "o", color=_BLUE, markersize=5)
    axes.set_yticks(range(len(coming)), [place_words(one.place) for one in coming], fontsize=8)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.set_xlabel(f"{found.unit} (band: the range that is to hold {found.nominal_coverage:.0%})")
    when = f"{coming[0].begins:%d %B %Y} to {coming[0].ends:%d %B %Y}" if coming else "not forecast"
    axes.set_title(f"{title}\n{when}", loc="left", fontsize=12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#e5e5e5")
    words = "; ".join(f"{place_words(one.place)}: {_range_words(one, found.unit)}" for one in reversed(coming))
    return figure, f"{title}, {when}. {words}."


def draw_errors(found: TotalsBacktest) -> Plot:
    """Draw each place's error as a multiple of seasonal-naive's, nearest to 0 at the top."""
    listed = sorted((one for one in found.places if one.ratio is not None), key=_ratio)
    figure = Figure(figsize=(7.5, 1.6 + 0.21 * len(listed)), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.axvline(1.0, color="#000000", linewidth=1)
    for height, one in enumerate(reversed(listed)):
        colour, marker = (_ORANGE, "s") if one.worse else (_BLUE, "o")
        axes.plot([1.0, _ratio(one)], [height, height], color=colour, linewidth=1.2)
        axes.plot(_ratio(one), height, marker, color=colour, markersize=6)
    axes.set_yticks(range(len(listed)), [place_words(one.place) for one in reversed(listed)], fontsize=8)
    axes.set_xlabel(
        "Error as a multiple of seasonal-naive's (the same quarter a year before).\nRight of the line at 1: worse"
    )
    axes.set_title(f"How far {len(found.origins)} past forecasts were out, place by place", loc="left", fontsize=12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#e5e5e5")
    axes.set_xlim(0, 1.05 * max(1.0, *map(_ratio, listed)))
    worse = ", ".join(f"{place_words(one.place)} ({_ratio(one):.2f})" for one in found.worse) or "nowhere"
    ratio = found.ratio.as_text()
    return figure, (
        f"Error as a multiple of seasonal-naive's for {len(listed)} places; all together {ratio}. Worse than "
        f"seasonal-naive: {worse}."
    )


def _series(axes: Axes, known: pd.DataFrame, coming: Sequence[TotalForecast]) -> None:
    days = [_year(day) for day in pd.to_datetime(known["quarter"])]
    axes.plot(days, known["value"], ".", color="#000000", markersize=4)
    axes.plot(days, known["value"], "-", color="#999999", linewidth=0.8)
    axes.plot([_year(one.begins) for one in coming], [one.expected for one in coming], "-", color=_BLUE, linewidth=1.5)
    ranged = [one for one in coming if one.low is not None and one.high is not None]
    axes.fill_between(
        [_year(one.begins) for one in ranged],
        [one.low or 0.0 for one in ranged],
        [one.high or 0.0 for one in ranged],
        color=_BLUE,
        alpha=0.25,
        linewidth=0,
    )
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(EngFormatter(sep=""))
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.tick_params(labelsize=8, colors=_GREY)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e5e5e5")


def _year(day: datetime.date) -> float:
    return day.year + (day.month - 1) / 12


def _last_words(coming: Sequence[TotalForecast], unit: str) -> str:
    if not coming:
        return "not forecast"
    return f"{_range_words(coming[-1], unit)} in the quarter from {coming[-1].begins:%B %Y}"


def _range_words(one: TotalForecast, unit: str) -> str:
    if one.low is None or one.high is None:
        return f"{one.expected:,.0f} {unit}, without a range"
    return f"{one.expected:,.0f} {unit} ({one.low:,.0f} to {one.high:,.0f})"


def _ratio(one: TotalErrors) -> float:
    return one.ratio if one.ratio is not None else float("inf")
