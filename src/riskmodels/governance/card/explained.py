"""What a model goes by, whether its reasons add up, and whether it knew what it could not have known."""

from __future__ import annotations

from riskmodels.governance.card.blocks import CardTable, Cell, Part, computed
from riskmodels.governance.card.spelling import count, figure_in_line, listed, tiny
from riskmodels.governance.facts import CandidateFacts

__all__ = ["explanation_part", "leakage_part"]


def explanation_part(facts: CandidateFacts) -> Part:
    """Name the leading features, and say how near the reasons come to the score and how steady they are."""
    seen, moves, amount = facts.explanation, facts.monotone, facts.model.task == "amount"
    scale, moved_what = ("logarithm of the amount", "amount") if amount else ("log-odds", "risk")
    rows_looked_at = count(seen.checked_rows, facts.disclosure)
    said = [
        f"The reasons add up to the score: the largest gap was {tiny(seen.largest_gap)}, and the largest difference "
        f"from a second way of computing them {tiny(seen.largest_difference)} ({scale}), in {rows_looked_at} cases."
        if seen.checked_rows
        else "Whether the reasons add up to the score was not looked at.",
        "How steady the reasons are was not measured."
        if seen.stability is None or seen.stability.value is None
        else f"Of the leading features, the share that lead for other people too: {figure_in_line(seen.stability)}; "
        "1 is all of them, and worse is lower.",
    ]
    if moves.declared:
        wrong = listed([one.replace("_", " ") for one in moves.violated], "none of them moved the other way")
        declared = listed([one.replace("_", " ") for one in moves.declared])
        moved = "These moved the other way: " if moves.violated else "Found: "
        said.append(
            f"More of these may only raise or only lower the {moved_what}, as declared: {declared}. {moved}{wrong}."
        )
    table = CardTable(
        caption="What it goes by most, strongest first",
        head=("Place", "Feature"),
        rows=tuple((Cell(text=str(place)), Cell(text=one)) for place, one in enumerate(seen.leading, start=1)),
        notes=("This says what the model does. It does not say what causes the outcome.",),
    )
    title = "What does it go by?"
    return Part(anchor="explanation", title=title, said=computed(*said), tables=(table,) if table.rows else ())


def leakage_part(facts: CandidateFacts) -> Part:
    """Say what was done to find out whether it knew the future, and what came of it."""
    seen = facts.leakage
    said = ["Features were not rebuilt without the future."]
    if seen.time_travel_rows is not None:
        rebuilt = f"{count(seen.time_travel_rows, facts.disclosure)} cases were rebuilt without the future"
        differs = listed([one.replace("_", " ") for one in seen.time_travel_differs], "the same came out every time")
        said = [f"{rebuilt}: {f'these differ: {differs}' if seen.time_travel_differs else differs}."]
    if seen.shuffled_passed is None:
        said.append("Whether it finds anything where there is nothing to find was not measured.")
    else:
        found = "it found nothing, as it must" if seen.shuffled_passed else "IT FOUND SOMETHING, which it must not"
        said.append(f"With outcomes dealt out at random, {found}.")
    said += [f"Alarm: {one}" for one in seen.alarms] or ["No feature raised an alarm."]
    said += [f"Not measured: {one}." for one in seen.not_measured]
    return Part(anchor="leakage", title="Did it know what it could not have known?", said=computed(*said))
