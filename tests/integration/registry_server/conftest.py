"""Real servers with the governed registry, one for SQLite and one for PostgreSQL, started once each."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from riskmodels.registry.governed.server_setup import prepare
from riskmodels.registry.new_store import make_sqlite_store
from riskmodels.registry.silence import import_silently
from tests.conftest import unavailable
from tests.integration.registry_server.postgres import Cluster, binaries
from tests.integration.registry_server.site import MALLORY, Site
from tests.unit.registry.governed_town import MODEL

collect_ignore_glob = ["test_*.py"] if os.name == "nt" else []
"""A server's processes are ended here as POSIX does it."""

ON = [
    pytest.param("sqlite", marks=pytest.mark.xdist_group("registry on sqlite")),
    pytest.param(
        "postgresql",
        marks=[pytest.mark.service("postgresql"), pytest.mark.xdist_group("registry on postgresql")],
    ),
]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Give a running PostgreSQL with a prepared registry database that others are copied from."""
    programs = binaries()
    if programs is None:
        unavailable("postgresql", "initdb is not installed")
    try:
        made = Cluster(programs)
    except (OSError, ValueError) as error:
        unavailable("postgresql", error)
    try:
        made.execute("create role server login password 'server-alone'")
        made.execute("create database prepared")
        prepare(f"governed+postgresql:{made.uri('prepared')}", server_role="server")
        yield made
    finally:
        made.stop()


def new_database(cluster: Cluster) -> str:
    """Make a registry database, and give its name."""
    name = f"registry_{secrets.token_hex(4)}"
    cluster.execute(f"create database {name} template prepared")
    return name


def on_postgresql(cluster: Cluster, folder: Path) -> Site:
    """Start a server whose database account may do no more than it must."""
    place = cluster.uri(new_database(cluster), user="server", password="server-alone")
    return Site(folder, registry_uri=f"governed+postgresql:{place}", backend_uri=f"postgresql+psycopg:{place}")


@pytest.fixture(scope="session")
def empty_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with MLflow's own tables and nothing in them."""
    import_silently()
    file = tmp_path_factory.mktemp("mlflow") / "empty.db"
    make_sqlite_store(file)
    return file


def on_sqlite(empty: Path, folder: Path) -> Site:
    """Start a server on two SQLite files."""
    for name in ("registry.db", "runs.db"):
        shutil.copy(empty, folder / name)
    registry, runs = (f"sqlite:///{(folder / name).as_posix()}" for name in ("registry.db", "runs.db"))
    return Site(folder, registry_uri=f"governed+{registry}", backend_uri=runs)


@pytest.fixture(scope="session")
def sqlite_site(tmp_path_factory: pytest.TempPathFactory, empty_registry: Path) -> Iterator[Site]:
    """Give a running registry server on SQLite."""
    with running(on_sqlite(empty_registry, tmp_path_factory.mktemp("sqlite"))) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql_site(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Site]:
    """Give a running registry server on PostgreSQL."""
    with running(on_postgresql(cluster, tmp_path_factory.mktemp("postgresql"))) as made:
        yield made


@pytest.fixture(params=ON)
def site(request: pytest.FixtureRequest) -> Site:
    """Give a running registry server; tests share it, and leave it fit for others."""
    found = request.getfixturevalue(f"{request.param}_site")
    assert isinstance(found, Site)
    return found


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """Register the governed model's name, and end the server when all is done."""
    try:
        assert 200 == site.http("POST", "2.0/mlflow/registered-models/create", name=MODEL).status_code
        yield site
    finally:
        site.kill()


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have stock MLflow's client use the attacker's account, and keep its progress bars to itself."""
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", MALLORY[0])
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", MALLORY[1])
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
