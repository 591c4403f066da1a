"""What ships is about the use cases that ship: register, contracts, definitions, documents and policies agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.definitions import Definitions, load_definitions
from riskmodels.governance.documents.board_file import read_board
from riskmodels.governance.documents.drift import declared_sources, register_findings
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.register import Register, read_register, source_facts
from riskmodels.governance.documents.rests_on import PARTS, rests_on_now
from riskmodels.governance.documents.whole import Documents, document_paths, read_documents
from riskmodels.governance.measured_facts import extracts_read
from riskmodels.policy import ModelPolicy, read_settings
from tests.unit.governance.documents.inputs_of_rents import ROOT, TODAY, bias, comparison, inputs_of

CASES = ("rent_arrears", "unlicensed_property", "care_demand", "care_review")
CARE = ("care_demand", "care_review")
POLICIES = read_settings(ROOT / "mlflow.yaml").settings.models


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return load_definitions(ROOT / "features")


@pytest.fixture(scope="module")
def register() -> Register:
    return read_register(ROOT / "ethics/sources.yaml")


@pytest.fixture(params=CASES)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def policy(model: str) -> ModelPolicy:
    return POLICIES[model]


@pytest.fixture
def documents(model: str) -> Documents:
    return read_documents(ROOT, model)


@pytest.fixture
def inputs(model: str, policy: ModelPolicy, definitions: Definitions, register: Register) -> DocumentInputs:
    """Give what a run of this use case would hand to its documents; the figures are made up."""
    case = definitions.cases[model]
    amount = case.outcome.amount
    asked = policy.assurance.comparisons
    verdicts = tuple(
        comparison(one.characteristic, one.group, tolerance=one.tolerance).model_copy(update={"metric": one.metric})
        for one in asked
    )
    return inputs_of(
        model=model,
        definition=case.to_dict(),
        definition_digest=case.digest,
        declared=declared_sources(definitions.contracts),
        sources=source_facts(register, extracts_read(case, definitions.contracts, ["Links", "Exclusions"])),
        capacity=policy.capacity if amount is None else 0,
        horizon_days=case.horizon_days,
        unit=None if amount is None else amount.unit,
        bias=bias(comparisons=verdicts),
    )


def test_every_use_case_that_ships_is_tested_here(definitions: Definitions) -> None:
    assert set(CASES) == set(definitions.cases) == set(POLICIES)


def test_the_register_says_what_the_contracts_say(definitions: Definitions, register: Register) -> None:
    assert () == register.findings(today=TODAY)
    assert () == register_findings(register, declared_sources(definitions.contracts))


def test_what_ships_was_confirmed_for_the_definition_and_the_policy_that_ship(
    documents: Documents, inputs: DocumentInputs
) -> None:
    facts = documents.facts(inputs, today=TODAY)
    assert {} == {name: one.changed for name, one in facts.items() if one.changed}
    assert {} == {name: one.findings for name, one in facts.items() if one.findings}
    assert [] == [name for name in PARTS if facts[name].rests_on is None]  # type: ignore[index]
    assert set(PARTS["dpia"]) == set(rests_on_now("dpia", inputs))


def test_every_source_that_is_read_allows_the_purpose_and_names_its_gateway(model: str, inputs: DocumentInputs) -> None:
    for one in inputs.sources:
        assert one.registered, one.extract
        allowed = {inputs.purpose} if one.read_for == "model" else {inputs.purpose, "equality_monitoring"}
        assert allowed & set(one.purposes), f"{model}: {one.extract}"
        assert one.gateway
        assert one.lawful_basis


def test_every_role_that_a_policy_names_is_on_the_board_with_that_duty(policy: ModelPolicy) -> None:
    roles = read_board(ROOT / "ethics/board.yaml").roles
    assert policy.promotion is not None
    quorum = policy.promotion.quorum
    for kind, names in (("advise", quorum.advise), ("accept_risk", quorum.accept_risk), ("decide", quorum.decide)):
        assert {kind} == {roles[name].kind for name in names}


def test_comparisons_and_exceptions_name_what_the_use_case_has(
    model: str, policy: ModelPolicy, definitions: Definitions
) -> None:
    case = definitions.cases[model]
    assert {one.characteristic for one in policy.assurance.comparisons} <= {one.name for one in case.audit_by}
    metrics = {"missed": "missed_need", "wrongly_picked": "burden", "list_share": "missed_need"}
    if case.outcome.amount is None:
        assert {metrics[one.metric] for one in policy.assurance.comparisons} == set(case.harms)
    else:
        assert {"mean_error", "coverage"} == {one.metric for one in policy.assurance.comparisons}
    excepted = {one.feature for one in policy.assurance.allowed_by_exception}
    assert excepted <= {one.name for one in case.features}


def test_each_model_says_what_it_may_not_be_used_for_and_its_thresholds_fit_its_task(
    model: str, policy: ModelPolicy, definitions: Definitions
) -> None:
    assert len(policy.may_not_be_used_for) >= 4
    assert policy.promotion is not None
    task = "risk" if definitions.cases[model].outcome.amount is None else "amount"
    assert () == policy.promotion.not_asked_of(task)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CARE)
def test_the_caldicott_guardian_advises_on_every_model_that_reads_care_records(name: str, register: Register) -> None:
    assert ("Adult social care records",) == register.care_sources(register.sources)
    promotion = POLICIES[name].promotion
    assert promotion is not None
    assert "caldicott_guardian" in promotion.quorum.advise
    held = read_documents(ROOT, name).dpia.said.caldicott
    assert held.position
    assert held.date
    assert held.word


def test_unlicensed_letting_is_an_offence_and_the_papers_say_by_which_law_and_what_a_score_is_not() -> None:
    papers, policy = read_documents(ROOT, "unlicensed_property"), POLICIES["unlicensed_property"]
    assert "DPA 2018 Part 3" == papers.statement.regime
    inspections = papers.register.sources["Inspections under licensing schemes"]
    assert ("DPA 2018 Part 3", True) == (inspections.regime, "Inspections" in inspections.extracts)
    assert "s237" in papers.register.sources["Housing benefit at addresses"].gateway
    assert policy.worklist is not None
    assert 0.1 == policy.worklist.explore_share
    assert "ground for entry" in policy.worklist.how
    assert "homelessness prevention" in policy.worklist.hand_over
    said = " ".join([*papers.dpia.said.answers.values(), papers.dpia.said.decision.what])
    for words in ("never a ground", "disclosure", "consent", "homelessness prevention"):
        assert words in said


def test_cost_is_not_need_and_no_list_is_asked_for() -> None:
    papers, policy = read_documents(ROOT, "care_demand"), POLICIES["care_demand"]
    assert policy.worklist is None
    assert any("Cost is not need" in one for one in papers.statement.out_of_scope)
    assert ["support_reason"] == [one.feature for one in policy.assurance.allowed_by_exception]
    assert papers.equality.said.legal_sign_off.reference
    risks = " ".join(one.risk for one in papers.dpia.said.risks)
    for words in ("Cost is taken for need", "Deaths", "ceiling"):
        assert words in risks


def test_a_care_review_is_brought_forward_and_never_put_off(definitions: Definitions) -> None:
    having = str(definitions.cases["care_review"].to_dict()["population"]["having"])
    assert "weeks_since_review <= 52" in having  # nobody overdue is in a score's reach
    papers, policy = read_documents(ROOT, "care_review"), POLICIES["care_review"]
    assert policy.worklist is not None
    assert "Overdue reviews first" in policy.worklist.how
    first = policy.worklist.first
    assert first is not None
    assert ("weeks_since_review > 52" in first.having, "weeks_since_review") == (True, first.longest)
    said = papers.dpia.said
    assert "changes no date and takes nothing away" in said.decision.what
    measures = " ".join(each.measure for risk in said.risks for each in risk.measures)
    assert "18 months" in measures
    assert "support was lowered" in measures


def test_pages_of_every_model_are_laid_out_without_a_word_of_another(
    model: str, documents: Documents, inputs: DocumentInputs
) -> None:
    pages = documents.markdown(inputs)
    others = {"rent_arrears": "licensing scheme", "unlicensed_property": "rent account", "care_demand": "rent account"}
    assert 6 == len(pages)
    for name, text in pages.items():
        assert name == "sources.md" or others.get(model, "licensing scheme") not in text
    known = {
        "unlicensed_property": ("Tenure on the last energy certificate",),
        "care_demand": ("Main reason for support (broad)",),
    }
    assert known.get(model, ()) == inputs.characteristics_known
    for words in inputs.characteristics_known:
        assert f"that an input reads too: {words}" in pages["atrs.md"]
        assert f"| Tested against, and read by an input too | {words}" in pages["dpia.md"]
    if inputs.unit is not None:
        assert "and (services\\_running" in pages["dpia.md"]
        assert "Of them with an amount above 0" in pages["dpia.md"]
        assert "Ranks" not in pages["atrs.md"]
        assert "put on the list" not in pages["atrs.md"]
        assert "no list is made" in pages["dpia.md"]


def test_no_shipped_file_is_left_without_a_reader() -> None:
    known = {ROOT / "ethics/board.yaml", ROOT / "ethics/README.md"}
    known |= {path for name in CASES for path in document_paths(ROOT, name).values()}
    files = {path for folder in ("ethics", "model_cards") for path in (ROOT / folder).rglob("*") if path.is_file()}
    assert set() == {path for path in files - known if "trust" not in path.parts and Path("/") != path}
