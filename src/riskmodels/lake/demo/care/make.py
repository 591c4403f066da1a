"""Write the records of adult social care into a demo lake."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from riskmodels.lake.demo.arrays import Ints
from riskmodels.lake.demo.calendar import day_number, day_of
from riskmodels.lake.demo.care.carers import carer_rows, draw_carers
from riskmodels.lake.demo.care.chances import LONG_TERM
from riskmodels.lake.demo.care.contacts import assessment_rows, request_rows, review_rows, steps_up
from riskmodels.lake.demo.care.faults import with_faults
from riskmodels.lake.demo.care.forms import CARE_EXTRACTS, TRUTH_FILE
from riskmodels.lake.demo.care.lives import Lives, live
from riskmodels.lake.demo.care.people import People, draw_people
from riskmodels.lake.demo.care.registers import REGISTER_FORMS, exclusion_rows, person_rows
from riskmodels.lake.demo.care.services import service_rows
from riskmodels.lake.demo.care.submissions import all_events, register_of, submissions, written_down
from riskmodels.lake.demo.care.truth import truth_table
from riskmodels.lake.demo.faults import FaultLedger
from riskmodels.lake.demo.forms import Codes, Form
from riskmodels.lake.demo.journal import NULL, Rows
from riskmodels.lake.demo.places import Places
from riskmodels.lake.demo.save import arrow_table, save_table
from riskmodels.lake.demo.streams import Streams

__all__ = ["write_care"]

_FAULTS_FILE = "care_faults.parquet"
_SERVICE = 2  # a service, among ``EVENT_TYPES``
_BEFORE = 460  # days lived before the lake's first day, so that the first submission has its twelve months


def write_care(
    folder: Path,
    truth_folder: Path,
    *,
    people: int,
    first_day: datetime.date,
    last_day: datetime.date,
    where: Places,
    streams: Streams,
    tell: Callable[[str, float], None],
    unmet_need: bool = False,
) -> dict[str, int]:
    """Make a believable council's adult social care: who needs it, what they get, and what the return says of it.

    Parameters
    ----------
    folder, truth_folder : Path
        The lake, and the folder beside it for what only the generator knows.
    people : int
        People who draw on care on an average day.
    first_day, last_day : date
        The span of the lake.
    where : Places
        The small areas of the borough.
    streams : Streams
        Random numbers; only streams whose names begin with ``care`` are used.
    tell : callable
        Told what is being done and the share of the work that is over, in [0, 1].
    unmet_need : bool
        Whether one ethnic group is given far less at home than it needs (``people.UNDER_SERVED``), for an audit to
        find: its costs are low, its needs are not. Without it the files are the same, byte for byte, as if this could
        not be asked for.

    Returns
    -------
    dict of str to int
        Rows written, by extract's folder.
    """
    tell("Living through the weeks of care", 0.0)
    first, last = day_number(first_day), day_number(last_day)
    everybody = draw_people(people, first - _BEFORE, last, where, streams.named("care people"), unmet_need=unmet_need)
    lives = live(everybody, first - _BEFORE, last, streams.named("care lives"))
    tell("Writing down support and reviews", 0.2)
    services = service_rows(everybody, lives, first - _BEFORE, last, streams.named("care services"))
    counts, ledger = Counter[str](), FaultLedger()
    forms = _forms(where)
    for extract, file, rows in _returns(everybody, lives, services, first, last, streams, ledger):
        tell("Sending the quarterly returns", min(0.3 + 0.01 * len(counts), 0.8))
        save_table(arrow_table(rows, forms[extract]), folder / extract / file)
        counts[extract] += len(next(iter(rows.values())))
    tell("Working out what was to be expected", 0.8)
    save_table(truth_table(everybody, lives, services, first_day, last_day), truth_folder / TRUTH_FILE)
    save_table(_faults_table(ledger), truth_folder / _FAULTS_FILE)
    tell("Done with care", 1.0)
    return dict(sorted(counts.items()))


def _returns(
    people: People, lives: Lives, services: Rows, first: int, last: int, streams: Streams, ledger: FaultLedger
) -> Iterator[tuple[str, str, Rows]]:
    """Give extract, file and rows, one after another: every submission, then the registers."""
    random = streams.named("care contacts")
    register = register_of(people, lives, streams.named("care register"))
    begins, ends = _supported(people, lives)
    carers = draw_carers(people, begins, ends, lives.carer_lost_on, streams.named("care carers"))
    steps = steps_up(people, lives)
    events = all_events(
        [
            {**services, "Event_Type": np.full(len(services["person"]), _SERVICE, dtype=np.int64)},
            request_rows(people, lives, steps, random),
            assessment_rows(people, lives, random),
            review_rows(people, lives, steps, last, random),
            carer_rows(carers, streams.named("care carers")),
        ],
        streams.named("care typing"),
    )
    for one in submissions(first, last):
        for extract, rows in written_down(one, events, people, lives, register, carers).items():
            told = with_faults(extract, rows, one, streams.named("care faults"), ledger)
            yield extract, f"submission={day_of(one.until)}/part-0.parquet", told
    persons = person_rows(people, carers, register.begins, streams.named("care persons"))
    yield "persons", "care.parquet", persons
    yield "exclusions", "care.parquet", exclusion_rows(people, first, last, streams.named("care exclusions"))


def _supported(people: People, lives: Lives) -> tuple[Ints, Ints]:
    """Give the first day with any stay, and the day after the last long-term support, NULL while it goes on."""
    begins = np.full(people.count, 2**40, dtype=np.int64)
    np.minimum.at(begins, lives.person, lives.starts_on)
    ends = np.full(people.count, NULL, dtype=np.int64)
    supported = np.isin(lives.state, LONG_TERM)
    until = np.where(lives.ends_on == NULL, 2**40, lives.ends_on)
    np.maximum.at(ends, lives.person[supported], until[supported])
    return begins, np.where(ends == 2**40, NULL, np.where(ends == NULL, begins, ends))


def _forms(where: Places) -> Mapping[str, Mapping[str, Form]]:
    areas = Codes(where.lsoa21)
    filled = {
        extract: {column: areas if column == "lsoa21" else form for column, form in forms.items()}
        for extract, forms in CARE_EXTRACTS.items()
    }
    return {**filled, **REGISTER_FORMS}


def _faults_table(ledger: FaultLedger) -> pa.Table:
    faults = sorted((*key, count) for key, count in ledger.counts.items())
    names = ("extract", "fault", "column", "rows")
    return pa.table({name: [fault[place] for fault in faults] for place, name in enumerate(names)})
