from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from riskmodels.errors import DefinitionError, ExtractMissing, LakeError
from riskmodels.lake import Lake
from tests.lakes import SECRET, lay, moment, open_lake, typed
from tests.unit.lake.examples import CONTRACTS, Payments, Returns, Tenancies

PAYMENTS = typed(
    Payments,
    [
        {"payment_id": "p1", "tenancy_id": "t1", "paid_on": "2024-01-01", "loaded_at": "2024-01-02 10:00"},
        {"payment_id": "p1", "paid_on": "2024-01-01", "loaded_at": "2024-02-03", "is_deleted": "yes"},
    ],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay(tmp_path, {Payments: PAYMENTS})
    return tmp_path


def test_contracts_may_be_given_as_a_list_or_by_name(folder: Path) -> None:
    with Lake.open(folder, [Payments], pseudonym_key=SECRET) as lake:
        assert {"Payments": Payments} == lake.contracts
        assert str(folder) == lake.uri
        assert "payments" == lake.prepare(Payments)


def test_preparing_twice_reads_once(folder: Path) -> None:
    with open_lake(folder, CONTRACTS) as lake:
        lake.prepare(Payments)
        (folder / "payments" / "part-0.parquet").unlink()
        assert "payments" == lake.prepare(Payments)


def test_an_extract_that_is_not_asked_for_may_be_absent(folder: Path) -> None:
    with open_lake(folder, CONTRACTS) as lake:
        lake.prepare(Payments)
        assert ("Tenancies", "Returns", "Persons") == lake.absent()
        with pytest.raises(ExtractMissing):
            lake.prepare(Tenancies)


def test_an_extract_without_a_contract_in_the_lake_is_a_definition_error(folder: Path) -> None:
    with (
        Lake.open(folder, [Payments], pseudonym_key=SECRET) as lake,
        pytest.raises(DefinitionError, match="Returns is not among the contracts"),
    ):
        lake.prepare(Returns)


def test_a_check_of_a_lake_with_none_of_the_extracts_is_an_error(tmp_path: Path) -> None:
    with open_lake(tmp_path, CONTRACTS) as lake, pytest.raises(ExtractMissing, match="has none of the extracts"):
        lake.check()


def test_the_cut_is_the_newest_known_time_of_any_version(folder: Path) -> None:
    with open_lake(folder, CONTRACTS) as lake:
        assert moment("2024-02-03") == lake.cut(Payments)
        assert moment("2024-01-02 10:00") == lake.as_known_at(moment("2024-01-31")).cut(Payments)
        assert moment("2024-02-03") == lake.with_future_perturbed(moment("2024-01-01"), seed=1).cut(Payments)


def test_a_declared_cut_is_the_midnight_of_its_day(folder: Path) -> None:
    with open_lake(folder, CONTRACTS, cut=datetime.date(2024, 6, 1)) as lake:
        assert moment("2024-06-01") == lake.cut(Payments)
        assert moment("2024-06-01") == lake.as_known_at(moment("2025-01-01")).cut(Payments)
        assert moment("2024-01-31") == lake.as_known_at(moment("2024-01-31")).cut(Payments)


def test_the_cut_of_an_extract_without_rows_is_not_known(tmp_path: Path) -> None:
    lay(tmp_path, {Returns: []})
    with open_lake(tmp_path, CONTRACTS) as lake, pytest.raises(LakeError, match="the lake's cut is not known"):
        lake.cut(Returns)


def test_tables_can_be_handed_over_made_and_dropped(folder: Path) -> None:
    with open_lake(folder, CONTRACTS) as lake:
        lake.put("spine", pa.table({"entity": [1, 2]}))
        lake.put("spine", pa.table({"entity": [1, 2, 3]}))
        lake.execute("create or replace temp table doubled as select 2 * entity as twice from spine")
        assert [2, 4, 6] == sorted(lake.query("from doubled").column("twice").to_pylist())
        lake.drop("spine", "doubled", "never there")
        with pytest.raises(LakeError, match="refused a statement"):
            lake.query("from spine")


def test_a_table_handed_over_is_a_copy(folder: Path) -> None:
    with open_lake(folder, CONTRACTS) as lake:
        lake.put("spine", pa.table({"entity": [1]}))
        assert [{"entity": 1}] == lake.query("select * from spine").to_pylist()


def test_a_relation_that_is_not_prepared_is_named(folder: Path) -> None:
    with open_lake(folder, CONTRACTS) as lake, pytest.raises(LakeError, match="payments does not exist"):
        lake.query("select * from payments")


def test_no_error_of_a_query_shows_or_keeps_a_value(folder: Path) -> None:
    with open_lake(folder, CONTRACTS) as lake:
        lake.put("names", pa.table({"name": ["Jo Bloggs"]}))
        with pytest.raises(LakeError) as caught:
            lake.query("select name::integer from names")
    assert "Bloggs" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_lake_cannot_reach_the_network_or_fetch_an_extension(folder: Path) -> None:
    with open_lake(folder, CONTRACTS) as lake:
        settings = lake.query(
            "select name, value from duckdb_settings() where name like 'auto%_known_extensions' order by name"
        ).to_pylist()
        with pytest.raises(LakeError):
            lake.query("from read_parquet('https://127.0.0.1:1/a.parquet')")
    assert {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"} == {
        row["name"]: row["value"] for row in settings
    }


def test_the_folder_for_what_is_spilled_is_private_and_goes_when_the_lake_is_closed(
    folder: Path, tmp_path: Path
) -> None:
    spill = tmp_path / "spill"
    with open_lake(folder, CONTRACTS, temp_dir=spill) as lake:
        lake.prepare(Payments)
        (private,) = spill.iterdir()
        assert 0o700 == private.stat().st_mode & 0o777
    assert [] == list(spill.iterdir())


def test_what_does_not_fit_in_memory_is_spilled(folder: Path, tmp_path: Path) -> None:
    sql = (
        "select max(place) as rows from (select row_number() over (order by hash(i)) as place from range(5000000) t(i))"
    )
    with open_lake(folder, CONTRACTS, temp_dir=tmp_path / "spill", memory_gb=0.1) as lake:
        assert [{"rows": 5_000_000}] == lake.query(sql).to_pylist()


def test_a_folder_for_spilling_that_cannot_be_made_is_a_lake_error(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(LakeError, match="no temporary folder can be made"):
        open_lake(folder, CONTRACTS, temp_dir=folder / "file")


def test_running_out_of_room_is_a_lake_error_with_advice(folder: Path, tmp_path: Path) -> None:
    with open_lake(folder, CONTRACTS, temp_dir=tmp_path / "spill", memory_gb=0.05) as lake:
        lake.execute("set max_temp_directory_size = '1MB'")
        with pytest.raises(LakeError, match="ran out of memory") as caught:
            lake.execute("create temp table big as select i, hash(i) as h, i::varchar as t from range(9000000) as t(i)")
    assert "lake.memory_gb" in caught.value.next_step


def test_ctrl_c_stops_a_query_and_the_lake_goes_on(folder: Path) -> None:
    with open_lake(folder, CONTRACTS) as lake:
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            lake.query("select count(*) from range(100000000) a, range(1000) b where hash(a.range, b.range) % 7 = 1")
        timer.join()
        assert [{"one": 1}] == lake.query("select 1 as one").to_pylist()


def test_importing_contracts_does_not_import_an_engine() -> None:
    code = "import riskmodels.lake, sys; sys.exit('duckdb' in sys.modules or 'deltalake' in sys.modules)"
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode


def test_a_lake_may_be_closed_twice(folder: Path) -> None:
    lake = open_lake(folder, CONTRACTS)
    lake.as_known_at(moment("2024-01-31")).prepare(Payments)
    lake.close()
    lake.close()
