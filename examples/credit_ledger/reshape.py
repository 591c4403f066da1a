"""Turn the published table of card clients, one row for each client, into the ledger that it is: four extracts.

Run it as ``python examples/credit_ledger/reshape.py PATH_TO_CSV [LAKE_FOLDER]``. What it makes is committed beside it,
so that the example runs without the source; it is here so that anyone can make it again and see what was done.

What is assumed, because the source gives months and no days: the statement of a month falls on the 28th, and what was
charged and paid in the month is posted on that day. What is worked out: the charges of a month are its balance less the
balance before, plus what was paid; the year of birth is 2005 less the age. What is left out: education, marriage and
the default in October, which this example does not need.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

MONTHS = (4, 5, 6, 7, 8, 9)
YEAR = 2005
STATEMENT_DAY = 28
COVERED_FROM = datetime.date(YEAR, MONTHS[0], 1)
SEXES = {1: "Male", 2: "Female"}

# The columns of each month, April to September, by the two sets of names under which the table is passed on.
NUMBERED = {
    "limit": ["X1"],
    "sex": ["X2"],
    "age": ["X5"],
    "status": ["X11", "X10", "X9", "X8", "X7", "X6"],
    "balance": ["X17", "X16", "X15", "X14", "X13", "X12"],
    "paid": ["X23", "X22", "X21", "X20", "X19", "X18"],
}
NAMED = {
    "limit": ["LIMIT_BAL"],
    "sex": ["SEX"],
    "age": ["AGE"],
    "status": ["PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0"],
    "balance": [f"BILL_AMT{number}" for number in (6, 5, 4, 3, 2, 1)],
    "paid": [f"PAY_AMT{number}" for number in (6, 5, 4, 3, 2, 1)],
}

Whole = npt.NDArray[np.int64]


def read_source(path: Path) -> dict[str, Whole]:
    """Read the source: ``id`` of shape (n,), and limit, sex, age (n, 1), status, balance, paid (n, 6), April first."""
    table = csv.read_csv(path) if path.is_file() else pa.table({})
    names = next((names for names in (NUMBERED, NAMED) if _columns(names) <= set(table.column_names)), None)
    if names is None:
        raise SystemExit(
            f"Found: {path} is not there, or lacks columns of the table of card clients.\n"
            "Expected: ID, X1 to X23 or ID, LIMIT_BAL, SEX, ..., PAY_AMT6, in the first line.\n"
            "What to do: fetch doi:10.24432/C55S3H from the UCI Machine Learning Repository and save it as CSV."
        )
    read = {
        part: np.column_stack([table.column(name).cast(pa.float64()).cast(pa.int64()).to_numpy() for name in columns])
        for part, columns in names.items()
    }
    return {"id": table.column("ID").cast(pa.int64()).to_numpy(), **read}


def _columns(names: Mapping[str, Sequence[str]]) -> set[str]:
    return {"ID"}.union(*names.values())


def charges_of(balance: Whole, paid: Whole) -> Whole:
    """Work out the charges of May to September, shape (n, 5): below zero where more fell off than was paid."""
    return np.asarray(balance[:, 1:] - balance[:, :-1] + paid[:, 1:], dtype=np.int64)


def reshape(source: Mapping[str, Whole]) -> dict[str, pa.Table]:
    """Make the four extracts, accounts in the order of the source."""
    account, n = source["id"], len(source["id"])
    days = [datetime.date(YEAR, month, STATEMENT_DAY) for month in MONTHS]
    covered = pa.array([COVERED_FROM] * n)
    charged = charges_of(source["balance"], source["paid"])
    nothing = np.zeros((n, 1), dtype=np.int64)  # the balance before April is not known, so neither are April's charges
    moved = {
        "charge": np.hstack([nothing, np.maximum(charged, 0)]),
        "credit": np.hstack([nothing, np.maximum(-charged, 0)]),
        "payment": source["paid"],
    }
    return {
        "accounts": pa.table(
            {"account_id": _text(account), "covered_from": covered, "credit_limit_twd": source["limit"][:, 0]}
        ),
        "persons": pa.table(
            {
                "account_id": _text(account),
                "covered_from": covered,
                "sex": [SEXES[int(code)] for code in source["sex"][:, 0]],
                "date_of_birth": [datetime.date(YEAR - int(age), 1, 1) for age in source["age"][:, 0]],
            }
        ),
        "statements": pa.table(
            {
                "account_id": _text(np.repeat(account, len(days))),
                "statement_on": pa.array(days * n),
                "balance_twd": source["balance"].ravel(),
                "repayment_status": source["status"].ravel(),
            }
        ),
        "transactions": _transactions(account, days, moved),
    }


def _transactions(account: Whole, days: Sequence[datetime.date], moved: Mapping[str, Whole]) -> pa.Table:
    """List what is above zero, by account, day and kind."""
    kinds = sorted(moved)
    amounts = np.stack([moved[kind] for kind in kinds], axis=2)
    row, day, kind = np.nonzero(amounts)
    return pa.table(
        {
            "account_id": _text(account[row]),
            "posted_on": pa.array(days).take(pa.array(day)),
            "kind": pa.array(kinds).take(pa.array(kind)),
            "amount_twd": amounts[row, day, kind],
        }
    )


def _text(account: Whole) -> pa.Array:
    return pa.array(account).cast(pa.string())


def write_lake(extracts: Mapping[str, pa.Table], folder: Path) -> None:
    """Write one folder for each extract, as small Parquet files."""
    for name, table in extracts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(
            table,
            folder / name / f"{name}.parquet",
            compression="zstd",
            compression_level=19,
            use_dictionary=[column for column in table.column_names if column != "account_id"],
            column_encoding={"account_id": "DELTA_BYTE_ARRAY"},
            store_schema=False,
        )


def main(arguments: Sequence[str]) -> None:
    """Reshape the file that is named, and say what came of it."""
    if len(arguments) not in (1, 2):
        raise SystemExit("Usage: python reshape.py PATH_TO_CSV [LAKE_FOLDER]")
    folder = Path(arguments[1]) if arguments[1:] else Path(__file__).parent / "lake"
    source = read_source(Path(arguments[0]))
    extracts = reshape(source)
    write_lake(extracts, folder)
    for name, table in extracts.items():
        size = (folder / name / f"{name}.parquet").stat().st_size
        print(f"{folder / name}: {table.num_rows:,} rows, {size / 1e6:.2f} MB")
    charged = charges_of(source["balance"], source["paid"])
    print(
        f"Account-months in which the balance fell by more than was paid (kept as credits): {(charged < 0).mean():.2%}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
