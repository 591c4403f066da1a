"""The transparency record: every field of version 4, generated where it can be, checked where people write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.atrs import atrs_findings, read_atrs
from riskmodels.governance.documents.atrs_fields import FIELDS, SECTIONS, WRITTEN_KEYS
from riskmodels.governance.documents.statement import Routes, Statement
from tests.unit.governance.documents.inputs_of_rents import ROOT, TODAY, confirmed

SHIPPED = (ROOT / "ethics/atrs/rent_arrears.yaml").read_text(encoding="utf-8")


def findings(folder: Path, text: str = SHIPPED, **changes: object) -> tuple[str, ...]:
    from riskmodels.governance.documents.atrs_facts import facts_by_key

    documents, inputs = confirmed(folder)
    path = documents.paths["atrs"]
    path.write_text(text, encoding="utf-8")
    statement: Statement = documents.statement.model_copy(update=changes)
    fields = facts_by_key(inputs, statement, documents.dpia.said, documents.equality.said)
    return atrs_findings(read_atrs(path), statement, fields, today=TODAY)


def test_the_fields_are_those_of_version_4_in_order_and_once() -> None:
    numbers = [one.number for one in FIELDS]
    assert sorted(numbers, key=lambda number: [int(part) for part in number.split(".")]) == numbers
    assert (56, 56) == (len(numbers), len({one.key for one in FIELDS}))
    assert [] == [number for number in numbers if not any(number.startswith(f"{start}.") for start in SECTIONS)]
    known = {one.number: one.key for one in FIELDS}
    confirmed_numbers = {
        "0.3": "phase",
        "1.4": "contact_email",
        "2.1.4.2": "companies_house_number",
        "2.3.2": "human_review",
        "2.4.1.2": "system_level_input",
        "2.4.2.8": "datasets_and_their_purposes",
        "2.4.4.2": "operational_sensitive_attributes",
        "2.5.2": "risks_and_mitigations",
    }
    assert confirmed_numbers == {number: known[number] for number in confirmed_numbers}


def test_the_shipped_record_has_no_finding(tmp_path: Path) -> None:
    assert () == findings(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "rule", "words"),
    [
        ("It goes by how", "It is new. It goes by how", "C19", "more than 3 sentences"),
        ("  website_url: https://rent-help.example/about\n", "", "C19", "fields.website_url is empty"),
        ("before arrears become serious.", "before arrears. It is new.", "C19", "more than one sentence"),
        ("director for housing (role)", "director, Cllr Jane Smith", "C19", "names a person; a role is asked for"),
        ("third_party_involvement: no", "third_party_involvement:", "C21", "neither yes nor no"),
        (
            "third_party_involvement: no",
            "third_party_involvement: yes",
            "C21",
            "companies_house_number is empty",
        ),
        ("  maintenance: >-\n", "  maintenance: xxx\n  data_cleaning: >-\n", "C21", "fields.maintenance is still"),
        ("  region: London", "  region: Londn", "C23", "did you mean 'London'?"),
        ("    date: 2026-10-26", "    date:", "C24", "clearances.communications"),
        ('standard_version: "4.0"', 'standard_version: "3.0"', "C25", "standard_version"),
        ("    A new list at most once a month", "    Precision is 40%. A new list", "C26", "frequency_and_scale"),
        ("review_by: 2027-10-29", "review_by: 2026-11-29", "C10", "its review was due"),
    ],
)
def test_each_rule_finds_what_breaks_it(tmp_path: Path, old: str, new: str, rule: str, words: str) -> None:
    assert old in SHIPPED
    text = SHIPPED.replace(old, new, 1)
    if "xxx" in new:
        start = text.index("  data_cleaning: >-\n    Rows that break")
        text = text[:start] + text[text.index("  data_collection:") :]
    found = findings(tmp_path, text)
    assert [one for one in found if one.startswith(f"{rule}: ") and words in one], found


def test_appeals_and_review_may_not_be_empty(tmp_path: Path) -> None:
    assert ("C20: generated fields, 2.3.5 appeals_and_review is empty",) == findings(tmp_path, routes=Routes())


def test_a_phase_that_the_standard_does_not_know_is_found(tmp_path: Path) -> None:
    assert ["C23"] == [one[:3] for one in findings(tmp_path, phase="Pilot")]


def test_a_contact_that_is_a_person_is_found(tmp_path: Path) -> None:
    assert ["C19"] == [one[:3] for one in findings(tmp_path, contact="jane.smith@council.example")]


def test_a_generated_field_may_not_be_typed(tmp_path: Path) -> None:
    assert "model_performance" not in WRITTEN_KEYS
    with pytest.raises(DocumentError, match=r"fields\.model_performance is not a key of the transparency record"):
        findings(tmp_path, SHIPPED.replace("fields:\n", "fields:\n  model_performance: Splendid\n"))


def test_the_record_as_json_has_every_field_by_number(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    record = json.loads(documents.files(inputs)["atrs.json"])
    assert ("4.0", [one.number for one in FIELDS]) == (record["atrs_version"], list(record["fields"]))
    performance = record["fields"]["2.4.2.7"]
    assert performance["written"] is None
    assert "lightgbm, roc auc: 0.876 (95% interval 0.860 to 0.890)" in performance["filled_in"]
    assert "sexual orientation: not held, so not tested" in performance["filled_in"]
    assert ("the run and the register", "the statement", "the assessments") == tuple(
        record["fields"][number]["filled_in_from"] for number in ("2.4.2.7", "2.3.2", "2.5.2")
    )
    assert "No" == record["fields"]["2.1.4"]["written"]


def test_what_people_wrote_in_another_file_is_not_called_generated(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    page = documents.markdown(inputs)["atrs.md"]
    assert f"### 1.4 Contact email\n\n**Written** (in the statement). {documents.statement.contact}\n" in page
    assert "### 2.5.2 Risks and mitigations\n\n**Written** (in the assessments).\n\n- Missed need" in page
    assert "### 2.4.2.1 Model name\n\n**Generated.** rent_arrears\n" in page


def test_an_amount_is_described_as_one_and_nobody_is_put_on_a_list(tmp_path: Path) -> None:
    from riskmodels.governance.documents.atrs_facts import facts_by_key

    documents, inputs = confirmed(tmp_path, capacity=0, unit="GBP per week")
    fields = facts_by_key(inputs, documents.statement, documents.dpia.said, documents.equality.said)
    said = " ".join(fields[name] for name in ("model_task", "model_output", "system_level_output", "models"))
    assert "Expects an amount" in said
    assert "GBP per week" in said
    assert "carried forward" in said
    assert "Nobody is put on a list" in fields["frequency_and_scale_of_usage"]
    assert not any(word in said for word in ("Ranks", "chance", "A list of"))
