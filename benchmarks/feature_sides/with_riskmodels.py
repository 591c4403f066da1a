"""The same features with riskmodels, and what one build of them takes: run as a script, it prints seconds and memory.

Usage: python with_riskmodels.py LAKE DATES MEMORY_GB [THREADS]
"""

from __future__ import annotations

import hashlib
import hmac
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from feature_sides.definition import CASE
from feature_sides.made_lake import Payments, Tenancies, as_of_dates
from riskmodels.features.build import build_features
from riskmodels.lake import Lake

__all__ = ["open_lake", "pseudonym", "spine_of", "with_riskmodels"]

_SECRET = bytes(range(32))  # for made-up data; a real one is made at random and kept


def open_lake(folder: Path, *, threads: int | None, memory_gb: float, spill: Path) -> Lake:
    """Open the benchmark's lake, with nothing read yet."""
    return Lake.open(
        folder, [Tenancies, Payments], pseudonym_key=_SECRET, threads=threads, memory_gb=memory_gb, temp_dir=spill
    )


def pseudonym(key: str) -> int:
    """Give the number that stands for a tenancy once the lake has read it."""
    digest = hmac.new(_SECRET, f"tenancy:{key}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def spine_of(entities: pa.ChunkedArray | pa.Array, dates: int) -> pa.Table:
    """Ask for every entity at every date."""
    moments = np.array(as_of_dates(dates), dtype="datetime64[us]")
    places = np.tile(np.arange(len(entities)), len(moments))
    as_of = pa.array(np.repeat(moments, len(entities)), pa.timestamp("us"))
    return pa.table({"entity": entities.take(pa.array(places)), "as_of": as_of})


def with_riskmodels(lake: Lake, spine: pa.Table) -> pd.DataFrame:
    """Compute the features for each row of the spine, sorted by as_of and entity."""
    return build_features(CASE, lake, spine)


def main() -> None:
    """Build once from files, and print JSON."""
    folder, dates, memory_gb = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    threads = int(sys.argv[4]) if len(sys.argv) > 4 else None
    with (
        tempfile.TemporaryDirectory() as spill,
        open_lake(folder, threads=threads, memory_gb=memory_gb, spill=Path(spill)) as lake,
    ):
        start = time.perf_counter()
        print("stage: preparing", file=sys.stderr)  # so that a failure can be told where it happened
        lake.prepare(Payments)
        lake.prepare(Tenancies)
        prepared = time.perf_counter()
        print("stage: features", file=sys.stderr)
        spine = spine_of(lake.query("SELECT tenancy_id FROM tenancies ORDER BY tenancy_id")[0], dates)
        made = with_riskmodels(lake, spine)
        built = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(json.dumps({"rows": len(made), "prepare": prepared - start, "features": built - prepared, "peak_gb": peak}))


if __name__ == "__main__":
    main()
