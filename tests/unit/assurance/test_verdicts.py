from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodels.assurance.intervals import difference
from riskmodels.assurance.verdicts import Evidence, check_comparisons, people_needed, verdicts
from riskmodels.errors import AssuranceError
from riskmodels.records import Interval
from tests.unit.assurance.scored_rows import deciding

MEASURED = Evidence(
    difference=Interval(0.02, -0.03, 0.07),
    p=1.0,
    people=1000,
    measured=200,
    all_people=3000,
    all_measured=600,
    rest_value=0.5,
    group_size=200,
    rest_size=600,
    least=20,
)


def of(low: float, high: float, p: float) -> Evidence:
    return replace(MEASURED, difference=Interval((low + high) / 2, low, high), p=p)


def test_pass_only_where_the_interval_lies_inside_the_tolerance() -> None:
    comparisons = [deciding("A"), deciding("B"), deciding("C")]
    found = verdicts(comparisons, [of(-0.1, 0.1, 1.0), of(-0.11, 0.05, 1.0), of(0.0, 0.11, 1.0)])
    assert ["pass", "not enough evidence", "not enough evidence"] == [one.verdict for one in found]
    assert [0, True, True] == [found[0].people_needed, *(one.people_needed > 1000 for one in found[1:])]


def test_fail_only_where_the_breach_survives_all_comparisons() -> None:
    alone = verdicts([deciding("A")], [of(0.12, 0.3, 0.03)])
    assert ("fail", 0.03) == (alone[0].verdict, alone[0].adjusted_p)
    among = verdicts([deciding("A"), deciding("B")], [of(0.12, 0.3, 0.03), MEASURED])
    assert ("not enough evidence", 0.06) == (among[0].verdict, among[0].adjusted_p)
    assert "once all comparisons are allowed for" in among[0].why


def test_one_that_could_not_be_tested_counts_in_the_adjustment_all_the_same() -> None:
    unknown = Evidence(missing="Nobody in the audit is of this group.", least=20, all_people=100, all_measured=20)
    found = verdicts([deciding("A"), deciding("B")], [of(0.12, 0.3, 0.03), unknown])
    assert ["not enough evidence", "not enough evidence"] == [one.verdict for one in found]
    assert None is found[1].adjusted_p
    assert 0 == found[1].people


def test_what_follows_is_said_in_words_and_never_passes_by_itself() -> None:
    found = verdicts([deciding("A")], [of(-0.2, 0.2, 1.0)])[0]
    assert "never passes by itself" in found.follows
    assert "signed" in found.follows


@pytest.mark.parametrize("tolerance", [0.08, 0.15])
def test_with_the_people_needed_four_audits_of_five_pass_where_there_is_no_difference(tolerance: float) -> None:
    rate, rest = 0.6, 20_000
    few = replace(MEASURED, people=100, measured=25, rest_value=rate, group_size=25, rest_size=rest, all_measured=rest)
    few = replace(few, all_people=4 * rest, difference=Interval(0.0, -0.2, 0.2))
    measured = people_needed(few, tolerance) // 4
    rng = np.random.default_rng(3)
    shares = [(rng.binomial(n, rate, 4000) / n, np.full(4000, float(n))) for n in (measured, rest)]
    low, high = difference(shares[0], shares[1])
    assert 0.76 < ((low >= -tolerance) & (high <= tolerance)).mean() < 0.86


def test_enough_people_already_but_near_the_tolerance_needs_more_all_the_same() -> None:
    near = replace(MEASURED, difference=Interval(0.09, 0.05, 0.13), people=50_000, group_size=10_000, measured=10_000)
    near = replace(near, rest_size=50_000.0)
    assert people_needed(near, 0.1) == pytest.approx(50_000 * 16, rel=1e-6)
    at = replace(near, difference=Interval(0.1, 0.05, 0.15))
    assert 10_000_000 == people_needed(at, 0.1)


def test_a_group_under_the_fewest_people_needs_at_least_those() -> None:
    few = replace(MEASURED, people=3, measured=0, group_size=0.0, difference=Interval(None), p=None)
    assert people_needed(few, 0.9) >= 20 * 5  # one in five of the rest had the outcome


@pytest.mark.parametrize(
    ("comparison", "harms", "words"),
    [
        (deciding(characteristic="sec"), ("missed_need",), "did you mean 'sex'"),
        (deciding(metric="wrongly_picked"), ("missed_need",), "the harm is missed_need"),
        (deciding(metric="missed"), ("burden",), "wrongly_picked"),
        (deciding(), ("missed_needs",), "did you mean 'missed_need'"),
        (deciding(), (), "names no harm"),
    ],
)
def test_a_comparison_that_cannot_decide_is_refused(comparison: object, harms: tuple[str, ...], words: str) -> None:
    with pytest.raises(AssuranceError) as caught:
        check_comparisons([comparison], characteristics=["sex"], harms=harms)  # type: ignore[list-item]
    assert words in str(caught.value)


def test_a_comparison_named_twice_is_refused() -> None:
    with pytest.raises(AssuranceError, match="named twice"):
        check_comparisons([deciding(), deciding(tolerance=0.2)], characteristics=["sex"], harms=("missed_need",))
