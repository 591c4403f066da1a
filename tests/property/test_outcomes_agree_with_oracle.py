"""Populations, exclusions, outcomes, censoring and weights are those of the slow oracle."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.errors import BuildError
from riskmodels.features import UseCase, days, ever, where
from riskmodels.lake import Extract, Lake
from riskmodels.records import PeriodCount, TrainingTable
from tests.borough import CONTRACTS, READ, Balances, Exclusions, Homes, Links, Payments, Visits
from tests.lakes import Row, lay, moment, open_lake, pseudonym
from tests.property.definitions import case_of
from tests.property.oracle import Said
from tests.property.outcome_oracle import AskedCase, Period, answer, newest_known
from tests.property.random_lakes import AREAS, histories, numbered, payment, searching, times
from tests.property.random_lakes import days as any_day
from tests.property.random_lakes import moments as any_moment
from tests.property.snippets import CONDITIONS, either, missing, of

DATES = (datetime.date(2024, 1, 12), datetime.date(2024, 1, 21))
CUTS = (datetime.date(2024, 1, 26), datetime.date(2024, 2, 9), datetime.date(2024, 2, 18), datetime.date(2024, 12, 31))
MANY = tuple(f"t{number}" for number in range(1, 9))
watched_days = st.one_of(
    st.sampled_from(DATES), st.integers(0, 35).map(lambda number: DATES[0] + datetime.timedelta(days=number))
)
PEOPLE = ("ann", "ben")
CURRENT = Said(
    "ended_on is null or ended_on >= as_of",
    either(missing("ended_on"), of("ended_on", "as_of", value=lambda ended, as_of: ended >= as_of)),
)
OWES = Said("balance_gbp > 20", of("balance_gbp", value=lambda balance: balance > 20))


@st.composite
def asked_cases(draw: st.DrawFn) -> AskedCase:
    extract, condition = draw(
        st.sampled_from(
            [(Balances, OWES), (Balances, OWES), (Payments, CONDITIONS[Payments][0]), (Visits, CONDITIONS[Visits][0])]
        )
    )
    treated_by, treated_where = draw(
        st.sampled_from(
            [(None, None), (Visits, None), (Visits, CONDITIONS[Visits][0]), (Payments, CONDITIONS[Payments][5])]
        )
    )
    looked, looked_where, at_random = draw(
        st.sampled_from(
            [
                (None, None, None),
                (None, None, None),
                (Visits, CONDITIONS[Visits][0], None),
                (Payments, CONDITIONS[Payments][5], CONDITIONS[Payments][0]),
                (extract, None, condition),
            ]
        )
    )
    return AskedCase(
        homes=Homes,
        who=draw(st.sampled_from([CURRENT, Said("true", lambda row, as_of: True)])),
        extract=extract,
        condition=condition,
        within=draw(st.sampled_from([1, 7, 14, 28, 28])),
        times_running=draw(st.sampled_from([1, 1, 2, 3])),
        settles_after=draw(st.sampled_from([None, None, 1, 7])),
        censored_by=draw(st.sampled_from(["ended_on", "ended_on", None])),
        competes_with=draw(st.sampled_from([None, "died_on"])),
        treated_by=treated_by,
        treated_where=treated_where,
        looked=looked,
        looked_where=looked_where,
        at_random=at_random,
        exclusions=Exclusions,
        links=Links,
    )


def defined(asked: AskedCase) -> UseCase:
    """Say the asked case in the definition language."""
    treated: Any = asked.treated_by
    if asked.treated_by is not None and asked.treated_where is not None:
        treated = where(asked.treated_by, asked.treated_where.sql)
    looked: Any = asked.looked
    if asked.looked is not None and asked.looked_where is not None:
        looked = where(asked.looked, asked.looked_where.sql)
    return case_of(
        [],
        population=where(Homes, asked.who.sql),
        outcome=ever(
            asked.extract,
            asked.condition.sql,
            within=days(asked.within),
            says="It happens",
            times_running=asked.times_running,
            settles_after=None if asked.settles_after is None else days(asked.settles_after),
            censored_by=asked.censored_by,
            competes_with=asked.competes_with,
            treated_by=treated,
            looked=looked,
            at_random=None if asked.at_random is None else asked.at_random.sql,
        ),
    )


@st.composite
def many_homes(draw: st.DrawFn) -> list[Row]:
    """Draw more homes than other lakes have, most of them lasting, so that there is somebody to learn from."""
    start = datetime.date(2024, 1, 1)
    rows: list[Row] = []
    for name in draw(st.lists(st.sampled_from(MANY), min_size=6, unique=True)):
        for version in range(draw(st.sampled_from([1, 1, 1, 2]))):
            lasts, lives = (draw(st.sampled_from([None, None, 5, 11, 15, 20, 24, 30, 39, 48])) for _ in range(2))
            rows.append(
                {
                    "tenancy_id": name,
                    "area": AREAS[0],
                    "tenure": "secure",
                    "rent_gbp": Decimal(100),
                    "started_on": start,
                    "ended_on": None if lasts is None else start + datetime.timedelta(days=lasts),
                    "died_on": None if lives is None else start + datetime.timedelta(days=lives),
                    "is_deleted": False if version == 0 else draw(st.sampled_from([False, False, True])),
                    "recorded_at": moment(
                        start + datetime.timedelta(days=draw(st.sampled_from([0, 15, 40])) * version)
                    ),
                }
            )
    return list({(row["tenancy_id"], row["recorded_at"]): row for row in rows}.values())


@st.composite
def exclusion(draw: st.DrawFn) -> Row:
    return {
        "person_id": draw(st.sampled_from([None, *PEOPLE])),
        "tenancy_id": draw(st.sampled_from([None, *MANY])),
        "kind": draw(st.sampled_from(["objection_article_21", "protected_address", "equality_data_notice"])),
        "starts_on": datetime.date(2024, 1, 1),
        "ends_on": draw(st.sampled_from([None, *DATES, datetime.date(2024, 1, 15)])),
        "is_deleted": draw(st.sampled_from([False, False, True])),
        "recorded_at": draw(any_moment),
    }


@st.composite
def link(draw: st.DrawFn) -> Row:
    return {
        "person_id": draw(st.sampled_from(PEOPLE)),
        "tenancy_id": draw(st.sampled_from(MANY)),
        "standing": "lead",
        "confidence": 1.0,
        "linked_on": draw(any_day),
        "recorded_at": draw(any_moment),
    }


@st.composite
def balance(draw: st.DrawFn) -> Row:
    """Draw a week's balance, one in two of them high."""
    return {
        "tenancy_id": draw(st.sampled_from(MANY[:4])),
        "week_ending": draw(watched_days),
        "balance_gbp": draw(st.sampled_from([None, Decimal(10), Decimal(50), Decimal(50)])),
        "rent_gbp": None,
        "loaded_at": draw(any_moment),
    }


@st.composite
def visit(draw: st.DrawFn) -> Row:
    return {"tenancy_id": draw(st.sampled_from(MANY)), "visited_on": draw(watched_days), "reached": draw(st.booleans())}


@st.composite
def payment_of_the_many(draw: st.DrawFn) -> Row:
    paid_at = draw(st.builds(datetime.datetime.combine, watched_days, times))
    return {**draw(payment()), "tenancy_id": draw(st.sampled_from(MANY[:4])), "paid_at": paid_at}


@st.composite
def watched_lakes(draw: st.DrawFn) -> dict[type[Extract], list[Row]]:
    rows: dict[type[Extract], list[Row]] = {extract: [] for extract in READ}
    rows[Homes] = draw(many_homes())
    rows[Balances] = draw(
        st.lists(balance(), min_size=4, max_size=14, unique_by=lambda row: (row["tenancy_id"], row["week_ending"]))
    )
    rows[Visits] = draw(histories(Visits, numbered("visit_id"), visit()))
    rows[Payments] = draw(histories(Payments, numbered("payment_id"), payment_of_the_many()))
    keys = st.integers(1, 3)
    rows[Exclusions] = draw(histories(Exclusions, keys.map(lambda number: {"exclusion_id": f"x{number}"}), exclusion()))
    rows[Links] = draw(histories(Links, keys.map(lambda number: {"link_id": f"k{number}"}), link()))
    return rows


@searching(90)
@given(
    rows=watched_lakes(),
    asked=asked_cases(),
    cut=st.sampled_from([None, *CUTS]),
)
def test_a_whole_build_is_what_the_rules_say(
    rows: Mapping[type[Extract], list[Row]], asked: AskedCase, cut: datetime.date | None
) -> None:
    sources = (asked.extract, *([asked.looked] if asked.looked is not None else []))
    if cut is None and not all(rows[extract] for extract in sources):
        cut = CUTS[-1]
    known_until = min(newest_known(extract, rows) for extract in sources) if cut is None else moment(cut)
    expected = answer(asked, rows, DATES, known_until)
    with tempfile.TemporaryDirectory() as folder:
        lay(Path(folder), {extract: rows[extract] for extract in (*defined(asked).extracts(), Exclusions, Links)})
        with open_lake(Path(folder), CONTRACTS, cut=cut) as lake:
            if not any(period.answers for period in expected.values()):
                with pytest.raises(BuildError):
                    _build(asked, lake)
                return
            table = _build(asked, lake)

    assert [_counted(expected[date], date) for date in DATES] == [_reported(each) for each in table.report.periods]
    assert _answers(expected) == pytest.approx(_rows(table), rel=1e-12)
    if asked.looked is not None:
        assert _looks(expected) == _selected(table)
        assert _unseen(expected) == pytest.approx(_others(table), rel=1e-12)


def _build(asked: AskedCase, lake: Lake) -> TrainingTable:
    return defined(asked).build(lake, list(DATES), time_travel_sample=0)


def _counted(period: Period, date: datetime.date) -> dict[str, Any]:
    return {
        "as_of": date,
        "population": period.population,
        "excluded": period.excluded,
        "immature": period.immature,
        "censored": period.censored,
        "not_looked": period.not_looked,
        "competing": sum(row.competing for row in period.answers),
        "treated": sum(row.treated for row in period.answers),
        "rows": len(period.answers),
        "positives": sum(row.outcome for row in period.answers),
    }


def _reported(period: PeriodCount) -> dict[str, Any]:
    return {
        name: getattr(period, name) or 0 if name != "as_of" else period.as_of
        for name in _counted(Period(), period.as_of)
    }


def _looks(periods: Mapping[datetime.date, Period]) -> list[tuple[bool, datetime.date | None]]:
    rows = [row for period in periods.values() for row in period.answers]
    rows.sort(key=lambda row: (row.as_of, pseudonym(row.entity)))
    return [(row.at_random, row.looked_on) for row in rows]


def _selected(table: TrainingTable) -> list[tuple[bool, datetime.date]]:
    assert table.selection is not None
    return list(zip(table.selection.at_random.tolist(), table.selection.looked_on.tolist(), strict=True))


def _unseen(periods: Mapping[datetime.date, Period]) -> list[float]:
    rows = [row for period in periods.values() for row in period.unseen]
    rows.sort(key=lambda row: (row.as_of, pseudonym(row.entity)))
    return [cell for row in rows for cell in (moment(row.as_of).timestamp(), float(pseudonym(row.entity)), row.weight)]


def _others(table: TrainingTable) -> list[float]:
    assert table.selection is not None
    return [
        cell
        for row in table.selection.others_spine.itertuples(index=False)
        for cell in (row.as_of.to_pydatetime().timestamp(), float(row.entity), row.stands_for)
    ]


def _answers(periods: Mapping[datetime.date, Period]) -> list[float]:
    rows = [row for period in periods.values() for row in period.answers]
    rows.sort(key=lambda row: (row.as_of, pseudonym(row.entity)))
    return [
        cell
        for row in rows
        for cell in (
            moment(row.as_of).timestamp(),
            float(pseudonym(row.entity)),
            row.outcome,
            row.competing,
            row.treated,
            row.weight,
        )
    ]


def _rows(table: TrainingTable) -> list[float]:
    spine = table.spine.assign(outcome=table.outcome)
    return [
        cell
        for row in spine.itertuples(index=False)
        for cell in (
            row.as_of.to_pydatetime().timestamp(),
            float(row.entity),
            row.outcome,
            row.competing,
            row.treated,
            row.weight,
        )
    ]
