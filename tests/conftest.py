"""Servers that some tests need. Where one cannot start, its tests skip by name; where they must run, that is a failure."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest


def unavailable(service: str, why: object) -> NoReturn:
    """Skip the test for want of a service, or fail it when RISKMODELS_REQUIRE_SERVICES=1."""
    said = f"needs the service {service!r}, which cannot start: {why}"
    if os.environ.get("RISKMODELS_REQUIRE_SERVICES") == "1":
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Give the host and port of a server that speaks S3."""
    try:
        from moto.server import ThreadedMotoServer

        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
    except (ImportError, OSError, RuntimeError) as error:
        unavailable("s3", error)
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


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
