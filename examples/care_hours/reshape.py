"""Take from the published table what the example needs: hours of care at home by partnership and quarter, all ages.

Run it as ``python examples/care_hours/reshape.py PATH_TO_CSV [OUTPUT_CSV]``. What it makes is committed beside it, so
that the example runs without the source; it is here so that anyone can make it again and see what was done.

What is left out: other measures, age groups, whole years and census weeks, and the estimate for Scotland, which is the
sum of the partnerships. A value of 0 is kept here as it is published; ``forecast.py`` takes it as missing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

FIRST_MONTHS = {"Jan-Mar": 1, "Apr-Jun": 4, "Jul-Sep": 7, "Oct-Dec": 10}
COLUMNS = ["Time Period", "Financial Quarter", "Location", "Age Group", "Measure", "Value"]


def reshape(source: pd.DataFrame) -> pd.DataFrame:
    """Give one row for each partnership and quarter: ``partnership``, ``quarter`` (its first day), ``hours``."""
    wanted = (
        (source["Time Period"] == "Financial Quarter")
        & (source["Age Group"] == "All Ages")
        & (source["Measure"] == "Number of Hours")
        & (source["Location"] != "Scotland (Estimated)")
    )
    rows = source[wanted]
    quarter = rows["Financial Quarter"].str.split(" ", expand=True)
    days = pd.to_datetime({"year": quarter[1].astype(int), "month": quarter[0].map(FIRST_MONTHS), "day": 1})
    made = pd.DataFrame(
        {
            "partnership": rows["Location"],
            "quarter": days.dt.strftime("%Y-%m-%d"),
            "hours": rows["Value"].astype("int64"),
        }
    )
    return made.sort_values(["partnership", "quarter"], ignore_index=True)


def main(arguments: Sequence[str]) -> None:
    """Reshape the file that is named, and say what came of it."""
    if len(arguments) not in (1, 2):
        raise SystemExit("Usage: python reshape.py PATH_TO_CSV [OUTPUT_CSV]")
    path = Path(arguments[0])
    source = pd.read_csv(path) if path.is_file() else pd.DataFrame()
    if not set(COLUMNS) <= set(source.columns):
        raise SystemExit(
            f"Found: {path} is not there, or lacks columns of the table of care at home.\n"
            f"Expected: {', '.join(COLUMNS)}, in the first line.\n"
            "What to do: fetch data-raw/scotland-care-at-home.csv of github.com/humaniverse/healthyr at ed2003e."
        )
    made = reshape(source)
    output = Path(arguments[1]) if arguments[1:] else Path(__file__).parent / "data" / "care_at_home_hours.csv"
    output.parent.mkdir(parents=True, exist_ok=True)
    made.to_csv(output, index=False, lineterminator="\n")
    print(f"{output}: {len(made):,} rows, {made['partnership'].nunique()} partnerships")


if __name__ == "__main__":
    main(sys.argv[1:])
