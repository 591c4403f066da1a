"""The equality impact assessment: what was not tested is never "no impact", and what failed is never "positive"."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.equality import audited_as, equality_findings, read_equality
from riskmodels.governance.documents.equality_questions import NINE
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.facts import BiasFacts, BreachFacts, Measured
from tests.unit.governance.documents.inputs_of_rents import ROOT, TODAY, bias, comparison, inputs_of

SHIPPED = (ROOT / "ethics/equality/rent_arrears.yaml").read_text(encoding="utf-8")
SEX = "  sex:\n    impact: mixed"
RACE = "  race:\n    impact: mixed"


def findings(folder: Path, text: str = SHIPPED, *, inputs: DocumentInputs | None = None) -> tuple[str, ...]:
    path = folder / "ethics" / "equality" / "rent_arrears.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return equality_findings(read_equality(path), inputs or inputs_of(), today=TODAY)


def edited(old: str, new: str) -> str:
    assert old in SHIPPED, old
    return SHIPPED.replace(old, new, 1)


def with_bias(found: BiasFacts) -> DocumentInputs:
    return replace(inputs_of(), bias=found)


def test_the_shipped_assessment_has_no_finding(tmp_path: Path) -> None:
    assert () == findings(tmp_path)


@pytest.mark.parametrize("verdict", ["pass", "fail", "not enough evidence"])
def test_the_shipped_assessment_stands_whatever_the_verdicts(tmp_path: Path, verdict: str) -> None:
    found = bias(
        comparisons=tuple(comparison(one, "a group", verdict) for one in ("sex", "ethnic_group", "disability"))
    )
    assert () == findings(tmp_path, inputs=with_bias(found))


def test_all_nine_characteristics_must_be_there(tmp_path: Path) -> None:
    start, end = SHIPPED.index("  sexual orientation:\n"), SHIPPED.index("# What the council looks at besides")
    found = findings(tmp_path, SHIPPED[:start] + SHIPPED[end:])
    assert ("C15: ethics/equality/rent_arrears.yaml, characteristics.sexual orientation is not there",) == found
    assert 9 == len(NINE)


@pytest.mark.parametrize(
    ("old", "new", "rule", "words"),
    [
        ("    owner: Equality lead\n    by: 2027-06-30\n", "    by: 2027-06-30\n", "C15", "age.owner is empty"),
        ("    owner: Equality lead\n    by: 2027-06-30\n", "    owner: Equality lead\n", "C15", "age.by has no date"),
        (SEX, "  sex:\n    impact:", "C15", "characteristics.sex.impact is not said"),
        ("    action: Do not ring on main", "    action: TBC\n    # Do not ring on main", "C15", "belief.action"),
        ("conclusion: adjust", "conclusion:", "C15", "conclusion is not said"),
        ("  position: Equality lead\n  date: 2026-10-12", "  position: Equality lead\n  date:", "C15", "approved:"),
        ("decided_on: 2026-12-14", "decided_on: 2026-10-11", "C18", "dated before the assessment was approved"),
        ("decided_on: 2026-12-14", "decided_on:", "C18", "decided_on has no date"),
        ("review_by: 2027-10-29", "review_by: 2026-11-30", "C10", "its review was due"),
        ("    Not held, because this is", "    Sensitivity was 0.7 for women. This is", "C26", "answers.consultation"),
        ("  care experience:\n    impact: not known", "  care experience:\n    impact:", "C15", "also.care experience"),
    ],
)  # fmt: skip
def test_each_rule_finds_what_breaks_it(tmp_path: Path, old: str, new: str, rule: str, words: str) -> None:
    found = findings(tmp_path, edited(old, new))
    assert [one for one in found if one.startswith(f"{rule}: ") and words in one], found


@pytest.mark.parametrize("impact", ["none", "positive", "None"])
def test_what_was_not_tested_may_not_be_called_harmless(tmp_path: Path, impact: str) -> None:
    words = f"characteristics.sexual orientation.impact is {impact.lower()}, and it was not tested"
    text = edited("  sexual orientation:\n    impact: not known", f"  sexual orientation:\n    impact: {impact}")
    assert (f"C16: ethics/equality/rent_arrears.yaml, {words}",) == findings(tmp_path, text)


def test_too_few_people_is_not_tested_either(tmp_path: Path) -> None:
    text = edited(SEX, "  sex:\n    impact: none")
    few = bias(comparisons=(comparison("sex", "Female"), comparison("sex", "Male", "not enough evidence")))
    assert ["C16"] == [one[:3] for one in findings(tmp_path, text, inputs=with_bias(few))]
    assert () == findings(tmp_path, text, inputs=with_bias(bias(comparisons=(comparison("sex", "Female"),))))


def test_held_but_not_compared_is_not_tested(tmp_path: Path) -> None:
    text = edited(RACE, "  race:\n    impact: none")
    assert ["C16"] == [one[:3] for one in findings(tmp_path, text)]


def test_a_failed_comparison_may_not_be_called_positive(tmp_path: Path) -> None:
    failed = with_bias(bias(comparisons=(comparison("ethnic_group", "Asian or Asian British", "fail"),)))
    found = findings(tmp_path, edited(RACE, "  race:\n    impact: positive"), inputs=failed)
    assert ["C16"] == [one[:3] for one in found]
    assert "found a difference over tolerance" in found[0]


def test_a_breach_that_nobody_named_counts_too(tmp_path: Path) -> None:
    breach = BreachFacts(
        group="age_band: 75 to 84 and sex: Female", metric="missed", tolerance=0.1, difference=Measured(value=0.3)
    )
    found = findings(tmp_path, inputs=with_bias(bias(breaches=(breach,))))
    assert ["characteristics.age.impact"] == [one.split(", ")[1].split(" is ")[0] for one in found]


def test_a_proxy_needs_a_legal_sign_off(tmp_path: Path) -> None:
    inputs = replace(inputs_of(), proxy_alarms=("neighbours_arrears gives away race",))
    assert ["C17"] == [one[:3] for one in findings(tmp_path, inputs=inputs)]
    advised = edited("legal_sign_off:\n  reference:\n  date:", "legal_sign_off:\n  reference: L-7\n  date: 2026-10-01")
    assert () == findings(tmp_path, advised, inputs=inputs)


def test_how_a_characteristic_is_held_tells_which_the_audit_has() -> None:
    assert (("age_band",), ("a", "b"), ()) == (
        audited_as("age_band: recorded for 98%"),
        audited_as("a: recorded for 1%; b: recorded for 2%"),
        audited_as("not held"),
    )


def test_a_characteristic_that_the_act_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="did you mean 'sex'"):
        findings(tmp_path, edited(SEX, "  sexx:\n    impact: mixed"))
