"""One small demo lake with adult social care in it, made once, and the workspace's own contracts and use cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from riskmodels.definitions import Definitions, load_definitions
from riskmodels.lake import Lake
from riskmodels.lake.demo import DemoLake, make_demo_lake
from tests.lakes import open_lake

FEATURES = Path(__file__).parents[3] / "features"


@pytest.fixture(scope="session")
def workspace() -> Definitions:
    return load_definitions(FEATURES)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> DemoLake:
    folder = tmp_path_factory.mktemp("care") / "lake"
    return make_demo_lake(folder, households=20, years=2, seed=5, care_people=300)


@pytest.fixture(scope="session")
def lake(made: DemoLake, workspace: Definitions) -> Iterator[Lake]:
    with open_lake(made.path, workspace.contracts) as opened:
        yield opened
