"""The report's part about totals: what is expected by place, and how far such forecasts were out before."""

from __future__ import annotations

from riskmodels.modelling.amount_plots import total_plot_names
from riskmodels.records import TrainedModel
from riskmodels.records.proxies import PlainTable
from riskmodels.records.totals import TotalErrors, TotalForecast, TotalsBacktest, place_words
from riskmodels.run_report.grid import FEWEST, day
from riskmodels.run_report.sections import Section

__all__ = ["totals_of_model", "totals_sections", "totals_tables"]


def totals_of_model(model: TrainedModel) -> TotalsBacktest | None:
    """Give the totals of a model of amounts; None where there are none."""
    return model.amount_evaluation.totals if model.task == "amount" else None


def totals_sections(model: TrainedModel) -> tuple[Section, ...]:
    """Lay totals out for the page, every place included; nothing for a model that has none."""
    found = totals_of_model(model)
    if found is None:
        return ()
    intro = (
        f"What all people together will cost, in {found.unit}, with ranges from the errors of past forecasts by the "
        "same procedure. Places with too few people are given together with others."
    )
    sums, places = _parted(found)
    tables = (*totals_tables(found), *([_expected(found, places, "Every place")] if places and sums else []))
    title = f"Totals by {' and '.join(_spoken(one) for one in found.by)}"
    return (Section("totals", title, intro, tables, total_plot_names(found)),)


def totals_tables(found: TotalsBacktest) -> tuple[PlainTable, ...]:
    """Give what is expected of sums, who is part of it and not there yet, and how far past forecasts were out."""
    sums, places = _parted(found)
    tables = [_expected(found, sums or places, "Totals"), _errors(found)]
    if found.starters:
        rows = tuple((one.kind.capitalize(), _people(one.people), f"{one.amount:,.0f}") for one in found.starters)
        head = ("Who", "People expected", f"Of the whole, {found.unit}")
        tables.insert(1, PlainTable("People who are expected and not there yet", head, rows))
    return tuple(tables)


def _people(expected: float) -> str:
    return f"{expected:,.0f}" if expected >= FEWEST else f"fewer than {FEWEST}"


def _parted(found: TotalsBacktest) -> tuple[list[TotalForecast], list[TotalForecast]]:
    finest = max((len(one.place) for one in found.forecasts), default=0)
    sums = [one for one in found.forecasts if len(one.place) < finest]
    return sums, [one for one in found.forecasts if len(one.place) == finest]


def _expected(found: TotalsBacktest, listed: list[TotalForecast], what: str) -> PlainTable:
    several = len({one.begins for one in listed}) > 1
    rows = tuple(
        (
            f"{place_words(one.place)}, from {day(one.begins)}" if several else place_words(one.place),
            f"{one.expected:,.0f}",
            "none" if one.low is None or one.high is None else f"{one.low:,.0f} to {one.high:,.0f}",
        )
        for one in listed
    )
    when = f" from {day(listed[0].begins)} to {day(max(one.ends for one in listed))}" if listed else ""
    caption = f"{what}: what is expected{when}, in {found.unit}"
    note = f"Ranges are to hold {found.nominal_coverage:.0%} of totals."
    return PlainTable(caption, ("Place", "Expected", "Range"), rows, (note,))


def _errors(found: TotalsBacktest) -> PlainTable:
    rows = [_error("All places", found.overall)]
    rows += [_error(f"All places, {_ahead(one.lead)} ahead", one) for one in found.by_lead if one.lead is not None]
    rows += [_error(place_words(one.place).capitalize(), one) for one in found.sums if len(one.place) == 0]
    caption = f"How far {len(found.origins)} past forecasts were out, as a share of what came"
    head = (
        "Totals",
        "Compared",
        "Error",
        "A year before (seasonal-naive)",
        "The quarter before (naive)",
        "Ranges held",
    )
    worse = ", ".join(place_words(one.place) for one in found.worse) or "nowhere"
    notes = (f"The same quarter a year before was nearer here: {worse}.", *found.notes)
    return PlainTable(caption, head, tuple(rows), notes)


def _error(what: str, one: TotalErrors) -> tuple[str, ...]:
    held = f"{one.covered:,} of {one.ranged:,}" if one.ranged else "not measured"
    return (what, f"{one.compared:,}", f"{one.error:.1%}", f"{one.seasonal_naive:.1%}", f"{one.naive:.1%}", held)


def _ahead(quarters: int) -> str:
    return "1 quarter" if quarters == 1 else f"{quarters} quarters"


def _spoken(name: str) -> str:
    return name.replace("_", " ")
