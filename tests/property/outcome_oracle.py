"""The rules of population, outcome, censoring and weights, read slowly: plain loops over plain rows."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from riskmodels.lake import Extract
from tests.lakes import Row, moment
from tests.property.oracle import Rows, Said, happened, holds, learned, visible

LEAVES_OUT = ("objection_article_21", "protected_address")


@dataclass(frozen=True)
class AskedCase:
    """A population and an outcome, as they were asked for."""

    homes: type[Extract]
    who: Said
    extract: type[Extract]
    condition: Said
    within: int
    times_running: int = 1
    settles_after: int | None = None
    censored_by: str | None = None
    competes_with: str | None = None
    treated_by: type[Extract] | None = None
    treated_where: Said | None = None
    looked: type[Extract] | None = None
    looked_where: Said | None = None
    at_random: Said | None = None
    exclusions: type[Extract] | None = None
    links: type[Extract] | None = None
    entity: str = "tenancy_id"


@dataclass
class Answer:
    """One row of the table: who, when, what happened, and how it is weighted."""

    entity: str
    as_of: datetime.date
    outcome: int
    competing: bool
    treated: bool
    time: datetime.timedelta
    weight: float = 1.0
    at_random: bool = False
    looked_on: datetime.date | None = None


@dataclass
class Period:
    """What became of the population at one date."""

    population: int = 0
    excluded: int = 0
    immature: int = 0
    censored: int = 0
    not_looked: int = 0
    unseen: list[Answer] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


def answer(
    asked: AskedCase, lake: Rows, dates: Sequence[datetime.date], cut: datetime.datetime
) -> dict[datetime.date, Period]:
    """Answer a whole build: for each date the counts, and the rows a model may learn from with their weights."""
    periods: dict[datetime.date, Period] = {}
    watched: list[tuple[datetime.timedelta, bool]] = []
    for date in dates:
        period = periods[date] = Period()
        for entity in population(asked, lake, moment(date)):
            period.population += 1
            if left_out(asked, lake, entity, date):
                period.excluded += 1
            elif moment(date) + _days(asked, settled=True) > cut:
                period.immature += 1
            else:
                found = _what_happened(asked, lake, entity, date)
                if isinstance(found, datetime.timedelta):
                    period.censored += 1
                    watched.append((found, True))
                else:
                    seen = asked.looked is None or found.looked_on is not None
                    (period.answers if seen else period.unseen).append(found)
                    period.not_looked += not seen
                    watched.append((found.time, False))
    for period in periods.values():
        for row in (*period.answers, *period.unseen):
            row.weight = float(1 / still_watched(watched, before=row.time))
    return periods


def population(asked: AskedCase, lake: Rows, as_of: datetime.datetime) -> list[str]:
    """List the entities whose newest visible row meets the condition."""
    newest: dict[str, Row] = {}
    for row in visible(asked.homes, lake[asked.homes], as_of):
        newest[row[asked.entity]] = row
    return sorted(entity for entity, row in newest.items() if holds(asked.who, row, as_of))


def left_out(asked: AskedCase, lake: Rows, entity: str, date: datetime.date) -> bool:
    """Tell whether the entity, or a person linked to it, is to be left out, as the lake knows it today."""
    if asked.exclusions is None or asked.links is None:
        return False
    people = {row["person_id"] for row in visible(asked.links, lake[asked.links], None) if row[asked.entity] == entity}
    for row in visible(asked.exclusions, lake[asked.exclusions], None):
        about = row[asked.entity] == entity or (row["person_id"] is not None and row["person_id"] in people)
        if about and row["kind"] in LEAVES_OUT and (row["ends_on"] is None or row["ends_on"] >= date):
            return True
    return False


def still_watched(watched: Sequence[tuple[datetime.timedelta, bool]], *, before: datetime.timedelta) -> Fraction:
    """Estimate (Kaplan and Meier 1958) the chance of not having left before a time.

    Where one person's outcome and another's leaving fall at the same time, the outcome is taken to come first.
    """
    chance = Fraction(1)
    for time in sorted({time for time, left in watched if left and time < before}):
        at_risk = sum(1 for other, left in watched if other > time or (other == time and left))
        leaving = sum(1 for other, left in watched if left and other == time)
        chance *= 1 - Fraction(leaving, at_risk)
    return chance


def _time(start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
    """Measure from as_of; who had left before, though it was learned later, left at once."""
    return max(end - start, datetime.timedelta())


def _days(asked: AskedCase, *, settled: bool) -> datetime.timedelta:
    sources = (asked.extract, *([asked.looked] if asked.looked is not None else []))
    assumed = max(extract.history().known_after_days or 0 for extract in sources)
    return datetime.timedelta(days=asked.within + ((asked.settles_after or 0) + assumed if settled else 0))


def _what_happened(asked: AskedCase, lake: Rows, entity: str, date: datetime.date) -> Answer | datetime.timedelta:
    """Answer one row, or how long the entity was watched before it left without the outcome."""
    as_of = moment(date)
    end = as_of + _days(asked, settled=False)
    home = [row for row in visible(asked.homes, lake[asked.homes], None) if row[asked.entity] == entity]
    leaves = _date(home, asked.censored_by)
    competes = _date(home, asked.competes_with)
    stops = min(each for each in (leaves, competes, end) if each is not None)
    rows = _inside(asked.extract, lake, asked.entity, entity, as_of, stops)
    happened_at = _run_completed(asked, rows, as_of)
    treated = asked.treated_by is not None and any(
        holds(asked.treated_where, row, as_of)
        for row in _inside(asked.treated_by, lake, asked.entity, entity, as_of, end)
    )
    look = _look(asked, lake, entity, as_of, stops, happened_at)
    if happened_at is not None:
        return Answer(entity, date, 1, False, treated, _time(as_of, happened_at), 1.0, *look)
    if leaves is not None and leaves < end and (competes is None or leaves < competes):
        return _time(as_of, leaves)
    if competes is not None and competes < end:
        return Answer(entity, date, 0, True, treated, _time(as_of, competes), 1.0, *look)
    return Answer(entity, date, 0, False, treated, end - as_of, 1.0, *look)


def _look(
    asked: AskedCase,
    lake: Rows,
    entity: str,
    as_of: datetime.datetime,
    stops: datetime.datetime,
    happened_at: datetime.datetime | None,
) -> tuple[bool, datetime.date | None]:
    """Tell whether a draw asked for a look, and the day of the look that settled the answer, if anybody looked."""
    if asked.looked is None:
        return False, None
    rows = _inside(asked.looked, lake, asked.entity, entity, as_of, stops)
    looks = [row for row in rows if holds(asked.looked_where, row, as_of)]
    drawn = [row for row in looks if asked.at_random is not None and holds(asked.at_random, row, as_of)]
    settled = [*drawn, *looks][:1]
    if happened_at is not None:
        found = [row for row in looks if happened(asked.looked, row) <= happened_at]
        settled = found[-1:] or settled
    return bool(drawn), happened(asked.looked, settled[0]).date() if settled else None


def _date(home: Sequence[Row], name: str | None) -> datetime.datetime | None:
    if name is None or not home or home[-1][name] is None:
        return None
    return moment(home[-1][name])


def _inside(
    extract: type[Extract], lake: Rows, key: str, entity: str, start: datetime.datetime, end: datetime.datetime
) -> list[Row]:
    today = [row for row in visible(extract, lake[extract], None) if row[key] == entity]
    return [row for row in today if start <= happened(extract, row) < end]


def _run_completed(asked: AskedCase, rows: Sequence[Row], as_of: datetime.datetime) -> datetime.datetime | None:
    running = 0
    for row in rows:
        running = running + 1 if holds(asked.condition, row, as_of) else 0
        if running == asked.times_running:
            return happened(asked.extract, row)
    return None


def newest_known(extract: type[Extract], lake: Rows) -> datetime.datetime:
    """Tell the lake's cut where none is declared: the newest moment at which anything became known."""
    return max(learned(extract, row) for row in lake[extract])
