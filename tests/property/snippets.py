"""Snippets said twice, in SQL and in Python, for random features. SQL's three-valued logic is spelt out."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from riskmodels.lake import Extract
from tests.borough import Accounts, Balances, Homes, Payments, Places, Registers, Visits
from tests.lakes import Row
from tests.property.oracle import Read, Said

__all__ = ["CONDITIONS", "DISTINCT", "NEARBY", "VALUES"]


def of(*names: str, value: Callable[..., Any]) -> Read:
    """Read columns and compute; null where any of them is null."""

    def read(row: Row, as_of: datetime.datetime) -> Any:
        cells = [as_of.date() if name == "as_of" else row[name] for name in names]
        return None if any(cell is None for cell in cells) else value(*cells)

    return read


def column(name: str) -> Read:
    """Read a column as it stands."""
    return lambda row, as_of: row[name]


def missing(name: str) -> Read:
    """IS NULL, which is never null itself."""
    return lambda row, as_of: row[name] is None


def both(first: Read, second: Read) -> Read:
    """AND: false if either is false, else null if either is null."""

    def read(row: Row, as_of: datetime.datetime) -> bool | None:
        truths = [first(row, as_of), second(row, as_of)]
        if False in truths:
            return False
        return None if None in truths else True

    return read


def either(first: Read, second: Read) -> Read:
    """OR: true if either is true, else null if either is null."""

    def read(row: Row, as_of: datetime.datetime) -> bool | None:
        truths = [first(row, as_of), second(row, as_of)]
        if True in truths:
            return True
        return None if None in truths else False

    return read


def opposite(first: Read) -> Read:
    """NOT: null stays null."""

    def read(row: Row, as_of: datetime.datetime) -> bool | None:
        truth = first(row, as_of)
        return None if truth is None else not truth

    return read


def _signed(row: Row, as_of: datetime.datetime) -> Decimal | None:
    amount: Decimal | None = row["amount_gbp"]
    return -amount if row["kind"] == "refund" and amount is not None else amount


def _greatest(row: Row, as_of: datetime.datetime) -> Any:
    given = [row[name] for name in ("amount_gbp", "items") if row[name] is not None]
    return max(given) if given else None


def _ratio(above: Any, below: Any) -> float | None:
    return None if below == 0 else float(above) / float(below)


CARD = of("kind", value=lambda kind: kind == "card")
LARGE = of("amount_gbp", value=lambda amount: amount > 20)

CONDITIONS: dict[type[Extract], list[Said]] = {
    Payments: [
        Said("kind = 'card'", CARD),
        Said("kind <> 'refund'", of("kind", value=lambda kind: kind != "refund")),
        Said("kind in ('card', 'cash')", of("kind", value=lambda kind: kind in ("card", "cash"))),
        Said("kind like 'ca%'", of("kind", value=lambda kind: kind.startswith("ca"))),
        Said("kind is null", missing("kind")),
        Said("amount_gbp > 20", LARGE),
        Said("amount_gbp between -5 and 30", of("amount_gbp", value=lambda amount: -5 <= amount <= 30)),
        Said("kind = 'card' and amount_gbp > 20", both(CARD, LARGE)),
        Said("kind = 'card' or amount_gbp > 20", either(CARD, LARGE)),
        Said("not (kind = 'card' and amount_gbp > 20)", opposite(both(CARD, LARGE))),
        Said("on_time", column("on_time")),
        Said("not on_time", opposite(column("on_time"))),
        Said("due_on < as_of", of("due_on", "as_of", value=lambda due, as_of: due < as_of)),
        Said(
            "due_on is null or due_on >= as_of",
            either(missing("due_on"), of("due_on", "as_of", value=lambda due, as_of: due >= as_of)),
        ),
    ],
    Balances: [
        Said("balance_gbp > 20", of("balance_gbp", value=lambda balance: balance > 20)),
        Said("balance_gbp >= 2 * rent_gbp", of("balance_gbp", "rent_gbp", value=lambda owed, rent: owed >= 2 * rent)),
        Said("rent_gbp is not null", opposite(missing("rent_gbp"))),
    ],
    Visits: [Said("reached", column("reached")), Said("not reached", opposite(column("reached")))],
    Registers: [Said("points > 2", of("points", value=lambda points: points > 2))],
    Accounts: [Said("branch = 'north'", of("branch", value=lambda branch: branch == "north"))],
    Places: [Said("decile <= 3", of("decile", value=lambda decile: decile <= 3))],
    Homes: [
        Said("tenure = 'secure'", of("tenure", value=lambda tenure: tenure == "secure")),
        Said(
            "ended_on is null or ended_on >= as_of",
            either(missing("ended_on"), of("ended_on", "as_of", value=lambda ended, as_of: ended >= as_of)),
        ),
    ],
}

VALUES: dict[type[Extract], list[Said]] = {
    Payments: [
        Said("amount_gbp", column("amount_gbp")),
        Said("items", column("items")),
        Said("score", column("score"), exact=False),
        Said("on_time", column("on_time")),
        Said("amount_gbp > 20", LARGE),
        Said("amount_gbp * 2 - items", of("amount_gbp", "items", value=lambda amount, items: amount * 2 - items)),
        Said("amount_gbp * items", of("amount_gbp", "items", value=lambda amount, items: amount * items)),
        Said("abs(amount_gbp)", of("amount_gbp", value=abs)),
        Said("amount_gbp / items", of("amount_gbp", "items", value=_ratio), exact=False),
        Said("score * 2", of("score", value=lambda score: score * 2), exact=False),
        Said("coalesce(amount_gbp, 5)", lambda row, as_of: 5 if row["amount_gbp"] is None else row["amount_gbp"]),
        Said("nullif(items, 1)", of("items", value=lambda items: None if items == 1 else items)),
        Said("greatest(amount_gbp, items)", _greatest),
        Said("case when kind = 'refund' then -amount_gbp else amount_gbp end", _signed),
        Said("date_diff('day', due_on, as_of)", of("due_on", "as_of", value=lambda due, as_of: (as_of - due).days)),
        Said("extract(month from due_on)", of("due_on", value=lambda due: due.month)),
    ],
    Balances: [
        Said("balance_gbp", column("balance_gbp")),
        Said("balance_gbp / rent_gbp", of("balance_gbp", "rent_gbp", value=_ratio), exact=False),
    ],
    Visits: [Said("reached", column("reached"))],
    Registers: [
        Said("points", column("points")),
        Said("points * 1.5", of("points", value=lambda p: p * Decimal("1.5"))),
    ],
    Places: [Said("decile", column("decile")), Said("11 - decile", of("decile", value=lambda decile: 11 - decile))],
    Homes: [Said("rent_gbp", column("rent_gbp"))],
}

# Of neighbours a few, so that each is drawn often: exact, binary, a flag, and one that makes a value of a null.
NEARBY: dict[type[Extract], list[Said]] = {
    Payments: [
        each for each in VALUES[Payments] if each.sql in ("amount_gbp", "score", "on_time", "coalesce(amount_gbp, 5)")
    ],
}

# What may be counted by kind: texts and dates as well.
DISTINCT: dict[type[Extract], list[Said]] = {
    Payments: [Said(name, column(name)) for name in ("kind", "amount_gbp", "items", "due_on", "on_time")],
    Balances: [Said("balance_gbp", column("balance_gbp"))],
    Visits: [Said("visited_on", column("visited_on"))],
    Registers: [Said("points", column("points"))],
    Accounts: [Said("branch", column("branch"))],
    Places: [Said("edition", column("edition"))],
}
