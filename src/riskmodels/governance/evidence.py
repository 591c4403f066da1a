"""What the gate is handed: a candidate's facts, and every signature on it that holds."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from riskmodels.governance.attestations import Reproduced, Standing, Suspension, Word
from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.roles import Holder, Root

__all__ = ["Discarded", "Evidence", "SignedReproduction", "SignedStanding", "SignedSuspension", "SignedWord"]


@dataclass(frozen=True)
class SignedWord:
    """A role's word whose signature holds, and who gave it; ``digest`` is that of its statement."""

    word: Word
    holder: Holder
    digest: str


@dataclass(frozen=True)
class SignedReproduction:
    """Somebody's statement that they made the model again, and who made it."""

    statement: Reproduced
    holder: Holder
    digest: str


@dataclass(frozen=True)
class SignedSuspension:
    """A signatory's order to stop, and who gave it."""

    statement: Suspension
    holder: Holder
    digest: str


@dataclass(frozen=True)
class SignedStanding:
    """A role's approval of retrains beforehand, who gave it, and the facts of the candidate that it rests on."""

    statement: Standing
    holder: Holder
    digest: str
    rests_on: CandidateFacts | None = None


@dataclass(frozen=True)
class Discarded:
    """A signature that does not count, and why: what, in words, and never who the signer said they were."""

    kind: str
    why: str


@dataclass(frozen=True)
class Evidence:
    """A candidate's facts as its author signed them, and the signatures on it that hold under a trust root.

    Attributes
    ----------
    facts : CandidateFacts
        What the author signed.
    candidate_digest : str
        SHA-256 of the author's signed statement; words are bound to it.
    author : Holder
        Whose key signed it.
    root : Root
        The trust root in force, with the policy of each model.
    at : datetime
        The moment to decide for, in UTC.
    words, reproduced, suspensions, standing : tuple
        Signatures that hold. Whether they suffice, and whether they have lapsed, is the gate's to say.
    discarded : tuple of Discarded
        Signatures that do not count.
    """

    facts: CandidateFacts
    candidate_digest: str
    author: Holder
    root: Root
    at: datetime.datetime
    words: tuple[SignedWord, ...] = ()
    reproduced: tuple[SignedReproduction, ...] = ()
    suspensions: tuple[SignedSuspension, ...] = ()
    standing: tuple[SignedStanding, ...] = ()
    discarded: tuple[Discarded, ...] = field(default=())
