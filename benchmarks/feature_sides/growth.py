"""How time and memory grow when a lake holds ten times the events: each build in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from measuring.results import Result

from feature_sides.failures import reason
from feature_sides.made_lake import Size, make_lake

__all__ = ["BUILD_FAILED", "growth"]

TIMES = 10
BUILD_FAILED = "growth, a build failed"
_MEMORY_GOAL_GB = 8.0


class BuildFailedError(Exception):
    """A build in a process of its own did not come to its end."""


def growth(
    size: Size, folder: Path, *, threads: int | None, memory_gb: float, say: Callable[[str], None]
) -> Iterator[Result]:
    """Build from files at 1x and 10x the events, same spine, and compare time and peak memory, as they are measured."""
    more = Size(size.tenancies, size.dates, size.events * TIMES)
    try:
        once = _build(size, folder, threads=threads, memory_gb=memory_gb, say=say)
        yield _peak(1, once, memory_gb)
        often = _build(more, folder, threads=threads, memory_gb=memory_gb, say=say)
    except BuildFailedError as failure:
        yield Result(BUILD_FAILED, "-", None, None, 1.0, f"not measured, memory_gb {memory_gb:g}: {failure}")
        return
    yield _peak(TIMES, often, memory_gb)
    events, linear = f"{more.events:,} events", f"{TIMES} times {size.events:,} events"
    note = "a ratio of 1 is growth in proportion"
    yield Result(f"features, {events}", linear, often["features"], TIMES * once["features"], None, note)
    yield Result(f"reading the lake, {events}", linear, often["prepare"], TIMES * once["prepare"], None, note)


def _peak(times: int, build: dict[str, float], memory_gb: float) -> Result:
    note = (
        f"peak resident memory of the process, with what it holds of files, memory_gb {memory_gb:g}; "
        "spilled data in the page cache is not in it"
    )
    return Result(f"peak memory, {times}x the events", "8 GB", build["peak_gb"], _MEMORY_GOAL_GB, 1.0, note, "GB")


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
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    shutil.rmtree(lake)
    if done.returncode:
        raise BuildFailedError(
            f"the build of {size.events:,} events failed while {_stage(done.stderr)}: {reason(done.stderr)}"
        )
    measured: dict[str, float] = json.loads(done.stdout)
    say(f"prepare {measured['prepare']:.1f} s, features {measured['features']:.1f} s, {measured['peak_gb']:.2f} GB")
    return measured


def _stage(errors: str) -> str:
    """Say what the build was at when it stopped: the last stage it named."""
    named = [line.removeprefix("stage: ") for line in errors.splitlines() if line.startswith("stage: ")]
    return {"preparing": "preparing the rows", "features": "computing features"}.get("".join(named[-1:]), "starting")
