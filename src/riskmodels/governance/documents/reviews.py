"""The days of a document: when people last went through it, and by when they must do so again (C10)."""

from __future__ import annotations

import datetime

from riskmodels.governance.documents.files import Written
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.rests_on import RestsOn, changes, rests_on_digest, rests_on_now
from riskmodels.governance.facts import DocumentFacts
from riskmodels.governance.wire import canonical, sha256

__all__ = ["LONGEST_REVIEW", "document_facts", "review_findings"]

LONGEST_REVIEW = datetime.timedelta(days=366)


def review_findings(
    where: str, reviewed_on: datetime.date | None, review_by: datetime.date | None, *, today: datetime.date
) -> list[str]:
    """Find a review that is missing, in the future, overdue, or put off for more than twelve months.

    Parameters
    ----------
    where : str
        The file's name.
    reviewed_on, review_by : date or None
        When people last went through it, and by when they must again.
    today : date
        The day to judge by.
    """
    found = [f"C10: {where}, reviewed_on has no date"] * (reviewed_on is None)
    found += [f"C10: {where}, review_by has no date"] * (review_by is None)
    if reviewed_on is not None and reviewed_on > today:
        found.append(f"C10: {where}, reviewed_on lies in the future")
    if review_by is not None and review_by <= today:
        found.append(f"C10: {where}, its review was due by {review_by:%d %B %Y}")
    if reviewed_on is not None and review_by is not None and review_by > reviewed_on + LONGEST_REVIEW:
        found.append(f"C10: {where}, review_by is more than twelve months after reviewed_on")
    return found


def document_facts(
    document: str,
    written: Written,  # type: ignore[type-arg]  # any document
    inputs: DocumentInputs,
    *,
    findings: tuple[str, ...],
    rests_on: RestsOn | None,
    review_by: datetime.date | None,
) -> DocumentFacts:
    """Give what the gate reads of a document.

    Its digest covers the file that people wrote and what it rests on; a run's figures are covered by the evidence that
    the author signs, so that a retrain of the same definition leaves the digest as it is.
    """
    now = rests_on_now(document, inputs)
    same = rests_on is not None and dict(rests_on) == now
    return DocumentFacts(
        digest=sha256(canonical({"file": written.digest, "rests_on": now})),
        findings=findings,
        rests_on=rests_on_digest(rests_on),
        rests_on_now=rests_on_digest(now),
        review_by=review_by,
        changed=() if same else changes(rests_on, now),
    )
