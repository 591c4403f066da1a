from __future__ import annotations

import dataclasses
import datetime
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import SplineTransformer

from riskmodels.errors import OutputError, RegistryError, UntrustedError
from riskmodels.features.seal import table_digest
from riskmodels.governance.wire import canonical, sha256
from riskmodels.modelling import train
from riskmodels.records import (
    BuildReport,
    ExtractQuality,
    LineageEntry,
    PeriodCount,
    QualityReport,
    TimeTravelCheck,
    TrainingTable,
    UnlinkedGroup,
)
from riskmodels.registry.bundles.bundle import write_bundle
from riskmodels.registry.bundles.learned import check_claimed_digest, reproducibility_digest_of
from riskmodels.registry.bundles.manifest import MANIFEST, checked_files
from riskmodels.registry.bundles.reproduction import reproduce_retained
from riskmodels.registry.bundles.retained import read_retained, read_retained_policies, retain
from riskmodels.registry.bundles.skops_file import from_skops, to_skops
from riskmodels.registry.environment import describe_environment
from tests.bundles import POLICY, made_up_bundle, made_up_table, trained

ROOT = Path(__file__).parents[3]


def full_table() -> TrainingTable:
    """Give a table whose every record is filled, and with bits that a careless copy would lose."""
    table = made_up_table()
    X = table.X.copy()
    X.iloc[0, 1] = np.array([0xFFF8000000000001], dtype=np.uint64).view(np.float64)[0]  # another not-a-number
    X.iloc[1, 0], X.iloc[2, 0] = -0.0, 5e-324
    audit = table.audit.assign(language="Türkçe, “other”\nline")
    report = BuildReport(
        lake_cut=datetime.datetime(2024, 1, 1, 12, 30),
        periods=(PeriodCount(datetime.date(2023, 1, 1), 10, 1, 2, 3, 4, 5, 6, None),),
        quality=QualityReport(
            (
                ExtractQuality(
                    "Rents",
                    "rents",
                    "Housing",
                    9,
                    8,
                    {"a: b": 1},
                    {},
                    0,
                    0,
                    {},
                    None,
                    None,
                    datetime.datetime(2024, 1, 1),
                    False,
                    0.01,
                ),
            )
        ),
        unlinked_share=0.25,
        time_travel=TimeTravelCheck(20, (datetime.date(2023, 1, 1),), ()),
        notes=("A note",),
        unlinked_by_group=(UnlinkedGroup("sex", "Female", 5, 1),),
    )
    lineage = (LineageEntry("arrears", "Rents", ("balance",), "Housing system", ("early_intervention",), True),)
    return dataclasses.replace(
        table,
        X=X,
        audit=audit,
        report=report,
        lineage=lineage,
        digest=table_digest(X, table.outcome, audit, table.spine),
    )


@pytest.mark.parametrize("make", [made_up_table, full_table])
def test_what_is_kept_comes_back_bit_for_bit(tmp_path: Path, make: Callable[[], TrainingTable]) -> None:
    table = make()
    again = read_retained(retain(tmp_path / "kept", table, POLICY))
    assert table.digest == again.digest
    assert table.X.to_numpy().tobytes() == again.X.to_numpy().tobytes()
    pd.testing.assert_frame_equal(table.audit, again.audit)
    pd.testing.assert_frame_equal(table.spine, again.spine)
    pd.testing.assert_series_equal(table.outcome, again.outcome)
    plain = [field.name for field in dataclasses.fields(table) if field.name not in ("X", "audit", "spine", "outcome")]
    assert {name: getattr(table, name) for name in plain} == {name: getattr(again, name) for name in plain}


def test_a_table_without_characteristics_is_kept_too(tmp_path: Path) -> None:
    table = made_up_table()
    bare = table.audit[[]]
    table = dataclasses.replace(table, audit=bare, digest=table_digest(table.X, table.outcome, bare, table.spine))
    again = read_retained(retain(tmp_path / "kept", table, POLICY))
    assert (table.rows, 0) == again.audit.shape


def test_the_policy_is_kept_beside_and_a_second_one_too(tmp_path: Path) -> None:
    folder = retain(tmp_path / "kept", made_up_table(), POLICY)
    other = POLICY.model_copy(update={"seed": 8})
    assert folder == retain(folder, made_up_table(), other) == retain(folder, made_up_table(), other)
    assert {sha256(canonical(one)): one for one in (POLICY, other)} == read_retained_policies(folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights otherwise")
def test_nobody_but_the_owner_may_read_what_is_kept(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = retain(tmp_path / "kept", made_up_table(), POLICY)
    finally:
        os.umask(old)
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert 6 == len(files)
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in files}


@pytest.mark.parametrize("name", ["X.parquet", "outcome.parquet", "audit.parquet", "spine.parquet", "table.json"])
@pytest.mark.parametrize("how", ["missing", "cut short", "a bit turned"])
def test_a_file_that_is_missing_or_damaged_is_named(tmp_path: Path, name: str, how: str) -> None:
    folder = retain(tmp_path / "kept", made_up_table(), POLICY)
    path, data = folder / name, (folder / name).read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "cut short":
        path.write_bytes(data[: len(data) // 2])
    else:
        path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    with pytest.raises(RegistryError, match=name):
        read_retained(folder)


def test_nothing_kept_is_an_error_that_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="nothing is kept at"):
        read_retained(tmp_path / "kept")


def rewritten(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    facts = json.loads((folder / "table.json").read_bytes())
    change(facts)
    (folder / "table.json").write_bytes(canonical(facts))


def test_rows_that_were_changed_with_their_digest_in_the_list_are_found(tmp_path: Path) -> None:
    folder = retain(tmp_path / "kept", made_up_table(), POLICY)
    frame = pd.read_parquet(folder / "outcome.parquet")
    frame.iloc[0, 0] = 1 - frame.iloc[0, 0]
    frame.to_parquet(folder / "outcome.parquet", index=False)
    digest = sha256((folder / "outcome.parquet").read_bytes())
    rewritten(folder, lambda facts: facts["files"].update({"outcome.parquet": digest}))
    with pytest.raises(UntrustedError, match="the rows kept in"):
        read_retained(folder)


def test_a_definition_that_was_changed_is_found(tmp_path: Path) -> None:
    folder = retain(tmp_path / "kept", made_up_table(), POLICY)
    rewritten(folder, lambda facts: facts["definition"].update(purpose="another"))
    with pytest.raises(UntrustedError, match="the definition kept in"):
        read_retained(folder)


def test_a_policy_that_was_changed_is_found(tmp_path: Path) -> None:
    folder = retain(tmp_path / "kept", made_up_table(), POLICY)
    (path,) = (folder / "policies").iterdir()
    path.write_text(path.read_text(encoding="utf-8").replace('"seed":7', '"seed":8'), encoding="utf-8")
    with pytest.raises(UntrustedError, match="was changed since it was kept"):
        read_retained_policies(folder)


def test_a_table_whose_digest_is_made_up_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(UntrustedError, match="does not have the digest"):
        retain(tmp_path / "kept", dataclasses.replace(made_up_table(), digest="0" * 64), POLICY)
    assert [] == list(tmp_path.iterdir())


def test_another_table_is_not_kept_in_the_same_place(tmp_path: Path) -> None:
    folder = retain(tmp_path / "kept", made_up_table(), POLICY)
    with pytest.raises(UntrustedError, match="keeps another table"):
        retain(folder, full_table(), POLICY)
    assert made_up_table().digest == read_retained(folder).digest


def test_a_place_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError):
        retain(tmp_path / "file" / "kept", made_up_table(), POLICY)
    assert ["file"] == [path.name for path in tmp_path.iterdir()]


SLOW_WRITE = """
import sys, time
from pathlib import Path
from tests.bundles import POLICY, made_up_table
from riskmodels.registry.bundles import retained
real = retained._write_table
def slow(folder, table):
    real(folder, table)
    print("written", flush=True)
    time.sleep(60)
retained._write_table = slow
retained.retain(Path(sys.argv[1]), made_up_table(), POLICY)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL])
def test_a_killed_write_leaves_nothing_where_the_table_was_to_be(tmp_path: Path, kill: signal.Signals) -> None:
    kept = tmp_path / "kept"
    writer = subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITE, str(kept)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with writer:
        assert writer.stdout is not None
        assert b"written\n" == writer.stdout.readline()
        writer.send_signal(kill)
    assert not kept.exists()
    left = list(tmp_path.iterdir())
    assert [] == left or kill is signal.SIGKILL
    for draft in left:  # what nobody could tidy up is for the owner's eyes, and goes with the next write
        assert 0o700 == stat.S_IMODE(draft.stat().st_mode)
        long_ago = time.time() - 3 * 24 * 60 * 60
        os.utime(draft, (long_ago, long_ago))
    retain(kept, made_up_table(), POLICY)
    assert ["kept"] == [path.name for path in tmp_path.iterdir()]


# Making it again


def made_again(files: dict[str, bytes], table: TrainingTable | None = None, **more: Any) -> Any:
    given: dict[str, Any] = {
        "files": files,
        "expected_digest": trained().digest,
        "platform": describe_environment(),
        **more,
    }
    return reproduce_retained(table or made_up_table(), POLICY, **given)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return checked_files(*made_up_bundle(tmp_path_factory.mktemp("made") / "bundle", "interpretable"))


def test_a_kept_table_gives_the_same_model_again(tmp_path: Path, files: dict[str, bytes]) -> None:
    table = read_retained(retain(tmp_path / "kept", made_up_table(), POLICY))
    found = made_again(files, table)
    assert (trained().digest, True, True, 0.0) == (
        found.reproducibility_digest,
        found.matched,
        found.platform_same,
        found.largest_difference,
    )


def test_on_another_platform_scores_decide(files: dict[str, bytes]) -> None:
    elsewhere = {**describe_environment(), "platform": "Plan9 mips"}
    found = made_again(files, platform=elsewhere)
    assert (False, True, 0.0) == (found.platform_same, found.matched, found.largest_difference)


def test_another_seed_gives_another_model_and_it_is_said(files: dict[str, bytes]) -> None:
    policy = POLICY.model_copy(update={"seed": 99})
    found = reproduce_retained(
        made_up_table(),
        policy,
        files=files,
        expected_digest=trained().digest,
        platform=describe_environment(),
    )
    assert found.reproducibility_digest != trained().digest
    assert not found.matched


def with_manifest(files: dict[str, bytes], **to: Any) -> dict[str, bytes]:
    data = json.loads(files[MANIFEST])
    data.update(to)
    return {**files, MANIFEST: canonical(data)}


def test_a_bundle_of_another_model_is_refused_before_training(files: dict[str, bytes]) -> None:
    with pytest.raises(UntrustedError, match="was signed"):
        made_again(files, expected_digest="0" * 64)
    with pytest.raises(UntrustedError, match="claims"):
        made_again(with_manifest(files, reproducibility_digest="0" * 64), expected_digest="0" * 64)
    with pytest.raises(UntrustedError, match="another table"):
        made_again(with_manifest(files, table_digest="0" * 64))


def test_a_model_that_learned_the_same_but_does_something_else_is_refused(files: dict[str, bytes]) -> None:
    pipeline = from_skops(files["model.skops"])
    stepped = pipeline[0].named_transformers_["stepped"]
    lines: SplineTransformer = stepped["lines"]
    for spline in lines.bsplines_:
        spline.c = spline.c * 1.5  # what was learned is untouched, and every score is another
    changed = {**files, "model.skops": to_skops(pipeline)}
    assert trained().digest == check_claimed_digest(changed)
    with pytest.raises(UntrustedError, match=r"model\.skops of the bundle is not what training writes"):
        made_again(changed)
    elsewhere = {**describe_environment(), "platform": "Plan9 mips"}
    with pytest.raises(UntrustedError, match="the model of the bundle is not what training writes"):
        made_again(changed, platform=elsewhere)


def test_a_bundle_that_serves_the_estimator_that_was_not_chosen_is_refused(tmp_path: Path) -> None:
    files = checked_files(*made_up_bundle(tmp_path / "bundle", "lightgbm"))
    with pytest.raises(UntrustedError, match="serves another estimator than training chose, interpretable"):
        made_again(files)


def test_where_lightgbm_is_better_it_is_made_again_too(tmp_path: Path) -> None:
    policy, here = POLICY.model_copy(update={"margin": 0.0}), describe_environment()
    table = dataclasses.replace(made_up_table(), baseline="paid")  # a practice that both models beat
    model = train(table, policy)
    assert "lightgbm" == model.chosen
    folder = tmp_path / "bundle"
    files = checked_files(folder, write_bundle(folder, table, model, policy=policy, environment=here))
    found = reproduce_retained(table, policy, files=files, expected_digest=model.digest, platform=here)
    assert (True, 0.0) == (found.matched, found.largest_difference)


def test_another_platform_whose_scores_are_near_enough_matches_and_one_that_is_off_does_not(
    files: dict[str, bytes],
) -> None:
    elsewhere = {**describe_environment(), "platform": "Plan9 mips"}
    for step, matched in ((1e-8, True), (1e-4, False)):
        pipeline = from_skops(files["model.skops"])
        pipeline[-1].intercept_ = pipeline[-1].intercept_ + step
        moved = {**files, "model.skops": to_skops(pipeline)}
        digest = reproducibility_digest_of(moved)
        moved = with_manifest(moved, reproducibility_digest=digest)
        found = made_again(moved, expected_digest=digest, platform=elsewhere)
        assert matched is found.matched
        assert step == pytest.approx(found.largest_difference, rel=1e-3)
        here = made_again(moved, expected_digest=digest)
        assert (True, False) == (here.platform_same, here.matched)
