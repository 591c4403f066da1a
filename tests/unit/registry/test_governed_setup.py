"""Where a governed registry finds its things, and when its server does not start."""

from __future__ import annotations

import datetime
import io
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException
from mlflow.store.artifact import artifact_repository_registry
from mlflow.tracking import MlflowClient
from mlflow.tracking._model_registry.utils import _get_store_registry

from riskmodels.errors import SettingsError, SigningError, UntrustedError
from riskmodels.registry.governed import protected
from riskmodels.registry.governed.address import (
    BUNDLES,
    KEY_FILE,
    PASSPHRASE,
    SERVER_ARTEFACTS,
    SERVER_REGISTRY,
    WORKSPACE,
    database_uri,
    places_of,
)
from riskmodels.registry.governed.bundle_source import signed_files
from riskmodels.registry.governed.own_tables import check_own_tables
from riskmodels.registry.governed.server_setup import check_server, prepare
from riskmodels.registry.governed.store import GovernedStore
from tests.unit.registry.governed_town import MODEL, Direct, Town


@pytest.mark.parametrize(
    ("uri", "database"),
    [
        ("governed+sqlite:////srv/registry.db", "sqlite:////srv/registry.db"),
        ("governed+sqlite:///C:/srv/registry.db?workspace=C:/ws", "sqlite:///C:/srv/registry.db"),
        ("governed+postgresql://me:p%40ss@db:5433/registry", "postgresql+psycopg://me:p%40ss@db:5433/registry"),
        ("governed+postgresql:///registry?host=/run&workspace=/ws", "postgresql+psycopg:///registry?host=%2Frun"),
        ("postgresql://owner@db/registry", "postgresql+psycopg://owner@db/registry"),
    ],
)
def test_the_database_behind_an_address(uri: str, database: str) -> None:
    assert database == database_uri(uri)


@pytest.mark.parametrize(
    "uri",
    ["governed+sqlite://", "governed+sqlite:///:memory:", "governed+mysql://me:secret@db/x", "https://registry", ""],
)
def test_an_address_that_cannot_be_governed_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(SettingsError) as caught:
        database_uri(uri)
    assert "secret" not in str(caught.value)


def test_everything_is_in_the_workspace_unless_the_environment_says_otherwise(tmp_path: Path) -> None:
    embedded = places_of(f"governed+sqlite:////x.db?workspace={tmp_path.as_posix()}", {WORKSPACE: "/elsewhere"})
    assert (tmp_path, tmp_path / ".riskmodels" / "bundles") == (embedded.workspace, embedded.bundles)
    assert tmp_path / ".riskmodels" / "registry.key" == embedded.key_file
    said = {WORKSPACE: str(tmp_path), KEY_FILE: "/srv/key", BUNDLES: "file:///srv/bundles"}
    server = places_of("governed+postgresql://me@db/registry", said)
    assert (Path("/srv/key"), Path("/srv/bundles")) == (server.key_file, server.bundles)


def test_a_registry_that_was_not_told_its_workspace_or_storage_does_not_start(tmp_path: Path) -> None:
    for environment in ({}, {WORKSPACE: str(tmp_path / "none")}, {WORKSPACE: str(tmp_path), BUNDLES: "s3://bucket"}):
        with pytest.raises(SettingsError):
            places_of("governed+sqlite:////x.db", environment)
    with pytest.raises(MlflowException, match="not told which workspace") as caught:
        GovernedStore("governed+sqlite:////x.db")
    assert 403 == caught.value.get_http_status_code()


def test_the_passphrase_is_the_environments_or_the_files(town: Town) -> None:
    places = places_of(town.uri(), {})
    assert "from the environment" == places.passphrase({PASSPHRASE: "from the environment"})
    assert town.key_file.with_suffix(".passphrase").read_text() == places.passphrase({})
    town.key_file.with_suffix(".passphrase").unlink()
    with pytest.raises(SigningError, match=PASSPHRASE):
        places.passphrase({})


def test_stock_clients_find_the_store_by_its_address(tmp_path: Path, empty_registry: Path) -> None:
    town = Town(tmp_path, now=datetime.datetime.now(datetime.UTC))
    shutil.copy(empty_registry, town.workspace / ".riskmodels" / "registry.db")
    for scheme in ("governed+sqlite", "governed+postgresql"):
        assert GovernedStore is _get_store_registry().get_store_builder(f"{scheme}://x/y")
    client = MlflowClient(tracking_uri=f"sqlite:///{(tmp_path / 'runs.db').as_posix()}", registry_uri=town.uri())
    client.create_registered_model(MODEL)
    one = town.approved(client)
    one.promote()
    assert one.version == int(client.get_model_version_by_alias(MODEL, "champion").version)


def test_a_new_sqlite_registry_is_made_whole_at_first_use(tmp_path: Path) -> None:
    prepare(f"governed+sqlite:///{(tmp_path / 'new' / 'registry.db').as_posix()}", server_role=None)
    with closing(sqlite3.connect(tmp_path / "new" / "registry.db")) as database:
        names = {name for (name,) in database.execute("select name from sqlite_master where type = 'trigger'")}
    assert {
        f"riskmodels_{table}_only_grows_{event}" for table in ("log", "roots") for event in ("update", "delete")
    } <= names


def test_tables_that_are_missing_are_named(registry: Direct) -> None:
    with closing(sqlite3.connect(str(registry.store.engine.url.database))) as database:
        database.execute("drop table riskmodels_log")
    with pytest.raises(SettingsError, match="no table riskmodels_log") as caught:
        check_own_tables(registry.store.engine)
    assert "prepare" in caught.value.next_step


def test_a_server_that_would_run_its_clients_code_does_not_start(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_SERVER_ENABLE_CUSTOM_SCORERS", "true")
    with pytest.raises(SettingsError, match="run code that its clients register"):
        check_server(places_of(town.uri(), {}))


@pytest.mark.parametrize("store", ["{bundles}", "{bundles}/artefacts", "file://{bundles}/..", "{bundles}/../bundles"])
def test_protected_storage_and_the_artefact_store_must_be_apart(tmp_path: Path, store: str) -> None:
    bundles = tmp_path / "bundles"
    protected.check_apart(bundles, [None, "", "s3://bucket", str(tmp_path / "artefacts")])
    with pytest.raises(SettingsError, match="not apart"):
        protected.check_apart(bundles, [store.format(bundles=bundles.as_posix())])


def test_no_client_writes_into_protected_storage_through_an_experiment_that_is_kept_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = artifact_repository_registry._artifact_repository_registry
    monkeypatch.setattr(known, "_registry", dict(known._registry))
    bundles, file = tmp_path / "bundles", tmp_path / "MLmodel"
    file.write_text("evil")
    (bundles / "ab").mkdir(parents=True)
    protected.keep_clients_out(bundles)
    for place in (bundles / "ab" / "run" / "artifacts", tmp_path / "x" / ".." / "bundles" / "ab"):
        for address in (str(place), place.as_uri() if place.is_absolute() and ".." not in place.parts else str(place)):
            stored = artifact_repository_registry.get_artifact_repository(address)
            for attempt in (
                lambda: stored.log_artifact(str(file)),  # noqa: B023
                lambda: stored.log_artifacts(str(tmp_path / "bundles")),  # noqa: B023
                lambda: stored.delete_artifacts(),  # noqa: B023
                lambda: stored.log_artifact_from_stream(io.BytesIO(b"evil"), "MLmodel"),  # noqa: B023
            ):
                with pytest.raises(MlflowException, match="protected storage"):
                    attempt()
    assert [bundles / "ab"] == list(bundles.rglob("*"))
    around = artifact_repository_registry.get_artifact_repository(str(tmp_path))
    inside = tmp_path / "upload" / "bundles" / "ab"
    inside.mkdir(parents=True)
    (inside / "MLmodel").write_text("evil")
    for attempt in (
        lambda: around.log_artifact(str(file), "bundles/ab"),
        lambda: around.log_artifacts(str(tmp_path / "upload")),
        lambda: around.delete_artifacts("bundles"),
        lambda: around.delete_artifacts(),
    ):
        with pytest.raises(MlflowException, match="protected storage"):
            attempt()
    assert [bundles / "ab"] == list(bundles.rglob("*"))
    open_to_clients = artifact_repository_registry.get_artifact_repository(str(tmp_path / "artefacts"))
    open_to_clients.log_artifact(str(file))
    assert (tmp_path / "artefacts" / "MLmodel").is_file()


def test_mlflow_tells_its_workers_of_its_addresses_as_we_read_them() -> None:
    from mlflow.server import constants

    assert constants.REGISTRY_STORE_URI_ENV_VAR == SERVER_REGISTRY
    assert (constants.ARTIFACT_ROOT_ENV_VAR, constants.ARTIFACTS_DESTINATION_ENV_VAR) == SERVER_ARTEFACTS


def test_a_worker_keeps_clients_out_before_it_opens_the_registry(town: Town) -> None:
    asked = (
        "import mlflow.server.handlers\n"
        "from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository\n"
        f"get_artifact_repository({(town.bundles / 'ab').as_uri()!r}).log_artifact(__file__)\n"
    )
    script = town.workspace / "upload.py"
    script.write_text(asked)
    environment = os.environ | {"_MLFLOW_SERVER_REGISTRY_STORE": town.uri(), "_MLFLOW_SERVER_BOOT_ID": "1"}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment)
    assert "kept in the registry's protected storage" in done.stderr
    assert not town.bundles.exists()


# Where a candidate's files are read from


def test_files_are_read_from_wherever_the_version_says(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    place, digest = town.bundle(town.artefacts / "1" / "run" / "artifacts" / "bundle")
    monkeypatch.setenv("_MLFLOW_SERVER_ARTIFACT_DESTINATION", str(town.artefacts))
    proxy = "/api/2.0/mlflow-artifacts/artifacts/1/run/artifacts"
    for source in (
        str(place),
        place.as_uri(),
        place.parent.as_uri(),
        "mlflow-artifacts:/1/run/artifacts/bundle",
        "mlflow-artifacts://host:5000/1/run/artifacts",
        f"http://host:5000{proxy}/bundle",
    ):
        assert {"manifest.json", "model.txt", "baseline.json"} == signed_files(source, digest, tracking_uri=None).keys()


@pytest.mark.parametrize(
    "source", ["mlflow-artifacts:/../../etc", "mlflow-artifacts:/1/%2e%2e/%2e%2e/etc", "file://evil.example/x"]
)
def test_a_source_that_leads_out_of_the_store_is_refused(
    town: Town, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("_MLFLOW_SERVER_ARTIFACT_DESTINATION", str(town.artefacts))
    with pytest.raises(UntrustedError, match="leads out"):
        signed_files(source, "ab" * 32, tracking_uri=None)


def test_files_of_a_run_are_read_through_the_tracking_store(town: Town, tmp_path: Path) -> None:
    tracking = f"sqlite:///{(tmp_path / 'runs.db').as_posix()}"
    client = MlflowClient(tracking_uri=tracking)
    experiment = client.create_experiment("x", artifact_location=(tmp_path / "runs").as_uri())
    run = client.create_run(experiment).info.run_id
    place, digest = town.bundle()
    client.log_artifacts(run, str(place), "bundle")
    files = signed_files(f"runs:/{run}/bundle", digest, tracking_uri=tracking)
    assert "model.txt" in files
