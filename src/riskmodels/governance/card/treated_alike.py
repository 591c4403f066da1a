"""For whom a model does less well: the audit's three-way verdicts, what is not known, and what its inputs give away."""

from __future__ import annotations

from riskmodels.governance.card.blocks import CardTable, Cell, Part, Said, computed
from riskmodels.governance.card.measures import DIFFERENCES, characteristic_in_words
from riskmodels.governance.card.spelling import figure, listed, points
from riskmodels.governance.card.written import WrittenByPeople
from riskmodels.governance.facts import BreachFacts, CandidateFacts, ComparisonFacts, Measured

__all__ = ["NINE", "NOT_HELD", "NOT_STATED", "bias_part", "held_of_the_nine", "less_well_part", "proxies_part"]

NINE = (
    "age",
    "disability",
    "gender reassignment",
    "marriage and civil partnership",
    "pregnancy and maternity",
    "race",
    "religion or belief",
    "sex",
    "sexual orientation",
)
"""The protected characteristics of the Equality Act 2010, section 4."""

NOT_HELD = "not held"
NOT_STATED = "not stated"
_WITHHELD = Cell(text="withheld", below="too few people to publish")
_AGAINST_OTHERS = ("missed", "wrongly_picked")
_MOST_NAMED = 3
_VERDICTS = {"pass": "Pass", "fail": "Fail", "not enough evidence": "Not enough evidence"}


def held_of_the_nine(facts: CandidateFacts) -> dict[str, str]:
    """Give each characteristic of the Act with how it is held, also those of which nothing is said."""
    return {one: facts.bias.held.get(one, NOT_STATED) for one in NINE} | facts.bias.held


def less_well_part(facts: CandidateFacts, written: WrittenByPeople) -> Part:
    """Say for whom it does less well, for whom that is not known, and of whom nothing is held."""
    bias = facts.bias
    held = {verdict: [one for one in bias.comparisons if one.verdict == verdict] for verdict in _VERDICTS}
    said = [f"{_proven(characteristic_in_words(one.characteristic, one.group), one)}." for one in held["fail"]]
    said += [
        f"{_proven(one.group.replace('_', ' '), one)}. Nobody had asked for this beforehand." for one in bias.breaches
    ]
    for metric, groups in _by_metric(held["not enough evidence"]).items():
        said.append(f"We do not know whether {_doubt(metric)}, because there are too few people to tell: {groups}.")
    for metric, groups in _by_metric(held["pass"]).items():
        said.append(f"No difference over the limit agreed beforehand, in {_title(metric)}: {groups}.")
    if not bias.comparisons:
        said.append("We do not know for anybody: no comparison of groups was named beforehand.")
    said += _not_known(facts)
    people = [Said(text=text, origin="written by people") for text in written.less_well_for]
    return Part(anchor="less-well", title="For whom does it do less well?", said=(*computed(*said), *people))


def _by_metric(comparisons: list[ComparisonFacts]) -> dict[str, str]:
    groups: dict[str, list[str]] = {}
    for one in comparisons:
        groups.setdefault(one.metric, []).append(characteristic_in_words(one.characteristic, one.group))
    return {metric: "; ".join(named) for metric, named in groups.items()}


def _doubt(metric: str) -> str:
    return DIFFERENCES[metric].doubt if metric in DIFFERENCES else f"these differ in {metric.replace('_', ' ')}"


def _proven(group: str, one: ComparisonFacts | BreachFacts) -> str:
    """Say for whom a proven difference is worse: for the group, or, the other way round, for everybody else."""
    words, value = DIFFERENCES.get(one.metric), one.difference.value
    says = f"({_difference_in_words(one.metric, one.difference)}; the limit is {_limit(one.tolerance)})"
    if words is None or not value:
        return f"Proven to differ by more than the limit: {group} {says}"
    if value * words.worse > 0:
        return f"Proven to be worse for {group} {says}"
    return f"Proven to be worse for everybody but {group} {says}"


def _difference_in_words(metric: str, difference: Measured) -> str:
    words = DIFFERENCES.get(metric)
    if words is None or difference.value is None:
        return _title(metric)
    cell = points(difference, more=words.more, less=words.less)
    return f"{cell.text} than others" if metric in _AGAINST_OTHERS else cell.text


def _title(metric: str) -> str:
    return DIFFERENCES[metric].title if metric in DIFFERENCES else metric.replace("_", " ")


def _limit(tolerance: float) -> str:
    return f"{tolerance * 100:g} points"


def _not_known(facts: CandidateFacts) -> list[str]:
    held = held_of_the_nine(facts)
    unheld = [one for one, how in held.items() if how in (NOT_HELD, NOT_STATED)]
    said = [f"Not held, so nobody can tell: {listed(unheld)}."] if unheld else []
    left, more = facts.bias.not_measured[:_MOST_NAMED], len(facts.bias.not_measured) - _MOST_NAMED
    if left:
        rest = f"; and {more} more, named below" if more > 0 else ""
        said.append(f"Not measured: {'; '.join(left)}{rest}.")
    return said


def bias_part(facts: CandidateFacts) -> Part:
    """Give each comparison that decides with its verdict, what else was proven, and how each characteristic is held."""
    tables = [_comparisons(facts), _breaches(facts), _held(facts)]
    said = computed(*(f"Not measured: {one}." for one in facts.bias.not_measured))
    intro = (
        "Each group is compared with everybody else. Pass: any difference is within the limit that was agreed "
        "beforehand. Fail: it is proven to be over it. Not enough evidence: too few people to say, which is neither "
        "a pass nor a fail."
    )
    kept = tuple(one for one in tables if one.rows)
    return Part(anchor="bias", title="Are people treated alike?", intro=intro, said=said, tables=kept)


def _comparisons(facts: CandidateFacts) -> CardTable:
    rows = tuple(
        (
            Cell(text=characteristic_in_words(one.characteristic, one.group)),
            Cell(text=_VERDICTS[one.verdict]),
            Cell(text=_title(one.metric).capitalize()),
            _difference(one.metric, one.difference),
            Cell(text=_limit(one.tolerance)),
            Cell(text=f"about {one.people_needed:,}" if one.people_needed else "no more"),
        )
        for one in facts.bias.comparisons
    )
    head = ("Group", "Verdict", "What is compared", "Difference", "Limit either way", "People it would take")
    notes = ("Below each difference is its 95% interval, in percentage points.",)
    return CardTable(caption="The comparisons that decide, named beforehand", head=head, rows=rows, notes=notes)


def _difference(metric: str, difference: Measured) -> Cell:
    if difference.value is None:
        return _WITHHELD
    words = DIFFERENCES.get(metric)
    return points(difference) if words is None else points(difference, more=words.more, less=words.less)


def _breaches(facts: CandidateFacts) -> CardTable:
    rows = tuple(
        (
            Cell(text=one.group.replace("_", " ")),
            Cell(text="Fail"),
            Cell(text=_title(one.metric).capitalize()),
            _difference(one.metric, one.difference),
            Cell(text=_limit(one.tolerance)),
        )
        for one in facts.bias.breaches
    )
    head = ("Group", "Verdict", "What is compared", "Difference", "Limit either way")
    return CardTable(caption="Differences that nobody named, proven all the same", head=head, rows=rows)


def _held(facts: CandidateFacts) -> CardTable:
    rows = tuple(
        (Cell(text=one.capitalize()), Cell(text=how.replace("_", " "))) for one, how in held_of_the_nine(facts).items()
    )
    caption = "The nine characteristics of the Equality Act 2010, and how they are held"
    return CardTable(caption=caption, head=("Characteristic", "How it is held"), rows=rows)


def proxies_part(facts: CandidateFacts) -> Part:
    """Say how well the inputs give people's characteristics away."""
    seen = facts.proxies
    said = computed(*(f"Alarm: {one}" for one in seen.alarms)) or computed(
        "No input is as good as a protected characteristic."
    )
    rows = tuple((Cell(text=name.replace("_", " ")), figure(one)) for name, one in seen.strength.items())
    table = CardTable(
        caption="How well all inputs together tell groups apart",
        head=("Characteristic", "ROC AUC" if facts.model.task == "risk" else "How well"),
        rows=rows,
        notes=("0.5 is not at all, 1 is without fail. Worse is higher.",),
        figures=True,
    )
    title = "What do the inputs give away?"
    return Part(anchor="proxies", title=title, said=said, tables=(table,) if rows else ())
