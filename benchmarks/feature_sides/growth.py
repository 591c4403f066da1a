"""How time and memory grow when a lake holds ten times the events: each build in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from measuring.results import Result

from feature_sides.made_lake import Size, make_lake

__all__ = ["growth"]

TIMES = 10
_MEMORY_GOAL_GB = 8.0


def growth(
    size: Size, folder: Path, *, threads: int | None, memory_gb: float, say: Callable[[str], None]
) -> list[Result]:
    """Build from files at 1x and 10x the events, same spine, and compare time and peak memory."""
    once = _build(size, folder, threads=threads, memory_gb=memory_gb, say=say)
    more = Size(size.tenancies, size.dates, size.events * TIMES)
    often = _build(more, folder, threads=threads, memory_gb=memory_gb, say=say)
    events = f"{more.events:,} events"
    linear = f"{TIMES} times {size.events:,} events"
    note = "a ratio of 1 is growth in proportion"
    peak = (
        "peak resident memory of the process, with what it holds of files; spilled data in the page cache is not in it"
    )
    return [
        Result(f"features, {events}", linear, often["features"], TIMES * once["features"], None, note),
        Result(f"reading the lake, {events}", linear, often["prepare"], TIMES * once["prepare"], None, note),
        Result("peak memory, 1x the events", "8 GB", once["peak_gb"], _MEMORY_GOAL_GB, 1.0, peak, "GB"),
        Result(f"peak memory, {TIMES}x the events", "8 GB", often["peak_gb"], _MEMORY_GOAL_GB, 1.0, peak, "GB"),
    ]


def _build(
    size: Size, folder: Path, *, threads: int | None, memory_gb: float, say: Callable[[str], None]
) -> dict[str, float]:
    lake = folder / "lake"
    say(f"making a lake of {size.events:,} events")
    make_lake(lake, size)
    say("building from it in a process of its own")
    benchmarks = Path(__file__).parent.parent
    paths = [str(benchmarks), *(path for path in sys.path if path)]
    command = [sys.executable, str(benchmarks / "feature_sides" / "with_riskmodels.py"), str(lake)]
    command += [str(size.dates), str(memory_gb), *([] if threads is None else [str(threads)])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "TMPDIR": str(folder)}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    shutil.rmtree(lake)
    measured: dict[str, float] = json.loads(done.stdout)
    say(f"prepare {measured['prepare']:.1f} s, features {measured['features']:.1f} s, {measured['peak_gb']:.2f} GB")
    return measured
