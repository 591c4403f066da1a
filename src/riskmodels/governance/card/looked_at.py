"""What the figures rest on where the outcome is known only for those whom somebody looked at."""

from __future__ import annotations

from riskmodels.governance.card.blocks import CardTable, Cell, Part, computed
from riskmodels.governance.card.measures import estimator_in_words
from riskmodels.governance.card.spelling import count, figure, listed, percent, share
from riskmodels.governance.facts import CandidateFacts, Measured, SelectionFacts

__all__ = ["looked_at_part"]

_DRAW = 0.5
_LATER = 0.5


def looked_at_part(facts: CandidateFacts) -> Part | None:
    """Say who was looked at, what a list finds by weights and at least and at most, and who would be found later."""
    seen = facts.selection
    if seen is None:
        return None
    intro = (
        f"The outcome is known only where somebody looked: {count(seen.looked_at, facts.disclosure)} of "
        f"{count(seen.population, facts.disclosure)} on the held-out date. {seen.rests_on}"
    )
    tables = (_routes(facts, seen), _visits(facts, seen), _later(seen))
    return Part(
        anchor="looked-at",
        title="Who was looked at, and what the figures rest on",
        intro=intro,
        said=computed(*_said(seen)),
        tables=tuple(one for one in tables if one.rows),
    )


def _said(seen: SelectionFacts) -> list[str]:
    said = []
    if seen.mean_days_earlier.value is not None:
        days = seen.mean_days_earlier
        sooner = "sooner" if days.value is not None and days.value >= 0 else "later"
        likely = (
            "" if days.low is None or days.high is None else f" (likely between {days.low:.0f} and {days.high:.0f})"
        )
        said.append(
            f"The same visits, made in the model's order, would have found what they found {abs(days.value or 0):.0f} "
            f"days {sooner} on average{likely}."
        )
        later = seen.share_found_later
        if later.value is not None:
            said.append(f"About {percent(later.value)} of the places found would have been found later.")
    if seen.propensity_roc_auc is not None and seen.effective_rows is not None:
        said.append(
            f"How well the features tell who is looked at: ROC AUC {seen.propensity_roc_auc:.2f}, where {_DRAW} would "
            f"be a draw. The weighted rows are worth {seen.effective_rows:,.0f} rows of equal weight, and "
            f"{percent(seen.trimmed_share or 0.0)} of the weights were cut back."
        )
    return said


def _routes(facts: CandidateFacts, seen: SelectionFacts) -> CardTable:
    rows = tuple(
        (
            Cell(text=one.route.capitalize()),
            Cell(text=count(0 if one.rows is None else one.rows, facts.disclosure)),
            share(one.base_rate),
            figure(one.roc_auc),
        )
        for one in seen.routes
    )
    return CardTable(
        caption="By why they were looked at; drawn looks assume only that those not reached are like those reached",
        head=("Why", "How many", "Share with the outcome", "Ranking (ROC AUC)"),
        rows=rows,
        notes=("Not measured: too few with the outcome, or without it, to say.",),
        figures=True,
    )


def _visits(facts: CandidateFacts, seen: SelectionFacts) -> CardTable:
    names = [name for name in seen.found_per_100_visits if name in seen.bounds_per_100_visits]
    rows = tuple(
        (
            Cell(text=estimator_in_words(name, chosen=facts.model.chosen)),
            _of_100(seen.found_per_100_visits[name]),
            Cell(text="{:.0f} to {:.0f}".format(*seen.bounds_per_100_visits[name])),
        )
        for name in names
    )
    return CardTable(
        caption="Found in 100 visits to the top of the list of everybody",
        head=("Way", "By weights", "At least and at most"),
        rows=rows,
        notes=(
            "At least, if nobody who was not looked at had the outcome; at most, if all of them had (Manski 1989). "
            "These bounds need no assumption, and are rounded outwards.",
        ),
        figures=True,
    )


def _later(seen: SelectionFacts) -> CardTable:
    rows = tuple(
        (Cell(text=f"{name}: {group}".replace("_", " ")), share(one))
        for name, groups in seen.later_by_group.items()
        for group, one in groups.items()
    )
    most = [row[0].text for row, one in zip(rows, _shares(seen), strict=True) if (one.value or 0.0) >= _LATER]
    note = f"Half or more would be found later of: {listed(most)}." if most else ""
    return CardTable(
        caption="Who would be found later in the model's order",
        head=("Group", "Share of those found"),
        rows=rows,
        notes=tuple(one for one in ("Shares are rounded; groups of whom few were found are left out.", note) if one),
        figures=True,
    )


def _shares(seen: SelectionFacts) -> list[Measured]:
    return [one for groups in seen.later_by_group.values() for one in groups.values()]


def _of_100(one: Measured) -> Cell:
    if one.value is None:
        return Cell(text="not measured")
    below = "no interval" if one.low is None or one.high is None else f"{one.low:.0f} to {one.high:.0f}"
    return Cell(text=f"{one.value:.0f}", below=below)
