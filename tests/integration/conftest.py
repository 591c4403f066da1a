"""One demo for all tests that look at one: it takes a while, so they run in one process (``xdist_group("demo")``)."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator

import pytest

from tests.integration.demos import NO_NETWORK, Demo, command

HOUSEHOLDS, YEARS = 900, 3


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run the demo in a process whose network is denied; give its workspace, its answer and its progress."""
    place = tmp_path_factory.mktemp("demo")
    (place / "denied").mkdir()
    (place / "denied/sitecustomize.py").write_text(NO_NETWORK)
    path = os.pathsep.join([str(place / "denied"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"PYTHONPATH": path, "CALLED": str(place / "called")}
    size = ("--households", str(HOUSEHOLDS), "--dwellings", "0", "--care-people", "0", "--years", str(YEARS))
    words = ("demo", str(place / "ws"), "--case", "rent_arrears", *size, "--json")
    told = command(*words, env=environment)
    assert 0 == told.returncode, told.stderr
    assert not (place / "called").exists(), (place / "called").read_text()
    answer = json.loads(told.stdout)
    yield place / "ws", answer["cases"][0] | {"pin": answer["pin"]}, told.stderr
    shutil.rmtree(place)
