from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pyarrow.csv
import pyarrow.fs
import pyarrow.parquet as pq
import pytest

from riskmodels.errors import ExtractMissing, ExtractUnreadable, LakeError
from riskmodels.lake import Lake
from riskmodels.lake.sources import LakeFolder
from tests.lakes import SECRET, arrow, typed, written
from tests.unit.lake.examples import Payments

ROWS = typed(
    Payments,
    written(
        """
        payment_id | tenancy_id | paid_on    | amount_gbp | method | loaded_at
        p1         | t1         | 2024-01-01 | 10.50      | card   | 2024-01-02 09:30:00
        p1         | t1         | 2024-01-01 | 12.50      | card   | 2024-02-02 00:00:00
        p2         | t2         | 2024-01-03 | 0.00       |        | 2024-01-03 00:00:00
        """
    ),
)
TABLE = arrow(Payments, ROWS)


def read(folder: Path | str) -> list[dict[str, Any]]:
    with Lake.open(folder, [Payments], pseudonym_key=SECRET, threads=1) as lake:
        return lake.query(f"select * from {lake.prepare(Payments)} order by _order").to_pylist()


def one_file(folder: Path, table: pa.Table = TABLE) -> Path:
    path = folder / "payments" / "all.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(table, path)
    return path


@pytest.fixture
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("lake")
    one_file(folder)
    rows = read(folder)
    assert 3 == len(rows)
    return rows


def test_parquet_in_parts_and_sub_folders_is_one_extract(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    for place, part in enumerate(("payments/a.parquet", "payments/deeper/b.pq", "payments/c.parquet")):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(TABLE.slice(place, 1), tmp_path / part)
    (tmp_path / "payments" / "_SUCCESS").write_text("")
    (tmp_path / "payments" / ".part.parquet.crc").write_text("")
    assert expected == read(tmp_path)


def test_files_may_write_one_column_in_types_of_different_width(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    (tmp_path / "payments").mkdir()
    pennies = pa.array([row["amount_gbp"] for row in ROWS[2:]], pa.decimal128(4, 2))
    pq.write_table(TABLE.slice(2).set_column(3, "amount_gbp", pennies), tmp_path / "payments" / "a.parquet")
    pq.write_table(TABLE.slice(0, 2), tmp_path / "payments" / "b.parquet")
    assert expected == read(tmp_path)


def test_hive_partitions_are_columns(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    for row in ROWS:
        method = row["method"] or "__HIVE_DEFAULT_PARTITION__"
        folder = tmp_path / "payments" / "year=2024" / f"paid_on={row['paid_on']}" / f"method={method}"
        folder.mkdir(parents=True, exist_ok=True)
        table = arrow(Payments, [row]).drop_columns(["method", "paid_on"])
        pq.write_table(table, folder / f"{row['amount_gbp']}.parquet")
    assert expected == read(tmp_path)


def test_csv_in_parts_with_columns_in_any_order_is_one_extract(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    (tmp_path / "payments").mkdir()
    pyarrow.csv.write_csv(TABLE.slice(0, 2), tmp_path / "payments" / "a.csv")
    other = TABLE.slice(2).select(sorted(TABLE.column_names, reverse=True))
    with gzip.open(tmp_path / "payments" / "b.csv.gz", "wb") as file:
        pyarrow.csv.write_csv(other, file)
    assert expected == read(tmp_path)


def test_csv_may_have_hive_partitions_a_mark_of_order_and_line_breaks_in_cells(
    tmp_path: Path, expected: list[dict[str, Any]]
) -> None:
    for row in ROWS:
        folder = tmp_path / "payments" / f"method={row['method'] or '__HIVE_DEFAULT_PARTITION__'}"
        folder.mkdir(parents=True, exist_ok=True)
        cells = {name: str(cell).lower() if name == "is_deleted" else cell for name, cell in row.items()}
        names = [name for name in cells if name != "method"]
        text = (
            ",".join([*names, "note"]) + "\n" + ",".join([*(str(cells[name]) for name in names), '"two\nlines"']) + "\n"
        )
        (folder / f"{row['amount_gbp']}.csv").write_text(text, encoding="utf-8-sig")
    assert expected == read(tmp_path)


def test_delta_is_read_at_its_newest_version(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    place = tmp_path / "payments"
    deltalake.write_deltalake(place, TABLE.slice(0, 1))
    deltalake.write_deltalake(place, TABLE, mode="overwrite")
    assert expected == read(tmp_path)


def test_delta_may_be_partitioned(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    deltalake.write_deltalake(tmp_path / "payments", TABLE, partition_by=["method"])
    assert expected == read(tmp_path)


def test_a_lake_may_be_named_by_a_file_uri(tmp_path: Path, expected: list[dict[str, Any]]) -> None:
    one_file(tmp_path)
    assert expected == read(tmp_path.as_uri())


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_columns_that_are_not_declared_are_never_read(
    tmp_path: Path, expected: list[dict[str, Any]], suffix: str
) -> None:
    table = TABLE.append_column("full_name", pa.array(["A Person"] * 3)).append_column("nino", pa.array([b"\xff"] * 3))
    (tmp_path / "payments").mkdir()
    path = tmp_path / "payments" / f"all.{suffix}"
    if suffix == "csv":
        pyarrow.csv.write_csv(table.drop_columns(["nino"]), path)
    else:
        pq.write_table(table, path)
    assert expected == read(tmp_path)
    found = LakeFolder(str(tmp_path)).find("payments", Payments.columns())
    assert set(Payments.columns()) == set(found.columns)
    assert set(Payments.columns()) == set(found.dataset().schema.names)


def test_a_missing_lake_is_a_lake_error(tmp_path: Path) -> None:
    with pytest.raises(LakeError) as caught:
        read(tmp_path / "nowhere")
    assert f"there is no lake at {tmp_path}/nowhere" == caught.value.found
    assert "lake" == caught.value.code


@pytest.mark.parametrize("uri", ["nonsense://lake", "s3://"])
def test_an_address_that_is_none_is_a_lake_error(uri: str) -> None:
    with pytest.raises(LakeError, match="cannot be reached"):
        read(uri)


def test_an_address_on_azure_is_understood() -> None:
    filesystem, path = pyarrow.fs.FileSystem.from_uri("abfss://lake@council.dfs.core.windows.net/extracts")
    assert ("abfs", "lake/extracts") == (filesystem.type_name, path)


def test_no_message_shows_a_secret_that_an_address_holds() -> None:
    with pytest.raises(LakeError) as caught:
        read("s3://name:se/cret@bucket/lake?endpoint_override=127.0.0.1:1&scheme=http&region=x&sig=hidden")
    assert "cret" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_an_extract_without_a_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ExtractMissing) as caught:
        read(tmp_path)
    assert f"the extract has no folder {tmp_path}/payments" == caught.value.found


def test_a_folder_without_data_is_missing(tmp_path: Path) -> None:
    (tmp_path / "payments").mkdir()
    (tmp_path / "payments" / "README.txt").write_text("soon")
    with pytest.raises(ExtractMissing, match="holds no Parquet, CSV or Delta data"):
        read(tmp_path)


def test_parquet_beside_csv_is_refused(tmp_path: Path) -> None:
    one_file(tmp_path)
    pyarrow.csv.write_csv(TABLE, tmp_path / "payments" / "all.csv")
    with pytest.raises(ExtractUnreadable, match="holds both Parquet and CSV files"):
        read(tmp_path)


def test_files_partitioned_in_different_ways_are_refused(tmp_path: Path) -> None:
    one_file(tmp_path)
    (tmp_path / "payments" / "year=2024").mkdir()
    pq.write_table(TABLE, tmp_path / "payments" / "year=2024" / "a.parquet")
    with pytest.raises(ExtractUnreadable, match="not partitioned alike"):
        read(tmp_path)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_missing_column_is_named_with_its_file_and_the_nearest_name(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "payments").mkdir()
    write = pyarrow.csv.write_csv if suffix == "csv" else pq.write_table
    write(TABLE, tmp_path / "payments" / f"a.{suffix}")
    write(TABLE.rename_columns({"amount_gbp": "ammount_gbp"}), tmp_path / "payments" / f"b.{suffix}")
    with pytest.raises(ExtractUnreadable) as caught:
        read(tmp_path)
    assert f"the file {tmp_path}/payments/b.{suffix} has no column 'amount_gbp'" == caught.value.found
    assert caught.value.expected.endswith("did you mean 'ammount_gbp'?")


def test_a_file_of_another_layout_names_all_that_is_missing_and_all_that_is_new(tmp_path: Path) -> None:
    changed = {name: f"NEW {name.upper()}" for name in TABLE.column_names[1:]}
    one_file(tmp_path, TABLE.rename_columns(changed))
    with pytest.raises(ExtractUnreadable) as caught:
        read(tmp_path)
    lacking = [name for name in Payments.columns() if name in changed]
    assert (
        f"lacks {len(lacking)} of the {len(Payments.columns())} declared columns: {', '.join(lacking)}"
        in caught.value.found
    )
    assert f"It has {len(changed)} that are not declared: {', '.join(changed.values())}" in caught.value.found
    assert "changed its scheme" in caught.value.next_step


def test_a_file_without_a_heading_shows_none_of_its_first_row(tmp_path: Path) -> None:
    (tmp_path / "payments").mkdir()
    (tmp_path / "payments" / "all.csv").write_text("Ada Byron,QQ123456C,7\nAlan,QQ1,8\n", encoding="utf-8")
    with pytest.raises(ExtractUnreadable) as caught:
        read(tmp_path)
    assert "It has none of them" in caught.value.found
    assert "Byron" not in str(caught.value)


def test_two_columns_that_differ_in_capitals_are_refused(tmp_path: Path) -> None:
    one_file(tmp_path, TABLE.append_column("Amount_GBP", TABLE.column("amount_gbp")))
    with pytest.raises(ExtractUnreadable, match="2 columns called 'amount_gbp'"):
        read(tmp_path)


def test_files_that_disagree_on_a_type_are_named(tmp_path: Path) -> None:
    (tmp_path / "payments").mkdir()
    pq.write_table(TABLE, tmp_path / "payments" / "a.parquet")
    as_number = TABLE.set_column(0, "payment_id", pa.array([1, 2, 3]))
    pq.write_table(as_number, tmp_path / "payments" / "b.parquet")
    with pytest.raises(ExtractUnreadable, match=r"'payment_id' different types: string in .*a.parquet, int64 in "):
        read(tmp_path)


@pytest.mark.parametrize("left", [0, 3, 200])
def test_a_parquet_file_cut_short_is_named(tmp_path: Path, left: int) -> None:
    path = one_file(tmp_path)
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(ExtractUnreadable, match=r"payments/all.parquet cannot be read to its end"):
        read(tmp_path)


def test_a_parquet_file_damaged_in_the_middle_is_named_and_no_error_keeps_a_value(tmp_path: Path) -> None:
    path = one_file(tmp_path)
    pq.write_table(TABLE, path.with_name("whole.parquet"))
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + bytes(200) + whole[204:])
    with pytest.raises(ExtractUnreadable, match=r"payments/all.parquet cannot be read to its end") as caught:
        read(tmp_path)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: b"", id="empty"),
        pytest.param(lambda text: text + b"p9,t9\n", id="a row with too few cells"),
        pytest.param(lambda text: text.replace(b'"t2"', b'"\xff\xfe"'), id="not UTF-8"),
    ],
)
def test_a_csv_file_that_is_not_one_is_named_and_no_value_is_shown(tmp_path: Path, spoil: Any) -> None:
    path = tmp_path / "payments" / "all.csv"
    path.parent.mkdir()
    pyarrow.csv.write_csv(TABLE, path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ExtractUnreadable, match=r"payments/all.csv cannot be read to its end") as caught:
        read(tmp_path)
    assert "t9" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_delta_table_without_its_log_is_unreadable(tmp_path: Path) -> None:
    deltalake.write_deltalake(tmp_path / "payments", TABLE)
    for entry in (tmp_path / "payments" / "_delta_log").iterdir():
        entry.unlink()
    with pytest.raises(ExtractUnreadable, match=r"the Delta table .*payments cannot be read"):
        read(tmp_path)


def test_an_extract_without_rows_is_read(tmp_path: Path) -> None:
    one_file(tmp_path, TABLE.slice(0, 0))
    assert [] == read(tmp_path)
