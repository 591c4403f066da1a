"""What was asked at random, said in the definition language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from riskmodels.features import (
    UseCase,
    count,
    days,
    days_since,
    distinct,
    ever,
    highest,
    latest,
    lowest,
    mean,
    nearby,
    share,
    spread,
    total,
    trend,
    where,
)
from riskmodels.features.builders import Features
from tests.borough import Balances, Homes
from tests.property.oracle import Asked

_OF_A_VALUE = {
    "latest": latest,
    "total": total,
    "mean": mean,
    "lowest": lowest,
    "highest": highest,
    "spread": spread,
    "trend": trend,
    "distinct": distinct,
}


def said(asked: Asked) -> Features:
    """Say one asked feature in the definition language."""
    words: dict[str, Any] = {"name": asked.name, "says": "A random feature"}
    if asked.over is not None:
        words["over"] = days(asked.over)
    condition = None if asked.where is None else asked.where.sql
    if asked.builder == "ever":
        return ever(asked.extract, str(condition), **words)
    if asked.builder == "share":
        return share(asked.extract, str(condition), of=None if asked.of is None else asked.of.sql, **words)
    words["where"] = condition
    if asked.builder == "count":
        return count(asked.extract, **words)
    if asked.builder == "days_since":
        return days_since(asked.extract, **words)
    value = None if asked.value is None else asked.value.sql
    if asked.builder == "nearby":
        return nearby(asked.extract, value, how=asked.how or "count", within=Homes.area, **words)
    return _OF_A_VALUE[asked.builder](asked.extract, str(value), **words)


def case_of(features: Sequence[Any], **changes: Any) -> UseCase:
    """Make a use case of features, with the rest as plain as can be."""
    plain: dict[str, Any] = {
        "name": "early_help",
        "says": "Tenants who may need help",
        "purpose": "early_intervention",
        "entity": "tenancy_id",
        "population": where(Homes, "ended_on is null or ended_on >= as_of"),
        "outcome": ever(Balances, "balance_gbp > 100", within=days(28), says="Owes a lot"),
        "features": [*features, count(Balances, name="weeks_seen", says="Weeks on record")],
        "audit_by": [],
        "baseline": "weeks_seen",
        "harms": ["missed_need"],
    }
    return UseCase(**{**plain, **changes})
