"""The register of sources: read strictly, compared with the contracts, and honest about what it does not say."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.drift import DeclaredExtract, DeclaredSource, register_findings
from riskmodels.governance.documents.register import Register, read_register, source_facts
from riskmodels.governance.facts import SourceFacts

TODAY = datetime.date(2026, 12, 1)
GOOD = """\
council: A council
purposes:
  help: Offering help
  equality_monitoring: Finding out whether groups are treated alike
sources:
  Rents:
    owner: Head of rents
    system: Rent system
    regime: UK GDPR
    lawful_basis: Article 6(1)(e) public task
    gateway: Housing Act 1985 s21
    personal_data: yes
    health_or_care: no
    purposes: [help]
    agreement: {reference: DSA-1, signed_on: 2026-01-05, ends: 2027-01-05}
    retention: 6 years
    extracts:
      Balances: {holds: What is owed, history: events, special_category: no}
  People:
    owner: Head of data
    system: Index
    regime: UK GDPR
    lawful_basis: Article 6(1)(e) public task
    gateway: Localism Act 2011 s1
    personal_data: yes
    health_or_care: no
    special_category:
      article_9: Article 9(2)(g)
      schedule_1: Schedule 1 paragraph 8
      policy_document: APD-1
    purposes: [help, equality_monitoring]
    agreement: {not_needed_because: It is the council's own}
    retention: 6 years
    extracts:
      Persons: {holds: Characteristics, history: events, special_category: yes, purposes: [equality_monitoring]}
"""


def read(folder: Path, text: str) -> Register:
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return read_register(path)


def refused(folder: Path, text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(folder, text)
    return caught.value


def declared(**changes: object) -> DeclaredSource:
    held = {
        "name": "Rents",
        "owner": "Head of rents",
        "system": "Rent system",
        "regime": "UK GDPR",
        "lawful_basis": "Article 6(1)(e) public task",
        "gateway": "Housing Act 1985 s21",
        "purposes": ("help",),
        "retention": "6 years",
        "extracts": {"Balances": DeclaredExtract("events", ("balance",), (), ())},
    }
    return DeclaredSource(**{**held, **changes})  # type: ignore[arg-type]


PEOPLE = DeclaredSource(
    "People",
    "Head of data",
    "Index",
    "UK GDPR",
    "Article 6(1)(e) public task",
    "Localism Act 2011 s1",
    ("equality_monitoring", "help"),
    "6 years",
    {"Persons": DeclaredExtract("events", ("religion",), ("religion",), ("religion",))},
)


def test_a_whole_register_has_no_finding_and_agrees_with_its_contracts(tmp_path: Path) -> None:
    register = read(tmp_path, GOOD)
    assert () == register.findings(today=TODAY)
    assert () == register_findings(register, (declared(), PEOPLE))


def test_facts_say_what_the_register_says_of_each_extract(tmp_path: Path) -> None:
    facts = source_facts(read(tmp_path, GOOD), {"Balances": ("Rents", "model"), "Persons": ("People", "audit")})
    assert SourceFacts(
        extract="Balances",
        source="Rents",
        read_for="model",
        registered=True,
        purposes=("help",),
        regime="UK GDPR",
        lawful_basis="Article 6(1)(e) public task",
        gateway="Housing Act 1985 s21",
        agreement="DSA-1",
        agreement_ends=datetime.date(2027, 1, 5),
        retention="6 years",
    ) == facts[0]  # fmt: skip
    assert "Article 9(2)(g); Schedule 1 paragraph 8; APD-1" == facts[1].special_category_condition
    assert ("equality_monitoring",) == facts[1].purposes


@pytest.mark.parametrize("read_as", [("Rents", "Unlisted"), ("Nobody", "Balances")])
def test_an_extract_that_the_register_does_not_list_is_not_registered(tmp_path: Path, read_as: tuple[str, str]) -> None:
    source, extract = read_as
    (facts,) = source_facts(read(tmp_path, GOOD), {extract: (source, "model")})
    assert (False, (), "") == (facts.registered, facts.purposes, facts.lawful_basis)


def test_an_extract_cannot_widen_what_its_source_allows(tmp_path: Path) -> None:
    register = read(tmp_path, GOOD.replace("purposes: [equality_monitoring]}", "purposes: [enforcement]}"))
    (facts,) = source_facts(register, {"Persons": ("People", "audit")})
    assert () == facts.purposes
    assert any("names enforcement, which its source does not allow" in one for one in register.findings(today=TODAY))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    owner: Head of rents", "    owner:", "C1: ethics/sources.yaml, sources.Rents.owner is empty"),
        ("Head of rents", "TBC", "sources.Rents.owner is still to be written"),
        (
            "      article_9: Article 9(2)(g)\n",
            "",
            "C3: ethics/sources.yaml, sources.People.special_category.article_9",
        ),
        ("policy_document: APD-1", "policy_document: {{ APD }}x".replace("{{ APD }}x", "to be confirmed"), "C3:"),
        ("help, equality_monitoring]\n    agreement", "help, other]\n    agreement", "names other, whose meaning"),
        ("6(1)(e) public task\n    gateway: Housing", "6(1)(f)\n    gateway: Housing", "C4:"),
        ("ends: 2027-01-05", "ends: 2026-12-01", "C31: ethics/sources.yaml, sources.Rents.agreement ended"),
        ("ends: 2027-01-05", "ends: 2025-12-01", "ends before it was signed"),
        ("ends: 2027-01-05", "ends: TBC", "agreement.ends has no date"),
        ("It is the council's own", "''", "not_needed_because is empty"),
        ("history: events, special_category: no", "history: events, special_category: ''", "neither yes nor no"),
        ("    personal_data: yes\n", "", "sources.Rents.personal_data says neither yes nor no"),
        ("  help: Offering help\n", "  help:\n", "purposes.help is empty"),
    ],
)
def test_what_is_blank_wrong_or_out_of_date_is_a_finding(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in GOOD
    found = read(tmp_path, GOOD.replace(old, new, 1)).findings(today=TODAY)
    assert any(words in one for one in found), found


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lawful_basis": "Article 6(1)(c)"}, "C27: ethics/sources.yaml, sources.Rents.lawful_basis differs"),
        ({"retention": "7 years"}, "C29: ethics/sources.yaml, sources.Rents.retention differs"),
        ({"purposes": ("help", "enforcement")}, "purposes differs from features/extracts.py in enforcement"),
        ({"extracts": {}}, "extracts.Balances is not declared"),
        ({"extracts": {"Balances": DeclaredExtract("snapshots", (), (), ())}}, "history is events, and snapshots"),
        (
            {"extracts": {"Balances": DeclaredExtract("events", ("faith",), ("faith",), ())}},
            "C3: ethics/sources.yaml, sources.Rents.extracts.Balances.special_category differs from its contract",
        ),
        (
            {"extracts": dict.fromkeys(("Balances", "New"), DeclaredExtract("events", (), (), ()))},
            "extracts lacks New",
        ),
        ({"name": "Fines"}, "has no source Fines"),
    ],
)  # fmt: skip
def test_a_difference_between_register_and_contracts_is_a_finding(
    tmp_path: Path, changed: dict[str, object], words: str
) -> None:
    found = register_findings(read(tmp_path, GOOD), (declared(**changed), PEOPLE))
    assert any(words in one for one in found), found


def test_an_unknown_key_is_refused_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    error = refused(tmp_path, GOOD.replace("    gateway: Housing", "    gatway: Housing"))
    assert "sources.yaml, line 11: sources.Rents.gatway is not a key of the register of sources" in error.found
    assert "did you mean 'gateway'?" in error.found


def test_a_key_in_an_extract_is_refused_with_the_nearest_too(tmp_path: Path) -> None:
    error = refused(tmp_path, GOOD.replace("{holds: What", "{hols: What"))
    assert "line 18: sources.Rents.extracts.Balances.hols" in error.found
    assert "did you mean 'holds'?" in error.found


def test_a_missing_file_says_who_writes_it(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read_register(tmp_path / "sources.yaml")
    assert "is not there" in caught.value.found
    assert "the data protection officer" == caught.value.who


def test_what_a_key_is_set_to_is_never_shown(tmp_path: Path) -> None:
    error = refused(tmp_path, GOOD.replace("owner: Head of rents", "owner: [Jane Smith]"))
    assert "sources.Rents.owner is not right" in error.found
    assert "Jane" not in str(error)
