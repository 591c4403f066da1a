from __future__ import annotations

from pathlib import Path

from riskmodels.lake import Extract, Fault, Lake, faults_by_owner
from riskmodels.records import ExtractQuality, QualityReport
from tests.lakes import Row, lay, moment, open_lake, typed, written
from tests.unit.lake.examples import CONTRACTS, Payments, Persons, Returns, Tenancies

ROWS: dict[type[Extract], list[Row]] = {
    Tenancies: typed(
        Tenancies,
        written(
            """
            tenancy_id | started_on | ended_on   | recorded_at
            t1         | 2024-01-01 |            | 2024-01-02
            t1         | 2024-01-01 | 2024-05-01 | 2024-05-02
            t2         | 2024-02-01 |            | 2024-02-02
            T-3        | 2024-02-01 |            | 2024-02-02
            """
        ),
    ),
    Payments: typed(
        Payments,
        written(
            """
            payment_id | tenancy_id | paid_on    | loaded_at  | amount_gbp | method | is_deleted
            p1         | t1         | 2024-03-01 | 2024-03-02 | 1          | card   | no
            p1         | t1         | 2024-03-01 | 2024-03-02 | 1          | card   | no
            p1         | t1         | 2024-03-01 | 2024-03-04 | 2          |        | no
            p2         | t9         | 2024-03-05 | 2024-03-02 | 2          |        | no
            p3         | T-3        | 2024-03-01 | 2024-03-03 | 2          | cash   | no
            p4         | t2         | 2024-03-01 | 2024-03-03 | 2          | cash   | no
            p4         | t2         | 2024-03-01 | 2024-03-09 | 2          | cash   | yes
            p5         | t2         | 2024-04-01 | 2024-04-02 | -2         | barter | no
            """
        ),
    ),
}


def laid(folder: Path) -> Lake:
    lay(folder, ROWS)
    return open_lake(folder, CONTRACTS)


def test_the_report_counts_what_was_found(tmp_path: Path) -> None:
    with laid(tmp_path) as lake:
        report = {found.extract: found for found in lake.check().extracts}
    payments = report["Payments"]
    assert ("payments", "Head of rent", 8, 7) == (payments.folder, payments.owner, payments.rows, payments.good)
    assert {"amount_gbp: below the least": 1, "method: not an allowed value": 1} == dict(payments.quarantined)
    assert {"method": 2} == {name: rows for name, rows in payments.nulls.items() if rows}
    assert (1, 2) == (payments.duplicates, payments.corrected)
    assert {"tenancy_id -> Tenancies": 2} == dict(payments.orphans)
    assert moment("2024-03-01") == payments.first_event
    assert moment("2024-03-05") == payments.last_event
    assert moment("2024-03-09") == payments.last_known
    assert not payments.known_time_assumed
    assert {} == dict(report["Tenancies"].orphans)
    assert (0, 1) == (report["Tenancies"].duplicates, report["Tenancies"].corrected)


def test_orphans_are_counted_only_against_owners_that_are_prepared(tmp_path: Path) -> None:
    with laid(tmp_path) as lake:
        assert {} == dict(lake.quality([Payments]).extracts[0].orphans)
        lake.prepare(Tenancies)
        assert {"tenancy_id -> Tenancies": 2} == dict(lake.quality([Payments]).extracts[0].orphans)


def test_an_assumed_known_time_is_said(tmp_path: Path) -> None:
    lay(tmp_path, {Persons: typed(Persons, [{"person_id": "a", "registered_on": "2024-01-01"}])})
    with open_lake(tmp_path, CONTRACTS) as lake:
        quality = lake.quality([Persons]).extracts[0]
    assert quality.known_time_assumed
    assert moment("2024-01-03") == quality.last_known


def test_an_extract_without_rows_has_no_span(tmp_path: Path) -> None:
    lay(tmp_path, {Returns: []})
    with open_lake(tmp_path, CONTRACTS) as lake:
        quality = lake.quality([Returns]).extracts[0]
    assert (0, 0, None, None, None) == (
        quality.rows,
        quality.good,
        quality.first_event,
        quality.last_event,
        quality.last_known,
    )
    assert not quality.over_tolerance


def test_each_owner_gets_the_faults_of_its_extracts_most_rows_first(tmp_path: Path) -> None:
    with laid(tmp_path) as lake:
        report = lake.check()
    assert {
        "Head of rent": (
            Fault("Payments", "tenancy_id -> Tenancies: not found there", 2),
            Fault("Payments", "amount_gbp: below the least", 1),
            Fault("Payments", "method: not an allowed value", 1),
            Fault("Payments", "same key and known time as another version", 1),
            Fault("Tenancies", "tenancy_id: not of the right form", 1),
        )
    } == faults_by_owner(report)


def test_an_owner_without_faults_is_left_out() -> None:
    sound = ExtractQuality(
        "One", "one", "Somebody", 3, 3, {}, {"a": 1}, 0, 1, {"a -> B": 0}, None, None, None, True, 0.01
    )
    assert {} == faults_by_owner(QualityReport((sound,)))


def test_progress_names_each_extract_that_the_lake_has(tmp_path: Path) -> None:
    said: list[tuple[str, int, int]] = []
    with laid(tmp_path) as lake:
        lake.check(lambda name, done, total: said.append((name, done, total)))
        assert ("Returns", "Persons") == lake.absent()
    assert [("Tenancies", 0, 2), ("Payments", 1, 2), ("", 2, 2)] == said
