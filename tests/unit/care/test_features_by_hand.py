"""What the care features say of people, against a plain reading of the rows that were sent."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from riskmodels.definitions import Definitions
from riskmodels.features.build import build_features
from riskmodels.lake import Lake
from riskmodels.lake.demo import DemoLake
from tests.lakes import Row, pseudonym

DATES = [datetime.date(2024, 11, 1), datetime.date(2025, 1, 14), datetime.date(2025, 4, 20)]
PER_WEEK = {"Weekly": 1, "Fortnightly": 1 / 2, "4-weekly": 1 / 4, "Four-weekly": 1 / 4, "Monthly": 12 / 52,
            "Quarterly": 4 / 52, "Annually": 1 / 52, "One-off": 0}  # fmt: skip


def sent(made: DemoLake, folder: str) -> list[Row]:
    files = sorted((made.path / folder).rglob("*.parquet"))
    return [row for file in files for row in pq.read_table(file, partitioning=None).to_pylist()]


def is_sound(row: Row) -> bool:
    """Say whether a row of the return keeps its contract, by the faults that the demo plants."""
    end, units = row["Event_End_Date"], row["Planned_Units_Per_Week"]
    return (
        row["LA_Person_Unique_Identifier"] is not None
        and row["Event_Type"] in ("Request", "Assessment", "Service", "Review")
        and (end is None or end >= row["Event_Start_Date"])
        and (row["Unit_Cost"] is None or row["Cost_Frequency_Unit_Type"] is not None)
        and (units is None or (units >= 0 and row["Service_Component"] is not None))
    )


def newest(rows: list[Row], key: str, as_of: datetime.date, start: str) -> list[Row]:
    """Keep the newest version of each row that the lake knew, where it is not withdrawn and has begun."""
    versions: dict[Any, Row] = {}
    for row in sorted((row for row in rows if row["Submission_Cut"] < as_of), key=lambda row: row["Submission_Cut"]):
        if row[start] < as_of:
            versions[row[key]] = row
    return [row for row in versions.values() if not row.get("Is_Withdrawn")]


@dataclass(frozen=True)
class Known:
    """What is known of one person on one day."""

    as_of: datetime.date
    events: list[Row]
    carers: list[Row]

    def support(self, days_ago: int = 0) -> Iterator[Row]:
        then = self.as_of - datetime.timedelta(days=days_ago)
        for row in self.events:
            if (
                row["Event_Type"] == "Service"
                and row["Client_Type"] == "Service User"
                and (row["Service_Type"] or "").startswith("Long Term")
                and row["Event_Start_Date"] < then
                and (row["Event_End_Date"] is None or row["Event_End_Date"] >= then)
            ):
                yield row

    def within(self, weeks: int, condition: Callable[[Row], bool]) -> int:
        first = self.as_of - datetime.timedelta(weeks=weeks)
        return sum(1 for row in self.events if row["Event_Start_Date"] >= first and condition(row))


def weekly(row: Row) -> float:
    paid, cost = row["Cost_Frequency_Unit_Type"], abs(float(row["Unit_Cost"] or 0))
    if paid in PER_WEEK:
        return cost * PER_WEEK[paid]
    return cost * (row["Planned_Units_Per_Week"] or 0)


def hours(rows: Iterator[Row]) -> float:
    return sum(row["Planned_Units_Per_Week"] or 0 for row in rows if row["Cost_Frequency_Unit_Type"] == "Hourly")


def weeks_since_review(known: Known) -> float | None:
    days = [row["Event_Start_Date"] for row in known.events if row["Event_Type"] == "Review"]
    return (known.as_of - max(days)).days / 7 if days else None


READINGS: dict[str, Callable[[Known], float | None]] = {
    "weekly_cost": lambda known: sum(weekly(row) for row in known.support()),
    "weekly_cost_13w_ago": lambda known: sum(weekly(row) for row in known.support(91)),
    "weekly_cost_52w_ago": lambda known: sum(weekly(row) for row in known.support(364)),
    "weekly_hours": lambda known: hours(known.support()),
    "hours_change_13w": lambda known: hours(known.support()) - hours(known.support(91)),
    "services_running": lambda known: sum(
        1 for row in known.support() if row["Cost_Frequency_Unit_Type"] not in (None, "One-off")
    ),
    "kinds_of_support": lambda known: len({row["Service_Component"] for row in known.support()}),
    "requests_52w": lambda known: known.within(52, lambda row: row["Event_Type"] == "Request"),
    "hospital_52w": lambda known: known.within(
        52,
        lambda row: row["Request_Route_of_Access"] in ("Discharge from Hospital", "Diversion from Hospital Services"),
    ),
    "assessments_52w": lambda known: known.within(52, lambda row: row["Event_Type"] == "Assessment"),
    "unplanned_reviews_52w": lambda known: known.within(
        52, lambda row: (row["Review_Reason"] or "").startswith("Unplanned")
    ),
    "weeks_since_last_review": weeks_since_review,
    "caring_hours": lambda known: sum(
        row["Total_Hrs_Caring_Per_Week"]
        for row in known.carers
        if row["Caring_End_Date"] is None or row["Caring_End_Date"] >= known.as_of
    ),
}


@dataclass(frozen=True)
class Read:
    """The rows as they were sent, by person."""

    events: dict[str, list[Row]]
    carers: dict[str, list[Row]]

    def known(self, person: str, as_of: datetime.date) -> Known:
        return Known(
            as_of,
            newest(self.events[person], "Event_Reference", as_of, "Event_Start_Date"),
            newest(self.carers.get(person, []), "Carer_Link_Reference", as_of, "Caring_Start_Date"),
        )


@pytest.fixture(scope="module")
def read(made: DemoLake) -> Read:
    events: dict[str, list[Row]] = {}
    for row in sent(made, "client_level_data"):
        if is_sound(row):
            events.setdefault(row["LA_Person_Unique_Identifier"], []).append(row)
    carers: dict[str, list[Row]] = {}
    for row in sent(made, "unpaid_carers"):
        if row["Total_Hrs_Caring_Per_Week"] >= 0:
            carers.setdefault(row["LA_Person_Unique_Identifier"], []).append(row)
    return Read(events, carers)


@pytest.fixture(scope="module")
def some_people(read: Read) -> list[str]:
    supported = [
        person for person, rows in read.events.items() if any(row["Client_Type"] == "Service User" for row in rows)
    ]
    return random.Random(1).sample(sorted(supported), 80)


def spine_of(pairs: list[tuple[str, datetime.date]]) -> pa.Table:
    entities = [pseudonym(person, "person") for person, _ in pairs]
    moments = [datetime.datetime.combine(day, datetime.time()) for _, day in pairs]
    return pa.table({"entity": pa.array(entities, pa.int64()), "as_of": pa.array(moments, pa.timestamp("us"))})


@pytest.fixture(scope="module")
def computed(lake: Lake, workspace: Definitions, some_people: list[str]) -> dict[tuple[int, datetime.date], Row]:
    pairs = [(pseudonym(person, "person"), day) for day in DATES for person in some_people]
    spine = pa.table(
        {
            "entity": pa.array([entity for entity, _ in pairs], pa.int64()),
            "as_of": pa.array(
                [datetime.datetime.combine(day, datetime.time()) for _, day in pairs], pa.timestamp("us")
            ),
        }
    )
    frame = build_features(workspace.cases["care_demand"], lake, spine)
    return {(row["entity"], row["as_of"].date()): row for row in frame.to_dict("records")}


@pytest.mark.parametrize("feature", READINGS)
def test_a_feature_says_what_a_plain_reading_of_the_rows_says(
    read: Read, some_people: list[str], computed: dict[tuple[int, datetime.date], Row], feature: str
) -> None:
    differing, telling = [], 0
    for day in DATES:
        for place, person in enumerate(some_people):
            expected = READINGS[feature](read.known(person, day))
            found = computed[pseudonym(person, "person"), day][feature]
            telling += bool(expected)
            same = found != found if expected is None else found == pytest.approx(expected, abs=1e-4)
            differing += [] if same else [(place, day)]
    assert [] == differing
    assert telling > 1


def test_support_that_was_typed_before_it_begins_is_not_seen_and_would_have_changed_the_answer(
    read: Read, workspace: Definitions, lake: Lake
) -> None:
    """The trap is there: rows that the lake knew, of long-term support that begins on the day or later."""
    caught = [
        (person, day, row)
        for day in DATES
        for person, rows in read.events.items()
        for row in rows
        if row["Submission_Cut"] < day <= row["Event_Start_Date"]
        and (row["Service_Type"] or "").startswith("Long Term")
    ]
    assert len(caught) > 3
    person, day, row = caught[0]
    seen = {event["Event_Reference"] for event in read.known(person, day).events}
    assert row["Event_Reference"] not in seen
    frame = build_features(workspace.cases["care_demand"], lake, spine_of([(person, day)]))
    without = sum(weekly(event) for event in read.known(person, day).support())
    assert frame["weekly_cost"].tolist() == pytest.approx([without])
    assert weekly(row) > 0
