"""Forecasts of quarterly totals: ranges hold as often as they say, none falls below 0, missing stays missing."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from riskmodels.errors import TrainingError
from riskmodels.modelling.forecasting import draw_errors, draw_forecasts, forecast_quarters
from riskmodels.modelling.forecasting.carried import carry_forward, last_known, seasonal_naive
from riskmodels.modelling.forecasting.intervals import quantile_ends, student_ends
from riskmodels.modelling.forecasting.panel import quarter_after
from riskmodels.records.totals import TotalsBacktest

FloatArray = npt.NDArray[np.float64]
FIRST = datetime.date(2015, 1, 1)


def frame(totals: FloatArray) -> pd.DataFrame:
    places, quarters = totals.shape
    return pd.DataFrame(
        {
            "series": np.repeat([f"Place {number:02d}" for number in range(places)], quarters),
            "quarter": [quarter_after(FIRST, number) for number in range(quarters)] * places,
            "value": totals.ravel(),
        }
    )


def walks(places: int, quarters: int, *, seed: int, season: float = 0.05) -> FloatArray:
    """Make totals that walk, with a season that all share: the process of which coverage is known."""
    draw = np.random.default_rng(seed)
    steps = draw.normal(0, 0.04, (places, quarters)) * draw.uniform(0.5, 2.0, (places, 1))
    turn = season * np.sin(np.pi / 2 * np.arange(quarters))
    return np.asarray(draw.uniform(50, 5000, (places, 1)) * np.exp(np.cumsum(steps, axis=1) + turn))


def forecast(totals: FloatArray, **asked: object) -> TotalsBacktest:
    return forecast_quarters(frame(totals), by="place", unit="hours", **asked)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def known() -> FloatArray:
    return walks(20, 28, seed=1)


@pytest.fixture(scope="module")
def found(known: FloatArray) -> TotalsBacktest:
    return forecast(known, sums={"All": [f"Place {number:02d}" for number in range(20)]})


def test_ranges_of_a_known_process_hold_nine_times_in_ten_in_its_future() -> None:
    held = []
    for seed in range(8):
        whole = walks(20, 32, seed=seed)
        coming = forecast(whole[:, :28]).forecast_frame()
        came = whole[:, 28:].ravel()
        held.append((coming["low"].to_numpy() <= came) & (came <= coming["high"].to_numpy()))
    assert 0.9 == pytest.approx(float(np.mean(held)), abs=0.05)


def test_the_backtest_says_of_its_ranges_what_the_future_says(found: TotalsBacktest) -> None:
    assert found.overall.coverage is not None
    assert 0.85 <= found.overall.coverage <= 0.95
    assert all(0.82 <= (one.coverage or 0) <= 0.97 for one in found.by_lead)


def test_the_range_of_a_sum_is_narrower_than_the_ends_added_up(found: TotalsBacktest) -> None:
    coming = found.forecast_frame()
    for _, quarter in coming.groupby("begins"):
        parts, whole = quarter[quarter["place"] != "All"], quarter[quarter["place"] == "All"].iloc[0]
        assert parts["expected"].sum() == pytest.approx(whole["expected"])
        assert whole["high"] - whole["low"] < 0.8 * (parts["high"] - parts["low"]).sum()


def test_what_places_share_is_found_and_beats_both_simple_forecasts(found: TotalsBacktest) -> None:
    assert found.overall.error < found.overall.naive
    assert found.overall.error < found.overall.seasonal_naive
    assert found.ratio.high is not None
    assert found.ratio.high < 1


def test_a_season_on_which_years_disagree_moves_nothing() -> None:
    flat = np.array([[10.0, 12, 10, 8, 10, 8, 10, 12, 10]])
    assert [10.0] * 4 == carry_forward(flat, 4)[0].tolist()


def test_a_season_that_comes_every_year_is_carried_on() -> None:
    turning = np.tile([100.0, 120.0, 100.0, 80.0], (3, 3))
    assert [100, 120, 100, 80] == pytest.approx(carry_forward(turning, 4)[0].tolist(), rel=0.001)


def test_nothing_expected_and_no_end_of_a_range_is_below_0() -> None:
    small = np.maximum(0.0, np.random.default_rng(3).normal(1, 2, (12, 24)))
    coming = forecast(small).forecast_frame()
    assert (coming[["expected", "low", "high"]] >= 0).all(axis=None)
    assert (coming["low"] <= coming["expected"]).all()
    assert (coming["expected"] <= coming["high"]).all()


def test_places_without_anything_at_all_are_forecast_as_nothing() -> None:
    totals = walks(6, 20, seed=4)
    totals[0] = 0.0
    coming = forecast(totals).forecast_frame()
    assert (coming.loc[coming["place"] == "Place 00", "expected"] == 0).all()


def test_equal_input_gives_equal_output_in_whatever_order_it_comes(known: FloatArray, found: TotalsBacktest) -> None:
    everything = {"All": [f"Place {number:02d}" for number in range(20)]}
    shuffled = frame(known).sample(frac=1.0, random_state=5)
    again = forecast_quarters(shuffled, by="place", unit="hours", sums=everything)
    assert dataclasses.asdict(found) == dataclasses.asdict(again)


def test_no_past_forecast_saw_what_came_later(known: FloatArray, found: TotalsBacktest) -> None:
    cut = forecast(known[:, :24])
    whole_until_then = forecast(np.where(np.arange(28) < 24, known, known * 7)[:, :24])
    assert dataclasses.asdict(cut) == dataclasses.asdict(whole_until_then)
    assert len(found.origins) == len(cut.origins) + 4


def with_gaps(totals: FloatArray) -> FloatArray:
    gone = totals.copy()
    gone[0, 5] = gone[1, -1] = np.nan
    gone[2, -4:] = np.nan
    return gone


def test_missing_quarters_stay_missing_and_are_counted(known: FloatArray) -> None:
    found = forecast(with_gaps(known), sums={"Two": ["Place 00", "Place 03"]})
    assert 6 == found.missing
    assert 1 == found.not_forecast
    coming = found.forecast_frame()
    assert "Place 02" not in set(coming["place"])
    assert [2, 3, 4, 5] == coming.loc[coming["place"] == "Place 01", "lead"].tolist()
    fewer = {dict(one.place)["place"]: one.compared for one in found.places}
    assert fewer["Place 00"] < fewer["Place 03"]
    assert any("6 quarters of places have no value" in note for note in found.notes)


def test_a_row_that_is_not_there_is_a_missing_quarter(known: FloatArray) -> None:
    rows = frame(with_gaps(known))
    kept = forecast_quarters(rows.dropna(), by="place", unit="hours")
    assert dataclasses.asdict(kept) == dataclasses.asdict(forecast_quarters(rows, by="place", unit="hours"))


def test_a_forecast_from_an_older_quarter_has_a_wider_range(known: FloatArray) -> None:
    late = forecast(with_gaps(known)).forecast_frame().set_index(["place", "begins"])
    full = forecast(known).forecast_frame().set_index(["place", "begins"])
    width = (late["high"] - late["low"]) / late["expected"]
    assert (width.loc["Place 01"] > ((full["high"] - full["low"]) / full["expected"]).loc["Place 01"]).all()


def test_jumps_and_copied_returns_are_said(known: FloatArray) -> None:
    totals = walks(5, 20, seed=6, season=0.0) ** 0.2 * 100  # moves of a few in a hundred
    totals[1, 10:] *= 1.6
    totals[2, 12:16] = totals[2, 8:12]
    found = forecast(totals)
    assert [(("place", "Place 01"),)] == [one.place for one in found.breaks]
    assert quarter_after(FIRST, 10) == found.breaks[0].quarter
    assert any("4 values are those of the same quarter a year before" in note for note in found.notes)


def changed(change: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    return change(frame(walks(3, 12, seed=7)))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (frame(walks(1, 6, seed=8)), "there are 6 quarters"),
        (frame(np.where(np.arange(12) < 5, walks(1, 12, seed=8), np.nan)), "no series has 9 quarters with a value"),
        (changed(lambda rows: rows.iloc[:0]), "there are 0 quarters"),
        (changed(lambda rows: rows.assign(value=-1.0)), "below 0"),
        (changed(lambda rows: pd.concat([rows, rows])), "two values in one quarter"),
        (changed(lambda rows: rows.drop(columns="value")), "no column value"),
        (changed(lambda rows: rows.assign(quarter=pd.Timestamp("2020-02-01"))), "first day"),
    ],
    ids=["short", "mostly missing", "empty", "below 0", "twice", "no column", "no quarter"],
)
def test_what_cannot_be_forecast_is_refused_and_says_what_to_do(rows: pd.DataFrame, words: str) -> None:
    with pytest.raises(TrainingError, match=words) as refused:
        forecast_quarters(rows, by="place", unit="hours")
    assert refused.value.next_step


@pytest.mark.parametrize("asked", [{"horizon": 0}, {"horizon": 9}, {"nominal": 1.0}, {"sums": {"All": ["Nowhere"]}}])
def test_what_cannot_be_asked_for_is_refused(known: FloatArray, asked: dict[str, object]) -> None:
    with pytest.raises(TrainingError):
        forecast(known, **asked)


def test_one_series_alone_has_wide_ranges_and_they_hold() -> None:
    held, wide = [], []
    for seed in range(30):
        whole = walks(1, 24, seed=seed, season=0.0)
        coming = forecast(whole[:, :20]).forecast_frame()
        came = whole[:, 20:].ravel()
        held += ((coming["low"].to_numpy() <= came) & (came <= coming["high"].to_numpy())).tolist()
        wide.append(coming["high"].notna().all())
    assert all(wide)
    assert 0.8 <= float(np.mean(held)) <= 1.0


def test_too_few_errors_give_no_range() -> None:
    assert student_ends(np.array([1.0, -1.0]), nominal=0.9, apart=2) is None


def test_few_errors_give_students_range_about_0() -> None:
    low, high = student_ends(np.array([3.0, -4.0, 0.0, 5.0, 0.0]), nominal=0.9, apart=5) or (0, 0)
    assert 2.015 * 10**0.5 == pytest.approx(high, rel=0.001)  # the mean square is 10
    assert -high == low


def test_many_errors_give_their_own_quantiles_and_allow_for_one_more() -> None:
    errors = np.arange(-100, 101).astype(float)
    assert (-91, 91) == quantile_ends(errors, np.ones(len(errors)), nominal=0.9)


def test_the_seasonal_naive_forecast_is_the_same_quarter_of_the_newest_year_known() -> None:
    assert [5.0, 6, 7, 8, 5] == seasonal_naive(np.arange(1.0, 9)[None], 5)[0].tolist()


def test_the_last_known_quarter_is_found_behind_a_gap() -> None:
    last, value = last_known(np.array([[1.0, 2, np.nan], [np.nan] * 3]))
    assert [1, -1] == last.tolist()
    assert 2.0 == value[0]


def test_plots_say_in_words_what_they_show(known: FloatArray, found: TotalsBacktest) -> None:
    figure, words = draw_forecasts(frame(known), found, shown=["All", "Place 00"], title="Totals")
    assert 2 == len(figure.axes)
    assert "Place 00:" in words
    _, words = draw_errors(found)
    assert "Worse than seasonal-naive" in words


def test_the_record_shows_itself_as_a_table(found: TotalsBacktest) -> None:
    html = found._repr_html_()
    assert "90% intervals held" in html
    assert "Sum: All" in html
