from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bundles import Chosen
from tests.unit.scoring.live import MODEL, PURPOSE, Live
from tests.unit.scoring.live_amounts import AMOUNT_MODEL, AMOUNT_PURPOSE, AmountLive

HEAVY = {"duckdb", "fairlearn", "shap", "matplotlib", "sklearn", "mlflow", "sqlalchemy", "woodelf", "pandera"}


def loaded_by(code: str) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    return {name.partition(".")[0] for name in ran.stdout.split()}


def test_importing_the_door_loads_nothing_heavy() -> None:
    assert set() == (HEAVY | {"pandas", "pyarrow", "lightgbm", "scipy"}) & loaded_by("import riskmodels.scoring")


@pytest.mark.parametrize("chosen", ["lightgbm", "interpretable"])
def test_scoring_from_a_copy_loads_no_mlflow_and_nothing_that_trains(tmp_path: Path, chosen: Chosen) -> None:
    live = Live(tmp_path, chosen)
    copy = live.fetched(tmp_path / "served").folder
    code = f"""
import datetime
from riskmodels.scoring import load
at = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
with load({MODEL!r}, registry={str(copy)!r}, pin={live.council.pin!r}, clock=lambda: at) as scorer:
    scorer.score_one(dict.fromkeys(scorer.columns), purpose={PURPOSE!r}, reasons=2)
"""
    # LightGBM and skops bring scikit-learn in by themselves where it is installed
    assert set() == (HEAVY - {"sklearn"}) & loaded_by(code)


def test_amounts_from_a_copy_load_no_more_than_that(tmp_path: Path) -> None:
    live = AmountLive(tmp_path, "interpretable")
    copy = live.fetched(tmp_path / "served").folder
    code = f"""
import datetime
from riskmodels.scoring import load
at = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
with load({AMOUNT_MODEL!r}, registry={str(copy)!r}, pin={live.council.pin!r}, clock=lambda: at) as scorer:
    scorer.score_one(dict.fromkeys(scorer.columns), purpose={AMOUNT_PURPOSE!r}, reasons=2)
"""
    assert set() == (HEAVY - {"sklearn"}) & loaded_by(code)
