"""The main job through its doors: demo, run and build; what stops half way leaves nothing; bad input is refused."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from rich.console import Console, RenderableType
from typer.testing import CliRunner

import riskmodels as rm
from riskmodels import pipeline
from riskmodels.cli import app
from riskmodels.cli.screens import built_screen, demo_screen
from riskmodels.demo import Size, Story, ToldDemo, make_demo
from riskmodels.errors import ExtractUnreadable, TrainingError
from riskmodels.records import UnlinkedGroup
from riskmodels.results import RunResult
from riskmodels.run_report import tables
from tests.integration.demos import RUN, Demo, command

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Path:
    """Copy the demo's workspace and lake, without its runs, to be spoilt."""
    source, here = demo[0], tmp_path / "ws"
    made_by_the_run = ("runs", "artifacts", "mlflow.db", "registry.*", "bundles", "retained", "keys")
    skip = shutil.ignore_patterns(*made_by_the_run, "quarantine", "spill")
    shutil.copytree(source, here, ignore=skip)
    return here


def screen(pieces: list[RenderableType]) -> str:
    console = Console(width=300, record=True, file=io.StringIO())
    console.print(*pieces, sep="\n")
    return console.export_text()


def entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_answer_has_the_figures_of_three_estimators_with_intervals(demo: Demo) -> None:
    told = demo[1]
    assert {"model", "digest", "rows", "base_rate", "metrics", "chosen", "run_id", "held_out"} <= set(told)
    assert {"notes", "report", "may_not_be_used_for"} <= set(told)
    assert ["baseline", "interpretable", "lightgbm"] == sorted(told["metrics"])
    for figures in told["metrics"].values():
        assert {"roc_auc", "average_precision", "brier_score_loss"} <= set(figures)
        auc = figures["roc_auc"]
        assert 0 <= auc["low"] <= auc["value"] <= auc["high"] <= 1


def test_the_demo_tells_its_progress_on_stderr(demo: Demo) -> None:
    lines = demo[2].splitlines()
    assert [] == [line for line in lines if not re.fullmatch(r"\[ *\d+ s\] .+", line)]
    assert any("computing features" in line for line in lines)


def test_the_runs_folder_has_the_answer_the_report_and_the_plots(demo: Demo) -> None:
    workspace, told, _ = demo
    folder = workspace / ".riskmodels/runs/rent_arrears" / told["run_id"]
    assert told == json.loads((folder / "run.json").read_text()) | {"story": told["story"], "pin": told["pin"]}
    assert str(folder / "report.html") == told["report"]
    assert {"roc.png", "precision_recall.png", "calibration.png", "lift.png", "score_over_time.png"} <= entries(folder)
    assert {told["run_id"]} == entries(folder.parent)


class Page(HTMLParser):
    """Reads a page's outline: tags in order, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_report_can_be_read_by_everybody_and_from_one_file(demo: Demo) -> None:
    text = Path(demo[1]["report"]).read_text()
    page = Page(text)
    assert "en-GB" == page.all("html")[0]["lang"]
    assert 1 == len(page.all("h1"))
    pictures = page.all("img")
    assert len(pictures) > 5
    assert all(len(image["alt"] or "") > 40 for image in pictures)
    assert [] == [image for image in pictures if not (image["src"] or "").startswith("data:image/png;base64,")]
    assert len(page.all("table")) == len(page.all("caption"))
    assert [] == [cell for cell in page.all("th") if "scope" not in cell]
    assert [] == re.findall(r"https?://", text)


def test_the_report_says_what_the_model_is_not_for_and_what_to_know(demo: Demo) -> None:
    told = demo[1]
    words = " ".join(Page(Path(told["report"]).read_text()).words.split())
    wanted = [
        *told["may_not_be_used_for"],
        *told["notes"],
        told["digest"],
        told["table_digest"],
        "Benefit has not been",
    ]
    assert [] == [one for one in wanted if one not in words]


def test_mlflow_has_the_run_in_the_workspaces_own_store(demo: Demo) -> None:
    workspace, told, _ = demo
    with closing(sqlite3.connect(workspace / ".riskmodels/mlflow.db")) as store:
        runs = store.execute("select run_uuid, status, artifact_uri from runs").fetchall()
        kept = store.execute("select value from metrics where key = 'lightgbm.roc_auc'").fetchall()
    assert [(told["run_id"], "FINISHED")] == [run[:2] for run in runs]
    assert runs[0][2].startswith((workspace / ".riskmodels/artifacts").as_uri())
    assert told["metrics"]["lightgbm"]["roc_auc"]["value"] == pytest.approx(kept[0][0])


def test_no_feature_comes_from_the_officers_actions(demo: Demo) -> None:
    case = rm.open(demo[0]).case("rent_arrears")
    assert "RentActions" not in {extract.__name__ for extract in case.extracts()}


def test_the_python_door_gives_the_same_model_and_offers_mitigation_with_its_price(demo: Demo) -> None:
    workspace, told, _ = demo
    with rm.open(workspace) as ws:
        case = ws.case("rent_arrears")
        result = rm.run(ws, "rent_arrears", mitigate=True)
        model = rm.train(case, result.table)
    assert [told["digest"]] * 2 == [model.digest, result.model.digest]
    assert told["table_digest"] == result.table.digest
    assert told["metrics"] == result.as_json()["metrics"]
    assert {told["run_id"], result.run_id} == entries(workspace / ".riskmodels/runs/rent_arrears")
    offered = result.as_json()["mitigation"]["options"]
    assert "reweighing" in {one["name"] for one in offered}
    assert None not in [one["accuracy"]["roc_auc"]["value"] for one in offered]
    assert "May not be used for" in result._repr_html_()
    shown = screen(demo_screen(ToldDemo((Story(result, ()),), "pin"), "demo"))
    headings = (
        "Chosen: ",
        "Checked",
        "Before you use the figures",
        "Look at",
        "may not be used for",
        "What to try next",
    )
    assert [] == [heading for heading in headings if heading not in shown]
    assert str(result.report) in shown
    assert "bit for bit" in shown
    shutil.rmtree(result.folder)
    groups = (UnlinkedGroup("imd_quintile", "1", 400, 20), UnlinkedGroup("imd_quintile", "5", 9, 1))
    report = dataclasses.replace(result.table.report, unlinked_by_group=groups)
    shown = tables.unlinked(dataclasses.replace(result.table, report=report))
    assert [["imd_quintile: 1", "400", "5.0%"], ["imd_quintile: 5", *["too few to show"] * 2]] == [
        [cell.value for cell in row] for row in shown.rows
    ]


def test_a_table_of_another_definition_is_not_trained_on(demo: Demo, copy: Path) -> None:
    with rm.open(demo[0]) as ws:
        table = ws.case("rent_arrears").build(ws.lake, rm.monthly("2025-06", "2025-06"), time_travel_sample=0)
    change(copy / "features/rent_arrears.py", "SERIOUS_WEEKS = 8", "SERIOUS_WEEKS = 9")
    with pytest.raises(TrainingError, match="by a definition that is not the one of 'rent_arrears' now"):
        rm.train(rm.open(copy).case("rent_arrears"), table)


def test_a_build_writes_the_table_and_apart_from_it_protected_characteristics(copy: Path, tmp_path: Path) -> None:
    words = ("build", "rent_arrears", "--from", "2025-06", "--to", "2025-07", "--out", str(tmp_path / "table.parquet"))
    for _ in range(2):
        told = command(*words, "--workspace", str(copy))
        assert 0 == told.returncode, told.stderr
    assert "2025-07-01" in told.stdout
    table, audit = pq.read_table(tmp_path / "table.parquet"), pq.read_table(tmp_path / "table.audit.parquet")
    spine = ["entity", "as_of", "treated", "competing", "weight", "outcome"]
    assert spine == table.column_names[:6]
    assert ["entity", "as_of"] == audit.column_names[:2]
    assert {"entity", "as_of"} == set(table.column_names) & set(audit.column_names)
    assert {"sex", "ethnic_group", "disability"} <= set(audit.column_names)
    assert table["entity"].equals(audit["entity"])
    assert {"2025-06-01", "2025-07-01"} == set(table["as_of"].to_pandas().astype(str))
    assert 64 == len(table.schema.metadata[b"riskmodels.table_digest"])
    assert {"ws", "table.parquet", "table.audit.parquet"} == entries(tmp_path)
    for name in ("table.parquet", "table.audit.parquet"):
        assert 0o600 == (tmp_path / name).stat().st_mode & 0o777


def test_a_build_from_python_has_the_digest_of_the_table(demo: Demo, tmp_path: Path) -> None:
    with rm.open(demo[0]) as ws:
        dates = pipeline.as_of_dates(ws, "rent_arrears", first="2025-11")
        built = pipeline.build_table(ws, "rent_arrears", dates, tmp_path / "t.parquet")
    assert [pd.Timestamp("2025-11-01"), pd.Timestamp("2025-12-01")] == sorted(set(built.table.spine["as_of"]))
    assert built.table.digest == built.as_json()["table_digest"]
    shown = screen(built_screen(built))
    assert f"{tmp_path / 't.parquet'}: {built.table.rows:,} rows" in shown
    assert "2025-11-01" in shown


def test_as_of_dates_come_from_the_options_then_the_policy_then_the_lake(copy: Path) -> None:
    with rm.open(copy) as ws:
        lakes = pipeline.as_of_dates(ws, "rent_arrears")
        assert rm.every_month(ws.case("rent_arrears"), ws.lake) == lakes
        both = pipeline.as_of_dates(ws, "rent_arrears", first="2025-01", last="2025-02")
        assert rm.monthly("2025-01", "2025-02") == both
        assert rm.monthly("2025-10", f"{lakes[-1]:%Y-%m}") == pipeline.as_of_dates(ws, "rent_arrears", first="2025-10")
    asked = "    as_of: {first: 2025-01, last: 2025-07, every_months: 3} #"
    change(copy / "mlflow.yaml", "    # as_of: {first: 2023-01, last: 2024-12}", asked)
    with rm.open(copy) as ws:
        assert rm.monthly("2025-01", "2025-07", every_months=3) == pipeline.as_of_dates(ws, "rent_arrears")
        later = pipeline.as_of_dates(ws, "rent_arrears", first="2025-04")
        assert rm.monthly("2025-04", "2025-07", every_months=3) == later


@pytest.mark.parametrize("stage", ["computing features", "Judging on later periods", "logging to MLflow"])
def test_ctrl_c_leaves_nothing_half_made(copy: Path, stage: str) -> None:
    running = subprocess.Popen(
        [*RUN, "run", "rent_arrears", "--from", "2025-01", "--workspace", str(copy)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    for line in running.stderr:
        if stage in line:
            running.send_signal(signal.SIGINT)
            break
    out, err = running.communicate(timeout=120)
    assert (130, "") == (running.returncode, out)
    assert ["Stopped. Nothing was left half made; the same command can be given again."] == [
        line for line in err.splitlines() if not line.startswith("[")
    ]
    assert set() == entries(copy / ".riskmodels/runs/rent_arrears")
    assert set() == entries(copy / ".riskmodels/spill")
    assert set() == {name for name in entries(copy / ".riskmodels") if name.startswith(".")}


def limited(size: int) -> Callable[[], None]:
    """Let a process write no file longer than ``size`` bytes, as if the disk were full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_disk_leaves_no_table(copy: Path, tmp_path: Path) -> None:
    words = ("build", "rent_arrears", "--from", "2025-06", "--to", "2025-06", "--out", str(tmp_path / "t.parquet"))
    told = command(*words, "--workspace", str(copy), "--json", preexec_fn=limited(40_000))
    assert 2 == told.returncode
    assert "output" == json.loads(told.stdout)["error"]["code"]
    assert {"ws"} == entries(tmp_path)


def test_a_full_disk_leaves_no_run(copy: Path) -> None:
    words = ("run", "rent_arrears", "--from", "2025-01", "--workspace", str(copy), "--json")
    told = command(*words, preexec_fn=limited(90_000))
    assert 2 == told.returncode
    assert "output" == json.loads(told.stdout)["error"]["code"]
    assert set() == entries(copy / ".riskmodels/runs/rent_arrears")


def test_a_full_disk_leaves_no_demo(tmp_path: Path) -> None:
    told = command("demo", str(tmp_path / "ws"), "--households", "400", preexec_fn=limited(50_000))
    assert 2 == told.returncode
    assert "Found:" in told.stderr
    assert set() == entries(tmp_path)


def test_a_demo_is_replaced_by_the_next(copy: Path) -> None:
    (copy / "leftover.txt").write_text("from the earlier demo")
    with pytest.raises(rm.UserError, match="households"):
        make_demo(copy, size=Size(households=1, years=1), seed=1)
    assert (copy / "leftover.txt").exists()
    make_demo(copy, size=Size(households=30, years=1), seed=1)
    assert not (copy / "leftover.txt").exists()
    assert {"lake", "lake.truth"} == entries(copy / ".riskmodels")


def refused(workspace: Path, *options: str) -> dict[str, str]:
    words = ("run", "rent_arrears", "--workspace", str(workspace), "--json", "--quiet", *options)
    told = CliRunner().invoke(app, words)
    assert (2, "") == (told.exit_code, told.stderr)
    assert set() == entries(workspace / ".riskmodels/runs/rent_arrears")
    error: dict[str, str] = json.loads(told.stdout)["error"]
    assert [] == [part for part in ("found", "expected", "next_step", "who") if not error[part]]
    return error


def test_an_extract_without_its_folder_is_refused(copy: Path) -> None:
    shutil.rmtree(copy / ".riskmodels/lake/contacts")
    assert "extract_missing" == refused(copy)["code"]


def test_a_file_cut_short_is_refused(copy: Path) -> None:
    file = copy / ".riskmodels/lake/tenancies/part-0.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    assert "extract_unreadable" == refused(copy)["code"]


def test_a_missing_column_is_refused(copy: Path) -> None:
    file = copy / ".riskmodels/lake/tenancies/part-0.parquet"
    pq.write_table(pq.read_table(file, partitioning=None).drop_columns(["bedrooms"]), file)
    error = refused(copy)
    assert "extract_unreadable" == error["code"]
    assert "bedrooms" in error["found"]
    with pytest.raises(ExtractUnreadable), rm.open(copy) as ws:
        pipeline.check_lake(ws)


def test_an_outcome_that_never_happens_is_refused(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(copy / "features/rent_arrears.py", "SERIOUS_WEEKS = 8", "SERIOUS_WEEKS = 80000")
    asked: list[bool] = []
    do = pipeline.run

    def listen(*words: Any, **options: Any) -> RunResult:
        asked.append(options["mitigate"])
        return do(*words, **options)

    monkeypatch.setattr(pipeline, "run", listen)
    assert "training" == refused(copy, "--mitigate")["code"]
    assert [True] == asked


def test_a_lake_without_enough_history_is_refused(copy: Path) -> None:
    change(copy / "mlflow.yaml", "  memory_gb: 4", "  cut: 2023-08-01\n  memory_gb: 4")
    assert "build" == refused(copy)["code"]


def test_a_wheel_carries_the_fresh_workspace_and_the_map(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling, which builds wheels, is not installed")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "installed")
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}
    for words in (["init", str(tmp_path / "brent")], ["lake", "demo", str(tmp_path / "lake"), "--households", "30"]):
        told = command(*words, env=environment)
        assert 0 == told.returncode, told.stderr
    cases = ["care_demand", "care_review", "rent_arrears", "unlicensed_property"]
    assert cases == sorted(rm.open(tmp_path / "brent").cases)
    papers = [f"{folder}/{case}.yaml" for folder in ("ethics/dpia", "ethics/atrs") for case in cases]
    papers += ["ethics/board.yaml", *(f"model_cards/{case}/statement.yaml" for case in cases)]
    for name in ("mlflow.yaml", "features/extracts.py", *(f"features/{case}.py" for case in cases), *papers):
        assert (ROOT / name).read_text() == (tmp_path / "brent" / name).read_text()


def test_the_answer_has_the_audit_and_the_report_shows_it(demo: Demo) -> None:
    workspace, told, _ = demo
    assert {"bias", "proxies", "leakage", "explanation"} <= set(told)
    assert told["bias"]["verdict"] in {"pass", "fail", "not enough evidence"}
    settings = rm.open(workspace).settings.models["rent_arrears"].assurance
    assert len(settings.comparisons) == len(told["bias"]["decisive"]) > 0
    page = Path(told["report"]).read_text()
    for anchor in ("bias", "proxies", "goes-by", "leaks"):
        assert f'<h2 id="{anchor}">' in page
    folder = Path(told["report"]).parent
    assert {"disparities.png", "importance.png", "beeswarm.png"} <= entries(folder)


def test_full_figures_go_to_the_auditors_private_file_alone(demo: Demo) -> None:
    workspace, told, _ = demo
    auditor = workspace / ".riskmodels/auditor/rent_arrears" / f"{told['run_id']}.json"
    full = json.loads(auditor.read_text())
    assert 0o600 == auditor.stat().st_mode & 0o777
    small = [one for one in full["bias"]["groups"] if len(one["key"]) == 1 and 0 < one["rows"] < 10]
    assert small, "a demo of this size has groups of under ten people"
    shown = {json.dumps(group["group"]): group["rows"] for group in told["bias"]["groups"]}
    for one in small:
        assert shown[json.dumps(dict(one["key"]))] is None
    assert auditor.name not in {path.name for path in Path(told["report"]).parent.iterdir()}


def test_a_protected_characteristic_among_the_inputs_is_refused_before_anything_is_learned(copy: Path) -> None:
    definition = copy / "features/rent_arrears.py"
    change(
        definition,
        "features=[*level,",
        'features=[latest(RentBalances, "balance_gbp", name="sex_of_tenant", says="Sex of the tenant"), *level,',
    )
    assert "Equality Act 2010" in " ".join(refused(copy).values())
