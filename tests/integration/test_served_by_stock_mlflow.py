"""A verified copy behind stock MLflow: its scoring server over HTTP, and its function in Spark."""

from __future__ import annotations

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

from tests.bundles import Chosen, made_up_bundle, made_up_table, trained
from tests.conftest import unavailable

SPARK = os.environ.get("RISKMODELS_PYSPARK", "")
"""Folder that pyspark was installed into, apart: pandera imports it where it finds it, and it warns of pandas 3."""


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[Chosen, Path]:
    """Give copies as ``riskmodels fetch`` lays them out: the bundle's files, and the pack beside them."""
    found: dict[Chosen, Path] = {}
    for chosen in ("interpretable", "lightgbm"):
        found[chosen], _ = made_up_bundle(tmp_path_factory.mktemp("copies") / chosen, chosen)
        (found[chosen] / "pack.json").write_text("{}", encoding="utf-8")
    return found


def environment(**more: str) -> dict[str, str]:
    """Give a service's environment: no telemetry, no proxy, its tools those of this Python."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "NO_PROXY": "*", "PATH": path}
    return {**os.environ, **quiet, **more}


@contextmanager
def served(folder: Path, log: Path) -> Iterator[str]:
    """Run ``mlflow models serve`` on a folder; give its address once it answers, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder), "--env-manager", "local"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command, cwd=log.parent, env=environment(), stdout=out, stderr=out, start_new_session=True
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
    body = json.dumps({"dataframe_split": json.loads(frame.to_json(orient="split", double_precision=15))}).encode()
    request = urllib.request.Request(
        f"{address}/invocations", data=body, headers={"Content-Type": "application/json"}, method="POST"
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
    copies: dict[Chosen, Path], tmp_path: Path, chosen: Chosen
) -> None:
    X = exact(made_up_table().X.head(40))
    assert X.isna().any(axis=None)
    model = trained(chosen).estimators[chosen]
    with served(copies[chosen], tmp_path / "serve.log") as address:
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
def test_stock_mlflow_does_not_serve_a_copy_that_was_changed(copies: dict[Chosen, Path], tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(copies["lightgbm"], folder)
    text = (folder / "model.txt").read_bytes()
    (folder / "model.txt").write_bytes(text.replace(b"leaf_value=", b"leaf_value=9", 1)[: len(text)])
    command = [sys.executable, "-m", "mlflow", "models", "predict", "-m", str(folder), "--env-manager", "local"]
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps({"dataframe_split": json.loads(made_up_table().X.head(2).to_json(orient="split"))}))
    said = subprocess.run(
        [*command, "-i", str(rows), "-o", str(tmp_path / "out.json")],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert 0 != said.returncode
    assert "model.txt" in said.stderr
    assert "was changed: its SHA-256 is not the one in the manifest" in said.stderr
    assert not (tmp_path / "out.json").exists()


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
    copies: dict[Chosen, Path], tmp_path: Path
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
        env=environment(PYTHONPATH=SPARK, PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert 0 == said.returncode, said.stderr[-3000:]
    for chosen in copies:
        found, model = pd.read_parquet(f"{rows}.{chosen}"), trained(chosen).estimators[chosen]
        assert ["score", "probability"] == list(found.columns)
        # Spark hands rows over in portions, and the linear model's sums may differ in the last bit with their size.
        assert np.allclose(model.raw_score(X), found["score"], rtol=0, atol=1e-12)
        assert np.allclose(model.probability(X), found["probability"], rtol=0, atol=1e-12)
