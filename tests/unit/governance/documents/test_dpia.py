"""The data protection impact assessment: each rule finds what breaks it, and names itself."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.dpia import read_dpia
from riskmodels.governance.documents.dpia_checks import dpia_findings
from riskmodels.governance.documents.dpia_steps import ANSWERS, SIGN_OFF, STEPS, overall_risk
from riskmodels.governance.documents.inputs import DecisionsSeen, DocumentInputs
from riskmodels.governance.documents.statement import Oversight, Statement, read_statement
from riskmodels.governance.facts import DisclosureFacts
from tests.unit.governance.documents.inputs_of_rents import ROOT, TODAY, inputs_of

SHIPPED = (ROOT / "ethics/dpia/rent_arrears.yaml").read_text(encoding="utf-8")
STATEMENT = read_statement(ROOT / "model_cards/rent_arrears/statement.yaml")


def findings(
    folder: Path,
    text: str = SHIPPED,
    *,
    inputs: DocumentInputs | None = None,
    statement: Statement = STATEMENT,
    today: datetime.date = TODAY,
    **more: Any,
) -> tuple[str, ...]:
    path = folder / "ethics" / "dpia" / "rent_arrears.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return dpia_findings(read_dpia(path), inputs or inputs_of(), statement, today=today, **more)


def edited(old: str, new: str, times: int = 1) -> str:
    assert old in SHIPPED, old
    return SHIPPED.replace(old, new, times)


def test_the_seven_steps_have_the_boxes_of_the_icos_form() -> None:
    assert [1, 2, 3, 4, 5, 6, 7] == [step.number for step in STEPS]
    assert ("need", "nature", "scope", "context", "purposes", "consultation", "necessity") == ANSWERS
    assert 6 == len(SIGN_OFF)


def test_the_shipped_assessment_has_no_finding(tmp_path: Path) -> None:
    assert () == findings(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "rule", "words"),
    [
        ("reference: DPIA-RENT-01 (demonstration)", "reference:", "C1", "reference is empty"),
        ("  context: >-\n", "  context: TBC\n  # >-\n", "C1", "answers.context is still to be written"),
        ("trigger: data_matching", "trigger: data_macthing", "C2", "did you mean 'data_matching'?"),
        ("    why: Every council tenancy", "    why:\n    # Every council tenancy", "C2", "screening.1.why is empty"),
        ("    overall: high\n", "    overall: medium\n", "C5", "risks.0.overall is medium; probable and significant"),
        ("    overall: high\n", "    overall:\n", "C5", "risks.0 is not rated"),
        ("        by: 2027-01-29\n", "        by: TBC\n", "C5", "risks.0.measures.0.by has no date"),
        ("        owner: Head of income collection\n", "        owner:\n", "C5", "risks.0.measures.0.owner is empty"),
        ("    residual: medium\n", "    residual:\n", "C5", "risks.0.residual is not said"),
        ("    approved: yes\n", "    approved: no\n", "C5", "risks.0: its measures are not approved"),
        ("    residual: medium\n", "    residual: high\n", "C6", "consultation is not recorded"),
        ("planned_start: 2027-02-01", "planned_start:", "C7", "planned_start has no date"),
        ("planned_start: 2027-02-01", "planned_start: 2026-10-07", "C7", "is dated after the processing starts"),
        ("    position: Head of income collection\n    date: 2026-10-05", "    date: 2026-10-05", "C7", "measures_app"),
        ("    position: Senior information risk owner\n", "    position: data protection officer\n", "C8", "may not"),
        ("dpo_advice_overruled: no", "dpo_advice_overruled:", "C8", "neither yes nor no"),
        ("departs_from_views: no", "departs_from_views:", "C9", "neither yes nor no"),
        ("review_by: 2027-10-29", "review_by: 2026-12-01", "C10", "its review was due by 01 December 2026"),
        ("review_by: 2027-10-29", "review_by: 2028-10-29", "C10", "more than twelve months after"),
        ("review_by: 2027-10-29", "review_by: to be confirmed", "C10", "review_by has no date"),
        ("reviewed_on: 2026-11-02", "reviewed_on: 2026-12-02", "C10", "lies in the future"),
        ("  trade_offs: >-\n", "  trade_offs:\n  # >-\n", "C11", "ai_annex.trade_offs is empty"),
        ("  solely_automated: no", "  solely_automated:", "C13", "solely_automated and significant are needed"),
        ("    The council alone, at every stage:", "    Its recall is 81%. At every stage:", "C26", "ai_annex.control"),
    ],
)
def test_each_rule_finds_what_breaks_it(tmp_path: Path, old: str, new: str, rule: str, words: str) -> None:
    text = edited(old, new)
    if "# >-" in new:  # the folded text that the comment took the place of
        start = text.index("# >-\n") + len("# >-\n")
        end = start
        for line in text[start:].splitlines(keepends=True):
            if line.strip() and not line.startswith("    "):
                break
            end += len(line)
        text = text[:start] + text[end:]
    found = findings(tmp_path, text)
    assert [one for one in found if one.startswith(f"{rule}: ") and words in one], found


def test_no_screening_trigger_needs_a_reason(tmp_path: Path) -> None:
    start, end = SHIPPED.index("screening:\n"), SHIPPED.index("answers:\n")
    without = SHIPPED[:start] + "screening: []\n" + SHIPPED[end:]
    assert ("C2: ethics/dpia/rent_arrears.yaml, no_trigger_because is empty",) == findings(tmp_path, without)
    assert () == findings(tmp_path, without.replace("screening: []", "no_trigger_because: Paper files alone"))


def test_a_high_risk_that_is_left_needs_the_commissioner_before_the_start(tmp_path: Path) -> None:
    high = edited("    residual: medium\n", "    residual: high\n")
    told = "prior_consultation:\n  date: {}\n  outcome: The Commissioner advised a smaller trial\n  # was: "
    late = high.replace("prior_consultation:\n  date:\n  outcome:\n", told.format("2027-02-01") + "\n")
    early = late.replace("date: 2027-02-01\n  outcome", "date: 2027-01-04\n  outcome")
    assert ["C6"] == [one[:2] for one in findings(tmp_path, late)]
    assert () == findings(tmp_path, early)


def test_overruled_advice_and_departing_from_views_need_reasons(tmp_path: Path) -> None:
    text = edited("dpo_advice_overruled: no", "dpo_advice_overruled: yes").replace(
        "departs_from_views: no", "departs_from_views: yes"
    )
    assert () == findings(tmp_path, text)  # both rows have comments
    bare = text.replace("    comments: Demonstration. Accepted in full.\n", "")
    assert ["C8"] == [one[:2] for one in findings(tmp_path, bare)]


def test_special_category_data_without_a_condition_is_found(tmp_path: Path) -> None:
    held = inputs_of()
    bare = tuple(one.model_copy(update={"special_category_condition": None}) for one in held.sources)
    found = findings(tmp_path, inputs=replace(held, sources=bare))
    assert ("C3: Persons holds special category data, and the register gives no whole condition for it",) == found


@pytest.mark.parametrize("basis", ["Article 6(1)(f) legitimate interests", "Article 6(1)(ea)", ""])
def test_a_lawful_basis_that_a_council_has_not_is_found(tmp_path: Path, basis: str) -> None:
    held = inputs_of()
    first = held.sources[0].model_copy(update={"lawful_basis": basis})
    found = findings(tmp_path, inputs=replace(held, sources=(first, *held.sources[1:])))
    assert ["C4"] == [one[:2] for one in found]


def test_an_agreement_that_ends_before_the_start_is_found(tmp_path: Path) -> None:
    held = inputs_of()
    first = held.sources[0].model_copy(update={"agreement": "DSA", "agreement_ends": datetime.date(2027, 1, 31)})
    found = findings(tmp_path, inputs=replace(held, sources=(first, *held.sources[1:])))
    assert ("C31: the sharing agreement of Tenancies ends before the processing starts",) == found


def test_an_extract_that_nobody_registered_is_found(tmp_path: Path) -> None:
    held = inputs_of()
    stray = held.sources[0].model_copy(update={"extract": "Fines", "registered": False})
    found = findings(tmp_path, inputs=replace(held, sources=(*held.sources, stray)))
    assert ("C27: Fines is read, and the register of sources does not list it",) == found


def test_care_records_need_the_caldicott_guardian(tmp_path: Path) -> None:
    found = findings(tmp_path, care_sources=("Adult social care",))
    assert ["C12"] == [one[:3] for one in found]
    said = SHIPPED.replace(
        "  position:\n  date:\n  word:", "  position: Caldicott Guardian\n  date: 2026-10-01\n  word: Yes, as a trial"
    )
    assert () == findings(tmp_path, said, care_sources=("Adult social care",))


def test_human_involvement_must_be_described_in_the_statement(tmp_path: Path) -> None:
    silent = STATEMENT.model_copy(update={"oversight": Oversight(who_looks="An officer")})
    found = findings(tmp_path, statement=silent)
    assert 4 == len(found)
    assert {"C13"} == {one[:3] for one in found}


def test_officers_who_always_agree_are_a_finding_once_there_are_enough_cases(tmp_path: Path) -> None:
    def seen(cases: int, share: float) -> tuple[str, ...]:
        return findings(tmp_path, inputs=replace(inputs_of(), decisions=DecisionsSeen(cases, share)))

    assert ["C13"] == [one[:3] for one in seen(50, 0.99)]
    assert ((), ()) == (seen(49, 1.0), seen(500, 0.98))


def test_a_significant_automated_decision_needs_four_channels_and_a_condition(tmp_path: Path) -> None:
    text = edited("solely_automated: no", "solely_automated: yes").replace("  significant: no", "  significant: yes")
    found = findings(tmp_path, text)
    assert 5 == len([one for one in found if one.startswith("C14: ")])


def test_a_count_that_is_too_small_to_be_shown_is_found(tmp_path: Path) -> None:
    shown = DisclosureFacts(number=10, round_to=5, smallest_shown=5)
    assert ("C30: a published table shows a count below 10",) == findings(
        tmp_path, inputs=replace(inputs_of(), disclosure=shown)
    )


@pytest.mark.parametrize(
    ("likelihood", "severity", "level"),
    [("remote", "severe", "low"), ("possible", "severe", "high"), ("possible", "significant", "medium"),
     ("probable", "minimal", "low"), ("probable", "significant", "high")],
)  # fmt: skip
def test_the_matrix_is_the_icos(likelihood: str, severity: str, level: str) -> None:
    assert level == overall_risk(likelihood, severity)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "  context: >-",
            "  contxt: >-",
            "answers.contxt is not a key of the data protection impact assessment",
        ),
        ("  dpo_advice:\n", "  dpo_advise:\n", "sign_off.dpo_advise"),
        ("likelihood: probable", "likelihood: likely", "risks.0.likelihood is not right"),
        ("planned_start: 2027-02-01", "planned_start: next year", "it should be a day, such as 2026-12-31"),
        ("planned_start: 2027-02-01", "planned_start: 2027-02-30", "planned_start is not right: it should be a day"),
        ("    date: 2026-10-05", "    on: 2026-10-05", "in YAML, yes, no, on and off are none"),
        ("dpo: Data protection officer", "dpo: [Jane Smith]", "dpo is not right"),
    ],
)
def test_a_slip_is_refused_with_its_line_and_never_its_value(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        findings(tmp_path, edited(old, new))
    assert words in caught.value.found
    assert "line " in caught.value.found
    assert "Jane" not in str(caught.value)
