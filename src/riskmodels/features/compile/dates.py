"""The as-of dates of a spine: their range, and a small table of which comes next after a day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

__all__ = ["DateRange", "dates_query", "next_date"]


@dataclass(frozen=True)
class DateRange:
    """The first and the last as-of date as SQL, and whether every as-of date is a midnight.

    They are written into the queries, where a planner needs them to know that it meets most rows and not a few. To show
    a query before there is a spine, they are placeholders.
    """

    first: str = "$first_date"
    last: str = "$last_date"
    at_midnight: bool = True

    @classmethod
    def between(
        cls, first: datetime.datetime | None, last: datetime.datetime | None, *, at_midnight: bool
    ) -> DateRange:
        """Take them from a spine; an empty one has neither."""
        return cls(_literal(first), _literal(last), at_midnight)


def _literal(moment: datetime.datetime | None) -> str:
    return "CAST(NULL AS TIMESTAMP)" if moment is None else f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S.%f}'"


def dates_query(spine: str) -> str:
    """Write the query for ``day, as_of``: each day from the first as-of date on, and the as-of date that is next.

    As-of dates are days (midnights), so that the next one is the same for every moment of a day.
    """
    days = "GENERATE_SERIES(d.before, d.as_of - INTERVAL '1' DAY, INTERVAL '1' DAY)"
    before = "LAG(s.as_of) OVER (ORDER BY s.as_of) AS before"
    return (
        f"SELECT\n  CAST(UNNEST({days}) AS DATE) AS day,\n  d.as_of\n"
        f"FROM (SELECT s.as_of, {before} FROM (SELECT DISTINCT as_of FROM {spine}) AS s) AS d\n"
        f"WHERE d.before IS NOT NULL"
    )


def next_date(found: str, dates: str, moment: str) -> str:
    """Write the join that looks up the as-of date next after a moment; nothing is found outside first and last."""
    return f"LEFT JOIN {dates} AS {found} ON {found}.day = CAST({moment} AS DATE)"
