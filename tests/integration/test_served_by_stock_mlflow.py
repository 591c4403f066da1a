"""A verified copy behind stock MLflow: its scoring server over HTTP, its command line, and its function in Spark.

All run in processes of their own. What was signed is of a day in the past, so they are told that it is that day;
nothing else is changed for them.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.registry.pins import PIN
from tests.bundles import Chosen, made_up_table, trained
from tests.conftest import unavailable
from tests.unit.scoring.live import AT, Live, council

SPARK = os.environ.get("RISKMODELS_PYSPARK", "")
"""Folder that pyspark was installed into, apart: pandera imports it where it finds it, and it warns of pandas 3."""


CLOCK = """
import datetime
import riskmodels.registry.bundles.flavour as flavour
flavour.now = lambda: datetime.datetime.fromisoformat({at!r})
"""


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[Chosen, Path]:
    """Give copies that ``riskmodels fetch`` made of live versions."""
    folder = tmp_path_factory.mktemp("live")
    names: tuple[Chosen, ...] = ("interpretable", "lightgbm")
    return {one: Live(folder, one).fetched(folder / f"copy-{one}").folder for one in names}


class Service:
    """The environment of a service: its pin, the day it is, no telemetry, no proxy, the tools of this Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.at(AT)

    def at(self, day: datetime.datetime) -> None:
        """Set the day; Python reads the file whenever it starts."""
        (self.folder / "sitecustomize.py").write_text(CLOCK.format(at=day.isoformat()), encoding="utf-8")

    def environment(self, *more_paths: str, **more: str) -> dict[str, str]:
        """Give its variables."""
        held = {
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "NO_PROXY": "*",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "PYTHONPATH": os.pathsep.join([str(self.folder), *more_paths]),
            PIN: council().pin,
        }
        return {**os.environ, **held, **more}

    def predicts(self, copy: Path, rows: pd.DataFrame) -> subprocess.CompletedProcess[str]:
        """Run ``mlflow models predict`` on a copy; what it gives is in ``out.json``."""
        (self.folder / "rows.json").write_text(as_json(rows), encoding="utf-8")
        command = [sys.executable, "-m", "mlflow", "models", "predict", "-m", str(copy), "--env-manager", "local"]
        return subprocess.run(
            [*command, "-i", str(self.folder / "rows.json"), "-o", str(self.folder / "out.json")],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


def as_json(frame: pd.DataFrame) -> str:
    """Write a frame as MLflow's clients do."""
    return json.dumps({"dataframe_split": json.loads(frame.to_json(orient="split", double_precision=15))})


@contextmanager
def served(copy: Path, service: Service) -> Iterator[str]:
    """Run ``mlflow models serve`` on a folder; give its address once it answers, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(copy), "--env-manager", "local"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    log = service.folder / "serve.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command, cwd=log.parent, env=service.environment(), stdout=out, stderr=out, start_new_session=True
        ) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(server, f"{address}/ping", log)
            yield address
        finally:
            end(server)


def wait_for(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    last = time.monotonic() + 120
    while time.monotonic() < last and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    text = log.read_text(encoding="utf-8", errors="replace")
    pytest.fail(f"mlflow models serve did not answer; it ended with {server.poll()}:\n{text[-3000:]}")


def end(server: subprocess.Popen[bytes]) -> None:
    """End the server and the workers that it started; they are a group of their own."""
    if os.name == "nt":
        server.terminate()
        return
    import signal

    try:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(10)
    except ProcessLookupError:
        return
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)


def asked(address: str, frame: pd.DataFrame) -> tuple[int, Any]:
    """Post a frame as a client of MLflow's would; give the status and the answer."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{address}/invocations", data=as_json(frame).encode(), headers=headers, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def exact(frame: pd.DataFrame) -> pd.DataFrame:
    """Give values that survive their way as text: pandas writes 15 digits."""
    return frame.round(6)


@pytest.mark.slow
@pytest.mark.parametrize("chosen", ["interpretable", "lightgbm"])
def test_stock_mlflow_serves_a_copy_over_http_with_the_trained_models_scores(
    copies: dict[Chosen, Path], service: Service, chosen: Chosen
) -> None:
    X = exact(made_up_table().X.head(40))
    assert X.isna().any(axis=None)
    model = trained(chosen).estimators[chosen]
    with served(copies[chosen], service) as address:
        status, answer = asked(address, X)
        assert 200 == status, answer
        found = pd.DataFrame(answer["predictions"])
        assert ["score", "probability"] == list(found.columns)
        assert model.raw_score(X).tolist() == found["score"].tolist()
        assert model.probability(X).tolist() == found["probability"].tolist()
        status, answer = asked(address, X.drop(columns="paid"))
        assert 400 == status
        assert "paid" in answer


@pytest.mark.slow
def test_stock_mlflow_does_not_score_with_a_copy_that_was_changed_or_is_too_old(
    copies: dict[Chosen, Path], service: Service, tmp_path: Path
) -> None:
    rows, changed = made_up_table().X.head(2), tmp_path / "changed"
    shutil.copytree(copies["lightgbm"], changed)
    text = (changed / "model.txt").read_bytes()
    (changed / "model.txt").write_bytes(text.replace(b"leaf_value=", b"leaf_value=9", 1)[: len(text)])
    said = service.predicts(changed, rows)
    assert 0 != said.returncode
    assert "was changed: its SHA-256 is not the one in the manifest" in said.stderr
    service.at(AT + datetime.timedelta(days=60))
    said = service.predicts(copies["lightgbm"], rows)
    assert 0 != said.returncode
    assert "days old" in said.stderr, said.stderr[-2000:]
    assert not (tmp_path / "out.json").exists()
    service.at(AT)
    assert 0 == service.predicts(copies["lightgbm"], rows).returncode
    assert 2 == len(json.loads((tmp_path / "out.json").read_bytes())["predictions"])


IN_SPARK = """
import sys
import mlflow.pyfunc
from pyspark.sql import SparkSession

rows, *folders = sys.argv[1:]
settings = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
builder = SparkSession.builder.master("local[2]")
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
frame = spark.read.parquet(rows)
for folder in folders:
    score = mlflow.pyfunc.spark_udf(spark, folder, env_manager="local")
    found = frame.withColumn("found", score(*[f"`{name}`" for name in frame.columns])).select("found.*")
    found.coalesce(1).write.parquet(f"{rows}.{folder.rpartition('/')[2]}")
spark.stop()
"""


@pytest.mark.slow
@pytest.mark.service("spark")
def test_stock_mlflows_function_in_spark_gives_the_trained_models_scores(
    copies: dict[Chosen, Path], service: Service, tmp_path: Path
) -> None:
    if shutil.which("java") is None:
        unavailable("spark", "there is no Java")
    if not SPARK or not (Path(SPARK) / "pyspark").is_dir():
        unavailable("spark", "RISKMODELS_PYSPARK does not name a folder that pyspark was installed into")
    X, rows = made_up_table().X.head(100), tmp_path / "rows.parquet"
    X.to_parquet(rows, index=False)
    said = subprocess.run(
        [sys.executable, "-c", IN_SPARK, rows.as_posix(), *(folder.as_posix() for folder in copies.values())],
        cwd=tmp_path,
        env=service.environment(SPARK, PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert 0 == said.returncode, said.stderr[-3000:]
    for chosen, folder in copies.items():
        found, model = pd.read_parquet(f"{rows}.{folder.name}"), trained(chosen).estimators[chosen]
        assert ["score", "probability"] == list(found.columns)
        # Spark hands rows over in portions, and the linear model's sums may differ in the last bit with their size.
        assert np.allclose(model.raw_score(X), found["score"], rtol=0, atol=1e-12)
        assert np.allclose(model.probability(X), found["probability"], rtol=0, atol=1e-12)
