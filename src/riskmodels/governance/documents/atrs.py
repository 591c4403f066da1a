"""The transparency record of a model (ATRS version 4): ``ethics/atrs/<model>.yaml``, its checks, page and JSON."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import Field as Declared

from riskmodels.governance.documents.atrs_fields import FIELDS, REGIONS, SECTIONS, VERSION, WRITTEN_KEYS, Field
from riskmodels.governance.documents.files import Day, Words, Written, YesNo, read_written
from riskmodels.governance.documents.findings import blanks, personal_mailbox, typed_figure
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.pages import bullets, generated, page, written, written_in
from riskmodels.governance.documents.reviews import review_findings
from riskmodels.governance.documents.statement import PHASES, Statement
from riskmodels.governance.wire import Record
from riskmodels.naming import nearest

__all__ = ["CLEARANCES", "Atrs", "Clearance", "atrs_findings", "atrs_json", "atrs_page", "read_atrs"]

CLEARANCES = ("tool_team", "senior_responsible_owner", "communications")
"""Whose clearance the standard asks for before a record is published."""

_PERSON = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr|prof|sir|dame|cllr)\b\.? [A-Z]", re.IGNORECASE)
_LONGEST_DESCRIPTION = 3


class Clearance(Record):
    """Who cleared the record for publication, by position, and when."""

    position: Words = ""
    date: Day = None


class Atrs(Record):
    """What people wrote in ``ethics/atrs/<model>.yaml``; all other fields are generated."""

    standard_version: Words = ""
    third_party_involvement: YesNo = None
    fields: dict[str, Words] = Declared(default_factory=dict)
    clearances: dict[str, Clearance] = Declared(default_factory=dict)
    reviewed_on: Day = None
    review_by: Day = None
    rests_on: dict[str, str | dict[str, str]] | None = None


def read_atrs(path: Path) -> Written[Atrs]:
    """Read ``ethics/atrs/<model>.yaml``.

    Raises
    ------
    DocumentError
        If it is not there, cannot be read, or has a key that is unknown; with the line, and the nearest right key. A
        field that is generated is refused too: nobody may type it.
    """
    keys = [key for key in WRITTEN_KEYS if key != "third_party_involvement"]
    return read_written(
        path,
        Atrs,
        what="the transparency record",
        who="the head of the service",
        known={"fields": keys, "clearances": CLEARANCES},
    )


def atrs_findings(
    atrs: Written[Atrs], statement: Statement, facts: Mapping[str, str], *, today: datetime.date
) -> tuple[str, ...]:
    """List what is wrong with the record, each finding with its rule (C19 to C26) and its place.

    Parameters
    ----------
    atrs : Written
        What people wrote.
    statement : Statement
        Where phase, contact, oversight and routes are written, once for all documents.
    facts : mapping of str to str
        The generated fields, from :func:`riskmodels.governance.documents.atrs_facts.facts_by_key`.
    today : date
        The day to judge by.
    """
    said, where = atrs.said, atrs.where
    return (
        *_tier_1(said, where, statement),
        *_tier_2(said, where, facts),
        *_standard(said, where, statement),
        *_clearances(said, where),
        *review_findings(where, said.reviewed_on, said.review_by, today=today),
    )


def _tier_1(said: Atrs, where: str, statement: Statement) -> Iterable[str]:
    words = {key: said.fields.get(key, "") for key in ("one_sentence_description", "description", "website_url")}
    yield from blanks({f"fields.{key}": text for key, text in words.items()}, where=where, rule="C19")
    shown = {"title": statement.title, "organisation": statement.organisation, "contact": statement.contact}
    yield from (f"C19: the statement gives no {name}" for name, text in shown.items() if not text)
    if len(re.findall(r"[.!?](?=\s|$)", words["description"])) > _LONGEST_DESCRIPTION:
        yield f"C19: {where}, fields.description has more than {_LONGEST_DESCRIPTION} sentences"
    if len(re.findall(r"[.!?](?=\s|$)", words["one_sentence_description"])) > 1:
        yield f"C19: {where}, fields.one_sentence_description has more than one sentence"
    if personal_mailbox(statement.contact):
        yield "C19: the statement's contact is the address of a person, not of a team"
    if _PERSON.search(said.fields.get("senior_responsible_owner", "")):
        yield f"C19: {where}, fields.senior_responsible_owner names a person; a role is asked for"


def _tier_2(said: Atrs, where: str, facts: Mapping[str, str]) -> Iterable[str]:
    third = said.third_party_involvement
    if third is None:
        yield f"C21: {where}, third_party_involvement says neither yes nor no"
    for one in FIELDS:
        needed = one.required or (third is True and one.number.startswith("2.1.4."))
        if one.key == "third_party_involvement" or not needed or one.number.startswith(("0", "1")):
            continue
        if one.by == "facts":
            rule = "C20" if one.key == "appeals_and_review" else "C21"
            yield from blanks({f"{one.number} {one.key}": facts.get(one.key, "")}, where="generated fields", rule=rule)
        else:
            yield from blanks({f"fields.{one.key}": said.fields.get(one.key, "")}, where=where, rule="C21")
    if "By group:" not in facts.get("model_performance", ""):
        yield "C22: the model's performance says nothing of groups"
    for key, text in said.fields.items():
        if typed_figure(text):
            yield f"C26: {where}, fields.{key} types a measure of the model; such figures come from the run alone"


def _standard(said: Atrs, where: str, statement: Statement) -> Iterable[str]:
    region = said.fields.get("region", "")
    if region not in REGIONS:
        yield f"C23: {where}, fields.region is not a region of the standard{nearest(region, REGIONS)}"
    if statement.phase not in PHASES:
        yield f"C23: the statement's phase is not a phase of the standard{nearest(statement.phase, PHASES)}"
    if said.standard_version != VERSION:
        yield f'C25: {where}, standard_version is not "{VERSION}", whose numbers this record has'


def _clearances(said: Atrs, where: str) -> Iterable[str]:
    for key in CLEARANCES:
        one = said.clearances.get(key, Clearance())
        if not one.position or one.date is None:
            yield f"C24: {where}, clearances.{key}: a position and a date are needed before it is published"


def atrs_page(atrs: Written[Atrs], inputs: DocumentInputs, statement: Statement, facts: Mapping[str, str]) -> str:
    """Lay out the record in Markdown, with what people wrote and what was generated marked apart."""
    lines = page(
        f"Algorithmic transparency record: {statement.title or inputs.model}",
        inputs=inputs,
        where=atrs.where,
        digest=atrs.digest,
        demonstration=statement.demonstration,
    )
    lines += [f"Standard: ATRS version {VERSION}.", ""]
    for start, title in SECTIONS.items():
        lines += [f"## {title}", ""]
        for one in FIELDS:
            if one.number == start or one.number.startswith(f"{start}."):
                lines += [f"### {one.number} {one.title}", "", *_field(one, atrs.said, facts)]
    return "\n".join(lines).rstrip() + "\n"


def _field(one: Field, said: Atrs, facts: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    if one.by != "facts":
        lines += written(_written_value(one, said) or "Not applicable.")
    if one.by != "people":
        items = facts.get(one.key, "").split("\n")
        held = [items[0] or "None."] if len(items) == 1 else bullets(items)
        lines += generated(*held) if one.origin == "the run and the register" else written_in(one.origin, *held)
    return lines


def _written_value(one: Field, said: Atrs) -> str:
    if one.key == "third_party_involvement":
        return {True: "Yes", False: "No", None: ""}[said.third_party_involvement]
    return said.fields.get(one.key, "")


def atrs_json(atrs: Written[Atrs], facts: Mapping[str, str]) -> str:
    """Give the record as JSON, by number: each field with what was written, and what was filled in from where."""
    record = {
        one.number: {
            "key": one.key,
            "title": one.title,
            "written": None if one.by == "facts" else _written_value(one, atrs.said),
            "filled_in": None if one.by == "people" else facts.get(one.key, ""),
            "filled_in_from": None if one.by == "people" else one.origin,
        }
        for one in FIELDS
    }
    return json.dumps({"atrs_version": VERSION, "fields": record}, indent=2, ensure_ascii=False) + "\n"
