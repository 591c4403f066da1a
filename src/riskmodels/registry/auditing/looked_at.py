"""What was signed of who was looked at, held against what comes out when the model is trained again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.selection_facts import selection_facts
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.registry.auditing.held import Held
from riskmodels.registry.auditing.same_figures import SAME

__all__ = ["looked_at_again", "not_looked_at_again"]

_WHAT = "Who was looked at, and what figures rest on"


def looked_at_again(table: TrainingTable, model: TrainedModel, facts: CandidateFacts) -> Iterator[Held]:
    """Hold every figure of who was looked at against the signed one, to 1e-9; nothing where all outcomes are known.

    Parameters
    ----------
    table : TrainingTable
        What was retained.
    model : TrainedModel
        Trained again on it.
    facts : CandidateFacts
        What the author signed.
    """
    found = selection_facts(table, model, fewest=facts.disclosure.number)
    if found is None and facts.selection is None:
        return
    if found is None or facts.selection is None:
        yield Held(_WHAT, False, f"{'nothing' if facts.selection is None else 'something'} was signed")
        return
    one, other = found.model_dump(), facts.selection.model_dump()
    wrong = sorted(name for name in one if not _alike(one[name], other[name]))
    named = ", ".join(name.replace("_", " ") for name in wrong)
    yield Held(_WHAT, not wrong, f"not as signed: {named}" if wrong else f"{len(one)} figures and tables, as signed")


def not_looked_at_again(facts: CandidateFacts) -> tuple[Held, ...]:
    """Say so where the model is not trained again."""
    return () if facts.selection is None else (Held(_WHAT, None, "the model was not trained again"),)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=0.0, abs_tol=SAME)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_alike(one[name], other[name]) for name in one)
    if isinstance(one, Sequence) and not isinstance(one, str) and isinstance(other, Sequence):
        return len(one) == len(other) and all(_alike(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)
