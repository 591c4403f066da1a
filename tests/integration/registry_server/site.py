"""A real ``mlflow server`` with the governed registry: two workers, authentication on, and an attacker inside."""

from __future__ import annotations

import datetime
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests
from mlflow.tracking import MlflowClient

from riskmodels.governance.log import LogEntry, verify_chain
from tests.integration.registry_server.postgres import free_port
from tests.unit.registry.governed_town import MODEL, PASSPHRASE, Registered, Town

ADMIN = ("admin", "correct-horse-battery-7")
MALLORY = ("mallory", "attacker-with-an-account-1")


class Site:
    """A council's registry server.

    Parameters
    ----------
    folder : Path
        Where everything is kept.
    registry_uri, backend_uri : str
        The registry's database, and that of the runs.
    """

    def __init__(self, folder: Path, *, registry_uri: str, backend_uri: str) -> None:
        self.folder, self.registry_uri, self.backend_uri = folder, registry_uri, backend_uri
        self.town = Town(folder, now=datetime.datetime.now(datetime.UTC))
        self.protected, self.artefacts = folder / "protected", folder / "served"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.started_in = 0.0
        (folder / "auth.ini").write_text(
            f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///{(folder / 'auth.db').as_posix()}\n"
            f"admin_username = {ADMIN[0]}\nauth_cache_ttl_seconds = 600\n"
            "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
            "grant_default_workspace_access = false\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        made = self.http("POST", "2.0/mlflow/users/create", who=ADMIN, username=MALLORY[0], password=MALLORY[1])
        assert 200 == made.status_code, made.text
        # The attacker is MLflow's administrator, so that nothing is refused by MLflow before it reaches the registry.
        made = self.http("PATCH", "2.0/mlflow/users/update-admin", who=ADMIN, username=MALLORY[0], is_admin=True)
        assert 200 == made.status_code, made.text

    @property
    def environment(self) -> dict[str, str]:
        """Give the environment of an administrator who starts the server."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MLFLOW", "_MLFLOW", "RISKMODELS", "PYTEST"))
        }
        return inherited | {
            "MLFLOW_FLASK_SERVER_SECRET_KEY": "a secret of the test's own",
            "MLFLOW_AUTH_CONFIG_PATH": str(self.folder / "auth.ini"),
            "MLFLOW_AUTH_ADMIN_PASSWORD": ADMIN[1],
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "RISKMODELS_WORKSPACE": str(self.town.workspace),
            "RISKMODELS_REGISTRY_KEY_FILE": str(self.town.key_file),
            "RISKMODELS_REGISTRY_PASSPHRASE": PASSPHRASE,
            "RISKMODELS_BUNDLES": str(self.protected),
        }

    def start(self) -> None:
        begun = time.monotonic()
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--workers", "2", "--app-name", "basic-auth"]
        command += ["--backend-store-uri", self.backend_uri, "--registry-store-uri", self.registry_uri]
        command += ["--artifacts-destination", str(self.artefacts)]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self.environment, cwd=self.folder, start_new_session=True
            )
        while time.monotonic() < begun + 90 and self._process.poll() is None:
            try:
                if 200 == requests.get(f"{self.url}/health", timeout=2).status_code:
                    self.started_in = time.monotonic() - begun
                    return
            except requests.ConnectionError:
                time.sleep(0.2)
        self.kill()
        raise OSError(f"the server did not start: {self.said()[-3000:]}")

    def kill(self) -> None:
        """End every process of the server at once, without a word."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    def said(self) -> str:
        """Give what the server wrote."""
        return (self.folder / "server.log").read_text(errors="replace")

    def client(self) -> MlflowClient:
        """Give stock MLflow's client; whose account it uses is the environment's to say."""
        return MlflowClient(tracking_uri=self.url, registry_uri=self.url)

    def register(self, *, name: str = MODEL) -> Registered:
        """Register a new candidate as a data scientist does: a run, its bundle, a version with a signed candidate."""
        return self.town.register(self.client(), name=name, kept=self.run_with)

    def approved(self) -> Registered:
        """Register a new candidate, have it made again and every role approve."""
        one = self.register()
        one.hand_in(*self.town.statements(one.candidate))
        return one

    def run_with(self, bundle: Path) -> tuple[str, str]:
        """Log a bundle with a run of its own; give where it is, and the run."""
        client = self.client()
        run = client.create_run("0").info
        client.log_artifacts(run.run_id, str(bundle), "bundle")
        return f"{run.artifact_uri}/bundle", run.run_id

    def http(
        self, method: str, path: str, /, *, who: tuple[str, str] = MALLORY, data: bytes | None = None, **body: Any
    ) -> requests.Response:
        """Ask the server anything, as somebody with an account."""
        where = path if path.startswith("/") else f"/api/{path}"
        sent: dict[str, Any] = {"data": data} if data is not None else {"json": body} if method != "GET" else {}
        sent |= {"params": body} if method == "GET" else {}
        return requests.request(method, f"{self.url}{where}", auth=who, timeout=30, **sent)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run MLflow's command line as the attacker."""
        environment = self.environment | {
            "MLFLOW_TRACKING_URI": self.url,
            "MLFLOW_TRACKING_USERNAME": MALLORY[0],
            "MLFLOW_TRACKING_PASSWORD": MALLORY[1],
        }
        told = [sys.executable, "-m", "mlflow", *words]
        return subprocess.run(told, capture_output=True, text=True, env=environment, cwd=self.folder, timeout=120)

    def log(self) -> list[LogEntry]:
        """Read the whole decision log as any client can, and see that its chain is whole."""
        tags: dict[str, str] = {}
        page, pages = 1, 1
        while page <= pages:
            answer = self.http("GET", "2.0/mlflow/registered-models/get", name=f"riskmodels.log.{page}").json()
            tags |= {one["key"]: one["value"] for one in answer["registered_model"]["tags"]}
            page, pages = page + 1, int(tags.pop("pages"))
        entries = [LogEntry.model_validate_json(tags[number]) for number in sorted(tags, key=int)]
        verify_chain(entries)
        return entries

    def alias(self, alias: str = "champion", name: str = MODEL) -> int | None:
        found = self.http("GET", "2.0/mlflow/registered-models/alias", name=name, alias=alias)
        return int(found.json()["model_version"]["version"]) if found.status_code == 200 else None

    def kept(self) -> dict[str, str]:
        """Give what is in protected storage, by path and content; the log's head aside."""
        files = (one for one in self.protected.rglob("*") if one.is_file() and one.name != "head.json")
        return {
            one.relative_to(self.protected).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest() for one in files
        }
