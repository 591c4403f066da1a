"""The explanation benchmark runs, agrees, and says what it measured; how fast anything is, is not a test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "explain.py"


def test_the_benchmark_gives_one_object_for_each_way_of_shap() -> None:
    tiny = ("--rows", "800", "--trees", "20", "--columns", "12", "--repeats", "1", "--share", "0.5", "--json")
    ran = subprocess.run([sys.executable, str(BENCHMARK), *tiny], capture_output=True, text=True, check=False)
    assert 0 == ran.returncode, ran.stderr
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ["shap.TreeExplainer", "shap's own C code"] == [line["against"] for line in lines]
    assert [5.0, None] == [line["goal"] for line in lines]
    assert all("measured on 400 rows and scaled up" in line["note"] for line in lines)
    assert "largest difference on 800 rows" in ran.stderr
    assert "was not used" not in ran.stderr
