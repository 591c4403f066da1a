"""What the example may read: the card ledger of Yeh and Lien (2009), reshaped into four extracts by ``reshape.py``.

The source gives months and no days, and one credit limit for each account without a date. What had to be assumed is
said where it matters: each extract's history below, and the README.
"""

from __future__ import annotations

from riskmodels.lake import (
    Day,
    Extract,
    Money,
    Source,
    Text,
    Whole,
    birth_date,
    column,
    current_only,
    events,
    key,
)

CARD_LEDGER = Source(
    name="Credit card ledger",
    owner="UCI Machine Learning Repository",
    system="Default of Credit Card Clients, doi:10.24432/C55S3H",
    lawful_basis="Not personal data: published without names, numbers or addresses",
    gateway="Creative Commons Attribution 4.0",
    purposes=("early_intervention",),
    retention="Kept with the example",
)

CARD_HOLDERS = Source(
    name="Credit card holders",
    owner="UCI Machine Learning Repository",
    system="Default of Credit Card Clients, doi:10.24432/C55S3H",
    lawful_basis="Not personal data: published without names, numbers or addresses",
    gateway="Creative Commons Attribution 4.0",
    purposes=("equality_monitoring",),
    retention="Kept with the example",
)


class Accounts(
    Extract,
    source=CARD_LEDGER,
    folder="accounts",
    row=("account_id",),
    history=current_only("covered_from", known_after="1 day", fixed=("credit_limit_twd",)),
):
    """Each card account and its one credit limit, given without a date: taken to have held throughout."""

    account_id: Text = key("account", "Number of the account in the source")
    covered_from: Day = column("First day of the months that the source covers")
    credit_limit_twd: Money = column("Credit limit, with that of supplementary cards", unit="TWD", ge=1)


class Statements(
    Extract,
    source=CARD_LEDGER,
    folder="statements",
    row=("account_id", "statement_on"),
    history=events("statement_on", known_after="1 day"),
):
    """The monthly statement of each account: what was owed, and how late the holder was with repaying."""

    account_id: Text = key("account", "Number of the account in the source")
    statement_on: Day = column("Day of the statement: the source gives the month, the 28th is assumed")
    balance_twd: Money = column("Owed on the statement; below zero is in credit", unit="TWD")
    repayment_status: Whole = column(
        "Months late with repaying, 1 to 9; -1 is paid in full. 0 and -2 are not documented: 0 seems to be part paid, "
        "-2 no use of the card",
        unit="months",
        ge=-2,
        le=9,
    )


class Transactions(
    Extract,
    source=CARD_LEDGER,
    folder="transactions",
    row=("account_id", "posted_on", "kind"),
    history=events("posted_on", known_after="1 day"),
):
    """What moved each balance from one statement to the next: one row for a month's charges, one for its payments.

    Payments are the source's. Charges are worked out: balance less the balance before, plus what was paid. Where that
    is below zero (1 month in 240), something the source does not show lowered the balance, and the row is a credit.
    """

    account_id: Text = key("account", "Number of the account in the source")
    posted_on: Day = column("Day of the statement that shows it")
    kind: Text = column("What it was", values=("charge", "credit", "payment"))
    amount_twd: Money = column("Amount, above zero; the kind says which way it counts", unit="TWD", ge=1)


class Persons(
    Extract,
    source=CARD_HOLDERS,
    folder="persons",
    row=("account_id",),
    history=current_only("covered_from", known_after="1 day", fixed=("sex", "date_of_birth")),
):
    """The sex and year of birth of each account's holder, for testing models for bias and for nothing else."""

    account_id: Text = key("account", "Number of the account in the source, which has one holder for each")
    covered_from: Day = column("First day of the months that the source covers")
    sex: Text = column("Sex", values=("Female", "Male"), protected="sex")
    date_of_birth: Day = birth_date("1 January of 2005 less the age that the source gives: a year is not known closer")
