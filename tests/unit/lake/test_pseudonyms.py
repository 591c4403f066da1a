from __future__ import annotations

import hashlib
import hmac
import stat
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from riskmodels.errors import OutputError, SettingsError
from riskmodels.lake import Lake, pseudonym_key
from riskmodels.lake.pseudonyms import Pseudonyms
from tests.lakes import SECRET, arrow, lay, open_lake, pseudonym, typed
from tests.unit.lake.examples import CONTRACTS, Payments, Tenancies

KEYS = ["", "a", "T0001", "x" * 55, "y" * 56, "z" * 200, "Zoë O'Hara; --", "١٢٣", "a\nb", "0012", "🏠"]


def by_python(secret: bytes, kind: str, key: str) -> int:
    digest = hmac.new(secret, f"{kind}:{key}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


@pytest.mark.parametrize("secret", [SECRET, b"\xff" * 64, bytes(range(100))], ids=["32 bytes", "a block", "longer"])
def test_the_sql_gives_what_pythons_hmac_gives(secret: bytes) -> None:
    pseudonyms = Pseudonyms(secret)
    keys = pa.table({"text": [*KEYS, None]})
    with duckdb.connect() as connection:
        connection.register("keys", keys)
        found = connection.execute(
            f"select {pseudonyms.sql('text', 'tenancy')} from keys", pseudonyms.parameters(frozenset({"tenancy"}))
        ).fetchall()
    assert [(by_python(secret, "tenancy", key),) for key in KEYS] + [(None,)] == found


def test_keys_of_one_kind_join_and_keys_of_two_kinds_do_not(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            Tenancies: typed(Tenancies, [{"tenancy_id": "t1", "started_on": "2024-01-01"}]),
            Payments: typed(Payments, [{"payment_id": "t1", "tenancy_id": "t1", "paid_on": "2024-01-02"}]),
        },
    )
    with open_lake(tmp_path, CONTRACTS) as lake:
        tenancy = lake.query(f"select tenancy_id from {lake.prepare(Tenancies)}").to_pylist()[0]
        payment = lake.query(f"select payment_id, tenancy_id from {lake.prepare(Payments)}").to_pylist()[0]
    assert {"tenancy_id": pseudonym("t1", "tenancy")} == tenancy
    assert {"payment_id": pseudonym("t1", "payment"), "tenancy_id": pseudonym("t1", "tenancy")} == payment


def test_a_key_kept_as_a_number_joins_the_same_key_kept_as_text(tmp_path: Path) -> None:
    rows = typed(Payments, [{"payment_id": "7", "tenancy_id": "7", "paid_on": "2024-01-02"}])
    table = arrow(Payments, rows)
    (tmp_path / "payments").mkdir()
    pq.write_table(table.set_column(1, "tenancy_id", pa.array([7], pa.int32())), tmp_path / "payments" / "part.parquet")
    with open_lake(tmp_path, CONTRACTS) as lake:
        found = lake.query(f"select tenancy_id from {lake.prepare(Payments)}").to_pylist()
    assert [{"tenancy_id": pseudonym("7", "tenancy")}] == found


def test_keys_that_recur_have_the_pseudonyms_of_keys_that_do_not(tmp_path: Path) -> None:
    rows = [
        {"payment_id": f"p{number}", "tenancy_id": f"t{number % 3}", "paid_on": "2024-01-02"} for number in range(99)
    ]
    lay(tmp_path, {Payments: typed(Payments, rows)})
    with open_lake(tmp_path, CONTRACTS) as lake:
        found = lake.query(f"select payment_id, tenancy_id from {lake.prepare(Payments)}").to_pylist()
    expected = {(pseudonym(row["payment_id"], "payment"), pseudonym(row["tenancy_id"])) for row in rows}
    assert expected == {(row["payment_id"], row["tenancy_id"]) for row in found}


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="the pseudonym key has 16 bytes"):
        Pseudonyms(b"k" * 16)


def test_the_secret_is_not_shown() -> None:
    assert repr(Pseudonyms(SECRET)) == "Pseudonyms(secret not shown)"


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "pseudonym.key"
    made = pseudonym_key(path)
    assert 32 == len(made)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert made == pseudonym_key(path)
    assert [path] == list(path.parent.iterdir())


def test_two_keys_differ(tmp_path: Path) -> None:
    assert pseudonym_key(tmp_path / "one") != pseudonym_key(tmp_path / "two")


@pytest.mark.parametrize("text", ["", "not hexadecimal", "00" * 31])
def test_a_file_without_a_key_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pseudonym.key"
    path.write_text(text)
    with pytest.raises(SettingsError, match="does not hold a key"):
        pseudonym_key(path)
    assert text == path.read_text()


def test_a_folder_that_cannot_hold_the_key_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        pseudonym_key(tmp_path / "file" / "pseudonym.key")


def test_only_who_holds_the_secret_turns_a_pseudonym_back(tmp_path: Path) -> None:
    rows = typed(
        Payments, [{"payment_id": f"p{n}", "tenancy_id": f"t{n % 3}", "paid_on": "2024-01-01"} for n in range(6)]
    )
    lay(tmp_path, {Payments: rows})
    made = {number: pseudonym(f"t{number}") for number in range(3)}
    with open_lake(tmp_path, [Payments]) as lake:
        assert {made[0]: "t0", made[2]: "t2"} == lake.references(Payments, "tenancy", [made[0], made[2], 12345])
        assert {} == lake.references(Payments, "tenancy", [])
        assert {} == lake.references(Payments, "payment", [made[0]])
    with Lake.open(tmp_path, [Payments], pseudonym_key=b"another secret of 32 bytes or so") as lake:
        assert {} == lake.references(Payments, "tenancy", [made[0]])
