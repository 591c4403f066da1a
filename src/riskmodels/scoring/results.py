"""Scores in the form that the caller's cases came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from riskmodels.scoring.scorer import Scored

__all__ = ["arrow_of", "pandas_of"]


def pandas_of(found: Scored, index: pd.Index[Any]) -> pd.DataFrame:
    """Give the scores as a frame under the caller's index."""
    import pandas as pd

    rows = len(found.score)
    columns: dict[str, Any] = {
        "score": found.score,
        "probability": found.probability,
        "band": found.band,
        "rank": _rank(found),
        "model_version": pd.array([found.model_version] * rows, dtype="Int64"),
        "approved_until": [found.approved_until] * rows,
        "flags": found.flags,
        "basis": found.basis,
    }
    if found.reasons is not None:
        columns["reasons"] = found.reasons
    return pd.DataFrame(columns, index=index)


def arrow_of(found: Scored) -> pa.Table:
    """Give the scores as an Arrow table."""
    import pyarrow as pa

    rows, words = len(found.score), pa.list_(pa.string())
    columns = {
        "score": pa.array(found.score, pa.float64()),
        "probability": pa.array(found.probability, pa.float64(), from_pandas=True),
        "band": pa.array(found.band, pa.string()),
        "rank": pa.array(_rank(found), pa.int64()),
        "model_version": pa.array([found.model_version] * rows, pa.int64()),
        "approved_until": pa.array([found.approved_until] * rows, pa.date32()),
        "flags": pa.array(found.flags, words),
        "basis": pa.array([found.basis] * rows, pa.string()),
    }
    if found.reasons is not None:
        columns["reasons"] = pa.array(found.reasons, words)
    return pa.table(columns)


def _rank(found: Scored) -> Any:
    """Give each case's place from the highest score; equal scores share a place, and leave a gap."""
    descending = np.sort(-found.score)
    return np.searchsorted(descending, -found.score, side="left") + 1
