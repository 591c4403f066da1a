"""Which as-of dates a lake can serve for a use case."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from riskmodels.errors import BuildError
from riskmodels.features.build import watching_days
from riskmodels.features.windows import monthly

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase
    from riskmodels.lake import Extract, Lake

__all__ = ["every_month"]

_LEAST_DAYS = 28  # without a window, a month of rows is little enough to know anything by


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
    """Give what binds: the day that something begins, and the days to wait from it; None without outcomes.

    Each extract's widest window begins with its first event. An extract whose first event comes after the outcome's is
    taken to begin with it: what is rare has few rows to go by. And nothing was known before the first rows came in.
    """
    outcome = case.outcome.extract
    widest = {outcome: _LEAST_DAYS}
    for feature in case.features:
        if feature.extract is not None and feature.window is not None:
            widest[feature.extract] = max(widest.get(feature.extract, 0), feature.window.days)
    firsts = {extract: _first(lake, extract, "_event") for extract in widest}
    begun, known = firsts[outcome], _first(lake, outcome, "_visible_from")
    if begun is None or known is None:
        return None, max(widest.values())
    ready = [(min(first or begun, begun), widest[extract]) for extract, first in firsts.items()]
    return max([*ready, (known, _LEAST_DAYS)], key=lambda one: one[0] + datetime.timedelta(days=one[1]))


def _first(lake: Lake, extract: type[Extract], clock: str) -> datetime.datetime | None:
    found = lake.query(f'SELECT MIN({clock}) AS first_moment FROM "{lake.prepare(extract)}"')
    moment: datetime.datetime | None = found.column("first_moment")[0].as_py()
    return moment
