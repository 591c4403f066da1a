"""The report's tables, as plain text in cells."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodels.modelling.metrics import METRICS
from riskmodels.policy import ModelPolicy
from riskmodels.records import GroupFigures, Interval, LineageEntry, TrainedModel, TrainingTable
from riskmodels.records.proxies import PlainTable
from riskmodels.run_report.amount_tables import amount_figures, amount_periods, died, ranges
from riskmodels.run_report.grid import FEWEST, Cell, Grid, day
from riskmodels.run_report.grid import shown_figure as _figure

__all__ = [
    "Cell",
    "Grid",
    "broken",
    "day",
    "differences",
    "digests",
    "figures",
    "helped",
    "inputs",
    "over_time",
    "periods",
    "plain",
    "quality",
    "unlinked",
]


def figures(model: TrainedModel) -> Grid:
    """Give every metric of every estimator, with its meaning."""
    if model.task == "amount":
        return amount_figures(model)
    judged = model.risk_evaluation
    head = ("Metric", *(f"{name} (chosen)" if name == model.chosen else name for name in judged.metrics))
    rows = tuple(
        (Cell(f"{metric}: {says}"), *(_figure(of[metric]) for of in judged.metrics.values()))
        for metric, says in METRICS.items()
        if all(metric in of for of in judged.metrics.values())
    )
    return Grid(f"Figures on the held-out period, for a list of {judged.capacity:,}", head, rows)


def differences(model: TrainedModel) -> Grid:
    """Give each difference between two estimators, with its paired interval."""
    given = model.evaluation.differences
    metrics = tuple(dict.fromkeys(metric for of in given.values() for metric in of))
    rows = tuple(
        (Cell(metric), *(_figure(of.get(metric, Interval(None))) for of in given.values())) for metric in metrics
    )
    caption = "Differences; where the interval holds 0, the two may be as good as each other"
    return Grid(caption, ("Metric", *(name.replace("_", " ") for name in given)), rows)


def helped(model: TrainedModel) -> Grid:
    """Show those who were helped inside the outcome's window apart from the rest: help changes what would have been.

    Of amounts: those who were watched until they died.
    """
    if model.task == "amount":
        return died(model)
    judged = model.risk_evaluation
    groups: Mapping[str, GroupFigures] = {"Helped inside the window": judged.treated, "Not helped": judged.untreated}
    rows = tuple(
        (Cell(name), Cell(f"{of.rows:,}"), Cell(f"{of.positives:,}"), _figure(of.base_rate), _figure(of.roc_auc))
        for name, of in groups.items()
    )
    return Grid("Help changes what would have happened", ("People", "Rows", "With outcome", "Share", "ROC AUC"), rows)


def over_time(model: TrainedModel) -> tuple[Grid, ...]:
    """Give what only a model of amounts has: how its ranges held, and its error at each date."""
    return (ranges(model), amount_periods(model)) if model.task == "amount" else ()


def periods(table: TrainingTable, model: TrainedModel) -> Grid:
    """Say what became of the population at each as-of date, and what the date was used for."""
    roles = {one.as_of: one.role.replace("_", " ") for one in model.evaluation.periods}
    looked = table.selection is not None
    left_out = ("Excluded", "Too recent", "Left early", *(["Not looked at"] if looked else []))
    had = "With outcome" if table.task == "risk" else "With any amount"
    head = ("As of", "Used for", "Population", *left_out, "Competing", "Helped", "Rows", had)
    rows = tuple(
        _cells(
            day(one.as_of),
            roles.get(one.as_of, "not used"),
            *(f"{n:,}" for n in (one.population, one.excluded, one.immature, one.censored)),
            *([f"{one.not_looked:,}"] if looked else []),
            *(f"{n:,}" for n in (one.competing, one.treated)),
            f"{one.rows:,}",
            "not known yet" if one.positives is None else f"{one.positives:,}",
        )
        for one in table.report.periods
    )
    return Grid("People at each as-of date; those left out are counted, never taken to have been spared", head, rows)


def inputs(table: TrainingTable) -> Grid:
    """Give each feature in words, with where it comes from."""
    sources: dict[str, list[LineageEntry]] = {}
    for entry in table.lineage:
        sources.setdefault(entry.feature, []).append(entry)
    features = {column.feature: column for column in reversed(table.columns)}
    rows = tuple(
        _cells(
            name,
            column.says,
            column.unit or "",
            column.monotone or "",
            "; ".join(f"{one.extract}: {', '.join(one.columns)}" for one in sources.get(name, ())),
        )
        for name, column in reversed(features.items())
    )
    moves = "Risk may only move" if table.task == "risk" else "Amount may only move"
    head = ("Feature", "What it is", "Unit", moves, "Read from")
    return Grid(f"{len(rows)} features, in {len(table.columns)} columns", head, rows, numbers=False)


def unlinked(table: TrainingTable) -> Grid:
    """Say how many people of each group no link leads from: they are missing from every test for bias."""
    rows = tuple(
        _cells(
            f"{one.characteristic}: {one.group}",
            f"{one.rows:,}" if one.rows >= FEWEST else "too few to show",
            f"{one.unlinked / one.rows:.1%}" if one.unlinked >= FEWEST else "too few to show",
        )
        for one in table.report.unlinked_by_group
    )
    caption = "Rows that could not be linked to a person, by what is known of them otherwise"
    return Grid(caption, ("Group", "Rows", "Not linked"), rows)


def quality(table: TrainingTable) -> Grid:
    """Give the state of every extract that was read."""
    head = ("Extract", "Rows", "Kept", "Bad", "Bad, allowed", "Repeated", "Corrected", "Newest", "Who can mend it")
    rows = tuple(
        _cells(
            one.extract,
            *(f"{n:,}" for n in (one.rows, one.good, one.bad)),
            f"{one.tolerance:.1%}",
            *(f"{n:,}" for n in (one.duplicates, one.corrected)),
            "no rows" if one.last_known is None else day(one.last_known),
            one.owner,
        )
        for one in table.report.quality.extracts
    )
    return Grid("Extracts that were read", head, rows)


def broken(table: TrainingTable) -> Grid:
    """Name the rules that rows broke, and the keys that lead nowhere."""
    rows = tuple(
        _cells(one.extract, words, f"{count:,}")
        for one in table.report.quality.extracts
        for words, count in (
            *one.quarantined.items(),
            *((f"{link}: not found there", orphans) for link, orphans in one.orphans.items()),
            *one.read_as.items(),
        )
        if count
    )
    return Grid("What was wrong with rows", ("Extract", "Rule", "Rows"), rows, numbers=False)


def digests(table: TrainingTable, model: TrainedModel, policy: ModelPolicy) -> Grid:
    """Give everything that settles the result."""
    travel = table.report.time_travel
    facts = {
        "Definition, SHA-256": table.definition_digest,
        "Table, SHA-256": table.digest,
        "Model, SHA-256": model.digest,
        "Seed": str(model.seed),
        "Lake complete up to": day(table.report.lake_cut),
        "Length of the list": f"{policy.capacity:,}. {policy.capacity_reason}"
        if model.task == "risk"
        else "no list: an amount ranks nobody",
        "Margin to prefer LightGBM": f"{policy.margin:g}. {policy.margin_reason}",
        "Settings": ", ".join(f"{name}: {value}" for name, value in model.settings.items()),
        "Time travel": "not checked"
        if travel is None
        else f"{travel.rows_checked:,} rows rebuilt without the future and with a scrambled one: "
        + ("the same, bit for bit" if travel.passed else f"these differ: {', '.join(travel.features_that_differ)}"),
    }
    rows = tuple(_cells(name, fact) for name, fact in facts.items())
    return Grid("The same definition, lake, policy and seed give the same model", ("What", "Is"), rows, numbers=False)


def plain(table: PlainTable) -> Grid:
    """Take over a table that is text already."""
    return Grid(table.caption, table.head, tuple(_cells(*row) for row in table.rows), numbers=False)


def _cells(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)
