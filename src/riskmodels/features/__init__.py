"""The definition language, and the compiler that keeps it honest about time."""

from riskmodels.features.audit import age_band, characteristic
from riskmodels.features.builders import (
    attribute,
    count,
    days_since,
    derived,
    distinct,
    highest,
    latest,
    lowest,
    mean,
    nearby,
    share,
    spread,
    total,
    trend,
)
from riskmodels.features.case import UseCase
from riskmodels.features.outcomes import ever, where
from riskmodels.features.running import running
from riskmodels.features.serialise import from_dict
from riskmodels.features.windows import days, monthly, weeks

__all__ = [
    "UseCase",
    "age_band",
    "attribute",
    "characteristic",
    "count",
    "days",
    "days_since",
    "derived",
    "distinct",
    "ever",
    "from_dict",
    "highest",
    "latest",
    "lowest",
    "mean",
    "monthly",
    "nearby",
    "running",
    "share",
    "spread",
    "total",
    "trend",
    "weeks",
    "where",
]
