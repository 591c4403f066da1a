"""The register of sources, ``ethics/sources.yaml``: who answers for each, and by what right it is used."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from riskmodels.governance.documents.files import Day, Words, YesNo, read_record
from riskmodels.governance.documents.findings import blanks
from riskmodels.governance.facts import SourceFacts
from riskmodels.governance.wire import Record, sha256

__all__ = [
    "Agreement",
    "Register",
    "RegisterFile",
    "RegisteredExtract",
    "RegisteredSource",
    "SpecialCategory",
    "read_register",
    "source_facts",
]

_FILE = "ethics/sources.yaml"
_NOT_FOR_A_COUNCIL = ("6(1)(f)", "6(1)(ea)", "legitimate interest")


class SpecialCategory(Record):
    """The conditions under which special category data may be used; all three where any extract holds it."""

    article_9: Words = ""
    schedule_1: Words = ""
    policy_document: Words = ""

    @property
    def condition(self) -> str | None:
        """Word the condition, or None where a part of it is missing."""
        parts = (self.article_9, self.schedule_1, self.policy_document)
        return "; ".join(parts) if all(parts) else None


class Agreement(Record):
    """The sharing agreement with another controller, or why none is needed."""

    reference: Words = ""
    signed_on: Day = None
    ends: Day = None
    not_needed_because: Words = ""


class RegisteredExtract(Record):
    """One extract of a source.

    Attributes
    ----------
    holds : str
        What it holds, in words.
    history : {"events", "snapshots", "current"}
        How it keeps the past.
    special_category : bool or None
        Whether it holds data of Article 9.
    purposes : tuple of str or None
        The only purposes that this extract may be used for; None: all that its source allows.
    """

    holds: Words = ""
    history: Literal["events", "snapshots", "current"]
    special_category: YesNo = None
    purposes: tuple[str, ...] | None = None


class RegisteredSource(Record):
    """One source, as the register has it.

    Attributes
    ----------
    personal_data : bool or None
        Whether it is about people at all: open data about areas is not.
    health_or_care : bool or None
        Whether it is confidential health or social care data, which a Caldicott Guardian watches over.
    """

    owner: Words = ""
    system: Words = ""
    regime: Words = ""
    lawful_basis: Words = ""
    gateway: Words = ""
    personal_data: YesNo = None
    health_or_care: YesNo = None
    special_category: SpecialCategory = SpecialCategory()
    purposes: tuple[str, ...] = ()
    agreement: Agreement = Agreement()
    retention: Words = ""
    extracts: dict[str, RegisteredExtract] = Field(default_factory=dict)

    def purposes_of(self, extract: str) -> tuple[str, ...]:
        """Give what an extract may be used for: what its source allows, less what its own entry leaves out."""
        entry = self.extracts.get(extract)
        if entry is None or entry.purposes is None:
            return self.purposes
        return tuple(one for one in self.purposes if one in entry.purposes)


class RegisterFile(Record):
    """The whole of ``ethics/sources.yaml``."""

    council: Words = ""
    purposes: dict[str, Words] = Field(default_factory=dict)
    sources: dict[str, RegisteredSource] = Field(default_factory=dict)


@dataclass(frozen=True)
class Register:
    """The register of sources, and the digest of its file.

    Attributes
    ----------
    council : str
        The controller.
    purposes : mapping of str to str
        What each purpose means, in words.
    sources : mapping of str to RegisteredSource
        The sources by name.
    digest : str
        SHA-256 of the file.
    """

    council: str
    purposes: Mapping[str, str]
    sources: Mapping[str, RegisteredSource]
    digest: str

    def findings(self, *, today: datetime.date) -> tuple[str, ...]:
        """List what is blank, contradictory or out of date.

        Parameters
        ----------
        today : date
            The day to judge agreements by.
        """
        found = blanks({"council": self.council}, where=_FILE, rule="C1")
        found += blanks({f"purposes.{name}": words for name, words in self.purposes.items()}, where=_FILE, rule="C1")
        found += ["C27: ethics/sources.yaml names no source"] * (not self.sources)
        for name, source in self.sources.items():
            found += _source_findings(name, source, self.purposes, today)
        return tuple(found)

    def care_sources(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give those of the named sources that hold confidential health or social care data."""
        return tuple(dict.fromkeys(one for one in names if one in self.sources and self.sources[one].health_or_care))


def read_register(path: Path) -> Register:
    """Read ``ethics/sources.yaml``.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or has a key that is unknown; with the line, and the nearest right key.
    """
    said, file = read_record(path, RegisterFile, what="the register of sources", who="the data protection officer")
    return Register(said.council, said.purposes, said.sources, sha256(file.content))


def source_facts(
    register: Register, extracts: Mapping[str, tuple[str, Literal["model", "audit"]]]
) -> tuple[SourceFacts, ...]:
    """Give what the register says of every extract that is read.

    Parameters
    ----------
    register : Register
        The register of sources.
    extracts : mapping of str to (str, {"model", "audit"})
        By the extract's class name, the name of its source and what it is read for.

    Returns
    -------
    tuple of SourceFacts
        One for each extract, in the order given; not registered where the source is unknown or does not list it.
    """
    return tuple(_facts(register, name, source, read_for) for name, (source, read_for) in extracts.items())


def _facts(register: Register, extract: str, source: str, read_for: Literal["model", "audit"]) -> SourceFacts:
    held = register.sources.get(source)
    if held is None or extract not in held.extracts:
        return SourceFacts(extract=extract, source=source, read_for=read_for, registered=False)
    special = bool(held.extracts[extract].special_category)
    return SourceFacts(
        extract=extract,
        source=source,
        read_for=read_for,
        registered=True,
        purposes=held.purposes_of(extract),
        regime=held.regime,
        lawful_basis=held.lawful_basis,
        gateway=held.gateway,
        special_category=special,
        special_category_condition=held.special_category.condition if special else None,
        agreement=held.agreement.reference or None,
        agreement_ends=held.agreement.ends,
        retention=held.retention,
    )


def _source_findings(
    name: str, source: RegisteredSource, purposes: Mapping[str, str], today: datetime.date
) -> list[str]:
    texts = {
        part: getattr(source, part) for part in ("owner", "system", "regime", "lawful_basis", "gateway", "retention")
    }
    found = blanks({f"sources.{name}.{key}": words for key, words in texts.items()}, where=_FILE, rule="C1")
    unsaid = [part for part in ("personal_data", "health_or_care") if getattr(source, part) is None]
    found += [f"C1: {_FILE}, sources.{name}.{part} says neither yes nor no" for part in unsaid]
    found += [f"C1: {_FILE}, sources.{name}.purposes is empty"] * (not source.purposes)
    found += [f"C1: {_FILE}, sources.{name}.extracts is empty"] * (not source.extracts)
    found += [
        f"C1: {_FILE}, sources.{name}.purposes names {one}, whose meaning is not given under purposes"
        for one in source.purposes
        if one not in purposes
    ]
    if any(words in source.lawful_basis.lower() for words in _NOT_FOR_A_COUNCIL):
        found.append(
            f"C4: {_FILE}, sources.{name}.lawful_basis: legitimate interests are not open to a council at its tasks"
        )
    for extract, entry in source.extracts.items():
        found += _extract_findings(name, source, extract, entry)
    return [*found, *_special_findings(name, source), *_agreement_findings(name, source.agreement, today)]


def _extract_findings(name: str, source: RegisteredSource, extract: str, entry: RegisteredExtract) -> list[str]:
    place = f"sources.{name}.extracts.{extract}"
    found = blanks({f"{place}.holds": entry.holds}, where=_FILE, rule="C1")
    if entry.special_category is None:
        found.append(f"C3: {_FILE}, {place}.special_category says neither yes nor no")
    wrong = [one for one in entry.purposes or () if one not in source.purposes]
    found += [f"C1: {_FILE}, {place}.purposes names {one}, which its source does not allow" for one in wrong]
    return found


def _special_findings(name: str, source: RegisteredSource) -> list[str]:
    if not any(entry.special_category for entry in source.extracts.values()):
        return []
    held = source.special_category
    words = {"article_9": held.article_9, "schedule_1": held.schedule_1, "policy_document": held.policy_document}
    return blanks({f"sources.{name}.special_category.{key}": one for key, one in words.items()}, where=_FILE, rule="C3")


def _agreement_findings(name: str, held: Agreement, today: datetime.date) -> list[str]:
    place = f"{_FILE}, sources.{name}.agreement"
    if not held.reference:
        words = {f"sources.{name}.agreement.not_needed_because": held.not_needed_because}
        return blanks(words, where=_FILE, rule="C31")
    found = [f"C31: {place}.signed_on has no date"] * (held.signed_on is None)
    found += [f"C31: {place}.ends has no date"] * (held.ends is None)
    if held.ends is not None and held.ends <= today:
        found.append(f"C31: {place} ended on {held.ends:%d %B %Y}")
    if held.signed_on is not None and held.ends is not None and held.ends < held.signed_on:
        found.append(f"C31: {place} ends before it was signed")
    return found
