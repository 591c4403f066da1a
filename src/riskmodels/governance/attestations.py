"""What is signed, one record for each kind of statement. Each travels as an in-toto statement in a DSSE envelope.

::

    candidate    the author: this model, with this evidence
    reproduced   a second person or the build server: I made it again
    word         a role: approve, approve with conditions, or reject, with reasons
    suspension   any signatory: stop
    promotion    the registry's server: I ran the gate again, and this version is live until then
    status       the registry's server: this is how things stand now (for copies that cannot ask)
    standing     deciding roles: retrains with the same definitions are approved until then
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.wire import Record

__all__ = [
    "EVERY_CANDIDATE",
    "Attestation",
    "Candidate",
    "Conditions",
    "Kind",
    "Promotion",
    "Reproduced",
    "RoleKind",
    "Standing",
    "Status",
    "Suspension",
    "Waiver",
    "Word",
]

Kind = Literal["candidate", "reproduced", "word", "suspension", "promotion", "status", "standing"]
RoleKind = Literal["advise", "accept_risk", "decide"]

EVERY_CANDIDATE = "0" * 64
"""What a suspension names as its candidate to stop the whole model, whatever version."""


class Conditions(Record):
    """What an approval is tied to, as data; null is no condition of that kind.

    Attributes
    ----------
    purposes : tuple of str or None
        Only these purposes.
    longest_list : int or None
        At most so many people at one as-of date.
    until : date or None
        Not after this day.
    other : tuple of str
        What only people can check; printed wherever the model is described.
    """

    purposes: tuple[str, ...] | None = None
    longest_list: int | None = Field(default=None, ge=1)
    until: datetime.date | None = None
    other: tuple[str, ...] = ()


class Waiver(Record):
    """A check that need not pass this once: signed, reasoned, and it lapses.

    Attributes
    ----------
    check : str
        The gate's check. Those that cannot be waived are refused whatever is signed.
    groups : tuple of str
        For ``bias``: the comparisons with not enough evidence, ``"<characteristic>: <group>, <metric>"``, each named.
    reason, plan : str
        Why, and how the evidence will be collected.
    expires : date
        Day from which it no longer counts.
    """

    check: str
    groups: tuple[str, ...] = ()
    reason: str = Field(min_length=1)
    plan: str = ""
    expires: datetime.date


class Candidate(Record):
    """An author puts a model forward: exactly this bundle, with exactly this evidence."""

    kind: Literal["candidate"] = "candidate"
    facts: CandidateFacts


class Reproduced(Record):
    """Somebody else made the model again from the retained inputs, and says what came out.

    Attributes
    ----------
    reproducibility_digest : str
        Of what was learned the second time.
    platform : mapping of str to str
        Python, platform and versions of the second time.
    largest_difference : float or None
        On another platform, where digests may differ: the largest difference between two scores of one row.
    """

    kind: Literal["reproduced"] = "reproduced"
    model: str
    candidate_digest: str
    bundle_digest: str
    reproducibility_digest: str
    platform: dict[str, str]
    largest_difference: float | None = Field(default=None, ge=0)
    at: AwareDatetime
    log_head: str | None = None


class Word(Record):
    """What a role says of a candidate, bound to its bundle, card, DPIA and evidence.

    Attributes
    ----------
    candidate_digest : str
        SHA-256 of the candidate's signed statement: it holds the evidence and the digests of all documents.
    bundle_digest, card_digest, dpia_digest, equality_digest : str
        What the signer had before them, for a reader of this statement alone.
    overrules : str or None
        Reasons for going against advice; without them an approval against a rejection does not count.
    interests : str
        Interests declared, or "none".
    review_by : date
        Day from which this word no longer counts.
    """

    kind: Literal["word"] = "word"
    model: str
    role: str
    decision: Literal["approve", "approve-with-conditions", "reject"]
    reasons: str = Field(min_length=1)
    candidate_digest: str
    bundle_digest: str
    card_digest: str
    dpia_digest: str
    equality_digest: str
    conditions: Conditions = Conditions()
    waivers: tuple[Waiver, ...] = ()
    overrules: str | None = None
    dissent: str | None = None
    interests: str = "none"
    at: AwareDatetime
    review_by: datetime.date
    log_head: str | None = None


class Suspension(Record):
    """A signatory stops a model, or one version of it, at once."""

    kind: Literal["suspension"] = "suspension"
    model: str
    candidate_digest: str
    role: str
    reason: str = Field(min_length=1)
    at: AwareDatetime
    log_head: str | None = None


class Promotion(Record):
    """The registry's server ran the gate on the signed evidence and put a version behind an alias."""

    kind: Literal["promotion"] = "promotion"
    model: str
    version: int
    alias: str
    candidate_digest: str
    bundle_digest: str
    root_digest: str
    conditions: Conditions
    approved_until: datetime.date
    at: AwareDatetime
    log_head: str


class Status(Record):
    """How a model stands at a moment, signed by the registry's server, for copies that cannot ask.

    Attributes
    ----------
    live : mapping of str to str
        Alias to the candidate digest behind it.
    suspended : tuple of str
        Candidate digests that must not be scored with.
    """

    kind: Literal["status"] = "status"
    model: str
    live: dict[str, str]
    suspended: tuple[str, ...] = ()
    root_digest: str
    at: AwareDatetime
    log_head: str


class Standing(Record):
    """A deciding or accepting role approves retrains beforehand, on terms.

    Attributes
    ----------
    definition_digest, policy_digest : str
        Retrains of these definitions under this policy only.
    dpia_digest, equality_digest : str
        And with these assessments.
    candidate_digest : str
        The approved candidate whose verdicts no retrain may fall below.
    until : date
        Day from which it no longer counts.
    """

    kind: Literal["standing"] = "standing"
    model: str
    role: str
    definition_digest: str
    policy_digest: str
    dpia_digest: str
    equality_digest: str
    candidate_digest: str
    reasons: str = Field(min_length=1)
    conditions: Conditions = Conditions()
    at: AwareDatetime
    until: datetime.date
    log_head: str | None = None


Attestation = Annotated[
    Candidate | Reproduced | Word | Suspension | Promotion | Status | Standing, Field(discriminator="kind")
]
