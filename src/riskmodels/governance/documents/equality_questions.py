"""The equality impact assessment as data: the nine characteristics, the three aims of the duty, what else is asked."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodels.governance.documents.dpia_steps import Prompt

__all__ = ["AIMS", "ALSO", "ANSWERS", "NINE", "OUTCOMES"]

NINE: tuple[str, ...] = (
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
"""The protected characteristics (Equality Act 2010 s4)."""

ALSO: tuple[str, ...] = ("socio-economic disadvantage", "care experience", "unpaid carers", "armed forces community")
"""What the council looks at besides; only the socio-economic row must be there."""

AIMS: Mapping[str, str] = {
    "eliminate_discrimination": "Eliminate discrimination, harassment, victimisation and other prohibited conduct",
    "advance_equality": "Advance equality of opportunity: remove disadvantage, meet different needs",
    "foster_good_relations": "Foster good relations: tackle prejudice, promote understanding",
}
"""The three aims of the public sector equality duty (Equality Act 2010 s149)."""

ANSWERS: tuple[Prompt, ...] = (
    Prompt("proposal", "What is proposed", "What is new or changed, its aims, who benefits and who is affected?"),
    Prompt("evidence_and_gaps", "Evidence and its gaps", "What was used, what is missing, how will gaps be filled?"),
    Prompt("consultation", "Engagement", "Who was asked, when and how, what did they say, what was done about it?"),
    Prompt(
        "errors_and_who_bears_them", "Errors, and who bears them", "What do a missed case and a needless call mean?"
    ),
    Prompt("direct_discrimination", "Direct discrimination (s13)", "Is a characteristic, or an exact proxy, an input?"),
    Prompt(
        "indirect_discrimination",
        "Indirect discrimination (s19)",
        "Which groups could be put at a disadvantage; what is the aim, and is there a less harmful way?",
    ),
    Prompt("thresholds", "What counts as a difference", "Who chose the comparisons and tolerances, when and why?"),
    Prompt("reasonable_adjustments", "Reasonable adjustments (s20)", "How are people reached who need another way?"),
    Prompt("human_rights", "Human rights", "Private life, non-discrimination, possessions: what is touched?"),
    Prompt("intersections", "Where characteristics meet", "Who is hit by several disadvantages at once?"),
    Prompt("monitoring", "Monitoring", "What will be watched, how often, and what would stop the use?"),
)
"""What is asked besides the table."""

OUTCOMES: tuple[str, ...] = ("no major change", "adjust", "continue", "stop and rethink")
"""The four conclusions that such an assessment may come to."""
