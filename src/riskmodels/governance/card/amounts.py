"""How well a model of amounts does: how often its ranges held, how far it missed, how its sums came out.

Cost is not need, and nobody is put on a list: the first page says so whatever the figures are.
"""

from __future__ import annotations

from collections.abc import Iterator

from riskmodels.governance.card.blocks import CardTable, Cell, Frequency, Part, computed
from riskmodels.governance.card.measures import AMOUNT_MEASURES, estimator_in_words, pair_in_words
from riskmodels.governance.card.spelling import count, day, horizon, in_unit, listed, natural, percent, share
from riskmodels.governance.card.spelling import figure as plain_figure
from riskmodels.governance.card.written import WrittenByPeople
from riskmodels.governance.facts import CandidateFacts, Measured, PeriodFacts

__all__ = ["amount_figures_part", "amount_periods_part", "amounts_well_part"]

_BASELINE = "baseline"
_GAIN = "chosen_minus_baseline"
_SHARES = frozenset({"total_error", "coverage", "deviance_reduction"})
_IN_UNIT = frozenset({"mean_absolute_error", "mean_error", "mean_interval_width"})
_NOT_NEED = (
    "Cost is not need: somebody whose need is not met looks cheap here. The amounts are for planning money in total. "
    "They may not be used to say what any one person needs, and no list of people is made from them."
)


def amounts_well_part(facts: CandidateFacts, written: WrittenByPeople, *, too_few: bool) -> Part:
    """Say how often the stated range held, how far people's amounts were missed, and how the sum came out.

    Parameters
    ----------
    facts : CandidateFacts
        What was measured on the held-out period.
    written : WrittenByPeople
        For the words of whom it speaks of.
    too_few : bool
        Whether so few had any amount that no figure may be shown.
    """
    model, who = facts.model, written.entities.strip() or "people"
    held_out = listed([day(one) for one in model.held_out])
    intro = (
        f"Judged on {count(model.rows, facts.disclosure)} {who} as of {held_out}, a time from which nothing was "
        f"learned. {_outcome(facts)}.{_on_average(facts)}"
    )
    title = "How well does it do?"
    if too_few:
        few = f"Fewer than {facts.disclosure.number} had any {_what(facts)}. That is too few to say how well it does."
        return Part(anchor="well", title=title, intro=intro, said=computed(few, *_always(facts)))
    said = computed(*_in_words(facts), *_always(facts))
    return Part(anchor="well", title=title, intro=intro, frequencies=tuple(_held(facts, who)), said=said)


def _what(facts: CandidateFacts) -> str:
    return "cost" if (facts.model.unit or "").startswith("GBP") else "amount"


def _outcome(facts: CandidateFacts) -> str:
    name, named, means = facts.model.outcome_says.strip().rstrip(".").partition(":")
    what = f"{name} means {means.strip()}" if named else f"What is predicted: {name[:1].lower()}{name[1:]}"
    over = f"over the next {horizon(facts.model.horizon_days)}"
    return what if over in what else f"{what}, {over}"


def _on_average(facts: CandidateFacts) -> str:
    mean = facts.model.mean_amount
    if mean is None or mean.value is None:
        return ""
    return f" It came to {in_unit(mean.value, facts.model.unit)} on average."


def _of(facts: CandidateFacts, estimator: str, metric: str) -> Measured | None:
    return facts.model.metrics.get(estimator, {}).get(metric)


def _held(facts: CandidateFacts, who: str) -> Iterator[Frequency]:
    found = natural(_of(facts, facts.model.chosen, "coverage"))
    if found is None:
        return
    what, made = _what(facts), facts.model.nominal_coverage
    likely = f" (likely between {found.low:,} and {found.high:,})" if found.low is not None else ""
    promised = "" if made is None else f" It is made to hold for {made * 100:g} of 100."
    lay = f"the true {what} lay inside the stated range for {found.times:,}{likely}"
    text = f"Of every {found.of:,} {who}, {lay}.{promised}"
    yield Frequency(says=f"{who} had a true {what} inside the stated range", model=found, today=None, text=text)


def _in_words(facts: CandidateFacts) -> Iterator[str]:
    yield _missed_by(facts)
    yield _against_today(facts)
    yield _sum(facts)
    yield from _totals(facts)


def _missed_by(facts: CandidateFacts) -> str:
    unit = facts.model.unit
    model, today = (_of(facts, one, "mean_absolute_error") for one in (facts.model.chosen, _BASELINE))
    if model is None or model.value is None:
        return "How far people's amounts were missed was not measured."
    said = f"A person's {_what(facts)} was missed by {in_unit(model.value, unit)} on average, too high or too low"
    if today is None or today.value is None:
        return f"{said}."
    more = facts.model.differences.get(_GAIN, {}).get("mean_absolute_error")
    further = more is not None and more.low is not None and more.low > 0
    nearer = " For a single person today's figure is the nearer one: this is for sums." if further else ""
    return f"{said}; by today's practice, by {in_unit(today.value, unit)}.{nearer}"


def _against_today(facts: CandidateFacts) -> str:
    gain = facts.model.differences.get(_GAIN, {}).get("deviance_reduction")
    practice = f"Today's practice carries {facts.model.baseline.replace('_', ' ')} forward."
    counted = "Counting each miss against what is usual at such an amount"
    if gain is None or gain.value is None or gain.low is None or gain.high is None:
        return f"{practice} Whether the model misses by less than that was not measured."
    likely = f"(likely between {percent(gain.low)} and {percent(gain.high)})"
    if gain.low > 0:
        saves = f"the model saves {percent(gain.value)} of its error {likely}"
        return f"{practice} {counted}, {saves}: more than chance explains."
    if gain.high < 0:
        larger = (
            f"{percent(-gain.value)} larger than that (likely between {percent(-gain.high)} and {percent(-gain.low)})"
        )
        return f"{practice} {counted}, the model's error is {larger}."
    return f"{practice} {counted}, the model may miss by no less than that {likely}: the difference could be chance."


def _sum(facts: CandidateFacts) -> str:
    total = _of(facts, facts.model.chosen, "total_error")
    if total is None or total.value is None:
        return "Whether the expected amounts add up to what came was not measured."
    said = f"Added up over everybody, it expected {_turned(total.value)} than what came"
    if total.low is None or total.high is None:
        return f"{said}."
    return f"{said} (likely between {_turned(total.low)} and {_turned(total.high)})."


def _totals(facts: CandidateFacts) -> Iterator[str]:
    seen = facts.totals
    if seen is None:
        return
    by = listed([one.replace("_", " ") for one in seen.by])
    held = "" if seen.coverage is None else f" Their ranges held for {percent(seen.coverage)} of totals."
    yield (
        f"Totals by {by} were out by {percent(seen.error)} of what came, in {seen.origins} past forecasts; the same "
        f"quarter a year before by {percent(seen.seasonal_naive)}, which was nearer in {seen.worse:,} of "
        f"{seen.places:,} places.{held}"
    )


def _turned(error: float) -> str:
    return f"{percent(abs(error))} {'more' if error > 0 else 'less'}"


def _always(facts: CandidateFacts) -> Iterator[str]:
    yield _NOT_NEED
    ended = facts.model.watched_until
    if ended is None:
        return
    died = "death" in ended.lower() or "died" in ended.lower()
    who = "Somebody who died" if died else f"Somebody whose {ended} came"
    until = "until then" if died else "until that date"
    yield (
        f"{who} within the {horizon(facts.model.horizon_days)} is counted as watched {until}, not as somebody who "
        "needed nothing."
    )


def amount_figures_part(facts: CandidateFacts, *, too_few: bool) -> Part:
    """Give every figure of every estimator in its own measure, and how often the ranges held within each stratum."""
    model = facts.model
    order = [model.chosen, _BASELINE, *sorted(set(model.metrics) - {model.chosen, _BASELINE})]
    names = [one for one in order if one in model.metrics]
    positives = count(model.positives, facts.disclosure)
    intro = (
        f"{count(model.rows, facts.disclosure)} cases were held out, of which {positives} had any {_what(facts)}. It "
        f"learned from {len(model.learned_from)} dates, from {day(min(model.learned_from))} to "
        f"{day(max(model.learned_from))}. Counts are rounded to the nearest {facts.disclosure.round_to}."
    )
    tables = (
        () if too_few else tuple(one for one in (_every(facts, names), _differences(facts), _strata(facts)) if one.rows)
    )
    return Part(anchor="figures", title="Figures", intro=intro, said=computed(*model.notes), tables=tables)


def _every(facts: CandidateFacts, names: list[str]) -> CardTable:
    measured = dict.fromkeys(name for one in names for name in facts.model.metrics[one])
    ordered = [
        *(one for one in AMOUNT_MEASURES if one in measured),
        *(one for one in measured if one not in AMOUNT_MEASURES),
    ]
    rows = tuple(_row(facts, names, metric) for metric in ordered)
    return CardTable(
        caption="Every figure on the held-out period",
        head=(
            "Figure",
            *(estimator_in_words(one, chosen=facts.model.chosen, task="amount") for one in names),
            "Worse is",
        ),
        rows=rows,
        notes=(
            "Below each figure is its 95% interval: the range that it could as well lie in.",
            *(("Ranges are stated by the model that is put forward alone.",) if "coverage" in measured else ()),
        ),
        figures=True,
    )


def _row(facts: CandidateFacts, names: list[str], metric: str) -> tuple[Cell, ...]:
    words = AMOUNT_MEASURES.get(metric)
    title = Cell(text=metric.replace("_", " ")) if words is None else Cell(text=words.title, below=words.means)
    held = (facts.model.metrics[one] for one in names)
    figures = (_spelled(metric, of.get(metric), facts.model.unit) if metric in of else Cell(text="none") for of in held)
    return (title, *figures, Cell(text="not stated" if words is None else words.worse))


def _spelled(metric: str, one: Measured | None, unit: str | None) -> Cell:
    if metric in _SHARES:
        return share(one)
    if metric not in _IN_UNIT or one is None or one.value is None:
        return plain_figure(one)
    if one.low is None or one.high is None:
        return Cell(text=in_unit(one.value, unit), below="no interval")
    return Cell(text=in_unit(one.value, unit), below=f"{in_unit(one.low, unit)} to {in_unit(one.high, unit)}")


def _differences(facts: CandidateFacts) -> CardTable:
    pairs = facts.model.differences
    metrics = dict.fromkeys(name for figures in pairs.values() for name in figures)
    rows = tuple(
        (
            Cell(text=AMOUNT_MEASURES[metric].title if metric in AMOUNT_MEASURES else metric.replace("_", " ")),
            *(_spelled(metric, figures.get(metric), facts.model.unit) for figures in pairs.values()),
        )
        for metric in metrics
    )
    head = ("Figure", *(pair_in_words(name, task="amount") for name in pairs))
    note = "Where the interval holds 0, the two may be as good as each other. Errors below 0 are smaller errors."
    return CardTable(caption="Differences between two ways", head=head, rows=rows, notes=(note,), figures=True)


def _strata(facts: CandidateFacts) -> CardTable:
    rows = tuple(
        (Cell(text=one.stratum), share(one.coverage), _spelled("mean_interval_width", one.mean_width, facts.model.unit))
        for one in facts.model.strata
    )
    made = facts.model.nominal_coverage
    notes = () if made is None else (f"Ranges are made to hold for {made:.0%} of people within each group.",)
    return CardTable(
        caption="How often the stated ranges held, by the group that they are made within",
        head=("Group", "Ranges that held", "Mean width"),
        rows=rows,
        notes=notes,
        figures=True,
    )


def amount_periods_part(facts: CandidateFacts) -> Part:
    """Say how much came and how far it was missed at each date, and which date was worst against today's practice."""
    rows = tuple(_period(one, facts.model.unit) for one in facts.periods)
    known = {one.as_of: one.deviance_reduction for one in facts.periods}
    measured = {day_: one for day_, one in known.items() if one is not None and one.value is not None}
    worst = min(measured, key=lambda one: measured[one].value or 0.0, default=None)
    said = computed(
        "No date was scored out of time."
        if worst is None
        else f"The worst of these dates was {day(worst)}: {_saved(measured[worst])} of the error of today's practice "
        "was saved."
    )
    table = CardTable(
        caption="Each date that was scored before its outcome was learned from",
        head=("As of", "Came, on average", "Missed by, on average", "Saved of today's error", "Ranges that held"),
        rows=rows,
        figures=True,
    )
    return Part(anchor="periods", title="From one date to the next", said=said, tables=(table,) if rows else ())


def _saved(one: Measured) -> str:
    cell = share(one)
    return f"{cell.text} ({cell.below})" if cell.below else cell.text


def _period(one: PeriodFacts, unit: str | None) -> tuple[Cell, ...]:
    return (
        Cell(text=day(one.as_of)),
        _spelled("mean_error", one.mean_observed, unit),
        _spelled("mean_absolute_error", one.mean_absolute_error, unit),
        share(one.deviance_reduction),
        share(one.coverage),
    )
