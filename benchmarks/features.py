"""Compute 22 features of 480,000 spine rows from 6.2 million events, side by side with what else one would use.

python benchmarks/features.py --quick                         # a tenth of the size: minutes, not half an hour
python benchmarks/features.py --featuretools VENV/bin/python  # an interpreter with featuretools and pyarrow
python benchmarks/features.py --json                          # one JSON object a line, for a machine to read

The benchmark makes its own lake in a temporary folder: rent postings with an event time and a known time, some late,
2% corrected by a later version. The same features are then computed by riskmodels, by SQL written by hand for DuckDB,
by pandas and by Featuretools; the results are compared before anything is timed, and a difference stops the run.

"From prepared rows" starts where the lake has been read, checked and its versions worked out; "from files" includes
that. Contestants take turns, so that a busy machine slows them alike, and the median of the turns counts. The ratio is
their time divided by ours: above 1 we are quicker. What was measured on a part and scaled up says so below the table.

Each result is printed as soon as it is measured, and all of them as a table at the end. Growth comes in builds of its
own, one process each; one that fails is a line that says why, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from feature_sides.contest import Contest, Settings
from feature_sides.growth import BUILD_FAILED, growth
from feature_sides.made_lake import Size
from measuring.results import Result, show

FULL = Size(tenancies=20_000, dates=24, events=6_200_000)
MERGED_PAIRS = 7_500_000  # pairs of a row and a date that take about 1 GB in pandas


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark that the command line asks for; 1 when the contestants disagree."""
    asked = _parser().parse_args(arguments)
    size = FULL.part(0.1) if asked.quick else FULL
    size = Size(asked.tenancies or size.tenancies, asked.dates or size.dates, asked.events or size.events)
    settings = Settings(
        size=size,
        repeats=asked.repeats,
        threads=asked.threads,
        memory_gb=asked.memory_gb,
        pandas_share=asked.pandas_share or min(1.0, MERGED_PAIRS / (size.events * size.dates)),
        featuretools=asked.featuretools,
        featuretools_share=asked.featuretools_share,
    )
    _say(f"{size.spine_rows:,} spine rows, {size.events:,} events")
    results: list[Result] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="riskmodels-bench-", dir=asked.folder) as folder:
        if not asked.growth_only:
            contest = Contest(settings, Path(folder), _say)
            disagreements = contest.disagreements()
            if disagreements:
                print("the contestants disagree, so nothing was timed:\n" + "\n".join(disagreements), file=sys.stderr)
                return 1
            _print(contest.results(), results, as_json=asked.json)
            contest.close()
    if asked.growth_only or not asked.no_growth:
        with tempfile.TemporaryDirectory(prefix="riskmodels-bench-", dir=asked.folder) as folder:
            grown = growth(size, Path(folder), threads=asked.threads, memory_gb=asked.growth_memory_gb, say=_say)
            _print(grown, results, as_json=asked.json)
        failed = any(result.work == BUILD_FAILED for result in results)
    if not asked.json:
        print("\n" + show(results))
    return int(failed)


def _print(measured: Iterable[Result], results: list[Result], *, as_json: bool) -> None:
    """Print each result as it comes, so that a later failure loses none, and keep it for the table."""
    for result in measured:
        results.append(result)
        print(result.to_json() if as_json else show([result]).splitlines()[2], flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--quick", action="store_true", help="a tenth of the tenancies and events")
    add("--json", action="store_true", help="one object a line: work, against, ratio, goal, met, and the times")
    add("--no-growth", action="store_true", help="leave out how time and memory grow from 1x to 10x the events")
    add("--growth-only", action="store_true", help="measure nothing but how time and memory grow")
    add("--growth-memory-gb", type=float, default=4.0, metavar="GB", help="memory of our engine in growth (default: 4)")
    add("--repeats", type=int, default=3, metavar="N", help="turns, of which the median counts (default: 3)")
    add("--featuretools", metavar="PYTHON", help="interpreter with featuretools; without it that line is not measured")
    add("--featuretools-share", type=float, default=0.02, metavar="SHARE", help="part of the tenancies (default: 0.02)")
    add("--pandas-share", type=float, metavar="SHARE", help="part that pandas merges (default: what fits in memory)")
    add("--threads", type=int, metavar="N", help="threads of both engines (default: all processors)")
    add(
        "--memory-gb", type=float, default=4.0, metavar="GB", help="memory of each engine before it spills (default: 4)"
    )
    add("--folder", type=Path, help="where to make the lake, about 0.3 GB and with growth 3 GB (default: the system's)")
    for name in ("tenancies", "dates", "events"):
        add(f"--{name}", type=int, metavar="N", help=f"another number of {name}, for trying things out")
    return parser


if __name__ == "__main__":
    sys.exit(main())
