"""The report's part on who was looked at, where the outcome is known only for those."""

from __future__ import annotations

from riskmodels.modelling.selection import balance
from riskmodels.modelling.selection_figures import shown_bounds, shown_share
from riskmodels.records import Interval, TrainedModel, TrainingTable
from riskmodels.records.proxies import PlainTable
from riskmodels.records.selection import SelectionFigures
from riskmodels.run_report.grid import FEWEST
from riskmodels.run_report.sections import Section

__all__ = ["looked_at_sections"]

_WITHHELD = "too few to show"
_UNLIKE = 8
"""Inputs shown in which those looked at differ most from everybody."""


def looked_at_sections(table: TrainingTable, model: TrainedModel) -> tuple[Section, ...]:
    """Say who was looked at and what the figures rest on; nothing where the outcome is known for everybody.

    Parameters
    ----------
    table : TrainingTable
        Weighed.
    model : TrainedModel
        The model and its figures.
    """
    seen = model.risk_evaluation.selection if model.task == "risk" else None
    if seen is None or table.selection is None:
        return ()
    intro = (
        f"The outcome is known only where somebody looked: {seen.looked_at:,} of {seen.population:,} on the held-out "
        f"date. {seen.rests_on}"
    )
    tables = (_routes(seen), _visits(seen, model.chosen), _earlier(seen), _weighing(table))
    pictures = ("found_per_100_visits",)
    return (Section("looked-at", "Who was looked at", intro, tables, pictures),)


def _routes(seen: SelectionFigures) -> PlainTable:
    rows = []
    for one in seen.routes:
        enough = min(one.positives, one.rows - one.positives) >= FEWEST
        figures = (one.base_rate.in_percents(), one.roc_auc.as_text()) if enough else (_WITHHELD, _WITHHELD)
        rows.append(
            (one.route.capitalize(), _count(one.rows), _count(one.positives) if enough else _WITHHELD, *figures)
        )
    return PlainTable(
        "By why they were looked at",
        ("Why", "Rows", "With outcome", "Share", "ROC AUC"),
        tuple(rows),
        (
            "Looks that a draw asked for assume only that those not reached are like those reached; they count as one "
            "each here, as the others do.",
        ),
    )


def _visits(seen: SelectionFigures, chosen: str) -> PlainTable:
    rows = tuple(
        (
            f"{name} (chosen)" if name == chosen else name,
            _whole(found),
            "{} to {}".format(*shown_bounds(seen.bounds_per_100_visits[name])),
        )
        for name, found in seen.found_per_100_visits.items()
    )
    note = (
        "At least, if nobody who was not looked at had the outcome; at most, if all of them had. The bounds need no "
        "assumption."
    )
    return PlainTable("Found in 100 visits to the top of the list", ("Way", "By weights", "Bounds"), rows, (note,))


def _earlier(seen: SelectionFigures) -> PlainTable:
    found = seen.found_earlier
    rows = [
        ("Days earlier, on average", _whole(found.mean_days_earlier)),
        ("Share found later", shown_share(found.share_found_later).in_percents()),
        *(
            (f"Share found later of {name}: {group}", shown_share(one).in_percents())
            for (name, group), one in found.later_by_group.items()
        ),
    ]
    note = "Of what these visits found. Shares are rounded; groups of whom few were found are left out."
    return PlainTable("The same visits, made in the model's order", ("Figure", "Found"), tuple(rows), (note,))


def _weighing(table: TrainingTable) -> PlainTable:
    unlike = sorted(balance(table), key=lambda one: -abs(one.before))[:_UNLIKE]
    weighing = table.selection
    told = "" if weighing is None or weighing.propensity_roc_auc is None else f"{weighing.propensity_roc_auc:.2f}"
    worth = "" if weighing is None or weighing.effective_rows is None else f"{weighing.effective_rows:,.0f}"
    cut = 0.0 if weighing is None or weighing.trimmed_share is None else weighing.trimmed_share
    notes = (
        "In standard deviations of the population; below 0.1 is usually taken as small.",
        f"How well features tell who is looked at: ROC AUC {told}. The {table.rows:,} weighted rows are worth {worth} "
        f"rows of equal weight; {cut:.1%} of the weights were cut back.",
    )
    rows = tuple((one.says, f"{one.before:+.2f}", f"{one.after:+.2f}") for one in unlike)
    head = ("Input", "Before weighing", "After")
    return PlainTable("How far those looked at differ from everybody, where most", head, rows, notes)


def _count(number: int) -> str:
    return f"{number:,}" if number >= FEWEST else _WITHHELD


def _whole(one: Interval) -> str:
    if one.value is None:
        return "not measured"
    return (
        f"{one.value:.0f}"
        if one.low is None or one.high is None
        else f"{one.value:.0f} ({one.low:.0f} to {one.high:.0f})"
    )
