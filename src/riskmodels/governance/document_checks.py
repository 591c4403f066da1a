"""The checks on what people wrote: purpose, notices, assessments, the card, and what the bundle is made of."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import PurePosixPath

from riskmodels.governance.facts import CandidateFacts, DocumentFacts, SourceFacts
from riskmodels.governance.outcome import Outcome

__all__ = ["document_outcomes", "lapses_of_documents"]

_PROGRAMS = frozenset(
    [".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".pt", ".pth", ".npy", ".npz", ".py", ".pyc", ".so", ".dll"]
)
_EQUALITY_PURPOSE = "equality_monitoring"
_MOST_NAMED = 5
_MUST_BE_CONFIRMED = ("dpia", "equality")


def document_outcomes(facts: CandidateFacts, today: datetime.date) -> list[Outcome]:
    """Hold the documents and the register of sources against what the law and the policy ask."""
    told, person = facts.transparency, "a privacy notice, and routes to object and to complain"
    routes = {
        "privacy notice": told.privacy_notice,
        "route to complain": told.complaint_route,
        "route to object": told.objection_route,
    }
    oversight = {
        "who looks at each case": told.human_review,
        "what they may overrule": told.may_override,
        "how they are trained": told.training,
    }
    return [
        _purpose(facts, today),
        _given("notice", routes, person),
        _given("human_oversight", oversight, "who looks, what they may overrule, how they are trained"),
        _document("dpia", facts, ["dpia"], today),
        _document("equality", facts, ["equality"], today),
        _document("atrs", facts, ["atrs"], today),
        _document("canvas", facts, ["canvas", "processing_record", "sources"], today),
        _document("card", facts, ["card", "statement"], today),
        _no_pickle(facts),
    ]


def lapses_of_documents(facts: CandidateFacts) -> list[datetime.date]:
    """Give the days from which a document or a sharing agreement no longer holds."""
    reviews = [one.review_by for one in facts.documents.values() if one.review_by is not None]
    return [*reviews, *(one.agreement_ends for one in facts.sources if one.agreement_ends is not None)]


def _outcome(name: str, wrong: Iterable[str], right: str, wanted: str) -> Outcome:
    listed = list(wrong)
    more = f"; and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return Outcome(name, not listed, "; ".join(listed[:_MOST_NAMED]) + more if listed else right, wanted)


def _given(name: str, held: dict[str, str | None], wanted: str) -> Outcome:
    missing = [f"no {what}" for what, words in held.items() if not (words or "").strip()]
    return _outcome(name, missing, "all are given", wanted)


def _purpose(facts: CandidateFacts, today: datetime.date) -> Outcome:
    wrong = [fault for one in facts.sources for fault in _faults(one, facts.model.purpose, today)]
    wrong = wrong or ["no source is recorded"] * (not facts.sources)
    wanted = (
        f"every source is registered, allows {facts.model.purpose} (for the audit: {_EQUALITY_PURPOSE}), and its "
        "sharing agreement is in date"
    )
    return _outcome("purpose", wrong, f"{len(facts.sources)} extracts, all registered and allowed", wanted)


def _faults(one: SourceFacts, purpose: str, today: datetime.date) -> list[str]:
    if not one.registered:
        return [f"{one.extract}: {one.source} is not in the register of sources"]
    wanted = {purpose} if one.read_for == "model" else {purpose, _EQUALITY_PURPOSE}
    found = [f"{one.extract}: does not allow {purpose}"] * (not wanted & set(one.purposes))
    found += [f"{one.extract}: no lawful basis"] * (not one.lawful_basis)
    found += [f"{one.extract}: no statutory gateway"] * (not one.gateway)
    found += [f"{one.extract}: special category without a condition"] * (
        one.special_category and not one.special_category_condition
    )
    if one.agreement_ends is not None and one.agreement_ends <= today:
        found.append(f"{one.extract}: its sharing agreement ended on {one.agreement_ends:%d %B %Y}")
    return found


def _document(name: str, facts: CandidateFacts, parts: Iterable[str], today: datetime.date) -> Outcome:
    held: dict[str, DocumentFacts] = {str(part): one for part, one in facts.documents.items()}
    wrong = [fault for part in parts for fault in _document_faults(part, held.get(part), today)]
    return _outcome(name, wrong, "complete, and about this model", "complete, about this model, and in date")


def _document_faults(part: str, one: DocumentFacts | None, today: datetime.date) -> list[str]:
    label = part.replace("_", " ")
    if one is None:
        return [f"{label}: not there"]
    found = list(one.findings)
    if part in _MUST_BE_CONFIRMED and (one.rests_on is None or one.review_by is None):
        found.append(f"{label}: nobody has confirmed what it is about, or until when it holds")
    if one.rests_on != one.rests_on_now:
        found.append(f"{label}: written before this changed: {'; '.join(one.changed) or 'what it rests on'}")
    if one.review_by is not None and one.review_by <= today:
        found.append(f"{label}: was to be reviewed by {one.review_by:%d %B %Y}")
    return found


def _no_pickle(facts: CandidateFacts) -> Outcome:
    wrong = [one.path for one in facts.files if PurePosixPath(one.path).suffix.lower() in _PROGRAMS]
    wrong = wrong or ["no file is listed"] * (not facts.files)
    held = f"{len(facts.files)} files, each text or numbers"
    return _outcome("no_pickle", wrong, held, "no pickle and no code in the bundle")
