"""Forecast hours of care at home in Scotland's partnerships, four quarters ahead, and say how such forecasts did.

Run it as ``python examples/care_hours/forecast.py [OUTPUT_FOLDER]``. It writes, to ``examples/care_hours/.riskmodels``
unless told otherwise: ``forecasts.csv``, ``errors.csv``, ``breaks.csv``, ``forecasts.png`` and ``errors.png``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from riskmodels.modelling.forecasting import draw_errors, draw_forecasts, forecast_quarters
from riskmodels.records.totals import TotalsBacktest

HERE = Path(__file__).parent
SCOTLAND = "Scotland"
QUARTERS_AHEAD = 4


def read_hours(path: Path = HERE / "data" / "care_at_home_hours.csv") -> pd.DataFrame:
    """Read the committed hours. No partnership gives no care at all in a quarter: 0 is a return that was not made."""
    hours = pd.read_csv(path, parse_dates=["quarter"])
    hours = hours.rename(columns={"partnership": "series", "hours": "value"})
    return hours.assign(value=hours["value"].where(hours["value"] > 0).astype("float64"))


def forecast(hours: pd.DataFrame) -> TotalsBacktest:
    """Forecast every partnership, and Scotland as their sum with a range of its own."""
    everywhere = sorted(hours["series"].unique())
    return forecast_quarters(hours, by="partnership", unit="hours", horizon=QUARTERS_AHEAD, sums={SCOTLAND: everywhere})


def with_scotland(hours: pd.DataFrame) -> pd.DataFrame:
    """Add Scotland's own rows; where a partnership is missing, so is the sum."""
    sums = hours.groupby("quarter")["value"].agg(lambda values: values.sum(skipna=False)).reset_index()
    return pd.concat([sums.assign(series=SCOTLAND), hours], ignore_index=True)


def write(hours: pd.DataFrame, found: TotalsBacktest, folder: Path) -> None:
    """Write tables and plots."""
    folder.mkdir(parents=True, exist_ok=True)
    found.forecast_frame().round(0).to_csv(folder / "forecasts.csv", index=False)
    found.error_frame().round(4).to_csv(folder / "errors.csv", index=False)
    breaks = [
        {"partnership": dict(one.place)["partnership"], "quarter": one.quarter, "change": round(one.change, 3)}
        for one in found.breaks
    ]
    pd.DataFrame(breaks, columns=["partnership", "quarter", "change"]).to_csv(folder / "breaks.csv", index=False)
    shown = [SCOTLAND, *sorted(hours["series"].unique())]
    title = "Care at home in Scotland's partnerships"
    drawn = {
        "forecasts": draw_forecasts(with_scotland(hours), found, shown=shown, title=title),
        "errors": draw_errors(found),
    }
    for name, (figure, words) in drawn.items():
        figure.savefig(folder / f"{name}.png", metadata={"Description": words})


def table(found: TotalsBacktest) -> str:
    """Word the figures, partnership by partnership: errors, the last quarter forecast, where it is worse."""
    coming = found.forecast_frame()
    last = coming[coming["begins"] == coming["begins"].max()].set_index("partnership")
    head = f"{'':<26}{'error':>7}{'seasonal':>10}{'naive':>7}{'held':>7}   in the last quarter forecast (90% range)"
    lines = [head]
    for row in found.error_frame().itertuples():
        there = last.loc[row.partnership]
        worse = "  worse than seasonal-naive" if row.error > row.seasonal_naive else ""
        lines.append(
            f"{row.partnership:<26}{row.error:>7.1%}{row.seasonal_naive:>10.1%}{row.naive:>7.1%}{row.coverage:>7.0%}   "
            f"{there['expected']:>11,.0f} ({there['low']:,.0f} to {there['high']:,.0f}){worse}"
        )
    return "\n".join(lines)


def summary(found: TotalsBacktest) -> str:
    """Word the figures of all partnerships together."""
    overall = found.overall
    held = overall.coverage or 0.0
    by_lead = "; ".join(
        f"{one.lead} ahead {one.error:.1%} against {one.seasonal_naive:.1%}, {one.coverage or 0:.1%} held"
        for one in found.by_lead
    )
    return "\n".join(
        [
            f"All partnerships, {overall.compared:,} past forecasts: error {overall.error:.1%} of the hours; "
            f"seasonal-naive {overall.seasonal_naive:.1%}, naive {overall.naive:.1%}.",
            f"As a multiple of seasonal-naive's: {found.ratio.as_text()}.",
            f"90% ranges held: {held:.1%} of {overall.ranged:,}.",
            f"By quarters ahead: {by_lead}.",
            f"Jumps of more than a quarter from one quarter to the next: {len(found.breaks)}.",
            *found.notes,
        ]
    )


def main(arguments: Sequence[str]) -> None:
    """Forecast, write, and say what came of it."""
    if len(arguments) > 1:
        raise SystemExit("Usage: python forecast.py [OUTPUT_FOLDER]")
    folder = Path(arguments[0]) if arguments else HERE / ".riskmodels"
    hours = read_hours()
    found = forecast(hours)
    write(hours, found, folder)
    print(table(found), summary(found), f"Tables and plots: {folder}", sep="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
