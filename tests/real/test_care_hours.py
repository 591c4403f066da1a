"""The example on real hours of care at home: the committed hours are the source's, forecasts do as its README says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from riskmodels.records.totals import TotalsBacktest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "care_hours"
PART = ROOT / "tests" / "data" / "scotland_care_at_home" / "care_at_home_part.csv"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"care_hours_{name}", EXAMPLE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def forecasting() -> ModuleType:
    return script("forecast")


@pytest.fixture(scope="module")
def hours(forecasting: ModuleType) -> pd.DataFrame:
    read: pd.DataFrame = forecasting.read_hours()
    return read


@pytest.fixture(scope="module")
def found(forecasting: ModuleType, hours: pd.DataFrame) -> TotalsBacktest:
    made: TotalsBacktest = forecasting.forecast(hours)
    return made


@pytest.fixture(scope="module")
def claims() -> str:
    return " ".join((EXAMPLE / "README.md").read_text(encoding="utf-8").split())


def test_reshaping_a_part_of_the_source_gives_the_committed_rows(tmp_path: Path) -> None:
    script("reshape").main([str(PART), str(tmp_path / "made.csv")])
    made = pd.read_csv(tmp_path / "made.csv")
    committed = pd.read_csv(EXAMPLE / "data" / "care_at_home_hours.csv")
    assert {"Angus", "Moray"} == set(made["partnership"])
    assert made.equals(committed[committed["partnership"].isin(["Angus", "Moray"])].reset_index(drop=True))


def test_reshaping_refuses_another_table_and_says_where_to_find_the_right_one(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("Location\nAngus\n", encoding="utf-8")
    for name in ("other.csv", "absent.csv"):
        with pytest.raises(SystemExit, match="humaniverse/healthyr"):
            script("reshape").main([str(tmp_path / name), str(tmp_path / "made.csv")])
    assert not (tmp_path / "made.csv").exists()


def test_the_committed_hours_are_small_and_say_whose_data_they_are() -> None:
    assert (EXAMPLE / "data" / "care_at_home_hours.csv").stat().st_size < 50_000
    for words in ("Public Health Scotland", "Open Government Licence v3.0", "Changes"):
        assert words in (EXAMPLE / "LICENCE-DATA.txt").read_text(encoding="utf-8")


def test_a_return_of_no_hours_is_missing_and_stays_so(hours: pd.DataFrame, found: TotalsBacktest) -> None:
    gone = hours[hours["value"].isna()]
    assert ["Midlothian", "Moray", "North Ayrshire"] == gone["series"].tolist()
    assert 3 == found.missing
    assert {32 * 4 + 4} == {len(found.forecasts)}


def test_the_error_is_no_worse_than_seasonal_naive_overall_and_clearly_so(found: TotalsBacktest) -> None:
    assert found.overall.error <= found.overall.seasonal_naive
    assert found.overall.error <= found.overall.naive
    assert found.ratio.high is not None
    assert found.ratio.high < 1
    assert all(one.error <= one.seasonal_naive for one in found.by_lead)


def test_nine_ranges_in_ten_hold_overall_and_at_every_lead(found: TotalsBacktest) -> None:
    assert found.overall.coverage is not None
    assert 0.85 <= found.overall.coverage <= 0.95
    assert [True] * 4 == [0.85 <= (one.coverage or 0) <= 0.95 for one in found.by_lead]


def test_every_forecast_has_a_range_that_begins_at_0_or_above(found: TotalsBacktest) -> None:
    for one in found.forecasts:
        assert one.low is not None
        assert one.high is not None
        assert 0 <= one.low <= one.expected <= one.high


def test_scotland_has_a_range_of_its_own(found: TotalsBacktest) -> None:
    coming = found.forecast_frame()
    last = coming[coming["begins"] == coming["begins"].max()]
    width = last["high"] - last["low"]
    assert width[last["partnership"] == "Scotland"].iloc[0] < 0.6 * width[last["partnership"] != "Scotland"].sum()
    assert (found.sums[0].coverage or 0) >= 0.85


def test_the_readme_says_what_comes_out(claims: str, found: TotalsBacktest) -> None:
    rows = [(str(one.lead), one) for one in found.by_lead]
    for words, one in rows:
        figures = f"| {words} | {one.error:.1%} | {one.seasonal_naive:.1%} | {one.naive:.1%} | {one.coverage:.1%} of "
        assert figures + f"{one.ranged:,} |" in claims
    assert f"{found.overall.compared:,} forecasts" in claims
    ratio = found.ratio
    assert f"{ratio.value:.3f} times seasonal-naive's ({ratio.low:.3f} to {ratio.high:.3f}, " in claims
    assert f"change by more than a quarter {len(found.breaks)} times" in claims


def test_the_readme_names_every_partnership_where_a_simple_forecast_was_nearer(
    claims: str, found: TotalsBacktest
) -> None:
    told = re.search(r"Where it is worse\.\*\* Than seasonal-naive: (.*?)\. Than naive: (.*?):", claims)
    assert told is not None
    for one in found.places:
        name = one.place[0][1]
        assert one.worse == (name in told[1])
        assert (one.error > one.naive) == (name in told[2])


def test_the_command_writes_tables_and_plots_and_says_where_it_is_worse(
    forecasting: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forecasting.main([str(tmp_path)])
    told = capsys.readouterr().out
    assert "Renfrewshire" in told
    assert 1 == told.count("worse than seasonal-naive")
    assert {"forecasts.csv", "errors.csv", "breaks.csv", "forecasts.png", "errors.png"} == {
        path.name for path in tmp_path.iterdir()
    }
    assert 33 * 4 == len(pd.read_csv(tmp_path / "forecasts.csv"))
