"""Which as-of dates a lake can serve for a use case."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from riskmodels.errors import BuildError
from riskmodels.features.build import watching_days
from riskmodels.features.windows import monthly

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase
    from riskmodels.lake import Lake

__all__ = ["every_month"]


def every_month(case: UseCase, lake: Lake) -> tuple[datetime.date, ...]:
    """List the first day of every month with a full look back and a mature outcome.

    Raises
    ------
    BuildError
        If there is no such month.
    """
    first, window = _look_back(case, lake)
    cut = lake.cut(case.outcome.extract)
    last = cut - datetime.timedelta(days=watching_days(case))
    earliest = first + datetime.timedelta(days=window) if first is not None else cut
    dates = [
        day
        for day in monthly(f"{earliest:%Y-%m}", f"{max(earliest, last):%Y-%m}")
        if earliest <= datetime.datetime.combine(day, datetime.time()) <= last
    ]
    if not dates:
        raise BuildError(
            f"the lake holds too little history for {case.name}: what its windows look back on begins "
            f"{'nowhere' if first is None else format(first, '%d %B %Y')}, and the lake is complete up to "
            f"{cut:%d %B %Y}",
            expected=f"at least {window + watching_days(case)} days: {window} to look back on and "
            f"{watching_days(case)} for the outcome",
            next_step="Load older rows, shorten the windows or the horizon, or give --from and --to yourself.",
            who="whoever runs the data lake",
        )
    return tuple(dates)


def _look_back(case: UseCase, lake: Lake) -> tuple[datetime.datetime | None, int]:
    """Give what binds: when the rows of an extract begin, and the days of its widest window; None without outcomes.

    An extract whose first row comes after the outcome's is taken to begin with it: what is rare has few rows to go by.
    """
    widest = {case.outcome.extract: 28}
    for feature in case.features:
        if feature.extract is not None and feature.window is not None:
            widest[feature.extract] = max(widest.get(feature.extract, 0), feature.window.days)
    known = {
        extract: lake.query(f'SELECT MIN(_event) AS first_event FROM "{lake.prepare(extract)}"').column(0)[0].as_py()
        for extract in widest
    }
    begun = known[case.outcome.extract]
    if begun is None:
        return None, max(widest.values())
    ready = [(min(first or begun, begun), widest[extract]) for extract, first in known.items()]
    return max(ready, key=lambda one: one[0] + datetime.timedelta(days=one[1]))
