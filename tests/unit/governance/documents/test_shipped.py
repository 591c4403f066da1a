"""What ships is about the use case that ships: register, contracts and definition agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.definitions import Definitions, load_definitions
from riskmodels.governance.documents.drift import declared_sources, register_findings
from riskmodels.governance.documents.register import read_register, source_facts
from riskmodels.governance.documents.rests_on import PARTS, rests_on_now
from riskmodels.governance.documents.whole import document_paths, read_documents
from riskmodels.governance.measured_facts import extracts_read
from riskmodels.policy import read_settings
from tests.unit.governance.documents.inputs_of_rents import ROOT, TODAY, bias, comparison, inputs_of


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return load_definitions(ROOT / "features")


def test_the_register_says_what_the_contracts_say(definitions: Definitions) -> None:
    register = read_register(ROOT / "ethics/sources.yaml")
    assert () == register.findings(today=TODAY)
    assert () == register_findings(register, declared_sources(definitions.contracts))


def test_what_ships_was_confirmed_for_the_definition_and_the_policy_that_ship(definitions: Definitions) -> None:
    case = definitions.cases["rent_arrears"]
    policy = read_settings(ROOT / "mlflow.yaml").settings.models["rent_arrears"]
    asked = policy.assurance.comparisons
    read = extracts_read(case, definitions.contracts, ["Links", "Exclusions"])
    inputs = inputs_of(
        definition=case.to_dict(),
        definition_digest=case.digest,
        declared=declared_sources(definitions.contracts),
        sources=source_facts(read_register(ROOT / "ethics/sources.yaml"), read),
        capacity=policy.capacity,
        bias=bias(
            comparisons=tuple(
                comparison(one.characteristic, one.group, tolerance=one.tolerance).model_copy(
                    update={"metric": one.metric}
                )
                for one in asked
            )
        ),
    )
    documents = read_documents(ROOT, "rent_arrears")
    facts = documents.facts(inputs, today=TODAY)
    assert {} == {name: one.changed for name, one in facts.items() if one.changed}
    assert {} == {name: one.findings for name, one in facts.items() if one.findings}
    assert [] == [name for name in PARTS if documents.facts(inputs, today=TODAY)[name].rests_on is None]  # type: ignore[index]
    assert set(PARTS["dpia"]) == set(rests_on_now("dpia", inputs))


def test_no_shipped_file_is_left_without_a_reader() -> None:
    known = {*document_paths(ROOT, "rent_arrears").values(), ROOT / "ethics/board.yaml", ROOT / "ethics/README.md"}
    files = {path for folder in ("ethics", "model_cards") for path in (ROOT / folder).rglob("*") if path.is_file()}
    assert set() == {path for path in files - known if "trust" not in path.parts and Path("/") != path}
