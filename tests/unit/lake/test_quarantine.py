from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from riskmodels.errors import OutputError, TooManyBadRows
from riskmodels.lake import Day, Extract, Moment, Number, Text, Whole, column, events, key
from tests.lakes import lay, moment, open_lake, pseudonym, typed, written
from tests.unit.lake.examples import CONTRACTS, INDEX, RENT, Payments, Tenancies

TENANCIES = """
    tenancy_id | ended_on   | started_on
    t1         |            | 2024-01-01
    Jo Bloggs  | 2023-12-31 | 2024-01-01
    t2         | 2023-12-31 | 2024-01-01
    t3         | 2024-12-31 | 2024-01-01
    """


def test_bad_rows_are_kept_out_and_listed_by_pseudonym_and_rule(tmp_path: Path) -> None:
    lay(tmp_path / "lake", {Tenancies: typed(Tenancies, written(TENANCIES))})
    with open_lake(tmp_path / "lake", CONTRACTS, quarantine_dir=tmp_path / "private") as lake:
        kept = lake.query(f"select tenancy_id from {lake.prepare(Tenancies)}").column(0).to_pylist()
        quality = lake.quality([Tenancies]).extracts[0]
    assert {pseudonym("t1"), pseudonym("t3")} == set(kept)
    late = "started_on: after ended_on"
    assert {late: 2, "tenancy_id: not of the right form": 1} == dict(quality.quarantined)
    assert (4, 2, 2) == (quality.rows, quality.good, quality.bad)
    listed = pq.read_table(tmp_path / "private" / "tenancies.parquet")
    assert ["tenancy_id", "rules_broken"] == listed.column_names
    assert {
        (pseudonym("Jo Bloggs"), ("tenancy_id: not of the right form", late)),
        (pseudonym("t2"), (late,)),
    } == {(row["tenancy_id"], tuple(row["rules_broken"])) for row in listed.to_pylist()}


def test_the_list_is_private_and_no_draft_stays_behind(tmp_path: Path) -> None:
    lay(tmp_path / "lake", {Tenancies: typed(Tenancies, written(TENANCIES))})
    with open_lake(tmp_path / "lake", CONTRACTS, quarantine_dir=tmp_path / "private") as lake:
        lake.prepare(Tenancies)
    path = tmp_path / "private" / "tenancies.parquet"
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)
    assert [path] == list(path.parent.iterdir())


def test_a_list_is_taken_away_when_the_source_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "private" / "tenancies.parquet"
    path.parent.mkdir()
    path.write_text("older")
    lay(tmp_path / "lake", {Tenancies: typed(Tenancies, [{"tenancy_id": "t1"}])})
    with open_lake(tmp_path / "lake", CONTRACTS, quarantine_dir=path.parent) as lake:
        lake.prepare(Tenancies)
    assert not path.exists()


def test_nothing_is_written_without_a_folder_for_it(tmp_path: Path) -> None:
    lay(tmp_path / "lake", {Tenancies: typed(Tenancies, written(TENANCIES))})
    with open_lake(tmp_path / "lake", CONTRACTS) as lake:
        lake.prepare(Tenancies)
    assert ["lake"] == [entry.name for entry in tmp_path.iterdir()]


class Visits(
    Extract,
    source=INDEX,
    folder="visits",
    row=("lsoa21", "visited_on", "officer", "number"),
    history=events("visited_on", known_time="loaded_at"),
    tolerance=1.0,
):
    """Rows whose key has a place, a day, a text and a number."""

    lsoa21: Text = key("area", "Small area", pattern="E[0-9]+")
    visited_on: Day = column("Day")
    officer: Text = column("Officer")
    number: Whole = column("Number")
    loaded_at: Moment = column("When the lake knew")


def test_of_a_bad_rows_key_texts_are_left_out_and_places_are_pseudonyms(tmp_path: Path) -> None:
    row = {"lsoa21": "1 High Street", "visited_on": "2024-01-02", "officer": "A Name", "number": "3"}
    lay(tmp_path / "lake", {Visits: typed(Visits, [row])})
    with open_lake(tmp_path / "lake", {"Visits": Visits}, quarantine_dir=tmp_path) as lake:
        lake.prepare(Visits)
    assert [
        {
            "lsoa21": pseudonym("1 High Street", "area"),
            "visited_on": moment("2024-01-02").date(),
            "number": 3,
            "rules_broken": ["lsoa21: not of the right form"],
        }
    ] == pq.read_table(tmp_path / "visits.parquet").to_pylist()


def test_more_bad_rows_than_tolerated_stop_the_build_and_are_listed(tmp_path: Path) -> None:
    rows = [{"payment_id": f"p{place}", "amount_gbp": "-1" if place < 3 else "1"} for place in range(5)]
    lay(tmp_path / "lake", {Payments: typed(Payments, rows)})
    with open_lake(tmp_path / "lake", CONTRACTS, quarantine_dir=tmp_path / "private") as lake:
        for _ in range(2):  # it is refused again, not forgotten
            with pytest.raises(TooManyBadRows) as caught:
                lake.prepare(Payments)
        assert 3 == lake.check().extracts[0].bad
    error = caught.value
    assert "3 of 5 rows of Payments broke its contract: amount_gbp: below the least (3)" == error.found
    assert "at most 50.00% of the rows" == error.expected
    assert RENT.owner == error.who
    assert 3 == pq.read_table(tmp_path / "private" / "payments.parquet").num_rows


def test_as_many_bad_rows_as_tolerated_do_not_stop_the_build(tmp_path: Path) -> None:
    rows = [{"payment_id": f"p{place}", "amount_gbp": "-1" if place < 3 else "1"} for place in range(6)]
    lay(tmp_path, {Payments: typed(Payments, rows)})
    with open_lake(tmp_path, CONTRACTS) as lake:
        assert [{"rows": 3}] == lake.query(f"select count(*) as rows from {lake.prepare(Payments)}").to_pylist()


def test_a_folder_that_cannot_be_written_to_is_an_output_error_and_nothing_is_half_written(tmp_path: Path) -> None:
    lay(tmp_path / "lake", {Tenancies: typed(Tenancies, written(TENANCIES))})
    (tmp_path / "file").write_text("in the way")
    with (
        open_lake(tmp_path / "lake", CONTRACTS, quarantine_dir=tmp_path / "file") as lake,
        pytest.raises(OutputError, match=r"the quarantine file .* cannot be written"),
    ):
        lake.prepare(Tenancies)
    assert "in the way" == (tmp_path / "file").read_text()


def wide_contract(columns: int) -> type[Extract]:
    declared: dict[str, Any] = {f"number_{place}": Number for place in range(columns)}
    bounds = {name: column("Number", ge=0, le=9) for name in declared}
    body = {"on": column("Day"), "id": key("thing", "Key"), **bounds}
    return type(
        "Wide",
        (Extract,),
        {"__annotations__": {"on": Day, "id": Text, **declared}, "__module__": __name__, **body},
        source=INDEX,
        folder="wide",
        row=("id",),
        history=events("on", known_after="1 day"),
        tolerance=1.0,
    )


def test_every_rule_of_a_wide_contract_is_counted(tmp_path: Path) -> None:
    wide = wide_contract(40)  # 160 rules and more
    good = {"id": "a", "on": moment("2024-01-01").date(), **{f"number_{place}": 1.0 for place in range(40)}}
    rows = [good, {**good, "id": "b", "number_39": 10.0}, {**good, "id": "c", "number_0": -1.0, "number_20": None}]
    lay(tmp_path / "lake", {wide: rows})
    with open_lake(tmp_path / "lake", {"Wide": wide}, quarantine_dir=tmp_path) as lake:
        lake.prepare(wide)
        quality = lake.quality([wide]).extracts[0]
    expected = {"number_0: below the least": 1, "number_20: empty": 1, "number_39: above the greatest": 1}
    assert (expected, 1) == (dict(quality.quarantined), quality.good)
    listed = {tuple(row["rules_broken"]) for row in pq.read_table(tmp_path / "wide.parquet").to_pylist()}
    assert {("number_39: above the greatest",), ("number_0: below the least", "number_20: empty")} == listed


def test_a_row_without_its_clock_is_bad_even_where_the_contract_lets_it_be_empty(tmp_path: Path) -> None:
    class Clocked(
        Extract,
        source=INDEX,
        folder="clocked",
        row=("id",),
        history=events("on", known_time="loaded_at"),
        tolerance=1.0,
    ):
        """Clocks that may be empty, it says."""

        id: Text = key("thing", "Key")
        on: Day = column("Day", nullable=True)
        loaded_at: Moment = column("When the lake knew", nullable=True)

    day, at = moment("2024-01-01").date(), moment("2024-01-01")
    rows = [("a", day, at), ("b", None, at), ("c", day, None), ("d", None, None)]
    lay(tmp_path, {Clocked: [dict(zip(("id", "on", "loaded_at"), row, strict=True)) for row in rows]})
    with open_lake(tmp_path, {"Clocked": Clocked}) as lake:
        kept = lake.query(f"select id from {lake.prepare(Clocked)}").to_pylist()
        quality = lake.quality([Clocked]).extracts[0]
    assert [{"id": pseudonym("a", "thing")}] == kept
    assert {"on: empty": 2, "loaded_at: empty": 2} == dict(quality.quarantined)


def test_a_list_that_cannot_be_put_in_place_leaves_no_draft(tmp_path: Path) -> None:
    lay(tmp_path / "lake", {Tenancies: typed(Tenancies, written(TENANCIES))})
    (tmp_path / "private" / "tenancies.parquet").mkdir(parents=True)
    with (
        open_lake(tmp_path / "lake", CONTRACTS, quarantine_dir=tmp_path / "private") as lake,
        pytest.raises(OutputError, match="cannot be written"),
    ):
        lake.prepare(Tenancies)
    assert ["tenancies.parquet"] == [entry.name for entry in (tmp_path / "private").iterdir()]
