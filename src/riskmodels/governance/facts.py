"""What is known of a candidate, as its author signs it: everything that the gate reads, and nothing about a person."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from riskmodels.governance.figure_facts import (
    Measured,
    PeriodFacts,
    RouteFacts,
    SelectionFacts,
    StratumFacts,
    TotalsFacts,
)
from riskmodels.governance.wire import Record

__all__ = [
    "BiasFacts",
    "BreachFacts",
    "CandidateFacts",
    "ComparisonFacts",
    "DataFacts",
    "DisclosureFacts",
    "DocumentFacts",
    "DocumentName",
    "ExplanationFacts",
    "FileFacts",
    "LeakageFacts",
    "Measured",
    "ModelFacts",
    "MonotoneFacts",
    "PeriodFacts",
    "ProxyFacts",
    "RouteFacts",
    "RunFacts",
    "SelectionFacts",
    "SourceFacts",
    "StratumFacts",
    "TotalsFacts",
    "TransparencyFacts",
]

DocumentName = Literal["card", "statement", "dpia", "equality", "atrs", "canvas", "processing_record", "sources"]


class ModelFacts(Record):
    """What was trained, by the digests that tell it from any other.

    Attributes
    ----------
    bundle_digest : str
        SHA-256 of the bundle's manifest, which holds the SHA-256 of every file: the *signed* digest.
    reproducibility_digest : str
        SHA-256 of what was learned: the *reproducibility* digest, equal on the same platform and lock.
    definition_digest, table_digest : str
        Of the use case, and of the data that it learned from.
    platform : mapping of str to str
        Python, platform and versions on which the reproducibility digest holds.
    capacity : int
        Length of the list at one date; 0 for a model of amounts, from which no list of people is made.
    task : {"risk", "amount"}
        Whether it gives a chance, or an amount.
    unit : str or None
        What an amount is counted in, such as ``"GBP per week"``.
    nominal_coverage : float or None
        Share of people whose amount the stated ranges are made to hold, in (0, 1).
    strata : tuple of StratumFacts
        How often the ranges held, by the groups that they are made within; those with too few people are left out.
    mean_amount : Measured or None
        What came on average in the held-out period.
    watched_until : str or None
        The date that ends a person's watching before the horizon is over, in words, such as ``"date of death"``.
    """

    name: str
    purpose: str
    outcome_says: str
    chosen: str
    baseline: str
    bundle_digest: str
    reproducibility_digest: str
    definition_digest: str
    table_digest: str
    platform: dict[str, str]
    rows: int
    positives: int | None
    capacity: int
    horizon_days: int
    learned_from: tuple[datetime.date, ...] = Field(min_length=1)
    held_out: tuple[datetime.date, ...] = Field(min_length=1)
    metrics: dict[str, dict[str, Measured]]
    differences: dict[str, dict[str, Measured]]
    notes: tuple[str, ...] = ()
    task: Literal["risk", "amount"] = "risk"
    unit: str | None = None
    nominal_coverage: float | None = None
    strata: tuple[StratumFacts, ...] = ()
    mean_amount: Measured | None = None
    watched_until: str | None = None


class DataFacts(Record):
    """The state of one extract when the table was built.

    Attributes
    ----------
    moving : bool
        Whether new rows are expected all the time, so that its age matters.
    newest : date or None
        The last known time in it.
    known_time_assumed : bool
        Whether its contract assumes when a row became known, because nobody recorded it.
    """

    extract: str
    source: str
    rows: int
    bad_share: float
    tolerance: float
    moving: bool
    newest: datetime.date | None
    known_time_assumed: bool = False


class LeakageFacts(Record):
    """The searches for a leak: what was rebuilt, and what raised an alarm."""

    time_travel_rows: int | None = Field(ge=0)
    time_travel_differs: tuple[str, ...] = ()
    shuffled_passed: bool | None
    alarms: tuple[str, ...] = ()
    not_measured: tuple[str, ...] = ()


class ComparisonFacts(Record):
    """One comparison that the policy named beforehand, with its verdict.

    ``difference`` has no value where it is withheld, because too few people stand behind it to be published.
    """

    characteristic: str
    group: str
    metric: str
    tolerance: float
    difference: Measured
    verdict: Literal["pass", "fail", "not enough evidence"]
    people_needed: int


class BreachFacts(Record):
    """A difference that nobody named, proven to be over the tolerance all the same."""

    group: str
    metric: str
    tolerance: float
    difference: Measured


class BiasFacts(Record):
    """The bias audit's verdicts, and the nine characteristics of the Act with how they are held."""

    comparisons: tuple[ComparisonFacts, ...]
    breaches: tuple[BreachFacts, ...] = ()
    held: dict[str, str]
    not_measured: tuple[str, ...] = ()


class ProxyFacts(Record):
    """Features that are as good as a protected characteristic; how well all together give each away.

    ``excused`` names those that are inputs by exception: the gate asks whether the policy in force allows them.
    """

    alarms: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    strength: dict[str, Measured]


class ExplanationFacts(Record):
    """How near the explanation comes to the score, and how steady its leading features are.

    Gaps are in log-odds for a risk, and in the logarithm of the amount for an amount.
    """

    largest_gap: float
    largest_difference: float
    checked_rows: int
    stability: Measured | None
    leading: tuple[str, ...]


class MonotoneFacts(Record):
    """Features declared to move risk one way, and those that were found to move it the other way."""

    declared: tuple[str, ...] = ()
    checked_rows: int = 0
    violated: tuple[str, ...] = ()


class DisclosureFacts(Record):
    """How small a count may be shown, and the smallest that any published table shows; null: none is shown."""

    number: int
    round_to: int
    smallest_shown: int | None


class SourceFacts(Record):
    """One extract that the model or its audit reads, with what the register of sources says of it.

    Attributes
    ----------
    read_for : str
        ``"model"`` (population, outcome or feature) or ``"audit"``.
    registered : bool
        Whether the register has its source; every other field is then what the register says.
    """

    extract: str
    source: str
    read_for: Literal["model", "audit"]
    registered: bool
    purposes: tuple[str, ...] = ()
    regime: str = ""
    lawful_basis: str = ""
    gateway: str = ""
    special_category: bool = False
    special_category_condition: str | None = None
    agreement: str | None = None
    agreement_ends: datetime.date | None = None
    retention: str = ""


class DocumentFacts(Record):
    """One document: its digest, what is wrong with it, and until when it may be relied on.

    Attributes
    ----------
    digest : str
        SHA-256 of the document as it was read or generated.
    rests_on : str or None
        Digest of the sources, features, purpose and population that it was written for.
    rests_on_now : str or None
        The same digest for this candidate: a difference means that the document speaks of something else.
    findings : tuple of str
        Blanks, placeholders, contradictions; none when it is complete.
    review_by : date or None
        Day from which it is out of date.
    changed : tuple of str
        What changed since it was written, in words.
    """

    digest: str
    findings: tuple[str, ...] = ()
    rests_on: str | None = None
    rests_on_now: str | None = None
    review_by: datetime.date | None = None
    changed: tuple[str, ...] = ()


class TransparencyFacts(Record):
    """Where people are told, can object and can complain, and who looks at each case; null is not given."""

    privacy_notice: str | None
    complaint_route: str | None
    objection_route: str | None
    human_review: str | None
    may_override: str | None
    training: str | None


class FileFacts(Record):
    """One file of the bundle: path, SHA-256 and size."""

    path: str
    sha256: str
    bytes: int = Field(ge=0)


class RunFacts(Record):
    """What a run measured of a model, and the model itself by its digests and files."""

    model: ModelFacts
    periods: tuple[PeriodFacts, ...]
    data: tuple[DataFacts, ...]
    leakage: LeakageFacts
    bias: BiasFacts
    proxies: ProxyFacts
    explanation: ExplanationFacts
    monotone: MonotoneFacts
    disclosure: DisclosureFacts
    files: tuple[FileFacts, ...]
    selection: SelectionFacts | None = None
    totals: TotalsFacts | None = None


class CandidateFacts(RunFacts):
    """Everything about a candidate that the gate reads, signed by its author: what the run measured, and the papers.

    Attributes
    ----------
    made_at : datetime
        When it was put forward, in UTC.
    sources : tuple of SourceFacts
        Every extract that is read, with what the register of sources says of it.
    documents : mapping of str to DocumentFacts
        By name.
    transparency : TransparencyFacts
        Where people are told, can object and complain, and who looks at each case.
    benefit : str
        What is known of whether contact with people on the list helps: "Benefit not shown" until it is.
    root_digest : str
        The trust root that was in force, and so the policy that it was made under.
    log_head : str or None
        Head of the registry's decision log as it was then, ``"<number>:<hash>"``.
    """

    schema_version: Literal["1"] = "1"
    made_at: AwareDatetime
    sources: tuple[SourceFacts, ...]
    documents: dict[DocumentName, DocumentFacts]
    transparency: TransparencyFacts
    benefit: str
    root_digest: str
    log_head: str | None = None
