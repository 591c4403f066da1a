"""A PostgreSQL of the test run's own, with passwords, in a temporary folder."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def binaries() -> Path | None:
    """Find PostgreSQL's programs, the newest where there are several; None where there are none."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = [one for pattern in _PLACES for one in Path("/").glob(pattern[1:]) if (one / "initdb").exists()]
    return max(found, key=str, default=None)


class Cluster:
    """A running PostgreSQL.

    It refuses to run as root, so there it runs as the account ``postgres`` (or ``nobody``).
    """

    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="riskmodels-pg-"))
        self.port, self.password = free_port(), secrets.token_hex(8)
        self._as = _another_account() if os.name == "posix" and os.geteuid() == 0 else {}
        password_file = self.folder / "password"
        password_file.write_text(self.password, encoding="utf-8")
        if self._as:
            for place in (self.folder, password_file):
                shutil.chown(place, self._as["user"], self._as["group"])
        data = self.folder / "data"
        initdb = [programs / "initdb", "-D", data, "-U", "owner", "-A", "scram-sha-256", f"--pwfile={password_file}"]
        subprocess.run([*initdb, "-E", "UTF8", "--no-sync"], check=True, capture_output=True, cwd="/", **self._as)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "max_connections": 60,
        }
        options = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("w") as log:
            self._process = subprocess.Popen(
                [programs / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd="/", **self._as
            )
        self._wait()

    def uri(self, database: str, *, user: str = "owner", password: str | None = None) -> str:
        """Give the address of a database, without what goes before the colon."""
        return f"//{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, *, database: str = "postgres") -> list[Any]:
        """Run a statement as the owner, outside any transaction."""
        import psycopg

        with psycopg.connect(f"postgresql:{self.uri(database)}", autocommit=True) as connection:
            done = connection.execute(statement)  # type: ignore[arg-type]
            return done.fetchall() if done.description else []

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        import psycopg

        last = time.monotonic() + 30
        while self._process.poll() is None and time.monotonic() < last:
            try:
                self.execute("select 1")
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        said = (self.folder / "log").read_text()[-2000:]
        self._process.kill()
        raise OSError(f"PostgreSQL did not start: {said}")


def _another_account() -> dict[str, Any]:
    import grp
    import pwd

    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": grp.getgrgid(found.pw_gid).gr_gid, "extra_groups": []}
    raise OSError("PostgreSQL does not run as root, and there is no other account")
