"""Blank documents for a new model: every key is there, with what it asks as a comment, and nothing is filled in.

A blank is a finding, so that a template which nobody wrote on never passes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from riskmodels.atomic import whole_file
from riskmodels.governance.documents.atrs import CLEARANCES
from riskmodels.governance.documents.atrs_fields import FIELDS, REGIONS, VERSION
from riskmodels.governance.documents.canvas import BOXES
from riskmodels.governance.documents.dpia_steps import AI_ANNEX, SIGN_OFF, STEPS, TRIGGERS, Prompt
from riskmodels.governance.documents.equality_questions import AIMS, ALSO, ANSWERS, NINE, OUTCOMES
from riskmodels.governance.documents.processing_record import TITLES
from riskmodels.governance.documents.statement import LISTS, PHASES, TEXTS, Oversight, Routes
from riskmodels.governance.documents.whole import WrittenName, document_paths

__all__ = ["blank_documents", "write_templates"]

_REVIEW = (
    "reviewed_on:   # the day on which people last went through it",
    "review_by:     # at most twelve months later",
    "",
)
_IMPACT = ("impact:", "evidence:", "action:", "owner:", "by:")


def write_templates(folder: Path, model: str) -> tuple[Path, ...]:
    """Write the documents that a model lacks, blank. One that is there is left as it is.

    Parameters
    ----------
    folder : Path
        The workspace.
    model : str
        The model's name.

    Returns
    -------
    tuple of Path
        The files that were written. The register of sources is not among them: it is the council's, not one model's.

    Raises
    ------
    OutputError
        If one cannot be written.
    """
    made = []
    blank = blank_documents(model)
    for name, path in document_paths(folder, model).items():
        if name in blank and not path.exists():
            with whole_file(path) as draft:
                draft.write_text(blank[name], encoding="utf-8", newline="\n")
            made.append(path)
    return tuple(made)


def blank_documents(model: str) -> dict[WrittenName, str]:
    """Give the text of each blank document.

    Parameters
    ----------
    model : str
        The model's name.
    """
    parts: dict[WrittenName, Iterable[str]] = {
        "statement": _statement(model),
        "dpia": _dpia(model),
        "equality": _equality(model),
        "atrs": _atrs(model),
        "canvas": _canvas(model),
        "processing_record": _processing_record(model),
    }
    return {name: "\n".join(lines).rstrip() + "\n" for name, lines in parts.items()}


def _statement(model: str) -> Iterable[str]:
    yield f"# What people say of {model}; everything else on its card comes from the run, and no figure is typed here."
    yield from ("", "demonstration: no", "entities:           # what the list names, such as tenancies")
    yield "outcome_happened:   # what happened to those who had the outcome, such as: fell into serious arrears"
    yield from (f"{name}:" for name in TEXTS)
    yield from (
        "regime:   # UK GDPR, or DPA 2018 Part 3 where an offence is investigated",
        f"phase:    # {', '.join(PHASES)}",
    )
    yield from (line for name in LISTS for line in ("", f"{name}:", "  -"))
    for part, record in (("oversight", Oversight), ("routes", Routes)):
        yield from ("", f"{part}:", *(f"  {name}:" for name in record.model_fields))


def _dpia(model: str) -> Iterable[str]:
    yield f"# Data protection impact assessment of {model} (Article 35 UK GDPR), in the ICO's seven steps."
    yield from ("", *(f"{name}:" for name in ("reference", "version", "controller", "dpo", "contact")), "", *_REVIEW)
    yield "planned_start: # not before every row of step 7 is dated"
    yield from ("", "# Which kinds of processing on the ICO's list this is:")
    yield from (f"#   {key}: {says}" for key, says in TRIGGERS.items())
    yield from ("screening:", "  - trigger:", "    why:", "no_trigger_because:", "", "answers:")
    for step in STEPS:
        yield from ([f"  # Step {step.number}: {step.title}"] if step.prompts else [])
        yield from _prompted(step.prompts)
    yield from ("", "decision:", "  what:", "  solely_automated:   # yes or no", "  significant:        # yes or no")
    yield from ("", "ai_annex:", *_prompted(AI_ANNEX))
    yield "# likelihood: remote, possible, probable; severity: minimal, significant, severe; overall: low, medium, high"
    yield from ("risks:", "  - risk:", "    likelihood:", "    severity:", "    overall:", "    measures:")
    yield from ("      - measure:", "        owner:", "        by:")
    yield from (
        "    effect:     # eliminated, reduced, accepted",
        "    residual:   # low, medium, high",
        "    approved:   # yes or no",
    )
    yield from ("", "sign_off:", *_rows(SIGN_OFF, ("position:", "date:", "comments:")))
    yield from ("", "dpo_advice_summary:", "dpo_advice_overruled:   # yes or no", "departs_from_views:     # yes or no")
    yield "# Only if a high risk is left: the Information Commissioner is consulted before the start (Article 36)."
    yield from ("prior_consultation:", "  date:", "  outcome:", "# Only where care records are read:")
    yield from ("caldicott:", "  position:", "  date:", "  word:")


def _equality(model: str) -> Iterable[str]:
    yield f"# Equality impact assessment of {model} (Equality Act 2010 s149). What was not tested is never 'no impact'."
    names = ("reference", "version", "lead_officer", "service", "equality_adviser", "decision", "decision_maker")
    yield from ("", *(f"{name}:" for name in (*names, "decided_on")), "", *_REVIEW)
    yield from ("approved:", "  position:", "  date:", "", "aims:", *_rows(AIMS, ()))
    yield from ("", "# impact: positive, negative, mixed, none, not known", "characteristics:")
    yield from _rows(dict.fromkeys(NINE, ""), _IMPACT)
    yield from ("", "also:", *_rows({ALSO[0]: ""}, _IMPACT), "", "answers:", *_prompted(ANSWERS))
    yield from (f"conclusion:   # {', '.join(OUTCOMES)}", "conclusion_because:")
    yield from ("# Only if an input stands for a characteristic:", "legal_sign_off:", "  reference:", "  date:")


def _atrs(model: str) -> Iterable[str]:
    yield f"# Public record of {model}, by the transparency standard, version {VERSION}. Other fields are generated."
    yield from ("", f'standard_version: "{VERSION}"', "third_party_involvement:   # yes or no", "", *_REVIEW, "fields:")
    yield f"  # region: {', '.join(REGIONS)}"
    for one in FIELDS:
        if one.by != "facts" and one.key != "third_party_involvement":
            yield f"  {one.key}:   # {one.number} {one.title}{'' if one.required else ', if there is a third party'}"
    yield from ("", "clearances:", *_rows(dict.fromkeys(CLEARANCES, ""), ("position:", "date:")))


def _canvas(model: str) -> Iterable[str]:
    yield f"# Data ethics canvas of {model}: the Open Data Institute's fifteen boxes."
    yield from ("", "completed_by:", *_REVIEW, "boxes:")
    for part, prompts in BOXES.items():
        yield from (f"  # {part}", *_prompted(prompts))


def _processing_record(model: str) -> Iterable[str]:
    yield f"# Record of processing activities for {model} (Article 30 UK GDPR); the rest comes from the register."
    yield from ("", "reference:", *(f"{key}:   # {title}" for key, title in TITLES.items()), "", *_REVIEW)


def _prompted(prompts: Iterable[Prompt]) -> Iterable[str]:
    for one in prompts:
        yield from textwrap.wrap(f"{one.title}. {one.asks}", 112, initial_indent="  # ", subsequent_indent="  # ")
        yield from (f"  {one.key}:", "")


def _rows(keys: Mapping[str, str], inside: Iterable[str]) -> Iterable[str]:
    held = tuple(inside)
    for key, says in keys.items():
        yield from ([f"  # {says}"] if says else [])
        yield from (f"  {key}:", *(f"    {line}" for line in held))
