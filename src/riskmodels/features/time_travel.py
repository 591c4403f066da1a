"""The proof that features do not see the future: rebuild them without it, and with a scrambled one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from riskmodels.errors import BuildError
from riskmodels.lake import Lake
from riskmodels.records import TimeTravelCheck

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = ["check_time_travel"]

_SEED = 20_260_101


def check_time_travel(case: UseCase, lake: Lake, values: pd.DataFrame, *, sample: int) -> TimeTravelCheck:
    """Rebuild a sample of rows at the first and the last as-of date; any difference stops the build.

    Parameters
    ----------
    values : DataFrame
        Features as built: entity, as_of and one column for each feature.
    sample : int
        Rows to rebuild, shared between the two dates.

    Raises
    ------
    BuildError
        If a feature differs, which means that it read what was not yet known.
    """
    from riskmodels.features.build import build_features

    dates = sorted(set(values["as_of"].iloc[[0, -1]]))
    differ: set[str] = set()
    checked = 0
    for date in dates:
        rows = _sample(values[values["as_of"] == date], sample // len(dates) or 1)
        spine = pa.Table.from_pandas(rows[["entity", "as_of"]], preserve_index=False)
        checked += len(rows)
        moment = pd.Timestamp(date).to_pydatetime()
        for other in (lake.as_known_at(moment), lake.with_future_perturbed(moment, seed=_SEED)):
            with other:
                differ.update(_differences(rows, build_features(case, other, spine)))
    found = TimeTravelCheck(checked, tuple(pd.Timestamp(date).date() for date in dates), tuple(sorted(differ)))
    if not found.passed:
        raise BuildError(
            f"features of {case.name} changed when the future was taken away or scrambled: "
            f"{', '.join(found.features_that_differ)}",
            expected="the same features bit for bit, because nothing after the as-of date may be read",
            next_step="Report this as a fault; do not train on the table.",
            who="the maintainers of riskmodels",
        )
    return found


def _sample(rows: pd.DataFrame, size: int) -> pd.DataFrame:
    picked = np.random.default_rng(_SEED).choice(len(rows), size=min(size, len(rows)), replace=False)
    return rows.iloc[np.sort(picked)].reset_index(drop=True)


def _differences(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    differ = []
    for name in before.columns:
        one, other = before[name], after[name]
        if isinstance(one.dtype, np.dtype) and one.dtype.kind == "f":
            same = np.array_equal(one.to_numpy().view(np.uint64), other.to_numpy().view(np.uint64))
        else:
            same = one.equals(other)
        if not same:
            differ.append(str(name))
    return differ
