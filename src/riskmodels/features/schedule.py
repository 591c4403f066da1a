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
    outcome = case.outcome.extract
    name = lake.prepare(outcome)
    first = lake.query(f'SELECT MIN(_event) AS first_event FROM "{name}"').column("first_event")[0].as_py()
    widest = max((feature.window.days for feature in case.features if feature.window), default=28)
    cut = lake.cut(outcome)
    last = cut - datetime.timedelta(days=watching_days(case))
    earliest = first + datetime.timedelta(days=widest) if first is not None else cut
    dates = [
        day
        for day in monthly(f"{earliest:%Y-%m}", f"{max(earliest, last):%Y-%m}")
        if earliest <= datetime.datetime.combine(day, datetime.time()) <= last
    ]
    if not dates:
        raise BuildError(
            f"the lake holds too little history for {case.name}: rows of {outcome.__name__} begin "
            f"{'nowhere' if first is None else format(first, '%d %B %Y')}, and the lake is complete up to "
            f"{cut:%d %B %Y}",
            expected=f"at least {widest + watching_days(case)} days: {widest} to look back on and "
            f"{watching_days(case)} for the outcome",
            next_step="Load older rows, shorten the windows or the horizon, or give --from and --to yourself.",
            who="whoever runs the data lake",
        )
    return tuple(dates)
