"""Explain 100,000 rows of a LightGBM model, side by side with shap.TreeExplainer.

python benchmarks/explain.py --quick   # a tenth of the rows
python benchmarks/explain.py --json    # one JSON object a line, for a machine to read

Ours is what every run does: WOODELF some trees at a time, the raw scores that every row is checked against, and SHAP on
a sample. Theirs is shap.TreeExplainer as it comes, which hands LightGBM's trees to LightGBM itself (``pred_contrib``),
and SHAP's own C code. The results of all rows are compared first, and a difference above 1e-5 stops the run before
anything is timed. Contestants take turns on one thread each, and the median of the turns counts; with --threads SHAP's
are given more while ours keeps to one. The ratio is their time divided by ours: above 1 we are quicker. What is
measured on a part of the rows and scaled up says so below the table; SHAP's work is in proportion to the rows.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

FULL_ROWS = 100_000
GOAL = 5.0
LARGEST = 1e-5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark that the command line asks for; 1 when the contestants disagree."""
    asked = _parser().parse_args(arguments)
    os.environ["OMP_NUM_THREADS"] = str(asked.threads)  # read when LightGBM is loaded: so it is imported below
    from explain_sides.contest import Contest
    from explain_sides.made_model import Size, made
    from measuring.results import show

    rows = asked.rows or (FULL_ROWS // 10 if asked.quick else FULL_ROWS)
    size = Size(rows, asked.columns, asked.trees, asked.leaves)
    _say(f"{size.rows:,} rows, {size.columns} columns, {size.trees} trees of {size.leaves} leaves")
    contest = Contest(made(size, seed=1), share=asked.share, threads=asked.threads, say=_say)
    compared = min(rows, asked.compared or rows)
    worst = contest.largest_difference(compared)
    if worst > LARGEST:
        print(f"the contestants differ by {worst:.1e} log-odds, so nothing was timed", file=sys.stderr)
        return 1
    _say(f"largest difference on {compared:,} rows: {worst:.1e} log-odds")
    results = contest.results(repeats=asked.repeats, goal=GOAL, difference=worst)
    print("\n".join(one.to_json() for one in results) if asked.json else show(results) + "\n", flush=True)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add: Any = parser.add_argument
    add("--quick", action="store_true", help="a tenth of the rows")
    add("--json", action="store_true", help="one object a line: work, against, ratio, goal, met, and the times")
    add("--repeats", type=int, default=3, metavar="N", help="turns, of which the median counts (default: 3)")
    add("--share", type=float, default=1.0, metavar="SHARE", help="part of the rows that SHAP explains (default: all)")
    add("--compared", type=int, metavar="N", help="rows whose results are compared before timing (default: all)")
    add("--threads", type=int, default=1, metavar="N", help="threads of SHAP's contestants (default: 1)")
    add("--columns", type=int, default=72, metavar="N", help="columns (default: 72, as the rent use case)")
    add("--trees", type=int, default=200, metavar="N", help="trees (default: 200)")
    add("--leaves", type=int, default=15, metavar="N", help="leaves of a tree (default: 15)")
    add("--rows", type=int, metavar="N", help="another number of rows, for trying things out")
    return parser


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())
