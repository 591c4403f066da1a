"""The README's example in Python does what the README says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from riskmodels.lake.demo import make_demo_lake
from riskmodels.workspace_files import make_workspace

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.slow
def test_the_readme_example_builds_and_trains_on_a_demo_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    part = README.read_text(encoding="utf-8").partition("## In Python")[2].partition("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", part, flags=re.DOTALL)
    make_workspace(tmp_path / "workspace")
    make_demo_lake(tmp_path / "workspace/.riskmodels/lake", households=400, years=4, seed=1)
    monkeypatch.chdir(tmp_path / "workspace")
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
    names["ws"].close()
    assert {"baseline", "interpretable", "lightgbm"} == set(names["model"].evaluation.metrics)
    said = capsys.readouterr().out
    assert "SELECT" in said
    assert names["model"].choice_reason in said
