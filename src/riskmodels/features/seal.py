"""The digest of a training table: equal digests mean equal data, bit for bit."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from riskmodels.records.selection import Selection

__all__ = ["selection_frames", "table_digest"]


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


def selection_frames(selection: Selection | None) -> tuple[pd.DataFrame, ...]:
    """Give what a table holds of who was looked at as frames, for its digest; none where everybody's outcome is known.

    Whether the weights allow for it shows in the weights; the figures that came of weighing are not data.
    """
    if selection is None:
        return ()
    looks = pd.DataFrame({"at_random": selection.at_random, "looked_on": selection.looked_on})
    return looks, selection.others, selection.others_spine


def _bytes(values: pd.Series[float]) -> bytes:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biufM":
        plain = values.to_numpy()
        return np.ascontiguousarray(plain.astype("datetime64[us]") if plain.dtype.kind == "M" else plain).tobytes()
    codes, texts = pd.factorize(values, sort=True)
    return "\x1f".join(map(str, texts)).encode() + codes.astype(np.int64).tobytes()
