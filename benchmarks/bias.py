"""Audit a million rows for bias, by every pair of five characteristics with 1,000 resamples, against Fairlearn's own.

python benchmarks/bias.py --quick    # a fiftieth of the rows: seconds, not minutes
python benchmarks/bias.py --json     # one JSON object a line, for a machine to read

Once with one row a person, once with twelve dates a person. Ours is the whole audit: the five characteristics and their
ten pairs, point estimates by Fairlearn's ``MetricFrame``, seven rates and five disparities of each group with intervals
that resample people. Theirs is the bootstrap of ``MetricFrame`` over four rates of the ten pairs, without any
disparity. It draws rows: on a panel its intervals are too narrow, so that there it is compared for its time alone.

Theirs would take hours, so it is timed for few resamples of some of the pairs, and scaled up to 1,000 of all; the time
of a frame without resamples is taken off first. Before anything is timed, percentile intervals from the pooled counts
are compared with Fairlearn's on a small sample with one row a person; a difference beyond chance stops the run.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence

from bias_sides.made_rows import make_rows
from bias_sides.with_fairlearn import disagreements, seconds_per_resample
from measuring.results import Result, show
from measuring.timing import in_turns

from riskmodels.assurance import bias
from riskmodels.policy import AssurancePolicy, Comparison

ROWS, RESAMPLES = 1_000_000, 1_000
SEED = 20260101
GOALS = {1: 1000.0, 12: 100.0}  # by dates a person
_DECIDES = Comparison(characteristic="sex", group="Female", metric="missed", tolerance=0.05, reason="A benchmark")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark that the command line asks for; 1 when the intervals disagree."""
    asked = _parser().parse_args(arguments)
    rows = asked.rows or (ROWS // 50 if asked.quick else ROWS)
    # Fairlearn divides by nobody in small resamples; what that gives is left out of the comparison.
    warnings.simplefilter("ignore")
    differing = disagreements(make_rows(5_000, periods=1, seed=SEED), resamples=asked.compared, seed=SEED)
    if differing:
        print("the intervals disagree, so nothing was timed:\n" + "\n".join(differing), file=sys.stderr)
        return 1
    _say("percentile intervals agree with Fairlearn's within Monte Carlo error")
    results = [_contest(rows, periods, GOALS[periods], asked) for periods in asked.periods or GOALS]
    print("\n".join(one.to_json() for one in results) if asked.json else show(results) + "\n", flush=True)
    return 0


def _contest(rows: int, periods: int, goal: float, asked: argparse.Namespace) -> Result:
    scored = make_rows(rows, periods=periods, seed=SEED)
    policy = AssurancePolicy(comparisons=(_DECIDES,), resamples=RESAMPLES)
    what = "one row a person" if periods == 1 else f"{periods} dates a person"
    _say(f"{len(scored):,} rows, {what}")
    ours = in_turns(
        {"riskmodels": lambda: bias.audit(scored, policy=policy, harms=("missed_need",), seed=SEED)},
        repeats=asked.repeats,
        say=_say,
    )
    one = seconds_per_resample(scored, resamples=asked.resamples, pairs=asked.pairs, say=_say)
    return Result(
        f"bias audit, {len(scored):,} rows, {what}, {RESAMPLES:,} resamples",
        "Fairlearn's bootstrap",
        ours["riskmodels"],
        one * RESAMPLES,
        goal,
        f"scaled up from {asked.resamples} resamples of {asked.pairs} of 10 pairs"
        + ("" if periods == 1 else "; it draws rows, not people, so its intervals are not comparable"),
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--quick", action="store_true", help="a fiftieth of the rows")
    add("--json", action="store_true", help="one object a line: work, against, ratio, goal, met, and the times")
    add("--rows", type=int, metavar="N", help="another number of rows, for trying things out")
    add("--periods", type=int, action="append", choices=GOALS, help="dates a person: one of the two contests alone")
    add("--repeats", type=int, default=3, metavar="N", help="turns of ours, of which the median counts (default: 3)")
    add("--resamples", type=int, default=2, metavar="N", help="resamples that Fairlearn is timed for (default: 2)")
    add("--pairs", type=int, default=2, metavar="N", help="pairs that Fairlearn is timed for, of 10 (default: 2)")
    add("--compared", type=int, default=150, metavar="N", help="resamples of Fairlearn to compare (default: 150)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
