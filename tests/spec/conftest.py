"""The rulebook, for every rule's test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spec.rulebook import Rulebook


@pytest.fixture
def rules(tmp_path: Path) -> Rulebook:
    return Rulebook(tmp_path)
