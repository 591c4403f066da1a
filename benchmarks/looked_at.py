"""Rank made-up homes by a model that allows for who was inspected, against one that does not, with the truth at hand.

python benchmarks/looked_at.py --quick          # one borough of 8,000 homes
python benchmarks/looked_at.py --json           # one JSON object a line, for a machine to read

Ten made-up boroughs. Both models learn from the homes that somebody inspected; the naive one takes them as they come.
Each then puts every home that would need a licence in order, and the first of the list are counted that are truly
unlicensed on that day, which only the maker of the borough knows. ``ours`` is what 100 visits do not find, so that less
is better as in every other benchmark; the note says what they find, what today's practice finds, what the held-out
figures say, and the bounds.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring.results import Result, show

import riskmodels as rm
from riskmodels.features import UseCase
from riskmodels.features.build import build_features, meeting_having, population, spine_of
from riskmodels.features.encode import encode
from riskmodels.features.protected import excluded
from riskmodels.lake import Lake
from riskmodels.lake.demo import make_demo_lake
from riskmodels.modelling import train
from riskmodels.modelling.selection import weigh
from riskmodels.records import TrainedModel, TrainingTable

ROOT = Path(__file__).parents[1]
CASE = "unlicensed_property"
SECRET = b"a benchmark has nobody to protect"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark that the command line asks for."""
    asked = _parser().parse_args(arguments)
    seeds, homes = (1, 8_000) if asked.quick else (asked.seeds, asked.dwellings)
    ws = rm.open(ROOT)
    results = []
    for seed in range(asked.first, asked.first + seeds):
        results.append(_contest(ws, seed, homes))
        print(f"seed {seed}, {len(results)} of {seeds}: {results[-1].note}", file=sys.stderr, flush=True)
    won = sum(one.ratio is not None and one.ratio > 1 for one in results)
    lost = sum(one.ratio is not None and one.ratio < 1 for one in results)
    print("\n".join(one.to_json() for one in results) if asked.json else show(results), flush=True)
    print(f"better in {won} of {len(results)} boroughs, worse in {lost}", file=sys.stderr)
    return 0


def _contest(ws: rm.Workspace, seed: int, homes: int) -> Result:
    case, policy = ws.case(CASE), ws.policy(CASE)
    table, inputs, truth = _borough(ws, case, seed, homes)
    weighed = weigh(table, seed=policy.seed)
    ours = train(weighed, policy)
    naive = train(dataclasses.replace(table, selection=None), policy)
    found = {
        "ours": _found(ours, ours.chosen, inputs, truth, policy.capacity),
        "naive": _found(naive, naive.chosen, inputs, truth, policy.capacity),
        "today": _found(ours, "baseline", inputs, truth, policy.capacity),
    }
    told = ours.risk_evaluation.selection
    assert told is not None
    low, high = told.bounds_per_100_visits[ours.chosen]
    note = (
        f"100 visits find {found['ours']:.0f} ({ours.chosen}) against {found['naive']:.0f} ({naive.chosen}); today's "
        f"practice {found['today']:.0f}; told beforehand: {told.found_per_100_visits[ours.chosen].as_text()}, bounds "
        f"{low:.0f} to {high:.0f}; {truth.mean():.1%} of {len(truth):,} homes"
    )
    missed = {name: 100 - one for name, one in found.items()}
    return Result("100 visits", f"naive, seed {seed}", missed["ours"], missed["naive"], None, note, "visits in vain")


def _borough(ws: rm.Workspace, case: UseCase, seed: int, homes: int) -> tuple[TrainingTable, pd.DataFrame, Any]:
    """Make a borough; give what was seen of it, every home's inputs at the last date, and which are unlicensed."""
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "lake"
        make_demo_lake(where, households=60, years=5, seed=seed, dwellings=homes)
        with Lake.open(where, ws.extracts, pseudonym_key=SECRET) as lake:
            days = rm.monthly("2022-10", "2025-08")[::2]
            table = case.build(lake, days, time_travel_sample=0)
            last = datetime.datetime.combine(days[-1], datetime.time())
            people = population(case, lake, [last])
            people = meeting_having(case, lake, people[~excluded(case, lake, people)].reset_index(drop=True))
            values = build_features(case, lake, spine_of(people))
            named = lake.references(case.population.extract, case.entity_kind, values["entity"].tolist())
        known = pd.read_parquet(where.with_name("lake.truth") / "property_truth.parquet")
    known = known[known["as_of"] == days[-1]].set_index("uprn")["unlicensed"]
    truth = known.reindex([named.get(one) for one in values["entity"]]).fillna(False).to_numpy(dtype=float)
    return table, encode(values, case.features), truth


def _found(model: TrainedModel, estimator: str, inputs: pd.DataFrame, truth: Any, capacity: int) -> float:
    score = model.estimators[estimator].raw_score(inputs)
    return float(100 * truth[np.argsort(-score, kind="stable")[:capacity]].mean())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one borough of 8,000 homes")
    parser.add_argument("--seeds", type=int, default=10, help="how many made-up boroughs")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--dwellings", type=int, default=12_000, help="homes of each")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
