"""What callers hand over, held against the model's input contract: all that is wrong is said at once, and no value.

Whole columns are looked at, never one row after another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodels.errors import ScoringError
from riskmodels.naming import nearest
from riskmodels.registry.bundles.bundle_parts import InputColumn

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["flags", "from_arrow", "from_mapping", "from_pandas"]

FloatArray = npt.NDArray[np.float64]

_LONGEST_NAME = 80
_MOST_FAULTS = 50
_NOT_NUMBERS = "does not hold numbers"
_INFINITE = "holds infinite values"
_TWICE = "is there more than once"


def from_pandas(frame: pd.DataFrame, columns: Sequence[InputColumn]) -> FloatArray:
    """Take a model's inputs from a frame, in the contract's order, missing as NaN. Shape (n_rows, n_columns).

    Raises
    ------
    ScoringError
        With every column that is missing, unknown, there twice, not numeric or infinite.
    """
    import pandas as pd

    given = [str(name) for name in frame.columns]
    faults = dict(_named_wrongly(given, columns))
    found = []
    for column in columns:
        if column.name in faults:
            continue
        held = frame[column.name]
        kind = held.dtype
        if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_complex_dtype(kind):
            faults[column.name] = f"{_NOT_NUMBERS}: its type is {kind}"
            continue
        found.append(_finite(column.name, held.to_numpy(dtype=np.float64, na_value=np.nan), faults))
    return _stacked(found, faults, rows=len(frame))


def from_arrow(table: pa.Table, columns: Sequence[InputColumn]) -> FloatArray:
    """Take a model's inputs from an Arrow table; as :func:`from_pandas`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    faults = dict(_named_wrongly(table.column_names, columns))
    found = []
    for column in columns:
        if column.name in faults:
            continue
        kind = table.schema.field(column.name).type
        kinds = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean, pa.types.is_null)
        if not any(one(kind) for one in kinds):
            faults[column.name] = f"{_NOT_NUMBERS}: its type is {kind}"
            continue
        held = pc.cast(table.column(column.name), pa.float64(), safe=False)
        values = held.to_numpy() if held.null_count == 0 else pc.fill_null(held, float("nan")).to_numpy()
        found.append(_finite(column.name, values, faults))
    return _stacked(found, faults, rows=table.num_rows)


def from_mapping(features: Mapping[str, Any], columns: Sequence[InputColumn]) -> FloatArray:
    """Take one case's inputs: numbers, or None where something is not known. Shape (1, n_columns).

    Raises
    ------
    ScoringError
        As :func:`from_pandas`.
    """
    faults = dict(_named_wrongly([str(name) for name in features], columns))
    found = []
    for column in columns:
        if column.name in faults:
            continue
        value = features[column.name]
        if value is not None and not isinstance(value, Real):
            faults[column.name] = f"{_NOT_NUMBERS}: its type is {type(value).__name__}"
            continue
        found.append(_finite(column.name, np.array([np.nan if value is None else float(value)]), faults))
    return _stacked(found, faults, rows=1)


def flags(X: FloatArray, columns: Sequence[InputColumn]) -> list[tuple[str, ...]]:
    """Say of each row which inputs are not as usual: outside the range that was seen, or missing where none was.

    Nothing is refused or put right for it: whoever reads the score is told.
    """
    least = np.array([-np.inf if one.least is None else one.least for one in columns])
    most = np.array([np.inf if one.most is None else one.most for one in columns])
    never_missing = np.array([not one.may_be_missing for one in columns])
    missing = np.isnan(X) & never_missing
    outside = np.less(X, least) | np.greater(X, most)
    here = np.flatnonzero((missing | outside).any(axis=1))
    found: list[tuple[str, ...]] = [()] * len(X)
    if not len(here):
        return found
    marks = np.hstack([outside[here], missing[here]])
    patterns, which = np.unique(marks, axis=0, return_inverse=True)
    words = [f"{one.name} is outside its usual range" for one in columns]
    words += [f"{one.name} is missing, and never was before" for one in columns]
    said = [tuple(words[place] for place in np.flatnonzero(pattern)) for pattern in patterns]
    for row, pattern in zip(here.tolist(), which.ravel().tolist(), strict=True):
        found[row] = said[pattern]
    return found


def _named_wrongly(given: Sequence[str], columns: Sequence[InputColumn]) -> Iterator[tuple[str, str]]:
    wanted = {one.name for one in columns}
    held = set(given)
    for name in wanted - held:
        yield name, "is missing"
    for name in held - wanted:
        yield name[:_LONGEST_NAME], f"is not a column of the model{nearest(name, sorted(wanted - held))}"
    if len(held) < len(given):
        yield from ((name[:_LONGEST_NAME], _TWICE) for name in held if given.count(name) > 1)


def _finite(name: str, values: FloatArray, faults: dict[str, str]) -> FloatArray:
    if np.isinf(values).any():
        faults[name] = _INFINITE
    return values


def _stacked(found: Sequence[FloatArray], faults: Mapping[str, str], *, rows: int) -> FloatArray:
    if faults:
        said = [f"{name} {why}" for name, why in sorted(faults.items())]
        more = f"; and {len(said) - _MOST_FAULTS} more" if len(said) > _MOST_FAULTS else ""
        raise ScoringError(
            f"{len(said)} {'column' if len(said) == 1 else 'columns'} of the {rows:,} rows cannot be scored: "
            f"{'; '.join(said[:_MOST_FAULTS])}{more}",
            expected="every column of the model's input contract once and no other; numbers, missing where not known",
            next_step="Build the inputs with the definition that the model was trained with.",
            who="whoever calls the scoring service, and the data scientist who owns the use case",
        )
    return np.column_stack(found).astype(np.float64, copy=False)
