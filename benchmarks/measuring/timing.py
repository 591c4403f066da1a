"""Timing in turns: each contestant once, then each once more, so that a busy machine slows them alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping

__all__ = ["in_turns"]


def in_turns(
    contestants: Mapping[str, Callable[[], object]], *, repeats: int, say: Callable[[str], None]
) -> dict[str, float]:
    """Give the median time of each contestant in seconds; what it returns is thrown away inside the time."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(repeats):
        for name, work in contestants.items():
            gc.collect()
            start, worked = time.perf_counter(), time.process_time()
            work()
            times[name].append(time.perf_counter() - start)
            worked = time.process_time() - worked
            say(f"turn {turn + 1} of {repeats}: {name} {times[name][-1]:.2f} s, processor {worked:.2f} s")
    return {name: statistics.median(seconds) for name, seconds in times.items()}
