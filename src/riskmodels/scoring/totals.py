"""Expected amounts added up by group, such as the ward, with what stands for too few people withheld."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodels.errors import ScoringError
from riskmodels.naming import nearest
from riskmodels.registry.bundles.bundle_parts import InputColumn
from riskmodels.scoring.amounts import ExpectedAmounts
from riskmodels.scoring.inputs import FloatArray, from_arrow, from_pandas

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["NOT_KNOWN", "totals_in", "withheld"]

NOT_KNOWN = "not known"
"""Name of the group of those for whom a column to add up by is missing."""


def totals_in(
    frame: Any,
    by: str | Sequence[str],
    columns: Sequence[InputColumn],
    expect: Callable[[FloatArray], ExpectedAmounts],
    *,
    fewest: int,
) -> pd.DataFrame | pa.Table:
    """Add expected amounts up by columns of a frame, in the form that it came in; groups are named as text.

    Parameters
    ----------
    frame : pandas DataFrame or pyarrow Table
        The model's inputs, a row a person, with the columns to add up by.
    by : str or sequence of str
        Those columns.
    columns : sequence of InputColumn
        The model's inputs.
    expect : callable
        Gives the amounts of inputs.
    fewest : int
        The disclosure number.

    Raises
    ------
    ScoringError
        If there is no such column to add up by, or the inputs are not those of the contract.
    """
    pandas = type(frame).__module__.partition(".")[0] == "pandas"
    named = [by] if isinstance(by, str) else list(by)
    given = [str(one) for one in (frame.columns if pandas else frame.column_names)]
    inputs = {one.name for one in columns}
    _refuse(given, named, inputs)
    kept = [name for name in given if name in inputs or name not in named]
    if pandas:
        return _added_up(expect(from_pandas(frame[kept], columns)), frame[named], fewest)
    import pyarrow as pa

    found = expect(from_arrow(frame.select(kept), columns))
    return pa.Table.from_pandas(_added_up(found, frame.select(named).to_pandas(), fewest), preserve_index=False)


def _added_up(found: ExpectedAmounts, groups: pd.DataFrame, fewest: int) -> pd.DataFrame:
    import pandas as pd

    names = [str(one) for one in groups.columns]
    held = [groups[name].astype(str).where(groups[name].notna(), NOT_KNOWN).to_numpy(dtype=object) for name in names]
    keys = pd.MultiIndex.from_arrays(held)
    place, unique = pd.factorize(keys, sort=True)
    counts = np.bincount(place, minlength=len(unique))
    sums = np.bincount(place, weights=found.expected, minlength=len(unique))
    hidden = withheld(counts, fewest)
    made: dict[str, Any] = {name: unique.get_level_values(level) for level, name in enumerate(names)}
    made["people"] = pd.array([None if gone else int(n) for n, gone in zip(counts, hidden, strict=True)], dtype="Int64")
    made["expected"] = np.where(hidden, np.nan, sums)
    made["withheld"] = hidden
    return pd.DataFrame(made).assign(unit=found.unit, basis=found.basis)


def withheld(counts: npt.NDArray[np.int64], fewest: int) -> npt.NDArray[np.bool_]:
    """Say which groups are withheld. Shape (n_groups,).

    Those with fewer people than ``fewest``; and while all that are withheld have fewer together, the smallest of the
    others as well, so that a sum over everybody gives none of them back.
    """
    hidden = counts < fewest
    for place in np.argsort(counts, kind="stable"):
        if not hidden.any() or counts[hidden].sum() >= fewest:
            break
        hidden[place] = True
    return hidden


def _refuse(given: Sequence[str], by: Sequence[str], inputs: set[str]) -> None:
    missing = [name for name in by if name not in given]
    if not missing and by:
        return
    others = [name for name in given if name not in inputs]
    hint = nearest(missing[0], others) if missing else ""
    raise ScoringError(
        f"{missing[0][:80]!r} is not a column of what was handed over" if missing else "nothing to add up by is named",
        expected=f"a column beside the model's inputs, to add up by{hint}",
        next_step="Hand the column over with the inputs, and name it as by=...",
        who="whoever calls the scoring service",
    )
