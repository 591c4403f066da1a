"""What several use cases are tested against, written once: the people's broad ethnic group, the area's deprivation."""

from __future__ import annotations

from riskmodels.features import characteristic

from .extracts import Areas, Persons

__all__ = ["AREA_DEPRIVATION", "ETHNIC_GROUP"]

ETHNIC_GROUP = characteristic(
    Persons,
    "split_part(ethnic_group, ':', 1)",
    name="ethnic_group",
    says="Ethnic group (broad)",
    protected="race",
)

AREA_DEPRIVATION = characteristic(
    Areas, "(imd_decile + 1) // 2", name="imd_quintile", says="Deprivation of the area, 1 the most"
)
