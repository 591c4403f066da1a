from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, selection_rate
from sklearn.metrics import precision_score

from riskmodels.assurance import bias
from riskmodels.assurance.scored import ScoredRows
from riskmodels.errors import AssuranceError
from riskmodels.policy import AssurancePolicy
from riskmodels.records.bias import BiasAudit
from tests.unit.assurance.scored_rows import deciding, make_rows, of_columns, policy, reordered

HARMS = ("missed_need",)


def audited(rows: ScoredRows, given: AssurancePolicy | None = None, *, seed: int = 1) -> BiasAudit:
    return bias.audit(rows, policy=given or policy(deciding()), harms=HARMS, seed=seed)


def by_hand() -> ScoredRows:
    """Make ten people: of the three women with the outcome one is found, of the two men both."""
    sex = ["Female"] * 6 + ["Male"] * 4
    outcome = np.array([1, 1, 1, 0, 0, 0, 1, 1, 0, 0.0])
    score = np.array([9, 1, 2, 8, 1, 2, 9, 8, 7, 1.0])
    return of_columns(score, outcome, pd.DataFrame({"sex": sex}), capacity=5)


def test_rates_by_hand() -> None:
    women = audited(by_hand()).named(("sex", "Female"))
    assert (6, 6, 3.0, 2.0, 1.0) == (women.rows, women.entities, women.positives, women.picked, women.found)
    expected = {
        "selection": 2 / 6, "found": 1 / 3, "missed": 2 / 3, "wrongly_picked": 1 / 3, "precision": 1 / 2,
        "list_share": 2 / 5, "need_share": 3 / 5, "calibration": 0.0,
    }  # fmt: skip
    assert pytest.approx(expected) == {name: one.value for name, one in women.rates.items()}


def test_disparities_are_of_the_group_against_the_rest() -> None:
    found = audited(by_hand())
    missed = found.disparity("missed", ("sex", "Female"))
    assert (pytest.approx(2 / 3), 0.0) == (missed.group_value, missed.rest_value)
    shares = found.disparity("list_share", ("sex", "Female"))
    assert pytest.approx(2 / 5 - 3 / 5) == shares.difference.value
    assert not missed.informs
    assert found.disparity("wrongly_picked", ("sex", "Female")).informs


@pytest.mark.parametrize("weights", [False, True])
def test_point_estimates_are_those_of_fairlearn_on_the_rows(weights: bool) -> None:
    rows = make_rows(weights=weights)
    whole = rows.picked == np.floor(rows.picked)
    assert whole.all()
    metrics = {"selection": selection_rate, "missed": false_negative_rate, "wrongly_picked": false_positive_rate}
    frame = MetricFrame(
        metrics={**metrics, "precision": precision_score},
        y_true=rows.outcome,
        y_pred=rows.picked,
        sensitive_features=rows.audit[["sex", "age_band"]],
        sample_params={name: {"sample_weight": rows.weight} for name in (*metrics, "precision")},
    ).by_group
    found = audited(rows)
    for (sex, age), row in frame.iterrows():
        mine = found.named(("sex", sex), ("age_band", age))
        for name, value in row.items():
            assert pytest.approx(value) == mine.rates[str(name)].value


def test_three_people_without_the_outcome_are_not_enough_evidence() -> None:
    rows = make_rows()
    sex = rows.audit["sex"].to_numpy(dtype=object).copy()
    sex[np.flatnonzero(rows.outcome == 0)[:3]] = "Other"
    rows = replace(rows, audit=rows.audit.assign(sex=sex))
    found = audited(rows, policy(deciding("Other")))
    few = found.named(("sex", "Other"))
    assert 3 == few.rows
    assert None is few.rates["missed"].value
    assert None is few.rates["found"].value
    decided = found.decisive[0]
    assert ("not enough evidence", None, None) == (decided.verdict, decided.difference.value, decided.adjusted_p)
    assert decided.people_needed > 20
    assert "not enough evidence" == found.verdict


def test_a_planted_bias_fails_and_without_it_the_audit_passes() -> None:
    comparisons = deciding(), deciding(metric="list_share", tolerance=0.1)
    biased = audited(make_rows(people=8000, against_women=1.5), policy(*comparisons))
    assert ["fail", "fail"] == [one.verdict for one in biased.decisive]
    assert (biased.decisive[0].difference.value or 0) > 0.1
    assert (biased.decisive[1].difference.value or 0) < -0.1
    alike = audited(make_rows(people=8000), policy(*comparisons))
    assert ["pass", "pass"] == [one.verdict for one in alike.decisive]
    assert ("pass", ()) == (alike.verdict, alike.breaches)


def test_a_bias_that_nobody_named_is_a_breach_that_fails() -> None:
    found = audited(make_rows(people=8000, against_women=1.5), policy(deciding("65+", characteristic="age_band")))
    assert (("sex", "Female"),) in [one.key for one in found.breaches]
    assert any(len(one.key) == 2 and ("sex", "Female") in one.key for one in found.breaches)
    assert not any(("sex", "Male") in one.key for one in found.breaches)
    assert "fail" == found.verdict


def test_burden_is_decided_by_who_is_picked_wrongly() -> None:
    given = policy(deciding(metric="wrongly_picked", tolerance=0.05))
    found = bias.audit(make_rows(people=8000), policy=given, harms=("burden",), seed=1)
    assert "pass" == found.decisive[0].verdict
    assert found.disparity("missed", ("sex", "Female")).informs


def test_the_unknown_are_a_group_and_empty_intersections_are_listed() -> None:
    rows = make_rows()
    age = np.where(rows.audit["sex"] == "Unknown", "16-24", rows.audit["age_band"])
    found = audited(replace(rows, audit=rows.audit.assign(age_band=age)))
    assert found.named(("sex", "Unknown")).rows > 50
    assert {(("sex", "Unknown"), ("age_band", band)) for band in ("25-64", "65+")} == set(found.empty)
    with pytest.raises(KeyError):
        found.named(("sex", "Unknown"), ("age_band", "65+"))


def test_missing_values_are_unknown() -> None:
    rows = make_rows()
    gaps = rows.audit["sex"].where(rows.audit["sex"] != "Unknown", None)
    found, plain = audited(replace(rows, audit=rows.audit.assign(sex=gaps))), audited(rows)
    assert plain.groups == found.groups


def test_those_under_a_notice_are_counted_and_compared_with_nobody() -> None:
    rows = make_rows()
    named = rows.audit["sex"].replace("Unknown", "Withheld")
    found = audited(replace(rows, audit=rows.audit.assign(sex=named)))
    left_out = {one.key: one for one in found.left_out}
    assert int((named == "Withheld").sum()) == left_out[(("sex", "Withheld"),)].rows
    assert not any(("sex", "Withheld") in one.key for one in found.groups)
    kept = (named != "Withheld").to_numpy()
    alone = found.disparity("missed", ("sex", "Female"))
    men = rows.audit["sex"].to_numpy()[kept] == "Male"
    expected = 1 - rows.picked[kept][men & (rows.outcome[kept] == 1)].mean()
    assert pytest.approx(expected) == alone.rest_value
    held = {one.protected: one for one in found.held}["sex"]
    assert pytest.approx(kept.mean()) == held.recorded[0]


def test_all_nine_characteristics_appear_with_how_many_are_recorded() -> None:
    rows = make_rows()
    found = {one.protected: one for one in audited(rows).held}
    assert 9 == len(found)
    assert ("age_band",) == found["age"].audited_as
    assert pytest.approx((rows.audit["sex"] != "Unknown").mean()) == found["sex"].recorded[0]
    assert "not held" == found["religion or belief"].says
    contract = bias.audit(
        replace(rows, audit=rows.audit.rename(columns={"sex": "q7"})),
        policy=policy(),
        harms=HARMS,
        seed=1,
        held={"q7": "religion or belief"},
    )
    assert {one.protected: one.audited_as for one in contract.held}["religion or belief"] == ("q7",)


def test_the_same_seed_gives_the_same_audit_whatever_the_order_of_rows_and_what_else_is_audited() -> None:
    rows = make_rows(periods=4, people=600)
    shuffled = reordered(rows, np.random.default_rng(5).permutation(len(rows)))
    one, other = audited(rows), audited(shuffled)
    key = ("sex", "Female")
    alone = audited(replace(rows, audit=rows.audit[["sex"]]))
    for found in (other, alone):
        assert one.disparity("missed", key).difference == found.disparity("missed", key).difference
    another = audited(rows, seed=2).disparity("missed", key).difference
    assert one.disparity("missed", key).difference != another
    assert one.disparity("missed", key).difference.value == another.value


def test_on_a_panel_the_interval_is_of_people_and_so_wider() -> None:
    one_each = audited(make_rows(people=1000, periods=1)).disparity("missed", ("sex", "Female")).difference
    panel = make_rows(people=1000, periods=12)
    found = audited(panel).disparity("missed", ("sex", "Female")).difference
    as_rows = replace(panel, entity=np.arange(len(panel)))
    apart = audited(as_rows).disparity("missed", ("sex", "Female")).difference
    widths = [(one.high or 0) - (one.low or 0) for one in (one_each, found, apart)]
    assert widths[0] > widths[1] > 1.2 * widths[2]
    assert found.value == apart.value


def test_a_characteristic_that_cannot_be_compared_says_why() -> None:
    rows = make_rows()
    many = [f"street {number}" for number in np.arange(len(rows)) % 900]
    strange = rows.audit.assign(one="Yes", none="Unknown", many=many)
    given = policy(deciding("Yes", characteristic="one"))
    found = audited(replace(rows, audit=strange), given)
    reasons = {one.what: one.why for one in found.not_measured}
    assert ["many", "none", "one"] == sorted(reasons)
    assert "one group" in reasons["one"]
    assert "not recorded" in reasons["none"]
    assert "900 groups" in reasons["many"]
    assert ("not enough evidence", 0) == (found.decisive[0].verdict, found.decisive[0].people)
    assert not any({"one", "none", "many"} & {name for name, _ in group.key} for group in found.groups)


def test_a_group_that_nobody_is_in_is_not_enough_evidence() -> None:
    found = audited(make_rows(), policy(deciding("female"))).decisive[0]
    assert ("not enough evidence", 0, None) == (found.verdict, found.people, found.difference.value)
    assert "Female, Male, Unknown" in found.why
    assert 20 < found.people_needed < 100_000


def test_a_score_that_tells_nobody_apart_is_not_measured() -> None:
    rows = make_rows(periods=3, people=300)
    same = of_columns(
        np.repeat(0.5, len(rows)), rows.outcome, rows.audit, capacity=30, entity=rows.entity, as_of=rows.as_of
    )
    found = audited(same)
    assert "every comparison" == found.not_measured[0].what
    assert () == found.disparities
    assert {None} == {one.value for one in found.groups[0].rates.values()}
    assert "not enough evidence" == found.verdict


def test_nobody_with_the_outcome_is_not_defined_and_never_0() -> None:
    rows = make_rows()
    found = audited(replace(rows, outcome=np.zeros(len(rows))))
    women = found.named(("sex", "Female"))
    assert (None, None, None) == tuple(women.rates[name].value for name in ("missed", "found", "need_share"))
    assert None is found.disparity("list_share", ("sex", "Female")).difference.value
    assert 0.0 == women.rates["precision"].value
    assert "not enough evidence" == found.verdict


def test_the_four_fifths_ratio_is_a_convention_and_decides_nothing() -> None:
    found = audited(make_rows(people=8000), policy(deciding(tolerance=0.2)))
    ratio = {one.characteristic: one for one in found.four_fifths}["sex"]
    rates = [found.named(("sex", group)).rates["selection"].value or 0 for group in ("Female", "Male", "Unknown")]
    assert pytest.approx(min(rates) / max(rates)) == ratio.ratio
    assert "without legal status" in ratio.says


def test_without_comparisons_nothing_is_passed() -> None:
    found = audited(make_rows(), policy())
    assert "not enough evidence" == found.verdict
    assert any("names no comparison" in note for note in found.notes)


def test_ties_at_the_end_of_the_list_share_what_is_left() -> None:
    sex = pd.DataFrame({"sex": ["A", "B"] * 4})
    found = audited(of_columns(np.array([2, 1, 1, 1, 1, 0, 0, 0.0]), np.ones(8), sex, capacity=3), policy())
    assert 3.0 == sum(found.named(("sex", group)).picked for group in "AB")
    assert pytest.approx(2 / 4) == found.named(("sex", "A")).rates["selection"].value


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"score": np.full(2000, np.nan)}, "2,000 of 2,000 rows have a score"),
        ({"outcome": np.full(2000, 17.5)}, "amounts have an audit of their own"),
        ({"outcome": np.full(2000, np.nan)}, "rows have a outcome"),
        ({"weight": np.zeros(2000)}, "weights above 0"),
        ({"picked": np.full(2000, 1.5)}, "on the list"),
        ({"probability": np.full(2000, -0.1)}, "probabilities from 0 to 1"),
        ({"outcome": np.zeros(3)}, "differ in length"),
        ({"audit": pd.DataFrame({"sex": ["Female"] * 7})}, "audit 7"),
    ],
)
def test_rows_that_cannot_be_are_refused_without_a_persons_value(changed: dict[str, object], words: str) -> None:
    with pytest.raises(AssuranceError) as caught:
        audited(replace(make_rows(), **changed))  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert not re.search(r"17\.5|-0\.1|7919|Female", str(caught.value))


def test_no_rows_and_a_characteristic_given_twice_are_refused() -> None:
    rows = make_rows()
    with pytest.raises(AssuranceError, match="no scored rows"):
        audited(reordered(rows, np.array([], dtype=np.int64)))
    with pytest.raises(AssuranceError, match="there twice"):
        audited(replace(rows, audit=pd.concat([rows.audit, rows.audit[["sex"]]], axis=1)))


def test_progress_is_told_to_the_end() -> None:
    told: list[float] = []
    bias.audit(make_rows(), policy=policy(), harms=HARMS, seed=1, progress=lambda stage, done: told.append(done))
    assert sorted(told) == told
    assert 1.0 == told[-1]


def test_a_weighted_list_counts_rows_as_they_are_and_rates_by_weight() -> None:
    rows = make_rows(weights=True)
    women = (rows.audit["sex"] == "Female").to_numpy()
    found = audited(rows).named(("sex", "Female"))
    assert int(women.sum()) == found.rows
    assert rows.outcome[women].sum() == found.positives
    needed = women & (rows.outcome == 1)
    expected = 1 - np.average(rows.picked[needed], weights=rows.weight[needed])
    assert pytest.approx(expected) == found.rates["missed"].value
