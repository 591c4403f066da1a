"""Which version of a row is the visible one: small tables in, answers out."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from riskmodels.lake import Extract
from riskmodels.lake.duckdb_engine import DuckDBEngine
from riskmodels.lake.versions import make_relation
from tests.lakes import arrow, lay, moment, open_lake, pseudonym, typed, written
from tests.unit.lake.examples import CONTRACTS, Payments, Persons, Returns

COLUMNS = "amount_gbp::varchar as amount, _event, _known, _visible_from, _superseded_from, _order"


def prepared(folder: Path, extract: type[Extract], table: str, select: str = COLUMNS, **options: Any) -> list[Any]:
    lay(folder, {extract: typed(extract, written(table))})
    with open_lake(folder, CONTRACTS, **options) as lake:
        return lake.query(f"select {select} from {lake.prepare(extract)} order by _order").to_pylist()


def test_a_row_is_visible_from_the_later_of_both_clocks(tmp_path: Path) -> None:
    rows = prepared(
        tmp_path,
        Payments,
        """
        payment_id | paid_on    | loaded_at           | amount_gbp
        early      | 2024-03-10 | 2024-03-01 08:00:00 | 1
        late       | 2024-03-02 | 2024-03-05 09:30:00 | 2
        """,
    )
    early = {"_event": moment("2024-03-10"), "_known": moment("2024-03-01 08:00")}
    late = {"_event": moment("2024-03-02"), "_known": moment("2024-03-05 09:30")}
    assert [
        {"amount": "2.00", **late, "_visible_from": moment("2024-03-05 09:30"), "_superseded_from": None, "_order": 1},
        {"amount": "1.00", **early, "_visible_from": moment("2024-03-10"), "_superseded_from": None, "_order": 2},
    ] == rows


def test_a_correction_supersedes_from_when_it_is_visible(tmp_path: Path) -> None:
    rows = prepared(
        tmp_path,
        Payments,
        """
        payment_id | paid_on    | loaded_at  | amount_gbp
        p1         | 2024-03-01 | 2024-03-02 | 1
        p1         | 2024-03-01 | 2024-03-04 | 2
        p1         | 2024-03-09 | 2024-03-06 | 3
        p2         | 2024-03-01 | 2024-03-02 | 4
        """,
        "amount_gbp::int as amount, _visible_from::date::varchar as since, _superseded_from::date::varchar as until",
    )
    assert [
        {"amount": 1, "since": "2024-03-02", "until": "2024-03-04"},
        {"amount": 4, "since": "2024-03-02", "until": None},
        {"amount": 2, "since": "2024-03-04", "until": "2024-03-09"},
        {"amount": 3, "since": "2024-03-09", "until": None},
    ] == sorted(rows, key=lambda row: (row["since"], row["amount"]))


def test_a_version_is_superseded_by_whichever_later_one_is_visible_first(tmp_path: Path) -> None:
    rows = prepared(
        tmp_path,
        Payments,
        """
        payment_id | paid_on    | loaded_at  | amount_gbp
        p1         | 2024-03-01 | 2024-03-02 | 1
        p1         | 2024-03-20 | 2024-03-04 | 2
        p1         | 2024-03-01 | 2024-03-06 | 3
        """,
        "amount_gbp::int as amount, _visible_from::date::varchar as since, _superseded_from::date::varchar as until",
    )
    assert {
        (1, "2024-03-02", "2024-03-06"),
        (2, "2024-03-20", "2024-03-06"),  # never the visible one
        (3, "2024-03-06", None),
    } == {tuple(row.values()) for row in rows}


def test_a_withdrawal_supersedes_and_is_left_out(tmp_path: Path) -> None:
    rows = prepared(
        tmp_path,
        Payments,
        """
        payment_id | paid_on    | loaded_at  | amount_gbp | is_deleted
        p1         | 2024-03-01 | 2024-03-02 | 1          | no
        p1         | 2024-03-01 | 2024-03-04 | 1          | yes
        p2         | 2024-03-01 | 2024-03-02 | 2          | yes
        p3         | 2024-03-01 | 2024-03-02 | 3          | yes
        p3         | 2024-03-01 | 2024-03-05 | 3          | no
        """,
        "amount_gbp::int as amount, _known::date::varchar as known, _superseded_from::date::varchar as until",
    )
    assert [
        {"amount": 1, "known": "2024-03-02", "until": "2024-03-04"},
        {"amount": 3, "known": "2024-03-05", "until": None},
    ] == rows


def test_of_versions_known_at_one_moment_the_earliest_event_then_the_smallest_is_kept(tmp_path: Path) -> None:
    table = """
        payment_id | tenancy_id | paid_on    | loaded_at  | amount_gbp | is_deleted
        p1         | t1         | 2024-03-02 | 2024-03-05 | 1          | no
        p1         | t1         | 2024-03-01 | 2024-03-05 | 9          | no
        p1         | t1         | 2024-03-01 | 2024-03-05 | 8          | no
        p1         | t1         | 2024-03-01 | 2024-03-05 | 7          | yes
        """
    assert [{"amount": 8}] == prepared(tmp_path, Payments, table, "amount_gbp::int as amount")


def test_dated_copies_are_versions_of_the_rows_in_them(tmp_path: Path) -> None:
    rows = prepared(
        tmp_path,
        Returns,
        """
        person_id | service | hours | visits | cut_on
        a         | home    | 2    | 7      | 2024-04-01
        a         | home    | 3    | 7      | 2024-07-01
        a         | day     | 1    | 7      | 2024-04-01
        """,
        "service, hours, _event::date::varchar as event, _superseded_from::date::varchar as until",
    )
    assert {
        ("home", 2.0, "2024-04-01", "2024-07-01"),
        ("home", 3.0, "2024-07-01", None),
        ("day", 1.0, "2024-04-01", None),
    } == {tuple(row.values()) for row in rows}


def test_of_rows_overwritten_in_place_only_keys_clocks_and_fixed_columns_are_there(tmp_path: Path) -> None:
    table = """
        person_id | registered_on | date_of_birth | sex
        a         | 2024-03-01    | 1980-07-31    | Female
        """
    rows = prepared(tmp_path, Persons, table, "*")
    assert [
        {
            "person_id": pseudonym("a", "person"),
            "registered_on": moment("2024-03-01").date(),
            "date_of_birth": moment("1980-01-01").date(),
            "_event": moment("2024-03-01"),
            "_known": moment("2024-03-03"),
            "_visible_from": moment("2024-03-03"),
            "_superseded_from": None,
            "_order": 1,
        }
    ] == rows


def test_the_relation_has_the_declared_columns_in_the_declared_types(tmp_path: Path) -> None:
    lay(tmp_path, {Payments: typed(Payments, [{"payment_id": "p1"}])})
    with open_lake(tmp_path, CONTRACTS) as lake:
        lake.prepare(Payments)
        found = {row["column_name"]: row["column_type"] for row in lake.query("describe payments").to_pylist()}
    clocks = dict.fromkeys(("_event", "_known", "_visible_from", "_superseded_from"), "TIMESTAMP")
    assert {
        "payment_id": "BIGINT",
        "tenancy_id": "BIGINT",
        "paid_on": "DATE",
        "amount_gbp": "DECIMAL(12,2)",
        "method": "VARCHAR",
        "is_deleted": "BOOLEAN",
        "loaded_at": "TIMESTAMP",
        **clocks,
        "_order": "BIGINT",
    } == found


def many_versions(rows: int, seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    return typed(
        Payments,
        [
            {
                "payment_id": f"p{chance.randrange(rows // 2)}",
                "tenancy_id": f"t{chance.randrange(9)}",
                "paid_on": f"2024-01-{chance.randrange(1, 29):02}",
                "loaded_at": f"2024-01-{chance.randrange(1, 29):02}",
                "amount_gbp": str(chance.randrange(99)),
                "is_deleted": chance.choice(["yes", "no", "no"]),
            }
            for _ in range(rows)
        ],
    )


def visible_at(rows: list[dict[str, Any]], as_of: Any) -> set[Any]:
    """Say plainly which rows can be seen: of each key's versions visible before, the one known last."""
    seen: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["loaded_at"], [-ord(digit) for digit in str(row["paid_on"])])):
        if moment(row["paid_on"]) < as_of and row["loaded_at"] < as_of:
            seen[row["payment_id"]] = row
    kept = [row for row in seen.values() if not row["is_deleted"]]
    return {(pseudonym(row["payment_id"], "payment"), row["paid_on"], row["loaded_at"]) for row in kept}


@pytest.mark.parametrize("seed", range(3))
def test_the_spans_give_the_versions_that_a_plain_reading_gives(tmp_path: Path, seed: int) -> None:
    # Versions known at one moment are told apart by their event alone, so that the plain reading needs no other rule.
    unique = {(row["payment_id"], row["loaded_at"], row["paid_on"]): row for row in many_versions(400, seed)}
    rows = list(unique.values())
    lay(tmp_path, {Payments: rows})
    with open_lake(tmp_path, CONTRACTS) as lake:
        lake.prepare(Payments)
        for day in range(1, 30):
            as_of = moment(f"2024-01-{day:02}")
            found = lake.query(
                "select payment_id, paid_on, loaded_at from payments where _visible_from < "
                f"timestamp '{as_of}' and (_superseded_from is null or _superseded_from >= timestamp '{as_of}')"
            )
            assert visible_at(rows, as_of) == {tuple(row.values()) for row in found.to_pylist()}


def test_threads_files_and_the_order_of_rows_change_nothing(tmp_path: Path) -> None:
    rows = many_versions(3000, seed=7)
    found: list[pa.Table] = []
    for place, threads in ((1, 1), (2, 2), (3, 4)):
        random.Random(place).shuffle(rows)
        folder = tmp_path / str(place) / "payments"
        folder.mkdir(parents=True)
        for part in range(place):
            pa.parquet.write_table(arrow(Payments, rows[part::place]), folder / f"{part}.parquet")
        with open_lake(folder.parent, CONTRACTS, threads=threads) as lake:
            found.append(lake.query(f"select * from {lake.prepare(Payments)} order by _order"))
    assert found[0].equals(found[1])
    assert found[0].equals(found[2])
    assert list(range(1, found[0].num_rows + 1)) == found[0].column("_order").to_pylist()


def engine_with_staged_rows(rows: int, folder: Path, *, threads: int, memory_gb: float) -> DuckDBEngine:
    """Open an engine that has read rows of payments, one in fifty a second version of an earlier one."""
    engine = DuckDBEngine.open(threads=threads, memory_gb=memory_gb, temp_dir=folder)
    engine.make_room("room")
    engine.create(
        "room",
        "staged",
        f"""
        SELECT CAST(hash(i - CASE WHEN i % 50 = 0 THEN 7 ELSE 0 END) >> 1 AS BIGINT) AS payment_id,
            CAST(i % 1000 AS BIGINT) AS tenancy_id, DATE '2020-01-01' + CAST(hash(i + 1) % 50 AS INTEGER) AS paid_on,
            CAST(1 AS DECIMAL(12, 2)) AS amount_gbp, 'card' AS method, i % 500 = 0 AS is_deleted,
            CAST(paid_on AS TIMESTAMP) AS _event, _event + to_days(CAST(i % 3 AS INTEGER)) AS loaded_at,
            loaded_at AS _known, is_deleted AS _deleted
        FROM range({rows}) AS numbers(i)
        """,
    )
    return engine


def test_many_rows_are_counted_off_in_order_whatever_the_threads(tmp_path: Path) -> None:
    engine = engine_with_staged_rows(400_000, tmp_path, threads=4, memory_gb=1.0)
    make_relation(engine, "room", Payments, "room.staged")
    in_order = "row_number() OVER (ORDER BY _event, _known, payment_id)"
    wrong = f"SELECT _order FROM (SELECT _order, {in_order} AS place FROM room.payments) WHERE _order <> place"

    assert [] == engine.query(wrong).to_pylist()
    assert 390_000 < engine.query("SELECT count(*) FROM room.payments")[0][0].as_py()
    engine.close()


def test_versions_are_worked_out_where_their_rows_do_not_fit_in_memory(tmp_path: Path) -> None:
    rows = 1_500_000  # about 130 MB
    engine = engine_with_staged_rows(rows, tmp_path, threads=1, memory_gb=0.1)
    make_relation(engine, "room", Payments, "room.staged")

    (found,) = engine.query("SELECT count(*) AS rows, max(_order) AS last FROM room.payments").to_pylist()
    assert rows - rows // 50 <= found["rows"] == found["last"] < rows
    engine.close()
