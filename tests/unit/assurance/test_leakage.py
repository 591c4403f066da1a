from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pytest

from riskmodels.assurance.leakage import find_leaks, shuffled_run
from riskmodels.modelling.periods import plan_periods
from riskmodels.modelling.rows import read_table
from riskmodels.records import TimeTravelCheck, TrainingTable
from riskmodels.records.leakage import LeakageReport
from tests.unit.assurance.panels import make_panel


@pytest.fixture(scope="module")
def plain() -> TrainingTable:
    return make_panel()


@pytest.fixture(scope="module")
def clean(plain: TrainingTable) -> LeakageReport:
    return find_leaks(plain, seed=1)


def planted(plain: TrainingTable, name: str, values: np.ndarray) -> LeakageReport:
    return find_leaks(make_panel(extra={name: values}), seed=1)


def kinds(report: LeakageReport) -> set[tuple[str, str]]:
    return {(alarm.kind, alarm.column) for alarm in report.alarms}


def test_a_table_without_a_leak_raises_no_alarm(clean: LeakageReport) -> None:
    assert () == clean.alarms
    assert () == clean.not_measured
    assert clean.passed
    assert "arrears" == clean.strongest[0].feature


@pytest.mark.parametrize("seed", [2, 3, 4, 5, 6])
def test_chance_raises_no_alarm(seed: int) -> None:
    assert find_leaks(make_panel(entities=400, seed=seed), seed=seed).passed


def test_outcomes_dealt_out_at_random_are_guessed(clean: LeakageReport) -> None:
    assert clean.shuffled is not None
    assert clean.shuffled.passed is True
    assert clean.shuffled.roc_auc.value == pytest.approx(0.5, abs=0.02)


def test_people_who_are_recognised_from_month_to_month_are_no_leak() -> None:
    # Each person's own risk lasts, and a column tells who is who: dealt-out outcomes must not carry either over.
    rng = np.random.default_rng(1)
    own = rng.permutation(800).astype(float)
    table = make_panel(entities=800, extra={"reference": own})
    lasting = np.tile((own < 200).astype(float), 4)
    report = find_leaks(dataclasses.replace(table, outcome=table.outcome * 0 + lasting), seed=1)
    assert report.shuffled is not None
    assert report.shuffled.passed is True


def test_judging_people_by_what_was_learned_from_their_own_outcome_is_caught(plain: TrainingTable) -> None:
    rows = read_table(plain)
    plan = plan_periods(rows, 28)
    assert shuffled_run(rows, plain.columns, plan, seed=1).passed is True
    overlapping = dataclasses.replace(plan, learned_from=(*plan.learned_from, plan.held_out))
    run = shuffled_run(rows, plain.columns, overlapping, seed=1)
    assert run.passed is False
    assert run.roc_auc.low is not None
    assert run.roc_auc.low > 0.5


def test_a_planted_leak_is_named_with_what_to_look_at(plain: TrainingTable) -> None:
    y = plain.outcome.to_numpy()
    noise = np.random.default_rng(3).normal(size=len(y)) * 0.3
    report = planted(plain, "closing_balance", y + noise)
    assert ("single_feature", "closing_balance") in kinds(report)
    assert {"closing_balance"} == {alarm.column for alarm in report.alarms}
    alarm = report.alarms[0]
    assert alarm.figure.low is not None
    assert alarm.figure.low > 0.9
    assert "The closing_balance" in alarm.suspicion
    assert "when and why it is written" in alarm.suspicion
    assert not report.passed


def test_a_leak_in_the_middle_of_a_column_does_not_hide(plain: TrainingTable) -> None:
    y = plain.outcome.to_numpy()
    rng = np.random.default_rng(3)
    values = np.where(y == 1, 0.0, rng.choice([-4.0, 4.0], len(y))) + rng.normal(size=len(y)) * 0.5
    assert ("single_feature", "odd") in kinds(planted(plain, "odd", values))


def test_a_feature_far_above_all_others_is_suspected(plain: TrainingTable) -> None:
    y = plain.outcome.to_numpy()
    values = y + np.random.default_rng(3).normal(size=len(y)) * 0.6
    report = planted(plain, "notices", values)
    figure = report.strongest[0].roc_auc
    assert 0.85 < figure < 0.9
    second = next(one.roc_auc for one in report.strongest if one.feature != "notices")
    assert ({("far_above_the_rest", "notices")} if figure - second >= 0.15 else set()) == kinds(report)


def test_a_column_filled_in_for_one_outcome_alone_is_named(plain: TrainingTable) -> None:
    y = plain.outcome.to_numpy()
    rng = np.random.default_rng(4)
    some = (y == 1) & (rng.random(len(y)) < 0.3)
    report = planted(plain, "closed_on", np.where(some, rng.normal(size=len(y)), np.nan))
    assert {("presence", "closed_on")} == kinds(report)
    assert "filled in" in report.alarms[0].suspicion


def test_a_column_that_is_zero_for_one_outcome_alone_is_named(plain: TrainingTable) -> None:
    y = plain.outcome.to_numpy()
    rng = np.random.default_rng(4)
    some = (y == 0) & (rng.random(len(y)) < 0.4)
    report = planted(plain, "fees", np.where(some, 0.0, np.abs(rng.normal(size=len(y))) + 0.1))
    assert {("presence", "fees")} == kinds(report)
    assert "nobody at all" in report.alarms[0].suspicion


def test_missing_exactly_where_the_outcome_is_not(plain: TrainingTable) -> None:
    y = plain.outcome.to_numpy()
    report = planted(plain, "court_date", np.where(y == 1, 5.0, np.nan))
    assert ("presence", "court_date") in kinds(report)
    assert ("single_feature", "court_date") in kinds(report)


def test_a_rare_value_that_happens_to_be_pure_is_no_alarm(plain: TrainingTable) -> None:
    y = plain.outcome.to_numpy()
    values = np.zeros(len(y))
    values[np.flatnonzero(y == 1)[:12]] = 1.0
    assert () == planted(plain, "rare", values).alarms
    values = np.zeros(len(y))
    values[np.flatnonzero(y == 0)[:40]] = 1.0
    assert () == planted(plain, "rare", values).alarms


def test_months_of_one_person_do_not_count_as_many_people() -> None:
    # Sixteen people with a mark, at eight dates each, all with the outcome: 128 rows, but sixteen lives.
    table = make_panel(entities=600, periods=8)
    marked = np.tile((np.arange(600) < 16).astype(float), 8)
    outcome = table.outcome.where(marked == 0, 1.0)
    changed = dataclasses.replace(make_panel(entities=600, periods=8, extra={"marked": marked}), outcome=outcome)
    assert () == find_leaks(changed, seed=1).alarms


def test_missing_by_chance_is_no_alarm() -> None:
    rng = np.random.default_rng(7)
    values = np.where(rng.random(6000) < 0.5, np.nan, rng.normal(size=6000))
    assert () == find_leaks(make_panel(extra={"patchy": values}), seed=1).alarms


def test_a_feature_of_real_strength_is_no_alarm() -> None:
    report = find_leaks(make_panel(base=-2.5, extra={"more": np.random.default_rng(1).normal(size=6000)}), seed=1)
    assert report.strongest[0].roc_auc > 0.7
    assert () == report.alarms


def test_a_build_that_was_not_checked_is_not_measured_and_does_not_pass() -> None:
    report = find_leaks(make_panel(entities=400, travelled=False), seed=1)
    assert report.time_travel is None
    assert "Time travel" in report.not_measured[0]
    assert not report.passed


def test_a_time_travel_check_that_failed_is_carried_over(plain: TrainingTable) -> None:
    travel = TimeTravelCheck(20, (datetime.date(2023, 1, 1),), ("arrears",))
    report = find_leaks(
        dataclasses.replace(plain, report=dataclasses.replace(plain.report, time_travel=travel)), seed=1
    )
    assert travel == report.time_travel
    assert not report.passed


def test_too_few_dates_to_learn_from_is_not_measured_and_the_rest_is(plain: TrainingTable) -> None:
    report = find_leaks(make_panel(periods=1, entities=2000), seed=1)
    assert report.shuffled is None
    assert "Shuffled outcomes" in report.not_measured[0]
    assert report.strongest
    assert not report.passed


def test_an_outcome_that_nobody_has_is_not_measured() -> None:
    table = make_panel(entities=200)
    report = find_leaks(dataclasses.replace(table, outcome=table.outcome * 0), seed=1)
    assert report.shuffled is None
    assert () == report.strongest
    assert 2 == len(report.not_measured)


def test_the_same_seed_gives_the_same_report(plain: TrainingTable, clean: LeakageReport) -> None:
    assert clean == find_leaks(plain, seed=1)


def test_progress_goes_forwards(plain: TrainingTable) -> None:
    told: list[tuple[str, float]] = []
    find_leaks(make_panel(entities=300), seed=1, progress=lambda stage, done: told.append((stage, done)))
    for stage in {stage for stage, _ in told}:
        shares = [done for one, done in told if one == stage]
        assert sorted(shares) == shares
        assert 1.0 == shares[-1]
