"""The command line answers on stdout, tells progress on stderr, and gives errors that a person can act on."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

import riskmodels
from riskmodels.cli import app
from riskmodels.cli.door import door
from riskmodels.errors import SettingsError

DECIDING = "gate promote rollback fetch card verify log put-forward documents confirm sign suspend reproduce"
COMMANDS = (
    *(["init"], ["demo"], ["run"], ["build"], ["lake", "demo"], ["lake", "check"]),
    *([name] for name in DECIDING.split()),
    *(["keys", "new"], ["trust", "propose"], ["trust", "sign"], ["trust", "show"]),
)


def riskmodels_(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    levels = {name: logging.getLogger(name).level for name in ("mlflow", "alembic", "matplotlib")}
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Make a fresh workspace whose lake is not there yet."""
    assert 0 == riskmodels_("init", str(tmp_path / "brent"), "--quiet").exit_code
    return tmp_path / "brent"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_teaches_its_use(command: list[str]) -> None:
    result = riskmodels_(*command, "--help")
    words = " ".join(result.stdout.split())
    assert 0 == result.exit_code
    assert [] == [
        word for word in ("--workspace", "--json", "--quiet", "Example: riskmodels", "Next:") if word not in words
    ]


def test_the_version_is_shown() -> None:
    assert f"riskmodels {riskmodels.__version__}\n" == riskmodels_("--version").stdout


def test_without_a_command_the_help_is_shown() -> None:
    assert "riskmodels demo" in riskmodels_().output


@pytest.mark.parametrize(
    "words", [["runn"], ["run"], ["run", "x", "--fast"], ["build", "x"], ["demo", "--households", "many"]]
)
def test_wrong_usage_exits_with_2(words: list[str]) -> None:
    result = riskmodels_(*words)
    assert 2 == result.exit_code
    assert "Usage:" in result.stderr


def test_init_makes_a_workspace_and_says_what_comes_next(tmp_path: Path) -> None:
    result = riskmodels_("init", "brent", "--workspace", str(tmp_path))
    assert 0 == result.exit_code
    parts = {".gitignore", "ethics", "features", "mlflow.yaml", "model_cards"}
    assert parts == {path.name for path in (tmp_path / "brent").iterdir()}
    assert f"riskmodels lake check --workspace {tmp_path / 'brent'}" in result.stdout


def test_init_answers_in_json(tmp_path: Path) -> None:
    result = riskmodels_("init", str(tmp_path / "brent"), "--json")
    assert str(tmp_path / "brent/mlflow.yaml") == json.loads(result.stdout)["settings"]


def test_init_into_a_folder_that_holds_something_is_refused(workspace: Path) -> None:
    result = riskmodels_("init", str(workspace))
    assert 2 == result.exit_code
    assert "" == result.stdout
    assert ["Found:", "Expected:", "What to do:", "Who can help:"] == [
        line[: line.index(":") + 1] for line in result.stderr.splitlines()
    ]


def error_of(*words: str) -> dict[str, Any]:
    result = riskmodels_(*words, "--json")
    assert 2 == result.exit_code
    assert "" == result.stderr
    error: dict[str, Any] = json.loads(result.stdout)["error"]
    assert {"code", "found", "expected", "next_step", "who"} <= set(error)
    return error


@pytest.mark.parametrize("command", [["run"], ["build", "--out", "t.parquet"]], ids=["run", "build"])
def test_an_unknown_use_case_is_refused_with_the_nearest(workspace: Path, command: list[str]) -> None:
    error = error_of(*command, "rent_arears", "--workspace", str(workspace))
    assert "did you mean 'rent_arrears'?" in error["expected"]


def test_an_unknown_key_in_the_settings_is_refused_with_its_line(workspace: Path) -> None:
    settings = workspace / "mlflow.yaml"
    settings.write_text(settings.read_text().replace("capacity:", "capacitty:"))
    error = error_of("run", "rent_arrears", "--workspace", str(workspace))
    assert "settings" == error["code"]
    assert "models.rent_arrears.capacitty is not a setting; did you mean 'capacity'?" in error["found"]


def test_a_fault_in_a_definition_says_in_which_line(workspace: Path) -> None:
    features = workspace / "features/rent_arrears.py"
    features.write_text(features.read_text().replace('baseline="arrears_weeks"', 'baseline="arrears_weex"'))
    error = error_of("run", "rent_arrears", "--workspace", str(workspace))
    assert "definition" == error["code"]
    assert "rent_arrears.py, line" in error["where"][0]
    assert "rent_arrears.py, line" in riskmodels_("run", "rent_arrears", "--workspace", str(workspace)).stderr


@pytest.mark.parametrize(
    "command", [["run", "rent_arrears"], ["lake", "check"], ["build", "rent_arrears", "--out", "t"]]
)
def test_a_missing_lake_is_refused_and_nothing_is_written(workspace: Path, command: list[str], tmp_path: Path) -> None:
    error = error_of(*command, "--workspace", str(workspace))
    assert error["code"].startswith(("lake", "extract"))
    assert {"brent"} == {path.name for path in tmp_path.iterdir()}


def test_a_month_that_is_none_is_refused(workspace: Path) -> None:
    error = error_of("run", "rent_arrears", "--from", "2023-13", "--to", "2024-01", "--workspace", str(workspace))
    assert "'2023-13' is not a month" == error["found"]


def test_a_demo_never_replaces_what_is_not_a_demo(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("my only copy")
    error = error_of("demo", str(tmp_path))
    assert "holds something that is not a demo" in error["found"]
    assert "my only copy" == (tmp_path / "thesis.txt").read_text()


def test_a_number_out_of_range_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    assert "households" in error_of("lake", "demo", str(tmp_path / "lake"), "--households", "1")["found"]
    assert [] == list(tmp_path.iterdir())


@pytest.fixture
def small_lake(workspace: Path) -> Path:
    """Put a small demo lake where the workspace looks for it."""
    made = riskmodels_(
        "lake", "demo", ".riskmodels/lake", "--households", "60", "--years", "1", "-q", "--workspace", str(workspace)
    )
    assert 0 == made.exit_code, made.output
    return workspace


def test_a_demo_lake_is_made_and_counted(workspace: Path, tmp_path: Path) -> None:
    told = json.loads(
        riskmodels_("lake", "demo", str(tmp_path / "lake"), "--households", "60", "--years", "1", "--json").stdout
    )
    assert str(tmp_path / "lake") == told["lake"]
    assert {path.name for path in (tmp_path / "lake").iterdir()} == set(told["rows"])


def test_a_lake_check_counts_and_lists_faults_for_owners_alone(small_lake: Path) -> None:
    result = riskmodels_("lake", "check", "--json", "--workspace", str(small_lake))
    told = json.loads(result.stdout)
    lists = [Path(path) for path in told["fault_lists"].values()]
    assert (0 if told["passed"] else 2) == result.exit_code
    assert {path.name for path in (small_lake / ".riskmodels/lake").iterdir()} == {
        one["folder"] for one in told["extracts"]
    }
    assert lists
    assert [0o600] * len(lists) == [path.stat().st_mode & 0o777 for path in lists]
    assert "extract,rule,rows" == lists[0].read_text().splitlines()[0]


def test_a_lake_check_over_its_tolerance_or_without_an_extract_exits_with_2(small_lake: Path) -> None:
    extracts = small_lake / "features/_rent.py"
    extracts.write_text(extracts.read_text().replace('row=("tenancy_id",),', 'row=("tenancy_id",), tolerance=0.0,'))
    text = extracts.read_text().replace(
        'values=("secure", "introductory", "flexible", "non_secure")', 'values=("secure",)'
    )
    extracts.write_text(text)
    for part in (small_lake / ".riskmodels/lake/contacts").iterdir():
        part.unlink()
    (small_lake / ".riskmodels/lake/contacts").rmdir()
    result = riskmodels_("lake", "check", "--workspace", str(small_lake), "--quiet")
    assert 2 == result.exit_code
    assert "Too many bad rows: Tenancies. Not in the lake: Contacts." in result.stdout
    assert "Tenancies: tenancy_type: not an allowed value" in result.stdout


def test_a_lake_check_shows_a_row_for_every_extract(small_lake: Path) -> None:
    shown = riskmodels_("lake", "check", "--workspace", str(small_lake), "--quiet")
    assert "" == shown.stderr
    assert [] == [name for name in ("RentBalances", "Areas", "Links") if f"{name} " not in shown.stdout]


def test_too_little_history_is_refused(small_lake: Path) -> None:
    error = error_of("run", "rent_arrears", "--workspace", str(small_lake))
    assert "build" == error["code"]
    assert "too little history" in error["found"]


def test_ctrl_c_is_a_short_line_and_130(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, door(as_json=False, quiet=False):
        raise KeyboardInterrupt
    assert 130 == caught.value.exit_code
    assert 1 == capsys.readouterr().err.count("\n")


def test_progress_is_told_after_two_seconds_on_stderr_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 1.0, 3.0, 3.0, 4.0, 4.0])
    monkeypatch.setattr("riskmodels.cli.door.time.monotonic", lambda: next(clock, 9.0))
    with door(as_json=True, quiet=False) as out:
        out.progress("too early", 0.0)
        out.progress("reading [all] of it", 0.5)
        out.progress("reading [all] of it", 0.9)
        out.answer({"done": True})
    told = capsys.readouterr()
    assert {"done": True} == json.loads(told.out)
    assert ["[    3 s] reading [all] of it"] == told.err.splitlines()


def test_progress_is_a_bar_on_a_terminal_and_is_taken_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskmodels.cli.door._SHOW_AFTER_SECONDS", -1.0)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with door(as_json=True, quiet=False) as out:
        out.progress("reading [all] of it", 0.5)
        out.progress("drawing", 0.9)
        out.answer({"done": True})
    told = capsys.readouterr()
    assert {"done": True} == json.loads(told.out)
    assert "drawing" in told.err
    assert told.err.endswith("\x1b[2K")


def test_quiet_tells_no_progress(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskmodels.cli.door._SHOW_AFTER_SECONDS", -1.0)
    with door(as_json=False, quiet=True) as out:
        out.progress("reading", 0.5)
    assert "" == capsys.readouterr().err


def test_a_package_that_is_not_installed_is_named_with_how_to_install_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, door(as_json=True, quiet=False):
        raise ModuleNotFoundError("No module named 'mlflow'", name="mlflow")
    assert 2 == caught.value.exit_code
    assert "riskmodels[train]" in json.loads(capsys.readouterr().out)["error"]["next_step"]


def test_a_module_of_our_own_that_is_missing_is_not_explained_away() -> None:
    with pytest.raises(ModuleNotFoundError), door(as_json=True, quiet=False):
        raise ModuleNotFoundError("No module named 'riskmodels.nowhere'", name="riskmodels.nowhere")


def test_a_users_error_keeps_its_type_for_those_who_call_the_library(workspace: Path) -> None:
    with pytest.raises(SettingsError):
        riskmodels.open(workspace).case("nobody")


def test_what_nobody_expected_keeps_its_traceback_but_no_values() -> None:
    code = (
        "import riskmodels.cli.commands as commands\n"
        "def make_workspace(place):\n"
        "    tenant = 'Jo ' + 'Bloggs'\n"
        "    raise RuntimeError('nobody thought of this')\n"
        "commands.make_workspace = make_workspace\n"
        "commands.app(['init', 'x'])\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 70 == told.returncode
    assert "RuntimeError: nobody thought of this" in told.stderr
    assert "Traceback" in told.stderr
    assert "Jo Bloggs" not in told.stderr


def test_case_names_are_completed_from_the_workspaces_files(workspace: Path) -> None:
    from riskmodels.cli.options import complete_case

    context = typer.Context(typer.main.get_command(app))
    context.params["workspace"] = str(workspace)
    assert ["rent_arrears"] == complete_case(context, "rent")
    assert ["care_demand", "care_review"] == complete_case(context, "care")
    assert [] == complete_case(context, "nothing")
    context.params["workspace"] = str(workspace.parent)
    assert [] == complete_case(context, "")
