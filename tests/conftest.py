"""Servers that some tests need: where one cannot start, its tests skip by name, or fail if they are required."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

pytest_plugins = ["pytester", "tests.network", "tests.processes"]


def unavailable(service: str, why: object) -> NoReturn:
    """Skip the test for want of a service, or fail it when RISKMODELS_REQUIRE_SERVICES=1."""
    said = f"needs the service {service!r}, which cannot start: {why}"
    if os.environ.get("RISKMODELS_REQUIRE_SERVICES") == "1":
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Give the host and port of moto's server, which speaks S3.

    It is a process of its own: Arrow holds Python's lock while it opens some files, so a server in this process could
    not answer it.
    """
    if importlib.util.find_spec("moto") is None:
        unavailable("s3", "moto is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(server, port)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    last = time.monotonic() + 30
    while time.monotonic() < last and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    unavailable("s3", f"moto's server ended with {server.poll()}" if server.poll() else "no answer within 30 seconds")


@pytest.fixture
def s3_bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Any]:
    """Give the URI of an empty bucket, and a file system to fill it with."""
    import pyarrow.fs

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    filesystem = pyarrow.fs.S3FileSystem(
        endpoint_override=s3_server, scheme="http", region="us-east-1", allow_bucket_creation=True
    )
    bucket = f"lake-{uuid.uuid4().hex}"
    filesystem.create_dir(bucket)
    return f"s3://{bucket}/council?endpoint_override={s3_server}&scheme=http&region=us-east-1", filesystem
