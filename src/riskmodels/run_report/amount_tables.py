"""The report's tables of a model of amounts, as plain text in cells."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from riskmodels.modelling.amounts.metrics import AMOUNT_METRICS
from riskmodels.records import Interval, TrainedModel
from riskmodels.records.amount_model import AmountGroup, AmountPeriod
from riskmodels.run_report.grid import FEWEST, Cell, Grid, day, shown_figure

__all__ = ["amount_figures", "amount_periods", "amounts_in_short", "died", "ranges"]


def amount_figures(model: TrainedModel) -> Grid:
    """Give every metric of every estimator, with its meaning; only the chosen one states ranges."""
    judged = model.amount_evaluation
    head = ("Metric", *(f"{name} (chosen)" if name == model.chosen else name for name in judged.metrics))
    rows = tuple(
        (
            Cell(f"{metric}: {says}"),
            *(shown_figure(of[metric]) if metric in of else Cell("") for of in judged.metrics.values()),
        )
        for metric, says in AMOUNT_METRICS.items()
        if any(metric in of for of in judged.metrics.values())
    )
    return Grid(f"Figures on the held-out period, in {judged.unit}", head, rows)


def died(model: TrainedModel) -> Grid:
    """Show those who were watched until a competing event, such as a death, apart from the rest."""
    judged = model.amount_evaluation
    groups: Mapping[str, AmountGroup] = {
        "Watched until a competing event, such as a death": judged.competing,
        "Watched to the end": judged.others,
    }
    rows = tuple(
        (Cell(name), _count(of.rows), _count(of.positives), *_if_enough(of.rows, of.mean_observed, of.mean_error))
        for name, of in groups.items()
    )
    head = ("People", "Rows", "With any amount", "Came, on average", "Expected less came")
    return Grid("People who died are counted as watched until then, not as people who cost nothing", head, rows)


def ranges(model: TrainedModel) -> Grid:
    """Say how often the stated ranges held within each stratum, and how wide they are."""
    judged = model.amount_evaluation
    rows = tuple(
        (
            Cell(one.stratum),
            _count(one.rows),
            *_if_enough(one.rows if one.may_show(FEWEST) else 0, one.coverage, one.mean_width),
        )
        for one in judged.strata
    )
    head = ("Stratum", "People who set the width", "Ranges that held", "Mean width")
    return Grid(f"Stated ranges, made to hold for {judged.nominal_coverage:.0%} within each stratum", head, rows)


def amount_periods(model: TrainedModel) -> Grid:
    """Say how much came at each date, and how far it was missed where it was scored out of time."""
    head = ("As of", "Came, on average", "Expected", "Missed by", "Saved of today's error", "Ranges that held")
    rows = tuple(_period(one) for one in model.amount_evaluation.periods)
    return Grid("Error from one date to the next; out of time alone", head, rows)


def amounts_in_short(model: TrainedModel, baseline: str) -> list[str]:
    """Say in a few lines what was held out, how far it was missed, and what the amounts are not."""
    judged = model.amount_evaluation
    chosen, today = judged.metrics[model.chosen], judged.metrics["baseline"]
    held_out = ", ".join(day(one) for one in judged.held_out)
    said = [
        f"Held out and read once: {held_out}, {judged.rows:,} rows, of which {judged.positives:,} had any amount: on "
        f"average {judged.mean_amount.as_text()} {judged.unit}.",
        f"Missed by {chosen['mean_absolute_error'].as_text()} {judged.unit} on average; today's practice, {baseline} "
        f"carried forward, by {today['mean_absolute_error'].as_text()}.",
    ]
    saved = judged.differences.get("chosen_minus_baseline", {}).get("deviance_reduction")
    if saved is not None:
        said.append(f"Of the error of today's practice (Tweedie deviance) it saves {saved.in_percents()}.")
    if "coverage" in chosen:
        said.append(
            f"The stated ranges held for {chosen['coverage'].in_percents()} of people; {judged.nominal_coverage:.0%} "
            "is promised."
        )
    said.append("Cost is not need: need that nobody met costs nothing. No list of people may be made from amounts.")
    return said


def _period(one: AmountPeriod) -> tuple[Cell, ...]:
    held: tuple[Interval | None, ...] = (one.mean_absolute_error, one.deviance_reduction, one.coverage)
    expected = "" if one.mean_expected is None else f"{one.mean_expected:,.2f}"
    return (
        Cell(_named(one.as_of, one.role)),
        shown_figure(one.mean_observed),
        Cell(expected),
        *(Cell("") if figure is None else shown_figure(figure) for figure in held),
    )


def _named(as_of: datetime.date, role: str) -> str:
    return day(as_of) if role == "development" else f"{day(as_of)} ({role.replace('_', ' ')})"


def _count(rows: int) -> Cell:
    return Cell(f"{rows:,}" if rows >= FEWEST else "too few to show")


def _if_enough(rows: int, *figures: Interval) -> tuple[Cell, ...]:
    return tuple(shown_figure(one) if rows >= FEWEST else Cell("too few to show") for one in figures)
