"""How well a model does: on the first page as people count, then every figure with its interval."""

from __future__ import annotations

from collections.abc import Iterator

from riskmodels.governance.card.amounts import amount_figures_part, amount_periods_part, amounts_well_part
from riskmodels.governance.card.blocks import CardTable, Cell, Frequency, Natural, Part, computed
from riskmodels.governance.card.measures import MEASURES, estimator_in_words, pair_in_words
from riskmodels.governance.card.spelling import (
    bases,
    count,
    day,
    figure,
    figure_in_line,
    horizon,
    listed,
    natural,
    percent,
)
from riskmodels.governance.card.written import WrittenByPeople
from riskmodels.governance.facts import CandidateFacts, Measured, PeriodFacts

__all__ = ["figures_part", "how_well_part", "periods_part", "too_few_positives"]

_BASELINE = "baseline"
_GAIN = "chosen_minus_baseline"


def too_few_positives(facts: CandidateFacts) -> bool:
    """Say whether so few had the outcome that figures about them may not be shown."""
    return facts.model.positives is not None and facts.model.positives < facts.disclosure.number


def how_well_part(facts: CandidateFacts, written: WrittenByPeople) -> Part:
    """Say how well it does, in natural frequencies, beside today's practice.

    Parameters
    ----------
    facts : CandidateFacts
        What was measured on the held-out period.
    written : WrittenByPeople
        For the words of the outcome and of who is on the list.
    """
    if facts.model.task == "amount":
        return amounts_well_part(facts, written, too_few=too_few_positives(facts))
    held_out = listed([day(one) for one in facts.model.held_out])
    intro = (
        f"Judged on {count(facts.model.rows, facts.disclosure)} {_entities(written)} as of {held_out}, a time from "
        f"which nothing was learned, with a list of {facts.model.capacity:,}. "
        f"{_outcome(facts)}."
    )
    if too_few_positives(facts):
        said = computed(
            f"Fewer than {facts.disclosure.number} had the outcome. That is too few to say how well it does, and how "
            "well it did with them is not published."
        )
        return Part(anchor="well", title="How well does it do?", intro=intro, said=said)
    frequencies = tuple(_frequencies(facts, written))
    said = computed(_against_today(facts)) if frequencies else computed("How well it does was not measured.")
    if facts.selection is not None:
        said = (*said, *computed(f"The outcome is known only where somebody looked. {facts.selection.rests_on}"))
    return Part(anchor="well", title="How well does it do?", intro=intro, frequencies=frequencies, said=said)


def _entities(written: WrittenByPeople) -> str:
    return written.entities.strip() or "people"


def _happened(facts: CandidateFacts, written: WrittenByPeople) -> str:
    """Word the outcome as something that happened: as people say it, else by its name where it has one."""
    name, named, _ = facts.model.outcome_says.partition(":")
    generic = f"later had {name[:1].lower()}{name[1:].strip()}" if named else "had the outcome"
    return written.outcome_happened.strip() or generic


def _outcome(facts: CandidateFacts) -> str:
    name, named, means = facts.model.outcome_says.strip().rstrip(".").partition(":")
    what = f"{name} means {means.strip()}" if named else f"What is predicted: {name[:1].lower()}{name[1:]}"
    return f"{what}, within the next {horizon(facts.model.horizon_days)}"


def _frequencies(facts: CandidateFacts, written: WrittenByPeople) -> Iterator[Frequency]:
    who, happened = _entities(written), _happened(facts, written)
    asked = (
        ("called_high_who_were", 100, f"{who} on the list {happened}"),
        ("called_low_who_were_not", 100, f"{who} ranked low, and so left off the list, did not"),
        ("recall_at_capacity", 10, f"{who} that {happened} were on the list; the others were missed"),
    )
    for metric, of, says in asked:
        model, today = _of(facts, facts.model.chosen, metric), _of(facts, _BASELINE, metric)
        of = bases(model, today, of=of)
        here, there = natural(model, of=of), natural(today, of=of)
        if here is not None:
            yield Frequency(says=says, model=here, today=there, text=_in_words(says, here, there))


def _of(facts: CandidateFacts, estimator: str, metric: str) -> Measured | None:
    return facts.model.metrics.get(estimator, {}).get(metric)


def _in_words(says: str, model: Natural, today: Natural | None) -> str:
    likely = f" (likely between {model.low:,} and {model.high:,})" if model.low is not None else ""
    before = "" if today is None else f" By today's practice: about {today.times:,} of {today.of:,}."
    return f"About {model.times:,} of {model.of:,} {says}{likely}.{before}"


def _against_today(facts: CandidateFacts) -> str:
    gain = facts.model.differences.get(_GAIN, {}).get("recall_at_capacity")
    practice = f"Today's practice ranks by {facts.model.baseline.replace('_', ' ')}."
    if gain is None or gain.value is None or gain.low is None or gain.high is None:
        return f"{practice} Whether the model finds more than that was not measured."
    if gain.low > 0:
        return f"{practice} The model's list finds more of those in need than that does, by more than chance explains."
    if gain.high < 0:
        return f"{practice} The model's list finds fewer of those in need than that does, by more than chance explains."
    return f"{practice} The model may find no more of those in need than that does: the difference could be chance."


def figures_part(facts: CandidateFacts) -> Part:
    """Give every figure of every estimator, with what it means and which way is worse."""
    model = facts.model
    if model.task == "amount":
        return amount_figures_part(facts, too_few=too_few_positives(facts))
    order = [model.chosen, _BASELINE, *sorted(set(model.metrics) - {model.chosen, _BASELINE})]
    names = [one for one in order if one in model.metrics]
    rows = [] if too_few_positives(facts) else [_row(facts, names, metric) for metric in _metrics(facts)]
    head = ("Figure", *(estimator_in_words(one, chosen=model.chosen) for one in names), "Worse is")
    table = CardTable(
        caption=f"Every figure on the held-out period, for a list of {model.capacity:,}",
        head=head,
        rows=tuple(rows),
        notes=("Below each figure is its 95% interval: the range that it could as well lie in.",),
        figures=True,
    )
    positives = count(model.positives, facts.disclosure)
    intro = (
        f"{count(model.rows, facts.disclosure)} cases were held out, of which {positives} had the outcome. It learned "
        f"from {len(model.learned_from)} dates, {_from_to(facts)}. Counts are rounded to the nearest "
        f"{facts.disclosure.round_to}."
    )
    differences = () if too_few_positives(facts) else _differences(facts)
    tables = (table, *differences) if rows else ()
    return Part(anchor="figures", title="Figures", intro=intro, said=computed(*model.notes), tables=tables)


def _from_to(facts: CandidateFacts) -> str:
    dates = facts.model.learned_from
    return f"from {day(min(dates))} to {day(max(dates))}" if dates else "none of them named"


def _metrics(facts: CandidateFacts) -> list[str]:
    measured = dict.fromkeys(name for figures in facts.model.metrics.values() for name in figures)
    return [*(one for one in MEASURES if one in measured), *(one for one in measured if one not in MEASURES)]


def _row(facts: CandidateFacts, names: list[str], metric: str) -> tuple[Cell, ...]:
    words = MEASURES.get(metric)
    title = Cell(text=metric.replace("_", " ")) if words is None else Cell(text=words.title, below=words.means)
    figures = (figure(_of(facts, one, metric)) for one in names)
    return (title, *figures, Cell(text="not stated" if words is None else words.worse))


def _differences(facts: CandidateFacts) -> tuple[CardTable, ...]:
    pairs = facts.model.differences
    metrics = dict.fromkeys(name for figures in pairs.values() for name in figures)
    if not metrics:
        return ()
    rows = tuple(
        (
            Cell(text=MEASURES[metric].title if metric in MEASURES else metric.replace("_", " ")),
            *(figure(figures.get(metric)) for figures in pairs.values()),
        )
        for metric in metrics
    )
    head = ("Figure", *(pair_in_words(name) for name in pairs))
    note = "Where the interval holds 0, the two may be as good as each other."
    return (CardTable(caption="Differences between two ways", head=head, rows=rows, notes=(note,), figures=True),)


def periods_part(facts: CandidateFacts) -> Part:
    """Say how often the outcome happened and how well people were ranked at each date, and which date was worst."""
    if facts.model.task == "amount":
        return amount_periods_part(facts)
    rows = tuple((Cell(text=day(one.as_of)), _rate(one), figure(one.roc_auc)) for one in facts.periods)
    known = [one for one in facts.periods if one.roc_auc.value is not None]
    worst = min(known, key=lambda one: one.roc_auc.value or 0.0, default=None)
    said = computed(
        "No date was scored out of time."
        if worst is None
        else f"The worst of these dates was {day(worst.as_of)}: ranking {figure_in_line(worst.roc_auc)}."
    )
    table = CardTable(
        caption="Each date that was scored before its outcome was learned from",
        head=("As of", "Share with the outcome", "Ranking (ROC AUC)"),
        rows=rows,
        figures=True,
    )
    return Part(anchor="periods", title="From one date to the next", said=said, tables=(table,) if rows else ())


def _rate(one: PeriodFacts) -> Cell:
    rate = one.base_rate
    if rate is None or rate.value is None:
        return Cell(text="not given")
    below = "" if rate.low is None or rate.high is None else f"{percent(rate.low)} to {percent(rate.high)}"
    return Cell(text=percent(rate.value), below=below)
