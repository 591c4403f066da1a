"""Live, suspended, decided on again, replaced, rolled back, fetched; and bad input on the way: nothing is promoted."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import riskmodels as rm
from riskmodels import scoring
from riskmodels.cli import app
from riskmodels.demo.council import DEMO_PASSPHRASE
from riskmodels.errors import RefusedError
from tests.integration.demos import Demo, command

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

CASE = "rent_arrears"
PURPOSE = "early_intervention"


def told(workspace: Path, *words: str) -> tuple[int, dict[str, Any]]:
    environment = {"RISKMODELS_PASSPHRASE": DEMO_PASSPHRASE}
    answer = CliRunner(env=environment).invoke(app, [*words, "--workspace", str(workspace), "--json"])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.output
    return answer.exit_code, json.loads(answer.stdout)


def done(workspace: Path, *words: str) -> dict[str, Any]:
    code, said = told(workspace, *words)
    assert 0 == code, said
    return said


def approve(workspace: Path, version: int, role: str, *more: str) -> None:
    done(workspace, "sign", CASE, str(version), "--role", role, "--decision", "approve", "--reason", "Once more", *more)


def example(folder: Path) -> pd.DataFrame:
    """Give the made-up case that comes with every bundle."""
    held = json.loads((folder / "input_example.json").read_text(encoding="utf-8"))
    return pd.DataFrame(held["data"], columns=held["columns"])


def test_a_suspended_version_may_go_live_again_only_when_the_deciding_role_signs_again(demo: Demo) -> None:
    workspace = demo[0]
    assert 1 == told(workspace, "promote", CASE, "2")[0]
    approve(workspace, 2, "ethics_board")
    code, said = told(workspace, "promote", CASE, "2")
    assert 1 == code
    assert "not_suspended" in said["error"]["found"]
    approve(workspace, 2, "accountable_officer", "--overrules", "The complaint was looked into and settled")
    assert "champion" == done(workspace, "promote", CASE, "2")["alias"]


def test_a_newer_version_takes_its_place_and_a_rollback_brings_it_back(demo: Demo) -> None:
    workspace = demo[0]
    forward = done(workspace, "put-forward", CASE, "2")
    newer = forward["version"]
    assert 3 == newer
    done(workspace, "reproduce", CASE, str(newer))
    open_ = next(one for one in done_gate(workspace, newer)["reasons"] if one["check"] == "bias")["found"]
    groups = [one.removesuffix(": not enough evidence") for one in open_.split("; ")]
    for role in ("data_protection_officer", "equality_lead", "ethics_board", "accountable_officer"):
        approve(workspace, newer, role)
    named = [word for group in groups for word in ("--group", group)]
    waiver = ["--waive", "bias", "--plan", "Audit again in half a year", "--waiver-expires", "2099-01-01"]
    approve(workspace, newer, "siro", *waiver, *named)
    done(workspace, "promote", CASE, str(newer))
    with rm.open(workspace) as ws:
        address = ws.registry_uri
    with scoring.load(CASE, registry=address, pin=demo[1]["pin"], watched=False) as scorer:
        assert newer == scorer.version
        done(workspace, "suspend", CASE, "--role", "siro", "--reason", "To try it")
        scorer.refresh()
        with pytest.raises(RefusedError, match="was suspended"):
            scorer.score_one({}, purpose=PURPOSE)
    assert 2 == done(workspace, "rollback", CASE)["version"]
    with scoring.load(CASE, registry=address, pin=demo[1]["pin"], watched=False) as scorer:
        assert 2 == scorer.version


def done_gate(workspace: Path, version: int) -> dict[str, Any]:
    code, said = told(workspace, "gate", CASE, str(version))
    assert 1 == code
    return said


def test_a_verified_copy_scores_away_from_the_registry_with_the_same_scores(demo: Demo, tmp_path: Path) -> None:
    workspace, copy = demo[0], tmp_path / "served"
    said = done(workspace, "fetch", CASE, str(copy))
    assert {"pack.json", "status.json", "manifest.json", "MLmodel", "model.txt"} <= {one.name for one in copy.iterdir()}
    assert 2 == said["version"]
    with rm.open(workspace) as ws:
        address = ws.registry_uri
    rows = example(copy)
    scores = []
    for place in (address, copy):
        with scoring.load(CASE, registry=place, pin=demo[1]["pin"], watched=False) as scorer:
            scores.append(scorer.score(rows, purpose=PURPOSE, reasons=3).drop(columns="reasons"))
    pd.testing.assert_frame_equal(*scores)
    (copy / "model.txt").write_bytes((copy / "model.txt").read_bytes() + b" ")
    with pytest.raises(RefusedError, match=r"model\.txt"):
        scoring.load(CASE, registry=copy, pin=demo[1]["pin"], watched=False)


def test_the_live_model_gives_a_list_and_only_with_the_key(demo: Demo, tmp_path: Path) -> None:
    workspace, out = demo[0], tmp_path / "calls.csv"
    with rm.open(workspace) as ws:
        day = f"{rm.every_month(ws.case(CASE), ws.lake)[-1]:%Y-%m-%d}"
        keys = entities(ws, "Tenancies", "tenancy_id")
        known = set(ws.lake.references(ws.extracts.Tenancies, "tenancy", keys).values())
    said = done(workspace, "worklist", CASE, "--as-of", day, "--capacity", "20", "--out", str(out))
    assert {"first": 0, "score": 20, "band": 0, "exploration": 0} == said["by_kind"]
    rows = pd.read_csv(out, dtype=str)
    assert 20 == len(rows) == rows["reference"].nunique()
    assert said["population"] > 20
    assert [] == [one for one in rows["reference"] if one in json.dumps(said)]
    assert rows["reasons"].str.len().min() > 10
    assert {"Ring, then write or visit. Ask how things are and offer support; nobody has to answer"} == set(
        rows["how to approach"]
    )
    again = tmp_path / "again.csv"
    done(workspace, "worklist", CASE, "--as-of", day, "--capacity", "20", "--out", str(again))
    assert out.read_bytes() == again.read_bytes()
    assert set(rows["reference"]) <= known


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--as-of", "2030-01-01"), "of which the lake knows too little"),
        (("--as-of", "2025-11-01", "--capacity", "100000"), "a list of 100,000 was asked for"),
    ],
)
def test_a_list_that_was_not_signed_or_cannot_be_known_is_refused(
    demo: Demo, tmp_path: Path, words: tuple[str, ...], named: str
) -> None:
    code, said = told(demo[0], "worklist", CASE, *words, "--out", str(tmp_path / "calls.csv"))
    assert 1 == code
    assert named in said["error"]["found"]
    assert [] == list(tmp_path.iterdir())


def entities(ws: rm.Workspace, extract: str, key: str) -> list[int]:
    """Give the pseudonyms of an extract's keys."""
    name = ws.lake.prepare(ws.contracts[extract])
    found: list[int] = ws.lake.query(f"SELECT DISTINCT {key} AS k FROM {name}").column("k").to_pylist()
    return found


def limited(size: int) -> Callable[[], None]:
    """Let a process write no file longer than ``size`` bytes, as if the disk were full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_disk_leaves_no_card(demo: Demo, tmp_path: Path) -> None:
    words = ("card", CASE, "2", "--out", str(tmp_path / "card"), "--workspace", str(demo[0]), "--json")
    said = command(*words, preexec_fn=limited(20_000))
    assert 2 == said.returncode
    assert "output" == json.loads(said.stdout)["error"]["code"]
    assert [] == list((tmp_path / "card").glob("*"))


@pytest.mark.parametrize(
    ("file", "old", "new", "words", "code", "named"),
    [
        ("ethics/dpia/rent_arrears.yaml", "need:", "  : [", ["put-forward", CASE], "document", "is not YAML"),
        ("ethics/dpia/rent_arrears.yaml", "need:", "neeed:", ["put-forward", CASE], "document", "need"),
        ("ethics/board.yaml", "  siro:", "  sirrro:", ["trust", "propose", "--role", "siro"], "document", "siro"),
        ("mlflow.yaml", "review_days", "reveiw_days", ["gate", CASE, "2"], "settings", "review_days"),
        (
            "mlflow.yaml",
            "registry_uri: governed+sqlite:///.riskmodels/registry.db",
            "registry_uri: http://127.0.0.1:9",
            ["promote", CASE, "1"],
            "registry",
            "gives no answer",
        ),
    ],
)
def test_bad_input_is_one_clear_error_and_nothing_is_promoted(
    demo: Demo, file: str, old: str, new: str, words: list[str], code: str, named: str
) -> None:
    path = demo[0] / file
    whole = path.read_text(encoding="utf-8")
    assert old in whole
    before = done(demo[0], "log", CASE)["entries"]
    path.write_text(whole.replace(old, new, 1), encoding="utf-8")
    try:
        exit_code, said = told(demo[0], *words)
    finally:
        path.write_text(whole, encoding="utf-8")
    assert (2, code) == (exit_code, said["error"]["code"])
    assert named in said["error"]["found"] + said["error"]["expected"]
    assert all(said["error"][part] for part in ("found", "expected", "next_step", "who"))
    assert before == done(demo[0], "log", CASE)["entries"]
