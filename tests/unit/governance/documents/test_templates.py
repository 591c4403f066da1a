"""Blank documents: they can be read, every blank in them is a finding, and nothing that is there is written over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml

from riskmodels.governance.documents.rests_on import PARTS
from riskmodels.governance.documents.templates import blank_documents, write_templates
from riskmodels.governance.documents.whole import document_paths, read_documents
from tests.unit.governance.documents.inputs_of_rents import TODAY, inputs_of, workspace


def test_a_template_that_nobody_wrote_on_can_be_read_and_never_passes(tmp_path: Path) -> None:
    workspace(tmp_path)
    made = write_templates(tmp_path, "care")
    assert 6 == len(made)
    inputs = replace(inputs_of(tmp_path), model="care")
    facts = read_documents(tmp_path, "care").facts(inputs, today=TODAY)
    assert () == facts["sources"].findings
    assert [] == [name for name, one in facts.items() if name != "sources" and not one.findings]
    assert {None} == {facts[name].rests_on for name in PARTS}  # type: ignore[index]


def test_every_key_that_may_not_be_blank_is_named(tmp_path: Path) -> None:
    workspace(tmp_path)
    write_templates(tmp_path, "care")
    facts = read_documents(tmp_path, "care").facts(replace(inputs_of(tmp_path), model="care"), today=TODAY)
    found = "\n".join(one for each in facts.values() for one in each.findings)
    for key in (
        "answers.nature is empty",
        "ai_annex.drift is empty",
        "risks.0 is not rated",
        "sign_off.dpo_advice (",
        "characteristics.pregnancy and maternity.impact is not said",
        "aims.advance_equality is empty",
        "fields.maintenance is empty",
        "clearances.communications",
        "boxes.your_actions is empty",
        "care.yaml, security is empty",
        "routes.object is empty",
        "what_could_go_wrong.0 is empty",
    ):
        assert key in found, key


def test_a_document_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    workspace(tmp_path)
    paths = document_paths(tmp_path, "rent_arrears")
    before = {path: path.read_bytes() for path in paths.values()}
    paths["canvas"].unlink()
    assert (paths["canvas"],) == write_templates(tmp_path, "rent_arrears")
    assert {path: text for path, text in before.items() if path != paths["canvas"]} == {
        path: path.read_bytes() for path in before if path != paths["canvas"]
    }
    assert () == write_templates(tmp_path, "rent_arrears")


def test_what_ships_has_no_key_that_its_template_lacks() -> None:
    root = Path(__file__).parents[4]
    paths = document_paths(root, "rent_arrears")
    for name, text in blank_documents("rent_arrears").items():
        shipped, blank = yaml.safe_load(paths[name].read_text(encoding="utf-8")), yaml.safe_load(text)
        extra = set(shipped) - set(blank) - {"rests_on"}
        assert set() == extra, name
