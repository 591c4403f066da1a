"""A lake behind s3://, on a server that speaks S3: Parquet with partitions, CSV and Delta give the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.csv
import pyarrow.fs
import pyarrow.parquet as pq
import pytest

from riskmodels.errors import ExtractMissing, ExtractUnreadable, LakeError
from riskmodels.lake import Lake
from tests.lakes import SECRET, arrow, lay, typed, written
from tests.unit.lake.examples import Payments

pytestmark = pytest.mark.service("s3")

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


def put(filesystem: Any, uri: str, path: str, table: pa.Table, write: Any = pq.write_table) -> None:
    parts = urlsplit(uri)
    with filesystem.open_output_stream(f"{parts.netloc}{parts.path}/{path}") as stream:
        write(table, stream)


def opened(uri: str) -> Lake:
    return Lake.open(uri, [Payments], pseudonym_key=SECRET, threads=1)


def read(lake: Lake) -> list[dict[str, Any]]:
    return lake.query(f"select * from {lake.prepare(Payments)} order by _order").to_pylist()


@pytest.fixture
def as_on_disk(tmp_path: Path) -> list[dict[str, Any]]:
    lay(tmp_path, {Payments: ROWS})
    with opened(str(tmp_path)) as lake:
        return read(lake)


def test_parquet_on_s3_gives_the_rows_that_a_local_folder_gives(
    s3_bucket: tuple[str, Any], as_on_disk: list[dict[str, Any]]
) -> None:
    uri, filesystem = s3_bucket
    put(filesystem, uri, "payments/a.parquet", arrow(Payments, ROWS[:1]))
    put(filesystem, uri, "payments/b.parquet", arrow(Payments, ROWS[1:]))
    with opened(uri) as lake:
        assert as_on_disk == read(lake)


def test_hive_partitions_on_s3_give_the_rows_that_a_local_folder_gives(
    s3_bucket: tuple[str, Any], as_on_disk: list[dict[str, Any]]
) -> None:
    uri, filesystem = s3_bucket
    for row in ROWS:
        method = row["method"] or "__HIVE_DEFAULT_PARTITION__"
        table = arrow(Payments, [row]).drop_columns(["method"])
        put(filesystem, uri, f"payments/method={method}/{row['amount_gbp']}.parquet", table)
    with opened(uri) as lake:
        assert as_on_disk == read(lake)


def test_csv_on_s3_gives_the_rows_that_a_local_folder_gives(
    s3_bucket: tuple[str, Any], as_on_disk: list[dict[str, Any]]
) -> None:
    uri, filesystem = s3_bucket
    put(filesystem, uri, "payments/all.csv", arrow(Payments, ROWS), write=pyarrow.csv.write_csv)
    with opened(uri) as lake:
        assert as_on_disk == read(lake)


def test_delta_on_s3_gives_the_rows_that_a_local_folder_gives(
    s3_bucket: tuple[str, Any], s3_server: str, as_on_disk: list[dict[str, Any]]
) -> None:
    import deltalake

    uri, _ = s3_bucket
    options = {"AWS_ENDPOINT_URL": f"http://{s3_server}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1"}
    place = f"{uri.split('?')[0]}/payments"
    deltalake.write_deltalake(place, arrow(Payments, ROWS[:2]), storage_options=options)
    deltalake.write_deltalake(place, arrow(Payments, ROWS[2:]), storage_options=options, mode="append")
    with opened(uri) as lake:
        assert as_on_disk == read(lake)


def test_a_bucket_that_is_not_there_is_a_lake_error(s3_bucket: tuple[str, Any]) -> None:
    uri = s3_bucket[0].replace("lake-", "no-lake-")
    with pytest.raises(LakeError, match=r"there is no lake at s3://no-lake-[0-9a-f]+/council\n") as caught:
        opened(uri)
    assert "endpoint" not in str(caught.value)


def test_an_extract_without_a_folder_on_s3_is_missing(s3_bucket: tuple[str, Any]) -> None:
    uri, filesystem = s3_bucket
    put(filesystem, uri, "others/a.parquet", arrow(Payments, ROWS))
    with (
        opened(uri) as lake,
        pytest.raises(ExtractMissing, match=r"no folder s3://lake-[0-9a-f]+/council/payments"),
    ):
        lake.prepare(Payments)


def test_a_parquet_file_cut_short_on_s3_is_named(s3_bucket: tuple[str, Any]) -> None:
    uri, filesystem = s3_bucket
    sink = pa.BufferOutputStream()
    pq.write_table(arrow(Payments, ROWS), sink)
    parts = urlsplit(uri)
    with filesystem.open_output_stream(f"{parts.netloc}{parts.path}/payments/short.parquet") as stream:
        stream.write(sink.getvalue().to_pybytes()[:-40])
    with (
        opened(uri) as lake,
        pytest.raises(ExtractUnreadable, match=r"payments/short.parquet cannot be read to its end"),
    ):
        lake.prepare(Payments)
