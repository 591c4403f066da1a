from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import riskmodels
from riskmodels.errors import OutputError
from riskmodels.records import (
    BuildReport,
    Evaluation,
    GroupFigures,
    Interval,
    QualityReport,
    TrainedModel,
    TrainingTable,
)
from riskmodels.registry.environment import describe_environment
from riskmodels.registry.new_store import make_sqlite_store
from riskmodels.registry.silence import import_silently
from riskmodels.registry.tracking import log_run

SOURCE = str(Path(riskmodels.__file__).parents[1])


def a_plot() -> tuple[Figure, str]:
    figure = Figure(figsize=(1, 1))
    FigureCanvasAgg(figure)
    figure.subplots().plot([0, 1])
    return figure, "A line that rises."


def a_model() -> TrainedModel:
    day = pd.Timestamp("2024-01-01").date()
    figures = {"roc_auc": Interval(0.7, 0.6, 0.8), "calibration_slope": Interval(None)}
    group = GroupFigures(0, 0, Interval(None), Interval(None))
    evaluation = Evaluation(
        held_out=(day,),
        rows=100,
        positives=10,
        base_rate=Interval(0.1, 0.05, 0.2),
        capacity=20,
        metrics={"baseline": figures, "interpretable": figures, "lightgbm": figures},
        differences={"chosen_minus_baseline": {"roc_auc": Interval(0.0, -0.1, 0.1)}},
        periods=(),
        treated=group,
        untreated=group,
        calibration={},
        ranking={},
    )
    return TrainedModel(
        case_name="made up / case",
        definition_digest="d" * 64,
        table_digest="e" * 64,
        chosen="interpretable",
        choice_reason="Close",
        estimators={},
        columns=(),
        learned_from=(day,),
        rows=200,
        rounds=3,
        settings={"num_leaves": 7},
        calibrators={"lightgbm": "sigmoid"},
        cross_fitted={"lightgbm": 0.7},
        evaluation=evaluation,
        seed=1,
        digest="f" * 64,
    )


def a_table() -> TrainingTable:
    empty = pd.DataFrame()
    return TrainingTable(
        case_name="made up / case",
        purpose="early_intervention",
        task="risk",
        outcome_says="Arrears",
        horizon_days=28,
        baseline="arrears",
        harms=(),
        definition={"name": "made_up", "over": [1, 2]},
        definition_digest="d" * 64,
        columns=(),
        X=empty,
        outcome=pd.Series(dtype=float),
        audit=empty,
        spine=empty,
        report=BuildReport(pd.Timestamp("2024-02-01").to_pydatetime(), (), QualityReport(()), None, None),
        lineage=(),
        digest="e" * 64,
    )


def log(folder: Path, **changes: Any) -> Any:
    settings: dict[str, Any] = {
        "tracking_uri": f"sqlite:///{folder / 'state' / 'mlflow.db'}",
        "experiment": "made up / case",
        "artifact_root": folder / "artefacts",
        "environment": {"python": "3.11", "platform": "Linux"},
        "report": {"chosen": "interpretable"},
    }
    return log_run(a_model(), a_table(), {"roc curve": a_plot()}, **{**settings, **changes})


def read(folder: Path) -> Any:
    from mlflow.tracking import MlflowClient

    return MlflowClient(tracking_uri=f"sqlite:///{folder / 'state' / 'mlflow.db'}")


@pytest.fixture(name="logged", scope="module")
def _logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    folder = tmp_path_factory.mktemp("workspace")
    return folder, log(folder)


def test_a_run_holds_parameters_figures_with_their_ends_and_digests(logged: tuple[Path, Any]) -> None:
    folder, record = logged
    run = read(folder).get_run(record.run_id)
    assert "FINISHED" == run.info.status
    assert (0.7, 0.6, 0.8) == tuple(run.data.metrics[f"lightgbm.roc_auc{end}"] for end in ("", "_low", "_high"))
    assert 0.0 == run.data.metrics["chosen_minus_baseline.roc_auc"]
    assert 100 == run.data.metrics["held_out_rows"]
    assert ("7", "interpretable") == (run.data.params["settings.num_leaves"], run.data.params["chosen"])
    assert ("e" * 64, "d" * 64) == (run.data.tags["table_digest"], run.data.tags["definition_digest"])
    assert "3.11" == run.data.tags["environment.python"]


def test_what_is_not_defined_is_left_out_and_never_logged_as_0(logged: tuple[Path, Any]) -> None:
    folder, record = logged
    assert not any("calibration_slope" in name for name in read(folder).get_run(record.run_id).data.metrics)


def test_plots_come_with_alternative_texts_and_everything_lies_in_the_workspace(logged: tuple[Path, Any]) -> None:
    folder, record = logged
    files = {path.relative_to(folder / "artefacts").name: path for path in (folder / "artefacts").rglob("*.*")}
    assert {"roc_curve.png", "alt_texts.json", "definition.json", "environment.json", "report.json"} == set(files)
    assert {"roc_curve.png": "A line that rises."} == json.loads(files["alt_texts.json"].read_text())
    assert b"\x89PNG" == files["roc_curve.png"].read_bytes()[:4]
    assert {"name": "made_up", "over": [1, 2]} == json.loads(files["definition.json"].read_text())
    assert (folder / "artefacts").as_uri() in record.artifact_uri


def test_no_model_and_no_pickle_is_written(logged: tuple[Path, Any]) -> None:
    folder, _ = logged
    for path in folder.rglob("*"):
        assert path.suffix in {"", ".png", ".json", ".db", ".db-wal", ".db-shm"}, path
        assert not path.is_file() or path.read_bytes()[:1] != b"\x80", path


def test_a_second_run_joins_the_experiment(tmp_path: Path) -> None:
    first, second = log(tmp_path), log(tmp_path)
    assert first.experiment_id == second.experiment_id
    assert first.run_id != second.run_id


class _Figure:
    """A plot whose drawing ends in an error."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def savefig(self, *_: object, **__: object) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "raised", "status"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt, "KILLED"),
        (RuntimeError("ink"), RuntimeError, "FAILED"),
        (OSError(28, "No space left on device"), OutputError, "FAILED"),
    ],
)
def test_a_run_that_ends_early_does_not_stay_running(
    tmp_path: Path, error: BaseException, raised: type[BaseException], status: str
) -> None:
    plots = cast(Mapping[str, tuple[Figure, str]], {"roc": (_Figure(error), "Nothing.")})
    with pytest.raises(raised):
        log_run(
            a_model(),
            a_table(),
            plots,
            tracking_uri=f"sqlite:///{tmp_path / 'state' / 'mlflow.db'}",
            experiment="x",
            artifact_root=tmp_path / "artefacts",
            environment={},
        )
    client = read(tmp_path)
    runs = client.search_runs([client.get_experiment_by_name("x").experiment_id])
    assert [status] == [run.info.status for run in runs]


def test_a_locked_store_is_an_error_that_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskmodels.registry.tracking._LOCK_SECONDS", 0.1)
    (tmp_path / "state").mkdir()
    database = sqlite3.connect(tmp_path / "state" / "mlflow.db", isolation_level=None)
    database.execute("begin exclusive")
    with pytest.raises(OutputError, match="locked") as caught:
        log(tmp_path)
    database.close()
    assert "close other programs" in caught.value.next_step


def test_a_store_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="could not be written"):
        log(tmp_path)


def test_a_store_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "mlflow.db").write_bytes(b"not a database, whatever its name says" * 99)
    with pytest.raises(OutputError, match="not a database"):
        log(tmp_path)


def test_a_password_in_the_address_is_not_shown() -> None:
    from riskmodels.registry.tracking import _unwritable

    assert "secret" not in str(_unwritable("postgresql://someone:secret@host/db", "refused"))


NETWORK_DENIED = """
import socket, sys
from pathlib import Path

tried = []

def deny(*given, **_):
    tried.append(given[-1])
    raise OSError("the network is denied")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = deny
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = deny
sys.path.insert(0, sys.argv[1])
import test_tracking
test_tracking.log(Path(sys.argv[2]))
import time
time.sleep(1.5)
from mlflow.telemetry.client import get_telemetry_client
from mlflow.telemetry.utils import _IS_IN_CI_ENV_OR_TESTING
print(len(tried), get_telemetry_client(), _IS_IN_CI_ENV_OR_TESTING)
"""


def test_nothing_phones_home_outside_tests_and_build_servers_too(tmp_path: Path) -> None:
    """MLflow goes quiet by itself under pytest and CI: so this runs in a process that looks like neither."""
    quiet = ("CI", "PYTEST_", "GITHUB_", "MLFLOW_", "DO_NOT_TRACK", "BUILD", "JENKINS", "TF_", "TRAVIS", "CIRCLECI")
    plain = {name: value for name, value in os.environ.items() if not name.startswith((*quiet, "GITLAB", "BITBUCKET"))}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", NETWORK_DENIED, str(Path(__file__).parent), str(tmp_path)],
        env={**plain, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("", "0 None False") == (ran.stderr, ran.stdout.strip())


def test_the_environment_names_python_platform_and_packages() -> None:
    found = describe_environment()
    assert {"python", "platform", "lightgbm", "scikit-learn", "numpy", "mlflow"} <= set(found)
    assert all(found.values())


def test_a_store_that_could_not_be_finished_is_not_left_behind(tmp_path: Path) -> None:
    # MLflow cannot open a store whose tables were made in part, so a full disk must leave none.
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from riskmodels.registry import tracking\n"
        "tracking.import_silently()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try:\n    tracking.make_sqlite_store(Path(sys.argv[1]))\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "mlflow.db")],
        env=os.environ | {"PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "OperationalError" == told.stdout.strip(), told.stderr
    assert [] == list(tmp_path.iterdir())


def test_a_new_store_is_whole_and_one_that_is_there_is_left_alone(tmp_path: Path) -> None:
    import_silently()
    store = tmp_path / "mlflow.db"
    make_sqlite_store(store)
    first = store.read_bytes()
    make_sqlite_store(store)
    assert first == store.read_bytes()
    assert ["mlflow.db"] == [path.name for path in tmp_path.iterdir()]
    with closing(sqlite3.connect(store)) as database:
        assert [(0,)] == database.execute("select count(*) from runs").fetchall()
