"""The audit of amounts: a planted error fails, none passes or says it does not know, and nothing small is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame

from riskmodels.assurance import bias_display, bias_plots
from riskmodels.assurance.amounts import audit
from riskmodels.assurance.means import LEAST_PEOPLE_OF_AMOUNTS
from riskmodels.assurance.scored import ScoredAmounts
from riskmodels.errors import AssuranceError
from riskmodels.governance.measured_facts import bias_facts
from riskmodels.records.bias import BiasAudit, Verdict
from tests.unit.assurance.scored_amounts import make_amounts, of_amounts
from tests.unit.assurance.scored_rows import deciding, policy

ERROR = deciding("Female", "mean_error", 0.1)
COVERAGE = deciding("Female", "coverage", 0.05)
WOMEN = (("sex", "Female"),)


def audited(rows: ScoredAmounts, *named: Any, harms: tuple[str, ...] = ("missed_need",)) -> BiasAudit:
    return audit(rows, policy=policy(*(named or (ERROR, COVERAGE))), harms=harms)


def verdicts_of(rows: ScoredAmounts, *named: Any) -> list[Verdict]:
    return [one.verdict for one in audited(rows, *named).decisive]


def test_errors_by_hand() -> None:
    rows = of_amounts(
        [12.0, 17, 30, 50],
        [10.0, 20, 30, 40],
        pd.DataFrame({"ward": ["A", "A", "B", "B"]}),
        low=np.array([9.0, 16, 31, 40]),
        high=np.array([15.0, 18, 33, 60]),
    )
    found = audit(rows, policy=policy(), harms=("missed_need",))
    ward = found.named(("ward", "A"))
    figures = {name: figure.value for name, figure in ward.rates.items()}
    # Everybody's mean amount is 25: an error of -0.5 is -2% of it.
    assert {"mean_error": -0.02, "mean_absolute_error": 0.1, "mean_amount": 0.6, "coverage": 0.5} == pytest.approx(
        figures
    )
    assert (2, 2, 1, 1) == (ward.rows, ward.positives, ward.picked, ward.found)
    assert -5.5 / 25 == pytest.approx(found.disparity("mean_error", ("ward", "A")).difference.value)
    assert -0.4 == pytest.approx(found.disparity("coverage", ("ward", "A")).difference.value)
    assert None is ward.rates["mean_error"].low  # two people
    assert found.amounts is not None
    assert (25.0, "GBP per week", 0.9) == (
        found.amounts.mean_amount, found.amounts.unit, found.amounts.nominal_coverage,
    )  # fmt: skip


def test_point_estimates_are_those_of_metricframe() -> None:
    rows = make_amounts(people=600, weights=True)
    error = rows.expected - rows.outcome
    frame = MetricFrame(
        metrics={
            "mean_error": lambda y, said, sample_weight: np.average(said - y, weights=sample_weight),
            "mean_absolute_error": lambda y, said, sample_weight: np.average(np.abs(said - y), weights=sample_weight),
        },
        y_true=rows.outcome,
        y_pred=rows.outcome + error,
        sensitive_features=rows.audit[["sex", "age_band"]],
        sample_params={name: {"sample_weight": rows.weight} for name in ("mean_error", "mean_absolute_error")},
    )
    found, mean = audited(rows), np.average(rows.outcome, weights=rows.weight)
    for (sex, age), expected in (frame.by_group / mean).iterrows():
        group = found.named(("sex", sex), ("age_band", age))
        assert expected.to_dict() == pytest.approx({name: group.rates[name].value for name in expected.index})


def test_a_planted_error_fails_and_none_passes() -> None:
    assert ["fail", "pass"] == verdicts_of(make_amounts(people=4000, against_women=0.3))
    assert ["pass", "pass"] == verdicts_of(make_amounts(people=4000))


def test_planted_under_coverage_fails() -> None:
    assert ["pass", "fail"] == verdicts_of(make_amounts(people=4000, narrow=0.4))


def test_too_few_people_are_not_enough_evidence_and_are_told_how_many_it_takes() -> None:
    few = audited(make_amounts(people=300), deciding("Unknown", "mean_error"), deciding("Unknown", "coverage", 0.05))
    assert {"not enough evidence"} == {one.verdict for one in few.decisive}
    assert all(LEAST_PEOPLE_OF_AMOUNTS <= one.people_needed < 100_000 for one in few.decisive)
    nobody = audited(make_amounts(people=300), deciding("Another", "mean_error"), deciding("Another", "coverage"))
    assert ["not enough evidence"] * 2 == [one.verdict for one in nobody.decisive]
    assert all("Nobody in the audit" in one.why and one.people_needed >= 50 for one in nobody.decisive)


def test_verdicts_seldom_raise_a_false_alarm_and_holm_counts_all() -> None:
    """At the tolerance itself, where an alarm is likeliest, five comparisons fail together in under 5% of audits."""
    groups = [("sex", "Female"), ("sex", "Male"), ("age_band", "18-64"), ("age_band", "65-84"), ("age_band", "85+")]
    named = [deciding(group, "mean_error", 0.001, name) for name, group in groups]
    failed = ["fail" in verdicts_of(make_amounts(people=600, seed=seed, weights=True), *named) for seed in range(80)]
    assert np.mean(failed) <= 0.075


def test_coverage_seldom_raises_a_false_alarm() -> None:
    """Intervals that hold what they promise are called too narrow, at a tolerance of all but 0, in under 5%."""
    named, failed = deciding("Female", "coverage", 0.001), []
    for seed in range(100):
        rows = make_amounts(people=400, seed=seed)
        failed.append("fail" in verdicts_of(replace(rows, audit=rows.audit[["sex"]]), named))
    assert np.mean(failed) <= 0.08


@pytest.mark.parametrize("periods", [1, 4])
def test_intervals_cover_at_the_fewest_people_too(periods: int) -> None:
    inside = []
    for seed in range(100):
        rows = make_amounts(people=160, periods=periods, seed=seed)
        person = (rows.entity - 11) // 7919
        rows = replace(rows, audit=pd.DataFrame({"group": np.where(person < LEAST_PEOPLE_OF_AMOUNTS, "A", "B")}))
        one = audited(rows, deciding("A", "mean_error", 0.1, "group")).disparity("mean_error", ("group", "A"))
        inside.append((one.difference.low or 0) <= 0 <= (one.difference.high or 0))
    assert 0.89 < np.mean(inside) < 0.99


def test_nothing_recorded_is_not_defined_and_never_0() -> None:
    rows = make_amounts(people=1000)
    women = (rows.audit["sex"] == "Female").to_numpy()
    found = audited(replace(rows, outcome=np.where(women, 0.0, rows.outcome)))
    assert {None} == {figure.value for figure in found.named(*WOMEN).rates.values()}
    assert ["not enough evidence"] * 2 == [one.verdict for one in found.decisive]
    assert all(one.difference.value is None for one in found.decisive)
    nothing = audited(replace(rows, outcome=np.zeros(len(rows))))
    assert "Nothing came to anybody" in nothing.decisive[0].why
    assert nothing.amounts is not None
    assert None is nothing.amounts.mean_amount


def test_without_intervals_coverage_is_not_measured() -> None:
    found = audited(replace(make_amounts(), low=None, high=None))
    assert ["pass", "not enough evidence"] == [one.verdict for one in found.decisive]
    assert "no prediction intervals" in found.decisive[1].why
    assert "coverage" not in found.named(*WOMEN).rates


def test_which_way_is_worse_follows_from_the_harm() -> None:
    rows = make_amounts(people=4000, against_women=0.3)
    named = deciding("85+", "mean_error", 0.1, "age_band")
    need = {one.key for one in audited(rows, named).breaches}
    burden = {one.key for one in audited(rows, named, harms=("burden",)).breaches}
    assert WOMEN in need
    assert (("sex", "Male"),) not in need
    assert (("sex", "Male"),) in burden
    assert WOMEN not in burden


def test_a_list_has_other_comparisons_than_amounts() -> None:
    with pytest.raises(AssuranceError, match="by 'missed', but the harm is missed_need"):
        audited(make_amounts(), deciding("Female", "missed"))


def counts_in(shown: dict[str, Any]) -> list[int]:
    return [one[name] for one in shown["groups"] for name in ("rows", "picked") if one[name] is not None]


def test_no_small_count_leaves_and_figures_are_rounded() -> None:
    rows = make_amounts(people=900)
    rare = rows.audit.assign(sex=np.where(np.arange(900) < 4, "Rare", rows.audit["sex"]))
    found = audited(replace(rows, audit=rare), deciding("Rare", "mean_error"), COVERAGE)
    shown = bias_display.as_json(found)
    assert min(counts_in(shown)) >= found.disclosure_number
    assert all(count % 5 == 0 for count in counts_in(shown))
    (few,) = [one for one in shown["groups"] if one["group"] == {"sex": "Rare"}]
    assert few["withheld"]
    assert {None} == {figure["value"] for figure in few["rates"].values()}
    assert shown["decisive"][0]["withheld"]
    assert "Too few people are of this group" in shown["decisive"][0]["why"]
    # Four people's money does not follow from the others' either: one more group is withheld.
    others = [one for one in shown["groups"] if set(one["group"]) == {"sex"} and one["withheld"]]
    assert len(others) >= 2
    for one in shown["groups"]:
        for figure in one["rates"].values():
            assert figure["value"] is None or round(figure["value"], 2) == figure["value"]


def test_coverage_is_withheld_where_few_lie_outside_and_errors_are_not() -> None:
    rows = make_amounts(people=900)
    men = (rows.audit["sex"] == "Male").to_numpy()
    assert rows.high is not None
    wide = replace(rows, high=np.where(men, 1e9, rows.high))
    shown = bias_display.as_json(audited(wide))
    (group,) = [one for one in shown["groups"] if one["group"] == {"sex": "Male"}]
    assert (None, None) == (group["rates"]["coverage"]["value"], group["picked"])
    assert None is not group["rates"]["mean_error"]["value"]


def test_it_is_shown_as_the_audit_of_a_list_is() -> None:
    found = audited(make_amounts(people=3000, against_women=0.3))
    text = bias_display.as_html(found)
    assert "Cost is not need" in text
    assert "Expected less observed" in text
    assert "On the list" not in text
    figure, words = bias_plots.draw(found)["disparities"]
    assert "Are groups' amounts foretold alike?" in figure.get_suptitle()
    assert "expected less observed" in words
    facts = bias_facts(found)
    assert [("mean_error", "fail"), ("coverage", "pass")] == [(one.metric, one.verdict) for one in facts.comparisons]


def test_order_of_rows_changes_nothing() -> None:
    rows = make_amounts(people=500, weights=True)
    back = np.arange(500)[::-1]
    parts = {name: getattr(rows, name)[back] for name in ("outcome", "weight", "entity", "expected", "low", "high")}
    other = replace(rows, audit=rows.audit.iloc[back].reset_index(drop=True), **parts)
    one, two = audited(rows), audited(other)
    for a, b in zip(one.disparities, two.disparities, strict=True):
        assert (a.difference.low or 0) == pytest.approx(b.difference.low or 0)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"low": None}, "one end only"),
        ({"low": np.full(2000, 1e9)}, "end before they begin"),
        ({"low": np.ones(3), "high": np.ones(3)}, "differ in length"),
        ({"low": np.full(2000, np.nan)}, "not a number"),
        ({"outcome": np.full(2000, -1.0)}, "an? outcome below 0"),
        ({"weight": np.zeros(2000)}, "not above 0"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(AssuranceError, match=words):
        audited(replace(make_amounts(), **given))
