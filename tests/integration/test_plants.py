"""What is planted is found: a bias in the demo lake, a proxy of sex and a leak of the outcome among the features."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from riskmodels import pipeline
from riskmodels import workspace as workspaces
from riskmodels.assurance.bias import audit
from riskmodels.assurance.leakage import find_leaks
from riskmodels.assurance.proxies import find_proxies
from riskmodels.assurance.scored import score_held_out
from riskmodels.features.seal import table_digest
from riskmodels.lake.demo import make_demo_lake
from riskmodels.records import ModelColumn, TrainingTable
from riskmodels.records.bias import BiasAudit
from riskmodels.workspace_files import STATE, make_workspace

pytestmark = [pytest.mark.slow, pytest.mark.long]

HOUSEHOLDS, CAPACITY = 4000, 200
CASE = "rent_arrears"


def built(folder: Path, *, plant_bias: bool) -> TrainingTable:
    """Build a table of every fourth month from a demo lake."""
    make_workspace(folder)
    make_demo_lake(folder / STATE / "lake", households=HOUSEHOLDS, years=4, seed=1, plant_bias=plant_bias)
    with workspaces.open(folder) as ws:
        return ws.case(CASE).build(ws.lake, as_of=pipeline.as_of_dates(ws, CASE)[-1::-4][::-1])


def audited(folder: Path, table: TrainingTable) -> BiasAudit:
    """Train, and audit the held-out list by the comparisons that the workspace names beforehand."""
    with workspaces.open(folder) as ws:
        policy = ws.policy(CASE).model_copy(update={"capacity": CAPACITY})
        model = pipeline.train(ws.case(CASE), table, policy)
    return audit(score_held_out(table, model), policy=policy.assurance, harms=table.harms, seed=1)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingTable]:
    folder = tmp_path_factory.mktemp("plain") / "workspace"
    return folder, built(folder, plant_bias=False)


@pytest.fixture(scope="module")
def biased(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingTable]:
    folder = tmp_path_factory.mktemp("biased") / "workspace"
    return folder, built(folder, plant_bias=True)


def test_a_planted_bias_is_found(biased: tuple[Path, TrainingTable]) -> None:
    report = audited(*biased)
    missed = next(one for one in report.decisive if (one.characteristic, one.metric) == ("disability", "missed"))
    assert ("Yes", "fail") == (missed.group, missed.verdict)
    assert missed.difference.low is not None
    assert missed.difference.low > missed.tolerance  # disabled tenants are missed more, not less
    assert {"disability"} == {one.characteristic for one in report.decisive if one.verdict == "fail"}


def test_without_a_planted_bias_none_is_found(plain: tuple[Path, TrainingTable]) -> None:
    report = audited(*plain)
    assert {one.verdict for one in report.decisive} <= {"pass", "not enough evidence"}
    assert () == report.breaches


def with_feature(table: TrainingTable, name: str, says: str, values: npt.NDArray[np.float64]) -> TrainingTable:
    column = ModelColumn(
        name=name,
        feature=name,
        says=says,
        unit="",
        family=name,
        kind="number",
        category=None,
        monotone=None,
    )
    X = table.X.assign(**{name: values})
    digest = table_digest(X, table.outcome, table.audit, table.spine)
    return dataclasses.replace(table, X=X, columns=(*table.columns, column), digest=digest)


def noisy(values: pd.Series[float], *, wrong: float, seed: int) -> npt.NDArray[np.float64]:
    """Copy zeros and ones, some of them wrong, and blur them."""
    random = np.random.Generator(np.random.PCG64(seed))
    flipped = np.where(random.random(len(values)) < wrong, 1 - values.to_numpy(), values.to_numpy())
    return np.asarray(flipped + random.normal(0, 0.1, len(values)))


def test_a_planted_proxy_of_sex_is_named(plain: tuple[Path, TrainingTable]) -> None:
    _, table = plain
    women = (table.audit["sex"] == "Female").astype(float)
    planted = with_feature(table, "shoe_size", "Shoe size", noisy(women, wrong=0.02, seed=1))
    report = find_proxies(planted, least_group=100, seed=1, resamples=200)
    assert {("sex", "shoe_size")} == {(alarm.characteristic, alarm.feature) for alarm in report.alarms}
    assert not report.passed
    for group in report.named("sex").groups:
        assert "shoe_size" == group.features[0].feature


def test_a_planted_leak_of_the_outcome_is_named(plain: tuple[Path, TrainingTable]) -> None:
    _, table = plain
    planted = with_feature(table, "case_notes", "Length of the case notes", noisy(table.outcome, wrong=0.02, seed=2))
    report = find_leaks(planted, seed=1)
    assert {"case_notes"} == {alarm.feature for alarm in report.alarms}
    assert not report.passed


def test_the_plain_table_raises_no_alarm(plain: tuple[Path, TrainingTable]) -> None:
    _, table = plain
    assert () == find_proxies(table, least_group=100, seed=1, resamples=200).alarms
    found = find_leaks(table, seed=1)
    assert () == found.alarms
    assert found.shuffled is not None
    assert found.shuffled.passed
