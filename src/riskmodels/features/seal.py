"""The digest of a training table: equal digests mean equal data, bit for bit."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from riskmodels.records import TrainingTable
from riskmodels.records.selection import Selection

__all__ = ["digest_of", "selection_frames", "table_digest"]


def table_digest(*frames: pd.DataFrame | pd.Series[float]) -> str:
    """Give the SHA-256 over names, types and values of frames, in the order given."""
    seal = hashlib.sha256()
    for frame in frames:
        columns = frame.to_frame() if isinstance(frame, pd.Series) else frame
        for name in columns.columns:
            values = columns[name]
            seal.update(f"{name}\x1f{len(values)}\x1f".encode())
            seal.update(_bytes(values))
    return seal.hexdigest()


def digest_of(table: TrainingTable) -> str:
    """Give the SHA-256 of all that a table holds row by row, whatever digest it says it has."""
    strata = () if table.strata is None else (table.strata.to_frame(),)
    totals_by = () if table.totals_by is None else (table.totals_by,)
    apart = (*strata, *totals_by, *selection_frames(table.selection))
    return table_digest(table.X, table.outcome, table.audit, table.spine, *apart)


def selection_frames(selection: Selection | None) -> tuple[pd.DataFrame, ...]:
    """Give what a table holds of who was looked at as frames, for its digest; none where everybody's outcome is known.

    Of a weighed table also what came of weighing, so that it cannot be taken for one that has yet to be.
    """
    if selection is None:
        return ()
    looks = pd.DataFrame({"at_random": selection.at_random, "looked_on": selection.looked_on})
    if not selection.weighed:
        return looks, selection.others, selection.others_spine
    figures = (selection.propensity_roc_auc, selection.trimmed_share, selection.effective_rows)
    came_of_it = pd.DataFrame({"weighed": [np.nan if figure is None else float(figure) for figure in figures]})
    return looks, selection.others, selection.others_spine, came_of_it


def _bytes(values: pd.Series[float]) -> bytes:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biufM":
        plain = values.to_numpy()
        return np.ascontiguousarray(plain.astype("datetime64[us]") if plain.dtype.kind == "M" else plain).tobytes()
    codes, texts = pd.factorize(values, sort=True)
    return "\x1f".join(map(str, texts)).encode() + codes.astype(np.int64).tobytes()
