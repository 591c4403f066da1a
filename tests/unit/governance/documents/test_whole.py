"""The front door: what ships is complete, a change reopens exactly what it touches, figures come from the run alone."""

from __future__ import annotations

import copy
import datetime
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.rests_on import PARTS, changes
from riskmodels.governance.documents.whole import Documents, document_paths, read_documents
from riskmodels.governance.facts import DisclosureFacts, DocumentFacts, Measured
from tests.unit.governance.documents.inputs_of_rents import (
    DEFINITION,
    TODAY,
    bias,
    comparison,
    confirmed,
    inputs_of,
    workspace,
)


def reopened(documents: Documents, inputs: DocumentInputs) -> set[str]:
    return {name for name, one in documents.facts(inputs, today=TODAY).items() if one.rests_on != one.rests_on_now}


def defined(**changed: Any) -> dict[str, Any]:
    return {**copy.deepcopy(DEFINITION), **changed}


def test_what_ships_is_complete_once_a_person_confirmed_it(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    facts = documents.facts(inputs, today=TODAY)
    assert {"statement", "dpia", "equality", "atrs", "canvas", "processing_record", "sources"} == set(facts)
    assert {} == {name: one.findings for name, one in facts.items() if one.findings}
    assert {} == {name: one.changed for name, one in facts.items() if one.changed}
    assert set() == reopened(documents, inputs)
    assert {datetime.date(2027, 10, 29)} == {facts[name].review_by for name in PARTS}  # type: ignore[index]


def test_what_nobody_confirmed_for_these_facts_says_so(tmp_path: Path) -> None:
    workspace(tmp_path)
    for path in document_paths(tmp_path, "rent_arrears").values():
        text = path.read_text(encoding="utf-8")
        path.write_text(text.split("\nrests_on:")[0] + "\n", encoding="utf-8")
    facts = read_documents(tmp_path, "rent_arrears").facts(inputs_of(tmp_path), today=TODAY)
    assert {None} == {facts[name].rests_on for name in PARTS}  # type: ignore[index]
    assert ("nobody has confirmed yet that it is about this model",) == facts["dpia"].changed


FEATURE = {"name": "kettles", "says": "Kettles owned", "unit": None, "expr": "kettles"}
OTHER_FEATURE = [{**DEFINITION["features"][0], "expr": "balance / 2"}, DEFINITION["features"][1]]
OUTCOME = {**DEFINITION["outcome"], "condition": "balance >= 4"}
FAITH = {"name": "religion", "says": "Religion", "protected": "religion or belief", "expr": "religion"}


@pytest.mark.parametrize(
    ("changed", "touched", "words"),
    [
        ({"features": [*DEFINITION["features"], FEATURE]}, {"dpia", "equality"}, "a new feature: kettles"),
        ({"features": DEFINITION["features"][:1]}, {"dpia", "equality"}, "a feature is gone: bedrooms"),
        ({"features": OTHER_FEATURE}, {"dpia", "equality"}, "the feature arrears_weeks changed: how it is computed"),
        ({"outcome": OUTCOME}, {"dpia", "equality", "atrs", "canvas"}, "the outcome changed"),
        (
            {"population": {"extract": "Tenancies", "condition": None, "having": None}},
            {"dpia", "equality", "atrs", "canvas"},
            "the population changed",
        ),
        ({"purpose": "tenancy_management"}, set(PARTS), "from early_intervention to tenancy_management"),
        (
            {"audit_by": [*DEFINITION["audit_by"], FAITH]},
            {"dpia", "equality", "processing_record"},
            "a new characteristic in the audit: religion",
        ),
        ({"baseline": "bedrooms"}, set(), ""),
    ],
)
def test_a_change_of_the_definition_reopens_exactly_what_it_touches(
    tmp_path: Path, changed: dict[str, Any], touched: set[str], words: str
) -> None:
    documents, inputs = confirmed(tmp_path)
    now = replace(inputs, definition=defined(**changed))
    assert touched == reopened(documents, now)
    facts: dict[Any, DocumentFacts] = documents.facts(now, today=TODAY)
    assert all(any(words in one for one in facts[name].changed) for name in touched)


def test_a_new_source_reopens_all_but_the_equality_assessment(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    stray = inputs.sources[0].model_copy(update={"extract": "Arrangements"})
    now = replace(inputs, sources=(*inputs.sources, stray))
    assert {"dpia", "atrs", "canvas", "processing_record"} == reopened(documents, now)
    assert ("a new source: Arrangements",) == documents.facts(now, today=TODAY)["dpia"].changed


@pytest.mark.parametrize("part", ["purposes", "lawful_basis", "gateway", "read_for"])
def test_other_terms_of_a_source_reopen_them_too(tmp_path: Path, part: str) -> None:
    documents, inputs = confirmed(tmp_path)
    value: Any = {"purposes": ("early_intervention",), "read_for": "audit"}.get(part, "Another Act")
    now = replace(inputs, sources=(inputs.sources[0].model_copy(update={part: value}), *inputs.sources[1:]))
    (words,) = documents.facts(now, today=TODAY)["dpia"].changed
    assert words.startswith("the source Tenancies changed: its source, purposes")


def test_a_renewed_agreement_reopens_nothing(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    renewed = inputs.sources[0].model_copy(update={"agreement_ends": datetime.date(2030, 1, 1), "agreement": "DSA-2"})
    assert set() == reopened(documents, replace(inputs, sources=(renewed, *inputs.sources[1:])))


def test_another_policy_reopens_the_equality_assessment_alone(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    looser = replace(inputs, bias=bias(comparisons=(comparison("sex", "Female", tolerance=0.3),)))
    longer = replace(inputs, capacity=900)
    named = replace(inputs, bias=bias(comparisons=(*inputs.bias.comparisons, comparison("religion", "Sikh"))))
    assert [{"equality"}] * 3 == [reopened(documents, one) for one in (looser, longer, named)]
    found = [documents.facts(one, today=TODAY)["equality"].changed for one in (looser, longer, named)]
    assert [
        ("the comparison that decides sex: Female, missed changed: its tolerance",),
        ("the length of the list changed from 200 to 900",),
        ("a new comparison that decides: religion: Sikh, missed",),
    ] == found


def test_a_retrain_of_the_same_definition_leaves_every_digest_as_it_is(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    metrics = {"lightgbm": {"roc_auc": Measured(value=0.9, low=0.88, high=0.92)}}
    retrained = replace(inputs, metrics=metrics, rows=20_000, positives=500, version="version 8")
    before, after = (documents.facts(one, today=TODAY) for one in (inputs, retrained))
    assert {name: one.digest for name, one in before.items()} == {name: one.digest for name, one in after.items()}


def test_an_edit_of_one_file_changes_its_digest_alone(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    before = documents.facts(inputs, today=TODAY)
    path = documents.paths["equality"]
    path.write_bytes(path.read_bytes() + b"# a remark\n")
    after = read_documents(tmp_path, "rent_arrears").facts(inputs, today=TODAY)
    assert ["equality"] == [name for name in before if before[name].digest != after[name].digest]


def test_confirming_changes_nothing_but_what_the_file_rests_on(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    paths = [documents.paths[name] for name in ("dpia", "equality", "atrs", "canvas", "processing_record")]  # type: ignore[index]
    before = {path: path.read_text(encoding="utf-8") for path in paths}
    now = replace(inputs, definition=defined(features=[*DEFINITION["features"], FEATURE]))
    assert tuple(paths[:2]) == documents.confirm(now)
    for path in paths:
        after = path.read_text(encoding="utf-8")
        assert before[path].split("\nrests_on:")[0] == after.split("\nrests_on:")[0]
        assert ("kettles" in after) == (path in paths[:2])
    assert set() == reopened(read_documents(tmp_path, "rent_arrears"), now)
    assert () == read_documents(tmp_path, "rent_arrears").confirm(now)


def test_only_the_documents_that_were_confirmed_are_written(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    now = replace(inputs, definition=defined(purpose="tenancy_management"))
    assert (documents.paths["canvas"],) == documents.confirm(now, only=["canvas"])
    assert set(PARTS) - {"canvas"} == reopened(read_documents(tmp_path, "rent_arrears"), now)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_review_is_renewed_in_the_text_and_comments_stay(tmp_path: Path, newline: str) -> None:
    documents, inputs = confirmed(tmp_path)
    path = documents.paths["dpia"]
    before = path.read_text(encoding="utf-8").replace("\n", newline)
    path.write_bytes(before.encode())
    documents.renew(reviewed_on=datetime.date(2027, 9, 1), review_by=datetime.date(2028, 8, 31), only=["dpia"])
    after = path.read_bytes().decode()
    wanted = before.replace("reviewed_on: 2026-11-02   #", "reviewed_on: 2027-09-01   #")
    assert wanted.replace("review_by: 2027-10-29     #", "review_by: 2028-08-31     #") == after
    facts = read_documents(tmp_path, "rent_arrears").facts(inputs, today=datetime.date(2027, 9, 2))
    assert ((), datetime.date(2028, 8, 31)) == (facts["dpia"].findings, facts["dpia"].review_by)


def test_every_figure_on_a_page_is_the_runs(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    pages = documents.files(inputs)
    for name in ("dpia.md", "atrs.md", "atrs.json"):
        assert "0.876 (95% interval 0.860 to 0.890)" in pages[name], name
    other = {"lightgbm": {"roc_auc": Measured(value=0.5, low=0.4, high=0.6)}}
    again = documents.files(replace(inputs, metrics=other))
    assert [] == [name for name, text in again.items() if "0.876" in text or "0.812" in text]
    assert "not measured" in pages["dpia.md"]


def test_a_count_that_could_name_somebody_is_not_shown(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    few = replace(inputs, positives=7, disclosure=DisclosureFacts(number=10, round_to=5, smallest_shown=None))
    assert "| Of them with the outcome | fewer than 10 |" in documents.markdown(few)["dpia.md"]


def test_what_people_wrote_and_what_was_generated_are_marked_apart(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    for name, text in documents.markdown(inputs).items():
        if name != "sources.md":
            assert "**Written.**" in text, name
            assert "**Generated.**" in text, name
            assert "**Demonstration.**" in text, name
    assert "- religion or belief" not in documents.markdown(inputs)["equality.md"]
    assert "- sexual orientation: not held, so not tested" in documents.markdown(inputs)["equality.md"]


def test_a_postcode_or_a_persons_address_on_a_page_is_found_and_not_repeated(tmp_path: Path) -> None:
    documents, inputs = confirmed(tmp_path)
    path = documents.paths["canvas"]
    text = path.read_text(encoding="utf-8").replace(
        "The council's own rent accounts", "NW10 4EX is a case. The rent accounts"
    )
    path.write_text(text, encoding="utf-8")
    facts = read_documents(tmp_path, "rent_arrears").facts(inputs, today=TODAY)
    assert ("C32: canvas.md holds what looks like a postcode",) == facts["canvas"].findings


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "words"),
    [
        ("dpia", "controller: Brent Council (demonstration)", "controller: Brent", "dpia", "C27: the controller"),
        ("dpia", "contact: rent-model-team@", "contact: rents@", "dpia", "C27: the contact is not the same"),
        ("equality", "decided_on: 2026-12-14", "decided_on: 2027-02-02", "dpia", "C31: the processing starts before"),
        ("equality", "  date: 2026-10-12", "  date: 2026-10-07", "equality", "C31: the equality assessment"),
        ("sources", "gateway: Housing Act 1985 s21", "gateway: Housing Act 1996", "sources", "C27: ethics/"),
        ("processing_record", "transfers: None. All", "transfers: TBC # All", "processing_record", "C1: "),
        ("processing_record", "review_by: 2027-10-29", "review_by: 2026-10-29", "processing_record", "C10: "),
        ("canvas", "completed_by: Head", "completed_by: # Head", "canvas", "C1: ethics/canvas/rent_arrears.yaml"),
        ("statement", "regime: UK GDPR", "regime:", "statement", "C1: model_cards/rent_arrears/statement.yaml, regime"),
    ],
)  # fmt: skip
def test_what_disagrees_or_is_blank_is_found_in_its_document(
    tmp_path: Path, name: Any, old: str, new: str, where: Any, words: str
) -> None:
    documents, inputs = confirmed(tmp_path)
    path = documents.paths[name]
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = read_documents(tmp_path, "rent_arrears").facts(inputs, today=TODAY)[where].findings
    assert any(one.startswith(words) for one in found), found


@pytest.mark.parametrize("name", ["sources", "statement", "dpia", "equality", "atrs", "canvas", "processing_record"])
def test_a_file_that_is_missing_or_damaged_is_named(tmp_path: Path, name: Any) -> None:
    workspace(tmp_path)
    path = document_paths(tmp_path, "rent_arrears")[name]
    path.write_text("answers: [unclosed\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"line \d+ is not YAML"):
        read_documents(tmp_path, "rent_arrears")
    path.unlink()
    with pytest.raises(DocumentError) as caught:
        read_documents(tmp_path, "rent_arrears")
    assert str(path) in caught.value.found
    assert caught.value.who


def test_changes_name_what_a_document_need_not_rest_on() -> None:
    assert ("it rests on weather, which it need not",) == changes({"purpose": "p", "weather": "x"}, {"purpose": "p"})


def test_reading_documents_loads_no_data_library() -> None:
    code = (
        "import sys, json; import riskmodels.governance.documents.whole;"
        "print(json.dumps([one for one in ('pandas', 'mlflow', 'duckdb', 'matplotlib', 'pandera', 'lightgbm')"
        " if one in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [] == json.loads(done.stdout)
