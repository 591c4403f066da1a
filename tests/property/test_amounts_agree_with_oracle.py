"""Amounts within a horizon are those of a slow oracle: plain days counted off one by one over plain rows."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.errors import BuildError
from riskmodels.features import days, running, where
from riskmodels.lake import Extract
from tests.borough import CONTRACTS, READ, Exclusions, Homes, Links, Packages
from tests.lakes import Row, lay, moment, open_lake, pseudonym
from tests.property.definitions import case_of
from tests.property.oracle import Said, holds, visible
from tests.property.outcome_oracle import still_watched
from tests.property.random_lakes import days as any_day
from tests.property.random_lakes import histories, numbered, searching
from tests.property.random_lakes import moments as any_moment
from tests.property.snippets import either, missing, of
from tests.property.test_outcomes_agree_with_oracle import DATES, MANY, many_homes

DAY = datetime.timedelta(days=1)
VALUES: tuple[Said, ...] = (
    Said("weekly_gbp", of("weekly_gbp", value=Fraction)),
    Said("coalesce(weekly_gbp, 0) + 0.5", lambda row, as_of: Fraction(row["weekly_gbp"] or 0) + Fraction(1, 2)),
)
CONDITIONS: tuple[Said | None, ...] = (
    None,
    Said("kind = 'home'", of("kind", value=lambda kind: kind == "home")),
    Said("kind is null or weekly_gbp > 20", either(missing("kind"), of("weekly_gbp", value=lambda cost: cost > 20))),
)


@dataclass(frozen=True)
class AskedAmount:
    """An amount, as it was asked for."""

    value: Said
    condition: Said | None
    within: int
    censored_by: str | None
    competes_with: str | None


@dataclass
class Watched:
    """One row of the population: until when it was watched, and what ran."""

    entity: str
    as_of: datetime.date
    time: datetime.timedelta
    left: bool
    died: bool
    amount: Fraction
    days: int


@st.composite
def package(draw: st.DrawFn) -> Row:
    begins, ends = draw(st.one_of(st.none(), any_day)), draw(st.one_of(st.none(), any_moment))
    return {
        "tenancy_id": draw(st.sampled_from([*MANY, None])),
        "agreed_on": draw(any_day),
        "begins_on": begins,
        "ends_at": ends,
        "kind": draw(st.sampled_from([None, "home", "home", "care home"])),
        "weekly_gbp": draw(st.one_of(st.none(), st.decimals(0, 2000, places=2))),
        "hours": draw(st.sampled_from([None, 3.5])),
        "is_deleted": draw(st.sampled_from([False, False, False, True])),
        "loaded_at": draw(any_moment),
    }


@st.composite
def lakes(draw: st.DrawFn) -> dict[type[Extract], list[Row]]:
    rows: dict[type[Extract], list[Row]] = {extract: [] for extract in READ}
    rows[Homes] = draw(many_homes())
    rows[Packages] = draw(histories(Packages, numbered("package_id"), package()))
    return rows


asked_amounts = st.builds(
    AskedAmount,
    st.sampled_from(VALUES),
    st.sampled_from(CONDITIONS),
    st.sampled_from([3, 7, 14, 28, 28]),
    st.sampled_from(["ended_on", None]),
    st.sampled_from(["died_on", None]),
)


@searching(30)
@given(rows=lakes(), asked=asked_amounts, threads=st.sampled_from([1, 2]))
def test_amounts_are_what_the_rules_say(
    rows: Mapping[type[Extract], list[Row]], asked: AskedAmount, threads: int
) -> None:
    case = case_of(
        [],
        population=where(Homes, "true"),
        outcome=running(
            Packages,
            asked.value.sql,
            begins="begins_on",
            ends="ends_at",
            where=None if asked.condition is None else asked.condition.sql,
            within=days(asked.within),
            says="Cost",
            unit="GBP per week",
            censored_by=asked.censored_by,
            competes_with=asked.competes_with,
        ),
    )
    watched = [row for date in DATES for row in _watched(asked, rows, date)]
    with tempfile.TemporaryDirectory() as folder:
        lay(Path(folder), {extract: rows[extract] for extract in (*case.extracts(), Exclusions, Links)})
        with open_lake(Path(folder), CONTRACTS, cut=datetime.date(2024, 12, 31), threads=threads) as lake:
            if all(row.left for row in watched):
                with pytest.raises(BuildError):
                    case.build(lake, list(DATES), time_travel_sample=0)
                return
            table = case.build(lake, list(DATES), time_travel_sample=0)

    expected = _answers(asked, watched)
    found = table.spine.assign(outcome=table.outcome)
    cells = ["as_of", "entity", "competing"]
    assert [[moment(row[0]), pseudonym(row[1]), row[2]] for row in expected] == found[cells].values.tolist()
    assert [row[3] for row in expected] == found["outcome"].tolist()  # to the last bit
    assert [row[4] for row in expected] == pytest.approx(found["weight"].tolist(), rel=1e-12)
    positives = [sum(row[3] > 0 for row in expected if row[0] == date) for date in DATES]
    assert positives == [period.positives or 0 for period in table.report.periods]


def _watched(asked: AskedAmount, rows: Mapping[type[Extract], list[Row]], date: datetime.date) -> list[Watched]:
    """Say of each home that was known at a date until when it was watched, and what ran until then."""
    found = []
    known = {row["tenancy_id"] for row in visible(Homes, rows[Homes], moment(date))}
    for entity in sorted(known, key=pseudonym):
        today = [row for row in visible(Homes, rows[Homes], None) if row["tenancy_id"] == entity]
        leaves, dies = (_day(today, name) for name in (asked.censored_by, asked.competes_with))
        end = date + asked.within * DAY
        died = dies is not None and dies < end and (leaves is None or dies <= leaves)
        left = not died and leaves is not None and leaves < end
        stops = dies if died and dies is not None else end
        time = max(min(each for each in (leaves, dies, end) if each is not None) - date, 0 * DAY) if left else None
        amount = sum((_ran(asked, row, date, stops) for row in _packages(rows, entity)), Fraction(0))
        lived = max((stops - date).days, 0, min(7, asked.within))
        found.append(
            Watched(entity, date, max(stops - date, 0 * DAY) if time is None else time, left, died, amount, lived)
        )
    return found


def _day(home: Sequence[Row], name: str | None) -> datetime.date | None:
    day: datetime.date | None = home[-1][name] if name is not None and home else None
    return day


def _packages(rows: Mapping[type[Extract], list[Row]], entity: str) -> list[Row]:
    return [row for row in visible(Packages, rows[Packages], None) if row["tenancy_id"] == entity]


def _ran(asked: AskedAmount, row: Row, date: datetime.date, stops: datetime.date) -> Fraction:
    """Count a row's value once for each day that it runs and somebody watches."""
    begins, ends = row["begins_on"], None if row["ends_at"] is None else row["ends_at"].date()
    value = asked.value.read(row, moment(date))
    if begins is None or value is None or not (asked.condition is None or holds(asked.condition, row, moment(date))):
        return Fraction(0)
    total, day = Fraction(0), date
    while day < stops:
        if begins <= day and (ends is None or day < ends):
            total += value
        day += DAY
    return total


def _answers(asked: AskedAmount, watched: Sequence[Watched]) -> list[list[Any]]:
    times = [(row.time, row.left) for row in watched]
    answers = []
    for row in watched:
        if not row.left:
            chance = still_watched(times, before=row.time)
            weight = float(1 / chance) * row.days / asked.within
            answers.append([row.as_of, row.entity, row.died, float(row.amount) / row.days, weight])
    return answers
