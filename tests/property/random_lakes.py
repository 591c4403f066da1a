"""Random lakes and features: rows that come late, are corrected, withdrawn, repeated, empty, simultaneous or future."""

from __future__ import annotations

import datetime
import os
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from riskmodels.lake import Extract
from tests.borough import READ, Accounts, Balances, Homes, Payments, Places, Registers, Visits
from tests.lakes import Row, moment
from tests.property.oracle import Asked, Said
from tests.property.snippets import CONDITIONS, DISTINCT, NEARBY, VALUES

FIRST = datetime.date(2024, 1, 1)
AS_OF = (
    datetime.date(2024, 1, 9),
    datetime.date(2024, 1, 21),
    datetime.date(2024, 2, 4),
    datetime.date(2024, 2, 5),
    datetime.date(2024, 2, 26),
)
HOMES = ("t1", "t2", "t3")
ANYONE = (*HOMES, "t4", "nobody")
AREAS = ("north park", "south park")
OVER = (None, None, 1, 7, 14, 28)


def searching(examples: int) -> settings:
    """Give the settings of a search: the same examples every time, or more and new ones with RISKMODELS_EXPLORE=20."""
    times = int(os.environ.get("RISKMODELS_EXPLORE", "0"))
    return settings(
        max_examples=examples * max(times, 1),
        deadline=None,
        derandomize=not times,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def near(date: datetime.date) -> list[datetime.date]:
    """List a date and the ends of the windows that look back from it, with the days beside them."""
    offsets = {-days - shift for days in (0, 1, 7, 14, 28) for shift in (-1, 0, 1)}
    return [date + datetime.timedelta(days=offset) for offset in sorted(offsets)]


EDGES = sorted({day for date in AS_OF for day in near(date) if day >= FIRST})
days = st.one_of(st.sampled_from(EDGES), st.integers(0, 60).map(lambda offset: FIRST + datetime.timedelta(days=offset)))
times = st.sampled_from([datetime.time(), datetime.time(), datetime.time(9, 30), datetime.time(23, 59, 59, 999999)])
moments = st.builds(datetime.datetime.combine, days, times)
money = st.one_of(
    st.none(),
    st.integers(-3, 6).map(lambda n: Decimal(n * 10)),
    st.integers(-9999, 9999).map(lambda n: Decimal(n) / 100),
)
fractions = st.one_of(
    st.none(), st.integers(-(10**6), 10**6).map(lambda n: n / 3000), st.sampled_from([0.1, 0.2, 1e-9, 123456.789])
)
few = st.one_of(st.none(), st.integers(-1, 3))
flags = st.one_of(st.none(), st.booleans())
ended = st.one_of(st.none(), st.integers(0, 50))


@st.composite
def _known(draw: st.DrawFn, event: datetime.datetime) -> datetime.datetime:
    """Draw when a row became known: at once, days later, or (something planned) before it happens."""
    delay = draw(st.sampled_from([0, 0, 1, 2, 7, 15, 30, -5]))
    return event + datetime.timedelta(days=delay, hours=draw(st.sampled_from([0, 0, 3])))


@st.composite
def payment(draw: st.DrawFn) -> Row:
    paid_at = draw(moments)
    return {
        "tenancy_id": draw(st.sampled_from([*HOMES, *HOMES, "t4", None])),
        "paid_at": paid_at,
        "kind": draw(st.sampled_from([None, "card", "card", "cash", "refund"])),
        "amount_gbp": draw(money),
        "score": draw(fractions),
        "items": draw(few),
        "on_time": draw(flags),
        "due_on": draw(st.one_of(st.none(), days)),
        "is_deleted": draw(st.sampled_from([False, False, False, False, True])),
        "loaded_at": draw(_known(paid_at)),
    }


@st.composite
def balance(draw: st.DrawFn) -> Row:
    week = draw(days)
    cells = {
        "week_ending": week,
        "balance_gbp": draw(money),
        "rent_gbp": draw(st.sampled_from([None, Decimal(0), Decimal(15)])),
    }
    return {"tenancy_id": draw(st.sampled_from(HOMES)), **cells, "loaded_at": draw(_known(moment(week)))}


@st.composite
def visit(draw: st.DrawFn) -> Row:
    return {"tenancy_id": draw(st.sampled_from(HOMES)), "visited_on": draw(days), "reached": draw(st.booleans())}


@st.composite
def entry(draw: st.DrawFn) -> Row:
    entered = draw(days)
    copied = entered + datetime.timedelta(days=draw(st.sampled_from([0, 1, 7, 20])))
    return {"tenancy_id": draw(st.sampled_from(HOMES)), "entered_on": entered, "points": draw(few), "copied_on": copied}


@st.composite
def account(draw: st.DrawFn) -> Row:
    cells = {"opened_on": draw(days), "branch": draw(st.sampled_from(["north", "south"])), "status": "open"}
    return {"tenancy_id": draw(st.sampled_from(HOMES)), **cells}


@st.composite
def place(draw: st.DrawFn) -> Row:
    return {"decile": draw(st.integers(1, 10)), "published_on": draw(days)}


@st.composite
def home(draw: st.DrawFn) -> Row:
    started = draw(st.one_of(st.just(FIRST), days))
    lasts, lives = draw(ended), draw(ended)
    return {
        "area": draw(st.sampled_from([*AREAS, None])),
        "tenure": draw(st.sampled_from(["secure", "flexible"])),
        "rent_gbp": Decimal(draw(st.integers(0, 3))) * 50,
        "started_on": started,
        "ended_on": None if lasts is None else started + datetime.timedelta(days=lasts),
        "died_on": None if lives is None else started + datetime.timedelta(days=lives),
        "is_deleted": draw(st.sampled_from([False, False, False, False, True])),
        "recorded_at": draw(_known(moment(started))),
    }


@st.composite
def histories(
    draw: st.DrawFn, extract: type[Extract], keys: st.SearchStrategy[Row], row: st.SearchStrategy[Row]
) -> list[Row]:
    """Draw rows with up to three versions each (no two known at one moment), some of them delivered twice."""
    written: list[Row] = []
    for key in draw(st.lists(keys, max_size=8, unique_by=lambda key: tuple(key.values()))):
        known: set[Any] = set()
        for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
            version = {**draw(row), **key}
            history = extract.history()
            when = version[history.known_time] if history.known_time else version[history.event_time]
            if when not in known:
                known.add(when)
                written.extend([version] * draw(st.sampled_from([1, 1, 1, 2])))
    return draw(st.permutations(written))


def numbered(name: str) -> st.SearchStrategy[Row]:
    """Draw keys such as p1, p2."""
    return st.integers(1, 12).map(lambda number: {name: f"{name[0]}{number}"})


@st.composite
def lakes(draw: st.DrawFn) -> dict[type[Extract], list[Row]]:
    """Draw a lake: every extract of the small borough, some of them empty."""
    rows: dict[type[Extract], list[Row]] = {extract: [] for extract in READ}
    rows[Homes] = draw(histories(Homes, st.sampled_from(HOMES).map(lambda name: {"tenancy_id": name}), home()))
    rows[Payments] = draw(histories(Payments, numbered("payment_id"), payment()))
    weekly = st.builds(lambda name, week: {"tenancy_id": name, "week_ending": week}, st.sampled_from(HOMES), days)
    rows[Balances] = draw(histories(Balances, weekly, balance()))
    rows[Visits] = draw(histories(Visits, numbered("visit_id"), visit()))
    rows[Registers] = draw(histories(Registers, numbered("entry_id"), entry()))
    once = st.lists(
        st.tuples(numbered("account_id"), account()), max_size=4, unique_by=lambda pair: pair[0]["account_id"]
    )
    rows[Accounts] = [{**key, **row} for key, row in draw(once)]
    editions = st.builds(
        lambda area, edition: {"area": area, "edition": edition},
        st.sampled_from(AREAS),
        st.sampled_from(["2019", "2025"]),
    )
    rows[Places] = draw(histories(Places, editions, place()))
    return rows


@st.composite
def features(draw: st.DrawFn) -> list[Asked]:
    """Draw features over every builder, extract, condition and window."""
    return [draw(_feature(f"f{number}")) for number in range(draw(st.integers(1, 8)))]


@st.composite
def neighbourhoods(draw: st.DrawFn) -> dict[type[Extract], list[Row]]:
    """Draw a lake where most people have neighbours, some of whom have no rows."""
    rows = draw(lakes())
    steady = {"started_on": FIRST, "ended_on": None, "died_on": None, "is_deleted": False, "recorded_at": moment(FIRST)}
    areas = st.sampled_from([AREAS[0], AREAS[0], AREAS[0], AREAS[1]])
    rows[Homes] = [{**draw(home()), **steady, "tenancy_id": name, "area": draw(areas)} for name in (*HOMES, "t4")]
    return rows


def about_neighbours() -> st.SearchStrategy[list[Asked]]:
    """Draw features about neighbours only."""
    windows = st.sampled_from(OVER)
    numbers = st.integers(2, 8)
    return numbers.flatmap(
        lambda n: st.tuples(*(windows.flatmap(lambda over, k=k: _about_neighbours(f"f{k}", over)) for k in range(n)))
    ).map(list)


@st.composite
def _feature(draw: st.DrawFn, name: str) -> Asked:
    builder = draw(st.sampled_from([
        "latest", "total", "count", "mean", "lowest", "highest", "spread", "days_since", "ever", "distinct", "share",
        "trend", "nearby",
    ]))  # fmt: skip
    over = draw(st.sampled_from(OVER))
    if builder == "nearby":
        return draw(_about_neighbours(name, over))
    extract = draw(
        st.sampled_from([Payments, Payments, Payments, Balances, Visits, Registers, Places, Homes, Accounts])
    )
    if builder == "distinct":
        value = draw(st.sampled_from(DISTINCT.get(extract, CONDITIONS[extract])))
    elif builder in ("count", "ever", "share", "days_since"):
        value = None
    elif extract in VALUES:
        value = draw(st.sampled_from(VALUES[extract]))
    else:
        builder, value = "count", None
    condition = st.sampled_from(CONDITIONS[extract])
    where = draw(condition) if builder in ("ever", "share") else draw(st.one_of(st.none(), condition))
    of = draw(st.one_of(st.none(), condition)) if builder == "share" else None
    return Asked(builder, name, extract, value, where, of, over)


@st.composite
def _about_neighbours(draw: st.DrawFn, name: str, over: int | None) -> Asked:
    how = draw(st.sampled_from(["count", "total", "mean", "total", "mean", "share"]))
    extract = draw(st.sampled_from([Payments, Payments, Payments, Balances, Visits]))
    value: Said | None = (
        draw(st.sampled_from(NEARBY.get(extract, VALUES[extract]))) if how in ("total", "mean") else None
    )
    condition = st.sampled_from(CONDITIONS[extract])
    where = draw(condition) if how == "share" else draw(st.one_of(st.none(), condition))
    return Asked("nearby", name, extract, value, where, None, over, how)
