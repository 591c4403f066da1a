"""A council's town with an embedded registry; MLflow's tables are made once and copied, for they take seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskmodels.registry.new_store import make_sqlite_store
from riskmodels.registry.silence import import_silently
from tests.unit.registry.governed_town import MODEL, Direct, Town


@pytest.fixture(scope="session")
def empty_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with MLflow's own tables and nothing in them."""
    import_silently()
    file = tmp_path_factory.mktemp("mlflow") / "empty.db"
    make_sqlite_store(file)
    return file


@pytest.fixture
def town(tmp_path: Path, empty_registry: Path) -> Town:
    """Give a council with a signed trust root and an empty registry."""
    made = Town(tmp_path)
    shutil.copy(empty_registry, made.workspace / ".riskmodels" / "registry.db")
    return made


@pytest.fixture
def registry(town: Town) -> Direct:
    """Give the town's registry, with its governed model registered and no version in it."""
    opened = Direct(town, town.uri())
    opened.create_registered_model(MODEL)
    return opened
